"""Lots under normal demand in the lead time, by configuration alone, against RC-13.

The table is a textbook's: demand N(100, 30) in the lead time, orders of 200 when 140 are left. Here
one unit is asked for at a time, at even intervals, and the lead time is what is normal: so the
stock meets 140 exactly when it orders, never has two orders under way, and is short at the end of a
cycle only, which the textbook assumes. What is left of its approximations is whole units: of a
cycle that ends with a stock of just 0, half counts as calm.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from scipy.special import ndtri

from orgsim.analysis import theory
from orgsim.config.schema import Scenario
from orgsim.facts import GoodsOrdered, GoodsReceived, OrderAllocated
from orgsim.kernel.distributions import Discrete
from orgsim.units import DAY
from tests.theory.departments_alone import columns, lone, written
from tests.theory.tools import PLANTED, Simulated, assert_matches, over_ratios, tolerance

REORDER, QUANTITY, SPREAD = 140, 200, 0.3
GAP = DAY / 100.0
"""Hours between two units asked for: a hundred in a lead time of a day."""
CELLS = 400


def normal_lead_time(mean: float, deviation: float) -> Discrete[float]:
    """The means of so many equally likely cells of a normal law; none is twice as long as usual.

    Half a gap longer: a lead time begins just after a unit was asked for.
    """
    edges = ndtri(np.arange(1, CELLS) / CELLS)
    density = np.concatenate(([0.0], np.exp(-0.5 * edges**2) / np.sqrt(2.0 * np.pi), [0.0]))
    cells = CELLS * (density[:-1] - density[1:])
    hours = mean + deviation * cells + 0.5 * GAP
    return Discrete[float](kind="discrete", values=tuple(hours), weights=(1.0,) * CELLS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lots:
    """Demand and lead time, each as a multiple of the table's."""

    demand: float = 1.0
    lead_time: float = 1.0
    weeks: int = 70

    @property
    def scenario(self) -> Scenario:
        transit = normal_lead_time(self.lead_time * DAY, SPREAD * DAY)
        policy = f"kind: reorder_point, reorder_point: {REORDER}, order_quantity: {QUANTITY}"
        gap = f"{{kind: fixed, mean: {GAP / self.demand!r}h}}"
        return lone(
            "logistics,supplier",
            f"{{kind: renewal, gap: {gap}, to: orders, segment: base}}",
            (
                f"logistics.chassis.policy={{{policy}, review: 0h}}",
                f"logistics.chassis.opening_stock={REORDER + QUANTITY}",
                "logistics.capacity_per_day=0",
                "logistics.wave=2h",
                f"supplier.chassis={{capacity: null, transit: {written(transit)}, crossing: true}}",
            ),
            self.weeks,
        )

    def formula(self) -> dict[str, float]:
        mean = 100.0 * self.demand * self.lead_time
        point = theory.reorder_point_normal(mean, 30.0 * self.demand, REORDER, QUANTITY)
        return {
            "calm cycles": point.cycle_service_level,
            "short in a cycle": point.short_per_cycle,
            "fill": point.fill,
            "asked for in a lead time": mean,
        }


def simulated(lots: Lots, replications: int) -> dict[str, Simulated]:
    """All four are means over cycles; one begins with an order and ends with its goods."""
    rows = []
    for replication in range(replications):
        kinds = (GoodsOrdered, GoodsReceived, OrderAllocated)
        ordered, received, allocated = columns(lots.scenario, replication, *kinds)
        waits, ends = allocated["waited"] > 0.0, received["time"]
        begins = ordered["time"][: ends.size] + 0.5 * GAP  # the unit that made it order is past
        placed = np.sort(allocated["time"] - allocated["waited"])
        short = np.sort((allocated["time"] - allocated["waited"])[waits])
        asked = np.searchsorted(placed, ends) - np.searchsorted(placed, begins)
        missing = np.searchsorted(short, ends) - np.searchsorted(short, begins)
        calm = np.count_nonzero(missing == 0) - 0.5 * np.count_nonzero(asked == REORDER)
        rows.append((ends.size, calm, missing.sum(), asked.sum()))
    cycles, calm, missing, asked = np.array(rows, dtype=float).T
    return {
        "calm cycles": over_ratios(calm, cycles),
        "short in a cycle": over_ratios(missing, cycles),
        "fill": over_ratios(QUANTITY * cycles - missing, QUANTITY * cycles),
        "asked for in a lead time": over_ratios(asked, cycles),
    }


def test_the_lead_times_of_the_table_are_as_normal_as_need_be() -> None:
    demand = (np.array(normal_lead_time(DAY, SPREAD * DAY).values) - 0.5 * GAP) / GAP
    assert demand.max() < QUANTITY
    assert demand.mean() == pytest.approx(100.0, abs=1e-9)
    short = np.maximum(demand - REORDER, 0.0).mean()
    assert short == pytest.approx(Lots().formula()["short in a cycle"], rel=2e-3)


@pytest.mark.long
def test_rc13_lots_of_200_fill_what_the_normal_law_says() -> None:
    wrong = {
        "demand": Lots(demand=1.0 + PLANTED).formula(),
        "lead time": Lots(lead_time=1.0 + PLANTED).formula(),
    }
    assert_matches(simulated(Lots(), 32), Lots().formula(), wrong)


@pytest.mark.long
@pytest.mark.parametrize("error", ["demand", "lead_time"])
def test_a_planted_error_of_three_percent_is_really_found(error: str) -> None:
    found = simulated(Lots(**{error: 1.0 + PLANTED}), 20)
    right = Lots().formula()
    assert any(
        abs(one.mean - right[what]) > tolerance(one, comparisons=len(found))
        for what, one in found.items()
    )
