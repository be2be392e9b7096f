"""When things first broke, on hand-made journals (MODEL s.12 a)."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from typing import Any

import pytest

from orgsim.entities import Component, ContactChannel, Reason, Segment
from orgsim.facts import CallAbandoned, CallAnswered, OrderBackordered, OrderPlaced, OrderShipped
from orgsim.kernel.journal import Journal
from orgsim.kpis import KPIS
from orgsim.kpis.base import Window
from orgsim.kpis.breaks import BREAKS, breaks
from orgsim.units import DAY, WEEK
from tests.unit.parts import firm


def broke(facts: Sequence[Any], *overrides: str) -> dict[object, list[float]]:
    """Every moment at which each kind was broken."""
    journal = Journal()
    for fact in facts:
        journal.record(fact)
    window = Window(firm("run.weeks=3", *overrides), journal)
    table = breaks(window, {kpi.name: kpi for kpi in KPIS})
    found: dict[object, list[float]] = {name: [] for name in table["name"]}
    for name, time in zip(table["name"], table["time"], strict=True):
        if not isnan(float(str(time))):
            found[name].append(float(str(time)))
    return found


def test_where_nothing_happened_nothing_broke_and_the_table_says_of_what() -> None:
    found = broke([])
    assert set(found) == {"cover_chassis", "cover_kit", *(rule.name for rule in BREAKS)}
    assert not any(found.values())


def test_a_stock_out_is_dated_to_the_first_order_of_a_day_that_found_the_shelf_empty() -> None:
    facts = [
        OrderBackordered(t, n, 0, Segment.BASE, Component.CHASSIS)
        for n, t in enumerate((-5.0, 31.5, 40.0, 48.0, 49.0, 200.0))
    ]
    found = broke(facts)
    assert found["cover_chassis"] == [31.5, 48.0, 200.0]
    assert found["cover_kit"] == []


def calls(week: int, answered: int, abandoned: int) -> list[Any]:
    time = week * WEEK + 1.0
    return [
        kind(time, n, week % 64, 0, Segment.BASE, Reason.GENERAL, ContactChannel.PHONE, 0.0)
        for kind, count in ((CallAnswered, answered), (CallAbandoned, abandoned))
        for n in range(count)
    ]


def test_a_break_is_dated_to_the_last_day_of_each_measured_week_beyond_its_threshold() -> None:
    target = firm().targets["abandonment"]
    assert target == 0.05
    facts = [*calls(-1, 5, 5), *calls(0, 90, 10), *calls(1, 89, 11), *calls(2, 0, 9)]
    sundays = [2 * WEEK - DAY, 3 * WEEK - DAY]
    assert broke(facts, "run.warmup=1w")["abandonment"] == sundays


def a_backlog(weeks: Sequence[int], first: int) -> list[Any]:
    """Orders placed and not shipped, so that each week ends with this many."""
    facts: list[Any] = []
    number, before = 0, 0
    for week, level in enumerate(weeks, start=first):
        time = week * WEEK + 1.0
        for _ in range(max(0, level - before)):
            nothing_special = (False, False, False, False, True)
            facts.append(OrderPlaced(time, number, 0, Segment.BASE, 9999.0, *nothing_special, 0))
            number += 1
        gone = range(max(0, before - level))
        facts += [OrderShipped(time, n, 0, Segment.BASE, False) for n in gone]
        before = level
    return facts


@pytest.mark.parametrize("warmup", [1, 10])
def test_a_backlog_breaks_at_twice_its_level_in_the_weeks_just_before(warmup: int) -> None:
    """Two early weeks of 50 lie more than eight weeks back where the warm-up is ten weeks long."""
    early = [50, 50] if warmup == 10 else []
    calm = [10] * (warmup - len(early))
    facts = a_backlog([*early, *calm, 20, 21, 10], -warmup)
    assert broke(facts, f"run.warmup={warmup}w")["backlog"] == [2 * WEEK - DAY]


def test_without_weeks_before_there_is_no_level_to_double() -> None:
    assert broke(a_backlog([10, 90, 10], 0), "run.warmup=0h")["backlog"] == []
