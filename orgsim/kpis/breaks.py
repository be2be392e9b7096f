"""When things first broke: the dates a strategy team asks for (MODEL s.12 a).

A break is a stated threshold on one KPI, checked week by week from the first measured week on; the
date is the end of the first week beyond it. Stock-outs are dated to the hour: the first order that
found the shelf empty. Nothing in the model reads these dates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from orgsim.entities import Bools, Component, Floats
from orgsim.facts import OrderBackordered
from orgsim.kpis.base import Kpi, Window


@dataclass(frozen=True, slots=True)
class Break:
    """A named threshold: which KPI of which segment, and what counts as broken."""

    name: str
    kpi: str
    segment: str
    rule: str
    is_beyond: Callable[[Floats, Mapping[str, float]], Bools]
    least: int = 0
    """Cases a week must have before its ratio says anything."""


BREAKS = (
    Break(
        "otif",
        "otif",
        "all",
        "more than 5 points below its target",
        lambda v, t: v < t["otif"] - 0.05,
    ),
    Break(
        "otif_niche", "otif", "niche", "most promises to the niche broken", lambda v, t: v < 0.5, 20
    ),
    Break(
        "backlog", "backlog", "all", "twice its level before", lambda v, t: v > 2.0 * t["before"]
    ),
    Break(
        "abandonment",
        "abandonment",
        "all",
        "twice its target",
        lambda v, t: v > 2.0 * t["abandonment"],
    ),
    Break("fcr", "fcr", "all", "3 points below its target", lambda v, t: v < t["fcr"] - 0.03),
    Break(
        "satisfaction",
        "satisfaction",
        "niche",
        "a full point below target",
        lambda v, t: v < t["satisfaction"] - 1.0,
    ),
    Break("nps", "nps", "niche", "more detractors than promoters", lambda v, t: v < 0.0, 20),
    Break(
        "churn", "churn", "all", "a quarter above its target", lambda v, t: v > 1.25 * t["churn"]
    ),
)

WEEKS_BEFORE = 8
"""Weeks just before the first measured week that say what is normal, as far as they exist."""


def first_breaks(window: Window, kpis: Mapping[str, Kpi]) -> dict[str, list[object]]:
    """Columns name, time: hours of the first break of each kind, NaN where it never broke."""
    names: list[object] = []
    times: list[object] = []
    for component in Component:
        names.append(f"cover_{component.name.lower()}")
        times.append(_first_stock_out(window, component))
    for rule in BREAKS:
        names.append(rule.name)
        times.append(_first_beyond(window, rule, kpis[rule.kpi]))
    return {"name": names, "time": times}


def _first_stock_out(window: Window, component: Component) -> float:
    missing = window.facts(OrderBackordered)
    times = missing["time"][(missing["component"] == component) & (missing["time"] >= 0.0)]
    return float(times[0]) if times.size else float("nan")


def _first_beyond(window: Window, rule: Break, kpi: Kpi) -> float:
    ratio = kpi.measure(window, rule.segment)
    values, normal = ratio.weekly(), dict(window.scenario.targets)
    if window.warmup:
        normal["before"] = float(values[: window.warmup][-WEEKS_BEFORE:].mean())
    try:
        beyond = rule.is_beyond(values, normal)
    except KeyError:  # the scenario has no target, or no week before, to fall short of
        return float("nan")
    beyond &= ratio.denominator >= rule.least
    beyond[: window.warmup] = False
    found = np.flatnonzero(beyond)
    return float(window.ends[found[0]]) if found.size else float("nan")
