"""Forecasting demand: from past orders, and from what a campaign plan says (MODEL M3.2, L2, s.8).

Modelled: a forecast made from past *orders*, which cannot see a campaign nobody mentioned, what a
received plan promises beyond it, and, if the planner knows how long a season is, what came in the
last one.

1. With the mean daily demand d of the R days since the last review (f and sigma per day),

       f <- f + alpha (d - f),     sigma^2 <- sigma^2 + alpha (R (d - f_old)^2 - sigma^2).

2. The overlay: over the next so many days, the units that the planned niche orders of a day take,
   less the forecast of what only they need, where positive. Whoever receives a plan believes it as
   far as the channel lets it through; to accept it is no decision of its own.
3. A season of n reviews: what was asked for a day at each of the last n reviews, less their mean,
   is expected again n reviews later. It is taken from d before d is learnt from, and added for
   every day that an order must last. Until a whole season has passed nothing is known of it.

Assumed: what was asked for counts whether or not it could be sold; a season adds units and is as
high each time; a past campaign is not told apart from it, so that one told a season after another
is counted twice. Simple exponential smoothing with a smoothed squared error, after Brown (1959);
additive seasons after Winters (1960), Management Science 6(3).
"""

from __future__ import annotations

from collections import deque
from math import ceil

import numpy as np

from orgsim.governance.information import Belief
from orgsim.units import DAY, WEEK


class Forecast:
    """What a day's demand is believed to be: its mean and variance, learnt from what was asked."""

    def __init__(self, mean: float, deviation: float) -> None:
        self.mean = mean
        self.variance = deviation**2

    def learn(self, units: float, days: float, smoothing: float) -> None:
        """So many units were asked for in so many days."""
        error = units / days - self.mean
        self.mean += smoothing * error
        self.variance += smoothing * (days * error * error - self.variance)


class Season:
    """What the planner remembers of the last season, review by review."""

    def __init__(self, reviews: int) -> None:
        self._asked: deque[float] = deque(maxlen=reviews)

    def note(self, per_day: float) -> None:
        """So much was asked for a day since the last review."""
        self._asked.append(per_day)

    def beyond(self, ahead: int = 0) -> float:
        """Units a day beyond the season's mean in the review period so many after the next."""
        reviews = self._asked.maxlen
        if not reviews or len(self._asked) < reviews:
            return 0.0
        return self._asked[ahead % reviews] - sum(self._asked) / reviews

    def units(self, days: float, review_days: float) -> float:
        """Units beyond the mean in the days from a review on."""
        reviews = days / review_days
        shares = (self.beyond(at) * min(1.0, reviews - at) for at in range(ceil(reviews)))
        return review_days * sum(shares)


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
