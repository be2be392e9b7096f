"""KPIs of support seen from the customer's problem, its channels, and the team (MODEL s.9, M5.11).

A problem is one reason to ask of one customer (its contact number); every try to have it solved is
a contact of that problem, whatever the channel.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from orgsim.entities import Bools, Floats, Ints
from orgsim.facts import ContactHandled, ContactMade, OrderPlaced
from orgsim.kpis.base import GROUPS, SEGMENTS, Columns, Kpi, Ratio, Window
from orgsim.kpis.joins import found, key_of
from orgsim.units import WEEK


def _by_problem(contacts: Columns) -> tuple[Ints, Bools]:
    """The order of the contacts by problem and attempt, and where a new problem begins in it."""
    order = np.lexsort((contacts["attempt"], contacts["nth"], contacts["customer"]))
    begins = np.ones(order.size, dtype=bool)
    for name in ("customer", "nth"):
        column = contacts[name][order]
        same = column[1:] == column[:-1]
        begins[1:] = ~same if name == "customer" else begins[1:] | ~same
    return order, begins


def _begun(window: Window, segment: str) -> Floats:
    made = window.facts(ContactMade, segment)
    return window.per_week(made["time"][made["attempt"] == 0])


def _contacts_per_problem(window: Window, segment: str) -> Ratio:
    return Ratio(window.count(ContactMade, segment), _begun(window, segment))


def _contacts_per_order(window: Window, segment: str) -> Ratio:
    return Ratio(window.count(ContactMade, segment), window.count(OrderPlaced, segment))


def _not_back_in_a_week(window: Window, segment: str) -> Ratio:
    """Per problem: its first handled contact, and whether any contact follows within 7 days."""
    handled, made = (window.facts(kind, segment) for kind in (ContactHandled, ContactMade))
    order, begins = _by_problem(handled)
    first = {name: handled[name][order[begins]] for name in ("customer", "nth", "attempt", "time")}
    tries, _ = _by_problem(made)
    tried = {name: made[name][tries] for name in ("customer", "nth", "attempt", "time")}
    place = _places(tried, first) + 1  # the contact after the one that was handled first
    there = np.minimum(place, tried["time"].size - 1)
    is_back = place < tried["time"].size
    for name in ("customer", "nth"):
        is_back &= tried[name][there] == first[name]
    is_back &= tried["time"][there] <= first["time"] + WEEK
    times = first["time"]
    return Ratio(window.per_week(times[~is_back]), window.per_week(times))


def _places(tried: Columns, wanted: Columns) -> Ints:
    """Where in the sorted contacts each wanted one stands."""
    keys = [
        np.array(
            list(zip(*(part[n].tolist() for n in ("customer", "nth", "attempt")), strict=True)),
            dtype=[("customer", "i8"), ("nth", "i8"), ("attempt", "i8")],
        )
        for part in (tried, wanted)
    ]
    return np.searchsorted(keys[0], keys[1]).astype(np.int64)


def _effort(window: Window, group: str) -> Ratio:
    """What a problem cost the customer, all of it in the week in which it was first brought up."""
    made, handled = (window.facts(kind, group) for kind in (ContactMade, ContactHandled))
    order, begins = _by_problem(made)
    channel = made["channel"][order]
    changed = ~begins
    changed[1:] &= channel[1:] != channel[:-1]
    names = ("customer", "nth", "attempt")
    answered = found(key_of(handled, *names), made, *names)
    again = np.zeros(order.size)
    again[answered[answered >= 0]] = 1.0 - window.scenario.organisation.single_view
    begun = made["time"][order][begins]
    since = begun[np.cumsum(begins) - 1]
    return Ratio(
        window.per_week(since, 1.0 + begins + changed + again[order]), window.per_week(begun)
    )


def _gauge(window: Window, segment: str, name: str, member: str = "") -> Ratio:
    return Ratio(window.gauge(name, member), window.ones)


KPIS = (
    Kpi(
        name="fcr_7_days",
        title="Not back within 7 days",
        unit="share",
        area="support",
        direction=1,
        section="s.9",
        formula="problems not brought up again within 7 days of the first handled contact / "
        "problems handled, each counted once",
        open_items="who is not back yet at the horizon counts as not back",
        segments=SEGMENTS,
        measure=_not_back_in_a_week,
    ),
    Kpi(
        name="contacts_per_problem",
        title="Contacts per problem",
        unit="contacts",
        area="support",
        direction=-1,
        section="M4.6",
        formula="contacts, every attempt counted / problems brought up",
        open_items="attempts still to come are left out",
        segments=SEGMENTS,
        measure=_contacts_per_problem,
    ),
    Kpi(
        name="contacts_per_order",
        title="Contacts per order",
        unit="contacts",
        area="support",
        direction=-1,
        section="s.9",
        formula="contacts, every attempt counted / orders placed",
        segments=SEGMENTS,
        measure=_contacts_per_order,
    ),
    Kpi(
        name="customer_effort",
        title="Customer effort score (CES)",
        unit="points",
        area="customers",
        direction=-1,
        section="M5.11",
        formula="1 + contacts + changes of channel + questions asked again (at every answer, but "
        "for the share that a single view of the customer spares), mean of problems",
        open_items="a problem counts in the week of its first contact, with all that followed",
        segments=GROUPS,
        measure=_effort,
    ),
    Kpi(
        name="work_pressure",
        title="Work pressure",
        unit="x",
        area="support",
        direction=-1,
        section="U2",
        formula="hours required at the team's own standard / hours available, of the week before",
        measure=partial(_gauge, name="pressure"),
    ),
    Kpi(
        name="service_standard",
        title="Standard of the time a contact deserves",
        unit="x",
        area="support",
        direction=1,
        section="M4.8",
        formula="time a contact is meant to take, at the week's end / at the start",
        measure=partial(_gauge, name="standard"),
    ),
    Kpi(
        name="agents_employed",
        title="Agents employed",
        unit="FTE",
        area="support",
        direction=0,
        section="M4.3",
        formula="agents employed at the week's end",
        measure=partial(_gauge, name="employed", member="agents"),
    ),
)
