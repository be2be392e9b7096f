"""Replications of a scenario as the behaviour tests read them: weekly KPIs and journals."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from orgsim.config.compose import resolve
from orgsim.entities import Component, Lever
from orgsim.facts import (
    AccountClosed,
    AmountPosted,
    BriefingHeld,
    GoodsReceived,
    LeverMoved,
    MessageReceived,
    MessageSent,
    OrderBackordered,
)
from orgsim.kernel.journal import Journal
from orgsim.kpis import measure
from orgsim.organisation import reference_of, simulate

NOT_WORK = (
    AccountClosed, AmountPosted, BriefingHeld, LeverMoved, MessageReceived, MessageSent,
)  # fmt: skip
"""Talking, deciding and paying; all other facts are of work or of customers."""


@dataclass(frozen=True)
class Replicated:
    """Weekly values (week x replication) and value horizons of a few replications."""

    weekly: pd.DataFrame
    value: pd.DataFrame
    breaks: pd.DataFrame
    audit: pd.DataFrame
    levers: pd.DataFrame
    cycles: int
    empty_cycles: int

    def course(self, kpi: str, segment: str = "all") -> np.ndarray:
        """One row per replication, one column per measured week."""
        mine = self.weekly.query("kpi == @kpi and segment == @segment and week >= 0")
        return mine.pivot(index="replication", columns="week", values="value").to_numpy()

    def lever(self, lever: Lever, weeks: range) -> np.ndarray:
        """Where a lever stands at each week's end; one row per replication."""
        moved = self.levers.query("lever == @lever")
        ends = np.array([168.0 * (week + 1) for week in weeks])
        stands = [
            own["value"].to_numpy()[np.searchsorted(own["time"], ends) - 1]
            for _, own in moved.groupby("replication")
        ]
        return np.array(stands)

    def at(self, horizon: str) -> np.ndarray:
        """EUR per replication."""
        return self.value.query("horizon == @horizon")["value"].to_numpy()

    def first(self, name: str) -> np.ndarray:
        """Week of the first break of each replication; NaN where it never broke."""
        own = self.breaks.query("name == @name").groupby("replication")["time"]
        return own.min().to_numpy() / 168.0


@cache
def replicated(name: str, replications: int, *overrides: str, alone: bool = False) -> Replicated:
    """Replications 0, 1 ... of a scenario, or of its reference (`alone`)."""
    scenario = resolve(name, overrides).scenario
    if alone:
        scenario = reference_of(scenario)
    measured = ("weekly", "value", "breaks", "audit")
    parts = {part: [] for part in (*measured, "levers")}
    cycles = np.zeros(2, dtype=int)
    for replication in range(replications):
        journal = simulate(scenario, replication)
        measures = measure(scenario, journal)
        cycles += _cycles(journal)
        found = {part: getattr(measures, part) for part in measured}
        found["levers"] = journal.columns(LeverMoved)
        for part, columns in found.items():
            parts[part].append(pd.DataFrame(columns).assign(replication=replication))
    frames = {part: pd.concat(pieces) for part, pieces in parts.items()}
    return Replicated(**frames, cycles=int(cycles[0]), empty_cycles=int(cycles[1]))


def _cycles(journal: Journal) -> np.ndarray:
    """Replenishment cycles of the chassis, and those in which the shelf was empty."""
    received, missing = (journal.columns(kind) for kind in (GoodsReceived, OrderBackordered))
    is_chassis = received["component"] == Component.CHASSIS
    arrivals = received["time"][is_chassis & (received["time"] >= 0)]
    is_chassis = missing["component"] == Component.CHASSIS
    short = missing["time"][is_chassis & (missing["time"] >= 0)]
    return np.array([arrivals.size, np.unique(np.searchsorted(arrivals, short)).size])


def work_of(name: str, *overrides: str) -> dict[str, dict[str, np.ndarray]]:
    """Every lead, order, parcel, ticket and customer fact of replication 0."""
    journal = simulate(resolve(name, overrides).scenario, 0)
    return {
        kind.__name__: journal.columns(kind) for kind in journal.kinds() if kind not in NOT_WORK
    }


def differences(left: dict, right: dict) -> list[str]:
    """Which kinds and columns differ, in any bit."""
    found = sorted(left.keys() ^ right.keys())
    for kind in sorted(left.keys() & right.keys()):
        found += [
            f"{kind}.{column}"
            for column in left[kind]
            if left[kind][column].tobytes() != right[kind][column].tobytes()
        ]
    return found
