"""Forecasting demand: from past orders, and from what a campaign plan says (MODEL M3.2, L2).

Modelled: a forecast made from past *orders*, which cannot see a campaign nobody mentioned, and what
a received plan promises beyond it.

1. With the mean daily demand d of the R days since the last review (f and sigma per day),

       f <- f + alpha (d - f),     sigma^2 <- sigma^2 + alpha (R (d - f_old)^2 - sigma^2).

2. The overlay: over the next so many days, the units that the planned niche orders of a day take,
   less the forecast of what only they need, where positive.

Assumed: what was asked for counts whether or not it could be sold. Simple exponential smoothing
with a smoothed squared error, after Brown (1959).
"""

from __future__ import annotations

import numpy as np

from orgsim.governance.information import Belief
from orgsim.units import DAY, WEEK


class Forecast:
    """What a day's demand is believed to be: its mean and variance, learnt from what was asked."""

    def __init__(self, mean: float, deviation: float) -> None:
        self.mean = mean
        self.variance = deviation**2

    def learn(self, units: int, days: float, smoothing: float) -> None:
        """So many units were asked for in so many days."""
        error = units / days - self.mean
        self.mean += smoothing * error
        self.variance += smoothing * (days * error * error - self.variance)


def planned_beyond(
    belief: Belief | None, units_per_order: float, forecast: float, now: float, days: float
) -> float:
    """Planned units of the next ``days`` that a forecast of so many a day does not see yet.

    ``belief`` is what the planner was told of the campaign, ``units_per_order`` what one of its
    orders takes.
    """
    if belief is None or not units_per_order:
        return 0.0
    plan = belief.content["orders_per_week"] * units_per_order / 7.0
    starts = belief.dates["onset"] + WEEK * np.arange(plan.size)
    overlap = np.minimum(starts + WEEK, now + days * DAY) - np.maximum(starts, now)
    unseen = np.maximum(0.0, plan - forecast)
    return float((unseen * np.maximum(overlap, 0.0)).sum() / DAY)
