"""The response rate: campaign leads over the people whom advertising reached (MODEL s.9, M1.2)."""

from __future__ import annotations

from math import isnan

import pytest

from orgsim.config.compose import resolve
from orgsim.entities import Account, Source
from orgsim.facts import AmountPosted, LeadCreated
from orgsim.kernel.world import Rank
from orgsim.kpis import measure
from orgsim.kpis.base import Window
from orgsim.kpis.reach import reached
from orgsim.organisation import Organisation
from orgsim.units import DAY, WEEK
from tests.unit.kpi_tools import NICHE, SCENARIO, a_window, value

PLAN = SCENARIO.campaign
A_DAY = PLAN.budget / (PLAN.duration / DAY)
KEPT = 0.5 ** (DAY / PLAN.half_life)


def spent(day: int, euros: float) -> AmountPosted:
    """The day's spend, in the books at its end."""
    return AmountPosted((day + 1) * DAY, Account.CAMPAIGN, Account.CASH, round(100 * euros))


def test_advertising_reaches_people_as_its_pressure_builds_up_and_fades() -> None:
    """Half of the people at full pressure are reached at the planned spend, in the long run."""
    pressure, people = 0.0, []
    for day in range(14):
        pressure = (A_DAY * (1 - KEPT) if day < 3 else 0.0) + KEPT * pressure
        people.append(PLAN.reach * DAY * pressure / (pressure + A_DAY))
    window = a_window([spent(day, A_DAY) for day in range(3)])
    assert reached(window).tolist() == pytest.approx(
        [0.0, sum(people[:7]), sum(people[7:])], rel=1e-6
    )


def test_the_response_rate_is_campaign_leads_over_people_reached() -> None:
    leads = [LeadCreated(30.0 + n, n, NICHE, Source.CAMPAIGN) for n in range(5)]
    others = [LeadCreated(40.0, 9, NICHE, Source.WORD_OF_MOUTH)]
    facts = [*leads, *others, *(spent(day, A_DAY) for day in range(7))]
    week = 5 / reached(a_window(facts))[1]
    assert value("response_rate", facts).weekly[1] == pytest.approx(week)
    assert isnan(value("response_rate", leads).weekly[1])  # nobody was reached


def test_what_is_read_off_the_books_is_the_pressure_that_marketing_kept_up() -> None:
    campaign = "shocks.niche_campaign={kind: niche_campaign, onset: 1w, duration: 2w}"
    parts = ("organisation.parts=[marketing,market]", "organisation.channels={}")
    span = ("run.weeks=5", "run.warmup=1w")
    scenario = resolve("untapped_niche_campaign", [*parts, *span, campaign]).scenario
    organisation, pressed = Organisation(scenario, 0), list[float]()
    note = lambda: pressed.append(organisation.marketing.pressure())  # noqa: E731
    organisation.world.every(DAY, note, first=-WEEK + 1.0, rank=Rank.NORMAL)
    organisation.run()
    journal = organisation.world.journal
    people = sum(pressed) * scenario.campaign.reach * DAY
    assert reached(Window(scenario, journal)).sum() == pytest.approx(people, rel=1e-6)
    totals = measure(scenario, journal).totals
    found = dict(zip(totals["kpi"], totals["value"], strict=True))
    assert 0.0 < found["response_rate"] < scenario.campaign.response_rate
