"""Where nothing fails nobody calls because of a failure (MODEL M4.1, U3).

A plain firm of 3 000 customers: everything is in stock and arrives in time, every contact is
solved at once by an agent who is there, no product is faulty and no bill is wrong. One thing that
fails is enough to bring failure demand back.
"""

from __future__ import annotations

import pytest

from orgsim.facts import ContactMade
from orgsim.kpis import measure
from orgsim.organisation import simulate
from tests.unit.parts import firm

PERFECT = (
    "run.weeks=3",
    "run.warmup=1w",
    "customers.count=3000",
    "customers.usual.weeks=20",
    "market.base_leads=25/d",
    "logistics.error_share=0",
    "logistics.hours=always",
    "logistics.carrier.pickup=always",
    "logistics.carrier.standard={kind: fixed, mean: 1}",
    "support.resolution=1",
    "support.blind_loss=0",
    "support.patience={kind: never}",
    "customers.contact.fault=0",
    "customers.contact.billing=0",
)


def failure_demand(*overrides: str) -> float:
    scenario = firm(*PERFECT, *overrides)
    journal = simulate(scenario, 0)
    assert journal.count(ContactMade) > 500
    totals = measure(scenario, journal).totals
    return dict(
        zip(zip(totals["kpi"], totals["segment"], strict=True), totals["value"], strict=True)
    )["failure_demand", "all"]


def test_without_lateness_faults_or_unsolved_problems_there_is_no_failure_demand() -> None:
    assert failure_demand() == 0.0


@pytest.mark.parametrize(
    "failing",
    [
        ("logistics.carrier.standard={kind: fixed, mean: 5}",),
        ("support.resolution=0.9",),
        ("customers.contact.fault=0.03",),
        ("customers.contact.billing=0.02",),
        ("support.patience={kind: fixed, mean: 1s}", "support.agents={Mon-Sun 08-20: 1}"),
    ],
)
def test_whatever_fails_brings_it_back(failing: tuple[str, ...]) -> None:
    assert failure_demand(*failing) > 0.0
