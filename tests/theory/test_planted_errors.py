"""An error of 3 % in any mean is really found, at every station (DESIGN s.9).

The other tests of this folder reckon that their runs are long enough to find it. Here each station
is run with the error: with one mean of arrivals, service, patience, demand or lead time 3 % off, it
must disagree with what a formula says without the error. A station is run as long as where it is
held against theory. RC-13's lots and the peers have this test in their own files.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.theory import test_station_sales as sales
from tests.theory import test_station_stock as stock
from tests.theory import test_station_supplier as supplier
from tests.theory import test_station_support as support
from tests.theory.bare_stations import simulate_line, simulate_shelf
from tests.theory.formulas import (
    Line,
    Shelf,
    line_by_formula,
    planted_in_line,
    planted_in_shelf,
    shelf_by_formula,
)
from tests.theory.tools import PLANTED, Simulated, tolerance

pytestmark = pytest.mark.long

POOL = Line(arrivals=200.0, service=0.05, servers=10, patience=0.05)


def assert_found(found: Mapping[str, Simulated], right: Mapping[str, float]) -> None:
    compared = {what: one for what, one in found.items() if what in right}
    assert any(
        abs(one.mean - right[what]) > tolerance(one, comparisons=len(compared))
        for what, one in compared.items()
    )


@pytest.mark.parametrize("error", ["arrivals", "service", "patience"])
def test_in_a_pool(error: str) -> None:
    wrong = planted_in_line(POOL)[error]
    assert_found(simulate_line(wrong, replications=30, days=4, warm_up=1.0), line_by_formula(POOL))


@pytest.mark.parametrize("error", ["demand", "lead time"])
@pytest.mark.parametrize("shelf", [stock.RC9, stock.RC12], ids=["base stock", "lots"])
def test_in_a_stock(shelf: Shelf, error: str) -> None:
    wrong = planted_in_shelf(shelf)[error]
    found = simulate_shelf(wrong, replications=30, days=24, warm_up=5.0)
    assert_found(found, shelf_by_formula(shelf))


@pytest.mark.parametrize("error", ["arrivals", "service", "patience"])
def test_in_the_support_department(error: str) -> None:
    wrong = planted_in_line(support.CRISIS)[error]
    found = support.simulated(wrong, weeks=2, warm_up=12.0)
    assert_found(found, line_by_formula(support.CRISIS))


@pytest.mark.parametrize("error", ["arrivals", "service"])
def test_in_the_sales_department(error: str) -> None:
    wrong = planted_in_line(sales.RC6)[error]
    assert_found(sales.simulated(wrong, weeks=2, warm_up=24.0), line_by_formula(sales.RC6))


@pytest.mark.parametrize("error", ["demand", "lead time"])
@pytest.mark.parametrize(
    ("shelf", "weeks"),
    [
        pytest.param(stock.RC9, 2, id="base stock"),
        pytest.param(stock.RC12, 4, id="lots"),
        pytest.param(stock.RC11, 3, id="lost sales"),
    ],
)
def test_in_logistics_and_its_supplier(shelf: Shelf, weeks: int, error: str) -> None:
    wrong = planted_in_shelf(shelf)[error]
    assert_found(stock.simulated(wrong, weeks=weeks, warm_up=24.0), shelf_by_formula(shelf))


@pytest.mark.parametrize(("demand", "service"), [(1.0 + PLANTED, 1.0), (1.0, 1.0 + PLANTED)])
def test_at_the_supplier_s_line(demand: float, service: float) -> None:
    usual = supplier.DEMAND, 1.0 / supplier.MADE
    found = supplier.simulated(usual[0] * demand, usual[1] * service)
    assert_found(found, supplier.by_formula(*usual))
