"""The scorecard in words and figures: each area against its own target, then beside the reference.

What of the real organisation is modelled: the card on which every department is green while the
company is red. A verdict respects the interval: a target counts as beaten only where the whole 95 %
interval lies beyond it, a difference as real only where its interval leaves out zero.

Assumption: a KPI that belongs to an area and has a target is judged by that target (that is how
the area is judged); every other one by its difference from the reference.

Reference: MODEL s.9 (silo-paradox scorecard), O3 (targets).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from orgsim.report.wording import scale_for

if TYPE_CHECKING:
    import pandas as pd

    from orgsim.report.story import KpiNote, Story

Mood = Literal["good", "bad", ""]
AREAS = ("marketing", "sales", "logistics", "support", "customers", "company")
BESIDE_TARGETS = ("broken_promises", "active_customers", "revenue", "contribution", "cash")
HORIZONS = {
    "year": "in the year",
    "year+CLV": "with residual CLV",
    "cash trough": "lowest cash balance",
}
MINUS = "\u2212"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of the card, ready to print; `mood` says whether the verdict is welcome."""

    label: str
    target: str
    scenario: str
    reference: str
    difference: str
    verdict: str
    mood: Mood


def areas_of(story: Story, summary: pd.DataFrame) -> dict[str, list[Line]]:
    """Area -> its rows in the order of the catalogue, for KPIs that were measured at all.

    An area shows what it has targets for; customers and company also what is in `BESIDE_TARGETS`,
    customers with the niche apart where there is one.
    """
    rows = {(row["kpi"], row["segment"]): row for row in summary.to_dict("records")}
    card: dict[str, list[Line]] = {}
    for kpi in story.kpis.values():
        if kpi.target is None and kpi.name not in BESIDE_TARGETS:
            continue
        for segment in ("all", "niche") if kpi.area == "customers" else ("all",):
            row = rows.get((kpi.name, segment), {})
            if math.isfinite(row.get("scenario_mean", math.nan)):
                line = _kpi_line(kpi, segment, row, story.targets.get(kpi.name))
                card.setdefault(kpi.area, []).append(line)
    return {area: card[area] for area in sorted(card, key=AREAS.index)}


def value_lines(value_summary: pd.DataFrame) -> list[Line]:
    """The three horizons of value, in thousands of EUR."""
    lines = []
    for row in value_summary.to_dict("records"):
        figures = _scaled(row, 1e-3)
        name = HORIZONS.get(str(row["horizon"]), str(row["horizon"]))
        verdict, mood = against_reference(figures, +1, words=("gains value", "loses value"))
        lines.append(
            Line(
                label=f"{name}, kEUR",
                target="",
                scenario=spread(figures, "scenario", 0),
                reference=number(figures["reference_mean"], 0),
                difference=_range_of(figures, 0),
                verdict=verdict,
                mood=mood,
            )
        )
    return lines


_ENDS = ("_mean", "_low", "_high")


def _kpi_line(kpi: KpiNote, segment: str, row: Mapping[Any, Any], target: float | None) -> Line:
    sizes = [row["scenario_mean"], row["reference_mean"], target if target is not None else 0.0]
    scale = scale_for(kpi.unit, sizes)
    figures = _scaled(row, scale.factor)
    goal = None if target is None or segment != "all" else target * scale.factor
    digits = _digits([size * scale.factor for size in sizes])
    if goal is not None and kpi.direction:
        verdict, mood = against_target(figures, goal, kpi.direction)
    else:
        verdict, mood = against_reference(figures, kpi.direction)
    unit = f", {scale.unit}" if scale.unit else ""
    return Line(
        label=f"{kpi.title}{unit}" if segment == "all" else f"- of them {segment}",
        target="" if goal is None else number(goal, digits),
        scenario=spread(figures, "scenario", digits),
        reference=number(figures["reference_mean"], digits),
        difference=_range_of(figures, digits),
        verdict=verdict,
        mood=mood,
    )


def _scaled(row: Mapping[Any, Any], factor: float) -> dict[str, float]:
    return {str(key): row[key] * factor for key in row if str(key).endswith(_ENDS)}


def against_target(figures: Mapping[str, float], target: float, direction: int) -> tuple[str, Mood]:
    """Whether the whole interval of the scenario's mean lies beyond its target."""
    low, high = figures["scenario_low"], figures["scenario_high"]
    if not (math.isfinite(low) and math.isfinite(high)):
        return "not judged", ""
    if direction < 0:
        low, high, target = -high, -low, -target
    if low > target:
        return "beats target", "good"
    return ("misses target", "bad") if high < target else ("in line", "")


def against_reference(
    figures: Mapping[str, float], direction: int, words: tuple[str, str] = ("better", "worse")
) -> tuple[str, Mood]:
    """Whether the interval of the paired difference leaves out zero, and on which side."""
    mean, low, high = (figures[f"difference{end}"] for end in _ENDS)
    if mean == 0 and (math.isnan(low) or low == high == 0):
        return "the same", ""
    if math.isnan(mean):
        return "", ""
    if math.isnan(low):
        return "not judged", ""
    if low <= 0 <= high:
        return "unclear", ""
    if not direction:
        return ("more" if low > 0 else "less"), ""
    return (words[0], "good") if (low > 0) == (direction > 0) else (words[1], "bad")


def number(value: float, digits: int, *, sign: bool = False) -> str:
    """A figure with grouped thousands and a true minus sign; 'n/a' when not available."""
    if not math.isfinite(value):
        return "n/a"
    text = f"{abs(value):,.{digits}f}"
    if not text.strip("0.,"):
        return text
    return (MINUS if value < 0 else "+" if sign else "") + text


def spread(figures: Mapping[str, float], what: str, digits: int) -> str:
    """Mean ± half-width of the interval, as far as there is one."""
    mean, low, high = (figures[f"{what}{end}"] for end in _ENDS)
    half = f" ±{number((high - low) / 2, digits)}" if math.isfinite(high - low) else ""
    return number(mean, digits) + half


def signed_range(mean: float, low: float, high: float, *, digits: int) -> str:
    """A difference with its interval: '−532 (−720 to −344)'."""
    text = number(mean, digits, sign=True)
    if not (math.isfinite(low) and math.isfinite(high)):
        return text
    return f"{text} ({number(low, digits, sign=True)} to {number(high, digits, sign=True)})"


def _range_of(figures: Mapping[str, float], digits: int) -> str:
    mean, low, high = (figures[f"difference{end}"] for end in _ENDS)
    return signed_range(mean, low, high, digits=digits)


def _digits(sizes: list[float]) -> int:
    largest = max((abs(size) for size in sizes if math.isfinite(size)), default=0.0)
    return 0 if largest >= 100 else 1 if largest >= 10 else 2
