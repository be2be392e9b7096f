"""What an order-up-to rule with a smoothed forecast does upstream, by configuration (RC-22, M3.12).

L and R. Chen, Ryan & Simchi-Levi count in review periods and place an order at a period's start, so
that L of theirs is what our S = f (L + R) covers: (L + R) / R periods with our L from order to
receipt. The default chain (L 21 d, R 7 d) is their L = 4. Their result is exact for z = 0 where
orders may be negative; here demand is far enough from 0 that none would be. At L = 0 nothing is
covered, which a review in days cannot do: that limit is the formula's alone.
"""

from __future__ import annotations

import numpy as np
import pytest

from orgsim.analysis import theory
from orgsim.config.schema import Scenario
from orgsim.departments.replenishment import MONDAY_MORNING
from orgsim.facts import GoodsOrdered, OrderAllocated, OrderBackordered
from orgsim.units import DAY
from tests.theory.departments_alone import Column, columns, lone
from tests.theory.tools import assert_matches, over_ratios

MEAN, DEVIATION = 30, 3
WEEKS = 30
FIRST = 30
"""Days until the forecast has forgotten where it began."""


def store(lead_days: int, smoothing: float) -> Scenario:
    """Reviewed once a day; a day's demand comes in one lot, normal."""
    policy = (
        f"kind: order_up_to, review: 1d, safety: 0, smoothing: {smoothing}, "
        f"lead_time: {lead_days}d, lead_time_cv: 0"
    )
    return lone(
        "logistics,supplier",
        f"{{kind: normal_daily, mean: {MEAN}, deviation: {DEVIATION}, to: orders, segment: base}}",
        (
            f"logistics.chassis.policy={{{policy}}}",
            f"logistics.chassis.opening_stock={2 * MEAN}",
            f"logistics.chassis.opening_forecast={MEAN}",
            "logistics.capacity_per_day=0",
            "logistics.wave=2h",
            f"supplier.chassis={{capacity: null, transit: {{kind: fixed, mean: {lead_days}d}}}}",
        ),
        WEEKS,
    )


def day_by_day(scenario: Scenario, replication: int) -> tuple[Column, Column]:
    """Units ordered at each review, and units asked for since the one before."""
    kinds = (GoodsOrdered, OrderAllocated, OrderBackordered)
    ordered, allocated, short = columns(scenario, replication, *kinds)
    days = WEEKS * 7
    at = np.rint((ordered["time"] - MONDAY_MORNING) / DAY).astype(int)
    orders = np.bincount(at[at >= 1], ordered["units"][at >= 1], minlength=days + 1)
    at_once = allocated["time"][allocated["waited"] == 0.0]
    asked = np.concatenate([at_once, short["time"]])
    demand = np.bincount(np.rint(asked / DAY).astype(int), minlength=days + 1)
    return orders[FIRST : days - 1], demand[FIRST : days - 1].astype(float)


@pytest.mark.parametrize(
    ("cover", "smoothing"),
    [
        pytest.param(4, 0.2, id="the default chain"),
        pytest.param(2, 0.3, id="RC-22: L 2, alpha .3", marks=pytest.mark.long),
        pytest.param(4, 0.1, id="RC-22: L 4, alpha .1", marks=pytest.mark.long),
        pytest.param(4, 0.3, id="RC-22: L 4, alpha .3", marks=pytest.mark.long),
        pytest.param(15, 0.1, id="RC-22: L 15, alpha .1", marks=pytest.mark.long),
    ],
)
def test_orders_vary_as_much_more_than_demand_as_chen_says(cover: int, smoothing: float) -> None:
    """A cover of a period less or more would be found: L is not to be taken for L + R."""
    scenario = store(cover - 1, smoothing)
    rows = []
    for replication in range(20):
        orders, demand = day_by_day(scenario, replication)
        assert orders.min() > 0
        rows.append((orders.var(), demand.var()))
    ordered, asked = np.array(rows).T
    formula = theory.bullwhip_exponential_smoothing
    assert_matches(
        {"bullwhip": over_ratios(ordered, asked)},
        {"bullwhip": formula(cover, smoothing)},
        {
            "cover": {"bullwhip": formula(cover + 1, smoothing)},
            "cover, downwards": {"bullwhip": formula(cover - 1, smoothing)},
        },
    )


def test_a_forecast_that_stands_still_passes_demand_on_as_it_is() -> None:
    """alpha = 0: unit for unit, a ratio of exactly 1."""
    orders, demand = day_by_day(store(3, 0.0), 0)
    np.testing.assert_array_equal(orders, demand)
    assert demand.var() > 0
