"""The supplier: a queue before a factory, then the journey (MODEL M3.4)."""

from __future__ import annotations

import numpy as np
import pytest

from orgsim.departments.supplier import Supplier
from orgsim.entities import Component
from orgsim.facts import GoodsOrdered, GoodsReceived
from orgsim.kernel.distributions import Fixed, Gamma
from orgsim.kernel.world import Rank, World
from orgsim.units import DAY
from tests.unit.parts import Z, a_world, but, firm, seen

TEN_DAYS = Fixed[float](kind="fixed", mean=10 * DAY)
NO_TIME = Fixed[float](kind="fixed", mean=0.0)


def a_supplier(world: World, **changes: object) -> tuple[Supplier, list[tuple[float, int]]]:
    """The supplier, and where its deliveries (time, units) go."""
    config = but(firm().supplier.chassis, **{"transit": TEN_DAYS, **changes})
    supplier = Supplier(world, config, Component.CHASSIS)
    came: list[tuple[float, int]] = []
    supplier.deliver = lambda component, units: came.append((world.now, units))
    return supplier, came


def test_unlimited_capacity_is_a_pure_lead_time() -> None:
    world = a_world()
    supplier, came = a_supplier(world, capacity=None)
    for day in range(5):
        world.at(day * DAY, supplier.order, 1_000_000)
    world.run(until=30 * DAY)
    assert came == [((10 + day) * DAY, 1_000_000) for day in range(5)]


def test_an_order_waits_for_the_line_is_made_and_then_travels() -> None:
    world = a_world()
    supplier, came = a_supplier(world, capacity=5.0)
    supplier.order(120)  # a day's work, within the lead time
    supplier.order(2400)  # twenty days, begun after a day
    world.run(until=40 * DAY)
    assert came == [(pytest.approx(11 * DAY), 120), (pytest.approx(31 * DAY), 2400)]


@pytest.mark.parametrize("per_day", [1e5, 1e6, 1e9])
def test_a_fast_factory_comes_to_an_end_late_in_a_long_run_too(per_day: float) -> None:
    # There the clock's last digit is worth more units than what is left to make.
    world = a_world()
    supplier, came = a_supplier(world, capacity=per_day / DAY, transit=NO_TIME)
    late = 1000.1 * DAY
    world.at(late, supplier.order, 12_345)
    world.run(until=2000 * DAY)
    assert came == [(pytest.approx(late + 12_345 / per_day * DAY), 12_345)]


def test_demand_above_capacity_grows_the_backlog_linearly() -> None:
    world = a_world()
    supplier, _ = a_supplier(world, capacity=80 / DAY, transit=NO_TIME)
    for day in range(60):
        world.at(day * DAY, supplier.order, 100)
    backlog = {}
    for day in (20, 40, 60):
        world.run(until=day * DAY)
        ordered, received = seen(world, GoodsOrdered), seen(world, GoodsReceived)
        backlog[day] = int(ordered["units"].sum() - received["units"].sum())
    # 20 a day stay behind; whole purchase orders of 100 arrive, so up to one may be in the making.
    assert backlog == {day: pytest.approx(20 * day, abs=100) for day in (20, 40, 60)}
    assert backlog[60] - backlog[20] == pytest.approx(800, abs=100)


def lead_times(crossing: bool, n: int = 400) -> tuple[np.ndarray, np.ndarray]:
    """When n daily purchase orders of rising size arrived, and their sizes."""
    world = a_world()
    law = Gamma[float](kind="gamma", mean=21 * DAY, cv=0.25)
    supplier, came = a_supplier(world, capacity=None, transit=law, crossing=crossing)
    for number in range(n):
        world.at(number * DAY, supplier.order, number + 1)
    world.run(until=(n + 100) * DAY)
    times, units = zip(*came, strict=True)
    return np.array(times), np.array(units)


def test_no_shipment_overtakes_an_earlier_one() -> None:
    times, units = lead_times(crossing=False)
    assert units.tolist() == list(range(1, 401))
    assert (np.diff(times) >= 0).all()


def test_shipments_may_overtake_each_other_where_that_is_allowed() -> None:
    times, units = lead_times(crossing=True)
    assert sorted(units.tolist()) == list(range(1, 401))
    assert units.tolist() != sorted(units.tolist())
    taken = times - (units - 1) * DAY
    error = 0.25 * 21 * DAY / np.sqrt(400)
    assert taken.mean() == pytest.approx(21 * DAY, abs=Z * error)


def test_an_outage_stops_production_and_it_resumes_where_it_stood() -> None:
    world = a_world()
    supplier, came = a_supplier(world, capacity=10.0, transit=NO_TIME)
    supplier.order(100)
    supplier.order(100)
    world.run(until=4.0)
    token = world.dials.turn("supplier.chassis.capacity", 0.0)
    world.run(until=54.0)
    assert came == []
    world.dials.restore(token)
    world.run(until=100.0)
    assert came == [(pytest.approx(60.0), 100), (pytest.approx(70.0), 100)]


def test_a_partial_outage_slows_production_in_proportion() -> None:
    world = a_world()
    supplier, came = a_supplier(world, capacity=10.0, transit=NO_TIME)
    world.dials.turn("supplier.chassis.capacity", 0.25)
    supplier.order(100)
    world.run(until=100.0)
    assert came == [(pytest.approx(40.0), 100)]


def test_two_outages_at_once_last_until_both_are_over() -> None:
    world = a_world()
    supplier, came = a_supplier(world, capacity=10.0, transit=NO_TIME)
    supplier.order(100)
    tokens = [world.dials.turn("supplier.chassis.capacity", 0.0) for _ in range(2)]
    world.at(20.0, world.dials.restore, tokens[0])
    world.at(30.0, world.dials.restore, tokens[1])
    world.run(until=100.0)
    assert came == [(pytest.approx(40.0), 100)]


def test_an_outage_holds_up_even_a_supplier_of_unlimited_capacity() -> None:
    world = a_world()
    supplier, came = a_supplier(world, capacity=None, transit=NO_TIME)
    token = world.dials.turn("supplier.chassis.capacity", 0.0)
    supplier.order(100)
    world.run(until=50.0)
    assert came == []
    world.dials.restore(token)
    world.run(until=51.0)
    assert came == [(50.0, 100)]


def test_goods_on_the_way_arrive_whatever_happens_at_the_factory() -> None:
    world = a_world()
    supplier, came = a_supplier(world, capacity=None)
    supplier.order(100)
    world.run(until=DAY)
    world.dials.turn("supplier.chassis.capacity", 0.0)
    world.run(until=20 * DAY)
    assert came == [(10 * DAY, 100)]


def test_what_was_under_way_at_the_start_arrives_by_its_age_and_in_order() -> None:
    world = a_world()
    supplier, came = a_supplier(world, capacity=None)
    supplier.in_transit_at_start(0, 300, 8 * DAY)
    supplier.in_transit_at_start(1, 200, 3 * DAY)
    supplier.in_transit_at_start(2, 100, 30 * DAY)  # overdue: at once, but not before the others
    world.run(until=20 * DAY)
    assert came == [(2 * DAY, 300), (7 * DAY, 200), (7 * DAY, 100)]


def test_a_receipt_comes_before_the_demand_of_the_same_instant() -> None:
    """Calendar changes, receipts, weekly, daily, then the rest (MODEL T2)."""
    world, order_of_events = a_world(), []
    supplier, _ = a_supplier(world, capacity=None)
    supplier.deliver = lambda component, units: order_of_events.append("receipt")
    for rank in (Rank.NORMAL, Rank.DAILY, Rank.WEEKLY):
        world.at(10 * DAY, order_of_events.append, rank.name, rank=rank)
    supplier.order(1)
    world.run(until=11 * DAY)
    assert order_of_events == ["receipt", "WEEKLY", "DAILY", "NORMAL"]
