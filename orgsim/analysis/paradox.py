"""The silo paradox index: local success times global loss (MODEL s.9).

    PI = max(0, mean(a_Mkt, a_Sal)) x max(0, -(V_design - V_none) / campaign spend)

a is by how much marketing and sales beat their own targets in the weeks of what the firm itself
decided (0.8: by 80 %): demand that comes from outside, as in a pandemic, is nobody's success. V is
the company's value with the campaign and without it. The index is 0 where nobody beats a target,
and where the company loses nothing; the paradox needs both. Per replication, on the same luck.

The spend is what was really spent within the run: target pressure moves it away from the budget,
and a run may end before its campaign does.

Assumed: one campaign, or all of them together; where nothing is spent there is no index (NaN).

Reference: MODEL s.9 (silo-paradox scorecard).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

IN_WORDS = (
    "mean share by which marketing (leads) and sales (bookings) beat their targets, if they do, "
    "times the company value lost per euro that the campaign cost, if any is"
)
FLAGGED_FROM = 0.05
"""An index above this, with a niche NPS below 0, marks the paradox (MODEL s.9)."""


def paradox_index(
    attainments: ArrayLike, value_change: ArrayLike, spend: ArrayLike
) -> NDArray[np.float64]:
    """The index of each replication.

    ``attainments`` has a row per area and a column per replication; ``value_change`` is the value
    with the campaign less that without, ``spend`` what the campaign cost, EUR per replication.

    >>> paradox_index([[1.0], [0.5]], [-150e3], [300e3]).tolist()
    [0.375]
    """
    success = np.maximum(0.0, np.mean(np.atleast_2d(attainments), axis=0))
    change = np.asarray(value_change, dtype=np.float64)
    cost = np.broadcast_to(np.asarray(spend, dtype=np.float64), change.shape)
    none = np.full(change.shape, np.nan)
    lost = np.divide(np.maximum(0.0, -change), cost, out=none, where=cost > 0)
    return np.asarray(success * lost)
