"""Staffing: how many agents, on which shifts, with how much overtime (MODEL M4.3, M4.9).

Modelled: support plans for the contacts it has had, and hears of those to come only if told.

1. Each week's contacts and work are added to a smoothed picture of the week, one interval for each
   shift of each day.
2. At each review the picture of some weeks ago (reports take time) is enlarged by the contacts of
   the niche orders of the campaign plan that support believes in, if any, in the weeks in which
   somebody hired today would work, less those already in the picture. Per interval the planner
   takes the fewest agents at whom, by Erlang A, no more than the allowed share of live contacts is
   given up and occupancy, written work included, stays within its limit. Their hours make the
   headcount wanted, in half jobs, with those who usually leave before a successor can work.
3. Who is missing is hired: recruiting and training take their time and a sum per head. Nobody is
   dismissed; those who leave are noticed after the reporting time and replaced in the same way. At
   the start successors are on their way for as many as usually leave in all that time; the first
   plan is made one review after the warm-up, which begins with an empty desk, has filled the
   picture.
   Without reviews the headcount wanted is that of the start, with those on their way.
4. Agents on duty follow the shifts in proportion to those employed, to overtime and to who is there
   (see `roster`). Overtime covers last week's work beyond what regular hours do at the occupancy
   that the plan allows, up to its limit, and is paid dearer.

Assumed: who is trained is paid with the hiring cost; shift patterns stay, only their size changes.
Reference: Gans, Koole & Mandelbaum (2003), Telephone call centers, M&SOM 5(2).
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Callable
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from orgsim.config.base import Config, param
from orgsim.departments.crew import Agent, Crew
from orgsim.departments.roster import Roster, by_day
from orgsim.entities import Account, Floats, Post, nobody
from orgsim.facts import AgentHired, AgentLeft
from orgsim.governance.information import Belief
from orgsim.kernel.queueing import WaitingLine, fewest_servers
from orgsim.kernel.world import World
from orgsim.units import WEEK, Duration, Number, Price, Share
from orgsim.weekly import Weekly

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


class StaffingConfig(Config):
    """How support plans its headcount and its hours."""

    review: Duration = param(
        "time between two staffing plans; 0: the team stays as it is", unit="h", section="M4.3",
        ge=0,
    )  # fmt: skip
    most_abandonment: Share = param(
        "share of live contacts that the plan lets be given up", section="M4.3", gt=0
    )
    most_occupancy: Share = param("occupancy that the plan allows", section="M4.3", ge=0.05)
    smoothing: Share = param("weight of the latest week in the forecast", section="M4.3", gt=0)
    reporting: Duration = param(
        "time until a change shows in what the planner reads", unit="h", section="M4.3", ge=0
    )
    hiring: Duration = param("time to recruit and train an agent", unit="h", section="M4.3", ge=0)
    contacts_per_niche_order: Number = param(
        "contacts expected per niche order of a plan that was told",
        unit="contacts",
        section="M4.3",
        ge=0,
    )
    hiring_cost: Price = param("cost of recruiting and training an agent", unit="EUR",
        section="s.7", ge=0)  # fmt: skip
    overtime: Share = param("most overtime, as a share of regular hours", section="M4.3")
    overtime_pay: Number = param(
        "pay of an hour of overtime, in regular hours", section="s.7", ge=0, le=10
    )


class Staffing:
    """Keeps the team as large as the plan wants it and the labour market allows."""

    def __init__(
        self,
        world: World,
        config: StaffingConfig,
        shifts: Weekly,
        crew: Crew,
        told: Callable[[], Belief | None],
        patience: float,
    ) -> None:
        self._world = world
        self._config = config
        self._shifts = shifts
        self._roster = Roster(shifts)
        self._crew = crew
        self._told = told
        self._patience = patience
        self._opening = crew.employed
        self.wanted = crew.employed
        """The headcount wanted (FTE)."""
        self._coming = self._unnoticed = 0.0
        self.overtime = 0.0
        """Overtime worked this week, as a share of regular hours."""
        pieces = [piece for piece in by_day(shifts) if piece[2] > 0]
        self._ends = [end for _, end, _ in pieces]
        self._hours = np.array([end - start for start, end, _ in pieces])
        self._week = [[0.0] * len(pieces) for _ in range(3)]
        self._reports: deque[Floats] = deque(maxlen=1 + round(config.reporting / WEEK))
        self.train: Callable[[], None] = nobody
        self.post: Post = nobody
        self.reroster: Callable[[], None] = nobody
        self._next_review = max(0.0, world.now) + config.review
        self._fill_the_pipeline()

    def _fill_the_pipeline(self) -> None:
        """Where people always leave, successors for the latest leavers are on their way."""
        absent = self._config.reporting + self._config.hiring
        coming = self._crew.employed * self._crew.usually_leave(absent)
        self.wanted += coming
        self._coming += coming
        heads = ceil(coming)
        for number in range(heads):
            arrival = self._world.now + absent * (number + 0.5) / heads
            self._world.at(arrival, self._welcome, coming / heads)

    # -- what the planner sees ---------------------------------------------------------------------

    def count(self, hours: float, *, is_live: bool) -> None:
        """A contact reached the team that takes it so long."""
        if not self._ends:
            return
        at = bisect_right(self._ends, self._world.now % WEEK) % len(self._ends)
        contacts, live, work = self._week
        contacts[at] += 1.0
        live[at] += is_live
        work[at] += hours

    def _close_report(self) -> None:
        """The smoothed week: contacts, live ones and hours of work by interval."""
        seen = np.array(self._week)
        self._week = [[0.0] * len(self._ends) for _ in range(3)]
        if self._reports:
            weight = self._config.smoothing
            seen = self._reports[-1] + weight * (seen - self._reports[-1])
        self._reports.append(seen)

    # -- the plan ----------------------------------------------------------------------------------

    def _plan(self) -> None:
        """At each review: want as many as will be needed when those hired today can work."""
        config = self._config
        contacts, live, work = self._reports[0]
        total = float(contacts.sum())
        if total == 0.0:
            return
        more = self._announced() * config.contacts_per_niche_order
        growth = max(0.0, 1.0 + more / total)
        rates = growth * live / self._hours, growth * work / self._hours
        service = work / np.maximum(contacts, 1.0)
        heads = [self._heads(*cell) for cell in zip(*rates, service, strict=True)]
        hours = float(np.array(heads) @ self._hours)
        duty_per_fte = self._shifts.weekly_total / self._opening if self._opening else 0.0
        if duty_per_fte:
            needed = hours / duty_per_fte * (1.0 + self._crew.usually_leave(config.hiring))
            self.wanted = ceil(2.0 * needed - 1e-9) / 2.0
            self._hire()

    def _announced(self) -> float:
        """Niche orders a week that were told of, beyond those in the week of the report."""
        belief = self._told()
        if belief is None:
            return 0.0
        config, now = self._config, self._world.now
        orders, onset = belief.content["orders_per_week"], belief.dates["onset"]
        then = now + config.hiring + WEEK * np.arange(max(1, round(config.review / WEEK)))
        seen = now - WEEK * len(self._reports)
        return float(_told_for(then, onset, orders).mean() - _told_for(seen, onset, orders).mean())

    def _heads(self, live: float, load: float, mean_service: float) -> int:
        """The fewest agents who serve so many live contacts an hour, and do all the work."""
        config = self._config
        if load <= 0.0:
            return 0

        def is_enough(line: WaitingLine) -> bool:
            is_busy = load > config.most_occupancy * line.servers
            return not is_busy and line.probability_of_abandonment <= config.most_abandonment

        if self._patience <= 0.0 or live <= 0.0:
            return ceil(load / config.most_occupancy)
        return fewest_servers(live, mean_service, self._patience, is_enough)

    # -- hiring and leaving ------------------------------------------------------------------------

    def _hire(self) -> None:
        """Recruit who is missing, half a job at the least."""
        gap = self.wanted - self._crew.employed - self._coming - self._unnoticed
        while gap > 1e-9:
            fte = min(1.0, gap)
            gap -= fte
            self._coming += fte
            self.post(Account.SUPPORT_PAYROLL, Account.CASH, round(100 * self._config.hiring_cost))
            self._world.at(self._world.now + self._config.hiring, self._welcome, fte)

    def _welcome(self, fte: float) -> None:
        """A newcomer takes the first contact."""
        self._coming -= fte
        agent = self._crew.join(fte)
        self.train()
        self._world.record(AgentHired(self._world.now, agent.id, fte, self._crew.employed))
        self.reroster()

    def resign(self, share: float) -> None:
        """A share of the agents leaves at once (MODEL s.8)."""
        for agent in self._crew.resign(share):
            self._part(agent)
        self.reroster()

    def _part(self, agent: Agent) -> None:
        """An agent leaves; it takes a while until the gap is seen."""
        self._unnoticed += agent.fte
        now = self._world.now
        self._world.record(AgentLeft(now, agent.id, agent.fte, self._crew.employed))
        self._world.at(now + self._config.reporting, self._notice, agent.fte)

    def _notice(self, fte: float) -> None:
        self._unnoticed = max(0.0, self._unnoticed - fte)
        self._hire()

    # -- week by week ------------------------------------------------------------------------------

    def close_week(self, pressure: float, occupancy: float) -> None:
        """The week's end: who leaves, what was seen, and how much overtime next week has."""
        self._roster.turn_week()
        for agent in self._crew.close_week(occupancy, self.overtime):
            self._part(agent)
        if self._config.review:
            self._close_report()
            if self._world.now >= self._next_review:
                self._next_review += self._config.review
                self._plan()
        regular = pressure * (1.0 + self.overtime)
        beyond = regular / self._config.most_occupancy - 1.0
        self.overtime = min(self._config.overtime, max(0.0, beyond))

    def weekly_pay(self, salary: float) -> float:
        """What the week's regular and overtime hours cost, EUR."""
        hours = 1.0 + self._config.overtime_pay * self.overtime
        return self._crew.employed * salary * WEEK / 8760.0 * hours

    def roster(self, presence: float) -> Weekly:
        """Who is on duty this week, of those employed, with the overtime agreed."""
        share = self._crew.employed / self._opening if self._opening else 1.0
        return self._roster.at(share * (1.0 + self.overtime) * presence)


def _told_for(times: ArrayLike, onset: float, orders: Floats) -> Floats:
    """The orders announced for the weeks in which the times lie; none before and after."""
    weeks = np.floor((np.atleast_1d(np.asarray(times, dtype=float)) - onset) / WEEK)
    weeks = weeks.astype(np.int64)
    there = (weeks >= 0) & (weeks < orders.size)
    return np.where(there, orders[np.clip(weeks, 0, orders.size - 1)], 0.0)
