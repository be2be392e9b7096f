"""Uncertainty of simulated results: intervals, paired differences, run length, warm-up.

What for: a result without its uncertainty is not shown (DESIGN s.1). One value per replication goes
in; small frozen records come out. A value that is not available (NaN) is left out, and `n` says how
many were used. With one value there is a mean and no interval: None, never NaN.

Assumptions: replications are independent; the mean over replications is near normal (t intervals).
Reference: Law, Simulation Modeling and Analysis (5th edition), chapters 9-11.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtr, ndtri, stdtr, stdtrit

from orgsim.errors import ModelError

__all__ = [
    "Estimate",
    "Interval",
    "PairedDifference",
    "Truncation",
    "holm",
    "mean_interval",
    "mser5",
    "paired_difference",
    "proportion_interval",
    "quantile_interval",
    "replications_for",
    "sign_flip_probability",
]

_ROUNDING = 1e-12  # deviations below this share of the values are the last bits of their sums


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval; `level` is the coverage it has at least (exactly for t intervals)."""

    low: float
    high: float
    level: float

    @property
    def half_width(self) -> float:
        """Half the length of the interval."""
        return 0.5 * (self.high - self.low)

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A value from `n` observations; None where the observations cannot give it."""

    n: int
    value: float | None
    standard_error: float | None = None
    interval: Interval | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedDifference:
    """Mean of b - a over pairs with common random numbers.

    `variance_reduction` is how many times more variance the difference of two independent means
    would have (inf if the pairs differ by a constant; None if neither side varies).
    `sign_flip` is the probability that the true difference has the other sign, `p_value` twice it.
    """

    n: int
    mean: float | None
    standard_error: float | None = None
    interval: Interval | None = None
    variance_reduction: float | None = None
    sign_flip: float | None = None
    p_value: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Truncation:
    """MSER-5's advice: leave out the first `observations`; not `is_settled` = the run is short."""

    observations: int
    is_settled: bool


def mean_interval(values: ArrayLike, level: float = 0.95) -> Estimate:
    """Return the mean with its t interval over independent replications.

    No value: value None; one value: interval None. Raises ModelError unless 0 < level < 1.
    """
    x = _available(values)
    _check_share("level", level)
    if x.size == 0:
        return Estimate(n=0, value=None)
    mean = _mean(x)
    if x.size == 1:
        return Estimate(n=1, value=mean)
    error = math.sqrt(_variance(x) / x.size)
    reach = float(stdtrit(x.size - 1, 0.5 + level / 2.0)) * error
    return Estimate(
        n=x.size,
        value=mean,
        standard_error=error,
        interval=Interval(mean - reach, mean + reach, level),
    )


def paired_difference(a: ArrayLike, b: ArrayLike, level: float = 0.95) -> PairedDifference:
    """Return the mean of b - a, replication by replication, with t interval and what pairing gave.

    A pair counts if both values are available. Raises ModelError on unequal lengths.
    """
    first = np.asarray(a, dtype=np.float64).ravel()
    second = np.asarray(b, dtype=np.float64).ravel()
    if first.size != second.size:
        raise ModelError(f"{first.size} and {second.size} values cannot be paired")
    both = ~(np.isnan(first) | np.isnan(second))
    first, second = first[both], second[both]
    estimate = mean_interval(second - first, level)
    if estimate.n < 2:
        return PairedDifference(n=estimate.n, mean=estimate.value)
    unpaired, paired = _variance(first) + _variance(second), _variance(second - first)
    if paired > 0.0:
        reduction: float | None = unpaired / paired
    else:
        reduction = math.inf if unpaired > 0.0 else None
    flip = sign_flip_probability(second - first)
    return PairedDifference(
        n=estimate.n,
        mean=estimate.value,
        standard_error=estimate.standard_error,
        interval=estimate.interval,
        variance_reduction=reduction,
        sign_flip=flip,
        p_value=None if flip is None else 2.0 * flip,
    )


def sign_flip_probability(differences: ArrayLike) -> float | None:
    """Return the probability that the true mean has the other sign than the observed mean.

    The t distribution's tail beyond 0 (flat prior). 0.5 when the mean is exactly 0; None for n < 2.
    All differences equal and not 0: 0.
    """
    x = _available(differences)
    if x.size < 2:
        return None
    mean, error = _mean(x), math.sqrt(_variance(x) / x.size)
    if mean == 0.0:
        return 0.5
    return float(stdtr(x.size - 1, -abs(mean) / error)) if error > 0.0 else 0.0


def quantile_interval(values: ArrayLike, share: float, level: float = 0.95) -> Estimate:
    """Return the quantile with an interval of two order statistics, whatever the distribution.

    The interval's `level` is what it achieves, at least the level asked for with (1 - level)/2 at
    most in either tail; None if there are too few values for it. Source: Conover 1999, s.3.2.
    """
    x = np.sort(_available(values))
    _check_share("share", share)
    _check_share("level", level)
    if x.size == 0:
        return Estimate(n=0, value=None)
    value = float(np.quantile(x, share))
    below = np.asarray(bdtr(np.arange(x.size), x.size, share), dtype=np.float64)  # P(count <= k)
    tail = (1.0 - level) / 2.0 * (1.0 + 1e-12)
    low = int(np.searchsorted(below, tail, side="right")) - 1  # P(count <= low) <= tail
    high = int(np.searchsorted(below, 1.0 - tail, side="left"))  # P(count > high) <= tail
    if low < 0 or high > x.size - 1:
        return Estimate(n=x.size, value=value)
    achieved = float(below[high] - below[low])
    return Estimate(
        n=x.size, value=value, interval=Interval(float(x[low]), float(x[high]), achieved)
    )


def proportion_interval(successes: int, trials: int, level: float = 0.95) -> Estimate:
    """Return a share with its Wilson score interval; value None for no trial.

    Source: Wilson 1927. Stays within [0, 1] and does not shrink to a point at 0 or 1.
    """
    _check_share("level", level)
    if not 0 <= successes <= trials:
        raise ModelError(f"{successes} successes in {trials} trials")
    if trials == 0:
        return Estimate(n=0, value=None)
    z, share = float(ndtri(0.5 + level / 2.0)), successes / trials
    shrink = 1.0 + z * z / trials
    centre = (share + z * z / (2.0 * trials)) / shrink
    reach = z / shrink * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    low = 0.0 if successes == 0 else centre - reach
    high = 1.0 if successes == trials else centre + reach
    return Estimate(
        n=trials,
        value=share,
        standard_error=math.sqrt(share * (1.0 - share) / trials),
        interval=Interval(low, high, level),
    )


def replications_for(
    half_width: float, pilot: ArrayLike, level: float = 0.95, at_most: int = 1_000_000
) -> int | None:
    """Return how many replications a t interval of `half_width` takes, judged from a pilot.

    The smallest n >= 2 with t(n-1) s / sqrt(n) <= half_width, s from the pilot; None if the pilot
    has fewer than 2 values or more than `at_most` would be needed.
    """
    x = _available(pilot)
    _check_share("level", level)
    if not half_width > 0.0:
        raise ModelError(f"the half-width aimed at must be positive, not {half_width}")
    if x.size < 2:
        return None
    deviation = math.sqrt(_variance(x))

    def is_enough(n: int) -> bool:
        quantile = float(stdtrit(n - 1, 0.5 + level / 2.0))
        return quantile * deviation <= half_width * math.sqrt(n)

    high = 2
    while not is_enough(high):
        if high >= at_most:
            return None
        high = min(2 * high, at_most)
    low = max(1, high // 2)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return high


def mser5(series: ArrayLike) -> Truncation:
    """Return how much of the start of a series to leave out as warm-up.

    Means of 5, cut where the standard error of the rest is least. A best cut in the second half is
    no cut: the run is too short (`is_settled` False). Source: White 1997; Hoad et al. 2010.
    """
    x = np.asarray(series, dtype=np.float64).ravel()
    if np.isnan(x).any():
        raise ModelError("MSER-5 needs a series without gaps")
    batches = x[: x.size // 5 * 5].reshape(-1, 5).mean(axis=1)
    n = batches.size
    if n < 4:
        return Truncation(observations=0, is_settled=False)
    centred = batches - batches.mean()
    left = np.arange(n, 1, -1)  # batches kept after leaving out 0, 1, ..., n - 2
    tail = np.cumsum(centred[::-1])[::-1][: n - 1]
    squares = np.cumsum(centred[::-1] ** 2)[::-1][: n - 1]
    score = (squares - tail**2 / left) / left.astype(np.float64) ** 2
    usable = score[: max(1, n - 5)]  # a cut that keeps a handful of batches says nothing
    cut = int(np.argmin(usable))
    settled = cut <= n // 2
    return Truncation(observations=5 * cut if settled else 0, is_settled=settled)


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Return the p-values corrected for looking at all of them, in the order given.

    Source: Holm 1979: step-down; no assumption about dependence.
    """
    for p in p_values:
        if not 0.0 <= p <= 1.0:
            raise ModelError(f"a p-value must lie in [0, 1], not {p}")
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    corrected, running = [0.0] * len(p_values), 0.0
    for rank, i in enumerate(order):
        running = max(running, min(1.0, (len(p_values) - rank) * p_values[i]))
        corrected[i] = running
    return tuple(corrected)


def _available(values: ArrayLike) -> NDArray[np.float64]:
    x = np.asarray(values, dtype=np.float64).ravel()
    if np.isinf(x).any():
        raise ModelError("an infinite value has no mean: pass NaN where a value is not available")
    return x[~np.isnan(x)]


def _mean(x: NDArray[np.float64]) -> float:
    """Return the mean; equal values give that very value."""
    return float(x[0]) if (x == x[0]).all() else math.fsum(x) / x.size


def _variance(x: NDArray[np.float64]) -> float:
    """Return the sample variance (n - 1); exactly 0 for values equal but for rounding."""
    deviations = x - _mean(x)
    if float(np.abs(deviations).max()) <= _ROUNDING * float(np.abs(x).max()):
        return 0.0
    return math.fsum(deviations**2) / (x.size - 1)


def _check_share(what: str, value: float) -> None:
    if not 0.0 < value < 1.0:
        raise ModelError(f"{what} must lie between 0 and 1, not {value}")
