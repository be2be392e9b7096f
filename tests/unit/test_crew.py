"""Newcomers, fatigue and leaving (MODEL M4.7, M4.9)."""

from __future__ import annotations

from math import exp

import numpy as np
import pytest

from orgsim.departments.crew import Crew, CrewConfig
from orgsim.kernel.distributions import Never
from orgsim.kernel.world import World
from orgsim.units import DAY, WEEK, YEAR
from tests.unit.parts import Z, a_world, but, firm
from tests.unit.test_staffing import an_office
from tests.unit.test_support import contacts

USUAL = firm().support.crew
TIRED = but(USUAL, occupancy_strain=1.0)


def a_crew(config: CrewConfig = USUAL, fte: float = 16.5) -> tuple[World, Crew]:
    world = a_world()
    return world, Crew(world, config, fte)


def test_a_rested_tenured_team_works_at_its_full_speed_and_nobody_leaves() -> None:
    _, crew = a_crew()
    assert [crew.close_week(0.9, 0.0) for _ in range(520)] == [[]] * 520
    assert (crew.speed(), crew.fatigue, crew.employed) == (1.0, 0.0, 16.5)


def test_a_half_job_counts_as_half_an_agent() -> None:
    _, crew = a_crew()
    assert [agent.fte for agent in crew.agents] == [1.0] * 16 + [0.5]
    assert a_crew(fte=0.0)[1].agents == []


@pytest.mark.parametrize(
    ("days", "speed"),
    [(0, 0.53), (30, 0.53), (167, 0.53 + 0.47 / 2), (304, 1.0), (900, 1.0)],
)
def test_a_newcomer_is_slow_in_the_first_month_and_as_fast_as_any_after_ten(
    days: float, speed: float
) -> None:
    world, crew = a_crew(fte=1.0)
    crew.join(1.0)
    world.run(until=days * DAY + 1e-9)
    assert crew.speed() == pytest.approx((1.0 + speed) / 2.0)
    assert crew.employed == 2.0


def test_an_opening_team_that_people_leave_has_the_tenures_of_one_in_balance() -> None:
    """Exponential: half have been here for less than log 2 / rate, and their speed is its mean."""
    rate = 0.35 / YEAR
    world, crew = a_crew(but(USUAL, quitting=rate), fte=2000.0)
    tenures = np.array([world.now - agent.joined for agent in crew.agents])
    for share in (0.25, 0.5, 0.9):
        expected = 1.0 - np.exp(-rate * np.quantile(tenures, share))
        assert expected == pytest.approx(share, abs=1e-3)
    times = np.linspace(0.0, 60.0 / rate, 2_000_001)
    skill = 0.53 + 0.47 * np.clip((times - 30 * DAY) / (274 * DAY), 0.0, 1.0)
    mean = np.trapezoid(skill * rate * np.exp(-rate * times), times)
    assert crew.speed() == pytest.approx(mean, abs=1e-3)


def test_below_the_limit_and_without_overtime_nobody_tires() -> None:
    _, crew = a_crew(TIRED)
    for _ in range(52):
        crew.close_week(0.85, 0.0)
    assert crew.fatigue == 0.0


def test_fatigue_follows_its_equation_exactly() -> None:
    """dF/dt = (.95 - .85) + .5 x .15 - F / 4 weeks, from 0: F = .7 (1 - exp(-t / 4))."""
    _, crew = a_crew(TIRED)
    for _ in range(6):
        crew.close_week(0.95, 0.15)
    assert crew.fatigue == pytest.approx(0.7 * (1.0 - exp(-1.5)))
    assert crew.speed() == pytest.approx(1.0 - 0.3 * crew.fatigue)
    tired = crew.fatigue
    for _ in range(4):
        crew.close_week(0.5, 0.0)
    assert crew.fatigue == pytest.approx(tired * exp(-1.0))


def test_fatigue_has_an_end() -> None:
    _, crew = a_crew(but(TIRED, occupancy_strain=100.0))
    crew.close_week(1.0, 1.0)
    assert crew.fatigue == 1.0
    assert crew.speed() == pytest.approx(0.7)


def test_customers_in_a_rage_tire_the_agent_they_meet() -> None:
    _, crew = a_crew(but(USUAL, rage_strain=0.01), fte=10.0)
    for satisfaction in (2.9, 2.9, 3.0, 8.0):
        crew.endure(satisfaction)
    crew.close_week(0.5, 0.0)
    assert crew.fatigue == pytest.approx(2 * 0.01 / 10)
    crew.close_week(0.5, 0.0)
    assert crew.fatigue == pytest.approx(0.002 * exp(-0.25))


def stays(fatigue_quitting: float, occupancy: float) -> list[int]:
    """Weeks until each of 2 000 agents has left, at most two years."""
    config = but(TIRED, quitting=0.35 / YEAR, fatigue_quitting=fatigue_quitting)
    _, crew = a_crew(config, fte=2000.0)
    weeks: list[int] = []
    for week in range(1, 105):
        weeks += [week] * len(crew.close_week(occupancy, 0.0))
    assert crew.employed == 2000 - len(weeks)
    return weeks


def test_how_long_rested_agents_stay_is_exponential() -> None:
    left = stays(3.0, 0.8)
    for year in (0.5, 1.0, 2.0):
        gone = 1.0 - exp(-0.35 * year * 52 * WEEK / YEAR)
        error = np.sqrt(gone * (1 - gone) / 2000)
        share = sum(week <= year * 52 for week in left) / 2000
        assert share == pytest.approx(gone, abs=Z * error)


def test_tired_agents_leave_the_sooner_and_the_same_ones_first() -> None:
    calm, tired = stays(3.0, 0.8), stays(3.0, 1.0)
    assert len(tired) > len(calm)
    indifferent = stays(0.0, 1.0)
    assert indifferent == calm
    fatigue, hazard = 0.0, 0.0
    for _ in range(20):
        fatigue = fatigue * exp(-0.25) + 0.15 * 4.0 * (1.0 - exp(-0.25))
        hazard += 0.35 * WEEK / YEAR * exp(3.0 * fatigue)
    gone = 1.0 - exp(-hazard)
    share = sum(week <= 20 for week in tired) / 2000
    assert share == pytest.approx(gone, abs=Z * np.sqrt(gone * (1 - gone) / 2000))


@pytest.mark.parametrize(("share", "leave"), [(0.0, 0), (0.2, 3), (0.5, 8), (1.0, 17)])
def test_a_wave_of_resignations_takes_its_share_of_heads(share: float, leave: int) -> None:
    _, crew = a_crew()
    gone = crew.resign(share)
    assert len(gone) == leave
    assert crew.employed == pytest.approx(16.5 - sum(agent.fte for agent in gone))
    assert {agent.id for agent in crew.agents}.isdisjoint(agent.id for agent in gone)


def test_a_larger_wave_takes_the_same_agents_and_some_more() -> None:
    small, large = ({agent.id for agent in a_crew()[1].resign(share)} for share in (0.2, 0.6))
    assert small < large


def test_a_second_wave_takes_newcomers_and_those_whom_the_first_left_alike() -> None:
    _, crew = a_crew()
    for _ in range(400):
        crew.join(1.0)
    crew.resign(0.5)
    left = {agent.id for agent in crew.agents}
    for _ in range(200):
        crew.join(1.0)
    gone = [agent.id for agent in crew.resign(0.5)]
    stayed = sum(number in left for number in gone)
    # Hypergeometric: half of the 208 veterans, +- 4 standard errors of 5.1.
    assert stayed == pytest.approx(0.5 * len(left), abs=4 * 5.1)


# -- strain, as the whole team feels it ----------------------------------------------------------

STRAIN = {
    "crew__occupancy_limit": 0.85,
    "crew__occupancy_strain": 1.0,
    "crew__overtime_strain": 0.5,
    "crew__fatigue_loss": 0.0,
    "staffing__overtime": 0.15,
    "patience": Never(kind="never"),
}


def test_what_the_week_asked_of_the_team_is_what_tires_it() -> None:
    """dF/dt = (occupancy - .85) + .5 overtime - F / 4 weeks (MODEL M4.9): busy without a pause."""
    world, support, _ = an_office(agents=10, **STRAIN)
    support.receive(contacts([0.0] * 10_000))
    fatigue = 0.0
    for week, overtime in enumerate((0.0, 0.15)):
        world.run(until=(week + 1) * WEEK + 1.0)
        fatigue = fatigue * exp(-0.25) + (0.15 + 0.5 * overtime) * 4.0 * (1.0 - exp(-0.25))
        assert support.crew.fatigue == pytest.approx(fatigue)


@pytest.mark.parametrize(("satisfaction", "tires"), [(2.9, True), (3.0, False)])
def test_a_contact_with_a_customer_in_a_rage_tires_the_team(
    satisfaction: float, tires: bool
) -> None:
    world, support, _ = an_office(agents=10, crew__rage_strain=0.01)
    support.mood = lambda ticket: satisfaction
    support.receive(contacts([1.0] * 30))
    world.run(until=WEEK + 1.0)
    assert support.crew.fatigue == (pytest.approx(30 * 0.01 / 10) if tires else 0.0)
