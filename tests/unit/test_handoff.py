"""Sales and logistics together: what the order record loses, nobody downstream can keep (M2.6)."""

from __future__ import annotations

import numpy as np
import pytest

from orgsim.departments.logistics import Logistics
from orgsim.departments.sales import Sales
from orgsim.entities import Segment
from orgsim.facts import OrderDelivered
from orgsim.governance.information import Information
from orgsim.kernel.distributions import Discrete
from orgsim.units import DAY
from orgsim.weekly import Weekly
from tests.unit.parts import Z, a_promise, a_world, an_order, but, firm, seen

EXPRESS = Discrete[float](kind="discrete", values=(1.0, 2.0), weights=(0.94, 0.06))
STANDARD = Discrete[float](
    kind="discrete", values=(1.0, 2.0, 3.0, 4.0), weights=(0.20, 0.74, 0.05, 0.01)
)


def on_time(fields_kept: float, n: int = 4000) -> float:
    """Share of n next-day promises kept where stock and benches are unlimited."""
    world = a_world()
    sales = Sales(
        world,
        firm().sales,
        but(firm().organisation.handoff, order_fields=fields_kept),
    )
    calm = but(
        firm().logistics,
        chassis__opening_stock=n,
        kit__opening_stock=n,
        capacity_per_day=1e6,
        hours=Weekly.parse("always"),
        error_share=0.0,
        carrier__express=EXPRESS,
        carrier__standard=STANDARD,
    )
    warehouse = Logistics(world, calm, Information(world, {}))
    sales.place_order = warehouse.accept
    promise = a_promise(1, special=True)
    for customer in range(n):
        sales.book(an_order(customer, segment=Segment.NICHE, promise=promise))
    world.run(until=6 * DAY)
    delivered = seen(world, OrderDelivered)
    assert delivered["time"].size == n
    return float(np.mean(delivered["time"] < delivered["due"]))


@pytest.mark.parametrize("fields_kept", [0.0, 0.4, 0.95, 1.0])
def test_with_everything_in_stock_promises_are_kept_as_far_as_the_record_holds_them(
    fields_kept: float,
) -> None:
    """h P(express in time) + (1 - h) P(standard in time) = .94 h + .20 (1 - h)."""
    expected = 0.94 * fields_kept + 0.20 * (1 - fields_kept)
    error = np.sqrt(expected * (1 - expected) / 4000)
    assert on_time(fields_kept) == pytest.approx(expected, abs=Z * error)
