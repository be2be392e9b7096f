"""How customers reach the agents: phone, chat, email and the retail desk (MODEL M4.2, M4.4).

Modelled: one blended team behind every channel. A contact that self-service did not answer is
written (email), typed (chat), made at the retail desk, or else called in, by the channels' shares.
Calls, chats and the desk are live: who waits longer than patience leaves; an email waits for ever.

Each channel solves its own share of what the team could solve,

    P(resolve) = q_channel (f_0 - ...),

so that a good telephone team can stand beside a bad self-service. Some who leave a chat do so in
silence: the desk sees them still waiting, and the agent who takes the chat up spends a share of its
work before noticing that nobody is there.

Assumed: an agent has one chat at a time; the retail desk is as patient as the telephone. Silent
abandonment after Castellanos, Yom-Tov, Goldberg & Park (2025).
"""

from __future__ import annotations

import numpy as np

from orgsim.config.base import Config, param
from orgsim.entities import ContactChannel, Floats, Ints
from orgsim.kernel.distributions import PatienceLaw
from orgsim.units import Share

_IN_ORDER = (
    ContactChannel.EMAIL,
    ContactChannel.CHAT,
    ContactChannel.RETAIL,
    ContactChannel.PHONE,
)


class ChannelQuality(Config):
    """The share of what agents could solve that each channel lets them solve (q)."""

    self_service: Share = param(
        "share of what self-service answers that it answers to the point", section="M4.2"
    )
    phone: Share = param("quality of the phone, as a factor of resolution", section="M4.2")
    chat: Share = param("quality of chat, as a factor of resolution", section="M4.2")
    email: Share = param("quality of email, as a factor of resolution", section="M4.2")
    retail: Share = param("quality of the retail desk, as a factor of resolution", section="M4.2")

    def by_channel(self) -> tuple[float, ...]:
        """One factor per `ContactChannel`."""
        return tuple(getattr(self, channel.name.lower()) for channel in ContactChannel)


class ContactChannelsConfig(Config):
    """The channels beside phone and email, and what each is good for."""

    chat_share: Share = param(
        "share of the contacts that self-service does not answer that are chats", section="M4.2"
    )
    retail_share: Share = param("share of them that are made at the retail desk", section="M4.2")
    chat_patience: PatienceLaw = param(
        "how long a customer waits in a chat", unit="h", section="M4.4"
    )
    silent_share: Share = param(
        "share of those who give a chat up that leave without saying so", section="M4.4"
    )
    silent_work: Share = param(
        "share of a chat's work an agent spends before noticing that nobody is there",
        section="M4.4",
    )
    quality: ChannelQuality


def chosen_channels(luck: Floats, email_share: float, config: ContactChannelsConfig) -> Ints:
    """The channel of each contact, by one uniform each: a larger share moves the fewest."""
    bounds = np.cumsum([email_share, config.chat_share, config.retail_share])
    codes = np.array(_IN_ORDER, dtype=np.int64)
    return np.asarray(codes[np.searchsorted(bounds, luck, side="right")])
