"""What enters a place leaves it or is still there: the audit of everything that waits or travels.

A flow is a place with its ways in and out: the benches, the carrier's van, an agent's queue. Each
new one is a line in `FLOWS`, and is then held to three identities:

1. who leaves has entered, and leaves once;
2. what is there by the facts is what a gauge of the running organisation counted, at every week's
   end (where there is a gauge);
3. Little's law, L = lambda W, as an identity of areas: the integral of how many are there, taken
   over the dates of coming and going without asking whose, is the sum of everybody's own stay.

So a unit that is lost, doubled or misdated anywhere along the chain has nowhere to hide.

Assumed: a place is left at the first of its ways out; who calls off (`called_off`) may do so from
several places, so only those count who are there.

Reference: Little (1961), Operations Research 9(3); Stidham (1974) for the sample-path form.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from orgsim.entities import ContactChannel, Floats, Ints
from orgsim.facts import (
    CallAbandoned,
    CallAnswered,
    ContactContained,
    ContactHandled,
    ContactMade,
    LeadLost,
    LeadQualified,
    LeadTouched,
    LeadWon,
    OrderAllocated,
    OrderBackordered,
    OrderCancelled,
    OrderDelivered,
    OrderLost,
    OrderPicked,
    OrderPlaced,
    OrderShipped,
)
from orgsim.facts_after_sale import (
    InvoicePaid,
    InvoiceSent,
    OrderSplit,
    RefundPaid,
    RestDelivered,
    RestDropped,
    RestShipped,
    ReturnInspected,
    ReturnReceived,
    ReturnSent,
)
from orgsim.kpis.base import Columns, Window
from orgsim.kpis.identities import Check, so_far
from orgsim.kpis.joins import key_of

Kinds = tuple[type[Any], ...]
_LEAD, _ORDER, _ATTEMPT = ("lead",), ("customer", "nth"), ("customer", "nth", "attempt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A place that work passes through.

    ``parts`` are the departments it needs, ``key`` tells pieces of work apart, ``alike`` is what
    they must still be when they leave (so that the flow balances for each of its values), ``gauge``
    counts those who are there, ``hours`` sums their stays. ``only`` are a column and its values: of
    a fact that has it, only those count. ``is_timed``: who leaves is recorded with the time
    ``waited``.
    """

    name: str
    parts: frozenset[str]
    key: tuple[str, ...] = _ORDER
    enters: type[Any]
    leaves: Kinds = ()
    called_off: Kinds = ()
    only: tuple[str, tuple[int, ...]] | None = None
    alike: str = ""
    gauge: tuple[str, str] | None = None
    hours: tuple[str, str] | None = None
    is_timed: bool = False


FLOWS = (
    Flow(
        name="leads in hand",
        parts=frozenset({"sales"}),
        key=_LEAD,
        enters=LeadQualified,
        leaves=(LeadWon, LeadLost),
        gauge=("in_hand", "reps"),
    ),
    Flow(
        name="leads waiting for a rep",
        parts=frozenset({"sales"}),
        key=_LEAD,
        enters=LeadQualified,
        leaves=(LeadTouched,),
        only=("assisted", (True,)),
        hours=("waited_hours", "reps"),
    ),
    Flow(
        name="orders open",
        parts=frozenset({"sales", "logistics"}),
        enters=OrderPlaced,
        leaves=(OrderDelivered, OrderLost),
        called_off=(OrderCancelled,),
    ),
    Flow(
        name="orders without parts",
        parts=frozenset({"logistics"}),
        enters=OrderBackordered,
        called_off=(OrderAllocated, OrderCancelled),
        gauge=("queued", "backorders"),
        hours=("waited_hours", "backorders"),
        is_timed=True,
    ),
    Flow(
        name="orders at the benches",
        parts=frozenset({"logistics"}),
        enters=OrderAllocated,
        leaves=(OrderPicked,),
        called_off=(OrderCancelled,),
        gauge=("bench", ""),
    ),
    Flow(
        name="parcels packed",
        parts=frozenset({"logistics"}),
        enters=OrderPicked,
        leaves=(OrderShipped,),
    ),
    Flow(
        name="parcels under way",
        parts=frozenset({"logistics"}),
        enters=OrderShipped,
        leaves=(OrderDelivered,),
    ),
    Flow(
        name="contacts in hand",
        parts=frozenset({"support"}),
        key=_ATTEMPT,
        enters=ContactMade,
        leaves=(ContactHandled, CallAbandoned, ContactContained),
        alike="channel",
        gauge=("in_hand", "agents"),
    ),
    Flow(
        name="callers waiting",
        parts=frozenset({"support"}),
        key=_ATTEMPT,
        enters=ContactMade,
        leaves=(CallAnswered, CallAbandoned),
        called_off=(ContactContained,),
        only=("channel", (ContactChannel.PHONE, ContactChannel.CHAT, ContactChannel.RETAIL)),
        is_timed=True,
    ),
    Flow(
        name="rests without parts",
        parts=frozenset({"logistics"}),
        enters=OrderSplit,
        leaves=(RestShipped, RestDropped),
        gauge=("rests", ""),
    ),
    Flow(
        name="rests under way",
        parts=frozenset({"logistics"}),
        enters=RestShipped,
        leaves=(RestDelivered,),
    ),
    Flow(
        name="returns under way",
        parts=frozenset({"logistics"}),
        enters=ReturnSent,
        leaves=(ReturnReceived,),
    ),
    Flow(
        name="returns in hand",
        parts=frozenset({"logistics"}),
        enters=ReturnReceived,
        leaves=(ReturnInspected,),
        gauge=("in_hand", "inspection"),
    ),
    Flow(
        name="bills open",
        parts=frozenset({"logistics"}),
        enters=InvoiceSent,
        leaves=(InvoicePaid,),
        called_off=(RefundPaid,),
    ),
)
"""Every place, in the order in which work passes through."""


@dataclass(slots=True)
class _Stays:
    """Who came, by rising key, and when each left; the dates of coming and going apart."""

    keys: Ints
    came: Floats
    left: Floats
    going: list[Floats]
    marks: Columns
    strays: int = 0
    stated: float = 0.0
    stayed: float = 0.0

    def leave(self, facts: Columns, keys: Ints, *, may_stray: bool) -> None:
        """Let those of the facts leave who are there; who is not, is a stray or of no concern."""
        order = np.argsort(keys)
        keys, times = keys[order], facts["time"][order]
        place = np.minimum(np.searchsorted(self.keys, keys), self.keys.size - 1)
        is_first = np.ones(keys.size, dtype=bool)
        is_first[1:] = keys[1:] != keys[:-1]
        leaves = is_first & (self.keys[place] == keys) & np.isnan(self.left[place])
        for name in self.marks.keys() & facts.keys():
            leaves &= self.marks[name][place] == facts[name][order]
        self.left[place[leaves]] = times[leaves]
        if "waited" in facts:
            self.stated += float(facts["waited"][order][leaves].sum())
            self.stayed += float((times[leaves] - self.came[place[leaves]]).sum())
        self.going.append(times[leaves] if may_stray else times)
        self.strays += 0 if may_stray else int(np.count_nonzero(~leaves))


def flow_checks(window: Window, flows: Sequence[Flow] = FLOWS) -> Iterator[Check]:
    """Every identity of the flows whose departments are there."""
    present = set(window.scenario.organisation.parts)
    for flow in flows:
        if flow.parts <= present:
            yield from _checks(window, flow)


def _checks(window: Window, flow: Flow) -> Iterator[Check]:
    stays, end = _stays(window, flow), float(window.ends[-1])
    went = np.concatenate([np.empty(0), *stays.going])
    if flow.leaves:
        yield Check(f"{flow.name}: who leaves has entered, and once", stays.strays, 0)
    if flow.gauge is not None:
        there = so_far(window.ends, stays.came) - so_far(window.ends, went)
        wrong = int(np.count_nonzero(there != window.gauge(*flow.gauge)))
        yield Check(f"{flow.name}: weeks that end with others than the gauge counts", wrong, 0)
    own = float((np.fmin(stays.left, end) - stays.came).sum())
    area = float((end - stays.came).sum() - (end - went).sum())
    yield Check(f"{flow.name}: L = lambda W (hours)", area, own, is_count=False)
    if flow.hours is not None:
        counted = float(window.gauge(*flow.hours)[-1])
        yield Check(f"{flow.name}: hours stayed = hours counted", own, counted, is_count=False)
    if flow.is_timed:
        timed = (stays.stayed, stays.stated)
        yield Check(f"{flow.name}: time recorded = from coming to going", *timed, is_count=False)


def _stays(window: Window, flow: Flow) -> _Stays:
    facts = _through(window, flow, flow.enters)
    keys = _key(facts, flow)
    order = np.argsort(keys)
    came, twice = facts["time"][order], int(np.count_nonzero(np.diff(keys[order]) == 0))
    marks = {name: facts[name][order] for name in (flow.alike,) if name}
    stays = _Stays(keys[order], came, np.full(came.size, np.nan), [], marks, strays=twice)
    for kind in (*flow.leaves, *flow.called_off):
        facts = _through(window, flow, kind)
        if came.size:
            stays.leave(facts, _key(facts, flow), may_stray=kind in flow.called_off)
        elif kind in flow.leaves:
            stays.strays += facts["time"].size
    return stays


def _through(window: Window, flow: Flow, kind: type[Any]) -> Columns:
    """The facts of a kind, only those of the flow where they tell that apart."""
    facts = window.facts(kind)
    if flow.only is None or flow.only[0] not in facts:
        return facts
    mine = np.isin(facts[flow.only[0]], flow.only[1])
    return {name: column[mine] for name, column in facts.items()}


def _key(facts: Columns, flow: Flow) -> Ints:
    """What tells pieces of work apart; a fact without an attempt is of the first."""
    first = {name: np.zeros_like(facts["customer"]) for name in flow.key if name not in facts}
    return key_of({**facts, **first}, *flow.key)
