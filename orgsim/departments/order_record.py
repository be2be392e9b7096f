"""The order record: what survives where sales hands over (MODEL M2.6).

Modelled: express, set-up and a special date were promised. Each reaches the order record, which is
all that logistics sees, with probability h_so; set-up and date appear on the agents' desktop with
probability h_ss. Where the date is lost the standard one stands in its place.

Assumed: each field is kept or lost on its own, and a date that equals the standard one cannot be
lost. Conway (1968): systems mirror how those who build them communicate.
"""

from __future__ import annotations

from orgsim.config.base import Config, param
from orgsim.entities import Order
from orgsim.kernel.world import World
from orgsim.units import Share


class HandoffConfig(Config):
    """What survives where departments meet (MODEL M2.6)."""

    order_fields: Share = param(
        "probability that each promised field reaches the order record (h_so)",
        section="M2.6",
        ge=0,
        le=1,
    )
    desktop_fields: Share = param(
        "probability that each promised field reaches the agents' desktop (h_ss)",
        section="M2.6",
        ge=0,
        le=1,
    )


class OrderRecords:
    """Writes down what was promised, as far as it survives."""

    def __init__(self, world: World, config: HandoffConfig) -> None:
        self._survives = {
            field: (world.draws.stream(f"sales.field.{field}"), probability)
            for fields, probability in (
                (("express", "setup", "due"), config.order_fields),
                (("setup_on_desktop", "due_on_desktop"), config.desktop_fields),
            )
            for field in fields
        }

    def write(self, order: Order, standard_due: float) -> None:
        """Note on an order what logistics and support will see of its promise."""
        promise, is_standard = order.promise, order.due == standard_due
        order.express_on_record = promise.express and self._is_kept("express", order)
        order.setup_on_record = promise.setup and self._is_kept("setup", order)
        is_due_kept = is_standard or self._is_kept("due", order)
        order.due_on_record = order.due if is_due_kept else standard_due
        order.setup_on_desktop = promise.setup and self._is_kept("setup_on_desktop", order)
        order.due_on_desktop = is_standard or self._is_kept("due_on_desktop", order)

    def _is_kept(self, field: str, order: Order) -> bool:
        stream, probability = self._survives[field]
        return stream.uniform(order.customer, order.nth) < probability
