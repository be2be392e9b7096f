"""KPIs of complaints and customers by source, each against a hand-made answer (M5.11)."""

from __future__ import annotations

from math import nan

import pytest

from orgsim.entities import ContactChannel, Occasion, Reaction, Reason, Segment, Source
from orgsim.facts import ContactMade
from orgsim.facts_of_customers import (
    ComplaintClosed,
    CustomerJoined,
    CustomerReacted,
    GroupCounted,
    SurveyAnswered,
)
from orgsim.kpis.base import Window
from tests.unit.kpi_tools import BASE, BY_NAME, NICHE, SCENARIO, a_window, about, value
from tests.unit.parts import but

MONTH = 8760 / 12 / 168
PHONE, EMAIL = ContactChannel.PHONE, ContactChannel.EMAIL


def made(
    time: float,
    customer: int,
    nth: int,
    attempt: int,
    channel: ContactChannel = PHONE,
    reason: Reason = Reason.GENERAL,
    segment: Segment = BASE,
) -> ContactMade:
    return ContactMade(time, customer, nth, attempt, segment, reason, channel)


def test_complaints_are_counted_once_per_month_and_active_customer() -> None:
    facts = [
        made(1.0, 1, 0, 0, reason=Reason.COMPLAINT),
        made(49.0, 1, 0, 1, reason=Reason.COMPLAINT),
        made(60.0, 2, 0, 0, reason=Reason.FAULT),
        GroupCounted(168.0, BASE, Source.ORGANIC, 8, 7.0, 0.8, 0.0, 0.0),
        GroupCounted(168.0, NICHE, Source.ORGANIC, 2, 7.0, 0.8, 0.0, 0.0),
    ]
    journal = a_window(facts).journal
    rate = BY_NAME["complaint_rate"].measure
    reacting = Window(but(SCENARIO, customers__loyalty__reaction__failure=4.0), journal)
    assert rate(reacting, "all").weekly().tolist() == about(nan, MONTH / 10, nan)
    assert rate(reacting, "base").weekly().tolist() == about(nan, MONTH / 8, nan)
    assert rate(reacting, "niche").weekly().tolist() == about(nan, 0.0, nan)


def test_where_nobody_could_complain_the_rate_is_not_available() -> None:
    facts = [GroupCounted(168.0, BASE, Source.ORGANIC, 8, 7.0, 0.8, 0.0, 0.0)]
    assert value("complaint_rate", facts).weekly == about(nan, nan, nan)


def test_complaints_are_failure_demand() -> None:
    facts = [made(1.0, 1, 0, 0, reason=Reason.COMPLAINT), made(2.0, 2, 0, 0)]
    assert value("failure_demand", facts).weekly == about(nan, 0.5, nan)


def test_failures_are_answered_by_voice_exit_or_silence() -> None:
    facts = [
        CustomerReacted(1.0, n, BASE, Occasion.DELIVERY, reaction)
        for n, reaction in enumerate(
            [Reaction.VOICE, Reaction.EXIT, Reaction.SILENCE, Reaction.SILENCE]
        )
    ]
    assert value("voice_share", facts).weekly == about(nan, 0.25, nan)
    assert value("exit_share", facts).weekly == about(nan, 0.25, nan)


def test_a_complaint_counts_as_recovered_when_it_was_solved_in_time() -> None:
    facts = [ComplaintClosed(1.0, n, 0, BASE, 40.0, n < 1) for n in range(4)]
    assert value("complaints_recovered", facts).weekly == about(nan, 0.25, nan)


ANSWERS = [
    CustomerJoined(0.5, 7, NICHE, Source.CAMPAIGN),
    CustomerJoined(0.2, 5, NICHE, Source.WORD_OF_MOUTH),
    SurveyAnswered(1.0, 7, NICHE, 3),
    SurveyAnswered(1.0, 5, NICHE, 10),
    SurveyAnswered(1.0, 1, BASE, 9),
    SurveyAnswered(1.0, 9, BASE, 8),
]


@pytest.mark.parametrize(
    ("group", "nps"),
    [
        ("all", 25.0), ("base", 50.0), ("niche", 0.0), ("campaign", -100.0),
        ("word_of_mouth", 100.0), ("installed", 50.0), ("organic", nan),
    ],
)  # fmt: skip
def test_nps_by_segment_and_by_where_customers_came_from(group: str, nps: float) -> None:
    assert value("nps", ANSWERS, group).weekly == about(nan, nps, nan)


def test_before_anybody_joined_all_customers_are_those_of_the_start() -> None:
    assert value("nps", ANSWERS[4:], "installed").weekly == about(nan, 50.0, nan)
    assert value("nps", ANSWERS[4:], "campaign").weekly == about(nan, nan, nan)


def test_satisfaction_by_source_is_that_of_its_groups() -> None:
    facts = [
        GroupCounted(168.0, BASE, Source.CAMPAIGN, 3, 8.0, 0.8, 0.0, 0.0),
        GroupCounted(168.0, NICHE, Source.CAMPAIGN, 1, 4.0, 0.8, 0.0, 0.0),
        GroupCounted(168.0, NICHE, Source.ORGANIC, 1, 1.0, 0.8, 0.0, 0.0),
    ]
    assert value("satisfaction", facts, "campaign").weekly == about(nan, 7.0, nan)
