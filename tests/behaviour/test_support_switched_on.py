"""Support with every mechanism switched on at once: nothing is lost, and nothing is left to chance.

The baseline's own values keep them off; here are those of the specification (MODEL M4.1-M4.10).
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from orgsim.config.schema import Scenario
from orgsim.entities import ContactChannel, RecoveryTool
from orgsim.facts import AgentHired, AgentLeft, CallAbandoned, ContactMade, RecoveryGiven
from orgsim.kernel.journal import Journal
from orgsim.kpis import Measures, measure
from orgsim.organisation import simulate
from tests.unit.parts import firm

SWITCHED_ON = (
    "support.channels.chat_share=0.20",
    "support.channels.retail_share=0.05",
    "support.email_share=0.20",
    "support.channels.silent_share=0.5",
    "support.channels.quality.self_service=0.9",
    "support.urgency.niche=2",
    "support.urgency.other=3",
    "support.staffing.review=28d",
    "support.staffing.overtime=0.15",
    "support.crew.quitting=0.35/y",
    "support.crew.occupancy_strain=1",
    "support.crew.rage_strain=0.01",
    "support.pressure.elasticity=-0.64",
    "support.recovery.empowerment=0.2",
    "customers.contact.change_channel=0.2",
    "customers.contact.ends_with_delivery=1",
    "customers.memory.satisfaction.journey=0.5",
)
SHORT = ("run.weeks=16", "run.warmup=4w")


@cache
def lived(*overrides: str) -> tuple[Scenario, Journal, Measures]:
    scenario = firm(*SHORT, *overrides)
    journal = simulate(scenario, 0)
    return scenario, journal, measure(scenario, journal)


def total(measures: Measures, kpi: str) -> float:
    names = list(zip(measures.totals["kpi"], measures.totals["segment"], strict=True))
    return float(measures.totals["value"][names.index((kpi, "all"))])


def test_every_balance_holds_with_everything_switched_on() -> None:
    _, _, measures = lived(*SWITCHED_ON)
    failed = [
        check
        for check, passed in zip(measures.audit["check"], measures.audit["passed"], strict=True)
        if not passed
    ]
    assert failed == []


def test_every_mechanism_leaves_its_trace() -> None:
    _, journal, _ = lived(*SWITCHED_ON)
    channels = journal.columns(ContactMade)["channel"]
    assert set(channels.tolist()) == set(ContactChannel)
    assert set(journal.columns(RecoveryGiven)["tool"].tolist()) == set(RecoveryTool)
    assert journal.columns(AgentLeft)["time"].size > 0
    assert journal.columns(AgentHired)["time"].size > 0
    assert journal.columns(CallAbandoned)["time"].size > 0


def test_the_same_run_gives_the_same_facts() -> None:
    scenario, journal, _ = lived(*SWITCHED_ON)
    again = simulate(scenario, 0)
    for kind in journal.kinds():
        before, after = journal.columns(kind), again.columns(kind)
        assert all(np.array_equal(before[name], after[name]) for name in before), kind


def test_a_healthy_firm_stays_healthy_with_everything_switched_on() -> None:
    """MODEL U1, U2: little is given up, agents are neither idle nor swamped, standards hold."""
    _, _, measures = lived(*SWITCHED_ON)
    assert total(measures, "abandonment") < 0.10
    assert 0.65 < total(measures, "occupancy") < 0.85
    assert total(measures, "service_standard") > 0.995


@pytest.mark.parametrize(
    "lever",
    [
        "support.channels.silent_share=0.5",  # nobody chats
        "support.urgency.niche=2",  # nobody else is in a lower class
        "support.crew.overtime_strain=1",  # there is no overtime
        "support.crew.novice_skill=0.2",  # there are no newcomers
        "support.recovery.credit=99",  # nobody may give one
        "support.pressure.floor=0.5",  # nobody hurries
        "support.staffing.most_occupancy=0.5",  # nobody plans
        "support.channels.quality.chat=0.1",
    ],
)
def test_a_lever_that_has_nothing_to_move_moves_nothing(lever: str) -> None:
    _, journal, _ = lived()
    moved = simulate(firm(*SHORT, lever), 0)
    for kind in journal.kinds():
        before, after = journal.columns(kind), moved.columns(kind)
        assert all(np.array_equal(before[name], after[name]) for name in before), kind
