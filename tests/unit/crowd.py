"""A few customers without an organisation, for the tests of what customers do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from orgsim.customers.behaviour import Customers, CustomersConfig
from orgsim.entities import ContactBatch, Order, Promise, Reason, Segment
from orgsim.units import DAY
from orgsim.weekly import Weekly
from tests.unit.parts import a_lead, a_promise, a_world, an_order, but, firm

USUAL = firm().customers
SHOP_HOURS = Weekly.parse({"Mon-Sun 00-08": 0.2, "Mon-Sun 08-18": 1.0, "Mon-Sun 18-24": 0.6})
WEIGHTS = np.array([firm().market.base.weights.vector(), firm().market.niche.weights.vector()])


def a_config(**changes: object) -> CustomersConfig:
    """Nobody there at the start, and nobody does anything of their own accord."""
    quiet: dict[str, object] = {
        "order_hours": SHOP_HOURS,
        "count": 0, "loyalty__churn": 0.0, "loyalty__reorder": 0.0, "contact__general": 0.0,
        "contact__wismo": 0.0, "contact__late_wismo": 0.0, "contact__how_to_base": 0.0,
        "contact__how_to_niche": 0.0, "contact__fault": 0.0, "contact__billing": 0.0,
        "cancellation__hazard": 0.0, "survey__share_per_week": 0.0,
        "memory__satisfaction__noise": 0.0,
    }  # fmt: skip
    return but(USUAL, **{**quiet, **changes})


class ACrowd:
    """Some customers of the same kind, and what they ask of others."""

    def __init__(
        self, n: int = 1, segment: Segment = Segment.BASE, replication: int = 0,
        sees_delays: float = 1.0, **changes: object,
    ) -> None:  # fmt: skip
        self.world = a_world(replication=replication)
        self.customers = Customers(
            self.world, a_config(**changes), WEIGHTS, self.offer, 1, sees_delays=sees_delays
        )
        self.people = self.customers.people
        self.contacts: list[ContactBatch] = []
        self.orders: list[Order] = []
        self.customers.contact_support = self.contacts.append
        self.customers.place_order = self.orders.append
        self.segment = segment
        for number in range(n):
            self.customers.welcome(a_lead(number, segment=segment), self.offer(segment))

    def offer(self, segment: Segment) -> Promise:
        return a_promise(3, speed=6 / 7, reliability=0.95, price=0.7, fit=0.8)

    def order(self, row: int = 0, nth: int = 0, days: int = 3) -> Order:
        placed = an_order(
            row, row=row, nth=nth, segment=self.segment, placed=self.world.now,
            promise=replace(self.offer(self.segment), days=days),
        )  # fmt: skip
        self.customers.await_order(placed)
        return placed

    def unpack(self, *orders: Order, at: float) -> None:
        n = len(orders)
        self.customers.unpack(list(orders), np.full(n, at), np.ones(n))
        for order in orders:
            order.closed = True

    def reasons(self) -> list[tuple[int, Reason]]:
        """(day, reason) of every contact so far."""
        return [
            (int(time // DAY), Reason(reason))
            for batch in self.contacts
            for time, reason in zip(batch.times.tolist(), batch.reasons.tolist(), strict=True)
        ]
