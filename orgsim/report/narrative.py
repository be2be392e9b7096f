"""The message of a figure in words, computed from its numbers.

A sentence claims a change only when the numbers carry it: a target is beaten or missed on the
mean of the drawn weeks, a gain or loss of value only when its 95 % interval leaves out zero.
"""

from __future__ import annotations

import numpy as np

from orgsim.report.calendar_axis import short_date
from orgsim.report.story import REFERENCE, Estimate, Floats, Story
from orgsim.report.wording import NBSP, capital, compact, listed, scale_for

BEATEN = 0.02  # a target counts as beaten from 2 % above it
FALLEN = 0.05  # promises kept count as fallen from 5 points below the reference

HORIZONS = ("year", "year+CLV", "cash trough")


def cascade_message(story: Story) -> str:
    """Whose target is beaten, what happens to promises and what the company is worth then."""
    parts = [part for part in (_demand(story), _promises(story)) if part]
    worth = _worth(story)
    if not parts and not worth:
        return "Nothing breaks: " + (_steady(story) or "the year runs as without the shock")
    if worth:
        parts.append(worth)
    return capital(listed_clauses(parts))


def listed_clauses(parts: list[str]) -> str:
    """Clauses joined to one sentence."""
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + ", " + "and " + parts[-1]


def _demand(story: Story) -> str:
    beaten = []
    for kpi, noun in (("leads", "leads"), ("bookings", "bookings")):
        course, target = story.course(kpi, ("all", "base")), story.target(kpi)
        if course is None or not target or target <= 0:
            continue
        excess = _during(story, course.mean) / target - 1.0
        if excess >= BEATEN:
            beaten.append((noun, excess))
    if not beaten:
        return ""
    amounts = [f"{noun} beat their target by {_percent(excess)}" for noun, excess in beaten[:1]]
    amounts += [f"{noun} by {_percent(excess)}" for noun, excess in beaten[1:]]
    return " and ".join(amounts)


def _percent(share: float) -> str:
    return f"{compact(round(100.0 * share))}{NBSP}%"


def _during(story: Story, mean: Floats) -> float:
    """The mean over the weeks that a shock touches, or over all weeks if none does."""
    week = np.arange(mean.size)
    touched = np.zeros(mean.size, dtype=bool)
    for window in story.windows:
        touched |= (week + 1 > window.start) & (week < window.end)
    chosen = mean[touched] if touched.any() else mean
    chosen = chosen[np.isfinite(chosen)]
    return float(chosen.mean()) if chosen.size else float("nan")


def _promises(story: Story) -> str:
    for segments, whom in ((("base", "all"), ""), (("niche",), " to niche customers")):
        course = story.course("otif", segments)
        usual = story.course("otif", ("base", "all"), REFERENCE)
        if course is None or usual is None:
            continue
        lowest = float(np.nanmin(course.mean)) if np.isfinite(course.mean).any() else np.nan
        if lowest < _floor(usual.mean) - FALLEN:
            return f"promises kept{whom} fall to {_percent(lowest)}"
    return ""


def _floor(mean: Floats) -> float:
    return float(np.nanmin(mean)) if np.isfinite(mean).any() else float("nan")


def _worth(story: Story) -> str:
    estimate = Estimate.of(story.value_differences("year+CLV"))
    if not estimate.is_sure:
        return ""
    side = "more" if estimate.mean > 0 else "less"
    return f"the company is worth {money(abs(estimate.mean))} {side} than with {story.without}"


def _steady(story: Story) -> str:
    course = story.course("otif", ("all", "base"))
    if course is None:
        return ""
    return f"{_percent(_during(story, course.mean))} of promises are kept"


def money(amount: float, *, sign: bool = False) -> str:
    """EUR as '532 kEUR'."""
    return scale_for("EUR", [amount]).show(amount, sign=sign)


def cascade_subtitle(story: Story) -> str:
    """Measure, period, replications and what lines and bands are."""
    end = story.day(max(story.weeks - 1, 0) + 6 / 7)
    period = f"{short_date(story.start)} {story.start.year} – {short_date(end)} {end.year}"
    if story.replications > 1:
        sample = f"mean of {story.replications} replications; band: the middle 80 % of them"
    else:
        sample = "one replication, hence no band: chance and effect cannot be told apart"
    grey = (
        f"grey: {story.without}, same random draws"
        if _has_reference(story)
        else "no comparison run"
    )
    shock = f"shaded: {listed([w.name for w in story.windows])}; " if story.windows else ""
    return f"{story.title}. Calendar weeks, {period}; {sample}; {shock}{grey}."


def _has_reference(story: Story) -> bool:
    return bool((story.weekly["variant"] == REFERENCE).any())
