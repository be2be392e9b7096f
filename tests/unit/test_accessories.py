"""The further lines of an order: held back for, or sent after (MODEL M3.8, L1)."""

from __future__ import annotations

import numpy as np
import pytest

from orgsim.departments.accessories import complete_share
from orgsim.departments.logistics import Logistics
from orgsim.entities import Account, Order
from orgsim.facts import OrderAllocated, OrderDelivered, OrderPicked, OrderShipped
from orgsim.facts_after_sale import (
    AccessoriesMissed,
    OrderSplit,
    RestDelivered,
    RestDropped,
    RestShipped,
)
from orgsim.governance.information import Information
from orgsim.kernel.distributions import Fixed
from orgsim.kernel.world import World
from orgsim.units import DAY
from orgsim.weekly import Weekly
from tests.unit.parts import Z, a_world, an_order, but, firm, seen

ALWAYS = Weekly.parse("always")


def a_warehouse(world: World, **changes: object) -> Logistics:
    """Works and ships every day, packs without error; two days standard; refills in four days."""
    calm: dict[str, object] = {
        "hours": ALWAYS,
        "error_share": 0.0,
        "capacity_per_day": 1e6,
        "carrier__pickup": ALWAYS,
        "carrier__pickup_hour": 20.0,
        "carrier__standard": Fixed[float](kind="fixed", mean=2.0),
        "accessories__lines": 100.0,
        "accessories__fill": 0.0,
        "accessories__refill": Fixed[float](kind="fixed", mean=4 * DAY),
    }
    config = but(firm().logistics, **{**calm, **changes})
    return Logistics(world, config, Information(world, {}))


def days(world: World, kind: type) -> list[int]:
    return [int(time // DAY) for time in seen(world, kind)["time"]]


# -- how many are complete -------------------------------------------------------------------------


def test_an_order_of_1_6_lines_is_complete_as_often_as_all_its_lines_are_there() -> None:
    """E[fill^lines] with 1 + Poisson(.6) lines of fill .97 is .953 (MODEL M3.8)."""
    closed = 0.97 * complete_share(0.6, 0.97)
    lines = np.arange(60)
    poisson = np.exp(-0.6) * np.cumprod(np.concatenate([[1.0], 0.6 / lines[1:]]))
    assert closed == pytest.approx(float((poisson * 0.97 ** (1 + lines)).sum()), rel=1e-12)
    assert closed == pytest.approx(0.953, abs=5e-4)


@pytest.mark.parametrize(("lines", "fill"), [(0.0, 0.0), (0.6, 1.0), (100.0, 1.0)])
def test_without_further_lines_or_with_all_on_the_shelf_every_order_is_complete(
    lines: float, fill: float
) -> None:
    world = a_world()
    warehouse = a_warehouse(world, accessories__lines=lines, accessories__fill=fill)
    for customer in range(500):
        warehouse.accept(an_order(customer))
    world.run(until=4 * DAY)
    assert seen(world, AccessoriesMissed)["time"].size == 0
    assert seen(world, OrderDelivered)["complete"].sum() == 500


def test_the_share_of_orders_that_lack_something_is_that_of_the_poisson_law() -> None:
    world, n = a_world(), 20_000
    warehouse = a_warehouse(
        world, accessories__lines=0.6, accessories__fill=0.9, chassis__opening_stock=n
    )
    for customer in range(n):
        warehouse.accept(an_order(customer))
    share = seen(world, AccessoriesMissed)["time"].size / n
    expected = 1 - complete_share(0.6, 0.9)
    # Z = 4 standard errors: a correct program fails one in 16 000.
    assert share == pytest.approx(expected, abs=Z * np.sqrt(expected * (1 - expected) / n))


# -- hold ------------------------------------------------------------------------------------------


def test_a_held_order_goes_whole_and_in_one_parcel_once_its_lines_are_there() -> None:
    world = a_world()
    warehouse = a_warehouse(world, accessories__policy="hold")
    warehouse.accept(an_order(1))
    assert seen(world, OrderAllocated)["time"].tolist() == [0.0]
    assert warehouse.bench_queue == 0
    world.run(until=10 * DAY)
    assert seen(world, OrderPicked)["time"].tolist() == [4 * DAY]
    assert seen(world, OrderDelivered)["complete"].tolist() == [True]
    assert days(world, OrderDelivered) == [6]
    assert seen(world, RestShipped)["time"].size == 0


def test_an_order_cancelled_while_held_gives_its_parts_back_and_is_never_packed() -> None:
    world = a_world()
    warehouse = a_warehouse(world, accessories__policy="hold", chassis__opening_stock=1)
    held, waiting = an_order(1), an_order(2)
    warehouse.accept(held)
    warehouse.accept(waiting)
    assert warehouse.cancel(held)
    assert warehouse.bench_queue == 0
    world.run(until=5 * DAY)
    assert seen(world, OrderAllocated)["customer"].tolist() == [1, 2]
    assert seen(world, OrderPicked)["customer"].tolist() == [2]
    assert warehouse.bench_queue == 0


# -- split -----------------------------------------------------------------------------------------


def test_a_split_order_goes_in_time_and_incomplete_and_its_rest_follows() -> None:
    world = a_world()
    warehouse = a_warehouse(world, accessories__policy="split")
    posted: list[tuple[Account, Account, int]] = []
    warehouse.post = lambda *entry: posted.append(entry)
    rests: list[tuple[list[Order], list[float]]] = []
    warehouse.shipping.deliver_rest = lambda orders, times: rests.append((orders, times.tolist()))
    order = an_order(1)
    warehouse.accept(order)
    world.run(until=3 * DAY)
    assert days(world, OrderDelivered) == [2]
    assert seen(world, OrderDelivered)["complete"].tolist() == [False]
    assert seen(world, OrderSplit)["time"].tolist() == [20.0]
    assert warehouse.shipping.rests == 1
    world.run(until=8 * DAY)
    assert seen(world, RestShipped)["time"].tolist() == [4 * DAY + 20.0]
    assert rests == [([order], seen(world, RestDelivered)["time"].tolist())]
    assert days(world, RestDelivered) == [6]
    assert warehouse.shipping.rests == 0
    paid = {a: [c for debit, _, c in posted if debit is a and c] for a in Account}
    assert paid[Account.CARRIAGE] == [550, 550]
    assert paid[Account.PICKING] == [320, 320]


def test_the_rest_of_an_order_that_was_sent_back_stays_where_it_is() -> None:
    world = a_world()
    warehouse = a_warehouse(world, accessories__policy="split")
    posted: list[tuple[Account, Account, int]] = []
    warehouse.post = lambda *entry: posted.append(entry)
    kept, returned = an_order(1), an_order(2)
    for order in (kept, returned):
        warehouse.accept(order)
    world.at(3 * DAY, warehouse.returns.take_back, returned)
    world.run(until=5 * DAY)
    assert seen(world, RestShipped)["customer"].tolist() == [1]
    assert seen(world, RestDropped)["customer"].tolist() == [2]
    assert warehouse.shipping.rests == 0
    assert sum(c for debit, _, c in posted if debit is Account.PICKING) == 3 * 320


def test_what_is_refilled_before_the_carrier_calls_needs_no_second_parcel() -> None:
    world = a_world()
    soon = Fixed[float](kind="fixed", mean=19.5)
    warehouse = a_warehouse(world, accessories__policy="split", accessories__refill=soon)
    warehouse.accept(an_order(1))
    world.run(until=5 * DAY)
    assert seen(world, OrderShipped)["time"].tolist() == [20.0]
    assert seen(world, OrderDelivered)["complete"].tolist() == [True]
    assert seen(world, OrderSplit)["time"].size == 0
