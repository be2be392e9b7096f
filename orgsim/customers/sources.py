"""Simple sources that stand in for the market or the customers (MODEL O5).

Modelled: arrivals that do not depend on the state of the world (Poisson, renewal, a normal number a
day, a table of times), handed to sales as leads, to logistics as orders or to support as contacts,
so that one station alone is an ordinary configuration.

Assumed: every arrival is somebody new. Reference: the stations of queueing and inventory theory
(MODEL s.10).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from orgsim.config.base import Config, param
from orgsim.entities import (
    ContactBatch,
    Floats,
    Ints,
    LeadBatch,
    Order,
    Reason,
    Segment,
    Source,
    new_order,
    nobody,
    plain_promise,
)
from orgsim.kernel.arrivals import MOST_STRIPS, Candidates
from orgsim.kernel.distributions import DurationLaw, standard_normal
from orgsim.kernel.draws import entity_base
from orgsim.kernel.world import Rank, World
from orgsim.units import DAY, Duration, Quantity, Rate

_WIDEST_STRIP = 80.0
"""Candidates per hour and strip; a faster source takes more strips."""


class _SourceConfig(Config):
    """What every simple source says."""

    to: Literal["leads", "orders", "contacts"] = param("the hand-off it feeds", section="O5")
    segment: Literal["base", "niche"] = param("segment of what arrives", section="O5")


class PoissonSource(_SourceConfig):
    """Independent arrivals at a constant rate."""

    kind: Literal["poisson"]
    rate: Rate = param("arrivals", unit="1/h", section="O5", ge=0, le=MOST_STRIPS * _WIDEST_STRIP)


class RenewalSource(_SourceConfig):
    """Independent gaps between arrivals."""

    kind: Literal["renewal"]
    gap: DurationLaw = param("time between two arrivals", unit="h", section="O5")


class NormalDailySource(_SourceConfig):
    """A normal number of arrivals each day, at its start."""

    kind: Literal["normal_daily"]
    mean: Quantity = param("arrivals a day", unit="1/d", section="O5", ge=0, le=100_000)
    deviation: Quantity = param("standard deviation", unit="1/d", section="O5", ge=0, le=100_000)


class TimesSource(_SourceConfig):
    """Arrivals at stated times."""

    kind: Literal["times"]
    times: tuple[Duration, ...] = param("since the end of the warm-up", unit="h", section="O5")


AnySource = Annotated[
    PoissonSource | RenewalSource | NormalDailySource | TimesSource, Field(discriminator="kind")
]


@dataclass(slots=True)
class Receivers:
    """Where arrivals are handed to."""

    leads: Callable[[LeadBatch], None] = nobody
    order: Callable[[Order], None] = nobody
    contacts: Callable[[ContactBatch], None] = nobody


class SimpleSource:
    """Draws one source's arrivals day by day and hands them over."""

    def __init__(self, world: World, name: str, config: AnySource, receivers: Receivers) -> None:
        self._world = world
        self._config = config
        self._receivers = receivers
        self._segment = Segment[config.segment.upper()]
        self._base = entity_base(f"source.{name}")
        self._count = 0
        self._arrivals_of = self._pattern(name, config)
        world.every(DAY, self._day, first=world.now, rank=Rank.DAILY)

    def _pattern(self, name: str, config: AnySource) -> Callable[[float], Floats]:
        world = self._world
        if isinstance(config, PoissonSource):
            strip = min(max(config.rate, 1e-6), _WIDEST_STRIP)
            candidates = Candidates(world.draws, f"source.{name}", strip)
            return lambda day: candidates.between(day, day + DAY, config.rate)[0]
        if isinstance(config, RenewalSource):
            return _Renewals(world, name, config.gap).of_day
        if isinstance(config, NormalDailySource):
            luck = world.draws.stream(f"source.{name}")
            return lambda day: np.full(
                _normal_count(config, luck.uniform(int(day / DAY) + 4096)), day
            )
        times = np.sort(np.array(config.times, dtype=float))
        return lambda day: times[(times >= day) & (times < day + DAY)]

    def _day(self) -> None:
        times = self._arrivals_of(self._world.now)
        if not times.size:
            return
        ids = self._base + self._count + np.arange(times.size, dtype=np.int64)
        self._count += times.size
        hand_over = {"leads": self._leads, "orders": self._orders, "contacts": self._contacts}
        hand_over[self._config.to](ids, times)

    def _leads(self, ids: Ints, times: Floats) -> None:
        self._receivers.leads(
            LeadBatch(
                ids=ids,
                times=times,
                segment=self._segment,
                source=Source.ORGANIC,
                claim=0.0,
                qualified_share=1.0,
            )
        )

    def _orders(self, ids: Ints, times: Floats) -> None:
        promise = plain_promise(self._segment, 0.0)
        for customer, time in zip(ids.tolist(), times.tolist(), strict=True):
            order = new_order(customer, -1, 0, self._segment, promise, time)
            self._world.at(time, self._receivers.order, order)

    def _contacts(self, ids: Ints, times: Floats) -> None:
        none = np.zeros(ids.size, dtype=np.int64)
        self._receivers.contacts(
            ContactBatch(
                customers=ids,
                rows=none - 1,
                nth=none,
                times=times,
                segments=none + self._segment,
                reasons=none + Reason.GENERAL,
                orders=[None] * ids.size,
            )
        )


class _Renewals:
    """The moments of a renewal process, one day after the other."""

    def __init__(self, world: World, name: str, gap: DurationLaw) -> None:
        self._gap = world.draws.quantity(f"source.{name}", gap)
        self._last = world.now
        self._known = 0
        self._ahead: Floats = np.empty(0)

    def of_day(self, day: float) -> Floats:
        while not self._ahead.size or self._ahead[-1] < day + DAY:
            gaps = self._gap.block(self._known + np.arange(1024, dtype=np.int64))
            self._known += gaps.size
            if gaps.sum() <= 0.0:
                return np.empty(0)
            more = self._last + np.cumsum(gaps)
            self._last = float(more[-1])
            self._ahead = np.concatenate([self._ahead, more])
        today = self._ahead[self._ahead < day + DAY]
        self._ahead = self._ahead[self._ahead >= day + DAY]
        return today


def _normal_count(config: NormalDailySource, u: float) -> int:
    quantile = standard_normal(np.array([u]))[0]
    return max(0, round(config.mean + config.deviation * float(quantile)))
