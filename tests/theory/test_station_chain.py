"""Departments in a row, by configuration alone: repeat contacts and perfect orders (RC-28, RC-30).

False alarms and run length as in `test_pool_against_erlang`: an error of 3 % in any of the shares
that a result is made of would be found.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from orgsim.analysis import theory
from orgsim.entities import Ints, Outcome
from orgsim.facts import ContactHandled, ContactMade
from orgsim.kpis import KPIS
from orgsim.kpis.base import Columns, Window
from orgsim.kpis.identities import is_among
from orgsim.kpis.joins import key_of
from orgsim.organisation import simulate
from orgsim.units import DAY, WEEK
from tests.theory.departments_alone import columns, lone
from tests.theory.tools import PLANTED, Simulated, assert_matches, over_ratios

PERFECT = {"in time": 0.98, "complete": 0.97, "documents": 0.99 * 0.82}


def asked_again(solved: float, back: float) -> dict[str, Simulated]:
    """Two weeks of customers' questions to a team without queues; who is not helped asks again."""
    scenario = lone(
        "customers,support",
        "{kind: poisson, rate: 0/d, to: contacts, segment: base}",
        (
            "customers.count=2000",
            "customers.usual.weeks=1",
            "customers.loyalty.churn=0/d",
            "customers.loyalty.reorder=0/d",
            "customers.contact.general=0.2/d",
            f"customers.contact.repeat={back}",
            "customers.contact.repeat_after=0h",
            "support.agents={Mon-Sun 00-24: 500}",
            "support.contained_share=0",
            "support.handle_time={kind: fixed, mean: 1min}",
            f"support.resolution={solved}",
        ),
        2,
    )
    rows = []
    for replication in range(20):
        made, handled = columns(scenario, replication, ContactMade, ContactHandled)
        is_first = made["attempt"] == 0
        late = made["time"] > 2 * WEEK - DAY  # may not be over at the horizon
        mine = ~is_among(_problem(made), _problem(made)[is_first & late])
        done = ~is_among(_problem(handled), _problem(made)[is_first & late])
        unsolved = np.count_nonzero(done & (handled["outcome"] != Outcome.RESOLVED))
        firsts = np.count_nonzero(mine & is_first)
        rows.append((np.count_nonzero(mine), firsts, unsolved, np.count_nonzero(done)))
    contacts, issues, unsolved, answers = np.array(rows, dtype=float).T
    return {
        "contacts": over_ratios(contacts, issues),
        "solved": over_ratios(answers - unsolved, answers),
        "returns": over_ratios(contacts - issues, unsolved),
    }


def by_formula(solved: float, back: float) -> dict[str, float]:
    contacts = theory.contacts_per_issue(solved, back)
    return {"contacts": contacts, "solved": solved, "returns": back}


def _problem(contacts: Columns) -> Ints:
    return key_of(contacts, "customer", "nth")


@pytest.mark.parametrize(
    ("solved", "back"),
    [
        pytest.param(0.75, 0.9, marks=pytest.mark.long),
        (0.7, 0.85),
        pytest.param(0.5, 0.9, marks=pytest.mark.long),
        pytest.param(0.4, 0.95, marks=pytest.mark.long),
    ],
)
def test_rc28_whoever_is_not_helped_asks_again_as_often_as_the_table_says(
    solved: float, back: float
) -> None:
    more = 1.0 + PLANTED
    assert_matches(
        asked_again(solved, back),
        by_formula(solved, back),
        {
            "problems solved": by_formula(solved * more, back),
            "returns": by_formula(solved, back * more),
        },
    )


def perfect_orders(in_time: float, complete: float, documents: float) -> Simulated:
    """What sales wins is packed, and some of it wrong; sent, and some of it by a slow van.

    Documents are in order where two promised fields reach the record, each with the same chance.
    """
    days = f"{{kind: discrete, values: [1, 40], weights: [{in_time}, {1.0 - in_time}]}}"
    scenario = lone(
        "marketing,sales,logistics",
        "{kind: poisson, rate: 150/d, to: leads, segment: niche}",
        (
            "marketing.capability.speed=0.6",  # seven days are promised
            "marketing.headline={price: 0, speed: 0, reliability: 0, fit: 0, knowledge: 0}",
            "sales.web_share=0",  # a rep adds to the claim: there is something to write down
            "sales.incentives.pressure=0",
            "sales.hours=always",
            "sales.reps={Mon-Sun 00-24: 50}",
            "sales.handle_time={kind: fixed, mean: 1min}",
            "sales.niche.win_intercept=3",
            f"organisation.handoff.order_fields={math.sqrt(documents)!r}",
            "logistics.chassis.opening_stock=20000",
            "logistics.kit.opening_stock=20000",
            f"logistics.error_share={1.0 - complete}",
            f"logistics.carrier.standard={days}",
            f"logistics.carrier.express={days}",
        ),
        3,
    )
    (kpi,) = (kpi for kpi in KPIS if kpi.name == "perfect_orders")
    rows = []
    for replication in range(20):
        ratio = kpi.measure(Window(scenario, simulate(scenario, replication)), "niche")
        rows.append((ratio.numerator.sum(), ratio.denominator.sum()))
    perfect, due = np.array(rows).T
    return over_ratios(perfect, due)


def test_rc30_a_perfect_order_is_as_rare_as_the_product_of_its_parts() -> None:
    found = perfect_orders(*PERFECT.values())
    expected = theory.perfect_order(PERFECT.values())
    assert expected == pytest.approx(0.7717, abs=5e-5)
    planted = {part: {"perfect": expected * (1.0 - PLANTED)} for part in PERFECT}
    assert_matches({"perfect": found}, {"perfect": expected}, planted)


@pytest.mark.long
def test_a_planted_error_of_three_percent_in_a_part_of_a_perfect_order_is_really_found() -> None:
    worse = perfect_orders(0.98, 0.97 * (1.0 - PLANTED), 0.99 * 0.82)
    expected = theory.perfect_order(PERFECT.values())
    with pytest.raises(AssertionError, match="allowed difference"):
        assert_matches({"perfect": worse}, {"perfect": expected}, {})
