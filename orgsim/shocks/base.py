"""What every shock shares: when it begins and how long it lasts (MODEL s.8)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from orgsim.config.base import Config, param
from orgsim.kernel.world import Rank, World
from orgsim.units import Duration


class ShockConfig(Config):
    """A shock's timing; its kind decides what it does."""

    onset: Duration = param("measured time at which it begins", unit="h", section="T1", ge=0)
    duration: Duration = param("how long it lasts", unit="h", section="s.8", gt=0)


@dataclass(frozen=True, slots=True)
class Levers:
    """Everything a shock may touch: the world's dials, and the launch of a campaign."""

    world: World
    launch: Callable[[float, float], None]


def turn_for_a_while(world: World, dial: str, by: float, shock: ShockConfig) -> None:
    """Turn a dial from the onset on, and back at the end."""

    def begin() -> None:
        token = world.dials.turn(dial, by)
        world.at(shock.onset + shock.duration, world.dials.restore, token, rank=Rank.CALENDAR)

    world.at(shock.onset, begin, rank=Rank.CALENDAR)
