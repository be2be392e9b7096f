"""What figures and sentences need of a finished run, and nothing else.

`Story.of(result)` is the one place where report meets the shape of a `RunResult`; everything
drawn is computed from the tables it picks here. A course is one KPI over the measured weeks, one
column per replication; its band is the middle 80 % of replications (a prediction band: where one
more year would lie), while differences carry 95 % t intervals of their mean.

Reference for paired differences on common random numbers: Law, Simulation Modeling and Analysis
(5th ed.), s.11.2.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

Floats = NDArray[np.float64]

SCENARIO, REFERENCE = "scenario", "reference"
HOURS_PER_WEEK = 168.0
BAND = 0.80
CONFIDENCE = 0.95


class KpiNote(Protocol):
    """What a figure must know of a KPI; `orgsim.kpis.Kpi` is one."""

    @property
    def name(self) -> str:
        """The key under which tables hold it."""
        ...

    @property
    def title(self) -> str:
        """Its name in words."""
        ...

    @property
    def unit(self) -> str:
        """The unit of the stored values."""
        ...

    @property
    def area(self) -> str:
        """Whose number it is."""
        ...

    @property
    def direction(self) -> int:
        """+1 when more is better, -1 when less is, 0 when neither."""
        ...

    @property
    def target(self) -> str | None:
        """The key of its target, if the area has one."""
        ...


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over replications with its 95 % interval; the bounds are NaN for one replication."""

    mean: float
    low: float
    high: float
    n: int

    @property
    def is_sure(self) -> bool:
        """Whether the interval exists and leaves out zero."""
        return self.low > 0.0 or self.high < 0.0

    @staticmethod
    def of(values: Iterable[float]) -> Estimate:
        """Student-t interval of the mean of the values that are available."""
        sample = np.asarray(list(values), dtype=float)
        sample = sample[np.isfinite(sample)]
        n = sample.size
        if n == 0:
            return Estimate(math.nan, math.nan, math.nan, 0)
        mean = float(sample.mean())
        if n == 1:
            return Estimate(mean, math.nan, math.nan, 1)
        half = float(stdtrit(n - 1, 0.5 + CONFIDENCE / 2)) * float(sample.std(ddof=1)) / n**0.5
        return Estimate(mean, mean - half, mean + half, n)


@dataclass(frozen=True, slots=True)
class Course:
    """One KPI over the measured weeks: `values` has a row per week, a column per replication."""

    values: Floats
    replications: tuple[int, ...]

    @property
    def weeks(self) -> Floats:
        """Where a week's value is drawn: its middle, in weeks since the start."""
        return np.arange(self.values.shape[0], dtype=np.float64) + 0.5

    @property
    def _is_shown(self) -> NDArray[np.bool_]:
        # A mean over few of the replications jumps whenever one of them joins or leaves.
        available = np.isfinite(self.values).sum(axis=1)
        return np.asarray(available >= max(1, math.ceil(self.values.shape[1] / 2)))

    @property
    def mean(self) -> Floats:
        """Mean over replications per week; NaN where fewer than half of them have a value."""
        shown = self._is_shown
        mean = np.full(shown.shape, np.nan)
        mean[shown] = np.nanmean(self.values[shown], axis=1)
        return mean

    def band(self) -> tuple[Floats, Floats] | None:
        """Bounds of the middle 80 % of replications per week, or None for one replication."""
        if len(self.replications) < 2:
            return None
        shown = self._is_shown
        bounds = np.full((2, shown.size), np.nan)
        tails = [0.5 - BAND / 2, 0.5 + BAND / 2]
        if shown.any():
            bounds[:, shown] = np.nanquantile(self.values[shown], tails, axis=1)
        return bounds[0], bounds[1]

    def minus(self, other: Course) -> Course | None:
        """The paired difference, replication by replication; None when no pair exists."""
        common = [r for r in self.replications if r in other.replications]
        if not common:
            return None
        mine = [self.replications.index(r) for r in common]
        theirs = [other.replications.index(r) for r in common]
        return Course(self.values[:, mine] - other.values[:, theirs], tuple(common))

    def cumulated(self) -> Course:
        """The running sum over the weeks; a week without a value adds nothing."""
        return Course(np.cumsum(np.nan_to_num(self.values), axis=0), self.replications)


@dataclass(frozen=True, slots=True)
class Window:
    """When a shock was on, in weeks since the start."""

    name: str
    start: float
    end: float


@dataclass(frozen=True, kw_only=True)
class Story:
    """A finished run as figures see it."""

    name: str
    title: str
    question: str
    digest: str
    seed: int | None
    weeks: int
    start: date
    targets: Mapping[str, float]
    windows: tuple[Window, ...]
    has_campaign: bool
    kpis: Mapping[str, KpiNote]
    weekly: pd.DataFrame
    value: pd.DataFrame
    breaks: pd.DataFrame
    summary: pd.DataFrame
    replications: int
    _courses: dict[tuple[str, str, str], pd.DataFrame] = field(default_factory=dict, repr=False)

    @staticmethod
    def of(result: Any, kpis: Iterable[KpiNote] | None = None) -> Story:
        """Read a `RunResult`; `kpis` defaults to the registry of the package."""
        resolved, scenario = result.resolved, result.resolved.scenario
        run = scenario.run
        notes = {kpi.name: kpi for kpi in (_registered() if kpis is None else kpis)}
        shocks = dict(getattr(scenario, "shocks", None) or {})
        weekly = result.weekly
        measured = weekly[weekly["week"] >= 0]
        return Story(
            name=str(resolved.name),
            title=str(scenario.title),
            question=str(scenario.question),
            digest=str(getattr(resolved, "digest", "") or getattr(result, "digest", "")),
            seed=getattr(run, "seed", None),
            weeks=int(run.weeks),
            start=date.fromisoformat(str(run.start_date)[:10]),
            targets=_targets(scenario, notes),
            windows=tuple(_windows(scenario, shocks, int(run.weeks))),
            has_campaign=any("campaign" in str(_get(s, "kind", n)) for n, s in shocks.items()),
            kpis=notes,
            weekly=measured,
            value=result.value,
            breaks=result.breaks,
            summary=result.summary,
            replications=int(weekly["replication"].nunique()) if len(weekly) else 0,
            _courses={
                (str(v), str(k), str(s)): rows
                for (v, k, s), rows in measured.groupby(
                    ["variant", "kpi", "segment"], observed=True, sort=False
                )
            },
        )

    @property
    def without(self) -> str:
        """What the reference is called: the same year without the scenario's shocks."""
        return "no campaign" if self.has_campaign or not self.windows else "no shock"

    @property
    def source(self) -> str:
        """The line at the bottom of every figure."""
        run = f"run {self.name}" + (f" {self.digest[:12]}" if self.digest else "")
        seed = "" if self.seed is None else f" · seed {self.seed}"
        return f"orgsim · {run}{seed} · simulated, {_times(self.replications, 'replication')}"

    def day(self, week: float) -> date:
        """The calendar day of a moment given in weeks since the start."""
        return self.start + timedelta(days=math.floor(week * 7))

    def course(self, kpi: str, segments: Iterable[str], variant: str = SCENARIO) -> Course | None:
        """The KPI over the weeks for the first of `segments` that has any value at all."""
        for segment in segments:
            rows = self._courses.get((variant, kpi, segment))
            if rows is None:
                continue
            table = rows.pivot_table(index="week", columns="replication", values="value")
            if table.empty or not self.weeks:
                continue
            table = table.reindex(range(self.weeks)).replace([np.inf, -np.inf], np.nan)
            values = table.to_numpy(dtype=float)
            if np.isfinite(values).any():
                return Course(values, tuple(int(r) for r in table.columns))
        return None

    def target(self, kpi: str) -> float | None:
        """The absolute target an area has set itself for a KPI."""
        value = self.targets.get(kpi)
        return None if value is None or not math.isfinite(value) else value

    def first_break(self, name: str) -> float | None:
        """When it first broke, in weeks: the median date, or None if most replications never."""
        frame = self.breaks
        if not {"variant", "name", "time"} <= set(frame.columns):
            return None
        chosen = (frame["variant"] == SCENARIO) & (frame["name"] == name)
        times = frame.loc[chosen, "time"].to_numpy(dtype=float, na_value=np.nan)
        middle = (
            float(np.median(np.where(np.isnan(times), np.inf, times))) if times.size else np.inf
        )
        return middle / HOURS_PER_WEEK if math.isfinite(middle) and middle >= 0 else None

    def value_differences(self, horizon: str) -> Floats:
        """Value of scenario minus reference in EUR, one number per paired replication."""
        frame = self.value[self.value["horizon"] == horizon]
        wide = frame.pivot_table(index="replication", columns="variant", values="value")
        if not {SCENARIO, REFERENCE} <= set(wide.columns):
            return np.empty(0)
        difference: Floats = (wide[SCENARIO] - wide[REFERENCE]).to_numpy(dtype=np.float64)
        return difference[np.isfinite(difference)]


def _times(n: int, noun: str) -> str:
    return f"{n} {noun}" + ("" if n == 1 else "s")


def _get(thing: Any, key: str, default: Any = None) -> Any:
    return thing.get(key, default) if isinstance(thing, Mapping) else getattr(thing, key, default)


def _registered() -> Iterable[KpiNote]:
    from orgsim import kpis

    registry: Iterable[KpiNote] = kpis.KPIS
    return registry


def _targets(scenario: Any, notes: Mapping[str, KpiNote]) -> dict[str, float]:
    targets = getattr(scenario, "targets", {})
    found = {name: _get(targets, note.target or name) for name, note in notes.items()}
    return {name: float(value) for name, value in found.items() if value is not None}


def _windows(scenario: Any, shocks: Mapping[str, Any], weeks: int) -> Iterable[Window]:
    for name, shock in shocks.items():
        onset = float(_get(shock, "onset", 0.0)) / HOURS_PER_WEEK
        duration = _get(shock, "duration")
        if duration is None:
            duration = _get(getattr(scenario, "campaign", None), "duration", 0.0)
        start, end = max(0.0, onset), min(float(weeks), onset + float(duration) / HOURS_PER_WEEK)
        if start < weeks and end > 0.0:
            yield Window(str(name).replace("_", " "), start, max(start, end))
