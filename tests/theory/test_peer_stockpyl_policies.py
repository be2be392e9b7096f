"""Fixed lots, order-up-to with a threshold, and lost sales, against stockpyl.

Periods, luck and false alarms as in `test_peer_stockpyl`. A stock of r + Q or S units is there at
the start. stockpyl orders one lot of Q a period, orgsim as many as lift the position above r: the
lots here are larger than a period's demand can be, where both are the same rule.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from orgsim.facts import GoodsReceived, OrderAllocated, OrderLost
from tests.theory.departments_alone import columns
from tests.theory.peer_stores import Books, Numbers, books_at
from tests.theory.stocked_stores import (
    BACKORDER,
    HOLDING,
    Stocked,
    asked_for,
    cost_and_demand,
)
from tests.theory.tools import FALSE_ALARM, PLANTED, assert_matches, over_replications

with warnings.catch_warnings():
    # Its docstrings hold LaTeX, which Python warns of when it compiles them for the first time.
    warnings.simplefilter("ignore")
    from stockpyl import sim
    from stockpyl.demand_source import DemandSource
    from stockpyl.newsvendor import newsvendor_poisson_cost
    from stockpyl.rq import r_q_cost_poisson
    from stockpyl.ss import s_s_cost_discrete
    from stockpyl.supply_chain_network import single_stage_system

REPLICATIONS = 20


def r_q(reorder_point: int, quantity: int) -> dict[str, object]:
    return {"kind": "reorder_point", "reorder_point": reorder_point, "order_quantity": quantity}


def s_s(reorder_point: int, level: int) -> dict[str, object]:
    return {"kind": "min_max", "reorder_point": reorder_point, "order_up_to_level": level}


BY_PERIOD = {
    "r, Q": (
        Stocked(policy=r_q(60, 90), opening=150, mean=20.0, lead=3),
        {"policy_type": "rQ", "reorder_point": 60, "order_quantity": 90},
    ),
    "s, S": (
        Stocked(policy=s_s(60, 150), opening=150, mean=20.0, lead=3),
        {"policy_type": "sS", "reorder_point": 60, "order_up_to_level": 150},
    ),
    "s, S, reviewed once a week": (
        Stocked(policy=s_s(15, 50), opening=50, mean=3.0, lead=1, review_days=7, weeks=104),
        {"policy_type": "sS", "reorder_point": 15, "order_up_to_level": 50},
    ),
}


@pytest.mark.parametrize(("store", "peer"), BY_PERIOD.values(), ids=BY_PERIOD.keys())
def test_every_period_ends_as_in_stockpyl_under_the_same_policy(
    store: Stocked, peer: Mapping[str, object]
) -> None:
    ours = store.books(0)
    theirs = in_stockpyl(store, peer, ours.demand)
    assert ours.backorders.any()
    assert ours.on_hand.any()
    for column in fields(Books):
        np.testing.assert_array_equal(
            getattr(ours, column.name), getattr(theirs, column.name), err_msg=column.name
        )


def in_stockpyl(store: Stocked, policy: Mapping[str, object], demand: Numbers) -> Books:
    network = single_stage_system(
        demand_source=DemandSource(type="D", demand_list=[0, *demand.tolist()]),
        shipment_lead_time=int(store.lead),
        initial_inventory_level=store.opening,
        **policy,
    )
    sim.simulation(network, demand.size + 1, progress_bar=False, consistency_checks="E")
    (node,) = network.nodes
    (product,) = node.product_indices
    states = node.state_vars[1 : demand.size + 1]
    level = np.array([state.inventory_level[product] for state in states])
    at_once = np.array([state.demand_met_from_stock[product] for state in states])
    return Books(demand, at_once, np.maximum(level, 0.0), np.maximum(-level, 0.0))


def lots_of_twenty(reorder_point: int) -> tuple[Stocked, float, Any]:
    """After every demand: ten an hour and an hour's lead time, RC-12 and one that owes more."""
    store = Stocked(
        policy=r_q(reorder_point, 20),
        opening=reorder_point + 20,
        mean=240.0,
        lead=1.0,
        review_days=0,
        weeks=4,
    )

    def peer(demand: float) -> float:
        rate = demand / 24.0
        return float(r_q_cost_poisson(reorder_point, 20, HOLDING, BACKORDER, 8.0, rate, 1.0))

    return store, 8.0, peer


def of_zheng_and_federgruen(reorder_point: int, level: int, mean: float) -> tuple[Any, ...]:
    """RC-15: what is ordered is there for the next demand."""
    store = Stocked(policy=s_s(reorder_point, level), opening=level, mean=mean, lead=1, weeks=84)

    def peer(demand: float) -> float:
        return float(
            s_s_cost_discrete(reorder_point, level, HOLDING, BACKORDER, 64.0, True, demand)
        )

    return store, 64.0, peer


BY_COST = {
    "r, Q = 5, 20": lots_of_twenty(5),
    "r, Q = 12, 20": lots_of_twenty(12),
    "s, S = 6, 40": of_zheng_and_federgruen(6, 40, 10.0),
    "s, S = 10, 49": of_zheng_and_federgruen(10, 49, 15.0),
}
QUICKEST = "r, Q = 12, 20"


@pytest.mark.parametrize(
    ("store", "order_cost", "peer"),
    [
        pytest.param(*case, id=name, marks=() if name == QUICKEST else pytest.mark.long)
        for name, case in BY_COST.items()
    ],
)
def test_a_policy_costs_what_stockpyl_says(store: Stocked, order_cost: float, peer: Any) -> None:
    """A correct program fails in one of the four once in 10 000 runs.

    3 % more demand would be found, in what is asked for if not in the cost.
    """
    more, asked = 1.0 + PLANTED, asked_for(store)
    assert_matches(
        cost_and_demand(store, order_cost, REPLICATIONS),
        {"cost": peer(store.mean), "asked for": asked},
        {"demand": {"cost": peer(more * store.mean), "asked for": more * asked}},
        false_alarm=FALSE_ALARM / len(BY_COST),
    )


@pytest.mark.parametrize(
    ("level", "weeks"), [(20, 52), pytest.param(24, 156, marks=pytest.mark.long)]
)
def test_a_day_that_loses_what_it_lacks_is_stockpyls_newsvendor(level: int, weeks: int) -> None:
    """stockpyl loses no sales; but with units there for the next day, each day is a newsvendor.

    A correct program fails in one of the two once in 10 000 runs; 3 % more demand would be found.
    """
    store = Stocked(
        policy={"kind": "base_stock", "level": level},
        opening=level,
        mean=20.0,
        lead=1,
        lost=1.0,
        weeks=weeks,
    )
    runs = []
    for replication in range(REPLICATIONS):
        kinds = (OrderAllocated, GoodsReceived, OrderLost)
        allocated, received, lost = columns(store.scenario, replication, *kinds)
        books = books_at(store.ends, level, allocated, received).after(1)
        assert not books.backorders.any()
        is_counted = (lost["time"] > store.ends[0]) & (lost["time"] < store.ends[-1])
        short = np.count_nonzero(is_counted) / books.on_hand.size
        runs.append(HOLDING * books.on_hand.mean() + BACKORDER * short)

    def peer(demand: float) -> dict[str, float]:
        return {"cost": float(newsvendor_poisson_cost(level, HOLDING, BACKORDER, demand))}

    assert_matches(
        {"cost": over_replications(runs)},
        peer(store.mean),
        {"demand": peer(store.mean * (1.0 + PLANTED))},
        false_alarm=FALSE_ALARM / 2,
    )
