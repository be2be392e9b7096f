"""Laws of random quantities: durations, demands and counts, written in a configuration.

What is modelled: the spread of a real quantity (how long a call takes, how patient a caller is) as
a named law with its mean and coefficient of variation (cv). A draw is the inverse distribution
function of a uniform, so it rises with the uniform and with the mean: a customer who is patient
stays patient when everybody's patience grows.

Assumption: the same NumPy or SciPy function serves one value and a million, on contiguous blocks
(MODEL T6), since `math` and strided loops may differ in the last bit. cv = 0 gives the mean itself.

Reference: L'Ecuyer, "Random number generation", Handbook of Simulation (1998) ch. 4 (inversion);
MODEL.md T6 and DESIGN.md s.5.
"""

from __future__ import annotations

from functools import cache, cached_property
from math import inf
from types import ModuleType
from typing import TYPE_CHECKING, Annotated, Any, Generic, Literal, TypeAlias, TypeVar

import numpy as np
from pydantic import Field, model_validator

from orgsim.config.base import AS_THE_QUANTITY, Config, param
from orgsim.units import DURATION, Duration, Number, Quantity

if TYPE_CHECKING:
    from typing import Self

    from numpy.typing import NDArray

__all__ = [
    "Discrete",
    "DurationLaw",
    "Exponential",
    "Fixed",
    "Gamma",
    "Law",
    "Lognormal",
    "Never",
    "Normal",
    "NumberLaw",
    "PatienceLaw",
    "Poisson",
    "Uniform",
    "standard_normal",
]

Amount = TypeVar("Amount", bound=float)
"""What a law speaks of: `Duration` (written "15min", kept in hours) or a plain number."""


@cache
def _special() -> ModuleType:
    """Load SciPy's special functions when the first law needs them (0.1 s), never before."""
    from scipy import special

    return special


def _mean() -> Any:
    return param("expected value", unit=AS_THE_QUANTITY, section=AS_THE_QUANTITY, ge=0)


def _cv(most: float = 100.0) -> Any:
    return param(
        "standard deviation over mean; 0 = no spread", section=AS_THE_QUANTITY, ge=0, le=most
    )


def standard_normal(u: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the standard normal quantiles of a block of uniforms (inverse transform)."""
    quantiles: NDArray[np.float64] = _special().ndtri(np.ascontiguousarray(u, dtype=np.float64))
    return quantiles


class Law(Config):
    """The law of one random quantity."""

    if TYPE_CHECKING:

        @property
        def mean(self) -> float:
            """The expected value, in the unit of the quantity (hours for durations)."""

        @property
        def cv(self) -> float:
            """The coefficient of variation: standard deviation over mean (0 if the mean is 0)."""

    def ppf(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the inverse distribution function at uniforms u in (0, 1); the shape is kept."""
        return self._inverse(np.ascontiguousarray(u, dtype=np.float64))

    def _inverse(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        raise NotImplementedError

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """Name the two families plainly in the JSON Schema."""
        is_timed = DURATION in getattr(params[0], "__metadata__", ())
        return cls.__name__ + ("Duration" if is_timed else "Number")


class Fixed(Law, Generic[Amount]):
    """Always the same value."""

    kind: Literal["fixed"]
    mean: Amount = _mean()

    @property
    def cv(self) -> float:
        """No spread."""
        return 0.0

    def _inverse(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.full_like(u, self.mean)


class Exponential(Law, Generic[Amount]):
    """Without memory: how long it has lasted says nothing about how long it will."""

    kind: Literal["exponential"]
    mean: Amount = _mean()

    @property
    def cv(self) -> float:
        """As much spread as mean."""
        return 1.0

    def _inverse(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        values: NDArray[np.float64] = -np.log1p(-u) * self.mean
        return values


class Gamma(Law, Generic[Amount]):
    """Lead times and other sums of stages: shape 1/cv**2, scale mean x cv**2."""

    kind: Literal["gamma"]
    mean: Amount = _mean()
    cv: Number = _cv()

    def _inverse(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        if self.cv == 0:
            return np.full_like(u, self.mean)
        variance = self.cv**2
        standard: NDArray[np.float64] = _special().gammaincinv(1 / variance, u)
        return standard * (self.mean * variance)


class Lognormal(Law, Generic[Amount]):
    """Handling and repair times: sigma**2 = log(1 + cv**2), so that mean and cv are as written."""

    kind: Literal["lognormal"]
    mean: Amount = _mean()
    cv: Number = _cv()

    def _inverse(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        if self.cv == 0:
            return np.full_like(u, self.mean)
        variance = float(np.log1p(self.cv**2))
        values: NDArray[np.float64] = self.mean * np.exp(
            np.sqrt(variance) * _special().ndtri(u) - variance / 2
        )
        return values


class Normal(Law, Generic[Amount]):
    """Demand over a day or a lead time; below 0 it is cut to 0, hence cv at most 1/3."""

    kind: Literal["normal"]
    mean: Amount = _mean()
    cv: Number = _cv(most=1 / 3)

    def _inverse(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        values: NDArray[np.float64] = np.maximum(
            self.mean * (1 + self.cv * _special().ndtri(u)), 0.0
        )
        return values


class Uniform(Law, Generic[Amount]):
    """Anything between two values, each as likely."""

    kind: Literal["uniform"]
    low: Amount = param("lowest value", unit=AS_THE_QUANTITY, section=AS_THE_QUANTITY, ge=0)
    high: Amount = param("highest value", unit=AS_THE_QUANTITY, section=AS_THE_QUANTITY, ge=0)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.high < self.low:
            raise ValueError("high must not be below low")
        return self

    @property
    def mean(self) -> float:
        """The middle."""
        return (self.low + self.high) / 2

    @property
    def cv(self) -> float:
        """(high - low) / sqrt(12) over the mean."""
        return (self.high - self.low) / 12**0.5 / self.mean if self.mean else 0.0

    def _inverse(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        values: NDArray[np.float64] = self.low + (self.high - self.low) * u
        return values


class Discrete(Law, Generic[Amount]):
    """One of a few values, with relative weights."""

    kind: Literal["discrete"]
    values: tuple[Amount, ...] = param(
        "possible values", unit=AS_THE_QUANTITY, section=AS_THE_QUANTITY, min_length=1
    )
    weights: tuple[Quantity, ...] = param(
        "relative weight of each value", section=AS_THE_QUANTITY, min_length=1
    )

    @model_validator(mode="after")
    def _matched(self) -> Self:
        if len(self.values) != len(self.weights):
            raise ValueError("give one weight per value")
        if sum(self.weights) <= 0:
            raise ValueError("the weights must not all be 0")
        return self

    @cached_property
    def _table(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Values in rising order, their probabilities, and the cumulated probabilities."""
        order = np.argsort(self.values, kind="stable")
        weights = np.array(self.weights, dtype=np.float64)[order]
        shares = weights / weights.sum()
        return np.array(self.values, dtype=np.float64)[order], shares, np.cumsum(shares)

    @property
    def mean(self) -> float:
        """The weighted mean of the values."""
        values, shares, _ = self._table
        return float(values @ shares)

    @property
    def cv(self) -> float:
        """The standard deviation of the weighted values over their mean."""
        values, shares, _ = self._table
        spread = float((values - self.mean) ** 2 @ shares) ** 0.5
        return spread / self.mean if self.mean else 0.0

    def _inverse(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        values, _, cumulated = self._table
        # Rounding may leave the last cumulated probability a hair under 1: never look beyond it.
        return values[np.searchsorted(cumulated[:-1], u, side="right")]


class Poisson(Law):
    """Counts of independent events."""

    kind: Literal["poisson"]
    mean: Quantity = param("expected count", section=AS_THE_QUANTITY, ge=0, le=1e6)

    @property
    def cv(self) -> float:
        """One over the square root of the mean."""
        return self.mean**-0.5 if self.mean else 0.0

    @cached_property
    def _cumulated(self) -> NDArray[np.float64]:
        # 10 standard deviations and 40 events above the mean leave less than 2**-52 beyond.
        counts = np.arange(int(self.mean + 10 * self.mean**0.5 + 40))
        cumulated: NDArray[np.float64] = _special().pdtr(counts, self.mean)
        return cumulated

    def _inverse(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.searchsorted(self._cumulated, u, side="left").astype(np.float64)


class Never(Law):
    """It does not happen: a patience without end."""

    kind: Literal["never"]

    @property
    def mean(self) -> float:
        """Infinite."""
        return inf

    @property
    def cv(self) -> float:
        """No spread."""
        return 0.0

    def _inverse(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.full_like(u, inf)


DurationLaw: TypeAlias = Annotated[
    Fixed[Duration]
    | Exponential[Duration]
    | Gamma[Duration]
    | Lognormal[Duration]
    | Normal[Duration]
    | Uniform[Duration]
    | Discrete[Duration],
    Field(discriminator="kind"),
]
"""A random duration: its values are written with their unit and kept in hours."""

PatienceLaw: TypeAlias = Annotated[
    Fixed[Duration]
    | Exponential[Duration]
    | Gamma[Duration]
    | Lognormal[Duration]
    | Normal[Duration]
    | Uniform[Duration]
    | Discrete[Duration]
    | Never,
    Field(discriminator="kind"),
]
"""A random duration that may have no end: what is waited for may come, a service must end."""

NumberLaw: TypeAlias = Annotated[
    Fixed[Quantity]
    | Exponential[Quantity]
    | Gamma[Quantity]
    | Lognormal[Quantity]
    | Normal[Quantity]
    | Uniform[Quantity]
    | Discrete[Quantity]
    | Poisson,
    Field(discriminator="kind"),
]
"""A random plain number, never negative: a demand, a size, a count."""
