"""A run made by hand for drawing: the course of MODEL s.12 with noise, shaped like a RunResult."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd

from orgsim.experiment.compare import summarise, summarise_value

WEEK = 168.0
WEEKS_AFTER_LAUNCH = [-1, 0, 1, 2, 4, 5, 6, 13, 24, 50]
"""The story of MODEL s.12: one row per week after the launch, in between straight lines."""

SILO = {
    ("backlog", "all"): [410, 420, 466, 799, 1553, 1167, 463, 398, 419, 429],
    ("cover_kit", "niche"): [14, 12, 4, 0, 0, 18, 13, 17, 8, 6],
    ("otif", "base"): [0.93, 0.93, 0.92, 0.93, 0.9, 0.22, 0.56, 0.93, 0.93, 0.93],
    ("otif", "niche"): [np.nan, 0.57, 0.36, 0, 0, 0, 0.27, 0.37, 0.36, 0.37],
    ("contacts", "all"): [405, 388, 432, 446, 573, 643, 468, 407, 410, 413],
    ("aht", "all"): [7.0, 7.1, 7.2, 7.2, 6.3, 5.7, 6.8, 6.9, 6.9, 6.9],
    ("fcr", "all"): [0.75, 0.74, 0.73, 0.73, 0.69, 0.67, 0.74, 0.74, 0.74, 0.74],
    ("satisfaction", "niche"): [np.nan, np.nan, 7, 6.8, 5.5, 3.4, 3.6, 5.2, 6.3, 7.1],
    ("abandonment", "all"): [0.04, 0.04, 0.05, 0.06, 0.14, 0.22, 0.07, 0.04, 0.04, 0.04],
    ("leads", "all"): [250, 700, 1100, 1130, 820, 480, 290, 240, 245, 250],
    ("bookings", "all"): [20, 51, 83, 96, 75, 38, 26, 22, 21, 21],
    ("active_customers", "niche"): [0, 120, 500, 1000, 1900, 2050, 2000, 1700, 1500, 1282],
    ("active_customers", "base"): [
        15000,
        15000,
        15000,
        15000,
        14990,
        14960,
        14930,
        14880,
        14860,
        14850,
    ],
    ("contribution", "all"): [24e3, -26e3, -30e3, -30e3, -34e3, -30e3, -10e3, 24e3, 25e3, 25e3],
}
STEADY = {
    "backlog": 405,
    "cover_kit": 16,
    "otif": 0.93,
    "contacts": 405,
    "aht": 7.0,
    "fcr": 0.75,
    "abandonment": 0.04,
    "leads": 250,
    "bookings": 20,
    "contribution": 24e3,
    "satisfaction": 7.6,
    "cover_chassis": 15,
    "line_fill": 0.97,
    "churn": 0.02,
    "nps": 30.0,
    "win_rate": 0.2,
    "cash": 2.0e6,
    "service_level": 0.82,
    "active_customers": 15000,
}


@dataclass(frozen=True)
class Note:
    """A stand-in for `orgsim.kpis.Kpi`."""

    name: str
    title: str
    unit: str
    area: str
    direction: int
    is_judged: bool = False
    is_volume: bool = False


NOTES = (
    Note("leads", "Leads", "1/d", "marketing", 1, is_judged=True, is_volume=True),
    Note("bookings", "Bookings", "1/d", "sales", 1, is_judged=True, is_volume=True),
    Note("win_rate", "Win rate", "share", "sales", 1, is_judged=True),
    Note("cover_chassis", "Chassis cover", "d", "logistics", 0),
    Note("cover_kit", "Kit cover", "d", "logistics", 0),
    Note("line_fill", "Line fill", "share", "logistics", 1, is_judged=True),
    Note("otif", "Promises kept (OTIF)", "share", "logistics", 1, is_judged=True),
    Note("backlog", "Order backlog", "orders", "logistics", -1),
    Note("contacts", "Contacts", "1/d", "support", -1),
    Note("service_level", "Answered in 20 s", "share", "support", 1, is_judged=True),
    Note("abandonment", "Abandonment", "share", "support", -1, is_judged=True),
    Note("fcr", "Solved at first contact", "share", "support", 1, is_judged=True),
    Note("aht", "Handle time", "min", "support", -1, is_judged=True),
    Note("satisfaction", "Satisfaction", "0-10", "customers", 1, is_judged=True),
    Note("nps", "NPS", "pts", "customers", 1),
    Note("churn", "Churn", "share", "customers", -1, is_judged=True),
    Note("active_customers", "Active customers", "n", "customers", 1),
    Note("contribution", "Contribution", "EUR", "company", 1),
    Note("cash", "Cash", "EUR", "company", 1),
)
TARGETS = {
    "leads": 312.5,
    "bookings": 25.0,
    "win_rate": 0.2,
    "line_fill": 0.97,
    "otif": 0.94,
    "service_level": 0.8,
    "abandonment": 0.04,
    "fcr": 0.75,
    "aht": 7.0,
    "satisfaction": 7.5,
    "churn": 0.02,
}
PARTS = ("marketing", "sales", "logistics", "support", "customers")
BROKEN = {"cover_kit": 2.0, "otif": 0.6, "backlog": 2.4, "abandonment": 3.5}
"""What breaks first, in weeks after the launch."""


MEASURED = [*SILO, ("satisfaction", "base")]
MEASURED += [(k, "all") for k in STEADY if k not in {key for key, _ in SILO}]


def result(
    *,
    weeks: int = 60,
    replications: int = 20,
    name: str = "untapped_niche_campaign",
    title: str = "A campaign in an untapped niche, nobody told",
    start: str = "2024-01-01",
    factor: float = 1.0,
    worth: tuple[float, float, float] = (-297e3, -532e3, -350e3),
    has_reference: bool = True,
    shock: str = "niche_campaign",
) -> SimpleNamespace:
    """A finished run; `factor` multiplies every number, `worth` is the mean of each horizon.

    `shock` may name several, joined by +: each begins two weeks after the one before.
    """
    rng = np.random.default_rng(7)
    weekly = _weekly(rng, weeks, replications, factor)
    if "campaign" in shock:
        weekly = pd.concat([weekly, _spend(weeks, replications)], ignore_index=True)
    value = _value(rng, replications, factor, worth)
    if not shock:  # the scenario is its own reference
        weekly, value = (_alone(frame) for frame in (weekly, value))
    if not has_reference:
        weekly = weekly[weekly["variant"] == "scenario"]
        value = value[value["variant"] == "scenario"]
    shocks = {
        kind: _shock(kind, (8 + 2 * index) * WEEK)
        for index, kind in enumerate(shock.split("+") if shock else ())
    }
    briefing = SimpleNamespace(hours_per_agent=0.0)
    coordination = SimpleNamespace(briefing=briefing, overhead_per_week=0.0)
    scenario = SimpleNamespace(
        title=title,
        question="What does it do?",
        targets=TARGETS,
        run=SimpleNamespace(weeks=weeks, seed=1, start_date=start),
        shocks=shocks,
        organisation=SimpleNamespace(parts=PARTS, coordination=coordination),
    )
    measured = weekly[weekly["week"] >= 0]
    keys = ["variant", "replication", "kpi", "segment"]
    totals = measured.groupby(keys, as_index=False)["value"].mean()
    audit = pd.DataFrame({"replication": range(replications), "passed": True})
    return SimpleNamespace(
        weekly=weekly,
        totals=totals,
        value=value,
        breaks=_breaks(replications),
        responses=_responses(replications),
        audit=audit,
        summary=summarise(totals, audit),
        value_summary=summarise_value(value, audit),
        point=SimpleNamespace(
            name=name,
            title=title,
            question="?",
            scenario_address="3fa29c04d1e7aa55",
            reference="no campaign: the same without it",
            replications=replications,
        ),
        is_balanced=True,
        folder=Path("results/chart-data"),
        resolved=SimpleNamespace(name=name, scenario=scenario),
    )


def _shock(kind, onset):
    noun = "campaign" if "campaign" in kind else ""
    by = "marketing" if kind in ("niche_campaign", "promotion") else ""
    return SimpleNamespace(kind=kind, noun=noun, by=by, onset=onset, duration=6 * WEEK)


RESPONSES = {"detected": 2.0, "told": 2.5, "contained": 4.0, "recovered": 9.0}
"""When each step was reached, in weeks after the launch."""


def _responses(replications):
    """Every break of every replication; in the first no channel tells of any."""
    rows = [
        ("scenario", replication, name, step, (8 + after) * 168.0, None)
        for replication in range(replications)
        for name, began in BROKEN.items()
        for step, after in {"began": began, **RESPONSES}.items()
    ]
    columns = ["variant", "replication", "name", "step", "time", "reason"]
    frame = pd.DataFrame(rows, columns=columns)
    untold = (frame["step"] == "told") & (frame["replication"] == 0)
    frame.loc[untold, ["time", "reason"]] = [np.nan, "no channel tells of it"]
    return frame


def _alone(frame):
    own = frame[frame["variant"] == "scenario"]
    return pd.concat([own, own.assign(variant="reference")], ignore_index=True)


def _weekly(rng, weeks, replications, factor):
    week = np.arange(-2, weeks)
    shape = (replications, week.size)
    frames = []
    for kpi, segment in MEASURED:
        usual = STEADY[kpi]
        path = SILO.get((kpi, segment), [usual] * len(WEEKS_AFTER_LAUNCH))
        mean = np.interp(week - 8, WEEKS_AFTER_LAUNCH, path)
        own, shared = rng.normal(1.0, 0.03, (2, *shape))
        reference = np.full(shape, np.nan if segment == "niche" else usual) * shared
        for variant, values in (("scenario", mean * own), ("reference", reference)):
            columns = {
                "variant": variant,
                "replication": np.repeat(np.arange(replications), week.size),
                "week": np.tile(week, replications),
                "kpi": kpi,
                "segment": segment,
                "value": values.ravel() * factor,
            }
            frames.append(pd.DataFrame(columns))
    return pd.concat(frames, ignore_index=True)


def _spend(weeks, replications):
    """Six weeks of campaign, EUR 50 000 each, of which the run may see none."""
    spent = [50e3 if 8 <= week < 14 else 0.0 for week in range(weeks)]
    rows = [
        ("scenario", n, week, eur) for n in range(replications) for week, eur in enumerate(spent)
    ]
    frame = pd.DataFrame(rows, columns=["variant", "replication", "week", "value"])
    return frame.assign(kpi="campaign_spend", segment="all")


def _value(rng, replications, factor, worth):
    rows = []
    for replication in range(replications):
        for horizon, usual, change in zip(
            ("year", "year+CLV", "cash trough"), (1.2e6, 4e6, 0.4e6), worth, strict=True
        ):
            luck = rng.normal(0.0, 60e3)
            found = (usual + change + luck) * factor
            rows.append(("scenario", replication, horizon, found))
            rows.append(("reference", replication, horizon, usual * factor))
    return pd.DataFrame(rows, columns=["variant", "replication", "horizon", "value"])


def _breaks(replications):
    rows = [
        ("scenario", replication, name, (8 + weeks) * 168.0 + 24.0 * (replication % 5))
        for replication in range(replications)
        for name, weeks in BROKEN.items()
    ]
    return pd.DataFrame(rows, columns=["variant", "replication", "name", "time"])
