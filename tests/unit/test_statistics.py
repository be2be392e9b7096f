"""The statistics of replications: known answers, coverage, and what happens with too little."""

import math

import numpy as np
import pytest
from scipy.special import bdtr, stdtrit

from orgsim.analysis.statistics import (
    holm,
    mean_interval,
    mser5,
    paired_difference,
    proportion_interval,
    quantile_interval,
    replications_for,
    sign_flip_probability,
)
from orgsim.errors import ModelError

NAN = math.nan
FALSE_ALARM = 1e-4  # chance that a coverage check fails although the coverage is as stated


def assert_coverage_is_plausible(hits: int, trials: int, level: float) -> None:
    """Both binomial tails of `hits` must be larger than half the false-alarm rate."""
    at_most, at_least = bdtr(hits, trials, level), 1.0 - bdtr(hits - 1, trials, level)
    assert at_most > FALSE_ALARM / 2.0, f"covered {hits} of {trials}, stated {level}: too few"
    assert at_least > FALSE_ALARM / 2.0, f"covered {hits} of {trials}, stated {level}: too many"


# --- mean -----------------------------------------------------------------------------------------


def test_the_mean_of_a_textbook_sample_has_the_textbook_interval() -> None:
    """Law, example 4.26: ten values, 90 % interval 1.34 +- 0.24."""
    sample = [1.20, 1.50, 1.68, 1.89, 0.95, 1.49, 1.58, 1.55, 0.50, 1.09]
    estimate = mean_interval(sample, level=0.90)
    assert estimate.value == pytest.approx(1.343, abs=5e-4)
    assert estimate.interval is not None
    assert estimate.interval.half_width == pytest.approx(0.24, abs=5e-3)
    assert estimate.standard_error == pytest.approx(np.std(sample, ddof=1) / math.sqrt(10))
    assert 1.2 in estimate.interval
    assert 2.0 not in estimate.interval


def test_values_that_are_not_available_are_left_out_and_counted_out() -> None:
    assert mean_interval([1.0, NAN, 2.0, 3.0, NAN]) == mean_interval([1.0, 2.0, 3.0])
    assert mean_interval([1.0, NAN, 2.0, 3.0, NAN]).n == 3


@pytest.mark.parametrize(
    ("values", "n", "value"), [([], 0, None), ([NAN], 0, None), ([7.0], 1, 7.0)]
)
def test_one_value_or_none_gives_no_interval_and_no_nan(
    values: list[float], n: int, value: float | None
) -> None:
    estimate = mean_interval(values)
    assert (estimate.n, estimate.value) == (n, value)
    assert estimate.standard_error is None
    assert estimate.interval is None


def test_equal_values_have_that_mean_and_no_width() -> None:
    estimate = mean_interval([0.1] * 7)
    assert estimate.value == 0.1
    assert estimate.interval is not None
    assert estimate.interval.half_width == 0.0


def test_t_intervals_of_normal_means_cover_as_often_as_they_say() -> None:
    draw = np.random.default_rng(20240101)
    trials, level = 4_000, 0.95
    hits = sum(
        10.0 in interval
        for sample in draw.normal(10.0, 3.0, (trials, 5))
        if (interval := mean_interval(sample, level).interval) is not None
    )
    assert_coverage_is_plausible(hits, trials, level)


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0, NAN])
def test_a_level_outside_zero_and_one_is_refused(level: float) -> None:
    with pytest.raises(ModelError):
        mean_interval([1.0, 2.0], level)


def test_an_infinite_value_is_refused_rather_than_averaged() -> None:
    with pytest.raises(ModelError):
        mean_interval([1.0, math.inf])


# --- paired differences ---------------------------------------------------------------------------


def test_a_paired_difference_is_the_t_interval_of_the_differences() -> None:
    a, b = [10.0, 20.0, 30.0, 41.0], [11.0, 22.0, 31.0, 44.0]
    pair = paired_difference(a, b)
    alone = mean_interval([1.0, 2.0, 1.0, 3.0])
    assert (pair.mean, pair.standard_error, pair.interval) == (
        alone.value,
        alone.standard_error,
        alone.interval,
    )
    unpaired = np.var(a, ddof=1) + np.var(b, ddof=1)
    assert pair.variance_reduction == pytest.approx(unpaired / np.var([1, 2, 1, 3], ddof=1))


def test_pairing_of_a_common_world_gains_what_its_correlation_says() -> None:
    draw = np.random.default_rng(5)
    world = draw.normal(0.0, 3.0, 20_000)
    a, b = world + draw.normal(0.0, 1.0, 20_000), world + draw.normal(0.5, 1.0, 20_000)
    pair = paired_difference(a, b)
    # (9 + 1 + 9 + 1) / (1 + 1) = 10; a ratio of variances has relative error near sqrt(4 / n).
    assert pair.variance_reduction == pytest.approx(10.0, rel=4.0 * math.sqrt(4.0 / 20_000))
    assert paired_difference(a, draw.permutation(b)).variance_reduction == pytest.approx(
        1.0, rel=0.1
    )


def test_a_pair_counts_only_if_both_sides_are_available() -> None:
    pair = paired_difference([1.0, NAN, 3.0, 5.0], [2.0, 2.0, NAN, 7.0])
    assert (pair.n, pair.mean) == (2, 1.5)


def test_identical_runs_differ_by_exactly_zero_with_an_interval_of_zero_width() -> None:
    values = [0.1, 0.7, 1e9, -3.3]
    pair = paired_difference(values, values)
    assert pair.mean == 0.0
    assert pair.interval is not None
    assert (pair.interval.low, pair.interval.high) == (0.0, 0.0)
    assert pair.variance_reduction == math.inf
    assert (pair.sign_flip, pair.p_value) == (0.5, 1.0)


def test_two_constant_sides_have_no_variance_to_reduce() -> None:
    pair = paired_difference([2.0, 2.0, 2.0], [3.0, 3.0, 3.0])
    assert (pair.mean, pair.variance_reduction, pair.sign_flip) == (1.0, None, 0.0)


@pytest.mark.parametrize(("a", "b", "mean"), [([], [], None), ([1.0], [3.0], 2.0)])
def test_one_pair_or_none_gives_a_mean_at_most(
    a: list[float], b: list[float], mean: float | None
) -> None:
    pair = paired_difference(a, b)
    assert (pair.n, pair.mean) == (len(a), mean)
    assert pair.interval is pair.standard_error is pair.variance_reduction is None
    assert pair.sign_flip is pair.p_value is None


def test_sides_of_unequal_length_cannot_be_paired() -> None:
    with pytest.raises(ModelError):
        paired_difference([1.0, 2.0], [1.0])


def test_the_sign_flips_with_the_probability_of_the_t_tail() -> None:
    # Mean 1, standard error 1/sqrt(3), 2 degrees of freedom: t = sqrt(3).
    # The tail beyond t with 2 degrees of freedom is (1 - t / sqrt(2 + t^2)) / 2.
    flip = sign_flip_probability([0.0, 1.0, 2.0])
    assert flip == pytest.approx(0.5 * (1.0 - math.sqrt(3.0 / 5.0)), rel=1e-12)
    assert sign_flip_probability([0.0, -1.0, -2.0]) == flip
    assert sign_flip_probability([4.0]) is None


def test_with_no_effect_small_p_values_are_as_rare_as_they_say() -> None:
    draw = np.random.default_rng(77)
    trials = 4_000
    a, b = draw.normal(size=(trials, 6)), draw.normal(size=(trials, 6))
    p = [paired_difference(a[i], b[i]).p_value for i in range(trials)]
    assert_coverage_is_plausible(sum(q is not None and q > 0.1 for q in p), trials, 0.9)


# --- quantiles and shares -------------------------------------------------------------------------


def test_the_median_of_ten_lies_between_the_second_and_the_ninth() -> None:
    estimate = quantile_interval(list(range(1, 11)), 0.5, 0.95)
    assert estimate.value == 5.5
    assert estimate.interval is not None
    assert (estimate.interval.low, estimate.interval.high) == (2.0, 9.0)
    assert estimate.interval.level == pytest.approx(1.0 - 22.0 / 1024.0)


def test_too_few_values_for_a_far_quantile_give_no_interval() -> None:
    assert quantile_interval(range(100), 0.999).interval is None
    assert quantile_interval([1.0], 0.5).interval is None
    assert quantile_interval([NAN], 0.5).value is None


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_quantile_intervals_cover_as_often_as_they_achieve(share: float) -> None:
    draw = np.random.default_rng(9)
    trials, truth = 4_000, -math.log(1.0 - share)
    intervals = [quantile_interval(x, share).interval for x in draw.exponential(size=(trials, 60))]
    hits = sum(interval is not None and truth in interval for interval in intervals)
    first = intervals[0]
    assert first is not None
    assert first.level >= 0.95
    assert_coverage_is_plausible(hits, trials, first.level)


def test_a_share_has_the_wilson_interval_of_the_literature() -> None:
    """Newcombe 1998, table I: 81 of 263 gives .2553 to .3662, 0 of 20 gives 0 to .1611."""
    some, none = proportion_interval(81, 263), proportion_interval(0, 20)
    assert some.interval is not None
    assert none.interval is not None
    assert some.interval.low == pytest.approx(0.2553, abs=5e-5)
    assert some.interval.high == pytest.approx(0.3662, abs=5e-5)
    assert (none.interval.low, round(none.interval.high, 4)) == (0.0, 0.1611)


def test_all_or_nothing_mirror_each_other_and_no_trial_gives_no_share() -> None:
    every, none = proportion_interval(20, 20).interval, proportion_interval(0, 20).interval
    assert every is not None
    assert none is not None
    assert (every.high, every.low) == (1.0, pytest.approx(1.0 - none.high))
    assert proportion_interval(0, 0).value is None
    with pytest.raises(ModelError):
        proportion_interval(3, 2)


# --- run length, warm-up, many comparisons --------------------------------------------------------


def test_the_replications_for_a_half_width_reach_it_and_one_fewer_would_not() -> None:
    pilot = [1.0, 2.0, 3.0, 4.0, 5.0]  # s = 1.5811
    n = replications_for(0.5, pilot)
    assert n is not None

    def reach(m: int) -> float:
        return float(stdtrit(m - 1, 0.975)) * math.sqrt(2.5 / m)

    assert reach(n) <= 0.5 < reach(n - 1)


def test_a_pilot_without_spread_asks_for_two_and_an_impossible_aim_for_none() -> None:
    assert replications_for(0.5, [3.0, 3.0, 3.0]) == 2
    assert replications_for(1e-9, [1.0, 2.0], at_most=1_000) is None
    assert replications_for(0.5, [1.0]) is None
    with pytest.raises(ModelError):
        replications_for(0.0, [1.0, 2.0])


def test_mser5_cuts_a_ramp_where_it_ends() -> None:
    draw = np.random.default_rng(3)
    ramp = np.minimum(np.arange(3_000) / 300.0, 1.0) * 10.0 + draw.normal(0.0, 1.0, 3_000)
    cut = mser5(ramp)
    assert cut.is_settled
    assert 240 <= cut.observations <= 320


def test_mser5_leaves_a_stationary_series_nearly_whole() -> None:
    cuts = [mser5(np.random.default_rng(seed).normal(size=2_000)) for seed in range(20)]
    assert np.median([cut.observations for cut in cuts]) <= 100


def test_mser5_says_when_the_run_is_too_short() -> None:
    assert not mser5(np.arange(200.0)).is_settled
    assert mser5(np.arange(200.0)).observations == 0
    assert not mser5([1.0, 2.0, 3.0]).is_settled
    with pytest.raises(ModelError):
        mser5([1.0, NAN] * 20)


def test_mser5_agrees_with_its_definition_written_out() -> None:
    series = np.random.default_rng(8).normal(size=400) + np.exp(-np.arange(400) / 30.0) * 5.0
    batches = series.reshape(-1, 5).mean(axis=1)
    score = [np.var(batches[d:]) / (batches.size - d) for d in range(batches.size - 5)]
    assert mser5(series).observations == 5 * int(np.argmin(score))


def test_holm_gives_the_textbook_correction_in_the_order_given() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))
    assert holm([0.6, 0.7]) == (1.0, 1.0)
    assert holm([]) == ()
    with pytest.raises(ModelError):
        holm([1.2])


def test_holm_keeps_the_chance_of_any_false_alarm() -> None:
    draw = np.random.default_rng(12)
    trials = 4_000
    alarms = sum(min(holm(list(p))) <= 0.1 for p in draw.uniform(size=(trials, 4)))
    at_most_one_in_ten = 1.0 - bdtr(alarms - 1, trials, 0.1)  # with no effect anywhere
    assert at_most_one_in_ten > FALSE_ALARM
