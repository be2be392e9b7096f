"""The conservation audit that ends every run (DESIGN s.7, MODEL s.10).

What comes in has gone out or is still there: leads, orders, parcels, units of each component,
contacts by channel, customers by source, agents' hours and money, each counted along two
independent ways; what waits or travels is a line in `flows`. Little's law holds on every queue as
an identity of its integrals (Little 1961). A violation is a bug of the model and fails the
replication.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from orgsim.entities import Account, Ints
from orgsim.facts import (
    AccountClosed,
    AmountPosted,
    LeadCreated,
    LeadLost,
    LeadQualified,
    LeadTouched,
    LeadWon,
    OrderAllocated,
    OrderBackordered,
    OrderCancelled,
    OrderDelivered,
    OrderLost,
    OrderPlaced,
    OrderSubstituted,
)
from orgsim.kpis.audit_after_sale import after_sale, on_account
from orgsim.kpis.audit_people import agents, contacts, customers
from orgsim.kpis.audit_stock import inventory, units
from orgsim.kpis.base import Window
from orgsim.kpis.flows import flow_checks
from orgsim.kpis.identities import Check, absent, distinct, either, is_among
from orgsim.kpis.joins import key_of


def audit(window: Window) -> dict[str, list[object]]:
    """Columns check, left, right, passed: every identity that this organisation's parts have."""
    parts = set(window.scenario.organisation.parts)
    checks: list[Check] = [*_money(window)]
    if "sales" in parts:
        checks += [*_leads(window)]
    if "logistics" in parts:
        checks += [*_orders(window), *units(window), *after_sale(window)]
    if "support" in parts:
        checks += [*contacts(window), *agents(window)]
    if "customers" in parts:
        checks += [*customers(window)]
    checks += [*flow_checks(window), *_queues(window)]
    return {
        "check": [check.check for check in checks],
        "left": [check.left for check in checks],
        "right": [check.right for check in checks],
        "passed": [check.is_met for check in checks],
    }


def _leads(window: Window) -> Iterator[Check]:
    created, qualified, touched, won, lost = (
        window.facts(kind)["lead"]
        for kind in (LeadCreated, LeadQualified, LeadTouched, LeadWon, LeadLost)
    )
    decided = either(won, lost)
    waiting = round(window.gauge("in_hand", "reps")[-1])
    yield Check(
        "leads: qualified = won + lost + with the reps",
        qualified.size,
        won.size + lost.size + waiting,
    )
    yield Check("leads: nobody is decided twice", won.size + lost.size, decided.size)
    # A simple source hands sales leads that nobody in the market created.
    sourced = any(source.to == "leads" for source in window.scenario.sources.values())
    if "market" in window.scenario.organisation.parts and not sourced:
        strangers = absent(qualified, created).size
        yield Check("leads: every qualified lead was created", strangers, 0)
    on_web = window.facts(LeadQualified)["assisted"] == 0
    unasked = absent(absent(decided, touched), qualified[on_web]).size
    yield Check("leads: assisted leads are decided by a rep", unasked, 0)


def _orders(window: Window) -> Iterator[Check]:
    """An order is one line, filled from stock, lost or waiting for a part (MODEL L1, M3.7)."""
    if "sales" not in window.scenario.organisation.parts:
        return
    placed, delivered, cancelled, lost, allocated, backordered = (
        window.facts(kind)
        for kind in (
            OrderPlaced,
            OrderDelivered,
            OrderCancelled,
            OrderLost,
            OrderAllocated,
            OrderBackordered,
        )
    )
    keys = key_of(placed, "customer", "nth")
    still_open = absent(keys, _closed(window)).size
    ended = delivered["time"].size + cancelled["time"].size + lost["time"].size
    yield Check(
        "orders: placed = delivered + cancelled + lost + open", keys.size, ended + still_open
    )
    served = key_of(allocated, "customer", "nth")
    jumped = absent(served, keys).size
    yield Check("orders: none is allocated that was not placed", jumped, 0)
    ended_else = either(served, key_of(cancelled, "customer", "nth"))
    revived = is_among(key_of(lost, "customer", "nth"), ended_else).sum()
    yield Check("orders: none is served or cancelled that was lost", int(revived), 0)
    at_once = int(np.count_nonzero(allocated["waited"] == 0.0))
    lines = at_once + backordered["time"].size + lost["time"].size
    yield Check("lines: ordered = filled at once + backordered + lost", keys.size, lines)


def _closed(window: Window) -> Ints:
    """The orders that came to an end, whichever."""
    kinds = (OrderDelivered, OrderCancelled, OrderLost)
    keys = [key_of(window.facts(kind), "customer", "nth") for kind in kinds]
    return distinct(np.concatenate(keys))


def _money(window: Window) -> Iterator[Check]:
    posted, closed = window.facts(AmountPosted), window.facts(AccountClosed)
    balance = dict(zip(closed["account"].tolist(), closed["cents"].tolist(), strict=True))
    yield Check("money: all balances sum to zero (cents)", sum(balance.values()), 0)
    for account in Account:
        debits = posted["cents"][posted["debit"] == account].sum()
        owed = posted["cents"][posted["credit"] == account].sum()
        name = account.name.lower()
        yield Check(
            f"money: {name} posted = balance (cents)", debits - owed, balance.get(account, 0)
        )
    yield from _deferred(window, balance)
    yield from inventory(window, balance)


def _deferred(window: Window, balance: dict[int, int]) -> Iterator[Check]:
    if not {"sales", "logistics"} <= set(window.scenario.organisation.parts):
        return
    owed, closed = 0, _closed(window)
    for kind, cents, sign in (
        (OrderPlaced, "price_cents", 1),
        (OrderSubstituted, "returned_cents", -1),
    ):
        columns = window.facts(kind)
        orders = key_of(columns, "customer", "nth")
        is_owed = ~is_among(orders, closed) & ~on_account(window, orders)
        owed += sign * int(columns[cents][is_owed].sum())
    yield Check(
        "money: deferred revenue = open orders (cents)", -balance[Account.DEFERRED_REVENUE], owed
    )


def _queues(window: Window) -> Iterator[Check]:
    """Every queue whose hours the organisation measures in two ways, whichever they are."""
    for queue in window.members("queue_hours"):
        length, waits = (window.gauge(name, queue)[-1] for name in ("queue_hours", "waited_hours"))
        yield Check(f"queue {queue}: L = lambda W (hours)", length, waits, is_count=False)
