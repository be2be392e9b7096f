"""Customer support: self-service, phone and email with one team (MODEL M4.1-M4.7, U1).

Modelled: agents who were not told of an offer take longer, solve less and answer wrongly, and learn
with each contact; a customer who asks where the order is hears what the agent *believes*.

1. Self-service answers the contained share of first contacts (of niche ones that share times the
   agents' knowledge K: articles are written by those who know). The rest is written or called.
2. A caller waits for a free agent until patience ends, first come first served, then hangs up.
   Emails wait until no caller does, and are put aside, to be resumed, whenever a call needs the
   agent (preemptive resume).
3. Work on a contact takes a drawn time; of niche customers that time x (1 + u (1 - K)). What an
   agent learned of the offer is no use (K = 0) where the question is not about an order and the
   desktop does not show that this customer was promised set-up.
4. The contact is solved with probability

       f_0 - f_n (1 - K) [niche customer] - f_e [asked about an order, in the dark],

   in the dark being told nothing of stock, or not shown the date that this customer was promised;
   never below 0; if not, it is answered wrongly with the wrong share. Asked about an order that has
   not been shipped, the agent states the days believed, counted from today, as its date. Each
   niche contact teaches (M4.7).
5. Each day at 06:00 support looks for news of an offer. At the first, K is at least the share of
   the terms that came through, and the briefings, if any, are spread evenly over the period before
   the launch: one session per agent employed, each taking an agent off the phones before any
   caller is served.

Assumed: a fixed team, one skill; chat and retail are served as phone; agents on duty finish whom
they serve. Patience after Palm (1957).
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from math import ceil, floor

import numpy as np

from orgsim.config.base import Config, param
from orgsim.departments.knowledge import Knowledge, KnowledgeConfig
from orgsim.entities import (
    Account,
    ContactBatch,
    ContactChannel,
    Order,
    Outcome,
    Post,
    Reason,
    Segment,
    Ticket,
    nobody,
)
from orgsim.facts import (
    BriefingHeld,
    CallAbandoned,
    CallAnswered,
    ContactContained,
    ContactHandled,
    ContactMade,
)
from orgsim.governance.information import Belief, Information
from orgsim.kernel.distributions import DurationLaw, PatienceLaw
from orgsim.kernel.resources import Pool
from orgsim.kernel.world import Rank, World
from orgsim.units import DAY, WEEK, Number, Price, Quantity, Share
from orgsim.weekly import Heads

_SEGMENTS, _REASONS = tuple(Segment), tuple(Reason)


class SupportConfig(Config):
    """Support's parameters."""

    agents: Heads = param("agents on duty, by hour of the week", unit="people", section="U1")
    contained_share: Share = param(
        "share of contacts that self-service answers", section="M4.2", ge=0, le=1
    )
    email_share: Share = param(
        "share of the other contacts that are written, not called", section="M4.2", ge=0, le=1
    )
    patience: PatienceLaw = param("how long a caller holds the line", unit="h", section="M4.4")
    handle_time: DurationLaw = param("an agent's work on a contact", unit="h", section="M4.5")
    unfamiliar_effort: Number = param(
        "extra handle time of agents who know nothing of the offer (u)",
        unit="times",
        section="M4.5",
        ge=0,
    )
    resolution: Share = param(
        "share of contacts solved by agents who know what they need (f_0)",
        section="M4.6",
        ge=0,
        le=1,
    )
    unfamiliar_loss: Share = param(
        "loss of the share solved, at no knowledge of the offer (f_n)", section="M4.6", ge=0
    )
    blind_loss: Share = param(
        "loss of the share solved, where asked of an order and in the dark about it (f_e)",
        section="M4.6",
        ge=0,
    )
    wrong_share: Share = param(
        "share of unsolved contacts that are answered wrongly", section="M4.6", ge=0, le=1
    )
    knowledge: KnowledgeConfig
    payroll_fte: Quantity = param(
        "agents employed and paid", unit="FTE", section="s.11", ge=0, le=100_000
    )
    salary: Price = param("yearly cost of an agent", unit="EUR/a", section="s.11", ge=0)


class Support:
    """Answers customers as well as it was told and staffed to."""

    def __init__(
        self,
        world: World,
        config: SupportConfig,
        information: Information,
        *,
        briefing_hours: float,
        briefing_period: float,
    ) -> None:
        self._world = world
        self._config = config
        self._briefing_hours = briefing_hours
        self._briefing_period = briefing_period
        self._information = information
        self._is_briefing_planned = False
        self._sessions_open = 0
        self._promised_unseen: set[int] = set()
        self.agents = Pool(world, "agents", config.agents, priorities=2)
        world.dials.declare(
            "support.presence", 1.0, "multiply", "share of the agents on duty who are there"
        ).watch(lambda share: self.agents.set_heads(config.agents.scaled(share)))
        self.knowledge = Knowledge(config.knowledge, config.payroll_fte)
        stream = world.draws.stream
        self._luck = {name: stream(f"support.{name}") for name in ("contained", "email")}
        self._solves = stream("support.solves")
        self._misleads = stream("support.misleads")
        self._patience = world.draws.quantity("support.patience", config.patience)
        self._handle = world.draws.quantity("support.handle_time", config.handle_time)
        self._record = {
            kind: world.journal.recorder(kind)
            for kind in (ContactMade, CallAnswered, CallAbandoned, ContactHandled)
        }
        self.answer: Callable[[Ticket], None] = nobody
        self.post: Post = nobody
        world.every(WEEK, self._pay_agents, first=world.now + WEEK, rank=Rank.CLOSE)
        world.every(DAY, self._listen, first=world.now + 6.0, rank=Rank.NORMAL)

    @property
    def in_hand(self) -> int:
        """Contacts that wait for the team or are being dealt with."""
        return self.agents.queued + self.agents.queued_work + self.agents.busy - self._sessions_open

    def receive(self, batch: ContactBatch) -> None:
        """Take a day's first contacts, each at its own time; self-service goes first."""
        keys = batch.nth * 64
        contained = self._luck["contained"].uniforms(batch.customers, keys)
        by_email = self._luck["email"].uniforms(batch.customers, keys) < self._config.email_share
        patience = self._patience.block(batch.customers, keys)
        handle = self._handle.block(batch.customers, keys)
        columns = (
            batch.customers,
            batch.rows,
            batch.nth,
            batch.segments,
            batch.reasons,
            by_email,
            patience,
            handle,
            self._solves.uniforms(batch.customers, keys),
            self._misleads.uniforms(batch.customers, keys),
            contained,
            batch.times,
        )
        rows = zip(*(column.tolist() for column in columns), batch.orders, strict=True)
        for customer, row, nth, segment, reason, writes, *lucks, luck, time, order in rows:
            patient, hours, solving, misleading = lucks
            ticket = Ticket(
                customer=customer,
                row=row,
                nth=nth,
                segment=_SEGMENTS[segment],
                reason=_REASONS[reason],
                order=order,
                channel=ContactChannel.EMAIL if writes else ContactChannel.PHONE,
                patience=patient,
                base_handle_hours=hours,
                solving_luck=solving,
                misleading_luck=misleading,
            )
            take = self._contain if luck < self._contained(ticket) else self.take
            self._world.at(time, take, ticket)

    def keep_on_file(self, order: Order) -> None:
        """A customer ordered; the desktop shows the set-up that was promised, or does not."""
        if order.promise.setup and not order.setup_on_desktop:
            self._promised_unseen.add(order.customer)
        else:
            self._promised_unseen.discard(order.customer)

    def knows_promise_to(self, customer: int) -> bool:
        """Whether the desktop shows the set-up, if this customer was promised it."""
        return customer not in self._promised_unseen

    def take(self, ticket: Ticket) -> None:
        """A contact reaches the team now."""
        self._record_contact(ticket)
        serve = self._call if ticket.channel is ContactChannel.PHONE else self._email
        self._world.start(serve(ticket), name=ticket.channel.name.lower())

    def try_again(self, ticket: Ticket, channel: ContactChannel) -> None:
        """The same problem once more, with the luck of the new attempt."""
        ticket.attempt += 1
        ticket.channel = channel
        if channel is ContactChannel.PHONE:
            ticket.patience = self._patience.one(ticket.customer, ticket.occurrence)
        ticket.base_handle_hours = self._handle.one(ticket.customer, ticket.occurrence)
        ticket.solving_luck = self._solves.uniform(ticket.customer, ticket.occurrence)
        ticket.misleading_luck = self._misleads.uniform(ticket.customer, ticket.occurrence)
        self.take(ticket)

    def _call(self, ticket: Ticket) -> Generator[object, object, None]:
        """Hold the line until an agent is free or patience ends; then talk."""
        began = self._world.now
        served = yield self.agents.within(ticket.patience, priority=1)
        waited = self._world.now - began
        self._record[CallAnswered if served else CallAbandoned](
            (
                self._world.now,
                ticket.customer,
                ticket.nth,
                ticket.attempt,
                ticket.segment,
                ticket.reason,
                waited,
            )
        )
        if not served:
            ticket.outcome = Outcome.GIVEN_UP
            self.answer(ticket)
            return
        hours = self._handle_hours(ticket)
        yield hours
        self.agents.release()
        self._conclude(ticket, hours)

    def _email(self, ticket: Ticket) -> Generator[object, object, None]:
        """Answered when no call waits, put aside when one comes (MODEL U1)."""
        hours = self._handle_hours(ticket)
        yield self.agents.work(hours)
        self._conclude(ticket, hours)

    def _handle_hours(self, ticket: Ticket) -> float:
        if ticket.segment is not Segment.NICHE:
            return ticket.base_handle_hours
        ignorance = 1.0 - self._useful_knowledge(ticket)
        return ticket.base_handle_hours * (1.0 + self._config.unfamiliar_effort * ignorance)

    def _useful_knowledge(self, ticket: Ticket) -> float:
        """K, or nothing where the agent cannot see that it applies to this customer."""
        is_seen = ticket.order is not None or self.knows_promise_to(ticket.customer)
        return self.knowledge.level if is_seen else 0.0

    def _conclude(self, ticket: Ticket, hours: float) -> None:
        """Solved, not solved, or answered wrongly; the agent has learnt either way."""
        if ticket.solving_luck < self._resolution(ticket):
            ticket.outcome = Outcome.RESOLVED
        else:
            is_wrong = ticket.misleading_luck < self._config.wrong_share
            ticket.outcome = Outcome.WRONG_ANSWER if is_wrong else Outcome.UNRESOLVED
        ticket.stated_due = self._stated_due(ticket)
        if ticket.segment is Segment.NICHE:
            self.knowledge.practise()
        self._record[ContactHandled](
            (
                self._world.now,
                ticket.customer,
                ticket.nth,
                ticket.attempt,
                ticket.segment,
                ticket.reason,
                ticket.channel,
                hours,
                ticket.outcome,
            )
        )
        self.answer(ticket)

    def _resolution(self, ticket: Ticket) -> float:
        """P(resolve) = f_0 - f_n (1 - K) [niche] - f_e [asked about an order, in the dark]."""
        chance = self._config.resolution
        if ticket.segment is Segment.NICHE:
            chance -= self._config.unfamiliar_loss * (1.0 - self._useful_knowledge(ticket))
        order = ticket.order
        if order is not None and (self._stock_belief() is None or not order.due_on_desktop):
            chance -= self._config.blind_loss
        return max(0.0, chance)

    def _stated_due(self, ticket: Ticket) -> float | None:
        """The date the agent states for an order that is still open: what the agent believes."""
        belief = self._stock_belief()
        order = ticket.order
        if order is None or order.closed or order.shipped or belief is None:
            return None
        key = "niche_days" if order.segment is Segment.NICHE else "base_days"
        days = ceil(max(1.0, belief.level(key)))
        return (floor(self._world.now / DAY) + days + 1.0) * DAY

    def _stock_belief(self) -> Belief | None:
        return self._information.belief("support", "stock_eta")

    def _contained(self, ticket: Ticket) -> float:
        """Self-service answers less where the articles do not exist yet (MODEL M4.2)."""
        known = self.knowledge.level if ticket.segment is Segment.NICHE else 1.0
        return self._config.contained_share * known

    def _contain(self, ticket: Ticket) -> None:
        self._record_contact(ticket)
        self._world.record(
            ContactContained(
                self._world.now, ticket.customer, ticket.nth, ticket.segment, ticket.reason
            )
        )
        ticket.outcome = Outcome.RESOLVED
        self.answer(ticket)

    def _record_contact(self, ticket: Ticket) -> None:
        self._record[ContactMade](
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

    def _listen(self) -> None:
        """Each morning: has anyone told us of a new offer? If so, plan its briefing."""
        belief = self._information.belief("support", "promise_terms")
        if belief is None or self._is_briefing_planned:
            return
        self._is_briefing_planned = True
        self.knowledge.hear_terms(belief.level("familiarity"))
        sessions = int(np.ceil(self._config.payroll_fte))
        if self._briefing_hours > 0 and sessions:
            start = max(self._world.now, belief.dates["onset"] - self._briefing_period)
            gap = max(0.0, belief.dates["onset"] - start) / sessions
            for session in range(sessions):
                self._world.at(start + session * gap, self._start_session)

    def _start_session(self) -> None:
        self._world.start(self._session(), name="briefing")

    def _session(self) -> Generator[object, object, None]:
        """One agent leaves the phones for the briefing, before any caller is served."""
        self._sessions_open += 1
        yield self.agents.turn(priority=0)
        yield self._briefing_hours
        self.agents.release()
        self._sessions_open -= 1
        self.knowledge.brief(self._briefing_hours)
        self._world.record(
            BriefingHeld(self._world.now, self._briefing_hours, self.knowledge.level)
        )

    def _pay_agents(self) -> None:
        weekly = self._config.payroll_fte * self._config.salary * WEEK / 8760.0
        self.post(Account.SUPPORT_PAYROLL, Account.CASH, round(100 * weekly))
