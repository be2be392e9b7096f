"""The audit of people: customers by source, their problems, and the agents who help (MODEL M4, M5).

Whoever came is there or has left; every attempt at a problem follows one that ended; agents are
employed or have left, and are busy with contacts and what else is theirs. Reference: DESIGN s.7.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from orgsim.entities import ContactChannel, Segment, Source
from orgsim.facts import (
    AgentHired,
    AgentLeft,
    CallAbandoned,
    CallAnswered,
    ContactContained,
    ContactHandled,
    ContactMade,
)
from orgsim.facts_of_customers import CustomerJoined, CustomerLeft, GroupCounted, VariantSwitched
from orgsim.kpis.base import Window
from orgsim.kpis.identities import Check, absent, distinct, so_far
from orgsim.kpis.joins import key_of
from orgsim.units import WEEK

ROUGHLY = 0.01
"""Relative difference allowed where one of two ways of counting cannot be exact."""

ROUNDING = 1e-9
"""Relative difference that sums of many hours may have from the order of adding alone."""


def contacts(window: Window) -> Iterator[Check]:
    """Iterate over the identities of problems, the attempts at them and the calls."""
    made, contained, answered, abandoned, handled = (
        window.facts(kind)
        for kind in (ContactMade, ContactContained, CallAnswered, CallAbandoned, ContactHandled)
    )
    attempts = key_of(made, "customer", "nth", "attempt")
    yield Check("contacts: no attempt is counted twice", attempts.size, distinct(attempts).size)
    before = attempts[made["attempt"] > 0] - 1
    over = [key_of(part, "customer", "nth", "attempt") for part in (handled, abandoned)]
    firsts = {**contained, "attempt": np.zeros_like(contained["nth"])}  # who tries again skips it
    over.append(key_of(firsts, "customer", "nth", "attempt"))
    skipped = absent(before, np.concatenate(over)).size
    yield Check("tickets: every further attempt follows one that ended", skipped, 0)
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


def agents(window: Window) -> Iterator[Check]:
    """Agents are employed, are busy with contacts and what else is theirs, and only while on duty.

    What is done is done by busy agents, exactly. That busy agents do nothing else is known within
    1 % and what may be half done at the horizon: by those busy then, and of work put aside.
    """
    yield from _employed(window)
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


def _employed(window: Window) -> Iterator[Check]:
    """Whoever was there at the start or was hired is employed or has left, in every week."""
    employed = window.gauge("employed", "agents")
    hired, left = (
        so_far(window.ends, facts["time"], facts["fte"])
        for facts in (window.facts(AgentHired), window.facts(AgentLeft))
    )
    expected = window.scenario.support.payroll_fte + hired - left
    wrong = int(np.count_nonzero(~np.isclose(expected, employed, rtol=0.0, atol=ROUNDING)))
    yield Check("agents: weeks that end with others than at the start + hired - left", wrong, 0)


def customers(window: Window) -> Iterator[Check]:
    """Iterate over the identities of customers, by segment and by where they came from."""
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
    there = window.scenario.customers.count + so_far(window.ends, joined["time"])
    there -= so_far(window.ends, left["time"])
    seen = window.per_week(counted["time"], counted["active"], closing=True)
    wrong = int(np.count_nonzero(there != seen))
    yield Check("customers: weeks that end with others than have come and stayed", wrong, 0)


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
