"""The agents' desktop: what it shows of what this customer was promised (MODEL M2.6).

Modelled: set-up and a special date were promised to this customer; each appears on the desktop or
is lost on the way from sales.

1. What an agent learned of the offer is no use (K = 0) where the question is not about an order and
   the desktop does not show that this customer was promised set-up.
2. Asked about an order, an agent is in the dark who does not see the date that was promised.

Assumed: a customer's file is as good as the latest order's. Zeithaml, Berry & Parasuraman (1988) on
communication between areas.
"""

from __future__ import annotations

from orgsim.departments.knowledge import Knowledge
from orgsim.entities import Order, Ticket


class Desktop:
    """What agents can see of a customer while they talk."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._promised_unseen: set[int] = set()

    def keep_on_file(self, order: Order) -> None:
        """A customer ordered; the desktop shows the set-up that was promised, or does not."""
        if order.promise.setup and not order.setup_on_desktop:
            self._promised_unseen.add(order.customer)
        else:
            self._promised_unseen.discard(order.customer)

    def knows_promise_to(self, customer: int) -> bool:
        """Whether the desktop shows the set-up, if this customer was promised it."""
        return customer not in self._promised_unseen

    def useful_knowledge(self, ticket: Ticket) -> float:
        """K, or nothing where the agent cannot see that it applies to this customer."""
        is_seen = ticket.order is not None or self.knows_promise_to(ticket.customer)
        return self._knowledge.level if is_seen else 0.0
