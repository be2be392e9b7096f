"""The weekly calendar: opening hours, people on duty, how orders spread over the week.

t = 0 is a Monday 00:00 without zone or daylight saving (assumption: weeks repeat exactly; public
holidays are not modelled). A person writes "Mon-Fri 09-18", or a mapping of such texts to values.

Reference: MODEL.md T1 and s.0.3 (clock and calendars).
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import numpy as np
from pydantic import AfterValidator, BeforeValidator
from pydantic_core import core_schema

from orgsim.units import COUNT, DAY, WEEK, plain_number

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue

__all__ = ["Heads", "Weekly"]

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAY_RANGE = re.compile(rf"({'|'.join(_DAYS)})(?:-({'|'.join(_DAYS)}))?")
_HOUR_RANGE = re.compile(r"([0-9]{2})(?::([0-9]{2}))?-([0-9]{2})(?::([0-9]{2}))?")
_WEEKLY_HELP = "write a weekly calendar like 'Mon-Fri 09-18', 'Sat 10:30-14', 'always' or 'never'"


@dataclass(frozen=True, slots=True)
class Weekly:
    """A week that repeats: opening hours (0 or 1), agents on duty, relative order intensity.

    `starts` are hours after Monday 00:00, the first 0; `values[i]` holds from `starts[i]`
    (included) to the next start (excluded). Build it with `Weekly.parse`.

    >>> office = Weekly.parse("Mon-Fri 09-18")
    >>> office.at(9.0), office.at(18.0), office.next_positive(18.0), office.weekly_total
    (1.0, 0.0, 33.0, 45.0)
    """

    starts: tuple[float, ...]
    values: tuple[float, ...]
    _sums: tuple[float, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.starts) != len(self.values) or not self.starts or self.starts[0] != 0:
            raise ValueError("a week needs one value per start, the first start at 0")
        ends = (*self.starts[1:], WEEK)
        if any(end <= start for start, end in zip(self.starts, ends, strict=True)):
            raise ValueError("the starts of a week must increase and lie before its end")
        if not all(math.isfinite(value) and value >= 0 for value in self.values):
            raise ValueError("the values of a week must be finite and not negative")
        sums = [0.0]
        for start, end, value in zip(self.starts, ends, self.values, strict=True):
            sums.append(sums[-1] + value * (end - start))
        object.__setattr__(self, "_sums", tuple(sums))

    @classmethod
    def parse(cls, written: object) -> Weekly:
        """Read `"Mon-Fri 09-18"`, `"always"`, `"never"` or a mapping of such texts to values.

        Several ranges may follow each other ("Mon-Fri 09-18, Sat 10-14"); in a mapping later
        entries win where they overlap. Raises ValueError with what to write.
        """
        if isinstance(written, Weekly):
            return written
        if isinstance(written, str):
            written = {written: 1}
        if not isinstance(written, Mapping) or not written:
            raise ValueError(_WEEKLY_HELP)
        week = [0.0] * int(WEEK * 60)
        for text, value in written.items():
            number = plain_number(value)
            if number is None or number < 0:
                raise ValueError(f"the value of {text!r} must be a number, not negative")
            COUNT.within(number)
            for first, last in _minutes(text):
                week[first:last] = [number] * (last - first)
        starts = [0, *(m for m in range(1, len(week)) if week[m] != week[m - 1])]
        return cls(tuple(start / 60 for start in starts), tuple(week[start] for start in starts))

    @classmethod
    def constant(cls, value: float) -> Weekly:
        """Return the week that always has this value."""
        return cls((0.0,), (float(value),))

    @property
    def weekly_total(self) -> float:
        """Value-hours in a week."""
        return self._sums[-1]

    @property
    def minimum(self) -> float:
        """The lowest value of the week."""
        return min(self.values)

    @property
    def maximum(self) -> float:
        """The highest value of the week."""
        return max(self.values)

    def at(self, t: float) -> float:
        """Return the value at time t (hours); a change takes effect at its own instant."""
        return self.values[self._place(t)[1]]

    def next_change(self, t: float) -> float:
        """Return the next time strictly later than t at which the value changes; inf if never."""
        if len(self.starts) == 1:
            return math.inf
        monday, index = self._place(t)
        value = self.values[index]
        for step in range(index + 1, index + len(self.starts) + 2):
            weeks, place = divmod(step, len(self.starts))
            if self.values[place] != value:
                return monday + weeks * WEEK + self.starts[place]
        return math.inf

    def next_positive(self, t: float) -> float:
        """Return the first time not before t with a value above 0: t itself, or inf if never."""
        return t if self.at(t) > 0 else self.next_change(t)

    def integral(self, a: float, b: float) -> float:
        """Return value x hours between a and b (negative where b < a)."""
        weeks_a, inside_a = self._split(a)
        weeks_b, inside_b = self._split(b)
        # Whole weeks and the rest are added apart: a short span late in a long run stays exact.
        return (weeks_b - weeks_a) * self._sums[-1] + (inside_b - inside_a)

    def integrals(self, a: ArrayLike, b: ArrayLike) -> NDArray[np.float64]:
        """Return `integral` of each a and b, arrays of one shape (or that broadcast): same bits."""
        weeks_a, inside_a = self._split_all(np.asarray(a, dtype=np.float64))
        weeks_b, inside_b = self._split_all(np.asarray(b, dtype=np.float64))
        total: NDArray[np.float64] = (weeks_b - weeks_a) * self._sums[-1] + (inside_b - inside_a)
        return total

    def open_day(self, day_start: float) -> float:
        """Return the start of the first day, not before this one, with a value above 0.

        The day itself if there is none.
        """
        opens = self.next_positive(day_start)
        return day_start + (opens - day_start) // DAY * DAY if opens < math.inf else day_start

    def times_in_day(
        self, day_start: float, u: ArrayLike, later: float = 0.0
    ) -> NDArray[np.float64]:
        """Return times in [day_start, day_start + 24) with density proportional to the value.

        Inverse distribution function of uniforms `u` in [0, 1): same shape, increasing in u;
        uniform over the day where the day's integral is 0. The values may be those of a day so
        many hours `later`: times of any two days of the same hours then differ by whole days, to
        the last bit.
        """
        lefts, rights, values, sums = (np.array(one) for one in _day(self, day_start + later))
        lefts, rights = lefts - later, rights - later
        target = np.asarray(u, dtype=np.float64) * sums[-1]
        index = np.clip(np.searchsorted(sums, target, side="right") - 1, 0, len(lefts) - 1)
        times = lefts[index] + (target - sums[index]) / values[index]
        result: NDArray[np.float64] = np.minimum(times, np.nextafter(rights[index], -np.inf))
        return result

    def time_in_day(self, day_start: float, u: float) -> float:
        """Return `times_in_day` of one uniform: the same bits, sooner."""
        lefts, rights, values, sums = _day(self, day_start)
        target = u * sums[-1]
        index = min(bisect_right(sums, target), len(lefts)) - 1
        time = lefts[index] + (target - sums[index]) / values[index]
        return min(time, math.nextafter(rights[index], -math.inf))

    def segments(self) -> Iterator[tuple[float, float, float]]:
        """Iterate over (start, end, value) of one week, in hours after Monday 00:00."""
        return zip(self.starts, (*self.starts[1:], WEEK), self.values, strict=True)

    def _place(self, t: float) -> tuple[float, int]:
        """Return the Monday 00:00 of t's week and the index of the value that holds at t."""
        monday = math.floor(t / WEEK) * WEEK
        if monday > t:  # t / WEEK was rounded up, to 0
            monday -= WEEK
        index = bisect_right(self.starts, t - monday) - 1
        # A change at, say, 10:20 is no exact float: decide by the very time next_change() returns.
        if index + 1 < len(self.starts) and monday + self.starts[index + 1] <= t:
            index += 1
        elif monday + self.starts[index] > t:
            index -= 1
        return monday, index

    def _split(self, t: float) -> tuple[float, float]:
        """Return the number of whole weeks before t, and the integral from that Monday to t."""
        weeks = float(math.floor(t / WEEK))
        inside = t - weeks * WEEK
        index = max(bisect_right(self.starts, inside) - 1, 0)
        return weeks, self._sums[index] + self.values[index] * (inside - self.starts[index])

    def _split_all(self, t: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Do `_split` on an array with the very same operations."""
        weeks = np.floor(t / WEEK)
        inside = t - weeks * WEEK
        starts, values = np.array(self.starts), np.array(self.values)
        index = np.maximum(np.searchsorted(starts, inside, side="right") - 1, 0)
        return weeks, np.array(self._sums)[index] + values[index] * (inside - starts[index])

    def pieces(self, start: float, end: float) -> Iterator[tuple[float, float, float]]:
        """Iterate over (from, to, value) of the constant pieces between two times."""
        while start < end:
            to = min(self.next_change(start), end)
            yield start, to, self.at(start)
            start = to

    def written(self) -> dict[str, float]:
        """Return the week as the mapping `parse` reads: a canonical form for records."""
        if len(self.starts) == 1:
            return {"always": self.values[0]}
        return {
            f"{_DAYS[day]} {_clock(first)}-{_clock(last)}": value
            for start, end, value in self.segments()
            if value > 0
            for day, first, last in _by_day(round(start * 60), round(end * 60))
        } or {"never": 0.0}

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Let pydantic read a week from text or a mapping and write it as a mapping."""
        return core_schema.no_info_plain_validator_function(
            cls.parse,
            serialization=core_schema.plain_serializer_function_ser_schema(Weekly.written),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Describe the text and the mapping to editors."""
        values = {"type": "number", "minimum": 0}
        return {
            "anyOf": [
                {"type": "string"},
                {"type": "object", "minProperties": 1, "additionalProperties": values},
            ],
            "examples": ["Mon-Fri 09-18", "always", {"Mon-Sun 08-20": 5, "Sat 10-14": 6}],
        }


@lru_cache(maxsize=256)
def _day(week: Weekly, start: float) -> tuple[list[float], ...]:
    """Return starts, ends and values of a day's pieces above 0, and their running integral."""
    end = start + DAY
    pieces = [piece for piece in week.pieces(start, end) if piece[2] > 0] or [(start, end, 1.0)]
    lefts, rights, values = (list(column) for column in zip(*pieces, strict=True))
    areas = (value * (to - since) for since, to, value in pieces)
    return lefts, rights, values, [0.0, *accumulate(areas)]


def _minutes(text: object) -> Iterator[tuple[int, int]]:
    """Iterate over (first, last) minutes of the week, last excluded, that a text names."""
    if text in ("always", "never"):
        yield 0, (7 * 1440 if text == "always" else 0)
        return
    words = [word.rstrip(",;") for word in text.split()] if isinstance(text, str) else []
    if not words or len(words) % 2:
        raise ValueError(f"{text!r}: {_WEEKLY_HELP}")
    for days, hours in zip(words[::2], words[1::2], strict=True):
        for span in hours.split(","):
            first, last = _hours(span, text)
            for day in _days(days, text):
                start, end = day * 1440 + first, day * 1440 + last
                yield start, min(end, 7 * 1440)
                yield 0, max(0, end - 7 * 1440)  # Sunday night runs into Monday


def _days(text: str, whole: object) -> Iterator[int]:
    for part in text.split(","):
        match = _DAY_RANGE.fullmatch(part)
        if match is None:
            raise ValueError(f"{whole!r}: unknown day {part!r}; days are {', '.join(_DAYS)}")
        first = _DAYS.index(match[1])
        last = _DAYS.index(match[2]) if match[2] else first
        yield from (day % 7 for day in range(first, last + 1 + (7 if last < first else 0)))


def _hours(text: str, whole: object) -> tuple[int, int]:
    match = _HOUR_RANGE.fullmatch(text)
    if match is None:
        raise ValueError(f"{whole!r}: hours {text!r} must look like 09-18 or 09:30-18:00")
    h1, m1, h2, m2 = (int(number or 0) for number in match.groups())
    first, last = h1 * 60 + m1, h2 * 60 + m2
    if max(m1, m2) > 59 or max(first, last) > 1440 or first in (last, 1440):
        raise ValueError(f"{whole!r}: no such hours {text!r}; a day runs from 00 to 24")
    return first, last + (1440 if last < first else 0)


def _by_day(start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Cut a span of minutes of the week into (day, first, last) pieces."""
    while start < end:
        day, first = divmod(start, 1440)
        last = min(end - day * 1440, 1440)
        yield day, first, last
        start = day * 1440 + last


def _clock(minute: int) -> str:
    hour, rest = divmod(minute, 60)
    return f"{hour:02d}:{rest:02d}" if rest else f"{hour:02d}"


def _whole(week: Weekly) -> Weekly:
    if any(value != int(value) for value in week.values):
        raise ValueError("heads on duty are whole numbers")
    return week


def _counted(written: object) -> object:
    if isinstance(written, int | float) or (isinstance(written, str) and written != "never"):
        raise ValueError("write when and how many, like {Mon-Fri 09-18: 4}, or 'never'")
    return written


Heads: TypeAlias = Annotated[Weekly, BeforeValidator(_counted), AfterValidator(_whole)]
"""People on duty by hour of the week: a `Weekly` of whole numbers, each written out."""
