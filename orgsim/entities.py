"""What moves through the organisation: leads, orders, tickets, and the batches they arrive in.

A lead becomes a customer, a customer places orders and contacts support; each keeps the name of its
customer, so that one customer can be followed through every area. Ids never depend on what happens
elsewhere: an order is (its customer, which order), a ticket (its customer, which contact). Batches
hold one day of a source as columns, since arrivals are computed in blocks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from math import floor, inf
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from orgsim.units import DAY

if TYPE_CHECKING:
    from orgsim.kernel.resources import Claim

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Segment(IntEnum):
    """The customer segments, each with its own offer (MODEL M1.1)."""

    BASE = 0
    NICHE = 1


class Source(IntEnum):
    """Where a customer came from (MODEL M1.4)."""

    INSTALLED = 0
    ORGANIC = 1
    CAMPAIGN = 2
    WORD_OF_MOUTH = 3


class Attribute(IntEnum):
    """What an offer promises and a customer perceives, each as a score in [0, 1]."""

    PRICE = 0
    SPEED = 1
    RELIABILITY = 2
    FIT = 3
    KNOWLEDGE = 4


class Component(IntEnum):
    """Stocked parts. The base kit is unlimited (MODEL L1) and therefore not among them."""

    CHASSIS = 0
    KIT = 1


class Reason(IntEnum):
    """Why a customer contacts support (MODEL M4.1)."""

    GENERAL = 0
    WISMO = 1
    LATE_WISMO = 2
    HOW_TO = 3
    FAULT = 4
    BILLING = 5
    REFUND = 6
    COMPLAINT = 7
    RECALL = 8


class ContactChannel(IntEnum):
    """How a contact reaches the agents (MODEL M4.2)."""

    PHONE = 0
    EMAIL = 1
    CHAT = 2
    RETAIL = 3


class RecoveryTool(IntEnum):
    """What an agent gives a customer whom the firm has failed (MODEL M4.10)."""

    CREDIT = 0
    REPLACEMENT = 1
    CALL_BACK = 2


class Outcome(IntEnum):
    """How a contact ended, as the customer sees it (MODEL M4.6)."""

    RESOLVED = 0
    UNRESOLVED = 1
    WRONG_ANSWER = 2
    GIVEN_UP = 3


class Account(IntEnum):
    """The accounts of the ledger; assets and expenses are debit balances (MODEL s.7)."""

    CASH = 0
    INVENTORY = 1
    DEFERRED_REVENUE = 2
    EQUITY = 3
    REVENUE = 4
    COST_OF_GOODS = 5
    CAMPAIGN = 6
    LEAD_COST = 7
    COMMISSION = 8
    SALES_PAYROLL = 9
    SUPPORT_PAYROLL = 10
    PICKING = 11
    CARRIAGE = 12
    HOLDING = 13
    FIXED_COST = 14
    OVERHEAD = 15
    WRITE_OFF = 16
    RECEIVABLES = 17
    REFUNDS_DUE = 18


class Lever(IntEnum):
    """What an area moves by itself, by its own gauge (MODEL O1)."""

    SPEND = 0
    CLAIM = 1
    DISCOUNT = 2
    PUSH = 3
    TEMPORARY_REPS = 4


class Occasion(IntEnum):
    """What a customer lived through; decides which attributes can be perceived (MODEL C1)."""

    DELIVERY = 0
    CONTACT = 1
    CANCELLATION = 2
    REST = 3
    REFUND = 4
    REMINDER = 5


class Reaction(IntEnum):
    """How a customer answers a failure (MODEL M5.7)."""

    VOICE = 0
    EXIT = 1
    SILENCE = 2


@dataclass(slots=True, frozen=True, kw_only=True)
class Promise:
    """What was claimed to one customer.

    ``levels`` holds one score per `Attribute`; ``days`` is the promised delivery time in whole
    days; ``inflation`` is phi, in promise steps (1 = the full headline); ``price`` is the share of
    the list price that is asked.
    """

    levels: Floats
    days: int
    inflation: float
    express: bool
    setup: bool
    price: float = 1.0


@dataclass(slots=True, frozen=True, kw_only=True)
class LeadBatch:
    """One day of leads of one source, as columns of equal length.

    ``trust`` is the trust in the brand, and ``doubt`` the bad talk per customer, that these
    prospects have met with.
    """

    ids: Ints
    times: Floats
    segment: Segment
    source: Source
    claim: float
    qualified_share: float
    trust: float = 0.8
    doubt: float = 0.0


@dataclass(slots=True, kw_only=True)
class Lead:
    """A qualified prospect on the way to a decision."""

    id: int
    segment: Segment
    source: Source
    created: float
    claim: float
    handle_hours: float
    luck: float
    standing: float = 0.0


@dataclass(slots=True, kw_only=True)
class Order:
    """One order and what became of it. Times in hours; ``due`` is the original promise.

    ``rest_ready`` is when its further lines are all there, ``bench_since`` since when it waits to
    be packed, ``arrives`` when the carrier is at the door, ``refund_due`` by when it is refunded if
    it was sent back, ``is_recalled`` whether the firm asked for it back.
    """

    customer: int
    row: int
    nth: int
    segment: Segment
    promise: Promise
    placed: float
    due: float
    stated_due: float
    express_on_record: bool = False
    setup_on_record: bool = False
    due_on_record: float = 0.0
    setup_on_desktop: bool = False
    due_on_desktop: bool = True
    price_cents: int = 0
    on_account: bool = False
    claim: Claim | None = None
    substituted: bool = False
    rest_ready: float = -inf
    bench_since: float | None = None
    error_share: float = 0.0
    is_partial: bool = False
    shipped: bool = False
    arrives: float = inf
    closed: bool = False
    refund_due: float = inf
    is_recalled: bool = False

    @property
    def variant(self) -> Segment:
        """The offer it is made of: the one ordered, or the other that was taken instead."""
        return Segment(1 - self.segment) if self.substituted else self.segment

    @property
    def is_sent_back(self) -> bool:
        """Whether the customer has sent it back."""
        return self.refund_due < inf


@dataclass(slots=True, frozen=True, kw_only=True)
class ContactBatch:
    """One day of first contacts, as columns; ``orders`` holds the order asked about, if any."""

    customers: Ints
    rows: Ints
    nth: Ints
    times: Floats
    segments: Ints
    reasons: Ints
    orders: list[Order | None]


@dataclass(slots=True, kw_only=True)
class Ticket:
    """One problem of one customer, over every attempt to have it solved and every channel.

    ``opened`` is when it was brought up first, ``made`` when the present attempt was made,
    ``is_open`` whether the customer counts it as unsettled; ``lowest_touch`` is the least knowledge
    that the customer met with on this journey; ``is_settled`` says that an agent has made good.
    """

    customer: int
    row: int
    nth: int
    segment: Segment
    reason: Reason
    order: Order | None
    channel: ContactChannel
    attempt: int = 0
    opened: float = 0.0
    made: float = 0.0
    patience: float = 0.0
    base_handle_hours: float = 0.0
    solving_luck: float = 0.0
    misleading_luck: float = 0.0
    outcome: Outcome = Outcome.UNRESOLVED
    stated_due: float | None = None
    lowest_touch: float = 1.0
    is_open: bool = False
    is_settled: bool = False

    @property
    def occurrence(self) -> int:
        """The key of this attempt's own luck: the contact and the attempt at it."""
        return self.nth * 64 + self.attempt


def new_order(
    customer: int, row: int, nth: int, segment: Segment, promise: Promise, placed: float
) -> Order:
    """An order placed now, due at the end of the promised day."""
    due = due_date(placed, promise.days)
    return Order(
        customer=customer,
        row=row,
        nth=nth,
        segment=segment,
        promise=promise,
        placed=placed,
        due=due,
        stated_due=due,
    )


def due_date(placed: float, days: int) -> float:
    """The end of the promised day, counted from the day of the order (MODEL S3)."""
    return (floor(placed / DAY) + days + 1) * DAY


def plain_promise(segment: Segment, inflation: float) -> Promise:
    """The promise of an organisation without marketing: nothing special."""
    levels = np.full(len(Attribute), 0.5)
    return Promise(levels=levels, days=7, inflation=0.0, express=False, setup=False)


Post = Callable[[Account, Account, int], None]
"""Books an amount in cents: debit account, credit account, cents."""


def nobody(*_: object) -> None:
    """Take a hand-off to a department that is not part of this organisation."""
