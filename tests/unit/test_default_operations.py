"""Numbers of the default firm's operations that follow from one another (MODEL s.3, s.4, s.11).

A value that somebody changes alone makes the comment beside it untrue; here it is noticed.
"""

from __future__ import annotations

from math import exp

import pytest

from orgsim.config.compose import resolve
from orgsim.departments.crew import Crew
from orgsim.units import DAY, WEEK, YEAR
from tests.unit.parts import a_world

FIRM = resolve("baseline", []).scenario
WORKING_DAY = 7.5
"""Hours of a working day; five of them a week, of which 30 % is leave, illness and training."""


def test_the_shifts_are_the_hours_that_the_agents_on_the_payroll_can_work() -> None:
    """FTE x 7.5 h x .7 x 5/7 a day: 69 agent-hours (MODEL M4.3, U1)."""
    support = FIRM.support
    hours = support.payroll_fte * WORKING_DAY * 0.7 * 5
    assert support.agents.weekly_total == pytest.approx(hours, rel=0.005)


def test_a_full_briefing_takes_eight_percent_of_two_weeks_of_paid_hours() -> None:
    """MODEL M4.7; of the hours on the phones it is 11 %, since absence comes off those."""
    paid = 2 * 5 * WORKING_DAY
    assert FIRM.support.knowledge.full_briefing / paid == pytest.approx(0.08)


def test_a_point_of_occupancy_above_the_limit_costs_half_a_point_of_attrition() -> None:
    """In the long run, as the trade publishes (MODEL M4.9)."""
    config = FIRM.support.crew
    crew = Crew(a_world(), config, 0.0)
    for _ in range(100):
        crew.close_week(config.occupancy_limit + 0.01, 0.0)
    rested = config.quitting * YEAR
    assert 100.0 * rested * (exp(config.fatigue_quitting * crew.fatigue) - 1.0) == pytest.approx(
        0.5, abs=0.05
    )


def test_the_supplier_s_line_makes_thirty_percent_more_than_is_usually_asked_for() -> None:
    """kap = 3 640 a week (MODEL M3.4)."""
    usual = FIRM.logistics.chassis.opening_forecast
    assert (FIRM.supplier.chassis.capacity or 0.0) * DAY == pytest.approx(1.3 * usual)


def test_lead_time_and_its_spread_are_those_that_the_planner_reckons_with() -> None:
    """Made in 5.4 days of a week's work, then carried: 21 days in the mean (MODEL M3.3, M3.4).

    The usual wait at the line: an order of 2 800 units takes 2 800 / 520 days.
    """
    line, policy = FIRM.supplier.chassis, FIRM.logistics.chassis.policy
    making = FIRM.logistics.chassis.opening_forecast * WEEK / DAY / (line.capacity or 0.0)
    assert making + line.transit.mean == pytest.approx(policy.lead_time, rel=0.05)


def test_an_air_order_of_a_week_s_budget_takes_the_time_that_is_planned_with() -> None:
    """L_e = 7 days, the making included (MODEL M3.9)."""
    line, air = FIRM.supplier.chassis, FIRM.logistics.chassis.expedite
    flying = air.budget // air.surcharge
    making = flying / (line.capacity or 0.0)
    assert making + line.air_transit.mean == pytest.approx(air.lead_time, rel=0.01)


def test_six_days_at_the_benches_carry_seven_days_of_orders() -> None:
    """548 on each working day = 470 x 7/6 (MODEL S5)."""
    assert FIRM.logistics.capacity_per_day == pytest.approx(470.0 * 7.0 / 6.0, abs=0.5)
