"""Returned parcels: carriage, inspection, refunds promised and paid (MODEL M3.11)."""

from __future__ import annotations

import numpy as np
import pytest

from orgsim.departments.returns import Returns
from orgsim.entities import Account, Order
from orgsim.facts_after_sale import ReturnInspected, ReturnReceived, ReturnSent
from orgsim.kernel.distributions import Fixed
from orgsim.kernel.world import World
from orgsim.units import DAY
from tests.unit.parts import a_world, an_order, but, firm, seen

TWO_DAYS = Fixed[float](kind="fixed", mean=2.0)


class Desk:
    """A returns desk, what it asked of finance and when."""

    def __init__(self, **changes: object) -> None:
        self.world: World = a_world()
        self.owed: list[tuple[float, int]] = []
        self.refunded: list[tuple[float, int]] = []
        self.posted: list[tuple[Account, Account, int]] = []
        carrier = but(firm().logistics.carrier, standard=TWO_DAYS)
        config = but(firm().logistics.returns, **changes)
        self.returns = Returns(self.world, config, carrier, lambda *e: self.posted.append(e))
        self.returns.owe = lambda order: self.owed.append((self.world.now, order.customer))
        self.returns.refund = lambda order: self.refunded.append((self.world.now, order.customer))

    def send(self, customer: int, at: float = 0.0) -> Order:
        order = an_order(customer)
        order.price_cents = 7000
        self.world.at(at, self.returns.take_back, order)
        return order


def test_a_parcel_travels_is_inspected_for_three_days_and_refunded() -> None:
    desk = Desk()
    order = desk.send(1, at=10.0)
    desk.world.run(until=9 * DAY)
    (received,) = seen(desk.world, ReturnReceived)["time"].tolist()
    assert 2 * DAY + 9 <= received < 2 * DAY + 18
    assert desk.owed == [(received, 1)]
    assert desk.refunded == [(received + 3 * DAY, 1)]
    assert order.refund_due == 6 * DAY  # the end of the fifth day after the day of sending back
    assert seen(desk.world, ReturnSent)["due"].tolist() == [6 * DAY]
    assert desk.posted == [(Account.CARRIAGE, Account.CASH, 550)]


def test_nothing_is_owed_for_a_parcel_that_is_still_on_its_way() -> None:
    desk = Desk()
    desk.send(1)
    desk.world.run(until=2 * DAY + 8)
    assert desk.owed == []
    assert desk.returns.in_hand == 0


def test_with_few_places_parcels_wait_their_turn_and_refunds_become_late() -> None:
    desk = Desk(places=1)
    orders = [desk.send(customer, at=customer * 1.0) for customer in range(4)]
    desk.world.run(until=30 * DAY)
    received, inspected = (
        seen(desk.world, kind)["time"] for kind in (ReturnReceived, ReturnInspected)
    )
    by_arrival = seen(desk.world, ReturnReceived)["customer"].tolist()
    assert seen(desk.world, ReturnInspected)["customer"].tolist() == by_arrival
    assert inspected.tolist() == pytest.approx(
        [received[0] + 3 * DAY * number for number in (1, 2, 3, 4)]
    )
    late = [time >= orders[customer].refund_due for time, customer in desk.refunded]
    assert late == [False, True, True, True]


def test_the_places_in_use_are_the_flow_times_the_time_of_an_inspection() -> None:
    """Little (1961): 8 returns a day of 3 days each take 24 places."""
    desk, days = Desk(places=1000), 60
    for number in range(8 * days):
        desk.send(number, at=number * 3.0)
    desk.world.run(until=days * DAY)
    pool = desk.returns.inspection
    # In the first 2 days nothing has arrived, in the next 3 the places fill up.
    assert pool.busy == pytest.approx(24, abs=8)
    assert pool.queue_hours() == 0.0
    received = seen(desk.world, ReturnReceived)["time"]
    inspected = seen(desk.world, ReturnInspected)["time"]
    held = (desk.world.now - received).sum() - (desk.world.now - inspected).sum()
    assert pool.busy_hours() == pytest.approx(float(held))


def test_a_desk_without_places_refunds_nobody() -> None:
    desk = Desk(places=0)
    desk.send(1)
    desk.world.run(until=100 * DAY)
    assert desk.refunded == []
    assert desk.returns.in_hand == 1


def test_an_instant_inspection_refunds_on_arrival() -> None:
    desk = Desk(inspection=0.0)
    desk.send(1)
    desk.world.run(until=10 * DAY)
    assert np.isclose(desk.refunded[0][0], seen(desk.world, ReturnReceived)["time"][0])


def test_what_was_recalled_is_refunded_without_inspection() -> None:
    desk = Desk(places=1)
    ordinary, recalled = desk.send(1), desk.send(2, at=DAY)
    recalled.is_recalled = True
    desk.world.run(until=20 * DAY)
    received = dict(
        zip(
            *(seen(desk.world, ReturnReceived)[c].tolist() for c in ("customer", "time")),
            strict=True,
        )
    )
    paid = {customer: time for time, customer in desk.refunded}
    assert paid[1] == received[1] + 3 * DAY
    assert paid[2] == received[2] < paid[1]  # nor does it wait for a place
    assert not ordinary.is_recalled
