"""Perfect orders, and what comes after a delivery, each KPI against a hand-made answer (s.9).

The weeks of the tools' window: -1 (warm-up), 0 and 1; week 0 ends at hour 168.
"""

from __future__ import annotations

from math import nan

import pytest

from orgsim.entities import Account, Component
from orgsim.facts import (
    OrderAllocated,
    OrderBackordered,
    OrderCancelled,
    OrderDelivered,
    OrderPlaced,
    OrderShipped,
)
from orgsim.facts_after_sale import (
    AccessoriesMissed,
    InvoiceSent,
    RefundPaid,
    RestShipped,
    ReturnSent,
)
from tests.unit.kpi_tools import BASE, NICHE, about, posted, value
from tests.unit.test_kpis import placed


def special(customer: int, *, express: bool, setup: bool) -> OrderPlaced:
    return OrderPlaced(1.0, customer, 0, NICHE, 96.0, True, express, setup, setup, True, 7900)


def delivered(
    customer: int, *, time: float = 50.0, on_record: float = 96.0, complete: bool = True
) -> OrderDelivered:
    return OrderDelivered(time, customer, 0, BASE, 1.0, 96.0, on_record, complete)


def test_an_order_is_perfect_when_in_time_in_full_and_recorded_as_promised() -> None:
    facts = [
        *(placed(1.0, customer, 96.0) for customer in range(5)),
        special(5, express=True, setup=True),
        special(6, express=False, setup=True),
        special(7, express=True, setup=False),
        delivered(0),
        delivered(1, time=96.0),  # late
        delivered(2, complete=False),  # short, or packed wrong
        delivered(3, on_record=144.0),  # recorded otherwise
        # 4 is still open at its promised date
        *(delivered(customer) for customer in (5, 6, 7)),
    ]
    assert value("perfect_orders", facts).weekly == about(nan, 2 / 8, nan)
    assert value("otif", facts).weekly == about(nan, 5 / 8, nan)


def test_an_order_is_complete_from_stock_when_neither_part_nor_accessory_is_missing() -> None:
    facts = [
        *(placed(1.0, customer, 96.0) for customer in range(4)),
        OrderBackordered(1.0, 0, 0, BASE, Component.CHASSIS),
        AccessoriesMissed(1.0, 0, 0, BASE),
        AccessoriesMissed(1.0, 1, 0, BASE),
    ]
    assert value("complete_orders", facts).weekly == about(nan, 0.5, nan)


def test_the_age_of_backorders_is_that_of_the_open_ones_at_the_week_s_end() -> None:
    facts = [
        OrderBackordered(24.0, 1, 0, BASE, Component.CHASSIS),  # open all the time
        OrderBackordered(120.0, 2, 0, BASE, Component.CHASSIS),  # allotted in week 1
        OrderAllocated(200.0, 2, 0, BASE, 80.0),
        OrderBackordered(20.0, 3, 0, BASE, Component.CHASSIS),  # allotted, then cancelled: week 0
        OrderAllocated(30.0, 3, 0, BASE, 10.0),
        OrderCancelled(220.0, 3, 0, BASE),
        OrderBackordered(-48.0, 4, 0, NICHE, Component.KIT),  # cancelled while waiting
        OrderCancelled(100.0, 4, 0, NICHE),
    ]
    # Week -1: 4 for 2 days. Week 0: 1 for 6 days and 2 for 2 days. Week 1: 1 for 13 days.
    assert value("backorder_age", facts).weekly == about(2.0, 4.0, 13.0)
    assert value("backorder_age", facts, "niche").weekly == about(2.0, nan, nan)


def test_parcels_per_order_count_second_parcels_when_they_leave() -> None:
    facts = [
        *(OrderShipped(20.0, customer, 0, BASE, False) for customer in range(4)),
        RestShipped(44.0, 0, 0, BASE),
        OrderShipped(200.0, 9, 0, BASE, False),
        RestShipped(212.0, 1, 0, BASE),
    ]
    assert value("parcels_per_order", facts).weekly == about(nan, 1.25, 2.0)
    assert value("parcels_per_order", facts).total == pytest.approx(7 / 5)


def test_the_return_rate_is_what_goes_back_over_what_is_delivered() -> None:
    facts = [*(delivered(customer) for customer in range(4)), ReturnSent(100.0, 1, 0, BASE, 240.0)]
    assert value("return_rate", facts).weekly == about(nan, 0.25, nan)


def test_a_refund_that_is_not_paid_when_due_is_late_paid_or_not() -> None:
    facts = [
        *(ReturnSent(1.0, customer, 0, BASE, 144.0) for customer in range(4)),
        ReturnSent(1.0, 9, 0, BASE, 192.0),
        RefundPaid(100.0, 0, 0, BASE, 144.0, 7000, True),
        RefundPaid(143.9, 1, 0, BASE, 144.0, 7000, False),
        RefundPaid(144.0, 2, 0, BASE, 144.0, 7000, True),  # late; 3 is open
        RefundPaid(150.0, 9, 0, BASE, 192.0, 7000, True),
    ]
    assert value("late_refunds", facts).weekly == about(nan, 0.5, 0.0)


def test_a_week_in_which_next_to_nothing_is_billed_makes_no_debt_of_years() -> None:
    facts = [
        InvoiceSent(-100.0, 1, 0, BASE, 999_00, False),
        posted(-100.0, Account.RECEIVABLES, 999_00, Account.REVENUE),
        InvoiceSent(10.0, 2, 0, BASE, 1_00, False),
        posted(10.0, Account.RECEIVABLES, 1_00, Account.REVENUE),
    ]
    assert value("days_sales_outstanding", facts).weekly == about(7.0, 14.0, 21.0)


def test_days_sales_outstanding_are_what_is_owed_over_what_is_billed_a_day() -> None:
    facts = [
        InvoiceSent(10.0, 1, 0, BASE, 70_00, False),
        posted(24.0, Account.RECEIVABLES, 70_00, Account.REVENUE),
        InvoiceSent(200.0, 2, 0, BASE, 35_00, True),
        posted(216.0, Account.RECEIVABLES, 35_00, Account.REVENUE),
        posted(240.0, Account.CASH, 70_00, Account.RECEIVABLES),
    ]
    # 70 owed of 70 billed in two weeks, then 35 of 105 in three: the warm-up's week counts, too.
    assert value("days_sales_outstanding", facts).weekly == about(nan, 14.0, 7.0)
    assert value("days_sales_outstanding", facts).total == pytest.approx(10.5)
    assert value("disputed_bills", facts).weekly == about(nan, 0.0, 1.0)
    assert value("disputed_bills", facts).total == pytest.approx(0.5)


def test_where_nothing_was_returned_or_billed_there_is_nothing_to_say() -> None:
    for name in ("late_refunds", "days_sales_outstanding", "disputed_bills", "return_rate"):
        assert value(name).weekly == about(nan, nan, nan)
