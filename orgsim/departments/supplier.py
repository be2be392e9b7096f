"""The supplier of one component: a queue before a factory, then the journey (MODEL M3.4).

Modelled: each purchase order queues for the one line, is made at the capacity in force, and
travels for a time drawn for it; unless crossing is allowed it does not arrive before an earlier
one. With infinite capacity only the transit remains; where demand exceeds capacity the backlog
grows linearly. Shocks turn the capacity's dial; a stopped factory resumes where it stood.

Assumed: made strictly to order and in order, nothing is lost on the way. The single server with a
following delay is the textbook supplier (Silver, Pyke & Thomas 2017).
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import cast

import simpy

from orgsim.config.base import Config, param
from orgsim.entities import Component, nobody
from orgsim.facts import GoodsOrdered, GoodsReceived
from orgsim.kernel.distributions import DurationLaw
from orgsim.kernel.resources import Pool
from orgsim.kernel.world import Rank, World
from orgsim.units import Rate


class SupplierConfig(Config):
    """One component's supplier."""

    capacity: Rate | None = param(
        "units the factory makes; null = any number at once", unit="1/h", section="M3.4", gt=0
    )
    transit: DurationLaw = param("journey from the factory to our door", unit="h", section="M3.4")
    crossing: bool = param("whether shipments may overtake each other", section="M3.4")


class Supplier:
    """Makes and ships one component to order."""

    def __init__(self, world: World, config: SupplierConfig, component: Component) -> None:
        name = f"supplier.{component.name.lower()}"
        self._world = world
        self._config = config
        self._component = component
        self.line = Pool(world, name, 1)
        self._transit = world.draws.quantity(f"{name}.transit", config.transit)
        self._capacity = world.dials.declare(
            f"{name}.capacity", 1.0, "multiply", "share of the line's usual capacity there is"
        )
        self._capacity.watch(self._retool)
        self._changed = simpy.Event(world)
        self._placed = 0
        self._last_arrival = -float("inf")
        self.deliver: Callable[[Component, int], None] = nobody

    def order(self, units: int) -> None:
        """Take a purchase order."""
        self._world.record(GoodsOrdered(self._world.now, self._component, units))
        number, self._placed = self._placed, self._placed + 1
        self._world.start(self._fulfil(number, units), name="purchase order")

    def in_transit_at_start(self, number: int, units: int, age: float) -> None:
        """A purchase order already ``age`` hours old when the clock starts."""
        making = units / self._config.capacity if self._config.capacity else 0.0
        lead = making + self._transit.one(2**32 + number)
        arrival = max(self._last_arrival, self._world.now + max(0.0, lead - age))
        self._last_arrival = arrival
        self._world.record(GoodsOrdered(self._world.now, self._component, units))
        self._world.at(arrival, self._arrive, units, rank=Rank.RECEIPT)

    def _fulfil(self, number: int, units: int) -> Generator[object, object, None]:
        """Queue for the line, make the units, travel; never overtake an earlier shipment."""
        yield self.line
        yield from self._make(float(units))
        self.line.release()
        arrival = self._world.now + self._transit.one(number)
        if not self._config.crossing:
            arrival = max(arrival, self._last_arrival)
        self._last_arrival = max(self._last_arrival, arrival)
        self._world.at(arrival, self._arrive, units, rank=Rank.RECEIPT)

    def _make(self, left: float) -> Generator[object, object, None]:
        while left > 1e-9 and (self._config.capacity is not None or self._capacity.value <= 0):
            rate = (self._config.capacity or 0.0) * self._capacity.value
            began = self._world.now
            if rate <= 0:
                yield self._changed
            else:
                done = cast("simpy.Event", self._world.timeout(left / rate))
                yield done | self._changed
                if done.processed:
                    return  # subtraction alone may never bring a fast factory to exactly nothing
                left -= (self._world.now - began) * rate

    def _retool(self, _: float) -> None:
        self._changed.succeed()
        self._changed = simpy.Event(self._world)

    def _arrive(self, units: int) -> None:
        self._world.record(GoodsReceived(self._world.now, self._component, units))
        self.deliver(self._component, units)
