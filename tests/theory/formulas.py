"""What a simulated station should show, by formula: the lines and shelves of MODEL.md s.10.

Names of measures are those that the simulations count. `planted_in_...` gives the same station with
one mean 3 % off, which a test must be long enough to find.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf

from orgsim.analysis import theory
from tests.theory.tools import PLANTED

TWENTY_SECONDS = 20.0 / 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A team and its customers; times in hours, patience may be infinite."""

    arrivals: float
    service: float
    servers: int
    patience: float = inf
    service_law: str = "exponential"  # or "gamma", of coefficient of variation .5, for one server


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """A stock under continuous review: order `quantity` when the position is `reorder` or less.

    Base stock S is reorder = S - 1, quantity = 1. Demand per hour, lead time in hours.
    """

    demand: float
    lead_time: float
    reorder: int
    quantity: int = 1
    lead_time_cv: float = 0.0
    is_lost: bool = False


def line_by_formula(line: Line) -> dict[str, float]:
    if line.service_law == "gamma":
        wait = theory.mean_wait_m_g_1(line.arrivals, line.service, 0.5)
        load = line.arrivals * line.service
        return {"share that waits": load, "mean wait": wait, "occupancy": load}
    known = theory.waiting_line(line.arrivals, line.service, line.servers, line.patience)
    return {
        "share that waits": known.probability_of_waiting,
        "mean wait": known.mean_wait,
        "occupancy": known.occupancy,
        "answered in 20 s": known.answered_within(TWENTY_SECONDS),
        "share that leaves": known.probability_of_abandonment,
        "mean wait of answered": known.mean_wait_of_answered,
        "departures per hour of waiting": 1.0 / line.patience,
    }


def planted_in_line(line: Line) -> dict[str, Line]:
    wrong = {
        "arrivals": replace(line, arrivals=line.arrivals * (1.0 + PLANTED)),
        "service": replace(line, service=line.service * (1.0 + PLANTED)),
        "patience": replace(line, patience=line.patience * (1.0 + PLANTED)),
    }
    return {what: other for what, other in wrong.items() if other != line}


def shelf_by_formula(shelf: Shelf) -> dict[str, float]:
    demand = shelf.demand * shelf.lead_time
    if shelf.is_lost:
        return {"fill": 1.0 - theory.lost_sales_base_stock(demand, shelf.reorder + 1)}
    levels = theory.reorder_point_poisson(demand, shelf.reorder, shelf.quantity)
    return {
        "fill": levels.fill,
        "on hand": levels.on_hand,
        "backorders": levels.backorders,
        "mean wait": levels.backorders / shelf.demand,  # Little's law
    }


def planted_in_shelf(shelf: Shelf) -> dict[str, Shelf]:
    return {
        "demand": replace(shelf, demand=shelf.demand * (1.0 + PLANTED)),
        "lead time": replace(shelf, lead_time=shelf.lead_time * (1.0 + PLANTED)),
    }
