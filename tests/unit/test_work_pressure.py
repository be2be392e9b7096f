"""Work pressure, corner-cutting and the erosion of standards (MODEL M4.8, U2, RC-26, RC-27)."""

from __future__ import annotations

from itertools import pairwise
from math import exp

import pytest

from orgsim.analysis.theory import erosion_path
from orgsim.config.compose import resolve
from orgsim.departments.work_pressure import (
    WorkPressure,
    WorkPressureConfig,
    hurry,
    standard_after,
)
from orgsim.errors import ConfigError
from orgsim.kernel.distributions import Never
from orgsim.units import NEVER, WEEK
from tests.unit.parts import but, firm
from tests.unit.test_staffing import an_office
from tests.unit.test_support import contacts

PUBLISHED = but(firm().support.pressure, elasticity=-0.64)


def lived(loads: list[float], config: WorkPressureConfig = PUBLISHED) -> WorkPressure:
    """A team that is asked each week for so many hours at its first standard, per hour it has."""
    pressure = WorkPressure(config)
    for load in loads:
        pressure.close_week(load * pressure.standard, 1.0)
    return pressure


@pytest.mark.parametrize(
    ("weeks", "printed"), [(4, 0.9782), (13, 0.9392), (26, 0.9009), (52, 0.8610)]
)
def test_rc26_a_fifth_too_much_work_erodes_the_standard(weeks: int, printed: float) -> None:
    standard = lived([1.2] * weeks).standard
    assert standard == pytest.approx(printed, abs=5e-5)
    assert standard == pytest.approx(erosion_path([1.2] * weeks)[-1], abs=1e-9)


def test_rc26_the_step_of_time_does_not_matter() -> None:
    at_once = standard_after(1.0, 1.2, 13.0, PUBLISHED)
    assert lived([1.2] * 13).standard == pytest.approx(at_once, abs=1e-12)


def test_rc26_the_first_answer_to_pressure_is_instant_and_bounded() -> None:
    assert hurry(1.2, PUBLISHED) == pytest.approx(0.88986, abs=5e-6)
    assert 1.0 / hurry(1.2, PUBLISHED) == pytest.approx(1.1238, abs=5e-5)
    assert hurry(100.0, PUBLISHED) == 0.72
    assert hurry(1.0, PUBLISHED) == hurry(0.2, PUBLISHED) == 1.0


def test_rc26_erosion_ends_where_the_work_fits() -> None:
    ended = lived([1.2] * 5000)
    assert ended.standard == pytest.approx(1.0 / 1.2, abs=1e-6)
    assert ended.time_taken == pytest.approx(ended.standard, abs=1e-6)


def test_rc27_what_thirteen_weeks_took_never_comes_back() -> None:
    after = lived([1.2] * 13 + [1.0] * 100)
    assert after.standard == pytest.approx(erosion_path([1.2] * 13)[-1], abs=1e-6)
    assert after.time_taken == after.standard  # nobody hurries any more
    assert after.quality == pytest.approx(0.969, abs=5e-4)


def test_standards_recover_where_somebody_restores_them() -> None:
    mended = lived([1.2] * 13 + [0.8] * 52, but(PUBLISHED, recovery=13.0))
    eroded = lived([1.2] * 13).standard
    assert 1.0 - mended.standard == pytest.approx((1.0 - eroded) * exp(-4.0))


def test_the_clip_holds_until_the_pressure_has_fallen_below_it() -> None:
    """Twice the work: the time falls by the floor's share until wp is .72^(1/-.64) = 1.671."""
    small, step = 1.0, 0.001
    for _ in range(round(26 / step)):
        pressure = 2.0 * small
        small += step / 18.83 * small * (hurry(pressure, PUBLISHED) - 1.0)
    assert standard_after(1.0, 2.0, 26.0, PUBLISHED) == pytest.approx(small, abs=1e-5)


def test_a_healthy_team_keeps_its_standard_for_ever() -> None:
    healthy = lived([0.78] * 520)
    assert (healthy.standard, healthy.time_taken, healthy.quality) == (1.0, 1.0, 1.0)


def test_without_elasticity_nothing_moves_whatever_the_load() -> None:
    off = lived([5.0] * 52, firm().support.pressure)
    assert (off.standard, off.time_taken, off.quality) == (1.0, 1.0, 1.0)


def test_more_work_never_leaves_more_time_or_a_higher_standard() -> None:
    ends = [lived([load] * 20) for load in (0.5, 1.0, 1.1, 1.3, 1.7, 3.0, 50.0)]
    for less, more in pairwise(ends):
        assert more.standard <= less.standard + 1e-12  # rounding
        assert more.time_taken <= less.time_taken + 1e-12


def test_a_team_with_nothing_to_do_may_be_careless_too() -> None:
    option = but(PUBLISHED, slack_loss=0.1)
    assert lived([0.85], option).quality == 1.0
    assert lived([0.425], option).quality == pytest.approx(0.95)
    assert lived([0.0], option).quality == pytest.approx(0.9)


def test_who_is_not_there_feels_no_pressure() -> None:
    pressure = WorkPressure(PUBLISHED)
    pressure.close_week(100.0, 0.0)
    assert (pressure.level, pressure.standard) == (0.0, 1.0)


@pytest.mark.parametrize("floor", [0.05, 1.0])
def test_the_floor_may_be_anywhere(floor: float) -> None:
    end = lived([3.0] * 52, but(PUBLISHED, floor=floor))
    assert 1.0 / 3.0 <= end.standard <= 1.0
    assert end.time_taken >= floor * end.standard


def test_a_standard_that_never_recovers_is_written_so() -> None:
    recovery = "support.pressure.recovery"
    assert resolve("baseline", [f"{recovery}=never"]).scenario.support.pressure.recovery == NEVER
    assert resolve("baseline", [f"{recovery}=26"]).scenario.support.pressure.recovery == 26.0
    with pytest.raises(ConfigError, match="write a number of weeks, or never"):
        resolve("baseline", [f"{recovery}=soon"])


PRESSED = {"pressure__elasticity": -0.64, "patience": Never(kind="never")}


@pytest.mark.parametrize(("calls", "is_too_much"), [(300, False), (500, True)])
def test_a_busy_hour_costs_no_standards_and_a_busy_week_does(calls: int, is_too_much: bool) -> None:
    """The pressure is that of the week (MODEL U2): one agent has time for 336 half hours."""
    world, support, _ = an_office(agents=1, **PRESSED)
    support.receive(contacts([1.0 + 0.001 * call for call in range(calls)]))
    world.run(until=WEEK + 1.0)
    assert support.pressure.level == pytest.approx(calls * 0.5 / WEEK)
    assert (support.pressure.standard < 1.0) is is_too_much
    assert (support.pressure.time_taken < 1.0) is is_too_much


@pytest.mark.parametrize(("joined", "skill"), [(True, 0.53), (False, 1.0)])
def test_the_hours_of_newcomers_count_for_as_much_as_they_get_done(
    joined: bool, skill: float
) -> None:
    """Of a week of one agent's hours: the same contacts press a team of newcomers twice as much."""
    world, support, _ = an_office(agents=1, payroll_fte=1.0, patience=Never(kind="never"))
    if joined:
        support.crew.agents.clear()
        support.crew.join(1.0)
    support.receive(contacts([1.0] * 40))
    world.run(until=WEEK + 1.0)
    assert support.pressure.level == pytest.approx(40 * 0.5 / (WEEK * skill))
