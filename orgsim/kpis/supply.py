"""KPIs of supply: orders lost to stock-outs, air freight, and the bullwhip (MODEL M3.7-M3.12)."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from orgsim.entities import Component, Floats
from orgsim.facts import GoodsExpedited, GoodsOrdered, OrderLost, OrderPlaced, OrderSubstituted
from orgsim.kpis.base import SEGMENTS, Kpi, Ratio, Window
from orgsim.kpis.fulfilment import PARTS, units_asked
from orgsim.units import WEEK

BULLWHIP_WEEKS = 26
"""Weeks over which orders to the supplier are compared with demand (MODEL M3.12)."""


def _lost(window: Window, segment: str) -> Ratio:
    return Ratio(window.count(OrderLost, segment), window.count(OrderPlaced, segment))


def _substituted(window: Window, segment: str) -> Ratio:
    return Ratio(window.count(OrderSubstituted, segment), window.count(OrderPlaced, segment))


def _units(window: Window, kind: type, component: str) -> Floats:
    """Units of a component in the facts of a kind, week by week.

    What was on its way when the clock started is written down at that instant, however long ago it
    was ordered: it is no order of the first week.
    """
    columns = window.facts(kind)
    mine = columns["component"] == Component[component.upper()]
    mine &= columns["time"] > window.ends[0] - WEEK
    return window.per_week(columns["time"][mine], columns["units"][mine])


def _expedited(component: str) -> Kpi:
    def measure(window: Window, _: str) -> Ratio:
        return Ratio(
            _units(window, GoodsExpedited, component), _units(window, GoodsOrdered, component)
        )

    return Kpi(
        name=f"expedited_{component}",
        title=f"{PARTS[component]} sent by air",
        unit="share",
        area="logistics",
        direction=0,
        section="M3.9",
        formula="units ordered by air / units ordered from the supplier",
        open_items="what was on its way when the clock started is left out",
        measure=measure,
    )


def _bullwhip(component: str) -> Kpi:
    def measure(window: Window, _: str) -> Ratio:
        return Ratio(
            trailing_variance(_units(window, GoodsOrdered, component)),
            trailing_variance(units_asked(window, Component[component.upper()])),
        )

    return Kpi(
        name=f"bullwhip_{component}",
        title=f"{PARTS[component]} bullwhip",
        unit="x",
        area="logistics",
        direction=-1,
        section="M3.12",
        formula="variance of weekly units ordered from the supplier / of weekly units asked for, "
        f"over the last {BULLWHIP_WEEKS} weeks",
        open_items=f"not available before {BULLWHIP_WEEKS} weeks, the warm-up included, "
        "nor where demand never varied; a week without an order counts as one of no units; what "
        "was on its way when the clock started is left out",
        over_time="last",
        measure=measure,
    )


def trailing_variance(units: Floats) -> Floats:
    """The variance over the weeks up to each, 0 while there are too few: a share of nothing."""
    variances = np.zeros(units.size)
    if units.size >= BULLWHIP_WEEKS:
        spans = sliding_window_view(units, BULLWHIP_WEEKS)
        variances[BULLWHIP_WEEKS - 1 :] = spans.var(axis=1)
    return variances


KPIS = (
    Kpi(
        name="lost_sales",
        title="Orders lost to stock-outs",
        unit="share",
        area="logistics",
        direction=-1,
        section="M3.7",
        formula="orders taken back at once over a missing part / orders placed",
        segments=SEGMENTS,
        measure=_lost,
    ),
    Kpi(
        name="substituted",
        title="Orders that took the other variant",
        unit="share",
        area="logistics",
        direction=-1,
        section="M3.7",
        formula="orders that took the other variant over a missing part / orders placed",
        segments=SEGMENTS,
        measure=_substituted,
    ),
    _expedited("chassis"),
    _expedited("kit"),
    _bullwhip("chassis"),
    _bullwhip("kit"),
)
