"""What has been delivered: logistics' own gauge of the last 28 days (MODEL M1.5, O1).

Modelled: the days from order to door, and the share that came complete and by the promised date, of
each offer. Logistics may tell it to whoever makes promises; where no channel is open nobody counts.

Assumed: an offer of which nothing was delivered yet is expected to do as the base offer does, and
where nothing was delivered at all, nothing is told. A moving average of recent performance is the
usual service report (Silver, Pyke & Thomas 2017).
"""

from __future__ import annotations

from collections import deque

import numpy as np

from orgsim.entities import Bools, Floats, Ints, Segment
from orgsim.governance.information import Information
from orgsim.kernel.world import Rank, World
from orgsim.units import DAY, WEEK

_WINDOW = 28 * DAY

USUAL_ON_TIME = 0.95
"""The share that everyone believes, unasked, to come complete and on time."""


class Delivered:
    """Counts what arrives, and tells it each Monday."""

    def __init__(self, world: World, information: Information, usual_days: float) -> None:
        self._world = world
        self._information = information
        self._usual_days = usual_days
        self._days: deque[tuple[float, Floats]] = deque()
        self._is_asked = information.notice("logistics", "capability") is not None
        if self._is_asked:
            first = np.ceil(world.now / WEEK) * WEEK + 6.0
            world.every(WEEK, self._tell, first=first, rank=Rank.WEEKLY)

    def count(self, segments: Ints, placed: Floats, due: Floats, at: Floats, whole: Bools) -> None:
        """The day's parcels, as columns: ordered, promised, and arrived at, and complete or not."""
        if not self._is_asked:
            return
        days = np.floor(at / DAY) - np.floor(placed / DAY)
        kept = (at < due) & whole
        columns = (np.ones(at.size), days, kept.astype(float))
        sums = np.array([np.bincount(segments, column, len(Segment)) for column in columns])
        self._days.append((self._world.now, sums))

    def _tell(self) -> None:
        while self._days and self._days[0][0] < self._world.now - _WINDOW:
            self._days.popleft()
        count, days, kept = sum((sums for _, sums in self._days), np.zeros((3, len(Segment))))
        if not count[Segment.BASE]:
            return
        shown = [segment if count[segment] else Segment.BASE for segment in Segment]
        told = {}
        for segment, like in zip(Segment, shown, strict=True):
            name = segment.name.lower()
            told[f"{name}_days"] = days[like] / count[like]
            told[f"{name}_on_time"] = kept[like] / count[like]
        usual = {key: self._usual_days if "days" in key else USUAL_ON_TIME for key in told}
        self._information.send("capability", "logistics", told, prior=usual)
