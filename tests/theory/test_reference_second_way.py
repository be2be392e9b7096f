"""The functions behind MODEL.md s.10, to one part in a million, by a second way to each number.

MODEL prints few digits. Here each closed form is computed again with no formula in common: states
are enumerated, densities integrated, equations of motion solved, series summed.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import quad, solve_ivp
from scipy.linalg import expm
from scipy.stats import norm, poisson

from orgsim.analysis import theory
from tests.theory.formulas import Line, line_by_formula

Floats = NDArray[np.float64]
MILLIONTH = 1e-6

LINES = {
    "RC-1": Line(arrivals=2880.0, service=1.0 / 60.0, servers=50),
    "RC-2": Line(arrivals=2880.0, service=1.0 / 60.0, servers=50, patience=2.0 / 60.0),
    "RC-3": Line(arrivals=200.0, service=0.05, servers=12),
    "RC-4": Line(arrivals=1.6, service=1.0, servers=2),
    "RC-5": Line(arrivals=200.0, service=0.05, servers=9, patience=0.05),
    "RC-6": Line(arrivals=22.0, service=1.0 / 3.0, servers=8),
    "RC-7": Line(arrivals=27.0, service=7.0 / 60.0, servers=5, patience=4.0 / 60.0),
    "RC-8": Line(arrivals=27.0, service=9.8 / 60.0, servers=6, patience=4.0 / 60.0),
}


def near(value: float) -> object:
    return pytest.approx(value, rel=MILLIONTH)


def stationary(rates_up: Floats, rates_down: Floats) -> Floats:
    """The law of a birth and death process from its rates; state n is left downwards at n - 1."""
    steps = np.concatenate(([0.0], np.log(rates_up) - np.log(rates_down)))
    law = np.exp(np.cumsum(steps) - np.cumsum(steps).max())
    return np.asarray(law / law.sum())


def enumerated(line: Line, states: int = 1200) -> dict[str, float]:
    """All states of the line, and the path of one caller from each place in the queue."""
    n = np.arange(1, states)
    gives_up = 1.0 / line.patience
    down = np.minimum(n, line.servers) / line.service + np.maximum(n - line.servers, 0) * gives_up
    law = stationary(np.full(states - 1, line.arrivals), down)
    here = np.arange(states)
    queue = float((np.maximum(here - line.servers, 0) * law).sum())
    waiting = law[line.servers :][:300]  # who comes then finds so many before in the queue
    ahead = np.arange(waiting.size)
    moves = line.servers / line.service + ahead * gives_up
    motion = np.diag(-(moves + gives_up)) + np.diag(moves[1:], -1)
    served = np.zeros((waiting.size + 1, waiting.size + 1))
    served[:-1, :-1], served[0, -1] = motion, moves[0]  # the last state: answered
    in_time = expm(served * 20.0 / 3600.0)[:-1, -1]
    return {
        "share that waits": float(law[line.servers :].sum()),
        "mean wait": queue / line.arrivals,
        "occupancy": float((np.minimum(here, line.servers) * law).sum()) / line.servers,
        "answered in 20 s": float(law[: line.servers].sum() + waiting @ in_time),
        "share that leaves": queue * gives_up / line.arrivals,
    }


@pytest.mark.parametrize("line", LINES.values(), ids=LINES.keys())
def test_waiting_lines_are_those_whose_states_are_enumerated(line: Line) -> None:
    formula = line_by_formula(line)
    for what, value in enumerated(line).items():
        assert formula[what] == near(value), what


def test_rc29_one_server_with_four_phases_of_service_is_enumerated() -> None:
    """Of spread .5 the gamma law is four exponential phases; a customer brings four of them."""
    states, phase = 600, 4.0
    motion = np.zeros((states, states))
    for left in range(states):
        motion[left, min(left + 4, states - 1)] += 0.8
        if left:
            motion[left, left - 1] += phase
    motion -= np.diag(motion.sum(axis=1))
    system = np.vstack([motion.T[:-1], np.ones(states)])
    law = np.linalg.solve(system, np.append(np.zeros(states - 1), 1.0))
    wait = float((np.arange(states) * law).sum()) / phase
    assert theory.mean_wait_m_g_1(0.8, 1.0, 0.5) == near(wait)


@pytest.mark.parametrize(("demand", "level"), [(10.0, 13), (10.0, 15), (10.0, 18), (80.0, 95)])
def test_rc9_and_rc10_the_poisson_law_is_summed_unit_by_unit(demand: float, level: int) -> None:
    units = np.arange(600)
    law, found = poisson.pmf(units, demand), theory.base_stock_poisson(demand, level)
    assert found.fill == near(law[:level].sum())
    assert found.backorders == near((np.maximum(units - level, 0) * law).sum())
    assert found.on_hand == near((np.maximum(level - units, 0) * law).sum())


def test_rc11_what_is_lost_is_the_share_of_time_without_stock() -> None:
    law = stationary(np.full(14, 10.0), np.arange(1.0, 15.0))
    assert theory.lost_sales_base_stock(10.0, 14) == near(law[-1])


@pytest.mark.parametrize("reorder", [12, 14])
def test_rc12_lots_are_a_markov_chain_of_positions(reorder: int) -> None:
    """One unit at a time down from r + Q; at r up again: the positions' law by power steps."""
    step = np.roll(np.eye(20), -1, axis=0)
    law = np.linalg.matrix_power(0.5 * (step + np.eye(20)), 4096)[0]
    units = np.arange(200)
    asked = poisson.pmf(units, 10.0)
    fill = sum(
        share * asked[:position].sum()
        for share, position in zip(law, range(reorder + 1, reorder + 21), strict=True)
    )
    assert theory.reorder_point_poisson(10.0, reorder, 20).fill == near(fill)


def mean_of(what: Callable[[float], float], mean: float, spread: float, kink: float) -> float:
    """The mean over a normal law, integrated on either side of a kink."""

    def weighted(x: float) -> float:
        return what(x) * float(norm.pdf(x, mean, spread))

    ends = (mean - 12.0 * spread, kink, mean + 12.0 * spread)
    return sum(quad(weighted, a, b, epsabs=1e-12, epsrel=1e-12)[0] for a, b in pairwise(ends))


def test_rc13_and_rc14_what_is_short_is_integrated() -> None:
    point = theory.reorder_point_normal(100.0, 30.0, 140.0, 200.0)
    short = mean_of(lambda x: max(x - 140.0, 0.0), 100.0, 30.0, 140.0)
    assert point.short_per_cycle == near(short)
    assert point.cycle_service_level == near(mean_of(lambda x: float(x <= 140), 100, 30, 140))
    rule = theory.order_up_to_normal(400.0, 60.0, 7.0, 14.0, float(norm.ppf(0.95)))
    spread, level = 60.0 * math.sqrt(21.0), rule.level
    short = mean_of(lambda x: max(x - level, 0.0), 8400.0, spread, level)
    assert 1.0 - rule.fill == near(short / 2800.0)


@pytest.mark.parametrize(
    ("mean", "spread", "under", "over"),
    [(3192.0, 1181.0, 80.0, 20.0), (2700.0, 945.0, 29.8, 7.2)],
    ids=["RC-16", "RC-17"],
)
def test_a_newsvendors_profit_is_integrated_and_none_is_better(
    mean: float, spread: float, under: float, over: float
) -> None:
    def profit(bought: float) -> float:
        def earned(asked: float) -> float:
            return under * min(asked, bought) - over * max(bought - asked, 0.0)

        return mean_of(earned, mean, spread, bought)

    buy = theory.newsvendor_normal(mean, spread, under, over)
    assert buy.profit == near(profit(buy.quantity))
    assert buy.profit > max(profit(buy.quantity - 1.0), profit(buy.quantity + 1.0))


BASS = [(0.0026167, 0.21566), (0.018119, 0.17110), (0.010399, 0.41861), (0.03, 0.38)]


@pytest.mark.parametrize(("p", "q"), BASS)
def test_rc18_to_rc20_diffusion_is_the_motion_of_its_equation(p: float, q: float) -> None:
    def speed(_: float, share: Floats) -> Floats:
        return np.asarray((p + q * share) * (1.0 - share))

    def fastest(_: float, share: Floats) -> float:
        return float(q - p - 2.0 * q * share[0])

    path = solve_ivp(
        speed, (0.0, 30.0), [0.0], "DOP853", [1.0, 5.0], events=fastest, rtol=1e-12, atol=1e-13
    )
    assert theory.bass_adopters(p, q, 1.0) == near(path.y[0][0])
    assert theory.bass_adopters(p, q, 5.0) == near(path.y[0][1])
    assert theory.bass_peak_time(p, q) == near(path.t_events[0][0])
    assert theory.bass_peak(p, q) == near(speed(0.0, path.y_events[0][0])[0])


def passed_on(weights: Floats, correlation: float = 0.0) -> float:
    """Variance of a weighted sum of past demand over that of demand."""
    apart = np.abs(np.subtract.outer(np.arange(weights.size), np.arange(weights.size)))
    return float(weights @ np.power(correlation, apart) @ weights)


@pytest.mark.parametrize(
    ("cover", "periods", "correlation"),
    [(1, 5, 0.0), (2, 4, 0.0), (4, 4, 0.0), (5, 10, 0.0), (2, 4, 0.5)],
)
def test_rc21_orders_are_a_weighted_sum_of_demand(
    cover: int, periods: int, correlation: float
) -> None:
    """A moving average orders demand, and L / p of its change since p periods ago."""
    weights = np.zeros(periods + 1)
    weights[0], weights[periods] = 1.0 + cover / periods, -cover / periods
    found = theory.bullwhip_autoregressive(cover, periods, correlation)
    assert found == near(passed_on(weights, correlation))


@pytest.mark.parametrize(("cover", "alpha"), [(2, 0.3), (4, 0.1), (4, 0.3), (15, 0.1)])
def test_rc22_smoothing_weighs_demand_less_and_less(cover: int, alpha: float) -> None:
    ages = np.arange(1, 400)
    weights = np.append(1.0 + cover * alpha, -cover * alpha**2 * (1.0 - alpha) ** (ages - 1))
    assert theory.bullwhip_exponential_smoothing(cover, alpha) == near(passed_on(weights))


def test_rc24_rc25_and_rc28_are_sums_of_series() -> None:
    days = np.arange(42)
    built = (1.0 - 0.5**0.1) * np.sum(0.5 ** (days / 10.0))
    assert theory.adstock([1.0] * 42, 10.0)[-1] == near(built)
    years = np.arange(1, 400)
    for margin, stay, rate in ((100.0, 0.8, 0.12), (137.78, 0.78401, 0.10)):
        worth = margin * np.sum((stay / (1.0 + rate)) ** years)
        assert theory.customer_lifetime_value(margin, stay, rate) == near(worth)
    for solved, back in ((0.75, 0.9), (0.7, 0.85), (0.5, 0.9), (0.4, 0.95)):
        tries = np.sum(((1.0 - solved) * back) ** np.arange(400))
        assert theory.contacts_per_issue(solved, back) == near(tries)


@pytest.mark.parametrize("weeks", [4, 13, 26, 52])
def test_rc26_erosion_is_the_motion_of_its_equation(weeks: int) -> None:
    def motion(_: float, standard: Floats) -> Floats:
        return np.asarray((standard * (1.2 * standard) ** -0.64 - standard) / 18.83)

    path = solve_ivp(motion, (0.0, weeks), [1.0], "DOP853", rtol=1e-12, atol=1e-13)
    assert theory.desired_time_under_load(1.2, weeks) == near(path.y[0][-1])


def test_rc31_answers_are_counted_over_the_normal_law() -> None:
    def vote(answer: float) -> float:
        rounded = round(min(10.0, max(0.0, answer)))
        return 100.0 * ((rounded >= 9) - (rounded <= 6))

    spread = math.hypot(0.6, 1.2)
    parts = (
        quad(lambda x: vote(x) * float(norm.pdf(x, 8.15, spread)), a, b, epsabs=1e-12)[0]
        for a, b in ((-8.0, 6.5), (6.5, 8.5), (8.5, 24.0))
    )
    assert theory.nps_of_normal_satisfaction(7.55, 0.6) == near(sum(parts))
