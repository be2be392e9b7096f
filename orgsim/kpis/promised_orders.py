"""Every order with who sold it, who knew of its promise and how it ended, for the ledger.

What of the real organisation is modelled: the single view that a company would have if it joined
what sales, the warehouse, the carrier and support each write down about one order.

Assumed: a customer's order is told apart by its number; an order of the installed base is a repeat,
whatever its number. What no fact tells is -1 among codes and NaN among numbers.

Reference: MODEL M2.6 (what of a promise survives the hand-off); DESIGN s.1 (facts are watched).
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orgsim.entities import Bools, Floats, Ints, Segment
from orgsim.facts import (
    LeadTouched,
    LeadWon,
    MessageReceived,
    OrderCancelled,
    OrderDelivered,
    OrderLost,
    OrderPlaced,
    OrderSubstituted,
)
from orgsim.kpis.base import Columns, Window
from orgsim.kpis.identities import is_among
from orgsim.kpis.joins import found, key_of, pick

Codes = NDArray[np.signedinteger[Any]]
UNKNOWN = -1
"""Code of what no fact tells; null in the table."""


class Promisor(IntEnum):
    """Who made a promise."""

    MARKETING = 0
    REP = 1
    ORDER_PAGE = 2
    AGENT = 3


def orders_with_fate(window: Window) -> Columns:
    """Each order placed with its delivery, its cancellation, who sold it and what it claimed."""
    placed = _promised(window)
    keys = key_of(placed, "customer", "nth")
    exchanged = key_of(window.facts(OrderSubstituted), "customer", "nth")
    delivered, cancelled = window.facts(OrderDelivered), window.facts(OrderCancelled)
    arrival, gone = found(keys, delivered), found(keys, cancelled)
    claims, promisor = _sold(window, placed)
    on_record = np.full(keys.size, UNKNOWN, dtype=np.int8)
    there = arrival >= 0
    on_record[there] = (delivered["due_on_record"] == delivered["due"])[arrival[there]]
    is_repeat = promisor == Promisor.ORDER_PAGE
    is_usual = (claims == 0) | (is_repeat & (placed["segment"] == Segment.BASE))
    on_record[~there & is_usual] = 1  # the usual date is what a record shows
    return {
        **placed,
        "claim": claims,
        "promisor": promisor,
        "date_on_record": on_record,
        "setup_comes": placed["setup_on_record"] & ~is_among(keys, exchanged),
        "arrived": pick(delivered["time"], arrival),
        "complete": pick(delivered["complete"].astype(float), arrival),
        "cancelled": pick(cancelled["time"], gone),
        **_who_knew(window, placed),
    }


def _promised(window: Window) -> Columns:
    """The orders placed, without those lost at once: they were promised nothing (as in OTIF)."""
    placed, lost = window.facts(OrderPlaced), window.facts(OrderLost)
    keys = (key_of(columns, "customer", "nth") for columns in (placed, lost))
    stays = ~is_among(*keys)
    return {name: column[stays] for name, column in placed.items()}


def _sold(window: Window, placed: Columns) -> tuple[Floats, Codes]:
    """What each order's claim was above capability, and who made it; repeats are not recorded."""
    claims = np.full(placed["nth"].size, np.nan)
    promisor = np.full(claims.size, Promisor.ORDER_PAGE, dtype=np.int8)
    first = np.flatnonzero(placed["nth"] == 0)  # the installed base has first orders, but no lead
    claims[first], is_won = _looked_up(window.facts(LeadWon), placed["customer"][first])
    first = first[is_won]
    _, is_assisted = _looked_up(window.facts(LeadTouched), placed["customer"][first])
    promisor[first] = np.where(is_assisted, Promisor.REP, Promisor.MARKETING)
    return claims, promisor


def _looked_up(columns: Columns, leads: Ints) -> tuple[Floats, Bools]:
    """The inflation recorded with each lead, and whether there is any."""
    rank = np.argsort(columns["lead"])
    ids = np.append(columns["lead"][rank], np.iinfo(np.int64).max)
    place = np.searchsorted(ids, leads)
    is_there = ids[place] == leads
    return np.append(columns["inflation"][rank], np.nan)[np.where(is_there, place, -1)], is_there


def _who_knew(window: Window, placed: Columns) -> Columns:
    """What support knew of the offer, and which channels had carried its terms (bits)."""
    is_niche = placed["segment"] == Segment.NICHE
    levels = np.insert(window.gauge("knowledge"), 0, window.scenario.support.knowledge.uninformed)
    knew = np.where(is_niche, levels[window.week_of(placed["time"])], 1.0)
    told = np.full(is_niche.size, UNKNOWN, dtype=np.int64)
    told[is_niche] = 0
    received = window.facts(MessageReceived)
    for bit, number in enumerate(terms_channels(window)):
        times = received["time"][received["channel"] == number]
        since = times.min() if times.size else np.inf
        told[is_niche] += (placed["time"][is_niche] >= since).astype(np.int64) << bit
    return {"support_knew": knew, "told": told}


def terms_channels(window: Window) -> dict[int, str]:
    """Number and name of the channels that carry the terms of the new offer."""
    channels = window.scenario.organisation.channels
    return {
        number: name
        for number, (name, channel) in enumerate(channels.items())
        if channel.topic == "promise_terms"
    }
