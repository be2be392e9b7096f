"""The vocabulary of what is recorded, continued: split orders, returns and bills (see `facts`)."""

from __future__ import annotations

from typing import NamedTuple

from orgsim.entities import Segment


class AccessoriesMissed(NamedTuple):
    """A further line of the order was missing when it was accepted."""

    time: float
    customer: int
    nth: int
    segment: Segment


class OrderSplit(NamedTuple):
    """The order left without some of its lines; the rest is to follow."""

    time: float
    customer: int
    nth: int
    segment: Segment


class RestShipped(NamedTuple):
    """The carrier took the rest of a split order."""

    time: float
    customer: int
    nth: int
    segment: Segment


class RestDropped(NamedTuple):
    """The rest of a split order was not sent, since the order had been sent back."""

    time: float
    customer: int
    nth: int
    segment: Segment


class RestDelivered(NamedTuple):
    """The rest of a split order arrived."""

    time: float
    customer: int
    nth: int
    segment: Segment


class ReturnSent(NamedTuple):
    """A customer sent an order back; its refund is promised by ``due``."""

    time: float
    customer: int
    nth: int
    segment: Segment
    due: float


class ReturnReceived(NamedTuple):
    """A parcel came back; from now on its price is owed."""

    time: float
    customer: int
    nth: int
    segment: Segment
    cents: int


class ReturnInspected(NamedTuple):
    """A returned parcel was found in order."""

    time: float
    customer: int
    nth: int
    segment: Segment


class RefundPaid(NamedTuple):
    """A return was refunded, promised by ``due``; not in cash: its open bill was cancelled."""

    time: float
    customer: int
    nth: int
    segment: Segment
    due: float
    cents: int
    in_cash: bool


class OrderTakenOnAccount(NamedTuple):
    """An order was booked that will be paid after delivery."""

    time: float
    customer: int
    nth: int
    segment: Segment


class InvoiceSent(NamedTuple):
    """A delivery on account was billed; the customer disputes it, or not."""

    time: float
    customer: int
    nth: int
    segment: Segment
    cents: int
    disputed: bool


class InvoicePaid(NamedTuple):
    """A bill was paid after ``waited`` hours."""

    time: float
    customer: int
    nth: int
    segment: Segment
    cents: int
    waited: float


class ReminderSent(NamedTuple):
    """A bill was called in (dunning), perhaps while the customer had a complaint open."""

    time: float
    customer: int
    nth: int
    segment: Segment
    amid_complaint: bool
