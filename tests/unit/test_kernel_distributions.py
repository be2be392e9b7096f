"""Laws: what is written is what is drawn; what makes no sense is refused."""

from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError
from scipy.special import gammainc, ndtr, pdtr

from orgsim.kernel.distributions import (
    DurationLaw,
    Law,
    NumberLaw,
    PatienceLaw,
    standard_normal,
)

U = (np.arange(200_000) + 0.5) / 200_000


def duration(**law: Any) -> Law:
    return TypeAdapter(DurationLaw).validate_python(law)


def number(**law: Any) -> Law:
    return TypeAdapter(NumberLaw).validate_python(law)


@pytest.mark.parametrize(
    ("law", "mean", "cv"),
    [
        ({"kind": "fixed", "mean": "2h"}, 2.0, 0.0),
        ({"kind": "exponential", "mean": "4min"}, 4 / 60, 1.0),
        ({"kind": "gamma", "mean": "6w", "cv": 0.3}, 1008.0, 0.3),
        ({"kind": "lognormal", "mean": "7min", "cv": 0.8}, 7 / 60, 0.8),
        ({"kind": "normal", "mean": "1d", "cv": 0.2}, 24.0, 0.2),
        ({"kind": "uniform", "low": "1h", "high": "3h"}, 2.0, 1 / 12**0.5),
        ({"kind": "discrete", "values": ["3h", "1h"], "weights": [1.0, 3.0]}, 1.5, 3**0.5 / 3),
    ],
)
def test_mean_and_cv_are_what_is_written_in_hours(
    law: dict[str, Any], mean: float, cv: float
) -> None:
    read = duration(**law)
    assert (read.mean, read.cv) == pytest.approx((mean, cv), rel=1e-12)
    values = read.ppf(U)
    # A midpoint sum over 200,000 quantiles misses the tail beyond 4.4 standard deviations.
    assert np.mean(values) == pytest.approx(mean, rel=1e-4)
    assert np.std(values) / np.mean(values) == pytest.approx(cv, rel=2e-3, abs=1e-12)


def test_each_continuous_law_is_the_inverse_of_its_distribution_function() -> None:
    u = U[::100]
    x = number(kind="gamma", mean=10.0, cv=0.5).ppf(u)
    assert gammainc(4.0, x / 2.5) == pytest.approx(u, rel=1e-12)
    x = number(kind="lognormal", mean=3.0, cv=0.8).ppf(u)
    sigma2 = np.log(1.64)
    assert ndtr((np.log(x / 3.0) + sigma2 / 2) / sigma2**0.5) == pytest.approx(u, rel=1e-12)
    x = number(kind="exponential", mean=3.0).ppf(u)
    assert 1 - np.exp(-x / 3.0) == pytest.approx(u, rel=1e-12)
    assert ndtr(standard_normal(u)) == pytest.approx(u, rel=1e-12)


def test_a_poisson_count_is_the_smallest_whose_probability_reaches_the_uniform() -> None:
    counts = number(kind="poisson", mean=7.3).ppf(U)
    assert np.all(pdtr(counts, 7.3) >= U)
    assert np.all(pdtr(counts - 1, 7.3)[counts > 0] < U[counts > 0])


def test_a_poisson_law_without_events_counts_0() -> None:
    assert np.all(number(kind="poisson", mean=0.0).ppf(U) == 0.0)


def test_the_tail_of_a_large_poisson_law_is_within_its_table() -> None:
    largest = number(kind="poisson", mean=1e5).ppf(np.array([1 - 2.0**-53]))[0]
    assert 1e5 + 8 * 1e5**0.5 < largest < 1e5 + 10 * 1e5**0.5


@pytest.mark.parametrize("kind", ["gamma", "lognormal", "normal"])
def test_without_spread_every_value_is_the_mean(kind: str) -> None:
    assert set(number(kind=kind, mean=3.3, cv=0.0).ppf(U)) == {3.3}


def test_a_discrete_law_gives_each_value_its_share_whatever_the_order_written() -> None:
    values = number(kind="discrete", values=[5.0, 1.0, 2.0], weights=[1.0, 0.0, 3.0]).ppf(U)
    assert [np.mean(values == value) for value in (1.0, 2.0, 5.0)] == [0.0, 0.75, 0.25]


def test_a_normal_quantity_is_never_negative() -> None:
    assert number(kind="normal", mean=1.0, cv=1 / 3).ppf(np.array([1e-9]))[0] == 0.0


def test_a_patience_without_end_is_infinite() -> None:
    patience = TypeAdapter[Law](PatienceLaw).validate_python({"kind": "never"})
    assert np.all(patience.ppf(U[:3]) == np.inf)


@pytest.mark.parametrize(
    ("law", "message"),
    [
        ({"kind": "gamma", "mean": "6w", "cv": -0.1}, "greater than or equal to 0"),
        ({"kind": "gamma", "mean": 6, "cv": 0.1}, "unit"),
        ({"kind": "gamma", "mean": "6w"}, "cv"),
        ({"kind": "normal", "mean": "6w", "cv": 0.5}, "less than or equal to"),
        ({"kind": "uniform", "low": "2h", "high": "1h"}, "high must not be below low"),
        ({"kind": "discrete", "values": ["1h"], "weights": [1.0, 2.0]}, "one weight per value"),
        ({"kind": "discrete", "values": ["1h"], "weights": [0.0]}, "not all be 0"),
        ({"kind": "discrete", "values": [], "weights": []}, "at least 1"),
        ({"kind": "poisson", "mean": 3.0}, "kind"),
        ({"kind": "pareto", "mean": "6w"}, "kind"),
        ({"kind": "never"}, "kind"),
        ({"kind": "gamma", "mean": "6w", "cv": 1e-200}, "0 or at least"),
        ({"kind": "discrete", "values": ["1h"], "weights": [-1.0]}, "must not be negative"),
    ],
)
def test_a_law_that_makes_no_sense_is_refused(law: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        duration(**law)


@pytest.mark.parametrize(
    "law",
    [
        {"kind": "fixed", "mean": -1.0},
        {"kind": "discrete", "values": [1.0, -3.0], "weights": [1.0, 1.0]},
        {"kind": "uniform", "low": -1.0, "high": 2.0},
        {"kind": "fixed", "mean": 1e15},
    ],
)
def test_a_number_of_days_or_units_is_neither_negative_nor_beyond_all_bounds(
    law: dict[str, Any],
) -> None:
    with pytest.raises(ValidationError, match=r"negative|greater than or equal to 0|at most"):
        number(**law)


@pytest.mark.parametrize("cv", [1e-9, 1e-6, 100.0])
@pytest.mark.parametrize("kind", ["gamma", "lognormal"])
def test_a_law_draws_finite_numbers_at_the_ends_of_what_is_allowed(kind: str, cv: float) -> None:
    values = number(kind=kind, mean=3.3, cv=cv).ppf(U[::1000])
    assert np.all(np.isfinite(values))
    assert np.all(np.diff(values) >= 0)


def test_the_schema_lists_every_kind_of_law() -> None:
    kinds = set(TypeAdapter(PatienceLaw).json_schema()["discriminator"]["mapping"])
    assert {"fixed", "exponential", "gamma", "lognormal", "uniform", "discrete", "never"} <= kinds
