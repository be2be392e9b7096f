"""Logistics and its supplier against stockpyl: base stocks by review and by demand.

Twice. Given the same demand and lead times, the books of every single period must be those that
stockpyl's simulation keeps: that finds any error in what is ordered, received and filled when, and
cannot raise a false alarm. With luck of orgsim's own, what the stock costs agrees in the mean with
stockpyl's closed form: a correct program fails in one of all these means once in 10 000 runs, and
an error of 3 % in the demand or the lead time would be found with a chance of 95 %.

Lead times without crossing and outages have no closed form; stockpyl's simulation has neither
continuous review nor lost sales.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace

import numpy as np
import pytest

from orgsim.facts import GoodsReceived, OrderAllocated
from orgsim.units import DAY, WEEK
from tests.theory.departments_alone import columns, shelf_alone
from tests.theory.formulas import Shelf
from tests.theory.peer_stockpyl import base_stock_cost, in_stockpyl
from tests.theory.peer_stores import Books, Store, books_at, in_orgsim
from tests.theory.tools import FALSE_ALARM, PLANTED, Simulated, assert_matches, over_replications

NEXT_DAY = Store(mean=20.0, level=24, review_days=1, lead=(1,), weeks=25)
DAILY = Store(mean=20.0, level=60, review_days=1, lead=(3,), weeks=25)
LONG_LEAD = Store(mean=8.0, level=102, review_days=1, lead=(12,), weeks=60)
WEEKLY = Store(mean=40.0, deviation=12.0, level=880, review_days=7, lead=(3,), weeks=104)
UNSTEADY = Store(mean=20.0, deviation=6.0, level=125, review_days=1, lead=(2, 4, 7), weeks=60)
STORES = {
    "units that are there for the next day": NEXT_DAY,
    "a lead time of three days": DAILY,
    "eleven orders under way": LONG_LEAD,
    "a review a week": WEEKLY,
    "random lead times, no shipment overtakes": UNSTEADY,
    "random lead times, shipments overtake": replace(UNSTEADY, may_overtake=True),
    "a supplier that stops for four weeks": replace(WEEKLY, stop=(20, 23)),
}
BY_REVIEW = [
    pytest.param(DAILY, id="a lead time of three days"),
    pytest.param(NEXT_DAY, id="units that are there for the next day", marks=pytest.mark.long),
]
STEADY = Shelf(demand=10.0, lead_time=1.0, reorder=11)
BY_DEMAND = [
    pytest.param(replace(STEADY, lead_time_cv=0.5), id="random lead times"),
    pytest.param(STEADY, id="fixed lead times", marks=pytest.mark.long),
]
PRICES = {"cost where owing is dear": (1.0, 9.0), "cost where holding is dear": (9.0, 1.0)}
REPLICATIONS = 40


@pytest.mark.parametrize("store", STORES.values(), ids=STORES.keys())
def test_every_period_ends_as_in_stockpyl_with_the_same_luck(store: Store) -> None:
    ours, leads = in_orgsim(store, replication=0)
    theirs = in_stockpyl(store, ours.demand, leads)
    assert ours.backorders.any()
    assert ours.on_hand.any()
    for column in fields(Books):
        np.testing.assert_array_equal(
            getattr(ours, column.name), getattr(theirs, column.name), err_msg=column.name
        )


@pytest.mark.parametrize("store", BY_REVIEW)
def test_a_stock_reviewed_once_a_day_costs_what_stockpyl_says(store: Store) -> None:
    demand = store.mean * store.review_days * store.lead[0]
    assert_costs(costs_by_review(store), store.level, demand)


@pytest.mark.parametrize("shelf", BY_DEMAND)
def test_a_stock_reviewed_at_each_demand_costs_what_stockpyl_says(shelf: Shelf) -> None:
    assert_costs(costs_by_demand(shelf), shelf.reorder + 1, shelf.demand * shelf.lead_time)


def test_a_planted_error_of_three_percent_is_really_found() -> None:
    more = replace(DAILY, mean=DAILY.mean * (1.0 + PLANTED))
    with pytest.raises(AssertionError, match="allowed difference"):
        assert_costs(costs_by_review(more), DAILY.level, DAILY.mean * DAILY.lead[0])


def assert_costs(found: Mapping[str, Simulated], level: int, demand: float) -> None:
    """As the closed form says; and 3 % more demand, or a longer lead time, would be found."""
    assert_matches(
        found,
        costs_in_stockpyl(level, demand),
        {"demand in the lead time": costs_in_stockpyl(level, demand * (1.0 + PLANTED))},
        false_alarm=FALSE_ALARM / (len(BY_REVIEW) + len(BY_DEMAND)),
    )


def costs_in_stockpyl(level: int, demand: float) -> dict[str, float]:
    return {what: base_stock_cost(level, *prices, demand) for what, prices in PRICES.items()}


def costs_by_review(store: Store) -> dict[str, Simulated]:
    runs = [in_orgsim(store, replication)[0] for replication in range(REPLICATIONS)]
    return costs([books.after(2 * store.lead[0]) for books in runs])


def costs_by_demand(shelf: Shelf) -> dict[str, Simulated]:
    """The stock is looked at twice in a lead time."""
    scenario = shelf_alone(shelf, weeks=2)
    looks = np.arange(DAY, 2 * WEEK - DAY, shelf.lead_time / 2.0)
    runs = [
        books_at(looks, shelf.reorder + 1, *columns(scenario, r, OrderAllocated, GoodsReceived))
        for r in range(REPLICATIONS)
    ]
    return costs(runs)


def costs(runs: Sequence[Books]) -> dict[str, Simulated]:
    """Per unit of time: so much for each unit held, so much for each owed."""
    return {
        what: over_replications(
            [(held * books.on_hand + owed * books.backorders).mean() for books in runs]
        )
        for what, (held, owed) in PRICES.items()
    }
