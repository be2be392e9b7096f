"""One pool or one stock on the kernel alone, with what a formula speaks of counted by replication.

Customers come from `Candidates`, so the thinning of fixed candidates is under test as well. Who
arrives in the window is followed to the end of the visit, though the window may end before.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

import numpy as np
from numpy.typing import NDArray

from orgsim.kernel.arrivals import Candidates
from orgsim.kernel.distributions import Exponential, Fixed, Gamma, Law, Never
from orgsim.kernel.draws import Draws
from orgsim.kernel.journal import Journal
from orgsim.kernel.resources import Pool, Stock
from orgsim.kernel.world import Rank, World
from orgsim.units import DAY
from tests.theory.formulas import TWENTY_SECONDS, Line, Shelf
from tests.theory.tools import Simulated, over_ratios

SEED = 20240101


def exponential(mean: float) -> Law:
    return Exponential[float](kind="exponential", mean=mean)


def _service(line: Line) -> Law:
    if line.service_law == "exponential":
        return exponential(line.service)
    return Gamma[float](kind="gamma", mean=line.service, cv=0.5)


def simulate_line(
    line: Line, *, replications: int, days: int, warm_up: float, seed: int = SEED
) -> dict[str, Simulated]:
    """Run the team and return what the formulas of a waiting line speak of, by name."""
    rows = [_visits(line, Draws(seed, r), days, warm_up) for r in range(replications)]
    span = days * DAY - warm_up
    counts = np.array([_count(waits, served, hours, span) for waits, served, hours in rows]).T
    n, waited, hours, left, answered, hours_answered, in_time, busy, window = counts
    measures = {
        "share that waits": over_ratios(waited, n),
        "mean wait": over_ratios(hours, n),
        "occupancy": over_ratios(busy, window * line.servers),
        "answered in 20 s": over_ratios(in_time, n),
    }
    if line.patience < inf:
        measures |= {
            "share that leaves": over_ratios(left, n),
            "mean wait of answered": over_ratios(hours_answered, answered),
            "departures per hour of waiting": over_ratios(left, hours),
        }
    return measures


Visits = tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.float64]]


def _visits(line: Line, draws: Draws, days: int, warm_up: float) -> Visits:
    """Waits, who was served, and service hours of all who arrive after the warm-up."""
    world = World(start=0.0, draws=draws, journal=Journal())
    pool = Pool(world, "team", line.servers)
    source = Candidates(draws, "callers", min(85.0, line.arrivals))
    service = draws.quantity("service", _service(line))
    patience = draws.quantity(
        "patience", exponential(line.patience) if line.patience < inf else Never(kind="never")
    )
    visits: list[tuple[float, bool, float]] = []

    def visit(hours: float, patient_for: float) -> Iterator[object]:
        arrived = world.now
        served = yield pool.within(patient_for)
        if arrived >= warm_up:
            visits.append((world.now - arrived, served, hours))
        if served:
            yield hours
            pool.release()

    def open_day() -> None:
        if world.now < days * DAY:
            times, ids = source.between(world.now, world.now + DAY, line.arrivals)
            world.feed(times, visit, service.block(ids), patience.block(ids))

    world.every(DAY, open_day, first=0.0, rank=Rank.DAILY)
    world.run(until=(days + 1) * DAY)
    while pool.queued:
        world.run(until=world.now + DAY)
    waits, served, hours = (np.array(column) for column in zip(*visits, strict=True))
    return waits, served.astype(np.bool_), hours


def _count(
    waits: NDArray[np.float64], served: NDArray[np.bool_], hours: NDArray[np.float64], span: float
) -> tuple[float, ...]:
    return (
        waits.size,
        np.count_nonzero(waits > 0.0),
        waits.sum(),
        np.count_nonzero(~served),
        np.count_nonzero(served),
        waits[served].sum(),
        np.count_nonzero(served & (waits <= TWENTY_SECONDS)),
        hours[served].sum(),
        span,
    )


def simulate_shelf(
    shelf: Shelf, *, replications: int, days: int, warm_up: float, seed: int = SEED
) -> dict[str, Simulated]:
    """Run the shelf; customers see it as time does, since they come at Poisson times (PASTA)."""
    seen = [_seen(shelf, Draws(seed, r), days, warm_up) for r in range(replications)]
    n = [rows.shape[0] for rows in seen]
    at_once = [np.count_nonzero(rows[:, 0] > 0) for rows in seen]
    if shelf.is_lost:
        return {"fill": over_ratios(at_once, n)}
    return {
        "fill": over_ratios(at_once, n),
        "on hand": over_ratios([rows[:, 0].sum() for rows in seen], n),
        "backorders": over_ratios([rows[:, 1].sum() for rows in seen], n),
        "mean wait": over_ratios([rows[:, 2].sum() for rows in seen], n),
    }


def _seen(shelf: Shelf, draws: Draws, days: int, warm_up: float) -> NDArray[np.float64]:
    """On hand and backordered as seen by each customer, and the customer's wait (hours)."""
    world = World(start=0.0, draws=draws, journal=Journal())
    stock = Stock(world, shelf.reorder + shelf.quantity)
    source = Candidates(draws, "customers", min(85.0, shelf.demand))
    lead_time = draws.quantity("lead time", _lead_time(shelf))
    seen: list[tuple[float, float, float]] = []
    on_order = 0

    def receive() -> None:
        nonlocal on_order
        on_order -= shelf.quantity
        stock.receive(shelf.quantity)

    def buy(lead: float) -> Iterator[object]:
        nonlocal on_order
        arrived, on_hand, owed = world.now, stock.on_hand, stock.backordered
        if shelf.is_lost and on_hand == 0:
            seen.append((arrived, 0.0, 0.0))
            return
        place = len(seen)
        seen.append((arrived, on_hand - owed, 0.0))
        wish = stock.take(1)
        if on_hand - owed - 1 + on_order <= shelf.reorder:
            on_order += shelf.quantity
            world.at(world.now + lead, receive, rank=Rank.RECEIPT)
        yield wish
        seen[place] = (arrived, on_hand - owed, world.now - arrived)

    def open_day() -> None:
        if world.now < days * DAY:
            times, ids = source.between(world.now, world.now + DAY, shelf.demand)
            world.feed(times, buy, lead_time.block(ids))

    world.every(DAY, open_day, first=0.0, rank=Rank.DAILY)
    world.run(until=(days + 1) * DAY)
    while stock.backordered:
        world.run(until=world.now + DAY)
    rows = np.array(seen)
    rows = rows[rows[:, 0] >= warm_up]
    net = rows[:, 1]
    return np.column_stack((np.maximum(net, 0.0), np.maximum(-net, 0.0), rows[:, 2]))


def _lead_time(shelf: Shelf) -> Law:
    if shelf.lead_time_cv == 0.0:
        return Fixed[float](kind="fixed", mean=shelf.lead_time)
    return Gamma[float](kind="gamma", mean=shelf.lead_time, cv=shelf.lead_time_cv)
