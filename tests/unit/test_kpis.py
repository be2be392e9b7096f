"""Marketing, sales, logistics and support, each KPI against a hand-made answer (MODEL s.9).

The weeks of the tools' window: -1 (warm-up), 0 and 1; week 0 ends at hour 168.
"""

from __future__ import annotations

from math import nan

import pytest

from orgsim.entities import (
    Account,
    Component,
    ContactChannel,
    Outcome,
    Reason,
    Segment,
    Source,
)
from orgsim.facts import (
    BriefingHeld,
    CallAbandoned,
    CallAnswered,
    ContactContained,
    ContactHandled,
    ContactMade,
    LeadLost,
    LeadQualified,
    LeadTouched,
    LeadWon,
    OrderBackordered,
    OrderCancelled,
    OrderDelivered,
    OrderPlaced,
    OrderShipped,
)
from tests.unit.kpi_tools import (
    BASE,
    LEADS,
    NICHE,
    Gauges,
    about,
    posted,
    value,
)

# -- marketing and sales ---------------------------------------------------------------------------


def test_leads_are_counted_per_day_and_by_segment() -> None:
    assert value("leads", LEADS).weekly == about(1 / 7, 2 / 7, 1 / 7)
    assert value("leads", LEADS).total == pytest.approx(3 / 14)
    assert value("leads", LEADS, "niche").weekly == about(0, 0, 1 / 7)


def test_the_share_of_qualified_leads() -> None:
    facts = [*LEADS, LeadQualified(12.0, 1, BASE, True)]
    assert value("sql", facts).weekly == about(0, 0.5, 0)
    assert value("sql", facts).total == pytest.approx(1 / 3)


def test_what_a_lead_and_a_customer_cost() -> None:
    facts = [
        *LEADS,
        posted(24.0, Account.LEAD_COST, 1400),
        posted(168.0, Account.CAMPAIGN, 600),  # the books of Sunday close at that hour: week 0
        posted(48.0, Account.SALES_PAYROLL, 3000),
        posted(48.0, Account.COMMISSION, 400),
        posted(48.0, Account.PICKING, 99999),
        *(LeadWon(50.0, n, BASE, Source.ORGANIC, 0.0) for n in range(2)),
    ]
    assert value("cost_per_lead", facts).weekly == about(0, 10.0, 0)
    assert value("cac", facts).weekly == about(nan, 27.0, nan)
    clawed_back = posted(60.0, Account.CASH, 300, Account.COMMISSION)
    assert value("cac", [*facts, clawed_back]).weekly == about(nan, 25.5, nan)


def test_bookings_win_rate_and_inflation() -> None:
    facts = [
        LeadWon(10.0, 1, BASE, Source.ORGANIC, 0.2),
        LeadWon(20.0, 2, NICHE, Source.CAMPAIGN, 0.8),
        *(LeadLost(30.0, n, BASE) for n in (3, 4)),
    ]
    assert value("bookings", facts).weekly == about(0, 2 / 7, 0)
    assert value("win_rate", facts).weekly == about(nan, 0.5, nan)
    assert value("win_rate", facts, "base").total == pytest.approx(1 / 3)
    assert value("promise_inflation", facts).total == pytest.approx(0.5)


def test_speed_to_lead_is_the_mean_wait_of_those_touched() -> None:
    facts = [LeadTouched(10.0, n, BASE, wait, 0.0) for n, wait in enumerate((0.5, 2.5))]
    assert value("speed_to_lead", facts).weekly == about(nan, 1.5, nan)


# -- logistics -------------------------------------------------------------------------------------


def placed(time: float, customer: int, due: float, segment: Segment = BASE) -> OrderPlaced:
    return OrderPlaced(time, customer, 0, segment, due, False, False, False, False, True, 7000)


def delivered(
    time: float, customer: int, due: float, on_record: float | None = None, complete: bool = True
) -> OrderDelivered:
    return OrderDelivered(time, customer, 0, BASE, time - 48.0, due, on_record or due, complete)


def test_orders_deliveries_and_cancellations_are_counted_per_day() -> None:
    facts = [
        placed(1.0, 1, 96.0), placed(2.0, 2, 96.0, NICHE), delivered(60.0, 1, 96.0),
        OrderCancelled(170.0, 2, 0, NICHE),
    ]  # fmt: skip
    assert value("orders", facts).weekly == about(0, 2 / 7, 0)
    assert value("orders", facts, "niche").weekly == about(0, 1 / 7, 0)
    assert value("deliveries", facts).weekly == about(0, 1 / 7, 0)
    assert value("cancelled", facts).weekly == about(0, 0, 1 / 7)


def test_a_promise_is_kept_when_in_time_and_complete_and_counts_when_it_was_due() -> None:
    week_end = 168.0  # promised for Sunday: due at the end of week 0
    facts = [
        *(placed(1.0, customer, week_end) for customer in range(5)),
        delivered(167.0, 0, week_end),  # the only one kept
        delivered(167.0, 1, week_end, complete=False),
        delivered(168.0, 2, week_end),  # on Monday
        OrderCancelled(100.0, 3, 0, BASE),  # 4 stays open
    ]
    assert value("otif", facts).weekly == about(nan, 0.2, nan)


def test_what_logistics_sees_is_the_date_on_the_record() -> None:
    facts = [placed(1.0, 1, 48.0), delivered(80.0, 1, 48.0, on_record=96.0)]
    assert value("otif", facts).weekly == about(nan, 0.0, nan)
    assert value("otif_on_record", facts).weekly == about(nan, 1.0, nan)


def test_line_fill_is_the_share_of_orders_whose_parts_were_there() -> None:
    facts = [placed(1.0, n, 96.0) for n in range(4)]
    facts.append(OrderBackordered(1.0, 3, 0, BASE, Component.KIT))
    assert value("line_fill", facts).weekly == about(nan, 0.75, nan)


def test_delivery_days_count_calendar_days() -> None:
    facts = [
        OrderDelivered(49.0, 1, 0, BASE, 23.0, 96.0, 96.0, True),  # day 0 to day 2
        OrderDelivered(47.0, 2, 0, BASE, 25.0, 96.0, 96.0, True),  # day 1 to day 1
    ]
    assert value("delivery_days", facts).weekly == about(nan, 1.0, nan)


def test_the_backlog_is_what_was_neither_shipped_nor_cancelled() -> None:
    facts = [
        placed(-50.0, 0, 96.0), placed(1.0, 1, 96.0), placed(2.0, 2, 96.0), placed(3.0, 3, 96.0),
        OrderShipped(20.0, 1, 0, BASE, False), OrderCancelled(30.0, 2, 0, BASE),
        OrderShipped(200.0, 3, 0, BASE, False),
    ]  # fmt: skip
    assert value("backlog", facts).weekly == about(1, 2, 1)


def test_an_order_is_overdue_from_its_promised_date_until_the_door() -> None:
    facts = [
        placed(1.0, 1, 96.0), delivered(80.0, 1, 96.0),  # in time
        placed(1.0, 2, 96.0), delivered(200.0, 2, 96.0),  # late, arrives in week 1
        placed(1.0, 3, 168.0), delivered(167.0, 3, 168.0),  # in time, due as the week ends
        placed(1.0, 4, 168.0), delivered(180.0, 4, 168.0),  # late, but not yet at the week's end
        placed(1.0, 5, 96.0), OrderCancelled(300.0, 5, 0, BASE),
    ]  # fmt: skip
    assert value("overdue", facts).weekly == about(0, 2, 0)


def test_stock_and_its_cover_in_days_of_recent_demand() -> None:
    gauges: Gauges = {("on_hand", "chassis"): (100, 140, 70), ("on_hand", "kit"): (9, 8, 7)}
    facts = [placed(-50.0, n, 200.0) for n in range(7)]
    facts += [placed(50.0, n, 200.0) for n in range(7, 28)]
    assert value("stock_chassis", facts, gauges=gauges).weekly == about(100, 140, 70)
    # 7 and 21 orders: 1 a day, then 2, then (7 + 21 + 0) / 3 weeks = 4/3 a day.
    assert value("cover_chassis", facts, gauges=gauges).weekly == about(100, 70, 52.5)
    assert value("cover_kit", facts, gauges=gauges).weekly == about(nan, nan, nan)


# -- support ---------------------------------------------------------------------------------------

SECOND = 1 / 3600
PHONE, CHAT, EMAIL = ContactChannel.PHONE, ContactChannel.CHAT, ContactChannel.EMAIL
CALLS = [
    CallAnswered(1.0, 1, 0, 0, BASE, Reason.GENERAL, PHONE, 20 * SECOND),
    CallAnswered(2.0, 2, 0, 0, BASE, Reason.GENERAL, PHONE, 40 * SECOND),
    CallAbandoned(3.0, 3, 0, 0, BASE, Reason.GENERAL, PHONE, 5 * SECOND),
    CallAbandoned(4.0, 4, 0, 0, NICHE, Reason.GENERAL, PHONE, 500 * SECOND),
]


def test_the_service_level_counts_those_who_hung_up_as_not_served() -> None:
    assert value("service_level", CALLS).weekly == about(nan, 0.25, nan)
    assert value("abandonment", CALLS).weekly == about(nan, 0.5, nan)
    assert value("abandonment", CALLS, "niche").total == 1.0


def test_the_speed_of_answer_is_that_of_answered_calls() -> None:
    assert value("asa", CALLS).weekly == about(nan, 30.0, nan)


def test_each_live_channel_has_its_own_wait() -> None:
    chats = [
        CallAnswered(5.0, 5, 0, 0, BASE, Reason.GENERAL, CHAT, 10 * SECOND),
        CallAbandoned(6.0, 6, 0, 0, BASE, Reason.GENERAL, CHAT, 90 * SECOND),
    ]
    assert value("abandonment", CALLS + chats, "chat").weekly == about(nan, 0.5, nan)
    assert value("service_level", CALLS + chats, "chat").weekly == about(nan, 0.5, nan)
    assert value("service_level", CALLS + chats, "phone").weekly == about(nan, 0.25, nan)
    assert value("asa", CALLS + chats, "chat").weekly == about(nan, 10.0, nan)
    assert value("asa", CALLS + chats, "retail").weekly == about(nan, nan, nan)


def test_the_reply_time_is_that_of_what_was_written_and_answered() -> None:
    mail = handled(0, Outcome.RESOLVED, 6.0, ContactChannel.EMAIL)
    facts = [mail, mail._replace(after=3.8, time=6.0), handled(0, Outcome.RESOLVED, 6.0)]
    assert value("reply_time", facts).weekly == about(nan, 2.0, nan)


def handled(
    attempt: int, outcome: Outcome, minutes: float, channel: ContactChannel = PHONE
) -> ContactHandled:
    return ContactHandled(
        5.0, 1, 0, attempt, BASE, Reason.GENERAL, channel, 0.2, minutes / 60, outcome
    )


def test_a_good_phone_can_stand_beside_a_bad_chat() -> None:
    facts = [
        handled(0, Outcome.RESOLVED, 6.0),
        handled(0, Outcome.RESOLVED, 8.0),
        handled(0, Outcome.UNRESOLVED, 12.0, CHAT),
    ]
    for channel, solved, minutes in (("phone", 1.0, 7.0), ("chat", 0.0, 12.0), ("email", nan, nan)):
        assert value("fcr", facts, channel).weekly == about(nan, solved, nan)
        assert value("aht", facts, channel).weekly == about(nan, minutes, nan)


def test_self_service_answers_a_share_of_first_contacts() -> None:
    facts = [
        made(Reason.GENERAL),
        made(Reason.GENERAL),
        made(Reason.GENERAL, 1),
        ContactContained(6.0, 1, 0, BASE, Reason.GENERAL, Outcome.UNRESOLVED),
    ]
    assert value("containment", facts).weekly == about(nan, 0.5, nan)


def test_a_good_phone_team_does_not_hide_a_bad_self_service() -> None:
    to_the_point = (Outcome.RESOLVED, Outcome.UNRESOLVED, Outcome.UNRESOLVED, Outcome.UNRESOLVED)
    facts = [
        handled(0, Outcome.RESOLVED, 6.0),
        *(
            ContactContained(6.0, n, 0, BASE, Reason.GENERAL, outcome)
            for n, outcome in enumerate(to_the_point)
        ),
    ]
    assert value("fcr", facts).weekly == about(nan, 1.0, nan)
    assert value("self_service_resolution", facts).weekly == about(nan, 0.25, nan)
    assert value("self_service_resolution", facts, "niche").weekly == about(nan, nan, nan)


def test_failure_demand_is_told_apart_by_channel() -> None:
    facts = [made(Reason.FAULT), made(Reason.GENERAL)._replace(channel=CHAT)]
    assert value("failure_demand", facts, "phone").weekly == about(nan, 1.0, nan)
    assert value("failure_demand", facts, "chat").weekly == about(nan, 0.0, nan)


def test_first_contact_resolution_looks_at_first_attempts_only() -> None:
    facts = [
        handled(0, Outcome.RESOLVED, 5.0),
        handled(0, Outcome.WRONG_ANSWER, 10.0),
        handled(1, Outcome.RESOLVED, 9.0),
    ]
    assert value("fcr", facts).weekly == about(nan, 0.5, nan)
    assert value("aht", facts).weekly == about(nan, 8.0, nan)


def made(reason: Reason, attempt: int = 0) -> ContactMade:
    return ContactMade(6.0, 1, 0, attempt, BASE, reason, PHONE)


def test_failure_demand_is_late_orders_faults_bills_and_every_repeat() -> None:
    failures = [
        made(Reason.LATE_WISMO),
        made(Reason.FAULT),
        made(Reason.BILLING),
        made(Reason.GENERAL, 1),
    ]
    values = [made(Reason.GENERAL), made(Reason.HOW_TO), made(Reason.WISMO), made(Reason.GENERAL)]
    assert value("failure_demand", failures + values).weekly == about(nan, 0.5, nan)
    assert value("contacts", failures + values).weekly == about(0, 8 / 7, 0)


@pytest.mark.parametrize("reason", Reason)
def test_whether_a_first_contact_is_failure_demand_depends_on_what_it_is_about(
    reason: Reason,
) -> None:
    """A refund asked for is one that did not come when it was promised."""
    is_value = reason in {Reason.GENERAL, Reason.HOW_TO, Reason.WISMO}
    assert value("failure_demand", [made(reason)]).total == 1.0 - is_value
    assert value("failure_demand", [made(reason, 1)]).total == 1.0


def test_occupancy_is_busy_over_duty_week_by_week_and_over_the_whole_run() -> None:
    gauges: Gauges = {
        ("busy_hours", "agents"): (10, 30, 60),
        ("duty_hours", "agents"): (20, 60, 100),
    }
    assert value("occupancy", gauges=gauges).weekly == about(0.5, 0.5, 0.75)
    assert value("occupancy", gauges=gauges).total == pytest.approx(50 / 80)


def test_hours_in_briefings_are_no_part_of_occupancy_in_the_weeks_in_which_they_were() -> None:
    """Two sessions of six hours, the second over two hours after the week's end."""
    gauges: Gauges = {
        ("busy_hours", "agents"): (10, 30, 60),
        ("duty_hours", "agents"): (20, 60, 100),
    }
    held = [BriefingHeld(100.0, 6.0, 0.2), BriefingHeld(170.0, 6.0, 0.3)]
    assert value("occupancy", held, gauges=gauges).weekly == about(0.5, 10 / 30, 28 / 38)


def test_knowledge_is_read_off_at_the_week_s_end() -> None:
    assert value("knowledge", gauges={("knowledge", ""): (0.15, 0.5, 0.6)}).weekly == about(
        0.15, 0.5, 0.6
    )
