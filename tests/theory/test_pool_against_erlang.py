"""The kernel's pools against the Erlang formulas: RC-1..8 and RC-29 of MODEL.md s.10.

Each comparison fails a correct program once in 10 000 runs (shared out over the measures compared),
and each run is long enough that an error of 3 % in the mean of the arrivals, of the service or of
the patience is found with a chance of 95 % at least.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from orgsim.analysis import theory
from tests.theory.bare_stations import simulate_line
from tests.theory.formulas import Line, line_by_formula, planted_in_line
from tests.theory.tools import assert_agrees, assert_matches

RC1 = Line(arrivals=48.0 * 60.0, service=1.0 / 60.0, servers=50)
RC2 = replace(RC1, patience=2.0 / 60.0)
RC3 = Line(arrivals=200.0, service=0.05, servers=12)
RC4 = Line(arrivals=16.0, service=0.1, servers=2)
RC5 = Line(arrivals=200.0, service=0.05, servers=10, patience=0.05)
RC6 = Line(arrivals=20.0, service=1.0 / 3.0, servers=8)
RC7 = Line(arrivals=27.0, service=7.0 / 60.0, servers=5, patience=4.0 / 60.0)
RC8 = replace(RC7, service=9.8 / 60.0, servers=6)
RC29 = Line(arrivals=8.0, service=0.1, servers=1, service_law="gamma")


def assert_right(line: Line, days: int, warm_up: float) -> None:
    simulated = simulate_line(line, replications=30, days=days, warm_up=warm_up)
    wrong = {error: line_by_formula(other) for error, other in planted_in_line(line).items()}
    assert_matches(simulated, line_by_formula(line), wrong)


@pytest.mark.parametrize(
    ("line", "days", "warm_up"),
    [
        pytest.param(RC4, 26, 30.0, id="RC-4: two servers, endless patience"),
        pytest.param(RC5, 4, 1.0, id="RC-5: ten agents, callers as patient as calls are long"),
        pytest.param(RC6, 18, 20.0, id="RC-6: eight reps"),
        pytest.param(RC29, 40, 20.0, id="RC-29: one server, service of little spread"),
    ],
)
def test_a_pool_waits_loses_and_works_as_the_formulas_say(
    line: Line, days: int, warm_up: float
) -> None:
    assert_right(line, days, warm_up)


@pytest.mark.long
@pytest.mark.parametrize(
    ("line", "days", "warm_up"),
    [
        pytest.param(RC1, 1, 4.0, id="RC-1: fifty agents, endless patience"),
        pytest.param(RC2, 2, 1.0, id="RC-2: fifty agents, patience of two minutes"),
        pytest.param(RC3, 3, 2.0, id="RC-3: twelve agents"),
        pytest.param(replace(RC3, servers=13), 4, 2.0, id="RC-3: thirteen agents"),
        pytest.param(replace(RC3, servers=14), 6, 2.0, id="RC-3: fourteen agents"),
        pytest.param(replace(RC5, servers=9), 3, 1.0, id="RC-5: nine agents"),
        pytest.param(replace(RC5, servers=11), 6, 1.0, id="RC-5: eleven agents"),
        pytest.param(replace(RC5, servers=12), 8, 1.0, id="RC-5: twelve agents"),
        pytest.param(replace(RC5, servers=13), 22, 1.0, id="RC-5: thirteen agents"),
        pytest.param(replace(RC6, arrivals=22.0), 60, 40.0, id="RC-6: eight reps under pressure"),
        pytest.param(RC7, 50, 2.0, id="RC-7: five agents at the default peak"),
        pytest.param(replace(RC7, servers=6), 120, 2.0, id="RC-7: six agents at the default peak"),
        pytest.param(RC8, 56, 2.0, id="RC-8: six agents who were not briefed"),
    ],
)
def test_the_other_reference_teams_do_as_the_formulas_say(
    line: Line, days: int, warm_up: float
) -> None:
    assert_right(line, days, warm_up)


def test_with_equal_patience_and_service_the_agents_of_rc5_never_matter_to_who_is_inside() -> None:
    """theta = mu: the number inside is Poisson(10) for any team, so waiting is its tail."""
    small = replace(RC5, servers=4)
    simulated = simulate_line(small, replications=30, days=1, warm_up=1.0)["share that waits"]
    below = theory.base_stock_poisson(10.0, 4).fill  # P(Poisson(10) < 4)
    assert_agrees(simulated, 1.0 - below, what="share that waits")
