"""Shipping: what is packed leaves with the carrier and reaches the door (MODEL M3.8, M3.10).

Modelled: one call of the carrier a day, a whole number of days in transit, and second parcels.

1. At the pick-up hour of each day on which the carrier calls, everything packed leaves. What the
   order *record* says decides between standard and express.
2. It arrives after a whole number of days drawn for standard or express, or on the next day on
   which the carrier delivers, at a moment drawn over that day's delivery hours. With the error
   share of the day it was packed on it turns out wrong.
3. An order some of whose further lines are still missing leaves as a partial delivery. The rest
   leaves, standard, with the first call of the carrier after it is there, at the cost of picking
   and carrying a second parcel; unless the customer has sent the order back by then.

Assumed: the carrier loses and damages nothing; a rest is never packed wrong, and takes no time at
the benches. Reference: MODEL
M3.10.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orgsim.config.base import Config, param
from orgsim.entities import Account, Bools, Floats, Ints, Order, Post, nobody
from orgsim.facts import OrderDelivered, OrderShipped
from orgsim.facts_after_sale import (
    OrderSplit,
    RestDelivered,
    RestDropped,
    RestShipped,
)
from orgsim.kernel.distributions import NumberLaw
from orgsim.kernel.world import Rank, World
from orgsim.units import DAY, Duration, Price
from orgsim.weekly import Weekly


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


class Shipping:
    """Hands parcels to the carrier, who delivers them."""

    def __init__(self, world: World, config: CarrierConfig, post: Post) -> None:
        self._world = world
        self._config = config
        self._post = post
        self._packed: list[Order] = []
        self._split: list[Order] = []
        self._packs_wrong = world.draws.stream("logistics.packs_wrong")
        self._transit = {
            True: world.draws.quantity("carrier.express", config.express),
            False: world.draws.quantity("carrier.standard", config.standard),
        }
        self._rest_transit = world.draws.quantity("carrier.rest", config.standard)
        self._hour = world.draws.stream("carrier.hour")
        self._rest_hour = world.draws.stream("carrier.rest_hour")
        self.pick_rests: Callable[[int], None] = nobody
        self.ship: Callable[[list[Order]], None] = nobody
        self.deliver: Callable[[list[Order], Floats, Floats], None] = nobody
        self.count: Callable[[Ints, Floats, Floats, Floats, Bools], None] = nobody
        self.deliver_rest: Callable[[list[Order], Floats], None] = nobody
        pickup = np.ceil(world.now / DAY) * DAY + config.pickup_hour
        world.every(DAY, self._hand_over, first=pickup, rank=Rank.NORMAL)

    def take(self, order: Order) -> None:
        """Keep a packed order for the carrier."""
        self._packed.append(order)

    @property
    def rests(self) -> int:
        """Partial deliveries whose rest has not left."""
        return len(self._split)

    def _hand_over(self) -> None:
        """The carrier takes what is packed; express only where the record says so."""
        if not self._config.pickup.at(self._world.now):
            return
        self._send_rests()
        if not self._packed:
            return
        orders, self._packed = self._packed, []
        columns = _columns(orders, "customer", "nth", "segment", "express_on_record")
        self._world.record_block(OrderShipped, self._world.now, *columns)
        self.ship(orders)
        standard = round(100 * self._config.standard_cost) * len(orders)
        express = round(100 * self._config.express_cost) * int(columns[3].sum())
        self._post(Account.CARRIAGE, Account.CASH, standard + express)
        self._part(orders)
        self._dispatch(orders)

    def _part(self, orders: list[Order]) -> None:
        """Some orders leave without all their lines; the rest is to follow."""
        for order in orders:
            if order.rest_ready > self._world.now:
                order.is_partial = True
                self._split.append(order)
                self._world.record(
                    OrderSplit(self._world.now, order.customer, order.nth, order.segment)
                )

    def _send_rests(self) -> None:
        """What partial deliveries lacked, and is there by now, follows in a second parcel."""
        now = self._world.now
        there = [order for order in self._split if order.rest_ready <= now]
        self._split = [order for order in self._split if order.rest_ready > now]
        ready = [order for order in there if not order.is_sent_back]
        for order in there:
            if order.is_sent_back:
                self._world.record(RestDropped(now, order.customer, order.nth, order.segment))
        if not ready:
            return
        self.pick_rests(len(ready))
        ids, nth, segments = _columns(ready, "customer", "nth", "segment")
        self._world.record_block(RestShipped, now, ids, nth, segments)
        cents = round(100 * self._config.standard_cost) * len(ready)
        self._post(Account.CARRIAGE, Account.CASH, cents)
        days = self._rest_transit.block(ids, nth)
        luck = self._rest_hour.uniforms(ids, nth)
        self._send(ready, days, luck, self._arrive_with_rests)

    def _dispatch(self, orders: list[Order]) -> None:
        ids, nth, express = _columns(orders, "customer", "nth", "express_on_record")
        days = np.where(
            express, self._transit[True].block(ids, nth), self._transit[False].block(ids, nth)
        )
        arrivals = self._send(orders, days, self._hour.uniforms(ids, nth), self._arrive)
        for order, arrival in zip(orders, arrivals.tolist(), strict=True):
            order.arrives = arrival

    def _send(
        self,
        orders: list[Order],
        days: Floats,
        luck: Floats,
        arrive: Callable[[list[Order], Floats], None],
    ) -> Floats:
        """Let each day's parcels arrive together, at its end; the moment of each."""
        hours = self._config.delivery_hours
        today = float(np.floor(self._world.now / DAY) * DAY)
        arrivals = np.empty(len(orders))
        for day in np.unique(days).tolist():
            chosen = np.flatnonzero(days == day)
            later = hours.open_day(today + day * DAY) - today
            moments = hours.times_in_day(today, luck[chosen], later) + later
            arrivals[chosen] = np.maximum(moments, self._world.now)
            end = today + later + DAY - 1.0
            self._world.at(end, arrive, [orders[at] for at in chosen], arrivals[chosen])
        return arrivals

    def _arrive(self, orders: list[Order], arrivals: Floats) -> None:
        """The day's parcels are at the door; whether they were packed right shows now."""
        names = ("customer", "nth", "segment", "placed", "due", "due_on_record")
        ids, nth, *others, errors, partial = _columns(orders, *names, "error_share", "is_partial")
        complete = (self._packs_wrong.uniforms(ids, nth) >= errors) & ~partial
        self._world.record_block(OrderDelivered, arrivals, ids, nth, *others, complete)
        segments, placed, due = others[:3]
        self.count(segments, placed, due, arrivals, complete)
        for order in orders:
            order.closed = True
        self.deliver(orders, arrivals, complete.astype(float))

    def _arrive_with_rests(self, orders: list[Order], arrivals: Floats) -> None:
        """The day's second parcels are at the door."""
        columns = _columns(orders, "customer", "nth", "segment")
        self._world.record_block(RestDelivered, arrivals, *columns)
        self.deliver_rest(orders, arrivals)


def _columns(orders: list[Order], *names: str) -> list[NDArray[Any]]:
    """The orders' fields as one array each."""
    return [np.array(list(map(attrgetter(name), orders))) for name in names]
