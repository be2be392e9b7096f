"""Shocks of demand: the campaign that opens an untapped niche (MODEL s.8)."""

from __future__ import annotations

from typing import Literal

from orgsim.shocks.base import Levers, ShockConfig


class NicheCampaign(ShockConfig):
    """Marketing floods an untapped niche; how strongly, and with which claim, is in `campaign`.

    The niche offer opens at the onset and stays open; the advertising lasts for the duration.
    Whoever has an open channel is told before.
    """

    kind: Literal["niche_campaign"]

    def schedule(self, levers: Levers) -> None:
        """Decide the launch."""
        levers.launch(self.onset, self.duration)
