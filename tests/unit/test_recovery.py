"""What agents may do for customers whom the firm has failed (MODEL M4.10)."""

from __future__ import annotations

import numpy as np
import pytest

from orgsim.departments.support import Support
from orgsim.entities import Account, ContactChannel, Outcome, Reason, RecoveryTool, Ticket
from orgsim.facts import ContactHandled, RecoveryGiven
from orgsim.kernel.world import World
from orgsim.units import WEEK
from tests.unit.parts import Z, a_world, seen
from tests.unit.test_support import a_team, contacts

FREE = {"recovery__empowerment": 1.0, "recovery__weekly_budget": 1e6}


class Given:
    """A team that may settle what it will, what it gave, and what was posted."""

    def __init__(self, **changes: object) -> None:
        self.world: World = a_world()
        self.support: Support
        self.support, _ = a_team(self.world, **{"agents": 50, "salary": 0.0, **FREE, **changes})
        self.posted: list[tuple[Account, Account, int]] = []
        self.recovered: list[tuple[int, int]] = []
        self.support.post = lambda *entry: self.posted.append(entry)
        self.support.recover = lambda ticket, cents: self.recovered.append((ticket.customer, cents))

    def ask(self, reason: Reason, times: list[float], until: float = 20.0) -> list[int]:
        self.support.receive(contacts(times, reason=reason))
        self.world.run(until=until)
        return list(seen(self.world, RecoveryGiven)["tool"].tolist())


def test_nobody_is_empowered_where_nobody_says_so() -> None:
    given = Given(recovery__empowerment=0.0)
    assert given.ask(Reason.FAULT, [1.0] * 50) == []
    assert (given.posted, given.recovered) == ([], [])


@pytest.mark.parametrize("reason", [Reason.LATE_WISMO, Reason.BILLING, Reason.COMPLAINT])
def test_a_late_order_a_bill_and_a_complaint_are_settled_by_a_credit(reason: Reason) -> None:
    given = Given()
    assert given.ask(reason, [1.0]) == [RecoveryTool.CREDIT]
    assert given.posted == [(Account.REVENUE, Account.CASH, 1000)]
    assert given.recovered == [(100, 1000)]


def test_a_fault_is_settled_by_a_replacement() -> None:
    given = Given()
    assert given.ask(Reason.FAULT, [1.0]) == [RecoveryTool.REPLACEMENT]
    assert given.posted == [(Account.COST_OF_GOODS, Account.CASH, 4800)]


@pytest.mark.parametrize("reason", [Reason.GENERAL, Reason.HOW_TO, Reason.WISMO])
def test_an_ordinary_question_is_no_failure(reason: Reason) -> None:
    assert Given().ask(reason, [1.0]) == []


def test_a_question_that_comes_back_is_settled_by_a_call_back_and_only_once() -> None:
    given = Given(resolution=0.0, wrong_share=0.0)
    given.support.answer = lambda ticket: (
        given.support.try_again(ticket, ContactChannel.PHONE) if ticket.attempt < 3 else None
    )
    assert given.ask(Reason.GENERAL, [1.0]) == [RecoveryTool.CALL_BACK]
    assert given.recovered == [(100, 0)]
    assert given.posted == []
    # Four contacts of half an hour, and a call-back of ten minutes.
    assert given.support.agents.busy_hours() == pytest.approx(4 * 0.5 + 1 / 6)


def test_who_was_helped_in_the_end_needs_no_call_back() -> None:
    given = Given(resolution=1.0)
    given.support.answer = lambda ticket: (
        given.support.try_again(ticket, ContactChannel.PHONE) if not ticket.attempt else None
    )
    assert given.ask(Reason.GENERAL, [1.0]) == []


def test_a_late_order_asked_for_again_is_worth_a_credit() -> None:
    given = Given(resolution=0.0, wrong_share=0.0)
    given.support.answer = lambda ticket: (
        given.support.try_again(ticket, ContactChannel.PHONE) if not ticket.attempt else None
    )
    assert given.ask(Reason.WISMO, [1.0]) == [RecoveryTool.CREDIT]


def test_a_call_back_is_no_contact_in_hand_and_waits_until_nobody_calls() -> None:
    world = a_world()
    support, _ = a_team(world, resolution=0.0, **FREE)
    called_back: list[float] = []
    support.recover = lambda ticket, cents: called_back.append(world.now)
    support.receive(contacts([1.0, 1.1]))
    ticket = Ticket(
        customer=7, row=0, nth=0, segment=0, reason=Reason.HOW_TO, order=None, attempt=1,
        channel=ContactChannel.PHONE, patience=1e9, base_handle_hours=0.5,
    )  # type: ignore[arg-type]  # fmt: skip
    world.at(0.5, support.take, ticket)
    world.run(until=1.05)
    assert support.in_hand == 1
    world.run(until=9.0)
    assert support.in_hand == 0
    assert called_back == pytest.approx([2.0 + 1 / 6])


def test_a_problem_already_settled_is_not_settled_again() -> None:
    given = Given(resolution=0.0, wrong_share=0.0)
    given.support.answer = lambda ticket: (
        given.support.try_again(ticket, ContactChannel.EMAIL) if ticket.attempt < 3 else None
    )
    assert given.ask(Reason.FAULT, [1.0]) == [RecoveryTool.REPLACEMENT]


def test_an_agent_may_settle_the_share_that_the_agents_are_empowered_to() -> None:
    n = 4000
    given = Given(recovery__empowerment=0.3, agents=n)
    share = len(given.ask(Reason.BILLING, [1.0] * n)) / n
    assert share == pytest.approx(0.3, abs=Z * np.sqrt(0.21 / n))


def test_a_week_s_budget_is_never_overdrawn_and_filled_on_monday() -> None:
    given = Given(recovery__weekly_budget=25.0)
    given.ask(Reason.BILLING, [1.0 + hour for hour in range(10)])
    assert len(given.posted) == 2
    given.support.receive(
        contacts([WEEK + 1.0 + hour for hour in range(10)], reason=Reason.BILLING)
    )
    given.world.run(until=WEEK + 20.0)
    given_away = [entry for entry in given.posted if entry[2]]
    assert [cents for *_, cents in given_away] == [1000] * 4


def test_the_outcome_of_the_contact_is_what_it_was() -> None:
    given = Given(resolution=0.0, wrong_share=0.0)
    given.ask(Reason.FAULT, [1.0])
    assert seen(given.world, ContactHandled)["outcome"].tolist() == [Outcome.UNRESOLVED]
