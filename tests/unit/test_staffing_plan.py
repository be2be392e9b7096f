"""How many agents support wants, and when it has them (MODEL M4.3)."""

from __future__ import annotations

from math import ceil, exp, inf

import numpy as np
import pytest

from orgsim.departments.support import Support
from orgsim.facts import AgentHired
from orgsim.governance.information import Information
from orgsim.kernel.queueing import waiting_line
from orgsim.units import DAY, WEEK, YEAR
from orgsim.weekly import Weekly
from tests.unit.parts import a_channel, a_world, but, firm, seen
from tests.unit.test_support import a_config, contacts

SHIFTS = Weekly.parse({"Mon-Sun 08-20": 5})


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
    slow.support.staffing.reroster()
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
