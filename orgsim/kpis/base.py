"""What a KPI is, and the window on the journal it is measured in (MODEL s.9).

A KPI is a pure function of the facts: numerator and denominator per week, so that a week, a year
and any other span are each one ratio of sums and never a mean of means. Where nothing happened the
value is not available (NaN here, null in tables), never 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Any, Literal, NamedTuple, TypeVar

import numpy as np

from orgsim.config.schema import Scenario
from orgsim.entities import Bools, ContactChannel, Floats, Ints, Segment, Source
from orgsim.facts import LeadCreated
from orgsim.facts_of_customers import CustomerJoined
from orgsim.kernel.journal import Journal
from orgsim.units import WEEK

Area = Literal["marketing", "sales", "logistics", "support", "customers", "company"]
SEGMENTS: tuple[str, ...] = ("all", "base", "niche")
SOURCES: tuple[str, ...] = tuple(source.name.lower() for source in Source)
GROUPS: tuple[str, ...] = (*SEGMENTS, *SOURCES)
"""What a customer's KPI is reported by: everybody, a segment, or where customers came from."""
CHANNELS: tuple[str, ...] = tuple(channel.name.lower() for channel in ContactChannel)

Columns = dict[str, Any]
Built = TypeVar("Built")

_GROUPS: Mapping[str, tuple[str, IntEnum]] = {
    member.name.lower(): (column, member)
    for column, members in (("segment", Segment), ("source", Source), ("channel", ContactChannel))
    for member in members
}
"""What a KPI can be measured apart for: a word, the column that holds it and its code there."""

_LIMITS = {
    "share": (0.0, 1.0),
    "share/month": (0.0, math.inf),
    "0-1": (0.0, 1.0),
    "0-10": (0.0, 10.0),
    "pts": (-100.0, 100.0),
}


def limits(unit: str) -> tuple[float, float]:
    """What values in a unit can be: a share of cases lies between none of them and all."""
    return _LIMITS.get(unit, (-math.inf, math.inf))


class Ratio(NamedTuple):
    """Numerator and denominator per week; the warm-up's weeks come first."""

    numerator: Floats
    denominator: Floats

    def weekly(self) -> Floats:
        """The value of each week; NaN where there is nothing to divide by."""
        return _divide(self.numerator, self.denominator)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kpi:
    """One key performance indicator: whose it is, what it means, how it is measured.

    ``direction``: +1 more is better, -1 less is better, 0 neither. ``is_judged``: the scorecard
    judges the area by it, against its value in the scenario's `targets`; another KPI with a value
    there has a healthy value that judges nobody. ``over_time`` says what its value for
    the whole run is: the ratio of sums, the last week's value, or the sum of the weeks.
    ``is_volume``: more of it meets a target, and is good or bad only by what it leads to.
    ``open_items`` says how unfinished things count. ``segments`` are the groups it is measured for
    apart: segments of customers, the sources they came from, contact channels, or who made the
    promise.
    """

    name: str
    title: str
    unit: str
    area: Area
    direction: Literal[-1, 0, 1]
    is_judged: bool = False
    is_volume: bool = False
    section: str
    formula: str
    open_items: str = "none"
    segments: tuple[str, ...] = ("all",)
    over_time: Literal["ratio", "last", "sum"] = "ratio"
    measure: Callable[[Window, str], Ratio]

    def total(self, ratio: Ratio, warmup: int) -> float:
        """The value over the measured weeks."""
        if self.over_time == "ratio":
            sums = ratio.numerator[warmup:].sum(), ratio.denominator[warmup:].sum()
            return float(_divide(*(np.array([part]) for part in sums))[0])
        weekly = ratio.weekly()[warmup:]
        if self.over_time == "last":
            return float(weekly[-1])
        return float(weekly.sum())


class Window:
    """A journal seen week by week, from the start of the warm-up to the horizon."""

    def __init__(self, scenario: Scenario, journal: Journal) -> None:
        self.scenario = scenario
        self.journal = journal
        self.warmup = round(scenario.run.warmup / WEEK)
        self.weeks = self.warmup + scenario.run.weeks
        self.ends: Floats = np.arange(1.0 - self.warmup, self.weeks - self.warmup + 1.0) * WEEK
        self._cache: dict[tuple[type[Any], str], Columns] = {}
        self._built: dict[Callable[[Window], Any], Any] = {}

    def facts(self, kind: type[Any], segment: str = "all") -> Columns:
        """The columns of a kind of fact, of one segment, source or contact channel, or of all.

        A fact that does not name the source is put to where its customer, or lead, came from.
        """
        key = (kind, segment)
        if key not in self._cache:
            columns = self.journal.columns(kind)
            if segment != "all":
                name, code = _GROUPS[segment]
                if name == "source" and name not in columns:
                    mine = self._sources(columns) == code
                else:
                    mine = columns[name] == code
                columns = {name: column[mine] for name, column in columns.items()}
            self._cache[key] = columns
        return self._cache[key]

    def source_of(self, people: Ints, unknown: Source = Source.INSTALLED) -> Ints:
        """Where customers or leads came from; who never came was there at the start."""
        ids, sources = self._origins
        place = np.searchsorted(ids, people)
        return np.where(ids[place] == people, sources[place], unknown)

    def once(self, build: Callable[[Window], Built]) -> Built:
        """What ``build`` makes of this window, made when first asked for."""
        if build not in self._built:
            self._built[build] = build(self)
        return self._built[build]  # type: ignore[no-any-return]

    def week_of(self, times: Floats) -> Ints:
        """The index of the week of each moment; beyond the horizon, or never (NaN): `weeks`."""
        weeks = np.floor(np.asarray(times) / WEEK) + self.warmup
        return np.asarray(np.maximum(np.fmin(weeks, self.weeks), 0), dtype=np.int64)

    def per_week(
        self, times: Floats, amounts: Floats | Bools | None = None, *, closing: bool = False
    ) -> Floats:
        """Sum of ``amounts`` (or the count) in each week; ``closing`` entries end a week."""
        weeks = self.week_of(np.asarray(times) - 1e-6 if closing else times)
        return np.bincount(weeks, amounts, minlength=self.weeks + 1)[: self.weeks].astype(float)

    def count(self, kind: type[Any], segment: str = "all") -> Floats:
        """How many facts of a kind there were in each week."""
        return self.per_week(self.facts(kind, segment)["time"])

    def gauge(self, name: str, member: str = "") -> Floats:
        """A declared gauge's reading at each week's end."""
        gauges = self._gauges
        mine = (gauges["name"] == name) & (gauges["member"] == member)
        values = np.full(self.weeks + 1, np.nan)
        values[self.week_of(gauges["t"][mine] - 1e-6)] = gauges["value"][mine]
        return values[: self.weeks]

    def members(self, name: str) -> tuple[str, ...]:
        """Whose gauge of a name there is, in the order in which they were declared."""
        mine = self._gauges["name"] == name
        return tuple(dict.fromkeys(self._gauges["member"][mine].tolist()))

    def _sources(self, columns: Columns) -> Ints:
        """Sources by whom a fact is about; leads that no market created are a simple source's."""
        if "customer" in columns:
            return self.source_of(columns["customer"])
        return self.source_of(columns["lead"], Source.ORGANIC)

    @cached_property
    def _origins(self) -> tuple[Ints, Ints]:
        """Who came, rising, and from where: a customer who was a lead has the lead's number."""
        created, joined = self.facts(LeadCreated), self.facts(CustomerJoined)
        people = np.concatenate((created["lead"], joined["customer"]))
        sources = np.concatenate((created["source"], joined["source"]))
        order = np.argsort(people, kind="stable")
        ids = np.append(people[order], np.iinfo(np.int64).max)
        return ids, np.append(sources[order], Source.INSTALLED)

    @cached_property
    def _gauges(self) -> dict[str, Any]:
        return self.journal.gauges()

    @property
    def ones(self) -> Floats:
        """A denominator of one per week: the numerator is a level."""
        return np.ones(self.weeks)

    @property
    def days(self) -> Floats:
        """A denominator of seven days per week."""
        return np.full(self.weeks, 7.0)


def rolling(values: Floats, weeks: int) -> Floats:
    """Sum over so many weeks up to each, fewer at the start."""
    sums = np.cumsum(np.insert(values, 0, 0.0))
    at = np.arange(values.size) + 1
    return np.asarray(sums[at] - sums[np.maximum(at - weeks, 0)])


def _divide(numerator: Floats, denominator: Floats) -> Floats:
    result = np.full(np.shape(numerator), np.nan)
    np.divide(numerator, denominator, out=result, where=denominator != 0)
    return result
