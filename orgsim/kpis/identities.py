"""What the audit is made of: identities, and sets of things that are told apart by a key.

A thing is an order, a contact, an attempt: its key is one whole number made of the columns that
name it. Reference: DESIGN s.7.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from orgsim.entities import Bools, Floats, Ints


class Check(NamedTuple):
    """One identity: two ways to count the same."""

    check: str
    left: float
    right: float
    is_count: bool = True

    @property
    def is_met(self) -> bool:
        """Counts and cents agree exactly, however many; integrals of time to a relative 1e-9."""
        if self.is_count:
            return bool(self.left == self.right)
        return bool(np.isclose(self.left, self.right, rtol=1e-9, atol=1e-6))


def distinct(keys: Ints) -> Ints:
    """The different keys, rising. Sorted by hand: hashing these keys degenerates."""
    ranked = np.sort(keys)
    return np.asarray(ranked[np.diff(ranked, prepend=ranked[:1] - 1) != 0])


def either(these: Ints, those: Ints) -> Ints:
    """The different keys in either."""
    return distinct(np.concatenate([these, those]))


def is_among(keys: Ints, those: Ints) -> Bools:
    """Whether each key is one of ``those``."""
    ranked = np.append(np.sort(those), np.iinfo(np.int64).max)
    return np.asarray(ranked[np.searchsorted(ranked, keys)] == keys)


def absent(these: Ints, those: Ints) -> Ints:
    """The different keys of ``these`` that are none of ``those``."""
    keys = distinct(these)
    return keys[~is_among(keys, those)]


def so_far(ends: Floats, times: Floats, amounts: Floats | Ints | Bools | None = None) -> Floats:
    """The sum (or the count) of what happened before each end.

    As a gauge sees it: it is read before anything else of that instant happens.
    """
    order = np.argsort(times, kind="stable")
    of_each = np.ones(times.size) if amounts is None else amounts[order]
    sums = np.concatenate(([0.0], np.cumsum(of_each, dtype=np.float64)))
    return np.asarray(sums[np.searchsorted(times[order], ends)])
