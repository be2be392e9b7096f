"""The agents as people: newcomers who learn, strain that tires, and leaving (MODEL M4.7, M4.9).

Modelled: who is employed, since when, and how fresh the team is.

1. A newcomer works at a share of the speed of the tenured for a first period, then faster and
   faster, on a straight line, until the learning period is over.
2. Each week the team's fatigue F, between 0 and 1, follows, solved exactly over the week,

       dF/dt = a max(0, occupancy - limit) + b overtime - F / rest,

   and each contact of a customer in a rage adds its share to one agent's. Work is done at the mean
   speed of the team x (1 - loss F).
3. Each week each agent may leave, at the rate h exp(c F): below the limit and without overtime F
   stays 0 and how long agents stay is exponential. A wave of resignations takes a share of the
   agents at once, by luck.

Assumed: the opening team has been there for as long as the rate of leaving lets people stay, and
all tire alike. Attrition of 30-45 % a year is common in call centres; learning as in the data of
1 800 agents.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, exp, fsum, inf, log

from orgsim.config.base import Config, param
from orgsim.kernel.world import World
from orgsim.units import WEEK, Duration, Number, Rate, Share


class CrewConfig(Config):
    """How agents learn, tire and leave."""

    novice_skill: Share = param(
        "speed of a newcomer, as a share of that of the tenured", section="M4.7", ge=0.05
    )
    novice_period: Duration = param(
        "time for which a newcomer stays as slow", unit="h", section="M4.7", ge=0
    )
    learning_period: Duration = param(
        "time after which a newcomer is as fast as the tenured", unit="h", section="M4.7", ge=0
    )
    novice_knowledge: Share = param(
        "what a newcomer knows of the niche offer (K)", section="M4.7", ge=0, le=1
    )
    occupancy_limit: Share = param("occupancy above which agents tire", section="M4.9")
    occupancy_strain: Number = param(
        "fatigue gained a week per unit of occupancy above the limit", unit="1/wk", section="M4.9",
        ge=0,
    )  # fmt: skip
    overtime_strain: Number = param(
        "fatigue gained a week per unit of overtime", unit="1/wk", section="M4.9", ge=0
    )
    rage_strain: Share = param(
        "fatigue an agent gains with a contact of a customer in a rage", section="M4.9"
    )
    rage_below: Number = param(
        "satisfaction below which a customer is in a rage", unit="points", section="M4.9", ge=0
    )
    rest: Duration = param(
        "time in which a rested team loses 63 % of its fatigue", unit="h", section="M4.9", gt=0
    )
    fatigue_loss: Share = param("speed lost at full fatigue", section="M4.9", le=0.95)
    quitting: Rate = param("rate at which a rested agent leaves", unit="1/h", section="M4.9", ge=0)
    fatigue_quitting: Number = param(
        "log of how much faster an agent leaves at full fatigue", section="M4.9", ge=0, le=20
    )


@dataclass(slots=True, kw_only=True)
class Agent:
    """One agent employed, full or part time."""

    id: int
    fte: float
    joined: float


class Crew:
    """The agents employed."""

    def __init__(self, world: World, config: CrewConfig, fte: float) -> None:
        self._world = world
        self._config = config
        self._leaves = world.draws.stream("support.quitting")
        self._resigns = world.draws.stream("support.resigning")
        self._weeks = self._waves = 0
        whole = ceil(fte)
        self.agents = [
            Agent(id=number, fte=min(1.0, fte - number), joined=self._joined(number / whole, whole))
            for number in range(whole)
        ]
        self._next = whole
        self.employed = fte
        """Agents employed (FTE)."""
        self.fatigue = 0.0
        self._abused = 0
        self._take_stock()

    def _take_stock(self) -> None:
        """Who has learnt it all, and who is still learning."""
        since = self._world.now - self._config.learning_period
        self._learnt = [agent.fte for agent in self.agents if agent.joined <= since]
        self._learning = [agent for agent in self.agents if agent.joined > since]

    def _joined(self, share: float, agents: int) -> float:
        """When the one joined than whom this share of the opening team has been here longer.

        The time since joining is exponential in a team of constant size that people leave at a
        constant rate.
        """
        rate = self._config.quitting
        return self._world.now + log(share + 0.5 / agents) / rate if rate else -inf

    def join(self, fte: float) -> Agent:
        """A newcomer's first day on the phones."""
        agent = Agent(id=self._next, fte=fte, joined=self._world.now)
        self._next += 1
        self.agents.append(agent)
        self.employed = fsum(each.fte for each in self.agents)
        self._take_stock()
        return agent

    def endure(self, satisfaction: float) -> None:
        """A contact with a customer who feels like this."""
        self._abused += satisfaction < self._config.rage_below

    def close_week(self, occupancy: float, overtime: float) -> list[Agent]:
        """Tire or recover over the week; who leaves at its end."""
        config = self._config
        gain = config.occupancy_strain * max(0.0, occupancy - config.occupancy_limit)
        gain += config.overtime_strain * overtime
        rest = config.rest / WEEK
        kept = exp(-1.0 / rest)
        abuse = config.rage_strain * self._abused / max(1, len(self.agents))
        self._abused = 0
        self.fatigue = min(1.0, self.fatigue * kept + gain * rest * (1.0 - kept) + abuse)
        self._weeks += 1
        gone = self._leavers() if config.quitting else []
        self._take_stock()
        return gone

    def _leavers(self) -> list[Agent]:
        config = self._config
        rate = config.quitting * exp(config.fatigue_quitting * self.fatigue)
        chance = 1.0 - exp(-rate * WEEK)
        gone = [a for a in self.agents if self._leaves.uniform(a.id, self._weeks) < chance]
        return self._without(gone)

    def resign(self, share: float) -> list[Agent]:
        """So many of the agents leave at once, to the nearest head."""
        wave, self._waves = self._waves, self._waves + 1
        by_luck = sorted(self.agents, key=lambda agent: self._resigns.uniform(agent.id, wave))
        return self._without(by_luck[: round(share * len(by_luck))])

    def _without(self, gone: list[Agent]) -> list[Agent]:
        if gone:
            self.agents = [agent for agent in self.agents if agent not in gone]
            self.employed = fsum(agent.fte for agent in self.agents)
            self._take_stock()
        return gone

    def usually_leave(self, hours: float) -> float:
        """The share of a rested team that leaves in such a time: what a planner is used to."""
        return 1.0 - exp(-self._config.quitting * hours)

    def speed(self) -> float:
        """How fast the team works: 1 if all are tenured and rested."""
        skill = 1.0
        if self.agents and self.agents[-1].joined > -inf:
            learning = [agent.fte * self._skill(agent) for agent in self._learning]
            skill = fsum(self._learnt + learning) / self.employed
        return skill * (1.0 - self._config.fatigue_loss * self.fatigue)

    def _skill(self, agent: Agent) -> float:
        """Slow at first, then on a straight line to the speed of the tenured."""
        config, tenure = self._config, self._world.now - agent.joined
        if tenure >= config.learning_period:
            return 1.0
        learning = config.learning_period - config.novice_period
        progress = max(0.0, tenure - config.novice_period) / learning if learning > 0 else 0.0
        return config.novice_skill + (1.0 - config.novice_skill) * progress
