"""Business units and the weekly calendar, against brute force over minutes."""

from __future__ import annotations

import json
import math
import pickle
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from orgsim.units import (
    DAY,
    WEEK,
    YEAR,
    Count,
    Duration,
    Effect,
    Money,
    Number,
    Price,
    Quantity,
    Rate,
    Share,
)
from orgsim.units import DURATION as DURATIONS
from orgsim.weekly import Heads, Weekly

DURATION, RATE, MONEY, SHARE = (TypeAdapter[float](t) for t in (Duration, Rate, Money, Share))
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@pytest.mark.parametrize(
    ("unit", "written", "value"),
    [
        (DURATION, "30s", 30 / 3600),
        (DURATION, "15min", 0.25),
        (DURATION, "20min", 1 / 3),
        (DURATION, "2h", 2.0),
        (DURATION, "1.5d", 36.0),
        (DURATION, "6w", 6 * WEEK),
        (DURATION, "1y", YEAR),
        (DURATION, "0h", 0.0),
        (DURATION, 0, 0.0),
        (RATE, "48/min", 2880.0),
        (RATE, "1/s", 3600.0),
        (RATE, "27/h", 27.0),
        (RATE, "40/d", 40 / DAY),
        (RATE, "3640/w", 3640 / WEEK),
        (RATE, 0.0, 0.0),
        (MONEY, 45, 45.0),
        (MONEY, -2.5, -2.5),
        (MONEY, "300k", 300_000.0),
        (MONEY, "1.5M", 1_500_000.0),
        (SHARE, 0.2, 0.2),
        (SHARE, "20%", 0.2),
        (SHARE, "0%", 0.0),
        (SHARE, 1, 1.0),
    ],
)
def test_what_a_person_writes_becomes_the_models_unit(
    unit: TypeAdapter[float], written: Any, value: float
) -> None:
    assert unit.validate_python(written) == value


@pytest.mark.parametrize(
    ("unit", "written"),
    [
        *[(DURATION, bad) for bad in (3, 1.5, "3", "-3d", "3 days", "d", "1e400d", "3d\n", "")],
        *[(RATE, bad) for bad in (3, "40", "40/x", "-1/d", "/d", "40/d/d")],
        *[(MONEY, bad) for bad in ("45", "300K", "EUR 3", "k", 10**400)],
        *[(SHARE, bad) for bad in (1.2, -0.1, "120%", "-1%", "0.2", 20)],
        *[
            (unit, bad)
            for unit in (DURATION, RATE, MONEY, SHARE)
            for bad in (True, False, None, math.nan, math.inf, -math.inf, "nan", [1], {})
        ],
    ],
)
def test_what_has_no_unit_no_sense_or_no_end_is_refused(
    unit: TypeAdapter[float], written: Any
) -> None:
    with pytest.raises(ValidationError, match=r"write|finite|large|at most"):
        unit.validate_python(written)


@pytest.mark.parametrize(
    ("unit", "written", "said"),
    [
        (DURATION, "101y", "must be at most 100y"),
        (DURATION, "1000000y", "must be at most 100y"),
        (DURATION, "1e-9s", "must be 0 or at least 0.001s"),
        (RATE, "1e10/d", "must be at most 1,000,000,000/d"),
        (RATE, "1e-300/w", "must be 0 or at least 1e-09/d"),
        (MONEY, 1e15, "must be at most EUR 1,000,000,000,000"),
        (MONEY, -1e15, "must be at least EUR -1,000,000,000,000"),
        (MONEY, 1e-300, "must be 0 or at least EUR 1e-06"),
        (TypeAdapter(Price), "2M", "must be at most EUR 1,000,000"),
        (TypeAdapter(Count), 10**15, "must be at most 1,000,000,000"),
        (TypeAdapter(Count), -1, "must not be negative"),
        (TypeAdapter(Quantity), 1e300, "must be at most 1,000,000,000"),
        (TypeAdapter(Quantity), -0.5, "must not be negative"),
        (TypeAdapter(Number), 1e300, "must be at most 1,000"),
        (TypeAdapter(Number), -1001.0, "must be at least -1,000"),
        (TypeAdapter(Number), 5e-324, "must be 0 or at least 1e-09"),
        (TypeAdapter(Effect), 51.0, "must be at most 50"),
    ],
)
def test_what_is_beyond_all_bounds_is_refused_with_the_bound_in_the_users_unit(
    unit: TypeAdapter[Any], written: Any, said: str
) -> None:
    with pytest.raises(ValidationError, match=f"{re.escape(said)}( |$)"):
        unit.validate_python(written)


@pytest.mark.parametrize(
    ("unit", "ends"),
    [
        (DURATION, ("100y", "0.001s")),
        (RATE, ("1e9/d", "1e-9/d")),
        (MONEY, (1e12, -1e12, 1e-6)),
        (TypeAdapter(Count), (0, 10**9)),
        (TypeAdapter(Number), (-1000, 1000, 1e-9, 0)),
    ],
)
def test_the_ends_of_what_is_allowed_are_allowed(
    unit: TypeAdapter[Any], ends: tuple[Any, ...]
) -> None:
    assert all(math.isfinite(unit.validate_python(end)) for end in ends)


@pytest.mark.parametrize(
    ("hours", "told"),
    [
        (1.0, "1h"),
        (1 / 60, "1min"),
        (24.0, "1d"),
        (0.5, "30min"),
        (876000.0, "100y"),
        (36.0, "36h"),
        (25.37, "25.37h"),
    ],
)
def test_a_bound_is_told_in_the_unit_that_needs_fewest_digits(hours: float, told: str) -> None:
    assert DURATIONS.told(hours) == told


@pytest.mark.parametrize("unit", [DURATION, RATE, MONEY, SHARE])
def test_the_json_schema_of_a_unit_gives_examples_that_are_valid(unit: TypeAdapter[float]) -> None:
    examples = unit.json_schema()["examples"]
    assert len(examples) >= 2
    assert all(math.isfinite(unit.validate_python(example)) for example in examples)


# The weekly calendar -----------------------------------------------------------------------


def hours(start: int, end: int) -> str:
    return "-".join(f"{minute // 60:02d}:{minute % 60:02d}" for minute in (start, end))


@st.composite
def entries(draw: st.DrawFn) -> dict[str, float]:
    """A mapping as a person may write it: up to four ranges of days and hours."""
    week: dict[str, float] = {}
    for _ in range(draw(st.integers(1, 4))):
        first, last = draw(st.sampled_from(DAYS)), draw(st.sampled_from(DAYS))
        start, end = draw(st.tuples(st.integers(0, 1439), st.integers(1, 1440)))
        if start != end:
            week[f"{first}-{last} {hours(start, end)}"] = draw(st.integers(0, 9))
    return week or {"always": 1}


def by_minute(written: dict[str, float]) -> list[float]:
    """The value of each minute of the week, found the slow way."""
    week = [0.0] * 10080
    for text, value in written.items():
        if text == "always":
            return [value] * 10080
        days, _, span = text.partition(" ")
        first, last = (DAYS.index(day) for day in days.split("-"))
        start, end = (int(h) * 60 + int(m) for h, m in (t.split(":") for t in span.split("-")))
        day = first
        while True:
            for minute in range(start, end if end > start else end + 1440):
                week[(day * 1440 + minute) % 10080] = value
            if day == last:
                break
            day = (day + 1) % 7
    return week


times = st.integers(-3 * 10080, 3 * 10080)


@given(entries(), times)
def test_the_value_at_a_time_is_that_of_its_minute(written: dict[str, float], t: int) -> None:
    week = by_minute(written)
    assert Weekly.parse(written).at((t + 0.5) / 60) == week[t % 10080]
    assert Weekly.parse(written).at(t / 60) == week[t % 10080]


@given(entries(), times)
def test_the_next_change_is_the_first_minute_with_another_value(
    written: dict[str, float], t: int
) -> None:
    week, calendar = by_minute(written), Weekly.parse(written)
    ahead = next((k for k in range(1, 10081) if week[(t + k) % 10080] != week[t % 10080]), None)
    found = calendar.next_change(t / 60)
    assert found == pytest.approx(math.inf if ahead is None else (t + ahead) / 60, abs=1e-9)
    if ahead is not None:
        assert found > t / 60
        assert calendar.at(found) == week[(t + ahead) % 10080]


@given(entries(), times)
def test_the_next_positive_time_is_now_or_the_first_open_minute(
    written: dict[str, float], t: int
) -> None:
    week = by_minute(written)
    ahead = next((k for k in range(10080) if week[(t + k) % 10080] > 0), None)
    expected = math.inf if ahead is None else (t + ahead) / 60
    assert Weekly.parse(written).next_positive(t / 60) == pytest.approx(expected, abs=1e-9)


@given(entries(), times, times)
def test_the_integral_is_the_sum_over_minutes(written: dict[str, float], a: int, b: int) -> None:
    a, b = min(a, b), max(a, b)
    week = by_minute(written)
    whole, rest = divmod(b - a, 10080)
    expected = whole * sum(week) + sum(week[(a + k) % 10080] for k in range(rest))
    calendar = Weekly.parse(written)
    assert calendar.integral(a / 60, b / 60) == pytest.approx(expected / 60, abs=1e-6)
    assert calendar.integral(b / 60, a / 60) == pytest.approx(-expected / 60, abs=1e-6)


@given(entries(), st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=20))
def test_many_integrals_at_once_have_the_very_same_bits(
    written: dict[str, float], ends: list[float]
) -> None:
    calendar, start = Weekly.parse(written), -17.3
    together = calendar.integrals(np.full(len(ends), start), np.array(ends))
    assert together.tolist() == [calendar.integral(start, end) for end in ends]


@example({"Tue-Mon 00:00-00:01": 1}, -1440, [0.0, 1.0 - 2.0**-52])
@given(entries(), times, st.lists(st.floats(0, 1, exclude_max=True), min_size=2, max_size=20))
def test_times_in_a_day_follow_the_calendar(
    written: dict[str, float], t: int, luck: list[float]
) -> None:
    calendar, start = Weekly.parse(written), t / 60
    u = np.sort(np.array(luck))
    found = calendar.times_in_day(start, u)
    assert (np.diff(found) >= 0).all()
    assert ((found >= start) & (found < start + DAY)).all()
    assert found.tolist() == [calendar.time_in_day(start, each) for each in u.tolist()]
    total = calendar.integral(start, start + DAY)
    if total > 1e-9:
        assert all(calendar.at(time) > 0 for time in found)
        shares = calendar.integrals(np.full(len(u), start), found) / total
        assert shares == pytest.approx(u, abs=1e-6)
    else:
        assert found == pytest.approx(start + u * DAY, abs=1e-6)


@given(entries(), st.integers(-20, 20))
def test_an_open_day_is_the_first_with_an_hour_of_it_open(
    written: dict[str, float], day: int
) -> None:
    calendar, start = Weekly.parse(written), day * DAY
    ahead = [start + k * DAY for k in range(7)]
    is_open = (one for one in ahead if calendar.integral(one, one + DAY) > 0)
    assert calendar.open_day(start) == next(is_open, start)


@given(entries(), times, st.integers(0, 9), st.lists(st.floats(0, 1, exclude_max=True), min_size=1))
def test_the_hours_of_a_later_day_can_be_had_on_an_earlier_one(
    written: dict[str, float], t: int, days: int, luck: list[float]
) -> None:
    calendar, start, later = Weekly.parse(written), t / 60, days * DAY
    found = calendar.times_in_day(start, luck, later)
    assert found + later == pytest.approx(calendar.times_in_day(start + later, luck), abs=1e-6)


@given(entries())
def test_a_calendar_survives_writing_pickling_and_json(written: dict[str, float]) -> None:
    calendar = Weekly.parse(written)
    assert Weekly.parse(calendar.written()) == calendar
    assert pickle.loads(pickle.dumps(calendar)) == calendar  # noqa: S301
    assert hash(Weekly.parse(calendar.written())) == hash(calendar)
    adapter = TypeAdapter(Weekly)
    assert adapter.validate_python(json.loads(adapter.dump_json(calendar))) == calendar


@given(entries())
def test_total_minimum_and_maximum_are_those_of_the_minutes(written: dict[str, float]) -> None:
    week, calendar = by_minute(written), Weekly.parse(written)
    assert calendar.weekly_total == pytest.approx(sum(week) / 60)
    assert (calendar.minimum, calendar.maximum) == (min(week), max(week))


@pytest.mark.parametrize("week", range(-60, 600, 61))
@pytest.mark.parametrize("minute", [20, 50, 614, 1390])
def test_a_change_is_seen_at_the_very_time_it_is_announced_for(week: int, minute: int) -> None:
    calendar = Weekly.parse(f"Mon-Sun {hours(minute, minute + 7)}")
    t = week * WEEK - 1e-3
    for expected in (1.0, 0.0, 1.0):
        t = calendar.next_change(t)
        assert calendar.at(t) == expected


def test_later_entries_win_where_they_overlap() -> None:
    calendar = Weekly.parse({"Mon-Sun 08-20": 5, "Sat 10-14": 6})
    assert [calendar.at(5 * DAY + hour) for hour in (7, 8, 10, 13.9, 14, 20)] == [0, 5, 6, 6, 5, 0]


def test_several_ranges_and_a_lunch_break_may_stand_in_one_text() -> None:
    calendar = Weekly.parse("Mon-Fri 09-12,13-17, Sat 10:30-14")
    assert calendar.weekly_total == 5 * 7 + 3.5
    assert calendar.at(12.5) == 0


def test_a_night_shift_runs_into_the_next_day_and_week() -> None:
    calendar = Weekly.parse("Sun 22-06")
    assert calendar.weekly_total == 8
    assert [calendar.at(t) for t in (-2.0, 0.0, 5.9, 6.0)] == [1, 1, 1, 0]


def test_the_last_instant_before_a_week_belongs_to_the_week_before() -> None:
    assert Weekly.parse("Sun 12-24").at(-5e-324) == 1


def test_always_and_never_do_not_change() -> None:
    always, never = Weekly.parse("always"), Weekly.parse("never")
    assert always == Weekly.constant(1)
    assert (always.next_change(3.0), never.next_positive(3.0)) == (math.inf, math.inf)
    assert never.integral(0, 1000) == 0


@pytest.mark.parametrize(
    "written",
    [
        "", "Mon", "09-18", "Mon 9-18", "Mon 09-25", "Mon 09-09", "Mon 24-03", "Mon 09:60-10",
        "Mo 09-18", "Mon-Fri", "Mon-Fri 09-18 Sat", "sometimes", {}, 5, True, None, [1],
        {"Mon 09-18": -1}, {"Mon 09-18": True}, {"Mon 09-18": "3"}, {"Mon 09-18": math.nan},
        {"Mon 09-18": math.inf}, {"Mon 09-18": 1e10}, {3: 4},
    ],
)  # fmt: skip
def test_what_is_no_calendar_is_refused_with_how_to_write_one(written: Any) -> None:
    with pytest.raises(ValidationError, match=r"write|unknown day|hours|number|at most"):
        TypeAdapter(Weekly).validate_python(written)


def test_heads_on_duty_are_whole_numbers() -> None:
    heads = TypeAdapter(Heads)
    assert heads.validate_python({"Mon-Fri 09-18": 3}).maximum == 3.0
    with pytest.raises(ValidationError, match="whole numbers"):
        heads.validate_python({"always": 1.5})
