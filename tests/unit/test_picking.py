"""The benches: overtime, work pressure and haste (MODEL M3.5, U2)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgsim.config.compose import resolve
from orgsim.departments.picking import Benches, error_share
from orgsim.entities import Account, Order
from orgsim.errors import ConfigError
from orgsim.kernel.world import World
from orgsim.units import DAY, WEEK
from orgsim.weekly import Weekly
from tests.unit.parts import a_world, an_order, but, firm

ALWAYS = Weekly.parse("always")


class Workshop(NamedTuple):
    world: World
    benches: Benches
    packed: list[Order]
    posted: list[tuple[Account, Account, int]]

    def bring(self, orders: int) -> None:
        for _ in range(orders):
            self.benches.join(an_order(self.benches.queued))

    def bring_daily(self, orders: int, days: int) -> None:
        """Evenly over each day, half a gap after its start."""
        for number in range(orders * days):
            when = (number + 0.5) / orders * DAY
            self.world.at(when, self.benches.join, an_order(10_000 + number))


def a_workshop(**changes: object) -> Workshop:
    always = {"hours": ALWAYS, "capacity_per_day": 480.0, **changes}
    world, packed = a_world(), list[Order]()
    posted: list[tuple[Account, Account, int]] = []
    benches = Benches(world, but(firm().logistics, **always), lambda *entry: posted.append(entry))
    benches.hand_on = packed.append
    return Workshop(world, benches, packed, posted)


# -- overtime --------------------------------------------------------------------------------------


def days_to_clear(shop: Workshop, down_to: int, most: int = 60) -> float:
    """The first time, in days, at which no more than so many wait."""
    for wave in range(round(shop.world.now * 2) + 1, most * 48):
        shop.world.run(until=wave * 0.5)
        if shop.benches.queued <= down_to:
            return wave / 48
    raise AssertionError("never")


def test_a_backlog_clears_in_the_time_overtime_exceeds_demand() -> None:
    """2 100 orders, 400 a day against 470 and 15 % overtime: 14.9 days (MODEL M3.5)."""
    shop = a_workshop(capacity_per_day=470.0, overtime__most=0.15, overtime__backlog=0.0)
    shop.bring(2100)
    shop.bring_daily(400, 20)
    # Cleared is what waits for less than one wave: up to 400 / 48 have come since the last one.
    expected = (2100 - 400 / 48) / (470 * 1.15 - 400)
    assert days_to_clear(shop, 9) == pytest.approx(expected, abs=1 / 48 + 1 / 140.5)
    assert expected == pytest.approx(14.9, abs=0.06)


def test_overtime_ends_where_half_a_day_s_work_is_left() -> None:
    shop = a_workshop(capacity_per_day=470.0, overtime__most=0.15, overtime__backlog=0.5)
    shop.bring(2100)
    shop.bring_daily(400, 20)
    first = days_to_clear(shop, 235)
    assert first == pytest.approx((2100 - 235) / 140.5, abs=0.1)
    second = days_to_clear(shop, 100)
    assert second - first == pytest.approx((235 - 100) / 70, abs=0.1)


def test_without_overtime_and_at_half_a_day_s_work_the_usual_number_is_packed() -> None:
    usual, at_the_limit = a_workshop(), a_workshop(overtime__most=0.15)
    for shop in (usual, at_the_limit):
        shop.bring(240)
        shop.world.run(until=0.4)
    assert len(usual.packed) == len(at_the_limit.packed) == 10
    one_more = a_workshop(overtime__most=0.15)
    one_more.bring(241)
    one_more.world.run(until=0.4)
    assert len(one_more.packed) == 11  # and half an order is carried on


def test_overtime_is_paid_at_its_premium_and_only_overtime() -> None:
    shop = a_workshop(overtime__most=0.15, overtime__backlog=0.0, picking_cost=3.2)
    shop.bring(10_000)
    shop.world.run(until=DAY - 0.1)
    usual, extra = 480, 72
    assert len(shop.packed) == usual + extra
    paid = sum(cents for _, _, cents in shop.posted)
    assert paid == (usual + extra) * 320 + extra * 160
    assert {(debit, credit) for debit, credit, _ in shop.posted} == {
        (Account.PICKING, Account.CASH)
    }


def test_overtime_that_finds_nothing_to_pack_is_not_paid() -> None:
    """One order before every wave: it waits, which calls for overtime, and is soon packed."""
    shop = a_workshop(overtime__most=0.15, overtime__backlog=0.0, picking_cost=3.2)
    shop.bring_daily(48, 10)
    shop.world.run(until=10 * DAY + 0.1)
    assert len(shop.packed) == 480
    assert sum(cents for _, _, cents in shop.posted) == 480 * 320


@pytest.mark.parametrize("orders", [1, 9, 10, 11, 12, 20])
def test_the_premium_is_paid_on_what_is_packed_beyond_the_usual(orders: int) -> None:
    """A wave of 10 usual and 1.5 more; up to one order is carried on, and paid before."""
    shop = a_workshop(overtime__most=0.15, overtime__backlog=0.0, picking_cost=3.2)
    shop.bring(orders)
    shop.world.run(until=0.4)
    premium = sum(cents for _, _, cents in shop.posted) - len(shop.packed) * 320
    assert 0 <= premium - max(0, len(shop.packed) - 10) * 160 <= 160
    assert premium == 0 or orders >= 10


def test_a_wave_of_most_of_a_day_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"logistics\.wave"):
        resolve("baseline", ["logistics.wave=10h"])


def test_a_team_that_is_half_there_works_overtime_at_half_the_backlog() -> None:
    shop = a_workshop(overtime__most=0.15)
    shop.world.dials.turn("logistics.capacity", 0.5)
    shop.bring(130)
    shop.world.run(until=0.9)
    assert len(shop.packed) == int(2 * 5 * 1.15)


# -- work pressure and haste -----------------------------------------------------------------------


@pytest.mark.parametrize("pressure", [0.0, 0.5, 1.0])
def test_who_is_not_pressed_makes_the_usual_errors(pressure: float) -> None:
    assert error_share(0.005, 2.0, pressure) == 0.005


@pytest.mark.parametrize(("pressure", "share"), [(1.2, 0.007), (1.5, 0.01), (2.0, 0.015)])
def test_haste_makes_errors_in_proportion_to_the_pressure_above_one(
    pressure: float, share: float
) -> None:
    assert error_share(0.005, 2.0, pressure) == pytest.approx(share)
    assert error_share(0.005, 0.0, pressure) == 0.005


@given(st.floats(0, 1), st.floats(0, 1000), st.floats(0, 1000), st.floats(0, 1000))
def test_more_pressure_never_means_fewer_errors_and_no_more_than_all(
    usual: float, haste: float, low: float, more: float
) -> None:
    calm, hurried = error_share(usual, haste, low), error_share(usual, haste, low + more)
    assert usual <= calm <= hurried <= 1.0 or usual == calm == hurried


@pytest.mark.parametrize(("load", "pressure"), [(240, 0.5), (480, 1.0), (576, 1.2)])
def test_after_a_steady_week_work_pressure_is_load_over_capacity(
    load: int, pressure: float
) -> None:
    shop = a_workshop()
    shop.bring_daily(load, 7)
    shop.world.run(until=WEEK + 0.1)
    assert shop.benches.pressure == pytest.approx(pressure, abs=0.003)


def test_pressure_is_the_week_s_and_not_the_day_s() -> None:
    shop = a_workshop()
    shop.bring_daily(240, 14)
    shop.world.at(7 * DAY + 1.0, shop.bring, 480)  # one bad day after a quiet week
    shop.world.run(until=8 * DAY + 0.1)
    assert shop.benches.pressure == pytest.approx((7 * 240 + 480) / (7 * 480), abs=0.01)


def test_nobody_feels_pressure_on_a_day_on_which_nobody_works() -> None:
    shop = a_workshop(hours=Weekly.parse("Mon-Sat 00-24"))
    shop.bring_daily(300, 14)
    shop.world.run(until=6 * DAY + 0.1)
    before = shop.benches.pressure
    shop.world.run(until=7 * DAY + 0.1)
    assert shop.benches.queued == pytest.approx(300, abs=7)
    assert shop.benches.pressure == before


def test_what_is_packed_under_pressure_is_packed_with_more_errors() -> None:
    def shares(haste: float) -> set[float]:
        shop = a_workshop(error_share=0.005, haste=haste)
        shop.bring(480 * 3)
        shop.world.run(until=2 * DAY)
        return {order.error_share for order in shop.packed}

    assert shares(0.0) == {0.005}
    # The first day is packed as usual; at its end 480 are packed and 960 wait: wp = 3.
    usual, hasty = sorted(shares(2.0))
    assert (usual, hasty) == (0.005, pytest.approx(0.025, rel=0.01))


# -- Little's law ----------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(0, 100), st.booleans()), max_size=60), st.integers(1, 30))
def test_the_hours_that_orders_waited_are_the_hours_that_the_queue_held(
    orders: list[tuple[int, bool]], until: int
) -> None:
    shop = a_workshop(capacity_per_day=2.4)
    for number, (when, is_cancelled) in enumerate(orders):
        order = an_order(number)
        shop.world.at(when / 10, shop.benches.join, order)
        if is_cancelled:
            shop.world.at(when / 10 + 2.0, cancel, shop.benches, order)
    shop.world.run(until=float(until))
    queued = shop.benches.queue_hours()
    assert queued == pytest.approx(shop.benches.waited_hours(), abs=1e-9)
    assert shop.benches.queued == sum(
        order.bench_since is not None for *_, order in shop.benches._bench
    )


def cancel(benches: Benches, order: Order) -> None:
    if not order.shipped:
        order.closed = True
        benches.withdraw(order)


def test_the_mean_queue_is_the_flow_times_the_mean_wait() -> None:
    """480 a day, half an hour of head start: the queue is lambda times the wait."""
    shop = a_workshop()
    shop.bring(48)
    shop.bring_daily(480, 10)
    shop.world.run(until=10 * DAY)
    mean_queue = shop.benches.queue_hours() / (10 * DAY)
    mean_wait = shop.benches.waited_hours() / (10 * 480 + 48)
    assert mean_queue == pytest.approx((10 * 480 + 48) / (10 * DAY) * mean_wait)
    assert mean_queue == pytest.approx(48, abs=6)
    assert np.isclose(mean_wait, 48 / 20, atol=0.4)
