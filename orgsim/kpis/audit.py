"""The conservation audit that ends every run (DESIGN s.7, MODEL s.10).

What comes in has gone out or is still there: leads, orders, units of each component, contacts,
customers and money, each counted along two independent ways. Little's law holds on every
queue as an identity of its integrals (Little 1961). A violation is a bug of the model and fails the
replication.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from orgsim.entities import Account, Component, ContactChannel, Ints, Segment
from orgsim.facts import (
    AccountClosed,
    AmountPosted,
    CallAbandoned,
    CallAnswered,
    ContactContained,
    ContactHandled,
    ContactMade,
    CustomerJoined,
    CustomerLeft,
    GoodsReceived,
    GroupCounted,
    LeadCreated,
    LeadLost,
    LeadQualified,
    LeadTouched,
    LeadWon,
    OrderAllocated,
    OrderCancelled,
    OrderDelivered,
    OrderLost,
    OrderPicked,
    OrderPlaced,
    OrderShipped,
    OrderSubstituted,
    VariantSwitched,
)
from orgsim.kpis.audit_after_sale import after_sale, on_account
from orgsim.kpis.base import Columns, Window
from orgsim.kpis.identities import Check, absent, distinct, either, is_among, key_of


def audit(window: Window) -> dict[str, list[object]]:
    """Columns check, left, right, passed: every identity that this organisation's parts have."""
    parts = set(window.scenario.organisation.parts)
    checks: list[Check] = [*_money(window)]
    if "sales" in parts:
        checks += [*_leads(window)]
    if "logistics" in parts:
        checks += [*_orders(window), *_units(window), *after_sale(window)]
    if "support" in parts:
        checks += [*_contacts(window)]
    if "customers" in parts:
        checks += [*_customers(window)]
    checks += [*_queues(window)]
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
    placed, delivered, cancelled, lost, allocated, picked, shipped = (
        window.facts(kind)
        for kind in (
            OrderPlaced,
            OrderDelivered,
            OrderCancelled,
            OrderLost,
            OrderAllocated,
            OrderPicked,
            OrderShipped,
        )
    )
    if "sales" not in window.scenario.organisation.parts:
        return
    keys = {
        name: key_of(columns, "customer", "nth")
        for name, columns in (
            ("placed", placed),
            ("delivered", delivered),
            ("cancelled", cancelled),
            ("lost", lost),
            ("allocated", allocated),
            ("picked", picked),
            ("shipped", shipped),
        )
    }
    still_open = absent(keys["placed"], _closed(window)).size
    ended = delivered["time"].size + cancelled["time"].size + lost["time"].size
    yield Check(
        "orders: placed = delivered + cancelled + lost + open",
        placed["time"].size,
        ended + still_open,
    )
    served = is_among(keys["lost"], either(keys["allocated"], keys["cancelled"])).sum()
    yield Check("orders: none is served or cancelled that was lost", int(served), 0)
    for earlier, later in (
        ("placed", "allocated"),
        ("allocated", "picked"),
        ("picked", "shipped"),
        ("shipped", "delivered"),
    ):
        jumped = absent(keys[later], keys[earlier]).size
        yield Check(f"orders: none is {later} that was not {earlier}", jumped, 0)
        twice = keys[later].size - distinct(keys[later]).size
        yield Check(f"orders: none is {later} twice", twice, 0)


def _closed(window: Window) -> Ints:
    """The orders that came to an end, whichever."""
    kinds = (OrderDelivered, OrderCancelled, OrderLost)
    keys = [key_of(window.facts(kind), "customer", "nth") for kind in kinds]
    return distinct(np.concatenate(keys))


def _made_of(window: Window, columns: Columns) -> Ints:
    """The segment whose parts each order took: the other one's where that variant was taken."""
    swapped = key_of(window.facts(OrderSubstituted), "customer", "nth")
    is_swapped = is_among(key_of(columns, "customer", "nth"), swapped)
    return np.asarray(np.where(is_swapped, 1 - columns["segment"], columns["segment"]))


def _units(window: Window) -> Iterator[Check]:
    logistics = window.scenario.logistics
    allocated, cancelled = window.facts(OrderAllocated), window.facts(OrderCancelled)
    returned = is_among(key_of(cancelled, "customer", "nth"), key_of(allocated, "customer", "nth"))
    received = window.facts(GoodsReceived)
    taken, put_back = _made_of(window, allocated), _made_of(window, cancelled)[returned]
    for component in Component:
        name = component.name.lower()
        opening = getattr(logistics, name).opening_stock
        arrived = received["units"][received["component"] == component].sum()
        is_needed = {
            Component.CHASSIS: (Segment.BASE, Segment.NICHE),
            Component.KIT: (Segment.NICHE,),
        }
        used = np.isin(taken, is_needed[component]).sum()
        used -= np.isin(put_back, is_needed[component]).sum()
        on_hand = window.gauge("on_hand", name)[-1]
        yield Check(
            f"{name}: opening + received = used + on hand", opening + arrived, used + on_hand
        )


def _contacts(window: Window) -> Iterator[Check]:
    made, contained, answered, abandoned, handled = (
        window.facts(kind)
        for kind in (ContactMade, ContactContained, CallAnswered, CallAbandoned, ContactHandled)
    )
    attempts = key_of(made, "customer", "nth", "attempt")
    yield Check("contacts: no attempt is counted twice", attempts.size, distinct(attempts).size)
    waiting = round(window.gauge("in_hand", "agents")[-1])
    ends = handled["time"].size + abandoned["time"].size + contained["time"].size
    yield Check(
        "contacts: made = handled + abandoned + contained + in hand",
        made["time"].size,
        ends + waiting,
    )
    is_live = handled["channel"] != ContactChannel.EMAIL
    talking = answered["time"].size - is_live.sum()
    calls = key_of(answered, "customer", "nth", "attempt")
    unheard = absent(
        key_of({k: v[is_live] for k, v in handled.items()}, "customer", "nth", "attempt"), calls
    ).size
    yield Check("calls: every handled call was answered", unheard, 0)
    on_line = absent(calls, key_of(handled, "customer", "nth", "attempt")).size
    yield Check("calls: answered = handled + being served", int(talking), on_line)


def _customers(window: Window) -> Iterator[Check]:
    joined, left = window.facts(CustomerJoined), window.facts(CustomerLeft)
    counted = window.facts(GroupCounted)
    now = counted["time"] == window.ends[-1]
    switched = window.facts(VariantSwitched)["time"].size
    for segment in Segment:
        start = window.scenario.customers.count if segment is Segment.BASE else 0
        came = np.count_nonzero(joined["segment"] == segment)
        went = np.count_nonzero(left["segment"] == segment)
        there = counted["active"][now & (counted["segment"] == segment)].sum()
        turned = switched if segment is Segment.NICHE else -switched
        yield Check(
            f"customers {segment.name.lower()}: start + joined = left + active",
            start + int(came) + turned,
            int(went) + int(there),
        )
    twice = left["customer"].size - distinct(left["customer"]).size
    yield Check("customers: nobody leaves twice", twice, 0)


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
    yield from _inventory(window, balance)


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


def _inventory(window: Window, balance: dict[int, int]) -> Iterator[Check]:
    if "logistics" not in window.scenario.organisation.parts:
        return
    costs, shipped = window.scenario.finance, window.facts(OrderShipped)
    allocated, cancelled = window.facts(OrderAllocated), window.facts(OrderCancelled)
    returned = is_among(key_of(cancelled, "customer", "nth"), key_of(allocated, "customer", "nth"))
    value = 0
    segments = (
        _made_of(window, allocated),
        _made_of(window, cancelled)[returned],
        _made_of(window, shipped),
    )
    for component, cost in (
        (Component.CHASSIS, costs.chassis_cost),
        (Component.KIT, costs.kit_cost),
    ):
        on_hand = window.gauge("on_hand", component.name.lower())[-1]
        counts = []
        for made in segments:
            is_all = component is Component.CHASSIS
            counts.append(made.size if is_all else np.count_nonzero(made == Segment.NICHE))
        reserved = counts[0] - counts[1] - counts[2]
        value += round(100 * cost) * round(on_hand + reserved)
        if component is Component.KIT:
            value -= round(on_hand * round(100 * cost) * costs.kit_write_off)
    yield Check(
        "money: inventory = units on hand and set aside (cents)", balance[Account.INVENTORY], value
    )


def _queues(window: Window) -> Iterator[Check]:
    for pool in ("reps", "agents", "benches", "inspection"):
        length, waits = (window.gauge(name, pool)[-1] for name in ("queue_hours", "waited_hours"))
        yield Check(f"queue {pool}: L = lambda W (hours)", length, waits, is_count=False)
