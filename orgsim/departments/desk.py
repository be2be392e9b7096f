"""The support desk: who waits for an agent, in which order, and who gives up (MODEL M4.4, U1).

Modelled: one blended team.

1. A caller, a chat or a customer at the retail desk waits for a free agent until patience ends, in
   the class that its urgency gives it (a complaint, a niche customer, anyone else; equal classes
   are one queue), first come first served within a class, then gives up. Who is served is not
   interrupted.
2. Emails wait until nobody else does, and are put aside, to be resumed, whenever a live contact
   needs the agent (preemptive resume). Call-backs are made in the same way.
3. Who leaves a chat in silence still stands in the queue, as a ghost. The agent who takes it up
   works for a share of the chat's time, then sees that nobody is there.
4. An agent leaves the desk for a briefing before any customer is served. Those hours are neither
   busy nor available: they are shrinkage (MODEL M4.7).

Assumed: one skill; agents on duty finish whom they serve; who still waits when the last of them
goes home is not served that day. Patience after Palm (1957).
"""

from __future__ import annotations

from collections.abc import Callable, Generator

from orgsim.config.base import Config, param
from orgsim.departments.contact_channels import ContactChannelsConfig
from orgsim.entities import ContactChannel, Reason, Segment, Ticket, nobody
from orgsim.facts import CallAbandoned, CallAnswered
from orgsim.kernel.resources import Pool
from orgsim.kernel.world import World
from orgsim.units import Count
from orgsim.weekly import Weekly

_CLASSES = 3
_NAMES = tuple(channel.name.lower() for channel in ContactChannel)

Process = Generator[object, object, None]


class UrgencyConfig(Config):
    """Who is served first: classes from 1 on, the same for all is first come first served."""

    complaint: Count = param("class of a complaint", section="M4.4", ge=1, le=_CLASSES)
    niche: Count = param(
        "class of another contact of a niche customer", section="M4.4", ge=1, le=_CLASSES
    )
    other: Count = param("class of everybody else", section="M4.4", ge=1, le=_CLASSES)


class Desk:
    """The agents on duty and everybody who waits for them."""

    def __init__(
        self, world: World, shifts: Weekly, urgency: UrgencyConfig, channels: ContactChannelsConfig
    ) -> None:
        self._world = world
        self._urgency = urgency
        self._is_fifo = urgency.complaint == urgency.niche == urgency.other
        self._channels = channels
        self.agents = Pool(world, "agents", shifts, priorities=_CLASSES + 1)
        self._own_work = 0
        self._in_session = 0
        self._session_hours = 0.0
        self._elsewhere = 0
        self._unnoticed: set[tuple[int, int]] = set()
        self._falls_silent = world.draws.stream("support.silent")
        self._record = {
            kind: world.journal.recorder(kind) for kind in (CallAnswered, CallAbandoned)
        }
        self.put_off = 0.0
        """Hours of written work and call-backs that are not done."""
        self.own_hours = 0.0
        """Hours of the team's that are no contact's, less those of contacts not the team's."""
        self.hours_of: Callable[[Ticket], float] = lambda ticket: ticket.base_handle_hours
        self.conclude: Callable[[Ticket, float], None] = nobody
        self.give_up: Callable[[Ticket], None] = nobody

    @property
    def in_hand(self) -> int:
        """Contacts that wait for the team or are being dealt with."""
        agents = self.agents
        own = self._own_work - self._elsewhere
        return agents.queued + agents.queued_work + agents.busy - own

    def duty_hours(self) -> float:
        """Agent-hours at the desk so far, busy or not."""
        return self.agents.duty_hours() - self._away_hours()

    def busy_hours(self) -> float:
        """Agent-hours at the desk so far with contacts and call-backs."""
        return self.agents.busy_hours() - self._away_hours()

    def _away_hours(self) -> float:
        return self._session_hours + self._in_session * self._world.now

    def serve(self, ticket: Ticket) -> None:
        """Take a contact into the queue of its channel."""
        channel = ticket.channel
        if channel is ContactChannel.EMAIL:
            process = self._written(ticket)
        elif channel is ContactChannel.CHAT and self._is_silent(ticket):
            process = self._silent(ticket)
        else:
            process = self._live(ticket)
        self._world.start(process, name=_NAMES[channel])

    def serve_apart(self, ticket: Ticket) -> None:
        """Let others than the team take a contact, at once."""
        self._world.start(self._apart(ticket), name="apart")

    def _apart(self, ticket: Ticket) -> Process:
        if ticket.channel is not ContactChannel.EMAIL:
            self._note(CallAnswered, ticket, 0.0)
        hours = self.hours_of(ticket)
        self._elsewhere += 1
        yield hours
        self._elsewhere -= 1
        self.own_hours -= hours
        self.conclude(ticket, hours)

    def _live(self, ticket: Ticket) -> Process:
        """Hold the line until an agent is free or patience ends; then talk."""
        began = self._world.now
        served = yield self.agents.within(ticket.patience, priority=self._class_of(ticket))
        self._note(CallAnswered if served else CallAbandoned, ticket, self._world.now - began)
        if not served:
            self.give_up(ticket)
            return
        hours = self.hours_of(ticket)
        yield hours
        self.agents.release()
        self.conclude(ticket, hours)

    def _silent(self, ticket: Ticket) -> Process:
        """Wait as one who would go without a word; the place in the queue stays taken."""
        began, key = self._world.now, (ticket.customer, ticket.occurrence)
        hours = self.hours_of(ticket)
        self._unnoticed.add(key)
        self._world.at(began + ticket.patience, self._slip_away, ticket, key)
        yield self.agents.turn(self._class_of(ticket))
        if key not in self._unnoticed:
            yield hours * self._channels.silent_work
            self.agents.release()
            self._own_work_done(hours * self._channels.silent_work)
            return
        self._unnoticed.remove(key)
        self._note(CallAnswered, ticket, self._world.now - began)
        hours = self.hours_of(ticket)
        yield hours
        self.agents.release()
        self.conclude(ticket, hours)

    def _slip_away(self, ticket: Ticket, key: tuple[int, int]) -> None:
        """Patience ends: the customer is gone, and nobody at the desk knows."""
        if key not in self._unnoticed:
            return
        self._unnoticed.remove(key)
        self._own_work += 1
        self._note(CallAbandoned, ticket, ticket.patience)
        self.give_up(ticket)

    def _written(self, ticket: Ticket) -> Process:
        """Answered when no call waits, put aside when one comes (MODEL U1)."""
        hours = self.hours_of(ticket)
        yield from self._work(hours)
        self.conclude(ticket, hours)

    def _work(self, hours: float) -> Process:
        self.put_off += hours
        yield self.agents.work(hours)
        self.put_off -= hours

    def call_back(self, hours: float, done: Callable[[], None]) -> None:
        """An agent rings a customer when nobody waits."""
        self._world.start(self._calling_back(hours, done), name="call-back")

    def _calling_back(self, hours: float, done: Callable[[], None]) -> Process:
        self._own_work += 1
        yield from self._work(hours)
        self._own_work_done(hours)
        done()

    def brief(self, hours: float, done: Callable[[], None]) -> None:
        """One agent leaves the phones for a session, before any caller is served."""
        self._world.start(self._session(hours, done), name="briefing")

    def _session(self, hours: float, done: Callable[[], None]) -> Process:
        self._own_work += 1
        yield self.agents.turn(priority=0)
        self._leave_desk(+1)
        yield hours
        self._leave_desk(-1)
        self.agents.release()
        self._own_work_done(hours)
        done()

    def _leave_desk(self, agents: int) -> None:
        self._in_session += agents
        self._session_hours -= agents * self._world.now

    def _own_work_done(self, hours: float) -> None:
        self._own_work -= 1
        self.own_hours += hours

    def _is_silent(self, ticket: Ticket) -> bool:
        share = self._channels.silent_share
        if share == 0.0 or ticket.patience == float("inf"):
            return False
        return self._falls_silent.uniform(ticket.customer, ticket.occurrence) < share

    def _class_of(self, ticket: Ticket) -> int:
        if self._is_fifo:
            return self._urgency.other
        if ticket.reason is Reason.COMPLAINT:
            return self._urgency.complaint
        is_niche = ticket.segment is Segment.NICHE
        return self._urgency.niche if is_niche else self._urgency.other

    def _note(
        self, kind: type[CallAnswered] | type[CallAbandoned], ticket: Ticket, waited: float
    ) -> None:
        self._record[kind](
            (
                self._world.now,
                ticket.customer,
                ticket.nth,
                ticket.attempt,
                ticket.segment,
                ticket.reason,
                ticket.channel,
                waited,
            )
        )
