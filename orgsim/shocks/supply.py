"""Shocks of supply: what comes in, or must be taken back (MODEL s.8)."""

from __future__ import annotations

from typing import Literal

from orgsim.config.base import param
from orgsim.shocks.base import Levers, ShockConfig, turn_for_a_while
from orgsim.units import Number, Share


class SupplierOutage(ShockConfig):
    """The supplier of a component works at a fraction of its capacity, or not at all.

    The dial `supplier.COMPONENT.capacity` is turned to what remains, and back; an order in the
    making goes on where it stood.
    """

    kind: Literal["supplier_outage"]
    component: Literal["chassis", "kit"] = param("whose supplier", section="s.8")
    remaining: Share = param("capacity that is left", section="s.8", ge=0, le=1)

    def schedule(self, levers: Levers) -> None:
        """Turn the supplier's capacity down for a while."""
        turn_for_a_while(levers.world, f"supplier.{self.component}.capacity", self.remaining, self)


class ProductRecall(ShockConfig):
    """Customers hear that the product may be faulty: everybody who owns one asks.

    Questions that no order prompted come `contacts` times as often. What is sent back is not part
    of it: it needs a way back for parcels.
    """

    kind: Literal["product_recall"]
    contacts: Number = param(
        "questions of customers, times the usual", unit="times", section="s.8", ge=1
    )

    def schedule(self, levers: Levers) -> None:
        """Let customers ask more often."""
        turn_for_a_while(levers.world, "customers.enquiries", self.contacts - 1.0, self)
