"""Shocks of demand: the campaign that opens an untapped niche (MODEL s.8)."""

from __future__ import annotations

from typing import Literal

from orgsim.config.base import param
from orgsim.shocks.base import Levers, ShockConfig


class NicheCampaign(ShockConfig):
    """Marketing floods an untapped niche; what it spends and claims is in `campaign`."""

    kind: Literal["niche_campaign"]
    intensity: float = param("multiplies the campaign's spend", section="S1", ge=0)

    def schedule(self, levers: Levers) -> None:
        """Decide the launch."""
        levers.launch(self.onset, self.duration, self.intensity)
