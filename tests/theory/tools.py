"""What a simulation-against-theory test needs: a tolerance that is not picked by hand.

A simulated mean agrees with a formula if it lies within the t quantile of its own standard error
that a correct program leaves once in `1 / false_alarm` runs. A test that checks that it
would find an error of a stated size (`is_found`) is long enough; else it may pass by being short.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri, stdtrit

FALSE_ALARM = 1e-4  # per comparison: a correct program fails one in ten thousand
POWER = 0.95  # chance of finding an error of the size a test says it finds
PLANTED = 0.03  # the relative error every theory test must be able to find (DESIGN s.9)


@dataclass(frozen=True, slots=True)
class Simulated:
    """A simulated mean, its standard error and the degrees of freedom of that error."""

    mean: float
    standard_error: float
    degrees_of_freedom: int


def over_replications(values: ArrayLike) -> Simulated:
    """One value per independent replication -> mean and standard error."""
    x = np.asarray(values, dtype=np.float64).ravel()
    assert x.size >= 3, "three replications are the least that give a standard error worth its name"
    assert np.isfinite(x).all(), x
    return Simulated(float(x.mean()), float(x.std(ddof=1)) / math.sqrt(x.size), x.size - 1)


def over_ratios(numerators: ArrayLike, denominators: ArrayLike) -> Simulated:
    """Ratio of sums over replications (share abandoned, mean wait), linearised standard error."""
    top = np.asarray(numerators, dtype=np.float64).ravel()
    bottom = np.asarray(denominators, dtype=np.float64).ravel()
    ratio = top.sum() / bottom.sum()
    around = over_replications((top - ratio * bottom) / bottom.mean())
    return Simulated(float(ratio), around.standard_error, around.degrees_of_freedom)


def difference(one: Simulated, other: Simulated) -> Simulated:
    """One mean minus that of an independent simulation, with the uncertainty of both (Welch)."""
    squares = one.standard_error**2, other.standard_error**2
    total = sum(squares)
    degrees = (one.degrees_of_freedom, other.degrees_of_freedom)
    shares = (square**2 / n for square, n in zip(squares, degrees, strict=True))
    freedom = math.floor(total**2 / sum(shares)) if total else min(degrees)
    return Simulated(one.mean - other.mean, math.sqrt(total), freedom)


def standard_error_from_batches(series: ArrayLike, batches: int = 30) -> Simulated:
    """One long stationary run -> its mean, with the standard error of `batches` batch means.

    What does not fill a batch is left out at the start, where the warm-up was.
    """
    x = np.asarray(series, dtype=np.float64).ravel()
    size = x.size // batches
    assert size >= 10, f"{x.size} values are too few for {batches} batches"
    return over_replications(x[x.size - size * batches :].reshape(batches, size).mean(axis=1))


def tolerance(
    simulated: Simulated, *, comparisons: int = 1, false_alarm: float = FALSE_ALARM
) -> float:
    """The half-width a correct program leaves with probability `false_alarm` in all comparisons."""
    tail = false_alarm / comparisons / 2.0
    return -float(stdtrit(simulated.degrees_of_freedom, tail)) * simulated.standard_error


def assert_agrees(
    simulated: Simulated,
    expected: float,
    *,
    what: str = "mean",
    comparisons: int = 1,
    false_alarm: float = FALSE_ALARM,
) -> None:
    """Fail if the simulated mean is further from `expected` than chance explains.

    `comparisons` is how many of these the test makes: they share the false-alarm rate (Bonferroni).
    """
    allowed = tolerance(simulated, comparisons=comparisons, false_alarm=false_alarm)
    assert abs(simulated.mean - expected) <= allowed, (
        f"{what}: simulated {simulated.mean:.6g}, expected {expected:.6g}, "
        f"allowed difference {allowed:.3g} (false alarm {false_alarm:g} in {comparisons})"
    )


def detectable_error(
    simulated: Simulated,
    *,
    comparisons: int = 1,
    false_alarm: float = FALSE_ALARM,
    power: float = POWER,
) -> float:
    """The smallest error of the mean that `assert_agrees` finds with probability `power`."""
    allowed = tolerance(simulated, comparisons=comparisons, false_alarm=false_alarm)
    return allowed + float(ndtri(power)) * simulated.standard_error


def is_found(
    simulated: Simulated,
    expected: float,
    wrong: float,
    *,
    comparisons: int = 1,
    false_alarm: float = FALSE_ALARM,
    power: float = POWER,
) -> bool:
    """Whether the run is long enough to tell `expected` from `wrong`, its value with an error."""
    return abs(wrong - expected) >= detectable_error(
        simulated, comparisons=comparisons, false_alarm=false_alarm, power=power
    )


def assert_matches(
    simulated: Mapping[str, Simulated],
    expected: Mapping[str, float],
    planted: Mapping[str, Mapping[str, float]],
    *,
    false_alarm: float = FALSE_ALARM,
) -> None:
    """All measures agree with `expected`, and each planted error would be found by one of them.

    `planted` says, by the name of an error of 3 % in an input, what the measures would then be. The
    measures share the false-alarm rate.
    """
    compared = {what: found for what, found in simulated.items() if what in expected}
    assert compared, "nothing to compare"
    for what, found in compared.items():
        assert_agrees(
            found,
            expected[what],
            what=what,
            comparisons=len(compared),
            false_alarm=false_alarm,
        )
    for error, shifted in planted.items():
        assert any(
            is_found(
                found,
                expected[what],
                shifted[what],
                comparisons=len(compared),
                false_alarm=false_alarm,
            )
            for what, found in compared.items()
        ), f"the run is too short to find {PLANTED:.0%} more {error}"
