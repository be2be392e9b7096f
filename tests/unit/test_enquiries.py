"""What customers do when somebody answered, or nobody did (MODEL M4.1, M4.4, M4.6)."""

from __future__ import annotations

import numpy as np
import pytest

from orgsim.entities import ContactChannel, Occasion, Order, Outcome, Reason, Segment, Ticket
from orgsim.errors import ModelError
from orgsim.facts_of_customers import EpisodeLived
from orgsim.kernel.distributions import Fixed
from orgsim.units import DAY
from tests.unit.crowd import ACrowd
from tests.unit.parts import Z, firm, seen

# -- M4.4, M4.6: what follows an answer, or none ---------------------------------------------------


def a_ticket(row: int, outcome: Outcome, order: Order | None = None) -> Ticket:
    return Ticket(
        customer=row,
        row=row,
        nth=0,
        segment=Segment.BASE,
        reason=Reason.WISMO if order else Reason.GENERAL,
        order=order,
        channel=ContactChannel.PHONE,
        outcome=outcome,
    )


class Asked:
    """One customer's problem, and when, how and with which issues open it comes back."""

    def __init__(self, outcome: Outcome, *, order: Order | None = None, **changes: object) -> None:
        redial = {"contact__redial_after": Fixed[float](kind="fixed", mean=0.5)}
        self.crowd = ACrowd(1, **{**redial, **changes})
        self.ticket = Ticket(
            customer=0,
            row=0,
            nth=0,
            segment=Segment.BASE,
            reason=Reason.GENERAL,
            order=order,
            channel=ContactChannel.PHONE,
            outcome=outcome,
        )
        self.again: list[tuple[float, ContactChannel]] = []
        self.crowd.customers.call_again = lambda ticket, channel: self.again.append(
            (self.crowd.world.now, channel)
        )

    def heard(self, at: float, until: float) -> list[tuple[float, ContactChannel]]:
        world = self.crowd.world
        world.run(until=at)
        self.crowd.customers.hear(self.ticket)
        world.run(until=until)
        return self.again


def test_who_was_helped_does_not_come_back() -> None:
    asked = Asked(Outcome.RESOLVED, contact__repeat=1.0)
    assert asked.heard(10.0, 9 * DAY) == []
    assert seen(asked.crowd.world, EpisodeLived)["occasion"].tolist() == [Occasion.CONTACT]


@pytest.mark.parametrize("outcome", [Outcome.UNRESOLVED, Outcome.WRONG_ANSWER])
def test_who_was_not_helped_comes_back_after_two_days(outcome: Outcome) -> None:
    asked = Asked(outcome, contact__repeat=1.0)
    assert asked.heard(10.0, 9 * DAY) == [(2 * DAY + 10, ContactChannel.PHONE)]
    assert Asked(outcome, contact__repeat=0.0).heard(10.0, 9 * DAY) == []


def test_who_hung_up_dials_again_writes_or_lets_it_be() -> None:
    sure = {"contact__redial": 1.0, "contact__write_instead": 0.0}
    assert Asked(Outcome.GIVEN_UP, **sure).heard(10.0, DAY) == [(10.5, ContactChannel.PHONE)]
    sure = {"contact__redial": 0.0, "contact__write_instead": 1.0}
    assert Asked(Outcome.GIVEN_UP, **sure).heard(10.0, DAY) == [(10.0, ContactChannel.EMAIL)]
    sure = {"contact__redial": 0.0, "contact__write_instead": 0.0}
    assert Asked(Outcome.GIVEN_UP, **sure).heard(10.0, DAY) == []


def test_half_dial_again_three_in_ten_write_and_the_rest_give_up() -> None:
    crowd, n = ACrowd(2000), 2000
    again: list[ContactChannel] = []
    crowd.customers.call_again = lambda ticket, channel: again.append(channel)
    for row in range(n):
        crowd.customers.hear(
            Ticket(
                customer=row,
                row=row,
                nth=0,
                segment=Segment.BASE,
                reason=Reason.GENERAL,
                order=None,
                channel=ContactChannel.PHONE,
                outcome=Outcome.GIVEN_UP,
            )
        )
    crowd.world.run(until=3 * DAY)
    for channel, share in ((ContactChannel.PHONE, 0.5), (ContactChannel.EMAIL, 0.3)):
        error = np.sqrt(share * (1 - share) / n)
        assert again.count(channel) / n == pytest.approx(share, abs=Z * error)
    # Only those who let it be have lived through a contact: nobody helped them at all.
    assert seen(crowd.world, EpisodeLived)["customer"].size == n - len(again)


@pytest.mark.parametrize(
    ("channel", "changes", "then"),
    [
        (ContactChannel.CHAT, 0.0, ContactChannel.CHAT),
        (ContactChannel.RETAIL, 0.0, ContactChannel.RETAIL),
        (ContactChannel.PHONE, 1.0, ContactChannel.CHAT),
        (ContactChannel.CHAT, 1.0, ContactChannel.PHONE),
        (ContactChannel.RETAIL, 1.0, ContactChannel.PHONE),
    ],
)
def test_who_gave_up_waiting_tries_the_same_channel_or_another_live_one(
    channel: ContactChannel, changes: float, then: ContactChannel
) -> None:
    asked = Asked(Outcome.GIVEN_UP, contact__redial=1.0, contact__change_channel=changes)
    asked.ticket.channel = channel
    assert asked.heard(10.0, DAY) == [(10.5, then)]


def test_nobody_dials_while_the_line_is_closed() -> None:
    asked = Asked(Outcome.GIVEN_UP, contact__redial=1.0)
    assert asked.heard(19.8, 2 * DAY) == [(DAY + 8, ContactChannel.PHONE)]


def test_who_has_left_does_not_come_back_and_feels_nothing_of_the_answer() -> None:
    asked = Asked(Outcome.WRONG_ANSWER, contact__repeat=1.0)
    asked.crowd.people.is_active[0] = False
    before = asked.crowd.people.expected[0].tolist()
    assert asked.heard(10.0, 9 * DAY) == []
    assert asked.crowd.people.expected[0].tolist() == before
    assert seen(asked.crowd.world, EpisodeLived)["customer"].size == 0


def test_who_waits_for_an_answer_has_an_open_issue_until_it_comes() -> None:
    asked = Asked(Outcome.RESOLVED)
    people, customers = asked.crowd.people, asked.crowd.customers
    customers.wait(asked.ticket)
    assert people.open_issues[0] == 1
    customers.hear(asked.ticket)
    assert people.open_issues[0] == 0


def test_who_leaves_before_asking_again_does_not_ask() -> None:
    asked = Asked(Outcome.UNRESOLVED, contact__repeat=1.0)
    asked.crowd.customers.hear(asked.ticket)
    asked.crowd.people.is_active[0] = False
    asked.crowd.world.run(until=9 * DAY)
    assert asked.again == []


def test_an_issue_is_open_until_its_last_attempt_and_others_do_not_close_it() -> None:
    asked = Asked(Outcome.UNRESOLVED, contact__repeat=1.0)
    people, hear = asked.crowd.people, asked.crowd.customers.hear
    hear(asked.ticket)
    assert people.open_issues[0] == 1
    other = Asked(Outcome.RESOLVED).ticket
    hear(other)
    assert people.open_issues[0] == 1
    asked.ticket.attempt, asked.ticket.outcome = 1, Outcome.UNRESOLVED
    hear(asked.ticket)
    assert people.open_issues[0] == 1
    asked.ticket.attempt, asked.ticket.outcome = 2, Outcome.RESOLVED
    hear(asked.ticket)
    assert people.open_issues[0] == 0


def test_a_call_back_that_solves_a_problem_closes_it_at_once_and_nobody_asks_again() -> None:
    asked = Asked(Outcome.UNRESOLVED, contact__repeat=1.0)
    people, customers = asked.crowd.people, asked.crowd.customers
    asked.heard(10.0, 20.0)
    assert (people.open_issues[0], people.effort[0]) == (1, 1)
    customers.called_back(asked.ticket)
    assert (people.open_issues[0], people.effort[0]) == (0, 0)
    asked.crowd.world.run(until=9 * DAY)
    assert asked.again == []
    assert people.open_issues[0] == 0


def test_a_call_back_closes_nothing_for_who_would_not_have_asked_again() -> None:
    asked = Asked(Outcome.UNRESOLVED, contact__repeat=0.0)
    asked.heard(10.0, 20.0)
    asked.crowd.customers.called_back(asked.ticket)
    assert asked.crowd.people.open_issues[0] == 0


def test_a_problem_nobody_ever_solves_stops_the_model_with_its_reason() -> None:
    asked = Asked(Outcome.UNRESOLVED, contact__repeat=1.0)
    asked.ticket.attempt = firm().customers.contact.most_attempts
    with pytest.raises(ModelError, match=r"raise support\.resolution"):
        asked.crowd.customers.hear(asked.ticket)


def test_a_line_nobody_answers_is_given_up_and_does_not_stop_the_model() -> None:
    asked = Asked(Outcome.GIVEN_UP, contact__redial=1.0)
    asked.ticket.attempt = firm().customers.contact.most_attempts
    assert asked.heard(10.0, 2 * DAY) == []
    assert seen(asked.crowd.world, EpisodeLived)["customer"].size == 1


def test_contacts_per_issue_follow_the_geometric_law() -> None:
    """FCR .75 and return .9 give 1.29 contacts an issue, .4 and .95 give 2.33 (MODEL M4.6)."""
    n = 3000
    for fcr, back, expected in ((0.75, 0.9, 1.2903), (0.4, 0.95, 2.3256)):
        crowd = ACrowd(n, contact__repeat=back, contact__repeat_after=0.0)
        luck = crowd.world.draws.stream("test of resolution")
        count = 0

        def answer(ticket: Ticket) -> None:
            nonlocal count
            count += 1
            solved = luck.uniform(ticket.customer, ticket.attempt) < fcr  # noqa: B023
            ticket.outcome = Outcome.RESOLVED if solved else Outcome.UNRESOLVED
            crowd.customers.hear(ticket)  # noqa: B023

        def again(ticket: Ticket, channel: ContactChannel) -> None:
            ticket.attempt += 1
            answer(ticket)

        crowd.customers.call_again = again
        for row in range(n):
            answer(
                Ticket(
                    customer=row,
                    row=row,
                    nth=0,
                    segment=Segment.BASE,
                    reason=Reason.GENERAL,
                    order=None,
                    channel=ContactChannel.PHONE,
                )
            )
        crowd.world.run(until=DAY)
        on = (1 - fcr) * back
        assert expected == pytest.approx(1 / (1 - on), abs=5e-5)
        assert count / n == pytest.approx(expected, abs=Z * np.sqrt(on) / (1 - on) / np.sqrt(n))


def test_what_was_solved_late_is_worth_half_and_a_wrong_answer_nothing() -> None:
    def lived(outcome: Outcome, attempt: int = 0, at: float = 10.0) -> float:
        asked = Asked(outcome, contact__repeat=0.0, memory__satisfaction__gap_effect=0.0)
        asked.ticket.attempt = attempt
        asked.heard(at, at + DAY)
        reference = asked.crowd.customers._config.memory.satisfaction
        satisfaction = float(seen(asked.crowd.world, EpisodeLived)["satisfaction"][0])
        quality = (satisfaction - reference.intercept) / reference.quality_effect
        return quality + reference.reference.contact

    assert lived(Outcome.RESOLVED) == pytest.approx(1.0)
    assert lived(Outcome.RESOLVED, attempt=1) == pytest.approx(0.5)
    assert lived(Outcome.RESOLVED, at=47.0) == pytest.approx(1.0)
    assert lived(Outcome.RESOLVED, at=49.0) == pytest.approx(0.5)  # two days are in time
    assert lived(Outcome.UNRESOLVED) == pytest.approx(0.5)
    assert lived(Outcome.WRONG_ANSWER) == pytest.approx(0.0)


def test_a_wrong_answer_about_a_feature_makes_the_customer_expect_it() -> None:
    asked = Asked(Outcome.WRONG_ANSWER, contact__repeat=0.0)
    asked.heard(10.0, DAY)
    assert asked.crowd.people.expected[0, 3] == 0.95


def test_a_date_an_agent_states_is_a_second_promise() -> None:
    asked = Asked(Outcome.RESOLVED)
    order = asked.crowd.order(days=3)
    asked.ticket.order, asked.ticket.stated_due = order, 9 * DAY
    asked.heard(10.0, DAY)
    assert order.stated_due == 9 * DAY
    assert order.due == 4 * DAY  # the original promise stays what it was
    assert asked.crowd.people.expected[0, 1] == pytest.approx(1 - (8 - 1) / 14)
