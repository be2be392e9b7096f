"""KPIs of the promise ledger: what was promised, and what was kept of it (MODEL s.9).

Every promise counts by itself (see `promises`): an order that comes in time in a standard parcel
has kept its date and broken its express. A promise counts on the day it falls due, so that a
backlog cannot hide it. Nobody in the organisation owns these numbers: each area sees its own part.

Reference: MODEL s.9 (promise inflation; promise-capability gap); measured against what was
delivered, since against what marketing believes it would only be inflation again.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from orgsim.customers.expectations import speed_level
from orgsim.entities import Floats, Segment
from orgsim.facts import OrderDelivered
from orgsim.kpis.base import SEGMENTS, Kpi, Ratio, Window
from orgsim.kpis.promised_orders import UNKNOWN, Codes, Promisor
from orgsim.kpis.promises import PROMISORS, Fate, ledger
from orgsim.units import DAY

GROUPS = (*SEGMENTS, *PROMISORS)
DUE = (Fate.KEPT, Fate.LATE, Fate.BROKEN, Fate.COMPENSATED)
"""Whose day has come; who released the organisation no longer waits, and open is open."""


def _cross(
    window: Window, moment: str, codes: Codes, size: int, weights: Floats | None = None
) -> Floats:
    """Promises (or their weights) by week of the moment, promisor, segment and some code."""
    rows = ledger(window)
    shape = (window.weeks + 1, len(Promisor), len(Segment), size)
    weeks = window.week_of(rows[moment] - 1e-6)
    place = np.ravel_multi_index((weeks, rows["promisor"], rows["segment"], codes), shape)
    counts = np.bincount(place, weights, minlength=int(np.prod(shape)))
    return counts.reshape(shape)[:-1].astype(float)


def _made(window: Window) -> Floats:
    """Promises made; the last axis: not on the order record, on it, unknown."""
    return _cross(window, "made", ledger(window)["on_record"] % 3, 3)


def _due(window: Window) -> Floats:
    """Promises that fell due; the last axis is their fate, late ones whether paid for or not."""
    rows = ledger(window)
    fate = np.where(np.isfinite(rows["days_late"]), Fate.LATE, rows["fate"])
    return _cross(window, "due", fate, len(Fate))


def _late(window: Window) -> Floats:
    """Days late of the dates that fell due."""
    days = np.nan_to_num(ledger(window)["days_late"])
    return _cross(window, "due", np.zeros(days.size, dtype=np.int8), 1, days)


def _of(counts: Floats, group: str) -> Floats:
    """The counts of one segment or promisor, one row per week."""
    if group in PROMISORS:
        return np.asarray(counts[:, PROMISORS.index(group)].sum(axis=1))
    if group == "all":
        return np.asarray(counts.sum(axis=(1, 2)))
    return np.asarray(counts[:, :, Segment[group.upper()]].sum(axis=1))


def _promises(window: Window, group: str) -> Ratio:
    return Ratio(_of(window.once(_made), group).sum(axis=1), window.days)


def _unknown(window: Window, group: str) -> Ratio:
    made = _of(window.once(_made), group)
    return Ratio(made[:, 0], made[:, :UNKNOWN].sum(axis=1))


def _share(*fates: Fate) -> Callable[[Window, str], Ratio]:
    def measure(window: Window, group: str) -> Ratio:
        due = _of(window.once(_due), group)
        return Ratio(due[:, fates].sum(axis=1), due[:, DUE].sum(axis=1))

    return measure


def _lateness(window: Window, group: str) -> Ratio:
    late = _of(window.once(_due), group)[:, Fate.LATE]
    return Ratio(_of(window.once(_late), group).sum(axis=1), late)


def _gap(window: Window, segment: str) -> Ratio:
    delivered = window.facts(OrderDelivered, segment)
    day = np.floor(delivered["placed"] / DAY)
    promised = delivered["due"] / DAY - 1.0 - day
    taken = np.floor(delivered["time"] / DAY) - day
    gap = 100.0 * (speed_level(promised) - speed_level(taken))
    return Ratio(window.per_week(delivered["time"], gap), window.count(OrderDelivered, segment))


KPIS = (
    Kpi(
        name="promises_made",
        title="Promises made",
        unit="1/d",
        area="company",
        direction=0,
        is_volume=True,
        section="s.9",
        formula="dates, completeness, express, set-up and agents' dates promised / days",
        segments=GROUPS,
        measure=_promises,
    ),
    Kpi(
        name="promises_unknown",
        title="Promises on no order record",
        unit="share",
        area="company",
        direction=-1,
        section="M2.6",
        formula="promises that did not reach the order record / promises made",
        open_items="dates of orders never delivered are left out: their record is not known",
        segments=GROUPS,
        measure=_unknown,
    ),
    Kpi(
        name="promises_kept",
        title="Single promises kept",
        unit="share",
        area="company",
        direction=1,
        section="s.9",
        formula="promises kept / promises that fell due, each attribute by itself",
        open_items="what is not there on its day is not kept, though made good for; cancelled "
        "before that: left out",
        segments=GROUPS,
        measure=_share(Fate.KEPT),
    ),
    Kpi(
        name="promises_broken",
        title="Single promises broken",
        unit="share",
        area="company",
        direction=-1,
        section="s.9",
        formula="promises neither kept nor kept late / promises that fell due",
        open_items="as single promises kept; an overdue date counts as broken until it is met",
        segments=GROUPS,
        measure=_share(Fate.BROKEN, Fate.COMPENSATED),
    ),
    Kpi(
        name="promise_lateness",
        title="Lateness of late promises",
        unit="d",
        area="company",
        direction=-1,
        section="s.9",
        formula="mean whole days after the promised day, of dates kept late, by promised day",
        open_items="orders not yet delivered are left out",
        segments=GROUPS,
        measure=_lateness,
    ),
    Kpi(
        name="promise_gap",
        title="Speed promised above speed delivered",
        unit="pts",
        area="company",
        direction=-1,
        section="s.9",
        formula="100 x mean (speed level of the days promised - of the days taken), per delivery",
        open_items="orders not yet delivered are left out",
        segments=SEGMENTS,
        measure=_gap,
    ),
)
