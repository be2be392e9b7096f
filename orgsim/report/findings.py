"""What each panel of the cascade says: one line above its lines, computed from its numbers.

Read one after the other they are the story: who beats the target, what breaks first and when, what
is left at the end. A change is claimed only where its interval leaves out zero, a break only where
the table of first breaks dates one; otherwise the line says that nothing clear happened.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from orgsim.kpis.breaks import BREAKS
from orgsim.report.headline import percent
from orgsim.report.measures import Course, Estimate
from orgsim.report.panels import BASE, NICHE, Line, Panel
from orgsim.report.story import REFERENCE, SCENARIO, Story
from orgsim.report.verdicts import SIZEABLE
from orgsim.report.wording import NBSP, compact, plain, scale_for, short_date

Mood = Literal["bad", "said", ""]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line; `mood` tells whether it is unwelcome, or merely said, or says nothing clear."""

    words: str
    mood: Mood = ""
    is_break: bool = False


@dataclass(frozen=True, slots=True)
class Broken:
    """The line of a panel that broke first, and when (in weeks since the start)."""

    line: Line
    week: float


def finding(story: Story, panel: Panel) -> Finding:
    """What the panel says of this run."""
    tell = {"attainment": _attainment, "break": _broken, "peak": _peak, "end": _end}
    return tell[panel.says](story, panel)


def first_broken(story: Story, panel: Panel) -> Broken | None:
    """Which line of the panel broke first because of the shock; None if none did."""
    found = [
        Broken(line, week)
        for line in panel.lines
        if line.breaks
        and (week := story.first_break(line.breaks)) is not None
        and week < story.weeks
        and _is_of(story, panel, line)
    ]
    return min(found, key=lambda one: one.week, default=None)


def _is_of(story: Story, panel: Panel, line: Line) -> bool:
    """Whether the line is drawn, and shows the customers whose break it is."""
    if story.course(line.kpi, line.segments) is None:
        return False
    rule = _RULES.get(line.breaks)
    is_split = any(story.course(one.kpi, NICHE) for one in panel.lines if one.look == "niche")
    return rule is None or rule.segment != "all" or line.look != "base" or not is_split


_RULES = {rule.name: rule for rule in BREAKS}


def _attainment(story: Story, panel: Panel) -> Finding:
    """By how much each target is beaten or missed while the shock is on."""
    parts: dict[str, list[str]] = {}
    for line in panel.lines:
        target = story.target(line.kpi)
        share = story.during(line.kpi, line.segments).mean / target - 1.0 if target else math.nan
        if math.isfinite(share) and abs(share) >= SIZEABLE:
            side = "above target" if share > 0 else "below target"
            name = plain(story.kpis[line.kpi].title).lower()
            parts.setdefault(side, []).append(f"{name} {percent(abs(share))}")
    if not parts:
        return Finding("near target")
    words = ", ".join(f"{', '.join(names)} {side}" for side, names in parts.items())
    return Finding(words, "said" if "above target" in parts else "")


def _broken(story: Story, panel: Panel) -> Finding:
    """What broke first and when; if nothing did, the worst week."""
    first = first_broken(story, panel)
    if first is None:
        return _worst(story, panel)
    words = _break_words(story, first.line) + story.in_how_many(first.line.breaks)
    words += f", {short_date(story.day(first.week))}"
    return Finding(words, "bad", is_break=True)


def _break_words(story: Story, line: Line) -> str:
    """What a first break is, in words that do not repeat the panel's title."""
    title = story.break_title(line.breaks)
    return title.removeprefix(plain(story.kpis[line.kpi].title)).lstrip(",: ")


def _worst(story: Story, panel: Panel) -> Finding:
    """The worst week, of the niche where there is one."""
    courses = {line: story.course(line.kpi, line.segments) for line in panel.lines}
    line, course = next(((k, c) for k, c in reversed(courses.items()) if c), (None, None))
    if line is None or course is None:
        return Finding("")
    note = story.kpis[line.kpi]
    mean = course.mean
    if not np.isfinite(mean).any():
        return Finding("")
    week = int(np.nanargmax(-mean if note.direction >= 0 else mean))
    scale = scale_for(note.unit, [mean[week]])
    level = compact(mean[week] * scale.factor) if "-" in scale.unit else scale.show(mean[week])
    return Finding(f"{_whose(line)}at worst {level}, week of {short_date(story.day(week))}")


def _peak(story: Story, panel: Panel) -> Finding:
    """The week in which the first line strays farthest from the reference, if it surely does."""
    line = panel.lines[0]
    course, usual = (story.course(line.kpi, line.segments, v) for v in (SCENARIO, REFERENCE))
    difference = against_reference(story, line, course) if course else None
    if difference is None or usual is None:
        return _worst(story, panel)
    whole = Estimate.of(np.nanmean(difference.values, axis=0))
    if not whole.mean:
        return Finding(f"no difference from {story.without}")
    if not (whole.is_sure or whole.n == 1):
        return Finding(story.unclear)
    change = difference.mean / usual.mean
    week = int(np.nanargmax(np.abs(change)))
    is_bad = change[week] * story.kpis[line.kpi].direction < 0
    share = f"{compact(round(100.0 * change[week]), sign=True)}{NBSP}%"
    words = f"{share} in the week of {short_date(story.day(week))}"
    return Finding(words, _mood([whole], is_bad=is_bad))


def _whose(line: Line) -> str:
    return f"{line.look} " if line.look in ("base", "niche") else ""


def _mood(found: Sequence[Estimate], *, is_bad: bool) -> Mood:
    if not all(one.is_sure for one in found):
        return ""
    return "bad" if is_bad else "said"


def _end(story: Story, panel: Panel) -> Finding:
    """How far each line ends from the reference, as far as that is sure (or the only one)."""
    lasts = {line: last for line in panel.lines if (last := _last_difference(story, line))}
    differing = {line: last for line, last in lasts.items() if last.mean}
    found = {line: last for line, last in differing.items() if last.is_sure or last.n == 1}
    if story.is_alone:
        return Finding("")
    if not found:
        return Finding(story.unclear if differing else f"no difference from {story.without}")
    parts, is_bad = [], True
    for line, last in found.items():
        note = story.kpis[line.kpi]
        parts.append(_whose(line) + scale_for(note.unit, [last.mean]).show(last.mean, sign=True))
        is_bad = is_bad and last.mean * note.direction < 0
    words = f"{', '.join(parts)} at the end"
    return Finding(words, _mood(list(found.values()), is_bad=is_bad))


def _last_difference(story: Story, line: Line) -> Estimate | None:
    course = story.course(line.kpi, line.segments)
    difference = against_reference(story, line, course) if course else None
    return Estimate.of(difference.values[-1]) if difference else None


def against_reference(story: Story, line: Line, course: Course) -> Course | None:
    """The paired difference to the reference; None where the scenario is its own reference."""
    if story.is_alone:
        return None
    reference = story.course(line.kpi, line.segments, REFERENCE)
    if reference is None and line.look == "niche" and story.course(line.kpi, BASE, REFERENCE):
        # Without its campaign the niche has no customers: nobody, rather than unknown.
        reference = Course(np.zeros_like(course.values), course.replications)
    return None if reference is None else course.minus(reference)
