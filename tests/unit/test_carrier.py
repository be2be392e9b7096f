"""The carrier's calendar: on which days parcels come, and which promises it can keep (M3.10)."""

from __future__ import annotations

import numpy as np
import pytest

from orgsim.departments.logistics import Logistics
from orgsim.departments.returns import Returns
from orgsim.entities import Ints, due_date
from orgsim.facts import OrderDelivered
from orgsim.facts_after_sale import ReturnReceived
from orgsim.governance.information import Information
from orgsim.kernel.distributions import Fixed
from orgsim.kernel.world import World
from orgsim.units import DAY
from orgsim.weekly import Weekly
from tests.unit.parts import a_promise, a_world, an_order, but, firm, seen

ALWAYS = Weekly.parse("always")
ONE_DAY = Fixed[float](kind="fixed", mean=1.0)
MON, SAT, SUN, NEXT_MON = 0, 5, 6, 7


def a_warehouse(world: World, **changes: object) -> Logistics:
    """The default firm's hours and pick-ups; nothing is scarce, a day in transit either way."""
    plenty: dict[str, object] = {
        "capacity_per_day": 1e6,
        "chassis__opening_stock": 100_000,
        "error_share": 0.0,
        "accessories__fill": 1.0,
        "carrier__standard": ONE_DAY,
        "carrier__express": ONE_DAY,
    }
    return Logistics(world, but(firm().logistics, **{**plenty, **changes}), Information(world, {}))


# -- on which days parcels come --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hours", "days"),
    [
        ("Mon-Sun 09-18", {0: (9, 18), 1: (9, 18), 6: (9, 18)}),
        ("Mon-Sat 09-18", {0: (9, 18), 1: (9, 18)}),
        ("Mon-Fri 09-18, Sun 10-12", {0: (9, 18), 1: (9, 18), 6: (10, 12)}),
    ],
)
def test_parcels_come_in_the_hours_of_the_day_they_come_on_or_of_the_next_that_has_any(
    hours: str, days: dict[int, tuple[int, int]]
) -> None:
    """Sent on Saturday, Sunday and Monday, a day in transit."""
    world = a_world()
    every_day = {"hours": ALWAYS, "carrier__pickup": ALWAYS}
    warehouse = a_warehouse(world, **every_day, carrier__delivery_hours=Weekly.parse(hours))
    orders = [an_order(number) for number in range(600)]
    for number, order in enumerate(orders):
        day = (SAT, SUN, NEXT_MON)[number % 3]
        world.at(day * DAY + 8.0, warehouse.accept, order)
    world.run(until=12 * DAY)
    delivered = seen(world, OrderDelivered)
    times = dict(zip(delivered["customer"].tolist(), delivered["time"].tolist(), strict=True))
    assert all(order.arrives == times[order.customer] for order in orders)
    came = np.array([*times.values()])
    weekday, hour = came // DAY % 7, came % DAY
    assert set(weekday.tolist()) == {*days}
    for day, (first, last) in days.items():
        at = hour[weekday == day]
        assert first <= at.min() < first + 0.2 * (last - first)
        assert last - 0.2 * (last - first) < at.max() < last


def test_a_return_is_not_received_on_a_day_without_delivery() -> None:
    world = a_world()
    carrier = but(firm().logistics.carrier, standard=ONE_DAY)
    carrier = but(carrier, delivery_hours=Weekly.parse("Tue-Sat 09-18"))
    returns = Returns(world, firm().logistics.returns, carrier, lambda *_: None)
    world.at(SAT * DAY + 12.0, returns.take_back, an_order(1))
    world.run(until=12 * DAY)
    (received,) = seen(world, ReturnReceived)["time"].tolist()
    assert 8 * DAY + 9.0 <= received < 8 * DAY + 18.0  # Tuesday


# -- what next day means ---------------------------------------------------------------------------


def kept_next_day(orders: int = 400) -> tuple[float, list[float]]:
    """Next-day promises kept, of all and by the weekday of the order, where nothing is scarce."""
    world = a_world()
    warehouse = a_warehouse(world)
    shop_hours = firm().customers.order_hours
    luck = (np.arange(orders) + 0.5) / orders
    for day in range(7):
        for number, when in enumerate(shop_hours.times_in_day(day * DAY, luck).tolist()):
            promise = a_promise(1, special=True)
            order = an_order(day * orders + number, promise=promise, placed=when)
            order.express_on_record, order.due_on_record = True, due_date(when, 1)
            world.at(when, warehouse.accept, order)
    world.run(until=12 * DAY)
    delivered = seen(world, OrderDelivered)
    kept = np.asarray(delivered["time"] < delivered["due"])
    weekday: Ints = (delivered["placed"] // DAY).astype(int)
    assert kept.size == 7 * orders
    return float(kept.mean()), [float(kept[weekday == day].mean()) for day in range(7)]


def test_next_day_is_kept_until_the_carrier_calls_and_never_for_what_is_ordered_on_sunday() -> None:
    """The promise knows no cut-off and no Sunday; the carrier does: .735 is the ceiling (S3).

    Of the orders of a day 86 in 100 come before the last wave of the benches before the pick-up.
    """
    of_all, by_day = kept_next_day()
    config, shop_hours = firm().logistics, firm().customers.order_hours
    last_wave = config.carrier.pickup_hour - config.wave
    in_time = shop_hours.integral(0.0, last_wave) / shop_hours.integral(0.0, DAY)
    assert by_day[SUN] == 0.0
    assert by_day[MON:SUN] == pytest.approx([in_time] * 6, abs=1 / 400)
    assert of_all == pytest.approx(6 / 7 * in_time, abs=1 / 400)
    assert of_all == pytest.approx(0.735, abs=0.005)
