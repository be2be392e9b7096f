"""Market, customers and daily operation give the values printed in MODEL.md s.10 (RC-18..36).

Waiting lines and stock have their own files. At the end: impossible input to any closed form.
"""

import math
from collections.abc import Callable

import numpy as np
import pytest

from orgsim.analysis import theory
from orgsim.departments.persuasion import win_probability
from orgsim.errors import ModelError, OrgsimError
from tests.theory.printed import agrees_to_print, check
from tests.unit.parts import but, firm


@pytest.mark.parametrize(
    ("p", "q", "market", "peak_year", "peak"),
    [
        pytest.param(0.0026167, 0.21566, 40.001, "20.2", "2.21", id="refrigerators"),
        pytest.param(0.018119, 0.17110, 21.973, "11.9", "1.15", id="freezers"),
        pytest.param(0.027877, 0.25105, 96.717, "7.9", "7.49", id="television"),
        pytest.param(0.017703, 0.29695, 5.793, "9.0", ".48", id="water softeners"),
        pytest.param(0.010399, 0.41861, 16.895, "8.6", "1.86", id="room air conditioners"),
        pytest.param(0.017206, 0.35688, 15.092, "8.1", "1.48", id="dryers"),
        pytest.param(0.0091837, 0.33790, 44.751, "10.4", "3.99", id="mowers"),
        pytest.param(0.005876, 0.24387, 76.589, "14.9", "4.90", id="bed covers"),
        pytest.param(0.017135, 0.30145, 58.838, "9.0", "4.95", id="coffee makers"),
        pytest.param(0.028632, 0.32791, 55.696, "6.8", "5.40", id="irons"),
        pytest.param(0.024796, 0.65410, 21.937, "4.8", "3.86", id="record players"),
    ],
)
def test_rc18_and_rc19_the_products_of_bass_1969_peak_when_they_did(
    p: float, q: float, market: float, peak_year: str, peak: str
) -> None:
    assert agrees_to_print(theory.bass_peak_time(p, q), peak_year)
    assert agrees_to_print(theory.bass_peak(p, q, market), peak)


def test_rc20_the_mean_diffusion_gives_the_table() -> None:
    check(
        {
            "6.193": theory.bass_peak_time(0.03, 0.38),
            ".11059": theory.bass_peak(0.03, 0.38),
            ".03576": theory.bass_adopters(0.03, 0.38, 1.0),
            ".33120": theory.bass_adopters(0.03, 0.38, 5.0),
        }
    )


def test_diffusion_without_talk_is_exponential_and_without_innovators_never_starts() -> None:
    assert theory.bass_adopters(0.2, 0.0, 3.0) == pytest.approx(-math.expm1(-0.6), rel=1e-12)
    assert theory.bass_adopters(0.0, 0.4, 100.0) == 0.0
    assert theory.bass_peak_time(0.4, 0.1) == 0.0
    assert theory.bass_peak(0.4, 0.1, 10.0) == pytest.approx(4.0)


def test_the_fastest_adoption_is_at_the_peak_time_and_as_fast_as_the_peak() -> None:
    times = np.linspace(0.0, 20.0, 20_001)
    shares = np.array([theory.bass_adopters(0.03, 0.38, float(t)) for t in times])
    speed = np.gradient(shares, times)
    assert times[speed.argmax()] == pytest.approx(theory.bass_peak_time(0.03, 0.38), abs=2e-3)
    assert speed.max() == pytest.approx(theory.bass_peak(0.03, 0.38), rel=1e-5)


def test_rc24_adstock_builds_up_and_fades_as_tabulated() -> None:
    path = theory.adstock([1.0] * 42 + [0.0] * 2000, half_life=10.0)
    check(
        {
            ".38443": path[6],
            ".62107": path[13],
            ".94559": path[41],
            ".47280": path[51],
            "13.17": path[42:].sum(),
        }
    )
    assert path[51] == pytest.approx(path[41] / 2.0, rel=1e-12)


def test_adstock_without_carry_over_is_the_spend_itself() -> None:
    assert theory.adstock([3.0, 0.0, 5.0], half_life=0.0).tolist() == [3.0, 0.0, 5.0]


def test_the_hill_response_is_half_at_its_half_saturation_and_linear_far_below() -> None:
    assert theory.hill(7.0, 7.0, 1.4) == pytest.approx(0.5)
    assert theory.hill(0.0, 7.0) == 0.0
    assert theory.hill(1.0, 1e9) == pytest.approx(1e-9, rel=1e-6)
    nudge = math.log(theory.hill(3.0003, 7.0, 1.4) / theory.hill(3.0, 7.0, 1.4)) / math.log(1.0001)
    assert nudge == pytest.approx(theory.hill_elasticity(3.0, 7.0, 1.4), rel=1e-3)


def test_rc25_lifetime_values_are_those_of_gupta_and_lehmann() -> None:
    assert theory.customer_lifetime_value(100.0, 0.8, 0.12) == pytest.approx(250.0, rel=1e-12)
    assert theory.customer_lifetime_value(100.0, 0.8, 0.12, with_first=True) == pytest.approx(350.0)
    # s.10 prints 341.84 from an unrounded margin; m 137.78 as printed gives 341.849.
    value = theory.customer_lifetime_value(137.78, 0.78401, 0.10)
    assert abs(value - 341.84) < 0.0125  # m 137.775..137.785
    with_first = theory.customer_lifetime_value(137.78, 0.78401, 0.10, with_first=True)
    assert agrees_to_print(with_first, "479.6")


def test_a_lifetime_value_is_the_sum_of_what_is_left_each_year_discounted() -> None:
    """m r / (1 + i - r) is m at each year's end from who is still there, each year discounted."""
    for margin, retention, discount in ((137.78, 0.78401, 0.10), (50.0, 0.95, 0.02)):
        years = np.arange(1, 2000)
        value = np.sum(margin * (retention / (1.0 + discount)) ** years)
        assert theory.customer_lifetime_value(margin, retention, discount) == pytest.approx(
            value, rel=1e-12
        )


def test_rc31_normal_satisfaction_gives_the_promoter_score() -> None:
    assert agrees_to_print(theory.nps_of_normal_satisfaction(7.55, 0.6), "28.77")


def test_rc31_the_promoter_score_agrees_with_a_simulated_survey() -> None:
    draw = np.random.default_rng(31)
    n = 400_000
    answers = draw.normal(7.55, 0.6, n) + 0.6 + draw.normal(0.0, 1.2, n)
    answers = np.round(np.clip(answers, 0.0, 10.0))
    votes = 100.0 * ((answers >= 9).astype(float) - (answers <= 6).astype(float))
    error = votes.std() / math.sqrt(n)
    assert abs(votes.mean() - theory.nps_of_normal_satisfaction(7.55, 0.6)) < 4.0 * error


def test_rc32_the_customer_base_settles_where_wins_replace_churn() -> None:
    assert theory.steady_state_customers(20.0, 20.0 / 30_000.0) == pytest.approx(30_000.0)
    assert agrees_to_print(100.0 * theory.yearly_churn(20.0 / 30_000.0), "21.6")


def test_variability_alone_hurts_customers_who_mind_losses_more() -> None:
    assert agrees_to_print(theory.mean_value_of_surprise(2.25, 1.0, 0.1), "-.0499")
    assert theory.mean_value_of_surprise(1.0, 1.0, 0.1) == 0.0


@pytest.mark.parametrize(("later", "printed"), [(300.0, ".44"), (100.0, ".52")])
def test_rc35_over_promising_pays_below_the_break_even(later: float, printed: str) -> None:
    assert agrees_to_print(theory.over_promise_break_even(0.5, 0.2, 30.0, later), printed)


def test_rc35_the_break_even_is_where_the_slope_of_value_changes_sign() -> None:
    """Prospects are won as sales wins them: a fifth of them at an honest promise."""
    limit = theory.over_promise_break_even(0.5, 0.2, 30.0, 300.0)
    niche = firm().sales.niche
    prospects = but(niche, win_intercept=math.log(0.25), claim_effect=0.5)

    def slope(k: float) -> float:
        def value(phi: float) -> float:
            wins = win_probability(prospects, phi, 0.0)
            return wins * (30.0 + 300.0 * math.exp(-k * phi))

        return value(1e-5) - value(-1e-5)

    assert slope(limit * 0.99) > 0.0 > slope(limit * 1.01)
    assert theory.over_promise_break_even(0.5, 0.2, 30.0, 0.0) == math.inf


@pytest.mark.parametrize(
    ("weeks", "printed"), [(4, ".9782"), (13, ".9392"), (26, ".9009"), (52, ".8610")]
)
def test_rc26_standards_erode_under_sustained_load(weeks: int, printed: str) -> None:
    assert agrees_to_print(theory.desired_time_under_load(1.2, weeks), printed)
    assert theory.erosion_path([1.2] * weeks)[-1] == pytest.approx(
        theory.desired_time_under_load(1.2, weeks), rel=1e-12
    )


def test_rc26_erosion_ends_where_the_load_fits_and_the_first_reaction_is_instant() -> None:
    assert agrees_to_print(theory.desired_time_under_load(1.2, 1e5), ".8333")
    assert agrees_to_print(1.2**-0.64, ".88986")
    assert agrees_to_print(1.0 / 1.2**-0.64, "1.1238")


def test_rc26_the_exact_erosion_is_the_limit_of_small_steps() -> None:
    standard, step = 1.0, 0.001
    for _ in range(13_000):
        standard += step * (standard * (1.2 * standard) ** -0.64 - standard) / 18.83
    assert standard == pytest.approx(theory.desired_time_under_load(1.2, 13.0), rel=1e-5)


def test_rc27_eroded_standards_stay_eroded_when_the_load_is_gone() -> None:
    path = theory.erosion_path([1.2] * 13 + [1.0] * 500)
    assert path[-1] == path[12]
    assert agrees_to_print(float(path[-1]), ".9392")
    assert agrees_to_print(math.sqrt(path[-1]), ".969")  # resolution factor (TPO / DTO_0)^0.5


@pytest.mark.parametrize(
    ("resolved", "returns", "printed"),
    [(0.75, 0.9, "1.2903"), (0.7, 0.85, "1.3423"), (0.5, 0.9, "1.8182"), (0.4, 0.95, "2.3256")],
)
def test_rc28_unresolved_issues_come_back(resolved: float, returns: float, printed: str) -> None:
    assert agrees_to_print(theory.contacts_per_issue(resolved, returns), printed)


def test_rc30_a_perfect_order_is_rarer_than_each_of_its_parts() -> None:
    assert agrees_to_print(100.0 * theory.perfect_order([0.98, 0.97, 0.99, 0.82]), "77.17")


def test_complete_orders_are_rarer_than_filled_lines() -> None:
    assert agrees_to_print(theory.complete_order_rate(0.97, 0.6), ".953")


def test_a_backlog_clears_at_the_spare_capacity() -> None:
    assert agrees_to_print(theory.backlog_clearing_time(2_100.0, 400.0, 540.5), "14.9")


@pytest.mark.parametrize(
    ("bookings", "pressure", "shared", "printed"),
    [(1.0, 0.3, 0.0, ".8667"), (1.0, 0.3, 0.5, ".2476"), (0.8, 0.1, 0.5, ".1676")],
)
def test_rc34_reps_promise_what_their_pay_makes_best(
    bookings: float, pressure: float, shared: float, printed: str
) -> None:
    promise = theory.rep_promise(
        sensitivity=0.5,
        win_probability=0.2,
        weight_bookings=bookings,
        pressure=pressure,
        weight_shared=shared,
    )
    assert agrees_to_print(promise, printed)


def test_a_rep_not_paid_for_bookings_or_capped_at_nothing_promises_nothing_extra() -> None:
    unpaid = theory.rep_promise(
        sensitivity=0.5, win_probability=0.2, weight_bookings=0.0, pressure=0.3
    )
    capped = theory.rep_promise(
        sensitivity=0.5, win_probability=0.2, weight_bookings=1.0, pressure=0.3, cap=0.0
    )
    assert (unpaid, capped) == (0.0, 0.0)


def test_rc36_the_sales_loop_grows_and_stalls_where_forrester_says() -> None:
    growth = theory.sales_loop_growth(400.0, 12.0, 2_000.0, 20.0)
    check(
        {
            "7.0": 100.0 * growth,
            "9.90": math.log(2.0) / growth,
            ".41667": theory.sales_loop_stall(400.0, 12.0, 2_000.0),
        }
    )


@pytest.mark.parametrize(
    "impossible",
    [
        lambda: theory.waiting_line(-1.0, 1.0, 2),
        lambda: theory.waiting_line(1.0, 0.0, 2),
        lambda: theory.waiting_line(1.0, 1.0, 0, 1.0),
        lambda: theory.waiting_line(1.0, 1.0, 2, 0.0),
        lambda: theory.waiting_line(math.nan, 1.0, 2),
        lambda: theory.waiting_line(2.0, 1.0, 2),
        lambda: theory.waiting_line(1.0, 1.0, 2).answered_within(-1.0),
        lambda: theory.waiting_line(1.0, 1.0, 2).wait_quantile(1.0),
        lambda: theory.erlang_b(math.inf, 2),
        lambda: theory.erlang_c(1.0, 1.5),  # type: ignore[arg-type]
        lambda: theory.fewest_servers(9.0, 1.0, 1.0, lambda line: False, at_most=64),
        lambda: theory.effective_arrivals(1.0, 1.0, 1.0),
        lambda: theory.mean_wait_m_g_1(1.0, 1.0, 1.0),
        lambda: theory.base_stock_poisson(0.0, 3),
        lambda: theory.safety_factor_for_fill(1.0, 400.0, 60.0, 7.0, 14.0),
        lambda: theory.bullwhip_exponential_smoothing(1.0, 2.0),
        lambda: theory.bass_adopters(-0.1, 0.3, 1.0),
        lambda: theory.bass_peak_time(0.0, 0.3),
        lambda: theory.customer_lifetime_value(100.0, 1.1, 0.1),
        lambda: theory.steady_state_customers(20.0, 0.0),
        lambda: theory.contacts_per_issue(0.0, 1.0),
        lambda: theory.backlog_clearing_time(100.0, 400.0, 400.0),
    ],
)
def test_impossible_input_is_refused_and_never_answered_with_nan(
    impossible: Callable[[], object],
) -> None:
    with pytest.raises(ModelError):
        impossible()
    assert issubclass(ModelError, OrgsimError)
