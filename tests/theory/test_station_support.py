"""The whole Support department, by configuration alone, against Erlang (RC-1..5, 7, 8, 29).

False alarms and run length as in `test_pool_against_erlang`. Two cases run in another unit of time
than the table prints: an hour stands for a minute (RC-1, RC-2), which changes no share.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from orgsim.facts import CallAbandoned, CallAnswered, ContactHandled
from tests.theory.departments_alone import columns, over_waits, support_alone
from tests.theory.formulas import Line, line_by_formula, planted_in_line
from tests.theory.tools import Simulated, assert_agrees, assert_matches, over_ratios

RC1 = Line(arrivals=48.0, service=1.0, servers=50)
RC3 = Line(arrivals=200.0, service=0.05, servers=12)
RC4 = Line(arrivals=16.0, service=0.1, servers=2)
RC5 = Line(arrivals=200.0, service=0.05, servers=10, patience=0.05)
RC7 = Line(arrivals=27.0, service=7.0 / 60.0, servers=5, patience=4.0 / 60.0)
RC8 = replace(RC7, service=9.8 / 60.0, servers=6)
RC29 = Line(arrivals=8.0, service=0.1, servers=1, service_law="gamma")
CRISIS = Line(arrivals=20.0, service=0.5, servers=5, patience=0.5)


def simulated(line: Line, *, weeks: int, warm_up: float) -> dict[str, Simulated]:
    scenario = support_alone(line, weeks=weeks)
    visits = []
    for replication in range(30):
        answered, abandoned = columns(scenario, replication, CallAnswered, CallAbandoned)
        wait = np.concatenate([answered["waited"], abandoned["waited"]])
        ended = np.concatenate([answered["time"], abandoned["time"]])
        served = np.arange(wait.size) < answered["waited"].size
        visits.append((ended - wait, wait, served))
    return over_waits(visits, weeks, warm_up)


def assert_right(line: Line, *, weeks: int, warm_up: float) -> None:
    wrong = {error: line_by_formula(other) for error, other in planted_in_line(line).items()}
    assert_matches(simulated(line, weeks=weeks, warm_up=warm_up), line_by_formula(line), wrong)


def test_rc4_two_agents_and_callers_who_never_give_up_make_an_m_m_2_queue() -> None:
    assert_right(RC4, weeks=3, warm_up=24.0)


def test_a_team_swamped_to_twice_its_size_loses_half_its_callers_as_erlang_a_says() -> None:
    assert_right(CRISIS, weeks=2, warm_up=12.0)


@pytest.mark.long
@pytest.mark.parametrize(
    ("line", "weeks", "warm_up"),
    [
        pytest.param(RC1, 3, 168.0, id="RC-1: fifty agents, endless patience"),
        pytest.param(replace(RC1, patience=2.0), 10, 24.0, id="RC-2: fifty agents, two minutes"),
        pytest.param(RC3, 1, 12.0, id="RC-3: twelve agents"),
        pytest.param(replace(RC3, servers=13), 1, 12.0, id="RC-3: thirteen agents"),
        pytest.param(replace(RC3, servers=14), 1, 12.0, id="RC-3: fourteen agents"),
        pytest.param(replace(RC5, servers=9), 1, 12.0, id="RC-5: nine agents"),
        pytest.param(RC5, 1, 12.0, id="RC-5: ten agents"),
        pytest.param(replace(RC5, servers=11), 1, 12.0, id="RC-5: eleven agents"),
        pytest.param(replace(RC5, servers=12), 2, 12.0, id="RC-5: twelve agents"),
        pytest.param(replace(RC5, servers=13), 3, 12.0, id="RC-5: thirteen agents"),
        pytest.param(RC29, 10, 48.0, id="RC-29: one agent, service of little spread"),
        pytest.param(RC7, 8, 12.0, id="RC-7: five agents at the default peak"),
        pytest.param(replace(RC7, servers=6), 20, 12.0, id="RC-7: six agents"),
    ],
)
def test_support_waits_and_loses_as_the_table_says(line: Line, weeks: int, warm_up: float) -> None:
    assert_right(line, weeks=weeks, warm_up=warm_up)


@pytest.mark.long
def test_rc8_agents_who_know_a_third_of_the_offer_lose_the_callers_of_longer_calls() -> None:
    """Handle time x (1 + u (1 - K)) = 7 x 1.4 = 9.8 min with u = .6, K = 1/3, and no learning."""
    weeks = 10
    scenario = support_alone(
        replace(RC8, service=RC7.service),
        "support.unfamiliar_effort=0.6",
        f"support.knowledge.uninformed={1.0 / 3.0!r}",
        "support.knowledge.contacts_to_learn=1000000000",
        weeks=weeks,
        segment="niche",
    )
    visits, hours, calls = [], [], []
    for replication in range(30):
        answered, abandoned, handled = columns(
            scenario, replication, CallAnswered, CallAbandoned, ContactHandled
        )
        wait = np.concatenate([answered["waited"], abandoned["waited"]])
        ended = np.concatenate([answered["time"], abandoned["time"]])
        visits.append((ended - wait, wait, np.arange(wait.size) < answered["waited"].size))
        hours.append(handled["handle_hours"].sum())
        calls.append(handled["handle_hours"].size)
    assert_agrees(over_ratios(hours, calls), 9.8 / 60.0, what="mean handle time")
    wrong = {error: line_by_formula(other) for error, other in planted_in_line(RC8).items()}
    assert_matches(over_waits(visits, weeks, 12.0), line_by_formula(RC8), wrong)
