"""Sales: reps who take up leads and what they promise (MODEL M2.1-M2.5).

Modelled: part of the qualified leads decide on the web by themselves; the others queue for a finite
set of reps. A lead that waits goes cold; a bolder promise wins more deals, and a rep who is paid on
bookings and behind quota stretches it.

1. At its own moment a lead qualifies, or ends; a qualified one decides on the web at once, with the
   campaign's claim and no ageing, or joins the queue of the reps on duty, who finish whom they have
   begun. Served is who came first, or last, or scores best: the win probability on arrival, in
   classes of 5 points, first come first served within one. (What it would be at pick-up changes
   while a lead waits, and no desk sorts all its leads anew for each call.)
2. A rep who takes a lead up adds to the claim what pays (first-order condition of the rep's own
   pay, with the win probability P at the claim alone and the gap to quota of the last 28 days):

       phi_s = a_phi P (1 - P) w_book (1 + gamma gap) / (c_0 + chi w_cx ell + k_cb),  in [0, cap],

   further at the end of a period that falls short (see the quota).
3. After the handle time the lead decides. T is the open sales hours it waited for the rep (S4):

       P(win) = logistic(b_0 + a_phi min(1, phi_m + phi_s) + a_d discount + a_rep skill
                         + a_T (brand trust - .8) - a_N W-) (1 + T / tau)^-beta.

   It is compared with one number per prospect, the same in every variant. Trust in the brand and
   the bad talk per customer, W-, are what the prospect met with in the market: they come with the
   lead, and no rep looks into customers' minds. The discount is from the list price, whoever
   grants it. The skill is the mean of who is on duty as the rep takes the lead up; who decides on
   the web meets with none.
4. A win makes a customer and a first order, and earns a commission (see `order_entry`).
5. Where the order page quotes dates, promise and win probability follow the quote (see `quoting`).

Assumed: own reps are alike, a lead is served once and never called back. Lead ageing after Oldroyd,
McElheran & Elkington (2011), deliberately attenuated.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator
from math import inf
from typing import Literal

import numpy as np

from orgsim.config.base import Config, param
from orgsim.departments.order_entry import OrderEntry
from orgsim.departments.order_record import HandoffConfig
from orgsim.departments.persuasion import (
    USUAL_TRUST,
    InfluenceConfig,
    PersuasionConfig,
    RepIncentives,
    freshness,
    rep_inflation,
    win_probability,
)
from orgsim.departments.quota import ClawbackConfig, Commission, Quota, QuotaConfig
from orgsim.departments.quoting import at_price, later
from orgsim.departments.sales_force import CLASSES, SalesForce
from orgsim.departments.temporary_reps import TemporaryConfig
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
from orgsim.facts import LeadLost, LeadQualified, LeadTouched, LeadWon
from orgsim.governance.information import Information
from orgsim.kernel.distributions import DurationLaw
from orgsim.kernel.world import World
from orgsim.units import DAY, WEEK, Duration, Number, Price, Quantity, Share
from orgsim.weekly import Heads, Weekly


class SalesConfig(Config):
    """Sales' parameters."""

    base: PersuasionConfig
    niche: PersuasionConfig
    influence: InfluenceConfig
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
    are_reps_shared: bool = param(
        "whether niche leads queue for the common reps; if not, others take them up at once",
        section="M3.1",
    )
    discipline: Literal["first_come", "last_come", "score"] = param(
        "which waiting lead is served next", section="M2.1"
    )
    temporary: TemporaryConfig
    handle_time: DurationLaw = param("a rep's work on one lead", unit="h", section="M2.1")
    ageing_scale: Duration = param(
        "open sales hours that make a lead old (tau)", unit="h", section="M2.2", gt=0
    )
    ageing_power: Number = param("how fast a waiting lead goes cold (beta)", section="M2.2", ge=0)
    incentives: RepIncentives
    quota: QuotaConfig
    clawback: ClawbackConfig
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


class Sales:
    """Converts qualified leads into customers and first orders."""

    def __init__(
        self,
        world: World,
        config: SalesConfig,
        handoff: HandoffConfig,
        information: Information | None = None,
        bookings_target: float = 0.0,
    ) -> None:
        """``bookings_target`` is the team's quota in bookings a day, 0 where it has none."""
        self._world = world
        self._config = config
        self._force = SalesForce(world, config, information, self._book_money)
        self.reps = self._force.reps
        self.temporary = self._force.temporary
        self._target = bookings_target / DAY
        self.quota = Quota(world, config.quota, self._target)
        self.commission = Commission(world, config.clawback, self._book_money)
        self._intent = world.dials.declare(
            "sales.intent", 0.0, "add", "log-odds by which leads decide more easily than usual"
        )
        self._held_back = 0
        self._elsewhere = 0
        self._opened = world.now
        self._recent_bookings: deque[float] = deque()
        self._luck = {
            name: world.draws.stream(f"sales.{name}") for name in ("qualify", "web", "win")
        }
        self._handle = world.draws.quantity("sales.handle_time", config.handle_time)
        self._prices = {Segment.BASE: config.price_base, Segment.NICHE: config.price_niche}
        self.orders = OrderEntry(world, handoff, self._prices, self._standard_due, self._book_money)
        self.promise: Callable[[Segment, float], Promise] = plain_promise
        self.delay: Callable[[Segment], int] = lambda segment: 0
        self.asked_price: Callable[[], float] = lambda: 1.0
        self.welcome: Callable[[Lead, Promise], int] = lambda lead, promise: -1
        self.post: Post = nobody

    @property
    def in_hand(self) -> int:
        """Leads that wait for a rep or talk to one, and deals held back."""
        return self.reps.queued + self.reps.busy + self._elsewhere + self._held_back

    def receive(self, batch: LeadBatch) -> None:
        """Qualify a day's leads; web buyers decide at once, the others queue for a rep."""
        ids = batch.ids
        qualified = self._luck["qualify"].uniforms(ids) < batch.qualified_share
        on_web = self._luck["web"].uniforms(ids) < self._config.web_share
        luck = self._luck["win"].uniforms(ids)
        handle = self._handle.block(ids)
        sways = self._config.influence
        standing = sways.trust * (batch.trust - USUAL_TRUST) - sways.bad_talk * batch.doubt
        for at in np.flatnonzero(qualified):
            lead = Lead(
                id=int(ids[at]),
                segment=batch.segment,
                source=batch.source,
                created=float(batch.times[at]),
                claim=batch.claim,
                handle_hours=float(handle[at]),
                luck=float(luck[at]),
                standing=standing,
            )
            self._world.at(lead.created, self._web_visit if on_web[at] else self._queue, lead)

    def quota_gap(self) -> float:
        """How far the last 28 days of bookings lie below target, as a share (an own gauge)."""
        recent = self._recent_bookings
        while recent and recent[0] < self._world.now - 28 * DAY:
            recent.popleft()
        elapsed = min(28 * DAY, self._world.now - self._opened)
        if elapsed < WEEK or self._target <= 0:
            return 0.0
        return 1.0 - len(recent) / (self._target * elapsed)

    def _queue(self, lead: Lead) -> None:
        self._world.record(LeadQualified(self._world.now, lead.id, lead.segment, True))
        self._world.start(self._serve(lead), name="lead")

    def _serve(self, lead: Lead) -> Generator[object, object, None]:
        """Wait for a rep; the rep talks, promises what seems needed, and the lead decides."""
        is_apart = not self._config.are_reps_shared and lead.segment is Segment.NICHE
        if not is_apart:
            yield self.reps.turn(self._class(lead))
        waited = self._config.hours.integral(lead.created, self._world.now)
        skill = 0.0 if is_apart else self._force.skill
        inflation = self._stretch(lead, skill)
        self._world.record(LeadTouched(self._world.now, lead.id, lead.segment, waited, inflation))
        self._elsewhere += is_apart
        yield lead.handle_hours
        self._elsewhere -= is_apart
        if not is_apart:
            self.reps.release()
        age = freshness(waited, self._config.ageing_scale, self._config.ageing_power)
        until, discount = self.quota.held_until(lead.id), self.quota.discount
        self._decide(lead, lead.claim + inflation, age, until, discount=discount, skill=skill)

    def _class(self, lead: Lead) -> int:
        """Who is served before whom: 0 for all, or by the win probability on arrival."""
        if self._config.discipline != "score":
            return 0
        score = self._chance(lead, lead.claim)
        return min(CLASSES - 1, int((1.0 - score) * CLASSES))

    def _web_visit(self, lead: Lead) -> None:
        self._world.record(LeadQualified(self._world.now, lead.id, lead.segment, False))
        self._decide(lead, lead.claim, 1.0)

    def _stretch(self, lead: Lead, skill: float) -> float:
        """What the rep adds to the claim, judged by the win probability before adding it (S3)."""
        effect = self._persuasion(lead.segment).claim_effect
        win = self._chance(lead, lead.claim, self.quota.discount, skill)
        pay, restraint = self._config.incentives, self._config.clawback.restraint
        return rep_inflation(
            effect, win, self.quota_gap(), pay, restraint=restraint, push=self.quota.push
        )

    def _chance(
        self, lead: Lead, inflation: float, discount: float = 0.0, skill: float = 0.0
    ) -> float:
        """The win probability of a fresh lead at this claim; a rep may grant a discount."""
        sways = self._config.influence
        more = lead.standing + self._intent.value
        more += sways.discount * (1.0 - self.asked_price() * (1.0 - discount))
        more += sways.skill * skill
        return win_probability(self._persuasion(lead.segment), inflation, more)

    def _decide(
        self,
        lead: Lead,
        inflation: float,
        age_factor: float,
        until: float | None = None,
        *,
        discount: float = 0.0,
        skill: float = 0.0,
    ) -> None:
        """Won or lost; a deal that is won may be held back, on its terms, until the next period."""
        inflation = min(1.0, inflation)
        win = self._chance(lead, inflation, discount, skill) * age_factor
        win *= (1.0 - self._persuasion(lead.segment).delay_loss) ** self.delay(lead.segment)
        if lead.luck >= win:
            self._world.record(LeadLost(self._world.now, lead.id, lead.segment))
            return
        promise = later(self.promise(lead.segment, inflation), self.delay(lead.segment))
        promise = at_price(promise, 1.0 - discount)
        if until is None:
            self._win(lead, inflation, promise)
        else:
            self._held_back += 1
            opens = self._config.hours.next_positive(until)
            when = opens if opens < inf else until
            self._world.at(when, self._book_held, lead, inflation, promise)

    def _book_held(self, lead: Lead, inflation: float, promise: Promise) -> None:
        self._held_back -= 1
        self._win(lead, inflation, promise)

    def _win(self, lead: Lead, inflation: float, promise: Promise) -> None:
        now = self._world.now
        self._recent_bookings.append(now)
        self.quota.book()
        self._world.record(LeadWon(now, lead.id, lead.segment, lead.source, inflation))
        row = self.welcome(lead, promise)
        order = new_order(lead.id, row, 0, lead.segment, promise, now)
        price = self._prices[lead.segment] * promise.price
        bonus = round(100 * price * self._config.commission)
        self.commission.earn(lead.id, lead.segment, bonus)
        self.orders.book(order)

    def _persuasion(self, segment: Segment) -> PersuasionConfig:
        return self._config.niche if segment is Segment.NICHE else self._config.base

    def _standard_due(self, order: Order) -> float:
        days = self.promise(Segment.BASE, 0.0).days + self.delay(order.segment)
        return due_date(order.placed, days)

    def _book_money(self, debit: Account, credit: Account, cents: int) -> None:
        self.post(debit, credit, cents)
