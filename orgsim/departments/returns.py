"""Returns: goods that come back are inspected before the money goes back (MODEL M3.11, C1).

Modelled: a customer who sends a parcel back is promised the refund within a few days, whoever has
to inspect how many parcels; so a wave of returns makes refunds late.

1. Sent back: the refund is promised for the end of a stated number of days after the day the
   customer handed the parcel to the carrier.
2. On its way it takes the days of a standard parcel, and arrives in the delivery hours of that day
   or of the next that has any. The company pays the carriage; from now on it owes the price.
3. Inspection has a number of places. A parcel waits for a place, first come first served, and takes
   it for the time of an inspection; the refund is paid at once after that. What was recalled needs
   no inspection.

Assumed: every return is accepted and refunded in full; returned goods are sold on rather than put
back on the shelf (see finance). Little (1961) for the places that a flow of returns takes: returns
per day x days of an inspection.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from math import floor

from orgsim.config.base import Config, param
from orgsim.departments.shipping import CarrierConfig
from orgsim.entities import Account, Order, Post, due_date, nobody
from orgsim.facts_after_sale import (
    ReturnInspected,
    ReturnReceived,
    ReturnSent,
)
from orgsim.kernel.resources import Pool
from orgsim.kernel.world import World
from orgsim.units import DAY, Count, Duration


class ReturnsConfig(Config):
    """How returned parcels are dealt with."""

    places: Count = param(
        "parcels that can be under inspection at once", unit="parcels", section="M3.11", ge=0
    )
    inspection: Duration = param("time of an inspection", unit="h", section="M3.11", ge=0)
    refund_days: Count = param(
        "days within which a refund is promised, from the day of sending back",
        unit="d",
        section="M3.11",
        ge=0,
        le=3650,
    )


class Returns:
    """Takes parcels back, inspects them, and has them refunded."""

    def __init__(
        self, world: World, config: ReturnsConfig, carrier: CarrierConfig, post: Post
    ) -> None:
        self._world = world
        self._config = config
        self._carrier = carrier
        self._post = post
        self._transit = world.draws.quantity("carrier.back", carrier.standard)
        self._hour = world.draws.stream("carrier.back_hour")
        self.inspection = Pool(world, "inspection", config.places)
        self.owe: Callable[[Order], None] = nobody
        self.refund: Callable[[Order], None] = nobody

    @property
    def in_hand(self) -> int:
        """Parcels received whose inspection is not over."""
        return self.inspection.queued + self.inspection.busy

    def take_back(self, order: Order) -> None:
        """The customer hands the parcel to the carrier now."""
        now = self._world.now
        order.refund_due = due_date(now, self._config.refund_days)
        self._world.record(
            ReturnSent(now, order.customer, order.nth, order.segment, order.refund_due)
        )
        hours = self._carrier.delivery_hours
        day = floor(now / DAY) * DAY + self._transit.one(order.customer, order.nth) * DAY
        luck = self._hour.uniform(order.customer, order.nth)
        arrival = hours.time_in_day(hours.open_day(day), luck)
        self._world.at(max(now, arrival), self._receive, order)

    def _receive(self, order: Order) -> None:
        """The parcel is back: its carriage is paid, its price is owed."""
        self._world.record(
            ReturnReceived(
                self._world.now, order.customer, order.nth, order.segment, order.price_cents
            )
        )
        self._post(Account.CARRIAGE, Account.CASH, round(100 * self._carrier.standard_cost))
        self.owe(order)
        if order.is_recalled:
            self._settle(order)
        else:
            self._world.start(self._inspect(order), name="inspection")

    def _inspect(self, order: Order) -> Generator[object, object, None]:
        """Wait for a place, be inspected, be refunded."""
        yield self.inspection
        yield self._config.inspection
        self.inspection.release()
        self._settle(order)

    def _settle(self, order: Order) -> None:
        """The parcel is looked at, and its price goes back."""
        self._world.record(
            ReturnInspected(self._world.now, order.customer, order.nth, order.segment)
        )
        self.refund(order)
