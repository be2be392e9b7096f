"""The audit of what follows a delivery: second parcels, returns, bills (MODEL M3.8, M3.11).

What was split is followed by its rest, what was sent back is inspected, what is owed is paid: or it
is still open at the horizon, where the running organisation says how much. Reference: DESIGN s.7.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from orgsim.entities import Account, Bools, Ints
from orgsim.facts import AccountClosed, OrderDelivered, OrderShipped
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
from orgsim.kpis.base import Window
from orgsim.kpis.identities import Check, absent, distinct, is_among
from orgsim.kpis.joins import key_of


def after_sale(window: Window) -> Iterator[Check]:
    """Iterate over the identities of second parcels, returns and bills."""
    yield from _chains(window)
    yield from _still_there(window)
    yield from _owed(window)


def on_account(window: Window, orders: Ints) -> Bools:
    """Which of the orders are paid after delivery."""
    return is_among(orders, _orders(window, OrderTakenOnAccount))


def _orders(window: Window, kind: type[Any]) -> Ints:
    return key_of(window.facts(kind), "customer", "nth")


def _chains(window: Window) -> Iterator[Check]:
    """Nothing happens twice, and nothing before what leads to it."""
    for thing, earlier, done, later in (
        ("orders: none is split", OrderShipped, "shipped", OrderSplit),
        ("rests: none is shipped", OrderSplit, "split off", RestShipped),
        ("rests: none is dropped", ReturnSent, "sent back", RestDropped),
        ("rests: none is delivered", RestShipped, "shipped", RestDelivered),
        ("returns: none is sent back", OrderDelivered, "delivered", ReturnSent),
        ("returns: none is received", ReturnSent, "sent back", ReturnReceived),
        ("returns: none is inspected", ReturnReceived, "received", ReturnInspected),
        ("refunds: none is paid", ReturnInspected, "inspected", RefundPaid),
        ("bills: none is sent", OrderTakenOnAccount, "ordered on account", InvoiceSent),
        ("bills: none is paid", InvoiceSent, "sent", InvoicePaid),
        ("bills: none is called in", InvoiceSent, "sent", ReminderSent),
    ):
        keys = _orders(window, later)
        yield Check(f"{thing} that was not {done}", absent(keys, _orders(window, earlier)).size, 0)
        yield Check(f"{thing} twice", keys.size - distinct(keys).size, 0)


def _still_there(window: Window) -> Iterator[Check]:
    kinds = (OrderSplit, RestShipped, RestDropped)
    split, rests, dropped = (window.facts(kind)["time"].size for kind in kinds)
    waiting = round(window.gauge("rests")[-1])
    yield Check("rests: split off = shipped + dropped + waiting", split, rests + dropped + waiting)
    received, inspected = (
        window.facts(kind)["time"].size for kind in (ReturnReceived, ReturnInspected)
    )
    waiting = round(window.gauge("in_hand", "inspection")[-1])
    yield Check("returns: received = inspected + in hand", received, inspected + waiting)


def _owed(window: Window) -> Iterator[Check]:
    closed = window.facts(AccountClosed)
    balance = dict(zip(closed["account"].tolist(), closed["cents"].tolist(), strict=True))
    refunds, returns = window.facts(RefundPaid), window.facts(ReturnReceived)
    yield Check(
        "money: refunds due = returns received - refunds (cents)",
        -balance.get(Account.REFUNDS_DUE, 0),
        int(returns["cents"].sum() - refunds["cents"].sum()),
    )
    sent, paid = window.facts(InvoiceSent), window.facts(InvoicePaid)
    cancelled = refunds["cents"][np.logical_not(refunds["in_cash"])].sum()
    yield Check(
        "money: receivables = bills sent - paid - cancelled (cents)",
        balance.get(Account.RECEIVABLES, 0),
        int(sent["cents"].sum() - paid["cents"].sum() - cancelled),
    )
