"""Shocks of demand: more people who ask, or the same people at another time (MODEL s.8)."""

from __future__ import annotations

from math import exp
from typing import ClassVar, Literal

from orgsim.config.base import param
from orgsim.shocks.base import Levers, ShockConfig, turn_along, turn_for_a_while
from orgsim.units import DAY, WEEK, Duration, Number, Quantity, Share

ORDERS_AND_LEADS = ("market.base_leads", "customers.reorders")
"""Where the demand for the base offer comes from."""


class NicheCampaign(ShockConfig):
    """Marketing floods an untapped niche; how strongly, and with which claim, is in `campaign`.

    The niche offer opens at the onset and stays open; the advertising lasts for the duration.
    Whoever has an open channel is told before. At intensity 0 nothing happens.
    """

    noun: ClassVar[str] = "campaign"
    by: ClassVar[str] = "marketing"

    kind: Literal["niche_campaign"]
    duration: Duration = param("how long it lasts", unit="h", section="s.8", ge=DAY)

    def schedule(self, levers: Levers) -> None:
        """Decide the launch."""
        levers.launch(self.onset, self.duration)


class Viral(ShockConfig):
    """The niche finds the offer by itself, and talks: nobody planned it, so nobody can be told.

    At the onset the offer opens, with a wave of good tellings by people who are no customers, which
    fades as all talk does; for the duration talk catches on `contagion` times as easily.
    """

    noun: ClassVar[str] = "viral wave"

    kind: Literal["viral"]
    contagion: Number = param(
        "how easily talk catches on, times the usual (on q)", unit="times", section="s.8", ge=1
    )
    tellings: Quantity = param(
        "good tellings that come with it at once (on W+)", unit="tellings", section="s.8", ge=0
    )

    def schedule(self, levers: Levers) -> None:
        """Open the offer, let it be praised, and let talk catch on."""
        levers.open_offer(self.onset)
        levers.world.at(self.onset, levers.praise, self.tellings)
        turn_for_a_while(levers.world, "market.imitation", self.contagion - 1.0, self)


class SeasonalPeak(ShockConfig):
    """Each year base demand swells and falls as a bell: leads and repeat orders alike.

    Demand is multiplied by 1 + `height` exp(-(t - middle)^2 / 2 s^2), the duration being 4 s.
    """

    kind: Literal["seasonal_peak"]
    height: Number = param(
        "rise of demand at the peak, as a share of the usual", section="s.8", ge=0, le=50
    )
    period: Duration = param("from one peak to the next", unit="h", section="s.8", ge=4 * WEEK)

    def schedule(self, levers: Levers) -> None:
        """Let demand follow this year's bell, and come back for the next."""
        self._season(levers, self.onset)

    def _season(self, levers: Levers, start: float) -> None:
        for dial in ORDERS_AND_LEADS:
            turn_along(levers.world, dial, self._rise, start, start + self.duration)
        levers.world.at(start, self._plan_next, levers, start + self.period)

    def _plan_next(self, levers: Levers, start: float) -> None:
        self._season(levers, start)

    def _rise(self, since: float) -> float:
        deviations = (since - self.duration / 2) / (self.duration / 4)
        return self.height * exp(-0.5 * deviations**2)


class Promotion(ShockConfig):
    """A price cut that customers use to buy today what they would have bought later.

    For the duration the price is cut, which also wins more of the leads over, and a share of the
    base customers' orders is brought forward: each is an order less later.
    """

    by: ClassVar[str] = "marketing"

    kind: Literal["promotion"]
    discount: Share = param("price cut, as a share of the list price", section="s.8", ge=0, lt=1)
    pull_forward: Share = param(
        "share of base orders during the promotion that are brought forward (f_p)",
        section="M1.6",
        ge=0,
        le=0.9,
    )

    def schedule(self, levers: Levers) -> None:
        """Cut the price and let customers stock up."""
        turn_for_a_while(levers.world, "marketing.price", 1.0 - self.discount, self)
        turn_for_a_while(levers.world, "customers.pull_forward", self.pull_forward, self)
