"""What a customer expects (MODEL M5.2).

Modelled: "will" expectations E_k, one per attribute, and "should" levels, what one is entitled to.

1. A purchase moves all towards the promise P: E <- theta P + (1 - theta) E, with a weight theta for
   new customers and a smaller one for existing ones. A new customer's E before is the base offer,
   with the mean fit.
2. Every experience moves the attributes it showed towards what was perceived: E <- E + k_E (X - E).
3. A date stated by an agent resets the expected speed; a wrong answer about the product resets the
   expected fit (M4.6).
4. Each explicit promise, on the order page or by an agent, sets the "should" level S_k; it never
   falls, neither by experience nor by a smaller promise later: S <- max(S, P).
5. An episode is measured by the yardstick max(E, rho S + (1 - rho) E): what should be lifts it,
   never lowers it. At rho = 0 only what is expected counts.

Assumed: who never was promised anything is entitled to nothing. Boulding, Kalra, Staelin &
Zeithaml (1993).
"""

from __future__ import annotations

import numpy as np

from orgsim.config.base import Config, param
from orgsim.entities import Floats
from orgsim.units import Share


class ExpectationConfig(Config):
    """How expectations form and change."""

    trust_in_claim_new: Share = param(
        "weight of the claim in what a new customer expects (theta_P)", section="M5.2", ge=0, le=1
    )
    trust_in_claim_existing: Share = param(
        "weight of the claim in what an existing customer expects (theta_P)",
        section="M5.2",
        ge=0,
        le=1,
    )
    learning: Share = param(
        "weight of the latest experience in the expectation (k_E)", section="M5.2", ge=0, le=1
    )
    entitlement: Share = param(
        "weight of what was promised in what an episode is measured by (rho_s)",
        section="M5.2",
        ge=0,
        le=1,
    )
    misstated_fit: Share = param(
        "product fit that a wrong answer makes a customer expect", section="M4.6", ge=0, le=1
    )


def at_purchase(expected: Floats, promised: Floats, weight: float) -> Floats:
    """E = theta P + (1 - theta) E; shapes broadcast."""
    return weight * promised + (1.0 - weight) * expected


def learn(expected: Floats, perceived: Floats, weight: float) -> Floats:
    """E += k (X - E)."""
    return expected + weight * (perceived - expected)


def yardstick(expected: Floats, promised: Floats, weight: float) -> Floats:
    """max(E, rho S + (1 - rho) E): what an episode is measured by."""
    return np.maximum(expected, weight * promised + (1.0 - weight) * expected)


def speed_level(days: Floats) -> Floats:
    """X_speed = clip(1 - (D - 1) / 14, 0, 1), D = whole days from order to door (s.0.3)."""
    return np.clip(1.0 - (days - 1.0) / 14.0, 0.0, 1.0)
