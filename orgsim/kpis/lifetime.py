"""What the customers who are there are still worth: margin times lifetime (MODEL M5.12).

Measured: a group of one segment and source is worth, per customer,

    m r / (1 + i - r),    m = 365 x orders a day x margin per order,    r = exp(-365 h),

with the rates of the last 12 weeks, as if they were to last.

1. The margin is what repeat orders earn at what is asked and paid of late: the list price and the
   standard cost of stocked parts, each times its dial. Returns take their share of it: the price
   goes back and the parcel is paid once more, but part of the goods at standard cost is recovered.
2. h adds up who leaves by and by (M5.9), as expected from what each remembers, and who has left at
   once after a failure (M5.7).

Assumed: nobody's rate of leaving changes with age, so that r is one number; a recall or a promotion
within the 12 weeks counts as if it went on. Gupta & Lehmann (2005), Managing Customers as
Investments.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from orgsim.entities import Floats, Reaction, Segment, Source
from orgsim.facts import OrderDelivered
from orgsim.facts_after_sale import ReturnSent
from orgsim.facts_of_customers import CustomerReacted, GroupCounted
from orgsim.kpis.base import SEGMENTS, SOURCES, Columns, Kpi, Ratio, Window

WEEKS = 12
"""Over so many weeks rates are taken."""


def residual_clv(window: Window, segment: str) -> Floats:
    """EUR of future margin of the active customers at each week's end."""
    total = np.zeros(window.weeks)
    discount = window.scenario.finance.discount
    for part in Segment:
        if segment not in ("all", part.name.lower(), *SOURCES):
            continue
        margin = order_margin(window, part)
        for source in Source:
            if segment in SOURCES and source.name.lower() != segment:
                continue
            size, ordering = _counted(window, part, source, "ordering")
            people = np.maximum(_last(size), 1e-12)
            retention = np.exp(-365.0 * leaving_per_day(window, part, source))
            yearly = 365.0 * margin * _last(ordering) / people
            value, loss = size * yearly * retention, 1.0 + discount - retention
            # Who never leaves and is not discounted is worth no number; nobody is worth nothing.
            without_end = np.where(size > 0, np.nan, 0.0)
            total += np.divide(value, loss, out=without_end, where=loss > 0)
    return total


def leaving_per_day(window: Window, segment: Segment, source: Source) -> Floats:
    """Share of a group that leaves in a day (h), by and by or at once after a failure."""
    size, by_and_by = _counted(window, segment, source, "leaving")
    reacted = _of_group(window, CustomerReacted, segment, source)
    at_once = window.per_week(reacted["time"][reacted["reaction"] == Reaction.EXIT]) / 7.0
    return _last(by_and_by + at_once) / np.maximum(_last(size), 1e-12)


def order_margin(window: Window, segment: Segment) -> Floats:
    """EUR left of an order after goods, picking, carriage and returns, by the week."""
    scenario = window.scenario
    costs, sales, carrier = scenario.finance, scenario.sales, scenario.logistics.carrier
    price, parts, express = sales.price_base, costs.chassis_cost, 0.0
    if segment is Segment.NICHE:
        price, parts = sales.price_niche, parts + costs.kit_cost
        express = carrier.express_cost * scenario.organisation.handoff.order_fields
    earned = price * _dial(window, "marketing.price")
    bought = parts * _dial(window, "finance.unit_cost") + costs.extras_cost
    sent = scenario.logistics.picking_cost + carrier.standard_cost + express
    recovered = costs.return_recovery * (parts + costs.extras_cost)
    given_back = earned + carrier.standard_cost - recovered
    return earned - bought - sent - returned(window, segment) * given_back


def returned(window: Window, segment: Segment) -> Floats:
    """Parcels sent back per delivery of the last 12 weeks; none where nothing was delivered."""
    name = segment.name.lower()
    back, delivered = (_last(window.count(kind, name)) for kind in (ReturnSent, OrderDelivered))
    share = np.divide(back, delivered, out=np.zeros(window.weeks), where=delivered > 0)
    return np.minimum(share, 1.0)


def _of_group(window: Window, kind: type[Any], segment: Segment, source: Source) -> Columns:
    """A kind of fact of those of one segment who came from one source."""
    columns = window.facts(kind, source.name.lower())
    mine = columns["segment"] == segment
    return {name: column[mine] for name, column in columns.items()}


def _counted(window: Window, segment: Segment, source: Source, rate: str) -> tuple[Floats, Floats]:
    """How many a group are at each week's end, and the sum of their daily rates."""
    counted = _of_group(window, GroupCounted, segment, source)
    size, total = (
        window.per_week(counted["time"], column, closing=True)
        for column in (counted["active"], counted["active"] * counted[rate])
    )
    return size, total


def _dial(window: Window, name: str) -> Floats:
    """A dial's mean reading of the last 12 weeks."""
    return _last(window.gauge("dial", name)) / _last(window.ones)


def _last(values: Floats) -> Floats:
    """Sum over the last 12 weeks, fewer at the start."""
    sums = np.cumsum(np.insert(values, 0, 0.0))
    at = np.arange(values.size) + 1
    return np.asarray(sums[at] - sums[np.maximum(at - WEEKS, 0)])


def _clv(window: Window, segment: str) -> Ratio:
    return Ratio(residual_clv(window, segment), window.ones)


KPIS = (
    Kpi(
        name="residual_clv",
        title="Residual customer lifetime value (CLV)",
        unit="EUR",
        area="company",
        direction=1,
        section="M5.12",
        formula="active customers x m r / (1 + i - r), rates of the last 12 weeks: m yearly "
        "margin after returns, r share who stay a year, i discount rate",
        segments=(*SEGMENTS, *SOURCES),
        over_time="last",
        measure=_clv,
    ),
)
