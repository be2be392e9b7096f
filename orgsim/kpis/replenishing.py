"""KPIs of replenishment: cycles without a stock-out, how old backorders are, how stock turns (s.9).

A cycle of a component runs from one receipt to the next. An order that lacks two components is
recorded against the first of them, the chassis.

Reference: Silver, Pyke & Thomas (2017), Inventory and Production Management, ch. 6 (P1, cycle
service), ch. 2 (turnover).
"""

from __future__ import annotations

import numpy as np

from orgsim.entities import Account, Component, Floats
from orgsim.facts import GoodsReceived, OrderAllocated, OrderBackordered, OrderCancelled
from orgsim.kpis.base import SEGMENTS, Kpi, Ratio, Window
from orgsim.kpis.fulfilment import PARTS, times_short
from orgsim.kpis.joins import found, key_of, pick
from orgsim.kpis.money import movement
from orgsim.units import DAY, WEEK, YEAR


def _cycles(component: Component) -> Kpi:
    def measure(window: Window, _: str) -> Ratio:
        received = window.facts(GoodsReceived)
        ends = received["time"][received["component"] == component]
        is_whole = np.ones(ends.size + 1, dtype=bool)
        is_whole[np.searchsorted(ends, times_short(window, component), side="right")] = False
        return Ratio(window.per_week(ends, is_whole[:-1]), window.per_week(ends))

    name = component.name.lower()
    return Kpi(
        name=f"cycle_service_{name}",
        title=f"{PARTS[name]} cycles without stock-out",
        unit="share",
        area="logistics",
        direction=1,
        section="L3",
        formula="cycles in which no order lacked the part / cycles, by the week they end in",
        open_items="the cycle under way is left out",
        measure=measure,
    )


def _backorder_age(window: Window, segment: str) -> Ratio:
    """Age of the open at a week's end: the end times their number, less the sum of their starts."""
    missing = window.facts(OrderBackordered, segment)
    begun, ended = missing["time"], _ends(window, segment)
    hours = np.cumsum(window.per_week(begun, begun) - window.per_week(ended, begun))
    number = np.cumsum(window.per_week(begun) - window.per_week(ended))
    return Ratio((window.ends * number - hours) / DAY, number)


def _ends(window: Window, segment: str) -> Floats:
    """When each backorder was filled or cancelled; NaN while it is open."""
    keys = key_of(window.facts(OrderBackordered, segment), "customer", "nth")
    filled, cancelled = (
        pick(facts["time"], found(keys, facts))
        for facts in (window.facts(kind, segment) for kind in (OrderAllocated, OrderCancelled))
    )
    return np.fmin(filled, cancelled)


def _turns(window: Window, _: str) -> Ratio:
    sold = movement(window, Account.COST_OF_GOODS, against=Account.INVENTORY)
    yearly = sold * YEAR / WEEK
    return Ratio(yearly, np.cumsum(movement(window, Account.INVENTORY)))


KPIS = (
    *(_cycles(component) for component in Component),
    Kpi(
        name="backorder_age",
        title="Age of backorders",
        unit="d",
        area="logistics",
        direction=-1,
        section="s.9",
        formula="mean days that the orders waiting for a part at the week's end have waited",
        segments=SEGMENTS,
        measure=_backorder_age,
    ),
    Kpi(
        name="inventory_turns",
        title="Inventory turns",
        unit="1/a",
        area="logistics",
        direction=1,
        section="s.9",
        formula="standard cost of the stock sold, per year / value of stock at the week's end",
        open_items="goods set aside for orders not yet shipped are stock",
        measure=_turns,
    ),
)
