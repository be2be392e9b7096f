"""Logistics: from the order record to the customer's door (MODEL M3.1, M3.6, M3.7).

Modelled: an order needs a chassis, a niche order a kit as well; parts are set aside by a rule that
is a decision, and an order whose part is missing waits without blocking others. What follows is in
`picking`, `accessories`, `shipping` and `returns`.

1. Accept: set all parts aside if they are on the shelf, all or none; else the customer leaves,
   takes the other variant (`stock_outs`) or waits. A receipt, or what is put back, serves those
   that can be served by the rule:
   - first come first served: the oldest first;
   - niche first, base first: the oldest of that segment before any of the other;
   - promise date: the earliest date on the order record first, the oldest of equals;
   - fair share: while both segments wait for what is there, they take turns in proportion to how
     many of each wait, the oldest of each first.
2. An order with all its parts goes to the benches, or waits for missing accessories first.
3. Cancel: as long as it is not packed an order may be cancelled; its parts return to the shelf and
   serve who waits.
4. Tell, each day at 06:00: an order placed now would take the usual days, plus the days of bench
   queue beyond one where it is packed there, plus the days until the parts it takes from stock
   should all be there.

5. The benches pack by the same rule; under fair share, which takes turns over parts only, in the
   order of allocation.

Assumed: unlimited base kits; the date told is that of first come first served. What logistics knows
of a campaign is what it was told. Allocation in assemble-to-order systems after Song & Zipkin
(2003).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from orgsim.config.base import param
from orgsim.departments.accessories import Accessories, AccessoriesConfig
from orgsim.departments.delivered import Delivered
from orgsim.departments.picking import Benches, PickingConfig
from orgsim.departments.replenishment import ComponentConfig, Replenishment
from orgsim.departments.returns import Returns, ReturnsConfig
from orgsim.departments.shipping import CarrierConfig, Shipping
from orgsim.departments.stock_outs import Reaction, StockOutConfig, StockOuts
from orgsim.entities import Account, Component, Order, Post, Segment, nobody
from orgsim.facts import (
    OrderAllocated,
    OrderBackordered,
    OrderCancelled,
    OrderLost,
    OrderSubstituted,
)
from orgsim.governance.information import Information
from orgsim.kernel.resources import StockRoom
from orgsim.kernel.world import Rank, World
from orgsim.units import DAY, Quantity

Rule = Literal["first_come", "niche_first", "base_first", "promise_date", "fair_share"]

_PRECEDENCE: Mapping[Rule, Callable[[Order], float]] = {
    "first_come": lambda order: 0.0,
    "niche_first": lambda order: float(order.segment is not Segment.NICHE),
    "base_first": lambda order: float(order.segment is not Segment.BASE),
    "promise_date": lambda order: order.due_on_record,
    "fair_share": lambda order: 0.0,
}
"""Who comes first among those that wait for parts, by rule: the lowest, the oldest of equals."""


def parts_of(*, is_chassis_shared: bool) -> Mapping[Segment, tuple[Component, ...]]:
    """The stocked parts each kind of order is made of."""
    niche = (Component.CHASSIS, Component.KIT) if is_chassis_shared else (Component.KIT,)
    return {Segment.BASE: (Component.CHASSIS,), Segment.NICHE: niche}


class LogisticsConfig(PickingConfig):
    """Logistics' parameters."""

    chassis: ComponentConfig
    kit: ComponentConfig
    is_chassis_shared: bool = param(
        "whether niche orders take their chassis from the common stock; if not, from one of their "
        "own that never runs out",
        section="M3.1",
    )
    stock_out: StockOutConfig
    allocation: Rule = param("which waiting order gets the parts that arrive", section="M3.6")
    accessories: AccessoriesConfig
    usual_days: Quantity = param(
        "days from order to door in calm times, as everyone believes unasked",
        unit="d",
        section="M6.1",
        ge=0,
    )
    carrier: CarrierConfig
    returns: ReturnsConfig


class Logistics:
    """Fulfils orders: allocates here, then picks, ships and takes back."""

    def __init__(self, world: World, config: LogisticsConfig, information: Information) -> None:
        self._world = world
        self._config = config
        self._information = information
        self._precedence = _PRECEDENCE[config.allocation]
        self.room = StockRoom(
            world,
            {"chassis": config.chassis.opening_stock, "kit": config.kit.opening_stock},
            kinds_take_turns=config.allocation == "fair_share",
        )
        self.planning: Mapping[Component, Replenishment] = {
            part: Replenishment(world, part_config, part, self.room, information)
            for part, part_config in (
                (Component.CHASSIS, config.chassis),
                (Component.KIT, config.kit),
            )
        }
        self._needs = parts_of(is_chassis_shared=config.is_chassis_shared)
        self._shelves = {
            segment: tuple(part.name.lower() for part in parts)
            for segment, parts in self._needs.items()
        }
        self.planning[Component.CHASSIS].feeds_niche = config.is_chassis_shared
        kits = self.planning[Component.KIT]
        self.planning[Component.CHASSIS].niche_forecast = lambda: kits.forecast
        self._held: set[tuple[int, int]] = set()
        self._stock_outs = StockOuts(world, config.stock_out)
        self.turn_away: Callable[[Order], None] = nobody
        self.exchange: Callable[[Order], int] = lambda order: 0
        self.post: Post = nobody
        self.accessories = Accessories(world, config.accessories)
        self.benches = Benches(world, config, self._pay)
        self.benches.precedence = self._precedence
        self.shipping = Shipping(world, config.carrier, self._pay)
        self.benches.hand_on = self.shipping.take
        self.shipping.pick_rests = self.benches.pick_rests
        self.shipping.count = Delivered(world, information, config.usual_days).count
        self.returns = Returns(world, config.returns, config.carrier, self._pay)
        for planner in self.planning.values():
            planner.expediting.post = self._pay
        self._record_allocated = world.journal.recorder(OrderAllocated)
        world.every(DAY, self._tell_delays, first=world.now + 6.0, rank=Rank.NORMAL)

    def accept(self, order: Order) -> None:
        """Set the order's parts aside, or let the customer decide about what is missing."""
        parts = self._needs[order.segment]
        missing = [part for part in parts if not self.planning[part].on_hand]
        if not missing or not self._is_lost(order, missing[0]):
            self.accessories.look_up(order)
            shelves, precedence = self._shelves[order.variant], self._precedence(order)
            order.claim = self.room.request(order, shelves, self._allocated, precedence)
            if missing and not order.claim.granted:
                ids = (order.customer, order.nth, order.segment)
                self._world.record(OrderBackordered(self._world.now, *ids, missing[0]))
        for part in parts:  # after the claim: a review looks at what this order leaves
            self.planning[part].demand(is_short=part in missing)
        if order.substituted:
            for part in self._needs[order.variant]:
                self.planning[part].units_left()

    def _is_lost(self, order: Order, missing: Component) -> bool:
        """Ask what the customer does about the missing part; True if nothing is to be sent."""
        other = self._needs[Segment(1 - order.segment)]
        is_other_there = all(self.planning[part].on_hand for part in other)
        reaction = self._stock_outs.reaction(order, is_other_there=is_other_there)
        ids = (self._world.now, order.customer, order.nth, order.segment, missing)
        if reaction is Reaction.LEAVE:
            order.closed = True
            self._world.record(OrderLost(*ids, order.due))
            self.turn_away(order)
        elif reaction is Reaction.SUBSTITUTE:
            order.substituted = True
            self._world.record(OrderSubstituted(*ids, self.exchange(order)))
        return reaction is Reaction.LEAVE

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
            self._held.discard((order.customer, order.nth))
            self.benches.withdraw(order)
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
        return self.benches.queued

    @property
    def held(self) -> int:
        """Orders with all their parts that wait for accessories before they are packed."""
        return len(self._held)

    def _allocated(self, order: Order) -> None:
        now = self._world.now
        self._record_allocated((now, order.customer, order.nth, order.segment, now - order.placed))
        if self.accessories.hold_up(order):
            self._held.add((order.customer, order.nth))
            self._world.at(order.rest_ready, self._release, order)
        else:
            self.benches.join(order)

    def _release(self, order: Order) -> None:
        """The order's accessories are there; it may have been cancelled meanwhile."""
        if not order.closed:
            self._held.remove((order.customer, order.nth))
            self.benches.join(order)

    def _pay(self, debit: Account, credit: Account, cents: int) -> None:
        self.post(debit, credit, cents)

    def _tell_delays(self) -> None:
        """Each morning: how long an order placed now would take, as far as logistics can see."""
        usual = self._config.usual_days
        rate = self.benches.orders_per_day
        queue = max(0.0, self.bench_queue / rate - 1.0) if rate else usual
        days = {}
        for segment, parts in self._needs.items():
            is_queueing = self._config.are_benches_shared or segment is Segment.BASE
            missing = max(self.planning[part].days_to_stock() for part in parts)
            days[f"{segment.name.lower()}_days"] = usual + queue * is_queueing + missing
        self._information.send(
            "stock_eta",
            "logistics",
            days,
            prior={"base_days": usual, "niche_days": usual},
        )
