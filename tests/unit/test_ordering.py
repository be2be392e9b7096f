"""Ordering policies: what each rule orders in a given situation (MODEL M3.3, O5)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from orgsim.config.compose import resolve
from orgsim.departments.ordering import (
    AnchorAndAdjust,
    BaseStock,
    MinMax,
    OrderUpTo,
    Policy,
    ReorderPoint,
    Situation,
)
from orgsim.errors import ConfigError
from orgsim.units import DAY, WEEK

POLICIES: TypeAdapter[Any] = TypeAdapter(Policy)
UNITS = st.integers(min_value=-10_000, max_value=10_000)


def seen(stock: int, on_order: int = 0, *, forecast: float = 0.0) -> Situation:
    return Situation(
        stock=stock, on_order=on_order, forecast=forecast, variance=0.0, planned=lambda days: 0.0
    )


def a_policy(kind: str, **values: Any) -> Any:
    return POLICIES.validate_python({"kind": kind, "review": "0h", **values})


R_Q: ReorderPoint = a_policy("reorder_point", reorder_point=12, order_quantity=20)
S_S: MinMax = a_policy("min_max", reorder_point=6, order_up_to_level=40)


def by_heuristic(**values: float) -> AnchorAndAdjust:
    """Sterman's mean subject, but for these values."""
    mean = {
        "smoothing": 0.36,
        "desired_stock": 17,
        "stock_adjustment": 0.26,
        "supply_line_weight": 0.34,
    }
    policy = a_policy("anchor_and_adjust", **{**mean, **values, "review": "7d", "lead_time": "21d"})
    assert isinstance(policy, AnchorAndAdjust)
    return policy


# -- (r, Q) and (s, S) -----------------------------------------------------------------------------


@pytest.mark.parametrize(("position", "ordered"), [(13, 0), (12, 20), (-7, 20), (-8, 40)])
def test_a_reorder_point_orders_the_fewest_lots_that_lift_the_position_above_it(
    position: int, ordered: int
) -> None:
    assert R_Q.quantity(seen(position)) == ordered


@pytest.mark.parametrize(("position", "ordered"), [(7, 0), (6, 34), (-5, 45)])
def test_min_max_waits_for_the_reorder_point_and_then_orders_up_to_the_level(
    position: int, ordered: int
) -> None:
    assert S_S.quantity(seen(position)) == ordered


@given(stock=UNITS, on_order=st.integers(min_value=0, max_value=10_000))
def test_what_is_on_order_counts_as_much_as_what_is_on_the_shelf(stock: int, on_order: int) -> None:
    for policy in (R_Q, S_S, a_policy("base_stock", level=30)):
        both, shelf = seen(stock, on_order), seen(stock + on_order)
        assert policy.quantity(both) == policy.quantity(shelf)


@given(position=st.integers(min_value=-1000, max_value=100))
def test_one_unit_at_a_time_all_three_are_the_base_stock(position: int) -> None:
    """(S-1, 1) and (S-1, S) are the base stock S."""
    base: BaseStock = a_policy("base_stock", level=30)
    units = base.quantity(seen(position))
    lots = a_policy("reorder_point", reorder_point=29, order_quantity=1)
    min_max = a_policy("min_max", reorder_point=29, order_up_to_level=30)
    assert lots.quantity(seen(position)) == min_max.quantity(seen(position)) == units


@given(position=UNITS)
def test_after_an_order_the_position_lies_where_the_rule_wants_it(position: int) -> None:
    after = position + R_Q.quantity(seen(position))
    assert after > 12
    assert after <= 32 or after == position
    after = position + S_S.quantity(seen(position))
    assert after == 40 or after == position > 6


# -- Sterman's heuristic ---------------------------------------------------------------------------


@given(stock=UNITS, on_order=st.integers(min_value=0, max_value=10_000))
def test_who_sees_the_whole_supply_line_and_corrects_at_once_keeps_a_base_stock(
    stock: int, on_order: int
) -> None:
    """alpha_S = beta_SL = 1 and a forecast that stands still: S = S' + f R (MODEL M3.3)."""
    rational = by_heuristic(stock_adjustment=1.0, supply_line_weight=1.0)
    base = a_policy("base_stock", level=17 + 7 * 4)
    here = seen(stock, on_order, forecast=4.0)
    assert rational.quantity(here) == base.quantity(here)


def test_the_heuristic_orders_the_forecast_and_part_of_what_is_missing() -> None:
    """O = f + alpha_S (S' - S - beta_SL SL) = 28 + .26 (17 - 5 - .34 x 10), to the nearest unit."""
    assert by_heuristic().quantity(seen(5, 10, forecast=4.0)) == round(28 + 0.26 * (17 - 5 - 3.4))


def test_the_heuristic_never_cancels_an_order() -> None:
    assert by_heuristic().quantity(seen(5000, forecast=4.0)) == 0


def test_in_balance_the_heuristic_orders_what_is_asked_for() -> None:
    """Stock and supply line where S' has them: O = f R."""
    in_balance = by_heuristic(desired_stock=10 + 40, supply_line_weight=0.5)
    assert in_balance.quantity(seen(10, 80, forecast=4.0)) == 28


@given(a=UNITS, b=UNITS, on_order=st.integers(min_value=0, max_value=1000))
def test_less_stock_never_means_a_smaller_order(a: int, b: int, on_order: int) -> None:
    low, high = sorted((a, b))
    for policy in (by_heuristic(), S_S, R_Q, a_policy("base_stock", level=30)):
        assert policy.quantity(seen(low, on_order)) >= policy.quantity(seen(high, on_order))


# -- what may be written ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ("{kind: min_max, reorder_point: 40, order_up_to_level: 40, review: 0h}", "lie above"),
        ("{kind: reorder_point, reorder_point: 5, order_quantity: 0, review: 0h}", "at least 1"),
        ("{kind: reorder_point, reorder_point: 5, order_quantity: 9, review: 1min}", "at least 1h"),
        ("{kind: s_S, reorder_point: 5, review: 0h}", "min_max"),
        (
            "{kind: anchor_and_adjust, review: 0h, smoothing: 0.36, desired_stock: 17, "
            "stock_adjustment: 0.26, supply_line_weight: 0.34, lead_time: 21d}",
            "at least 1h",
        ),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused_with_the_reason(policy: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        resolve("baseline", [f"logistics.chassis.policy={policy}"])


# -- how high a position may get -------------------------------------------------------------------


def test_the_highest_position_is_told_for_every_rule() -> None:
    up_to = OrderUpTo.model_construct(
        kind="order_up_to", review=WEEK, safety=2.0, smoothing=0.2, lead_time=21 * DAY
    ).model_copy(update={"lead_time_cv": 0.0})
    assert up_to.highest(400.0, 60.0) == pytest.approx(400 * 28 + 2 * 60 * 28**0.5)
    assert R_Q.highest(400.0, 60.0) == 32
    assert S_S.highest(400.0, 60.0) == 40
    assert a_policy("base_stock", level=30).highest(400.0, 60.0) == 30
    assert by_heuristic().highest(4.0, 1.0) >= 17 + 28
