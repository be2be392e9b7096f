"""The sales force: how many reps are on duty, and what they are paid (MODEL M2.1, s.7).

Modelled: sales' own reps have a weekly calendar and a salary; a plan that was heard in time brings
temporary ones beside them (see `temporary_reps`).

1. On duty is the calendar's number times the share that is there, in whole heads (see `roster`),
   and whoever was brought in for the week, during the same hours.
2. A planned niche order brings as many leads as the win probability that sales knows asks for, of
   which those that the web does not decide take a rep's mean handle time.
3. Salaries are paid at the end of each week, whoever is there; temporary reps by the hour.

Assumed: own reps are alike, temporary ones differ by their skill; who serves is drawn from both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orgsim.departments.persuasion import win_probability
from orgsim.departments.roster import Roster
from orgsim.departments.temporary_reps import TemporaryReps
from orgsim.entities import Account, Floats, Post
from orgsim.governance.information import Information
from orgsim.kernel.resources import Pool
from orgsim.kernel.world import Rank, World
from orgsim.units import WEEK

if TYPE_CHECKING:
    from orgsim.departments.sales import SalesConfig

CLASSES = 20
"""Classes of 5 points of win probability that waiting leads are sorted into."""


class SalesForce:
    """The reps, their calendar and their pay."""

    def __init__(
        self, world: World, config: SalesConfig, information: Information | None, post: Post
    ) -> None:
        self._config = config
        self._post = post
        self.reps = Pool(
            world,
            "reps",
            config.reps,
            priorities=CLASSES if config.discipline == "score" else 1,
            latest_first=config.discipline == "last_come",
        )
        self._roster = Roster(config.reps)
        self._on_duty = config.reps
        self._open_hours = self._roster.open_hours
        self.temporary = TemporaryReps(
            world, config.temporary, information, self._hours_of, self._open_hours, self._employ
        )
        self._presence = world.dials.declare(
            "sales.presence", 1.0, "multiply", "share of the reps on duty who are there"
        )
        self._presence.watch(lambda share: self._man_desks())
        world.every(WEEK, self._close_week, first=world.now + WEEK, rank=Rank.CLOSE)

    @property
    def skill(self) -> float:
        """The mean skill of who is there, that of the firm's own reps being 0."""
        if not self.temporary.there:
            return 0.0
        share = min(1.0, self.temporary.there / max(1, self.reps.heads))
        return self._config.temporary.skill * share

    def _hours_of(self, orders: Floats) -> Floats:
        """Hours of work that so many planned niche orders bring the reps."""
        leads = orders / win_probability(self._config.niche, 0.0, 0.0)
        return leads * (1.0 - self._config.web_share) * self._config.handle_time.mean

    def _employ(self, more: int) -> None:
        """The temporary reps are others now; pay a week to so many more."""
        self._man_desks()
        cents = round(100 * more * self._open_hours * self._config.temporary.cost)
        self._post(Account.SALES_PAYROLL, Account.CASH, cents)

    def _man_desks(self) -> None:
        there = self._roster.at(self._presence.value, self.temporary.there)
        if there != self._on_duty:
            self._on_duty = there
            self.reps.set_heads(there)

    def _close_week(self) -> None:
        """Pay who is employed; what no whole head made up this week is made up in the next."""
        weekly = self._config.payroll_fte * self._config.salary * WEEK / 8760.0
        self._post(Account.SALES_PAYROLL, Account.CASH, round(100 * weekly))
        self._roster.turn_week()
        self._man_desks()
