"""The stationary law the installed base is drawn from (MODEL C2)."""

from __future__ import annotations

import numpy as np
import pytest

from orgsim.customers.burn_in import stationary_law
from orgsim.customers.population import Population
from orgsim.entities import Attribute, Segment
from orgsim.kernel.distributions import Fixed
from tests.unit.crowd import USUAL, WEIGHTS, ACrowd
from tests.unit.parts import Z, but, firm

PROMISED = tuple(firm().marketing.capability.vector().tolist())
STATE = ("satisfaction", "trust", "expected", "fit", "episodes")


def a_law(
    weeks: int = 60, *, size: int = 2000, seed: int = 1, usual: object = None, **memory: object
) -> Population:
    return stationary_law(
        but(USUAL.memory, **memory),
        USUAL.loyalty,
        but(usual or USUAL.usual, weeks=weeks),  # type: ignore[type-var]
        tuple(WEIGHTS[Segment.BASE].tolist()),
        PROMISED,
        3,
        size,
        seed,
    )


def test_the_law_depends_on_its_seed_and_on_nothing_else() -> None:
    one, other = a_law(seed=3), a_law(seed=4)
    stationary_law.cache_clear()
    again = a_law(seed=3)
    for name in STATE:
        assert getattr(one, name).tolist() == getattr(again, name).tolist()
    assert one.satisfaction.tolist() != other.satisfaction.tolist()


def test_without_variety_everybody_settles_where_the_equations_say() -> None:
    """Every parcel on day 3, complete, fit as expected, no contact, no noise.

    Then expectations end where repeated promises (.4) and experience (.25) balance,
    E = (.75 (.4 P + .6 E)) + .25 X, and satisfaction is that of one such episode.
    """
    usual = but(
        USUAL.usual,
        delivery_days=Fixed[float](kind="fixed", mean=3.0),
        incomplete=0.0,
        contacts=0.0,
    )
    law = a_law(2000, size=40, usual=usual, satisfaction__noise=0.0, fit__deviation=0.0)
    kept, promised = 1.0, 0.95
    reliability = (0.75 * 0.4 * promised + 0.25 * kept) / (1 - 0.75 * 0.6)
    old = law.episodes > 60
    assert old.any()
    # E after an episode is E_end; before it, at the purchase, .4 P + .6 E_end.
    end = law.expected[old, Attribute.RELIABILITY]
    assert end == pytest.approx(np.full(end.size, reliability))
    assert law.expected[old, Attribute.SPEED] == pytest.approx(np.full(end.size, 6 / 7))
    weights = WEIGHTS[Segment.BASE]
    shown = weights[[0, 1, 2, 3]]
    quality = (shown @ np.array([0.70, 6 / 7, 1.0, 0.80])) / shown.sum()
    memory = USUAL.memory.satisfaction
    surprise = kept - (0.4 * promised + 0.6 * reliability)
    expected = (
        memory.intercept
        + memory.quality_effect * (quality - memory.reference.delivery)
        + memory.gap_effect * weights[2] * memory.gain * surprise
    )
    assert law.satisfaction[old] == pytest.approx(np.full(end.size, expected))
    assert law.trust[old] == pytest.approx(np.full(end.size, 0.80))


def test_after_the_burn_in_nothing_drifts_any_more() -> None:
    """Means after 416 weeks against 312 weeks, of independent luck: within four standard errors."""
    early, late = a_law(312, seed=11), a_law(416, seed=12)
    for name in ("satisfaction", "trust"):
        before, after = getattr(early, name), getattr(late, name)
        error = np.sqrt(before.var() / before.size + after.var() / after.size)
        assert after.mean() == pytest.approx(before.mean(), abs=Z * error)


def test_the_installed_base_is_drawn_from_the_law_anew_in_each_replication() -> None:
    def installed(replication: int) -> Population:
        return ACrowd(0, replication=replication, count=2000, usual__weeks=60).customers.people

    one, other = installed(0), installed(1)
    assert one.active(Segment.BASE) == other.active(Segment.BASE) == 2000
    assert one.satisfaction[:2000].tolist() != other.satisfaction[:2000].tolist()
    assert one.satisfaction[:2000].tolist() == installed(0).satisfaction[:2000].tolist()
    error = np.sqrt(2 * one.satisfaction[:2000].var() / 2000)
    gap = one.satisfaction[:2000].mean() - other.satisfaction[:2000].mean()
    assert abs(gap) < Z * error


def test_nobody_at_the_start_needs_no_law() -> None:
    assert ACrowd(0, count=0).customers.people.size == 0
