"""A hand-made journal of three weeks, and what a KPI makes of it.

The window: one week of warm-up (-1) and two measured weeks (0 and 1). Week 0 ends at hour 168.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest

from orgsim.entities import Account, Segment, Source
from orgsim.facts import AmountPosted, LeadCreated
from orgsim.kernel.journal import Journal
from orgsim.kpis import KPIS
from orgsim.kpis.base import Window
from orgsim.units import WEEK
from tests.unit.parts import firm

SCENARIO = firm("run.weeks=2", "run.warmup=1w")
BASE, NICHE = Segment.BASE, Segment.NICHE
BY_NAME = {kpi.name: kpi for kpi in KPIS}
Gauges = dict[tuple[str, str], Sequence[float]]
UNTURNED: Gauges = {
    ("dial", name): [1.0, 1.0, 1.0] for name in ("finance.unit_cost", "marketing.price")
}


def a_window(facts: Sequence[Any] = (), gauges: Gauges | None = None) -> Window:
    journal = Journal()
    for fact in facts:
        journal.record(fact)
    for (name, member), values in (UNTURNED | (gauges or {})).items():
        for week, value in enumerate(values):
            journal.record_gauge(week * WEEK, name, member, value)
    return Window(SCENARIO, journal)


class Value(NamedTuple):
    weekly: list[float]
    total: float


def value(
    name: str, facts: Sequence[Any] = (), segment: str = "all", gauges: Gauges | None = None
) -> Value:
    """Weeks -1, 0 and 1, and the value over the measured two."""
    window = a_window(facts, gauges)
    ratio = BY_NAME[name].measure(window, segment)
    return Value(ratio.weekly().tolist(), BY_NAME[name].total(ratio, window.warmup))


def about(*numbers: float) -> Any:
    return pytest.approx(list(numbers), nan_ok=True)


def posted(time: float, debit: Account, cents: int, credit: Account = Account.CASH) -> AmountPosted:
    return AmountPosted(time, debit, credit, cents)


LEADS = [LeadCreated(t, n, BASE, Source.ORGANIC) for n, t in enumerate((-100.0, 10.0, 167.9))]
LEADS.append(LeadCreated(168.0, 9, NICHE, Source.CAMPAIGN))
