"""Stock: what a buffer of a size gives in service, and what forecasting does to orders upstream.

What of the real organisation: chassis and kits on the shelf, the replenishment rules of MODEL.md
s.3.3, the bullwhip of s.3.12. Assumptions: demand is Poisson, or normal by period; what is short is
backordered unless "lost" is said; orders do not cross unless demand is Poisson with one-for-one
replenishment, where it does not matter (Palm).

Reference: Zipkin, Foundations of Inventory Management (2000).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, ndtr, ndtri, pdtr, pdtrc

from orgsim.errors import ModelError
from orgsim.kernel.queueing import erlang_b

__all__ = [
    "Newsvendor",
    "OrderUpTo",
    "ReorderPoint",
    "StockLevels",
    "base_stock_poisson",
    "bullwhip_autoregressive",
    "bullwhip_exponential_smoothing",
    "bullwhip_moving_average",
    "cost_s_S",
    "expected_shortage",
    "lost_sales_base_stock",
    "newsvendor_normal",
    "order_up_to_normal",
    "reorder_point_normal",
    "reorder_point_poisson",
    "reorder_s_S",
    "safety_factor_for_fill",
    "safety_stock",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLevels:
    """Long-run service of a stock: share of units served at once, mean backorders, mean on hand."""

    fill: float
    backorders: float
    on_hand: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ReorderPoint:
    """Service of a reorder point with normal lead-time demand; `short_per_cycle` in units."""

    cycle_service_level: float
    short_per_cycle: float
    fill: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderUpTo:
    """A periodic order-up-to rule: the level, its safety stock (units), its factor and its fill."""

    level: float
    safety_stock: float
    safety_factor: float
    fill: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsvendor:
    """One-season buy: quantity and expected units lost and left over, profit in money."""

    critical_ratio: float
    quantity: float
    lost: float
    left_over: float
    profit: float
    fill: float


def base_stock_poisson(lead_time_demand: float, level: int) -> StockLevels:
    """Return the service of one-for-one replenishment up to `level` (RC-9, RC-10).

    lead_time_demand is the mean number of units asked for in a lead time; by Palm's theorem the law
    of the lead time does not matter. Source: on order ~ Poisson; fill = P(on order < level).
    """
    _check_positive(lead_time_demand=lead_time_demand)
    mean = lead_time_demand
    if level <= 0:
        return StockLevels(fill=0.0, backorders=mean - level, on_hand=0.0)
    backorders = float(mean * pdtrc(level - 1, mean) - level * pdtrc(level, mean))
    return StockLevels(
        fill=float(pdtr(level - 1, mean)),
        backorders=backorders,
        on_hand=level - mean + backorders,
    )


def lost_sales_base_stock(lead_time_demand: float, level: int) -> float:
    """Return the share of units lost when nobody waits: Erlang B (RC-11).

    Any lead-time law. Source: Feeney and Sherbrooke 1966; Karush 1957.
    """
    return erlang_b(lead_time_demand, level)


def reorder_point_poisson(
    lead_time_demand: float, reorder_point: int, quantity: int
) -> StockLevels:
    """Return the service of (r, Q): order Q when on hand + on order falls to r (RC-12).

    Fixed lead time, Poisson demand, unit by unit. Source: the inventory position is uniform on
    r+1 .. r+Q (Galliher, Morse and Simond 1959), so every measure is a mean over base stocks.
    """
    _check_positive(quantity=quantity)
    positions = range(reorder_point + 1, reorder_point + quantity + 1)
    each = [base_stock_poisson(lead_time_demand, position) for position in positions]
    return StockLevels(
        fill=math.fsum(one.fill for one in each) / quantity,
        backorders=math.fsum(one.backorders for one in each) / quantity,
        on_hand=math.fsum(one.on_hand for one in each) / quantity,
    )


def reorder_point_normal(
    mean: float, standard_deviation: float, reorder_point: float, quantity: float
) -> ReorderPoint:
    """Return the service of (r, Q) with lead-time demand N(mean, standard_deviation) (RC-13).

    fill = 1 - units short per cycle / Q, the textbook form (short at the end of a cycle only).
    Source: Hadley and Whitin 1963.
    """
    _check_positive(standard_deviation=standard_deviation, quantity=quantity)
    z = (reorder_point - mean) / standard_deviation
    short = standard_deviation * expected_shortage(z)
    return ReorderPoint(
        cycle_service_level=float(ndtr(z)), short_per_cycle=short, fill=1.0 - short / quantity
    )


def order_up_to_normal(
    mean: float, standard_deviation: float, review: float, lead_time: float, factor: float
) -> OrderUpTo:
    """Return the order-up-to rule for normal demand and a fixed lead time (RC-14).

    mean and standard_deviation per period (day), review and lead_time in periods, factor z; for a
    cycle service level take z = ndtri(level). Source: protection interval L + R; fill = 1 -
    sigma sqrt(L+R) G(z) / (mean R).
    """
    _check_positive(mean=mean, standard_deviation=standard_deviation, review=review)
    factor, spread = float(factor), standard_deviation * math.sqrt(review + lead_time)
    return OrderUpTo(
        level=mean * (review + lead_time) + factor * spread,
        safety_stock=factor * spread,
        safety_factor=factor,
        fill=1.0 - spread * expected_shortage(factor) / (mean * review),
    )


def safety_factor_for_fill(
    fill: float, mean: float, standard_deviation: float, review: float, lead_time: float
) -> float:
    """Return the factor z whose order-up-to rule fills the share `fill` of units (RC-14)."""
    low, high = -40.0, 40.0
    if not 0.0 < fill < 1.0:
        raise ModelError(f"a fill rate must lie between 0 and 1, not {fill}")
    for _ in range(100):
        middle = 0.5 * (low + high)
        rule = order_up_to_normal(mean, standard_deviation, review, lead_time, middle)
        low, high = (middle, high) if rule.fill < fill else (low, middle)
    return 0.5 * (low + high)


def safety_stock(
    mean: float,
    standard_deviation: float,
    protection: float,
    lead_time_deviation: float,
    factor: float,
) -> float:
    """Return z sqrt(sigma^2 (L+R) + f^2 sigma_L^2) in units (MODEL M3.3).

    mean and standard_deviation of demand per day, protection = L + R in days,
    lead_time_deviation in days.
    """
    demand, supply = standard_deviation**2 * protection, (mean * lead_time_deviation) ** 2
    return factor * math.sqrt(demand + supply)


def expected_shortage(z: float) -> float:
    """Return G(z) = E[(Z - z)+] of a standard normal: phi(z) - z (1 - Phi(z))."""
    density = math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)
    return density - z * float(ndtr(-z))


def newsvendor_normal(
    mean: float,
    standard_deviation: float,
    underage: float,
    overage: float,
    quantity: float | None = None,
) -> Newsvendor:
    """Return the best one-season buy for normal demand, or the outcome of a given one (RC-16, 17).

    underage = margin lost per unit short, overage = loss per unit left, in money. Negative demand
    is not cut off. Source: Arrow, Harris and Marschak 1951; critical ratio Cu / (Cu + Co).
    """
    _check_positive(standard_deviation=standard_deviation, underage=underage, overage=overage)
    ratio = underage / (underage + overage)
    if quantity is None:
        quantity = mean + standard_deviation * float(ndtri(ratio))
    lost = standard_deviation * expected_shortage((quantity - mean) / standard_deviation)
    left_over = quantity - mean + lost
    return Newsvendor(
        critical_ratio=ratio,
        quantity=quantity,
        lost=lost,
        left_over=left_over,
        profit=underage * (mean - lost) - overage * left_over,
        fill=1.0 - lost / mean,
    )


def reorder_s_S(  # noqa: N802  (the name every textbook gives the policy)
    mean_demand: float,
    fixed_cost: float,
    holding: float,
    penalty: float,
    lead_time: int = 0,
) -> tuple[int, int, float]:
    """Return (s, S, mean cost per period) of the best periodic (s, S) rule (RC-15).

    Poisson demand of `mean_demand` per period; holding and penalty per unit and period, charged
    after the demand of lead_time + 1 periods; fixed_cost per order; everything backordered.
    Source: Zheng and Federgruen 1991, Operations Research 39(4).
    """
    costs = _PeriodCosts(mean_demand, fixed_cost, holding, penalty, lead_time)
    period_cost, cost = costs.of_a_period, costs.of_a_rule
    best_level = int(mean_demand * (lead_time + 1))  # where the cost of one period is least
    while period_cost(best_level + 1) < period_cost(best_level):
        best_level += 1
    while period_cost(best_level - 1) <= period_cost(best_level):
        best_level -= 1
    s, level = best_level - 1, best_level
    while cost(s, level) > period_cost(s):
        s -= 1
    best = cost(s, level)
    higher = level + 1
    while period_cost(higher) <= best:
        if cost(s, higher) < best:
            level = higher
            while cost(s, level) <= period_cost(s + 1):
                s += 1
            best = cost(s, level)
        higher += 1
    return s, level, best


def cost_s_S(  # noqa: N802
    mean_demand: float,
    fixed_cost: float,
    holding: float,
    penalty: float,
    reorder_point: int,
    level: int,
    lead_time: int = 0,
) -> float:
    """Return the mean cost per period of a given (s, S) rule, as in `reorder_s_S`."""
    costs = _PeriodCosts(mean_demand, fixed_cost, holding, penalty, lead_time)
    return costs.of_a_rule(reorder_point, level)


def bullwhip_moving_average(lead_time: int, periods: int) -> float:
    """Return Var(orders) / Var(demand) with a moving average over `periods` (RC-21).

    Independent demand, order-up-to rule, lead_time in review periods. Source: Chen, Drezner, Ryan
    and Simchi-Levi 2000, Management Science 46(3) (a lower bound, exact for z = 0).
    """
    ratio = lead_time / periods
    return 1.0 + 2.0 * ratio + 2.0 * ratio * ratio


def bullwhip_autoregressive(lead_time: int, periods: int, correlation: float) -> float:
    """Return the same for demand with first-order autocorrelation `correlation` (RC-21)."""
    extra = bullwhip_moving_average(lead_time, periods) - 1.0
    return 1.0 + extra * (1.0 - correlation**periods)


def bullwhip_exponential_smoothing(lead_time: float, smoothing: float) -> float:
    """Return the same for exponential smoothing (RC-22): 1 + 2La + 2L^2 a^2 / (2 - a).

    Source: Chen, Ryan and Simchi-Levi 2000, Naval Research Logistics 47.
    """
    if not 0.0 <= smoothing < 2.0:
        raise ModelError(f"the smoothing constant must lie in [0, 2), not {smoothing}")
    step = lead_time * smoothing
    return 1.0 + 2.0 * step + 2.0 * step * step / (2.0 - smoothing)


class _PeriodCosts:
    """What a position costs in a period, and a rule (s, S) in the mean of many."""

    def __init__(
        self, mean_demand: float, fixed_cost: float, holding: float, penalty: float, lead_time: int
    ) -> None:
        _check_positive(mean_demand=mean_demand, fixed_cost=fixed_cost)
        _check_positive(holding=holding, penalty=penalty)
        self._cover = mean_demand * (lead_time + 1)
        self._fixed_cost, self._holding, self._penalty = fixed_cost, holding, penalty
        self._renewals = _Renewals(mean_demand)

    def of_a_period(self, position: int) -> float:
        """What is held and owed after the demand that a position must cover."""
        levels = base_stock_poisson(self._cover, position)
        return self._holding * levels.on_hand + self._penalty * levels.backorders

    def of_a_rule(self, low: int, high: int) -> float:
        """The cost of a cycle over its mean length."""
        m, total = self._renewals.upto(high - low)
        periods = (float(m[j]) * self.of_a_period(high - j) for j in range(high - low))
        return (self._fixed_cost + math.fsum(periods)) / total


class _Renewals:
    """Expected visits m(j) to 'j units below S' between two orders, grown as needed."""

    def __init__(self, mean_demand: float) -> None:
        self._mean = mean_demand
        self._m: NDArray[np.float64] = np.array([1.0 / -math.expm1(-mean_demand)])

    def upto(self, size: int) -> tuple[NDArray[np.float64], float]:
        """Return m(0) .. m(size - 1) and their sum, the mean number of periods in a cycle."""
        while len(self._m) < size:
            j = len(self._m)
            chances = _poisson_probability(np.arange(j, 0, -1), self._mean)
            self._m = np.append(self._m, self._m[0] * float(self._m @ chances))
        return self._m[:size], math.fsum(self._m[:size])


def _poisson_probability(count: int | NDArray[np.int64], mean: float) -> NDArray[np.float64]:
    """Return P(Poisson(mean) = count), in logarithms so that large means do not underflow."""
    k = np.asarray(count, dtype=np.float64)
    return np.where(k < 0, 0.0, np.exp(k * math.log(mean) - mean - gammaln(np.abs(k) + 1.0)))


def _check_positive(**values: float) -> None:
    for name, value in values.items():
        if not (math.isfinite(value) and value > 0.0):
            raise ModelError(f"{name} must be finite and positive, not {value}")
