"""What the kernel's tests share."""

from typing import NamedTuple

from orgsim.kernel.draws import Draws
from orgsim.kernel.journal import Journal
from orgsim.kernel.world import World


class Seen(NamedTuple):
    time: float
    who: int


def a_world(start: float = 0.0) -> World:
    return World(start=start, draws=Draws(1, 0), journal=Journal())
