"""Persuasion: what makes a prospect buy, and how far a rep stretches the claim (MODEL M2.2-M2.4).

Modelled: the log-odds of winning a fresh lead, how it goes cold, and the rep's own choice of how
much to add to what marketing claims, given what reps are paid for. The steps are those of sales.

Assumed: what sways a prospect adds up in log-odds. Incentives of reps after Basu, Lal, Srinivasan &
Staelin (1985).
"""

from __future__ import annotations

import numpy as np

from orgsim.config.base import Config, param
from orgsim.units import Effect, Number, Share

USUAL_TRUST = 0.8
"""The trust in the brand at which win probabilities are stated."""


class PersuasionConfig(Config):
    """How a segment decides."""

    win_intercept: Effect = param(
        "log-odds of winning a fresh lead at an honest promise (b_0)",
        unit="log-odds",
        section="M2.3",
    )
    claim_effect: Effect = param(
        "gain per full headline of promise inflation (a_phi)", unit="log-odds", section="M2.3", ge=0
    )
    delay_loss: Share = param(
        "share of wins lost per day quoted beyond the usual (a_atp)", section="M3.6", ge=0, le=1
    )


class InfluenceConfig(Config):
    """What else sways a prospect, beside the claim."""

    discount: Effect = param(
        "gain of a discount of 100 % (a_d)", unit="log-odds", section="M2.3", ge=0
    )
    trust: Effect = param(
        "gain of full trust in the brand over none (a_T)", unit="log-odds", section="M2.3", ge=0
    )
    bad_talk: Effect = param(
        "loss per bad telling in memory and customer (a_N)", unit="log-odds", section="M2.3", ge=0
    )
    skill: Effect = param(
        "gain of a rep's skill, that of the firm's own being 0 (a_rep)",
        unit="log-odds",
        section="M2.3",
        ge=0,
    )


class RepIncentives(Config):
    """What a rep is paid and cares for."""

    weight_bookings: Number = param(
        "weight of bookings in a rep's pay (w_book)", section="M2.4", ge=0
    )
    weight_experience: Number = param(
        "weight of customer experience in a rep's pay (w_cx)", section="M2.4", ge=0
    )
    line_of_sight: Share = param(
        "how far a rep sees the own part in the shared goal (ell)", section="M6.2"
    )
    integrity_cost: Number = param(
        "what stretching the truth costs a rep (c_0)", section="M2.4", gt=0
    )
    experience_cost: Number = param(
        "how much the shared goal restrains a rep who is paid for it (chi)", section="M2.4", ge=0
    )
    pressure: Number = param(
        "how much a gap to quota adds to the pull of bookings (gamma)", section="M2.4", ge=0
    )
    cap: Number = param(
        "largest inflation a rep may add", unit="of the full headline", section="M2.4", ge=0
    )


def rep_inflation(
    claim_effect: float,
    win: float,
    gap: float,
    pay: RepIncentives,
    *,
    restraint: float = 0.0,
    push: float = 1.0,
) -> float:
    """The inflation phi_s a rep adds (MODEL M2.4, first-order condition of the rep's own pay).

    phi_s = a P (1 - P) w_book (1 + gamma gap) / (c_0 + chi w_cx ell + k_cb), times ``push``, within
    [0, cap]. ``gap`` is the relative shortfall to quota, negative when ahead; ``restraint`` k_cb.
    """
    gain = claim_effect * win * (1.0 - win) * pay.weight_bookings * (1.0 + pay.pressure * gap)
    cost = pay.integrity_cost + pay.experience_cost * pay.weight_experience * pay.line_of_sight
    return min(pay.cap, max(0.0, gain / (cost + restraint) * push))


def freshness(waited: float, scale: float, power: float) -> float:
    """(1 + T / tau)^-beta: what is left of a fresh lead's chance after a wait T (MODEL M2.2)."""
    return float((1.0 + waited / scale) ** -power)


def win_probability(shape: PersuasionConfig, inflation: float, more: float) -> float:
    """logistic(b_0 + a_phi phi + more): of a fresh lead; ``more`` is what else sways it."""
    odds = shape.win_intercept + shape.claim_effect * inflation + more
    return float(1.0 / (1.0 + np.exp(-odds)))
