"""The stationary law the installed base is drawn from (MODEL C2)."""

from __future__ import annotations

import numpy as np
import pytest

from orgsim.customers.burn_in import stationary_law
from orgsim.customers.loyalty import LoyaltyConfig
from orgsim.customers.population import Population
from orgsim.entities import Attribute, Segment
from orgsim.kernel.distributions import Fixed
from tests.unit.crowd import USUAL, WEIGHTS, ACrowd
from tests.unit.parts import Z, but, firm

PROMISED = tuple(firm().marketing.capability.vector().tolist())
EVERYTHING: dict[str, object] = {
    "expectation__entitlement": 0.3,
    "satisfaction__kano__base__reliability": "must_be",
    "satisfaction__told": 0.5,
    "trust__second_breach": 1.5,
    "recall__active": True,
}
"""Every mechanism of memory, at a value at which it works."""

REACTING = but(USUAL.loyalty, reaction__failure=4.0)
STATE = ("satisfaction", "trust", "expected", "fit", "episodes")


def a_law(
    weeks: int = 60,
    *,
    size: int = 2000,
    seed: int = 1,
    usual: object = None,
    loyalty: LoyaltyConfig = USUAL.loyalty,
    **memory: object,
) -> Population:
    return stationary_law(
        but(USUAL.memory, **memory),
        loyalty,
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


@pytest.mark.parametrize("everything", [False, True])
def test_after_the_burn_in_nothing_drifts_any_more(everything: bool) -> None:
    """Means after 416 weeks against 312 weeks, of independent luck: within four standard errors."""
    memory = EVERYTHING if everything else {}
    loyalty = REACTING if everything else USUAL.loyalty
    early, late = (
        a_law(weeks, seed=seed, loyalty=loyalty, **memory) for weeks, seed in ((312, 11), (416, 12))
    )
    for name in ("satisfaction", "trust"):
        before, after = getattr(early, name), getattr(late, name)
        error = np.sqrt(before.var() / before.size + after.var() / after.size)
        assert after.mean() == pytest.approx(before.mean(), abs=Z * error)


def test_where_nothing_is_a_failure_the_law_does_not_depend_on_how_failures_are_met() -> None:
    one = a_law()
    eager = but(
        USUAL.loyalty, reaction__voice=9.0, reaction__switching=-9.0, recovery__restored=1.0
    )
    other = a_law(loyalty=eager)
    for name in STATE:
        assert getattr(one, name).tolist() == getattr(other, name).tolist()


def test_whoever_leaves_over_a_failure_makes_room_for_a_newcomer() -> None:
    """With an anger that nothing holds back nobody stays who lived through a failure."""
    furious = but(REACTING, reaction__switching=-40.0, reaction__failure=6.0, churn=0.0)
    kept = but(furious, reaction__failure=0.0)
    usual = but(USUAL.usual, contacts=0.0)
    gone, stayed = (a_law(52, usual=usual, loyalty=loyalty) for loyalty in (furious, kept))
    assert stayed.episodes.min() > 0
    assert gone.episodes.mean() < stayed.episodes.mean()
    assert np.mean(gone.recall.last < 6.0) < np.mean(stayed.recall.last < 6.0)


def test_complaints_that_are_solved_lift_the_law_and_failed_ones_lower_it() -> None:
    """Everybody complains of anything, and S is what is left of it after half a year."""
    loud = but(REACTING, reaction__voice=40.0, reaction__failure=7.5)
    solved, failed = (
        a_law(26, usual=but(USUAL.usual, solved_at_once=share, contacts=0.0), loyalty=loud)
        for share in (1.0, 0.0)
    )
    silent = a_law(26, usual=but(USUAL.usual, contacts=0.0))
    twice = a_law(
        26,
        usual=but(USUAL.usual, solved_at_once=0.0, contacts=0.0),
        loyalty=but(loud, recovery__double_deviation=3.0),
    )
    for better, worse in ((solved, silent), (silent, failed), (failed, twice)):
        error = np.sqrt((better.satisfaction.var() + worse.satisfaction.var()) / 2000)
        assert better.satisfaction.mean() - worse.satisfaction.mean() > Z * error


def test_what_is_recalled_belongs_to_the_law() -> None:
    law = a_law(60, **EVERYTHING)
    rows = np.flatnonzero(np.isfinite(law.recall.last))
    said = law.recall.of(rows, law.satisfaction[rows])
    assert rows.size > 1900  # all but the week's newcomers
    assert np.std(said) > np.std(law.satisfaction[rows])
    assert np.isnan(law.recall.last[law.episodes == 0]).all()
    assert np.any(law.episodes == 0)


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
