"""Shocks of the market: what rivals and prices do (MODEL s.8)."""

from __future__ import annotations

from typing import Literal

from orgsim.config.base import param
from orgsim.shocks.base import Levers, ShockConfig, turn_for_a_while
from orgsim.units import Effect, Number


class CompetitorExit(ShockConfig):
    """A competitor gives up: its customers look for another, and are more in earnest.

    The niche gains prospects and the base market leads, both by the same share; whoever decides is
    the more willing. A competitor who is gone for good is a shock that outlasts the run.
    """

    kind: Literal["competitor_exit"]
    prospects: Number = param(
        "prospects gained, as a share of those there were", section="s.8", ge=0, le=50
    )
    intent: Effect = param(
        "gain of every lead that decides meanwhile", unit="log-odds", section="s.8"
    )

    def schedule(self, levers: Levers) -> None:
        """Let prospects come and decide more easily."""
        turn_for_a_while(levers.world, "market.prospects", self.prospects, self)
        turn_for_a_while(levers.world, "market.base_leads", self.prospects, self)
        turn_for_a_while(levers.world, "sales.intent", self.intent, self)


class PriceShock(ShockConfig):
    """What is bought, or what is sold, has another price.

    Either may stay as it is (1). What is paid beyond the standard cost is an expense at once; a
    price that has come to stay is a shock that outlasts the run.
    """

    kind: Literal["price_shock"]
    unit_cost: Number = param(
        "what suppliers ask, times the usual", unit="times", section="s.8", gt=0, le=100
    )
    price: Number = param(
        "what customers are asked, times the list price", unit="times", section="s.8", gt=0, le=100
    )

    def schedule(self, levers: Levers) -> None:
        """Turn both prices."""
        turn_for_a_while(levers.world, "finance.unit_cost", self.unit_cost, self)
        turn_for_a_while(levers.world, "marketing.price", self.price, self)
