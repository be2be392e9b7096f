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

from orgsim.departments.logistics import parts_of
from orgsim.entities import Account, Component, ContactChannel, Ints, Segment, Source
from orgsim.facts import (
    AccountClosed,
    AmountPosted,
    CallAbandoned,
    CallAnswered,
    ContactContained,
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
    OrderCancelled,
    OrderDelivered,
    OrderLost,
    OrderPlaced,
    OrderShipped,
    OrderSubstituted,
)
from orgsim.facts_of_customers import CustomerJoined, CustomerLeft, GroupCounted, VariantSwitched
from orgsim.kpis.audit_after_sale import after_sale, on_account
from orgsim.kpis.base import Columns, Window
from orgsim.kpis.flows import flow_checks
from orgsim.kpis.identities import Check, absent, distinct, either, is_among
from orgsim.kpis.joins import key_of
from orgsim.units import WEEK

ROUGHLY = 0.01
"""Relative difference allowed where one of two ways of counting cannot be exact."""

ROUNDING = 1e-9
"""Relative difference that sums of many hours may have from the order of adding alone."""


def audit(window: Window) -> dict[str, list[object]]:
    """Columns check, left, right, passed: every identity that this organisation's parts have."""
    parts = set(window.scenario.organisation.parts)
    checks: list[Check] = [*_money(window)]
    if "sales" in parts:
        checks += [*_leads(window)]
    if "logistics" in parts:
        checks += [*_orders(window), *_units(window), *after_sale(window)]
    if "support" in parts:
        checks += [*_contacts(window), *_agents(window)]
    if "customers" in parts:
        checks += [*_customers(window)]
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


def _made_of(window: Window, columns: Columns) -> Ints:
    """The segment whose parts each order took: the other one's where that variant was taken."""
    swapped = key_of(window.facts(OrderSubstituted), "customer", "nth")
    is_swapped = is_among(key_of(columns, "customer", "nth"), swapped)
    return np.asarray(np.where(is_swapped, 1 - columns["segment"], columns["segment"]))


def _made_with(window: Window, component: Component) -> list[Segment]:
    """The segments whose orders take the component from stock."""
    needs = parts_of(is_chassis_shared=window.scenario.logistics.is_chassis_shared)
    return [segment for segment, parts in needs.items() if component in parts]


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
        made_with = _made_with(window, component)
        used = np.isin(taken, made_with).sum() - np.isin(put_back, made_with).sum()
        on_hand = window.gauge("on_hand", name)[-1]
        yield Check(
            f"{name}: opening + received = used + on hand", opening + arrived, used + on_hand
        )
        if "supplier" in window.scenario.organisation.parts:
            ordered = window.facts(GoodsOrdered)
            asked = ordered["units"][ordered["component"] == component].sum()
            to_come = arrived + window.gauge("on_order", name)[-1]
            yield Check(f"{name}: ordered = received + on order", asked, to_come)


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


def _agents(window: Window) -> Iterator[Check]:
    """Agents are busy with contacts and what else is theirs, and only while on duty.

    What is done is done by busy agents, exactly. That busy agents do nothing else is known within
    1 % and what may be half done at the horizon: by those busy then, and of work put aside.
    """
    busy, duty, now, in_hand = (
        window.gauge(name, "agents")[-1] for name in ("busy_hours", "duty_hours", "busy", "in_hand")
    )
    handled = window.facts(ContactHandled)["handle_hours"]
    work = handled.sum() + window.gauge("own_hours", "agents")[-1]
    half_done = now * window.weeks * WEEK + in_hand * handled.max(initial=0.0)
    for name, excess in (
        ("hours of work beyond hours busy", work - busy),
        ("hours busy with nothing, within 1 %", busy - work - half_done - ROUGHLY * busy),
        ("hours busy beyond hours on duty", busy - duty),
    ):
        # Sums in different orders differ in their last digits.
        over = excess if excess > ROUNDING * busy else 0.0
        yield Check(f"agents: {name}", over, 0.0, is_count=False)


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
        for source in Source:
            yield _of_source(window, segment, source)
    twice = left["customer"].size - distinct(left["customer"]).size
    yield Check("customers: nobody leaves twice", twice, 0)


def _of_source(window: Window, segment: Segment, source: Source) -> Check:
    """Where customers came from is known of each who joined, left or is there."""
    start = window.scenario.customers.count if (segment, source) == (0, Source.INSTALLED) else 0
    counted, mine = window.facts(GroupCounted), []
    for kind in (CustomerJoined, CustomerLeft):
        columns = window.facts(kind)
        is_mine = (columns["segment"] == segment) & (columns["source"] == source)
        mine.append(int(np.count_nonzero(is_mine)))
    now = (counted["time"] == window.ends[-1]) & (counted["segment"] == segment)
    there = int(counted["active"][now & (counted["source"] == source)].sum())
    switched = window.source_of(window.facts(VariantSwitched)["customer"]) == source
    turned = int(switched.sum()) * (1 if segment is Segment.NICHE else -1)
    name = f"customers {segment.name.lower()}, {source.name.lower()}"
    return Check(
        f"{name}: start + joined = left + active", start + mine[0] + turned, mine[1] + there
    )


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
        made_with = _made_with(window, component)
        counts = [np.count_nonzero(np.isin(made, made_with)) for made in segments]
        reserved = counts[0] - counts[1] - counts[2]
        value += round(100 * cost) * round(on_hand + reserved)
        if component is Component.KIT:
            value -= round(on_hand * round(100 * cost) * costs.kit_write_off)
    yield Check(
        "money: inventory = units on hand and set aside (cents)", balance[Account.INVENTORY], value
    )


def _queues(window: Window) -> Iterator[Check]:
    """Every queue whose hours the organisation measures in two ways, whichever they are."""
    for queue in window.members("queue_hours"):
        length, waits = (window.gauge(name, queue)[-1] for name in ("queue_hours", "waited_hours"))
        yield Check(f"queue {queue}: L = lambda W (hours)", length, waits, is_count=False)
