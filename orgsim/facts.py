"""The vocabulary of what is recorded: one NamedTuple per kind of event, in the past tense.

Facts are watched; they never drive the model. Every KPI, chart and table is a pure function of
them. Times are in hours since the end of the warm-up; ``customer`` and ``lead`` are the entity id,
``nth`` counts a customer's orders (or contacts) from 0. What follows a delivery is in
`facts_after_sale`, what customers live through in `facts_of_customers`.
"""

from __future__ import annotations

from typing import NamedTuple

from orgsim.entities import (
    Account,
    Component,
    ContactChannel,
    Lever,
    Outcome,
    Reason,
    RecoveryTool,
    Segment,
    Source,
)


class LeadCreated(NamedTuple):
    """A prospect answered an offer."""

    time: float
    lead: int
    segment: Segment
    source: Source


class LeadQualified(NamedTuple):
    """A lead was worth the attention of sales (SQL); the others end here."""

    time: float
    lead: int
    segment: Segment
    assisted: bool


class LeadTouched(NamedTuple):
    """A rep took up the lead after ``waited`` open sales hours and claimed ``inflation`` more."""

    time: float
    lead: int
    segment: Segment
    waited: float
    inflation: float


class LeadWon(NamedTuple):
    """A booking: the lead became a customer who was promised ``inflation`` steps."""

    time: float
    lead: int
    segment: Segment
    source: Source
    inflation: float


class LeadLost(NamedTuple):
    """A qualified lead decided against us."""

    time: float
    lead: int
    segment: Segment


class OrderPlaced(NamedTuple):
    """An order with its promised date, and what of the promise reached record and desktop."""

    time: float
    customer: int
    nth: int
    segment: Segment
    due: float
    express_promised: bool
    express_on_record: bool
    setup_on_record: bool
    setup_on_desktop: bool
    due_on_desktop: bool
    price_cents: int


class OrderBackordered(NamedTuple):
    """A part was missing when the order arrived."""

    time: float
    customer: int
    nth: int
    segment: Segment
    component: Component


class OrderAllocated(NamedTuple):
    """Every part of the order was set aside; ``waited`` is 0 when filled from stock."""

    time: float
    customer: int
    nth: int
    segment: Segment
    waited: float


class OrderPicked(NamedTuple):
    """The order left the bench, packed."""

    time: float
    customer: int
    nth: int
    segment: Segment


class OrderShipped(NamedTuple):
    """The carrier took the parcel."""

    time: float
    customer: int
    nth: int
    segment: Segment
    express: bool


class OrderDelivered(NamedTuple):
    """The parcel arrived. ``due`` is the original promise, ``due_on_record`` what logistics saw."""

    time: float
    customer: int
    nth: int
    segment: Segment
    placed: float
    due: float
    due_on_record: float
    complete: bool


class OrderCancelled(NamedTuple):
    """The customer would wait no longer."""

    time: float
    customer: int
    nth: int
    segment: Segment


class OrderLost(NamedTuple):
    """A part was missing and the customer would not wait; the order was taken back at once."""

    time: float
    customer: int
    nth: int
    segment: Segment
    component: Component
    due: float


class OrderSubstituted(NamedTuple):
    """A part was missing and the customer took the other variant; ``returned_cents`` came back."""

    time: float
    customer: int
    nth: int
    segment: Segment
    component: Component
    returned_cents: int


class GoodsOrdered(NamedTuple):
    """A purchase order went to the supplier, whichever way it is to travel."""

    time: float
    component: Component
    units: int


class GoodsExpedited(NamedTuple):
    """A purchase order just placed is to travel by air."""

    time: float
    component: Component
    units: int


class GoodsReceived(NamedTuple):
    """A purchase order arrived."""

    time: float
    component: Component
    units: int


class ContactMade(NamedTuple):
    """A customer contacted support; ``attempt`` counts earlier tries at the same problem."""

    time: float
    customer: int
    nth: int
    attempt: int
    segment: Segment
    reason: Reason
    channel: ContactChannel


class ContactContained(NamedTuple):
    """Self-service (IVR) answered, to the point or not; no agent was needed."""

    time: float
    customer: int
    nth: int
    segment: Segment
    reason: Reason
    outcome: Outcome


class CallAnswered(NamedTuple):
    """An agent picked up after ``waited`` hours."""

    time: float
    customer: int
    nth: int
    attempt: int
    segment: Segment
    reason: Reason
    channel: ContactChannel
    waited: float


class CallAbandoned(NamedTuple):
    """The caller hung up after ``waited`` hours."""

    time: float
    customer: int
    nth: int
    attempt: int
    segment: Segment
    reason: Reason
    channel: ContactChannel
    waited: float


class ContactHandled(NamedTuple):
    """An agent finished with the contact, ``after`` so many hours."""

    time: float
    customer: int
    nth: int
    attempt: int
    segment: Segment
    reason: Reason
    channel: ContactChannel
    after: float
    handle_hours: float
    outcome: Outcome


class DateStated(NamedTuple):
    """An agent told a customer that an open order comes by the end of the day before ``due``."""

    time: float
    customer: int
    nth: int
    segment: Segment
    due: float


class BriefingHeld(NamedTuple):
    """An agent was told about the new offer; ``knowledge`` is the team's mean afterwards."""

    time: float
    hours: float
    knowledge: float


class RecoveryGiven(NamedTuple):
    """An agent made good for a failure, at a cost."""

    time: float
    customer: int
    nth: int
    segment: Segment
    reason: Reason
    tool: RecoveryTool
    cents: int


class CallBackMade(NamedTuple):
    """An agent rang a customer whose problem was still open: it is solved now, or it is not."""

    time: float
    customer: int
    nth: int
    segment: Segment
    reason: Reason
    outcome: Outcome


class AgentHired(NamedTuple):
    """A trained newcomer took the first contact; ``employed`` counts the newcomer in (FTE)."""

    time: float
    agent: int
    fte: float
    employed: float


class AgentLeft(NamedTuple):
    """An agent left the firm; ``employed`` is who stayed (FTE)."""

    time: float
    agent: int
    fte: float
    employed: float


class MessageSent(NamedTuple):
    """An area told another something; numbered by channel in the scenario's order."""

    time: float
    channel: int


class MessageReceived(NamedTuple):
    """The message arrived and became a belief."""

    time: float
    channel: int


class AmountPosted(NamedTuple):
    """The day's total moved from one account to another."""

    time: float
    debit: Account
    credit: Account
    cents: int


class AccountClosed(NamedTuple):
    """What an account's balance (debit less credit) was at the horizon."""

    time: float
    account: Account
    cents: int


class CampaignLaunched(NamedTuple):
    """The niche offer opened, with a campaign of so much spend a day on average."""

    time: float
    spend_per_day: float


class LeverMoved(NamedTuple):
    """An area moved one of its levers; ``value`` is where it stands since."""

    time: float
    lever: Lever
    value: float


class CommissionClawedBack(NamedTuple):
    """A customer left early: the rep pays back part of the commission."""

    time: float
    customer: int
    segment: Segment
    cents: int
