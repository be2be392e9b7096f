"""When a missing part should be back, as logistics tells it (MODEL M3.6, M6.1)."""

from __future__ import annotations

import pytest

from orgsim.departments.logistics import Logistics
from orgsim.departments.ordering import BaseStock, MinMax, Policy, ReorderPoint
from orgsim.entities import Component, Order, Segment
from orgsim.governance.information import Information
from orgsim.kernel.world import World
from orgsim.units import DAY
from tests.unit.parts import a_channel, a_world, an_order, but, firm

CHASSIS, KIT = Component.CHASSIS, Component.KIT


class Shop:
    """A warehouse that tells support; nothing on its shelves but what is stated."""

    def __init__(self, **changes: object) -> None:
        empty = {"chassis__opening_stock": 0, "kit__opening_stock": 0, "usual_days": 3.0}
        self.world: World = a_world()
        channels = {"eta": a_channel("stock_eta", sender="logistics", receiver="support")}
        self.information = Information(self.world, channels)
        config = but(firm().logistics, **{**empty, **changes})
        self.logistics = Logistics(self.world, config, self.information)
        self.kits, self.chassis = (self.logistics.planning[part] for part in (KIT, CHASSIS))

    def ask(self, number: int, segment: Segment = Segment.NICHE) -> list[Order]:
        orders = [an_order(customer, segment=segment) for customer in range(number)]
        for order in orders:
            self.logistics.accept(order)
        return orders

    def told(self, segment: Segment, day: int = 1) -> float:
        """Days beyond the usual that are believed at the end of a day."""
        if self.world.now < day * DAY:
            self.world.run(until=day * DAY)
        belief = self.information.belief("support", "stock_eta")
        assert belief is not None
        return belief.level(f"{segment.name.lower()}_days") - 3.0


AT_SIX = 6 / 24
"""The part of the first day that is over when logistics tells."""


# -- behind whom one waits -------------------------------------------------------------------------


@pytest.mark.parametrize(("waiting", "days"), [(0, 2), (49, 2), (50, 9), (2049, 9), (2050, 21)])
def test_an_order_placed_now_gets_what_is_left_when_all_before_it_are_served(
    waiting: int, days: int
) -> None:
    shop = Shop(chassis__opening_stock=5000)
    shop.ask(waiting)
    shop.kits.expect(50, age=19 * DAY)
    shop.kits.expect(2000, age=12 * DAY)
    assert shop.kits.days_to_stock() == pytest.approx(days)


def test_whoever_gives_up_waiting_brings_the_others_nearer() -> None:
    shop = Shop(chassis__opening_stock=5000)
    orders = shop.ask(50)
    shop.kits.expect(50, age=19 * DAY)
    assert shop.kits.days_to_stock() == 21.0
    shop.logistics.cancel(orders[0])
    assert shop.kits.days_to_stock() == pytest.approx(2.0)


def test_what_flies_is_expected_before_what_sails() -> None:
    shop = Shop(chassis__opening_stock=5000)
    shop.ask(30)
    shop.kits.expect(20)
    shop.kits.expect(20, by_air=True)
    assert shop.kits.days_to_stock() == 21.0
    shop.kits.expect(20, by_air=True)
    assert shop.kits.days_to_stock() == 7.0


# -- what is late ----------------------------------------------------------------------------------


def test_a_purchase_order_that_is_late_is_expected_to_slip_by_as_much_again() -> None:
    shop = Shop(chassis__opening_stock=5000)
    shop.kits.expect(3000, age=19 * DAY)
    told = [shop.told(Segment.NICHE, day) for day in (1, 3, 13, 33)]
    assert told == pytest.approx([2 - AT_SIX, 1, 10 + AT_SIX, 30 + AT_SIX])


def test_what_follows_a_late_purchase_order_is_not_expected_before_it() -> None:
    shop = Shop(chassis__opening_stock=5000)
    shop.ask(100)
    shop.kits.expect(100, age=51 * DAY)  # thirty days late
    shop.kits.expect(10, age=19 * DAY)
    assert shop.kits.days_to_stock() == pytest.approx(30.0)
    shop.ask(10)
    assert shop.kits.days_to_stock() == pytest.approx(30.0)  # what is ordered now is behind it too
    shop.kits.expect(200, by_air=True)
    assert shop.kits.days_to_stock() == pytest.approx(7.0)


# -- fixed levels ----------------------------------------------------------------------------------

FIXED: list[Policy] = [
    BaseStock(kind="base_stock", review="0h", level=50),
    ReorderPoint(kind="reorder_point", review="0h", reorder_point=20, order_quantity=50),
    MinMax(kind="min_max", review="7d", reorder_point=5, order_up_to_level=50),
]


@pytest.mark.parametrize("policy", FIXED, ids=lambda policy: policy.kind)
def test_a_planner_of_fixed_levels_tells_a_lead_time_and_reckons_with_none(policy: Policy) -> None:
    shop = Shop(chassis__opening_stock=5000, kit__policy=policy, kit__lead_time_told=14 * DAY)
    ordered: list[int] = []
    shop.kits.order = ordered.append
    assert shop.kits.days_to_stock() == 14.0
    shop.ask(30)
    shop.world.run(until=8 * DAY)  # past a weekly review
    assert sum(ordered) == shop.kits.on_order >= 50
    first = 0.0 if policy.review == 0 else 7 * DAY + 6.0
    due = (first + 14 * DAY - shop.world.now) / DAY
    assert shop.kits.days_to_stock() == pytest.approx(due)


# -- what an order needs ---------------------------------------------------------------------------


def test_an_order_of_two_parts_waits_for_the_later_of_them_and_not_for_both_in_turn() -> None:
    shop = Shop()
    shop.chassis.expect(100, age=11 * DAY)
    shop.kits.expect(100)
    assert shop.told(Segment.BASE) == pytest.approx(10 - AT_SIX)
    assert shop.told(Segment.NICHE) == pytest.approx(21 - AT_SIX)


def test_a_niche_that_takes_no_stocked_chassis_does_not_wait_for_one() -> None:
    shop = Shop(is_chassis_shared=False, kit__opening_stock=10)
    assert shop.told(Segment.BASE) == 21.0
    assert shop.told(Segment.NICHE) == 0.0


@pytest.mark.parametrize("is_shared", [True, False])
def test_a_niche_that_is_packed_apart_does_not_wait_for_the_benches(is_shared: bool) -> None:
    stock = {"chassis__opening_stock": 5000, "kit__opening_stock": 10}
    shop = Shop(are_benches_shared=is_shared, capacity_per_day=100.0, overtime__most=0.0, **stock)
    shop.ask(1000, Segment.BASE)
    base = shop.told(Segment.BASE)
    assert base > 5.0
    assert shop.told(Segment.NICHE) == (base if is_shared else 0.0)
