"""The conservation audit: it passes a real run, and each check fails on a planted violation."""

from __future__ import annotations

from time import process_time

import numpy as np
import pytest

from orgsim.config.compose import resolve
from orgsim.entities import Account, Source
from orgsim.facts import (
    AccountClosed,
    AgentHired,
    AgentLeft,
    AmountPosted,
    CallAbandoned,
    CallAnswered,
    ContactHandled,
    ContactMade,
    GoodsOrdered,
    GoodsReceived,
    LeadCreated,
    LeadLost,
    LeadQualified,
    LeadTouched,
    LeadWon,
    OrderAllocated,
    OrderBackordered,
    OrderDelivered,
    OrderLost,
    OrderPicked,
    OrderPlaced,
    OrderShipped,
    OrderSubstituted,
)
from orgsim.facts_after_sale import (
    InvoicePaid,
    InvoiceSent,
    OrderSplit,
    OrderTakenOnAccount,
    RefundPaid,
    ReminderSent,
    RestDelivered,
    RestDropped,
    RestShipped,
    ReturnInspected,
    ReturnReceived,
    ReturnSent,
)
from orgsim.facts_of_customers import CustomerJoined, CustomerLeft
from orgsim.kpis.audit import audit
from orgsim.kpis.base import Columns, Window
from orgsim.kpis.flows import FLOWS
from orgsim.kpis.identities import Check
from orgsim.organisation import simulate
from orgsim.units import WEEK
from tests.unit.audited import (
    QUEUES,
    SCENARIO,
    Edit,
    a_run,
    all_but_a_cent,
    all_but_paid,
    drop,
    failed,
    first_reported,
    in_kind,
    more,
    moved,
    only_other,
    repeat,
)
from tests.unit.parts import firm


def test_a_run_of_the_model_passes_every_check() -> None:
    assert failed() == set()
    checks = {str(name) for name in audit(Window(SCENARIO, a_run()))["check"]}
    assert len(checks) > 60
    assert {f"queue {queue}: L = lambda W (hours)" for queue in QUEUES} <= checks
    assert all(any(name.startswith(f"{flow.name}:") for name in checks) for flow in FLOWS)


def test_the_run_under_audit_has_all_that_could_go_wrong() -> None:
    kinds = {kind.__name__ for kind in a_run().kinds()}
    wanted = {"OrderBackordered", "CallAbandoned", "CustomerLeft", "GoodsReceived", "LeadTouched"}
    wanted |= {"OrderLost", "OrderSubstituted"}
    wanted |= {"RestDelivered", "ReminderSent", "RefundPaid", "InvoicePaid"}
    assert wanted <= kinds
    assert set(a_run().columns(RefundPaid)["in_cash"].tolist()) == {True, False}


@pytest.mark.parametrize(
    ("check", "kind", "edit"),
    [
        ("money: all balances sum to zero (cents)", AccountClosed, more("cents")),
        ("money: inventory posted = balance (cents)", AmountPosted, more("cents")),
        ("money: cash posted = balance (cents)", AccountClosed, more("cents")),
        ("money: deferred revenue = open orders (cents)", OrderDelivered, drop()),
        ("money: inventory = units on hand and set aside (cents)", OrderShipped, drop()),
        ("leads: nobody is decided twice", LeadLost, repeat),
        ("leads: nobody is decided twice", LeadWon, repeat),
        ("leads: qualified = won + lost + with the reps", LeadQualified, repeat),
        ("orders: placed = delivered + cancelled + lost + open", OrderDelivered, repeat),
        ("orders: placed = delivered + cancelled + lost + open", OrderPlaced, repeat),
        ("orders: placed = delivered + cancelled + lost + open", OrderLost, repeat),
        ("money: deferred revenue = open orders (cents)", OrderLost, all_but_paid),
        ("money: deferred revenue = open orders (cents)", OrderSubstituted, all_but_a_cent),
        ("kit: opening + received = used + on hand", OrderSubstituted, drop()),
        ("orders: none is allocated that was not placed", OrderPlaced, drop()),
        ("lines: ordered = filled at once + backordered + lost", OrderBackordered, drop()),
        ("lines: ordered = filled at once + backordered + lost", OrderAllocated, repeat),
        ("orders at the benches: who leaves has entered, and once", OrderAllocated, drop()),
        ("orders at the benches: who leaves has entered, and once", OrderAllocated, repeat),
        ("orders at the benches: who leaves has entered, and once", OrderPicked, repeat),
        ("orders at the benches: weeks that end with others than the gauge counts", OrderPicked,
         drop()),
        ("parcels packed: who leaves has entered, and once", OrderPicked, drop()),
        ("parcels packed: L = lambda W (hours)", OrderShipped, repeat),
        ("parcels under way: who leaves has entered, and once", OrderShipped, drop()),
        ("parcels under way: L = lambda W (hours)", OrderShipped, drop()),
        ("orders open: who leaves has entered, and once", OrderDelivered, repeat),
        ("orders open: L = lambda W (hours)", OrderDelivered, repeat),
        ("orders without parts: weeks that end with others than the gauge counts",
         OrderBackordered, drop()),
        ("leads in hand: who leaves has entered, and once", LeadWon, repeat),
        ("leads in hand: weeks that end with others than the gauge counts", LeadLost, drop()),
        ("contacts in hand: who leaves has entered, and once", ContactHandled, repeat),
        ("contacts in hand: weeks that end with others than the gauge counts", ContactHandled,
         drop()),
        ("chassis: ordered = received + on order", GoodsOrdered, more("units")),
        ("chassis: ordered = received + on order", GoodsReceived, drop()),
        ("customers base, organic: start + joined = left + active", CustomerJoined, drop()),
        ("customers base, installed: start + joined = left + active", CustomerLeft, drop()),
        ("chassis: opening + received = used + on hand", OrderAllocated, drop()),
        ("chassis: opening + received = used + on hand", GoodsReceived, more("units")),
        ("orders: none is split that was not shipped", OrderShipped, only_other(OrderSplit)),
        ("orders: none is split twice", OrderSplit, repeat),
        ("rests: none is shipped that was not split off", OrderSplit, only_other(RestShipped)),
        ("rests: none is shipped twice", RestShipped, repeat),
        ("rests: none is dropped that was not sent back", ReturnSent, only_other(RestDropped)),
        ("rests: none is dropped twice", RestDropped, repeat),
        ("rests: none is delivered that was not shipped", RestShipped, only_other(RestDelivered)),
        ("rests: none is delivered twice", RestDelivered, repeat),
        ("rests: split off = shipped + dropped + waiting", OrderSplit, drop()),
        (
            "returns: none is sent back that was not delivered",
            OrderDelivered,
            only_other(ReturnSent),
        ),
        ("returns: none is sent back twice", ReturnSent, repeat),
        ("returns: none is received that was not sent back", ReturnSent, drop()),
        ("returns: none is received twice", ReturnReceived, repeat),
        ("returns: none is inspected that was not received", ReturnReceived, drop()),
        ("returns: none is inspected twice", ReturnInspected, repeat),
        ("returns: received = inspected + in hand", ReturnInspected, drop()),
        ("refunds: none is paid that was not inspected", ReturnInspected, drop()),
        ("refunds: none is paid twice", RefundPaid, repeat),
        ("bills: none is sent that was not ordered on account", OrderTakenOnAccount, drop()),
        ("bills: none is sent twice", InvoiceSent, repeat),
        ("bills: none is paid that was not sent", InvoiceSent, drop()),
        ("bills: none is paid twice", InvoicePaid, repeat),
        ("bills: none is called in that was not sent", InvoiceSent, only_other(ReminderSent)),
        ("bills: none is called in twice", ReminderSent, repeat),
        ("money: refunds due = returns received - refunds (cents)", RefundPaid, more("cents")),
        ("money: receivables = bills sent - paid - cancelled (cents)", InvoicePaid, more("cents")),
        ("money: receivables = bills sent - paid - cancelled (cents)", RefundPaid, in_kind),
        ("leads waiting for a rep: who leaves has entered, and once", LeadTouched, repeat),
        ("leads waiting for a rep: hours stayed = hours counted", LeadTouched, moved("time", 3)),
        ("chassis: weeks that end with others on hand than are left", OrderAllocated,
         moved("time", 0, WEEK)),
        ("chassis: weeks that end with others on hand than are left", GoodsReceived,
         moved("time", 0, WEEK)),
        ("kit: weeks that end with others on order than are to come", GoodsOrdered,
         moved("time", -1, -WEEK)),
        ("rests without parts: weeks that end with others than the gauge counts", RestShipped,
         moved("time", 0, WEEK)),
        ("rests under way: L = lambda W (hours)", RestDelivered, repeat),
        ("returns under way: who leaves has entered, and once", ReturnReceived, repeat),
        ("returns in hand: weeks that end with others than the gauge counts", ReturnInspected,
         moved("time", 0, WEEK)),
        ("bills open: who leaves has entered, and once", InvoicePaid, repeat),
        ("agents: weeks that end with others than at the start + hired - left", AgentHired, drop()),
        ("agents: weeks that end with others than at the start + hired - left", AgentLeft,
         moved("time", 0, WEEK)),
        ("contacts: no attempt is counted twice", ContactMade, repeat),
        ("contacts: made = handled + abandoned + contained + in hand", ContactMade, drop()),
        ("calls: every handled call was answered", CallAnswered, drop()),
        ("calls: answered = handled + being served", CallAnswered, repeat),
        ("customers base: start + joined = left + active", CustomerJoined, repeat),
        ("customers base: start + joined = left + active", CustomerLeft, drop()),
        ("customers: nobody leaves twice", CustomerLeft, repeat),
        ("customers: weeks that end with others than have come and stayed", CustomerLeft,
         moved("time", 0, WEEK)),
        ("customers: weeks that end with others than have come and stayed", CustomerJoined,
         moved("time", 0, WEEK)),
    ],
)  # fmt: skip
def test_a_planted_violation_is_found(check: str, kind: type, edit: Edit) -> None:
    assert check in failed({kind: edit})


def test_a_lead_from_nowhere_is_found() -> None:
    at = first_reported(LeadCreated, LeadQualified)
    assert failed({LeadCreated: drop(at)}) == {"leads: every qualified lead was created"}


def test_a_lead_decided_by_nobody_is_found() -> None:
    at = first_reported(LeadTouched, LeadWon)
    assert failed({LeadTouched: drop(at)}) == {
        "leads: assisted leads are decided by a rep",
        "leads waiting for a rep: hours stayed = hours counted",
    }


def test_an_attempt_after_one_that_never_was_is_found() -> None:
    def skipping(columns: Columns) -> Columns:
        is_again = columns["attempt"] > 0
        return {**columns, "attempt": columns["attempt"] + is_again}

    kinds = (ContactMade, CallAnswered, CallAbandoned, ContactHandled)
    found = failed(dict.fromkeys(kinds, skipping))
    assert found == {"tickets: every further attempt follows one that ended"}


def test_an_order_that_was_lost_and_served_all_the_same_is_found() -> None:
    served = a_run().columns(OrderAllocated)

    def one_that_was_served(columns: Columns) -> Columns:
        changed = {name: columns[name].copy() for name in columns}
        for name in ("customer", "nth"):
            changed[name][0] = served[name][0]
        return changed

    assert "orders: none is served or cancelled that was lost" in failed(
        {OrderLost: one_that_was_served}
    )


def test_a_kit_from_nowhere_is_found() -> None:
    def one_more_niche_allocation(columns: Columns) -> Columns:
        at = np.flatnonzero(columns["segment"] == 1)[0]
        return {name: np.append(column, column[at]) for name, column in columns.items()}

    found = failed({OrderAllocated: one_more_niche_allocation})
    assert "kit: opening + received = used + on hand" in found


def test_a_niche_customer_counted_twice_is_found() -> None:
    def one_twice(columns: Columns) -> Columns:
        at = np.flatnonzero(columns["segment"] == 1)[0]
        return {name: np.append(column, column[at]) for name, column in columns.items()}

    found = failed({CustomerJoined: one_twice})
    assert found == {
        "customers niche: start + joined = left + active",
        "customers niche, campaign: start + joined = left + active",
        "customers: weeks that end with others than have come and stayed",
    }


def test_a_customer_counted_to_another_source_is_found_by_source_alone() -> None:
    def moved(columns: Columns) -> Columns:
        at = np.flatnonzero(columns["segment"] == 0)[0]
        source = columns["source"].copy()
        source[at] = Source.WORD_OF_MOUTH
        return {**columns, "source": source}

    assert failed({CustomerJoined: moved}) == {
        f"customers base, {source}: start + joined = left + active"
        for source in ("organic", "word_of_mouth")
    }


@pytest.mark.parametrize(
    ("factor", "name"),
    [
        (0.9, "agents: hours busy with nothing, within 1 %"),
        (1.01, "agents: hours of work beyond hours busy"),
    ],
)
def test_hours_of_agents_that_are_worked_twice_or_not_at_all_are_found(
    factor: float, name: str
) -> None:
    def changed(columns: Columns) -> Columns:
        return {**columns, "handle_hours": factor * columns["handle_hours"]}

    assert failed({ContactHandled: changed}) == {name}


def test_hours_busy_off_duty_are_found() -> None:
    name = "agents: hours busy beyond hours on duty"
    on_duty = Window(SCENARIO, a_run()).gauge("duty_hours", "agents")[-1]
    assert name in failed(gauge="busy_hours agents", by=2.0 * on_duty)


def test_one_cent_is_found_however_large_the_balance() -> None:
    assert not Check("money", 10**12, 10**12 + 1).is_met
    assert Check("hours", 1e6, 1e6 + 1e-5, is_count=False).is_met
    assert not Check("hours", 1e6, 1e6 + 1.0, is_count=False).is_met


@pytest.mark.parametrize("account", list(Account))
def test_the_books_of_every_account_are_checked(account: Account) -> None:
    def one_more(columns: Columns) -> Columns:
        cents = columns["cents"] + (columns["account"] == account)
        return {**columns, "cents": cents}

    assert f"money: {account.name.lower()} posted = balance (cents)" in failed(
        {AccountClosed: one_more}
    )


def test_an_organisation_without_a_part_has_no_checks_of_it() -> None:
    alone = firm(
        "organisation.parts=[support]",
        "organisation.channels={}",
        "sources={calls: {kind: poisson, rate: 5/h, to: contacts, segment: base}}",
        "run.weeks=1",
        "run.warmup=0h",
    )
    checks = audit(Window(alone, simulate(alone, 0)))
    names = {str(name).split(":")[0].split(" ")[0] for name in checks["check"]}
    assert names == {"money", "tickets", "contacts", "calls", "callers", "agents", "queue"}
    assert all(checks["passed"])


def test_where_nobody_supplies_nothing_comes_and_the_books_balance() -> None:
    """What was on its way when the run began would come from a supplier who is not there."""
    alone = firm(
        "organisation.parts=[logistics]",
        "organisation.channels={}",
        "sources={orders: {kind: poisson, rate: 5/h, to: orders, segment: base}}",
        "run.weeks=2",
        "run.warmup=0h",
    )
    checks = audit(Window(alone, simulate(alone, 0)))
    assert any(str(name).startswith("chassis: opening") for name in checks["check"])
    assert all(checks["passed"])


@pytest.mark.long
def test_the_audit_takes_less_than_a_fiftieth_of_a_run() -> None:
    """Processor time: one run of the default firm, and the quickest of three audits of it."""
    default = resolve("baseline", ["run.weeks=20"]).scenario
    began = process_time()
    journal = simulate(default, 0)
    run = process_time() - began
    audits = []
    for _ in range(3):
        began = process_time()
        audit(Window(default, journal))
        audits.append(process_time() - began)
    assert min(audits) < 0.02 * run
