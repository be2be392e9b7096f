"""Business units: what a person writes, the one unit the model uses, and how large things may be.

Inside the model time is in hours and rates are per hour. A person writes "3d", "40/d", "300k" or
"20%" and never has to convert. Every number of a configuration has one of the types below, and with
it limits far beyond any sensible use: a scenario may come from anyone, and a number without limits
fails somewhere inside a run. (The weekly calendar stands in `weekly`.)

Assumption: whatever the model multiplies stays below 1e300 and in whole cents below 2**63 as long
as its factors keep these limits; what only together gets too large is refused in `config.size`.

Reference: MODEL.md T1 and s.0.3 (clock and calendars).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias

import numpy as np
from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

__all__ = [
    "DAY",
    "NEVER",
    "WEEK",
    "YEAR",
    "Count",
    "Date",
    "Duration",
    "Effect",
    "Money",
    "Number",
    "Price",
    "Quantity",
    "Rate",
    "Share",
    "TimeConstant",
    "Unit",
    "plain_number",
]

DAY = 24.0
WEEK = 168.0
YEAR = 8760.0
NEVER = 8.14e6
"""The time constant, in weeks, that "never" stands for: 156 000 years."""

_HOURS = {"s": 1 / 3600, "min": 1 / 60, "h": 1.0, "d": DAY, "w": WEEK, "y": YEAR}
_THOUSANDS = {"": 1.0, "k": 1e3, "M": 1e6}
_NUMBER = r"[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
_DURATION = rf"^({_NUMBER}) ?(s|min|h|d|w|y)$"
_RATE = rf"^({_NUMBER}) ?/ ?(s|min|h|d|w|y)$"
_MONEY = rf"^(-?{_NUMBER})(k|M)$"
_SHARE = rf"^({_NUMBER}) ?%$"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """How far a quantity may go, and how a person writes it; stands in the type's annotation.

    `most` is the largest size, `least` the smallest but 0, both in the model's unit: a quotient by
    what is hardly more than nothing is infinite. `told` writes a value in the user's own unit,
    `words` may be written in place of a number.
    """

    most: float
    least: float
    told: Callable[[float], str]
    words: tuple[str, ...] = ()

    def within(self, value: float) -> float:
        """Return a value that keeps the limits. Raises ValueError that tells the one it breaks."""
        if abs(value) > self.most:
            word, limit = ("at most", self.most) if value > 0 else ("at least", -self.most)
            raise ValueError(f"must be {word} {self.told(limit)}")
        if 0 < abs(value) < self.least:
            raise ValueError(f"must be 0 or at least {self.told(self.least)}")
        return value


def _plainly(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.13g}"


def _in_time(hours: float) -> str:
    """Write a duration in the largest unit that gives it in few digits: "100y", "30min"."""
    for unit, size in sorted(_HOURS.items(), key=lambda entry: -entry[1]):
        number = hours / size
        if 1 <= number < 1000 and math.isclose(number, round(number)):
            return f"{round(number)}{unit}"
    return f"{hours * 3600:.6g}s" if 0 < hours < 1 else f"{hours:.6g}h"


DURATION = Unit(most=100 * YEAR, least=0.001 / 3600, told=_in_time)
RATE = Unit(most=1e9 / DAY, least=1e-9 / DAY, told=lambda rate: f"{_plainly(rate * DAY)}/d")
MONEY = Unit(most=1e12, least=1e-6, told=lambda amount: f"EUR {_plainly(amount)}")
COUNT = Unit(most=10**9, least=1e-9, told=_plainly)
TIME_CONSTANT = Unit(most=10**9, least=1e-9, told=_plainly, words=("never",))
PRICE = Unit(most=1e6, least=MONEY.least, told=MONEY.told)
SHARE = Unit(most=1, least=0, told=_plainly)
NUMBER = Unit(most=1000, least=1e-9, told=_plainly)
EFFECT = Unit(most=50, least=1e-9, told=_plainly)
"""The limits of everything that a configuration says in numbers; a field may set narrower ones."""


def _finite(value: float, written: object) -> float:
    if not math.isfinite(value):
        raise ValueError(f"{str(written)[:40]!r} is not a finite number")
    return value


def plain_number(value: object) -> float | None:
    """Return a bare number as a float, None for anything else; True is no number.

    Raises ValueError for a number that is not finite.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        return None
    try:
        return _finite(float(value), value)
    except OverflowError:
        raise ValueError("the number is too large") from None


def _duration(value: object) -> float:
    if isinstance(value, str) and (match := re.fullmatch(_DURATION, value)):
        hours = _HOURS[match[2]]
        # Dividing by 60 rather than multiplying by 1/60 keeps "15min" exactly a quarter of an hour.
        number = float(match[1])
        return DURATION.within(number * hours if hours >= 1 else number / round(1 / hours))
    if plain_number(value) == 0:
        return 0.0
    raise ValueError("write a duration with its unit: 30s, 15min, 2h, 3d, 6w or 1y")


def _rate(value: object) -> float:
    if isinstance(value, str) and (match := re.fullmatch(_RATE, value)):
        hours = _HOURS[match[2]]
        number = float(match[1])
        return RATE.within(number / hours if hours >= 1 else number * round(1 / hours))
    if plain_number(value) == 0:
        return 0.0
    raise ValueError(
        "write a rate with its unit: 48/min, 27/h, 40/d, 3640/w or 0.35/y; not negative"
    )


def _amount(value: object) -> float:
    if isinstance(value, str) and (match := re.fullmatch(_MONEY, value)):
        return float(match[1]) * _THOUSANDS[match[2]]
    number = plain_number(value)
    if number is None:
        raise ValueError("write an amount in EUR: a number, 300k or 1.5M")
    return number


def _share(value: object) -> float:
    match = re.fullmatch(_SHARE, value) if isinstance(value, str) else None
    share = float(match[1]) / 100 if match else plain_number(value)
    if share is None or not 0 <= share <= 1:
        raise ValueError("write a share between 0 and 1, or 0% to 100%")
    return share


def _not_negative(value: float) -> float:
    if value < 0:
        raise ValueError("must not be negative")
    return value


def _text_or(pattern: str, bare: dict[str, Any], *examples: object) -> WithJsonSchema:
    text = {"type": "string", "pattern": pattern}
    return WithJsonSchema({"anyOf": [text, bare], "examples": list(examples)})


Duration: TypeAlias = Annotated[
    float,
    BeforeValidator(_duration),
    _text_or(_DURATION, {"const": 0}, "15min", "2h", "3d", "6w"),
    DURATION,
]
"""A time span in hours, written with its unit ("15min", "3d"); 0 may be bare; never negative."""

Rate: TypeAlias = Annotated[
    float, BeforeValidator(_rate), _text_or(_RATE, {"const": 0}, "27/h", "40/d", "3640/w"), RATE
]
"""Events per hour, written with the unit ("40/d"); 0 may be bare; never negative."""

Money: TypeAlias = Annotated[
    float,
    BeforeValidator(lambda value: MONEY.within(_amount(value))),
    _text_or(_MONEY, {"type": "number"}, 45, "300k", "1.5M"),
    MONEY,
]
"""An amount in EUR: a number, or thousands and millions as "300k" and "1.5M"."""

Price: TypeAlias = Annotated[
    float,
    BeforeValidator(lambda value: PRICE.within(_amount(value))),
    _text_or(_MONEY, {"type": "number"}, 45, "48k"),
    PRICE,
]
"""An amount in EUR for one of something: a part, an order, a lead, a year of a person's work."""

Share: TypeAlias = Annotated[
    float,
    BeforeValidator(_share),
    _text_or(_SHARE, {"type": "number", "minimum": 0, "maximum": 1}, 0.2, "20%"),
    SHARE,
]
"""A part of a whole in [0, 1]: a number, or a percentage as "20%"."""

Count: TypeAlias = Annotated[
    int, AfterValidator(_not_negative), AfterValidator(COUNT.within), COUNT
]
"""How many there are: a whole number, never negative."""

Quantity: TypeAlias = Annotated[
    float, AfterValidator(_not_negative), AfterValidator(COUNT.within), COUNT
]
"""How much there is of something, or comes in a day: a number, never negative."""


def _weeks(value: object) -> float:
    weeks = NEVER if value == "never" else plain_number(value)
    if weeks is None:
        raise ValueError("write a number of weeks, or never")
    return _not_negative(weeks)


TimeConstant: TypeAlias = Annotated[
    float,
    BeforeValidator(_weeks),
    AfterValidator(TIME_CONSTANT.within),
    _text_or("^never$", {"type": "number", "minimum": 0}, 26, "never"),
    TIME_CONSTANT,
]
"""How many weeks something takes to come near its aim: a number, or "never"."""

Date: TypeAlias = Annotated[
    str, WithJsonSchema({"type": "string", "format": "date", "examples": ["2024-01-01"]})
]
"""A calendar day as ISO 8601 writes it; who uses it says which days will do."""

Number: TypeAlias = Annotated[float, AfterValidator(NUMBER.within), NUMBER]
"""A pure number: a factor, a weight, a score."""

Effect: TypeAlias = Annotated[float, AfterValidator(EFFECT.within), EFFECT]
"""What stands in an exponential (log-odds, a hazard's sensitivity): its power must be finite."""
