"""Customers, company and empty weeks, each KPI against a hand-made answer (MODEL s.9).

The weeks of the tools' window: -1 (warm-up), 0 and 1; week 0 ends at hour 168.
"""

from __future__ import annotations

from math import nan

import numpy as np
import pytest

from orgsim.entities import (
    Account,
    Occasion,
    Segment,
    Source,
)
from orgsim.facts import LeadCreated
from orgsim.facts_of_customers import (
    CustomerLeft,
    EpisodeLived,
    ExperienceTold,
    GroupCounted,
    SurveyAnswered,
)
from orgsim.kpis import KPIS
from orgsim.kpis.money import horizons
from tests.unit.kpi_tools import (
    BASE,
    BY_NAME,
    LEADS,
    NICHE,
    SCENARIO,
    a_window,
    about,
    posted,
    value,
)

# -- customers -------------------------------------------------------------------------------------


def counted(time: float, segment: Segment, active: int, s: float, t: float) -> GroupCounted:
    return GroupCounted(time, segment, Source.ORGANIC, active, s, t, 0.001, 0.01)


GROUPS = [
    counted(0.0, BASE, 4, 7.0, 0.8),
    counted(168.0, BASE, 3, 8.0, 0.8), counted(168.0, NICHE, 1, 4.0, 0.4),
    counted(336.0, BASE, 1, 6.0, 0.5), counted(336.0, NICHE, 1, 2.0, 0.3),
]  # fmt: skip


def test_satisfaction_and_trust_are_means_over_customers_not_over_groups() -> None:
    assert value("satisfaction", GROUPS).weekly == about(7.0, 7.0, 4.0)
    assert value("satisfaction", GROUPS, "niche").weekly == about(nan, 4.0, 2.0)
    assert value("trust", GROUPS).weekly == about(0.8, 0.7, 0.4)


def test_active_customers_are_those_of_the_last_week() -> None:
    assert value("active_customers", GROUPS).weekly == about(4, 4, 2)
    assert value("active_customers", GROUPS).total == 2


def test_churn_is_per_month_of_those_who_are_there() -> None:
    facts = [*GROUPS, CustomerLeft(60.0, 1, BASE, Source.ORGANIC)]
    month = 8760 / 12 / 168
    assert value("churn", facts).weekly == about(0, month / 4, 0)


def test_nps_is_promoters_less_detractors() -> None:
    facts = [SurveyAnswered(1.0, n, BASE, x) for n, x in enumerate((10, 9, 8, 7, 6))]
    assert value("nps", facts).weekly == about(nan, 20.0, nan)


def lived(
    satisfaction: float, occasion: Occasion, *, broken: bool = False, answered: bool = True
) -> EpisodeLived:
    return EpisodeLived(1.0, 1, BASE, occasion, satisfaction, 7.0, 0.8, broken, answered)


def test_csat_counts_answers_of_four_and_five() -> None:
    facts = [
        lived(6.5, Occasion.DELIVERY),
        lived(6.4, Occasion.CONTACT),
        lived(9.9, Occasion.DELIVERY, answered=False),
    ]
    assert value("csat", facts).weekly == about(nan, 0.5, nan)


AFTERWARDS = (Occasion.CONTACT, Occasion.REST, Occasion.REFUND, Occasion.REMINDER)


def test_csat_asks_after_whatever_was_lived_through() -> None:
    facts = [lived(9.0, Occasion.DELIVERY), *(lived(4.0, one) for one in Occasion if one)]
    assert value("csat", facts).weekly == about(nan, 1 / len(Occasion), nan)


def test_orders_slower_than_expected_are_deliveries_and_cancellations() -> None:
    facts = [
        lived(7.0, Occasion.DELIVERY, broken=True),
        lived(7.0, Occasion.DELIVERY),
        lived(1.0, Occasion.CANCELLATION, broken=True),
        *(lived(7.0, later) for later in AFTERWARDS),
    ]
    assert value("slower_than_expected", facts).weekly == about(nan, 2 / 3, nan)


def test_tellings_are_counted_by_their_sign() -> None:
    facts = [ExperienceTold(1.0, n, BASE, n < 3) for n in range(4)]
    assert value("positive_tellings", facts).weekly == about(0, 3 / 7, 0)
    assert value("negative_tellings", facts).weekly == about(0, 1 / 7, 0)


# -- company ---------------------------------------------------------------------------------------

BOOKS = [
    posted(-24.0, Account.CASH, 50_000, Account.EQUITY),
    posted(24.0, Account.CASH, 20_000, Account.DEFERRED_REVENUE),
    posted(48.0, Account.DEFERRED_REVENUE, 14_000, Account.REVENUE),
    posted(48.0, Account.COST_OF_GOODS, 6_300, Account.INVENTORY),
    posted(168.0, Account.FIXED_COST, 25_000),
    posted(336.0, Account.WRITE_OFF, 1_000, Account.INVENTORY),
]


def test_contribution_is_revenue_less_expenses_and_cash_is_something_else() -> None:
    assert value("revenue", BOOKS).weekly == about(0, 140.0, 0)
    assert value("contribution", BOOKS).weekly == about(0, 140 - 63 - 250, 0)
    assert value("contribution", BOOKS).total == pytest.approx(-173.0)
    assert value("contribution_share", BOOKS).total == pytest.approx(-173 / 140)
    assert value("cash", BOOKS).weekly == about(0, -50.0, -50.0)


def test_value_has_three_horizons() -> None:
    found = horizons(a_window([*BOOKS, *GROUPS]))
    value_of = dict(zip(found["horizon"], found["value"], strict=True))
    clv = value("residual_clv", GROUPS).total
    assert clv > 0
    assert value_of == {
        "year": pytest.approx(-173.0),
        "year+CLV": pytest.approx(-173.0 - 10.0 + clv),
        "cash trough": pytest.approx(-50.0),
    }


# -- when nothing happened -------------------------------------------------------------------------

COUNTS = {
    "leads", "bookings", "orders", "deliveries", "backlog", "overdue", "cancelled", "contacts",
    "active_customers", "negative_tellings", "positive_tellings", "residual_clv", "churned_clv",
    "realised_clv", "revenue", "contribution", "cash", "leads_of_target", "bookings_of_quota",
    "promises_made", "campaign_spend",
    "books_marketing", "books_sales", "books_logistics", "books_support", "books_centre",
    "cash_marketing", "cash_sales", "cash_logistics", "cash_support", "cash_centre",
}  # fmt: skip


def test_where_nothing_happened_a_count_is_zero_and_a_ratio_is_not_available() -> None:
    for kpi in KPIS:
        for segment in kpi.segments:
            found = value(kpi.name, segment=segment)
            expected = 0.0 if kpi.name in COUNTS else nan
            assert found.weekly == about(*[expected] * 3), kpi.name
            assert found.total == pytest.approx(expected, nan_ok=True), kpi.name


def test_facts_beyond_the_horizon_are_in_no_week() -> None:
    facts = [*LEADS, LeadCreated(336.0, 99, BASE, Source.ORGANIC)]
    assert value("leads", facts) == value("leads", LEADS)


def test_every_kpi_says_whose_it_is_and_how_it_is_made() -> None:
    assert len(BY_NAME) == len(KPIS)
    for kpi in KPIS:
        assert all((kpi.title, kpi.unit, kpi.formula, kpi.section)), kpi.name
        assert not kpi.is_judged or kpi.name in SCENARIO.targets, kpi.name
        assert np.size(kpi.measure(a_window(), "all").numerator) == 3
