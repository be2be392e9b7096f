"""What an agent answers: solved, unsolved or wrong, and by which date (MODEL M4.6, U3).

Modelled: an agent solves what the agent knows.

1. A contact is solved with probability

       (f_0 - f_n (1 - K) [niche customer] - f_e [asked about an order, in the dark])
       x q_channel x q_pressure,

   in the dark being told nothing of stock, or not shown the date that this customer was promised
   (`desktop`); never below 0; if not, it is answered wrongly with the wrong share. Without losses
   that is 1.29 contacts a problem at f_0 = .75, if 90 % of the unsolved come back.
2. Asked about an order that has not been shipped, the agent states the days believed, counted from
   today, as its date: what the agent believes, not what is so.

Assumed: one number per contact decides whether it is solved, so that whoever is helped by a worse
team is helped by a better one. Failure demand after Seddon (2003).
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, floor

from orgsim.config.base import Config, param
from orgsim.departments.desktop import Desktop
from orgsim.departments.work_pressure import WorkPressure
from orgsim.entities import ContactChannel, Outcome, Segment, Ticket
from orgsim.facts import DateStated
from orgsim.governance.information import Belief
from orgsim.kernel.world import World
from orgsim.units import DAY, Share


class AnswersConfig(Config):
    """What agents solve who know all, and what they lose who do not."""

    resolution: Share = param(
        "share of contacts solved by agents who know what they need (f_0)",
        section="M4.6",
        ge=0,
        le=1,
    )
    unfamiliar_loss: Share = param(
        "loss of the share solved, at no knowledge of the offer (f_n)", section="M4.6", ge=0
    )
    blind_loss: Share = param(
        "loss of the share solved, where asked of an order and in the dark about it (f_e)",
        section="M4.6",
        ge=0,
    )
    wrong_share: Share = param(
        "share of unsolved contacts that are answered wrongly", section="M4.6", ge=0, le=1
    )


class Answers:
    """What the agents make of a question."""

    def __init__(
        self,
        world: World,
        config: AnswersConfig,
        quality: tuple[float, ...],
        desktop: Desktop,
        pressure: WorkPressure,
        stock: Callable[[], Belief | None],
    ) -> None:
        self._world = world
        self._config = config
        self._quality = quality
        self._desktop = desktop
        self._pressure = pressure
        self._stock = stock

    def give(self, ticket: Ticket) -> None:
        """Solved, not solved, or answered wrongly; and the date that was stated, if any."""
        if ticket.solving_luck < self.chance(ticket, ticket.channel):
            ticket.outcome = Outcome.RESOLVED
        else:
            is_wrong = ticket.misleading_luck < self._config.wrong_share
            ticket.outcome = Outcome.WRONG_ANSWER if is_wrong else Outcome.UNRESOLVED
        ticket.stated_due = self._stated_due(ticket)

    def chance(self, ticket: Ticket, channel: ContactChannel) -> float:
        """P(resolve) = (f_0 - f_n (1 - K) [niche] - f_e [of an order, in the dark]) q q."""
        chance = self._config.resolution
        if ticket.segment is Segment.NICHE:
            chance -= self._config.unfamiliar_loss * (1.0 - self._desktop.useful_knowledge(ticket))
        order = ticket.order
        if order is not None and (self._stock() is None or not order.due_on_desktop):
            chance -= self._config.blind_loss
        return max(0.0, chance * self._quality[channel] * self._pressure.quality)

    def _stated_due(self, ticket: Ticket) -> float | None:
        """The date the agent states for an order that is still open: what the agent believes."""
        belief = self._stock()
        order = ticket.order
        if order is None or order.closed or order.shipped or belief is None:
            return None
        key = "niche_days" if order.segment is Segment.NICHE else "base_days"
        days = ceil(max(1.0, belief.level(key)))
        due = (floor(self._world.now / DAY) + days + 1.0) * DAY
        now, whose = self._world.now, (order.customer, order.nth, order.segment)
        self._world.record(DateStated(now, *whose, due))
        return due
