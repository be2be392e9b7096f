"""Support: self-service, phone, email, resolution, wrong answers and briefing (MODEL s.4, U1)."""

from __future__ import annotations

import numpy as np
import pytest

from orgsim.departments.support import Support, SupportConfig
from orgsim.entities import (
    Account,
    ContactBatch,
    ContactChannel,
    Order,
    Outcome,
    Reason,
    Segment,
    Ticket,
)
from orgsim.facts import (
    BriefingHeld,
    CallAbandoned,
    CallAnswered,
    ContactContained,
    ContactHandled,
    ContactMade,
)
from orgsim.governance.information import Information
from orgsim.kernel.distributions import Fixed, Never
from orgsim.kernel.world import World
from orgsim.units import DAY, WEEK
from orgsim.weekly import Weekly
from tests.unit.parts import Z, a_channel, a_world, an_order, but, firm, seen

HALF_HOUR = Fixed[float](kind="fixed", mean=0.5)


def a_config(agents: int | Weekly = 1, **changes: object) -> SupportConfig:
    """Agents round the clock, half an hour a contact, phone only, endless patience, all solved."""
    calm: dict[str, object] = {
        "agents": Weekly.constant(agents) if isinstance(agents, int) else agents,
        "contained_share": 0.0,
        "email_share": 0.0,
        "patience": Never(kind="never"),
        "handle_time": HALF_HOUR,
        "resolution": 1.0,
        "payroll_fte": 16.5,
    }
    return but(firm().support, **{**calm, **changes})


def a_team(
    world: World,
    *,
    briefing: float = 0.0,
    terms: dict[str, object] | None = None,
    **changes: object,
) -> tuple[Support, Information]:
    channels = {
        "terms": a_channel("promise_terms", receiver="support", **(terms or {})),
        "stock": a_channel("stock_eta", sender="logistics", receiver="support"),
    }
    information = Information(world, channels)
    support = Support(
        world,
        a_config(**changes),
        information,
        briefing_hours=briefing,
        briefing_period=2 * WEEK,
        single_view=0.3,
    )
    return support, information


def contacts(
    times: list[float],
    *,
    segment: Segment = Segment.BASE,
    order: Order | None = None,
    reason: Reason = Reason.GENERAL,
) -> ContactBatch:
    n = len(times)
    return ContactBatch(
        customers=np.arange(n, dtype=np.int64) + 100,
        rows=np.arange(n),
        nth=np.zeros(n, dtype=np.int64),
        times=np.array(times),
        segments=np.full(n, segment),
        reasons=np.full(n, reason),
        orders=[order] * n,
    )


def handled(world: World) -> list[tuple[int, float]]:
    facts = seen(world, ContactHandled)
    return list(zip(facts["customer"].tolist(), facts["time"].round(9).tolist(), strict=True))


# -- M4.2-M4.4: reaching an agent ------------------------------------------------------------------


def test_calls_are_taken_one_after_the_other() -> None:
    world = a_world()
    support, _ = a_team(world)
    support.receive(contacts([1.0, 1.1, 1.2]))
    world.run(until=10.0)
    assert seen(world, CallAnswered)["waited"] == pytest.approx([0.0, 0.4, 0.8])
    assert handled(world) == [(100, 1.5), (101, 2.0), (102, 2.5)]


def test_who_waits_longer_than_patience_hangs_up() -> None:
    world = a_world()
    support, _ = a_team(world, patience=Fixed[float](kind="fixed", mean=0.3))
    ends: list[Outcome] = []
    support.answer = lambda ticket: ends.append(ticket.outcome)
    support.receive(contacts([1.0, 1.1, 1.3]))
    world.run(until=10.0)
    assert seen(world, CallAbandoned)["customer"].tolist() == [101]
    assert seen(world, CallAbandoned)["waited"] == pytest.approx([0.3])
    assert sorted(ends) == [Outcome.RESOLVED, Outcome.RESOLVED, Outcome.GIVEN_UP]


def test_a_problem_is_open_from_the_first_attempt_on_and_its_answer_says_how_long_it_took() -> None:
    world = a_world()
    support, _ = a_team(world, resolution=0.0)
    opened: list[float] = []
    support.open = lambda ticket: opened.append(ticket.opened)
    support.answer = lambda ticket: (
        None
        if ticket.attempt
        else world.at(world.now + 4.0, support.try_again, ticket, ContactChannel.EMAIL)
    )
    support.receive(contacts([1.0, 1.1]))
    world.run(until=10.0)
    assert opened == [1.0, 1.1]
    done = seen(world, ContactHandled)
    assert done["attempt"].tolist() == [0, 0, 1, 1]
    assert done["after"] == pytest.approx([0.5, 0.9, 0.5, 0.5])


def test_without_agents_every_caller_hangs_up_and_no_email_is_answered() -> None:
    world = a_world()
    patience = Fixed[float](kind="fixed", mean=0.1)
    support, _ = a_team(world, agents=0, patience=patience, email_share=0.5)
    support.receive(contacts([float(hour) for hour in range(200)]))
    world.run(until=300.0)
    made = seen(world, ContactMade)["channel"]
    assert seen(world, CallAbandoned)["customer"].size == np.sum(made == ContactChannel.PHONE)
    assert seen(world, ContactHandled)["customer"].size == 0
    assert set(made.tolist()) == {ContactChannel.PHONE, ContactChannel.EMAIL}


def test_an_email_is_put_aside_when_a_call_comes_and_finished_afterwards() -> None:
    world = a_world()
    support, _ = a_team(world, email_share=1.0)
    support.receive(contacts([1.0]))
    call = Ticket(
        customer=7, row=0, nth=0, segment=Segment.BASE, reason=Reason.GENERAL, order=None,
        channel=ContactChannel.PHONE, patience=1e9, base_handle_hours=0.25,
    )  # fmt: skip
    world.at(1.2, support.take, call)
    world.run(until=10.0)
    # The call is served at once, 1.20-1.45; the email's other .3 hours follow.
    assert seen(world, CallAnswered)["waited"].tolist() == [0.0]
    assert handled(world) == [(7, 1.45), (100, 1.75)]


def test_self_service_contains_its_share_and_less_of_an_offer_nobody_wrote_about() -> None:
    def contained(segment: Segment) -> float:
        world = a_world()
        support, _ = a_team(world, agents=50, contained_share=0.2)
        support.receive(contacts([0.001 * k for k in range(4000)], segment=segment))
        world.run(until=5.0)
        made = seen(world, ContactMade)["customer"].size
        assert made == 4000
        return seen(world, ContactContained)["customer"].size / made

    assert contained(Segment.BASE) == pytest.approx(0.2, abs=Z * np.sqrt(0.16 / 4000))
    blind = 0.2 * 0.15  # K = .15: agents' articles are as good as their knowledge
    assert contained(Segment.NICHE) == pytest.approx(blind, abs=Z * np.sqrt(blind / 4000))


def test_full_containment_leaves_the_agents_nothing_to_do() -> None:
    world = a_world()
    support, _ = a_team(world, agents=0, contained_share=1.0)
    ends: list[Outcome] = []
    support.answer = lambda ticket: ends.append(ticket.outcome)
    support.receive(contacts([1.0, 2.0]))
    world.run(until=5.0)
    assert ends == [Outcome.RESOLVED] * 2


def test_what_self_service_answers_is_recorded_as_to_the_point_or_not() -> None:
    world = a_world()
    support, _ = a_team(world, contained_share=1.0, channels__quality__self_service=0.5)
    support.receive(contacts([0.01 * k for k in range(100)]))
    world.run(until=5.0)
    outcomes = set(seen(world, ContactContained)["outcome"].tolist())
    assert outcomes == {Outcome.RESOLVED, Outcome.UNRESOLVED}


def test_no_complaint_is_answered_by_self_service() -> None:
    world = a_world()
    support, _ = a_team(world, contained_share=1.0)
    support.receive(contacts([1.0], reason=Reason.COMPLAINT))
    support.receive(contacts([2.0]))
    world.run(until=5.0)
    assert seen(world, ContactHandled)["reason"].tolist() == [Reason.COMPLAINT]
    assert seen(world, ContactContained)["reason"].tolist() == [Reason.GENERAL]


def test_nothing_about_a_recall_is_answered_by_self_service() -> None:
    world = a_world()
    support, _ = a_team(world, contained_share=1.0)
    support.receive(contacts([1.0], reason=Reason.RECALL))
    world.run(until=5.0)
    assert seen(world, ContactHandled)["reason"].tolist() == [Reason.RECALL]
    assert seen(world, ContactContained)["reason"].size == 0


def test_a_second_attempt_has_its_own_luck_and_is_counted_as_such() -> None:
    world = a_world()
    lucky = firm().support.handle_time
    support, _ = a_team(world, handle_time=lucky)
    support.answer = lambda ticket: (
        support.try_again(ticket, ContactChannel.PHONE) if ticket.attempt < 2 else None
    )
    support.receive(contacts([1.0]))
    world.run(until=100.0)
    done = seen(world, ContactHandled)
    assert done["attempt"].tolist() == [0, 1, 2]
    assert len(set(done["handle_hours"].tolist())) == 3


# -- M4.5-M4.7: knowledge --------------------------------------------------------------------------


def test_a_contact_about_an_unknown_offer_takes_longer() -> None:
    world = a_world()
    support, _ = a_team(world, agents=2)
    support.receive(contacts([1.0], segment=Segment.NICHE))
    support.receive(contacts([1.0]))
    world.run(until=5.0)
    assert sorted(seen(world, ContactHandled)["handle_hours"]) == pytest.approx(
        [0.5, 0.5 * (1 + 0.6 * 0.85)]
    )


def solved(segment: Segment, order: Order | None = None, *, told: bool = False) -> float:
    """Share of 4 000 contacts that are solved at once, with knowledge held at its start."""
    world = a_world()
    support, information = a_team(
        world, agents=4000, resolution=0.75, knowledge__contacts_to_learn=1e12
    )
    if told:
        information.send("stock_eta", "logistics", {"base_days": 3.0, "niche_days": 3.0})
    support.receive(contacts([1.0] * 4000, segment=segment, order=order))
    world.run(until=5.0)
    return float(np.mean(seen(world, ContactHandled)["outcome"] == Outcome.RESOLVED))


@pytest.mark.parametrize(
    ("segment", "about_an_order", "told", "chance"),
    [
        (Segment.BASE, False, False, 0.75),
        (Segment.NICHE, False, False, 0.75 - 0.35 * 0.85),
        (Segment.BASE, True, False, 0.75 - 0.25),
        (Segment.BASE, True, True, 0.75),
        (Segment.NICHE, True, False, 0.75 - 0.35 * 0.85 - 0.25),
    ],
)
def test_resolution_falls_with_what_the_agents_were_not_told(
    segment: Segment, about_an_order: bool, told: bool, chance: float
) -> None:
    order = an_order(1) if about_an_order else None
    error = np.sqrt(chance * (1 - chance) / 4000)
    assert solved(segment, order, told=told) == pytest.approx(chance, abs=Z * error)


def test_resolution_never_falls_below_none() -> None:
    world = a_world()
    support, _ = a_team(world, agents=100, resolution=0.1)
    support.receive(contacts([1.0] * 100, segment=Segment.NICHE, order=an_order(1)))
    world.run(until=5.0)
    assert Outcome.RESOLVED not in seen(world, ContactHandled)["outcome"]


@pytest.mark.parametrize("quality", [1.0, 0.8])
def test_the_share_solved_goes_with_what_pressure_leaves_of_the_quality(quality: float) -> None:
    world, n = a_world(), 4000
    support, _ = a_team(world, agents=n, resolution=0.75)
    support.pressure.quality = quality
    support.receive(contacts([1.0] * n))
    world.run(until=5.0)
    solved = np.mean(seen(world, ContactHandled)["outcome"] == Outcome.RESOLVED)
    chance = 0.75 * quality
    assert solved == pytest.approx(chance, abs=Z * np.sqrt(chance * (1 - chance) / n))


def test_half_of_what_is_not_solved_is_answered_wrongly() -> None:
    world, n = a_world(), 4000
    support, _ = a_team(world, agents=n, resolution=0.0, wrong_share=0.5)
    support.receive(contacts([1.0] * n))
    world.run(until=5.0)
    outcomes = seen(world, ContactHandled)["outcome"]
    wrong = np.mean(outcomes == Outcome.WRONG_ANSWER)
    assert wrong == pytest.approx(0.5, abs=Z * np.sqrt(0.25 / n))
    assert wrong + np.mean(outcomes == Outcome.UNRESOLVED) == 1.0


def test_agents_learn_from_niche_contacts_and_not_from_others() -> None:
    world = a_world()
    support, _ = a_team(world, agents=10, payroll_fte=10.0)
    support.receive(contacts([1.0] * 5))
    world.run(until=5.0)
    assert support.knowledge.level == 0.15
    support.receive(contacts([6.0] * 5, segment=Segment.NICHE))
    world.run(until=10.0)
    assert support.knowledge.level == pytest.approx(1 - 0.85 * (1 - 1 / 600) ** 5)


# -- what an agent states --------------------------------------------------------------------------


def stated(days: float | None, **order: object) -> float | None:
    """The date stated on day 2 for a niche order, when support believes these days."""
    world = a_world()
    support, information = a_team(world)
    if days is not None:
        information.send("stock_eta", "logistics", {"base_days": 99.0, "niche_days": days})
    asked = an_order(1, segment=Segment.NICHE)
    for name, value in order.items():
        setattr(asked, name, value)
    dates: list[float | None] = []
    support.answer = lambda ticket: dates.append(ticket.stated_due)
    support.receive(contacts([2 * DAY + 5], order=asked))
    world.run(until=3 * DAY)
    return dates[0]


def test_an_agent_states_the_end_of_the_day_the_agent_believes_in() -> None:
    assert stated(4.2) == (2 + 5 + 1) * DAY
    assert stated(-3.0) == (2 + 1 + 1) * DAY  # noise may believe in yesterday; tomorrow at best


def test_an_agent_who_knows_nothing_or_has_nothing_to_tell_states_no_date() -> None:
    assert stated(None) is None
    assert stated(4.0, shipped=True) is None
    assert stated(4.0, closed=True) is None


# -- M6.7: briefing --------------------------------------------------------------------------------


def test_a_memo_alone_tells_as_much_as_its_channel_lets_through() -> None:
    world = a_world()
    support, information = a_team(world, terms={"fidelity": 0.4, "noise": 0.0})
    information.send("promise_terms", "marketing", {"familiarity": 1.0}, dates={"onset": 5 * DAY})
    world.run(until=DAY)
    assert support.knowledge.level == pytest.approx(0.4)
    assert seen(world, BriefingHeld)["time"].size == 0


def test_each_agent_is_briefed_before_the_launch_and_off_the_phones_meanwhile() -> None:
    world = a_world()
    support, information = a_team(
        world, agents=2, briefing=6.0, payroll_fte=4.0, terms={"fidelity": 0.0, "noise": 0.0}
    )
    onset = 21 * DAY
    information.send("promise_terms", "marketing", {"familiarity": 1.0}, dates={"onset": onset})
    world.run(until=onset)
    held = seen(world, BriefingHeld)
    assert held["hours"].tolist() == [6.0] * 4
    assert held["time"][0] == onset - 2 * WEEK + 6.0
    assert held["time"][-1] < onset
    assert support.agents.busy_hours() == pytest.approx(4 * 6.0)
    assert support.knowledge.level == pytest.approx(0.85)


def test_a_caller_waits_for_an_agent_who_is_being_briefed() -> None:
    world = a_world()
    support, information = a_team(world, briefing=6.0, payroll_fte=1.0)
    information.send("promise_terms", "marketing", {"familiarity": 1.0}, dates={"onset": DAY})
    support.receive(contacts([10.0]))  # the session begins at 06:00, when the memo is read
    world.run(until=DAY)
    assert seen(world, CallAnswered)["waited"] == pytest.approx([2.0])


def test_agents_are_paid_each_week_whatever_they_do() -> None:
    world = a_world()
    support, _ = a_team(world)
    posted: list[tuple[Account, Account, int]] = []
    support.post = lambda *entry: posted.append(entry)
    world.run(until=2 * WEEK)
    weekly = round(100 * 16.5 * 36_000 * 168 / 8760)
    assert posted == [(Account.SUPPORT_PAYROLL, Account.CASH, weekly)] * 2
