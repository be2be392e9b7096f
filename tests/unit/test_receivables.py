"""Orders on account: bills, disputes, reminders, and money that comes later (MODEL M3.11)."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from orgsim.departments.finance import Finance
from orgsim.entities import Account, Order, Segment
from orgsim.facts_after_sale import InvoicePaid, InvoiceSent, RefundPaid, ReminderSent
from orgsim.kernel.distributions import Exponential, Fixed
from orgsim.units import DAY
from tests.unit.parts import Z, a_world, an_order, but, firm, seen

SETTLED_IN_TEN_DAYS = Fixed[float](kind="fixed", mean=10 * DAY)


class Books:
    """Finance of a firm all of whose customers order on account, unless said otherwise."""

    def __init__(self, *, single_view: float = 0.0, **changes: object) -> None:
        self.world = a_world()
        later = {"on_account": 1.0, "disputed": 1.0, "settled_after": SETTLED_IN_TEN_DAYS}
        terms = {f"receivables__{name}": value for name, value in {**later, **changes}.items()}
        config = but(firm().finance, fixed_cost=0.0, holding_share=0.0, **terms)
        self.finance = Finance(self.world, config, 0.0, single_view)
        self.reminded: list[int] = []
        self.finance.receivables.remind = lambda order: self.reminded.append(order.customer)

    def book(self, customer: int = 1, segment: Segment = Segment.BASE) -> Order:
        order = an_order(customer, segment=segment, placed=self.world.now)
        order.price_cents = 7000 + customer
        order.on_account = self.finance.receivables.takes_on_account(order)
        if not order.on_account:
            self.finance.post(Account.CASH, Account.DEFERRED_REVENUE, order.price_cents)
        return order

    def deliver(self, order: Order, *, late: bool = False, complete: bool = True) -> None:
        arrival = order.due + 1.0 if late else order.due - 1.0
        self.finance.delivered([order], np.array([arrival]), np.array([float(complete)]))

    def days_to_pay(self) -> list[float]:
        return [hours / DAY for hours in seen(self.world, InvoicePaid)["waited"]]

    def balance(self, account: Account) -> int:
        return self.finance.balance(account)


def test_where_nobody_orders_on_account_everybody_pays_with_the_order() -> None:
    books = Books(on_account=0.0)
    order = books.book()
    assert not order.on_account
    assert books.balance(Account.CASH) == order.price_cents
    books.deliver(order)
    assert books.balance(Account.RECEIVABLES) == 0
    assert books.balance(Account.REVENUE) == -order.price_cents


def test_a_customer_orders_on_account_always_or_never_and_so_many_do() -> None:
    books, n = Books(on_account=0.3), 5000
    first = [books.book(customer).on_account for customer in range(n)]
    again = [books.book(customer).on_account for customer in range(n)]
    assert first == again
    # Z = 4 standard errors: a correct program fails one in 16 000.
    assert np.mean(first) == pytest.approx(0.3, abs=Z * np.sqrt(0.21 / n))


def test_without_disputes_cash_is_revenue_thirty_days_later() -> None:
    books = Books(disputed=0.0)
    billed: Counter[float] = Counter()

    def sell(customer: int) -> None:
        order = books.book(customer)
        books.deliver(order, late=customer % 2 == 0, complete=customer % 3 > 0)
        billed[books.world.now] += order.price_cents

    for customer in range(200):
        books.world.at(customer * 5.0, sell, customer)
    books.world.run(until=1000.0 + 30 * DAY)
    paid = seen(books.world, InvoicePaid)
    cash = Counter[float]()
    for time, cents in zip(paid["time"].tolist(), paid["cents"].tolist(), strict=True):
        cash[time - 30 * DAY] += cents
    assert cash == billed
    assert books.balance(Account.CASH) == -books.balance(Account.REVENUE)
    assert books.balance(Account.RECEIVABLES) == 0
    assert seen(books.world, ReminderSent)["time"].size == 0


@pytest.mark.parametrize(
    ("late", "complete", "days"),
    [(False, True, 30), (True, True, 45), (False, False, 45), (True, False, 45)],
)
def test_a_bill_for_a_failed_delivery_is_paid_twenty_days_after_the_dispute_is_settled(
    late: bool, complete: bool, days: int
) -> None:
    books = Books(settled_after=Fixed[float](kind="fixed", mean=25 * DAY))
    books.deliver(books.book(), late=late, complete=complete)
    books.world.run(until=60 * DAY)
    assert seen(books.world, InvoiceSent)["disputed"].tolist() == [days == 45]
    assert books.days_to_pay() == [days]


def test_a_dispute_that_is_settled_soon_brings_no_money_sooner() -> None:
    books = Books(settled_after=Fixed[float](kind="fixed", mean=DAY))
    books.deliver(books.book(), late=True)
    books.world.run(until=60 * DAY)
    assert books.days_to_pay() == [30]


def test_as_many_failed_deliveries_are_disputed_as_stated() -> None:
    books, n = Books(disputed=0.25), 4000
    for customer in range(n):
        books.deliver(books.book(customer), late=True)
    share = seen(books.world, InvoiceSent)["disputed"].mean()
    assert share == pytest.approx(0.25, abs=Z * np.sqrt(0.1875 / n))


def test_an_order_on_account_that_is_cancelled_leaves_no_trace_in_the_books() -> None:
    books = Books()
    books.finance.cancelled(books.book())
    assert [books.balance(account) for account in Account] == [0] * len(Account)


# -- returns ---------------------------------------------------------------------------------------


def test_a_return_that_was_paid_is_paid_back_and_most_of_its_cost_recovered() -> None:
    books = Books(on_account=0.0)
    order = books.book()
    books.deliver(order)
    books.finance.owe(order)
    assert books.balance(Account.REVENUE) == 0
    assert books.balance(Account.REFUNDS_DUE) == -order.price_cents
    books.finance.refund(order)
    assert books.balance(Account.REFUNDS_DUE) == 0
    recovered = round(0.7 * (3100 + 50))
    assert books.balance(Account.CASH) == recovered
    assert books.balance(Account.COST_OF_GOODS) == -recovered
    assert seen(books.world, RefundPaid)["in_cash"].tolist() == [True]


def test_goods_that_were_recalled_are_worth_nothing() -> None:
    books = Books(on_account=0.0)
    order = books.book()
    books.deliver(order)
    order.is_recalled = True
    books.finance.refund(order)
    assert books.balance(Account.COST_OF_GOODS) == 0


def test_of_a_niche_order_the_kit_s_cost_is_recovered_too() -> None:
    books = Books(on_account=0.0)
    order = books.book(segment=Segment.NICHE)
    books.finance.refund(order)
    costs = firm().finance
    goods = costs.chassis_cost + costs.kit_cost + costs.extras_cost
    assert books.balance(Account.COST_OF_GOODS) == -round(70 * goods)


def test_a_return_whose_bill_is_open_cancels_the_bill_and_nobody_pays() -> None:
    books = Books()
    order = books.book()
    books.deliver(order)
    books.world.at(8 * DAY, books.finance.owe, order)
    books.world.at(8 * DAY, books.finance.refund, order)
    books.world.run(until=90 * DAY)
    assert seen(books.world, RefundPaid)["in_cash"].tolist() == [False]
    assert books.days_to_pay() == []
    for account in (Account.RECEIVABLES, Account.REFUNDS_DUE, Account.REVENUE):
        assert books.balance(account) == 0


# -- reminders -------------------------------------------------------------------------------------


def slow(**changes: object) -> Books:
    """Everybody pays after 60 days, and is reminded after 31."""
    return Books(paid_after=Fixed[float](kind="fixed", mean=60 * DAY), **changes)


@pytest.mark.parametrize("sees", [0.0, 1.0])
def test_who_is_late_without_a_complaint_is_reminded_and_thinks_nothing_of_it(sees: float) -> None:
    books = slow(single_view=sees)
    books.deliver(books.book())
    books.world.run(until=90 * DAY)
    assert seen(books.world, ReminderSent)["time"].tolist() == [31 * DAY]
    assert seen(books.world, ReminderSent)["amid_complaint"].tolist() == [False]
    assert books.reminded == []


@pytest.mark.parametrize("is_open", ["dispute", "problem"])
def test_a_reminder_amid_a_complaint_hurts_unless_finance_sees_the_complaint(is_open: str) -> None:
    for sees, hurt in ((0.0, [1]), (1.0, [])):
        unsettled = Fixed[float](kind="fixed", mean=40 * DAY)
        books = slow(single_view=sees, settled_after=unsettled)
        books.finance.receivables.has_complaint = lambda order: is_open == "problem"
        books.deliver(books.book(), late=is_open == "dispute")
        books.world.run(until=90 * DAY)
        assert books.reminded == hurt
        assert seen(books.world, ReminderSent)["amid_complaint"].tolist() == [True] * len(hurt)


def test_a_settled_dispute_is_no_complaint_any_more() -> None:
    books = slow(single_view=0.0)
    books.deliver(books.book(), late=True)
    books.world.run(until=90 * DAY)
    assert seen(books.world, ReminderSent)["amid_complaint"].tolist() == [False]


def test_the_better_finance_sees_the_fewer_are_hurt() -> None:
    def hurt(sees: float) -> list[int]:
        books = slow(single_view=sees)
        books.finance.receivables.has_complaint = lambda order: True
        for customer in range(2000):
            books.deliver(books.book(customer))
        books.world.run(until=90 * DAY)
        return books.reminded

    blind, some, most = (hurt(sees) for sees in (0.0, 0.3, 0.8))
    assert len(blind) == 2000
    assert set(most) < set(some) < set(blind)  # the same customers' luck
    assert len(some) / 2000 == pytest.approx(0.7, abs=Z * np.sqrt(0.21 / 2000))


def test_who_pays_in_time_is_not_reminded_whatever_the_law() -> None:
    books = Books(paid_after=Exponential[float](kind="exponential", mean=30 * DAY))
    for customer in range(500):
        books.deliver(books.book(customer))
    books.world.run(until=400 * DAY)
    paid, reminded = seen(books.world, InvoicePaid), seen(books.world, ReminderSent)
    late = paid["customer"][paid["waited"] > 31 * DAY]
    assert set(reminded["customer"].tolist()) == set(late.tolist())
    assert 0 < late.size < 500
