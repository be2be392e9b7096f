"""Scenario against its reference: means with intervals, differences paired by replication.

What it is for: replication i of the scenario and of the reference meet the same customers with the
same luck (common random numbers), so the difference is taken within each pair and its interval is
narrower than that of two unrelated means. A figure without its uncertainty is not shown (DESIGN
s.1).

Assumptions: replications are independent; their means are near enough to normal for Student's t.
A KPI that is not available in a replication (null) leaves that replication out of its mean, and n
says how many were left; a replication whose audit failed is left out of everything.

Reference: A. Law (2015), Simulation Modeling and Analysis, s.10.2 (paired t), s.11.2 (common
random numbers).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from orgsim.analysis.statistics import Interval, mean_interval, paired_difference
from orgsim.experiment.point import VARIANTS
from orgsim.kpis import KPIS
from orgsim.kpis.base import limits

_FIGURES = ("mean", "low", "high", "n")


def summarise(totals: pd.DataFrame, audit: pd.DataFrame) -> pd.DataFrame:
    """One row per (kpi, segment): scenario, reference and difference, each mean, low, high, n.

    The column `n` is the number of replications looked at. An interval ends at what is possible:
    t intervals of few replications reach beyond it.
    """
    return _within_the_possible(_compare(_sound(totals, audit), ["kpi", "segment"]))


def summarise_value(value: pd.DataFrame, audit: pd.DataFrame) -> pd.DataFrame:
    """One row per horizon, with the columns of `summarise`, in EUR."""
    return _compare(_sound(value, audit), ["horizon"])


def plain_name(horizon: str) -> str:
    """A horizon of value as the tables name it in a column: 'year+CLV' is year_clv."""
    return re.sub(r"[^a-z0-9]+", "_", horizon.lower())


def failed_checks(audit: pd.DataFrame) -> pd.DataFrame:
    """The rows of the conservation audit that do not balance."""
    return audit[~audit["passed"].astype(bool)].reset_index(drop=True)


def variance_reduction(value: pd.DataFrame, horizon: str) -> float | None:
    """How many times fewer replications the paired difference needs than an unpaired one.

    (var a + var b) / var(a - b): 1 without gain, below 1 where pairing hurts, infinite if every
    pair differs by the same; None below two pairs.
    """
    pairs = _pairs(value[value["horizon"] == horizon])
    return paired_difference(pairs["reference"], pairs["scenario"]).variance_reduction


def first_breaks(breaks: pd.DataFrame, since: float = 0.0) -> pd.DataFrame:
    """When things first broke in the scenario, and how often there and in the reference.

    A break counts from `since` (hours, the first shock's onset) on, in both: before it they are
    the same world. Columns: name, share (of replications in which it happened), reference_share,
    earlier (share in which it happened sooner than with the same luck in the reference, or only
    here: what the shock did, since much breaks in a calm year, too), median, earliest, latest
    (hours, over the replications in which it happened), n. Sorted by median, what happened in no
    more than half of the replications last: the others lead the story. The median is the lower
    one: a moment that did occur in a replication.
    """
    counted = breaks.assign(time=breaks["time"].where(breaks["time"] >= since))
    rows = []
    for name, own in counted.groupby("name", sort=False):
        times, others = (
            own[own["variant"] == variant].groupby("replication")["time"].min()
            for variant in VARIANTS
        )
        usual = others.reindex(times.index).fillna(math.inf)
        rows.append(
            {
                "name": name,
                "share": float(times.notna().mean()),
                "reference_share": float(others.notna().mean()),
                "earlier": float((times < usual).mean()),
                "median": float(times.quantile(0.5, interpolation="lower")),
                "earliest": float(times.min()),
                "latest": float(times.max()),
                "n": len(times),
            }
        )
    columns = ["name", "share", "reference_share", "earlier", "median", "earliest", "latest", "n"]
    found = pd.DataFrame(rows, columns=columns).sort_values("median", kind="stable")
    rare = (found["share"] <= 0.5).to_numpy(dtype=bool)
    return pd.concat([found[~rare], found[rare]], ignore_index=True)


def response_times(responses: pd.DataFrame, since: float) -> pd.DataFrame:
    """How long each step of the response to a break took in the scenario (see `kpis.response`).

    One row per break and step, over the replications in which it broke: `n` of them, `count` that
    got so far, median, shortest and longest (hours from `since`, the first shock's onset), and the
    reason most frequent among the others. The median counts who never got there as later than
    everybody, so that medians of one break come in the order of its steps; none where most did
    not. It is the lower one: a time that did occur in a replication.
    """
    rows = []
    own = responses[responses["variant"] == "scenario"]
    began = own[(own["step"] == "began") & own["time"].notna()]
    broken = own.merge(began[["replication", "name"]], on=["replication", "name"])
    for (name, step), cases in broken.groupby(["name", "step"], sort=False):
        took = cases["time"] - since
        missing = cases.loc[cases["time"].isna(), "reason"]
        middle = float(took.fillna(math.inf).quantile(0.5, interpolation="lower"))
        rows.append(
            {
                "name": name,
                "step": step,
                "median": middle if math.isfinite(middle) else math.nan,
                "shortest": float(took.min()),
                "longest": float(took.max()),
                "count": int(took.count()),
                "n": len(cases),
                "reason": next(iter(missing.mode()), None),
            }
        )
    columns = ["name", "step", "median", "shortest", "longest", "count", "n", "reason"]
    return pd.DataFrame(rows, columns=columns)


def _sound(frame: pd.DataFrame, audit: pd.DataFrame) -> pd.DataFrame:
    """Without the replications of which either variant failed its audit."""
    return frame[~frame["replication"].isin(failed_checks(audit)["replication"].unique())]


def _compare(frame: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    replications = int(frame["replication"].nunique())
    rows = []
    for key, own in frame.groupby(list(keys), sort=False):
        pairs = _pairs(own)
        difference = paired_difference(pairs["reference"], pairs["scenario"])
        row: dict[str, object] = dict(zip(keys, key, strict=True))
        for variant in VARIANTS:
            estimate = mean_interval(pairs[variant])
            row |= _figures(variant, estimate.value, estimate.interval, estimate.n)
        row |= _figures("difference", difference.mean, difference.interval, difference.n)
        rows.append(row | {"n": replications})
    columns = [f"{what}_{f}" for what in (*VARIANTS, "difference") for f in _FIGURES]
    return pd.DataFrame(rows, columns=[*keys, *columns, "n"])


def _within_the_possible(summary: pd.DataFrame) -> pd.DataFrame:
    possible = {kpi.name: limits(kpi.unit) for kpi in KPIS}
    least, most = (
        summary["kpi"].map({name: bounds[end] for name, bounds in possible.items()})
        for end in (0, 1)
    )
    ends = dict.fromkeys(VARIANTS, (least, most)) | {"difference": (least - most, most - least)}
    for what, (lowest, highest) in ends.items():
        for end in (f"{what}_low", f"{what}_high"):
            summary[end] = summary[end].clip(lowest, highest)
    return summary


def _pairs(frame: pd.DataFrame) -> pd.DataFrame:
    """One row per replication, one column per variant, NaN where not available."""
    wide = frame.pivot(index="replication", columns="variant", values="value")
    return wide.reindex(columns=list(VARIANTS)).astype(float)


def _figures(
    what: str, mean: float | None, interval: Interval | None, n: int
) -> dict[str, float | int]:
    """The columns of one estimate; what is not available is NaN."""
    return {
        f"{what}_mean": np.nan if mean is None else mean,
        f"{what}_low": np.nan if interval is None else interval.low,
        f"{what}_high": np.nan if interval is None else interval.high,
        f"{what}_n": n,
    }
