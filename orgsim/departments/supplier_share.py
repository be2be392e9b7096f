"""What the supplier keeps for us: the share of the line that our orders have earned (MODEL M3.4).

Modelled: a supplier whose line could serve others as well keeps all of it for a customer who orders
as usual, and less for one who cuts orders. At each week's end, with w the units ordered in it,

    recent <- recent + (w - recent) week / memory,
    share = 1 - loyalty max(0, 1 - recent / usual),      capacity for us = share kap.

With loyalty 0 the line is always ours; with loyalty 1 we get of it what we lately ordered of the
usual. More than usual earns no more than the line there is.

Assumed: what is usual was agreed once and is not renegotiated; the share touches making, not the
journey, and so means nothing to a supplier of unlimited capacity. Allocation by past orders ("turn
and earn"): Cachon & Lariviere (1999), Management Science 45(5).
"""

from __future__ import annotations

from collections.abc import Callable

from orgsim.config.base import Config, param
from orgsim.kernel.world import Rank, World
from orgsim.units import WEEK, Duration, Rate, Share


class LoyaltyConfig(Config):
    """How the supplier answers when we cut orders."""

    weight: Share = param(
        "how far our share of the line follows our orders; 0 = not at all", section="M3.4"
    )
    usual: Rate = param("units we usually order, which the line was set up for", section="M3.4")
    memory: Duration = param(
        "time over which recent orders are averaged", unit="h", section="M3.4", ge=WEEK
    )


class SupplierShare:
    """The share of its line that the supplier keeps for us."""

    def __init__(self, world: World, config: LoyaltyConfig, changed: Callable[[], None]) -> None:
        self._config = config
        self._changed = changed
        self._usual = config.usual * WEEK
        self._recent = self._usual
        self._this_week = 0
        self.value = 1.0
        if config.weight > 0.0 and self._usual > 0.0:
            world.every(WEEK, self._reconsider, first=world.now + WEEK, rank=Rank.CALENDAR)

    def ordered(self, units: int) -> None:
        """We ordered so many."""
        self._this_week += units

    def _reconsider(self) -> None:
        week, self._this_week = self._this_week, 0
        self._recent += (week - self._recent) * WEEK / self._config.memory
        value = 1.0 - self._config.weight * max(0.0, 1.0 - self._recent / self._usual)
        if value != self.value:
            self.value = value
            self._changed()
