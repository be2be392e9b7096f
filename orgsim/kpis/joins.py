"""Joins between facts: the same order, contact or return as two areas wrote it down.

An order is (its customer, which order), a contact (its customer, which contact, which attempt);
one number stands for either, so that columns of any length are joined in one sorted search.

Reference: DESIGN s.5 (what identifies an entity never depends on what happens elsewhere).
"""

from __future__ import annotations

import numpy as np

from orgsim.entities import Floats, Ints
from orgsim.kpis.base import Columns


def key_of(columns: Columns, *names: str) -> Ints:
    """One number per row that tells the rows' (customer, nth) or (customer, nth, attempt) apart."""
    key = columns[names[0]].astype(np.int64)
    for name in names[1:]:
        key = key * np.int64(1_000_003) + columns[name].astype(np.int64)
    return np.asarray(key)


def found(keys: Ints, others: Columns, *names: str) -> Ints:
    """For each key, the row of ``others`` with it, or -1; unless named, the key is the order's."""
    rows = np.full(keys.size, -1, dtype=np.int64)
    if not keys.size:
        return rows
    wanted = key_of(others, *(names or ("customer", "nth")))
    rank, order = np.argsort(keys), np.argsort(wanted)  # rising, a search is ten times faster
    place = np.minimum(np.searchsorted(keys[rank], wanted[order]), keys.size - 1)
    row = rank[place]
    is_mine = keys[row] == wanted[order]
    rows[row[is_mine]] = order[is_mine]
    return rows


def pick(values: Floats, rows: Ints) -> Floats:
    """The values at the rows, NaN where there is none."""
    return np.append(values, np.nan)[rows]


def last_by(columns: Columns, customers: Ints, moments: Floats) -> Ints:
    """The row of each customer's last entry at or before the moment, or -1."""
    rows = np.full(customers.size, -1, dtype=np.int64)
    wanted = np.flatnonzero(np.isfinite(moments))
    if not wanted.size or not columns["time"].size:
        return rows
    order = np.lexsort((columns["time"], columns["customer"]))
    held, times = columns["customer"][order], columns["time"][order]
    people, whose = np.unique(held, return_inverse=True)
    # A rising number per entry, customer after customer, so that one search finds the last.
    moments = moments[wanted]
    begin = min(times.min(), moments.min())
    span = 1.0 + max(times.max(), moments.max()) - begin
    line = whose * span + (times - begin)
    ask = np.searchsorted(people, customers[wanted]) * span + (moments - begin)
    last = np.maximum(np.searchsorted(line, ask, side="right") - 1, 0)
    is_theirs = (held[last] == customers[wanted]) & (times[last] <= moments)
    rows[wanted[is_theirs]] = order[last[is_theirs]]
    return rows
