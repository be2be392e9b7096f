"""Stores of any ordering policy, alone and by configuration only (MODEL M3.3, O5), and their cost.

As in `peer_stores`: logistics and its supplier, with closed benches, so that orders end where their
parts are set aside. Time is cut at the reviews, or under continuous review twice in a lead time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from orgsim.config.schema import Scenario
from orgsim.departments.replenishment import MONDAY_MORNING
from orgsim.facts import GoodsOrdered, GoodsReceived, OrderAllocated
from orgsim.units import DAY, WEEK
from tests.theory.departments_alone import Column, columns, lone, poisson
from tests.theory.peer_stores import JUST_BEFORE, Books, books_at
from tests.theory.tools import Simulated, over_replications

HOLDING, BACKORDER = 1.0, 9.0
"""What a unit on hand, and one owed, cost for a period; or for an hour under continuous review."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stocked:
    """A store of any policy; `lead` in reviews, or in hours under continuous review.

    Units that take one review are there for the next period's demand, as in `peer_stores`.
    """

    policy: Mapping[str, object]
    opening: int
    mean: float
    """Units asked for a day, as a Poisson process."""
    lead: float
    review_days: int = 1
    """0: after every demand."""
    lost: float = 0.0
    weeks: int = 30

    @property
    def scenario(self) -> Scenario:
        review = self.review_days * DAY
        hours = (self.lead - 1) * review if review else self.lead
        policy = ", ".join(f"{key}: {value}" for key, value in self.policy.items())
        settings = (
            f"logistics.chassis.policy={{{policy}, review: {review}h}}",
            f"logistics.chassis.opening_stock={self.opening}",
            f"logistics.stock_out.lost={self.lost}",
            "logistics.capacity_per_day=0",
            "logistics.wave=2h",
            f"supplier.chassis={{capacity: null, transit: {{kind: fixed, mean: {hours}h}}, "
            "crossing: true}",
        )
        source = poisson(self.mean / DAY, "orders")
        return lone("logistics,supplier", source, settings, self.weeks)

    @property
    def ends(self) -> Column:
        """The ends of the periods; under continuous review, looks twice in a lead time."""
        if not self.review_days:
            return np.arange(2 * DAY, self.weeks * WEEK - DAY, self.lead / 2.0)
        periods = int(self.weeks * 7 / self.review_days - 4 * self.lead - 4)
        return np.arange(1.0, periods + 1.0) * self.review_days * DAY + MONDAY_MORNING - JUST_BEFORE

    def books(self, replication: int) -> Books:
        """What happened in each period of a replication."""
        facts = columns(self.scenario, replication, OrderAllocated, GoodsReceived)
        return books_at(self.ends, self.opening, *facts)


def cost_and_demand(store: Stocked, order_cost: float, replications: int) -> dict[str, Simulated]:
    """Per period, or per hour under continuous review; the first tenth is left out.

    Costs are flat around a good policy: an error in the demand shows in what is asked for.
    """
    costs, asked = [], []
    for replication in range(replications):
        kinds = (OrderAllocated, GoodsReceived, GoodsOrdered)
        allocated, received, ordered = columns(store.scenario, replication, *kinds)
        first = store.ends.size // 10
        kept = books_at(store.ends, store.opening, allocated, received).after(first + 1)
        start, end = store.ends[first], store.ends[-1]
        orders = np.count_nonzero((ordered["time"] > start) & (ordered["time"] < end))
        span = (end - start) / (store.review_days * DAY or 1.0)
        stock = (HOLDING * kept.on_hand + BACKORDER * kept.backorders).mean()
        costs.append(stock + order_cost * orders / span)
        asked.append(kept.demand.sum() / span)
    return {"cost": over_replications(costs), "asked for": over_replications(asked)}


def asked_for(store: Stocked) -> float:
    """What `cost_and_demand` should find to be asked for."""
    return store.mean * (store.review_days or 1.0 / DAY)
