"""The one sentence that a hurried reader takes away, the same at the terminal and on the cascade.

What it is for: whose target is beaten while the shock is on, what becomes of promises in the worst
week, and what the company is worth then. A clause stands only where the numbers carry it: a target
is beaten where the whole interval lies beyond it; promises have fallen where the worst week (of the
mean over replications, from the first shock on) lies well below that of the reference; value comes
with its 95 % interval.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from orgsim.report.measures import Course, Estimate
from orgsim.report.story import REFERENCE, Story
from orgsim.report.verdicts import SIZEABLE, Line, worth
from orgsim.report.wording import NBSP, capital, compact, listed, scale_for

FALLEN = 0.05  # promises kept count as fallen from 5 points below the reference


def headline(story: Story, *, bounds: bool = True) -> str:
    """Whose target is beaten, what happens to promises and what the company is worth then.

    `bounds` adds the interval of the value, for which a figure's title has no room.
    """
    if not story.has_demand:
        return "There was no demand: no lead, order, contact or customer to judge the firm by"
    parts = [part for part in (_demand(story), _promises(story)) if part]
    value = next((line for line in worth(story) if line.name == "year+CLV"), None)
    is_unsure = value is None or (value.difference.n != 1 and not value.difference.is_sure)
    if not parts and (is_unsure or story.is_alone):
        kept = story.during("otif", ("all", "base"))
        steady = f": {percent(kept.mean)} of promises are kept" if kept.n else ""
        return ("No clear change" if story.windows else "Nothing happens") + steady
    if value is not None and value.difference.n:
        parts.append(_worth(story, value) + (_interval(value) if bounds else ""))
    return capital(_clauses(parts))


def _clauses(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + ", and " + parts[-1]


def _demand(story: Story) -> str:
    """'Leads beat their target by 108 % and bookings by 77 % during the campaign'."""
    amounts: list[str] = []
    for kpi in ("leads", "bookings") if story.windows else ():
        target, level = story.target(kpi), story.during(kpi, ("all", "base"))
        if not target or target <= 0 or level.low <= target:
            continue
        excess = level.mean / target - 1.0
        if excess >= SIZEABLE:
            amounts.append(f"{kpi}{'' if amounts else ' beat their target'} by {percent(excess)}")
    return f"{listed(amounts)} during the {story.left_out}" if amounts else ""


def percent(share: float) -> str:
    """A share as a whole '78 %'."""
    return f"{compact(round(100.0 * share))}{NBSP}%"


def _promises(story: Story) -> str:
    """For those whose promises fell: what share is kept in the worst week."""
    usual = worst_week(story, story.course("otif", ("base", "all"), REFERENCE))
    fallen = []
    for segment in ("base", "niche"):
        lowest = worst_week(story, story.course("otif", (segment,)))
        if lowest < usual - FALLEN:
            fallen.append((segment, percent(lowest)))
    if not fallen:
        return ""
    lows = listed([f"{share} ({segment})" for segment, share in fallen])
    mean = "a mean of " if story.replications > 1 else ""
    return f"promises kept fall to {mean}{lows} in the worst week"


def worst_week(story: Story, course: Course | None) -> float:
    """The lowest weekly mean over replications from the first shock on; NaN if there is none."""
    if course is None:
        return math.nan
    mean = course.mean[int(story.onset) :]
    return float(np.nanmin(mean)) if np.isfinite(mean).any() else math.nan


def _worth(story: Story, value: Line) -> str:
    found = value.difference
    if found.n > 1 and not found.is_sure:
        return f"company value is not clearly more or less than with {story.without}"
    amount = f"{value.shown(abs(found.mean))}{NBSP}{value.scale.unit}"
    side = "more" if found.mean > 0 else "less"
    change = f"company value is {amount} {side} than with {story.without}"
    return change if found.n > 1 else f"in this one replication {change}"


def _interval(value: Line) -> str:
    found = value.difference
    if found.n < 2:
        return ""
    low, high = (value.shown(bound, sign=True) for bound in (found.low, found.high))
    return f" (95{NBSP}% interval {low} to {high}{NBSP}{value.scale.unit})"


def money(amount: float, *, sign: bool = False) -> str:
    """EUR as '532 kEUR'."""
    return scale_for("EUR", [amount]).show(amount, sign=sign)


def change(worth: Estimate) -> str:
    """How a value stands against the reference; of one replication, whether or not by chance."""
    if worth.mean == 0.0 and not worth.is_sure:
        return "is the same"
    if worth.n > 1 and not worth.is_sure:
        return "is not clearly higher or lower"
    return f"is {money(abs(worth.mean))} {'higher' if worth.mean > 0 else 'lower'}"
