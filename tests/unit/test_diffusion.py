"""The niche left to itself follows Bass: external influence and talk alone (MODEL M1.3, S2)."""

from __future__ import annotations

import numpy as np
import pytest

from orgsim.entities import Floats, Segment
from orgsim.facts import LeadCreated
from orgsim.units import DAY, YEAR
from tests.unit.parts import Z, a_world, seen
from tests.unit.test_market import a_market


def bass(p: float, q: float, size: float, years: float) -> tuple[Floats, Floats]:
    """F and the deviation of the simulated F, day by day (linear noise approximation).

    F' = f(F) = (p + q F)(1 - F); the variance of a density-dependent jump process obeys
    V' = 2 f'(F) V + f(F) / size (Kurtz 1971).
    """
    days = int(years * 365)
    share, variance = np.zeros(days + 1), np.zeros(days + 1)
    for day in range(days):
        rate = (p + q * share[day]) * (1 - share[day])
        slope = q - p - 2 * q * share[day]
        share[day + 1] = share[day] + rate / 365
        variance[day + 1] = variance[day] + (2 * slope * variance[day] + rate / size) / 365
    return share, np.sqrt(variance)


def test_rc20_with_advertising_off_and_every_adopter_telling_once_the_niche_follows_bass() -> None:
    """p .03, q .38 a year: T* = 6.193 a, F(1) = .03576, F(5) = .33120, peak .11059 M a year.

    Four standard errors of the process's own luck: a correct program fails one of the three
    comparisons in about 5 000 seeds.
    """
    size, world = 45_000.0, a_world()
    market = a_market(
        world,
        niche_size=size,
        base_leads=0.0,
        damping=0.0,
        reach=3.0,
        talk_half_life=1e9,
    )
    market.receive_leads = lambda batch: market.hear(Segment.NICHE, batch.times.size, 0)
    world.run(until=8 * 365 * DAY)
    adopted = np.sort(seen(world, LeadCreated)["time"]) / YEAR
    exact, deviation = bass(0.03, 0.38, size, 8)
    assert exact[365] == pytest.approx(0.03576, abs=5e-5)  # the reference itself
    assert exact[5 * 365] == pytest.approx(0.33120, abs=2e-4)
    for year, published in ((1, 0.03576), (5, 0.33120)):
        share = np.searchsorted(adopted, year) / size
        assert share == pytest.approx(published, abs=Z * deviation[365 * year])
    # The rate peaks where F = (q - p) / 2q; the clock shows T* there.
    peak_share = (0.38 - 0.03) / (2 * 0.38)
    at_peak = np.searchsorted(exact, peak_share)
    peak_rate = (0.38 + 0.03) ** 2 / (4 * 0.38)
    assert peak_rate == pytest.approx(0.11059, abs=5e-6)
    reached = adopted[int(peak_share * size)]
    assert reached == pytest.approx(6.193, abs=Z * deviation[at_peak] / peak_rate + 2 / 365)
    around = np.count_nonzero(np.abs(adopted - 6.193) < 0.5)
    assert around == pytest.approx(peak_rate * size, rel=0.01 + Z / np.sqrt(peak_rate * size))


def test_without_imitation_adoption_is_exponential() -> None:
    size, world = 45_000.0, a_world()
    a_market(world, imitation=0.0, base_leads=0.0, spontaneous=0.5 / YEAR, damping=0.0)
    world.run(until=2 * 365 * DAY)
    share = seen(world, LeadCreated)["time"].size / size
    expected = 1 - np.exp(-1.0)
    error = np.sqrt(expected * (1 - expected) / size)
    # Day by day, each day's rate is held: a bias of half a day of decay, 0.5 x .5/365 relative.
    assert share == pytest.approx(expected, abs=Z * error + expected * 0.25 / 365)


def test_without_external_influence_and_talk_nobody_adopts() -> None:
    world = a_world()
    a_market(world, spontaneous=0.0, base_leads=0.0)
    world.run(until=365 * DAY)
    assert seen(world, LeadCreated)["time"].size == 0


@pytest.mark.parametrize(
    ("p", "q", "peak", "rate"),
    [(0.0026167, 0.21566, 20.2, 0.05525), (0.024796, 0.65410, 4.8, 0.17616)],
    ids=["refrigerators", "record players"],
)
def test_rc18_rc19_the_fastest_and_the_slowest_of_bass_s_products_peak_when_he_says(
    p: float, q: float, peak: float, rate: float
) -> None:
    """T* = ln(q/p) / (p + q); the rate there is (p + q)^2 / 4q of the market a year.

    Four standard errors of the process's own luck: one in 16 000 seeds, each.
    """
    size, world = 45_000.0, a_world()
    market = a_market(
        world, niche_size=size, base_leads=0.0, damping=0.0, reach=3.0, talk_half_life=1e9,
        spontaneous=p / YEAR, imitation=q / YEAR,
    )  # fmt: skip
    market.receive_leads = lambda batch: market.hear(Segment.NICHE, batch.times.size, 0)
    years = peak + 1
    world.run(until=years * 365 * DAY)
    adopted = np.sort(seen(world, LeadCreated)["time"]) / YEAR
    exact, deviation = bass(p, q, size, years)
    share = (q - p) / (2 * q)
    assert (p + q) ** 2 / (4 * q) == pytest.approx(rate, abs=5e-5)
    assert np.log(q / p) / (p + q) == pytest.approx(peak, abs=0.06)
    day = np.searchsorted(exact, share)
    assert day / 365 == pytest.approx(np.log(q / p) / (p + q), abs=0.05)  # day by day
    assert adopted[int(share * size)] == pytest.approx(
        day / 365, abs=Z * deviation[day] / rate + 2 / 365
    )
