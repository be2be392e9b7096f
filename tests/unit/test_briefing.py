"""When agents are briefed, and what it costs the desk (MODEL M4.7, M6.7)."""

from __future__ import annotations

import pytest

from orgsim.departments.briefing import spread
from orgsim.facts import BriefingHeld
from orgsim.units import DAY, WEEK
from orgsim.weekly import Weekly
from tests.unit.parts import a_world, seen
from tests.unit.test_support import a_team, contacts

OFFICE = Weekly.parse("Mon-Fri 08-20, Sat 09-13")


@pytest.mark.parametrize("sessions", [1, 4, 18, 40])
def test_sessions_are_spread_over_the_opening_hours_and_over_by_closing(sessions: int) -> None:
    """A week before a launch on Monday; Saturday is too short for six hours, Sunday is closed."""
    times = list(spread(sessions, 6.0, 2 * WEEK, 3 * WEEK, OFFICE))
    assert len(times) == sessions
    assert times == sorted(times)
    for day in range(7):
        today = [time - 2 * WEEK - day * DAY for time in times if (time // DAY) % 7 == day]
        hours = OFFICE.integral(day * DAY, (day + 1) * DAY)
        assert len(today) == pytest.approx(sessions * hours / OFFICE.weekly_total, abs=1)
        assert all(8.0 <= time <= 14.0 if day < 5 else time == 9.0 for time in today)


def test_sessions_that_are_planned_in_mid_day_are_over_by_the_launch() -> None:
    times = list(spread(4, 2.0, 10.0, DAY + 12.0, OFFICE))
    assert times == [10.0, 13.5, 17.0, DAY + 8.5]
    assert list(spread(2, 6.0, 10.0, 18.0, OFFICE)) == [10.0, 12.0]


def test_news_that_comes_too_late_is_told_to_everybody_when_the_desk_opens_next() -> None:
    assert list(spread(3, 6.0, 6.0, 5.0, OFFICE)) == [8.0] * 3
    assert list(spread(3, 6.0, 6.0, 5.0, Weekly.parse("never"))) == []


def test_hours_in_a_briefing_are_neither_busy_nor_available() -> None:
    """Two agents round the clock, four sessions of six hours, calls of ten hours in all."""
    world = a_world()
    support, information = a_team(world, agents=2, briefing=6.0, payroll_fte=4.0)
    seen_by_crew: list[float] = []
    support.staffing.close_week = lambda level, occupancy: seen_by_crew.extend((level, occupancy))  # type: ignore[method-assign]
    information.send("promise_terms", "marketing", {"familiarity": 1.0}, dates={"onset": 5 * DAY})
    support.receive(contacts([5.5 * DAY + hour for hour in range(20)]))
    world.run(until=WEEK + 1.0)
    assert seen(world, BriefingHeld)["time"].size == 4
    assert seen_by_crew == pytest.approx([10 / (2 * WEEK - 24)] * 2, rel=1e-9)


def test_a_team_of_nobody_is_not_briefed() -> None:
    world = a_world()
    _, information = a_team(world, briefing=6.0, payroll_fte=0.0)
    information.send("promise_terms", "marketing", {"familiarity": 1.0}, dates={"onset": DAY})
    world.run(until=DAY)
    assert seen(world, BriefingHeld)["time"].size == 0
