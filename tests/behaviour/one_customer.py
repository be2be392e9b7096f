"""One established customer without luck: what a single experience does to the next year's orders.

The functions are those of the running model: promises, episodes, reactions, recovery and the two
daily rates. Chance is replaced by its expectation: episodes have no noise, every usual parcel takes
the mean time, and a reaction to a failure is lived through in every way, each with its probability.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from orgsim.config.schema import Scenario
from orgsim.customers.complaints import recovered
from orgsim.customers.expectations import speed_level
from orgsim.customers.population import Population
from orgsim.customers.satisfaction import reliability_level
from orgsim.entities import Attribute, Floats, Occasion, Segment, Source

EPISODES_OF_OLD = 60
"""Usual orders after which a customer is established: nothing moves any more."""

SILENT, HEARD, UNHEARD = range(3)
"""The ways in which a customer who stays lives on after a failure."""

Stimulus = Callable[["OneCustomer"], None]


class OneCustomer:
    """An established base customer, in three copies that part after a failure."""

    def __init__(self, scenario: Scenario) -> None:
        customers, market = scenario.customers, scenario.market
        vectors = [market.base.weights.vector(), market.niche.weights.vector()]
        self.memory, self.loyalty = customers.memory, customers.loyalty
        self.offer = scenario.marketing.capability.vector()
        self.solved = scenario.support.resolution
        self.people = Population(self.memory, np.array(vectors), 3)
        self.rows = np.arange(3)
        self.share = np.array([1.0, 0.0, 0.0])
        for row in self.rows:
            fit = self.memory.fit.mean
            self.people.add(int(row), Segment.BASE, Source.ORGANIC, self.offer, fit)
        self.people.hear_promise(self.rows, self.offer, True)
        self.usual_days = customers.usual.delivery_days.mean
        self.promised_days = 1.0 + 14.0 * (1.0 - self.offer[Attribute.SPEED])
        for _ in range(EPISODES_OF_OLD):
            self.order()

    def order(
        self, *, quoted: float = 0.0, late: float = 0.0, faster: float = 0.0, told: bool = False
    ) -> None:
        """Order once: ``quoted`` days of delay told up front, ``late`` days of delay nobody told.

        ``faster``: days by which the claim beats what is delivered.
        """
        promised = self.offer.copy()
        days = np.array([self.promised_days + quoted - faster])
        promised[Attribute.SPEED] = speed_level(days)[0]
        self.people.hear_promise(self.rows, promised, False)
        took = quoted + (self.promised_days + late if late else self.usual_days)
        overdue = np.full(3, took - days[0])
        seen = np.tile(promised, (3, 1))
        seen[:, Attribute.SPEED] = speed_level(np.array([took]))
        silence = 0.0 if told else self.memory.satisfaction.silence
        seen[:, Attribute.RELIABILITY] = reliability_level(overdue, np.ones(3), silence)
        seen[:, Attribute.FIT] = self.people.fit[self.rows]
        self._live(Occasion.DELIVERY, seen, 0)

    def contact(self, *outcomes: float) -> None:
        """Contact support about one problem: the level of each answer, the last one included."""
        for vain, level in enumerate(outcomes):
            seen = np.full((3, len(Attribute)), level)
            self._live(Occasion.CONTACT, seen, vain + int(level < 1.0))

    def _live(self, occasion: Occasion, seen: Floats, effort: int) -> None:
        people, cfg = self.people, self.loyalty.reaction
        before = people.satisfaction[self.rows].copy()
        lived, _ = people.live_through(self.rows, occasion, seen, np.zeros(3))
        if lived[SILENT] < cfg.failure and self.share[HEARD] == 0.0:
            trust = people.trust[self.rows]
            voice, _, silent = cfg.shares(lived, trust, np.full(3, float(effort)))
            if occasion is Occasion.CONTACT:
                voice, silent = np.zeros(3), voice + silent  # heard when it is brought up again
            parts = np.array([silent[0], voice[0] * self.solved, voice[0] * (1.0 - self.solved)])
            self.share = self.share.sum() * parts
            self._complain(before)

    def _complain(self, before: Floats) -> None:
        """One copy's complaint is solved in time, one's is not; the third keeps silent."""
        people, cfg = self.people, self.loyalty.recovery
        loss = np.maximum(0.0, before - people.satisfaction[self.rows])
        for row, level, burden in ((HEARD, 1.0, 0.0), (UNHEARD, 0.5, cfg.double_deviation)):
            at = np.array([row])
            seen = np.full((1, len(Attribute)), level)
            people.live_through(at, Occasion.CONTACT, seen, np.zeros(1), burden=burden)
        heard = np.array([HEARD])
        people.satisfaction[heard] = recovered(
            people.satisfaction[heard], before[heard], loss[heard], cfg.restored, cfg.paradox
        )
        people.trust[heard] = np.minimum(1.0, people.trust[heard] + cfg.trust)

    def hazard(self) -> float:
        """The rate of leaving per day, over the ways to live on."""
        people, rows = self.people, self.rows
        leaving = self.loyalty.leaving_per_day(
            people.satisfaction[rows], people.trust[rows], people.source[rows], np.zeros(3, int)
        )
        return float(self.share @ leaving / self.share.sum())

    def orders_in_a_year(self, days: int = 365) -> float:
        """Expected orders from now on, an order of the usual kind lived through when it is due."""
        people, rows, total, due = self.people, self.rows, 0.0, 0.0
        for _ in range(days):
            rate = self.loyalty.orders_per_day(people.satisfaction[rows])
            leaving = self.loyalty.leaving_per_day(
                people.satisfaction[rows], people.trust[rows], people.source[rows], np.zeros(3, int)
            )
            total += float(self.share @ rate)
            self.share = self.share * np.exp(-leaving)
            due += float(self.share @ rate / self.share.sum())
            if due >= 1.0:
                due -= 1.0
                self._keep_shares()
        return total

    def _keep_shares(self) -> None:
        """The next usual order; it fails nobody, so that nobody's way of living on changes."""
        share = self.share
        self.order()
        self.share = share


def change_of_orders(scenario: Scenario, stimulus: Stimulus, days: int = 365) -> float:
    """Relative change of the next year's expected orders by one experience, not a usual one."""
    usual, other = OneCustomer(scenario), OneCustomer(scenario)
    usual.order()
    stimulus(other)
    return other.orders_in_a_year(days) / usual.orders_in_a_year(days) - 1.0
