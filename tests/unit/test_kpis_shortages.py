"""Who finds a part missing counts the same, whatever becomes of it (MODEL M3.7, L3, s.9).

The weeks of the tools' window: -1 (warm-up), 0 and 1; week 0 ends at hour 168.
"""

from __future__ import annotations

from collections.abc import Callable
from math import nan
from typing import Any

import pytest

from orgsim.entities import Component
from orgsim.facts import (
    GoodsReceived,
    OrderBackordered,
    OrderLost,
    OrderPlaced,
    OrderSubstituted,
)
from orgsim.facts_after_sale import AccessoriesMissed
from orgsim.kpis.base import Window
from tests.unit.kpi_tools import BASE, BY_NAME, NICHE, SCENARIO, a_window, about, value
from tests.unit.parts import but
from tests.unit.test_kpis import placed

CHASSIS = Component.CHASSIS


def waits(customer: int) -> OrderBackordered:
    return OrderBackordered(50.0, customer, 0, BASE, CHASSIS)


def leaves(customer: int) -> OrderLost:
    return OrderLost(50.0, customer, 0, BASE, CHASSIS, 96.0)


def takes_the_other(customer: int) -> OrderSubstituted:
    return OrderSubstituted(50.0, customer, 0, BASE, CHASSIS, 0)


@pytest.mark.parametrize("becomes", [waits, leaves, takes_the_other])
def test_a_part_that_was_missing_is_a_stock_out_whether_the_order_waits_leaves_or_changes(
    becomes: Callable[[int], Any],
) -> None:
    received = [GoodsReceived(time, CHASSIS, 10) for time in (20.0, 100.0)]
    facts = [*received, placed(1.0, 0, 96.0), placed(50.0, 1, 96.0), becomes(1)]
    assert value("cycle_service_chassis", facts).weekly == about(nan, 0.5, nan)
    assert value("line_fill", facts).weekly == about(nan, 0.5, nan)
    assert value("complete_orders", facts).weekly == about(nan, 0.5, nan)
    penalty = SCENARIO.finance.transfer_prices.unfilled_order
    assert value("books_logistics", facts).weekly == about(0, -penalty, 0)


def test_the_line_fill_is_of_main_lines_and_says_so_since_no_fact_counts_accessories() -> None:
    facts = [placed(1.0, 0, 96.0), AccessoriesMissed(1.0, 0, 0, BASE)]
    assert value("line_fill", facts).total == 1.0
    assert value("complete_orders", facts).total == 0.0
    fill = BY_NAME["line_fill"]
    assert "main lines" in fill.title
    assert "main lines" in fill.formula


def test_a_lost_order_is_due_neither_in_time_nor_in_perfection() -> None:
    facts = [placed(1.0, 0, 96.0), placed(1.0, 1, 96.0), leaves(1)]
    for name in ("otif", "perfect_orders"):
        assert a_share(name, facts) == (0, 1)


def a_share(name: str, facts: list[Any]) -> tuple[float, float]:
    ratio = BY_NAME[name].measure(a_window(facts), "all")
    return ratio.numerator.sum(), ratio.denominator.sum()


@pytest.mark.parametrize("name", ["otif", "otif_on_record", "perfect_orders"])
def test_where_nobody_writes_orders_down_there_is_no_promise_to_keep(name: str) -> None:
    assert value(name, [leaves(1)]).weekly == about(nan, nan, nan)


@pytest.mark.parametrize(("is_shared", "days"), [(True, 70 / 3), (False, 70 / 2)])
def test_cover_is_reckoned_with_the_orders_that_take_the_part(is_shared: bool, days: float) -> None:
    base = [placed(1.0, customer, 96.0) for customer in range(14)]
    niche = [
        OrderPlaced(1.0, 20 + n, 0, NICHE, 96.0, True, True, True, True, True, 7900)
        for n in range(7)
    ]
    gauges = {("on_hand", "chassis"): (0, 70, 70)}
    journal = a_window([*base, *niche], gauges).journal
    scenario = but(SCENARIO, logistics__is_chassis_shared=is_shared)
    week_0 = BY_NAME["cover_chassis"].measure(Window(scenario, journal), "all").weekly()[1]
    assert week_0 == pytest.approx(2 * days)  # nobody ordered in the week before


@pytest.mark.parametrize("is_shared", [True, False])
def test_the_bullwhip_compares_with_the_orders_that_take_the_part(is_shared: bool) -> None:
    weeks = 26
    orders = [
        OrderPlaced(week * 168.0 + 1.0, week * 9 + n, 0, segment, 1e9, *[True] * 5, 7900)
        for week in range(weeks)
        for segment, number in ((BASE, 1 + week % 2), (NICHE, 1 + week % 2))
        for n in range(number)
    ]
    scenario = but(SCENARIO, run__weeks=weeks, run__warmup=0.0)
    scenario = but(scenario, logistics__is_chassis_shared=is_shared)
    window = Window(scenario, a_window(orders).journal)
    asked = BY_NAME["bullwhip_chassis"].measure(window, "all").denominator[-1]
    assert asked == pytest.approx(1.0 if is_shared else 0.25)
