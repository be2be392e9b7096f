"""Shocks of supply: what comes in, or must be taken back (MODEL s.8)."""

from __future__ import annotations

from typing import Literal

from orgsim.config.base import param
from orgsim.shocks.base import Levers, ShockConfig, turn_for_a_while
from orgsim.units import Duration, Number, Share


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
    """Customers hear that the product may be faulty: many ask, and some send it back.

    Besides their general questions customers ask about the recall, for the duration, so that
    together these are `contacts` times the usual; no self-service has an answer. At the onset the
    share `returned` of all parcels delivered within `sold_within` before it, and not gone back yet,
    is to be sent back; it is refunded without inspection, and its goods are worth nothing.
    """

    kind: Literal["product_recall"]
    contacts: Number = param(
        "general questions and those about the recall, times the usual general ones",
        unit="times",
        section="s.8",
        ge=1,
    )
    returned: Share = param("share of the parcels recalled that come back", section="s.8", ge=0)
    sold_within: Duration = param(
        "how long before the onset parcels were delivered that are recalled, those before the "
        "warm-up left out",
        unit="h",
        section="s.8",
        ge=0,
    )

    def schedule(self, levers: Levers) -> None:
        """Let customers ask about the recall, and call back what was sold."""
        turn_for_a_while(levers.world, "customers.recall_questions", self.contacts - 1.0, self)
        levers.recall(self.onset, self.sold_within, self.returned)
