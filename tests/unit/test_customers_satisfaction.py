"""Expectation, episode, satisfaction and trust, number by number (MODEL M5.1-M5.4, M5.6, C1)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri

from orgsim.customers.expectations import at_purchase, learn, speed_level
from orgsim.customers.population import Population
from orgsim.customers.satisfaction import (
    accumulate,
    episode_satisfaction,
    reliability_level,
    trust_after,
    value_of_gap,
)
from orgsim.entities import Attribute, Floats, Occasion, Segment, Source
from tests.unit.parts import but, firm, levels

MEMORY = firm().customers.memory
JUDGING = but(MEMORY.satisfaction, reference__delivery=0.8, reference__contact=0.8)
PLAIN = JUDGING.kano.slopes(JUDGING.gain, JUDGING.loss).of(np.array([Segment.BASE]))
WEIGHTS = np.array([[0.2, 0.3, 0.25, 0.15, 0.1]])


def episode(
    seen: Floats, expected: Floats, occasion: Occasion = Occasion.DELIVERY, **changes: object
) -> float:
    judging = but(JUDGING, **{"intercept": 7.5, **changes})
    rows = np.atleast_2d(seen), np.atleast_2d(expected)
    slopes = judging.kano.slopes(judging.gain, judging.loss).of(np.array([Segment.BASE]))
    return float(episode_satisfaction(*rows, WEIGHTS, occasion, np.zeros(1), judging, slopes)[0])


# -- M5.2: expectation -----------------------------------------------------------------------------


def test_a_purchase_mixes_the_claim_with_what_was_expected_before() -> None:
    assert at_purchase(np.array([0.5]), np.array([1.0]), 0.8).tolist() == [0.9]


def test_a_claim_nobody_heeds_cannot_disappoint() -> None:
    config = but(
        MEMORY, expectation__trust_in_claim_new=0.0, expectation__trust_in_claim_existing=0.0
    )
    people = Population(config, np.vstack([WEIGHTS, WEIGHTS]), 4)
    before = levels(speed=0.6)
    for claimed in (0.0, 1.0):
        row = people.add(1, Segment.NICHE, Source.CAMPAIGN, before, 0.8)
        people.hear_promise(np.array([row]), levels(speed=claimed), True)
        people.hear_promise(np.array([row]), levels(speed=claimed), False)
    assert people.expected[0].tolist() == people.expected[1].tolist()
    assert people.expected[0, Attribute.SPEED] == 0.6


def test_new_customers_heed_the_claim_more_than_old_ones() -> None:
    people = Population(MEMORY, np.vstack([WEIGHTS, WEIGHTS]), 2)
    row = np.array([people.add(1, Segment.BASE, Source.ORGANIC, levels(speed=0.5), 0.8)])
    people.hear_promise(row, levels(speed=1.0), True)
    assert people.expected[0, Attribute.SPEED] == pytest.approx(0.9)
    people.hear_promise(row, levels(speed=0.4), False)
    assert people.expected[0, Attribute.SPEED] == pytest.approx(0.4 * 0.4 + 0.6 * 0.9)


@pytest.mark.parametrize(("weight", "expected"), [(0.0, 0.8), (0.25, 0.7), (1.0, 0.4)])
def test_experience_moves_the_expectation_by_its_weight(weight: float, expected: float) -> None:
    assert learn(np.array([0.8]), np.array([0.4]), weight)[0] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("days", "level"), [(0, 1), (1, 1), (2, 13 / 14), (8, 0.5), (15, 0), (40, 0)]
)
def test_speed_falls_from_next_day_to_none_at_fifteen_days(days: float, level: float) -> None:
    assert speed_level(np.array([days]))[0] == pytest.approx(level)


# -- M5.1: reliability -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("late", "complete", "level"),
    [
        (-2, 1, 1.0),
        (0, 1, 1.0),
        (1, 1, 0.9 * 0.9 - 0.02),
        (5, 1, 0.9 * 0.5 - 0.10),
        (9, 1, 0.0),  # .09 - .18 of silence: not below zero
        (30, 1, 0.0),
        (0, 0, 0.5),
        (1, 0, 0.5),
        (5, 0, 0.35),
    ],
)
def test_reliability_falls_with_lateness_silence_and_missing_parts(
    late: float, complete: float, level: float
) -> None:
    found = reliability_level(np.array([late]), np.array([complete]), 0.02)
    assert found[0] == pytest.approx(level, abs=1e-12)


# -- M5.3: one episode -----------------------------------------------------------------------------


def test_an_episode_as_expected_is_judged_by_its_quality_alone() -> None:
    same = levels(price=0.7, speed=0.9, reliability=1.0, fit=0.8)
    quality = (0.2 * 0.7 + 0.3 * 0.9 + 0.25 * 1.0 + 0.15 * 0.8) / 0.9
    assert episode(same, same) == pytest.approx(7.5 + 4 * (quality - 0.8))


def test_a_shortfall_weighs_more_than_an_excess() -> None:
    flat = {"quality_effect": 0.0}
    calm = levels(speed=0.6)
    assert episode(levels(speed=0.8), calm, **flat) == pytest.approx(7.5 + 5 * 0.3 * 0.6 * 0.2)
    assert episode(levels(speed=0.4), calm, **flat) == pytest.approx(7.5 - 5 * 0.3 * 2.25 * 0.2)


def test_with_equal_slopes_a_gap_counts_linearly() -> None:
    linear = {"gain": 1.0, "loss": 1.0, "quality_effect": 0.0}
    up, down = (episode(levels(speed=x), levels(speed=0.5), **linear) for x in (0.8, 0.2))
    assert up - 7.5 == pytest.approx(7.5 - down)
    assert up == pytest.approx(7.5 + 5 * 0.3 * 0.3)


def test_variability_alone_hurts_whoever_is_averse_to_loss() -> None:
    """lambda 2.25, g 1, deviation .1: mean value -.0499 (MODEL M5.3, by quadrature here)."""
    points = 100_000
    gaps = 0.1 * ndtri((np.arange(points) + 0.5) / points)
    assert value_of_gap(gaps, 1.0, 2.25).mean() == pytest.approx(-0.0499, abs=5e-5)
    assert value_of_gap(gaps, 1.0, 1.0).mean() == pytest.approx(0.0, abs=1e-12)


def test_what_an_episode_does_not_show_plays_no_part() -> None:
    """A contact shows knowledge only: its quality is that attribute, whatever its weight."""
    people = Population(but(MEMORY, satisfaction=JUDGING), np.vstack([WEIGHTS, WEIGHTS]), 2)
    for speed in (0.1, 0.9):
        people.add(1, Segment.BASE, Source.ORGANIC, levels(knowledge=0.7, speed=0.5), 0.8)
        rows = np.array([people.size - 1])
        seen = np.full((1, 5), speed)
        seen[0, Attribute.KNOWLEDGE] = 0.9
        lived, _ = people.live_through(rows, Occasion.CONTACT, seen, np.zeros(1))
        expected = JUDGING.intercept + 4 * (0.9 - 0.8) + 5 * 0.1 * 0.6 * 0.2
        assert lived[0] == pytest.approx(expected)
        assert people.expected[rows[0], Attribute.SPEED] == 0.5
        assert people.trust[rows[0]] == MEMORY.trust.start


def test_an_episode_that_shows_nothing_the_customer_cares_for_changes_nothing() -> None:
    """A niche with one-hot weights (M1.1): a contact shows knowledge, which plays no part."""
    only_speed = np.array([[0.0, 1.0, 0.0, 0.0, 0.0]])
    for knowledge in (0.0, 1.0):
        seen = np.atleast_2d(levels(knowledge=knowledge))
        judged = episode_satisfaction(
            seen, np.atleast_2d(levels()), only_speed, Occasion.CONTACT, np.zeros(1), JUDGING, PLAIN
        )
        assert judged.tolist() == [JUDGING.intercept]
    for reliability in (0.0, 1.0):
        seen = np.atleast_2d(levels(reliability=reliability, speed=0.9))
        judged = episode_satisfaction(
            seen,
            np.atleast_2d(levels(speed=0.9)),
            only_speed,
            Occasion.DELIVERY,
            np.zeros(1),
            JUDGING,
            PLAIN,
        )
        assert judged == pytest.approx([JUDGING.intercept + 4 * (0.9 - 0.8)])


def test_luck_moves_an_episode_by_its_deviation_and_takes_no_side() -> None:
    assert JUDGING.noise == 0.6
    same, weights = np.repeat(np.atleast_2d(levels(speed=0.9)), 3, axis=0), np.repeat(WEIGHTS, 3, 0)
    luck = np.array([-2.0, 0.0, 1.0])
    unlucky, usual, lucky = episode_satisfaction(
        same, same, weights, Occasion.DELIVERY, luck, but(JUDGING, intercept=5.0), PLAIN
    )
    assert lucky - usual == pytest.approx(0.6, abs=1e-12)
    assert usual - unlucky == pytest.approx(1.2, abs=1e-12)


def test_satisfaction_stays_between_zero_and_ten() -> None:
    assert episode(np.zeros(5), np.ones(5), intercept=3.0) == 0.0
    assert episode(np.ones(5), np.zeros(5), intercept=9.9) == 10.0


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0.01, 0.5))
def test_more_is_never_worse_and_a_higher_expectation_never_better(
    seen: float, expected: float, more: float
) -> None:
    here = episode(levels(speed=seen), levels(speed=expected))
    assert episode(levels(speed=min(1.0, seen + more)), levels(speed=expected)) >= here
    assert episode(levels(speed=seen), levels(speed=min(1.0, expected + more))) <= here


# -- M5.4: cumulative satisfaction -----------------------------------------------------------------


def after(lives: list[float], memory: float, occasion: Occasion = Occasion.DELIVERY) -> float:
    config, satisfaction = but(MEMORY.satisfaction, memory=memory), np.array([5.0])
    for n, lived in enumerate(lives):
        satisfaction = accumulate(satisfaction, np.array([lived]), np.array([n]), occasion, config)
    return float(satisfaction[0])


def test_the_first_episode_counts_in_full() -> None:
    assert after([9.0], 0.15) == 9.0


def test_without_a_least_weight_satisfaction_is_the_plain_mean() -> None:
    assert after([9.0, 4.0, 8.0, 7.0], 0.0) == pytest.approx(7.0)


def test_with_full_weight_only_the_last_episode_counts() -> None:
    assert after([9.0, 4.0, 8.0, 3.0], 1.0) == 3.0


def test_a_long_experience_buffers_down_to_the_least_weight() -> None:
    assert after([8.0] * 20 + [4.0], 0.15) == pytest.approx(8.0 - 0.15 * 4.0)


def test_a_contact_counts_half_of_a_delivery() -> None:
    assert after([9.0], 0.15, Occasion.CONTACT) == pytest.approx(5.0 + 0.5 * 4.0)


# -- M5.6: trust -----------------------------------------------------------------------------------


def trust_path(target: float, kept: int) -> float:
    """Trust after one full breach and then `kept` promises kept."""
    config = but(MEMORY.trust, target=target)
    trust = trust_after(np.array([0.8]), np.array([-1.0]), np.array([-1.0]), config)
    for _ in range(kept):
        trust = trust_after(trust, np.zeros(1), np.zeros(1), config)
    return float(trust[0])


@pytest.mark.parametrize(
    ("kept", "trust"), [(0, 0.60), (1, 0.62), (5, 0.685), (10, 0.741), (20, 0.803)]
)
def test_trust_falls_at_once_and_returns_slowly(kept: int, trust: float) -> None:
    assert trust_path(0.85, kept) == pytest.approx(trust, abs=5e-4)


def test_the_default_firm_s_trust_returns_to_the_level_of_calm_times() -> None:
    assert MEMORY.trust.target == MEMORY.trust.start == 0.80
    assert trust_path(0.80, 0) == pytest.approx(0.60)
    assert trust_path(0.80, 20) == pytest.approx(0.8 - 0.2 * 0.92**20)
    assert trust_path(0.80, 500) == pytest.approx(0.80)


@pytest.mark.parametrize(
    ("speed", "reliability", "severity"),
    [(-0.4, 0.0, 0.2), (0.0, -0.5, 0.32), (-0.4, -0.5, 0.52), (-1.0, -1.0, 1.0), (0.3, -0.35, 0.2)],
)
def test_a_breach_costs_trust_by_its_severity(
    speed: float, reliability: float, severity: float
) -> None:
    trust = trust_after(np.array([0.8]), np.array([speed]), np.array([reliability]), MEMORY.trust)
    assert trust[0] == pytest.approx(0.8 * (1 - 0.25 * severity))


def test_a_little_unreliability_is_forgiven() -> None:
    trust = trust_after(np.array([0.6]), np.zeros(1), np.array([-0.1]), MEMORY.trust)
    assert trust[0] == pytest.approx(0.6 + 0.08 * 0.2)
