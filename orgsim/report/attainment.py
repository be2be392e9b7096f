"""The rows of the silo scorecard: each area by its own targets, then customers and company.

A row turns its numbers so that more is better: attainment is the share by which a level beats
(+) or misses (-) the target, effect the paired difference as a share of the reference. The
target is judged twice, while the shock is on (when an area reports success) and over all weeks.

Reference: MODEL s.9 (silo-paradox scorecard: same-week attainment versus the whole year).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from orgsim.report.measures import NOTHING, Estimate, estimate
from orgsim.report.story import KpiNote, Story
from orgsim.report.wording import Scale, scale_for

OUTCOMES = ("customers", "company")
WHOLE = ("all", "base")
AREAS = ("marketing", "sales", "logistics", "support", "customers", "company")
WITHOUT_TARGET = {
    "marketing": (("cost_per_lead", WHOLE),),
    "sales": (("promise_inflation", WHOLE),),
    "logistics": (("backlog", WHOLE),),
    "support": (("contacts", WHOLE),),
    "customers": (
        ("satisfaction", ("base", "all")),
        ("satisfaction", ("niche",)),
        ("slower_than_expected", WHOLE),
        ("churn", WHOLE),
    ),
    "company": (("active_customers", WHOLE), ("contribution", WHOLE), ("cash", WHOLE)),
}
"""What an area's target does not see and others pay for; what customers and company live on."""

MOST = 20
"""Rows that can be read on one page."""


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
        unit = self.scale.unit.removeprefix("%").strip()
        unit = f" ({unit})" if unit else ""
        return self.note.title.split(" (")[0] + whose + unit

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
    found: dict[tuple[str, str], Entry] = {}
    for area in AREAS:
        own = [note.name for note in story.kpis.values() if note.area == area]
        wished = [(name, WHOLE) for name in own if story.target(name) is not None]
        if area in OUTCOMES:
            wished = []
        for name, segments in (*wished, *WITHOUT_TARGET[area]):
            note = story.kpis.get(name)
            entry = _entry(story, area, note, segments) if note and note.direction else None
            if entry is not None:
                found.setdefault((name, entry.segment), entry)
    return [*found.values(), *_value(story)][:MOST]


@dataclass(frozen=True, slots=True)
class _Value:
    """What the company is worth, seen as a KPI."""

    name: str = "value"
    title: str = "Company value"
    unit: str = "EUR"
    area: str = "company"
    direction: int = 1
    target: str | None = None
    is_volume: bool = False


def _value(story: Story) -> list[Entry]:
    rows = story.value_summary[story.value_summary["horizon"] == "year+CLV"]
    if not estimate(rows, "scenario").n:
        return []
    return [_measured(rows, "company", _Value(), "all", NOTHING, None)]


def _entry(story: Story, area: str, note: KpiNote, segments: tuple[str, ...]) -> Entry | None:
    frame = story.summary
    for segment in segments:
        rows = frame[(frame["kpi"] == note.name) & (frame["segment"] == segment)]
        if estimate(rows, "scenario").n:
            during = story.during(note.name, (segment,))
            return _measured(rows, area, note, segment, during, story.target(note.name))
    return None


def _measured(
    rows: pd.DataFrame,
    area: str,
    note: KpiNote,
    segment: str,
    during: Estimate,
    target: float | None,
) -> Entry:
    return Entry(
        area=area,
        note=note,
        segment=segment,
        during=during,
        scenario=estimate(rows, "scenario"),
        reference=estimate(rows, "reference"),
        difference=estimate(rows, "difference"),
        target=target,
    )
