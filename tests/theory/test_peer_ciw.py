"""Support, sales and pools against Ciw, where no formula helps: general laws, shifts, classes.

Twice for each station. Given the same luck (who comes when, how long the work takes, how long one
waits), every single customer must fare alike, to rounding: that finds any error in who is served
when, and cannot raise a false alarm. With luck of their own the two agree only in the mean: that
finds errors in the laws themselves. A correct pair of programs fails in one of all these means once
in 10 000 runs, and the runs are long enough to find 3 % in a mean, as errors planted here show.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from orgsim.kernel.distributions import Exponential, Fixed, Gamma, Lognormal
from tests.theory.peer_ciw import in_ciw
from tests.theory.peer_stations import Station, Visits, in_orgsim
from tests.theory.tools import (
    FALSE_ALARM,
    PLANTED,
    Simulated,
    difference,
    over_ratios,
    over_replications,
    tolerance,
)

REPLICATIONS = 20
ROUNDING = 1e-9  # hours


def exponential(mean: float) -> Exponential[float]:
    return Exponential[float](kind="exponential", mean=mean)


def fixed(mean: float) -> Fixed[float]:
    return Fixed[float](kind="fixed", mean=mean)


def gamma(mean: float, cv: float = 0.5) -> Gamma[float]:
    return Gamma[float](kind="gamma", mean=mean, cv=cv)


def lognormal(mean: float, cv: float = 0.5) -> Lognormal[float]:
    return Lognormal[float](kind="lognormal", mean=mean, cv=cv)


AROUND_THE_CLOCK = ((0, 24, 5),)
STATIONS = {
    "callers who all hang up after six minutes": Station(
        place="support",
        gap=gamma(1.0 / 15.0),
        service=lognormal(0.3),
        patience=fixed(0.1),
        shifts=AROUND_THE_CLOCK,
    ),
    "a team swamped to twice its size": Station(
        place="support",
        gap=exponential(1.0 / 20.0),
        service=exponential(0.5),
        patience=exponential(0.5),
        shifts=AROUND_THE_CLOCK,
    ),
    "emails put aside when a call comes in": Station(
        place="support",
        gap=exponential(1.0 / 20.0),
        service=lognormal(0.12, cv=0.7),
        patience=exponential(0.2),
        second=0.4,
        shifts=((0, 24, 3),),
    ),
    "two classes, the second never interrupted": Station(
        place="pool",
        gap=exponential(1.0 / 20.0),
        service=gamma(0.14),
        patience=lognormal(0.3),
        second=0.7,
        shifts=((0, 24, 3),),
    ),
    "a lunch hour, and nobody at night": Station(
        place="support",
        gap=gamma(1.0 / 15.0),
        service=lognormal(0.12, cv=0.2),  # nobody is served as long as the lunch hour lasts
        patience=exponential(0.5),
        shifts=((8, 12, 2), (13, 18, 3)),
    ),
    "staff that changes while all are busy": Station(
        place="support",
        gap=gamma(1.0 / 15.0),
        service=gamma(0.24),
        patience=exponential(0.5),
        shifts=((0, 8, 2), (8, 12, 6), (12, 16, 3), (16, 24, 5)),
    ),
    "reps round the clock": Station(
        place="sales",
        gap=gamma(1.0 / 15.0),
        service=lognormal(0.22),
        shifts=((0, 24, 4),),
    ),
    "reps in office hours, leads at any hour": Station(
        place="sales",
        gap=gamma(1.0 / 10.0),
        service=lognormal(0.1),
        shifts=((9, 18, 5),),
        days=5,
        weeks=2,
        margin=72.0,  # whoever comes on Friday is served on Monday, which is not simulated
    ),
}
ALL = pytest.mark.parametrize("station", STATIONS.values(), ids=STATIONS.keys())


@ALL
def test_every_customer_fares_as_in_ciw_with_the_same_luck(station: Station) -> None:
    visits, luck = in_orgsim(station, replication=0)
    ours = visits.until(station.counted)
    theirs = in_ciw(station, seed=0, luck=luck).until(station.counted)
    assert ours.arrived.size > 1_000
    np.testing.assert_array_equal(ours.kind, theirs.kind)
    np.testing.assert_array_equal(ours.served, theirs.served)
    np.testing.assert_allclose(ours.left, theirs.left, rtol=0.0, atol=ROUNDING)
    np.testing.assert_allclose(ours.worked, theirs.worked, rtol=0.0, atol=ROUNDING)


@ALL
def test_a_station_serves_and_loses_as_in_ciw_with_other_luck(station: Station) -> None:
    assert beyond_chance(apart(station, from_peer=station)) == {}


@pytest.mark.parametrize(
    ("name", "law"),
    [
        ("callers who all hang up after six minutes", "gap"),
        ("callers who all hang up after six minutes", "service"),
        ("callers who all hang up after six minutes", "patience"),
        ("reps round the clock", "gap"),
        ("reps round the clock", "service"),
    ],
)
def test_a_planted_error_of_three_percent_is_found(name: str, law: str) -> None:
    right = STATIONS[name]
    mean = getattr(right, law).mean * (1.0 + PLANTED)
    wrong = replace(right, **{law: getattr(right, law).model_copy(update={"mean": mean})})
    assert beyond_chance(apart(wrong, from_peer=right))


def beyond_chance(differences: Mapping[str, Simulated]) -> dict[str, Simulated]:
    """The differences that chance does not explain, given how many there are in all stations."""
    rate = FALSE_ALARM / len(STATIONS)
    return {
        what: difference
        for what, difference in differences.items()
        if abs(difference.mean)
        > tolerance(difference, comparisons=len(differences), false_alarm=rate)
    }


def apart(station: Station, *, from_peer: Station) -> dict[str, Simulated]:
    """How far each measure of orgsim's station is from that of Ciw's."""
    ours = measures(station, [in_orgsim(station, r)[0] for r in range(REPLICATIONS)])
    theirs = ciws_measures(from_peer)
    assert ours.keys() == theirs.keys()
    return {what: difference(ours[what], theirs[what]) for what in ours}


@cache
def ciws_measures(station: Station) -> dict[str, Simulated]:
    return measures(station, [in_ciw(station, seed=1 + r) for r in range(REPLICATIONS)])


def measures(station: Station, runs: Sequence[Visits]) -> dict[str, Simulated]:
    """What is compared; all of the station's customers first, then each class of them."""
    counted = [visits.until(station.counted) for visits in runs]
    found = {
        "customers": over_replications([visits.arrived.size for visits in counted]),
        "hours worked": over_replications([visits.worked.sum() for visits in counted]),
        "met on arrival": over_replications([met_on_arrival(station, visits) for visits in runs]),
    }
    for kind in (0, 1) if station.second else (0,):
        of_class = [visits.of(kind) for visits in counted]
        found |= {f"{what}, class {kind}": s for what, s in of_customers(of_class).items()}
    return found


def met_on_arrival(station: Station, visits: Visits) -> float:
    """How many a customer finds waiting or being served, in the mean."""
    gone = np.sort(visits.left[np.isfinite(visits.left)])
    found = np.arange(visits.arrived.size) - np.searchsorted(gone, visits.arrived)
    return float(found[visits.arrived < station.counted].mean())


def of_customers(runs: Sequence[Visits]) -> dict[str, Simulated]:
    waits = [visits.waited.round(9) for visits in runs]  # differences of clock times
    number = [wait.size for wait in waits]
    hours = [wait.sum() for wait in waits]
    served = [np.count_nonzero(visits.served) for visits in runs]
    lost = [visits.served.size - answered for visits, answered in zip(runs, served, strict=True)]
    found = {
        "mean wait": over_ratios(hours, number),
        "wait of the median customer": over_replications([np.median(wait) for wait in waits]),
        "wait of nine in ten": over_replications([np.quantile(wait, 0.9) for wait in waits]),
        "share that waits": over_ratios([np.count_nonzero(wait) for wait in waits], number),
        "work on a customer": over_ratios([visits.worked.sum() for visits in runs], served),
    }
    if all(lost):
        patience = [
            np.median(wait[~visits.served]) for wait, visits in zip(waits, runs, strict=True)
        ]
        found |= {
            "share lost": over_ratios(lost, number),
            "lost per hour of waiting": over_ratios(lost, hours),
            "wait of the median customer lost": over_replications(patience),
        }
    return found
