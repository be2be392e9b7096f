"""The promise ledger: who promised what to whom, who inside knew, and what became of it (M1.5).

What of the real organisation is modelled: the list that no area keeps. Every order carries four
promises at most, and agents may add dates:

    date       it is at the door by the end of the promised day;
    complete   it is complete and the right one;
    express    it travels as express, where that was promised;
    setup      expert set-up comes with it, where that was promised: the promise of better fit.

1. Who made it: `marketing` where a lead decided on the published claim, `rep` where a rep closed,
   `order_page` for a repeat order, `agent` for a date that support stated in place of the first.
2. Who knew: `on_record` says that it reached the order record, by which logistics works;
   `support_knew` is the agents' knowledge of the offer at the week's start (1 for the base offer);
   `told` names the channels through which the terms of the new offer had arrived by then.
3. What became of it: `kept`; `late` by whole days; `broken` (its day has passed and nothing came; a
   standard parcel, no set-up, a wrong parcel, the other variant for want of a part); `compensated`
   (its day had passed, the order was cancelled and the money paid back; or it was late or broken
   and afterwards a credit or a replacement was given for such a failure, see below); `released`
   (cancelled with nothing broken); `open`. A promise falls due on the order's day. An order lost at
   once, for want of a part, was promised nothing, as in OTIF.
4. What was given for it: a credit for a late order pays for the date, a replacement for a fault for
   the parcel, a credit for a complaint for whatever had failed; a credit for a bill and a call-back
   pay for nothing promised. What is compensated is still not kept.

Assumed: niche promises that include express include set-up (M1.5). What is given is for the last
order the customer had placed by then. Each date that an agent stated anew is a promise, kept or not
whatever was stated afterwards; it is on no record, known to support. What a repeat order's claim
was worth is not recorded, nor is the record's date of an order never delivered: null.

Reference: Zeithaml, Berry & Parasuraman (1988), J. Marketing 52(2): promises and delivery, gap 4.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orgsim.entities import Bools, Floats, Reason, RecoveryTool, Segment, Source
from orgsim.facts import DateStated, OrderShipped, RecoveryGiven
from orgsim.kpis.base import Columns, Window
from orgsim.kpis.joins import found, key_of, last_by, pick
from orgsim.kpis.promised_orders import (
    UNKNOWN,
    Codes,
    Promisor,
    orders_with_fate,
    terms_channels,
)
from orgsim.units import DAY


class Promised(IntEnum):
    """What was promised."""

    DATE = 0
    COMPLETE = 1
    EXPRESS = 2
    SETUP = 3


class Fate(IntEnum):
    """What became of a promise."""

    KEPT = 0
    LATE = 1
    BROKEN = 2
    COMPENSATED = 3
    RELEASED = 4
    OPEN = 5


_MADE_GOOD_BY = {
    Promised.DATE: (Reason.WISMO, Reason.LATE_WISMO, Reason.COMPLAINT),
    Promised.COMPLETE: (Reason.FAULT, Reason.COMPLAINT),
    Promised.EXPRESS: (Reason.COMPLAINT,),
    Promised.SETUP: (Reason.COMPLAINT,),
}
"""For which failures a credit or a replacement makes good what was promised."""

PROMISORS = tuple(one.name.lower() for one in Promisor)


def ledger(window: Window) -> Columns:
    """Every promise of the run, one row each; built once per window."""
    return window.once(_build)


def readable(window: Window) -> Columns:
    """The ledger as a table: words for codes, null for what no fact tells, in order of time."""
    columns = ledger(window)
    order = np.argsort(columns["made"], kind="stable")
    columns = {name: column[order] for name, column in columns.items()}
    names = {
        "promisor": Promisor,
        "segment": Segment,
        "source": Source,
        "attribute": Promised,
        "fate": Fate,
    }
    columns["source"] = window.source_of(columns["customer"])
    for name, members in names.items():
        columns[name] = np.array([one.name.lower() for one in members])[columns[name]]
    columns["told"] = _channels_in_words(window)[columns["told"]]
    known = columns["on_record"]
    columns["on_record"] = np.where(known == UNKNOWN, None, known == 1)
    return columns


def _channels_in_words(window: Window) -> NDArray[Any]:
    """For each set of channels that carried the terms, their names; the last is none to name."""
    names = list(terms_channels(window).values())
    sets = [
        ", ".join(name for bit, name in enumerate(names) if number >> bit & 1)
        for number in range(1 << len(names))
    ]
    return np.array([*sets, None], dtype=object)


def _build(window: Window) -> Columns:
    orders = orders_with_fate(window)
    parts = [_dates(window, orders), _complete(orders)]
    special = np.flatnonzero(orders["express_promised"])
    some = {name: column[special] for name, column in orders.items()}
    parts += [_express(window, some), _setup(some), _stated(window, orders)]
    rows = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    rows["fate"][_is_made_good(window, rows, orders)] = Fate.COMPENSATED
    return rows


def _is_made_good(window: Window, rows: Columns, orders: Columns) -> Bools:
    """Which promises had failed when the customer was given something for a failure like it."""
    given = window.facts(RecoveryGiven)
    last = last_by(orders, given["customer"], given["time"])
    failed = np.where(rows["attribute"] == Promised.DATE, rows["due"], rows["settled"])
    is_unkept = np.isin(rows["fate"], (Fate.LATE, Fate.BROKEN))
    keys, bought = (key_of(some, "customer", "nth") for some in (rows, orders))
    horizon = np.full(keys.size, window.ends[-1])
    made_good = np.zeros(keys.size, dtype=bool)
    for promised, reasons in _MADE_GOOD_BY.items():
        mine = np.isin(given["reason"], reasons) & (given["tool"] != RecoveryTool.CALL_BACK)
        mine &= last >= 0
        times = given["time"][mine]
        latest = last_by({"customer": bought[last[mine]], "time": times}, keys, horizon)
        is_after = pick(times, latest) >= failed
        made_good |= is_unkept & is_after & (rows["attribute"] == promised)
    return made_good


def _rows(
    orders: Columns,
    promised: Promised,
    *,
    fate: Codes,
    on_record: Codes,
    settled: Floats,
    days_late: Floats | None = None,
) -> Columns:
    """One promise of each order; where it is cancelled first, a promise not broken is released."""
    size = orders["time"].size
    is_cancelled = np.isfinite(orders["cancelled"])
    return {
        "made": orders["time"],
        "promisor": orders["promisor"],
        "customer": orders["customer"],
        "nth": orders["nth"],
        "segment": orders["segment"],
        "attribute": np.full(size, promised, dtype=np.int8),
        "due": orders["due"],
        "claim": orders["claim"],
        "on_record": on_record,
        "support_knew": orders["support_knew"],
        "told": orders["told"],
        "fate": np.where((fate == Fate.OPEN) & is_cancelled, Fate.RELEASED, fate).astype(np.int8),
        "settled": np.where(is_cancelled, orders["cancelled"], settled),
        "days_late": np.full(size, np.nan) if days_late is None else days_late,
    }


def _dates(window: Window, orders: Columns) -> Columns:
    """Whether each order came by its date; a cancelled one whose day had passed is paid back."""
    due, arrived, cancelled = (orders[name] for name in ("due", "arrived", "cancelled"))
    late = arrived >= due
    fate = np.where(due <= window.ends[-1], Fate.BROKEN, Fate.OPEN)
    fate[np.isfinite(cancelled)] = Fate.RELEASED
    fate[cancelled >= due] = Fate.COMPENSATED
    fate[arrived < due] = Fate.KEPT
    fate[late] = Fate.LATE
    days_late = np.where(late, np.floor((arrived - due) / DAY) + 1.0, np.nan)
    on_record = orders["date_on_record"]
    return _rows(
        orders,
        Promised.DATE,
        fate=fate,
        on_record=on_record,
        settled=arrived,
        days_late=days_late,
    )


def _complete(orders: Columns) -> Columns:
    """Everyone who has to pack it knows that a parcel should be complete."""
    fate = _judged(orders["complete"])
    known = np.ones(fate.size, dtype=np.int8)
    return _rows(orders, Promised.COMPLETE, fate=fate, on_record=known, settled=orders["arrived"])


def _express(window: Window, orders: Columns) -> Columns:
    """The carrier is told what the order record says."""
    shipped = window.facts(OrderShipped)
    theirs = np.isin(shipped["segment"], np.unique(orders["segment"]))
    shipped = {name: column[theirs] for name, column in shipped.items()}
    row = found(key_of(orders, "customer", "nth"), shipped)
    fate = _judged(pick(shipped["express"].astype(float), row))
    return _rows(
        orders,
        Promised.EXPRESS,
        fate=fate,
        on_record=orders["express_on_record"].astype(np.int8),
        settled=pick(shipped["time"], row),
    )


def _setup(orders: Columns) -> Columns:
    """The set-up comes if the order record asks for it; with the other variant it does not."""
    is_known, comes = orders["setup_on_record"], orders["setup_comes"]
    there = np.where(np.isfinite(orders["arrived"]), comes.astype(float), np.nan)
    return _rows(
        orders,
        Promised.SETUP,
        fate=_judged(there),
        on_record=is_known.astype(np.int8),
        settled=orders["arrived"],
    )


def _judged(kept: Floats) -> Codes:
    """Kept (1), broken (0), or neither yet (NaN)."""
    return np.where(kept == 1, Fate.KEPT, np.where(kept == 0, Fate.BROKEN, Fate.OPEN))


def _stated(window: Window, orders: Columns) -> Columns:
    """The dates that agents stated and that were not the one told before."""
    stated = window.facts(DateStated)
    keys, of_each = np.unique(key_of(stated, "customer", "nth"), return_inverse=True)
    row = found(keys, orders)[of_each]
    line = np.argsort(of_each, kind="stable")  # order after order, each in its order of time
    is_first = np.insert(np.diff(of_each[line]) != 0, 0, True)[: line.size]
    told = np.where(is_first, pick(orders["due"], row[line]), np.roll(stated["due"][line], 1))
    new = np.sort(line[(row[line] >= 0) & (stated["due"][line] != told)])
    some = {name: column[row[new]] for name, column in orders.items()}
    some |= {
        "time": stated["time"][new],
        "due": stated["due"][new],
        "promisor": np.full(new.size, Promisor.AGENT, dtype=np.int8),
        "claim": np.full(new.size, np.nan),
        "date_on_record": np.zeros(new.size, dtype=np.int8),
        "support_knew": np.ones(new.size),
    }
    return _dates(window, some)
