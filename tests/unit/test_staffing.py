"""How many agents support wants, gets and puts on which shift (MODEL M4.3, M4.5, M4.8, M4.9)."""

from __future__ import annotations

from math import ceil, exp, inf

import numpy as np
import pytest

from orgsim.departments.staffing import rostered
from orgsim.departments.support import Support
from orgsim.entities import ContactChannel, Outcome, Segment
from orgsim.facts import AgentHired, AgentLeft, CallAbandoned, ContactHandled
from orgsim.governance.information import Information
from orgsim.kernel.distributions import Fixed
from orgsim.kernel.queueing import waiting_line
from orgsim.kernel.world import World
from orgsim.units import DAY, WEEK, YEAR
from orgsim.weekly import Weekly
from tests.unit.parts import a_channel, a_world, but, firm, seen
from tests.unit.test_support import a_config, a_team, contacts

SHIFTS = Weekly.parse({"Mon-Sun 08-20": 5})


def heads_by_day(week: Weekly) -> list[float]:
    return [week.at(day * DAY + 12.0) for day in range(7)]


# -- shifts ----------------------------------------------------------------------------------------


def test_the_team_of_the_start_works_the_shifts_as_they_are_written() -> None:
    assert rostered(SHIFTS, 1.0) is SHIFTS


@pytest.mark.parametrize("share", [0.0, 0.06, 0.2, 0.5, 0.93, 1.07, 1.15, 2.0, 33.3])
def test_shifts_are_whole_heads_and_miss_less_than_one_shift_of_the_hours(share: float) -> None:
    week = rostered(SHIFTS, share)
    assert all(heads == int(heads) for heads in week.values)
    missing = share * SHIFTS.weekly_total - week.weekly_total
    assert -1e-6 <= missing < 12.0
    assert all(week.at(day * DAY + hour) == 0.0 for day in range(7) for hour in (0, 7.9, 20, 23))


def test_half_an_agent_more_is_one_more_on_every_other_day() -> None:
    assert heads_by_day(rostered(SHIFTS, 1.1)) == [5, 6, 5, 6, 5, 6, 5]


def test_shifts_of_unlike_length_share_what_is_rounded_off_by_hours() -> None:
    uneven = Weekly.parse({"Mon-Sun 00-24": 2, "Mon-Sun 10-12": 4})
    assert rostered(uneven, 1.5).weekly_total == pytest.approx(1.5 * uneven.weekly_total)


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


# -- the plan --------------------------------------------------------------------------------------


class Planned:
    """A hundred calls of half an hour on each day between 08 and 18, planned every four weeks."""

    def __init__(
        self,
        calls: int = 100,
        *,
        told: float | None = None,
        start: float = 0.0,
        **changes: object,
    ) -> None:
        self.world = a_world(start)
        shifts = {
            "agents": SHIFTS,
            "payroll_fte": 10.0,
            "salary": 0.0,
            "staffing__review": 4 * WEEK,
        }
        patience = {"patience": firm().support.patience}
        settings = {**shifts, **patience, "staffing__hiring": 0.0, "staffing__reporting": 0.0}
        self.config = a_config(**{**settings, **changes})
        channel = a_channel("campaign_plan", receiver="support")
        self.information = Information(self.world, {"plan": channel})
        self.support = Support(
            self.world,
            self.config,
            self.information,
            briefing_hours=0.0,
            briefing_period=WEEK,
            single_view=0.3,
        )
        self.times = [8.0 + 10.0 * (call + 0.5) / calls for call in range(calls)]
        self.world.every(DAY, self._day, first=start, rank=-1)  # type: ignore[arg-type]
        if told is not None:
            self.information.send(
                "campaign_plan", "marketing", {"orders_per_week": np.full(6, told)},
                dates={"onset": 5 * WEEK},
            )  # fmt: skip

    def _day(self) -> None:
        if self.times:
            self.support.receive(contacts([self.world.now + time for time in self.times]))

    def wants_after(self, weeks: float) -> float:
        self.world.run(until=weeks * WEEK + 1.0)
        return self.support.staffing.wanted


def fewest(calls: float, **limits: float) -> float:
    """The headcount that Erlang A asks for by hand: 12 hours a day, 42 duty hours per agent."""
    rate, patience = calls / 12.0, firm().support.patience.mean
    usual = firm().support.staffing
    heads = 1
    while True:
        line = waiting_line(rate, 0.5, heads, patience)
        if (
            line.probability_of_abandonment <= limits.get("abandonment", usual.most_abandonment)
            and 0.5 * rate <= limits.get("occupancy", usual.most_occupancy) * heads
        ):
            return ceil(2.0 * heads * 12.0 * 7 / 42.0 * limits.get("cover", 1.0)) / 2.0
        heads += 1


def test_the_plan_is_the_fewest_agents_at_whom_erlang_a_keeps_the_limits() -> None:
    assert Planned().wants_after(4) == fewest(100)
    assert Planned(300).wants_after(4) == fewest(300)
    assert fewest(300) > 2 * fewest(100)


def test_the_first_plan_waits_for_the_end_of_the_warm_up() -> None:
    planned = Planned(start=-8 * WEEK)
    assert planned.wants_after(3.9) == 10.0
    assert planned.wants_after(4) == fewest(100) != 10.0


@pytest.mark.parametrize(
    ("key", "name", "value"),
    [("most_abandonment", "abandonment", 0.01), ("most_occupancy", "occupancy", 0.5)],
)
def test_a_stricter_limit_asks_for_more(key: str, name: str, value: float) -> None:
    strict = Planned(**{f"staffing__{key}": value}).wants_after(4)
    assert strict == fewest(100, **{name: value})
    assert strict > fewest(100)


def test_the_plan_covers_those_who_usually_leave_before_a_successor_can_work() -> None:
    """At 26 weeks to hire, the first plan wants 1 - exp(-.35 / 2) = 16 % more."""
    covered = Planned(staffing__hiring=26 * WEEK, crew__quitting=0.35 / (52 * WEEK))
    for agent in covered.support.crew.agents:
        agent.joined = -inf
    assert covered.wants_after(4) == fewest(100, cover=1.0 + 1.0 - exp(-0.35 / 2))


def test_the_plan_counts_the_time_that_newcomers_take() -> None:
    year = {"crew__novice_period": YEAR, "crew__learning_period": YEAR}
    slow = Planned(200, **year)
    fte = [agent.fte for agent in slow.support.crew.agents]
    slow.support.crew.agents.clear()
    for each in fte:
        slow.support.crew.join(each)
    assert slow.support.crew.speed() == pytest.approx(0.53)
    assert slow.wants_after(4) > 1.5 * fewest(200)


def test_endless_patience_is_staffed_by_occupancy_alone() -> None:
    calm = Planned(patience=but(a_config(), staffing__review=0.0).patience)
    assert calm.config.patience.mean == inf
    assert calm.wants_after(4) == ceil(2 * ceil(100 / 12 * 0.5 / 0.8) * 84 / 42) / 2


def test_nobody_is_wanted_for_contacts_that_never_come_and_nobody_is_dismissed() -> None:
    quiet = Planned(1)
    assert quiet.wants_after(4) < 10.0
    assert quiet.support.crew.employed == 10.0


def test_a_team_without_a_plan_stays_as_it_is() -> None:
    still = Planned(1000, staffing__review=0.0)
    assert still.wants_after(12) == 10.0
    assert seen(still.world, AgentHired)["time"].size == 0


def test_what_was_planned_works_after_the_hiring_time() -> None:
    slow = Planned(300, staffing__hiring=6 * WEEK)
    assert slow.wants_after(9.9) == fewest(300)
    assert slow.support.crew.employed == 10.0
    slow.world.run(until=10 * WEEK + 1.0)
    assert slow.support.crew.employed == fewest(300)
    assert slow.support.agents.heads == 0  # at night
    slow.world.run(until=10 * WEEK + 12.0)
    assert slow.support.agents.heads == int(5 * fewest(300) / 10)


def test_reports_that_take_two_weeks_see_what_was_two_weeks_ago() -> None:
    late = Planned(100, staffing__reporting=2 * WEEK, staffing__smoothing=1.0)
    late.world.at(2.5 * WEEK, late.times.extend, [12.0] * 500)
    assert late.wants_after(4) == fewest(100)
    assert late.wants_after(8) > fewest(100)


def test_a_campaign_is_staffed_for_only_if_it_was_told() -> None:
    """2,100 orders a week of .6 contacts: 180 calls a day more in the weeks 5 to 10."""
    told = Planned(told=2100.0, staffing__contacts_per_niche_order=0.6)
    # The weeks 4 to 7 from the first review on: three of the four are the campaign's.
    assert told.wants_after(4) == fewest(100 + 0.75 * 180)
    assert Planned().wants_after(4) == fewest(100)
    # When it is over, less is wanted than is seen: the picture is still the campaign's.
    assert Planned(told=0.0).wants_after(4) == fewest(100)


# -- overtime --------------------------------------------------------------------------------------


def test_overtime_covers_the_missing_hours_up_to_its_limit_and_is_paid_dearer() -> None:
    world, support, paid = an_office(
        agents=SHIFTS,
        salary=8760.0 / WEEK,
        staffing__overtime=0.15,
        patience=firm().support.patience,
    )
    # 12 x 5 hours a day: 126 calls of half an hour on each day of the first week are 5 % too many.
    support.receive(contacts([d * DAY + 8 + c * 0.085 for d in range(7) for c in range(126)]))
    world.run(until=WEEK + 1.0)
    assert support.staffing.overtime == pytest.approx(0.05)
    assert sum(heads_by_day(support.staffing.roster())) == int(35 * 1.05)
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
        agents=nine_half_days, staffing__overtime=0.15, crew__fatigue_loss=0.0
    )
    support.receive(contacts([hour / 10.0 for hour in range(10 * 4 * 168)]))
    for week in range(1, 5):
        world.run(until=week * WEEK + 1.0)
        asked, boundary = 5 / 4.5, 1.2 / 1680
        assert asked - boundary <= 1.0 + support.staffing.overtime
        assert 1.0 + support.staffing.overtime <= asked * 840 / (840 - 12) + boundary


def test_without_overtime_agreed_nobody_stays_longer() -> None:
    world, support, _ = an_office(agents=SHIFTS)
    support.receive(contacts([8.0 + 0.01 * call for call in range(1000)]))
    world.run(until=2 * WEEK)
    assert support.staffing.overtime == 0.0
    assert support.staffing.roster() is support._config.agents


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
