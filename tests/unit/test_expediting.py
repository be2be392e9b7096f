"""Air freight: how much of an order flies, when, and what it costs (MODEL M3.9, O1, O3)."""

from __future__ import annotations

import numpy as np
import pytest

from orgsim.config.compose import resolve
from orgsim.config.schema import Scenario
from orgsim.departments.expediting import Expediting
from orgsim.departments.ordering import BaseStock
from orgsim.departments.replenishment import Replenishment
from orgsim.entities import Account, Component
from orgsim.errors import ConfigError
from orgsim.facts import (
    AmountPosted,
    GoodsExpedited,
    GoodsOrdered,
    GoodsReceived,
    OrderAllocated,
    OrderBackordered,
)
from orgsim.governance.information import Information
from orgsim.kernel.resources import StockRoom
from orgsim.kernel.world import World
from orgsim.kpis import measure
from orgsim.organisation import simulate
from orgsim.units import DAY, WEEK
from tests.unit.parts import a_world, but, firm

USUAL = firm().logistics.chassis.expedite
ALWAYS = {"least_gap": -1.0, "budget": 1e9}


class ADesk:
    """The desk that books air freight, with what it spent."""

    def __init__(self, world: World | None = None, **changes: float) -> None:
        self.world = world or a_world()
        self.desk = Expediting(self.world, but(USUAL, **{"share": 0.5, **ALWAYS, **changes}))
        self.desk.target = 0.97
        self.spent = 0
        self.desk.post = self.post

    def post(self, debit: Account, credit: Account, cents: int) -> None:
        assert (debit, credit) == (Account.CARRIAGE, Account.CASH)
        self.spent += cents

    def fill(self, units: int, short: int) -> None:
        """So many asked for, so many of them not there."""
        for number in range(units):
            self.desk.asked(is_short=number < short)


def test_a_share_of_every_order_flies_and_parts_of_units_are_carried_on() -> None:
    desk = ADesk(share=0.3)
    assert [desk.desk.by_air(1) for _ in range(10)] == [0, 0, 0, 1, 0, 0, 1, 0, 0, 1]
    assert desk.desk.by_air(100) == 30


@pytest.mark.parametrize(("share", "flying"), [(0.0, 0), (1.0, 700)])
def test_nothing_flies_at_no_share_and_everything_at_a_whole_one(share: float, flying: int) -> None:
    desk = ADesk(share=share)
    assert desk.desk.by_air(700) == flying
    assert desk.spent == 1400 * flying


def test_air_freight_is_used_only_while_the_own_fill_falls_short() -> None:
    desk = ADesk(least_gap=0.05)
    assert desk.desk.by_air(100) == 0  # nothing was asked for yet
    desk.fill(100, short=7)
    assert desk.desk.gap() == pytest.approx(1 - 0.93 / 0.97)
    assert desk.desk.by_air(100) == 0
    desk.fill(10, short=3)
    assert desk.desk.gap() > 0.05
    assert desk.desk.by_air(100) == 50


def test_a_stock_out_is_forgotten_after_four_weeks() -> None:
    desk = ADesk(least_gap=0.05)
    desk.fill(100, short=50)
    desk.world.run(until=28 * DAY)
    desk.fill(100, short=0)
    assert desk.desk.by_air(100) == 50
    desk.world.run(until=29 * DAY)
    assert desk.desk.by_air(100) == 0


def test_the_budget_of_a_week_is_not_overspent_and_comes_anew() -> None:
    desk = ADesk(share=1.0, budget=1000.0)
    assert [desk.desk.by_air(40), desk.desk.by_air(40)] == [40, 31]  # 71 x EUR 14 = EUR 994
    assert desk.desk.by_air(40) == 0
    assert desk.spent == 99_400
    desk.world.run(until=WEEK)
    assert desk.desk.by_air(40) == 40


# -- the planner and the supplier ------------------------------------------------------------------


def test_a_planner_counts_on_what_flies_before_what_sails() -> None:
    world = a_world()
    policy = BaseStock.model_construct(kind="base_stock", level=100, review=0.0)
    config = but(
        firm().logistics.chassis,
        policy=policy,
        opening_stock=0,
        expedite=but(USUAL, share=0.4, **ALWAYS),
    )
    room = StockRoom(world, {"chassis": 0})
    planner = Replenishment(world, config, Component.CHASSIS, room, Information(world, {}))
    ordered: list[tuple[str, int]] = []
    planner.order = lambda units: ordered.append(("sea", units))
    planner.order_by_air = lambda units: ordered.append(("air", units))
    planner.expect(0)  # one that sails and is due at once, were anything on it
    planner.received(0)
    planner.demand(is_short=True)
    assert ordered == [("air", 40), ("sea", 60)]
    assert planner.on_order == 100
    assert planner.days_to_stock() == 7.0
    planner.received(40)
    assert planner.days_to_stock() == 21.0  # told by sea, though a base stock reckons with none


def lone(*values: str, weeks: int = 6) -> Scenario:
    """A shelf of ten chassis under continuous review, 10 orders a day."""
    return resolve(
        "baseline",
        [
            "organisation.parts=[logistics,supplier]",
            "organisation.channels={}",
            "sources={alone: {kind: poisson, rate: 10/d, to: orders, segment: base}}",
            f"run.weeks={weeks}",
            "run.warmup=0h",
            "logistics.chassis.policy={kind: base_stock, level: 10, review: 0h}",
            "logistics.chassis.opening_stock=10",
            "logistics.capacity_per_day=0",
            "supplier.chassis={capacity: null, transit: {kind: fixed, mean: 3d}, crossing: true}",
            *values,
        ],
    ).scenario


NOW = (
    "logistics.chassis.expedite={share: 1, least_gap: -1, budget: 1M, lead_time: 0h}",
    "supplier.chassis.air_transit={kind: fixed, mean: 0h}",
)


def test_if_all_of_it_flies_in_no_time_there_is_no_stock_out_and_the_cost_is_bounded() -> None:
    """x_e = 1, L_e = 0 (MODEL M3.9); by sea alone the same shelf is out most of the time."""
    by_sea, by_air = simulate(lone(), 0), simulate(lone(*NOW), 0)
    assert by_sea.count(OrderBackordered) > 0.9 * by_sea.count(OrderAllocated)
    assert by_air.count(OrderBackordered) == 0
    posted = by_air.columns(AmountPosted)
    freight = posted["cents"][posted["debit"] == Account.CARRIAGE].sum()
    assert freight == 1400 * by_air.columns(GoodsOrdered)["units"].sum()
    assert freight == 1400 * by_air.count(OrderAllocated)


def test_off_nothing_flies_whatever_the_rest_says() -> None:
    off = (*NOW, "logistics.chassis.expedite.share=0")
    plain, idle = simulate(lone(), 0), simulate(lone(*off), 0)
    assert idle.count(GoodsExpedited) == 0
    for kind in (OrderAllocated, GoodsOrdered, GoodsReceived):
        for name, column in plain.columns(kind).items():
            np.testing.assert_array_equal(column, idle.columns(kind)[name])


@pytest.mark.parametrize(
    ("values", "flies"),
    [
        ((), True),  # by sea alone the shelf is out most of the time
        (("logistics.chassis.opening_stock=1000",), False),
        (("targets.line_fill=0",), False),
        (("targets.line_fill=0.01",), False),  # as much is met
    ],
)
def test_the_shelf_s_own_service_against_its_target_decides(
    values: tuple[str, ...], flies: bool
) -> None:
    air = "logistics.chassis.expedite={share: 50%, least_gap: 0.05, budget: 1M}"
    journal = simulate(lone(air, *values, weeks=2), 0)
    assert (journal.count(GoodsExpedited) > 0) is flies


def test_more_by_air_never_means_a_longer_wait() -> None:
    fly = "supplier.chassis.air_transit={kind: fixed, mean: 1d}"
    found = [
        float(
            simulate(
                lone(f"logistics.chassis.expedite={{share: {x}, least_gap: -1, budget: 1M}}", fly),
                0,
            )
            .columns(OrderAllocated)["waited"]
            .mean()
        )
        for x in (0.0, 0.5, 1.0)
    ]
    assert found == sorted(found, reverse=True)
    assert found[2] < 0.5 * found[0]


def test_what_flies_is_told_as_a_share_of_what_was_ordered() -> None:
    scenario = lone("logistics.chassis.expedite={share: 25%, least_gap: -1, budget: 1M}")
    totals = measure(scenario, simulate(scenario, 0)).totals
    (share,) = (
        value
        for name, value in zip(totals["kpi"], totals["value"], strict=True)
        if name == "expedited_chassis"
    )
    assert share == pytest.approx(0.25, abs=0.01)


def test_an_air_budget_below_zero_is_refused() -> None:
    with pytest.raises(ConfigError, match="at least 0"):
        lone("logistics.chassis.expedite.budget=-5")
