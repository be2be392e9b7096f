"""What an outage and a season do to a shelf, and to whom (MODEL s.8, last column).

A shelf of chassis alone, by configuration: 40 are asked for at each midnight, supplies travel for
three weeks. With nothing left to chance, what differs is the shock's or the planner's doing.
"""

from __future__ import annotations

from functools import cache
from math import floor

import numpy as np
import pandas as pd
import pytest

from orgsim.config.compose import resolve
from orgsim.facts import GoodsOrdered, GoodsReceived, OrderBackordered
from orgsim.kernel.journal import Journal
from orgsim.kpis import measure
from orgsim.organisation import simulate
from orgsim.units import DAY, WEEK
from tests.theory.departments_alone import lone

A_DAY, OPENING, ONSET = 40, 400, 4 * WEEK
OUTAGE = "{kind: supplier_outage, onset: 4w, duration: 3w, component: chassis, remaining: 0}"


@cache
def shelf(seen: float | None, *, shocks: str = f"{{strike: {OUTAGE}}}", weeks: int = 30) -> Journal:
    """A planner who sees this share of what is on order, and wishes for the same stock at rest.

    None: who plans by the default firm's own rule.
    """
    rule: tuple[str, ...] = ()
    if seen is not None:
        on_order = A_DAY * 21
        policy = (
            "kind: anchor_and_adjust, review: 7d, smoothing: 0.36, stock_adjustment: 0.26, "
            f"desired_stock: {round(OPENING + seen * on_order)}, supply_line_weight: {seen}, "
            "lead_time: 21d"
        )
        rule = (f"logistics.chassis.policy={{{policy}}}",)
    scenario = lone(
        "logistics,supplier",
        f"{{kind: normal_daily, mean: {A_DAY}, deviation: 0, to: orders, segment: base}}",
        (
            *rule,
            f"logistics.chassis.opening_stock={OPENING}",
            f"logistics.chassis.opening_forecast={A_DAY}",
            "logistics.chassis.opening_deviation=0",
            "logistics.capacity_per_day=0",
            "logistics.wave=2h",
            "supplier.chassis={capacity: 2000/w, transit: {kind: fixed, mean: 21d}}",
            f"shocks={shocks}",
        ),
        weeks,
    )
    return simulate(scenario, 0)


def on_hand(journal: Journal) -> np.ndarray:
    gauges = journal.gauges()
    mine = (gauges["name"] == "on_hand") & (gauges["member"] == "chassis")
    return np.asarray(gauges["value"][mine])


def units(journal: Journal, kind: type, until: float) -> int:
    columns = journal.columns(kind)
    return int(columns["units"][columns["time"] < until].sum())


def test_an_outage_empties_the_shelf_when_all_that_was_made_before_is_sold() -> None:
    """The cover is what lies on the shelf and what has left the factory, over a day's demand."""
    journal = shelf(1.0)
    made = units(journal, GoodsOrdered, ONSET)
    cover = (OPENING + made) / A_DAY - ONSET / DAY
    assert cover > 21  # the outage itself is over by then: its end is felt a lead time later
    (first, *_) = journal.columns(OrderBackordered)["time"] / DAY
    assert first == floor(ONSET / DAY + cover)
    assert shelf(1.0, shocks="{}").count(OrderBackordered) == 0


def test_what_was_ordered_during_an_outage_comes_all_at_once() -> None:
    journal = shelf(1.0)
    received = journal.columns(GoodsReceived)
    during = (received["time"] >= ONSET + 21 * DAY + 6) & (received["time"] < ONSET + 42 * DAY)
    assert not during.any()
    back = ONSET + 42 * DAY
    late = units(journal, GoodsReceived, back + WEEK) - units(journal, GoodsReceived, back)
    assert late > 4 * 7 * A_DAY  # four orders at once


def test_recovery_overshoots_where_the_planner_forgets_what_is_on_order() -> None:
    """Sterman's mean subject sees a third of it; who sees all of it comes back to rest at once."""
    sighted, forgetful = (on_hand(shelf(seen)) for seen in (1.0, 0.34))
    usual = OPENING + A_DAY
    assert sighted[-1] == pytest.approx(usual, abs=20)
    assert forgetful[-1] == pytest.approx(usual, abs=20)
    assert sighted.max() < 1.05 * usual
    assert forgetful.max() > 1.5 * usual
    assert forgetful.argmax() > 7  # weeks: after the outage


def test_recovery_swings_the_orders_more_than_demand_ever_did() -> None:
    """The bullwhip of a shock: demand stands still, and orders rise by half and fall by a third."""
    journal = shelf(0.34)
    ordered = journal.columns(GoodsOrdered)
    later = ordered["time"] >= ONSET
    assert ordered["units"][later].max() > 1.4 * 7 * A_DAY
    assert ordered["units"][later].min() < 0.75 * 7 * A_DAY


def test_the_default_rule_orders_as_if_nothing_happened_and_overshoots_nothing() -> None:
    """It counts all that is on order, and demand stands still: an outage changes no order."""
    calm, struck = shelf(None, shocks="{}"), shelf(None)
    assert struck.count(OrderBackordered) > 0
    orders = [journal.columns(GoodsOrdered)["units"].tolist() for journal in (calm, struck)]
    assert orders[0] == orders[1]
    assert (on_hand(struck) <= on_hand(calm)).all()
    assert on_hand(struck)[-1] == on_hand(calm)[-1]
    assert np.ptp(on_hand(struck)[-10:]) < A_DAY  # at rest, and not on its way round


# -- the season, in the whole firm -----------------------------------------------------------------

SMALL_FIRM = (
    "run.weeks=20", "run.warmup=2w", "customers.usual.weeks=20", "customers.count=3000",
    "market.base_leads=25/d", "logistics.chassis.opening_stock=640",
    "logistics.chassis.opening_forecast=40", "logistics.chassis.opening_deviation=19",
    "logistics.chassis.policy.lead_time_cv=0", "supplier.chassis.capacity=null",
    "supplier.chassis.transit={kind: fixed, mean: 21d}", "shocks.seasonal_peak.onset=2w",
    "shocks.seasonal_peak.period=13w",
)  # fmt: skip


@cache
def fill_in_peaks(season: str) -> tuple[float, float]:
    """Line fill of the four weeks of the first peak and of the second."""
    own = f"logistics.chassis.policy.season={season}"
    scenario = resolve("seasonal_peak", [*SMALL_FIRM, own]).scenario
    weekly = pd.DataFrame(measure(scenario, simulate(scenario, 0)).weekly)
    fill = weekly.query("kpi == 'line_fill' and segment == 'all' and week >= 0")["value"].to_numpy()
    return float(fill[2:6].mean()), float(fill[15:19].mean())


@pytest.mark.long
def test_a_silo_copes_with_a_season_once_its_forecast_has_seen_one() -> None:
    blind, seasoned = fill_in_peaks("0d"), fill_in_peaks("13w")
    assert blind[0] == seasoned[0] < 0.8
    assert blind[1] < 0.8
    assert seasoned[1] > 0.97
