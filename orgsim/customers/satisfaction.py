"""What a customer makes of an episode (MODEL M5.1, M5.3, M5.4, M5.6, C1).

Modelled: the customer compares what was perceived with what was expected. A shortfall weighs more
than an excess; satisfaction follows quality and disconfirmation.

1. Perceive: a delivery shows price, speed, reliability and fit, a contact knowledge, a cancellation
   speed and reliability, a second parcel, a refund and a reminder of a bill reliability. What is
   not shown keeps X = E and leaves Q, whose weights are rescaled.

       X_speed = clip(1 - (D - 1) / 14, 0, 1),   D = calendar days from order to door
       X_reliability = 1 on time, else .9 max(0, 1 - late / 10) - silence late; at most .5 if wrong
       X_knowledge = 1 solved at once and in time, .5 later or unsolved, 0 wrong or never answered,
                     (1 - j) that of the last touch + j the least of the journey so far

   Price is as promised; fit is the customer's own, lifted by a promised set-up that came. Late is
   counted in days from the date last told to the customer; who is told of a delay unasked does not
   hold the silence against us. A cancelled order shows 0 in both.
2. Judge, in [0, 10], with w the segment's weights and Q the weighted mean of what was shown:

       s = s_0 + b_Q (Q - Q_ref) + b_D sum_k w_k v(X_k - E_k) + noise,  v(d) = g d, lambda d if < 0,

   with E_k the yardstick (see expectations) and g and lambda those of the attribute's class.

3. Remember: S <- S + eta (s - S), eta = max(least weight, 1 / (n + 1)) after n episodes; a contact
   counts with its own share of eta.
4. Trust, after every episode but a contact, with the severity of a breach within [0, 1]

       severity = speed's x missing speed + reliability's x max(0, missing reliability - tolerance):

   T <- T (1 - breach x severity) if there is one, else T <- T + repair (T_ref - T). Where a second
   promise on the same order, a date stated by an agent, is broken too, the breach counts more.

Assumed: the quality of every attribute counts alike. Of those who are late the share told x F x V
is told of it: F is how much support hears of the stock, V what it sees of its customers; before the
clock starts both are 1, for all variants share the customers of the start.
Anderson & Sullivan (1993) for quality and
disconfirmation, Tversky & Kahneman (1992) for v, Bolton (1998) for the weight of experience.
"""

from __future__ import annotations

import numpy as np

from orgsim.config.base import Config, param
from orgsim.customers.kano import KanoConfig, Slopes
from orgsim.entities import Attribute, Bools, Floats, Ints, Occasion, Outcome
from orgsim.units import Duration, Number, Share

PERCEIVED = {
    Occasion.DELIVERY: (Attribute.PRICE, Attribute.SPEED, Attribute.RELIABILITY, Attribute.FIT),
    Occasion.CONTACT: (Attribute.KNOWLEDGE,),
    Occasion.CANCELLATION: (Attribute.SPEED, Attribute.RELIABILITY),
    Occasion.REST: (Attribute.RELIABILITY,),
    Occasion.REFUND: (Attribute.RELIABILITY,),
    Occasion.REMINDER: (Attribute.RELIABILITY,),
}
"""Which attributes an episode lets a customer perceive (MODEL C1)."""


class ReferenceQuality(Config):
    """Quality that counts as normal, by kind of episode (Q_ref)."""

    delivery: Share = param(
        "mean quality of a delivery in calm times (Q_ref)", section="C1", ge=0, le=1
    )
    contact: Share = param(
        "mean quality of a contact in calm times (Q_ref)", section="C1", ge=0, le=1
    )
    cancellation: Share = param(
        "quality expected of an order that is cancelled (Q_ref)", section="C1", ge=0, le=1
    )
    rest: Share = param("quality expected of a second parcel (Q_ref)", section="C1", ge=0, le=1)
    refund: Share = param("quality expected of a refund (Q_ref)", section="C1", ge=0, le=1)
    reminder: Share = param(
        "quality expected of the handling of a bill (Q_ref)", section="C1", ge=0, le=1
    )


class SatisfactionConfig(Config):
    """How an episode is judged and remembered."""

    intercept: Number = param(
        "satisfaction with an episode of normal quality, as expected (s_0)",
        unit="points",
        section="M5.3",
    )
    quality_effect: Number = param(
        "effect of quality (b_Q)", unit="points per unit", section="M5.3", ge=0
    )
    gap_effect: Number = param(
        "effect of the valued gap to expectation (b_D)",
        unit="points per unit",
        section="M5.3",
        ge=0,
    )
    gain: Number = param(
        "value of exceeding an expectation of a one-dimensional attribute, per unit (g)",
        section="M5.3",
        ge=0,
    )
    loss: Number = param(
        "value lost by falling short of an expectation of a one-dimensional attribute, per unit "
        "(lambda)",
        section="M5.3",
        ge=0,
    )
    kano: KanoConfig
    noise: Number = param(
        "standard deviation of an episode's noise", unit="points", section="M5.3", ge=0
    )
    reference: ReferenceQuality
    memory: Share = param(
        "least weight of the latest episode in cumulative satisfaction (eta)",
        section="M5.4",
        ge=0,
        le=1,
    )
    contact_weight: Share = param(
        "weight of a contact relative to that of a delivery", section="M5.4", ge=0, le=1
    )
    answer_within: Duration = param(
        "time from asking first after which a solution comes late", unit="h", section="C1", ge=0
    )
    journey: Share = param(
        "weight of the worst touch in how well a problem was dealt with; the rest is the last (j)",
        section="M4.2",
    )
    silence: Number = param(
        "reliability lost while late without news", unit="per day", section="M5.1", ge=0
    )
    told: Share = param(
        "share of late orders whose customers are told of the delay unasked, where agents hear all "
        "of the stock and see all of their customers",
        section="M5.1",
        ge=0,
        le=1,
    )


class TrustConfig(Config):
    """How trust is lost and won."""

    start: Share = param("trust of a new customer (T_0)", section="C1", ge=0, le=1)
    target: Share = param("trust that kept promises lead to (T_ref)", section="C2", ge=0, le=1)
    repair: Share = param(
        "share of the gap to the target closed by a kept promise", section="M5.6", ge=0, le=1
    )
    breach: Share = param("share of trust lost by the worst breach", section="M5.6", ge=0, le=1)
    speed_severity: Number = param(
        "severity of a breach per unit of missing speed", section="M5.6", ge=0
    )
    reliability_severity: Number = param(
        "severity of a breach per unit of missing reliability", section="M5.6", ge=0
    )
    tolerance: Number = param("missing reliability that is forgiven", section="M5.6", ge=0)
    second_breach: Number = param(
        "multiple of the trust lost where a second promise on the same order is broken too",
        unit="times",
        section="M5.6",
        ge=0,
    )


def value_of_gap(gap: Floats, gain: Floats | float, loss: Floats | float) -> Floats:
    """v(d) = g d for d >= 0, lambda d below (Tversky & Kahneman 1992)."""
    return np.where(gap >= 0.0, gain * gap, loss * gap)


def reliability_level(late_days: Floats, complete: Floats, silence: Floats | float) -> Floats:
    """1 if on time and complete, else 0.9 max(0, 1 - late/10) less silence; 0.5 cap if partial."""
    late = np.maximum(late_days, 0.0)
    level = np.where(late > 0, 0.9 * np.maximum(0.0, 1.0 - late / 10.0) - silence * late, 1.0)
    return np.clip(np.where(complete > 0, level, np.minimum(level, 0.5)), 0.0, 1.0)


_TOUCHES = {
    Outcome.RESOLVED: (1.0, 0.5),
    Outcome.UNRESOLVED: (0.5, 0.5),
    Outcome.WRONG_ANSWER: (0.0, 0.0),
    Outcome.GIVEN_UP: (0.0, 0.0),
}
TOUCHES = tuple(_TOUCHES[outcome] for outcome in Outcome)
"""What one contact showed, by outcome: at the first attempt and in time, and else."""


def perceived_mask(occasion: Occasion) -> Bools:
    """Which of the five attributes this kind of episode shows."""
    mask = np.zeros(len(Attribute), dtype=bool)
    mask[list(PERCEIVED[occasion])] = True
    return mask


def episode_satisfaction(
    perceived: Floats,
    expected: Floats,
    weights: Floats,
    occasion: Occasion,
    noise: Floats,
    config: SatisfactionConfig,
    slopes: Slopes,
    burden: Floats | float = 0.0,
) -> Floats:
    """Satisfaction with one episode each, in [0, 10].

    ``perceived``, ``expected``, ``weights``: shape (n, 5), X = E where nothing was perceived;
    ``noise``: n standard normals; ``burden``: points that weigh on the episode from before.
    """
    mask = perceived_mask(occasion)
    seen = weights * mask
    cared_for = seen.sum(axis=1)
    gaps = value_of_gap(perceived - expected, slopes.gain, slopes.loss)
    valued = (seen * gaps).sum(axis=1)
    reference = getattr(config.reference, occasion.name.lower())
    quality = np.full(cared_for.shape, reference)  # where nothing shown matters, nothing changes
    np.divide((seen * perceived).sum(axis=1), cared_for, out=quality, where=cared_for > 0)
    raw = (
        config.intercept
        + config.quality_effect * (quality - reference)
        + config.gap_effect * valued
        + config.noise * noise
        - burden
    )
    return np.asarray(np.clip(raw, 0.0, 10.0))


def accumulate(
    cumulative: Floats, episode: Floats, episodes: Ints, occasion: Occasion, cfg: SatisfactionConfig
) -> Floats:
    """S += eta (s - S), eta = max(memory, 1 / (n + 1)); contacts count with their own weight."""
    eta = np.maximum(cfg.memory, 1.0 / (episodes + 1.0))
    if occasion is Occasion.CONTACT:
        eta = eta * cfg.contact_weight
    return np.asarray(cumulative + eta * (episode - cumulative))


def trust_after(
    trust: Floats,
    gap_speed: Floats,
    gap_reliability: Floats,
    cfg: TrustConfig,
    is_second: Bools | bool = False,
) -> Floats:
    """A breach costs T (1 - breach x severity); a kept promise closes part of the gap to target.

    ``is_second`` says where a promise on the same order was broken before: that breach counts more.
    """
    missing_speed = np.maximum(0.0, -gap_speed)
    missing_reliability = np.maximum(0.0, -gap_reliability - cfg.tolerance)
    severity = np.clip(
        cfg.speed_severity * missing_speed + cfg.reliability_severity * missing_reliability, 0, 1
    )
    kept = trust + cfg.repair * (cfg.target - trust)
    share = cfg.breach * severity * np.where(is_second, cfg.second_breach, 1.0)
    return np.where(severity > 0, trust * (1.0 - np.minimum(share, 1.0)), kept)
