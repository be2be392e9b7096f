"""Sending back, waiting for the money, being reminded: what customers do and feel (MODEL M3.11)."""

from __future__ import annotations

import numpy as np
import pytest

from orgsim.entities import Attribute, Occasion, Order, Reason
from orgsim.facts_of_customers import EpisodeLived
from orgsim.kernel.distributions import Fixed
from orgsim.units import DAY
from tests.unit.crowd import ACrowd
from tests.unit.parts import Z, seen

AT_ONCE = Fixed[float](kind="fixed", mean=0.0)


def a_crowd(n: int = 1, **changes: object) -> tuple[ACrowd, list[Order]]:
    crowd = ACrowd(n, after_sale__sent_back_after=AT_ONCE, **changes)
    sent_back: list[Order] = []
    crowd.customers.after_sale.send_back = sent_back.append
    return crowd, sent_back


def returned(n: int, *, late: bool = False, expected_fit: float = 0.0, **changes: object) -> float:
    """The share of n deliveries that is sent back."""
    crowd, sent_back = a_crowd(n, **{f"after_sale__{k}": v for k, v in changes.items()})
    orders = [crowd.order(row) for row in range(n)]
    crowd.people.expected[:n, Attribute.FIT] = expected_fit
    crowd.people.fit[:n] = 0.5
    day = 5 if late else 1
    crowd.world.at(day * DAY + 10.0, lambda: crowd.unpack(*orders, at=day * DAY + 10.0))
    crowd.world.run(until=(day + 1) * DAY)
    return len(sent_back) / n


# -- who sends back --------------------------------------------------------------------------------


def test_at_a_return_rate_of_nothing_nothing_comes_back() -> None:
    assert returned(500, late=True, expected_fit=1.0) == 0.0


def test_what_would_come_back_anyway_does_so_with_its_share() -> None:
    n = 4000
    assert returned(n, returned=0.08) == pytest.approx(0.08, abs=Z * np.sqrt(0.0736 / n))
    assert returned(50, returned=1.0) == 1.0


@pytest.mark.parametrize(
    ("late", "expected_fit", "share"),
    [(False, 0.3, 0.1), (False, 0.5, 0.1), (False, 0.9, 0.3), (True, 0.3, 0.3), (True, 0.9, 0.5)],
)
def test_a_misfit_and_a_late_delivery_bring_more_back(
    late: bool, expected_fit: float, share: float
) -> None:
    """r_0 + r_f max(0, E_fit - X_fit) + r_l late: .1, .5 x .4 and .2, with X_fit = .5."""
    n = 4000
    got = returned(
        n,
        late=late,
        expected_fit=expected_fit,
        returned=0.1,
        returned_misfit=0.5,
        returned_late=0.2,
    )
    assert got == pytest.approx(share, abs=Z * np.sqrt(share * (1 - share) / n))


def test_the_same_parcel_comes_back_more_often_when_it_was_promised_sooner() -> None:
    """A faster promise raises returns, since more parcels break it (MODEL M3.11)."""
    n = 4000

    def sent_back(promised_days: int) -> set[int]:
        crowd, back = a_crowd(n, after_sale__returned=0.1, after_sale__returned_late=0.2)
        orders = [crowd.order(row, days=promised_days) for row in range(n)]
        crowd.world.at(3 * DAY + 10.0, lambda: crowd.unpack(*orders, at=3 * DAY + 10.0))
        crowd.world.run(until=4 * DAY)
        return {order.customer for order in back}

    usual, sooner = sent_back(3), sent_back(1)
    assert usual < sooner  # the same customers, and more of them
    # Z = 4 standard errors: a correct program fails one in 16 000.
    assert len(sooner - usual) / n == pytest.approx(0.2, abs=Z * np.sqrt(0.16 / n))


def test_it_counts_what_was_expected_before_the_parcel_was_opened() -> None:
    """With k_E = 1 nothing would be missing any more once the day is felt."""
    crowd, sent_back = a_crowd(
        after_sale__returned_misfit=1000.0, memory__expectation__learning=1.0
    )
    order = crowd.order()
    crowd.people.expected[0, Attribute.FIT], crowd.people.fit[0] = 0.6, 0.5
    crowd.world.at(DAY, lambda: crowd.unpack(order, at=DAY))
    crowd.world.run(until=2 * DAY)
    assert sent_back == [order]
    assert crowd.people.expected[0, Attribute.FIT] == 0.5


def test_who_has_left_sends_nothing_back() -> None:
    crowd, sent_back = a_crowd(after_sale__returned=1.0)
    order = crowd.order()
    crowd.unpack(order, at=10.0)
    crowd.people.is_active[0] = False
    crowd.world.run(until=2 * DAY)
    assert sent_back == []


def followed(share: float, n: int = 4000) -> dict[int, float]:
    """Who sends what back, and when, after a recall on day 20 of what came in the week before."""
    crowd, _ = a_crowd(n)
    back: dict[int, float] = {}
    crowd.customers.after_sale.send_back = lambda order: back.setdefault(
        order.customer, crowd.world.now
    )
    crowd.customers.after_sale.prepare_recall(20 * DAY, 7 * DAY, share)
    for row, day in enumerate(np.resize([5, 12, 14, 19, 22], n).tolist()):
        order = crowd.order(row)
        crowd.world.at(day * DAY, lambda one=order, at=day * DAY: crowd.unpack(one, at=at))
    crowd.world.run(until=30 * DAY)
    return back


def test_a_recall_brings_back_its_share_of_what_came_in_the_time_before() -> None:
    everything, some = followed(1.0), followed(0.2)
    came = np.resize([5, 12, 14, 19, 22], 4000)
    assert set(everything) == set(np.flatnonzero((came == 14) | (came == 19)).tolist())
    assert min(everything.values()) == 20 * DAY
    assert set(some) < set(everything)
    # Z = 4 standard errors: a correct program fails one in 16 000.
    assert len(some) / 1600 == pytest.approx(0.2, abs=Z * np.sqrt(0.16 / 1600))


def test_who_did_not_follow_the_first_recall_follows_the_second_by_luck_of_its_own() -> None:
    crowd, _ = a_crowd(4000)
    back: list[int] = []
    crowd.customers.after_sale.send_back = lambda order: (
        back.append(order.customer),
        setattr(order, "refund_due", 99 * DAY),
    )
    for onset in (20, 40):
        crowd.customers.after_sale.prepare_recall(onset * DAY, 40 * DAY, 0.2)
    for row in range(4000):
        order = crowd.order(row)
        crowd.world.at(15 * DAY, lambda one=order: crowd.unpack(one, at=15 * DAY))
    crowd.world.run(until=39 * DAY)
    first = len(back)
    crowd.world.run(until=60 * DAY)
    assert len(set(back)) == len(back)
    # Z = 4 standard errors: a correct program fails one in 16 000.
    left = 4000 - first
    assert (len(back) - first) / left == pytest.approx(0.2, abs=Z * np.sqrt(0.16 / left))


def test_what_has_gone_back_already_is_not_recalled() -> None:
    crowd, sent_back = a_crowd(after_sale__returned=1.0)
    crowd.customers.after_sale.prepare_recall(3 * DAY, 2 * DAY, 1.0)
    crowd.customers.after_sale.send_back = lambda order: (
        sent_back.append(order),
        setattr(order, "refund_due", 9 * DAY),
    )
    order = crowd.order()
    crowd.world.at(1.5 * DAY, lambda: crowd.unpack(order, at=1.5 * DAY))
    crowd.world.run(until=6 * DAY)
    assert sent_back == [order]
    assert not order.is_recalled


# -- waiting for the money -------------------------------------------------------------------------


def a_refund(late_days: float) -> tuple[ACrowd, float, float]:
    """Satisfaction with a refund and trust after it, paid so long after the promised date."""
    crowd, sent_back = a_crowd(after_sale__returned=1.0, after_sale__asks_for_refund=1e6 / DAY)
    order = crowd.order()
    crowd.unpack(order, at=10.0)
    crowd.world.run(until=DAY - 0.4)
    assert sent_back == [order]
    order.refund_due = 6 * DAY
    crowd.people.trust[0] = 0.8
    crowd.world.at(
        6 * DAY + late_days * DAY - 1.0, lambda: crowd.customers.after_sale.refunded(order)
    )
    crowd.world.run(until=30 * DAY)
    lived = seen(crowd.world, EpisodeLived)
    mine = lived["occasion"] == Occasion.REFUND
    assert mine.sum() == 1
    return crowd, float(lived["satisfaction"][mine][0]), float(lived["trust"][mine][0])


def test_a_late_refund_is_an_episode_and_the_worse_the_later() -> None:
    (_, on_time, kept), (_, late, broken), (_, later, worse) = map(a_refund, (0.0, 3.0, 8.0))
    assert on_time > late > later
    assert kept >= 0.8 > broken > worse


def test_only_who_waits_beyond_the_promised_date_asks_for_the_money() -> None:
    in_time, _, _ = a_refund(0.0)
    assert in_time.reasons() == []
    late, _, _ = a_refund(3.0)
    assert late.reasons() == [(day, Reason.REFUND) for day in (6, 7, 8)]


# -- second parcels and reminders ------------------------------------------------------------------


def test_a_reminder_amid_a_complaint_costs_as_much_trust_as_its_severity_says() -> None:
    """T (1 - .25 x .6) = .68 from .80 (MODEL M3.11, M5.6)."""
    crowd, _ = a_crowd()
    order = crowd.order()
    crowd.people.trust[0] = 0.8
    crowd.customers.after_sale.reminded(order)
    crowd.world.run(until=DAY)
    assert crowd.people.trust[0] == pytest.approx(0.8 * (1 - 0.25 * 0.6))
    assert seen(crowd.world, EpisodeLived)["satisfaction"][0] < 6.0


@pytest.mark.parametrize("severity", [0.0, 0.3, 0.6])
def test_severity_is_kept_whatever_was_expected(severity: float) -> None:
    crowd, _ = a_crowd(after_sale__reminder_severity=severity)
    order = crowd.order()
    crowd.people.trust[0], crowd.people.expected[0, Attribute.RELIABILITY] = 0.8, 0.9
    crowd.customers.after_sale.reminded(order)
    crowd.world.run(until=DAY)
    assert crowd.people.trust[0] == pytest.approx(0.8 * (1 - 0.25 * severity))


def test_a_split_order_is_half_reliable_and_then_nearly() -> None:
    crowd, _ = a_crowd(memory__expectation__learning=1.0)
    order = crowd.order()
    reliability = []
    crowd.customers.unpack([order], np.array([DAY]), np.zeros(1))
    crowd.world.run(until=2 * DAY)
    reliability.append(crowd.people.expected[0, Attribute.RELIABILITY])
    crowd.customers.after_sale.completed([order])
    crowd.world.run(until=4 * DAY)
    reliability.append(crowd.people.expected[0, Attribute.RELIABILITY])
    assert reliability == [0.5, 0.9]
    occasions = seen(crowd.world, EpisodeLived)["occasion"].tolist()
    assert occasions == [Occasion.DELIVERY, Occasion.REST]
