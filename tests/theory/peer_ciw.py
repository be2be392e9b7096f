"""The same stations in Ciw, a peer that nobody here wrote (Palmer et al. 2019, J. Simulation 13).

At a change of shift Ciw relieves *everybody*: who is busy finishes in overtime while a whole new
crew begins. With a break between two shifts that is what orgsim does too, and Ciw's own schedule is
used. Where one shift follows another the crew in Ciw is constant, and who is off duty is served as
a customer before all others until the hour of coming back (`_absences`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import ciw
import numpy as np

from orgsim.kernel.distributions import Exponential, Fixed, Gamma, Law, Lognormal, Never
from orgsim.units import DAY, WEEK
from tests.theory.peer_stations import Floats, Luck, Station, Visits

KINDS = ("first", "second")
OFF_DUTY = "off duty"


def in_ciw(station: Station, seed: int, luck: Luck | None = None) -> Visits:
    """Run the station in Ciw, with the luck given or else with luck of its own."""
    customers = _by_luck(luck) if luck else _by_law(station)
    preempts = "resume" if station.place == "support" and station.second else False
    if absences := list(_absences(station)):
        customers = {OFF_DUTY: _absent(absences), **customers}
    ciw.seed(seed)
    network = ciw.create_network(
        arrival_distributions={kind: [its.gap] for kind, its in customers.items()},
        service_distributions={kind: [its.service] for kind, its in customers.items()},
        reneging_time_distributions={kind: [its.patience] for kind, its in customers.items()},
        priority_classes=({kind: rank for rank, kind in enumerate(customers)}, [preempts]),
        number_of_servers=[_most(station) if _has_one_crew(station) else _schedule(station)],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(station.horizon)
    return _visits(simulation.get_all_records())


@dataclass(frozen=True, slots=True)
class _Customers:
    """A class of customers in Ciw's own distributions."""

    gap: Any
    service: Any
    patience: Any


def _by_law(station: Station) -> dict[str, _Customers]:
    service, patience = _law(station.service), _law(station.patience)
    if not station.second:
        return {KINDS[0]: _Customers(_law(station.gap), service, patience)}
    rates = (1.0 - station.second) / station.gap.mean, station.second / station.gap.mean
    last = None if station.place == "support" else patience  # emails wait for ever
    return {
        kind: _Customers(ciw.dists.Exponential(rate), service, patient)
        for kind, rate, patient in zip(KINDS, rates, (patience, last), strict=True)
    }


def _law(law: Law) -> Any:
    match law:
        case Exponential():
            return ciw.dists.Exponential(1.0 / law.mean)
        case Fixed():
            return ciw.dists.Deterministic(law.mean)
        case Gamma():
            return ciw.dists.Gamma(1.0 / law.cv**2, law.mean * law.cv**2)
        case Lognormal():
            variance = float(np.log1p(law.cv**2))
            return ciw.dists.Lognormal(float(np.log(law.mean)) - variance / 2.0, variance**0.5)
        case Never():
            return None
    raise NotImplementedError(law)


class _Given(ciw.dists.Distribution):  # type: ignore[misc]  # Ciw has no types
    """To each customer the value that belongs to the hour of arrival."""

    def __init__(self, arrived: Floats, values: Floats) -> None:
        self._arrived, self._values = arrived.tolist(), values.tolist()

    def sample(self, t: float | None = None, ind: Any = None) -> float:
        # The arrival is a sum of gaps, so it may differ from the hour given in the last digits.
        return float(self._values[bisect_right(self._arrived, ind.arrival_date + 1e-9) - 1])


def _by_luck(luck: Luck) -> dict[str, _Customers]:
    customers = {}
    for number, kind in enumerate(KINDS):
        his = luck.kind == number
        if his.any():
            arrived = luck.arrived[his]
            customers[kind] = _Customers(
                _At(arrived),
                _Given(arrived, luck.service[his]),
                _Given(arrived, luck.patience[his]),
            )
    return customers


class _At(ciw.dists.Distribution):  # type: ignore[misc]  # Ciw has no types
    """Arrivals at given hours (Ciw's own `Sequential` cannot be copied from Python 3.14 on)."""

    def __init__(self, arrived: Floats) -> None:
        gaps = np.diff(arrived, prepend=0.0, append=np.inf)
        self._gaps = gaps[::-1].tolist()

    def sample(self, t: float | None = None, ind: Any = None) -> float:
        return float(self._gaps.pop())


def _most(station: Station) -> int:
    return max(heads for _, _, heads in station.shifts)


def _has_one_crew(station: Station) -> bool:
    """Whether some shift follows another, or the day before, without a break."""
    starts = {start for start, _, _ in station.shifts}
    return any(end % 24 in starts for _, end, _ in station.shifts)


def _schedule(station: Station) -> Any:
    """Ciw's own schedule: how many servers until which hour of the week."""
    servers, ends = [], []
    for day in range(station.days):
        for start, end, heads in station.shifts:
            servers += [0, heads]
            ends += [day * DAY + start, day * DAY + end]
    return ciw.Schedule(numbers_of_servers=[*servers, 0], shift_end_dates=[*ends, WEEK])


def _absences(station: Station) -> Iterator[tuple[float, float]]:
    """From when to when each head of the one crew is off duty."""
    if not _has_one_crew(station):
        return
    hours = np.arange(station.horizon)
    on_duty = np.zeros(hours.size)
    for start, end, heads in station.shifts:
        on_duty[(hours % 24 >= start) & (hours % 24 < end)] = heads
    for head in range(_most(station)):
        is_off = np.concatenate(([False], on_duty <= head, [False]))
        changes = np.flatnonzero(is_off[1:] != is_off[:-1]).astype(np.float64)
        yield from zip(changes[::2].tolist(), changes[1::2].tolist(), strict=True)


class _UntilBack(ciw.dists.Distribution):  # type: ignore[misc]  # Ciw has no types
    """Service of who is off duty: until the hour of coming back, nothing if that is past."""

    def __init__(self, ends: list[float]) -> None:
        self._ends = ends[::-1]

    def sample(self, t: float | None = None, ind: Any = None) -> float:
        return max(0.0, self._ends.pop() - float(t or 0.0))


def _absent(absences: list[tuple[float, float]]) -> _Customers:
    starts, ends = zip(*sorted(absences), strict=True)
    return _Customers(_At(np.array(starts)), _UntilBack(list(ends)), None)


def _visits(records: list[Any]) -> Visits:
    """One row for each customer from one record for each spell of service, or of a lost call."""
    rows: dict[int, list[float]] = {}
    for record in records:
        if record.customer_class != OFF_DUTY:
            kind = KINDS.index(record.customer_class)
            row = rows.setdefault(record.id_number, [record.arrival_date, kind, 0.0, 0.0])
            row[2] = record.exit_date
            if record.record_type != "renege":
                row[3] += record.exit_date - record.service_start_date
    arrived, kind, left, worked = np.array(sorted(rows.values())).T
    return Visits(kind.astype(np.int64), arrived, left, worked)
