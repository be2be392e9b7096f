"""Arrivals: who might come is fixed; how high the rate is decides who does.

What is modelled: the people of one source as a Poisson process. Its candidates are a fixed scatter
of points in the plane (time x rate): a candidate at height u comes iff u < rate(t). Raising the
rate therefore only adds people; nobody moves, and everybody keeps the same id and hence the same
luck in every variant of the world.

Assumption: the plane is cut into strips of a fixed height and into days; each cell has its own
Poisson number of points and its own draws, so a higher ceiling adds strips and moves nothing.

Reference: Lewis & Shedler (1979), "Simulation of nonhomogeneous Poisson processes by thinning",
Naval Res. Logistics 26(3); MODEL.md T4.
"""

from __future__ import annotations

from math import ceil, floor
from typing import TYPE_CHECKING

import numpy as np

from orgsim.errors import ModelError
from orgsim.kernel.distributions import Poisson
from orgsim.kernel.draws import Draws, entity_base
from orgsim.units import DAY

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["MOST_STRIPS", "Candidates"]

MOST_STRIPS = 1024
"""Strips a source may use: its rate may reach so many strip heights."""
_PLACES = 4096
"""Ids kept for one strip of one day."""
_DAYS = 1 << 14
"""Days that ids can tell apart, half of them before t = 0 (22 years each way)."""


class Candidates:
    """The fixed candidates of one source.

    `strip` is the height of a strip in events per hour: about the usual rate of the source, so
    that one strip is mostly enough. Raises ModelError if a strip is too crowded for its ids.
    """

    def __init__(self, draws: Draws, source: str, strip: float) -> None:
        if not 0.0 < strip * DAY <= _PLACES / 2:
            raise ModelError(
                f"source {source!r}: a strip of {strip!r} per hour; it must be above 0 and bring "
                f"at most {_PLACES // 2} candidates a day"
            )
        self.source = source
        self.strip = strip
        self._base = entity_base(source)
        crowd = Poisson(kind="poisson", mean=strip * DAY)
        self._count = draws.quantity(f"{source}: candidates in a strip", crowd)
        self._moment = draws.stream(f"{source}: moment of a candidate")
        self._height = draws.stream(f"{source}: height of a candidate")
        self._day: int | None = None
        self._strips = 0
        self._scatter: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]

    def between(
        self, start: float, end: float, rate: float
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return times (rising, hours) in [start, end) and entity ids of those who come.

        The interval lies within one day and the `rate` (events per hour) holds throughout. Raises
        ModelError otherwise, and for a rate of more strips than ids allow.
        """
        day = floor(start / DAY)
        if not (day * DAY <= start <= end <= (day + 1) * DAY and -_DAYS // 2 <= day < _DAYS // 2):
            raise ModelError(f"source {self.source!r}: [{start!r}, {end!r}) is not within one day")
        if not 0.0 <= rate <= MOST_STRIPS * self.strip:
            raise ModelError(f"source {self.source!r}: a rate of {rate!r} per hour")
        strips = max(1, ceil(rate / self.strip))
        if day != self._day or strips > self._strips:
            self._scatter = self._draw(day, strips)
            self._day, self._strips = day, strips
        times, heights, entities = self._scatter
        come = (times >= start) & (times < end) & (heights < rate)
        return times[come], entities[come]

    def _draw(
        self, day: int, strips: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
        """Return times, heights and ids of a day's candidates in the lowest strips, by time."""
        cells = self._base + ((day + _DAYS // 2) * MOST_STRIPS + np.arange(strips)) * _PLACES
        counts = self._count.block(cells).astype(np.int64)
        if counts.max() >= _PLACES:
            raise ModelError(f"source {self.source!r}: {counts.max()} candidates in one strip-day")
        entities = np.concatenate(
            [np.arange(cell, cell + count) for cell, count in zip(cells, counts, strict=True)]
        )
        times = day * DAY + DAY * self._moment.uniforms(entities)
        # The last moment of a day must not be rounded into the next.
        times = np.minimum(times, np.nextafter((day + 1) * DAY, -np.inf))
        floors = np.repeat(np.arange(strips), counts)
        heights = (floors + self._height.uniforms(entities)) * self.strip
        order = np.argsort(times, kind="stable")
        return times[order], heights[order], entities[order]
