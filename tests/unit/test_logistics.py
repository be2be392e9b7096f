"""From the order record to the door: allocate, pick, ship, deliver (MODEL s.3)."""

from __future__ import annotations

import numpy as np
import pytest

from orgsim.departments.logistics import Logistics, LogisticsConfig
from orgsim.entities import Account, Component, Floats, Order, Segment, due_date
from orgsim.facts import (
    OrderAllocated,
    OrderBackordered,
    OrderCancelled,
    OrderDelivered,
    OrderPicked,
    OrderShipped,
)
from orgsim.governance.information import Information
from orgsim.kernel.distributions import Discrete, Fixed
from orgsim.kernel.world import World
from orgsim.units import DAY, WEEK
from orgsim.weekly import Weekly
from tests.unit.parts import Z, a_channel, a_world, an_order, but, firm, seen

ALWAYS = Weekly.parse("always")
ONE_DAY = Fixed[float](kind="fixed", mean=1.0)
TWO_DAYS = Fixed[float](kind="fixed", mean=2.0)


def a_config(**changes: object) -> LogisticsConfig:
    """Work and pick-up every day, perfect packing, two days standard and one day express."""
    calm: dict[str, object] = {
        "hours": ALWAYS,
        "error_share": 0.0,
        "capacity_per_day": 548.0,
        "usual_days": 3.0,
        "chassis__opening_stock": 6400,
        "carrier__pickup": ALWAYS,
        "carrier__pickup_hour": 20.0,
        "carrier__standard": TWO_DAYS,
        "carrier__express": ONE_DAY,
    }
    return but(firm().logistics, **{**calm, **changes})


def a_warehouse(world: World, **changes: object) -> Logistics:
    channels = {"eta": a_channel("stock_eta", sender="logistics", receiver="support")}
    return Logistics(world, a_config(**changes), Information(world, channels))


def niche(customer: int, **changes: object) -> Order:
    return an_order(customer, segment=Segment.NICHE, **changes)  # type: ignore[arg-type]


# -- M3.1: shared parts ----------------------------------------------------------------------------


def test_a_base_order_takes_a_chassis_and_a_niche_order_a_kit_as_well() -> None:
    warehouse = a_warehouse(a_world())
    warehouse.accept(an_order(1))
    warehouse.accept(niche(2))
    assert warehouse.room.on_hand == {"chassis": 6398, "kit": 599}


def test_an_order_whose_kit_is_missing_holds_up_nobody_else() -> None:
    world = a_world()
    warehouse = a_warehouse(world, chassis__opening_stock=2, kit__opening_stock=0)
    for order in (niche(1), an_order(2), an_order(3), an_order(4)):
        warehouse.accept(order)
    assert seen(world, OrderAllocated)["customer"].tolist() == [2, 3]
    missing = seen(world, OrderBackordered)
    assert missing["customer"].tolist() == [1, 4]
    assert missing["component"].tolist() == [Component.KIT, Component.CHASSIS]


def test_what_arrives_goes_to_who_waited_longest() -> None:
    world = a_world()
    warehouse = a_warehouse(world, chassis__opening_stock=0)
    for customer in (1, 2, 3):
        warehouse.accept(an_order(customer))
    world.run(until=30.0)
    warehouse.planning[Component.CHASSIS].expect(2)
    warehouse.receive(Component.CHASSIS, 2)
    allocated = seen(world, OrderAllocated)
    assert allocated["customer"].tolist() == [1, 2]
    assert allocated["waited"].tolist() == [30.0, 30.0]


def base_deliveries(surge: int, **changes: object) -> list[tuple[int, float]]:
    """When 50 base orders arrive, for whom there is just enough, behind so many niche orders."""
    world = a_world()
    just_enough = {"chassis__opening_stock": 50, "capacity_per_day": 50.0}
    warehouse = a_warehouse(world, **{**just_enough, "kit__opening_stock": surge, **changes})
    for customer in range(surge):
        warehouse.accept(niche(10_000 + customer))
    for customer in range(50):
        warehouse.accept(an_order(customer))
    world.run(until=5 * DAY)
    delivered = seen(world, OrderDelivered)
    rows = zip(delivered["customer"].tolist(), delivered["time"].tolist(), strict=True)
    return [row for row in rows if row[0] < 10_000]


APART = {"is_chassis_shared": False, "are_benches_shared": False}


def test_without_shared_parts_a_niche_surge_leaves_base_orders_untouched() -> None:
    calm = base_deliveries(0, **APART)
    assert len(calm) == 50
    assert base_deliveries(500, **APART) == calm


@pytest.mark.parametrize("shared", APART)
def test_whatever_a_niche_surge_shares_it_takes_from_base_orders(shared: str) -> None:
    touched = {**APART, shared: True}
    assert base_deliveries(500, **touched) != base_deliveries(0, **touched)


@pytest.mark.parametrize("is_shared", [True, False])
def test_what_a_plan_adds_for_the_niche_is_on_top_of_what_base_orders_take(
    is_shared: bool,
) -> None:
    """Beyond f_niche, the kits' forecast, and not beyond the chassis' own (MODEL M3.2, L2)."""

    def ordered(plan: float) -> dict[Component, int]:
        world = a_world()
        information = Information(world, {"plan": a_channel("campaign_plan", noise=0.0)})
        usual = {"smoothing": 0.0, "safety": 0.0}
        policies = {
            f"{part}__policy__{k}": v for part in ("chassis", "kit") for k, v in usual.items()
        }
        few = {"kit__opening_stock": 0, "kit__opening_forecast": 5.0}
        config = a_config(is_chassis_shared=is_shared, **policies, **few)
        warehouse = Logistics(world, config, information)
        units = dict.fromkeys(Component, 0)
        for part, planner in warehouse.planning.items():
            planner.order = lambda n, part=part: units.update({part: n})
        weekly = {"orders_per_week": np.full(10, plan)}
        information.send("campaign_plan", "marketing", weekly, dates={"onset": 0.0})
        world.run(until=8 * DAY)
        return units

    none, some = ordered(0.0), ordered(70.0)
    more = {part: some[part] - none[part] for part in Component}
    beyond = round((10.0 - 5.0) * 28)
    assert more == {Component.CHASSIS: beyond if is_shared else 0, Component.KIT: beyond}


def test_rc33_a_kit_stock_nobody_was_told_to_raise_is_out_on_day_13() -> None:
    """600 kits, 31, 67 and 81 orders a day in weeks 0, 1 and 2 of the campaign."""
    world = a_world()
    warehouse = a_warehouse(world, kit__opening_stock=600)
    customer = 0
    for day, orders in enumerate([31] * 7 + [67] * 7 + [81] * 7):
        for at in np.arange(orders) / orders * DAY:
            world.at(day * DAY + float(at), warehouse.accept, niche(customer))
            customer += 1
    world.run(until=21 * DAY)
    assert int(seen(world, OrderBackordered)["time"][0] // DAY) + 1 == 13


# -- M3.5: benches ---------------------------------------------------------------------------------


def test_a_backlog_clears_in_the_time_capacity_exceeds_demand() -> None:
    """B / (mu - lambda): 2 100 orders, 400 a day against 540.5 a day: 14.9 days (MODEL M3.5)."""
    world = a_world()
    warehouse = a_warehouse(world, capacity_per_day=540.5, chassis__opening_stock=20_000)
    for customer in range(2100):
        warehouse.accept(an_order(customer))
    for number in range(400 * 20):
        world.at(number / 400 * DAY, warehouse.accept, an_order(2100 + number))
    queue = {}
    for day in range(1, 21):
        world.run(until=day * DAY)
        queue[day] = warehouse.bench_queue
    # Waves of half an hour: up to 8.3 orders have come since the last one.
    assert queue[7] == pytest.approx(2100 - 7 * 140.5, abs=12)
    assert queue[14] == pytest.approx(2100 - 14 * 140.5, abs=12)
    assert queue[15] <= 12
    assert queue[14] > 100


def test_a_working_day_packs_its_stated_capacity_and_sunday_nothing() -> None:
    world = a_world()
    warehouse = a_warehouse(
        world, hours=firm().logistics.hours, capacity_per_day=548, chassis__opening_stock=10_000
    )
    for customer in range(8000):
        warehouse.accept(an_order(customer))
    world.run(until=2 * WEEK)
    per_day = np.bincount((seen(world, OrderPicked)["time"] // DAY).astype(int), minlength=14)
    assert per_day[[6, 13]].tolist() == [0, 0]
    working = np.delete(per_day, [6, 13])
    assert working == pytest.approx(np.full(12, 548), abs=1)
    assert working.sum() == pytest.approx(12 * 548, abs=1)


def test_an_idle_bench_saves_up_no_capacity() -> None:
    world = a_world()
    warehouse = a_warehouse(world, capacity_per_day=48)
    world.run(until=10 * DAY)
    for customer in range(100):
        warehouse.accept(an_order(customer, placed=world.now))
    world.run(until=11 * DAY)
    assert seen(world, OrderPicked)["customer"].size == pytest.approx(48, abs=1)


def test_benches_pack_in_the_order_of_allocation() -> None:
    world = a_world()
    warehouse = a_warehouse(world)
    for customer in (5, 3, 9):
        warehouse.accept(an_order(customer))
    world.run(until=1.0)
    assert seen(world, OrderPicked)["customer"].tolist() == [5, 3, 9]


def test_closed_benches_pack_nothing() -> None:
    world = a_world()
    warehouse = a_warehouse(world, capacity_per_day=0)
    warehouse.accept(an_order(1))
    world.run(until=WEEK)
    assert seen(world, OrderPicked)["customer"].size == 0
    assert warehouse.bench_queue == 1


# -- M3.10: the carrier ----------------------------------------------------------------------------


def test_a_parcel_packed_before_the_pick_up_leaves_that_day_and_another_the_next() -> None:
    world = a_world()
    warehouse = a_warehouse(world)
    warehouse.accept(an_order(1))
    world.at(21.0, warehouse.accept, an_order(2, placed=21.0))
    world.run(until=6 * DAY)
    assert seen(world, OrderShipped)["time"].tolist() == [20.0, 44.0]
    delivered = seen(world, OrderDelivered)
    assert (delivered["time"] // DAY).tolist() == [2, 3]
    assert all(9 <= time % DAY < 18 for time in delivered["time"])


def test_no_parcel_arrives_before_it_left() -> None:
    world = a_world()
    same_day = Fixed[float](kind="fixed", mean=0.0)
    warehouse = a_warehouse(world, carrier__standard=same_day)
    warehouse.accept(an_order(1))
    world.run(until=2 * DAY)
    assert seen(world, OrderDelivered)["time"].tolist() == [20.0]


def test_only_the_record_decides_between_express_and_standard() -> None:
    world = a_world()
    warehouse = a_warehouse(world)
    promised, recorded = niche(1), niche(2)
    recorded.express_on_record = True
    posted: list[tuple[Account, Account, int]] = []
    warehouse.post = lambda *entry: posted.append(entry)
    warehouse.accept(promised)
    warehouse.accept(recorded)
    world.run(until=4 * DAY)
    delivered = seen(world, OrderDelivered)
    days = dict(zip(delivered["customer"].tolist(), delivered["time"] // DAY, strict=True))
    assert days == {1: 2, 2: 1}
    assert (Account.CARRIAGE, Account.CASH, 2 * 550 + 600) in posted
    assert (Account.PICKING, Account.CASH, 2 * 320) in posted


def test_transit_days_and_packing_errors_follow_their_shares() -> None:
    world, n = a_world(), 4000
    law = Discrete[float](kind="discrete", values=(1.0, 3.0), weights=(0.7, 0.3))
    warehouse = a_warehouse(
        world, carrier__standard=law, error_share=0.2, capacity_per_day=1e6, kit__opening_stock=0
    )
    for customer in range(n):
        warehouse.accept(an_order(customer))
    world.run(until=5 * DAY)
    delivered = seen(world, OrderDelivered)
    slow = np.mean(delivered["time"] // DAY == 3)
    assert slow == pytest.approx(0.3, abs=Z * np.sqrt(0.21 / n))
    assert np.mean(~delivered["complete"]) == pytest.approx(0.2, abs=Z * np.sqrt(0.16 / n))


def test_parcels_are_handed_over_with_the_moment_they_arrive_and_what_is_in_them() -> None:
    world = a_world()
    warehouse = a_warehouse(world, error_share=1.0)
    handed: list[tuple[list[Order], Floats, Floats]] = []
    warehouse.shipping.deliver = lambda orders, arrivals, complete: handed.append(
        (orders, arrivals, complete)
    )
    order = an_order(1)
    warehouse.accept(order)
    world.run(until=4 * DAY)
    ((orders, arrivals, complete),) = handed
    assert orders == [order]
    assert arrivals.tolist() == seen(world, OrderDelivered)["time"].tolist()
    assert complete.tolist() == [0.0]
    assert order.closed


# -- M3.7: cancelling ------------------------------------------------------------------------------


def test_a_waiting_order_can_be_cancelled_and_is_never_served() -> None:
    world = a_world()
    warehouse = a_warehouse(world, chassis__opening_stock=0)
    first, second = an_order(1), an_order(2)
    warehouse.accept(first)
    warehouse.accept(second)
    assert warehouse.cancel(first)
    assert not warehouse.cancel(first)
    warehouse.planning[Component.CHASSIS].expect(1)
    warehouse.receive(Component.CHASSIS, 1)
    assert seen(world, OrderAllocated)["customer"].tolist() == [2]
    assert seen(world, OrderCancelled)["customer"].tolist() == [1]


def test_an_order_cancelled_on_the_bench_gives_its_parts_to_who_waits() -> None:
    world = a_world()
    warehouse = a_warehouse(world, chassis__opening_stock=1, capacity_per_day=0)
    first, second = an_order(1), an_order(2)
    warehouse.accept(first)
    warehouse.accept(second)
    assert warehouse.cancel(first)
    assert seen(world, OrderAllocated)["customer"].tolist() == [1, 2]
    assert warehouse.bench_queue == 1


def test_a_cancelled_order_on_the_bench_uses_no_capacity() -> None:
    world = a_world()
    warehouse = a_warehouse(world, capacity_per_day=48)  # one in half an hour
    orders = [an_order(customer) for customer in range(10)]
    for order in orders:
        warehouse.accept(order)
    for order in orders[:5]:
        assert warehouse.cancel(order)
    world.run(until=2.4)
    assert seen(world, OrderPicked)["customer"].tolist() == [5, 6, 7, 8, 9]


def test_a_parcel_that_has_left_the_bench_cannot_be_cancelled() -> None:
    world = a_world()
    warehouse = a_warehouse(world)
    order = an_order(1)
    warehouse.accept(order)
    world.run(until=1.0)
    assert not warehouse.cancel(order)
    world.run(until=4 * DAY)
    assert not warehouse.cancel(order)
    assert seen(world, OrderDelivered)["customer"].tolist() == [1]


# -- M6.1: what others are told; S3: whole days ----------------------------------------------------


def believed(world: World, warehouse: Logistics, key: str) -> float:
    belief = warehouse._information.belief("support", "stock_eta")
    assert belief is not None
    return belief.level(key)


def test_in_calm_times_the_usual_days_are_told() -> None:
    world = a_world()
    warehouse = a_warehouse(world)
    world.run(until=DAY)
    assert believed(world, warehouse, "base_days") == 3.0
    assert believed(world, warehouse, "niche_days") == 3.0


def test_a_missing_kit_delays_what_is_told_of_niche_orders_only() -> None:
    world = a_world()
    warehouse = a_warehouse(world, kit__opening_stock=0)
    warehouse.planning[Component.KIT].expect(100)  # in 21 days
    world.run(until=DAY)
    assert believed(world, warehouse, "base_days") == 3.0
    assert believed(world, warehouse, "niche_days") == pytest.approx(3 + 21 - 6 / 24)


def test_a_queue_at_the_benches_delays_what_is_told_of_every_order() -> None:
    world = a_world()
    warehouse = a_warehouse(world, capacity_per_day=100, hours=Weekly.parse("never"))
    for customer in range(400):
        warehouse.accept(an_order(customer))
    world.run(until=DAY)
    assert believed(world, warehouse, "niche_days") == pytest.approx(3 + 4 - 1)


@pytest.mark.parametrize(
    ("placed", "days", "due"), [(0.0, 3, 4), (23.9, 3, 4), (24.0, 1, 3), (-1.0, 2, 2)]
)
def test_an_order_is_due_at_the_end_of_a_whole_day(placed: float, days: int, due: int) -> None:
    assert due_date(placed, days) == due * DAY
