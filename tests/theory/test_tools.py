"""The yardstick itself: false alarms as rare, and planted errors found as often, as stated."""

import math

import numpy as np
import pytest
from scipy.special import bdtr

from tests.theory.tools import (
    Simulated,
    assert_agrees,
    assert_matches,
    detectable_error,
    difference,
    over_ratios,
    over_replications,
    standard_error_from_batches,
    tolerance,
)

TRIALS = 4_000


def test_a_correct_program_fails_as_rarely_as_stated() -> None:
    draw = np.random.default_rng(1)
    runs = [over_replications(sample) for sample in draw.normal(5.0, 2.0, (TRIALS, 8))]
    alarms = sum(abs(run.mean - 5.0) > tolerance(run, false_alarm=0.05) for run in runs)
    assert 1e-5 < bdtr(alarms, TRIALS, 0.05) < 1.0 - 1e-5


def test_two_simulations_that_agree_are_found_apart_as_rarely_as_stated() -> None:
    """Welch's degrees of freedom hold, nearly, for spreads as different as 1 and 4."""
    draw = np.random.default_rng(5)
    ours = [over_replications(sample) for sample in draw.normal(5.0, 1.0, (TRIALS, 20))]
    theirs = [over_replications(sample) for sample in draw.normal(5.0, 4.0, (TRIALS, 10))]
    apart = [difference(one, other) for one, other in zip(ours, theirs, strict=True)]
    alarms = sum(abs(each.mean) > tolerance(each, false_alarm=0.05) for each in apart)
    assert 1e-5 < bdtr(alarms, TRIALS, 0.05) < 1.0 - 1e-5


def test_an_error_of_the_detectable_size_is_found_as_often_as_stated() -> None:
    draw = np.random.default_rng(2)
    known = Simulated(0.0, 1.0, 10_000)
    size = detectable_error(known, false_alarm=0.01, power=0.9)
    seen = draw.normal(size, 1.0, TRIALS)  # means with an error of that size
    found = int(np.count_nonzero(np.abs(seen) > tolerance(known, false_alarm=0.01)))
    assert 1e-5 < bdtr(found, TRIALS, 0.9) < 1.0 - 1e-5


def test_a_mean_beyond_its_tolerance_is_reported_with_what_was_compared() -> None:
    with pytest.raises(AssertionError, match="mean wait: simulated 3, expected 2"):
        assert_agrees(Simulated(3.0, 0.1, 29), 2.0, what="mean wait")


def test_a_run_too_short_to_find_the_planted_error_is_reported() -> None:
    simulated = {"wait": Simulated(2.0, 0.5, 29)}
    with pytest.raises(AssertionError, match="too short to find 3% more arrivals"):
        assert_matches(simulated, {"wait": 2.0}, {"arrivals": {"wait": 2.5}})
    assert_matches(simulated, {"wait": 2.0}, {"arrivals": {"wait": 9.0}})


def test_batch_means_see_the_correlation_that_single_values_hide() -> None:
    draw = np.random.default_rng(3)
    noise = draw.normal(size=60_000)
    series = np.empty_like(noise)
    level = 0.0
    for i, shock in enumerate(noise):
        level = 0.9 * level + shock
        series[i] = level
    true_error = 1.0 / (1.0 - 0.9) / math.sqrt(series.size)  # of the mean of an AR(1)
    batched = standard_error_from_batches(series)
    naive = float(series.std(ddof=1)) / math.sqrt(series.size)
    assert naive < 0.4 * true_error
    # A standard error with 29 degrees of freedom: chi-squared bounds at about 1e-4 either side.
    assert 0.6 * true_error < batched.standard_error < 1.55 * true_error


def test_a_ratio_has_the_error_of_its_linear_form() -> None:
    draw = np.random.default_rng(4)
    ratios = []
    for _ in range(400):
        n = draw.poisson(1_000.0, 30).astype(float)
        ratios.append(over_ratios(draw.binomial(n.astype(int), 0.3), n))
    spread = float(np.std([ratio.mean for ratio in ratios], ddof=1))
    stated = math.sqrt(float(np.mean([ratio.standard_error**2 for ratio in ratios])))
    # 400 ratios: a standard deviation has a relative error of 1 / sqrt(800); four of them.
    assert spread == pytest.approx(stated, rel=4.0 / math.sqrt(800.0))
    assert np.mean([ratio.mean for ratio in ratios]) == pytest.approx(0.3, abs=4.0 * spread / 20.0)
