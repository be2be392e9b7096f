"""Logistics: from the order record to the customer's door (MODEL M3.1, M3.5, M3.7, M3.10).

Modelled: an order needs a chassis, a niche order a kit as well; parts are set aside in order of
arrival, and an order whose part is missing waits without blocking others. Complete orders queue at
the benches shared by base and niche. What the order *record* says decides between standard and
express.

1. Accept: set all parts aside if they are on the shelf, all or none; else wait, first come first
   served among those whose parts are all there. A receipt serves the oldest that it can.
2. Pick: in each wave of open hours the benches earn an allowance, the day's capacity spread over
   its open hours and waves (times the dial); they pack, oldest allocation first, while a whole
   order is left of it. What is left over, up to one order, is carried on.
3. Ship: at the pick-up hour of each day on which the carrier calls, everything packed leaves.
4. Deliver: after a whole number of days drawn for standard or express, at a moment drawn over the
   delivery hours. With the error share the parcel turns out wrong or incomplete.
5. Cancel: as long as it is not packed an order may be cancelled; its parts return to the shelf and
   serve who waits.
6. Tell, each day at 06:00: an order placed now would take the usual days, plus the days of bench
   queue beyond one, plus the days until a missing part should be back (for niche orders, of the
   kit too).

Assumed: unlimited base kits and accessories; no overtime; no split deliveries. What logistics knows
of a campaign is what it was told. Allocation first come first served as in assemble-to-order
systems (Song & Zipkin 2003).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orgsim.config.base import Config, param
from orgsim.departments.delivered import Delivered
from orgsim.departments.replenishment import ComponentConfig, Replenishment
from orgsim.entities import Account, Component, Floats, Order, Post, Segment, nobody
from orgsim.facts import (
    OrderAllocated,
    OrderBackordered,
    OrderCancelled,
    OrderDelivered,
    OrderPicked,
    OrderShipped,
)
from orgsim.governance.information import Information
from orgsim.kernel.distributions import NumberLaw
from orgsim.kernel.resources import StockRoom
from orgsim.kernel.world import Rank, World
from orgsim.units import DAY, Duration, Price, Quantity, Share
from orgsim.weekly import Weekly

_NEEDS: Mapping[Segment, tuple[Component, ...]] = {
    Segment.BASE: (Component.CHASSIS,),
    Segment.NICHE: (Component.CHASSIS, Component.KIT),
}
"""The parts each kind of order is made of."""

_SHELVES = {
    segment: tuple(part.name.lower() for part in parts) for segment, parts in _NEEDS.items()
}
"""Where the stock room keeps them."""


class CarrierConfig(Config):
    """The parcel carrier."""

    pickup: Weekly = param("days on which the carrier calls", unit="week", section="s.0.3")
    pickup_hour: Duration = param(
        "time of day of the pick-up", unit="h", section="s.0.3", ge=0, lt=DAY
    )
    standard: NumberLaw = param(
        "whole days in transit of a standard parcel", unit="d", section="M3.10"
    )
    express: NumberLaw = param(
        "whole days in transit of an express parcel", unit="d", section="M3.10"
    )
    delivery_hours: Weekly = param("when parcels are delivered", unit="week", section="M3.10")
    standard_cost: Price = param("carriage of a standard parcel", unit="EUR", section="s.7", ge=0)
    express_cost: Price = param(
        "extra carriage of an express parcel", unit="EUR", section="s.7", ge=0
    )


class LogisticsConfig(Config):
    """Logistics' parameters."""

    chassis: ComponentConfig
    kit: ComponentConfig
    hours: Weekly = param("when the warehouse works", unit="week", section="s.0.3")
    wave: Duration = param("time between picking waves", unit="h", section="M3.5", ge=1 / 60)
    capacity_per_day: Quantity = param(
        "orders the benches pack on a working day", unit="1/d", section="S5", ge=0
    )
    error_share: Share = param(
        "share of parcels packed wrong or incomplete", section="M3.5", ge=0, le=1
    )
    picking_cost: Price = param("picking and packing one order", unit="EUR", section="s.7", ge=0)
    usual_days: Quantity = param(
        "days from order to door in calm times, as everyone believes unasked",
        unit="d",
        section="M6.1",
        ge=0,
    )
    carrier: CarrierConfig


class Logistics:
    """Fulfils orders: allocate, pick, ship, deliver."""

    def __init__(self, world: World, config: LogisticsConfig, information: Information) -> None:
        self._world = world
        self._config = config
        self._information = information
        self.room = StockRoom(
            world, {"chassis": config.chassis.opening_stock, "kit": config.kit.opening_stock}
        )
        self.planning: Mapping[Component, Replenishment] = {
            part: Replenishment(world, part_config, part, self.room, information)
            for part, part_config in (
                (Component.CHASSIS, config.chassis),
                (Component.KIT, config.kit),
            )
        }
        kits = self.planning[Component.KIT]
        self.planning[Component.CHASSIS].niche_forecast = lambda: kits.forecast
        self._bench: deque[Order] = deque()
        self._packed: list[Order] = []
        self._on_bench = 0
        self._allowance = 0.0
        self._capacity = world.dials.declare(
            "logistics.capacity", 1.0, "multiply", "share of the benches' usual capacity there is"
        )
        self._packs_wrong = world.draws.stream("logistics.packs_wrong")
        self._transit = {
            True: world.draws.quantity("carrier.express", config.carrier.express),
            False: world.draws.quantity("carrier.standard", config.carrier.standard),
        }
        self._hour = world.draws.stream("carrier.hour")
        self._delivered = Delivered(world, information, config.usual_days)
        self._record_allocated = world.journal.recorder(OrderAllocated)
        self._record_picked = world.journal.recorder(OrderPicked)
        self.deliver: Callable[[list[Order], Floats, Floats], None] = nobody
        self.ship: Callable[[list[Order]], None] = nobody
        self.post: Post = nobody
        world.every(config.wave, self._pick_wave, first=world.now, rank=Rank.NORMAL)
        pickup = np.ceil(world.now / DAY) * DAY + config.carrier.pickup_hour
        world.every(DAY, self._hand_over, first=pickup, rank=Rank.NORMAL)
        world.every(DAY, self._tell_delays, first=world.now + 6.0, rank=Rank.NORMAL)

    def accept(self, order: Order) -> None:
        """Set the order's parts aside, or let it wait for what is missing."""
        parts = _NEEDS[order.segment]
        order.claim = self.room.request(order, _SHELVES[order.segment], self._allocated)
        if not order.claim.granted:
            missing = next(part for part in parts if not self.planning[part].on_hand)
            self._world.record(
                OrderBackordered(self._world.now, order.customer, order.nth, order.segment, missing)
            )
        for part in parts:  # after the claim: a review looks at what this order leaves
            self.planning[part].demand()

    def receive(self, component: Component, units: int) -> None:
        """Put a delivery of the supplier on the shelf; the oldest waiting orders are served."""
        self.planning[component].received(units)
        self.room.receive(component.name.lower(), units)

    def cancel(self, order: Order) -> bool:
        """Cancel on the customer's wish; False when the parcel has left the bench."""
        if order.shipped or order.closed or order.claim is None:
            return False
        order.closed = True
        if order.claim.granted:
            self._on_bench -= 1
            self.room.put_back(order.claim)
        else:
            self.room.cancel(order.claim)
        self._world.record(
            OrderCancelled(self._world.now, order.customer, order.nth, order.segment)
        )
        return True

    @property
    def bench_queue(self) -> int:
        """Orders waiting to be packed."""
        return self._on_bench

    def _allocated(self, order: Order) -> None:
        now = self._world.now
        self._record_allocated((now, order.customer, order.nth, order.segment, now - order.placed))
        self._on_bench += 1
        self._bench.append(order)

    def _pick_wave(self) -> None:
        """Every half hour: pack, oldest allocation first, what the benches can."""
        if not self._config.hours.at(self._world.now):
            return
        hours = self._config.hours.integral(*_day_of(self._world.now))
        per_wave = self._config.capacity_per_day * self._config.wave / hours
        self._allowance += per_wave * self._capacity.value
        bench, packed_before = self._bench, len(self._packed)
        while bench and self._allowance >= 1.0:
            order = bench.popleft()
            if not order.closed:
                self._allowance -= 1.0
                self._pack(order)
        self._allowance = min(self._allowance, 1.0)
        cents = round(100 * self._config.picking_cost)
        self.post(Account.PICKING, Account.CASH, cents * (len(self._packed) - packed_before))

    def _pack(self, order: Order) -> None:
        order.shipped = True
        order.claim = None  # used up; and claim and order would keep each other in memory
        self._on_bench -= 1
        self._packed.append(order)
        self._record_picked((self._world.now, order.customer, order.nth, order.segment))

    def _hand_over(self) -> None:
        """The carrier takes what is packed; express only where the record says so."""
        if not self._config.carrier.pickup.at(self._world.now) or not self._packed:
            return
        orders, self._packed = self._packed, []
        columns = _columns(orders, "customer", "nth", "segment", "express_on_record")
        self._world.record_block(OrderShipped, self._world.now, *columns)
        self.ship(orders)
        standard = round(100 * self._config.carrier.standard_cost) * len(orders)
        express = round(100 * self._config.carrier.express_cost) * int(columns[3].sum())
        self.post(Account.CARRIAGE, Account.CASH, standard + express)
        self._dispatch(orders)

    def _dispatch(self, orders: list[Order]) -> None:
        ids, nth, express = _columns(orders, "customer", "nth", "express_on_record")
        days = np.where(
            express, self._transit[True].block(ids, nth), self._transit[False].block(ids, nth)
        )
        today = np.floor(self._world.now / DAY) * DAY
        hour = self._config.carrier.delivery_hours.times_in_day(
            today, self._hour.uniforms(ids, nth)
        )
        arrivals = np.maximum(hour + days * DAY, self._world.now)
        for day in np.unique(days):
            chosen = np.flatnonzero(days == day)
            self._world.at(
                today + (day + 1.0) * DAY - 1.0,
                self._arrive,
                [orders[at] for at in chosen],
                arrivals[chosen],
            )

    def _arrive(self, orders: list[Order], arrivals: Floats) -> None:
        """The day's parcels are at the door; whether they were packed right shows now."""
        names = ("customer", "nth", "segment", "placed", "due", "due_on_record", "stated_due")
        ids, nth, *others = _columns(orders, *names)
        complete = self._packs_wrong.uniforms(ids, nth) >= self._config.error_share
        self._world.record_block(OrderDelivered, arrivals, ids, nth, *others, complete)
        segments, placed, due = others[:3]
        self._delivered.count(segments, placed, due, arrivals, complete)
        for order in orders:
            order.closed = True
        self.deliver(orders, arrivals, complete.astype(float))

    def _tell_delays(self) -> None:
        """Each morning: how long an order placed now would take, as far as logistics can see."""
        usual = self._config.usual_days
        rate = self._config.capacity_per_day * self._capacity.value
        queue = max(0.0, self.bench_queue / rate - 1.0) if rate else usual
        base = usual + queue + self.planning[Component.CHASSIS].days_to_stock()
        niche = base + self.planning[Component.KIT].days_to_stock()
        self._information.send(
            "stock_eta",
            "logistics",
            {"base_days": base, "niche_days": niche},
            prior={"base_days": usual, "niche_days": usual},
        )


def _columns(orders: list[Order], *names: str) -> list[NDArray[Any]]:
    """The orders' fields as one array each."""
    return [np.array(list(map(attrgetter(name), orders))) for name in names]


def _day_of(now: float) -> tuple[float, float]:
    start = float(np.floor(now / DAY) * DAY)
    return start, start + DAY
