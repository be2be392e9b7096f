"""The supplier: a queue before a factory, then the journey (MODEL M3.4)."""

from __future__ import annotations

import numpy as np
import pytest

from orgsim.departments.supplier import Supplier
from orgsim.entities import Component
from orgsim.facts import GoodsOrdered, GoodsReceived
from orgsim.kernel.distributions import Fixed, Gamma
from orgsim.kernel.world import Rank, World
from orgsim.units import DAY, WEEK
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


def test_what_is_to_fly_is_made_before_what_waits_and_after_what_is_in_the_making() -> None:
    world = a_world()
    supplier, came = a_supplier(world, capacity=5.0, transit=NO_TIME, air_transit=NO_TIME)
    supplier.order(120)  # a day's work
    supplier.order(1200)  # ten days
    supplier.expedite(240)
    world.run(until=40 * DAY)
    assert [units for _, units in came] == [120, 240, 1200]
    assert [time / DAY for time, _ in came] == pytest.approx([1, 3, 13])


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


# -- M3.9: by air; M3.4: what the supplier keeps for us --------------------------------------------


def test_what_flies_overtakes_what_sails_and_both_are_made_on_one_line() -> None:
    world = a_world()
    in_two_days = Fixed[float](kind="fixed", mean=2 * DAY)
    supplier, came = a_supplier(world, capacity=5.0, air_transit=in_two_days)
    supplier.order(120)  # a day's work
    supplier.expedite(240)  # two days more
    world.run(until=40 * DAY)
    assert came == [(pytest.approx(5 * DAY), 240), (pytest.approx(11 * DAY), 120)]


def test_shipments_by_air_do_not_overtake_each_other_where_crossing_is_not_allowed() -> None:
    world = a_world()
    law = Gamma[float](kind="gamma", mean=21 * DAY, cv=0.5)
    supplier, came = a_supplier(world, capacity=None, air_transit=law, crossing=False)
    for number in range(100):
        world.at(number * DAY, supplier.expedite, number + 1)
    world.run(until=300 * DAY)
    assert [units for _, units in came] == list(range(1, 101))


def a_loyal_supplier(world: World, weight: float, usual: float = 700.0) -> Supplier:
    """A line of 100 units a day; 700 a week are usual, and five weeks are remembered."""
    loyalty = {"weight": weight, "usual": usual / WEEK, "memory": 5 * WEEK}
    supplier, _ = a_supplier(
        world,
        capacity=100 / DAY,
        transit=NO_TIME,
        **{f"loyalty__{name}": value for name, value in loyalty.items()},
    )
    return supplier


def ordering(world: World, supplier: Supplier, units: int, weeks: range) -> None:
    for week in weeks:
        world.at(week * WEEK + 6.0, supplier.order, units)


@pytest.mark.parametrize(("weight", "share"), [(0.0, 1.0), (0.5, 0.75), (1.0, 0.5)])
def test_who_orders_half_of_the_usual_ends_up_with_that_share_of_the_line(
    weight: float, share: float
) -> None:
    world = a_world()
    supplier = a_loyal_supplier(world, weight)
    ordering(world, supplier, 350, range(60))
    world.run(until=60 * WEEK)
    assert supplier._share.value == pytest.approx(share, abs=1e-5)


def test_who_orders_more_than_usual_gets_no_more_than_the_line() -> None:
    world = a_world()
    supplier = a_loyal_supplier(world, 1.0)
    ordering(world, supplier, 1400, range(20))
    world.run(until=20 * WEEK)
    assert supplier._share.value == 1.0


def test_a_share_is_lost_slowly_and_comes_back_with_the_orders() -> None:
    world = a_world()
    supplier = a_loyal_supplier(world, 1.0)
    ordering(world, supplier, 700, range(10))
    ordering(world, supplier, 700, range(15, 60))
    path = []
    for week in (10, 11, 15, 16, 59):
        world.run(until=week * WEEK + 1.0)
        path.append(supplier._share.value)
    assert path == pytest.approx([1.0, 0.8, 0.8**5, 1 - (1 - 0.8**5) * 0.8, 1.0], abs=1e-4)


def test_a_smaller_share_of_the_line_makes_as_much_less() -> None:
    """With orders of half the usual, 50 of the 100 units a day are made for us."""
    world = a_world()
    supplier = a_loyal_supplier(world, 1.0, usual=400.0)
    came: list[float] = []
    supplier.deliver = lambda component, units: came.append(world.now)
    ordering(world, supplier, 200, range(60))
    world.run(until=60 * WEEK)
    assert came[0] == pytest.approx(6.0 + 2 * DAY)  # at first the whole line is ours
    assert came[-1] == pytest.approx(59 * WEEK + 6.0 + 4 * DAY, rel=1e-6)


def test_where_the_share_is_too_small_the_backlog_grows_by_what_is_missing_of_it() -> None:
    """Demand 500 a week of the usual 2000: kap share = 700 x .25 a week, and 325 stay behind."""
    world = a_world()
    supplier = a_loyal_supplier(world, 1.0, usual=2000.0)
    ordering(world, supplier, 500, range(101))
    backlog = []
    for week in (60, 100):
        world.run(until=week * WEEK + 1.0)
        ordered, received = seen(world, GoodsOrdered), seen(world, GoodsReceived)
        backlog.append(int(ordered["units"].sum() - received["units"].sum()))
    assert backlog[1] - backlog[0] == pytest.approx(40 * (500 - 700 * 0.25), abs=500)


@pytest.mark.parametrize("changes", [{"loyalty__weight": 0.0}, {"loyalty__usual": 0.0}])
def test_without_loyalty_or_a_usual_order_the_line_is_always_ours(
    changes: dict[str, float],
) -> None:
    world = a_world()
    supplier, _ = a_supplier(world, **{"loyalty__weight": 1.0, **changes})
    world.run(until=60 * WEEK)
    assert supplier._share.value == 1.0


def test_a_line_without_limit_is_not_less_for_a_smaller_share() -> None:
    world = a_world()
    supplier, came = a_supplier(world, capacity=None, loyalty__weight=1.0)
    world.run(until=60 * WEEK)
    assert supplier._share.value < 0.02
    supplier.order(1000)
    world.run(until=62 * WEEK)
    assert came == [(60 * WEEK + 10 * DAY, 1000)]
