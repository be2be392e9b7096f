"""Why and when customers ask of their own accord (MODEL M4.1, T2)."""

from __future__ import annotations

import numpy as np
import pytest

from orgsim.entities import Order, Reason, Segment
from orgsim.facts_of_customers import EpisodeLived
from orgsim.units import DAY
from tests.unit.crowd import ACrowd
from tests.unit.parts import Z, seen


def test_a_first_order_is_asked_about_like_any_other() -> None:
    crowd = ACrowd(1, contact__wismo=1.0)
    crowd.world.run(until=10.0)
    crowd.order()
    crowd.world.run(until=4 * DAY)
    assert crowd.reasons() == [(1, Reason.WISMO)]


@pytest.mark.parametrize(("arrives", "asked"), [(11.0, 0), (DAY + 1.0, 0), (DAY + 23.0, 1)])
def test_who_would_ask_after_the_parcel_is_there_does_not(arrives: float, asked: int) -> None:
    """Also where the carrier comes at night, hours before the desk opens on the day of asking."""
    crowd = ACrowd(1, contact__wismo=1.0, contact__ends_with_delivery=1.0)
    crowd.world.run(until=10.0)
    crowd.order().arrives = arrives
    crowd.world.run(until=2 * DAY)
    assert len(crowd.reasons()) == asked


def test_a_late_parcel_is_not_asked_about_after_it_has_come() -> None:
    """The carrier comes at noon of the third late day: that afternoon nobody asks any more."""
    n, noon = 3000, 4.5 * DAY
    crowd = ACrowd(n, contact__late_wismo=2.0 / DAY, contact__ends_with_delivery=1.0)
    for row in range(n):
        crowd.order(row, days=1).arrives = noon
    crowd.world.run(until=5 * DAY)
    times = np.concatenate([batch.times for batch in crowd.contacts])
    assert times.max() < noon
    assert np.count_nonzero(times > 4 * DAY) > 0.2 * n


def test_nobody_asks_for_an_order_before_their_own_date_and_everybody_may_after_it() -> None:
    crowd = ACrowd(1, contact__late_wismo=1e6)
    order = crowd.order(days=3)
    crowd.world.run(until=6 * DAY)
    late = (Reason.LATE_WISMO,)
    assert crowd.reasons() == [(4, *late), (5, *late)]
    order.stated_due = 8 * DAY  # an agent said so
    crowd.world.run(until=9 * DAY)
    assert crowd.reasons() == [(4, *late), (5, *late), (8, *late)]


def test_each_day_without_the_parcel_is_a_new_chance_to_ask() -> None:
    """Also when an agent stated a date before the promised one: 2 000 orders, two days each."""
    n = 2000
    crowd = ACrowd(n, contact__late_wismo=-np.log(0.5) / DAY)
    for row in range(n):
        crowd.order(row, days=3).stated_due = 3 * DAY
    crowd.world.run(until=5 * DAY)
    first, second = (set(batch.customers.tolist()) for batch in crowd.contacts)
    both = len(first & second) / n
    assert both == pytest.approx(0.25, abs=Z * np.sqrt(0.25 * 0.75 / n))


@pytest.mark.parametrize(("segment", "how_to"), [(Segment.BASE, 0.1), (Segment.NICHE, 0.4)])
def test_deliveries_are_followed_by_how_to_faults_and_bills_in_their_shares(
    segment: Segment, how_to: float
) -> None:
    """Four times as many questions about what is new."""
    n = 4000
    wanted = {Reason.HOW_TO: how_to, Reason.FAULT: 0.03, Reason.BILLING: 0.02}
    shares = {"how_to_base": 0.1, "how_to_niche": 0.4, "fault": 0.03, "billing": 0.02}
    crowd = ACrowd(n, segment, **{f"contact__{name}": share for name, share in shares.items()})
    orders = [crowd.order(row) for row in range(n)]
    crowd.world.run(until=9.0)
    crowd.unpack(*orders, at=10.0)
    crowd.world.run(until=2 * DAY)
    asked = [reason for day, reason in crowd.reasons()]
    for reason, share in wanted.items():
        error = np.sqrt(share * (1 - share) / n)
        assert asked.count(reason) / n == pytest.approx(share, abs=Z * error)
    assert {day for day, _ in crowd.reasons()} == {1}


def test_general_questions_come_evenly_in_opening_hours() -> None:
    crowd = ACrowd(5000, contact__general=0.1 / DAY)
    crowd.world.run(until=3 * DAY)
    hours = np.concatenate([batch.times for batch in crowd.contacts]) % DAY
    chance = 1 - np.exp(-0.1)
    error = np.sqrt(15_000 * chance * (1 - chance))
    assert hours.size == pytest.approx(15_000 * chance, abs=Z * error)
    assert hours.min() >= 8
    assert hours.max() < 20
    assert hours.mean() == pytest.approx(14, abs=Z * np.sqrt(12 / hours.size))


def test_a_recall_is_asked_about_while_it_is_on_besides_all_that_is_asked_anyway() -> None:
    """Three times the rate of general questions, on days 2 and 3; those stay the same."""
    n, rate = 3000, 0.02
    calm, alarmed = (ACrowd(n, contact__general=rate / DAY) for _ in range(2))
    dials = alarmed.world.dials
    calm.world.run(until=5 * DAY)
    alarmed.world.run(until=2 * DAY)
    token = dials.turn("customers.recall_questions", 3.0)
    alarmed.world.run(until=4 * DAY)
    dials.restore(token)
    alarmed.world.run(until=5 * DAY)
    general = [
        [
            (customer, day)
            for day, batch in enumerate(crowd.contacts)
            for customer in batch.customers[batch.reasons == Reason.GENERAL].tolist()
        ]
        for crowd in (calm, alarmed)
    ]
    assert general[0] == general[1]
    days = [day for day, reason in alarmed.reasons() if reason is Reason.RECALL]
    assert set(days) == {2, 3}
    chance = 1 - np.exp(-3 * rate)
    error = np.sqrt(chance * (1 - chance) / (2 * n))
    assert len(days) / (2 * n) == pytest.approx(chance, abs=Z * error)
    assert Reason.RECALL not in {reason for _, reason in calm.reasons()}


def test_a_customer_with_two_questions_has_two_contacts_told_apart() -> None:
    crowd = ACrowd(1, contact__fault=1.0, contact__billing=1.0)
    crowd.unpack(crowd.order(), at=10.0)
    crowd.world.run(until=2 * DAY)
    (batch,) = crowd.contacts
    assert batch.nth.tolist() == [0, 1]
    assert batch.customers.tolist() == [0, 0]


def test_who_has_left_asks_nothing() -> None:
    crowd = ACrowd(1, contact__late_wismo=1e6, contact__general=1e6, contact__wismo=1.0)
    crowd.order()
    crowd.people.is_active[0] = False
    crowd.world.run(until=10 * DAY)
    assert crowd.contacts == []


def test_without_lateness_and_with_everything_solved_nobody_asks_for_a_late_order() -> None:
    crowd = ACrowd(200, contact__late_wismo=1e6, loyalty__reorder=0.2 / DAY)

    def arrive_in_time(order: Order) -> None:
        crowd.customers.await_order(order)
        crowd.world.at(order.placed + DAY, crowd.unpack_now, order)

    crowd.unpack_now = lambda order: crowd.unpack(order, at=crowd.world.now)  # type: ignore[attr-defined]
    crowd.customers.place_order = arrive_in_time
    crowd.world.run(until=30 * DAY)
    assert crowd.contacts == []
    assert seen(crowd.world, EpisodeLived)["customer"].size > 500
