"""Accessories: the further lines of an order, and what happens when one is missing (MODEL M3.8).

Modelled: beside its product an order has a few further lines. A line that is not on the shelf comes
back after a while; until then the order is held back, or its product goes ahead.

1. An order has Poisson(m) further lines, each on the shelf with the fill f when it is accepted. So
   Poisson(m (1 - f)) of them are missing, and all are there with probability exp(-m (1 - f)).
2. Where one is missing, all are there again after a drawn time.
3. Hold: the order waits for them before it goes to the benches, its parts set aside. Split: it is
   packed when its turn comes; what is still missing when the carrier calls follows in a second
   parcel.

Assumed: accessories are not counted in units; one refill brings everything an order lacks. With
1 + Poisson(m) lines of fill f an order is complete with probability f exp(-m (1 - f)) (Song 1998:
order fill rates are far below line fill rates).
"""

from __future__ import annotations

from math import exp
from typing import Literal

from orgsim.config.base import Config, param
from orgsim.entities import Order
from orgsim.facts_after_sale import (
    AccessoriesMissed,
)
from orgsim.kernel.distributions import DurationLaw
from orgsim.kernel.world import World
from orgsim.units import Number, Share


class AccessoriesConfig(Config):
    """How the further lines of an order are served."""

    lines: Number = param(
        "further lines of an order beside its product, on average (m)",
        unit="lines",
        section="L1",
        ge=0,
        le=100,
    )
    fill: Share = param("share of further lines on the shelf (f)", section="M3.8", ge=0, le=1)
    refill: DurationLaw = param(
        "time until the missing lines of an order are there", unit="h", section="M3.8"
    )
    policy: Literal["hold", "split"] = param(
        "wait for what is missing, or send it after", section="M3.8"
    )


class Accessories:
    """Says when an order's further lines are all there."""

    def __init__(self, world: World, config: AccessoriesConfig) -> None:
        self._world = world
        self._complete = complete_share(config.lines, config.fill)
        self._missing = world.draws.stream("accessories.missing")
        self._refill = world.draws.quantity("accessories.refill", config.refill)
        self.are_awaited = config.policy == "hold"

    def look_up(self, order: Order) -> None:
        """Note on an order just accepted when its further lines are there."""
        if self._complete >= 1.0:
            return
        if self._missing.uniform(order.customer, order.nth) < self._complete:
            return
        now = self._world.now
        order.rest_ready = now + self._refill.one(order.customer, order.nth)
        self._world.record(AccessoriesMissed(now, order.customer, order.nth, order.segment))

    def hold_up(self, order: Order) -> bool:
        """Whether the order waits for its further lines before it is packed."""
        return self.are_awaited and order.rest_ready > self._world.now


def complete_share(lines: float, fill: float) -> float:
    """The share of orders none of whose Poisson(m) further lines is missing: exp(-m (1 - f))."""
    return exp(-lines * (1.0 - fill))
