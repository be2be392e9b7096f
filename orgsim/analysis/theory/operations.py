"""Campaigns, sales pay, benches and standards: the small laws of day-to-day operation.

What of the real organisation: advertising that lingers, reps paid by bookings, a backlog that is
worked off, agents who cut corners under load. References function by function.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orgsim.errors import ModelError

__all__ = [
    "adstock",
    "backlog_clearing_time",
    "complete_order_rate",
    "contacts_per_issue",
    "day_of_stock_out",
    "desired_time_under_load",
    "erosion_path",
    "hill",
    "hill_elasticity",
    "perfect_order",
    "rep_promise",
    "sales_loop_growth",
    "sales_loop_stall",
]

# Oliva and Sterman 2001, Management Science 47(7), as quoted in MODEL M4.8 (evidence V).
EROSION_EXPONENT = -0.64
EROSION_WEEKS = 18.83


def adstock(spend: ArrayLike, half_life: float, start: float = 0.0) -> NDArray[np.float64]:
    """Return A(t) = x(t)(1 - rho) + rho A(t-1), rho = 0.5^(1/half_life) (RC-24; MODEL M1.2).

    spend per period, half_life in periods, `start` the stock before; constant spend x gives A -> x.
    Source: Broadbent 1979.
    """
    rho = 0.5 ** (1.0 / half_life) if half_life > 0.0 else 0.0
    stock, path = start, []
    for x in np.asarray(spend, dtype=np.float64):
        stock = float(x) * (1.0 - rho) + rho * stock
        path.append(stock)
    return np.array(path)


def hill(stock: float, half_saturation: float, exponent: float = 1.0) -> float:
    """Return H(A) = A^s / (A^s + K^s), the response to advertising (MODEL M1.2)."""
    if stock <= 0.0:
        return 0.0
    return 1.0 / (1.0 + math.pow(half_saturation / stock, exponent))


def hill_elasticity(stock: float, half_saturation: float, exponent: float = 1.0) -> float:
    """Return d ln H / d ln A = s K^s / (A^s + K^s)."""
    return exponent * (1.0 - hill(stock, half_saturation, exponent))


def rep_promise(
    *,
    sensitivity: float,
    win_probability: float,
    weight_bookings: float,
    pressure: float,
    weight_shared: float = 0.0,
    integrity: float = 0.12,
    shared_cost: float = 0.6,
    line_of_sight: float = 1.0,
    cap: float = math.inf,
) -> float:
    """Return the promise inflation phi* that suits a rep best (RC-34; MODEL M2.4).

    a P (1 - P) w_book (1 + gamma gap) / (c_0 + chi w_cx ell), at most `cap`; `pressure` is
    gamma times the gap to target. In promise steps (1 = the full headline).
    """
    gain = sensitivity * win_probability * (1.0 - win_probability) * weight_bookings
    cost = integrity + shared_cost * weight_shared * line_of_sight
    if not cost > 0.0:
        raise ModelError("a promise that costs nothing has no best size: integrity must be > 0")
    return min(cap, gain * (1.0 + pressure) / cost)


def contacts_per_issue(first_contact_resolution: float, return_share: float) -> float:
    """Return the mean number of contacts until an issue is closed or dropped (RC-28).

    1 / (1 - (1 - FCR) ret). Raises ModelError where it diverges (FCR 0 and everybody returns).
    """
    again = (1.0 - first_contact_resolution) * return_share
    if not 0.0 <= again < 1.0:
        raise ModelError(f"repeat contacts diverge: {first_contact_resolution=}, {return_share=}")
    return 1.0 / (1.0 - again)


def perfect_order(shares: Iterable[float]) -> float:
    """Return the product of independent shares: on time, complete, undamaged, ... (RC-30)."""
    return math.prod(shares)


def complete_order_rate(line_fill: float, further_lines: float) -> float:
    """Return E[fill^lines] with 1 + Poisson(further_lines) lines per order (MODEL M3.8)."""
    return line_fill * math.exp(-further_lines * (1.0 - line_fill))


def backlog_clearing_time(backlog: float, arrivals: float, capacity: float) -> float:
    """Return the time to work off a backlog, B / (mu - lambda), in units of 1/rate (MODEL M3.5)."""
    if not capacity > arrivals:
        raise ModelError(f"the backlog never clears: {capacity=} is not above {arrivals=}")
    return backlog / (capacity - arrivals)


def day_of_stock_out(stock: float, daily_demand: Sequence[float]) -> int | None:
    """Return the day (1 = the first) in which the stock runs out, None if it lasts (RC-33)."""
    for day, demand in enumerate(daily_demand, start=1):
        stock -= demand
        if stock <= 0.0:
            return day
    return None


def desired_time_under_load(
    load: float,
    weeks: float,
    start: float = 1.0,
    exponent: float = EROSION_EXPONENT,
    time_constant: float = EROSION_WEEKS,
) -> float:
    """Return the desired time per order after `weeks` of constant load (RC-26; MODEL M4.8).

    load = required / available hours at the original standard (start = 1); time_constant in weeks.
    Work pressure is load * DTO; below 1 nothing erodes and nothing recovers (RC-27). Exact solution
    of dDTO/dt = (DTO wp^alpha - DTO) / tau: y = wp^(-alpha) has y - 1 decaying at rate -alpha/tau.
    """
    pressure = load * start
    if pressure <= 1.0:
        return start
    excess = math.expm1(-exponent * math.log(pressure))
    fading = excess * math.exp(exponent * weeks / time_constant)
    return math.exp(math.log1p(fading) / -exponent) / load


def erosion_path(
    loads: Sequence[float],
    step: float = 1.0,
    exponent: float = EROSION_EXPONENT,
    time_constant: float = EROSION_WEEKS,
) -> NDArray[np.float64]:
    """Return the desired time per order after each of `loads`, `step` weeks each (RC-26, RC-27)."""
    standard, path = 1.0, []
    for load in loads:
        standard = desired_time_under_load(load, step, standard, exponent, time_constant)
        path.append(standard)
    return np.array(path)


def sales_loop_growth(
    units_per_rep: float, revenue_per_unit: float, salary: float, adjustment: float
) -> float:
    """Return the growth rate of an unconstrained sales force (RC-36), per unit of `adjustment`.

    units_per_rep per period, the revenue per unit that goes to sales, salary per period,
    adjustment time in periods. Source: Forrester 1968, Industrial Management Review 9(2).
    """
    return (units_per_rep * revenue_per_unit / salary - 1.0) / adjustment


def sales_loop_stall(units_per_rep: float, revenue_per_unit: float, salary: float) -> float:
    """Return the delivery-delay multiplier on sales at which hiring stops (RC-36)."""
    return salary / (units_per_rep * revenue_per_unit)
