"""Shocks of demand: the campaign that opens an untapped niche (MODEL s.8)."""

from __future__ import annotations

from typing import Literal

from orgsim.config.base import param
from orgsim.shocks.base import Levers, ShockConfig
from orgsim.units import DAY, Duration


class NicheCampaign(ShockConfig):
    """Marketing floods an untapped niche; how strongly, and with which claim, is in `campaign`.

    The niche offer opens at the onset and stays open; the advertising lasts for the duration.
    Whoever has an open channel is told before.
    """

    kind: Literal["niche_campaign"]
    duration: Duration = param("how long it lasts", unit="h", section="s.8", ge=DAY)

    def schedule(self, levers: Levers) -> None:
        """Decide the launch."""
        levers.launch(self.onset, self.duration)
