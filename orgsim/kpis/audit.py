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

from orgsim.entities import Account, Bools, Component, ContactChannel, Ints, Segment, Source
from orgsim.facts import (
    AccountClosed,
    AmountPosted,
    BriefingHeld,
    CallAbandoned,
    CallAnswered,
    ContactContained,
    ContactHandled,
    ContactMade,
    CustomerJoined,
    CustomerLeft,
    GoodsOrdered,
    GoodsReceived,
    GroupCounted,
    LeadCreated,
    LeadLost,
    LeadQualified,
    LeadTouched,
    LeadWon,
    OrderAllocated,
    OrderBackordered,
    OrderCancelled,
    OrderDelivered,
    OrderPlaced,
    OrderShipped,
)
from orgsim.kpis.base import Window
from orgsim.kpis.checks import Check
from orgsim.kpis.flows import flow_checks
from orgsim.kpis.joins import key_of as _keys
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
        checks += [*_orders(window), *_units(window)]
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


def _distinct(keys: Ints) -> Ints:
    """The different keys, rising. Sorted by hand: hashing these keys degenerates."""
    ranked = np.sort(keys)
    return np.asarray(ranked[np.diff(ranked, prepend=ranked[:1] - 1) != 0])


def _either(these: Ints, those: Ints) -> Ints:
    """The different keys in either."""
    return _distinct(np.concatenate([these, those]))


def _is_among(keys: Ints, those: Ints) -> Bools:
    """Whether each key is one of ``those``."""
    ranked = np.append(np.sort(those), np.iinfo(np.int64).max)
    return np.asarray(ranked[np.searchsorted(ranked, keys)] == keys)


def _absent(these: Ints, those: Ints) -> Ints:
    """The different keys of ``these`` that are none of ``those``."""
    keys = _distinct(these)
    return keys[~_is_among(keys, those)]


def _leads(window: Window) -> Iterator[Check]:
    created, qualified, touched, won, lost = (
        window.facts(kind)["lead"]
        for kind in (LeadCreated, LeadQualified, LeadTouched, LeadWon, LeadLost)
    )
    decided = _either(won, lost)
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
        strangers = _absent(qualified, created).size
        yield Check("leads: every qualified lead was created", strangers, 0)
    on_web = window.facts(LeadQualified)["assisted"] == 0
    unasked = _absent(_absent(decided, touched), qualified[on_web]).size
    yield Check("leads: assisted leads are decided by a rep", unasked, 0)


def _orders(window: Window) -> Iterator[Check]:
    """An order is one line, filled from stock or waiting for a part (MODEL L1)."""
    if "sales" not in window.scenario.organisation.parts:
        return
    placed, delivered, cancelled, allocated, backordered = (
        window.facts(kind)
        for kind in (OrderPlaced, OrderDelivered, OrderCancelled, OrderAllocated, OrderBackordered)
    )
    keys = _keys(placed, "customer", "nth")
    ends = [_keys(columns, "customer", "nth") for columns in (delivered, cancelled)]
    still_open = _absent(keys, _either(*ends)).size
    ended = ends[0].size + ends[1].size
    yield Check("orders: placed = delivered + cancelled + open", keys.size, ended + still_open)
    jumped = _absent(_keys(allocated, "customer", "nth"), keys).size
    yield Check("orders: none is allocated that was not placed", jumped, 0)
    at_once = int(np.count_nonzero(allocated["waited"] == 0.0))
    lines = at_once + backordered["time"].size
    yield Check("lines: ordered = filled at once + backordered", keys.size, lines)


def _units(window: Window) -> Iterator[Check]:
    logistics = window.scenario.logistics
    allocated, cancelled = window.facts(OrderAllocated), window.facts(OrderCancelled)
    returned = _is_among(_keys(cancelled, "customer", "nth"), _keys(allocated, "customer", "nth"))
    received = window.facts(GoodsReceived)
    for component in Component:
        name = component.name.lower()
        opening = getattr(logistics, name).opening_stock
        arrived = received["units"][received["component"] == component].sum()
        is_needed = {
            Component.CHASSIS: (Segment.BASE, Segment.NICHE),
            Component.KIT: (Segment.NICHE,),
        }
        used = np.isin(allocated["segment"], is_needed[component]).sum()
        used -= np.isin(cancelled["segment"][returned], is_needed[component]).sum()
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
    attempts = _keys(made, "customer", "nth", "attempt")
    yield Check("contacts: no attempt is counted twice", attempts.size, _distinct(attempts).size)
    waiting = round(window.gauge("in_hand", "agents")[-1])
    ends = handled["time"].size + abandoned["time"].size + contained["time"].size
    yield Check(
        "contacts: made = handled + abandoned + contained + in hand",
        made["time"].size,
        ends + waiting,
    )
    by_phone = handled["channel"] == ContactChannel.PHONE
    talking = answered["time"].size - by_phone.sum()
    calls = _keys(answered, "customer", "nth", "attempt")
    unheard = _absent(
        _keys({k: v[by_phone] for k, v in handled.items()}, "customer", "nth", "attempt"), calls
    ).size
    yield Check("calls: every handled call was answered", unheard, 0)
    on_line = _absent(calls, _keys(handled, "customer", "nth", "attempt")).size
    yield Check("calls: answered = handled + being served", int(talking), on_line)


def _agents(window: Window) -> Iterator[Check]:
    """Agents are busy with contacts and briefings and nothing else, and only while on duty.

    What is done is done by busy agents, exactly. That busy agents do nothing else is known within
    1 % and what may be half done at the horizon: by those busy then, and of work put aside.
    """
    busy, duty, now, in_hand = (
        window.gauge(name, "agents")[-1] for name in ("busy_hours", "duty_hours", "busy", "in_hand")
    )
    handled = window.facts(ContactHandled)["handle_hours"]
    work = handled.sum() + window.facts(BriefingHeld)["hours"].sum()
    half_done = now * window.weeks * WEEK + in_hand * handled.max(initial=0.0)
    for name, excess in (
        ("hours of contacts and briefings beyond hours busy", work - busy),
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
    for segment in Segment:
        start = window.scenario.customers.count if segment is Segment.BASE else 0
        came = np.count_nonzero(joined["segment"] == segment)
        went = np.count_nonzero(left["segment"] == segment)
        there = counted["active"][now & (counted["segment"] == segment)].sum()
        yield Check(
            f"customers {segment.name.lower()}: start + joined = left + active",
            start + int(came),
            int(went) + int(there),
        )
        for source in Source:
            yield _of_source(window, segment, source)
    twice = left["customer"].size - _distinct(left["customer"]).size
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
    name = f"customers {segment.name.lower()}, {source.name.lower()}"
    return Check(f"{name}: start + joined = left + active", start + mine[0], mine[1] + there)


def _money(window: Window) -> Iterator[Check]:
    posted, closed = window.facts(AmountPosted), window.facts(AccountClosed)
    balance = dict(zip(closed["account"].tolist(), closed["cents"].tolist(), strict=True))
    yield Check("money: all balances sum to zero (cents)", sum(balance.values()), 0)
    for account in Account:
        debits = posted["cents"][posted["debit"] == account].sum()
        owed = posted["cents"][posted["credit"] == account].sum()
        name = account.name.lower()
        yield Check(f"money: {name} posted = balance (cents)", debits - owed, balance[account])
    yield from _deferred(window, balance)
    yield from _inventory(window, balance)


def _deferred(window: Window, balance: dict[int, int]) -> Iterator[Check]:
    if not {"sales", "logistics"} <= set(window.scenario.organisation.parts):
        return
    placed = window.facts(OrderPlaced)
    closed = _either(
        _keys(window.facts(OrderDelivered), "customer", "nth"),
        _keys(window.facts(OrderCancelled), "customer", "nth"),
    )
    is_open = ~_is_among(_keys(placed, "customer", "nth"), closed)
    owed = placed["price_cents"][is_open].sum()
    yield Check(
        "money: deferred revenue = open orders (cents)", -balance[Account.DEFERRED_REVENUE], owed
    )


def _inventory(window: Window, balance: dict[int, int]) -> Iterator[Check]:
    if "logistics" not in window.scenario.organisation.parts:
        return
    costs, shipped = window.scenario.finance, window.facts(OrderShipped)
    allocated, cancelled = window.facts(OrderAllocated), window.facts(OrderCancelled)
    returned = _is_among(_keys(cancelled, "customer", "nth"), _keys(allocated, "customer", "nth"))
    value = 0
    for component, cost in (
        (Component.CHASSIS, costs.chassis_cost),
        (Component.KIT, costs.kit_cost),
    ):
        on_hand = window.gauge("on_hand", component.name.lower())[-1]
        counts = []
        for columns in (allocated["segment"], cancelled["segment"][returned], shipped["segment"]):
            is_all = component is Component.CHASSIS
            counts.append(columns.size if is_all else np.count_nonzero(columns == Segment.NICHE))
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
