"""Do two numbers rank the same settings alike: Spearman's rank correlation (MODEL s.9).

What it is for: an area's own number and the company's value over the points of a sweep. Where what
is better for the area is worse for the company, the silo is in the settings and not in one run.

Assumed: points of a sweep are chosen and no sample; p is the share of all orders in which the ranks
would agree, or oppose each other, at least as much as they do (of more than seven points, by
Student's t). Fewer than three points, or numbers that never move, have no correlation.

Reference: Spearman (1904), The proof and measurement of association between two things.
"""

from __future__ import annotations

from itertools import permutations
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtr
from scipy.stats import rankdata

_EXACT = 7  # up to so many points every order is tried, 5,040; beyond, Student's t will do
_ROUNDING = 1e-9


class Agreement(NamedTuple):
    """Spearman's rho over ``points`` settings, and how often chance does as much (two-sided)."""

    points: int
    rho: float
    p_value: float


def rank_agreement(one: ArrayLike, other: ArrayLike) -> Agreement:
    """How far two columns rank the points alike; points that lack either (NaN) are left out.

    >>> rank_agreement([1, 2, 3, 4], [10, 30, 20, 40])
    Agreement(points=4, rho=0.8, p_value=0.3333333333333333)
    """
    pairs = np.column_stack([np.asarray(one, dtype=float), np.asarray(other, dtype=float)])
    pairs = pairs[np.isfinite(pairs).all(axis=1)]
    n = len(pairs)
    ranks = rankdata(pairs, axis=0) - (n + 1) / 2.0
    size = float(np.sqrt(np.prod(np.sum(ranks**2, axis=0)))) if n else 0.0
    if n < 3 or not size:
        return Agreement(n, np.nan, np.nan)
    rho = round(float(ranks[:, 0] @ ranks[:, 1]) / size, 12)
    if n <= _EXACT:
        orders = np.array(list(permutations(ranks[:, 1])))
        as_much = np.abs(orders @ ranks[:, 0]) >= (abs(rho) - _ROUNDING) * size
        return Agreement(n, rho, float(as_much.mean()))
    if abs(rho) == 1.0:
        return Agreement(n, rho, 0.0)
    t = abs(rho) * np.sqrt((n - 2) / (1.0 - rho**2))
    return Agreement(n, rho, float(2.0 * stdtr(n - 2, -t)))
