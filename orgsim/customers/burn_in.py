"""The stationary joint law of the customers, made by a burn-in of customers alone (MODEL C2).

Modelled: week after week, each customer orders, lives through a usual delivery, may contact support
with a usual outcome, and leaves with the hazard of the running model (M5.9); a newcomer, whose
first delivery comes at once, takes the place of who leaves. Per day, S satisfaction, T trust:

       leaving  = h_0 m_source exp(-b_S (S - 7.5) - b_T (T - .8) + b_o [a problem is open])
       ordering = r_0 exp(c_S (S - 7.5))

After some lifetimes the joint law of satisfaction, trust, expectation, experience and tenure no
longer moves. A mere shift of one mean cannot do this, since low satisfaction leaves sooner and
lifts the mean.

Assumed: weekly steps; orders and contacts of one week are independent. Stationarity by replacement
as in Law (2015), Simulation Modeling and Analysis, ch. 9.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from orgsim.config.base import Config, param
from orgsim.customers.expectations import speed_level
from orgsim.customers.population import MemoryConfig, Population
from orgsim.customers.satisfaction import reliability_level
from orgsim.entities import Attribute, Floats, Ints, Occasion
from orgsim.kernel.distributions import NumberLaw, standard_normal
from orgsim.kernel.draws import Draws
from orgsim.units import DAY, Count, Effect, Number, Rate, Share

BURN_IN_REPLICATION = 2**63
"""No replication of an experiment has this number, so the burn-in has luck of its own."""


class LoyaltyConfig(Config):
    """Who leaves and who orders again (MODEL M5.9)."""

    churn: Rate = param(
        "rate of leaving at a satisfaction of 7.5 and a trust of .8 (h_0)",
        unit="1/h",
        section="M5.9",
        ge=0,
    )
    churn_satisfaction: Effect = param(
        "fall of the log of the rate of leaving (b_S)",
        unit="per point of satisfaction",
        section="M5.9",
        ge=0,
    )
    churn_trust: Effect = param(
        "fall of the log of the rate of leaving (b_T)",
        unit="per unit of trust",
        section="M5.9",
        ge=0,
    )
    churn_open_issue: Effect = param(
        "rise of the log of the rate of leaving while a problem is open (b_o)", section="M5.9", ge=0
    )
    churn_campaign: Number = param(
        "multiple of the rate of leaving for customers won by the campaign",
        unit="times",
        section="M1.4",
        ge=0,
    )
    churn_word_of_mouth: Number = param(
        "multiple of the rate of leaving for customers won by word of mouth",
        unit="times",
        section="M1.4",
        ge=0,
    )
    reorder: Rate = param(
        "orders of a customer at a satisfaction of 7.5 (r_0)", unit="1/h", section="M5.9", ge=0
    )
    reorder_satisfaction: Effect = param(
        "rise of the log of the rate of ordering (c_S)",
        unit="per point of satisfaction",
        section="M5.9",
        ge=0,
    )

    def leaving_per_day(
        self, satisfaction: Floats, trust: Floats, source: Ints, open_issues: Ints
    ) -> Floats:
        """h = h_0 m_source exp(-b_S (S - 7.5) - b_T (T - .8) + b_o [open issue])."""
        multiple = np.array([1.0, 1.0, self.churn_campaign, self.churn_word_of_mouth])[source]
        score = (
            self.churn_satisfaction * (satisfaction - 7.5)
            + self.churn_trust * (trust - 0.8)
            - self.churn_open_issue * (open_issues > 0)
        )
        return self.churn * DAY * multiple * np.exp(-score)

    def orders_per_day(self, satisfaction: Floats) -> Floats:
        """r = r_0 exp(c_S (S - 7.5))."""
        return self.reorder * DAY * np.exp(self.reorder_satisfaction * (satisfaction - 7.5))


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
        "contacts per customer before the clock starts", unit="1/h", section="C2", ge=0
    )
    solved_at_once: Share = param(
        "share of contacts solved at once before the clock starts", section="C2", ge=0, le=1
    )
    wrongly_answered: Share = param(
        "share of contacts answered wrongly before the clock starts", section="C2", ge=0, le=1
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
        self._renew(self._rows, 0)

    def run(self) -> Population:
        for week in range(1, self._usual.weeks + 1):
            self._order(week)
            self._contact(week)
            self._leave(week)
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
            late, complete.astype(float), self._memory.satisfaction.silence
        )
        seen[:, Attribute.FIT] = people.fit[rows]
        noise = standard_normal(self._uniforms("delivery_noise", rows, week))
        people.live_through(rows, Occasion.DELIVERY, seen, noise)

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
        people.live_through(rows, Occasion.CONTACT, seen, noise)
        people.expected[rows[is_wrong], Attribute.FIT] = self._memory.expectation.misstated_fit

    def _leave(self, week: int) -> None:
        people, rows = self._people, self._rows
        hazard = self._loyalty.leaving_per_day(
            people.satisfaction[rows],
            people.trust[rows],
            people.source[rows],
            people.open_issues[rows],
        )
        gone = self._uniforms("leave", rows, week) < -np.expm1(-7.0 * hazard)
        self._renew(rows[gone], week)
