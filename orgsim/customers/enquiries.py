"""Why and when customers contact support (MODEL M4.1, M4.4, M4.6, U3).

Modelled: value contacts (general questions, how to use it, faults, bills) and failure demand (where
is my order, where is my refund, is my product safe, and the same again because nobody solved it).

1. Each day at 00:05: every customer may have a general question; yesterday's orders are asked about
   with the early share; an order whose date, as last told to the customer, has passed is asked
   about with a daily chance, whatever the warehouse thinks; yesterday's deliveries raise how-to
   questions (base and niche differ), faults and billing questions with their shares; who was let
   down and chose to speak up complains. While a recall is on, every customer may ask about it as
   well, at a multiple of the rate of general questions.
2. Each falls at its own moment of the day, by the contact hours.
3. Who gave up waiting tries again after a drawn time, by the same channel or by another live one,
   writes at once instead, or lets it be. Who was not helped comes back by the same channel after
   the stated time, with the share that repeats, at the next opening; until then the problem is
   open. Beyond the most attempts the model stops.
4. A question about an order may be over once the parcel is there: who meant to ask, or waits to ask
   again, does not.

Assumed: a daily chance is 1 - exp(-rate); who has left asks nothing more. Failure demand after
Seddon (2003).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from orgsim.config.base import Config, param
from orgsim.customers.population import Population
from orgsim.entities import (
    ContactBatch,
    ContactChannel,
    Ints,
    Order,
    Outcome,
    Reason,
    Segment,
    Ticket,
)
from orgsim.errors import ModelError
from orgsim.kernel.distributions import DurationLaw
from orgsim.kernel.world import World
from orgsim.units import DAY, Count, Duration, Rate, Share
from orgsim.weekly import Weekly


class ContactConfig(Config):
    """What makes customers contact support."""

    general: Rate = param("general questions per customer", unit="1/h", section="M4.1", ge=0)
    wismo: Share = param(
        "share of orders asked about before delivery (where is my order?)",
        section="M4.1",
        ge=0,
        le=1,
    )
    late_wismo: Rate = param(
        "rate of asking about an order once the date told has passed",
        unit="1/h",
        section="M4.1",
        ge=0,
    )
    how_to_base: Share = param("how-to questions per base delivery", section="M4.1", ge=0, le=1)
    how_to_niche: Share = param("how-to questions per niche delivery", section="M4.1", ge=0, le=1)
    fault: Share = param("faults per delivery", section="M4.1", ge=0, le=1)
    billing: Share = param("billing questions per delivery", section="M4.1", ge=0, le=1)
    repeat: Share = param(
        "share of unsolved problems that are brought up again", section="M4.6", ge=0, le=1
    )
    repeat_after: Duration = param(
        "time until an unsolved problem is brought up again", unit="h", section="M4.6", ge=0
    )
    redial: Share = param(
        "share of abandoned calls that are dialled again", section="M4.4", ge=0, le=1
    )
    redial_after: DurationLaw = param(
        "time until an abandoned call is dialled again", unit="h", section="M4.4"
    )
    write_instead: Share = param(
        "share of abandoned calls that become an email", section="M4.4", ge=0, le=1
    )
    change_channel: Share = param(
        "share of those who try again that do so by another live channel", section="M4.2"
    )
    ends_with_delivery: Share = param(
        "share of questions about an order that are over when the parcel arrives", section="M4.1"
    )
    most_attempts: Count = param(
        "attempts at one problem at which the model stops",
        unit="attempts",
        section="M4.6",
        ge=1,
        le=63,
    )


class Enquiries:
    """Collects the reasons to contact support and turns them into the day's contacts."""

    def __init__(
        self, world: World, config: ContactConfig, hours: Weekly, people: Population
    ) -> None:
        self._world = world
        self._config = config
        self._hours = hours
        self._people = people
        self._alarm = world.dials.declare(
            "customers.recall_questions",
            0.0,
            "add",
            "questions about a recall, in usual rates of general ones",
        )
        self._placed: list[Order] = []
        self._delivered: list[Order] = []
        self._complaining: list[int] = []
        names = (
            "general",
            "wismo",
            "late",
            "how_to",
            "fault",
            "billing",
            "time",
            "repeat",
            "redial",
            "change_channel",
            "over",
            "recall",
        )
        self._draw = {name: world.draws.stream(f"enquiries.{name}") for name in names}
        self._redial_after = world.draws.quantity("enquiries.redial_after", config.redial_after)

    def placed(self, orders: list[Order]) -> None:
        """Orders placed today; some are asked about tomorrow."""
        self._placed += orders

    def delivered(self, orders: list[Order]) -> None:
        """Orders that arrived today; questions about them come tomorrow."""
        self._delivered += orders

    def complained(self, rows: Ints) -> None:
        """Customers who made up their minds today to complain; they do so tomorrow."""
        self._complaining += rows.tolist()

    def of_the_day(
        self,
        rows: Ints,
        day: int,
        awaiting: Mapping[tuple[int, int], Order],
        overdue_refunds: Sequence[tuple[int, Reason, Order | None]] = (),
    ) -> ContactBatch | None:
        """Today's first contacts, each at its own time in the opening hours; None: nobody asks."""
        asked: list[tuple[int, Reason, Order | None]] = [
            (int(row), Reason.GENERAL, None) for row in self._unprompted("general", rows, day)
        ]
        asked += self._about_open_orders(awaiting)
        asked += self._about_deliveries()
        asked += overdue_refunds
        complaining, self._complaining = self._complaining, []
        asked += [(row, Reason.COMPLAINT, None) for row in complaining]
        alarmed = self._unprompted("recall", rows, day, self._alarm.value)
        asked += [(int(row), Reason.RECALL, None) for row in alarmed]
        asked = [entry for entry in asked if self._people.is_active[entry[0]]]
        return self._batch(asked, day) if asked else None

    def next_attempt(self, ticket: Ticket) -> tuple[float, ContactChannel] | None:
        """When and how this customer tries again; None when the problem is closed."""
        if ticket.outcome is Outcome.RESOLVED or not self._people.is_active[ticket.row]:
            return None
        if self.is_over(ticket):
            return None
        if ticket.attempt >= self._config.most_attempts:
            if ticket.outcome is Outcome.GIVEN_UP:
                return None  # a line that is never answered: nobody dials for ever
            raise ModelError(
                f"customer {ticket.customer} tried {ticket.attempt} times to have one problem "
                "solved: raise support.resolution or customers.contact.most_attempts, or lower "
                "customers.contact.repeat"
            )
        if ticket.outcome is Outcome.GIVEN_UP:
            return self._after_hanging_up(ticket)
        if self._luck("repeat", ticket) >= self._config.repeat:
            return None
        return self._opening(self._world.now + self._config.repeat_after), ticket.channel

    def is_over(self, ticket: Ticket) -> bool:
        """Whether the parcel has come in the meantime, and with it the end of the question."""
        return self._is_answered(ticket.order, ticket.customer, ticket.nth, self._world.now)

    def _is_answered(self, order: Order | None, customer: int, nth: int, time: float) -> bool:
        share = self._config.ends_with_delivery
        if share == 0.0 or order is None or (order.arrives > time and not order.closed):
            return False
        return self._draw["over"].uniform(customer, nth) < share

    def _after_hanging_up(self, ticket: Ticket) -> tuple[float, ContactChannel] | None:
        luck = self._luck("redial", ticket)
        if luck < self._config.redial:
            wait = self._redial_after.one(ticket.customer, ticket.occurrence)
            return self._opening(self._world.now + wait), self._next_channel(ticket)
        if luck < self._config.redial + self._config.write_instead:
            return self._world.now, ContactChannel.EMAIL
        return None

    def _next_channel(self, ticket: Ticket) -> ContactChannel:
        """By which live channel who gave up waiting tries again."""
        share = self._config.change_channel
        if share == 0.0 or self._luck("change_channel", ticket) >= share:
            return ticket.channel
        is_call = ticket.channel is ContactChannel.PHONE
        return ContactChannel.CHAT if is_call else ContactChannel.PHONE

    def _luck(self, purpose: str, ticket: Ticket) -> float:
        return self._draw[purpose].uniform(ticket.customer, ticket.occurrence)

    def _opening(self, time: float) -> float:
        opens = self._hours.next_positive(time)
        return time if np.isinf(opens) else opens

    def _unprompted(self, purpose: str, rows: Ints, day: int, often: float = 1.0) -> Ints:
        """Who asks of their own accord today, at a multiple of the rate of general questions."""
        if often <= 0.0:
            return rows[:0]
        chance = -float(np.expm1(-self._config.general * DAY * often))
        luck = self._draw[purpose].uniforms(self._people.ids[rows], day + 4096)
        return rows[luck < chance]

    def _about_open_orders(
        self, awaiting: Mapping[tuple[int, int], Order]
    ) -> list[tuple[int, Reason, Order | None]]:
        """Early questions about yesterday's orders; daily ones once the own date has passed."""
        now = self._world.now
        fresh, self._placed = self._placed, []
        asked: list[tuple[int, Reason, Order | None]] = [
            (order.row, Reason.WISMO, order)
            for order in self._lucky("wismo", fresh, self._config.wismo)
        ]
        late = [order for order in awaiting.values() if order.stated_due <= now]
        chance = -float(np.expm1(-self._config.late_wismo * DAY))
        days = [int((now - order.placed) / DAY) for order in late]
        worried = self._lucky("late", late, chance, days)
        return asked + [(order.row, Reason.LATE_WISMO, order) for order in worried]

    def _about_deliveries(self) -> list[tuple[int, Reason, Order | None]]:
        orders, self._delivered = self._delivered, []
        base = [order for order in orders if order.segment is Segment.BASE]
        niche = [order for order in orders if order.segment is Segment.NICHE]
        cfg = self._config
        wanted = (
            (Reason.HOW_TO, self._lucky("how_to", base, cfg.how_to_base)),
            (Reason.HOW_TO, self._lucky("how_to", niche, cfg.how_to_niche)),
            (Reason.FAULT, self._lucky("fault", orders, cfg.fault)),
            (Reason.BILLING, self._lucky("billing", orders, cfg.billing)),
        )
        return [(order.row, reason, None) for reason, some in wanted for order in some]

    def _lucky(
        self, purpose: str, orders: list[Order], chance: float, days: Sequence[int] = ()
    ) -> list[Order]:
        """Those of the orders to which it happens: once each, or anew on each day's number."""
        if not orders:
            return []
        ids = np.array([order.customer for order in orders])
        keys = np.array([order.nth for order in orders])
        if days:
            keys = keys * 4096 + np.array(days)
        hits = np.flatnonzero(self._draw[purpose].uniforms(ids, keys) < chance)
        return [orders[at] for at in hits]

    def _batch(
        self, asked: list[tuple[int, Reason, Order | None]], day: int
    ) -> ContactBatch | None:
        people = self._people
        rows = np.array([row for row, _, _ in asked])
        nth = people.contacts[rows] + earlier(rows)
        np.add.at(people.contacts, rows, 1)
        luck = self._draw["time"].uniforms(people.ids[rows], nth)
        times = np.maximum(self._hours.times_in_day(day * DAY, luck), self._world.now)
        orders = [order for _, _, order in asked]
        of_each = zip(orders, people.ids[rows].tolist(), nth.tolist(), times.tolist(), strict=True)
        open_ones = [not self._is_answered(*asking) for asking in of_each]
        made = np.flatnonzero(open_ones)
        if not made.size:
            return None
        return ContactBatch(
            customers=people.ids[rows[made]],
            rows=rows[made],
            nth=nth[made],
            times=times[made],
            segments=people.segment[rows[made]],
            reasons=np.array([reason for _, reason, _ in asked])[made],
            orders=[orders[at] for at in made],
        )


def earlier(values: Ints) -> Ints:
    """For each entry, how many equal ones stand before it."""
    order = np.argsort(values, kind="stable")
    ranked = values[order]
    starts = np.flatnonzero(np.insert(ranked[1:] != ranked[:-1], 0, True))
    run = np.repeat(starts, np.diff(np.append(starts, ranked.size)))
    earlier = np.empty(values.size, dtype=np.int64)
    earlier[order] = np.arange(values.size) - run
    return earlier
