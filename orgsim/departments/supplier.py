"""The supplier of one component: a queue before a factory, then the journey (MODEL M3.4, M3.9).

Modelled: each purchase order queues for the one line, is made at the capacity in force, and
travels for a time drawn for it, by the usual way or by air. What is to fly is made before what
waits for the line and is not; unless crossing is allowed an order does not arrive before an earlier
one that went the same way. With infinite capacity only the transit
remains; where demand exceeds capacity the backlog grows linearly. Shocks turn the capacity's dial,
and a customer who cuts orders may find less of the line kept (`supplier_share`); a stopped factory
resumes where it stood.

Assumed: made strictly to order and in order, nothing is lost on the way. The single server with a
following delay is the textbook supplier (Silver, Pyke & Thomas 2017).
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import cast

import simpy

from orgsim.config.base import Config, param
from orgsim.departments.supplier_share import LoyaltyConfig, SupplierShare
from orgsim.entities import Component, nobody
from orgsim.facts import GoodsExpedited, GoodsOrdered, GoodsReceived
from orgsim.kernel.distributions import DurationLaw
from orgsim.kernel.resources import Pool
from orgsim.kernel.world import Rank, World
from orgsim.units import Rate

_FLIES, _SAILS = 0, 1
"""Classes of orders at the line; what is in the making is finished first."""


class SupplierConfig(Config):
    """One component's supplier."""

    capacity: Rate | None = param(
        "units the factory makes; null = any number at once", unit="1/h", section="M3.4", gt=0
    )
    transit: DurationLaw = param("journey from the factory to our door", unit="h", section="M3.4")
    air_transit: DurationLaw = param(
        "journey by air from the factory to our door", unit="h", section="M3.9"
    )
    crossing: bool = param("whether shipments may overtake each other", section="M3.4")
    loyalty: LoyaltyConfig


class Supplier:
    """Makes and ships one component to order."""

    def __init__(self, world: World, config: SupplierConfig, component: Component) -> None:
        name = f"supplier.{component.name.lower()}"
        self._world = world
        self._config = config
        self._component = component
        self.line = Pool(world, name, 1, priorities=2)
        self._transit = world.draws.quantity(f"{name}.transit", config.transit)
        self._by_air = world.draws.quantity(f"{name}.air_transit", config.air_transit)
        self._capacity = world.dials.declare(
            f"{name}.capacity", 1.0, "multiply", "share of the line's usual capacity there is"
        )
        self._capacity.watch(self._retool)
        self._delay = world.dials.declare(
            f"{name}.delay", 0.0, "add", "hours by which the journey takes longer than usual"
        )
        self._changed = simpy.Event(world)
        self._share = SupplierShare(world, config.loyalty, lambda: self._retool(0.0))
        self._placed = self._flown = 0
        self._last_arrival = self._last_landing = -float("inf")
        self.deliver: Callable[[Component, int], None] = nobody

    def order(self, units: int) -> None:
        """Take a purchase order."""
        number, self._placed = self._placed, self._placed + 1
        self._world.start(self._fulfil(number, units), name="purchase order")
        self._take_down(units)

    def expedite(self, units: int) -> None:
        """Take a purchase order that is to be sent by air."""
        number, self._flown = self._flown, self._flown + 1
        self._world.start(self._fulfil_by_air(number, units), name="purchase order")
        self._take_down(units)
        self._world.record(GoodsExpedited(self._world.now, self._component, units))

    def _take_down(self, units: int) -> None:
        self._share.ordered(units)
        self._world.record(GoodsOrdered(self._world.now, self._component, units))

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
        yield from self._produce(units, _SAILS)
        journey = self._transit.one(number) + max(0.0, self._delay.value)
        arrival = self._world.now + journey
        if not self._config.crossing:
            arrival = max(arrival, self._last_arrival)
        self._last_arrival = max(self._last_arrival, arrival)
        self._world.at(arrival, self._arrive, units, rank=Rank.RECEIPT)

    def _fulfil_by_air(self, number: int, units: int) -> Generator[object, object, None]:
        """The same, by air: what flies overtakes what does not."""
        yield from self._produce(units, _FLIES)
        arrival = self._world.now + self._by_air.one(number)
        if not self._config.crossing:
            arrival = max(arrival, self._last_landing)
        self._last_landing = max(self._last_landing, arrival)
        self._world.at(arrival, self._arrive, units, rank=Rank.RECEIPT)

    def _produce(self, units: int, urgency: int) -> Generator[object, object, None]:
        yield self.line.turn(urgency)
        yield from self._make(float(units))
        self.line.release()

    def _make(self, left: float) -> Generator[object, object, None]:
        while left > 1e-9 and (self._config.capacity is not None or self._capacity.value <= 0):
            rate = (self._config.capacity or 0.0) * self._capacity.value * self._share.value
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
