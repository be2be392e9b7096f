"""What agents may do for customers whom the firm has failed (MODEL M4.10)."""

from __future__ import annotations

import numpy as np
import pytest

from orgsim.departments.support import Support
from orgsim.entities import Account, ContactChannel, Outcome, Reason, RecoveryTool, Ticket
from orgsim.facts import CallBackMade, ContactHandled, RecoveryGiven
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
        self.heard: list[Outcome] = []
        self.support.answer = lambda ticket: self.heard.append(ticket.outcome)
        self.closed: list[int] = []
        self.support.close = lambda ticket: self.closed.append(ticket.customer)

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


@pytest.mark.parametrize(
    ("reason", "heard"),
    [
        (Reason.FAULT, Outcome.RESOLVED),
        (Reason.BILLING, Outcome.RESOLVED),
        (Reason.COMPLAINT, Outcome.RESOLVED),
        (Reason.LATE_WISMO, Outcome.UNRESOLVED),
    ],
)
def test_goods_end_a_fault_and_money_a_bill_or_a_complaint_but_no_wait_for_a_parcel(
    reason: Reason, heard: Outcome
) -> None:
    given = Given(resolution=0.0, wrong_share=0.0)
    given.ask(reason, [1.0])
    assert given.heard == [heard]
    assert seen(given.world, ContactHandled)["outcome"].tolist() == [heard]


def test_what_a_complaint_gives_back_is_given_back_once_where_it_is_solved() -> None:
    """The customers' own settlement of a complaint does it (M5.8); a credit would be the second."""
    given = Given()
    for number, reason in enumerate((Reason.BILLING, Reason.FAULT, Reason.COMPLAINT)):
        given.ask(reason, [20.0 * number + 1.0], until=20.0 * number + 20.0)
    assert given.recovered == [(100, 1000), (100, 4800)]


def test_a_fault_is_settled_by_a_replacement() -> None:
    given = Given()
    assert given.ask(Reason.FAULT, [1.0]) == [RecoveryTool.REPLACEMENT]
    assert given.posted == [(Account.COST_OF_GOODS, Account.CASH, 4800)]


@pytest.mark.parametrize("reason", [Reason.GENERAL, Reason.HOW_TO, Reason.WISMO])
def test_an_ordinary_question_is_no_failure(reason: Reason) -> None:
    assert Given().ask(reason, [1.0]) == []


def test_a_question_about_a_recall_is_answered_and_settled_with_the_goods() -> None:
    assert Given().ask(Reason.RECALL, [1.0]) == []


def again(customer: int, **changes: object) -> Ticket:
    """A problem that is brought up for the second time."""
    ticket = Ticket(
        customer=customer, row=0, nth=0, segment=0, reason=Reason.HOW_TO, order=None, attempt=1,
        channel=ContactChannel.PHONE, patience=1e9, base_handle_hours=0.5, solving_luck=0.999,
        misleading_luck=0.999,
    )  # type: ignore[arg-type]  # fmt: skip
    for name, value in changes.items():
        setattr(ticket, name, value)
    return ticket


@pytest.mark.parametrize(("phone", "is_solved"), [(1.0, True), (0.0, False)])
def test_a_call_back_closes_the_problem_and_makes_good_for_it_if_it_solves_it(
    phone: float, is_solved: bool
) -> None:
    """It is made by phone, by whatever channel the customer asked: nothing is solved by email."""
    given = Given(channels__quality__phone=phone, channels__quality__email=0.0)
    given.support.take(again(100, channel=ContactChannel.EMAIL))
    given.world.run(until=20.0)
    assert seen(given.world, RecoveryGiven)["tool"].tolist() == [RecoveryTool.CALL_BACK]
    assert seen(given.world, CallBackMade)["outcome"].tolist() == [not is_solved]
    assert given.heard == [Outcome.UNRESOLVED]  # what the contact itself came to
    assert given.closed == [100] * is_solved
    assert given.recovered == [(100, 0)] * is_solved
    # A contact of half an hour, and a call-back of ten minutes.
    assert given.support.agents.busy_hours() == pytest.approx(0.5 + 1 / 6)


def test_call_backs_solve_with_the_chance_of_any_answer_and_luck_of_their_own() -> None:
    n = 2000
    given = Given(resolution=0.6, wrong_share=0.0, agents=n)
    for customer in range(n):
        given.support.take(again(customer))
    given.world.run(until=20.0)
    outcomes = seen(given.world, CallBackMade)["outcome"]
    assert outcomes.size == n
    share = np.mean(outcomes == Outcome.RESOLVED)
    assert share == pytest.approx(0.6, abs=Z * np.sqrt(0.24 / n))


def test_a_question_that_comes_back_is_settled_by_a_call_back_and_only_once() -> None:
    """And by none that comes too late: this customer has asked again by then."""
    given = Given(resolution=0.0, wrong_share=0.0)
    given.support.recovery.chance = lambda ticket, channel: 1.0
    given.support.answer = lambda ticket: (
        given.support.try_again(ticket, ContactChannel.PHONE) if ticket.attempt < 3 else None
    )
    assert given.ask(Reason.GENERAL, [1.0]) == [RecoveryTool.CALL_BACK]
    assert given.closed == given.recovered == given.posted == []
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
    support.receive(contacts([1.0, 1.1]))
    world.at(0.5, support.take, again(7))
    world.run(until=1.05)
    assert support.in_hand == 1
    world.run(until=9.0)
    assert support.in_hand == 0
    assert seen(world, CallBackMade)["time"] == pytest.approx([2.0 + 1 / 6])


def test_a_problem_already_settled_is_not_settled_again() -> None:
    given = Given(resolution=0.0, wrong_share=0.0)
    given.support.answer = lambda ticket: (
        given.support.try_again(ticket, ContactChannel.EMAIL) if ticket.attempt < 3 else None
    )
    assert given.ask(Reason.LATE_WISMO, [1.0]) == [RecoveryTool.CREDIT]


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
