"""Shocks of the workforce: people who are away, or gone (MODEL s.8)."""

from __future__ import annotations

from typing import Literal

from orgsim.config.base import param
from orgsim.kernel.world import Rank
from orgsim.shocks.base import Levers, ShockConfig, turn_along
from orgsim.shocks.demand import ORDERS_AND_LEADS
from orgsim.units import DAY, Duration, Number, Share

AT_WORK = ("support.presence", "sales.presence", "logistics.capacity")
"""Who is there, of agents, reps and at the benches."""


class AttritionWave(ShockConfig):
    """Agents leave all at once, and newcomers who have to learn take their places.

    They go at the onset, by luck, as whole people; support notices, recruits and trains as it does
    when anybody leaves, and who comes is slow at first and knows little of a new offer. The
    duration is what reports look at: in the scenario the eight weeks until the places are filled.
    """

    kind: Literal["attrition_wave"]
    duration: Duration = param(
        "weeks that reports look at; people leave at the onset", unit="h", section="s.8", gt=0
    )
    leaving: Share = param("share of the agents who leave", section="s.8", ge=0, le=1)

    def schedule(self, levers: Levers) -> None:
        """Let them go."""
        levers.world.at(self.onset, levers.resign, self.leaving, rank=Rank.CALENDAR)


class Pandemic(ShockConfig):
    """All at once: more orders on the web, people who are away, supplies that take longer.

    A step for the duration, then all of it halves with every half-life, for eight of them.
    """

    kind: Literal["pandemic"]
    demand: Number = param(
        "more leads and repeat orders, as a share of the usual", section="s.8", ge=0, le=50
    )
    absence: Share = param("share of the people who are away", section="s.8", ge=0, le=1)
    delay: Duration = param(
        "added to the journey from each supplier", unit="h", section="s.8", ge=0
    )
    half_life: Duration = param(
        "time in which what is left of it halves, after the duration",
        unit="h",
        section="s.8",
        ge=DAY,
    )

    def schedule(self, levers: Levers) -> None:
        """Let everything follow the same course."""
        world, end = levers.world, self.onset + self.duration + 8 * self.half_life
        for dial in ORDERS_AND_LEADS:
            turn_along(world, dial, lambda t: self.demand * self._force(t), self.onset, end)
        for dial in AT_WORK:
            turn_along(world, dial, lambda t: 1.0 - self.absence * self._force(t), self.onset, end)
        for part in ("chassis", "kit"):
            delay = f"supplier.{part}.delay"
            turn_along(world, delay, lambda t: self.delay * self._force(t), self.onset, end)

    def _force(self, since: float) -> float:
        """1 for the duration, then halving."""
        return float(0.5 ** (max(0.0, since - self.duration) / self.half_life))
