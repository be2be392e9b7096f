"""Information channels: what one area knows of another (MODEL M6.1, L2, O2).

Modelled: directed channels between areas, each with a topic, a delay and a fidelity F. An area acts
on its beliefs, never on another area's state. What arrives, and when, is

    belief = F content + (1 - F) prior + noise,   noise ~ Normal(0, noise (1 - F) |content|),
    at the time of sending + delay,

so that F = 1 and no delay is full information and F = 0 leaves only the prior: nothing planned, the
usual days of delivery. Dates are heard or not heard, never blurred. Fidelity, delay and noise act
here and nowhere else.

Assumed: a message is never lost once sent, and a later message on a topic replaces the earlier one.
SERVQUAL's gap 4 names inadequate horizontal communication as one of the two causes of broken
promises (Zeithaml, Berry & Parasuraman 1988).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from orgsim.config.base import Config, param
from orgsim.facts import MessageReceived, MessageSent
from orgsim.kernel.distributions import standard_normal
from orgsim.units import Duration, Number, Share

if TYPE_CHECKING:
    from orgsim.entities import Floats
    from orgsim.kernel.world import World


Area = Literal["marketing", "sales", "logistics", "support", "finance"]
"""Who may speak and listen; a misspelt area would silently be nobody."""

Topic = Literal["campaign_plan", "promise_terms", "stock_eta", "capability"]
"""What there is to tell."""

TOPICS: Mapping[str, str] = {
    "campaign_plan": "how many niche orders a week to expect of all campaigns told, and from when",
    "promise_terms": "what the new offer promises, and when it is launched",
    "stock_eta": "how many days an order placed now would take, base and niche",
    "capability": "how fast, and how reliably, the orders of the last 28 days were delivered",
}
"""What a message on each topic says."""


class ChannelConfig(Config):
    """One directed information channel."""

    sender: Area = param("area that speaks", section="M6.1")
    receiver: Area = param("area that listens", section="M6.1")
    topic: Topic = param("what it is about", section="M6.1")
    active: bool = param("whether anything is sent at all", section="M6.1")
    notice: Duration = param(
        "how long before the event the message is sent", unit="h", section="M6.1", ge=0
    )
    delay: Duration = param("from sending to being known", unit="h", section="M6.1", ge=0)
    fidelity: Share = param("share of the content that survives", section="M6.1", ge=0, le=1)
    noise: Number = param(
        "standard deviation of the distortion at fidelity 0, as a share of the content",
        section="M6.1",
        ge=0,
        le=100,
    )


@dataclass(frozen=True, slots=True)
class Belief:
    """What an area holds to be true on one topic since ``as_of`` (hours)."""

    content: Mapping[str, Floats]
    dates: Mapping[str, float]
    as_of: float

    def level(self, key: str) -> float:
        """The believed number under ``key``."""
        return float(self.content[key][0])


class Information:
    """All channels of the organisation; the only way knowledge travels between areas."""

    def __init__(self, world: World, channels: Mapping[str, ChannelConfig]) -> None:
        self._world = world
        self._channels = dict(channels)
        self._numbers = {name: number for number, name in enumerate(channels)}
        self._beliefs: dict[tuple[str, str], Belief] = {}
        self._sent = dict.fromkeys(channels, 0)
        self._noise = {name: world.draws.stream(f"information.{name}.noise") for name in channels}

    def notice(self, sender: str, topic: str) -> float | None:
        """The earliest notice any listener wants on this topic, None if nobody listens."""
        wanted = [c.notice for _, c in self._open(sender, topic)]
        return max(wanted, default=None)

    def send(
        self,
        topic: str,
        sender: str,
        content: Mapping[str, Floats | float],
        prior: Mapping[str, float] | None = None,
        dates: Mapping[str, float] | None = None,
    ) -> None:
        """Tell every listener of ``sender`` on ``topic``.

        ``prior`` is what a listener assumes unasked (0 where nothing is given). ``dates`` travel
        undistorted: a date is heard or not heard, it does not fade towards another date.
        """
        arrays = {key: np.atleast_1d(np.asarray(v, dtype=float)) for key, v in content.items()}
        for name, channel in self._open(sender, topic):
            self._sent[name] += 1
            self._world.record(MessageSent(self._world.now, self._numbers[name]))
            told = self._distort(name, channel, arrays, prior or {})
            belief = Belief(told, dict(dates or {}), self._world.now)
            self._world.at(self._world.now + channel.delay, self._arrive, name, channel, belief)

    def belief(self, receiver: str, topic: str) -> Belief | None:
        """What ``receiver`` believes on ``topic``; None while it was told nothing."""
        return self._beliefs.get((receiver, topic))

    def fidelity(self, sender: str, receiver: str, topic: str) -> float:
        """How much of what ``sender`` knows of a topic reaches ``receiver``: F, 0 if untold."""
        heard = [c.fidelity for _, c in self._open(sender, topic) if c.receiver == receiver]
        return max(heard, default=0.0)

    def _open(self, sender: str, topic: str) -> list[tuple[str, ChannelConfig]]:
        return [
            (name, channel)
            for name, channel in self._channels.items()
            if channel.active and (channel.sender, channel.topic) == (sender, topic)
        ]

    def _distort(
        self,
        name: str,
        channel: ChannelConfig,
        content: Mapping[str, Floats],
        prior: Mapping[str, float],
    ) -> Mapping[str, Floats]:
        lost = 1.0 - channel.fidelity
        told: dict[str, Floats] = {}
        for number, (key, value) in enumerate(content.items()):
            cells = np.arange(value.size) + number * 4096
            luck = standard_normal(self._noise[name].uniforms(cells, self._sent[name]))
            noise = luck * channel.noise * lost * np.abs(value)
            told[key] = channel.fidelity * value + lost * prior.get(key, 0.0) + noise
        return told

    def _arrive(self, name: str, channel: ChannelConfig, belief: Belief) -> None:
        self._world.record(MessageReceived(self._world.now, self._numbers[name]))
        self._beliefs[channel.receiver, channel.topic] = belief
