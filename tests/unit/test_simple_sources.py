"""Simple sources that stand in for the market or the customers (MODEL O5)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter

from orgsim.customers.sources import AnySource, Receivers, SimpleSource
from orgsim.entities import ContactBatch, LeadBatch, Order, Segment
from orgsim.units import DAY
from tests.unit.parts import Z, a_world

SOURCE: TypeAdapter[Any] = TypeAdapter(AnySource)


class AStation:
    """A source, and when it brought what to where, from two days before the clock's 0."""

    def __init__(self, to: str = "orders", segment: str = "base", **config: object) -> None:
        self.world = a_world(-2 * DAY)
        self.orders: list[Order] = []
        self.batches: list[LeadBatch | ContactBatch] = []
        receivers = Receivers(self.batches.append, self.orders.append, self.batches.append)
        read = SOURCE.validate_python({"to": to, "segment": segment, **config})
        SimpleSource(self.world, "alone", read, receivers)

    def brought(self, until: float) -> list[float]:
        self.world.run(until=until)
        batches = [time for batch in self.batches for time in batch.times.tolist()]
        return batches + [order.placed for order in self.orders]


TABLE = ["26h", "5h", "26h", "3d"]


@pytest.mark.parametrize("to", ["leads", "orders", "contacts"])
@pytest.mark.parametrize("segment", list(Segment))
def test_a_table_of_times_feeds_any_hand_off_at_just_these_times(to: str, segment: Segment) -> None:
    station = AStation(to, segment.name.lower(), kind="times", times=TABLE)
    assert station.brought(4 * DAY) == [5.0, 26.0, 26.0, 72.0]
    who, of = [order.customer for order in station.orders], [o.segment for o in station.orders]
    for batch in station.batches:
        if isinstance(batch, LeadBatch):
            who, of = [*who, *batch.ids.tolist()], [*of, batch.segment]
        else:
            who, of = [*who, *batch.customers.tolist()], [*of, *batch.segments.tolist()]
    assert len(set(who)) == 4  # everybody is somebody new
    assert set(of) == {segment}


def test_a_renewal_source_is_regular_where_its_gaps_are() -> None:
    station = AStation(kind="renewal", gap={"kind": "fixed", "mean": "7h"})
    assert station.brought(3 * DAY) == pytest.approx(np.arange(-2 * DAY + 7.0, 3 * DAY, 7.0))


def test_a_normal_number_comes_at_each_days_start_and_never_fewer_than_none() -> None:
    days = 2000
    station = AStation(kind="normal_daily", mean=40, deviation=6)
    times = np.array(station.brought((days - 2) * DAY - 1.0))
    assert (times % DAY == 0.0).all()
    counts = np.unique(times, return_counts=True)[1]
    # Z = 4 standard errors: a correct program fails one in 16 000. Whole numbers add 1/12.
    spread = np.sqrt(36 + 1 / 12)
    assert counts.mean() == pytest.approx(40, abs=Z * spread / np.sqrt(days))
    assert counts.std(ddof=1) == pytest.approx(spread, abs=Z * spread / np.sqrt(2 * days))
    none = AStation(kind="normal_daily", mean=0, deviation=1)
    assert len(none.brought(200 * DAY)) > 0


def test_a_poisson_source_brings_its_rate() -> None:
    days = 100
    station = AStation(kind="poisson", rate="200/d")
    n = len(station.brought((days - 2) * DAY - 1e-6))
    assert n == pytest.approx(200 * days, abs=Z * np.sqrt(200 * days))
