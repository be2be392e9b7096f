"""What figures and sentences need of a finished run, and nothing else.

`Story.of(result)` is the one place where report meets the shape of a `RunResult`; everything
drawn is computed from the tables it picks here.

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

from orgsim.experiment.compare import first_breaks, response_times
from orgsim.experiment.point import left_out
from orgsim.kpis.base import limits
from orgsim.kpis.breaks import BREAKS
from orgsim.kpis.fulfilment import PARTS
from orgsim.report.measures import NOTHING, Course, Estimate, Floats, estimate
from orgsim.report.wording import calendar_week, capital, listed, plain, short_date

SCENARIO, REFERENCE = "scenario", "reference"
HOURS_PER_WEEK = 168.0
FEW = 5
"""Below so many replications intervals are too wide to conclude from, and bands an invention."""
DEMAND = ("leads", "orders", "contacts", "active_customers")
"""Where none of these is above 0, nobody wanted anything."""


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
    def is_judged(self) -> bool:
        """Whether the area is judged by it, against its target."""
        ...

    @property
    def is_volume(self) -> bool:
        """Whether more of it is neither good nor bad by itself, though a target asks for it."""
        ...


@dataclass(frozen=True, slots=True)
class Window:
    """When a shock was on, in weeks since the start; whose own act it was, if anybody's."""

    name: str
    start: float
    end: float
    by: str = ""
    planned: float = 0.0
    """When it ends, perhaps after the run."""

    def touches(self, weeks: int) -> NDArray[np.bool_]:
        """Which of so many weeks it touches."""
        week = np.arange(weeks)
        return (week + 1 > self.start) & (week < self.end)


@dataclass(frozen=True, kw_only=True)
class Story:
    """A finished run as figures see it."""

    name: str
    title: str
    question: str
    digest: str
    seed: int
    weeks: int
    start: date
    targets: Mapping[str, float]
    windows: tuple[Window, ...]
    left_out: str
    kpis: Mapping[str, KpiNote]
    areas: frozenset[str]
    """Whose numbers there are: the departments present, customers and company."""
    weekly: pd.DataFrame
    value: pd.DataFrame
    value_summary: pd.DataFrame
    breaks: pd.DataFrame
    responses: pd.DataFrame
    summary: pd.DataFrame
    replications: int
    _courses: dict[tuple[str, str, str], pd.DataFrame] = field(default_factory=dict, repr=False)

    @staticmethod
    def of(result: Any, kpis: Iterable[KpiNote] | None = None) -> Story:
        """Read a `RunResult`; `kpis` defaults to the registry of the package."""
        point, scenario = result.point, result.resolved.scenario
        run = scenario.run
        notes = {kpi.name: kpi for kpi in (_registered() if kpis is None else kpis)}
        weekly = result.weekly
        measured = weekly[weekly["week"].between(0, int(run.weeks) - 1)]
        windows = tuple(_windows(scenario.shocks, int(run.weeks)))
        return Story(
            name=str(point.name),
            title=str(point.title or point.name),
            question=str(point.question),
            digest=str(point.scenario_address),
            seed=int(run.seed),
            weeks=int(run.weeks),
            start=date.fromisoformat(str(run.start_date)[:10]),
            targets=_targets(scenario, notes),
            windows=windows,
            left_out=left_out(scenario),
            kpis=notes,
            areas=frozenset(scenario.organisation.parts) | {"company"},
            weekly=measured,
            value=result.value,
            value_summary=result.value_summary,
            breaks=first_breaks(result.breaks, since=_onset(windows) * HOURS_PER_WEEK),
            responses=response_times(result.responses, since=_onset(windows) * HOURS_PER_WEEK),
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
    def onset(self) -> float:
        """When the first shock began, in weeks since the start; 0 without one."""
        return _onset(self.windows)

    @property
    def without(self) -> str:
        """What the reference is called: the same time without what the scenario adds."""
        return f"no {self.left_out}" if self.left_out else "the scenario itself"

    @property
    def cut_short(self) -> str:
        """Which shocks go on beyond the run, and to when; nothing if none does."""
        return listed(
            [
                f"{one.name} goes on to {short_date(self.day(one.planned - 1 / 7))}"
                for one in self.windows
                if one.planned > one.end
            ]
        )

    @property
    def unclear(self) -> str:
        """What is said where a difference may be chance."""
        if self.replications < FEW:
            few = f"{self.replications} replications are few"
            return f"unclear: {'one replication' if self.replications == 1 else few}"
        return f"no clear difference from {self.without}"

    @property
    def is_alone(self) -> bool:
        """Whether the scenario is its own reference: no shock, and not a figure that differs."""
        return not self.windows and not self.summary["difference_mean"].fillna(0.0).any()

    @property
    def has_demand(self) -> bool:
        """Whether anybody wanted anything of the firm, as far as that was measured."""
        found = [self.course(kpi, ("all",)) for kpi in DEMAND]
        known = [course.values for course in found if course is not None]
        return not known or any(np.nanmax(values) > 0.0 for values in known)

    @property
    def shock_weeks(self) -> str:
        """How the weeks that a shock touches are called."""
        return f"{self.left_out.removesuffix('s')} weeks"

    @property
    def span(self) -> str:
        """How the measured time is called in a sentence."""
        return "the year" if self.weeks == 52 else f"{self.weeks} weeks"

    @property
    def source(self) -> str:
        """The line at the bottom of every figure."""
        run = f"run {self.name}" + (f" {self.digest[:12]}" if self.digest else "")
        sample = f"{self.replications} replication" + ("" if self.replications == 1 else "s")
        return f"orgsim · {run} · seed {self.seed} · simulated, {sample}"

    def day(self, week: float) -> date:
        """The calendar day of a moment given in weeks since the start."""
        # A day is no binary fraction of a week: its own start must not fall to the day before.
        return self.start + timedelta(days=math.floor(week * 7 + 1e-6))

    def course(self, kpi: str, segments: Iterable[str], variant: str = SCENARIO) -> Course | None:
        """The KPI over the weeks for the first of `segments` that has any value at all."""
        for segment in segments:
            rows = self._courses.get((variant, kpi, segment))
            if rows is None:
                continue
            replications, column = np.unique(rows["replication"], return_inverse=True)
            values = np.full((self.weeks, replications.size), np.nan)
            values[rows["week"], column] = rows["value"]
            values[np.isinf(values)] = np.nan
            if np.isfinite(values).any():
                return Course(values, tuple(int(r) for r in replications))
        return None

    def target(self, kpi: str) -> float | None:
        """The absolute target an area has set itself for a KPI."""
        value = self.targets.get(kpi)
        return None if value is None or not math.isfinite(value) else value

    def first_break(self, name: str) -> float | None:
        """When the shock first broke it, in weeks since the start, as `breaks` dates it.

        None where no more than half of the replications broke sooner than with the same luck in
        the reference: then it would have happened anyway.
        """
        for one in self.breaks[self.breaks["name"] == name].to_dict("records"):
            if one["earlier"] > 0.5:
                return float(one["median"]) / HOURS_PER_WEEK
        return None

    def in_how_many(self, name: str) -> str:
        """In how many it broke from the onset on, beside the reference; nothing if in all, none.

        The count is of the whole time: it stands apart from the median date of those that broke.
        """
        (one,) = self.breaks[self.breaks["name"] == name].to_dict("records")
        n = self.replications
        own, usual = (round(n * np.nan_to_num(one[key])) for key in ("share", "reference_share"))
        without = f" vs {usual}" if usual else ""
        return f": {own} of {n}{without}" if own < n or usual else ""

    def break_title(self, name: str) -> str:
        """What broke, in words: 'Order backlog: doubled', 'Niche kit out of stock'."""
        for rule in BREAKS:
            if rule.name == name and rule.kpi in self.kpis:
                whose = "" if rule.segment == "all" else f", {rule.segment}"
                return f"{plain(self.kpis[rule.kpi].title)}{whose}: {rule.rule}"
        part = PARTS.get(name.removeprefix("cover_"))
        return f"{part} out of stock" if part else capital(name.replace("_", " "))

    @property
    def touched(self) -> NDArray[np.bool_]:
        """Which weeks a shock touches; all of them if none does."""
        touched = _in_any(self.windows, self.weeks)
        return touched if touched.any() else ~touched

    @property
    def decided(self) -> NDArray[np.bool_]:
        """Which weeks are touched by what the firm itself decided; all if no shock touches any."""
        if not self.windows:
            return np.ones(self.weeks, dtype=bool)
        return _in_any([window for window in self.windows if window.by], self.weeks)

    @property
    def shock_time(self) -> str:
        """The weeks a shock touches, in dates: '26 Feb to 7 Apr, wk 9 to 14'."""
        edges = np.flatnonzero(np.diff(self.touched.astype(int), prepend=0, append=0))
        spells = [(self.day(a), self.day(b) - timedelta(days=1)) for a, b in edges.reshape(-1, 2)]
        dates = [f"{short_date(first)} to {short_date(last)}" for first, last in spells]
        weeks = [f"{calendar_week(a)} to {b.isocalendar().week}" for a, b in spells]
        return f"{listed(dates)}, {listed(weeks)}"

    def during(self, kpi: str, segments: Iterable[str], variant: str = SCENARIO) -> Estimate:
        """Mean of the KPI's weekly values over the weeks a shock touches."""
        course = self.course(kpi, segments, variant)
        if course is None:
            return NOTHING
        chosen = course.values[self.touched]
        is_there = np.isfinite(chosen).any(axis=0)
        found = Estimate.of(np.nanmean(chosen[:, is_there], axis=0))
        return found.within(*limits(self.kpis[kpi].unit)) if kpi in self.kpis else found

    def worth(self, horizon: str) -> Estimate:
        """Value of scenario minus reference in EUR with its paired 95 % interval."""
        frame = self.value_summary
        return estimate(frame[frame["horizon"] == horizon], "difference")

    @property
    def campaign_spend(self) -> Floats:
        """EUR that campaigns have cost, one number per replication."""
        course = self.course("campaign_spend", ("all",))
        return np.empty(0) if course is None else np.asarray(np.nansum(course.values, axis=0))

    def value_levels(self, horizon: str) -> Floats:
        """Value of the scenario in EUR, one number per replication."""
        frame = self.value[self.value["horizon"] == horizon]
        own = frame[frame["variant"] == SCENARIO].sort_values("replication")
        return own["value"].to_numpy(dtype=np.float64)

    def value_differences(self, horizon: str) -> Floats:
        """Value of scenario minus reference in EUR, one number per paired replication."""
        frame = self.value[self.value["horizon"] == horizon]
        wide = frame.pivot_table(index="replication", columns="variant", values="value")
        if not {SCENARIO, REFERENCE} <= set(wide.columns):
            return np.empty(0)
        difference: Floats = (wide[SCENARIO] - wide[REFERENCE]).to_numpy(dtype=np.float64)
        return difference[np.isfinite(difference)]


def _registered() -> Iterable[KpiNote]:
    from orgsim import kpis

    return kpis.KPIS


def _targets(scenario: Any, notes: Mapping[str, KpiNote]) -> dict[str, float]:
    return {
        name: float(scenario.targets[note.name])
        for name, note in notes.items()
        if note.is_judged and note.name in scenario.targets
    }


def _in_any(windows: Iterable[Window], weeks: int) -> NDArray[np.bool_]:
    """Which weeks any of the windows touches."""
    touched = np.zeros(weeks, dtype=bool)
    for window in windows:
        touched |= window.touches(weeks)
    return touched


def _onset(windows: Iterable[Window]) -> float:
    return min((window.start for window in windows), default=0.0)


def _windows(shocks: Mapping[str, Any], weeks: int) -> Iterable[Window]:
    for name, shock in shocks.items():
        start = shock.onset / HOURS_PER_WEEK
        planned = start + shock.duration / HOURS_PER_WEEK
        if start < weeks:
            end = min(float(weeks), planned)
            yield Window(name.replace("_", " "), start, end, shock.by, planned)
