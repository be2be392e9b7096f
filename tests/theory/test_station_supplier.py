"""The supplier's one line, by configuration alone: a single server that always takes as long.

Stock is replaced unit by unit, so that purchase orders come as customers do, at Poisson times; each
is one unit, made in a fixed time and sent without delay. False alarms and run length as in
`test_pool_against_erlang`. Source: Pollaczek-Khinchine without spread, as RC-29 with a spread of
nothing.
"""

from __future__ import annotations

import numpy as np
import pytest

from orgsim.analysis import theory
from orgsim.facts import GoodsOrdered, GoodsReceived
from orgsim.units import DAY, WEEK
from tests.theory.departments_alone import columns, lone, poisson
from tests.theory.tools import PLANTED, Simulated, assert_matches, over_ratios

DEMAND, MADE = 8.0, 10.0
"""Units an hour that are asked for, and that the line can make."""


def simulated(demand: float, service: float, *, weeks: int = 2) -> dict[str, Simulated]:
    scenario = lone(
        "logistics,supplier",
        poisson(demand, "orders"),
        (
            "logistics.chassis.policy={kind: base_stock, level: 20, review: 0h}",
            "logistics.chassis.opening_stock=20",
            "logistics.capacity_per_day=0",
            "logistics.wave=2h",
            "supplier.chassis.transit={kind: fixed, mean: 0h}",
            f"supplier.chassis.capacity={1.0 / service!r}/h",
        ),
        weeks,
    )
    rows = []
    for replication in range(30):
        facts = columns(scenario, replication, GoodsOrdered, GoodsReceived)
        ordered, received = (one["time"][one["component"] == 0] for one in facts)
        took = received - ordered[: received.size]
        counted = took[(ordered[: took.size] > DAY) & (ordered[: took.size] < weeks * WEEK - DAY)]
        waits = counted - service
        rows.append((waits.size, np.count_nonzero(waits > 1e-9), waits.sum()))
    number, waited, hours = np.array(rows, dtype=float).T
    return {
        "share that waits": over_ratios(waited, number),
        "mean wait": over_ratios(hours, number),
    }


def by_formula(demand: float, service: float) -> dict[str, float]:
    wait = theory.mean_wait_m_g_1(demand, service, 0.0)
    return {"share that waits": demand * service, "mean wait": wait}


@pytest.mark.long
def test_purchase_orders_wait_for_the_line_as_pollaczek_and_khinchine_say() -> None:
    more = 1.0 + PLANTED
    assert_matches(
        simulated(DEMAND, 1.0 / MADE),
        by_formula(DEMAND, 1.0 / MADE),
        {
            "demand": by_formula(DEMAND * more, 1.0 / MADE),
            "time to make a unit": by_formula(DEMAND, more / MADE),
        },
    )
