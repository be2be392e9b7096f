"""Logistics and its supplier, by configuration alone, against inventory theory (RC-9 to 15).

RC-13 has its own file, `test_station_lots`; what is bought once (RC-16, 17) `test_station_season`.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from orgsim.analysis import theory
from orgsim.facts import GoodsReceived, OrderAllocated, OrderLost
from orgsim.units import DAY, WEEK
from tests.theory.departments_alone import columns, lone, shelf_alone
from tests.theory.formulas import Shelf, planted_in_shelf, shelf_by_formula
from tests.theory.stocked_stores import (
    BACKORDER,
    HOLDING,
    Stocked,
    asked_for,
    cost_and_demand,
)
from tests.theory.tools import PLANTED, Simulated, assert_matches, over_ratios

RC9 = Shelf(demand=10.0, lead_time=1.0, reorder=12)
RC11 = Shelf(demand=10.0, lead_time=1.0, reorder=13, lead_time_cv=0.5, is_lost=True)
RC12 = Shelf(demand=10.0, lead_time=1.0, reorder=12, quantity=20)
RC10 = Shelf(demand=80.0, lead_time=1.0, reorder=94, lead_time_cv=0.5)


def simulated(shelf: Shelf, *, weeks: int, warm_up: float) -> dict[str, Simulated]:
    scenario = shelf_alone(shelf, weeks)
    rows = []
    for replication in range(30):
        allocated, lost = columns(scenario, replication, OrderAllocated, OrderLost)
        placed = allocated["time"] - allocated["waited"]
        window = (placed >= warm_up) & (placed < weeks * WEEK - DAY)
        waited = allocated["waited"][window]
        gone = (lost["time"] >= warm_up) & (lost["time"] < weeks * WEEK - DAY)
        asked = waited.size + np.count_nonzero(gone)
        rows.append((asked, np.count_nonzero(waited == 0.0), waited.sum()))
    n, at_once, hours = np.array(rows, dtype=float).T
    return {"fill": over_ratios(at_once, n), "mean wait": over_ratios(hours, n)}


def assert_right(shelf: Shelf, *, weeks: int) -> None:
    wrong = {error: shelf_by_formula(other) for error, other in planted_in_shelf(shelf).items()}
    found = simulated(shelf, weeks=weeks, warm_up=DAY)
    assert_matches(found, shelf_by_formula(shelf), wrong)


def test_rc9_a_base_stock_of_13_fills_what_the_poisson_law_says() -> None:
    assert_right(RC9, weeks=2)


def test_rc11_a_base_stock_that_loses_what_it_lacks_fills_what_erlang_b_leaves() -> None:
    """(S-1, S) with p_lost = 1, whatever the law of the lead time."""
    assert_right(RC11, weeks=3)


def test_rc12_lots_of_twenty_fill_what_the_uniform_position_says() -> None:
    """(r, Q) = (12, 20)."""
    assert_right(RC12, weeks=4)


def test_nothing_lost_and_everything_lost_are_two_different_stocks() -> None:
    """The same shelf that loses nothing fills less at once: who waits takes what comes next."""
    waits = simulated(replace(RC11, is_lost=False), weeks=1, warm_up=DAY)
    leaves = simulated(RC11, weeks=1, warm_up=DAY)
    assert leaves["mean wait"].mean == 0.0
    assert leaves["fill"].mean - waits["fill"].mean > 3 * waits["fill"].standard_error


@pytest.mark.parametrize(
    ("policy", "mean", "weeks"),
    [
        ((6, 40), 10.0, 84),
        pytest.param((10, 49), 15.0, 104, marks=pytest.mark.long),
        pytest.param((14, 62), 20.0, 104, marks=pytest.mark.long),
    ],
)
def test_rc15_the_best_s_s_rule_costs_what_the_formula_says(
    policy: tuple[int, int], mean: float, weeks: int
) -> None:
    """K 64, h 1, p 9, L 0, reviewed once a day; 3 % more demand would be found."""
    s, level = policy
    rule = {"kind": "min_max", "reorder_point": s, "order_up_to_level": level}
    store = Stocked(policy=rule, opening=level, mean=mean, lead=1, weeks=weeks)
    expected = theory.cost_s_S(mean, 64.0, HOLDING, BACKORDER, s, level)
    assert expected == pytest.approx(theory.reorder_s_S(mean, 64.0, HOLDING, BACKORDER)[2])
    right = {"cost": expected, "asked for": asked_for(store)}
    more = (1.0 + PLANTED) * mean
    wrong = {"cost": theory.cost_s_S(more, 64.0, HOLDING, BACKORDER, s, level), "asked for": more}
    assert_matches(cost_and_demand(store, 64.0, replications=20), right, {"demand": wrong})


@pytest.mark.long
@pytest.mark.parametrize(
    ("shelf", "weeks"),
    [
        pytest.param(replace(RC9, reorder=14), 4, id="RC-9: base stock of 15"),
        pytest.param(replace(RC9, reorder=17), 7, id="RC-9: base stock of 18"),
        pytest.param(replace(RC12, reorder=14), 8, id="RC-12: twenty at a time, from 14 on"),
        pytest.param(RC10, 1, id="RC-10: random lead times of spread .5"),
        pytest.param(replace(RC10, lead_time_cv=0.0), 1, id="RC-10: fixed lead times"),
    ],
)
def test_base_stocks_fill_what_the_table_says(shelf: Shelf, weeks: int) -> None:
    assert_right(shelf, weeks=weeks)


@pytest.mark.long
def test_rc14_a_weekly_order_up_to_level_for_normal_demand_fills_what_the_loss_function_says() -> (
    None
):
    """Demand N(400, 60) a day, R 7 d, L 14 d, S 8852.26 for a cycle service level of .95.

    Demand comes at midnight and stock is reviewed and received on Monday morning, so 21 days of
    demand lie between a review and the arrival of the next order, as the formula has it. Whole
    units and a level rounded to 8852 move the fill by less than .00001.
    """
    weeks, first = 45, 6
    scenario = lone(
        "logistics,supplier",
        "{kind: normal_daily, mean: 400, deviation: 60, to: orders, segment: base}",
        (
            "logistics.chassis.policy={kind: base_stock, level: 8852, review: 7d}",
            "logistics.chassis.opening_stock=8852",
            "logistics.capacity_per_day=0",
            "supplier.chassis={capacity: null, transit: {kind: fixed, mean: 14d}, crossing: true}",
        ),
        weeks,
    )
    rows = []
    for replication in range(12):
        allocated, received = columns(scenario, replication, OrderAllocated, GoodsReceived)
        placed = allocated["time"] - allocated["waited"]
        waits = allocated["waited"] > 1e-6
        ends = received["time"][received["component"] == 0]  # a cycle ends with a receipt
        ends = ends[(ends > first * WEEK) & (ends < (weeks - 1) * WEEK)]
        window = (placed > ends[0]) & (placed < ends[-1])
        late_ones = np.sort(placed[waits & window])
        short = [np.searchsorted(late_ones, e) for e in ends]
        cycles = np.diff(short)
        at_once = np.count_nonzero(window & ~waits)
        rows.append((np.count_nonzero(window), at_once, cycles.size, np.count_nonzero(cycles == 0)))
    units, at_once, cycles, calm = np.array(rows, dtype=float).T
    found = {"fill": over_ratios(at_once, units), "calm cycles": over_ratios(calm, cycles)}
    factor = float(ndtri(0.95))
    rule = theory.order_up_to_normal(400.0, 60.0, 7.0, 14.0, factor)
    expected = {"fill": rule.fill, "calm cycles": 0.95}
    wrong = {}
    for error, mean, lead in (("demand", 412.0, 14.0), ("lead time", 400.0, 14.42)):
        spread = 60.0 * np.sqrt(7.0 + lead)
        z = (rule.level - mean * (7.0 + lead)) / spread
        fill = theory.order_up_to_normal(mean, 60.0, 7.0, lead, z).fill
        wrong[error] = {"fill": fill, "calm cycles": float(ndtr(z))}
    assert_matches(found, expected, wrong)
