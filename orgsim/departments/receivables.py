"""Receivables: bills, disputes and reminders (MODEL M3.11, M6.9).

Modelled: some customers order on account. A delivery that was late or incomplete may be disputed,
and is paid late; reminding a customer who is waiting for an answer is one more failure.

1. The stated share of customers orders on account, always or never. Their order is not paid when it
   is booked: with the delivery it is revenue and a receivable. A cancelled order owes nothing.
2. A bill is paid after a drawn time. The stated share of deliveries on account that were late (by
   the original promise) or incomplete is disputed: paid a stated time after the dispute is settled,
   at a drawn time, if that is later.
3. A bill still open after the stated time is called in, once. Finance leaves that out where it sees
   an open complaint, which it does with the stated probability. A complaint is open while the
   dispute is not settled, or while support has not solved a problem of this customer.
4. A return whose bill is open is not paid back: the bill is cancelled.

Assumed: everybody pays in the end, in full. The probability of seeing a complaint is what a single
view of the customer gives to finance. Homburg & Fuerst (2007) on organisations that do not hear
their complaints.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from orgsim.config.base import Config, param
from orgsim.entities import Account, Floats, Order, Post, nobody
from orgsim.facts_after_sale import (
    InvoicePaid,
    InvoiceSent,
    OrderTakenOnAccount,
    ReminderSent,
)
from orgsim.kernel.distributions import DurationLaw
from orgsim.kernel.world import World
from orgsim.units import Duration, Share


class ReceivablesConfig(Config):
    """Who pays later, and what happens until then."""

    on_account: Share = param(
        "share of customers who pay after delivery", section="M3.11", ge=0, le=1
    )
    paid_after: DurationLaw = param(
        "time until an undisputed bill is paid (DSO)", unit="h", section="M3.11"
    )
    disputed: Share = param(
        "share of late or incomplete deliveries on account that are disputed",
        section="M3.11",
        ge=0,
        le=1,
    )
    settled_after: DurationLaw = param("time until a dispute is settled", unit="h", section="M3.11")
    paid_after_dispute: Duration = param(
        "time from a dispute's settlement to payment", unit="h", section="M3.11", ge=0
    )
    reminded_after: Duration = param(
        "time until an open bill is called in", unit="h", section="M3.11", ge=0
    )


@dataclass(slots=True, kw_only=True)
class Invoice:
    """A bill, and until when it is disputed."""

    order: Order
    sent: float
    settled: float


class Receivables:
    """Bills those who order on account, and waits for their money."""

    def __init__(
        self, world: World, config: ReceivablesConfig, post: Post, single_view: float
    ) -> None:
        self._world = world
        self._config = config
        self._single_view = single_view
        self._post = post
        self._open: dict[tuple[int, int], Invoice] = {}
        stream, quantity = world.draws.stream, world.draws.quantity
        self._pays_later = stream("receivables.on_account")
        self._disputes = stream("receivables.disputed")
        self._sees = stream("receivables.sees_complaints")
        self._paid_after = quantity("receivables.paid_after", config.paid_after)
        self._settled_after = quantity("receivables.settled_after", config.settled_after)
        self.has_complaint: Callable[[Order], bool] = lambda order: False
        self.remind: Callable[[Order], None] = nobody

    def takes_on_account(self, order: Order) -> bool:
        """Whether this order, being booked, will be paid after delivery."""
        share = self._config.on_account
        if share == 0.0 or self._pays_later.uniform(order.customer) >= share:
            return False
        self._world.record(
            OrderTakenOnAccount(self._world.now, order.customer, order.nth, order.segment)
        )
        return True

    def delivered(self, orders: list[Order], arrivals: Floats, complete: Floats) -> None:
        """Bill what was delivered on account."""
        if self._config.on_account == 0.0:
            return
        chosen = [at for at, order in enumerate(orders) if order.on_account]
        if not chosen:
            return
        billed = [orders[at] for at in chosen]
        after = self._paid_after.block(
            [order.customer for order in billed], [order.nth for order in billed]
        )
        columns = arrivals[chosen].tolist(), complete[chosen].tolist(), after.tolist()
        for order, arrival, whole, paid_after in zip(billed, *columns, strict=True):
            self._bill(order, paid_after, has_failed=arrival >= order.due or not whole)

    def cancel(self, order: Order) -> bool:
        """Cancel the open bill of an order that was sent back; False where there is none."""
        return self._open.pop((order.customer, order.nth), None) is not None

    def _bill(self, order: Order, paid_after: float, *, has_failed: bool) -> None:
        now, cfg = self._world.now, self._config
        who = order.customer, order.nth
        is_disputed = has_failed and self._disputes.uniform(*who) < cfg.disputed
        invoice = Invoice(order=order, sent=now, settled=now)
        paid = now + paid_after
        if is_disputed:
            invoice.settled = now + self._settled_after.one(*who)
            paid = max(paid, invoice.settled + cfg.paid_after_dispute)
        self._open[who] = invoice
        self._post(Account.RECEIVABLES, Account.REVENUE, order.price_cents)
        self._world.record(
            InvoiceSent(now, *who, order.segment, order.price_cents, bool(is_disputed))
        )
        self._world.at(paid, self._collect, invoice)
        if now + cfg.reminded_after < paid:
            self._world.at(now + cfg.reminded_after, self._call_in, invoice)

    def _is_open(self, invoice: Invoice) -> bool:
        order = invoice.order
        return self._open.get((order.customer, order.nth)) is invoice

    def _collect(self, invoice: Invoice) -> None:
        """The customer pays, unless the goods went back in the meantime."""
        if not self._is_open(invoice):
            return
        order, now = invoice.order, self._world.now
        del self._open[order.customer, order.nth]
        self._post(Account.CASH, Account.RECEIVABLES, order.price_cents)
        self._world.record(
            InvoicePaid(
                now, order.customer, order.nth, order.segment, order.price_cents, now - invoice.sent
            )
        )

    def _call_in(self, invoice: Invoice) -> None:
        """Remind the customer, unless finance sees that an answer is owed first."""
        if not self._is_open(invoice):
            return
        order, now = invoice.order, self._world.now
        amid_complaint = invoice.settled > now or self.has_complaint(order)
        is_seen = self._sees.uniform(order.customer, order.nth) < self._single_view
        if amid_complaint and is_seen:
            return
        self._world.record(
            ReminderSent(now, order.customer, order.nth, order.segment, amid_complaint)
        )
        if amid_complaint:
            self.remind(order)
