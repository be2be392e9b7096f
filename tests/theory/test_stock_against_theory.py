"""The kernel's stock against base-stock and (r, Q) theory: RC-9, 10, 11, 12 of MODEL.md s.10.

False alarms and run length as in `test_pool_against_erlang`.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.theory.bare_stations import simulate_shelf
from tests.theory.formulas import Shelf, planted_in_shelf, shelf_by_formula
from tests.theory.tools import assert_matches

BASE = Shelf(demand=10.0, lead_time=1.0, reorder=12)
RC10 = Shelf(demand=80.0, lead_time=1.0, reorder=94)
RC12 = Shelf(demand=10.0, lead_time=1.0, reorder=12, quantity=20)


def assert_right(shelf: Shelf, days: int, warm_up: float) -> None:
    simulated = simulate_shelf(shelf, replications=30, days=days, warm_up=warm_up)
    wrong = {error: shelf_by_formula(other) for error, other in planted_in_shelf(shelf).items()}
    assert_matches(simulated, shelf_by_formula(shelf), wrong)


@pytest.mark.parametrize(
    ("shelf", "days"),
    [
        pytest.param(BASE, 24, id="RC-9: base stock of 13"),
        pytest.param(replace(BASE, reorder=17), 24, id="RC-9: base stock of 18"),
        pytest.param(RC12, 24, id="RC-12: twenty at a time, from 12 on"),
    ],
)
def test_a_stock_with_backorders_serves_as_the_formulas_say(shelf: Shelf, days: int) -> None:
    assert_right(shelf, days, 5.0)


@pytest.mark.parametrize("spread", [0.5, 1.0])
def test_the_spread_of_the_lead_time_does_not_matter_to_a_base_stock(spread: float) -> None:
    """Palm's theorem (RC-10 with the lead-time demand of RC-9)."""
    shelf = replace(BASE, lead_time_cv=spread)
    assert_right(shelf, 24, 12.0)


def test_rc11_without_backorders_the_share_lost_is_the_loss_formula() -> None:
    shelf = replace(BASE, reorder=13, is_lost=True, lead_time_cv=0.5)
    assert_right(shelf, 24, 12.0)


@pytest.mark.long
@pytest.mark.parametrize(
    ("shelf", "days"),
    [
        pytest.param(replace(BASE, reorder=14), 40, id="RC-9: base stock of 15"),
        pytest.param(replace(RC10, lead_time_cv=0.5), 12, id="RC-10: Palm, demand 80 in lead time"),
        pytest.param(replace(RC12, reorder=14), 40, id="RC-12: twenty at a time, from 14 on"),
    ],
)
def test_the_other_reference_stocks_serve_as_the_formulas_say(shelf: Shelf, days: int) -> None:
    assert_right(shelf, days, 12.0)
