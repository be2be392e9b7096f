"""Ordering policies: when to order from the supplier, and how much (MODEL M3.3, O5).

Modelled: what a planner does with what is seen of one component at a review, each rule by its usual
letters. The position is on hand + on order - backordered; R is the time between two reviews, and 0
means after every demand.

1. Order up to S what the position lacks of it, with a forecast f and its spread sigma (per day), z
   standard deviations of safety, and what a plan or the last season promises beyond the forecast
   within L + R:

       S = f (L + R) + z sqrt(sigma^2 (L + R) + f^2 sigma_L^2) + overlay.

2. Base stock: the same with a fixed S.
3. Reorder point (r, Q): at a position of r or less, the fewest lots of Q that lift it above r. Unit
   by unit that is one lot; where a review finds more gone than Q, several, as (r, nQ) has it.
4. Min-max (s, S): at a position of s or less, up to S.
5. Anchor and adjust: order what is expected to be asked for until the next review, and part of what
   is missing of the desired stock S', seeing only part of what is on order:

       O = max(0, f R + alpha_S (S' - stock - beta_SL on order)),    stock = on hand - backordered.

   With alpha_S = beta_SL = 1 it is order-up-to S' + f R: a base stock if f stands still.

Assumed: rules 1 to 4 order whole units, up; people (5) round to the nearest. Only rule 1 knows of
plans and seasons; only 1 and 5 forecast. Silver, Pyke & Thomas (2017) for 1 to 4; Sterman (1989),
Management Science 35(3), for 5, whose subjects had theta .36, alpha_S .26, beta_SL .34 and S' 17 in
the mean.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, field_validator, model_validator

from orgsim.config.base import Config, param
from orgsim.units import DAY, Count, Duration, Number, Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What a planner sees of one component at a review.

    ``stock`` is on hand less backordered (units), ``forecast`` and ``variance`` are of a day's
    demand; ``planned(days)`` says what is known to come beyond the forecast in so many days.
    """

    stock: int
    on_order: int
    forecast: float
    variance: float
    planned: Callable[[float], float]

    @property
    def position(self) -> int:
        """Inventory position: on hand + on order - backordered."""
        return self.stock + self.on_order


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
    season: Duration = param(
        "time after which demand is known to repeat itself, in whole reviews; 0 = of no season. "
        "Nothing is known before one has passed: run at least two",
        unit="h",
        section="s.8",
        ge=0,
    )

    @model_validator(mode="after")
    def _season_is_of_reviews(self) -> OrderUpTo:
        if self.season % self.review:
            raise ValueError(
                f"season: {self.season / DAY:g} days are no whole number of reviews of "
                f"{self.review / DAY:g} days"
            )
        return self

    @property
    def cover(self) -> float:
        """What an order must last for: lead time and review (L + R), in days."""
        return (self.lead_time + self.review) / DAY

    @property
    def _lead_time_deviation(self) -> float:
        return self.lead_time_cv * self.lead_time / DAY

    def quantity(self, seen: Situation) -> int:
        """Units to order now."""
        cover = self.cover
        lead_time_units = seen.forecast * self._lead_time_deviation
        deviation = np.sqrt(seen.variance * cover + lead_time_units**2)
        level = seen.forecast * cover + self.safety * deviation + seen.planned(cover)
        return max(0, int(np.ceil(level - seen.position)))

    def highest(self, forecast: float, deviation: float) -> float:
        """About the highest position, if these are the highest demand of a day and its spread."""
        spread = deviation * sqrt(self.cover) + forecast * self._lead_time_deviation
        return forecast * self.cover + self.safety * spread


class _FixedLevels(Config):
    """A rule with fixed levels: it neither forecasts nor reckons with a lead time."""

    review: Duration = param(
        "time between reviews (R); 0 = after every demand", unit="h", section="O5", ge=0
    )

    @field_validator("review")
    @classmethod
    def _is_a_working_rhythm(cls, value: float) -> float:
        if 0 < value < 1:
            raise ValueError("must be 0 (after every demand) or at least 1h")
        return value

    @property
    def lead_time(self) -> None:
        """No lead time is reckoned with."""
        return None

    @property
    def smoothing(self) -> float:
        """No forecast is kept."""
        return 0.0

    @property
    def season(self) -> float:
        """No season is known."""
        return 0.0


class BaseStock(_FixedLevels):
    """A fixed order-up-to level; review 0 means after every demand."""

    kind: Literal["base_stock"]
    level: Count = param(
        "units on hand and on order after a review (S)", unit="units", section="O5"
    )

    def quantity(self, seen: Situation) -> int:
        """Units to order now."""
        return max(0, self.level - seen.position)

    def highest(self, forecast: float, deviation: float) -> float:
        """The highest position."""
        return float(self.level)


class ReorderPoint(_FixedLevels):
    """Fixed lots once the position has fallen to the reorder point: (r, Q)."""

    kind: Literal["reorder_point"]
    reorder_point: Count = param(
        "position at or below which a lot is ordered (r)", unit="units", section="M3.3"
    )
    order_quantity: Count = param("units of one lot (Q)", unit="units", section="M3.3", ge=1)

    def quantity(self, seen: Situation) -> int:
        """Units to order now: no lot, one, or as many as lift the position above r."""
        short = self.reorder_point + 1 - seen.position
        return max(0, -(-short // self.order_quantity)) * self.order_quantity

    def highest(self, forecast: float, deviation: float) -> float:
        """The highest position."""
        return float(self.reorder_point + self.order_quantity)


class MinMax(_FixedLevels):
    """Up to a level once the position has fallen to the reorder point: (s, S)."""

    kind: Literal["min_max"]
    reorder_point: Count = param(
        "position at or below which an order is placed (s)", unit="units", section="M3.3"
    )
    order_up_to_level: Count = param(
        "units on hand and on order after an order (S)", unit="units", section="M3.3", ge=1
    )

    @model_validator(mode="after")
    def _has_room_for_an_order(self) -> MinMax:
        if self.order_up_to_level <= self.reorder_point:
            raise ValueError(
                f"order_up_to_level: {self.order_up_to_level} must lie above reorder_point, "
                f"{self.reorder_point}"
            )
        return self

    def quantity(self, seen: Situation) -> int:
        """Units to order now."""
        is_due = seen.position <= self.reorder_point
        return self.order_up_to_level - seen.position if is_due else 0

    def highest(self, forecast: float, deviation: float) -> float:
        """The highest position."""
        return float(self.order_up_to_level)


class AnchorAndAdjust(Config):
    """How people order: the forecast, and part of what is missing of the stock they wish for."""

    kind: Literal["anchor_and_adjust"]
    review: Duration = param("time between reviews (R)", unit="h", section="M3.3", ge=1)
    smoothing: Number = param(
        "weight of the latest period in the forecast (theta)", section="M3.2", ge=0, le=1
    )
    desired_stock: Count = param(
        "units wished for on the shelf and, as far as it is seen, on order (S')",
        unit="units",
        section="M3.3",
    )
    stock_adjustment: Share = param(
        "share of what is missing that is ordered at a review (alpha_S)", section="M3.3"
    )
    supply_line_weight: Share = param(
        "share of what is on order that the planner takes into account (beta_SL)", section="M3.3"
    )
    lead_time: Duration = param(
        "lead time after which the planner counts on an order", unit="h", section="M3.3", ge=0
    )

    @property
    def season(self) -> float:
        """No season is known."""
        return 0.0

    def quantity(self, seen: Situation) -> int:
        """Units to order now."""
        return round(self.wish(seen))

    def wish(self, seen: Situation) -> float:
        """What would be ordered if units could be divided."""
        missing = self.desired_stock - seen.stock - self.supply_line_weight * seen.on_order
        anchor = seen.forecast * self.review / DAY
        return max(0.0, anchor + self.stock_adjustment * missing)

    def highest(self, forecast: float, deviation: float) -> float:
        """About the highest position: what is on order may not be seen at all."""
        an_order = forecast * self.review / DAY + self.stock_adjustment * self.desired_stock
        return self.desired_stock + an_order * (1.0 + self.lead_time / self.review)


Policy = Annotated[
    OrderUpTo | BaseStock | ReorderPoint | MinMax | AnchorAndAdjust, Field(discriminator="kind")
]
