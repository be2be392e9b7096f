"""The rows of the silo scorecard: each area by its own targets, then customers and company.

A row turns its numbers so that more is better: attainment is the share by which a level beats
(+) or misses (-) the target, effect the paired difference as a share of the reference. The
target is judged twice, while the shock is on (when an area reports success) and over all weeks.

Reference: MODEL s.9 (silo-paradox scorecard: same-week attainment versus the whole year).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from orgsim.report.measures import NOTHING, Estimate, estimate
from orgsim.report.story import KpiNote, Story
from orgsim.report.wording import Scale, scale_for

AREAS = ("marketing", "sales", "logistics", "support", "customers", "company")
PER_AREA = 4
"""Rows an area may fill: beyond that the page stops being read."""

WITHOUT_TARGET = {
    "customers": (
        ("satisfaction", ("base", "all")),
        ("satisfaction", ("niche",)),
        ("broken_promises", ("all", "base")),
        ("churn", ("all", "base")),
    ),
    "company": (
        ("active_customers", ("all", "base")),
        ("contribution", ("all",)),
        ("value", ("all",)),
    ),
}
"""Who has no target of an own area: customers and the company, measured by what they live on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row: a KPI of an area with its numbers in stored units."""

    area: str
    note: KpiNote
    segment: str
    during: Estimate
    scenario: Estimate
    reference: Estimate
    difference: Estimate
    target: float | None

    @property
    def title(self) -> str:
        """The KPI's name, with its customers where it is about some, and its unit."""
        whose = f", {self.segment}" if self.segment != "all" else ""
        unit = f" ({self.scale.unit})" if self.scale.unit not in {"", "%"} else ""
        return self.note.title + whose + unit

    @property
    def scale(self) -> Scale:
        """How the row's numbers are shown."""
        return scale_for(self.note.unit, [self.scenario.mean, self.reference.mean])

    def attainment(self, level: Estimate) -> Estimate:
        """Share by which a level is better (+) or worse (-) than the target."""
        if not self.target:
            return NOTHING
        return turned(level, 1.0 / self.target, -1.0, self.note.direction)

    @property
    def effect(self) -> Estimate:
        """The paired difference as a share of the reference, better (+) or worse (-)."""
        base = abs(self.reference.mean)
        if not math.isfinite(base) or base == 0.0:
            return NOTHING
        return turned(self.difference, 1.0 / base, 0.0, self.note.direction)


def turned(level: Estimate, factor: float, shift: float, direction: int) -> Estimate:
    """The estimate times `factor` plus `shift`, turned by `direction` so that more is better."""
    values = [direction * (bound * factor + shift) for bound in (level.mean, level.low, level.high)]
    low, high = sorted(values[1:]) if math.isfinite(level.low) else (math.nan, math.nan)
    return Estimate(values[0], low, high, level.n)


def entries(story: Story) -> list[Entry]:
    """The rows of the scorecard, area by area; what was not measured is left out."""
    found = []
    for area in AREAS:
        rows = list(_with_target(story, area)) or list(_without_target(story, area))
        found += rows[:PER_AREA]
    return found


def _with_target(story: Story, area: str) -> Iterator[Entry]:
    if area in WITHOUT_TARGET:
        return
    for note in story.kpis.values():
        if note.area == area and note.direction and story.target(note.name):
            yield from _entry(story, area, note, ("all", "base"))


def _without_target(story: Story, area: str) -> Iterator[Entry]:
    for name, segments in WITHOUT_TARGET.get(area, ()):
        note = story.kpis.get(name)
        if note is not None and note.direction:
            yield from _entry(story, area, note, segments)


def _entry(story: Story, area: str, note: KpiNote, segments: tuple[str, ...]) -> Iterator[Entry]:
    frame = story.summary
    for segment in segments:
        rows = frame[(frame["kpi"] == note.name) & (frame["segment"] == segment)]
        scenario = estimate(rows, "scenario")
        if scenario.n:
            yield Entry(
                area=area,
                note=note,
                segment=segment,
                during=story.during(note.name, (segment,)),
                scenario=scenario,
                reference=estimate(rows, "reference"),
                difference=estimate(rows, "difference"),
                target=story.target(note.name),
            )
            return
