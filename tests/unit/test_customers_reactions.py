"""Exit, voice and silence after a failure, and what a complaint is worth (MODEL M5.7, M5.8)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from orgsim.customers.complaints import RecoveryConfig, recovered
from orgsim.entities import ContactChannel, Outcome, Reaction, Reason, Segment, Ticket
from orgsim.facts_of_customers import ComplaintClosed, CustomerLeft, CustomerReacted, EpisodeLived
from orgsim.units import DAY
from tests.unit.crowd import USUAL, ACrowd
from tests.unit.parts import Z, but, seen

REACTION = but(USUAL.loyalty.reaction, failure=4.0)
OUTRAGE = {"memory__satisfaction__intercept": 1.0, "loyalty__reaction__failure": 4.0}
CERTAIN = 40.0
"""A utility against which every other is nothing."""


def shares(lived: float, trust: float, effort: float = 0.0, **changes: object) -> list[float]:
    found = but(REACTION, **changes).shares(
        np.array([lived]), np.array([trust]), np.array([effort])
    )
    return [float(share[0]) for share in found]


# -- M5.7: the choice ------------------------------------------------------------------------------


def test_with_full_trust_nobody_leaves_at_once() -> None:
    for lived in (0.0, 3.9):
        assert shares(lived, 1.0)[1] == 0.0
        assert shares(lived, 0.99)[1] > 0.0


def test_where_being_heard_takes_endless_effort_nobody_speaks_up() -> None:
    voice, leave, silence = shares(3.0, 0.75, effort=1e4)
    assert voice == 0.0
    assert leave + silence == pytest.approx(1.0)
    assert leave > shares(3.0, 0.75)[1]


def test_a_moderate_failure_is_told_to_the_firm_by_about_three_in_ten() -> None:
    """About 25 % contact the front line and 5 % complain formally; most say nothing."""
    voice, leave, silence = shares(3.0, 0.75)
    assert 0.28 <= voice <= 0.35
    assert 0.005 <= leave <= 0.10
    assert silence > 0.55


def test_the_specification_s_own_utilities_make_two_thirds_speak_up() -> None:
    odds = np.exp([0.5 + 2 * 0.75, 0.3 * 1.0 - 1.5 * 0.75, 1.2])
    own = {"voice": 0.5, "exit_anger": 0.3, "switching": 0.0}
    assert odds[0] / odds.sum() == pytest.approx(0.66, abs=0.005)
    # ln(1 - T) in place of -1.5 T differs by little.
    assert shares(3.0, 0.75, **own) == pytest.approx((odds / odds.sum()).tolist(), abs=0.01)


@given(st.floats(0, 3.99), st.floats(0, 1), st.floats(0, 20))
def test_everybody_does_one_of_the_three(lived: float, trust: float, effort: float) -> None:
    found = shares(lived, trust, effort)
    assert sum(found) == pytest.approx(1.0)
    assert min(found) >= 0.0
    worse, wary = shares(max(0.0, lived - 0.5), trust, effort), shares(lived, trust / 2, effort)
    assert worse[1] >= found[1]
    assert wary[1] >= found[1]


def test_choices_come_in_their_shares() -> None:
    n = 20_000
    luck = ACrowd().world.draws.stream("test of choices").uniforms(np.arange(n))
    chosen = REACTION.choose(luck, np.full(n, 1.0), np.full(n, 0.5), np.zeros(n))
    for reaction, share in zip(Reaction, shares(1.0, 0.5), strict=True):
        error = np.sqrt(share * (1 - share) / n)
        assert np.mean(chosen == reaction) == pytest.approx(share, abs=Z * error)


# -- M5.7: what follows ----------------------------------------------------------------------------


def outraged(n: int = 1, **utilities: float) -> ACrowd:
    """Customers who all just got a bad parcel, and what they do by midnight."""
    changes = {f"loyalty__reaction__{name}": value for name, value in utilities.items()}
    crowd = ACrowd(n, **{**OUTRAGE, **changes})
    crowd.unpack(*[crowd.order(row) for row in range(n)], at=10.0)
    return crowd


def test_where_nothing_is_a_failure_nobody_reacts() -> None:
    crowd = ACrowd(50, memory__satisfaction__intercept=0.5)
    crowd.unpack(*[crowd.order(row) for row in range(50)], at=10.0)
    crowd.world.run(until=3 * DAY)
    assert seen(crowd.world, CustomerReacted)["customer"].size == 0
    assert crowd.people.active(Segment.BASE) == 50
    assert crowd.contacts == []


def test_who_leaves_in_anger_leaves_that_evening_and_is_counted_once() -> None:
    crowd = outraged(20, silence=-CERTAIN, voice=-CERTAIN)
    crowd.world.run(until=DAY)
    left = seen(crowd.world, CustomerLeft)
    assert sorted(left["customer"].tolist()) == list(range(20))
    assert (left["time"] < DAY).all()
    assert crowd.people.active(Segment.BASE) == 0


def test_who_left_over_the_first_of_two_parcels_does_not_live_through_the_second() -> None:
    crowd = ACrowd(
        1, **OUTRAGE, loyalty__reaction__silence=-CERTAIN, loyalty__reaction__voice=-CERTAIN
    )
    crowd.unpack(crowd.order(0, 0), crowd.order(0, 1), at=10.0)
    crowd.world.run(until=DAY)
    assert seen(crowd.world, EpisodeLived)["customer"].size == 1
    assert seen(crowd.world, CustomerLeft)["customer"].size == 1


def test_voice_is_one_complaint_on_the_next_day() -> None:
    crowd = outraged(30, voice=CERTAIN)
    crowd.world.run(until=4 * DAY)
    assert crowd.reasons() == [(1, Reason.COMPLAINT)] * 30
    assert set(seen(crowd.world, CustomerReacted)["reaction"].tolist()) == {Reaction.VOICE}


def test_who_has_a_problem_open_raises_the_voice_when_bringing_it_up_again() -> None:
    crowd = ACrowd(1, **OUTRAGE, loyalty__reaction__voice=CERTAIN)
    crowd.people.open_issues[0] = 1
    crowd.unpack(crowd.order(), at=10.0)
    crowd.world.run(until=3 * DAY)
    assert crowd.contacts == []
    assert seen(crowd.world, CustomerReacted)["reaction"].tolist() == [Reaction.VOICE]


def test_nobody_complains_anew_while_a_complaint_is_open() -> None:
    crowd = outraged(1, voice=CERTAIN)
    crowd.world.run(until=DAY)
    crowd.unpack(crowd.order(0, 1), at=DAY + 10)
    crowd.world.run(until=4 * DAY)
    assert crowd.reasons() == [(1, Reason.COMPLAINT)]


def test_the_silent_do_nothing() -> None:
    crowd = outraged(30, silence=CERTAIN)
    crowd.world.run(until=4 * DAY)
    assert crowd.contacts == []
    assert crowd.people.active(Segment.BASE) == 30


# -- M5.8: recovery --------------------------------------------------------------------------------


def test_recovery_gives_back_a_share_but_never_more_than_was_lost() -> None:
    def found(satisfaction: float, beyond: float = 0.0) -> float:
        at = np.array([satisfaction]), np.array([7.5]), np.array([1.0])
        return float(recovered(*at, 0.6, beyond)[0])

    assert found(6.5) == pytest.approx(7.1)
    assert found(7.3) == 7.5
    assert found(8.0) == 8.0  # better since: nothing is taken away
    assert found(6.5, beyond=0.5) == pytest.approx(7.6)
    assert found(7.3, beyond=0.5) == 8.0


OPENED = DAY + 8.0
"""When the complaint is heard first: the failure was felt the evening before."""


def complaint(crowd: ACrowd, outcome: Outcome, at: float, attempt: int = 0) -> Ticket:
    ticket = Ticket(
        customer=0, row=0, nth=0, segment=Segment.BASE, reason=Reason.COMPLAINT, order=None,
        channel=ContactChannel.EMAIL, attempt=attempt, outcome=outcome, opened=OPENED,
    )  # fmt: skip
    crowd.world.run(until=at)
    crowd.customers.hear(ticket)
    return ticket


def after_complaint(
    outcome: Outcome, at: float, *, before: float = 7.5, **changes: object
) -> tuple[float, float, ACrowd]:
    """Satisfaction and trust gained by an answer that is no experience itself; eta is 0."""
    still = {"memory__satisfaction__contact_weight": 0.0, "contact__repeat": 0.0}
    crowd = ACrowd(1, **{**OUTRAGE, "loyalty__reaction__voice": CERTAIN, **still, **changes})
    crowd.people.satisfaction[0], crowd.people.episodes[0] = before, 100
    crowd.unpack(crowd.order(), at=10.0)
    crowd.world.run(until=DAY)
    low, trust = crowd.people.satisfaction[0], crowd.people.trust[0]
    assert low < before
    complaint(crowd, outcome, at)
    crowd.world.run(until=(at // DAY + 1) * DAY)
    gained = (crowd.people.satisfaction[0] - low) / (before - low)
    return float(gained), float(crowd.people.trust[0] - trust), crowd


def closed(crowd: ACrowd) -> list[tuple[float, bool]]:
    facts = seen(crowd.world, ComplaintClosed)
    return list(zip(facts["waited"].tolist(), facts["recovered"].tolist(), strict=True))


def test_a_complaint_solved_within_two_days_restores_six_tenths_and_some_trust() -> None:
    gained, trust, crowd = after_complaint(Outcome.RESOLVED, DAY + 12)
    assert gained == pytest.approx(0.6)
    assert trust == pytest.approx(0.05)
    assert closed(crowd) == [(4.0, True)]


def test_the_two_days_count_from_the_first_contact() -> None:
    in_time = after_complaint(Outcome.RESOLVED, OPENED + 48.0)[2]
    assert closed(in_time) == [(48.0, True)]
    too_late = after_complaint(Outcome.RESOLVED, OPENED + 48.1)[2]
    assert [good for _, good in closed(too_late)] == [False]


def test_a_complaint_solved_within_a_week_restores_nothing_and_costs_nothing() -> None:
    gained, trust, crowd = after_complaint(Outcome.RESOLVED, 5 * DAY)
    assert (gained, trust) == (0.0, 0.0)
    assert [good for _, good in closed(crowd)] == [False]
    last = seen(crowd.world, EpisodeLived)["satisfaction"][-1]
    later = after_complaint(Outcome.RESOLVED, 9 * DAY)[2]
    assert seen(later.world, EpisodeLived)["satisfaction"][-1] == pytest.approx(max(0, last - 1))


def test_a_complaint_that_is_not_solved_is_a_second_failure() -> None:
    plain, doubled = (
        seen(
            after_complaint(
                Outcome.UNRESOLVED, DAY + 12, loyalty__recovery__double_deviation=points,
                memory__satisfaction__intercept=3.0,
            )[2].world,
            EpisodeLived,
        )["satisfaction"][-1]
        for points in (0.0, 1.0)
    )  # fmt: skip
    assert doubled == pytest.approx(plain - 1.0)


def test_a_complaint_given_up_is_closed_and_may_be_raised_again() -> None:
    _, _, crowd = after_complaint(Outcome.UNRESOLVED, DAY + 12)
    assert [good for _, good in closed(crowd)] == [False]
    crowd.world.run(until=5 * DAY)
    assert crowd.reasons().count((2, Reason.COMPLAINT)) == 1


def test_support_can_make_good_without_a_complaint() -> None:
    crowd = outraged(1, silence=CERTAIN)
    crowd.people.satisfaction[0], crowd.people.episodes[0] = 7.5, 100
    crowd.world.run(until=DAY)
    low = crowd.people.satisfaction[0]
    crowd.customers.make_good(0, 0.5)
    assert crowd.people.satisfaction[0] == pytest.approx((low + 7.5) / 2)
    crowd.customers.make_good(0, 0.5)  # half of what is left
    assert crowd.people.satisfaction[0] == pytest.approx(7.5 - (7.5 - low) / 4)
    crowd.customers.make_good(0, 1.0)
    crowd.customers.make_good(0, 1.0)
    assert crowd.people.satisfaction[0] == pytest.approx(7.5)


def test_nothing_can_be_made_good_for_who_suffered_nothing_or_has_left() -> None:
    crowd = ACrowd(1)
    before = crowd.people.satisfaction[0]
    crowd.customers.make_good(0, 1.0)
    assert crowd.people.satisfaction[0] == before
    gone = outraged(1, silence=-CERTAIN, voice=-CERTAIN)
    gone.world.run(until=DAY)
    low = gone.people.satisfaction[0]
    gone.customers.make_good(0, 1.0)
    assert gone.people.satisfaction[0] == low


def test_effort_adds_up_with_contacts_in_vain_and_changes_of_channel_until_one_helps() -> None:
    crowd = ACrowd(1, contact__redial=0.0, contact__write_instead=1.0, contact__repeat=1.0)
    ticket = Ticket(
        customer=0, row=0, nth=0, segment=Segment.BASE, reason=Reason.GENERAL, order=None,
        channel=ContactChannel.PHONE, outcome=Outcome.GIVEN_UP,
    )  # fmt: skip
    crowd.customers.hear(ticket)  # hung up, and writes instead
    assert crowd.people.effort[0] == 2
    ticket.channel, ticket.outcome, ticket.attempt = ContactChannel.EMAIL, Outcome.UNRESOLVED, 1
    crowd.customers.hear(ticket)
    assert crowd.people.effort[0] == 3
    ticket.outcome = Outcome.RESOLVED
    crowd.customers.hear(ticket)
    assert crowd.people.effort[0] == 0


def test_in_time_cannot_be_after_too_late() -> None:
    with pytest.raises(ValidationError, match="too_late cannot come before in_time"):
        RecoveryConfig(
            in_time="8d", too_late="7d", restored=0.6, trust=0.05, double_deviation=1, paradox=0
        )
