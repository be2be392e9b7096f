"""Briefing the agents on a new offer (MODEL M6.7, M4.7).

Modelled: each day at 06:00 support looks for news of an offer. At the first, the team knows at
least the share of the terms that came through, and the briefings, if any, are spread evenly over
the opening hours of the period before the launch: one session per agent employed, each taking an
agent off the phones before any caller is served. None is planned to run past closing time or the
launch where it can begin early enough on that day; news that comes too late for all this is told to
everybody when the desk opens next. Newcomers who are trained later know as little as they know.

Assumed: a session is held though the desk is busy, as one that was put into the calendar. Cost of
coordination after Hansen (2009).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import ceil, inf

from orgsim.departments.crew import Crew
from orgsim.departments.desk import Desk
from orgsim.departments.knowledge import Knowledge
from orgsim.facts import BriefingHeld
from orgsim.governance.information import Belief
from orgsim.kernel.world import Rank, World
from orgsim.units import DAY
from orgsim.weekly import Weekly


class Briefing:
    """Looks for news of an offer and teaches it to the agents."""

    def __init__(
        self,
        world: World,
        desk: Desk,
        crew: Crew,
        knowledge: Knowledge,
        shifts: Weekly,
        told: Callable[[], Belief | None],
        *,
        hours: float,
        period: float,
    ) -> None:
        self._world = world
        self._desk = desk
        self._crew = crew
        self._knowledge = knowledge
        self._opening = Weekly(shifts.starts, tuple(float(heads > 0) for heads in shifts.values))
        self._told = told
        self._hours = hours
        self._period = period
        self._is_planned = False
        world.every(DAY, self._listen, first=world.now + 6.0, rank=Rank.NORMAL)

    def _listen(self) -> None:
        """Each morning: has anyone told us of a new offer? If so, plan its briefing."""
        belief = self._told()
        if belief is None or self._is_planned:
            return
        self._is_planned = True
        self._knowledge.hear_terms(belief.level("familiarity"))
        sessions, onset = ceil(self._crew.employed), belief.dates["onset"]
        if self._hours > 0 and sessions:
            start = max(self._world.now, onset - self._period)
            for time in spread(sessions, self._hours, start, onset, self._opening):
                self._world.at(time, self._hold)

    def _hold(self) -> None:
        self._desk.brief(self._hours, self._taught)

    def _taught(self) -> None:
        """One agent has been told."""
        self._knowledge.brief(self._hours)
        self._world.record(BriefingHeld(self._world.now, self._hours, self._knowledge.level))


def spread(
    sessions: int, hours: float, start: float, end: float, opening: Weekly
) -> Iterator[float]:
    """When so many sessions begin: evenly over what is open, each over by closing if it can be."""
    open_hours = opening.integral(start, end)
    if open_hours <= 0.0:
        soonest = opening.next_positive(start)
        yield from [soonest] * (sessions if soonest < inf else 0)
        return
    gap, opened, session = open_hours / sessions, 0.0, 0
    for begins, closes, is_open in opening.pieces(start, end):
        opened += is_open * (closes - begins)
        while session < sessions and session * gap < opened:
            time = closes - (opened - session * gap)
            yield max(begins, min(time, closes - hours))
            session += 1
