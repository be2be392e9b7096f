"""Expediting: part of an order flies where our own service falls short (MODEL M3.9, O1, O3).

Modelled: the planner of a component may send the share x_e of an order by air, sooner and at a
surcharge per unit.

1. Own gauge: of what was asked for in the last 28 days, the share that was there when asked for.
   Its gap to the target of the line fill rate, as a share of that target, must reach a stated size;
   a gap asked for of -100 % is always reached.
2. x_e of each order's units fly, as far as the week's budget pays for; what is left of a unit is
   carried on to the next order.
3. The surcharge is paid when the order is placed. Both parts queue at the same supplier, the air
   part first.

Assumed: the manager judges by the own area's service alone, and looks back: air freight is paid for
after a stock-out has begun, not before. Dual sourcing with expediting: Minner (2003).
"""

from __future__ import annotations

from collections import deque
from math import floor

from orgsim.config.base import Config, param
from orgsim.entities import Account, Post, nobody
from orgsim.kernel.world import World
from orgsim.units import DAY, WEEK, Duration, Money, Number, Price, Share

_MEMORY = 28 * DAY
"""How far back the own service is looked at (MODEL O1)."""


class ExpediteConfig(Config):
    """When a component's replenishment is sent by air, and what that costs."""

    share: Share = param("share of each order that is sent by air (x_e)", section="M3.9")
    least_gap: Number = param(
        "shortfall of the own line fill, as a share of its target, from which it is used",
        section="M3.9",
        ge=-1,
        le=1,
    )
    budget: Money = param(
        "most that air freight may cost in a week", unit="EUR/wk", section="M3.9", ge=0
    )
    surcharge: Price = param(
        "air freight of a unit beyond the usual freight", unit="EUR", section="M3.9", ge=0
    )
    lead_time: Duration = param(
        "lead time the planner reckons with by air (L_e)", unit="h", section="M3.9", ge=0
    )


class Expediting:
    """Decides how much of a component's orders goes by air."""

    def __init__(self, world: World, config: ExpediteConfig) -> None:
        self._world = world
        self._config = config
        self._days: deque[list[int]] = deque()
        self._owed = 0.0
        self._week, self._spent = -1, 0
        self.is_used = config.share > 0.0
        self.target = 1.0
        self.post: Post = nobody

    def asked(self, *, is_short: bool) -> None:
        """One unit was asked for, and was there or not."""
        today = floor(self._world.now / DAY)
        if not self._days or self._days[-1][0] != today:
            self._days.append([today, 0, 0])
        self._days[-1][1] += 1
        self._days[-1][2] += is_short

    def gap(self) -> float:
        """How far the own fill of the last 28 days lies below its target, as a share of it."""
        while self._days and self._days[0][0] < floor((self._world.now - _MEMORY) / DAY):
            self._days.popleft()
        asked = sum(day[1] for day in self._days)
        if not asked or not self.target:
            return 0.0
        fill = 1.0 - sum(day[2] for day in self._days) / asked
        return 1.0 - fill / self.target

    def by_air(self, units: int) -> int:
        """How many of an order's units fly; their surcharge is paid."""
        if not self.is_used or self.gap() < self._config.least_gap:
            return 0
        self._owed += self._config.share * units
        cents = round(100 * self._config.surcharge)
        flying = min(floor(self._owed + 1e-9), units, self._affordable(cents))
        self._owed = min(self._owed - flying, 1.0)  # what the budget held back is not made up for
        self._spent += cents * flying
        self.post(Account.CARRIAGE, Account.CASH, cents * flying)
        return flying

    def _affordable(self, cents: int) -> int:
        """How many units this week's budget still pays for."""
        week = floor(self._world.now / WEEK)
        if week != self._week:
            self._week, self._spent = week, 0
        left = round(100 * self._config.budget) - self._spent
        return left // cents if cents else 10**9
