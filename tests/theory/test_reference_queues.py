"""Waiting lines give the values printed in MODEL.md s.10 (RC-1..8, RC-29), to the last digit."""

import math

import numpy as np
import pytest

from orgsim.analysis import theory
from tests.theory.printed import agrees_to_print, check

SECONDS = 3600.0  # per hour


def test_rc1_erlang_c_of_fifty_agents_gives_the_published_waits() -> None:
    line = theory.waiting_line(48.0, 1.0, 50)  # minutes
    check(
        {
            ".69446": line.probability_of_waiting,
            "20.834": line.mean_wait * 60.0,
            "58.14": line.wait_quantile(0.9) * 60.0,
            "16.67": line.mean_queue,
            ".96": line.occupancy,
        }
    )


def test_rc2_erlang_a_of_fifty_agents_gives_the_published_abandonment_and_waits() -> None:
    line = theory.waiting_line(48.0, 1.0, 50, 2.0)
    check(
        {
            ".030912": line.probability_of_abandonment,
            "3.709": line.mean_wait * 60.0,
            "12.44": line.wait_quantile(0.9) * 60.0,
            "2.968": line.mean_queue,
            ".46777": line.probability_of_waiting,
            ".9303": line.occupancy,
            ".9430": line.answered_within(20.0 / 60.0),
        }
    )


@pytest.mark.parametrize(
    ("agents", "waits", "seconds", "in_20_seconds"),
    [
        (12, ".44939", "40.45", ".6402"),
        (13, ".28527", "17.12", ".7956"),
        (14, ".17413", "7.84", ".8884"),
    ],
)
def test_rc3_erlang_c_at_ten_erlang_gives_the_table(
    agents: int, waits: str, seconds: str, in_20_seconds: str
) -> None:
    line = theory.waiting_line(200.0, 180.0 / SECONDS, agents)
    assert agrees_to_print(theory.erlang_c(10.0, agents), waits)
    # RC-3 prints 40.45 for 40.44494: one unit of its last digit, hence the wider bound.
    assert abs(line.mean_wait * SECONDS - float(seconds)) < 0.0055
    assert agrees_to_print(line.answered_within(20.0 / SECONDS), in_20_seconds)


def test_rc4_m_m_2_gives_the_textbook_values() -> None:
    line = theory.waiting_line(1.6, 1.0, 2)
    check(
        {
            ".71111": line.probability_of_waiting,
            "1.7778": line.mean_wait,
            "2.8444": line.mean_queue,
        }
    )
    assert line.mean_wait == pytest.approx(16.0 / 9.0, rel=1e-12)


@pytest.mark.parametrize(
    ("agents", "abandons", "seconds"),
    [
        (9, ".17932", "32.28"),
        (10, ".12511", "22.52"),
        (11, ".08341", "15.01"),
        (12, ".05309", "9.557"),
        (13, ".03225", "5.805"),
    ],
)
def test_rc5_erlang_a_at_ten_erlang_gives_the_table(
    agents: int, abandons: str, seconds: str
) -> None:
    line = theory.waiting_line(200.0, 180.0 / SECONDS, agents, 180.0 / SECONDS)
    unit = 10.0 ** -len(seconds.partition(".")[2])  # two of the printed waits end one unit off
    assert agrees_to_print(line.probability_of_abandonment, abandons)
    assert abs(line.mean_wait * SECONDS - float(seconds)) < unit


def test_rc5_with_equal_service_and_patience_waiting_is_a_poisson_tail() -> None:
    line = theory.waiting_line(200.0, 0.05, 10, 0.05)
    below = sum(math.exp(-10.0) * 10.0**k / math.factorial(k) for k in range(10))
    assert agrees_to_print(line.probability_of_waiting, ".54207")
    assert line.probability_of_waiting == pytest.approx(1.0 - below, rel=1e-12)
    served = theory.waiting_line(200.0, 0.05, 12, 0.05).answered_within(20.0 / SECONDS)
    assert agrees_to_print(served, ".8023")


def test_rc6_eight_reps_give_the_table() -> None:
    line = theory.waiting_line(20.0, 1.0 / 3.0, 8)
    check(
        {
            ".8333": line.occupancy,
            ".53269": line.probability_of_waiting,
            ".13317": line.mean_wait,
            ".37379": theory.waiting_line(22.0, 1.0 / 3.0, 8).mean_wait,
        }
    )


@pytest.mark.parametrize(
    ("agents", "handling", "abandons", "seconds", "in_20_seconds"),
    [
        (5, 7.0, ".0659", "15.8", ".831"),
        (6, 7.0, ".0273", "6.5", ".922"),
        (6, 9.8, ".0921", None, ".785"),
    ],
)
def test_rc7_and_rc8_the_default_phone_team_briefed_and_not_gives_the_table(
    agents: int, handling: float, abandons: str, seconds: str | None, in_20_seconds: str
) -> None:
    line = theory.waiting_line(27.0, handling / 60.0, agents, 4.0 / 60.0)
    assert agrees_to_print(line.probability_of_abandonment, abandons)
    assert seconds is None or agrees_to_print(line.mean_wait * SECONDS, seconds)
    assert agrees_to_print(line.answered_within(20.0 / SECONDS), in_20_seconds)


def test_rc29_a_single_server_with_variable_service_gives_pollaczek_khinchine() -> None:
    assert theory.mean_wait_m_g_1(0.8, 1.0, 0.5) == pytest.approx(2.5, rel=1e-12)


def test_a_single_exponential_server_is_the_same_by_both_formulas() -> None:
    line = theory.waiting_line(0.8, 1.0, 1)
    assert theory.mean_wait_m_g_1(0.8, 1.0, 1.0) == pytest.approx(line.mean_wait, rel=1e-12)


def test_endless_patience_is_the_limit_of_great_patience() -> None:
    patient = theory.waiting_line(9.0, 1.0, 10, 1e9)
    endless = theory.waiting_line(9.0, 1.0, 10)
    assert patient.mean_wait == pytest.approx(endless.mean_wait, rel=1e-6)
    assert patient.answered_within(0.3) == pytest.approx(endless.answered_within(0.3), rel=1e-6)
    assert endless.probability_of_waiting == pytest.approx(theory.erlang_c(9.0, 10), rel=1e-12)
    tail = endless.probability_of_waiting * math.exp(-0.3)  # C exp(-(c mu - lambda) t)
    assert endless.waits_longer_than(0.3) == pytest.approx(tail, rel=1e-12)


def test_no_patience_is_the_loss_formula() -> None:
    line = theory.waiting_line(10.0, 1.0, 12, 1e-9)
    assert line.probability_of_abandonment == pytest.approx(theory.erlang_b(10.0, 12), rel=1e-6)


def test_the_shares_of_an_erlang_a_line_fit_together() -> None:
    line = theory.waiting_line(60.0, 0.1, 5, 0.08)  # overloaded
    served = line.answered_within(1e3)
    assert served == pytest.approx(1.0 - line.probability_of_abandonment, rel=1e-9)
    assert line.answered_within(0.0) == pytest.approx(1.0 - line.probability_of_waiting, rel=1e-9)
    assert line.waits_longer_than(0.0) == pytest.approx(line.probability_of_waiting, rel=1e-9)
    times = np.linspace(0.0, 0.6, 601)
    mean = np.trapezoid([line.waits_longer_than(float(t)) for t in times], times)
    assert mean == pytest.approx(line.mean_wait, rel=1e-4)  # E[W] is the integral of its tail
    late = [served - line.answered_within(float(t)) for t in times]
    answered = np.trapezoid(late, times) / served
    assert answered == pytest.approx(line.mean_wait_of_answered, rel=1e-4)


def test_a_vast_or_hopeless_line_neither_overflows_nor_underflows() -> None:
    swamped = theory.waiting_line(50_000.0, 1.0, 400, 1.0)
    assert swamped.probability_of_abandonment == pytest.approx(1.0 - 400.0 / 50_000.0, rel=1e-9)
    idle = theory.waiting_line(1.0, 1.0, 400, 1.0)
    assert idle.probability_of_waiting == 0.0
    assert idle.answered_within(0.0) == 1.0
    large = theory.waiting_line(9_900.0, 1.0, 10_000)
    assert large.probability_of_waiting == pytest.approx(theory.erlang_c(9_900.0, 10_000), rel=1e-9)


def test_a_line_nobody_joins_has_no_wait_and_no_abandonment() -> None:
    line = theory.waiting_line(0.0, 1.0, 3, 2.0)
    assert (line.mean_wait, line.probability_of_abandonment, line.occupancy) == (0.0, 0.0, 0.0)
    assert (theory.erlang_b(0.0, 3), theory.erlang_c(0.0, 3)) == (0.0, 0.0)
    assert line.answered_within(0.0) == 1.0


def test_the_fewest_agents_for_a_service_level_are_found_exactly() -> None:
    def is_enough(line: theory.WaitingLine) -> bool:
        return line.answered_within(20.0 / SECONDS) >= 0.8

    agents = theory.fewest_servers(200.0, 0.05, math.inf, is_enough)
    assert agents == 14  # RC-3: 13 agents give .7956
    assert theory.fewest_servers(200.0, 0.05, 0.05, is_enough) == 12  # RC-5: .8023


def test_retries_multiply_the_arrivals() -> None:
    assert theory.effective_arrivals(100.0, 0.5, 0.2) == pytest.approx(100.0 / 0.9)
