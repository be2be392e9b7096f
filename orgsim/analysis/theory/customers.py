"""Customers and market: diffusion, lifetime value, satisfaction scores, the price of a promise.

What of the real organisation: how fast a niche is found, how long customers stay, what they are
worth, and when saying more than one can deliver pays. References function by function.
"""

from __future__ import annotations

import math

from scipy.special import ndtr

from orgsim.errors import ModelError

__all__ = [
    "bass_adopters",
    "bass_peak",
    "bass_peak_time",
    "customer_lifetime_value",
    "mean_value_of_surprise",
    "nps_of_normal_satisfaction",
    "over_promise_break_even",
    "steady_state_customers",
    "yearly_churn",
]


def bass_adopters(innovation: float, imitation: float, time: float) -> float:
    """Return F(t), the share of the market that has adopted by `time` (RC-20).

    innovation p and imitation q per time unit. p = 0 gives 0 (nobody to imitate), q = 0 gives
    1 - exp(-p t). Source: Bass 1969, Management Science 15(5).
    """
    if not (innovation >= 0.0 and imitation >= 0.0 and time >= 0.0):
        raise ModelError(f"negative diffusion input: {innovation=}, {imitation=}, {time=}")
    if innovation == 0.0:
        return 0.0
    decay = math.exp(-(innovation + imitation) * time)
    return (1.0 - decay) / (1.0 + imitation / innovation * decay)


def bass_peak_time(innovation: float, imitation: float) -> float:
    """Return the time of the fastest adoption, ln(q/p) / (p + q); 0 if q <= p (RC-18..20)."""
    _check_bass(innovation)
    return max(0.0, math.log(imitation / innovation) / (innovation + imitation))


def bass_peak(innovation: float, imitation: float, market: float = 1.0) -> float:
    """Return the adoptions per time unit at the peak, M (p + q)^2 / (4 q), or M p if q <= p."""
    _check_bass(innovation)
    if imitation <= innovation:
        return market * innovation
    return market * (innovation + imitation) ** 2 / (4.0 * imitation)


def customer_lifetime_value(
    margin: float, retention: float, discount: float, *, with_first: bool = False
) -> float:
    """Return m r / (1 + i - r), the value of a customer just served (RC-25; MODEL M5.12).

    margin in EUR a year, retention and discount a year; constant for ever. `with_first` adds the
    margin due today. Source: Gupta and Lehmann 2003, Journal of Interactive Marketing 17(1).
    """
    if not (0.0 <= retention <= 1.0 and 1.0 + discount > retention):
        raise ModelError(f"no finite value: {retention=}, {discount=}")
    return margin * (float(with_first) + retention / (1.0 + discount - retention))


def nps_of_normal_satisfaction(
    mean: float, standard_deviation: float, noise: float = 1.2, shift: float = 0.6
) -> float:
    """Return the net promoter score (-100..100) of normal satisfaction (RC-31; MODEL M5.11).

    The answer is round(clip(S + shift + N(0, noise), 0, 10)); promoters 9-10, detractors 0-6.
    """
    spread = math.hypot(standard_deviation, noise)
    centre = mean + shift
    promoters = float(ndtr((centre - 8.5) / spread))
    detractors = float(ndtr((6.5 - centre) / spread))
    return 100.0 * (promoters - detractors)


def mean_value_of_surprise(loss: float, gain: float, standard_deviation: float) -> float:
    """Return E[v(d)] for d ~ N(0, sd): -(lambda - g) sd / sqrt(2 pi) (MODEL M5.3).

    v(d) = gain * d above 0 and loss * d below: variability alone hurts whoever minds losses more.
    Source: Tversky and Kahneman 1992, linear form.
    """
    return -(loss - gain) * standard_deviation / math.sqrt(2.0 * math.pi)


def over_promise_break_even(
    sensitivity: float, win_probability: float, margin_now: float, value_later: float
) -> float:
    """Return the damage k below which promising a little more pays (RC-35; MODEL s.13.1).

    sensitivity a_phi per promise step, win_probability at the present promise, both values in EUR.
    k is the log loss of later value per promise step not kept; infinite if there is no later value.
    First-order condition of p(phi) (m1 + V exp(-k phi)) at phi = 0.
    """
    if value_later == 0.0:
        return math.inf
    return sensitivity * (1.0 - win_probability) * (1.0 + margin_now / value_later)


def steady_state_customers(acquired: float, hazard: float) -> float:
    """Return the stationary number of customers, acquired per day / churn per day (RC-32).

    Deviations from it fade with the time constant 1 / hazard.
    """
    if not hazard > 0.0:
        raise ModelError(f"without churn there is no steady state: {hazard=}")
    return acquired / hazard


def yearly_churn(hazard: float, days: float = 365.0) -> float:
    """Return the share of customers lost within `days` at a constant daily hazard (RC-32)."""
    return -math.expm1(-hazard * days)


def _check_bass(innovation: float) -> None:
    if not innovation > 0.0:
        raise ModelError(f"without innovators there is no peak: {innovation=}")
