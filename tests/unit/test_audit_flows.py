"""The audit of what waits or travels: an hour, a week or a queue astray has nowhere to hide."""

from __future__ import annotations

import gc

import numpy as np
import pytest

from orgsim.facts import (
    CallAnswered,
    ContactHandled,
    LeadLost,
    LeadWon,
    OrderAllocated,
    OrderBackordered,
    OrderPlaced,
)
from orgsim.kernel.resources import Pool, Waiting
from orgsim.kpis.audit import audit
from orgsim.kpis.base import Columns, Window
from orgsim.kpis.flows import Flow, flow_checks
from orgsim.organisation import Organisation, simulate
from tests.theory.departments_alone import lone
from tests.unit.audited import QUEUES, SCENARIO, a_run, failed, moved

SECOND = 1.0 / 3600.0


def test_a_flow_that_this_organisation_lacks_the_parts_for_is_not_checked() -> None:
    elsewhere = Flow(name="nowhere", parts=frozenset({"returns"}), enters=OrderPlaced)
    assert not list(flow_checks(Window(SCENARIO, a_run()), [elsewhere]))


def test_a_second_on_hold_that_is_not_between_call_and_answer_is_found() -> None:
    found = {"callers waiting: time recorded = from coming to going"}
    assert failed({CallAnswered: moved("waited", 5, SECOND)}) == found
    assert failed({CallAnswered: moved("time", 5, SECOND)}) == found


def test_a_second_that_an_order_waited_for_its_parts_and_nobody_counted_is_found() -> None:
    keys = ("customer", "nth")
    allocated, missing = (a_run().columns(kind) for kind in (OrderAllocated, OrderBackordered))
    orders = set(zip(*(missing[name].tolist() for name in keys), strict=True))
    theirs = zip(*(allocated[name].tolist() for name in keys), strict=True)
    at = next(row for row, order in enumerate(theirs) if order in orders)
    timed = "orders without parts: time recorded = from coming to going"
    counted = "orders without parts: hours stayed = hours counted"
    assert failed({OrderAllocated: moved("waited", at, SECOND)}) == {timed}
    assert failed({OrderAllocated: moved("time", at, SECOND)}) == {timed, counted}


def test_a_contact_handled_in_another_channel_than_it_was_made_in_is_found() -> None:
    def by_another(columns: Columns) -> Columns:
        channel = columns["channel"].copy()
        channel[0] = 1 - channel[0]
        return {**columns, "channel": channel}

    name = "contacts in hand: who leaves has entered, and once"
    assert name in failed({ContactHandled: by_another})


def test_a_lead_that_was_won_and_lost_is_found() -> None:
    won = a_run().columns(LeadWon)

    def lost_as_well(columns: Columns) -> Columns:
        return {name: np.append(column, won[name][0]) for name, column in columns.items()}

    name = "leads in hand: who leaves has entered, and once"
    assert name in failed({LeadLost: lost_as_well})


def test_no_queue_of_the_organisation_escapes_the_audit() -> None:
    """Everything in the kernel that keeps a queue and belongs to this firm is read by a gauge."""
    organisation = Organisation(SCENARIO, 0)
    kinds = (Pool, Waiting)
    kept = [o for o in gc.get_objects() if isinstance(o, kinds) and o.world is organisation.world]
    assert len(kept) == len(QUEUES), [getattr(o, "name", "") for o in kept]


def test_what_happens_as_a_week_ends_belongs_to_the_next() -> None:
    """Demand and deliveries at midnight: gauges are read before anything else of that instant."""
    at_midnight = lone(
        "logistics,supplier",
        "{kind: normal_daily, mean: 40, deviation: 6, to: orders, segment: base}",
        (
            "logistics.chassis.policy={kind: base_stock, level: 80, review: 0h}",
            "logistics.chassis.opening_stock=80",
            "supplier.chassis={capacity: null, transit: {kind: fixed, mean: 2d}, crossing: true}",
        ),
        3,
    )
    checks = audit(Window(at_midnight, simulate(at_midnight, 0)))
    assert all(checks["passed"])


@pytest.mark.parametrize("pool", QUEUES)
def test_an_hour_of_waiting_that_nobody_waited_is_found(pool: str) -> None:
    assert failed(gauge=f"queue_hours {pool}") == {f"queue {pool}: L = lambda W (hours)"}
