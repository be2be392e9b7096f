"""Support's KPIs by problem and by channel, each against a hand-made answer (MODEL s.9, M5.11)."""

from __future__ import annotations

from math import nan

import pytest

from orgsim.entities import ContactChannel, Outcome, Reason, Segment
from orgsim.facts import ContactHandled, ContactMade, OrderPlaced
from orgsim.units import DAY
from tests.unit.kpi_tools import BASE, NICHE, SCENARIO, about, value

PHONE, EMAIL, CHAT = ContactChannel.PHONE, ContactChannel.EMAIL, ContactChannel.CHAT


def made(
    time: float,
    customer: int,
    attempt: int = 0,
    *,
    nth: int = 0,
    channel: ContactChannel = PHONE,
    segment: Segment = BASE,
) -> ContactMade:
    return ContactMade(time, customer, nth, attempt, segment, Reason.GENERAL, channel)


def handled(
    time: float,
    customer: int,
    attempt: int = 0,
    *,
    nth: int = 0,
    channel: ContactChannel = PHONE,
) -> ContactHandled:
    return ContactHandled(
        time, customer, nth, attempt, BASE, Reason.GENERAL, channel, 0.2, 0.1, Outcome.RESOLVED
    )


def both(time: float, customer: int, attempt: int = 0, **more: int) -> list[object]:
    return [made(time, customer, attempt, **more), handled(time + 0.1, customer, attempt, **more)]


def test_who_is_back_within_seven_days_was_not_helped_at_once() -> None:
    facts = [
        *both(10.0, 1),  # never comes back
        *both(10.0, 2), *both(10.0 + 7 * DAY, 2, 1),  # exactly a week later
        *both(10.0, 3), *both(11.0 + 7 * DAY, 3, 1),  # too late to count
        *both(10.0, 4), *both(20.0, 4, nth=1),  # another problem of the same customer
    ]  # fmt: skip
    assert value("fcr_7_days", facts).weekly == about(nan, 4 / 5, nan)


def test_a_problem_counts_once_however_often_it_comes_back() -> None:
    facts = [fact for attempt in range(5) for fact in both(10.0 + DAY * attempt, 1, attempt)]
    assert value("fcr_7_days", facts + both(12.0, 2)).weekly == about(nan, 0.5, nan)


def test_a_call_given_up_is_no_first_contact_but_a_repeat_of_its_problem_is() -> None:
    facts = [made(10.0, 1), *both(11.0, 1, 1), made(12.0, 2), *both(13.0, 2, 1), made(60.0, 2, 2)]
    assert value("fcr_7_days", facts).weekly == about(nan, 0.5, nan)


def test_the_sequence_of_the_facts_does_not_matter() -> None:
    facts = [*both(10.0, 3), *both(12.0, 3, 1), *both(9.0, 1), *both(9.5, 2), *both(30.0, 2, 1)]
    for there in (facts, facts[::-1]):
        assert value("fcr_7_days", there).weekly == about(nan, 1 / 3, nan)


def test_contacts_per_problem_and_per_order() -> None:
    facts = [
        made(10.0, 1), made(11.0, 1, 1), made(12.0, 1, 2), made(13.0, 2),
        made(14.0, 3, segment=NICHE),
        OrderPlaced(15.0, 9, 0, BASE, 99.0, False, False, False, False, True, 100),
    ]  # fmt: skip
    assert value("contacts_per_problem", facts).weekly == about(nan, 5 / 3, nan)
    assert value("contacts_per_problem", facts, "niche").weekly == about(nan, 1.0, nan)
    assert value("contacts_per_order", facts).weekly == about(nan, 5.0, nan)


def test_effort_counts_contacts_changes_of_channel_and_questions_asked_again() -> None:
    again = 1.0 - SCENARIO.organisation.single_view
    once = [made(10.0, 1), handled(10.1, 1)]
    assert value("customer_effort", once).weekly == about(nan, 1 + 1 + again, nan)
    odyssey = [
        made(10.0, 1, channel=CHAT),
        made(10.2, 1, 1, channel=PHONE),
        made(10.3, 1, 2, channel=EMAIL),
        made(50.0, 1, 3, channel=EMAIL),
        made(60.0, 2, channel=PHONE),  # another customer: no change of channel
        handled(70.0, 1, 3, channel=EMAIL),
    ]
    whole = about(nan, (2 + 5 + 2 + again) / 2, nan)
    assert value("customer_effort", odyssey).weekly == whole
    assert value("customer_effort", odyssey[::-1]).weekly == whole


def test_effort_counts_in_the_week_in_which_the_problem_began() -> None:
    again = 1.0 - SCENARIO.organisation.single_view
    facts = [*both(10.0, 1), *both(170.0, 1, 1), *both(171.0, 1, nth=1)]
    assert value("customer_effort", facts).weekly == about(nan, 3 + 2 * again, 2 + again)
    assert value("customer_effort", facts, "niche").weekly == about(nan, nan, nan)


def test_pressure_standard_and_headcount_are_read_at_the_week_s_end() -> None:
    for name, gauge in (
        ("work_pressure", ("pressure", "")),
        ("service_standard", ("standard", "")),
        ("agents_employed", ("employed", "agents")),
    ):
        assert value(name, gauges={gauge: (1.0, 0.9, 0.8)}).weekly == about(1.0, 0.9, 0.8)


def test_nothing_is_known_of_problems_that_nobody_had() -> None:
    for name in ("fcr_7_days", "contacts_per_problem", "contacts_per_order", "customer_effort"):
        assert value(name).weekly == about(nan, nan, nan)


def test_a_complaint_is_failure_demand() -> None:
    complaint = ContactMade(6.0, 1, 0, 0, BASE, Reason.COMPLAINT, PHONE)
    assert value("failure_demand", [complaint, made(7.0, 2)]).total == pytest.approx(0.5)
