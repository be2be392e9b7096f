"""What the agents know of a new offer (MODEL M4.7, M6.7).

Modelled: the team's mean knowledge K of the niche offer, between 0 and 1.

1. It starts at the level of who was told nothing; the terms lift it to the share that came through.
2. Each niche contact teaches the agent who took it: dK = (1 - K) / n_0.
3. A briefing of some hours teaches the agent who had it, who had none yet, towards the briefed
   level K_b: K -> K + (K_b - K) min(1, hours / h_full).

Assumed: contacts spread evenly over the agents, and nobody is briefed twice, so that two numbers
are enough: the team's mean and the knowledge of an agent who was not briefed yet. A newcomer
counts as one agent. Experience curve
by cumulative cases after Wright (1936), in a saturating form.
"""

from __future__ import annotations

from math import ceil

from orgsim.config.base import Config, param
from orgsim.units import Duration, Quantity, Share


class KnowledgeConfig(Config):
    """How agents come to know a new offer."""

    uninformed: Share = param(
        "knowledge of agents who were told nothing (K)", section="M4.7", ge=0, le=1
    )
    contacts_to_learn: Quantity = param(
        "niche contacts in which an agent closes 63 % of the gap (n_0)",
        unit="contacts",
        section="M4.7",
        ge=1,
    )
    briefed_level: Share = param(
        "knowledge that a full briefing leads to (K_b)", section="M4.7", ge=0, le=1
    )
    full_briefing: Duration = param(
        "length of a full briefing (h_full)", unit="h", section="M4.7", gt=0
    )


class Knowledge:
    """The team's mean knowledge of the niche offer."""

    def __init__(self, config: KnowledgeConfig, agents: float) -> None:
        self._config = config
        self.count(agents)
        self._unbriefed = config.uninformed
        self.level = config.uninformed

    def hear_terms(self, familiarity: float) -> None:
        """The terms of the offer arrived; knowing them is a start."""
        self.level = max(self.level, min(1.0, max(0.0, familiarity)))
        self._unbriefed = max(self._unbriefed, min(1.0, max(0.0, familiarity)))

    def practise(self) -> None:
        """One agent dealt with one niche contact."""
        share = 1.0 / (self._config.contacts_to_learn * self._agents)
        self.level += (1.0 - self.level) * share
        self._unbriefed += (1.0 - self._unbriefed) * share

    def brief(self, hours: float) -> None:
        """One agent who had not been briefed yet was, for ``hours``."""
        share = min(1.0, hours / self._config.full_briefing)
        gain = max(0.0, self._config.briefed_level - self._unbriefed) * share
        self.level += gain / self._agents

    def count(self, employed: float) -> None:
        """So many agents are employed now."""
        self._agents = max(1, ceil(employed))

    def join(self, known: float) -> None:
        """One of the agents now employed is a newcomer who knows so much."""
        share = 1.0 / self._agents
        self.level += (known - self.level) * share
        self._unbriefed += (known - self._unbriefed) * share
