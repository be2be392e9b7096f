"""KPIs of logistics: stock, backlog and whether promises were kept (MODEL s.9, M3).

Promises kept are a share of the orders *due*, where MODEL has those delivered: an order that never
comes is a promise broken on its day, not one that is left out. The line fill rate, which MODEL has
of all lines, is of main lines, one an order (L1): that an accessory was missing is on record
(`complete_orders` in after_sale), not how many lines there were.
"""

from __future__ import annotations

import numpy as np

from orgsim.departments.logistics import parts_of
from orgsim.entities import Component, Floats, Segment
from orgsim.facts import (
    OrderBackordered,
    OrderCancelled,
    OrderDelivered,
    OrderLost,
    OrderPlaced,
    OrderShipped,
    OrderSubstituted,
)
from orgsim.kpis.base import GROUPS, SEGMENTS, Kpi, Ratio, Window, rolling
from orgsim.kpis.identities import is_among
from orgsim.kpis.joins import key_of
from orgsim.units import DAY

PARTS = {"chassis": "Chassis", "kit": "Niche kit"}
"""How readers call a component: the chassis is in every product, the kit in the niche's only."""

SHORT = (OrderBackordered, OrderLost, OrderSubstituted)
"""What becomes of an order that finds a part missing: it waits, is lost, or takes the other."""


def times_short(window: Window, component: Component) -> Floats:
    """When orders found a component missing, whatever became of them."""
    of_each = [
        missing["time"][missing["component"] == component] for missing in map(window.facts, SHORT)
    ]
    return np.asarray(np.concatenate(of_each), dtype=float)


def made_with(window: Window, component: Component) -> list[Segment]:
    """The segments whose orders take a component from stock."""
    needs = parts_of(is_chassis_shared=window.scenario.logistics.is_chassis_shared)
    return [segment for segment, parts in needs.items() if component in parts]


def units_asked(window: Window, component: Component) -> Floats:
    """Units of a component that orders asked for, week by week."""
    segments = made_with(window, component)
    return sum((window.count(OrderPlaced, one.name.lower()) for one in segments), 0.0 * window.ones)


def _orders(window: Window, segment: str) -> Ratio:
    return Ratio(window.count(OrderPlaced, segment), window.days)


def _deliveries(window: Window, segment: str) -> Ratio:
    return Ratio(window.count(OrderDelivered, segment), window.days)


def _cancelled(window: Window, segment: str) -> Ratio:
    return Ratio(window.count(OrderCancelled, segment), window.days)


def _stock(component: str) -> Kpi:
    def measure(window: Window, segment: str) -> Ratio:
        return Ratio(window.gauge("on_hand", component), window.ones)

    return Kpi(
        name=f"stock_{component}",
        title=f"{PARTS[component]} stock",
        unit="units",
        area="logistics",
        direction=0,
        section="M3.3",
        formula="units on hand at the week's end",
        measure=measure,
    )


def _cover(component: str) -> Kpi:
    def measure(window: Window, _: str) -> Ratio:
        asked = units_asked(window, Component[component.upper()])
        demand = _trailing(asked, 4) / DAYS_PER_WEEK
        return Ratio(window.gauge("on_hand", component), demand)

    return Kpi(
        name=f"cover_{component}",
        title=f"{PARTS[component]} cover",
        unit="d",
        area="logistics",
        direction=0,
        section="s.9",
        formula="units on hand / mean daily orders that take it, of the last 4 weeks",
        measure=measure,
    )


DAYS_PER_WEEK = 7.0


def _trailing(values: Floats, weeks: int) -> Floats:
    """Mean of the last weeks, fewer at the start."""
    return rolling(values, weeks) / rolling(np.ones(values.size), weeks)


def _fill(window: Window, segment: str) -> Ratio:
    placed = window.count(OrderPlaced, segment)
    return Ratio(placed - sum(window.count(kind, segment) for kind in SHORT), placed)


def _kept(window: Window, segment: str, date: str) -> Floats:
    delivered = window.facts(OrderDelivered, segment)
    kept = (delivered["time"] < delivered[date]) & delivered["complete"]
    return window.per_week(delivered["due"][kept] - 1e-6)


def orders_due(window: Window, segment: str) -> Floats:
    """Orders whose promised date fell in each week; one that was lost was promised nothing."""
    placed, lost = (window.facts(kind, segment) for kind in (OrderPlaced, OrderLost))
    keys = (key_of(columns, "customer", "nth") for columns in (placed, lost))
    return window.per_week(placed["due"][~is_among(*keys)] - 1e-6)


def _otif(window: Window, segment: str) -> Ratio:
    return Ratio(_kept(window, segment, "due"), orders_due(window, segment))


def _otif_on_record(window: Window, segment: str) -> Ratio:
    return Ratio(_kept(window, segment, "due_on_record"), orders_due(window, segment))


def _delivery_days(window: Window, segment: str) -> Ratio:
    delivered = window.facts(OrderDelivered, segment)
    days = np.floor(delivered["time"] / DAY) - np.floor(delivered["placed"] / DAY)
    return Ratio(window.per_week(delivered["time"], days), window.count(OrderDelivered, segment))


def _backlog(window: Window, segment: str) -> Ratio:
    ends = (OrderShipped, OrderCancelled, OrderLost)
    gone = sum(window.count(kind, segment) for kind in ends)
    return Ratio(np.cumsum(window.count(OrderPlaced, segment) - gone), window.ones)


def _overdue(window: Window, segment: str) -> Ratio:
    placed, delivered = (window.facts(kind, segment) for kind in (OrderPlaced, OrderDelivered))
    closed = window.per_week(np.maximum(delivered["time"], delivered["due"]))
    closed += window.count(OrderCancelled, segment)  # nobody cancels before the promised date
    closed += window.per_week(window.facts(OrderLost, segment)["due"])
    return Ratio(np.cumsum(window.per_week(placed["due"]) - closed), window.ones)


KPIS = (
    Kpi(
        name="orders",
        title="Orders",
        unit="1/d",
        area="logistics",
        direction=0,
        section="s.9",
        formula="orders placed / days",
        segments=SEGMENTS,
        measure=_orders,
    ),
    Kpi(
        name="deliveries",
        title="Deliveries",
        unit="1/d",
        area="logistics",
        direction=0,
        section="s.9",
        formula="orders delivered / days",
        segments=SEGMENTS,
        measure=_deliveries,
    ),
    _stock("chassis"),
    _stock("kit"),
    _cover("chassis"),
    _cover("kit"),
    Kpi(
        name="line_fill",
        title="Line fill rate of main lines",
        unit="share",
        area="logistics",
        direction=1,
        is_judged=True,
        section="s.9",
        formula="main lines (one an order: chassis, and kit if any) filled from stock, as ordered, "
        "when placed / orders placed; accessories are no lines here: see complete_orders",
        segments=SEGMENTS,
        measure=_fill,
    ),
    Kpi(
        name="otif",
        title="Promises kept (OTIF)",
        unit="share",
        area="logistics",
        direction=1,
        is_judged=True,
        section="s.9",
        formula="delivered by the originally promised date and complete / orders due",
        open_items="an order still open at its promised date counts as broken on that date",
        segments=GROUPS,
        measure=_otif,
    ),
    Kpi(
        name="otif_on_record",
        title="Promises kept as logistics sees it",
        unit="share",
        area="logistics",
        direction=1,
        section="M2.6",
        formula="delivered by the date on the order record and complete / orders due",
        open_items="as OTIF",
        segments=SEGMENTS,
        measure=_otif_on_record,
    ),
    Kpi(
        name="delivery_days",
        title="Order to door",
        unit="d",
        area="logistics",
        direction=-1,
        section="s.0.3",
        formula="mean calendar days from order to delivery",
        open_items="orders not yet delivered are left out",
        segments=SEGMENTS,
        measure=_delivery_days,
    ),
    Kpi(
        name="backlog",
        title="Order backlog",
        unit="orders",
        area="logistics",
        direction=-1,
        section="s.9",
        formula="orders placed and neither shipped, cancelled nor lost at the week's end",
        segments=SEGMENTS,
        measure=_backlog,
    ),
    Kpi(
        name="overdue",
        title="Overdue orders",
        unit="orders",
        area="logistics",
        direction=-1,
        section="s.9",
        formula="orders past their promised date and not delivered at the week's end",
        segments=SEGMENTS,
        measure=_overdue,
    ),
    Kpi(
        name="cancelled",
        title="Cancelled orders",
        unit="1/d",
        area="logistics",
        direction=-1,
        section="M3.7",
        formula="orders cancelled / days",
        segments=SEGMENTS,
        measure=_cancelled,
    ),
)
