"""When things were broken: what the dates a strategy team asks for are taken from (MODEL s.12 a).

A break is a stated threshold on one KPI, checked week by week over the measured weeks; a week
beyond it is dated to its last day. A stock-out is dated to the first order of a day that found the
shelf empty. Which of the dates was the first that counts is for `orgsim.experiment.compare` to say:
it depends on when a shock began, which the same firm without a shock does not know. Nothing in the
model reads these dates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from orgsim.entities import Bools, Component, Floats
from orgsim.kpis.base import Kpi, Window
from orgsim.kpis.fulfilment import times_short
from orgsim.units import DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """A named threshold: which KPI of which segment, and what counts as broken."""

    name: str
    kpi: str
    segment: str = "all"
    rule: str
    is_beyond: Callable[[Floats, Mapping[str, float]], Bools]
    least: int = 0
    """Cases a week must have before its ratio says anything."""
    seen_as: str = ""
    """The KPI by which its owner would notice, where that is another one."""
    topics: tuple[str, ...] = ()
    """Topics of messages that tell of it."""


BREAKS = (
    Break(
        name="otif",
        kpi="otif",
        seen_as="otif_on_record",
        topics=("stock_eta",),
        rule="5 points below target",
        is_beyond=lambda v, t: v < t["otif"] - 0.05,
    ),
    Break(
        name="otif_niche",
        kpi="otif",
        segment="niche",
        seen_as="otif_on_record",
        topics=("stock_eta",),
        rule="less than half",
        is_beyond=lambda v, t: v < 0.5,
        least=20,
    ),
    Break(
        name="backlog",
        kpi="backlog",
        topics=("stock_eta",),
        rule="twice its usual level",
        is_beyond=lambda v, t: v > 2.0 * t["before"],
    ),
    Break(
        name="abandonment",
        kpi="abandonment",
        rule="twice the target",
        is_beyond=lambda v, t: v > 2.0 * t["abandonment"],
    ),
    Break(
        name="replies",
        kpi="reply_time",
        rule="over a day",
        is_beyond=lambda v, t: v > 24.0,
        least=20,
    ),
    Break(
        name="fcr",
        kpi="fcr",
        rule="3 points below target",
        is_beyond=lambda v, t: v < t["fcr"] - 0.03,
    ),
    Break(
        name="satisfaction",
        kpi="satisfaction",
        segment="niche",
        rule="a point below target",
        is_beyond=lambda v, t: v < t["satisfaction"] - 1.0,
    ),
    Break(
        name="nps",
        kpi="nps",
        segment="niche",
        rule="below zero",
        is_beyond=lambda v, t: v < 0.0,
        least=20,
    ),
    Break(
        name="churn",
        kpi="churn",
        rule="a quarter above target",
        is_beyond=lambda v, t: v > 1.25 * t["churn"],
    ),
)

WEEKS_BEFORE = 8
"""Weeks just before the first measured week that say what is normal, as far as they exist."""


def breaks(window: Window, kpis: Mapping[str, Kpi]) -> dict[str, list[object]]:
    """Columns name, time: hours of each day or week on which a kind was broken.

    A kind that never broke has one row with NaN, so that every kind is in the table.
    """
    found = {f"cover_{part.name.lower()}": stock_outs(window, part) for part in Component}
    found |= {rule.name: _beyond(window, rule, kpis[rule.kpi]) for rule in BREAKS}
    rows = [
        (name, time) for name, times in found.items() for time in times.tolist() or [float("nan")]
    ]
    names, times = zip(*rows, strict=True)
    return {"name": list(names), "time": list(times)}


def stock_outs(window: Window, component: Component) -> Floats:
    """The first moment of each measured day at which an order lacked the component."""
    times = np.sort(times_short(window, component))
    times = times[times >= 0.0]
    _, first = np.unique(times // DAY, return_index=True)
    return np.asarray(times[first], dtype=float)


def _beyond(window: Window, rule: Break, kpi: Kpi) -> Floats:
    """The last day of each measured week beyond the threshold."""
    beyond, _ = weeks_beyond(window, rule, kpi)
    return window.ends[beyond] - DAY


def weeks_beyond(window: Window, rule: Break, kpi: Kpi) -> tuple[Bools, Floats]:
    """Which measured weeks are beyond the threshold, and each week's value; NaN: says nothing."""
    ratio = kpi.measure(window, rule.segment)
    values, normal = ratio.weekly(), dict(window.scenario.targets)
    if window.warmup:
        normal["before"] = float(values[: window.warmup][-WEEKS_BEFORE:].mean())
    try:
        beyond = rule.is_beyond(values, normal)
    except KeyError:  # the scenario has no target, or no week before, to fall short of
        return np.zeros(window.weeks, dtype=bool), values
    says_nothing = ratio.denominator < rule.least
    beyond &= ~says_nothing
    beyond[: window.warmup] = False
    return beyond, np.where(says_nothing, np.nan, values)
