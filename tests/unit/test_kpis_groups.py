"""KPIs by source and channel, of who stays and of how stock turns, each against a hand-made answer.

The weeks of the tools' window: -1 (warm-up), 0 and 1; week 0 ends at hour 168.
"""

from __future__ import annotations

from math import nan
from typing import Any

import pytest

from orgsim.entities import Account, Component, ContactChannel, Reason, Segment, Source
from orgsim.facts import (
    ContactMade,
    GoodsReceived,
    LeadCreated,
    LeadLost,
    LeadQualified,
    LeadWon,
    OrderAllocated,
    OrderBackordered,
    OrderCancelled,
    OrderDelivered,
    OrderPlaced,
)
from orgsim.facts_of_customers import (
    CustomerJoined,
    CustomerLeft,
    ExperienceTold,
    GroupCounted,
    SurveyAnswered,
)
from orgsim.kpis import KPIS
from orgsim.kpis.base import Window
from tests.unit.kpi_tools import BASE, NICHE, SCENARIO, a_window, about, posted, value
from tests.unit.parts import but


def joined(customer: int, source: Source, segment: Segment = BASE) -> CustomerJoined:
    return CustomerJoined(1.0, customer, segment, source)


def test_a_fact_without_source_is_put_to_where_its_customer_came_from() -> None:
    facts = [
        joined(1, Source.CAMPAIGN),
        joined(2, Source.ORGANIC),
        *(SurveyAnswered(5.0, n, BASE, 10 if n == 1 else 0) for n in (0, 1, 2, 3)),
    ]
    assert value("nps", facts, "campaign").weekly == about(nan, 100.0, nan)
    assert value("nps", facts, "organic").weekly == about(nan, -100.0, nan)
    assert value("nps", facts, "installed").weekly == about(nan, -100.0, nan)
    assert value("nps", facts, "word_of_mouth").weekly == about(nan, nan, nan)


def test_the_sources_of_a_kpi_add_up_to_all() -> None:
    facts = [LeadCreated(t, n, BASE, Source(1 + n % 3)) for n, t in enumerate((1.0, 2.0, 170.0))]
    apart = [value("leads", facts, s).total for s in ("organic", "campaign", "word_of_mouth")]
    assert sum(apart) == pytest.approx(value("leads", facts).total)


def test_facts_of_one_contact_channel_are_told_apart() -> None:
    facts = [
        ContactMade(1.0, n, 0, 0, BASE, Reason.GENERAL, channel)
        for n, channel in enumerate((ContactChannel.PHONE, ContactChannel.EMAIL, ContactChannel(0)))
    ]
    window = a_window(facts)
    assert window.facts(ContactMade, "phone")["customer"].tolist() == [0, 2]
    assert window.facts(ContactMade, "email")["customer"].tolist() == [1]


def test_every_kpi_is_measured_for_every_group_that_it_names_even_where_nothing_happened() -> None:
    window = a_window()
    for kpi in KPIS:
        for group in kpi.segments:
            assert kpi.measure(window, group).weekly().shape == (3,), (kpi.name, group)


def test_a_lead_costs_what_its_own_offer_spends() -> None:
    facts = [
        *(LeadCreated(1.0, n, NICHE if n else BASE, Source.ORGANIC) for n in range(3)),
        posted(24.0, Account.LEAD_COST, 700),
        posted(24.0, Account.CAMPAIGN, 2600),
    ]
    assert value("cost_per_lead", facts).total == pytest.approx(11.0)
    assert value("cost_per_lead", facts, "base").total == pytest.approx(7.0)
    assert value("cost_per_lead", facts, "niche").total == pytest.approx(13.0)
    assert value("campaign_spend", facts).weekly == about(0, 26, 0)


def test_attainment_is_the_share_of_what_target_and_quota_ask_for_in_the_week() -> None:
    targets = SCENARIO.targets
    won = [LeadWon(1.0, n, BASE, Source.ORGANIC, 0.0) for n in range(35)]
    assert value("bookings_of_quota", won).weekly == about(0, 5 / targets["bookings"], 0)
    created = [LeadCreated(1.0, n, BASE, Source.ORGANIC) for n in range(7)]
    assert value("leads_of_target", created).total == pytest.approx(0.5 / targets["leads"])


def counted(active: int, source: Source, segment: Segment = BASE) -> GroupCounted:
    return GroupCounted(168.0, segment, source, active, 7.0, 0.8, 0.001, 0.01)


def test_who_is_still_there_is_of_those_won_not_of_the_installed_base() -> None:
    facts = [
        *(joined(n, Source.CAMPAIGN, NICHE) for n in range(4)),
        joined(9, Source.ORGANIC),
        CustomerLeft(100.0, 3, NICHE, Source.CAMPAIGN),
        counted(3, Source.CAMPAIGN, NICHE),
        counted(1, Source.ORGANIC),
        counted(50, Source.INSTALLED),
    ]
    assert value("still_there", facts).weekly[1] == pytest.approx(4 / 5)
    assert value("still_there", facts, "niche").weekly[1] == pytest.approx(3 / 4)
    assert value("still_there", facts, "organic").weekly[1] == pytest.approx(1.0)


def order(customer: int, nth: int = 0, segment: Segment = BASE, time: float = 1.0) -> OrderPlaced:
    return OrderPlaced(time, customer, nth, segment, 96.0, False, False, False, False, True, 7000)


def test_the_first_order_of_a_new_customer_is_no_repeat() -> None:
    facts = [
        LeadWon(1.0, 1, BASE, Source.ORGANIC, 0.0),
        order(1),
        order(1, 1),
        order(2),
        counted(10, Source.INSTALLED),
    ]
    assert value("repeat_orders", facts).weekly[1] == pytest.approx(0.2 * 365.0 / 12.0 / 7.0)


# -- replenishment ---------------------------------------------------------------------------------

RECEIPTS = [GoodsReceived(t, Component.CHASSIS, 10) for t in (10.0, 20.0, 200.0)]


def missing(
    time: float, customer: int, component: Component = Component.CHASSIS
) -> OrderBackordered:
    return OrderBackordered(time, customer, 0, BASE, component)


def test_a_cycle_without_stock_out_saw_no_order_lack_the_part_since_the_receipt_before() -> None:
    facts = [*RECEIPTS, missing(15.0, 1), missing(16.0, 2), missing(300.0, 3)]
    assert value("cycle_service_chassis", facts).weekly == about(nan, 0.5, 1.0)
    assert value("cycle_service_kit", facts).weekly == about(nan, nan, nan)
    late = [*RECEIPTS, missing(20.0, 1)]  # the receipt of that moment came first
    assert value("cycle_service_chassis", late).weekly == about(nan, 1.0, 0.0)
    kits = [*RECEIPTS, missing(15.0, 1, Component.KIT)]
    assert value("cycle_service_chassis", kits).weekly == about(nan, 1.0, 1.0)


def test_the_age_of_backorders_is_that_of_those_still_waiting_at_the_weeks_end() -> None:
    facts = [
        missing(0.0, 1),
        missing(120.0, 2),
        missing(144.0, 3),
        OrderAllocated(150.0, 3, 0, BASE, 6.0),
        OrderCancelled(200.0, 1, 0, BASE),
    ]
    assert value("backorder_age", facts).weekly == about(nan, (7 + 2) / 2, 9.0)


def test_stock_turns_as_often_as_its_value_is_sold_in_a_year() -> None:
    facts = [
        posted(-100.0, Account.INVENTORY, 30_000, Account.EQUITY),
        posted(24.0, Account.COST_OF_GOODS, 10_000, Account.INVENTORY),
        posted(24.0, Account.COST_OF_GOODS, 700, Account.CASH),  # accessories, a dearer purchase
        posted(25.0, Account.CASH, 300, Account.COST_OF_GOODS),  # a return that is sold on
    ]
    assert value("inventory_turns", facts).weekly == about(0, 0.5 * 365 / 7, 0)


# -- sources of what does not name them ------------------------------------------------------------


def test_a_lead_that_was_qualified_or_lost_is_put_to_where_it_came_from() -> None:
    """Four leads of each source; of the campaign's one is qualified and lost, of others three."""
    facts: list[Any] = []
    for number in range(8):
        source = Source.CAMPAIGN if number < 4 else Source.ORGANIC
        facts.append(LeadCreated(1.0, number, NICHE, source))
        if number in (0, 4, 5, 6):
            facts.append(LeadQualified(2.0, number, NICHE, True))
    facts += [LeadLost(3.0, n, NICHE) for n in (0, 4)]
    facts += [LeadWon(3.0, n, NICHE, Source.ORGANIC, 0.4) for n in (5, 6)]
    assert value("sql", facts, "campaign").weekly == about(nan, 1 / 4, nan)
    assert value("sql", facts, "organic").weekly == about(nan, 3 / 4, nan)
    assert value("win_rate", facts, "campaign").weekly == about(nan, 0.0, nan)
    assert value("win_rate", facts, "organic").weekly == about(nan, 2 / 3, nan)
    assert value("promise_inflation", facts, "organic").weekly == about(nan, 0.4, nan)
    assert value("promise_inflation", facts, "campaign").weekly == about(nan, nan, nan)


def test_leads_of_a_simple_source_that_nobody_created_are_organic_whether_won_or_lost() -> None:
    won, lost = LeadWon(3.0, 1, BASE, Source.ORGANIC, 0.0), LeadLost(3.0, 2, BASE)
    assert value("win_rate", [won, lost], "organic").weekly == about(nan, 0.5, nan)


def test_a_lead_of_the_campaign_costs_what_the_campaign_spends_on_those_it_brought() -> None:
    facts = [
        LeadCreated(1.0, 1, NICHE, Source.CAMPAIGN),
        LeadCreated(1.0, 2, NICHE, Source.WORD_OF_MOUTH),
        posted(24.0, Account.CAMPAIGN, 2600),
        posted(24.0, Account.LEAD_COST, 700),
    ]
    assert value("cost_per_lead", facts, "campaign").total == pytest.approx(26.0)
    assert value("cost_per_lead", facts, "niche").total == pytest.approx(13.0)


def test_promises_kept_and_talk_are_told_apart_by_where_customers_came_from() -> None:
    facts = [
        *(joined(n, Source.CAMPAIGN) for n in (1, 2)),
        *(order(n) for n in (1, 2, 3)),
        *(
            OrderDelivered(80.0, n, 0, BASE, 1.0, 96.0, 96.0, True)
            for n in (1, 3)  # the order of 2 is still open on its day
        ),
        ExperienceTold(81.0, 2, BASE, False),
        ExperienceTold(81.0, 3, BASE, True),
    ]
    assert value("otif", facts, "campaign").weekly == about(nan, 0.5, nan)
    assert value("otif", facts, "installed").weekly == about(nan, 1.0, nan)
    assert value("negative_tellings", facts, "campaign").weekly == about(0, 1 / 7, 0)
    assert value("negative_tellings", facts, "installed").weekly == about(0, 0, 0)
    assert value("positive_tellings", facts, "installed").weekly == about(0, 1 / 7, 0)


def test_complaints_are_a_share_of_the_customers_of_their_own_source() -> None:
    facts = [
        joined(1, Source.CAMPAIGN),
        ContactMade(2.0, 1, 0, 0, BASE, Reason.COMPLAINT, ContactChannel.PHONE),
        counted(4, Source.CAMPAIGN),
        counted(40, Source.INSTALLED),
    ]
    scenario = but(SCENARIO, customers__loyalty__reaction__failure=4.0)
    window = Window(scenario, a_window(facts).journal)
    rate = {kpi.name: kpi for kpi in KPIS}["complaint_rate"].measure
    assert rate(window, "campaign").weekly().tolist() == about(nan, 365 / 12 / 7 / 4, nan)
    assert rate(window, "installed").weekly().tolist() == about(nan, 0.0, nan)
