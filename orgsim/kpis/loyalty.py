"""KPIs of who stays: repeat orders, and what is left of the customers who were won (MODEL s.9).

Reference: MODEL s.9 (repeat rate) and s.12 f (of those won, the share still there at the end).
"""

from __future__ import annotations

import numpy as np

from orgsim.entities import Source
from orgsim.facts import LeadWon, OrderPlaced
from orgsim.facts_of_customers import CustomerJoined, GroupCounted
from orgsim.kpis.base import SEGMENTS, SOURCES, Kpi, Ratio, Window
from orgsim.kpis.demand import CAME_FROM
from orgsim.kpis.experience import WEEKS_PER_MONTH, active


def _repeat(window: Window, group: str) -> Ratio:
    first = window.count(LeadWon, group)
    repeats = (window.count(OrderPlaced, group) - first) * WEEKS_PER_MONTH
    return Ratio(repeats, active(window, group))


def _still_there(window: Window, group: str) -> Ratio:
    counted = window.facts(GroupCounted, group)
    is_new = counted["source"] != Source.INSTALLED
    there = window.per_week(counted["time"][is_new], counted["active"][is_new], closing=True)
    return Ratio(there, np.cumsum(window.count(CustomerJoined, group)))


KPIS = (
    Kpi(
        name="repeat_orders",
        title="Repeat orders",
        unit="orders/month",
        area="customers",
        direction=1,
        section="s.9",
        formula="orders but the first of a new customer, per month / active customers",
        segments=(*SEGMENTS, *SOURCES),
        measure=_repeat,
    ),
    Kpi(
        name="still_there",
        title="Customers won who are still there",
        unit="share",
        area="customers",
        direction=1,
        section="s.12",
        formula="customers won since the clock started and active / customers won",
        segments=(*SEGMENTS, *CAME_FROM),
        over_time="last",
        measure=_still_there,
    ),
)
