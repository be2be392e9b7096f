"""Stores that orgsim and a peer can both run, period by period, and what orgsim makes of them.

By configuration alone (MODEL O5): Logistics and its supplier, with closed benches, so that orders
end where their parts are set aside. Time is cut at the reviews, which come every so many days at
six in the morning: a period ends when its review looks at the stock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from orgsim.config.schema import Scenario
from orgsim.departments.replenishment import MONDAY_MORNING
from orgsim.facts import GoodsOrdered, GoodsReceived, OrderAllocated
from orgsim.kernel.distributions import Discrete
from orgsim.kernel.draws import Draws
from orgsim.units import DAY
from tests.theory.departments_alone import SEED, Column, columns, lone, poisson, written

Numbers = NDArray[np.int64]
Facts = Mapping[str, Column]
JUST_BEFORE = 1e-6  # hours: what comes in at the hour of a review belongs to the next period


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A base stock reviewed every so many days, and what it is asked for."""

    mean: float
    """Units asked for a day."""
    deviation: float | None = None
    """None: they come one by one, as a Poisson process; else in a lot at midnight, normal."""
    level: int
    review_days: int
    lead: tuple[int, ...]
    """Reviews from an order until its units are there for the demand that follows, each as likely.

    Units that take 1 are there for the next period's demand: no time passes but the one between two
    reviews.
    """
    may_overtake: bool = False
    stop: tuple[int, int] | None = None
    """First and last period of an outage of the supplier."""
    weeks: int

    @property
    def review(self) -> float:
        return self.review_days * DAY

    @property
    def periods(self) -> int:
        """How many are compared; all orders of these are filled before the end."""
        return int(self.weeks * 7 / self.review_days) - 2 * max(self.lead) - 2

    @property
    def source(self) -> str:
        """Where the demand comes from, as a person writes it."""
        if self.deviation is None:
            return poisson(self.mean / DAY, "orders")
        size = f"mean: {self.mean}, deviation: {self.deviation}"
        return f"{{kind: normal_daily, {size}, to: orders, segment: base}}"

    @property
    def transit(self) -> Discrete[float]:
        """The supplier's lead time: the review's own period counts as one."""
        hours = tuple((lead - 1) * self.review for lead in self.lead)
        return Discrete[float](kind="discrete", values=hours, weights=(1.0,) * len(hours))


@dataclass(frozen=True, slots=True)
class Books:
    """What happened in each period, and the stock at its end."""

    demand: Numbers
    at_once: Numbers
    """Units of the demand that were filled at once."""
    on_hand: Numbers
    backorders: Numbers

    def after(self, period: int) -> Books:
        """What happened later."""
        return Books(*(getattr(self, column.name)[period:] for column in fields(self)))


def in_orgsim(store: Store, replication: int) -> tuple[Books, Numbers]:
    """Run the store; its books, and how many reviews what each period orders is on its way."""
    kinds = (OrderAllocated, GoodsReceived, GoodsOrdered)
    allocated, received, ordered = columns(_scenario(store), replication, *kinds)
    ends = np.arange(1.0, store.periods + 1.0) * store.review + MONDAY_MORNING - JUST_BEFORE
    books = books_at(ends, store.level, allocated, received)
    return books, _leads(store, replication, ordered["time"])


def books_at(ends: Column, opening: int, allocated: Facts, received: Facts) -> Books:
    """What the facts say of periods that end at these hours."""
    placed = allocated["time"] - allocated["waited"]
    asked = _so_far(ends, placed)
    at_once = _so_far(ends, placed[allocated["waited"] == 0.0])
    filled = _so_far(ends, allocated["time"])
    arrived = opening + _so_far(ends, received["time"], received["units"])
    return Books(
        demand=np.diff(asked, prepend=0),
        at_once=np.diff(at_once, prepend=0),
        on_hand=arrived - filled,
        backorders=asked - filled,
    )


def _scenario(store: Store) -> Scenario:
    stop = "{}"
    if store.stop:
        first, last = store.stop
        onset = first * store.review + MONDAY_MORNING - 1.0  # before that period's review
        duration = (last + 1 - first) * store.review + 1.0
        timing = f"onset: {onset}h, duration: {duration}h"
        stop = f"{{stop: {{kind: supplier_outage, component: chassis, remaining: 0, {timing}}}}}"
    settings = (
        f"logistics.chassis.policy={{kind: base_stock, level: {store.level}, "
        f"review: {store.review}h}}",
        f"logistics.chassis.opening_stock={store.level}",
        "logistics.capacity_per_day=0",
        "logistics.wave=2h",
        f"supplier.chassis={{capacity: null, transit: {written(store.transit)}, "
        f"crossing: {str(store.may_overtake).lower()}}}",
        f"shocks={stop}",
    )
    return lone("logistics,supplier", store.source, settings, store.weeks)


def _leads(store: Store, replication: int, ordered: Column) -> Numbers:
    """The luck of the n-th purchase order belongs to the period that placed it."""
    leads = np.full(store.periods + 1, min(store.lead))
    luck = Draws(SEED, replication).quantity("supplier.chassis.transit", store.transit)
    reviews = luck.block(np.arange(ordered.size)) / store.review + 1.0
    placed = np.rint((ordered - MONDAY_MORNING) / store.review).astype(np.int64)
    known = placed <= store.periods
    leads[placed[known]] = np.rint(reviews[known])
    return leads


def _so_far(ends: Column, times: Column, units: Column | None = None) -> Numbers:
    """How many units by the end of each period."""
    order = np.argsort(times, kind="stable")
    sums = np.cumsum(np.ones(times.size) if units is None else units[order])
    return np.concatenate(([0.0], sums))[np.searchsorted(times[order], ends)].astype(np.int64)
