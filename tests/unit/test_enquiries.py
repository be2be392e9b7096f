"""Why and when customers ask, and what they do when nobody helped (MODEL M4.1, M4.4, M4.6)."""

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

# -- M4.1: reasons to ask --------------------------------------------------------------------------


def test_a_first_order_is_asked_about_like_any_other() -> None:
    crowd = ACrowd(1, contact__wismo=1.0)
    crowd.world.run(until=10.0)
    crowd.order()
    crowd.world.run(until=4 * DAY)
    assert crowd.reasons() == [(1, Reason.WISMO)]


@pytest.mark.parametrize(("arrives", "asked"), [(11.0, 0), (DAY + 1.0, 0), (DAY + 23.0, 1)])
def test_who_would_ask_after_the_parcel_is_there_does_not(arrives: float, asked: int) -> None:
    """Also where the carrier comes at night, hours before the desk opens on the day of asking."""
    crowd = ACrowd(1, contact__wismo=1.0, contact__ends_with_delivery=1.0)
    crowd.world.run(until=10.0)
    crowd.order().arrives = arrives
    crowd.world.run(until=2 * DAY)
    assert len(crowd.reasons()) == asked


def test_a_late_parcel_is_not_asked_about_after_it_has_come() -> None:
    """The carrier comes at noon of the third late day: that afternoon nobody asks any more."""
    n, noon = 3000, 4.5 * DAY
    crowd = ACrowd(n, contact__late_wismo=2.0 / DAY, contact__ends_with_delivery=1.0)
    for row in range(n):
        crowd.order(row, days=1).arrives = noon
    crowd.world.run(until=5 * DAY)
    times = np.concatenate([batch.times for batch in crowd.contacts])
    assert times.max() < noon
    assert np.count_nonzero(times > 4 * DAY) > 0.2 * n


def test_nobody_asks_for_an_order_before_their_own_date_and_everybody_may_after_it() -> None:
    crowd = ACrowd(1, contact__late_wismo=1e6)
    order = crowd.order(days=3)
    crowd.world.run(until=6 * DAY)
    late = (Reason.LATE_WISMO,)
    assert crowd.reasons() == [(4, *late), (5, *late)]
    order.stated_due = 8 * DAY  # an agent said so
    crowd.world.run(until=9 * DAY)
    assert crowd.reasons() == [(4, *late), (5, *late), (8, *late)]


def test_each_day_without_the_parcel_is_a_new_chance_to_ask() -> None:
    """Also when an agent stated a date before the promised one: 2 000 orders, two days each."""
    n = 2000
    crowd = ACrowd(n, contact__late_wismo=-np.log(0.5) / DAY)
    for row in range(n):
        crowd.order(row, days=3).stated_due = 3 * DAY
    crowd.world.run(until=5 * DAY)
    first, second = (set(batch.customers.tolist()) for batch in crowd.contacts)
    both = len(first & second) / n
    assert both == pytest.approx(0.25, abs=Z * np.sqrt(0.25 * 0.75 / n))


@pytest.mark.parametrize(("segment", "how_to"), [(Segment.BASE, 0.1), (Segment.NICHE, 0.4)])
def test_deliveries_are_followed_by_how_to_faults_and_bills_in_their_shares(
    segment: Segment, how_to: float
) -> None:
    """Four times as many questions about what is new."""
    n = 4000
    wanted = {Reason.HOW_TO: how_to, Reason.FAULT: 0.03, Reason.BILLING: 0.02}
    shares = {"how_to_base": 0.1, "how_to_niche": 0.4, "fault": 0.03, "billing": 0.02}
    crowd = ACrowd(n, segment, **{f"contact__{name}": share for name, share in shares.items()})
    orders = [crowd.order(row) for row in range(n)]
    crowd.world.run(until=9.0)
    crowd.unpack(*orders, at=10.0)
    crowd.world.run(until=2 * DAY)
    asked = [reason for day, reason in crowd.reasons()]
    for reason, share in wanted.items():
        error = np.sqrt(share * (1 - share) / n)
        assert asked.count(reason) / n == pytest.approx(share, abs=Z * error)
    assert {day for day, _ in crowd.reasons()} == {1}


def test_general_questions_come_evenly_in_opening_hours() -> None:
    crowd = ACrowd(5000, contact__general=0.1 / DAY)
    crowd.world.run(until=3 * DAY)
    hours = np.concatenate([batch.times for batch in crowd.contacts]) % DAY
    chance = 1 - np.exp(-0.1)
    error = np.sqrt(15_000 * chance * (1 - chance))
    assert hours.size == pytest.approx(15_000 * chance, abs=Z * error)
    assert hours.min() >= 8
    assert hours.max() < 20
    assert hours.mean() == pytest.approx(14, abs=Z * np.sqrt(12 / hours.size))


def test_a_recall_is_asked_about_while_it_is_on_besides_all_that_is_asked_anyway() -> None:
    """Three times the rate of general questions, on days 2 and 3; those stay the same."""
    n, rate = 3000, 0.02
    calm, alarmed = (ACrowd(n, contact__general=rate / DAY) for _ in range(2))
    dials = alarmed.world.dials
    calm.world.run(until=5 * DAY)
    alarmed.world.run(until=2 * DAY)
    token = dials.turn("customers.recall_questions", 3.0)
    alarmed.world.run(until=4 * DAY)
    dials.restore(token)
    alarmed.world.run(until=5 * DAY)
    general = [
        [
            (customer, day)
            for day, batch in enumerate(crowd.contacts)
            for customer in batch.customers[batch.reasons == Reason.GENERAL].tolist()
        ]
        for crowd in (calm, alarmed)
    ]
    assert general[0] == general[1]
    days = [day for day, reason in alarmed.reasons() if reason is Reason.RECALL]
    assert set(days) == {2, 3}
    chance = 1 - np.exp(-3 * rate)
    error = np.sqrt(chance * (1 - chance) / (2 * n))
    assert len(days) / (2 * n) == pytest.approx(chance, abs=Z * error)
    assert Reason.RECALL not in {reason for _, reason in calm.reasons()}


def test_a_customer_with_two_questions_has_two_contacts_told_apart() -> None:
    crowd = ACrowd(1, contact__fault=1.0, contact__billing=1.0)
    crowd.unpack(crowd.order(), at=10.0)
    crowd.world.run(until=2 * DAY)
    (batch,) = crowd.contacts
    assert batch.nth.tolist() == [0, 1]
    assert batch.customers.tolist() == [0, 0]


def test_who_has_left_asks_nothing() -> None:
    crowd = ACrowd(1, contact__late_wismo=1e6, contact__general=1e6, contact__wismo=1.0)
    crowd.order()
    crowd.people.is_active[0] = False
    crowd.world.run(until=10 * DAY)
    assert crowd.contacts == []


def test_without_lateness_and_with_everything_solved_nobody_asks_for_a_late_order() -> None:
    crowd = ACrowd(200, contact__late_wismo=1e6, loyalty__reorder=0.2 / DAY)

    def arrive_in_time(order: Order) -> None:
        crowd.customers.await_order(order)
        crowd.world.at(order.placed + DAY, crowd.unpack_now, order)

    crowd.unpack_now = lambda order: crowd.unpack(order, at=crowd.world.now)  # type: ignore[attr-defined]
    crowd.customers.place_order = arrive_in_time
    crowd.world.run(until=30 * DAY)
    assert crowd.contacts == []
    assert seen(crowd.world, EpisodeLived)["customer"].size > 500


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
