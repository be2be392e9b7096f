"""The same stores in stockpyl, a peer that nobody here wrote (Snyder 2023, INFORMS TutORials).

Its simulation is by periods: demand is seen, an order is placed, what is due comes in, and then
the demand is filled; so a lead time of L covers the demand of L periods. (Its closed forms, with
`lead_time` L, speak of L + 1 periods.) It has neither lost sales nor random lead times; the latter
are set before each of its steps.
"""

from __future__ import annotations

import warnings

import numpy as np

from tests.theory.peer_stores import Books, Numbers, Store

with warnings.catch_warnings():
    # Its docstrings hold LaTeX, which Python warns of when it compiles them for the first time.
    warnings.simplefilter("ignore")
    from stockpyl import sim
    from stockpyl.demand_source import DemandSource
    from stockpyl.disruption_process import DisruptionProcess
    from stockpyl.newsvendor import newsvendor_poisson_cost
    from stockpyl.supply_chain_network import single_stage_system


def in_stockpyl(store: Store, demand: Numbers, leads: Numbers) -> Books:
    """Run the store with that demand and these lead times; nothing is asked for in period 0."""
    first, last = store.stop or (0, -1)
    periods = np.arange(demand.size + 1)
    network = single_stage_system(
        demand_source=DemandSource(type="D", demand_list=[0, *demand.tolist()]),
        policy_type="BS",
        base_stock_level=store.level,
        shipment_lead_time=2 * max(store.lead),
        disruption_process=DisruptionProcess(
            random_process_type="E",
            disruption_type="OP",  # no orders are placed; what was missed is ordered afterwards
            disruption_state_list=((periods >= first) & (periods <= last)).tolist(),
        ),
    )
    sim.initialize(network, periods.size)
    (node,) = network.nodes
    arrivals = periods + leads
    if not store.may_overtake:
        arrivals = np.maximum.accumulate(arrivals)
    for lead in (arrivals - periods).tolist():
        node.shipment_lead_time = lead
        sim.step(network, consistency_checks="E")
    (product,) = node.product_indices
    states = node.state_vars[1 : periods.size]
    level = np.array([state.inventory_level[product] for state in states])
    at_once = np.array([state.demand_met_from_stock[product] for state in states])
    return Books(demand, at_once, np.maximum(level, 0.0), np.maximum(-level, 0.0))


def base_stock_cost(level: int, holding: float, backorder: float, demand: float) -> float:
    """Its closed form: cost per unit of time if the lead time's demand is Poisson of that mean."""
    return float(newsvendor_poisson_cost(level, holding, backorder, demand))
