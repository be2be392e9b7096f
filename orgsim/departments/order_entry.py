"""Order entry: what is sold is booked, recorded and handed on (MODEL M2.6, s.7).

Modelled: every order, first or repeat, is entered the moment it is placed.

1. Its record is written: each field of the promise may be lost on it (see `order_record`).
2. Its price is the list price of its offer times what is asked of it. It is paid at once, as
   deferred revenue until it is delivered, but for customers on account.
3. It goes to logistics at once. The customer knows what was promised, whatever the record says.
4. Who takes the other variant pays the price of that one; the difference goes back.

Assumed: nobody's payment fails. Revenue is earned on delivery (IFRS 15).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from orgsim.departments.order_record import HandoffConfig, OrderRecords
from orgsim.entities import Account, Order, Post, Segment, nobody
from orgsim.facts import OrderPlaced
from orgsim.kernel.world import World


class OrderEntry:
    """Books orders and hands them on."""

    def __init__(
        self,
        world: World,
        handoff: HandoffConfig,
        prices: Mapping[Segment, float],
        standard_due: Callable[[Order], float],
        post: Post,
    ) -> None:
        """``prices`` are list prices in EUR; ``standard_due`` is the date of a promise not kept."""
        self._world = world
        self._records = OrderRecords(world, handoff)
        self._cents = {segment: round(100 * price) for segment, price in prices.items()}
        self._standard_due = standard_due
        self._post = post
        self._record_order = world.journal.recorder(OrderPlaced)
        self.takes_on_account: Callable[[Order], bool] = lambda order: False
        self.confirm: Callable[[Order], None] = nobody
        self.show_agents: Callable[[Order], None] = nobody
        self.place_order: Callable[[Order], None] = nobody

    def book(self, order: Order) -> None:
        """Take an order: write its record, let it be paid or billed, and hand it on."""
        promise = order.promise
        self._records.write(order, self._standard_due(order))
        order.price_cents = round(self._cents[order.segment] * promise.price)
        order.on_account = self.takes_on_account(order)
        if not order.on_account:
            self._post(Account.CASH, Account.DEFERRED_REVENUE, order.price_cents)
        self._record_order(
            (
                self._world.now,
                order.customer,
                order.nth,
                order.segment,
                order.due,
                promise.express,
                order.express_on_record,
                order.setup_on_record,
                order.setup_on_desktop,
                order.due_on_desktop,
                order.price_cents,
            )
        )
        self.confirm(order)
        self.show_agents(order)
        self.place_order(order)

    def exchange(self, order: Order) -> int:
        """The customer takes the other variant, at its price; the cents that go back."""
        returned = order.price_cents - round(self._cents[order.variant] * order.promise.price)
        order.price_cents -= returned
        order.setup_on_record = False  # the set-up belongs to the niche offer
        if not order.on_account:
            self._post(Account.DEFERRED_REVENUE, Account.CASH, returned)
        return returned
