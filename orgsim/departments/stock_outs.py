"""Stock-outs: what a customer does who learns that a part is not there (MODEL M3.7).

Modelled: an order that cannot be filled from the shelf is answered at once, and the customer
decides by one number of luck per order, the same in every variant of the world:

1. with p_lost the order is lost: it is taken back, and the money with it;
2. with p_sub the other variant is taken instead, if all its parts are there (a niche order without
   a kit can become a base order; whoever lacks the chassis finds it missing in both), at its own
   price and without the expert set-up of the niche offer;
3. else the order waits for the part; an overdue one may be cancelled (`customers.behaviour`).

Assumed: whoever orders learns at once what is missing, and whoever orders next decides anew. What
shoppers do when a product is out of stock: Corsten & Gruen (2003).
"""

from __future__ import annotations

from enum import Enum, auto

from pydantic import model_validator

from orgsim.config.base import Config, param
from orgsim.entities import Order
from orgsim.kernel.world import World
from orgsim.units import Share


class StockOutConfig(Config):
    """What customers do whose order cannot be filled from the shelf."""

    lost: Share = param("share of such orders that are lost (p_lost)", section="M3.7")
    substituted: Share = param(
        "share of such orders that take the other variant, if it is there (p_sub)", section="M3.7"
    )

    @model_validator(mode="after")
    def _are_shares_of_the_same(self) -> StockOutConfig:
        if self.lost + self.substituted > 1.0:
            raise ValueError("lost, substituted: the two shares come to more than 1")
        return self


class Reaction(Enum):
    """What a customer does about a part that is not there."""

    WAIT = auto()
    LEAVE = auto()
    SUBSTITUTE = auto()


class StockOuts:
    """Asks the customers of orders that lack a part what they do."""

    def __init__(self, world: World, config: StockOutConfig) -> None:
        self._config = config
        self._luck = world.draws.stream("logistics.stock_out")

    def reaction(self, order: Order, *, is_other_there: bool) -> Reaction:
        """What the customer of this order does."""
        lost, substituted = self._config.lost, self._config.substituted
        if lost + substituted == 0.0:
            return Reaction.WAIT
        luck = self._luck.uniform(order.customer, order.nth)
        if luck < lost:
            return Reaction.LEAVE
        is_willing = luck < lost + substituted
        return Reaction.SUBSTITUTE if is_willing and is_other_there else Reaction.WAIT
