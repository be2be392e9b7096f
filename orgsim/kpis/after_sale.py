"""KPIs of what makes an order perfect, and of what comes after it (MODEL s.9, M3.8, M3.11)."""

from __future__ import annotations

import numpy as np

from orgsim.entities import Account, Bools
from orgsim.facts import (
    AmountPosted,
    OrderDelivered,
    OrderPlaced,
    OrderShipped,
)
from orgsim.facts_after_sale import (
    AccessoriesMissed,
    InvoiceSent,
    RefundPaid,
    RestShipped,
    ReturnSent,
)
from orgsim.kpis.base import SEGMENTS, Columns, Kpi, Ratio, Window, rolling
from orgsim.kpis.fulfilment import SHORT, orders_due
from orgsim.kpis.identities import distinct, is_among
from orgsim.kpis.joins import key_of

BILLED_WEEKS = 4
"""Receivables are measured by what was billed in so many weeks: one may bill next to nothing."""


def _complete(window: Window, segment: str) -> Ratio:
    placed = window.facts(OrderPlaced, segment)
    lacking = [
        key_of(window.facts(kind, segment), "customer", "nth")
        for kind in (*SHORT, AccessoriesMissed)
    ]
    is_whole = ~is_among(key_of(placed, "customer", "nth"), distinct(np.concatenate(lacking)))
    return Ratio(window.per_week(placed["time"][is_whole]), window.count(OrderPlaced, segment))


def _perfect(window: Window, segment: str) -> Ratio:
    placed, delivered = (window.facts(kind, segment) for kind in (OrderPlaced, OrderDelivered))
    is_kept = (delivered["time"] < delivered["due"]) & delivered["complete"].astype(bool)
    is_kept &= delivered["due_on_record"] == delivered["due"]
    lost = key_of(placed, "customer", "nth")[_lost_on_record(placed)]
    is_kept &= ~is_among(key_of(delivered, "customer", "nth"), lost)
    kept = window.per_week(delivered["due"][is_kept] - 1e-6)
    return Ratio(kept, orders_due(window, segment))


def _lost_on_record(placed: Columns) -> Bools:
    """Orders whose record lacks something promised; express and set-up are promised together."""
    is_whole = placed["express_on_record"].astype(bool) & placed["setup_on_record"].astype(bool)
    return np.asarray(placed["express_promised"].astype(bool) & ~is_whole)


def _parcels(window: Window, segment: str) -> Ratio:
    shipped = window.count(OrderShipped, segment)
    return Ratio(shipped + window.count(RestShipped, segment), shipped)


def _returned(window: Window, segment: str) -> Ratio:
    return Ratio(window.count(ReturnSent, segment), window.count(OrderDelivered, segment))


def _refunded_late(window: Window, segment: str) -> Ratio:
    due = window.per_week(window.facts(ReturnSent, segment)["due"] - 1e-6)
    paid = window.facts(RefundPaid, segment)
    kept = paid["due"][paid["time"] < paid["due"]]
    return Ratio(due - window.per_week(kept - 1e-6), due)


def _days_outstanding(window: Window, segment: str) -> Ratio:
    posted = window.facts(AmountPosted)
    owed = np.zeros(window.weeks)
    for side, sign in (("debit", 1.0), ("credit", -1.0)):
        mine = posted[side] == Account.RECEIVABLES
        amounts = sign * posted["cents"][mine]
        owed += window.per_week(posted["time"][mine], amounts, closing=True)
    sent = window.facts(InvoiceSent)
    billed = rolling(window.per_week(sent["time"], sent["cents"]), BILLED_WEEKS)
    return Ratio(np.cumsum(owed), billed / rolling(window.days, BILLED_WEEKS))


def _disputed(window: Window, segment: str) -> Ratio:
    sent = window.facts(InvoiceSent, segment)
    disputed = window.per_week(sent["time"], sent["disputed"])
    return Ratio(disputed, window.count(InvoiceSent, segment))


KPIS = (
    Kpi(
        name="complete_orders",
        title="Orders complete from stock",
        unit="share",
        area="logistics",
        direction=1,
        section="M3.8",
        formula="orders every line of which was there when placed / orders placed",
        segments=SEGMENTS,
        measure=_complete,
    ),
    Kpi(
        name="perfect_orders",
        title="Perfect orders",
        unit="share",
        area="logistics",
        direction=1,
        section="s.9",
        formula="delivered by the originally promised date, in full, packed right and recorded as "
        "promised / orders due",
        open_items="as OTIF",
        segments=SEGMENTS,
        measure=_perfect,
    ),
    Kpi(
        name="parcels_per_order",
        title="Parcels per order",
        unit="parcels",
        area="logistics",
        direction=-1,
        section="M3.8",
        formula="first and second parcels sent / orders shipped",
        segments=SEGMENTS,
        measure=_parcels,
    ),
    Kpi(
        name="return_rate",
        title="Return rate",
        unit="share of deliveries",
        area="customers",
        direction=-1,
        section="M3.11",
        formula="orders sent back / orders delivered, in the same week",
        segments=SEGMENTS,
        measure=_returned,
    ),
    Kpi(
        name="late_refunds",
        title="Refunds paid late",
        unit="share",
        area="logistics",
        direction=-1,
        section="M3.11",
        formula="refunds not paid by the promised date / refunds due",
        open_items="a refund still open at its promised date counts as late on that date",
        segments=SEGMENTS,
        measure=_refunded_late,
    ),
    Kpi(
        name="days_sales_outstanding",
        title="Days sales outstanding (DSO)",
        unit="d",
        area="company",
        direction=-1,
        section="M3.11",
        formula="receivables at the week's end / amount billed per day of the last four weeks",
        open_items="open bills are the receivables",
        measure=_days_outstanding,
    ),
    Kpi(
        name="disputed_bills",
        title="Disputed bills",
        unit="share",
        area="company",
        direction=-1,
        section="M3.11",
        formula="bills disputed / bills sent",
        segments=SEGMENTS,
        measure=_disputed,
    ),
)
