"""The stationary joint law of the customers, made by a burn-in of customers alone (MODEL C2).

Modelled: week after week, each customer orders, lives through a usual delivery, may contact support
with a usual outcome, and leaves with the hazard of the running model (loyalty); a newcomer, whose
first delivery comes at once, takes the place of who leaves. Whoever lives through a failure reacts
to it as in the running model (reaction): some leave at once, some complain, and the complaint is
handled with the usual outcome, in time if it is solved. After some lifetimes the joint law of
satisfaction, trust, expectation, experience and tenure no longer moves. A mere shift of one mean
cannot do this, since low satisfaction leaves sooner and lifts the mean.

Assumed: weekly steps; orders and contacts of one week are independent; no problem stays open over
a week's end; after a contact in vain voice is raised by asking again, not by a complaint.
Stationarity by
replacement as in Law (2015), Simulation Modeling and Analysis, ch. 9.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from orgsim.config.base import Config, param
from orgsim.customers.complaints import recovered
from orgsim.customers.expectations import speed_level
from orgsim.customers.loyalty import LoyaltyConfig
from orgsim.customers.population import MemoryConfig, Population
from orgsim.customers.satisfaction import reliability_level
from orgsim.entities import Attribute, Floats, Ints, Occasion, Reaction
from orgsim.kernel.distributions import NumberLaw, standard_normal
from orgsim.kernel.draws import Draws
from orgsim.units import DAY, Count, Rate, Share

BURN_IN_REPLICATION = 2**63
"""No replication of an experiment has this number, so the burn-in has luck of its own."""


class UsualConfig(Config):
    """What customers usually lived through before the clock starts."""

    weeks: Count = param(
        "length of the burn-in that makes the customers of the start",
        unit="wk",
        section="C2",
        ge=0,
        le=5200,
    )
    delivery_days: NumberLaw = param(
        "whole days from order to door before the clock starts", unit="d", section="C2"
    )
    incomplete: Share = param(
        "share of parcels packed wrong before the clock starts", section="C2", ge=0, le=1
    )
    contacts: Rate = param(
        "contacts per customer, complaints apart, before the clock starts",
        unit="1/h",
        section="C2",
        ge=0,
    )
    solved_at_once: Share = param(
        "share of contacts solved at once before the clock starts", section="C2", ge=0, le=1
    )
    wrongly_answered: Share = param(
        "share of contacts answered wrongly before the clock starts", section="C2", ge=0, le=1
    )
    about_product: Share = param(
        "share of wrong answers about the product, the others being about parcels and bills, "
        "before the clock starts",
        section="C2",
        ge=0,
        le=1,
    )


@lru_cache(maxsize=4)
def stationary_law(
    memory: MemoryConfig,
    loyalty: LoyaltyConfig,
    usual: UsualConfig,
    weights: tuple[float, ...],
    promised: tuple[float, ...],
    promised_days: int,
    size: int,
    seed: int,
) -> Population:
    """The customers after the burn-in: ``size`` rows of the base segment, all active.

    The same for every variant and replication of a seed (cached per process).
    """
    return _BurnIn(memory, loyalty, usual, weights, promised, promised_days, size, seed).run()


class _BurnIn:
    def __init__(
        self,
        memory: MemoryConfig,
        loyalty: LoyaltyConfig,
        usual: UsualConfig,
        weights: tuple[float, ...],
        promised: tuple[float, ...],
        promised_days: int,
        size: int,
        seed: int,
    ) -> None:
        self._memory, self._loyalty, self._usual = memory, loyalty, usual
        self._promised, self._promised_days = np.array(promised), promised_days
        self._draws = Draws(seed, BURN_IN_REPLICATION)
        self._days = self._draws.quantity("burn_in.days", usual.delivery_days)
        self._rows = np.arange(size)
        self._people = Population(memory, np.array([weights, weights]), max(size, 1))
        self._people.size = size
        self._gone = np.zeros(size, dtype=bool)
        self._renew(self._rows, 0)

    def run(self) -> Population:
        for week in range(1, self._usual.weeks + 1):
            self._order(week)
            self._contact(week)
            self._leave(week)
            self._people.recall.turn_week()
        return self._people

    def _uniforms(self, purpose: str, rows: Ints, week: int) -> Floats:
        return self._draws.stream(f"burn_in.{purpose}").uniforms(rows, week)

    def _renew(self, rows: Ints, week: int) -> None:
        """Newcomers: promised, not yet experienced; their first order is due at once."""
        people, memory = self._people, self._memory
        people.is_active[rows] = True
        people.episodes[rows] = 0
        people.trust[rows] = memory.trust.start
        people.satisfaction[rows] = memory.satisfaction.intercept
        fit = standard_normal(self._uniforms("fit", rows, week))
        people.fit[rows] = np.clip(memory.fit.mean + memory.fit.deviation * fit, 0, 1)
        people.expected[rows] = self._promised
        people.expected[rows, Attribute.FIT] = memory.fit.mean
        people.recall.begin(rows)
        people.promised[rows] = 0.0
        people.hear_promise(rows, self._promised, True)

    def _order(self, week: int) -> None:
        people, rows = self._people, self._rows
        rate = self._loyalty.orders_per_day(people.satisfaction[rows])
        orders = self._uniforms("order", rows, week) < -np.expm1(-7.0 * rate)
        rows = rows[orders | (people.episodes[rows] == 0)]
        people.hear_promise(rows, self._promised, False)
        days = self._days.block(rows, week)
        complete = self._uniforms("complete", rows, week) >= self._usual.incomplete
        late = days - self._promised_days
        seen = people.expected[rows]
        seen[:, Attribute.PRICE] = self._promised[Attribute.PRICE]
        seen[:, Attribute.SPEED] = speed_level(days)
        seen[:, Attribute.RELIABILITY] = reliability_level(
            late, complete.astype(float), self._silence(rows, week)
        )
        seen[:, Attribute.FIT] = people.fit[rows]
        noise = standard_normal(self._uniforms("delivery_noise", rows, week))
        before = people.satisfaction[rows]
        lived, _ = people.live_through(rows, Occasion.DELIVERY, seen, noise)
        self._react(Occasion.DELIVERY, rows, lived, before, week)

    def _silence(self, rows: Ints, week: int) -> Floats | float:
        cfg = self._memory.satisfaction
        if not cfg.told:
            return cfg.silence
        return np.where(self._uniforms("told", rows, week) < cfg.told, 0.0, cfg.silence)

    def _contact(self, week: int) -> None:
        people = self._people
        chance = -np.expm1(-7.0 * DAY * self._usual.contacts)
        rows = self._rows[self._uniforms("contact", self._rows, week) < chance]
        luck = self._uniforms("outcome", rows, week)
        solved, wrong = self._usual.solved_at_once, self._usual.wrongly_answered
        is_wrong = (luck >= solved) & (luck < solved + wrong)
        seen = people.expected[rows]
        seen[:, Attribute.KNOWLEDGE] = np.where(luck < solved, 1.0, np.where(is_wrong, 0.0, 0.5))
        noise = standard_normal(self._uniforms("contact_noise", rows, week))
        before = people.satisfaction[rows]
        lived, _ = people.live_through(rows, Occasion.CONTACT, seen, noise)
        misstated = self._memory.expectation.misstated_fit
        is_promise = is_wrong & (self._uniforms("about", rows, week) < self._usual.about_product)
        people.hear_statement(rows[is_promise], Attribute.FIT, misstated)
        self._react(Occasion.CONTACT, rows, lived, before, week)

    def _react(
        self, occasion: Occasion, rows: Ints, lived: Floats, before: Floats, week: int
    ) -> None:
        """Whoever lived through a failure leaves at once, complains this week, or is silent."""
        cfg, people = self._loyalty.reaction, self._people
        failed = lived < cfg.failure
        if not failed.any():
            return
        rows, lived, before = rows[failed], lived[failed], before[failed]
        luck = self._uniforms(f"{occasion.name.lower()}_reaction", rows, week)
        effort = np.full(rows.size, int(occasion is Occasion.CONTACT))
        reaction = cfg.choose(luck, lived, people.trust[rows], effort)
        self._gone[rows[reaction == Reaction.EXIT]] = True
        loud = reaction == Reaction.VOICE
        if occasion is Occasion.DELIVERY and loud.any():
            self._complain(rows[loud], before[loud], week)

    def _complain(self, rows: Ints, before: Floats, week: int) -> None:
        """Complaints: solved, and part of the damage made good, or one more failure."""
        cfg, people = self._loyalty.recovery, self._people
        loss = np.maximum(0.0, before - people.satisfaction[rows])
        is_solved = self._uniforms("complaint", rows, week) < self._usual.solved_at_once
        seen = people.expected[rows]
        seen[:, Attribute.KNOWLEDGE] = np.where(is_solved, 1.0, 0.5)
        burden = np.where(is_solved, 0.0, cfg.double_deviation)
        noise = standard_normal(self._uniforms("complaint_noise", rows, week))
        people.live_through(rows, Occasion.CONTACT, seen, noise, burden=burden)
        happy = rows[is_solved]
        people.satisfaction[happy] = recovered(
            people.satisfaction[happy],
            before[is_solved],
            loss[is_solved],
            cfg.restored,
            cfg.paradox,
        )
        people.trust[happy] = np.minimum(1.0, people.trust[happy] + cfg.trust)

    def _leave(self, week: int) -> None:
        people, rows = self._people, self._rows
        hazard = self._loyalty.leaving_per_day(
            people.satisfaction[rows],
            people.trust[rows],
            people.source[rows],
            people.open_issues[rows],
        )
        gone = self._uniforms("leave", rows, week) < -np.expm1(-7.0 * hazard)
        self._renew(rows[gone | self._gone], week)
        self._gone[:] = False
