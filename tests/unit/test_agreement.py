"""Spearman's rank correlation over the points of a sweep (MODEL s.9)."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import spearmanr

from orgsim.analysis.agreement import rank_agreement


def test_what_moves_together_agrees_whatever_the_shape_of_the_curve() -> None:
    x = np.arange(1.0, 6.0)
    assert rank_agreement(x, np.exp(x)).rho == 1.0
    assert rank_agreement(x, -(x**3)).rho == -1.0


@pytest.mark.parametrize(("points", "as_rare"), [(3, 2 / 6), (4, 2 / 24), (5, 2 / 120)])
def test_of_few_points_two_orders_in_all_agree_or_oppose_wholly(
    points: int, as_rare: float
) -> None:
    found = rank_agreement(np.arange(points), np.arange(points))
    assert found.points == points
    assert found.p_value == pytest.approx(as_rare)


@pytest.mark.parametrize("n", [6, 7, 12, 40])
def test_rho_is_that_of_scipy_with_ties_too_and_p_close_to_its_t(n: int) -> None:
    rng = np.random.default_rng(n)
    one, other = rng.integers(0, n, n), rng.normal(size=n)
    expected = spearmanr(one, other)
    found = rank_agreement(one, other)
    assert found.rho == pytest.approx(expected.statistic, abs=1e-9)
    assert found.p_value == pytest.approx(expected.pvalue, abs=0.06 if n <= 7 else 1e-9)


def test_points_without_a_number_are_left_out_and_what_never_moves_has_no_rank() -> None:
    assert rank_agreement([1, 2, math.nan, 4], [1, 2, 9, 3]).points == 3
    for one in ([1.0, 1.0, 1.0], [1.0, 2.0], []):
        found = rank_agreement(one, np.arange(len(one)))
        assert math.isnan(found.rho)
        assert math.isnan(found.p_value)
