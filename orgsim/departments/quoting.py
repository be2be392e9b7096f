"""The order page: a date promised as always, or quoted from what sales believes (MODEL M3.6, S3).

Modelled: where the order page quotes dates (ATP, available to promise), a shortage or a queue that
sales has heard of is told to the customer before the order instead of being felt after it.

1. The delay quoted to a segment, in whole days, is what the last message on stock says beyond the
   usual time from order to door, rounded, never below 0. Where nothing was heard it is 0.
2. The promise is made later by the delay: its date, and its level of speed by 1/14 a day, as far as
   0. Date, expectation and the order record all follow the quote.
3. Whoever lowers the price, marketing for all or a rep for one, lifts the level of price, which is
   what is got for the money: it is divided by the share that is asked, up to 1.
4. Each day of delay quoted costs the stated share of the leads that would have been won:
   P(win) (1 - a_atp)^delay.

Assumed: no date is quoted that is earlier than the usual promise; the customer who orders again
reads the quote and orders all the same. Cui, Lu, Sun & Golden (2024) on speed promised; Bhan &
Anderson (2023) found that a later date quoted mattered little afterwards.
"""

from __future__ import annotations

from dataclasses import replace
from math import floor

from orgsim.entities import Attribute, Promise, Segment
from orgsim.governance.information import Information

DAYS_PER_LEVEL = 14.0
"""Days of delivery between the best and the worst level of speed."""


class OrderPage:
    """Says by how much later than usual an order placed now is promised."""

    def __init__(self, information: Information, *, is_quoting: bool, usual_days: float) -> None:
        self._information = information
        self._is_quoting = is_quoting
        self._usual_days = usual_days

    def delay(self, segment: Segment) -> int:
        """Whole days beyond the usual promise, by what sales believes of stock."""
        if not self._is_quoting:
            return 0
        belief = self._information.belief("sales", "stock_eta")
        if belief is None:
            return 0
        believed = belief.level("niche_days" if segment is Segment.NICHE else "base_days")
        return max(0, floor(believed - self._usual_days + 0.5))


def later(promise: Promise, delay: int) -> Promise:
    """The same promise, ``delay`` days later."""
    if not delay:
        return promise
    levels = promise.levels.copy()
    levels[Attribute.SPEED] = max(0.0, levels[Attribute.SPEED] - delay / DAYS_PER_LEVEL)
    return replace(promise, levels=levels, days=promise.days + delay)


def at_price(promise: Promise, share: float) -> Promise:
    """The same promise at so large a share of its price; more is got for the money, or less."""
    if share == 1.0:
        return promise
    levels = promise.levels.copy()
    levels[Attribute.PRICE] = min(1.0, levels[Attribute.PRICE] / share)
    return replace(promise, levels=levels, price=promise.price * share)
