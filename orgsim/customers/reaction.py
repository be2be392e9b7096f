"""What customers do after a failure: raise their voice, leave at once, or say nothing (MODEL M5.7).

Modelled: an episode below the level of failure is answered in one of three ways, by a logit with

       U_voice  = v_0 + v_T T - v_e effort
       U_exit   = x_s (level - s) + x_T ln(1 - T) - switching cost
       U_silent = u_0

where s is the satisfaction with the episode, T the trust left after it, and effort the contacts
made in vain (and changes of channel) since a problem was last solved.

1. Voice is a complaint, made on the next day, unless a complaint or a problem of this customer is
   still open: then voice is raised when that is brought up again.
2. Exit is for good, at once. The silent are seen again in the rate of leaving.

Assumed: ln(1 - T) in place of the straight line -1.5 T; the two differ by less than .5 for T up to
.8, but now nobody of full trust leaves in anger. Endless effort leaves no voice: a firm that is
hard to reach hears nothing. At level 0 nothing is a failure. Hirschman (1970), Exit, Voice, and
Loyalty.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from orgsim.config.base import Config, param
from orgsim.customers.complaints import Complaints
from orgsim.customers.population import Population
from orgsim.entities import Floats, Ints, Occasion, Reaction, nobody
from orgsim.facts_of_customers import CustomerReacted
from orgsim.kernel.world import World
from orgsim.units import Effect


class ReactionConfig(Config):
    """How customers react to a failure."""

    failure: Effect = param(
        "satisfaction with an episode below which it is a failure",
        unit="points",
        section="M5.7",
        ge=0,
        le=10,
    )
    voice: Effect = param("readiness to complain (v_0)", unit="log-odds", section="M5.7")
    voice_trust: Effect = param(
        "more who complain, by the trust that it helps (v_T)",
        unit="log-odds per unit of trust",
        section="M5.7",
        ge=0,
    )
    voice_effort: Effect = param(
        "fewer who complain, by the contacts already made in vain (v_e)",
        unit="log-odds per contact",
        section="M5.7",
        ge=0,
    )
    exit_anger: Effect = param(
        "more who leave at once, by the points below the level of failure (x_s)",
        unit="log-odds per point",
        section="M5.7",
        ge=0,
    )
    exit_distrust: Effect = param(
        "more who leave at once, by the log of the trust that is missing (x_T)",
        unit="log-odds",
        section="M5.7",
        ge=0,
        le=10,
    )
    switching: Effect = param(
        "what holds customers back from leaving at once (switching cost)",
        unit="log-odds",
        section="M5.7",
    )
    silence: Effect = param("ease of saying nothing (u_0)", unit="log-odds", section="M5.7")

    def shares(
        self, lived: Floats, trust: Floats, effort: Floats | Ints
    ) -> tuple[Floats, Floats, Floats]:
        """P(voice), P(exit), P(silence) after failed episodes."""
        voice = np.exp(self.voice + self.voice_trust * trust - self.voice_effort * effort)
        anger = self.exit_anger * (self.failure - lived) - self.switching
        leave = np.exp(anger) * np.power(1.0 - trust, self.exit_distrust)
        silent = np.exp(np.full_like(voice, self.silence))
        total = voice + leave + silent
        return voice / total, leave / total, silent / total

    def choose(self, luck: Floats, lived: Floats, trust: Floats, effort: Floats | Ints) -> Ints:
        """The `Reaction` of each, by its luck in (0, 1)."""
        voice, leave, _ = self.shares(lived, trust, effort)
        # Whoever leaves has the lowest luck, so that a firm easier to reach keeps the same leavers.
        others = np.where(luck < leave + voice, Reaction.VOICE, Reaction.SILENCE)
        return np.where(luck < leave, Reaction.EXIT, others)


class Reactions:
    """Lets customers react to the failures of the evening."""

    def __init__(
        self, world: World, config: ReactionConfig, people: Population, complaints: Complaints
    ) -> None:
        self._world = world
        self._config = config
        self._people = people
        self._complaints = complaints
        self._draw = {
            occasion: world.draws.stream(f"customers.{occasion.name.lower()}.reaction")
            for occasion in Occasion
        }
        self.complain: Callable[[Ints], None] = nobody
        self.leave: Callable[[Ints], None] = nobody

    def after(
        self,
        occasion: Occasion,
        rows: Ints,
        keys: Ints,
        lived: Floats,
        before: Floats,
        times: Floats,
    ) -> None:
        """Distinct customers lived through an episode; ``before``: their satisfaction before it."""
        people = self._people
        failed = np.flatnonzero(lived < self._config.failure)
        if not failed.size:
            return
        rows, lived, before = rows[failed], lived[failed], before[failed]
        luck = self._draw[occasion].uniforms(people.ids[rows], keys[failed])
        reaction = self._config.choose(luck, lived, people.trust[rows], people.effort[rows])
        self._world.record_block(
            CustomerReacted,
            times[failed],
            people.ids[rows],
            people.segment[rows],
            occasion,
            reaction,
        )
        self._complaints.suffer(rows, before, people.satisfaction[rows])
        loud = rows[(reaction == Reaction.VOICE) & (people.open_issues[rows] == 0)]
        self.complain(self._complaints.voice(loud))
        self.leave(rows[reaction == Reaction.EXIT])
