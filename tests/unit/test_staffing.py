"""How many agents support wants, gets and puts on which shift (MODEL M4.3, M4.5, M4.8, M4.9)."""

from __future__ import annotations

from math import exp

import numpy as np
import pytest

from orgsim.departments.support import Support
from orgsim.entities import ContactChannel, Outcome, Segment
from orgsim.facts import AgentHired, AgentLeft, CallAbandoned, ContactHandled
from orgsim.governance.information import Information
from orgsim.kernel.distributions import Fixed
from orgsim.kernel.world import World
from orgsim.units import DAY, WEEK, YEAR
from orgsim.weekly import Weekly
from tests.unit.parts import a_world, firm, seen
from tests.unit.test_support import a_config, a_team, contacts

SHIFTS = Weekly.parse({"Mon-Sun 08-20": 5})


def heads_by_day(week: Weekly) -> list[float]:
    return [week.at(day * DAY + 12.0) for day in range(7)]


# -- shifts ----------------------------------------------------------------------------------------


# -- leaving and being replaced --------------------------------------------------------------------


def an_office(**changes: object) -> tuple[World, Support, list[int]]:
    """Five agents by day, ten employed, and what is posted for them."""
    world = a_world()
    usual: dict[str, object] = {"payroll_fte": 10.0, "salary": 0.0}
    support, _ = a_team(world, **{**usual, **changes})
    paid: list[int] = []
    support.post = lambda debit, credit, cents: paid.append(cents)
    return world, support, paid


def test_who_leaves_is_missed_on_the_shifts_and_replaced_after_eight_weeks() -> None:
    world, support, paid = an_office(
        agents=10, crew__quitting=3.0 / YEAR, crew__novice_skill=1.0, crew__novice_knowledge=0.0
    )
    world.run(until=104 * WEEK)
    left, hired = seen(world, AgentLeft), seen(world, AgentHired)
    assert left["time"].size > 30
    due = left["time"] + 56 * DAY
    of_the_start = hired["time"] < 56 * DAY
    assert hired["time"][~of_the_start].tolist() == due[due <= 104 * WEEK].tolist()
    assert left["employed"].min() >= 0.0
    assert support.crew.employed == pytest.approx(10 - left["fte"].sum() + hired["fte"].sum())
    # Hired 42 days before the first contact, at EUR 3,500 each.
    assert sum(paid) == 350_000 * np.count_nonzero(left["time"] + 14 * DAY <= 104 * WEEK)


def test_at_the_start_successors_are_on_their_way_for_those_who_usually_leave() -> None:
    """In the mean as many come in the first eight weeks as leave: the team does not shrink."""
    world, support, paid = an_office(agents=10, crew__quitting=3.0 / YEAR)
    support.crew._leavers = list  # type: ignore[method-assign]
    world.run(until=56 * DAY)
    hired = seen(world, AgentHired)
    assert hired["fte"].sum() == pytest.approx(10 * (1 - exp(-3 * 56 / 365)))
    assert hired["time"] == pytest.approx(56 * DAY * np.array([1, 3, 5, 7]) / 8)
    assert support.staffing.wanted == pytest.approx(support.crew.employed)
    assert sum(paid) == 0


def test_fewer_agents_are_on_duty_until_the_replacement_comes() -> None:
    world, support, _ = an_office(agents=10)
    world.at(WEEK, support.staffing.resign, 1.0)
    world.run(until=WEEK + 1.0)
    assert support.crew.employed == 0.0
    assert support.agents.heads == 0
    world.run(until=WEEK + 56 * DAY + 1.0)
    assert support.crew.employed == 10.0
    assert support.agents.heads == 10


def test_a_team_that_nobody_leaves_hires_nobody() -> None:
    world, support, paid = an_office(agents=10)
    world.run(until=52 * WEEK)
    assert seen(world, AgentHired)["time"].size == seen(world, AgentLeft)["time"].size == 0
    assert (sum(paid), support.crew.employed) == (0, 10.0)


def test_newcomers_slow_the_team_and_know_little_of_the_offer() -> None:
    world, support, _ = an_office(agents=10, payroll_fte=1.0, knowledge__uninformed=0.9)
    support.staffing.wanted = 2.0
    support.staffing._hire()
    world.run(until=42 * DAY + 1.0)
    assert support.knowledge.level == pytest.approx((0.9 + 0.1) / 2)
    support.receive(contacts([42 * DAY + 2.0]))
    world.run(until=43 * DAY)
    assert seen(world, ContactHandled)["handle_hours"] == pytest.approx(0.5 / ((1 + 0.53) / 2))


def test_a_wave_of_resignations_is_felt_at_once_and_made_good_in_eight_weeks() -> None:
    world, support, _ = an_office(agents=10)
    world.at(3 * DAY, support.staffing.resign, 0.4)
    world.run(until=3 * DAY + 1.0)
    assert (support.crew.employed, support.agents.heads) == (6.0, 6)
    assert support.crew.speed() == 1.0
    world.run(until=59 * DAY + 1.0)
    assert (support.crew.employed, support.agents.heads) == (10.0, 10)
    assert support.crew.speed() == pytest.approx((6 + 4 * 0.53) / 10)


# -- overtime --------------------------------------------------------------------------------------


def test_overtime_covers_the_missing_hours_up_to_its_limit_and_is_paid_dearer() -> None:
    world, support, paid = an_office(
        agents=SHIFTS,
        salary=8760.0 / WEEK,
        staffing__overtime=0.15,
        staffing__most_occupancy=1.0,
        patience=firm().support.patience,
    )
    # 12 x 5 hours a day: 126 calls of half an hour on each day of the first week are 5 % too many.
    support.receive(contacts([d * DAY + 8 + c * 0.085 for d in range(7) for c in range(126)]))
    world.run(until=WEEK + 1.0)
    assert support.staffing.overtime == pytest.approx(0.05)
    assert sum(heads_by_day(support.staffing.roster(1.0))) == int(35 * 1.05)
    world.run(until=2 * WEEK + 1.0)
    assert paid == [1000, 1075]
    assert support.staffing.overtime == 0.0
    times = [2 * WEEK + d * DAY + 8 + c * 0.05 for d in range(7) for c in range(240)]
    support.receive(contacts(times))
    world.run(until=3 * WEEK + 1.0)
    assert support.staffing.overtime == 0.15


def test_overtime_goes_on_as_long_as_the_regular_hours_do_not_suffice() -> None:
    """Ten contacts of half an hour every hour for four and a half agents: 11 % too many.

    In whole heads less than one shift of the hours is missing, and overtime makes up for it; one
    contact of a week's 1 680 may fall on its boundary.
    """
    nine_half_days = Weekly.parse({"Mon-Sun 00-12": 4, "Mon-Sun 12-24": 5})
    world, support, _ = an_office(
        agents=nine_half_days,
        staffing__overtime=0.15,
        staffing__most_occupancy=1.0,
        crew__fatigue_loss=0.0,
    )
    support.receive(contacts([hour / 10.0 for hour in range(10 * 4 * 168)]))
    for week in range(1, 5):
        world.run(until=week * WEEK + 1.0)
        asked, boundary = 5 / 4.5, 1.2 / 1680
        assert asked - boundary <= 1.0 + support.staffing.overtime
        assert 1.0 + support.staffing.overtime <= asked * 840 / (840 - 12) + boundary


def test_overtime_begins_where_the_plan_would_want_more_agents() -> None:
    """Nine tenths busy all week, where the plan allows three quarters: a fifth more is agreed."""
    world, support, _ = an_office(
        agents=SHIFTS,
        staffing__overtime=0.5,
        staffing__most_occupancy=0.75,
        patience=firm().support.patience,
    )
    support.receive(contacts([d * DAY + 8 + c * 0.1 for d in range(7) for c in range(108)]))
    world.run(until=WEEK + 1.0)
    assert support.staffing.overtime == pytest.approx(0.9 / 0.75 - 1.0)


def test_a_backlog_of_written_work_keeps_pressure_and_overtime_up_when_nobody_writes_any_more() -> (
    None
):
    """1 260 emails of half an hour in a week of 420 hours of work: half of them are left over."""
    world, support, _ = an_office(
        agents=SHIFTS,
        email_share=1.0,
        staffing__overtime=0.15,
        staffing__most_occupancy=1.0,
        crew__fatigue_loss=0.0,
        pressure__elasticity=0.0,
    )
    support.receive(contacts([d * DAY + 8 + c * 0.06 for d in range(7) for c in range(180)]))
    world.run(until=WEEK + 1.0)
    assert support.pressure.level == pytest.approx(630 / 420)
    left = support.desk.put_off
    assert left == pytest.approx(630 - 420, abs=3.0)
    world.run(until=2 * WEEK + 1.0)
    assert support.pressure.level == pytest.approx(left / (420 * 1.15), rel=0.02)
    assert support.in_hand == 0


def test_without_overtime_agreed_nobody_stays_longer() -> None:
    world, support, _ = an_office(agents=SHIFTS)
    support.receive(contacts([8.0 + 0.01 * call for call in range(1000)]))
    world.run(until=2 * WEEK)
    assert support.staffing.overtime == 0.0
    assert support.staffing.roster(1.0) is support._config.agents


# -- handle time -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("view", "factor"), [(0.3, 1.0), (0.0, 1.25 / 1.175), (1.0, 1 / 1.175), (0.8, 1.05 / 1.175)]
)
def test_agents_who_see_less_of_the_customer_ask_again(view: float, factor: float) -> None:
    world = a_world()
    support = Support(
        world,
        a_config(),
        Information(world, {}),
        briefing_hours=0.0,
        briefing_period=WEEK,
        single_view=view,
    )
    support.receive(contacts([1.0]))
    world.run(until=5.0)
    hours = seen(world, ContactHandled)["handle_hours"][0]
    assert hours == (0.5 if view == 0.3 else pytest.approx(0.5 * factor))


@pytest.mark.parametrize(
    ("cases", "minutes", "fcr"), [(0, 10.6, 0.45), (60, 8.3, 0.64), (120, 7.5, 0.71)]
)
def test_an_agent_learns_as_the_table_says(cases: int, minutes: float, fcr: float) -> None:
    """MODEL M4.7 [C]: one agent after 0, 60 and 120 niche contacts of 7 minutes."""
    world = a_world()
    support, _ = a_team(world, payroll_fte=1.0, resolution=0.75)
    for _ in range(cases):
        support.knowledge.practise()
    known = support.knowledge.level
    support.receive(contacts([1.0], segment=Segment.NICHE))
    world.run(until=5.0)
    hours = seen(world, ContactHandled)["handle_hours"][0]
    assert hours / 0.5 * 7.0 == pytest.approx(minutes, abs=0.05)
    assert 0.75 - 0.35 * (1.0 - known) == pytest.approx(fcr, abs=0.006)


def test_pay_follows_who_is_employed() -> None:
    world, support, paid = an_office(agents=10, salary=8760.0 / WEEK)
    world.at(WEEK + 1.0, support.staffing.resign, 1.0)
    world.run(until=2 * WEEK + 1.0)
    assert paid == [1000, 0]


def test_work_pressure_counts_a_contact_once_however_often_it_is_dialled() -> None:
    world, support, _ = an_office(patience=Fixed[float](kind="fixed", mean=0.1))
    support.answer = lambda ticket: (
        support.try_again(ticket, ContactChannel.PHONE)
        if ticket.outcome is Outcome.GIVEN_UP
        else None
    )
    support.receive(contacts([1.0, 1.05]))  # one agent: the second dials until the first is done
    world.run(until=WEEK + 1.0)
    assert seen(world, CallAbandoned)["time"].size > 3
    assert support.pressure.level == pytest.approx(2 * 0.5 / WEEK)


def test_work_pressure_counts_a_problem_that_comes_back_again() -> None:
    world, support, _ = an_office(agents=5, resolution=0.0)
    support.answer = lambda ticket: (
        support.try_again(ticket, ContactChannel.PHONE) if ticket.attempt < 2 else None
    )
    support.receive(contacts([1.0]))
    world.run(until=WEEK + 1.0)
    assert support.pressure.level == pytest.approx(3 * 0.5 / (5 * WEEK))
