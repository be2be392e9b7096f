"""Luck: the same everywhere, uniform, and independent along every axis it is indexed by.

The statistical tests are deterministic (fixed seeds); the threshold is the chance that a test of
truly random numbers would fail, one in a million each.
"""

from itertools import pairwise

import numpy as np
import pytest
from scipy.special import chdtrc, kolmogorov

from orgsim.errors import ModelError
from orgsim.kernel.draws import Draws, entity_base, mix

FALSE_ALARM = 1e-6
MANY = 40_000

ENTITIES = np.arange(MANY)
AXES = {
    "neighbouring entities": lambda: Draws(7, 0).stream("p").uniforms(ENTITIES),
    "entities of one place in the strips of a source": lambda: (
        Draws(7, 0).stream("p").uniforms(entity_base("organic") + ENTITIES * 4096)
    ),
    "the first entities of many sources": lambda: Draws(7, 0).stream("p").uniforms(ENTITIES << 36),
    "negative entities": lambda: Draws(7, 0).stream("p").uniforms(-ENTITIES),
    "occurrences of one entity": lambda: Draws(7, 0).stream("p").uniforms(12, ENTITIES),
    "entities and occurrences that rise together": lambda: (
        Draws(7, 0).stream("p").uniforms(ENTITIES, ENTITIES)
    ),
    "replications": lambda: np.array([Draws(7, r).stream("p").uniform(12) for r in range(MANY)]),
    "seeds": lambda: np.array([Draws(s, 0).stream("p").uniform(12) for s in range(MANY)]),
    "purposes": lambda: np.array([Draws(7, 0).stream(f"p{n}").uniform(12) for n in range(MANY)]),
}
axes = pytest.mark.parametrize("axis", AXES)


def test_the_mixer_gives_the_published_outputs_of_splitmix64() -> None:
    weyl = 0x9E3779B97F4A7C15
    states = [(1234567 + n * weyl) % 2**64 for n in (1, 2, 3)]
    published = [6457827717110365317, 3203168211198807973, 9817491932198370423]
    assert [mix(state) for state in states] == published


def test_the_same_question_gets_the_same_answer_for_ever() -> None:
    stream = Draws(2026, 3).stream("patience")
    pinned = [
        stream.uniform(entity, occurrence) for entity, occurrence in ((0, 0), (5, 2), (-1, 0))
    ]
    assert pinned == PINNED


@axes
def test_draws_are_uniform(axis: str) -> None:
    u = np.sort(AXES[axis]())
    steps = np.arange(MANY + 1) / MANY
    distance = max(np.max(steps[1:] - u), np.max(u - steps[:-1]))
    assert kolmogorov(np.sqrt(MANY) * distance) > FALSE_ALARM


@axes
@pytest.mark.parametrize("lag", [1, 2, 64])
def test_draws_are_independent_of_their_neighbours(axis: str, lag: int) -> None:
    u = AXES[axis]()
    cells = 16 * np.floor(16 * u[:-lag]) + np.floor(16 * u[lag:])
    assert _chi_square_chance(cells, 256) > FALSE_ALARM


@axes
def test_the_last_bits_of_a_draw_are_as_good_as_the_first(axis: str) -> None:
    low_bits = (AXES[axis]() * 2**52 - 0.5) % 64
    assert _chi_square_chance(low_bits, 64) > FALSE_ALARM


def test_draws_lie_strictly_between_0_and_1_and_no_two_purposes_share_any() -> None:
    u = np.concatenate([Draws(1, 0).stream(f"p{n}").uniforms(np.arange(2_000)) for n in range(200)])
    assert u.min() > 0.0
    assert u.max() < 1.0
    # 400,000 of 2**52 values: a single pair would collide with a chance of 2 in 100,000.
    assert len(np.unique(u)) == len(u)


def test_the_largest_and_the_smallest_word_stay_inside_the_open_interval() -> None:
    assert ((2**64 - 1 >> 12) + 0.5) * 2.0**-52 < 1.0
    assert (0 + 0.5) * 2.0**-52 > 0.0


def test_purposes_are_told_apart_even_for_the_same_entity_and_occurrence() -> None:
    draws = Draws(1, 0)
    a, b = (draws.stream(purpose).uniforms(ENTITIES) for purpose in ("buy", "buy "))
    cells = 16 * np.floor(16 * a) + np.floor(16 * b)
    assert _chi_square_chance(cells, 256) > FALSE_ALARM


def test_a_stream_is_made_once_per_purpose() -> None:
    draws = Draws(1, 0)
    assert draws.stream("x") is draws.stream("x")


def test_the_ids_of_sources_are_far_apart_and_fit_64_bits() -> None:
    bases = sorted(entity_base(f"source {n}") for n in range(20))
    assert all(b - a >= 2**36 for a, b in pairwise(bases))
    assert bases[-1] + 2**36 <= 2**63


@pytest.mark.parametrize("entities", [[1.5], np.array([0.0]), ["a"]])
def test_entities_that_are_no_whole_numbers_are_refused(entities: object) -> None:
    with pytest.raises(ModelError, match="whole numbers"):
        Draws(1, 0).stream("x").uniforms(entities)  # type: ignore[arg-type]


@pytest.mark.parametrize(("seed", "replication"), [(-1, 0), (2**64, 0), (0, -1)])
def test_a_seed_outside_64_bits_is_refused(seed: int, replication: int) -> None:
    with pytest.raises(ModelError, match="seed"):
        Draws(seed, replication)


def test_no_entities_give_no_draws() -> None:
    assert Draws(1, 0).stream("x").uniforms([]).shape == (0,)


def _chi_square_chance(cells: np.ndarray, kinds: int) -> float:
    """The chance of counts at least as uneven if every cell were as likely."""
    counts = np.bincount(cells.astype(int), minlength=kinds)
    expected = len(cells) / kinds
    return float(chdtrc(kinds - 1, np.sum((counts - expected) ** 2) / expected))


PINNED = [0.019181351815862446, 0.7101636529219889, 0.5227103213832814]
