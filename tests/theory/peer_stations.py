"""Queues that orgsim and a peer can both run, and how every customer fares in orgsim.

By configuration alone where a department has the queue (MODEL O5). Two classes that do not
interrupt each other no department has: they queue for a pool of the kernel.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from orgsim.entities import ContactChannel
from orgsim.facts import (
    CallAbandoned,
    ContactHandled,
    ContactMade,
    LeadLost,
    LeadQualified,
    LeadTouched,
    LeadWon,
)
from orgsim.kernel.distributions import Exponential, Law, Never
from orgsim.kernel.draws import Draws
from orgsim.kernel.journal import Journal
from orgsim.kernel.resources import Pool
from orgsim.kernel.world import World
from orgsim.units import DAY, WEEK
from orgsim.weekly import Weekly
from tests.theory.departments_alone import SEED, columns, lone, written

Floats = NDArray[np.float64]
NEVER = Never(kind="never")


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """A team and its customers; hours throughout.

    `second` is the share of customers of the second class: emails in support, whose work a call
    interrupts; in a pool, those who are served after the first class and not interrupted.
    """

    place: Literal["support", "sales", "pool"]
    gap: Law
    service: Law
    patience: Law = NEVER
    second: float = 0.0
    shifts: tuple[tuple[int, int, int], ...]
    """From which hour of the day to which, and how many heads."""
    days: int = 7
    """Days of the week, from Monday, on which the shifts are worked."""
    weeks: int = 1
    margin: float = DAY
    """Hours before the end in which no more customers are counted: all others have left by then."""

    @property
    def horizon(self) -> float:
        return self.weeks * WEEK

    @property
    def counted(self) -> float:
        """Who comes before this hour is counted."""
        return self.horizon - self.margin

    @property
    def heads(self) -> dict[str, int]:
        """The shifts as a person writes them."""
        days = f"Mon-{('Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun')[self.days - 1]}"
        return {f"{days} {start:02d}-{end:02d}": heads for start, end, heads in self.shifts}


@dataclass(frozen=True, slots=True)
class Visits:
    """Who came, in the order of arrival: class, hours of arrival and departure, hours worked on.

    Nothing was worked on who gave up. The departure is nan for who is still there at the end.
    """

    kind: NDArray[np.int64]
    arrived: Floats
    left: Floats
    worked: Floats

    def until(self, hour: float) -> Visits:
        """Those who came before that hour."""
        return self._only(self.arrived < hour)

    def of(self, kind: int) -> Visits:
        """Those of one class."""
        return self._only(self.kind == kind)

    def _only(self, chosen: NDArray[np.bool_]) -> Visits:
        return Visits(*(getattr(self, column.name)[chosen] for column in fields(self)))

    @property
    def waited(self) -> Floats:
        return self.left - self.arrived - self.worked

    @property
    def served(self) -> NDArray[np.bool_]:
        return self.worked > 0.0


class Luck(NamedTuple):
    """What befalls the customers whatever the team does, in the order of arrival."""

    kind: NDArray[np.int64]
    arrived: Floats
    service: Floats
    patience: Floats


def in_orgsim(station: Station, replication: int) -> tuple[Visits, Luck]:
    """Run the station in orgsim."""
    run = {"support": _in_support, "sales": _in_sales, "pool": _in_pool}[station.place]
    return run(station, replication)


def _in_support(station: Station, replication: int) -> tuple[Visits, Luck]:
    settings = (
        f"support.agents={_mapping(station.heads)}",
        "support.contained_share=0",
        f"support.email_share={station.second!r}",
        f"support.handle_time={written(station.service)}",
        f"support.patience={written(station.patience)}",
    )
    scenario = lone("support", _source(station.gap, "contacts"), settings, station.weeks)
    facts = columns(scenario, replication, ContactMade, CallAbandoned, ContactHandled)
    made, abandoned, handled = facts
    ids = made["customer"]
    left = _of(ids, "customer", "time", abandoned, handled)
    worked = np.nan_to_num(_of(ids, "customer", "handle_hours", handled))
    kind = (made["channel"] == ContactChannel.EMAIL).astype(np.int64)
    draws = Draws(SEED, replication)
    service = draws.quantity("support.handle_time", station.service).block(ids)
    patience = draws.quantity("support.patience", station.patience).block(ids)
    patience[kind == 1] = np.inf
    visits = Visits(kind, made["time"], left, worked)
    return visits, Luck(kind, made["time"], service, patience)


def _in_sales(station: Station, replication: int) -> tuple[Visits, Luck]:
    settings = (
        "sales.web_share=0",
        "sales.hours=always",
        f"sales.reps={_mapping(station.heads)}",
        f"sales.handle_time={written(station.service)}",
    )
    scenario = lone("sales", _source(station.gap, "leads"), settings, station.weeks)
    facts = columns(scenario, replication, LeadQualified, LeadTouched, LeadWon, LeadLost)
    qualified, touched, won, lost = facts
    ids, arrived = qualified["lead"], qualified["time"]
    left = _of(ids, "lead", "time", won, lost)
    worked = np.nan_to_num(left - _of(ids, "lead", "time", touched))
    kind = np.zeros(ids.size, dtype=np.int64)
    service = Draws(SEED, replication).quantity("sales.handle_time", station.service).block(ids)
    luck = Luck(kind, arrived, service, np.full(ids.size, np.inf))
    return Visits(kind, arrived, left, worked), luck


def _in_pool(station: Station, replication: int) -> tuple[Visits, Luck]:
    draws = Draws(SEED, replication)
    world = World(start=0.0, draws=draws, journal=Journal())
    pool = Pool(world, "team", Weekly.parse(station.heads), priorities=2)
    ids = np.arange(int(1.2 * station.horizon / station.gap.mean))
    arrived = draws.quantity("gap", station.gap).block(ids).cumsum()
    kind = (draws.stream("class").uniforms(ids) < station.second).astype(np.int64)
    service = draws.quantity("service", station.service).block(ids)
    patience = draws.quantity("patience", station.patience).block(ids)
    left, worked = np.full(ids.size, np.nan), np.zeros(ids.size)

    def visit(who: int, priority: int, hours: float, patient: float) -> Iterator[object]:
        if (yield pool.within(patient, priority)):
            yield hours
            pool.release()
            worked[who] = hours
        left[who] = world.now

    world.feed(arrived, visit, ids, kind, service, patience)
    world.run(until=station.horizon)
    return Visits(kind, arrived, left, worked), Luck(kind, arrived, service, patience)


def _of(ids: NDArray[Any], who: str, what: str, *facts: Mapping[str, NDArray[Any]]) -> Floats:
    """What facts say of each customer (ids rise), nan of those they do not speak of."""
    said = np.full(ids.size, np.nan)
    for fact in facts:
        said[np.searchsorted(ids, fact[who])] = fact[what]
    return said


def _mapping(values: Mapping[str, int]) -> str:
    return "{" + ", ".join(f"{key}: {value}" for key, value in values.items()) + "}"


def _source(gap: Law, to: str) -> str:
    if isinstance(gap, Exponential):
        pattern = f"kind: poisson, rate: {1.0 / gap.mean!r}/h"
    else:
        pattern = f"kind: renewal, gap: {written(gap)}"
    return f"{{{pattern}, to: {to}, segment: base}}"
