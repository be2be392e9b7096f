"""KPIs of the company: revenue, contribution, cash, and value on three horizons (MODEL s.7)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from orgsim.departments.finance import EXPENSES
from orgsim.entities import Account, Floats
from orgsim.facts import AmountPosted
from orgsim.kpis.base import Kpi, Ratio, Window
from orgsim.kpis.lifetime import residual_clv


def movement(window: Window, *accounts: Account, against: Account | None = None) -> Floats:
    """EUR by which the accounts' balances (debit less credit) changed, per week.

    ``against`` is the account on the other side, if only what was posted against it counts.
    """
    posted = window.facts(AmountPosted)
    total = np.zeros(window.weeks)
    for side, other, sign in (("debit", "credit", 1.0), ("credit", "debit", -1.0)):
        mine = np.isin(posted[side], accounts)
        if against is not None:
            mine &= posted[other] == against
        amounts = sign * posted["cents"][mine] / 100.0
        total += window.per_week(posted["time"][mine], amounts, closing=True)
    return total


def contribution(window: Window) -> Floats:
    """Revenue less every expense but the write-off at the horizon, EUR per week."""
    running = [account for account in EXPENSES if account is not Account.WRITE_OFF]
    return -movement(window, Account.REVENUE) - movement(window, *running)


def cash(window: Window) -> Floats:
    """Cash at each week's end, counted from the first measured day."""
    running = np.cumsum(movement(window, Account.CASH))
    start = running[window.warmup - 1] if window.warmup else 0.0
    return np.asarray(running - start)


class Worth(NamedTuple):
    """A figure of the whole run beside the KPIs: its name in tables, and what it is."""

    column: str
    formula: str
    section: str


WORTHS = {
    "company_value": Worth(
        "horizon year+CLV, value_year_clv",
        "contribution of all measured weeks, less what left-over kits lose, plus the residual "
        "customer lifetime value (CLV) of who is there at the end, as residual_clv",
        "s.0.1",
    ),
    "cash_trough": Worth(
        "horizon cash trough, value_cash_trough",
        "deepest fall of cash from an earlier peak, week by week: what has to be financed",
        "s.0.1",
    ),
}
"""Figures that are no KPI of a week, as `orgsim explain` tells them."""


def horizons(window: Window) -> dict[str, list[object]]:
    """Value on three horizons (MODEL s.0.1), of which the signs may differ.

    The cash trough is the deepest fall of cash from an earlier peak, week by week: what has to be
    financed on the way.
    """
    year = float(contribution(window)[window.warmup :].sum())
    lost = float(movement(window, Account.WRITE_OFF)[window.warmup :].sum())
    future = float(residual_clv(window, "all")[-1])
    course = np.insert(cash(window)[window.warmup :], 0, 0.0)
    trough = float((course - np.maximum.accumulate(course)).min())
    return {
        "horizon": ["year", "year+CLV", "cash trough"],
        "value": [year, year - lost + future, trough],
    }


def _revenue(window: Window, segment: str) -> Ratio:
    return Ratio(-movement(window, Account.REVENUE), window.ones)


def _contribution(window: Window, segment: str) -> Ratio:
    return Ratio(contribution(window), window.ones)


def _margin(window: Window, segment: str) -> Ratio:
    return Ratio(contribution(window), -movement(window, Account.REVENUE))


def _cash(window: Window, segment: str) -> Ratio:
    return Ratio(cash(window), window.ones)


KPIS = (
    Kpi(
        name="revenue",
        title="Revenue",
        unit="EUR",
        area="company",
        direction=1,
        is_volume=True,
        section="s.7",
        formula="price of the orders delivered less those returned",
        open_items="orders not yet delivered are deferred revenue",
        over_time="sum",
        measure=_revenue,
    ),
    Kpi(
        name="contribution",
        title="Contribution",
        unit="EUR",
        area="company",
        direction=1,
        section="s.7",
        formula="revenue less every expense; left-over kits are written off in value, not here",
        over_time="sum",
        measure=_contribution,
    ),
    Kpi(
        name="contribution_share",
        title="Contribution margin",
        unit="share of revenue",
        area="company",
        direction=1,
        section="s.11",
        formula="contribution / revenue",
        measure=_margin,
    ),
    Kpi(
        name="cash",
        title="Cash since the start",
        unit="EUR",
        area="company",
        direction=1,
        section="s.7",
        formula="cash at the week's end less cash on the first measured day",
        over_time="last",
        measure=_cash,
    ),
)
