"""Whole heads on the shifts of a team that is larger or smaller by a share (MODEL M4.3, s.8)."""

from __future__ import annotations

import pytest

from orgsim.departments.roster import Roster
from orgsim.units import DAY
from orgsim.weekly import Weekly

SHIFTS = Weekly.parse({"Mon-Sun 08-20": 5})
UNEVEN = Weekly.parse({"Mon-Sun 00-24": 2, "Mon-Sun 10-12": 4})


def heads_by_day(week: Weekly) -> list[float]:
    return [week.at(day * DAY + 12.0) for day in range(7)]


def hours_of(shifts: Weekly, share: float, weeks: int) -> float:
    roster, total = Roster(shifts), 0.0
    for _ in range(weeks):
        total += roster.at(share).weekly_total
        roster.turn_week()
    return total


def test_the_team_of_the_start_works_the_shifts_as_they_are_written() -> None:
    roster = Roster(SHIFTS)
    assert roster.at(1.0) is SHIFTS


@pytest.mark.parametrize("share", [0.0, 0.06, 0.2, 0.5, 0.93, 1.07, 1.15, 2.0, 33.3])
@pytest.mark.parametrize("weeks", [1, 9])
def test_shifts_are_whole_heads_and_miss_less_than_one_shift_of_all_the_hours(
    share: float, weeks: int
) -> None:
    week = Roster(SHIFTS).at(share)
    assert all(heads == int(heads) for heads in week.values)
    assert all(week.at(day * DAY + hour) == 0.0 for day in range(7) for hour in (0, 7.9, 20, 23))
    missing = share * SHIFTS.weekly_total * weeks - hours_of(SHIFTS, share, weeks)
    assert -1e-6 <= missing < 12.0


@pytest.mark.parametrize("absent", [0.05, 0.1, 0.17, 0.25, 0.3])
def test_a_share_that_is_absent_is_missed_by_that_share_of_the_hours(absent: float) -> None:
    """Four reps on weekdays: a quarter absent is a quarter of the hours, not two of four heads."""
    reps = Weekly.parse({"Mon-Fri 09-18": 4})
    worked = hours_of(reps, 1.0 - absent, 26) / (26 * reps.weekly_total)
    assert worked == pytest.approx(1.0 - absent, abs=9.0 / (26 * reps.weekly_total))


def test_half_an_agent_more_is_one_more_on_every_other_day_of_two_weeks() -> None:
    roster = Roster(SHIFTS)
    assert heads_by_day(roster.at(1.1)) == [5, 6, 5, 6, 5, 6, 5]
    roster.turn_week()
    assert heads_by_day(roster.at(1.1)) == [6, 5, 6, 5, 6, 5, 6]


def test_shifts_of_unlike_length_share_what_is_rounded_off_by_hours() -> None:
    assert Roster(UNEVEN).at(1.5).weekly_total == pytest.approx(1.5 * UNEVEN.weekly_total)


def test_no_shift_has_more_than_its_share_rounded_up() -> None:
    week = Roster(UNEVEN).at(1.3)
    assert max(week.values) == 6.0
    assert week.at(1.0) in (2.0, 3.0)


def test_who_is_brought_in_comes_when_the_team_would_be_there_and_closed_is_closed() -> None:
    week = Roster(SHIFTS).at(0.0, more=2)
    assert heads_by_day(week) == [2] * 7
    assert week.at(7.0) == week.at(21.0) == 0.0
    assert Roster(SHIFTS).open_hours == 84.0
