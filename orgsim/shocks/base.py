"""What every shock shares: when it begins, how long it lasts, what it may touch (MODEL s.8).

A shock turns named dials, brings a source of demand, or lets people leave and goods come back; it
never reaches inside a department.

Overlap: on a *rate* (of leads, orders, contacts, a lead time) the effects of several shocks add up,
as demand from several causes does; on a *capacity* (a share of the people, benches or machines that
are there, or of a price) they multiply, since each takes its share of what the others left. Which
of the two a dial follows is said where it is declared, and its value is computed anew from the
effects in force, so that the order of the shocks plays no part.

Assumed: a change that is there to stay is a shock that lasts longer than the run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from orgsim.config.base import Config, param
from orgsim.entities import nobody
from orgsim.kernel.dials import Token
from orgsim.kernel.world import Rank, World
from orgsim.units import DAY, Duration


class ShockConfig(Config):
    """A shock's timing; its kind decides what it does.

    ``noun`` is what it is called in a sentence, its kind where it says nothing; ``by`` is the area
    of the firm whose own act it is, nobody's where it comes from outside.
    """

    noun: ClassVar[str] = ""
    by: ClassVar[str] = ""

    onset: Duration = param("measured time at which it begins", unit="h", section="T1", ge=0)
    duration: Duration = param("how long it lasts", unit="h", section="s.8", gt=0)

    @property
    def end(self) -> float:
        """When its duration is over, in measured time."""
        return self.onset + self.duration


@dataclass(frozen=True, slots=True)
class Levers:
    """Everything a shock may touch: the world's dials, and what comes or goes at once.

    `launch` begins a campaign, `open_offer` lets the niche find the offer with no campaign and
    nobody told, `praise` is good talk about it by people who are no customers, `resign` makes a
    share of the agents leave, `recall` a share of what was delivered in a time before come back.
    """

    world: World
    launch: Callable[[float, float], None]
    open_offer: Callable[[float], None] = nobody
    praise: Callable[[float], None] = nobody
    resign: Callable[[float], None] = nobody
    recall: Callable[[float, float, float], None] = nobody


def turn_for_a_while(world: World, dial: str, by: float, shock: ShockConfig) -> None:
    """Turn a dial from the onset on, and back at the end."""

    def begin() -> None:
        token = world.dials.turn(dial, by)
        world.at(shock.end, world.dials.restore, token, rank=Rank.CALENDAR)

    world.at(shock.onset, begin, rank=Rank.CALENDAR)


def turn_along(
    world: World, dial: str, course: Callable[[float], float], start: float, end: float
) -> None:
    """Let a dial follow a course, day by day, and be at rest again from the end on.

    ``course`` gives the turn at so many hours after the start; a day has that of its noon.
    """

    def step(token: Token | None) -> None:
        if token is not None:
            world.dials.restore(token)
        if world.now < end:
            token = world.dials.turn(dial, course(world.now - start + DAY / 2))
            world.at(min(world.now + DAY, end), step, token, rank=Rank.CALENDAR)

    world.at(start, step, None, rank=Rank.CALENDAR)
