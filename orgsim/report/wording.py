"""Numbers, dates and names as a board reads them: rounded, with their unit, each under one name."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

_PER_DAY = {"/h": 24.0, "/d": 1.0, "/w": 1.0 / 7.0}
_LONG_UNITS = {"d": "days", "h": "hours", "min": "minutes", "s": "seconds", "n": "", "1": ""}


NBSP = "\u00a0"
"""Between a number and its unit, so that no line breaks there."""


MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def short_date(day: date) -> str:
    """A day as '26 Feb', whatever the locale."""
    return f"{day.day} {MONTHS[day.month - 1]}"


def calendar_week(day: date) -> str:
    """The ISO calendar week of a day: 'wk 9'."""
    return f"wk {day.isocalendar().week}"


class Name(NamedTuple):
    """What a number is called everywhere, and a few words on what it is."""

    title: str
    note: str


HORIZONS = {
    "year": Name("Contribution", "revenue less every expense"),
    "year+CLV": Name("Company value", "plus residual customer lifetime value (CLV)"),
    "cash trough": Name("Cash trough", "deepest fall of cash from an earlier peak"),
}
"""The horizons of value. The first is the KPI `contribution` over all measured weeks."""


WORDS = (
    "Words. Mean ± half of its 95 % interval over replications, or its bounds. Beats, misses, "
    "better, worse, higher, lower: the whole interval says so; unclear, in line (within 2 %): it "
    "does not; hardly: by less than a thousandth. "
    "In a shock's weeks a figure is the mean of its weeks, in the whole run that of all its cases. "
    "Speed to lead: open sales hours until a rep takes up a lead. Line fill: main lines filled "
    "from stock when placed. Promises kept (OTIF): of the orders due, those delivered in full by "
    "the date first promised. Orders slower than expected: by the customer's own expectation. "
    "Company value: contribution less left-over kits plus residual customer lifetime value (CLV) "
    "if the hazards of the last 12 weeks went on. Cash trough: deepest fall of cash from a peak. "
    "Chassis: part of every product; niche kit: of niche orders only. Dates are those of the "
    "middle replication of those in which it happened, of two the earlier, as are medians; what "
    "happened in no more than half stands last; earlier: in how many sooner than with the same "
    "luck in the reference, or only here; a weekly figure breaks on its week's Sunday. "
    "Weeks are calendar weeks (ISO). Detected: what its owner looks at is broken, too; told: a "
    "message on it has arrived (no channel: none is meant to); contained: its worst week "
    "before it recovered; recovered: four weeks unbroken begin; not yet: in most not before the "
    "end. Silo paradox index: the share by which marketing and sales beat their targets, times "
    "the value lost per euro that the campaign cost."
)
"""What a board member may ask, at the end of every report."""

NO_VALUE = (
    "n/a: not available, which is not 0. There was no case to measure it by: no order fell due, "
    "say, or nobody asked, bought or answered."
)
"""Why a number is missing, at the end of every report in which one is."""


def plain(title: str) -> str:
    """A title without the abbreviation that stands behind it."""
    return title.split(" (")[0]


@dataclass(frozen=True, slots=True)
class Scale:
    """How stored values become shown ones: shown = stored x factor, in `unit`."""

    factor: float
    unit: str

    def show(self, value: float, *, sign: bool = False) -> str:
        """A stored value as text with its unit; 'n/a' when it is not available."""
        if not math.isfinite(value):
            return "n/a"
        text = compact(value * self.factor, sign=sign)
        return f"{text}{NBSP}{self.unit}" if self.unit else text


def scale_for(unit: str, values: ArrayLike = ()) -> Scale:
    """The scale on which a unit is shown: shares as %, rates per day, money in EUR, kEUR or MEUR.

    `values` are the stored values to be shown together; money picks its step by the largest.
    """
    if unit.startswith("share"):
        return Scale(100.0, "%" + unit.removeprefix("share").replace("/", " a "))
    if unit.startswith("EUR") and "/" not in unit:
        return _money(values)
    for suffix, factor in _PER_DAY.items():
        if unit.endswith(suffix):
            return Scale(factor, "per day" if len(unit) <= 3 else f"{unit[:-2]} per day")
    return Scale(1.0, _LONG_UNITS.get(unit, unit))


def _money(values: ArrayLike) -> Scale:
    sizes = np.abs(np.asarray(values, dtype=float))
    sizes = sizes[np.isfinite(sizes)]
    largest = float(sizes.max()) if sizes.size else 0.0
    if 0.0 < largest < 2e3:
        return Scale(1.0, "EUR")
    return Scale(1e-3, "kEUR") if largest < 2e7 else Scale(1e-6, "MEUR")


def compact(value: float, *, sign: bool = False) -> str:
    """At most three significant figures below a thousand, thousands grouped, large as k, M, bn."""
    if not math.isfinite(value):
        return "n/a"
    size = abs(value)
    for limit, step, suffix in ((1e9, 1e9, "bn"), (1e7, 1e6, "M"), (1e5, 1e3, "k")):
        if size >= limit * 0.9995:
            return _signed(value / step, sign) + NBSP + suffix
    return _signed(value, sign)


def _signed(value: float, sign: bool) -> str:
    size = abs(value)
    digits = 0 if size >= 99.95 or size == 0 else 1 if size >= 9.995 else 2
    if 0 < size < 0.0095:
        text = np.format_float_positional(float(f"{size:.1g}"), trim="-")
    else:
        text = f"{size:,.{digits}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    if text == "0" or value == 0:
        return "0"
    return ("−" if value < 0 else "+" if sign else "") + text


def listed(names: Sequence[str]) -> str:
    """Names as a phrase: 'a', 'a and b', 'a, b and c'."""
    if len(names) < 2:
        return "".join(names)
    return ", ".join(names[:-1]) + " and " + names[-1]


def capital(text: str) -> str:
    """The text with its first letter large and the others as they are."""
    return text[:1].upper() + text[1:]


def in_sentence(title: str) -> str:
    """A title inside a sentence; capitals such as OTIF stay."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]
