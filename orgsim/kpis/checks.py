"""One identity of the audit: two independent ways to count the same.

Reference: DESIGN s.7 (a violation fails the replication and is shown, never averaged away).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


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
