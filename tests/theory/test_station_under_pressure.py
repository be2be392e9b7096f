"""The Support department by configuration alone, where demand or its own state answers back.

RC-26 and RC-27 (standards that erode), redials (effective arrivals), patience as long as service.
False alarms and run length as in `test_pool_against_erlang`.
"""

from __future__ import annotations

import numpy as np
import pytest

from orgsim.analysis.theory import erosion_path
from orgsim.config.schema import Scenario
from orgsim.entities import ContactChannel, Outcome, Ticket
from orgsim.facts import CallAbandoned, CallAnswered, ContactHandled
from orgsim.kernel.queueing import effective_arrivals, waiting_line
from orgsim.kernel.world import Rank
from orgsim.organisation import Organisation, simulate
from orgsim.units import WEEK
from tests.theory.departments_alone import lone, support_alone
from tests.theory.formulas import Line
from tests.theory.tools import assert_agrees, over_ratios

LINE = Line(arrivals=20.0, service=0.5, servers=9, patience=0.5)


def pressed(weeks: int, *values: str) -> Scenario:
    """Five agents round the clock, an hour a contact, and one contact every ten minutes: 1.2."""
    return lone(
        "support",
        "{kind: renewal, gap: {kind: fixed, mean: 10min}, to: contacts, segment: base}",
        (
            "support.agents={always: 5}",
            "support.contained_share=0",
            "support.email_share=0",
            "support.handle_time={kind: fixed, mean: 1h}",
            "support.patience={kind: fixed, mean: 1h}",
            "support.pressure.elasticity=-0.64",
            "support.pressure.recovery=1000000000",
            *values,
        ),
        weeks,
    )


def after(scenario: Scenario) -> Organisation:
    organisation = Organisation(scenario, 0)
    organisation.run()
    return organisation


@pytest.mark.parametrize("weeks", [4, 13])
def test_rc26_a_swamped_station_erodes_its_standard_as_oliva_and_sterman_say(weeks: int) -> None:
    """One contact of the 1,008 a week falls on the week's boundary: hence one in a thousand."""
    pressure = after(pressed(weeks + 1)).support.pressure  # the last week is still open
    path = erosion_path([1.2] * weeks)
    assert pressure.level == pytest.approx(1.2 * path[-2], rel=1e-3)
    assert pressure.standard == pytest.approx(path[-1], rel=1e-3)


def test_rc26_who_hurries_serves_more() -> None:
    """TPO is .88986 of the usual hour after a week of pressure, less a week's erosion."""
    scenario = pressed(2)
    hours = simulate(scenario, 0).columns(ContactHandled)
    second = hours["handle_hours"][hours["time"] > WEEK + 3.0]
    eroded = erosion_path([1.2])[0]
    assert second == pytest.approx(eroded * (1.2 * eroded) ** -0.64, rel=1e-3)
    served = hours["time"].size - hours["handle_hours"][hours["time"] <= WEEK].size
    assert served == pytest.approx(5 * WEEK / second[0], rel=0.01)


def test_rc27_what_the_overload_took_is_not_given_back() -> None:
    """Five agents for eight weeks, then seven: work is no longer too much, and nothing returns."""
    organisation = Organisation(pressed(16), 0)
    organisation.world.at(8 * WEEK + 1.0, organisation.support.agents.set_heads, 7)
    organisation.run()
    pressure = organisation.support.pressure
    assert pressure.level < 0.9
    assert pressure.standard == pytest.approx(erosion_path([1.2] * 8)[-1], rel=2e-3)
    assert pressure.time_taken == pressure.standard


def test_callers_who_dial_again_until_they_are_served_swell_the_line() -> None:
    """Half of who gives up dials again much later: lambda / (1 - r P(abandon)), solved with it."""
    share, weeks = 0.5, 3
    rate = LINE.arrivals
    for _ in range(100):
        line = waiting_line(rate, LINE.service, LINE.servers, LINE.patience)
        rate = effective_arrivals(LINE.arrivals, share, line.probability_of_abandonment)
    lost, offered, hours = [], [], []
    for replication in range(12):
        organisation = Organisation(support_alone(LINE, weeks=weeks), replication)
        _redial(organisation, share)
        organisation.run()
        answered, abandoned = (
            organisation.world.journal.columns(kind) for kind in (CallAnswered, CallAbandoned)
        )
        late = [columns["time"] > WEEK for columns in (answered, abandoned)]
        lost.append(np.count_nonzero(late[1]))
        offered.append(np.count_nonzero(late[0]) + np.count_nonzero(late[1]))
        hours.append((weeks - 1) * WEEK)
    assert_agrees(over_ratios(offered, hours), rate, what="calls an hour, redials included")
    expected = line.probability_of_abandonment
    assert_agrees(over_ratios(lost, offered), expected, what="share of calls abandoned")
    assert rate > 1.02 * LINE.arrivals


def _redial(organisation: Organisation, share: float) -> None:
    world, support = organisation.world, organisation.support
    tries = world.draws.stream("test of redials")
    waits = world.draws.stream("test of waits")

    def hear(ticket: Ticket) -> None:
        key = (ticket.customer, ticket.occurrence)
        if ticket.outcome is Outcome.GIVEN_UP and tries.uniform(*key) < share:
            later = world.now - 20.0 * np.log(waits.uniform(*key))
            world.at(later, support.try_again, ticket, ContactChannel.PHONE)

    support.answer = hear


def test_where_patience_is_as_long_as_service_the_busy_line_is_a_poisson_count() -> None:
    """theta = mu: P(wait) = P(Poisson(A) >= N), for every N (MODEL M4.4)."""
    for servers in range(1, 25):
        line = waiting_line(20.0, 0.5, servers, 0.5)
        terms = np.cumsum([1.0, *(10.0 / n for n in range(1, servers))])
        below = np.cumprod([1.0, *(10.0 / n for n in range(1, servers))]).sum()
        assert terms.size == servers
        waits = 1.0 - below * np.exp(-10.0)
        assert line.probability_of_waiting == pytest.approx(waits, abs=1e-12)


def test_pressure_is_met_by_overtime_and_haste_at_once_and_by_hiring_last() -> None:
    """The three outlets of Oliva & Sterman (2001): two open with the next week, one much later."""
    scenario = pressed(
        13,
        "support.payroll_fte=20",
        "support.staffing.review=4w",
        "support.staffing.reporting=2w",
        "support.staffing.hiring=6w",
        "support.staffing.overtime=15%",
        "support.crew.novice_skill=1",
    )
    organisation = Organisation(scenario, 0)
    support, world = organisation.support, organisation.world
    began: dict[str, float] = {}

    def look() -> None:
        for outlet, is_used in (
            ("overtime", support.staffing.overtime > 0.0),
            ("haste", support.pressure.time_taken < 1.0),
            ("hiring", support.crew.employed > 20.0),
        ):
            if is_used:
                began.setdefault(outlet, world.now / WEEK)

    world.every(WEEK, look, first=world.now + 1.0, rank=Rank.NORMAL)
    organisation.run()
    assert {outlet: int(week) for outlet, week in began.items()} == {
        "overtime": 1,
        "haste": 1,
        "hiring": 10,
    }
