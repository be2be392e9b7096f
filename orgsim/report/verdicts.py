"""The two tables of the report: each area by its own target, then everyone beside the reference.

What of the real organisation is modelled: the card on which every department is green while the
company is red. A verdict respects the interval: a target counts as beaten only where the whole 95 %
interval lies beyond it, a difference as real only where its interval leaves out zero. More of a
volume (leads, bookings, revenue) is called higher, not better: what it leads to decides.

Assumption: an area with targets is judged by them in the weeks a shock touches, when it reports
success, with the same weeks of the reference beside it: what is missed there too is not the shock's
doing. What the shock did to everyone is judged by the paired difference over the whole run.

Reference: MODEL s.9 (silo-paradox scorecard: same week against the whole year), O3 (targets).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from orgsim.report.measures import NOTHING, Estimate, estimate
from orgsim.report.story import REFERENCE, SCENARIO
from orgsim.report.wording import HORIZONS, Scale, plain, scale_for

if TYPE_CHECKING:
    from orgsim.report.story import KpiNote, Story

Mood = Literal["good", "bad", ""]
AREAS = ("marketing", "sales", "logistics", "support", "customers", "company")
JUDGED_BY_EFFECT = ("customers", "company")
BESIDE_TARGETS = (
    "speed_to_lead",
    "slower_than_expected",
    "active_customers",
    "revenue",
    "contribution",
    "cash",
)
APART = ("leads", "bookings", "speed_to_lead", "otif")
"""KPIs outside the area customers of which base and niche are shown apart."""

SIZEABLE = 0.02
"""A target counts as beaten, a change as worth a word, from 2 % on."""
TRIFLE = 0.001
"""A difference below this share of what is usual is a trifle, however sure."""

CLEAR = 0.05
"""Ranks that agree by chance less often than this are called an agreement."""

MINUS = "\u2212"


def serves_company(rho: float, p_value: float, direction: int) -> str:
    """What is said of an area's number, turned so that more is better for the area, by its rho."""
    if p_value < CLEAR:
        amount = "more" if direction > 0 else "less"
        return f"{amount} is {'better' if rho > 0 else 'worse'} for the company"
    return "tells nothing clear of company value"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A judgement in words; `mood` says whether it is welcome."""

    words: str
    mood: Mood = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of a table in stored units: what it is, its target if any, and its estimates."""

    name: str
    title: str
    unit: str
    direction: int
    is_volume: bool = False
    segment: str = "all"
    target: float | None = None
    scenario: Estimate
    reference: Estimate
    difference: Estimate = NOTHING

    @property
    def scale(self) -> Scale:
        """How the row's numbers are shown."""
        return scale_for(self.unit, [self.scenario.mean, self.reference.mean, self.target or 0.0])

    @property
    def label(self) -> str:
        """The name of the number with its unit, or whose it is below the number of all."""
        if self.segment != "all":
            return f"- of them {self.segment}"
        title = plain(self.title)
        return f"{title}, {self.scale.unit}" if self.scale.unit else title

    @property
    def goal(self) -> str:
        """The target in words; nothing where there is none."""
        return "" if self.target is None else self.shown(self.target)

    @property
    def levels(self) -> tuple[str, str]:
        """Scenario and reference in words: mean ± half the interval, and mean."""
        own = spread(self.scenario, self.scale.factor, self._digits)
        return own, self.shown(self.reference.mean)

    @property
    def change(self) -> str:
        """The paired difference with its interval in words; nothing where there is none."""
        found = self.difference
        bounds = (bound * self.scale.factor for bound in (found.mean, found.low, found.high))
        return signed_range(*bounds, digits=self._digits) if found.n else ""

    @property
    def verdicts(self) -> tuple[Verdict, Verdict]:
        """Scenario and reference, each against the target."""
        if self.target is None:
            return Verdict(words=""), Verdict(words="")
        own, other = (
            against_target(level, self.target, self.direction)
            for level in (self.scenario, self.reference)
        )
        return own, other

    @property
    def verdict(self) -> Verdict:
        """The scenario against the reference."""
        direction = 0 if self.is_volume else self.direction
        return against_reference(self.difference, direction, self.reference.mean)

    @property
    def _digits(self) -> int:
        sizes = (self.scenario.mean, self.reference.mean, self.target or 0.0)
        known = [abs(size) * self.scale.factor for size in sizes if math.isfinite(size)]
        largest = max(known, default=0.0)
        # All of them, 100 %, is no reason to round the shares beside it to whole per cents.
        return 0 if largest > 100.01 else 1 if largest >= 10 else 2

    def shown(self, value: float, *, sign: bool = False) -> str:
        """A stored value in the row's unit and with its decimals."""
        return number(value * self.scale.factor, self._digits, sign=sign)


def attainments(story: Story) -> dict[str, list[Line]]:
    """Area -> its KPIs with a target, in the weeks a shock touches; nothing without a shock.

    Customers and company are left out: their targets are not what an area reports. A KPI of a
    department that is there stands there without a value, too.
    """
    card: dict[str, list[Line]] = {}
    for kpi in story.kpis.values() if story.windows else ():
        target = story.target(kpi.name)
        if kpi.area in JUDGED_BY_EFFECT or target is None or not kpi.direction:
            continue
        own, other = (
            story.during(kpi.name, ("all",), variant) for variant in (SCENARIO, REFERENCE)
        )
        if own.n or kpi.area in story.areas:
            line = _line(kpi, target=target, scenario=own, reference=other)
            card.setdefault(kpi.area, []).append(line)
    return {area: card[area] for area in sorted(card, key=AREAS.index)}


def effects(story: Story) -> dict[str, list[Line]]:
    """Area -> its whole run beside the reference, base and niche apart where there is a niche.

    Shown are KPIs with a target and those in `BESIDE_TARGETS` of all who are there, with or without
    a value, and at the end what the company is worth.
    """
    card: dict[str, list[Line]] = {}
    for kpi in story.kpis.values():
        if not kpi.is_judged and kpi.name not in BESIDE_TARGETS:
            continue
        of_all, base, niche = (whole_run(story, kpi, who) for who in ("all", "base", "niche"))
        if of_all.scenario.n or kpi.area in story.areas:
            card.setdefault(kpi.area, []).append(of_all)
        is_apart = kpi.area == "customers" or kpi.name in APART
        if is_apart and niche.scenario.n and (niche.scenario.mean or niche.reference.mean):
            card.setdefault(kpi.area, []).extend((base, niche))
    card.setdefault("company", []).extend(worth(story))
    return {area: card[area] for area in sorted(card, key=AREAS.index) if card[area]}


def _line(
    kpi: KpiNote,
    segment: str = "all",
    *,
    target: float | None,
    scenario: Estimate,
    reference: Estimate,
    difference: Estimate = NOTHING,
) -> Line:
    return Line(
        name=kpi.name,
        title=kpi.title,
        unit=kpi.unit,
        direction=kpi.direction,
        is_volume=kpi.is_volume,
        segment=segment,
        target=target,
        scenario=scenario,
        reference=reference,
        difference=difference,
    )


def whole_run(story: Story, kpi: KpiNote, segment: str) -> Line:
    """One KPI of one segment over the whole run; a target is for all customers together."""
    frame = story.summary
    rows = frame[(frame["kpi"] == kpi.name) & (frame["segment"] == segment)]
    own, other, change = (estimate(rows, what) for what in (SCENARIO, REFERENCE, "difference"))
    target = story.target(kpi.name) if segment == "all" else None
    return _line(kpi, segment, target=target, scenario=own, reference=other, difference=change)


def worth(story: Story) -> list[Line]:
    """Company value and cash trough; the first horizon is the KPI `contribution`."""
    frame = story.value_summary
    lines = []
    for name, called in list(HORIZONS.items())[1:]:
        rows = frame[frame["horizon"] == name]
        own, other, change = (estimate(rows, what) for what in (SCENARIO, REFERENCE, "difference"))
        line = Line(
            name=name,
            title=called.title,
            unit="EUR",
            direction=+1,
            scenario=own,
            reference=other,
            difference=change,
        )
        lines += [line] if own.n else []
    return lines


def against_target(level: Estimate, target: float, direction: int) -> Verdict:
    """Whether the whole interval of a mean lies beyond the target."""
    if not level.n:
        return Verdict(words="")
    low, high = level.low, level.high
    if not (math.isfinite(low) and math.isfinite(high)):
        return Verdict(words="not judged")
    if direction < 0:
        low, high, target = -high, -low, -target
    if low > target:
        return Verdict(words="beats", mood="good")
    if high < target:
        return Verdict(words="misses", mood="bad")
    is_near = abs(level.mean - abs(target)) < SIZEABLE * abs(target)
    return Verdict(words="in line" if is_near else "unclear")


def against_reference(difference: Estimate, direction: int, usual: float = 0.0) -> Verdict:
    """Whether the interval of the paired difference leaves out zero, and on which side.

    What is sure but under a thousandth of the reference's level, `usual`, matters to nobody.
    """
    mean, low, high = difference.mean, difference.low, difference.high
    if mean == 0 and (math.isnan(low) or low == high == 0):
        return Verdict(words="the same")
    if math.isnan(mean):
        return Verdict(words="")
    if math.isnan(low):
        return Verdict(words="not judged")
    if low <= 0 <= high:
        return Verdict(words="unclear")
    if abs(mean) < TRIFLE * abs(usual):
        return Verdict(words="hardly")
    if not direction:
        return Verdict(words="higher" if low > 0 else "lower")
    is_welcome = (low > 0) == (direction > 0)
    return (
        Verdict(words="better", mood="good") if is_welcome else Verdict(words="worse", mood="bad")
    )


def number(value: float, digits: int, *, sign: bool = False) -> str:
    """A figure with grouped thousands and a true minus sign; 'n/a' when not available."""
    if not math.isfinite(value):
        return "n/a"
    text = f"{abs(value):,.{digits}f}"
    if not text.strip("0.,"):
        return text
    return (MINUS if value < 0 else "+" if sign else "") + text


def spread(level: Estimate, factor: float, digits: int) -> str:
    """Mean ± half-width of the interval; its bounds where it ends at what is possible."""
    mean, low, high = (bound * factor for bound in (level.mean, level.low, level.high))
    text = number(mean, digits)
    if not math.isfinite(high - low):
        return text
    if math.isclose(high - mean, mean - low, rel_tol=1e-6, abs_tol=1e-9):
        return f"{text} ±{number(high - mean, digits)}"
    glue = "–" if low >= 0 else " to "
    return f"{text} ({number(low, digits)}{glue}{number(high, digits)})"


def signed_range(mean: float, low: float, high: float, *, digits: int) -> str:
    """A difference with its interval: '−532 (−720 to −344)'."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return number(mean, digits, sign=True)
    if low * high > 0:  # an interval that leaves out zero must show it
        nearest = min(abs(low), abs(high))
        digits = next((more for more in range(digits, 6) if round(nearest, more)), digits)
    text = number(mean, digits, sign=True)
    return f"{text} ({number(low, digits, sign=True)} to {number(high, digits, sign=True)})"
