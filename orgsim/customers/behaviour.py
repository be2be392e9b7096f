"""What customers do: order again, ask, complain by leaving, talk (MODEL M4.1, M5.7-M5.11, T2).

Modelled: every customer may act each day, with hazards that depend on what this customer remembers;
customers know their own orders, what they were promised and what an agent told them; nothing else.

1. Each day at 00:05, in this order: who leaves, who orders again, who cancels an overdue order, who
   asks. Each chance is 1 - exp(-rate per day); hazards of leaving and ordering as in the burn-in.
2. A repeat order is placed at its own moment of the day, by the order hours, and renews the promise
   that is on the order page that day.
3. An order is overdue once the promised date and the patience have passed; it then is cancelled
   with the daily chance, unless it is packed.
4. At 23:29 the day is judged and talked about (the diary).
5. Each Monday at 00:05 a sample is asked how likely a recommendation is:
   LTR = round(clip(S + shift + noise, 0, 10)). Who answers is the more likely the further S is from
   7. Promoters say 9 or 10, detractors 6 or less.

Assumed: a customer who has left is not touched by an order or ticket still open; nobody returns.
Exit as the silent form of complaint after Hirschman (1970).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from orgsim.config.base import Config, param
from orgsim.customers.burn_in import LoyaltyConfig, UsualConfig, stationary_law
from orgsim.customers.diary import Diary
from orgsim.customers.enquiries import ContactConfig, Enquiries
from orgsim.customers.population import MemoryConfig, Population
from orgsim.entities import (
    ContactBatch,
    ContactChannel,
    Floats,
    Ints,
    Lead,
    Order,
    Outcome,
    Promise,
    Segment,
    Source,
    Ticket,
    new_order,
    nobody,
)
from orgsim.facts import CustomerJoined, CustomerLeft, GroupCounted, SurveyAnswered
from orgsim.kernel.distributions import standard_normal
from orgsim.kernel.draws import entity_base
from orgsim.kernel.world import Rank, World
from orgsim.units import DAY, WEEK, Count, Duration, Number, Rate, Share
from orgsim.weekly import Weekly


class TalkConfig(Config):
    """Who talks about us (MODEL M5.10)."""

    delight: Number = param(
        "satisfaction with an episode above which it may be told", unit="points", section="M5.10"
    )
    anger: Number = param(
        "satisfaction with an episode below which it may be told", unit="points", section="M5.10"
    )
    share: Share = param("share of such episodes that are told", section="M5.10", ge=0, le=1)


class SurveyConfig(Config):
    """What is asked, and who answers (MODEL M5.11)."""

    share_per_week: Share = param("share of customers asked each week", section="M5.11", ge=0, le=1)
    shift: Number = param(
        "likelihood of a recommendation less satisfaction", unit="points", section="M5.11"
    )
    noise: Number = param("standard deviation of an answer", unit="points", section="M5.11", ge=0)
    response: Share = param(
        "share that answers at a satisfaction of 7", section="M5.11", ge=0, le=1
    )
    response_slope: Number = param(
        "more who answer, 5 points away from 7, as a share", section="M5.11", ge=0
    )

    def answering(self, satisfaction: Floats) -> Floats:
        """P(respond) = .10 + .10 |s - 7| / 5: the very happy and the very unhappy answer more."""
        return self.response + self.response_slope * np.abs(satisfaction - 7.0) / 5.0


class CancellationConfig(Config):
    """When customers stop waiting (MODEL M3.7)."""

    after: Duration = param(
        "time beyond the promised date before a customer may cancel", unit="h", section="M3.7", ge=0
    )
    hazard: Rate = param(
        "rate of cancelling an overdue order once that time is over",
        unit="1/h",
        section="M3.7",
        ge=0,
    )


class CustomersConfig(Config):
    """The customers' parameters."""

    count: Count = param(
        "active customers at the start", unit="people", section="s.11", ge=0, le=10_000_000
    )
    memory: MemoryConfig
    loyalty: LoyaltyConfig
    usual: UsualConfig
    contact: ContactConfig
    talk: TalkConfig
    survey: SurveyConfig
    cancellation: CancellationConfig
    order_hours: Weekly = param(
        "when customers order again: relative intensity", unit="week", section="T2"
    )
    contact_hours: Weekly = param(
        "when customers contact support: relative intensity", unit="week", section="T2"
    )


class Customers:
    """Everyone who ever bought: they order, wait, ask, judge, talk and leave."""

    def __init__(
        self,
        world: World,
        config: CustomersConfig,
        weights: Floats,
        offer: Callable[[Segment], Promise],
        seed: int,
    ) -> None:
        self._world = world
        self._config = config
        self._offer = offer
        self.people = Population(config.memory, weights, max(1, 2 * config.count))
        self._settle(weights, seed)
        self._diary = Diary(world, config.memory, config.talk, config.survey, self.people)
        self._enquiries = Enquiries(world, config.contact, config.contact_hours, self.people)
        self._awaiting: dict[tuple[int, int], Order] = {}
        names = ("leave", "order", "order_time", "cancel", "fit", "survey", "answers", "likelihood")
        self._draw = {name: world.draws.stream(f"customers.{name}") for name in names}
        self.place_order: Callable[[Order], None] = nobody
        self.cancel_order: Callable[[Order], bool] = lambda order: False
        self.refund: Callable[[Order], None] = nobody
        self.contact_support: Callable[[ContactBatch], None] = nobody
        self.call_again: Callable[[Ticket, ContactChannel], None] = nobody
        self.tell: Callable[[Segment, int, int], None] = nobody
        midnight = np.ceil(world.now / DAY) * DAY + 5.0 / 60.0
        world.every(DAY, self._day, first=midnight, rank=Rank.DAILY)
        world.every(DAY, self._evening, first=midnight + 23.4, rank=Rank.DAILY)
        world.every(WEEK, self._answer_survey, first=midnight, rank=Rank.WEEKLY)
        world.every(WEEK, self._count_groups, first=world.now + WEEK, rank=Rank.CLOSE)

    def welcome(self, lead: Lead, promise: Promise) -> int:
        """A lead became a customer; the row."""
        cfg = self._config.memory.fit
        deviation = float(standard_normal(np.array([self._draw["fit"].uniform(lead.id)]))[0])
        fit = min(1.0, max(0.0, cfg.mean + cfg.deviation * deviation))
        before = self._offer(Segment.BASE).levels
        row = self.people.add(lead.id, lead.segment, lead.source, before, fit)
        self.people.hear_promise(np.array([row]), promise.levels, True)
        self.people.orders[row] = 1
        self._world.record(CustomerJoined(self._world.now, lead.id, lead.segment, lead.source))
        return row

    def await_order(self, order: Order) -> None:
        """The customer knows what was ordered and when it should come."""
        self._awaiting[order.customer, order.nth] = order
        self._enquiries.placed([order])

    def unpack(self, orders: list[Order], arrivals: Floats, complete: Floats) -> None:
        """Parcels are at the door."""
        for order in orders:
            self._awaiting.pop((order.customer, order.nth), None)
        self._enquiries.delivered(orders)
        self._diary.delivered(orders, arrivals, complete)

    def hear(self, ticket: Ticket) -> None:
        """An agent answered, or nobody did; try again, write instead, or leave it at that."""
        if ticket.stated_due is not None and ticket.order is not None:
            ticket.order.stated_due = ticket.stated_due
        attempt = self._enquiries.next_attempt(ticket)
        if ticket.outcome is not Outcome.GIVEN_UP or attempt is None:
            self._diary.answered(ticket)
        was_open, stays_open = ticket.attempt > 0, attempt is not None
        if was_open != stays_open:
            self.people.open_issues[ticket.row] += int(stays_open) - int(was_open)
        if attempt is not None:
            when, channel = attempt
            self._world.at(when, self._again, ticket, channel)

    def mood(self, ticket: Ticket) -> float:
        """How satisfied the customer is who is on the line."""
        return float(self.people.satisfaction[ticket.row])

    def _count_groups(self) -> None:
        """Each week's end: how many there are of each group, and how they feel."""
        people = self.people
        rows = people.active_rows()
        group = people.segment[rows] * len(Source) + people.source[rows]
        size = len(Segment) * len(Source)
        active = np.bincount(group, minlength=size)
        there = np.flatnonzero(active)
        columns = (
            people.satisfaction[rows],
            people.trust[rows],
            self._hazard(rows),
            self._config.loyalty.orders_per_day(people.satisfaction[rows]),
        )
        means = [np.bincount(group, column, size)[there] / active[there] for column in columns]
        self._world.record_block(
            GroupCounted,
            self._world.now,
            there // len(Source),
            there % len(Source),
            active[there],
            *means,
        )

    def _settle(self, weights: Floats, seed: int) -> None:
        """Draw the installed base from the stationary law."""
        cfg, promise = self._config, self._offer(Segment.BASE)
        if not cfg.count:
            return
        law = stationary_law(
            cfg.memory,
            cfg.loyalty,
            cfg.usual,
            tuple(weights[Segment.BASE]),
            tuple(promise.levels),
            promise.days,
            cfg.count,
            seed,
        )
        ids = entity_base("installed") + np.arange(cfg.count, dtype=np.int64)
        like = self._world.draws.stream("customers.installed").uniforms(ids) * cfg.count
        self.people.copy_from(law, like.astype(np.int64), ids)

    def _again(self, ticket: Ticket, channel: ContactChannel) -> None:
        """Try once more, unless the parcel has answered in the meantime."""
        if self._enquiries.is_over(ticket):
            self.people.open_issues[ticket.row] -= 1
            return
        self.call_again(ticket, channel)

    def _hazard(self, rows: Ints) -> Floats:
        people = self.people
        return self._config.loyalty.leaving_per_day(
            people.satisfaction[rows],
            people.trust[rows],
            people.source[rows],
            people.open_issues[rows],
        )

    def _day(self) -> None:
        """Each midnight: who leaves, who orders, who cancels, who asks."""
        rows = self.people.active_rows()
        day = int(np.floor(self._world.now / DAY))
        rows = self._leave(rows, day)
        self._order_again(rows, day)
        self._cancel_overdue()
        batch = self._enquiries.of_the_day(rows, day, self._awaiting)
        if batch is not None:
            self.contact_support(batch)

    def _leave(self, rows: Ints, day: int) -> Ints:
        people = self.people
        luck = self._draw["leave"].uniforms(people.ids[rows], _occurrence(day))
        leaves = luck < -np.expm1(-self._hazard(rows))
        gone = rows[leaves]
        people.is_active[gone] = False
        if gone.size:
            self._world.record_block(
                CustomerLeft,
                self._world.now,
                people.ids[gone],
                people.segment[gone],
                people.source[gone],
            )
        return rows[~leaves]

    def _order_again(self, rows: Ints, day: int) -> None:
        people = self.people
        rate = self._config.loyalty.orders_per_day(people.satisfaction[rows])
        luck = self._draw["order"].uniforms(people.ids[rows], _occurrence(day))
        rows = rows[luck < -np.expm1(-rate)]
        ids, nth = people.ids[rows], people.orders[rows].copy()
        people.orders[rows] += 1
        luck = self._draw["order_time"].uniforms(ids, nth)
        times = self._config.order_hours.times_in_day(day * DAY, luck)
        times = np.maximum(times, self._world.now)
        placed: list[Order] = []
        for segment in Segment:
            mine = np.flatnonzero(people.segment[rows] == segment)
            if mine.size:
                promise = self._offer(segment)
                people.hear_promise(rows[mine], promise.levels, False)
                columns = (column[mine].tolist() for column in (ids, rows, nth, times))
                placed += [
                    new_order(customer, row, number, segment, promise, time)
                    for customer, row, number, time in zip(*columns, strict=True)
                ]
        for order in placed:
            self._world.at(order.placed, self.place_order, order)

    def _cancel_overdue(self) -> None:
        cfg, now = self._config.cancellation, self._world.now
        chance = -float(np.expm1(-cfg.hazard * DAY))
        overdue = [o for o in self._awaiting.values() if o.due + cfg.after <= now]
        for order in overdue:
            if not self.people.is_active[order.row]:
                continue  # who has left acts no more; the order finishes (MODEL T2)
            key = order.nth * 4096 + int((now - order.due) / DAY)
            is_tired = self._draw["cancel"].uniform(order.customer, key) < chance
            if is_tired and self.cancel_order(order):
                del self._awaiting[order.customer, order.nth]
                self.refund(order)
                self._diary.cancelled(order)

    def _evening(self) -> None:
        """Judge the day, remember it, and talk about it."""
        for segment, (positive, negative) in self._diary.close_day().items():
            self.tell(segment, positive, negative)

    def _answer_survey(self) -> None:
        """Each Monday a sample is asked how likely a recommendation is (LTR)."""
        people, cfg = self.people, self._config.survey
        week = _occurrence(int(np.floor(self._world.now / WEEK)))
        rows = people.active_rows()
        asked = self._draw["survey"].uniforms(people.ids[rows], week) < cfg.share_per_week
        rows = rows[asked]
        answers = self._draw["answers"].uniforms(people.ids[rows], week)
        rows = rows[answers < cfg.answering(people.satisfaction[rows])]
        if not rows.size:
            return
        noise = standard_normal(self._draw["likelihood"].uniforms(people.ids[rows], week))
        raw = people.satisfaction[rows] + cfg.shift + cfg.noise * noise
        self._world.record_block(
            SurveyAnswered,
            self._world.now,
            people.ids[rows],
            people.segment[rows],
            np.rint(np.clip(raw, 0.0, 10.0)).astype(np.int64),
        )


def _occurrence(period: int) -> int:
    """A non-negative key for a day or week that may lie before the clock's zero."""
    return period + 4096
