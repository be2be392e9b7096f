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
5. After a failure a customer may complain, leave at once, or say nothing (reaction, complaints).
6. Each Monday at 00:05 a sample is asked for a recommendation (survey).

Assumed: a customer who has left is not touched by an order or ticket still open; nobody returns.
Silent leaving as the common answer to a failure after Hirschman (1970).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from orgsim.config.base import Config, param
from orgsim.customers.after_sale import AfterSale, AfterSaleConfig
from orgsim.customers.burn_in import UsualConfig, stationary_law
from orgsim.customers.cannibalisation import Cannibalisation, CannibalisationConfig
from orgsim.customers.complaints import Complaints
from orgsim.customers.diary import Diary, TalkConfig
from orgsim.customers.enquiries import ContactConfig, Enquiries, earlier
from orgsim.customers.loyalty import LoyaltyConfig
from orgsim.customers.market import USUAL_TRUST
from orgsim.customers.population import MemoryConfig, Population
from orgsim.customers.reaction import Reactions
from orgsim.customers.survey import Survey, SurveyConfig
from orgsim.entities import (
    ContactBatch,
    ContactChannel,
    Floats,
    Ints,
    Lead,
    Order,
    Outcome,
    Promise,
    Reason,
    Segment,
    Source,
    Ticket,
    new_order,
    nobody,
)
from orgsim.facts_of_customers import CustomerJoined, CustomerLeft, GroupCounted
from orgsim.kernel.distributions import standard_normal
from orgsim.kernel.draws import entity_base
from orgsim.kernel.world import Rank, World
from orgsim.units import DAY, WEEK, Count, Duration, Rate
from orgsim.weekly import Weekly


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
        "active customers at the start", unit="people", section="s.11", ge=0, le=5_000_000
    )
    memory: MemoryConfig
    loyalty: LoyaltyConfig
    usual: UsualConfig
    contact: ContactConfig
    talk: TalkConfig
    survey: SurveyConfig
    cancellation: CancellationConfig
    after_sale: AfterSaleConfig
    cannibalisation: CannibalisationConfig
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
        *,
        sees_delays: float = 1.0,
    ) -> None:
        """``sees_delays``: share of the delays of which the firm knows, and whom they concern."""
        self._world = world
        self._config = config
        self._offer = offer
        self.people = Population(config.memory, weights, max(1, 2 * config.count))
        self._settle(weights, seed)
        self._complaints = Complaints(world, config.loyalty.recovery, self.people)
        self._diary = Diary(
            world,
            config.memory,
            config.talk,
            config.survey,
            self.people,
            self._complaints,
            config.memory.satisfaction.told * sees_delays,
        )
        self.after_sale = AfterSale(
            world, config.after_sale, config.memory, self.people, self._diary
        )
        self._enquiries = Enquiries(world, config.contact, config.contact_hours, self.people)
        self._survey = Survey(world, config.survey, config.memory.recall, self.people)
        self._react(config.loyalty)
        self._cannibalisation = Cannibalisation(world, config.cannibalisation, self.people)
        self._reorders = world.dials.declare(
            "customers.reorders", 1.0, "add", "repeat orders of customers, in usual rates"
        )
        self._awaiting: dict[tuple[int, int], Order] = {}
        names = ("leave", "order", "order_time", "cancel", "fit")
        self._draw = {name: world.draws.stream(f"customers.{name}") for name in names}
        self.place_order: Callable[[Order], None] = nobody
        self.cancel_order: Callable[[Order], bool] = lambda order: False
        self.refund: Callable[[Order], None] = nobody
        self.contact_support: Callable[[ContactBatch], None] = nobody
        self.call_again: Callable[[Ticket, ContactChannel], None] = nobody
        self.tell: Callable[[Segment, int, int], None] = nobody
        self.farewell: Callable[[Iterable[int]], None] = nobody
        midnight = np.ceil(world.now / DAY) * DAY + 5.0 / 60.0
        world.every(DAY, self._day, first=midnight, rank=Rank.DAILY)
        world.every(DAY, self._evening, first=midnight + 23.4, rank=Rank.DAILY)
        world.every(WEEK, self._survey.ask, first=midnight, rank=Rank.WEEKLY)
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
        if lead.segment is Segment.NICHE:
            self._cannibalisation.joined()
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
        self.after_sale.delivered(orders, arrivals)

    def has_open_issue(self, order: Order) -> bool:
        """Whether this customer waits for a problem to be solved."""
        return bool(self.people.open_issues[order.row] > 0)

    def turned_away(self, order: Order) -> None:
        """The order came to nothing for want of a part: felt as one that had to be cancelled."""
        del self._awaiting[order.customer, order.nth]
        self._diary.cancelled(order)

    def make_good(self, row: int, share: float) -> None:
        """Support gives a customer back a share of what the last failure took (a credit, ...)."""
        self._complaints.make_good(row, share)

    def hear(self, ticket: Ticket) -> None:
        """An agent answered, or nobody did; try again, write instead, or leave it at that."""
        if ticket.stated_due is not None and ticket.order is not None:
            ticket.order.stated_due = ticket.stated_due
        attempt = self._enquiries.next_attempt(ticket)
        if ticket.outcome is not Outcome.GIVEN_UP or attempt is None:
            self._diary.answered(ticket)
        self._strive(ticket, attempt)
        self._keep_open(ticket, attempt is not None)
        if attempt is not None:
            when, channel = attempt
            self._world.at(when, self._again, ticket, channel)

    def wait(self, ticket: Ticket) -> None:
        """A problem was brought up; until it is closed the customer has an issue with us."""
        self._keep_open(ticket, True)

    def _keep_open(self, ticket: Ticket, is_open: bool) -> None:
        if is_open is not ticket.is_open:
            self.people.open_issues[ticket.row] += 1 if is_open else -1
            ticket.is_open = is_open

    def called_back(self, ticket: Ticket) -> None:
        """A call-back solved the problem: who meant to bring it up again does not."""
        self.people.effort[ticket.row] = 0
        self._keep_open(ticket, False)

    def _strive(self, ticket: Ticket, attempt: tuple[float, ContactChannel] | None) -> None:
        """Contacts in vain, and changes of channel, add up until a problem is solved."""
        effort = self.people.effort
        if ticket.outcome is Outcome.RESOLVED:
            effort[ticket.row] = 0
            return
        is_switch = attempt is not None and attempt[1] is not ticket.channel
        effort[ticket.row] += 1 + int(is_switch)
        if attempt is None and ticket.reason is Reason.COMPLAINT:
            self._complaints.give_up(ticket)

    def _react(self, loyalty: LoyaltyConfig) -> None:
        """Let failures be answered, if anything counts as a failure."""
        if not loyalty.reaction.failure:
            return
        reactions = Reactions(self._world, loyalty.reaction, self.people, self._complaints)
        reactions.complain = self._enquiries.complained
        reactions.leave = self._depart
        self._diary.react = reactions.after

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
        """Try once more, unless the customer or the problem has gone in the meantime."""
        if not ticket.is_open:
            return
        if self._enquiries.is_over(ticket) or not self.people.is_active[ticket.row]:
            self._keep_open(ticket, False)
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
        refunds = self.after_sale.overdue(day)
        batch = self._enquiries.of_the_day(rows, day, self._awaiting, refunds)
        if batch is not None:
            self.contact_support(batch)

    def _leave(self, rows: Ints, day: int) -> Ints:
        people = self.people
        luck = self._draw["leave"].uniforms(people.ids[rows], _occurrence(day))
        leaves = luck < -np.expm1(-self._hazard(rows))
        self._depart(rows[leaves])
        return rows[~leaves]

    def _depart(self, gone: Ints) -> None:
        """Customers leave for good."""
        people = self.people
        people.is_active[gone] = False
        if gone.size:
            self._world.record_block(
                CustomerLeft,
                self._world.now,
                people.ids[gone],
                people.segment[gone],
                people.source[gone],
            )
            self.farewell(people.ids[gone].tolist())

    def _order_again(self, rows: Ints, day: int) -> None:
        people = self.people
        rate = self._config.loyalty.orders_per_day(people.satisfaction[rows])
        chance = -np.expm1(-rate * max(0.0, self._reorders.value))
        luck = self._draw["order"].uniforms(people.ids[rows], _occurrence(day))
        rows = self._cannibalisation.reschedule(rows, luck < chance, chance, _occurrence(day))
        ids, nth = people.ids[rows], people.orders[rows] + earlier(rows)
        np.add.at(people.orders, rows, 1)
        self._cannibalisation.switch(rows, nth)
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
        self.after_sale.decide()
        for segment, (positive, negative) in self._diary.close_day().items():
            self.tell(segment, positive, negative)

    def brand_trust(self) -> float:
        """The mean trust of the customers: what a brand is known for."""
        rows = self.people.active_rows()
        return float(self.people.trust[rows].mean()) if rows.size else USUAL_TRUST


def _occurrence(period: int) -> int:
    """A non-negative key for a day or week that may lie before the clock's zero."""
    return period + 4096
