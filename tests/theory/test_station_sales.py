"""The whole Sales department, by configuration alone, against the queue of its reps (RC-6)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from orgsim.facts import LeadTouched
from tests.theory.departments_alone import columns, exponential, lone, over_waits, poisson
from tests.theory.formulas import Line, line_by_formula, planted_in_line
from tests.theory.tools import Simulated, assert_matches

RC6 = Line(arrivals=20.0, service=1.0 / 3.0, servers=8)


def simulated(line: Line, *, weeks: int, warm_up: float) -> dict[str, Simulated]:
    scenario = lone(
        "sales",
        poisson(line.arrivals, "leads"),
        (
            "sales.web_share=0",
            "sales.hours=always",
            f"sales.reps={{Mon-Sun 00-24: {line.servers}}}",
            f"sales.handle_time={exponential(line.service)}",
        ),
        weeks,
    )
    visits = []
    for replication in range(30):
        (touched,) = columns(scenario, replication, LeadTouched)
        wait = np.where(touched["waited"] < 1e-9, 0.0, touched["waited"])  # a difference of times
        visits.append((touched["time"] - wait, wait, np.ones(wait.size)))
    return over_waits(visits, weeks, warm_up)


def assert_right(line: Line, *, weeks: int, warm_up: float) -> None:
    wrong = {error: line_by_formula(other) for error, other in planted_in_line(line).items()}
    assert_matches(simulated(line, weeks=weeks, warm_up=warm_up), line_by_formula(line), wrong)


def test_rc6_leads_wait_for_eight_reps_as_in_an_m_m_8_queue() -> None:
    assert_right(RC6, weeks=2, warm_up=24.0)


@pytest.mark.long
def test_rc6_two_more_leads_an_hour_nearly_triple_the_wait() -> None:
    assert_right(replace(RC6, arrivals=22.0), weeks=10, warm_up=72.0)
