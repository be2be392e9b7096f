"""One short run with nearly everything switched on, and ways to plant a violation in it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from orgsim.facts_after_sale import (
    OrderTakenOnAccount,
)
from orgsim.kernel.journal import Journal
from orgsim.kpis.audit import audit
from orgsim.kpis.base import Columns, Window
from orgsim.organisation import simulate
from tests.unit.parts import firm

SCENARIO = firm(
    "shocks={launch: {kind: niche_campaign, onset: 0d, duration: 2w}}",
    "campaign.intensity=0.5",
    "customers.count=600",
    "customers.usual.weeks=50",
    "customers.loyalty.churn=0.01/d",
    "market.base_leads=60/d",
    "logistics.chassis.opening_stock=300",
    "logistics.chassis.opening_forecast=30",
    "support.agents={Mon-Sun 08-20: 2}",
    "support.crew.quitting=5/y",
    "support.staffing.reporting=0d",
    "support.staffing.hiring=1w",
    "logistics.kit.opening_stock=40",
    "logistics.stock_out={lost: 25%, substituted: 15%}",
    "logistics.overtime.most=15%",
    "logistics.haste=2",
    "logistics.accessories.fill=0.5",
    "logistics.accessories.policy=split",
    "logistics.returns.places=20",
    "customers.after_sale.returned=20%",
    "customers.after_sale.returned_late=20%",
    "finance.receivables.on_account=20%",
    "finance.receivables.paid_after={kind: fixed, mean: 7d}",
    "finance.receivables.reminded_after=8d",
    "run.weeks=4",
    "run.warmup=1w",
)

QUEUES = (
    "reps",
    "agents",
    "benches",
    "inspection",
    "backorders",
    "supplier.chassis",
    "supplier.kit",
)
"""Everything that somebody waits for, and that measures the waiting in two ways."""

Edit = Callable[[Columns], Columns]


@cache
def a_run() -> Journal:
    return simulate(SCENARIO, 0)


def copied(edits: dict[type, Edit], gauge: str = "", by: float = 1.0) -> Journal:
    """The run's journal with some facts edited, and so much more on a gauge of that name."""
    run, copy = a_run(), Journal()
    for kind in run.kinds():
        columns = run.columns(kind)
        columns = edits.get(kind, lambda same: same)(columns)
        copy.record_block(kind, *columns.values())
    gauges = run.gauges()
    for time, name, member, value in zip(
        *(gauges[name].tolist() for name in ("t", "name", "member", "value")), strict=True
    ):
        copy.record_gauge(time, name, member, value + by * (f"{name} {member}" == gauge))
    return copy


def failed(edits: dict[type, Edit] | None = None, gauge: str = "", by: float = 1.0) -> set[str]:
    checks = audit(Window(SCENARIO, copied(edits or {}, gauge, by)))
    return {
        str(name)
        for name, passed in zip(checks["check"], checks["passed"], strict=True)
        if not passed
    }


def drop(at: int = 0) -> Edit:
    return lambda columns: {name: np.delete(column, at) for name, column in columns.items()}


def repeat(columns: Columns) -> Columns:
    return {name: np.append(column, column[:1]) for name, column in columns.items()}


def more(field: str) -> Edit:
    """One more in the first row."""
    return moved(field)


def moved(field: str, at: int = 0, by: float = 1.0) -> Edit:
    """So much more in one row: a later time, a larger number."""

    def edit(columns: Columns) -> Columns:
        changed = columns[field].copy()
        changed[at] += by
        return {**columns, field: changed}

    return edit


def all_but_a_cent(columns: Columns) -> Columns:
    """Every order taken in the other variant returned a cent less."""
    changed = columns["returned_cents"] - 1
    return {**columns, "returned_cents": changed}


def only_other(later: type) -> Edit:
    """Drop the row of the first order of which the other kind tells."""

    def edit(columns: Columns) -> Columns:
        told = a_run().columns(later)
        mine = (columns["customer"] == told["customer"][0]) & (columns["nth"] == told["nth"][0])
        return {name: column[~mine] for name, column in columns.items()}

    return edit


def all_but_paid(columns: Columns) -> Columns:
    """As if no order that was paid when placed had been lost."""
    later = a_run().columns(OrderTakenOnAccount)
    on_account = set(zip(later["customer"].tolist(), later["nth"].tolist(), strict=True))
    orders = zip(columns["customer"].tolist(), columns["nth"].tolist(), strict=True)
    is_kept = np.array([order in on_account for order in orders])
    return {name: column[is_kept] for name, column in columns.items()}


def in_kind(columns: Columns) -> Columns:
    """All refunds as if they had been paid in cash."""
    return {**columns, "in_cash": np.ones_like(columns["in_cash"])}


def first_reported(kind: type, other: type, key: str = "lead") -> int:
    """The place of the first fact of a kind whose key the other kind has too."""
    columns, others = a_run().columns(kind), a_run().columns(other)
    return int(np.flatnonzero(np.isin(columns[key], others[key]))[0])
