"""Target pressure: what a gap to the lead target makes marketing spend and claim (MODEL M1.5, O1).

Modelled: marketing watches its own gauge, the leads of the quarter against the target, and moves
two levers by it, each Monday at 06:00. What moves is recorded.

1. The gap of the quarter so far, L* = target x days gone: g = (L* - L) / L*, 0 in its first week.
2. The running campaign's spend is multiplied by exp(kappa_x w_loc g), within [.5, 2].
3. The claim: phi_m = phi_0 w_loc (1 + kappa_phi max(0, g)) - c_truth w_shared ell, within [0, cap].
   phi_0 is the campaign's claim, w_loc and w_shared what marketing is paid for, ell how far it sees
   its own part in the shared goal. With w_loc = 0 or cap = 0 only what is believed is promised.

Assumed: the quarter has 13 weeks and begins anew with week 0. Being ahead of the target saves
spend, but takes nothing from the claim. A propensity to over-promise is one of the two causes of
broken promises in SERVQUAL's gap 4 (Zeithaml, Berry & Parasuraman 1988); the other, not knowing, is
in what marketing believes.
"""

from __future__ import annotations

from math import exp, floor

from orgsim.config.base import Config, param
from orgsim.entities import Lever
from orgsim.facts import LeverMoved
from orgsim.kernel.world import Rank, World
from orgsim.units import DAY, WEEK, Number, Share

QUARTER = 13 * WEEK


class MarketingIncentives(Config):
    """What marketing is paid and cares for."""

    weight_leads: Number = param(
        "weight of leads in marketing's pay (w_loc)", section="M1.5", ge=0, le=1
    )
    weight_experience: Number = param(
        "weight of customer experience in marketing's pay (w_shared)", section="M1.5", ge=0, le=1
    )
    line_of_sight: Share = param(
        "how far marketing sees the own part in the shared goal (ell)", section="M6.2"
    )
    truth: Number = param(
        "how much of the claim the shared goal takes back, where it weighs all (c_truth)",
        unit="of the full headline",
        section="M1.5",
        ge=0,
    )
    spend_pressure: Number = param(
        "rise of the log of the spend with the gap to the target (kappa_x)", section="M1.5", ge=0
    )
    claim_pressure: Number = param(
        "rise of the claim with the gap to the target, as a share of it (kappa_phi)",
        section="M1.5",
        ge=0,
    )
    cap: Number = param(
        "largest claim that is allowed", unit="of the full headline", section="M1.5", ge=0, le=1
    )


class TargetPressure:
    """Marketing's gauge of its own leads, and the two levers it moves by it."""

    def __init__(self, world: World, pay: MarketingIncentives, claim: float, target: float) -> None:
        """``claim`` is the campaign's own; ``target`` is in leads a day, 0 for none."""
        self._world = world
        self._pay = pay
        self._own_claim = claim
        self._target = target
        self._opened = world.now
        self._leads = 0
        self.spend = 1.0
        self.claim = claim_under(claim, 0.0, pay)
        if target > 0 and (pay.spend_pressure or pay.claim_pressure):
            first = floor(world.now / WEEK) * WEEK + 6.0
            first += WEEK if first < world.now else 0.0
            world.every(WEEK, self._review, first=first, rank=Rank.WEEKLY)

    def count(self, leads: int) -> None:
        """A source's leads of today."""
        quarter = floor(self._world.now / QUARTER) * QUARTER
        if quarter > self._opened:
            self._opened, self._leads = quarter, 0
        self._leads += leads

    def gap(self) -> float:
        """How far the quarter's leads lie below target, as a share; negative when ahead."""
        days = floor(self._world.now / DAY) + 1 - floor(self._opened / DAY)
        if days < 8:
            return 0.0
        due = self._target * days  # today's leads are counted at midnight
        return (due - self._leads) / due

    def _review(self) -> None:
        """Each Monday: move both levers to where the gap wants them."""
        gap = self.gap()
        self.spend = self._moved(Lever.SPEND, self.spend, spend_under(gap, self._pay))
        self.claim = self._moved(
            Lever.CLAIM, self.claim, claim_under(self._own_claim, gap, self._pay)
        )

    def _moved(self, lever: Lever, before: float, now: float) -> float:
        if now != before:
            self._world.record(LeverMoved(self._world.now, lever, now))
        return now


def spend_under(gap: float, pay: MarketingIncentives) -> float:
    """The multiple of the planned spend: exp(kappa_x w_loc g), within [.5, 2]."""
    return min(2.0, max(0.5, exp(min(1.0, pay.spend_pressure * pay.weight_leads * gap))))


def claim_under(claim: float, gap: float, pay: MarketingIncentives) -> float:
    """phi_m = phi_0 w_loc (1 + kappa_phi max(0, g)) - c_truth w_shared ell, within [0, cap]."""
    pushed = claim * pay.weight_leads * (1.0 + pay.claim_pressure * max(0.0, gap))
    pushed -= pay.truth * pay.weight_experience * pay.line_of_sight
    return min(pay.cap, max(0.0, pushed))
