"""The rows of the silo scorecard, in three blocks that ask one question each.

Did each area meet its own target while the shock was on, which is when it reports success? What did
those get whom the shock brought? What became of everyone else, beside the same firm without it?
A row turns its number so that more is better: `mark` is the share by which the level beats (+) or
misses (-) what it is judged by, `usual` the same for the reference.

Reference: MODEL s.9 (silo-paradox scorecard: same-week attainment versus the whole year).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from orgsim.report.measures import NOTHING, Estimate, estimate
from orgsim.report.story import REFERENCE, SCENARIO, KpiNote, Story
from orgsim.report.verdicts import AREAS, JUDGED_BY_EFFECT, SIZEABLE, TRIFLE
from orgsim.report.wording import HORIZONS, Scale, plain, scale_for

BY_TARGET = ("otif", "satisfaction", "churn")
AGAINST = ("misses", "beats")
TARGETS, CHANGES = 1.0, 0.5
"""Shares at which the scales of targets and of changes end: in every run, to be compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One number of somebody, its standard, and how it compares (see the module)."""

    whose: str
    title: str
    unit: str
    direction: int
    level: Estimate
    standard: float
    mark: Estimate
    usual: float = math.nan
    change: Estimate = NOTHING

    @property
    def scale(self) -> Scale:
        """How the row's numbers are shown."""
        return scale_for(self.unit, [self.level.mean, self.standard])

    @property
    def is_clear(self) -> bool:
        """Whether it surely lies on one side of its standard, and by more than a trifle."""
        return self.mark.is_sure and abs(self.mark.mean) >= TRIFLE

    @property
    def is_missed_anyway(self) -> bool:
        """Whether the reference misses the target too, and about as much."""
        is_missed = max(self.usual, self.mark.mean) < -SIZEABLE
        return is_missed and self.usual - self.mark.mean < SIZEABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A question and the rows that answer it."""

    question: str
    standard: str
    sides: tuple[str, str]
    reach: float
    rows: Sequence[Row]


def blocks_of(story: Story) -> tuple[Block, Block, Block]:
    """Areas, those whom the shock brought, everyone else; what was not measured is left out."""
    span = f"in {story.span}"
    newcomers, whom = list(_customers(story, "niche")), "Niche customers"
    if story.is_alone:
        newcomers, whom = list(_customers(story, "base")), "Customers"
    return (
        Block(
            question="Each area by its own target, "
            + (f"in the {story.left_out}" if story.windows else span),
            standard="target",
            sides=AGAINST,
            reach=TARGETS,
            rows=list(_areas(story)),
        ),
        Block(
            question=f"{whom} by the same standard, {span}",
            standard="target",
            sides=AGAINST,
            reach=TARGETS,
            rows=newcomers,
        ),
        Block(
            question=f"Customers and company, {span}",
            standard=story.without,
            sides=("worse", "better"),
            reach=CHANGES,
            rows=list(_others(story, has_newcomers=bool(newcomers))),
        ),
    )


def _areas(story: Story) -> Iterable[Row]:
    """What areas report while the shock is on, with the same weeks of the reference."""
    notes = [note for note in story.kpis.values() if note.area not in JUDGED_BY_EFFECT]
    for note in sorted(notes, key=lambda note: AREAS.index(note.area)):
        target = story.target(note.name)
        level = story.during(note.name, ("all", "base"))
        if target and note.direction and level.n:
            variant = ("all", "base"), REFERENCE
            usual = NOTHING if story.is_alone else story.during(note.name, *variant)
            yield _judged(note.area, note, target, level, usual)


def _customers(story: Story, segment: str) -> Iterable[Row]:
    for name in BY_TARGET:
        note, target = story.kpis.get(name), story.target(name)
        level, _, _ = _whole(story, name, segment)
        if note and target and level.n:
            yield _judged(f"{segment} customers", note, target, level)


def _judged(
    whose: str, note: KpiNote, target: float, level: Estimate, usual: Estimate = NOTHING
) -> Row:
    return Row(
        whose=whose,
        title=plain(note.title),
        unit=note.unit,
        direction=note.direction,
        level=level,
        standard=target,
        mark=turned(level, 1.0 / target, -1.0, note.direction),
        usual=turned(usual, 1.0 / target, -1.0, note.direction).mean,
    )


def _others(story: Story, *, has_newcomers: bool) -> Iterable[Row]:
    if story.is_alone:
        return
    rows = [("base customers", name, "base", "") for name in BY_TARGET]
    # That they are fewer is no harm to those who are there: it is the company that has lost them.
    rows += [("company", "active_customers", "base", ", base")] if has_newcomers else []
    rows += [("company", "active_customers", "all", "")]
    for whose, name, segment, of_whom in rows:
        note, found = story.kpis.get(name), _whole(story, name, segment)
        if note and note.direction and found[2].n:
            yield _compared(whose, note.title + of_whom, note.unit, note.direction, found)
    for horizon, (title, _) in HORIZONS.items():
        frame = story.value_summary[story.value_summary["horizon"] == horizon]
        found = _estimates(frame)
        if found[2].n:
            yield _compared("company", title, "EUR", 1, found)


def _compared(whose: str, title: str, unit: str, direction: int, found: Sequence[Estimate]) -> Row:
    level, usual, change = found
    size = abs(usual.mean)
    return Row(
        whose=whose,
        title=plain(title),
        unit=unit,
        direction=direction,
        level=level,
        standard=usual.mean,
        mark=turned(change, 1.0 / size, 0.0, direction) if size else NOTHING,
        change=change,
    )


def _whole(story: Story, name: str, segment: str) -> tuple[Estimate, Estimate, Estimate]:
    """Scenario, reference and their paired difference over all measured weeks."""
    frame = story.summary
    rows = frame[(frame["kpi"] == name) & (frame["segment"] == segment)]
    return _estimates(rows)


def _estimates(rows: pd.DataFrame) -> tuple[Estimate, Estimate, Estimate]:
    return estimate(rows, SCENARIO), estimate(rows, REFERENCE), estimate(rows, "difference")


def turned(level: Estimate, factor: float, shift: float, direction: int) -> Estimate:
    """The estimate times `factor` plus `shift`, turned by `direction` so that more is better."""
    values = [direction * (bound * factor + shift) for bound in (level.mean, level.low, level.high)]
    low, high = sorted(values[1:]) if math.isfinite(level.low) else (math.nan, math.nan)
    return Estimate(values[0], low, high, level.n)
