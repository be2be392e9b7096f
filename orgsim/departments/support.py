"""Customer support: from a question to an answer, with one team (MODEL M4.1-M4.10, U1).

Modelled: agents who were not told of an offer take longer, solve less and answer wrongly, and learn
with each contact; a customer who asks where the order is hears what the agent *believes*.

1. Self-service answers what it can; the rest reaches the desk by its channel.
2. Work on a contact takes a drawn time, times

       (1 + r (1 - V)) / (1 + r (1 - V_0)) x TPO / speed,   of niche customers x (1 + u (1 - K)):

   without a single view of the customer (V) agents ask again for what others know; TPO is what
   pressure leaves of the usual time, speed that of a team of newcomers and tired agents.
   What an agent learned may be no use for want of a promise on the `desktop`.
3. The agent answers as well as the agent knows; each niche contact teaches (M4.7). Then the agent
   makes good what may be made good, which may end what the answer has left open.
4. Each week ends with pay, then pressure, fatigue, leavers and the next week's shifts; hours in
   briefings count neither as work nor as available.

Assumed: one team, whose knowledge, standard and fatigue are its means. Reference: Gans, Koole &
Mandelbaum (2003), Telephone call centers, M&SOM 5(2).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from orgsim.config.base import param
from orgsim.departments.answers import Answers, AnswersConfig
from orgsim.departments.briefing import Briefing
from orgsim.departments.crew import Crew, CrewConfig
from orgsim.departments.desk import Desk, UrgencyConfig
from orgsim.departments.desktop import Desktop
from orgsim.departments.knowledge import Knowledge, KnowledgeConfig
from orgsim.departments.reception import Reception, ReceptionConfig
from orgsim.departments.recovery import Recovery, RecoveryConfig
from orgsim.departments.staffing import Staffing, StaffingConfig
from orgsim.departments.work_pressure import WorkPressure, WorkPressureConfig
from orgsim.entities import (
    Account,
    ContactBatch,
    ContactChannel,
    Outcome,
    Post,
    Segment,
    Ticket,
    nobody,
)
from orgsim.facts import ContactHandled
from orgsim.governance.information import Information
from orgsim.kernel.resources import Pool
from orgsim.kernel.world import Rank, World
from orgsim.units import WEEK, Number, Price, Quantity, Share
from orgsim.weekly import Heads


class SupportConfig(ReceptionConfig, AnswersConfig):
    """Support's parameters."""

    agents: Heads = param("agents on duty, by hour of the week", unit="people", section="U1")
    are_agents_shared: bool = param(
        "whether niche customers are served by the common team; if not, at once, by others",
        section="M3.1",
    )
    urgency: UrgencyConfig
    reasking: Number = param(
        "extra handle time of agents who see nothing of what others know of the customer (r)",
        unit="times",
        section="M4.5",
        ge=0,
    )
    usual_view: Share = param(
        "single view of the customer at which contacts take their usual time (V_0)", section="M4.5"
    )
    unfamiliar_effort: Number = param(
        "extra handle time of agents who know nothing of the offer (u)",
        unit="times",
        section="M4.5",
        ge=0,
    )
    knowledge: KnowledgeConfig
    pressure: WorkPressureConfig
    staffing: StaffingConfig
    crew: CrewConfig
    recovery: RecoveryConfig
    payroll_fte: Quantity = param(
        "agents employed and paid at the start", unit="FTE", section="s.11", ge=0, le=10_000
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
        single_view: float,
    ) -> None:
        self._world = world
        self._config = config
        told = partial(information.belief, "support")
        usual = 1.0 + config.reasking * (1.0 - config.usual_view)
        self._reasking = (1.0 + config.reasking * (1.0 - single_view)) / usual
        self._speed = 1.0
        self._pace = self._desired = self._reasking
        self._shifts = config.agents
        self._required = self._left_over = self._duty = self._busy = 0.0
        self.desk = Desk(world, config.agents, config.urgency, config.channels)
        self.crew = Crew(world, config.crew, config.payroll_fte)
        self.knowledge = Knowledge(config.knowledge, config.payroll_fte)
        self.desktop = Desktop(self.knowledge)
        self._reception = Reception(world, config, self.knowledge)
        self.pressure = WorkPressure(config.pressure)
        self.recovery = Recovery(world, config.recovery)
        self.staffing = Staffing(
            world,
            config.staffing,
            config.agents,
            self.crew,
            partial(told, "campaign_plan"),
            config.patience.mean,
        )
        self._answers = Answers(
            world,
            config,
            config.channels.quality.by_channel(),
            self.desktop,
            self.pressure,
            partial(told, "stock_eta"),
        )
        self._presence = world.dials.declare(
            "support.presence", 1.0, "multiply", "share of the agents on duty who are there"
        )
        self._presence.watch(lambda share: self._man_desks())
        Briefing(
            world,
            self.desk,
            self.crew,
            self.knowledge,
            config.agents,
            partial(told, "promise_terms"),
            hours=briefing_hours,
            period=briefing_period,
        )
        self._record_handled = world.journal.recorder(ContactHandled)
        self._join_hands()
        world.every(WEEK, self._pay_agents, first=world.now + WEEK, rank=Rank.CLOSE)
        world.every(WEEK, self._close_week, first=world.now + WEEK, rank=Rank.WEEKLY)

    def _join_hands(self) -> None:
        """What the rooms of support need of each other, and support of others."""
        self.open: Callable[[Ticket], None] = nobody
        self.answer: Callable[[Ticket], None] = nobody
        self.post: Post = nobody
        self.mood: Callable[[Ticket], float] = _even
        self.recover: Callable[[Ticket, int], None] = nobody
        self.close: Callable[[Ticket], None] = nobody
        self._reception.admit = self.take
        self._reception.answer = self._heard
        self.desk.hours_of = self._handle_hours
        self.desk.conclude = self._conclude
        self.desk.give_up = self._give_up
        self.staffing.post = self.recovery.post = self._post
        self.staffing.train = self._train
        self.staffing.reroster = self._reroster
        self.recovery.call_back = self._call_back
        self.recovery.recover = self._recover
        self.recovery.chance = self._answers.chance
        self.recovery.close = self._close

    @property
    def agents(self) -> Pool:
        """The agents on duty."""
        return self.desk.agents

    @property
    def in_hand(self) -> int:
        """Contacts that wait for the team or are being dealt with."""
        return self.desk.in_hand

    # -- contacts ----------------------------------------------------------------------------------

    def receive(self, batch: ContactBatch) -> None:
        """Take a day's first contacts, each at its own time; self-service goes first."""
        self._reception.receive(batch)

    def take(self, ticket: Ticket) -> None:
        """A contact reaches the team now; a second try at being served asks for nothing more."""
        self._reception.note(ticket)
        if ticket.attempt == 0:
            self.open(ticket)
        if self._is_apart(ticket):
            self.desk.serve_apart(ticket)
            return
        if ticket.attempt == 0 or ticket.outcome is not Outcome.GIVEN_UP:
            hours = self._usual_hours(ticket) * self._desired
            self._required += hours
            if self._config.staffing.review:
                self.staffing.count(
                    hours / self._speed, is_live=ticket.channel is not ContactChannel.EMAIL
                )
        self.desk.serve(ticket)

    def _is_apart(self, ticket: Ticket) -> bool:
        return ticket.segment is Segment.NICHE and not self._config.are_agents_shared

    def try_again(self, ticket: Ticket, channel: ContactChannel) -> None:
        """The same problem once more, with the luck of the new attempt."""
        self._reception.renew(ticket, channel)
        self.take(ticket)

    # -- work and answers --------------------------------------------------------------------------

    def _handle_hours(self, ticket: Ticket) -> float:
        """What it takes the team as it is."""
        return self._usual_hours(ticket) * self._pace

    def _usual_hours(self, ticket: Ticket) -> float:
        """What the contact takes a tenured, rested team under no pressure."""
        if ticket.segment is not Segment.NICHE:
            return ticket.base_handle_hours
        ignorance = 1.0 - self.desktop.useful_knowledge(ticket)
        return ticket.base_handle_hours * (1.0 + self._config.unfamiliar_effort * ignorance)

    def _conclude(self, ticket: Ticket, hours: float) -> None:
        """The agent answers, has learnt, and makes good what may be made good."""
        self._answers.give(ticket)
        if ticket.segment is Segment.NICHE:
            self.knowledge.practise()
        if self._config.crew.rage_strain and not self._is_apart(ticket):
            self.crew.endure(self.mood(ticket))
        if self._config.recovery.empowerment:
            self.recovery.consider(ticket)
        self._record_handled(
            (
                self._world.now,
                ticket.customer,
                ticket.nth,
                ticket.attempt,
                ticket.segment,
                ticket.reason,
                ticket.channel,
                self._world.now - ticket.made,
                hours,
                ticket.outcome,
            )
        )
        self.answer(ticket)

    def _give_up(self, ticket: Ticket) -> None:
        ticket.outcome = Outcome.GIVEN_UP
        self.answer(ticket)

    def _heard(self, ticket: Ticket) -> None:
        self.answer(ticket)

    def _recover(self, ticket: Ticket, cents: int) -> None:
        self.recover(ticket, cents)

    def _close(self, ticket: Ticket) -> None:
        self.close(ticket)

    def _call_back(self, hours: float, done: Callable[[], None]) -> None:
        self._required += hours
        self.desk.call_back(hours, done)

    # -- the week ----------------------------------------------------------------------------------

    def _post(self, debit: Account, credit: Account, cents: int) -> None:
        self.post(debit, credit, cents)

    def _pay_agents(self) -> None:
        weekly = self.staffing.weekly_pay(self._config.salary)
        self.post(Account.SUPPORT_PAYROLL, Account.CASH, round(100 * weekly))

    def _close_week(self) -> None:
        """What the week has done to standards and people, and who is on duty in the next."""
        duty, busy = self.desk.duty_hours(), self.desk.busy_hours()
        worked = duty - self._duty
        required = self._required + self._left_over
        self.pressure.close_week(required, worked * self.crew.speed())
        occupancy = (busy - self._busy) / worked if worked > 0 else 0.0
        self.staffing.close_week(self.pressure.level, occupancy)
        self.recovery.fill_budget()
        self._required, self._duty, self._busy = 0.0, duty, busy
        self._left_over = self.desk.put_off
        self._reroster()

    def _train(self) -> None:
        self.knowledge.count(self.crew.employed)
        self.knowledge.join(self._config.crew.novice_knowledge)

    def _reroster(self) -> None:
        """Put on duty who is there, at the pace of who is there, sharing what they learn."""
        self.knowledge.count(self.crew.employed)
        self._desired = self._reasking * self.pressure.standard
        self._speed = self.crew.speed()
        self._pace = self._reasking * self.pressure.time_taken / self._speed
        self._man_desks()

    def _man_desks(self) -> None:
        shifts = self.staffing.roster(self._presence.value)
        if shifts != self._shifts:
            self._shifts = shifts
            self.agents.set_heads(shifts)


def _even(ticket: Ticket) -> float:
    """The satisfaction of a customer nobody knows: content."""
    return 10.0
