"""What a planner orders who knows what is to come: the campaign's plan (MODEL M3.2)."""

from __future__ import annotations

import numpy as np

from orgsim.kernel.world import Rank
from orgsim.units import DAY, WEEK
from tests.unit.parts import but
from tests.unit.test_replenishment import KIT, AStore

PLAN = (56, 112, 224, 224, 112, 56)
"""Niche orders of each week, spread evenly: a quarter of a day's come before the review at 06:00."""

ONSET = 8 * WEEK


class Supplied(AStore):
    """A shelf of kits that begins empty, and whose orders come after 21 days to the hour."""

    def __init__(self, fidelity: float) -> None:
        still = {"policy__smoothing": 0.0, "policy__safety": 0.0, "opening_stock": 0}
        super().__init__(but(KIT, **still), fidelity=fidelity)
        self.planner.order = self.supply
        self.most_waiting = 0
        self.information.send(
            "campaign_plan", "marketing", {"orders_per_week": np.array(PLAN, dtype=float)},
            dates={"onset": ONSET},
        )  # fmt: skip
        for week, orders in enumerate(PLAN):
            for number in range(orders):
                self.world.at(ONSET + (week + (number + 0.5) / orders) * WEEK, self.asked_for)
        self.world.run(until=ONSET + (len(PLAN) + 4) * WEEK)

    def supply(self, units: int) -> None:
        self.ordered.append((self.world.now, units))
        self.world.at(self.world.now + 21 * DAY, self.receive, units, rank=Rank.RECEIPT)

    def asked_for(self) -> None:
        self.ask()
        self.most_waiting = max(self.most_waiting, self.room.waiting("chassis"))


def test_who_knows_the_plan_exactly_lacks_nothing_and_has_nothing_left() -> None:
    """Perfect foresight: F = 1, no bias, no error and no safety stock."""
    informed = Supplied(fidelity=1.0)
    assert informed.most_waiting == 0
    assert informed.planner.on_hand == 0
    assert sum(units for _, units in informed.ordered) == sum(PLAN)


def test_the_less_of_the_plan_comes_through_the_more_customers_wait() -> None:
    waiting = [Supplied(fidelity).most_waiting for fidelity in (0.0, 0.5, 0.9, 1.0)]
    assert waiting == sorted(waiting, reverse=True)
    assert waiting[0] > sum(PLAN) / 2
