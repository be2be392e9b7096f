"""A shock of six weeks beside the same firm without it, as the tests of signatures read them."""

from __future__ import annotations

from functools import cache

import numpy as np

from orgsim.config.compose import resolve
from orgsim.config.schema import Scenario
from orgsim.entities import Account
from orgsim.facts import AmountPosted, CallAbandoned, CallAnswered, ContactHandled
from orgsim.kernel.journal import Journal
from orgsim.kpis import measure
from orgsim.organisation import simulate
from orgsim.units import WEEK

SHORT = (
    "run.weeks=6", "run.warmup=2w", "customers.usual.weeks=20", "sales.quota.discount=0",
)  # fmt: skip
ONSET = 2  # week; the shocks' own length fits into four weeks


@cache
def run(scenario: str, *overrides: str, replication: int = 0) -> Journal:
    return simulate(resolved(scenario, *overrides), replication)


def resolved(scenario: str, *overrides: str) -> Scenario:
    shock = () if scenario == "baseline" else (f"shocks.{name_of(scenario)}.onset={ONSET}w",)
    return resolve(scenario, [*SHORT, *shock, *overrides]).scenario


def name_of(scenario: str) -> str:
    return "niche_campaign" if scenario.startswith("untapped") else scenario


def weekly(kind: type, scenario: str, *overrides: str, **only: int) -> np.ndarray:
    """How many facts of a kind there are in each measured week, two replications together."""
    total = np.zeros(6)
    for replication in (0, 1):
        columns = run(scenario, *overrides, replication=replication).columns(kind)
        chosen = columns["time"] >= 0
        for name, value in only.items():
            chosen &= columns[name] == value
        total += np.bincount((columns["time"][chosen] // WEEK).astype(int), minlength=7)[:6]
    return total


def ratio(kind: type, scenario: str, *overrides: str, **only: int) -> np.ndarray:
    """Weekly facts with the shock, over those without it."""
    return weekly(kind, scenario, *overrides, **only) / weekly(kind, "baseline", **only)


def abandoned(scenario: str) -> np.ndarray:
    """Share of callers who hung up, by week."""
    lost, heard = weekly(CallAbandoned, scenario), weekly(CallAnswered, scenario)
    return lost / (lost + heard)


def margin(scenario: str) -> float:
    """Contribution over revenue of the six weeks."""
    totals = measure(resolved(scenario), run(scenario)).totals
    return float(totals["value"][totals["kpi"].index("contribution_share")])


def cash_by_week(journal: Journal) -> np.ndarray:
    """EUR of cash at each measured week's end, since the clock started."""
    posted = journal.columns(AmountPosted)
    sign = (posted["debit"] == Account.CASH) * 1.0 - (posted["credit"] == Account.CASH)
    ends = np.arange(1, 7) * WEEK
    return np.array([(sign * posted["cents"])[posted["time"] <= end].sum() for end in ends]) / 100.0


def at_week_ends(journal: Journal, name: str) -> np.ndarray:
    """A gauge at the end of each measured week; the team's own where there are several."""
    gauges = journal.gauges()
    mine = (gauges["name"] == name) & (gauges["member"] == "") & (gauges["t"] > 0)
    return np.asarray(gauges["value"][mine])


def mean_hours(journal: Journal, *, after: float) -> float:
    handled = journal.columns(ContactHandled)
    return float(handled["handle_hours"][handled["time"] >= after].mean())
