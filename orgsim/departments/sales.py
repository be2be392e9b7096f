"""Sales: reps who take up leads, what they promise, and the order record (MODEL M2.1-M2.4, M2.6).

Modelled: part of the qualified leads decide on the web by themselves; the others queue for a finite
set of reps. A lead that waits goes cold; a bolder promise wins more deals, and a rep who is paid on
bookings and behind quota stretches it. What was promised is written on the order record, where
each promised field survives with a probability: what is lost there, no one downstream can keep.

1. At its own moment a lead qualifies, or ends; a qualified one decides on the web at once, with the
   campaign's claim and no ageing, or joins the reps' queue: first come first served, by the reps on
   duty, who finish whom they have begun.
2. A rep who takes a lead up adds to the claim what pays (first-order condition of the rep's own
   pay, with the win probability P at the claim alone and the gap to quota of the last 28 days):

       phi_s = a_phi P (1 - P) w_book (1 + gamma gap) / (c_0 + chi w_cx ell),  within [0, cap].

3. After the handle time the lead decides. T is the open sales hours it waited for the rep (S4):

       P(win) = logistic(b_0 + a_phi min(1, phi_m + phi_s)) (1 + T / tau)^-beta.

   It is compared with one number per prospect, the same in every variant.
4. A win makes a customer and a first order, and earns a commission. Every order, first or repeat,
   is paid when placed, but for customers on account, and gets a record: express, set-up and the
   special date are each kept with probability h_so. Where the date is lost the record shows the
   standard one; the customer's own stays. On the agents' desktop set-up and date appear with
   probability h_ss each. The order goes to logistics at once.
5. Where the order page quotes dates, promise and win probability follow the quote (see `quoting`).

Assumed: reps are alike, a lead is served once and never called back. Lead ageing after Oldroyd,
McElheran & Elkington (2011), deliberately attenuated.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator

import numpy as np

from orgsim.config.base import Config, param
from orgsim.departments.quoting import later
from orgsim.entities import (
    Account,
    Lead,
    LeadBatch,
    Order,
    Post,
    Promise,
    Segment,
    due_date,
    new_order,
    nobody,
    plain_promise,
)
from orgsim.facts import LeadLost, LeadQualified, LeadTouched, LeadWon, OrderPlaced
from orgsim.kernel.distributions import DurationLaw
from orgsim.kernel.resources import Pool
from orgsim.kernel.world import Rank, World
from orgsim.units import DAY, WEEK, Duration, Effect, Number, Price, Quantity, Rate, Share
from orgsim.weekly import Heads, Weekly


class PersuasionConfig(Config):
    """How a segment decides."""

    win_intercept: Effect = param(
        "log-odds of winning a fresh lead at an honest promise (b_0)",
        unit="log-odds",
        section="M2.3",
    )
    claim_effect: Effect = param(
        "gain per full headline of promise inflation (a_phi)", unit="log-odds", section="M2.3", ge=0
    )
    delay_loss: Share = param(
        "share of wins lost per day quoted beyond the usual (a_atp)", section="M3.6", ge=0, le=1
    )


class RepIncentives(Config):
    """What a rep is paid and cares for."""

    weight_bookings: Number = param(
        "weight of bookings in a rep's pay (w_book)", section="M2.4", ge=0
    )
    weight_experience: Number = param(
        "weight of customer experience in a rep's pay (w_cx)", section="M2.4", ge=0
    )
    line_of_sight: Share = param(
        "how far a rep sees the own part in the shared goal (ell)", section="M6.2"
    )
    integrity_cost: Number = param(
        "what stretching the truth costs a rep (c_0)", section="M2.4", gt=0
    )
    experience_cost: Number = param(
        "how much the shared goal restrains a rep who is paid for it (chi)", section="M2.4", ge=0
    )
    pressure: Number = param(
        "how much a gap to quota adds to the pull of bookings (gamma)", section="M2.4", ge=0
    )
    cap: Number = param(
        "largest inflation a rep may add", unit="of the full headline", section="M2.4", ge=0
    )


class SalesConfig(Config):
    """Sales' parameters."""

    base: PersuasionConfig
    niche: PersuasionConfig
    web_share: Share = param(
        "share of qualified leads that decide on the web, without a rep", section="M2.1"
    )
    quotes_stock: bool = param(
        "whether the order page quotes its date from what sales believes of stock (ATP)",
        section="M3.6",
    )
    hours: Weekly = param(
        "when sales is open; a lead ages in these hours", unit="week", section="s.0.3"
    )
    reps: Heads = param("reps selling, by hour of the week", unit="people", section="M2.1")
    handle_time: DurationLaw = param("a rep's work on one lead", unit="h", section="M2.1")
    ageing_scale: Duration = param(
        "open sales hours that make a lead old (tau)", unit="h", section="M2.2", gt=0
    )
    ageing_power: Number = param("how fast a waiting lead goes cold (beta)", section="M2.2", ge=0)
    incentives: RepIncentives
    bookings_target: Rate = param(
        "the team's quota, below which reps press harder", unit="1/h", section="O3", gt=0
    )
    price_base: Price = param(
        "price of an order of the base offer", unit="EUR", section="s.11", ge=0
    )
    price_niche: Price = param(
        "price of an order of the niche offer", unit="EUR", section="s.11", ge=0
    )
    payroll_fte: Quantity = param(
        "reps employed and paid", unit="FTE", section="s.11", ge=0, le=100_000
    )
    salary: Price = param("yearly cost of a rep", unit="EUR/a", section="s.11", ge=0)
    commission: Share = param(
        "commission, as a share of a customer's first order", section="O4", ge=0
    )


class HandoffConfig(Config):
    """What survives where departments meet (MODEL M2.6)."""

    order_fields: Share = param(
        "probability that each promised field reaches the order record (h_so)",
        section="M2.6",
        ge=0,
        le=1,
    )
    desktop_fields: Share = param(
        "probability that each promised field reaches the agents' desktop (h_ss)",
        section="M2.6",
        ge=0,
        le=1,
    )


class Sales:
    """Converts qualified leads and writes every order's record."""

    def __init__(
        self,
        world: World,
        config: SalesConfig,
        handoff: HandoffConfig,
    ) -> None:
        self._world = world
        self._config = config
        self.reps = Pool(world, "reps", config.reps)
        self._opened = world.now
        self._recent_bookings: deque[float] = deque()
        self._luck = {
            name: world.draws.stream(f"sales.{name}") for name in ("qualify", "web", "win")
        }
        self._survives = {
            field: (world.draws.stream(f"sales.field.{field}"), probability)
            for fields, probability in (
                (("express", "setup", "due"), handoff.order_fields),
                (("setup_on_desktop", "due_on_desktop"), handoff.desktop_fields),
            )
            for field in fields
        }
        self._handle = world.draws.quantity("sales.handle_time", config.handle_time)
        self._cents = {
            Segment.BASE: round(100 * config.price_base),
            Segment.NICHE: round(100 * config.price_niche),
        }
        self._record_order = world.journal.recorder(OrderPlaced)
        self.promise: Callable[[Segment, float], Promise] = plain_promise
        self.delay: Callable[[Segment], int] = lambda segment: 0
        self.welcome: Callable[[Lead, Promise], int] = lambda lead, promise: -1
        self.confirm: Callable[[Order], None] = nobody
        self.place_order: Callable[[Order], None] = nobody
        self.show_agents: Callable[[Order], None] = nobody
        self.takes_on_account: Callable[[Order], bool] = lambda order: False
        self.post: Post = nobody
        world.every(WEEK, self._pay_reps, first=world.now + WEEK, rank=Rank.CLOSE)

    @property
    def in_hand(self) -> int:
        """Leads that wait for a rep or talk to one."""
        return self.reps.queued + self.reps.busy

    def receive(self, batch: LeadBatch) -> None:
        """Qualify a day's leads; web buyers decide at once, the others queue for a rep."""
        ids = batch.ids
        qualified = self._luck["qualify"].uniforms(ids) < batch.qualified_share
        on_web = self._luck["web"].uniforms(ids) < self._config.web_share
        luck = self._luck["win"].uniforms(ids)
        handle = self._handle.block(ids)
        for at in np.flatnonzero(qualified):
            lead = Lead(
                id=int(ids[at]),
                segment=batch.segment,
                source=batch.source,
                created=float(batch.times[at]),
                claim=batch.claim,
                handle_hours=float(handle[at]),
                luck=float(luck[at]),
            )
            self._world.at(lead.created, self._web_visit if on_web[at] else self._queue, lead)

    def book(self, order: Order) -> None:
        """Write the order record: each promised field survives with the hand-off's fidelity."""
        promise, standard = order.promise, self._standard_due(order)
        order.express_on_record = promise.express and self._is_kept("express", order)
        order.setup_on_record = promise.setup and self._is_kept("setup", order)
        order.due_on_record = order.due if self._is_kept("due", order) else standard
        order.setup_on_desktop = promise.setup and self._is_kept("setup_on_desktop", order)
        order.due_on_desktop = order.due == standard or self._is_kept("due_on_desktop", order)
        order.price_cents = self._cents[order.segment]
        order.on_account = self.takes_on_account(order)
        if not order.on_account:
            self.post(Account.CASH, Account.DEFERRED_REVENUE, order.price_cents)
        self._record_order(
            (
                self._world.now,
                order.customer,
                order.nth,
                order.segment,
                order.due,
                promise.express,
                order.express_on_record,
                order.setup_on_record,
                order.setup_on_desktop,
                order.due_on_desktop,
                order.price_cents,
            )
        )
        self.confirm(order)
        self.show_agents(order)
        self.place_order(order)

    def exchange(self, order: Order) -> int:
        """The customer takes the other variant, at its price; the cents that go back."""
        returned = order.price_cents - self._cents[order.variant]
        order.price_cents -= returned
        order.setup_on_record = False  # the set-up belongs to the niche offer
        if not order.on_account:
            self.post(Account.DEFERRED_REVENUE, Account.CASH, returned)
        return returned

    def quota_gap(self) -> float:
        """How far the last 28 days of bookings lie below target, as a share (an own gauge)."""
        recent = self._recent_bookings
        while recent and recent[0] < self._world.now - 28 * DAY:
            recent.popleft()
        elapsed = min(28 * DAY, self._world.now - self._opened)
        if elapsed < WEEK:
            return 0.0
        return 1.0 - len(recent) / (self._config.bookings_target * elapsed)

    def _queue(self, lead: Lead) -> None:
        self._world.record(LeadQualified(self._world.now, lead.id, lead.segment, True))
        self._world.start(self._serve(lead), name="lead")

    def _serve(self, lead: Lead) -> Generator[object, object, None]:
        """Wait for a rep; the rep talks, promises what seems needed, and the lead decides."""
        yield self.reps
        waited = self._config.hours.integral(lead.created, self._world.now)
        inflation = self._stretch(lead)
        self._world.record(LeadTouched(self._world.now, lead.id, lead.segment, waited, inflation))
        yield lead.handle_hours
        self.reps.release()
        age = (1.0 + waited / self._config.ageing_scale) ** -self._config.ageing_power
        self._decide(lead, lead.claim + inflation, age)

    def _web_visit(self, lead: Lead) -> None:
        self._world.record(LeadQualified(self._world.now, lead.id, lead.segment, False))
        self._decide(lead, lead.claim, 1.0)

    def _stretch(self, lead: Lead) -> float:
        """What the rep adds to the claim, judged by the win probability before adding it (S3)."""
        shape = self._persuasion(lead.segment)
        win = _win_probability(shape, lead.claim)
        pay = self._config.incentives
        return rep_inflation(shape.claim_effect, win, self.quota_gap(), pay)

    def _decide(self, lead: Lead, inflation: float, age_factor: float) -> None:
        inflation = min(1.0, inflation)
        shape = self._persuasion(lead.segment)
        win = _win_probability(shape, inflation) * age_factor
        win *= (1.0 - shape.delay_loss) ** self.delay(lead.segment)
        if lead.luck < win:
            self._win(lead, inflation)
        else:
            self._world.record(LeadLost(self._world.now, lead.id, lead.segment))

    def _win(self, lead: Lead, inflation: float) -> None:
        now = self._world.now
        promise = later(self.promise(lead.segment, inflation), self.delay(lead.segment))
        self._recent_bookings.append(now)
        self._world.record(LeadWon(now, lead.id, lead.segment, lead.source, inflation))
        row = self.welcome(lead, promise)
        order = new_order(lead.id, row, 0, lead.segment, promise, now)
        is_niche = lead.segment is Segment.NICHE
        price = self._config.price_niche if is_niche else self._config.price_base
        bonus = round(100 * price * self._config.commission)
        self.post(Account.COMMISSION, Account.CASH, bonus)
        self.book(order)

    def _persuasion(self, segment: Segment) -> PersuasionConfig:
        return self._config.niche if segment is Segment.NICHE else self._config.base

    def _is_kept(self, field: str, order: Order) -> bool:
        stream, probability = self._survives[field]
        return stream.uniform(order.customer, order.nth) < probability

    def _standard_due(self, order: Order) -> float:
        standard = later(self.promise(Segment.BASE, 0.0), self.delay(order.segment))
        return due_date(order.placed, standard.days)

    def _pay_reps(self) -> None:
        weekly = self._config.payroll_fte * self._config.salary * WEEK / 8760.0
        self.post(Account.SALES_PAYROLL, Account.CASH, round(100 * weekly))


def rep_inflation(claim_effect: float, win: float, gap: float, pay: RepIncentives) -> float:
    """The inflation phi_s a rep adds (MODEL M2.4, first-order condition of the rep's own pay).

    phi_s = a P (1 - P) w_book (1 + gamma gap) / (c_0 + chi w_cx ell), within [0, cap]. ``gap`` is
    the relative shortfall to quota; negative when ahead.
    """
    gain = claim_effect * win * (1.0 - win) * pay.weight_bookings * (1.0 + pay.pressure * gap)
    cost = pay.integrity_cost + pay.experience_cost * pay.weight_experience * pay.line_of_sight
    return min(pay.cap, max(0.0, gain / cost))


def _win_probability(shape: PersuasionConfig, inflation: float) -> float:
    odds = shape.win_intercept + shape.claim_effect * inflation
    return float(1.0 / (1.0 + np.exp(-odds)))
