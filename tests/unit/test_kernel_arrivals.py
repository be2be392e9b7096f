"""Arrivals: a higher rate adds people; nobody moves and nobody changes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import kolmogorov, pdtr, pdtrc

from orgsim.errors import ModelError
from orgsim.kernel.arrivals import Candidates
from orgsim.kernel.draws import Draws, entity_base

DAYS = 300
RATE = 10.0
FALSE_ALARM = 1e-6


def people(rate: float, strip: float = RATE, days: int = DAYS) -> dict[int, float]:
    """Entity id -> time of everybody who comes."""
    source = Candidates(Draws(1, 0), "organic", strip)
    blocks = [source.between(24.0 * day, 24.0 * day + 24.0, rate) for day in range(days)]
    return {who: time for times, ids in blocks for time, who in zip(times, ids, strict=True)}


def test_arrivals_are_a_poisson_process_of_the_given_rate() -> None:
    for rate in (RATE, 0.3 * RATE, 2.7 * RATE):
        times = np.array(sorted(people(rate).values()))
        expected = rate * 24 * DAYS
        assert FALSE_ALARM < pdtr(len(times), expected) < 1 - FALSE_ALARM
        gaps = np.sort(1 - np.exp(-np.diff(times) * rate))  # uniform if exponential
        steps = np.arange(len(gaps) + 1) / len(gaps)
        distance = max(np.max(steps[1:] - gaps), np.max(gaps - steps[:-1]))
        assert kolmogorov(np.sqrt(len(gaps)) * distance) > FALSE_ALARM


def test_counts_of_days_are_as_spread_as_poisson_counts() -> None:
    days = np.floor(np.array(list(people(RATE).values())) / 24).astype(int)
    counts = np.bincount(days, minlength=DAYS)
    dispersion = np.sum((counts - counts.mean()) ** 2) / counts.mean()  # chi-square, 299 degrees
    assert abs(dispersion - 299) / np.sqrt(2 * 299) < 5  # false alarm about one in a million


@given(low=st.floats(0, 60), high=st.floats(0, 60))
def test_a_higher_rate_only_adds_people(low: float, high: float) -> None:
    few, many = (people(rate, days=2) for rate in sorted((low, high)))
    assert few.items() <= many.items()


def test_the_people_of_a_part_of_a_day_are_those_of_the_day_in_that_part() -> None:
    source = Candidates(Draws(1, 0), "organic", RATE)
    times, ids = source.between(24.0, 48.0, RATE)
    parts = [source.between(24.0 + h, 25.0 + h, RATE) for h in range(24)]
    assert np.concatenate([part[0] for part in parts]).tolist() == times.tolist()
    assert np.concatenate([part[1] for part in parts]).tolist() == ids.tolist()


def test_asking_in_another_order_or_again_changes_nobody() -> None:
    source = Candidates(Draws(1, 0), "organic", RATE)
    first = source.between(24.0, 48.0, 3.0)
    source.between(48.0, 72.0, 70.0)
    source.between(24.0, 30.0, 70.0)
    again = source.between(24.0, 48.0, 3.0)
    assert [column.tolist() for column in first] == [column.tolist() for column in again]


def test_ids_are_unique_and_lie_in_the_block_of_their_source() -> None:
    who = np.array(list(people(5 * RATE)))
    assert len(np.unique(who)) == len(who)
    assert np.all((who >= entity_base("organic")) & (who < entity_base("organic") + 2**36))


def test_sources_and_replications_have_their_own_people() -> None:
    a = Candidates(Draws(1, 0), "organic", RATE).between(0.0, 24.0, RATE)
    b = Candidates(Draws(1, 0), "campaign", RATE).between(0.0, 24.0, RATE)
    c = Candidates(Draws(1, 1), "organic", RATE).between(0.0, 24.0, RATE)
    assert not set(a[0]) & set(b[0])
    assert not set(a[1]) & set(b[1])
    assert not set(a[0]) & set(c[0])


def test_days_before_time_0_have_arrivals_too() -> None:
    times, _ = Candidates(Draws(1, 0), "organic", RATE).between(-24.0, 0.0, RATE)
    assert np.all((times >= -24.0) & (times < 0.0))
    assert pdtrc(len(times), RATE * 24) < 1 - FALSE_ALARM


def test_times_rise_and_a_rate_of_0_brings_nobody() -> None:
    source = Candidates(Draws(1, 0), "organic", RATE)
    assert np.all(np.diff(source.between(0.0, 24.0, 55.0)[0]) >= 0)
    assert len(source.between(0.0, 24.0, 0.0)[0]) == 0


@pytest.mark.parametrize(
    ("start", "end", "rate"),
    [
        (0.0, 25.0, 1.0),
        (23.0, 22.0, 1.0),
        (0.0, 24.0, -1.0),
        (0.0, 24.0, float("nan")),
        (0.0, 24.0, 1025 * RATE),
        (24.0 * 9000, 24.0 * 9001, 1.0),
    ],
)
def test_what_cannot_be_answered_is_refused(start: float, end: float, rate: float) -> None:
    with pytest.raises(ModelError, match="organic"):
        Candidates(Draws(1, 0), "organic", RATE).between(start, end, rate)


@pytest.mark.parametrize("strip", [0.0, -1.0, 100.0, float("nan")])
def test_a_strip_without_room_for_its_people_is_refused(strip: float) -> None:
    with pytest.raises(ModelError, match="strip"):
        Candidates(Draws(1, 0), "organic", strip)
