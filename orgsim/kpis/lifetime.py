"""What the customers who are there are still worth: margin times lifetime (MODEL M5.12).

Measured: a group of one segment and source is worth, per customer,

    m r / (1 + i - r),    m = 365 x orders a day x margin per order,    r = exp(-365 h),

with the rates of the last 12 weeks, as if they were to last.

1. The margin is what repeat orders earn at what is asked and paid of late: the list price and the
   standard cost of stocked parts, each times its dial. Returns take their share of it: the price
   goes back and the parcel is paid once more, but part of the goods at standard cost is recovered.
2. h adds up who leaves by and by (M5.9), as expected from what each remembers, and who has left at
   once after a failure (M5.7).
3. Gone with churn is what those would still have been worth who left beyond the hazard of calm
   times; realised is the margin of the orders that were delivered, discounted to hour 0.

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
from orgsim.facts_of_customers import CustomerLeft, CustomerReacted, GroupCounted
from orgsim.kpis.base import SEGMENTS, SOURCES, Columns, Kpi, Ratio, Window, rolling
from orgsim.units import DAY, WEEK

WEEKS = 12
"""Over so many weeks rates are taken."""


def residual_clv(window: Window, segment: str) -> Floats:
    """EUR of future margin of the active customers at each week's end."""
    total = np.zeros(window.weeks)
    for part, source in _groups(segment):
        size, _ = _counted(window, part, source, "leaving")
        worth = _worth(window, part, source, size, leaving_per_day(window, part, source))
        # Who never leaves and is not discounted is worth no number; nobody is worth nothing.
        total += np.where(size > 0, worth, 0.0)
    return total


def churned_clv(window: Window, segment: str) -> Floats:
    """EUR of future margin gone with those who left beyond the baseline hazard, each week.

    The baseline is h_0 m_source, at a satisfaction of 7.5 and a trust of .8 (M5.9). Each of them
    counts with what a customer is worth who leaves at that rate: at the rate of the week itself
    those who leave in a crowd would be worth nothing, for leaving in a crowd. A week in which fewer
    leave counts against those in which more do. There is some in a calm year, too, since some leave
    at once after a failure: a shock's is the difference to the reference.
    """
    total = np.zeros(window.weeks)
    for part, source in _groups(segment):
        size, _ = _counted(window, part, source, "leaving")
        usual = usual_leaving_per_day(window, source)
        left = window.per_week(_of_group(window, CustomerLeft, part, source)["time"])
        beyond = left - 7.0 * usual * size
        worth = _worth(window, part, source, beyond, np.full(window.weeks, usual))
        total += np.where(beyond != 0, worth, 0.0)
    return total


def realised_clv(window: Window, segment: str) -> Floats:
    """EUR of margin of each week's deliveries, discounted to the end of the warm-up."""
    total = np.zeros(window.weeks)
    for part, source in _groups(segment):
        delivered = window.per_week(_of_group(window, OrderDelivered, part, source)["time"])
        total += delivered * order_margin(window, part)
    years = (window.ends - WEEK / 2.0) / (365.0 * DAY)
    return np.asarray(total * (1.0 + window.scenario.finance.discount) ** -years)


def usual_leaving_per_day(window: Window, source: Source) -> float:
    """h_0 m_source: the rate at which customers of a source leave at S 7.5 and T .8 (M5.9)."""
    people = np.array([7.5]), np.array([0.8]), np.array([source]), np.zeros(1, dtype=int)
    return float(window.scenario.customers.loyalty.leaving_per_day(*people)[0])


def _worth(
    window: Window, segment: Segment, source: Source, people: Floats, leaving: Floats
) -> Floats:
    """EUR of future margin of so many people, m r / (1 + i - r) each; NaN without a bound."""
    size, ordering = _counted(window, segment, source, "ordering")
    rate = _last(ordering) / np.maximum(_last(size), 1e-12)
    yearly = 365.0 * order_margin(window, segment) * rate
    retention = np.exp(-365.0 * leaving)
    value, loss = people * yearly * retention, 1.0 + window.scenario.finance.discount - retention
    unbounded = np.full(window.weeks, np.nan)
    return np.asarray(np.divide(value, loss, out=unbounded, where=loss > 0))


def _groups(segment: str) -> list[tuple[Segment, Source]]:
    """The segments and sources that a cut of the KPI is made of."""
    return [
        (part, source)
        for part in Segment
        for source in Source
        if segment in ("all", part.name.lower(), source.name.lower())
    ]


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
    return rolling(values, WEEKS)


def _clv(window: Window, segment: str) -> Ratio:
    return Ratio(residual_clv(window, segment), window.ones)


def _churned(window: Window, segment: str) -> Ratio:
    return Ratio(churned_clv(window, segment), window.ones)


def _realised(window: Window, segment: str) -> Ratio:
    return Ratio(realised_clv(window, segment), window.ones)


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
    Kpi(
        name="churned_clv",
        title="Customer lifetime value gone with churn beyond the usual",
        unit="EUR",
        area="company",
        direction=-1,
        section="s.7",
        formula="(customers who left - those who leave at the usual rate of their source) x m r / "
        "(1 + i - r): m yearly margin after returns, r share who stay a year at that rate, i "
        "discount rate; a week with fewer counts against one with more; calm years have some, too",
        segments=(*SEGMENTS, *SOURCES),
        over_time="sum",
        measure=_churned,
    ),
    Kpi(
        name="realised_clv",
        title="Customer lifetime value realised",
        unit="EUR",
        area="company",
        direction=1,
        section="M5.12",
        formula="orders delivered x margin of an order (list price, mean costs and returns of the "
        "last 12 weeks), discounted at i to the start; what was spent to win them is not in it",
        segments=(*SEGMENTS, *SOURCES),
        over_time="sum",
        measure=_realised,
    ),
)
