"""Temporary reps: sales prepares for a campaign it was told of (MODEL M2.1, M6.1).

Modelled: a plan of orders, heard in time, becomes people to sell them.

1. Each morning at 06:00 sales looks for news of a campaign plan, which replaces what was heard
   before. For each of its weeks the orders planned, over the win probability sales knows, are
   leads; those that the web does not decide need a rep for the mean handle time.
2. So many temporary reps are brought in for the week, during the hours in which reps are on duty,
   that they are busy with it to the load planned with; never more than the most there may be.
3. They are paid by the hour on duty, for the week of the plan that they are booked for: news in
   the middle of it adds the pay of those who come besides, and gives none back. Whom the plan no
   longer needs goes.

Assumed: an agency has them at a week's notice; what the plan says wrongly is staffed wrongly; the
firm's own reps are planned for the usual leads only. Staffing to a load: the square-root rule's
first term (Halfin & Whitt 1981).
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil

from orgsim.config.base import Config, param
from orgsim.entities import Floats, Lever
from orgsim.facts import LeverMoved
from orgsim.governance.information import Belief, Information
from orgsim.kernel.world import Rank, World
from orgsim.units import DAY, WEEK, Count, Number, Price


class TemporaryConfig(Config):
    """Reps that can be brought in for a campaign."""

    most: Count = param(
        "temporary reps there may be at once; 0 = none", unit="people", section="M2.1", le=1000
    )
    load: Number = param(
        "share of their time that the planned leads should take", section="M2.1", gt=0, le=1
    )
    cost: Price = param("an hour of a temporary rep", unit="EUR/h", section="M2.1", ge=0)
    skill: Number = param(
        "skill of a temporary rep, that of the firm's own being 0", section="M2.3"
    )


class TemporaryReps:
    """Turns a campaign plan into reps on duty, week by week."""

    def __init__(
        self,
        world: World,
        config: TemporaryConfig,
        information: Information | None,
        rep_hours: Callable[[Floats], Floats],
        open_hours: float,
        employ: Callable[[int], None],
    ) -> None:
        """Staff the ``rep_hours`` of planned orders; ``employ`` pays so many more for a week."""
        self._world = world
        self._config = config
        self._information = information
        self._rep_hours = rep_hours
        self._open_hours = open_hours
        self._employ = employ
        self._heard: Belief | None = None
        self._booked = (0.0, 0)
        self.there = 0
        if config.most and information is not None and open_hours > 0:
            first = (world.now // DAY) * DAY + 6.0
            first += DAY if first < world.now else 0.0
            world.every(DAY, self._listen, first=first, rank=Rank.NORMAL)

    def _listen(self) -> None:
        """Each morning: listen for a campaign that somebody told us of."""
        information = self._information
        heard = information.belief("sales", "campaign_plan") if information else None
        if heard is None or heard is self._heard:
            return
        self._heard = heard
        now, onset = self._world.now, heard.dates["onset"]
        hours = self._rep_hours(heard.content["orders_per_week"])
        for week, needed in enumerate([*hours.tolist(), 0.0]):
            start = onset + week * WEEK
            if start + WEEK > now:
                wanted = ceil(max(0.0, needed) / (self._config.load * self._open_hours) - 1e-9)
                reps = min(wanted, self._config.most)
                self._world.at(max(start, now), self._staff, reps, start, heard)
        if self.there and not onset <= now < onset + (hours.size + 1) * WEEK:
            self._staff(0, now, heard)

    def _staff(self, reps: int, week: float, plan: Belief) -> None:
        """Have so many in the week of the plan that began then; pay whom it has not paid yet."""
        if plan is not self._heard:
            return  # a later plan is in force
        if reps != self.there:
            self._world.record(LeverMoved(self._world.now, Lever.TEMPORARY_REPS, float(reps)))
        self.there = reps
        paid = self._booked[1] if self._booked[0] == week else 0
        self._booked = (week, max(paid, reps))
        self._employ(max(0, reps - paid))
