"""What customers do whose order lacks a part: leave, take the other variant, wait (MODEL M3.7)."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from orgsim.config.compose import resolve
from orgsim.departments.logistics import Logistics
from orgsim.departments.ordering import BaseStock
from orgsim.departments.sales import Sales
from orgsim.entities import Account, Component, Occasion, Order, Segment
from orgsim.errors import ConfigError
from orgsim.facts import (
    AmountPosted,
    OrderAllocated,
    OrderBackordered,
    OrderCancelled,
    OrderDelivered,
    OrderLost,
    OrderPlaced,
    OrderSubstituted,
)
from orgsim.facts_of_customers import EpisodeLived
from orgsim.governance.information import Information
from orgsim.kernel.journal import Journal
from orgsim.kernel.world import World
from orgsim.kpis import KPIS, measure
from orgsim.kpis.base import Window
from orgsim.organisation import simulate
from tests.unit.parts import Z, a_promise, a_world, an_order, but, firm, seen


def a_warehouse(world: World, *, lost: float, substituted: float, **stock: int) -> Logistics:
    config = but(
        firm().logistics,
        stock_out__lost=lost,
        stock_out__substituted=substituted,
        **{f"{part}__opening_stock": units for part, units in stock.items()},
    )
    return Logistics(world, config, Information(world, {}))


def niche(customer: int) -> Order:
    return an_order(customer, segment=Segment.NICHE)


def test_with_a_share_of_one_every_order_that_lacks_a_part_is_lost() -> None:
    world = a_world()
    warehouse = a_warehouse(world, lost=1.0, substituted=0.0, chassis=3)
    turned_away: list[Order] = []
    warehouse.turn_away = turned_away.append
    for customer in range(5):
        warehouse.accept(an_order(customer))
    assert seen(world, OrderAllocated)["customer"].tolist() == [0, 1, 2]
    assert seen(world, OrderLost)["customer"].tolist() == [3, 4]
    assert [order.customer for order in turned_away] == [3, 4]
    assert all(order.closed for order in turned_away)
    assert warehouse.room.queued == 0
    assert seen(world, OrderBackordered)["customer"].size == 0


def test_who_finds_everything_there_is_never_asked() -> None:
    world = a_world()
    warehouse = a_warehouse(world, lost=0.5, substituted=0.5, chassis=10, kit=10)
    for customer in range(10):
        warehouse.accept(niche(customer))
    assert seen(world, OrderAllocated)["customer"].size == 10
    assert warehouse.room.on_hand == {"chassis": 0, "kit": 0}


def test_a_niche_order_without_a_kit_can_take_the_base_variant() -> None:
    world = a_world()
    warehouse = a_warehouse(world, lost=0.0, substituted=1.0, chassis=10, kit=0)
    order = niche(1)
    warehouse.accept(order)
    assert (order.segment, order.variant) == (Segment.NICHE, Segment.BASE)
    assert warehouse.room.on_hand == {"chassis": 9, "kit": 0}
    assert seen(world, OrderSubstituted)["component"].tolist() == [Component.KIT]
    assert warehouse.cancel(order)
    assert warehouse.room.on_hand == {"chassis": 10, "kit": 0}


@pytest.mark.parametrize("segment", list(Segment))
def test_who_lacks_the_chassis_lacks_it_in_both_variants_and_waits(segment: Segment) -> None:
    world = a_world()
    warehouse = a_warehouse(world, lost=0.0, substituted=1.0, chassis=0, kit=5)
    order = an_order(1, segment=segment)
    warehouse.accept(order)
    assert seen(world, OrderBackordered)["component"].tolist() == [Component.CHASSIS]
    assert seen(world, OrderSubstituted)["customer"].size == 0
    assert order.variant is segment
    assert warehouse.room.queued == 1


def test_reactions_follow_their_shares() -> None:
    world, n = a_world(), 4000
    warehouse = a_warehouse(world, lost=0.25, substituted=0.15, chassis=n, kit=0)
    for customer in range(n):
        warehouse.accept(niche(customer))
    for kind, share in ((OrderLost, 0.25), (OrderSubstituted, 0.15), (OrderBackordered, 0.6)):
        found = seen(world, kind)["customer"].size / n
        assert found == pytest.approx(share, abs=Z * np.sqrt(share * (1 - share) / n))


def test_more_lost_sales_lose_the_same_orders_and_some_more() -> None:
    def lost(share: float) -> set[int]:
        world = a_world()
        warehouse = a_warehouse(world, lost=share, substituted=0.0, chassis=0)
        for customer in range(200):
            warehouse.accept(an_order(customer))
        return set(seen(world, OrderLost)["customer"].tolist())

    assert lost(0.0) == set()
    assert lost(0.2) < lost(0.4) < lost(1.0)
    assert len(lost(1.0)) == 200


def test_the_planner_counts_what_was_asked_for_not_what_was_sold() -> None:
    world = a_world()
    warehouse = a_warehouse(world, lost=1.0, substituted=0.0, chassis=0)
    planner = warehouse.planning[Component.CHASSIS]
    for customer in range(3500):
        warehouse.accept(an_order(customer))
    world.run(until=8 * 24.0)
    assert planner.forecast == pytest.approx(400 + 0.2 * (500 - 400))


def test_under_continuous_review_what_the_other_variant_took_is_ordered_at_once() -> None:
    """And it is no demand for a kit: the forecast and the own fill count what was asked for."""
    world = a_world()
    stock = {"chassis__opening_stock": 0, "kit__opening_stock": 10}
    policy = BaseStock(kind="base_stock", review="0h", level=10)
    config = but(firm().logistics, **stock, kit__policy=policy, is_chassis_shared=False)
    config = but(config, stock_out__substituted=1.0)
    warehouse = Logistics(world, config, Information(world, {}))
    kits = warehouse.planning[Component.KIT]
    ordered: list[int] = []
    kits.order = ordered.append
    for customer in range(8):
        warehouse.accept(an_order(customer))
    assert warehouse.room.on_hand["kit"] == 2
    assert ordered == [1] * 8
    assert kits.position() == 10
    assert kits._asked == 0


def test_shares_of_more_than_the_whole_are_refused() -> None:
    with pytest.raises(ConfigError, match="more than 1"):
        resolve("baseline", ["logistics.stock_out={lost: 70%, substituted: 40%}"])


# -- in the whole firm -----------------------------------------------------------------------------

SHORT = firm(
    "shocks={launch: {kind: niche_campaign, onset: 0d, duration: 2w}}",
    "campaign.intensity=0.5",
    "customers.count=600",
    "customers.usual.weeks=50",
    "market.base_leads=60/d",
    "logistics.chassis.opening_stock=300",
    "logistics.chassis.opening_forecast=30",
    "logistics.kit.opening_stock=40",
    "logistics.stock_out={lost: 40%, substituted: 30%}",
    "run.weeks=5",
    "run.warmup=1w",
)


@cache
def a_short_year() -> Journal:
    return simulate(SHORT, 0)


def keys(kind: type) -> set[tuple[int, int]]:
    columns = a_short_year().columns(kind)
    return set(zip(columns["customer"].tolist(), columns["nth"].tolist(), strict=True))


def test_the_books_balance_with_orders_lost_and_taken_in_another_variant() -> None:
    assert len(keys(OrderLost)) > 50
    assert len(keys(OrderSubstituted)) > 50
    audit = measure(SHORT, a_short_year()).audit
    failed = [check for check, met in zip(audit["check"], audit["passed"], strict=True) if not met]
    assert failed == []


def test_a_lost_order_is_neither_sent_nor_cancelled_and_its_money_goes_back() -> None:
    lost = keys(OrderLost)
    assert lost <= keys(OrderPlaced)
    for kind in (OrderAllocated, OrderDelivered, OrderCancelled, OrderSubstituted):
        assert not lost & keys(kind)
    assert cents_returned() == price_of(lost | keys(OrderCancelled)) + swapped_cents()


def cents_returned() -> int:
    posted = a_short_year().columns(AmountPosted)
    back = (posted["debit"] == Account.DEFERRED_REVENUE) & (posted["credit"] == Account.CASH)
    return int(posted["cents"][back].sum())


def price_of(orders: set[tuple[int, int]]) -> int:
    placed = a_short_year().columns(OrderPlaced)
    swapped = a_short_year().columns(OrderSubstituted)
    cents: dict[tuple[int, int], int] = {}
    for columns, name, sign in ((placed, "price_cents", 1), (swapped, "returned_cents", -1)):
        rows = zip(*(columns[n].tolist() for n in ("customer", "nth", name)), strict=True)
        for customer, nth, amount in rows:
            cents[customer, nth] = cents.get((customer, nth), 0) + sign * amount
    return sum(cents[order] for order in orders)


def swapped_cents() -> int:
    return int(a_short_year().columns(OrderSubstituted)["returned_cents"].sum())


def test_the_other_variant_is_paid_at_its_own_price() -> None:
    returned = a_short_year().columns(OrderSubstituted)["returned_cents"]
    assert set(returned.tolist()) == {900}


def test_the_other_variant_comes_without_the_set_up_of_the_niche_offer() -> None:
    sales = Sales(a_world(), firm().sales, firm().organisation.handoff)
    order = an_order(1, segment=Segment.NICHE, promise=a_promise(special=True))
    sales.orders.book(order)
    order.setup_on_record, order.substituted = True, True
    assert sales.orders.exchange(order) == 900
    assert (order.price_cents, order.setup_on_record) == (7000, False)


def test_a_lost_order_was_promised_nothing_and_breaks_no_promise() -> None:
    window = Window(SHORT, a_short_year())
    otif = next(kpi for kpi in KPIS if kpi.name == "otif").measure(window, "all")
    placed, lost = (window.facts(kind)["due"] for kind in (OrderPlaced, OrderLost))
    horizon = window.ends[-1]
    due = np.count_nonzero(placed <= horizon) - np.count_nonzero(lost <= horizon)
    assert otif.denominator.sum() == due


def test_a_day_on_which_all_who_lack_a_part_leave_is_a_stock_out_all_the_same() -> None:
    scenario = firm(
        "organisation.parts=[logistics]",
        "organisation.channels={}",
        "sources={alone: {kind: poisson, rate: 10/d, to: orders, segment: base}}",
        "logistics.chassis.opening_stock=20",
        "logistics.stock_out.lost=1",
        "run.weeks=1",
        "run.warmup=0h",
    )
    found = measure(scenario, simulate(scenario, 0)).breaks
    out = [
        time
        for name, time in zip(found["name"], found["time"], strict=True)
        if name == "cover_chassis"
    ]
    assert 3 <= len(out) <= 6
    assert out == sorted(out)


def test_who_is_turned_away_lives_through_what_a_cancelled_order_means() -> None:
    episodes = a_short_year().columns(EpisodeLived)
    mine = episodes["occasion"] == Occasion.CANCELLATION
    upset = set(episodes["customer"][mine].tolist())
    told = {customer for customer, _ in keys(OrderLost) | keys(OrderCancelled)}
    assert upset
    assert upset <= told
    assert len(upset) > 0.7 * len(told)  # the rest ordered on the last day, or left
    assert (episodes["satisfaction"][mine] < 5.0).mean() > 0.5


def kpi(name: str, segment: str) -> float:
    totals = measure(SHORT, a_short_year()).totals
    rows: list[Any] = list(zip(totals["kpi"], totals["segment"], totals["value"], strict=True))
    return next(value for k, s, value in rows if (k, s) == (name, segment))


def test_lost_orders_are_counted_against_us_as_what_they_are() -> None:
    shares = {name: kpi(name, "niche") for name in ("lost_sales", "substituted", "line_fill")}
    placed = a_short_year().columns(OrderPlaced)
    now = (placed["time"] >= 0) & (placed["segment"] == Segment.NICHE)
    lost = a_short_year().columns(OrderLost)
    gone = (lost["time"] >= 0) & (lost["segment"] == Segment.NICHE)
    assert shares["lost_sales"] == pytest.approx(gone.sum() / now.sum())
    assert shares["line_fill"] <= 1.0 - shares["lost_sales"] - shares["substituted"]


def test_the_backlog_does_not_keep_what_was_lost() -> None:
    ends = (OrderDelivered, OrderCancelled, OrderLost)
    still_open = keys(OrderPlaced).difference(*map(keys, ends))
    weekly = measure(SHORT, a_short_year()).weekly
    last = max(weekly["week"].tolist())
    rows = zip(*(weekly[name] for name in ("kpi", "segment", "week", "value")), strict=True)
    overdue, backlog = (
        next(v for k, s, w, v in rows if (k, s, w) == (name, "all", last))
        for name in ("backlog", "overdue")
    )
    assert 0 <= min(overdue, backlog) <= max(overdue, backlog) <= len(still_open)
