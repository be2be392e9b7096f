"""Each area by its own books: local on purpose, and together the company's contribution."""

from __future__ import annotations

import numpy as np
import pytest

from orgsim.departments.finance import EXPENSES
from orgsim.entities import Account, Component, Segment, Source
from orgsim.facts import AmountPosted, LeadCreated, LeadWon, OrderBackordered, OrderPlaced
from orgsim.kpis.books import CASH_ACCOUNTS, OWN_ACCOUNTS, books, cash_flow
from orgsim.kpis.money import contribution, movement
from tests.unit.kpi_tools import about, posted, value

BASE = Segment.BASE


def an_order(time: float, customer: int, nth: int, cents: int) -> OrderPlaced:
    return OrderPlaced(time, customer, nth, BASE, 96.0, False, False, False, False, True, cents)


def test_every_account_of_the_result_is_answered_for_once() -> None:
    owned = [account for accounts in OWN_ACCOUNTS.values() for account in accounts]
    running = {account for account in EXPENSES if account is not Account.WRITE_OFF}
    assert len(owned) == len(set(owned))
    assert set(owned) == running | {Account.REVENUE}


def test_marketing_is_credited_its_leads_and_charged_its_spend() -> None:
    leads = [LeadCreated(float(n), n, BASE, Source.ORGANIC) for n in range(3)]
    spend = [posted(24.0, Account.CAMPAIGN, 1000), posted(24.0, Account.LEAD_COST, 500)]
    assert value("books_marketing", [*leads, *spend]).weekly == about(0, 3 * 23 - 15, 0)


def test_sales_is_credited_what_it_booked_and_no_other_order() -> None:
    facts = [
        LeadWon(2.0, 7, BASE, Source.ORGANIC, 0.0),
        an_order(2.0, 7, 0, 7000),
        an_order(100.0, 7, 1, 7000),  # the same customer again
        an_order(3.0, 8, 0, 7000),  # one of the installed base
        posted(24.0, Account.COMMISSION, 280),
    ]
    assert value("books_sales", facts).weekly == about(0, 70 - 2.8, 0)


def test_logistics_pays_for_what_it_moves_and_for_what_was_not_there() -> None:
    facts = [
        OrderBackordered(5.0, 1, 0, BASE, Component.KIT),
        posted(24.0, Account.PICKING, 320),
        posted(24.0, Account.CARRIAGE, 550),
        posted(24.0, Account.HOLDING, 100),
    ]
    assert value("books_logistics", facts).weekly == about(0, -5 - 9.7, 0)


def test_support_is_its_pay_however_many_call() -> None:
    facts = [posted(24.0, Account.SUPPORT_PAYROLL, 9900)]
    assert value("books_support", facts).weekly == about(0, -99, 0)


@pytest.fixture(scope="module")
def a_quarter():
    from orgsim.config.compose import resolve
    from orgsim.kpis.base import Window
    from orgsim.organisation import simulate

    short = ["run.weeks=4", "run.warmup=2w", "shocks.niche_campaign.onset=1w"]
    scenario = resolve("untapped_niche_campaign", short).scenario
    return Window(scenario, simulate(scenario, 0))


def test_the_areas_and_the_centre_add_up_to_contribution_to_the_cent(a_quarter) -> None:
    together = sum(books(a_quarter, area) for area in OWN_ACCOUNTS)
    assert np.round(together, 6) == pytest.approx(contribution(a_quarter), abs=1e-6)


def test_the_cash_of_the_areas_and_the_centre_adds_up_to_the_company_s_to_the_cent(
    a_quarter,
) -> None:
    together = sum(cash_flow(a_quarter, area) for area in CASH_ACCOUNTS)
    assert np.round(together, 6) == pytest.approx(movement(a_quarter, Account.CASH), abs=1e-6)


def test_no_area_is_without_cash_flow_and_customers_pay_the_centre(a_quarter) -> None:
    for area in CASH_ACCOUNTS:
        flow = cash_flow(a_quarter, area).sum()
        assert flow > 0 if area == "company" else flow < 0, area


def test_cash_is_the_area_s_that_answers_for_the_other_side_of_the_posting() -> None:
    facts = [
        posted(24.0, Account.INVENTORY, 3100),
        posted(24.0, Account.PICKING, 320),
        posted(24.0, Account.CAMPAIGN, 1000),
        AmountPosted(24.0, Account.COST_OF_GOODS, Account.INVENTORY, 3100),  # moves no cash
        AmountPosted(24.0, Account.CASH, Account.DEFERRED_REVENUE, 7000),
    ]
    for area, euros in {
        "logistics": -34.2,
        "marketing": -10.0,
        "sales": 0.0,
        "centre": 70.0,
    }.items():
        assert value(f"cash_{area}", facts).weekly == about(0, euros, 0), area


def test_in_its_own_books_no_area_is_idle(a_quarter) -> None:
    """A sum of zeros would balance, too."""
    for area in OWN_ACCOUNTS:
        assert np.all(books(a_quarter, area) != 0), area
