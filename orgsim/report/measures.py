"""The two shapes every figure is drawn from: a course over the weeks and an estimate.

A course is one KPI over the measured weeks, one column per replication; its band is the middle
80 % of replications (a prediction band: where one more year would lie). An estimate is a mean over
replications with its 95 % t interval.

Reference: Law, Simulation Modeling and Analysis (5th ed.), s.4.5 and s.10.2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from orgsim.analysis.statistics import mean_interval

Floats = NDArray[np.float64]

BAND = 0.80


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

    def within(self, lowest: float, highest: float) -> Estimate:
        """The same with an interval that ends at what is possible."""
        low, high = np.clip([self.low, self.high], lowest, highest).tolist()
        return Estimate(self.mean, low, high, self.n)

    @staticmethod
    def of(values: Floats, level: float = 0.95) -> Estimate:
        """The mean of one value per replication with its t interval."""
        found = mean_interval(values, level)
        if found.value is None:
            return NOTHING
        span = found.interval
        low, high = (span.low, span.high) if span else (math.nan, math.nan)
        return Estimate(found.value, low, high, found.n)


NOTHING = Estimate(math.nan, math.nan, math.nan, 0)


def estimate(rows: pd.DataFrame, what: str) -> Estimate:
    """The first of the rows of a summary table: its `<what>_mean`, `_low`, `_high` and `_n`."""
    if rows.empty:
        return NOTHING
    row = rows.iloc[0]
    mean, low, high = (_number(row.get(f"{what}_{part}")) for part in ("mean", "low", "high"))
    n = int(_number(row.get(f"{what}_n", row.get("n"))) if math.isfinite(mean) else 0)
    # Of one replication there is no interval, whatever the table calls its bounds.
    return Estimate(mean, low, high, n) if n > 1 else Estimate(mean, math.nan, math.nan, n)


def _number(value: Any) -> float:
    number = math.nan if value is None or value is pd.NA else float(value)
    return number if math.isfinite(number) else math.nan


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

    def times(self, factor: float) -> Course:
        """Every value times `factor`."""
        return Course(self.values * factor, self.replications)
