"""Forecast, safety stock, plan overlay and base stock (MODEL M3.2, M3.3, L1, L2, RC-33)."""

from __future__ import annotations

import numpy as np
import pytest

from orgsim.departments.ordering import BaseStock
from orgsim.departments.replenishment import ComponentConfig, Replenishment
from orgsim.entities import Component
from orgsim.facts import GoodsOrdered
from orgsim.governance.information import Information
from orgsim.kernel.resources import StockRoom
from orgsim.kernel.world import World
from orgsim.kpis import measure
from orgsim.organisation import simulate
from orgsim.units import DAY, WEEK
from tests.unit.parts import a_channel, a_world, but, firm

CHASSIS = but(
    firm().logistics.chassis,
    policy__safety=2.3,
    opening_stock=6400,
    opening_forecast=400.0,
    opening_deviation=60.0,
)
KIT = firm().logistics.kit


class AStore:
    """One component's shelf and planner, with a supplier who is only written down."""

    def __init__(
        self, config: ComponentConfig, world: World | None = None, **channel: object
    ) -> None:
        self.world = world or a_world()
        self.information = Information(
            self.world, {"plan": a_channel("campaign_plan", noise=0.0, **channel)}
        )
        self.room = StockRoom(self.world, {"chassis": config.opening_stock})
        self.planner = Replenishment(
            self.world, config, Component.CHASSIS, self.room, self.information
        )
        self.ordered: list[tuple[float, int]] = []
        self.planner.order = lambda units: self.ordered.append((self.world.now, units))

    def ask(self, times: int = 1) -> None:
        for _ in range(times):
            self.room.request(object(), ("chassis",), lambda _: None)
            self.planner.demand()

    def receive(self, units: int) -> None:
        self.planner.received(units)
        self.room.receive("chassis", units)


def first_order(config: ComponentConfig, **channel: object) -> int:
    """Units ordered at the first review, after a week as forecast."""
    store = AStore(config, **channel)
    store.ask(round(7 * config.opening_forecast))
    store.world.run(until=8 * DAY)
    assert len(store.ordered) == 1
    assert store.ordered[0][0] == 7 * DAY + 6.0  # Monday 06:00
    return store.ordered[0][1]


def test_a_review_orders_up_to_forecast_plus_safety_stock() -> None:
    """f 400, sigma 60, L 21, R 7, lead-time cv .25, z 2.05: safety stock 4 354 (MODEL M3.3)."""
    config = but(CHASSIS, policy__safety=2.05, policy__smoothing=0.0)
    safety = 2.05 * np.sqrt(60.0**2 * 28 + (400 * 0.25 * 21) ** 2)
    assert safety == pytest.approx(4354, abs=0.5)
    level = 400 * 28 + safety
    assert first_order(config) == int(np.ceil(level - (6400 - 2800)))


def test_without_uncertainty_no_safety_stock_is_held() -> None:
    config = but(CHASSIS, opening_deviation=0.0, policy__lead_time_cv=0.0, policy__smoothing=0.0)
    assert first_order(config) == 400 * 28 - 3600


def test_the_forecast_smooths_orders_and_their_spread() -> None:
    store = AStore(CHASSIS)
    store.ask(7 * 500)
    store.world.run(until=8 * DAY)
    assert store.planner.forecast == pytest.approx(400 + 0.2 * 100)
    # sigma^2 per day from a weekly mean: 60^2 + .2 (7 x 100^2 - 60^2); z 2.3 here
    variance = 3600 + 0.2 * (7 * 100**2 - 3600)
    level = 420 * 28 + 2.3 * np.sqrt(variance * 28 + (420 * 5.25) ** 2)
    assert store.ordered[0][1] == int(np.ceil(level - (6400 - 3500)))


def test_no_smoothing_keeps_the_forecast_for_ever() -> None:
    store = AStore(but(CHASSIS, policy__smoothing=0.0))
    for week in range(1, 5):
        store.ask(3000)
        store.world.run(until=week * WEEK + DAY)
    assert store.planner.forecast == 400.0


def test_the_forecast_sees_orders_even_where_nothing_can_be_shipped() -> None:
    store = AStore(but(CHASSIS, opening_stock=0))
    store.ask(7 * 500)
    store.world.run(until=8 * DAY)
    assert store.planner.forecast == pytest.approx(420)


def test_the_inventory_position_counts_shelf_orders_and_backorders() -> None:
    store = AStore(but(CHASSIS, opening_stock=10))
    store.ask(14)
    store.planner.expect(100)
    assert (store.planner.on_hand, store.planner.on_order) == (0, 100)
    assert store.planner.position() == 96
    store.receive(100)
    assert (store.planner.on_hand, store.planner.position()) == (96, 96)


def test_a_shipment_that_overtakes_another_takes_its_own_units_off_the_order_book() -> None:
    store = AStore(CHASSIS)
    store.planner.expect(100)
    store.planner.expect(30)
    store.receive(30)
    assert store.planner.on_order == 100


def test_of_two_shipments_of_one_size_the_one_that_was_due_first_has_come() -> None:
    store = AStore(but(CHASSIS, opening_stock=0))
    store.planner.expect(50)
    store.planner.expect(50, by_air=True)
    assert store.planner.days_to_stock() == 7.0
    store.planner.received(50)
    assert store.planner.days_to_stock() == 21.0


def test_what_is_on_order_is_not_ordered_again() -> None:
    store = AStore(but(CHASSIS, policy__smoothing=0.0))
    store.ask(2800)
    store.world.run(until=8 * DAY)
    store.ask(2800)
    store.world.run(until=15 * DAY)
    assert [units for _, units in store.ordered][1] == 2800


def test_a_missing_part_is_expected_with_the_oldest_purchase_order() -> None:
    store = AStore(but(CHASSIS, opening_stock=1))
    assert store.planner.days_to_stock() == 0.0
    store.ask()
    assert store.planner.days_to_stock() == 21.0  # nothing on order: the lead time planned with
    store.planner.expect(10, age=15 * DAY)
    assert store.planner.days_to_stock() == pytest.approx(6.0)
    store.planner.expect(10)
    assert store.planner.days_to_stock() == pytest.approx(6.0)


# -- base stock ------------------------------------------------------------------------------------


def a_base_stock(level: int, review: float = 0.0) -> ComponentConfig:
    policy = BaseStock.model_construct(kind="base_stock", level=level, review=review)
    return but(CHASSIS, policy=policy, opening_stock=level)


def test_a_base_stock_replaces_every_unit_at_once() -> None:
    store = AStore(a_base_stock(5))
    store.ask(8)  # three more than there are
    assert store.ordered == [(0.0, 1)] * 8
    assert store.planner.position() == 5


def test_a_base_stock_reviewed_weekly_replaces_the_week_s_demand() -> None:
    store = AStore(a_base_stock(50, WEEK))
    store.ask(30)
    store.world.run(until=8 * DAY)
    assert store.ordered == [(7 * DAY + 6.0, 30)]


# -- M3.2, L2: the plan ----------------------------------------------------------------------------


def ordered_for(plan: list[float], *, fidelity: float = 1.0, forecast: float = 0.0) -> int:
    """Kits ordered at the first review (t = 7 d 6 h) for a campaign that starts on day 14."""
    config = but(
        KIT, opening_stock=0, opening_forecast=forecast, policy__smoothing=0.0, policy__safety=0.0
    )
    store = AStore(config, fidelity=fidelity)
    store.information.send(
        "campaign_plan", "marketing", {"orders_per_week": np.array(plan)}, dates={"onset": 14 * DAY}
    )
    store.world.run(until=8 * DAY)
    return sum(units for _, units in store.ordered)


def test_a_believed_plan_is_ordered_as_far_as_the_cover_reaches() -> None:
    # Cover 28 d from day 7.25 to day 35.25: weeks 1-3 of the plan and a quarter of a day.
    assert ordered_for([70, 140, 210, 700]) == int(np.ceil(70 + 140 + 210 + 100 * 0.25))


def test_no_fidelity_leaves_the_planner_blind() -> None:
    assert ordered_for([70, 140, 210], fidelity=0.0) == 0


def test_half_the_fidelity_orders_half_the_plan() -> None:
    assert ordered_for([70, 140, 210], fidelity=0.5) == 210


def test_what_the_forecast_already_sees_is_not_ordered_twice() -> None:
    # 15 a day forecast; beyond it the plan's weeks of 10, 20 and 30 a day add 0, 5 and 15 a day.
    assert ordered_for([70, 140, 210], forecast=15.0) == 15 * 28 + 7 * (0 + 5 + 15)


def test_a_component_the_niche_does_not_need_ignores_the_plan() -> None:
    config = but(KIT, share_of_niche_plan=0.0, opening_stock=0)
    store = AStore(config)
    store.information.send(
        "campaign_plan", "marketing", {"orders_per_week": np.full(6, 70.0)}, dates={"onset": 0.0}
    )
    store.world.run(until=8 * DAY)
    assert store.ordered == []


# -- every policy in the whole firm ----------------------------------------------------------------

HEURISTIC = (
    "{kind: anchor_and_adjust, review: 7d, smoothing: 0.36, desired_stock: 2000, "
    "stock_adjustment: 0.26, supply_line_weight: 0.34, lead_time: 21d}"
)


@pytest.mark.parametrize(
    "policy",
    [
        "{kind: base_stock, level: 1200, review: 1d}",
        "{kind: reorder_point, reorder_point: 900, order_quantity: 300, review: 0h}",
        "{kind: reorder_point, reorder_point: 900, order_quantity: 300, review: 7d}",
        "{kind: min_max, reorder_point: 900, order_up_to_level: 1300, review: 0h}",
        HEURISTIC,
    ],
)
def test_the_firm_runs_on_any_policy_and_its_books_balance(policy: str) -> None:
    scenario = firm(
        "customers.count=3000",
        "customers.usual.weeks=20",
        "market.base_leads=25/d",
        f"logistics.chassis.policy={policy}",
        "logistics.chassis.opening_stock=1200",
        "logistics.chassis.opening_forecast=40",
        "run.weeks=8",
        "run.warmup=1w",
    )
    journal = simulate(scenario, 0)
    audit = measure(scenario, journal).audit
    assert all(audit["passed"])
    ordered = journal.columns(GoodsOrdered)
    assert 4 * 280 < ordered["units"].sum() < 16 * 280
    is_under_way = bool((ordered["time"] == -WEEK).any())
    assert is_under_way is (policy == HEURISTIC)  # who reckons with a lead time has ordered before


# -- M3.12: the plan and the bullwhip --------------------------------------------------------------


def bullwhip_of(plan: list[int], fidelity: float) -> float:
    """Var(orders) / Var(demand) over 26 weeks with a campaign of weeks 9 to 14 as planned."""
    store = AStore(but(KIT, opening_stock=600, policy__safety=0.0), fidelity=fidelity)
    orders = {"orders_per_week": np.array(plan, dtype=float)}
    store.world.at(
        2 * WEEK,
        lambda: store.information.send(
            "campaign_plan", "marketing", orders, dates={"onset": ONSET}
        ),
    )
    demand = [0] * 9 + plan + [0] * 30
    for week in range(27):
        store.world.at(week * WEEK + 12.0, store.ask, demand[week])
    store.world.run(until=27 * WEEK)
    ordered = np.zeros(28)
    for time, units in store.ordered:
        ordered[int(time // WEEK)] += units
    return float(ordered[1:27].var() / np.var(demand[:26]))


ONSET = 9 * WEEK


@pytest.mark.parametrize("plan", [[70, 140, 280, 280, 140, 70], [200] * 6])
def test_seeing_the_plan_lowers_the_bullwhip(plan: list[int]) -> None:
    ratios = [bullwhip_of(plan, fidelity) for fidelity in (0.0, 0.5, 1.0)]
    assert ratios == sorted(ratios, reverse=True)
    assert ratios[2] < 0.75 * ratios[0]
