"""Making good: what an agent may do for a customer whom the firm has failed (MODEL M4.10).

Modelled: an agent settles a failure on the spot, if empowered and if the week's budget allows.

1. A failure is a contact for a late order, a fault or a bill, a complaint, or any repeat (a recall
   is settled with the goods). Each problem is settled at most once; whether the agent may is one
   number per problem.
2. A fault is settled by an expedited replacement; a late order, one asked for again, a bill or a
   complaint by a credit; any other repeat that leaves the problem open by a call-back: an agent's
   work, done when no caller waits.
3. A replacement solves the fault, and a credit a bill, which was about money, and a complaint,
   which was about redress: what a complaint solved gives back is that of M5.8, once and in time. A
   credit for a late order makes good for the delay and brings no parcel: the question stays as the
   agent answered it. A call-back solves with the chance of any answer on the phone; if it does, the
   problem is closed and made good for, if not nothing is, and if the customer has asked again in
   the meantime it comes too late.
4. The credit reduces revenue, the replacement is cost of goods; both count against the budget,
   which is filled anew each week. What is too dear for the rest of it is not given.

What it does for the customer is the customer's own affair: support hands over the ticket and the
amount. Assumed: a replacement costs its goods and express carriage as one sum and reaches the
customer without passing through the warehouse of the model. Empowerment after Bowen & Lawler
(1992).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from orgsim.config.base import Config, param
from orgsim.entities import (
    Account,
    ContactChannel,
    Outcome,
    Post,
    Reason,
    RecoveryTool,
    Ticket,
    nobody,
)
from orgsim.facts import CallBackMade, RecoveryGiven
from orgsim.kernel.world import World
from orgsim.units import Duration, Money, Price, Share

_CREDITED = (Reason.LATE_WISMO, Reason.BILLING, Reason.COMPLAINT)
_SOLVED_BY_CREDIT = (Reason.BILLING, Reason.COMPLAINT)


class RecoveryConfig(Config):
    """What agents may give."""

    empowerment: Share = param("share of failures that an agent may settle", section="M4.10")
    weekly_budget: Money = param(
        "what agents may give away in a week", unit="EUR/wk", section="M4.10", ge=0
    )
    credit: Price = param("a credit", unit="EUR", section="M4.10", ge=0)
    replacement: Price = param(
        "cost of an expedited replacement, goods included", unit="EUR", section="M4.10", ge=0
    )
    call_back: Duration = param("an agent's work on a call-back", unit="h", section="M4.10", ge=0)


class Recovery:
    """Settles failures as far as agents are empowered to."""

    def __init__(self, world: World, config: RecoveryConfig) -> None:
        self._world = world
        self._config = config
        self._empowered = world.draws.stream("support.empowered")
        self._solves = world.draws.stream("support.call_back_solves")
        self._left_cents = round(100 * config.weekly_budget)
        self._cost_cents = {
            RecoveryTool.CREDIT: round(100 * config.credit),
            RecoveryTool.REPLACEMENT: round(100 * config.replacement),
            RecoveryTool.CALL_BACK: 0,
        }
        self.post: Post = nobody
        self.recover: Callable[[Ticket, int], None] = nobody
        self.call_back: Callable[[float, Callable[[], None]], None] = nobody
        self.chance: Callable[[Ticket, ContactChannel], float] = lambda ticket, channel: 0.0
        self.close: Callable[[Ticket], None] = nobody

    def fill_budget(self) -> None:
        """A new week, a new budget."""
        self._left_cents = round(100 * self._config.weekly_budget)

    def consider(self, ticket: Ticket) -> None:
        """Once the contact is dealt with: make good what is to be, if the agent may."""
        if ticket.is_settled:
            return
        tool = _tool(ticket)
        if tool is None:
            return
        cents = self._cost_cents[tool]
        luck = self._empowered.uniform(ticket.customer, ticket.nth)
        if luck >= self._config.empowerment or cents > self._left_cents:
            return
        ticket.is_settled = True
        self._left_cents -= cents
        self._give(ticket, tool, cents)

    def _give(self, ticket: Ticket, tool: RecoveryTool, cents: int) -> None:
        self._world.record(
            RecoveryGiven(
                self._world.now,
                ticket.customer,
                ticket.nth,
                ticket.segment,
                ticket.reason,
                tool,
                cents,
            )
        )
        if tool is RecoveryTool.CALL_BACK:
            self.call_back(self._config.call_back, partial(self._ring, ticket, ticket.attempt))
            return
        is_credit = tool is RecoveryTool.CREDIT
        self.post(Account.REVENUE if is_credit else Account.COST_OF_GOODS, Account.CASH, cents)
        if not is_credit or ticket.reason in _SOLVED_BY_CREDIT:
            ticket.outcome = Outcome.RESOLVED
        if ticket.reason is not Reason.COMPLAINT:
            self.recover(ticket, cents)

    def _ring(self, ticket: Ticket, attempt: int) -> None:
        """The agent has rung about a problem that was open after so many attempts."""
        if ticket.attempt != attempt:
            return
        luck = self._solves.uniform(ticket.customer, ticket.nth)
        is_solved = luck < self.chance(ticket, ContactChannel.PHONE)
        self._world.record(
            CallBackMade(
                self._world.now,
                ticket.customer,
                ticket.nth,
                ticket.segment,
                ticket.reason,
                Outcome.RESOLVED if is_solved else Outcome.UNRESOLVED,
            )
        )
        if is_solved:
            self.close(ticket)
            self.recover(ticket, 0)


def _tool(ticket: Ticket) -> RecoveryTool | None:
    """What settles the failure; None if there is none, or nothing left to settle."""
    if ticket.reason is Reason.FAULT:
        return RecoveryTool.REPLACEMENT
    if ticket.reason in _CREDITED or (ticket.reason is Reason.WISMO and ticket.attempt):
        return RecoveryTool.CREDIT
    is_open = ticket.attempt > 0 and ticket.outcome is not Outcome.RESOLVED
    return RecoveryTool.CALL_BACK if is_open else None
