"""The scorecard in words and figures: each area by its own target, then everyone beside no shock.

What of the real organisation is modelled: the card on which every department is green while the
company is red. A verdict respects the interval: a target counts as beaten only where the whole 95 %
interval lies beyond it, a difference as real only where its interval leaves out zero.

Assumption: an area with targets is judged by them, while the shock is on (when it reports success)
and over the whole run; what it did to everyone is judged by the paired difference.

Reference: MODEL s.9 (silo-paradox scorecard: same week against the whole year), O3 (targets).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from orgsim.report.wording import HORIZONS, scale_for

if TYPE_CHECKING:
    import pandas as pd

    from orgsim.report.story import KpiNote, Story

Mood = Literal["good", "bad", ""]
AREAS = ("marketing", "sales", "logistics", "support", "customers", "company")
JUDGED_BY_EFFECT = ("customers", "company")
BESIDE_TARGETS = ("slower_than_expected", "active_customers", "revenue", "contribution", "cash")
MINUS = "\u2212"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A judgement in words; `mood` says whether it is welcome."""

    words: str
    mood: Mood = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attainment:
    """One KPI of an area against its own target, while the shock is on and over the whole run."""

    label: str
    target: str
    during: str
    during_verdict: Verdict
    whole: str
    whole_verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One KPI beside the reference."""

    label: str
    scenario: str
    reference: str
    difference: str
    verdict: Verdict


def attainments(story: Story, summary: pd.DataFrame) -> dict[str, list[Attainment]]:
    """Area -> its KPIs that have a target and were measured; customers and company have no own."""
    rows = _rows(summary)
    card: dict[str, list[Attainment]] = {}
    for kpi in story.kpis.values():
        row, target = rows.get((kpi.name, "all")), story.targets.get(kpi.name)
        if kpi.area in JUDGED_BY_EFFECT or row is None or target is None or not kpi.direction:
            continue
        if math.isfinite(row["scenario_mean"]):
            card.setdefault(kpi.area, []).append(_attainment(story, kpi, row, target))
    return {area: card[area] for area in sorted(card, key=AREAS.index)}


def effects(story: Story, summary: pd.DataFrame) -> dict[str, list[Effect]]:
    """Area -> what became of it beside the reference, customers with the niche apart.

    Shown are KPIs with a target and those in `BESIDE_TARGETS`, as far as they were measured.
    """
    rows = _rows(summary)
    card: dict[str, list[Effect]] = {}
    for kpi in story.kpis.values():
        if kpi.target is None and kpi.name not in BESIDE_TARGETS:
            continue
        for segment in ("all", "niche") if kpi.area == "customers" else ("all",):
            row = rows.get((kpi.name, segment))
            if row is not None and math.isfinite(row["scenario_mean"]):
                card.setdefault(kpi.area, []).append(_effect(kpi, segment, row))
    return {area: card[area] for area in sorted(card, key=AREAS.index)}


def _rows(summary: pd.DataFrame) -> dict[tuple[str, str], Mapping[Any, Any]]:
    return {(row["kpi"], row["segment"]): row for row in summary.to_dict("records")}


def _attainment(story: Story, kpi: KpiNote, row: Mapping[Any, Any], target: float) -> Attainment:
    scale = scale_for(kpi.unit, [row["scenario_mean"], target])
    on = story.during(kpi.name, ("all",))
    during = {"during_mean": on.mean, "during_low": on.low, "during_high": on.high}
    figures = _scaled({**row, **during}, scale.factor)
    goal = target * scale.factor
    digits = _digits([goal, figures["scenario_mean"]])
    return Attainment(
        label=_label(kpi, scale.unit),
        target=number(goal, digits),
        during=spread(figures, "during", digits),
        during_verdict=against_target(figures, "during", goal, kpi.direction),
        whole=spread(figures, "scenario", digits),
        whole_verdict=against_target(figures, "scenario", goal, kpi.direction),
    )


def _effect(kpi: KpiNote, segment: str, row: Mapping[Any, Any]) -> Effect:
    sizes = [row["scenario_mean"], row["reference_mean"]]
    scale = scale_for(kpi.unit, sizes)
    figures = _scaled(row, scale.factor)
    digits = _digits([size * scale.factor for size in sizes])
    return Effect(
        label=_label(kpi, scale.unit) if segment == "all" else f"- of them {segment}",
        scenario=spread(figures, "scenario", digits),
        reference=number(figures["reference_mean"], digits),
        difference=_range_of(figures, digits),
        verdict=against_reference(figures, kpi.direction),
    )


def _label(kpi: KpiNote, unit: str) -> str:
    return f"{kpi.title}, {unit}" if unit else kpi.title


def value_effects(value_summary: pd.DataFrame) -> list[Effect]:
    """The three horizons of value, in thousands of EUR."""
    lines = []
    for row in value_summary.to_dict("records"):
        figures = _scaled(row, 1e-3)
        lines.append(
            Effect(
                label=f"{HORIZONS[str(row['horizon'])].title}, kEUR",
                scenario=spread(figures, "scenario", 0),
                reference=number(figures["reference_mean"], 0),
                difference=_range_of(figures, 0),
                verdict=against_reference(figures, +1, words=("gains value", "loses value")),
            )
        )
    return lines


_ENDS = ("_mean", "_low", "_high")


def _scaled(row: Mapping[Any, Any], factor: float) -> dict[str, float]:
    return {str(key): row[key] * factor for key in row if str(key).endswith(_ENDS)}


def against_target(
    figures: Mapping[str, float], what: str, target: float, direction: int
) -> Verdict:
    """Whether the whole interval of a mean (`what`) lies beyond the target."""
    low, high = figures[f"{what}_low"], figures[f"{what}_high"]
    if not (math.isfinite(low) and math.isfinite(high)):
        return Verdict(words="not judged")
    if direction < 0:
        low, high, target = -high, -low, -target
    if low > target:
        return Verdict(words="beats", mood="good")
    return Verdict(words="misses", mood="bad") if high < target else Verdict(words="in line")


def against_reference(
    figures: Mapping[str, float], direction: int, words: tuple[str, str] = ("better", "worse")
) -> Verdict:
    """Whether the interval of the paired difference leaves out zero, and on which side."""
    mean, low, high = (figures[f"difference{end}"] for end in _ENDS)
    if mean == 0 and (math.isnan(low) or low == high == 0):
        return Verdict(words="the same")
    if math.isnan(mean):
        return Verdict(words="")
    if math.isnan(low):
        return Verdict(words="not judged")
    if low <= 0 <= high:
        return Verdict(words="unclear")
    if not direction:
        return Verdict(words="more" if low > 0 else "less")
    is_welcome = (low > 0) == (direction > 0)
    return Verdict(words=words[0 if is_welcome else 1], mood="good" if is_welcome else "bad")


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
