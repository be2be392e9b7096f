"""Shocks of supply: a supplier that stops (MODEL s.8)."""

from __future__ import annotations

from typing import Literal

from orgsim.config.base import param
from orgsim.shocks.base import Levers, ShockConfig, turn_for_a_while
from orgsim.units import Share


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
