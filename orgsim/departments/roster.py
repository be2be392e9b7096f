"""Rosters: a share of a week's shifts in whole heads.

What it is for: teams that grow, shrink, fall ill or work overtime by a share, on shifts that only
whole people can fill.

Modelled: each shift of each day gets the whole heads of its share, and never more than that share
rounded up. What is rounded off is carried on, from shift to shift and from week to week, so that
the hours on duty are the share of the shifts' in the long run.
"""

from __future__ import annotations

from math import ceil, floor

from orgsim.units import DAY
from orgsim.weekly import Weekly


class Roster:
    """The whole heads on duty week by week."""

    def __init__(self, shifts: Weekly) -> None:
        self._shifts = shifts
        self._carried = self._left = 0.0

    @property
    def open_hours(self) -> float:
        """Hours of a week with anybody on duty."""
        return sum(end - start for start, end, heads in self._shifts.segments() if heads)

    def at(self, share: float, more: int = 0) -> Weekly:
        """This week's heads at so many times the shifts, and ``more`` in each of them."""
        week, self._left = rostered(self._shifts, share, self._carried)
        if not more:
            return week
        values = (
            heads + more if self._shifts.at(start) else heads
            for start, heads in zip(week.starts, week.values, strict=True)
        )
        return Weekly(week.starts, tuple(values))

    def turn_week(self) -> None:
        """What the week that ends has left over goes to the next."""
        self._carried = self._left


def rostered(shifts: Weekly, share: float, owed: float = 0.0) -> tuple[Weekly, float]:
    """The shifts at so many times their heads, and the head-hours that are left over.

    ``owed`` are head-hours carried over from before.
    """
    if share == 1.0 and not owed:
        return shifts, 0.0
    starts, values = [], []
    for start, end, heads in by_day(shifts):
        length, most = end - start, ceil(heads * share - 1e-9)
        wished = heads * share * length + owed
        whole = min(most, floor(wished / length + 1e-9))
        owed = max(0.0, wished - whole * length)
        starts.append(start)
        values.append(float(whole))
    return Weekly(tuple(starts), tuple(values)), owed


def by_day(shifts: Weekly) -> list[tuple[float, float, float]]:
    """The pieces of a week with constant heads, cut at midnight."""
    pieces = []
    for start, end, heads in shifts.segments():
        while start < end:
            until = min(end, (floor(start / DAY) + 1) * DAY)
            pieces.append((start, until, heads))
            start = until
    return pieces
