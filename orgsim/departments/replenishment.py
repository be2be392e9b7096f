"""Replenishment: what to order from whom, and how much (MODEL M3.2, M3.3, L1, L2).

Modelled: each component's demand is forecast by exponential smoothing of past *orders*, which
cannot see a campaign nobody mentioned; on top comes what the received campaign plan promises beyond
the forecast.

1. At each review, Monday 06:00 for a period of whole weeks, the mean daily demand d since the last
   one updates the forecast f and its variance (both per day; R days between reviews):

       f <- f + alpha (d - f),     sigma^2 <- sigma^2 + alpha (R (d - f_old)^2 - sigma^2).

2. Order up to S what the position (on hand + on order - backordered) lacks of it, whole units:

       S = f (L + R) + z sqrt(sigma^2 (L + R) + f^2 sigma_L^2) + overlay.

3. The overlay, where a campaign plan was received: over the next L + R days, the units that the
   planned niche orders of a day take, less the kit's forecast, where positive.
4. A fixed base stock S, reviewed after every demand when R = 0, is the textbook station.

Assumed: the planner knows the mean and spread of the supplier's lead time, and counts on a purchase
order after the mean. Silver, Pyke & Thomas (2017) for the rule.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from math import sqrt
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, field_validator

from orgsim.config.base import Config, param
from orgsim.entities import Component
from orgsim.governance.information import Information
from orgsim.kernel.resources import StockRoom
from orgsim.kernel.world import Rank, World
from orgsim.units import DAY, WEEK, Count, Duration, Number, Quantity

MONDAY_MORNING = 6.0
"""Hours after the week's start at which planners review (MODEL s.0.3)."""


class OrderUpTo(Config):
    """Forecast-driven order-up-to with a safety stock for demand and lead time."""

    kind: Literal["order_up_to"]
    review: Duration = param("time between reviews (R)", unit="h", section="M3.3", ge=1)
    safety: Number = param(
        "standard deviations of demand over the cover that are held as safety stock (z)",
        section="M3.3",
        ge=0,
    )
    smoothing: Number = param(
        "weight of the latest period in the forecast (alpha)", section="M3.2", ge=0, le=1
    )
    lead_time: Duration = param(
        "lead time the planner reckons with (L)", unit="h", section="M3.3", ge=0
    )
    lead_time_cv: Number = param(
        "coefficient of variation of the lead time the planner reckons with",
        section="M3.3",
        ge=0,
        le=100,
    )

    @property
    def cover(self) -> float:
        """What an order must last for: lead time and review (L + R), in days."""
        return (self.lead_time + self.review) / DAY


class BaseStock(Config):
    """A fixed order-up-to level; review 0 means after every demand."""

    kind: Literal["base_stock"]
    level: Count = param(
        "units on hand and on order after a review (S)", unit="units", section="O5"
    )
    review: Duration = param("time between reviews (R)", unit="h", section="O5", ge=0)

    @field_validator("review")
    @classmethod
    def _is_a_working_rhythm(cls, value: float) -> float:
        if 0 < value < 1:
            raise ValueError("must be 0 (after every demand) or at least 1h")
        return value


Policy = Annotated[OrderUpTo | BaseStock, Field(discriminator="kind")]


class ComponentConfig(Config):
    """How one component is stocked."""

    policy: Policy = param("how it is ordered", section="M3.3")
    opening_stock: Count = param(
        "units on hand when the clock starts", unit="units", section="s.11", ge=0
    )
    opening_forecast: Quantity = param(
        "forecast of a day's demand when the clock starts", unit="1/d", section="s.11", ge=0
    )
    opening_deviation: Quantity = param(
        "standard deviation of a day's demand, as believed when the clock starts",
        unit="1/d",
        section="M3.2",
        ge=0,
    )
    share_of_niche_plan: Number = param(
        "units of it per niche order of the campaign plan",
        unit="units",
        section="M3.1",
        ge=0,
        le=10,
    )

    def most_on_order(self, demand: float) -> float:
        """About the highest level to order up to, if ``demand`` is the highest of a day (units)."""
        if isinstance(self.policy, BaseStock):
            return float(self.policy.level)
        forecast, days = max(self.opening_forecast, demand), self.policy.cover
        spread = self.policy.lead_time_cv * self.policy.lead_time / DAY
        deviation = max(self.opening_deviation, demand) * sqrt(days) + forecast * spread
        return forecast * days + self.policy.safety * deviation


class Replenishment:
    """Keeps one component in stock."""

    def __init__(
        self,
        world: World,
        config: ComponentConfig,
        component: Component,
        room: StockRoom,
        information: Information,
    ) -> None:
        self._world = world
        self._config = config
        self._component = component
        self._room = room
        self._information = information
        self._expected: deque[tuple[float, int]] = deque()
        self._week_demand = 0
        self.forecast = config.opening_forecast
        self._variance = config.opening_deviation**2
        self.order: Callable[[int], None] = lambda units: None
        self.niche_forecast: Callable[[], float] = lambda: self.forecast
        if isinstance(config.policy, OrderUpTo) or config.policy.review > 0:
            first = world.now + config.policy.review + MONDAY_MORNING
            world.every(config.policy.review, self._review, first=first, rank=Rank.WEEKLY)

    def demand(self) -> None:
        """One unit was asked for."""
        self._week_demand += 1
        if isinstance(self._config.policy, BaseStock) and self._config.policy.review == 0:
            self._review()

    def received(self, units: int) -> None:
        """The oldest purchase order of this size arrived; shipments may overtake each other."""
        sizes = (size for _, size in self._expected)
        del self._expected[next(at for at, size in enumerate(sizes) if size == units)]

    def expect(self, units: int, age: float = 0.0) -> None:
        """Count on a purchase order placed ``age`` hours ago."""
        self._expected.append((self._world.now - age + self._planned_lead(), units))

    @property
    def on_hand(self) -> int:
        """Units on the shelf that no order has claimed."""
        return self._room.on_hand[self._component.name.lower()] or 0

    @property
    def on_order(self) -> int:
        """Units ordered and not yet received."""
        return sum(units for _, units in self._expected)

    def position(self) -> int:
        """Inventory position: on hand + on order - backordered."""
        name = self._component.name.lower()
        return self.on_hand + self.on_order - self._room.waiting(name)

    def days_to_stock(self) -> float:
        """Days until a missing part should be back, by the lead time planned with."""
        if self.on_hand > 0:
            return 0.0
        if not self._expected:
            return self._planned_lead() / DAY
        return max(1.0, (self._expected[0][0] - self._world.now) / DAY)

    def _review(self) -> None:
        """Update the forecast, then order up to the level."""
        policy = self._config.policy
        if isinstance(policy, OrderUpTo):
            self._learn(policy)
        short = int(np.ceil(self._level() - self.position()))
        if short > 0:
            self.expect(short)
            self.order(short)

    def _planned_lead(self) -> float:
        policy = self._config.policy
        return policy.lead_time if isinstance(policy, OrderUpTo) else 0.0

    def _learn(self, policy: OrderUpTo) -> None:
        days = policy.review / DAY
        error = self._week_demand / days - self.forecast
        self.forecast += policy.smoothing * error
        self._variance += policy.smoothing * (days * error * error - self._variance)
        self._week_demand = 0

    def _level(self) -> float:
        policy = self._config.policy
        if isinstance(policy, BaseStock):
            return policy.level
        cover = policy.cover
        spread = policy.lead_time_cv * policy.lead_time / DAY
        deviation = np.sqrt(self._variance * cover + (self.forecast * spread) ** 2)
        return float(self.forecast * cover + policy.safety * deviation + self._overlay(cover))

    def _overlay(self, cover_days: float) -> float:
        """Planned niche units within the cover that the forecast does not see yet (MODEL L2)."""
        belief = self._information.belief("logistics", "campaign_plan")
        if belief is None or not self._config.share_of_niche_plan:
            return 0.0
        plan = belief.content["orders_per_week"] * self._config.share_of_niche_plan / 7.0
        starts = belief.dates["onset"] + WEEK * np.arange(plan.size)
        until = self._world.now + cover_days * DAY
        overlap = np.minimum(starts + WEEK, until) - np.maximum(starts, self._world.now)
        unseen = np.maximum(0.0, plan - self.niche_forecast())
        return float((unseen * np.maximum(overlap, 0.0)).sum() / DAY)
