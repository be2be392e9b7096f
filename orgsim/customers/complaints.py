"""Complaints, and what becomes of the damage when they are handled (MODEL M5.8).

Modelled: a complaint is one contact with support. Handled in time it gives back part of what the
failure took; handled late or badly it is a second failure on top of the first.

1. A failure is remembered: the cumulative satisfaction S before it, and the loss.
2. Solved within the time for it, a complaint restores a share of the loss, never above S before the
   failure, and adds a little trust:

       S <- S + min(share x loss, max(0, S before - S)),     T <- min(1, T + gain).

3. Each answer that does not solve it, and a solution that comes too late, weighs on the
   satisfaction with that contact (double deviation). In between nothing is gained and nothing lost.
4. Tools of recovery (a credit, an expedited replacement) may give back a share likewise.

Assumed: one complaint of a customer at a time; the loss of a failure while one is open adds to it.
Time is counted from the first contact about it, since nobody is heard before: who resolves on the
evening of the failure to complain does so on the next day.
The paradox, more satisfaction than before the failure, is an option: de Matos, Henrique & Rossi
(2007) find it for satisfaction, not for repurchase, talk or image.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pydantic import model_validator

from orgsim.config.base import Config, param
from orgsim.customers.population import Population
from orgsim.entities import Floats, Ints, Outcome, Reason, Ticket
from orgsim.facts_of_customers import ComplaintClosed
from orgsim.kernel.world import World
from orgsim.units import Duration, Number, Share


class RecoveryConfig(Config):
    """What handling a complaint is worth."""

    in_time: Duration = param(
        "time from a complaint to its solution within which it recovers",
        unit="h",
        section="M5.8",
        ge=0,
    )
    too_late: Duration = param(
        "time from a complaint to its solution after which it is one more failure",
        unit="h",
        section="M5.8",
        ge=0,
    )
    restored: Share = param(
        "share of the lost satisfaction that a complaint solved in time restores",
        section="M5.8",
        ge=0,
        le=1,
    )
    trust: Share = param("trust gained by a complaint solved in time", section="M5.8", ge=0, le=1)
    double_deviation: Number = param(
        "fall of the satisfaction with a contact that fails a complaint, or solves it too late",
        unit="points",
        section="M5.8",
        ge=0,
    )
    paradox: Number = param(
        "satisfaction beyond that before the failure, after a complaint solved in time",
        unit="points",
        section="M5.8",
        ge=0,
        le=10,
    )

    @model_validator(mode="after")
    def _in_time_is_not_too_late(self) -> RecoveryConfig:
        if self.too_late < self.in_time:
            raise ValueError("too_late cannot come before in_time")
        return self


def recovered(
    satisfaction: Floats, before: Floats, loss: Floats, share: float, beyond: float = 0.0
) -> Floats:
    """S + share x loss, but not above what it was before the failure (and never below S)."""
    most = np.minimum(before + beyond, 10.0)
    return np.maximum(satisfaction, np.minimum(satisfaction + share * loss + beyond, most))


@dataclass(slots=True)
class _Failure:
    """What a failure took of a customer's satisfaction, and whether it is complained about."""

    before: float
    loss: float
    is_voiced: bool = False


class Complaints:
    """Who suffered a failure, who complained of it, and how that was handled."""

    def __init__(self, world: World, config: RecoveryConfig, people: Population) -> None:
        self._world = world
        self._config = config
        self._people = people
        self._failures: dict[int, _Failure] = {}

    def suffer(self, rows: Ints, before: Floats, after: Floats) -> None:
        """Distinct customers lived through a failure."""
        for row, high, low in zip(rows.tolist(), before.tolist(), after.tolist(), strict=True):
            known, loss = self._failures.get(row), max(0.0, high - low)
            if known is None or not known.is_voiced:
                self._failures[row] = _Failure(high, loss)
            else:
                known.loss += loss

    def voice(self, rows: Ints) -> Ints:
        """Customers complain of the failure they suffered; those whose complaint is a new one."""
        fresh = [row for row in rows.tolist() if not self._failures[row].is_voiced]
        for row in fresh:
            self._failures[row].is_voiced = True
        return np.array(fresh, dtype=np.int64)

    def burden(self, ticket: Ticket, outcome: Outcome, time: float) -> float:
        """Points that weigh on this contact because it fails a complaint, or comes too late."""
        if ticket.reason is not Reason.COMPLAINT:
            return 0.0
        fails = outcome is not Outcome.RESOLVED
        is_late = time - ticket.opened > self._config.too_late
        return self._config.double_deviation if fails or is_late else 0.0

    def settle(self, ticket: Ticket, time: float) -> None:
        """A complaint was solved; if in time, part of the damage is made good."""
        is_recovered = time - ticket.opened <= self._config.in_time
        if is_recovered:
            self.make_good(ticket.row, self._config.restored, self._config.trust)
        self._close(ticket, time, is_recovered)

    def give_up(self, ticket: Ticket) -> None:
        """A complaint was never solved, and is not brought up again."""
        self._close(ticket, self._world.now, False)

    def make_good(self, row: int, share: float, trust: float = 0.0) -> None:
        """Give back a share of what the customer's last failure took, and some trust."""
        people, failure = self._people, self._failures.get(row)
        if failure is None or not people.is_active[row]:
            return
        at = np.array([row])
        before, loss = np.array([failure.before]), np.array([failure.loss])
        people.satisfaction[at] = recovered(
            people.satisfaction[at], before, loss, share, self._config.paradox
        )
        people.trust[at] = np.minimum(1.0, people.trust[at] + trust)
        failure.loss *= 1.0 - share

    def _close(self, ticket: Ticket, time: float, is_recovered: bool) -> None:
        failure = self._failures.get(ticket.row)
        if failure is not None:
            failure.is_voiced = False
        waited = time - ticket.opened
        self._world.record(
            ComplaintClosed(time, ticket.customer, ticket.nth, ticket.segment, waited, is_recovered)
        )
