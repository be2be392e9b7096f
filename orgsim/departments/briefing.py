"""Briefing the agents on a new offer (MODEL M6.7, M4.7).

Modelled: each day at 06:00 support looks for news of an offer. At the first, the team knows at
least the share of the terms that came through, and the briefings, if any, are spread evenly over
the period before the launch: one session per agent employed, each taking an agent off the phones
before any caller is served. Newcomers who are trained later know as little as they know.

Assumed: a session is held though the desk is busy, as one that was put into the calendar. Cost of
coordination after Hansen (2009).
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil

from orgsim.departments.crew import Crew
from orgsim.departments.desk import Desk
from orgsim.departments.knowledge import Knowledge
from orgsim.facts import BriefingHeld
from orgsim.governance.information import Belief
from orgsim.kernel.world import Rank, World
from orgsim.units import DAY


class Briefing:
    """Looks for news of an offer and teaches it to the agents."""

    def __init__(
        self,
        world: World,
        desk: Desk,
        crew: Crew,
        knowledge: Knowledge,
        told: Callable[[], Belief | None],
        *,
        hours: float,
        period: float,
    ) -> None:
        self._world = world
        self._desk = desk
        self._crew = crew
        self._knowledge = knowledge
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
        sessions = ceil(self._crew.employed)
        if self._hours > 0 and sessions:
            start = max(self._world.now, belief.dates["onset"] - self._period)
            gap = max(0.0, belief.dates["onset"] - start) / sessions
            for session in range(sessions):
                self._world.at(start + session * gap, self._hold)

    def _hold(self) -> None:
        self._desk.brief(self._hours, self._taught)

    def _taught(self) -> None:
        """One agent has been told."""
        self._knowledge.brief(self._hours)
        self._world.record(BriefingHeld(self._world.now, self._hours, self._knowledge.level))
