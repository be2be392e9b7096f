"""The books: every amount posted twice, accrual beside cash (MODEL s.7, O4)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgsim.departments.finance import CREDIT, EXPENSES, Finance
from orgsim.entities import Account, Component, Order, Segment
from orgsim.errors import ModelError
from orgsim.facts import AccountClosed, AmountPosted
from orgsim.kernel.world import World
from orgsim.units import DAY, WEEK
from tests.unit.parts import a_world, an_order, but, firm, seen

COSTS = but(firm().finance, fixed_cost=0.0, holding_share=0.0)


def the_books(world: World | None = None, overhead: float = 0.0, **changes: object) -> Finance:
    return Finance(world or a_world(), but(COSTS, **changes), overhead)


def priced(cents: int, customer: int = 1, segment: Segment = Segment.BASE) -> Order:
    order = an_order(customer, segment=segment)
    order.price_cents = cents
    return order


def balances(finance: Finance) -> dict[Account, int]:
    return {account: cents for account in Account if (cents := finance.balance(account))}


def test_what_the_books_cannot_hold_ends_the_run_in_words() -> None:
    finance = the_books()
    finance.post(Account.INVENTORY, Account.CASH, 10**15)
    finance.close_day()
    finance.post(Account.INVENTORY, Account.CASH, 10**15 + 1)
    with pytest.raises(ModelError, match="EUR 1e\\+13 in one day from CASH to INVENTORY"):
        finance.close_day()


accounts = st.sampled_from(list(Account))


@given(st.lists(st.tuples(accounts, accounts, st.integers(-(10**9), 10**9)), max_size=30))
def test_every_amount_is_posted_twice_so_that_all_balances_sum_to_zero(
    entries: list[tuple[Account, Account, int]],
) -> None:
    finance = the_books()
    for debit, credit, cents in entries:
        finance.post(debit, credit, cents)
    assert sum(finance.balance(account) for account in Account) == 0


def test_an_order_is_paid_at_once_and_earned_at_the_door() -> None:
    finance = the_books()
    finance.post(Account.CASH, Account.DEFERRED_REVENUE, 7900)
    assert balances(finance) == {Account.CASH: 7900, Account.DEFERRED_REVENUE: -7900}
    finance.delivered([priced(7900)], np.array([24.0]), np.ones(1))
    assert balances(finance) == {Account.CASH: 7900, Account.REVENUE: -7900}


def test_a_cancelled_order_leaves_no_trace_in_the_books() -> None:
    finance = the_books()
    finance.post(Account.CASH, Account.DEFERRED_REVENUE, 7900)
    finance.cancelled(priced(7900))
    assert balances(finance) == {}


def test_goods_are_stock_when_received_and_cost_when_shipped() -> None:
    finance = the_books()
    finance.open_books({Component.CHASSIS: 10, Component.KIT: 4})
    finance.received(Component.KIT, 6)
    assert balances(finance) == {
        Account.INVENTORY: 10 * 3100 + 10 * 900,
        Account.EQUITY: -(10 * 3100 + 4 * 900),
        Account.CASH: -6 * 900,
    }
    finance.shipped([an_order(1), an_order(2, segment=Segment.NICHE)])
    assert finance.balance(Account.COST_OF_GOODS) == 2 * 3100 + 900 + 2 * 50
    assert finance.balance(Account.INVENTORY) == 8 * 3100 + 9 * 900
    assert finance.balance(Account.CASH) == -6 * 900 - 2 * 50


def test_four_fifths_of_the_kits_left_at_the_horizon_are_written_off() -> None:
    world = a_world()
    finance = the_books(world)
    finance.open_books({Component.KIT: 600})
    world.run(until=WEEK)
    finance.write_off_kits(150)
    assert finance.balance(Account.WRITE_OFF) == round(0.8 * 150 * 900)
    closed = seen(world, AccountClosed)
    assert closed["account"].tolist() == [a for a in Account if a not in CREDIT]
    assert closed["cents"].sum() == 0


def test_fixed_cost_overhead_and_holding_are_charged_each_week_in_that_week() -> None:
    world = a_world(-WEEK)
    finance = the_books(world, overhead=1500.0, fixed_cost=1_600_000.0, holding_share=0.22)
    finance.open_books({Component.CHASSIS: 1000})
    world.run(until=3 * WEEK)
    posted = seen(world, AmountPosted)
    weekly = {
        Account.FIXED_COST: round(100 * 1_600_000 * 168 / 8760),
        Account.OVERHEAD: 150_000,
        Account.HOLDING: round(1000 * 3100 * 0.22 * 168 / 8760),
    }
    for account, cents in weekly.items():
        mine = posted["debit"] == account
        # At the very end of weeks -1, 0, 1 and 2: once each, never in the next week's first day.
        assert posted["time"][mine].tolist() == [0.0, WEEK, 2 * WEEK, 3 * WEEK]
        assert set(posted["cents"][mine].tolist()) == {cents}


def test_a_day_s_amounts_are_written_as_one_total_per_pair_of_accounts() -> None:
    world = a_world()
    finance = the_books(world)
    for cents in (100, 250):
        finance.post(Account.CAMPAIGN, Account.CASH, cents)
    finance.post(Account.PICKING, Account.CASH, 320)
    world.run(until=1.5 * DAY)
    finance.post(Account.PICKING, Account.CASH, 1)
    world.run(until=3 * DAY)
    posted = seen(world, AmountPosted)
    rows = list(
        zip(
            posted["time"].tolist(), posted["debit"].tolist(), posted["cents"].tolist(), strict=True
        )
    )
    assert rows == [
        (DAY, Account.CAMPAIGN, 350),
        (DAY, Account.PICKING, 320),
        (2 * DAY, Account.PICKING, 1),
    ]


def test_an_organisation_at_rest_has_nothing_to_write() -> None:
    world = a_world()
    the_books(world)
    world.run(until=2 * WEEK)
    assert seen(world, AmountPosted)["cents"].size == 0


def test_each_account_is_an_expense_or_on_the_balance_sheet_or_revenue() -> None:
    others = {
        Account.CASH,
        Account.INVENTORY,
        Account.DEFERRED_REVENUE,
        Account.EQUITY,
        Account.REVENUE,
        *CREDIT,
    }
    assert set(EXPENSES) | others == set(Account)
    assert not set(EXPENSES) & others


@pytest.mark.parametrize("units", [0, 1, 7, 600])
def test_a_write_off_is_a_whole_number_of_cents(units: int) -> None:
    finance = the_books(a_world(), kit_write_off=0.333)
    finance.write_off_kits(units)
    assert finance.balance(Account.WRITE_OFF) == np.rint(units * 900 * 0.333)
