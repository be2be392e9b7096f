"""The bullwhip as a KPI: what it compares, over which weeks, when there is none (MODEL M3.12)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from orgsim.entities import Component, Segment
from orgsim.facts import GoodsOrdered, OrderPlaced
from orgsim.kernel.journal import Journal
from orgsim.kpis import KPIS
from orgsim.kpis.base import Window
from orgsim.units import WEEK
from tests.unit.parts import firm

RATIO = {kpi.name: kpi for kpi in KPIS}["bullwhip_chassis"]


def bullwhip(
    asked: Sequence[int], ordered: Sequence[int], on_its_way: Sequence[int] = ()
) -> tuple[np.ndarray, float]:
    """The KPI week by week and over the run, of so many units asked for and ordered each week."""
    scenario = firm(f"run.weeks={len(asked)}", "run.warmup=0h")
    journal = Journal()
    for units in on_its_way:
        journal.record(GoodsOrdered(0.0, Component.CHASSIS, units))
    for week, (units, order) in enumerate(zip(asked, ordered, strict=True)):
        noon = week * WEEK + 12.0
        for number in range(units):
            who = (number, week, Segment.BASE)
            journal.record(OrderPlaced(noon, *who, 0.0, False, False, False, False, True, 0))
        if order:
            journal.record(GoodsOrdered(noon, Component.CHASSIS, order))
            journal.record(GoodsOrdered(noon, Component.KIT, 7 * week))
    window = Window(scenario, journal)
    ratio = RATIO.measure(window, "all")
    return ratio.weekly(), RATIO.total(ratio, window.warmup)


def test_orders_that_repeat_the_demand_have_a_ratio_of_one() -> None:
    demand = [4, 6] * 15
    weekly, total = bullwhip(demand, demand)
    assert total == pytest.approx(1.0)
    assert np.isnan(weekly[:25]).all()
    assert weekly[25:] == pytest.approx(1.0)


def test_orders_that_swing_twice_as_far_have_four_times_the_variance() -> None:
    _, total = bullwhip([4, 6] * 13, [3, 7] * 13)
    assert total == pytest.approx(4.0)


def test_a_week_without_an_order_counts_as_one_of_no_units() -> None:
    """Every other week 10 units: a variance of 25, against 1."""
    _, total = bullwhip([4, 6] * 13, [0, 10] * 13)
    assert total == pytest.approx(25.0)


def test_only_the_last_half_year_counts() -> None:
    demand = [4, 6] * 13
    _, total = bullwhip([1, 9] * 4 + demand, [0, 50] * 4 + demand)
    assert total == pytest.approx(1.0)


def test_what_was_on_its_way_when_the_clock_started_is_no_order_of_the_first_week() -> None:
    _, calm = bullwhip([4, 6] * 13, [3, 7] * 13)
    _, total = bullwhip([4, 6] * 13, [3, 7] * 13, on_its_way=[500, 500, 500])
    assert total == pytest.approx(calm)


@pytest.mark.parametrize("weeks", [25, 30])
def test_too_few_weeks_or_a_demand_that_never_varies_give_no_value(weeks: int) -> None:
    demand = [4, 6] * 20 if weeks == 25 else [5] * 40
    weekly, total = bullwhip(demand[:weeks], [0, 10] * 12 + [3] * (weeks - 24))
    assert np.isnan(total)
    assert np.isnan(weekly).all()
