"""The front door of support: self-service, then the channel of the customer's choice (MODEL M4.2).

Modelled: self-service (an IVR, articles) answers the contained share of first contacts, of niche
ones that share times the agents' knowledge K, since articles are written by those who know; it
answers to the point with its own quality. A complaint and a question about a recall are for people:
nobody wrote an article on them. Every other contact is written, typed, made at the retail desk or
called in, and brings its own patience and its own work.

Assumed: who tries again goes past self-service. The luck of an attempt is its own; the same uniform
makes a customer patient on every channel. Reference: Gans, Koole & Mandelbaum (2003), M&SOM 5(2).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from pydantic import model_validator

from orgsim.config.base import Config, param
from orgsim.departments.contact_channels import ContactChannelsConfig, chosen_channels
from orgsim.departments.knowledge import Knowledge
from orgsim.entities import (
    ContactBatch,
    ContactChannel,
    Floats,
    Ints,
    Outcome,
    Reason,
    Segment,
    Ticket,
    nobody,
)
from orgsim.facts import ContactContained, ContactMade
from orgsim.kernel.distributions import DurationLaw, PatienceLaw
from orgsim.kernel.world import World
from orgsim.units import Share

_SEGMENTS, _REASONS, _CHANNELS = tuple(Segment), tuple(Reason), tuple(ContactChannel)
_FOR_PEOPLE = (Reason.COMPLAINT, Reason.RECALL)


class ReceptionConfig(Config):
    """How contacts reach support, and what they bring."""

    contained_share: Share = param(
        "share of contacts that self-service answers", section="M4.2", ge=0, le=1
    )
    email_share: Share = param(
        "share of the other contacts that are written, not called", section="M4.2", ge=0, le=1
    )
    channels: ContactChannelsConfig
    patience: PatienceLaw = param("how long a caller holds the line", unit="h", section="M4.4")
    handle_time: DurationLaw = param("an agent's work on a contact", unit="h", section="M4.5")

    @model_validator(mode="after")
    def _channels_are_a_whole(self) -> ReceptionConfig:
        shares = self.email_share + self.channels.chat_share + self.channels.retail_share
        if shares > 1.0 + 1e-12:
            raise ValueError(
                "email_share, channels.chat_share, channels.retail_share: together they are "
                f"{shares:g} of the contacts; at most 1 can be"
            )
        return self


class Reception:
    """Lets contacts in."""

    def __init__(self, world: World, config: ReceptionConfig, knowledge: Knowledge) -> None:
        self._world = world
        self._config = config
        self._knowledge = knowledge
        draws = world.draws
        names = ("contained", "email", "solves", "misleads")
        self._luck = {name: draws.stream(f"support.{name}") for name in names}
        self._to_the_point = draws.stream("support.to_the_point")
        self._handle = draws.quantity("support.handle_time", config.handle_time)
        call = draws.quantity("support.patience", config.patience)
        chat = draws.quantity("support.patience", config.channels.chat_patience)
        self._patience = dict.fromkeys(ContactChannel, call) | {ContactChannel.CHAT: chat}
        self._record_contact = world.journal.recorder(ContactMade)
        self.admit: Callable[[Ticket], None] = nobody
        self.answer: Callable[[Ticket], None] = nobody

    def receive(self, batch: ContactBatch) -> None:
        """Take a day's first contacts, each at its own time; self-service goes first."""
        ids, keys, config = batch.customers, batch.nth * 64, self._config
        luck = {name: stream.uniforms(ids, keys) for name, stream in self._luck.items()}
        channels = chosen_channels(luck["email"], config.email_share, config.channels)
        columns = (
            ids,
            batch.rows,
            batch.nth,
            batch.segments,
            batch.reasons,
            channels,
            self._patience_on(channels, ids, keys),
            self._handle.block(ids, keys),
            luck["solves"],
            luck["misleads"],
            luck["contained"],
            batch.times,
        )
        rows = zip(*(column.tolist() for column in columns), batch.orders, strict=True)
        for customer, row, nth, segment, reason, channel, *lucks, contained, time, order in rows:
            patient, hours, solving, misleading = lucks
            ticket = Ticket(
                customer=customer,
                row=row,
                nth=nth,
                segment=_SEGMENTS[segment],
                reason=_REASONS[reason],
                order=order,
                channel=_CHANNELS[channel],
                patience=patient,
                base_handle_hours=hours,
                solving_luck=solving,
                misleading_luck=misleading,
            )
            take = self._contain if contained < self._contained(ticket) else self.admit
            self._world.at(time, take, ticket)

    def renew(self, ticket: Ticket, channel: ContactChannel) -> None:
        """The same problem once more, with the luck of the new attempt."""
        ticket.attempt += 1
        ticket.channel = channel
        ticket.stated_due = None
        key = (ticket.customer, ticket.occurrence)
        if channel is not ContactChannel.EMAIL:
            ticket.patience = self._patience[channel].one(*key)
        ticket.base_handle_hours = self._handle.one(*key)
        ticket.solving_luck = self._luck["solves"].uniform(*key)
        ticket.misleading_luck = self._luck["misleads"].uniform(*key)

    def note(self, ticket: Ticket) -> None:
        """A contact was made."""
        ticket.made = self._world.now
        if ticket.attempt == 0:
            ticket.opened = ticket.made
        self._record_contact(
            (
                self._world.now,
                ticket.customer,
                ticket.nth,
                ticket.attempt,
                ticket.segment,
                ticket.reason,
                ticket.channel,
            )
        )

    def _patience_on(self, channels: Ints, ids: Ints, keys: Ints) -> Floats:
        calling = self._patience[ContactChannel.PHONE].block(ids, keys)
        if not self._config.channels.chat_share:
            return calling
        typing = self._patience[ContactChannel.CHAT].block(ids, keys)
        return np.where(channels == ContactChannel.CHAT, typing, calling)

    def _contained(self, ticket: Ticket) -> float:
        """Less where the articles do not exist yet, none for people (MODEL M4.2, M5.7, s.8)."""
        if ticket.reason in _FOR_PEOPLE:
            return 0.0
        known = self._knowledge.level if ticket.segment is Segment.NICHE else 1.0
        return self._config.contained_share * known

    def _contain(self, ticket: Ticket) -> None:
        """Self-service answers, to the point or beside it."""
        self.note(ticket)
        quality = self._config.channels.quality.self_service
        is_solved = quality == 1.0 or (
            self._to_the_point.uniform(ticket.customer, ticket.occurrence) < quality
        )
        ticket.outcome = Outcome.RESOLVED if is_solved else Outcome.UNRESOLVED
        self._world.record(
            ContactContained(
                self._world.now,
                ticket.customer,
                ticket.nth,
                ticket.segment,
                ticket.reason,
                ticket.outcome,
            )
        )
        self.answer(ticket)
