"""Who gets the parts that arrive: the rule is a decision (MODEL M3.6)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgsim.departments.logistics import Logistics, Rule
from orgsim.entities import Component, Order, Segment, due_date
from orgsim.facts import OrderAllocated, OrderPicked
from orgsim.governance.information import Information
from orgsim.units import WEEK
from orgsim.weekly import Weekly
from tests.unit.parts import a_promise, a_world, an_order, but, firm, seen

RULES: tuple[Rule, ...] = get_args(Rule)
BASE, NICHE = Segment.BASE, Segment.NICHE


@dataclass
class Warehouse:
    """A warehouse whose benches never open, and who was allotted parts, in order."""

    rule: Rule
    chassis: int = 0
    kits: int = 0
    orders: list[Order] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.world = a_world()
        stock = {"chassis__opening_stock": self.chassis, "kit__opening_stock": self.kits}
        closed = {"hours": Weekly.parse("never"), "allocation": self.rule}
        config = but(firm().logistics, **stock, **closed)
        self.logistics = Logistics(self.world, config, Information(self.world, {}))

    def ask(self, segment: Segment = BASE, days: int = 3) -> Order:
        order = an_order(len(self.orders), segment=segment, promise=a_promise(days))
        order.due_on_record = order.due
        self.orders.append(order)
        self.logistics.accept(order)
        return order

    def bring(self, component: Component, units: int) -> None:
        self.logistics.planning[component].expect(units)
        self.logistics.receive(component, units)

    def served(self) -> list[int]:
        return list(seen(self.world, OrderAllocated)["customer"].tolist())

    def waiting(self, segment: Segment) -> list[Order]:
        return [
            order
            for order in self.orders
            if order.segment is segment and order.claim is not None and order.claim.is_waiting
        ]

    def could_serve(self, segment: Segment) -> bool:
        on_hand = self.logistics.room.on_hand
        needed = ("chassis", "kit") if segment is NICHE else ("chassis",)
        return all(on_hand[name] for name in needed)


MIXED = (BASE, NICHE, BASE, BASE, NICHE, NICHE)


@pytest.mark.parametrize(
    ("rule", "served"),
    [
        ("first_come", [0, 1, 2, 3]),
        ("niche_first", [1, 4, 5, 0]),
        ("base_first", [0, 2, 3, 1]),
        ("fair_share", [0, 1, 4, 2]),
    ],
)
def test_a_rule_says_who_of_those_who_wait_is_served(rule: Rule, served: list[int]) -> None:
    warehouse = Warehouse(rule, kits=9)
    for segment in MIXED:
        warehouse.ask(segment)
    warehouse.bring(Component.CHASSIS, 4)
    assert warehouse.served() == served


def test_the_earliest_promise_is_served_first_and_of_equals_the_oldest() -> None:
    warehouse = Warehouse("promise_date", kits=9)
    for segment, days in ((BASE, 7), (NICHE, 5), (BASE, 3), (NICHE, 3), (BASE, 1), (BASE, 5)):
        warehouse.ask(segment, days)
    warehouse.bring(Component.CHASSIS, 5)
    assert warehouse.served() == [4, 2, 3, 1, 5]


def test_a_promise_that_the_record_lost_is_not_served_by_its_date() -> None:
    """Logistics sees the record alone: tomorrow was promised, and stands there as in a week."""
    warehouse = Warehouse("promise_date")
    for promised, recorded in ((1, 7), (3, 3)):
        order = an_order(promised, promise=a_promise(promised))
        order.due_on_record = due_date(0.0, recorded)
        warehouse.logistics.accept(order)
    warehouse.bring(Component.CHASSIS, 1)
    assert warehouse.served() == [3]


def test_a_fair_share_is_the_share_of_those_who_wait() -> None:
    """Of 30 base and 10 niche orders half are served: half of either."""
    warehouse = Warehouse("fair_share", kits=99)
    for _ in range(30):
        warehouse.ask(BASE)
    for _ in range(10):
        warehouse.ask(NICHE)
    warehouse.bring(Component.CHASSIS, 20)
    assert (len(warehouse.waiting(BASE)), len(warehouse.waiting(NICHE))) == (15, 5)
    assert sum(customer >= 30 for customer in warehouse.served()[:8]) == 2  # by turns


def test_a_small_share_is_not_lost_over_small_receipts() -> None:
    warehouse = Warehouse("fair_share", kits=99)
    for segment in [BASE] * 90 + [NICHE] * 30:
        warehouse.ask(segment)
    for _ in range(60):
        warehouse.bring(Component.CHASSIS, 1)
    assert (len(warehouse.waiting(BASE)), len(warehouse.waiting(NICHE))) == (45, 15)


def test_who_cannot_be_served_takes_no_turn() -> None:
    warehouse = Warehouse("fair_share", kits=0)
    for segment in MIXED:
        warehouse.ask(segment)
    warehouse.bring(Component.CHASSIS, 2)
    assert warehouse.served() == [0, 2]


events = st.lists(
    st.one_of(
        st.tuples(st.just("order"), st.sampled_from([BASE, NICHE]), st.integers(1, 7)),
        st.tuples(st.just("receipt"), st.sampled_from(list(Component)), st.integers(1, 4)),
        st.tuples(st.just("cancel"), st.just(BASE), st.integers(0, 50)),
    ),
    max_size=80,
)


def happen(warehouse: Warehouse, event: tuple[str, int, int], days: int | None = None) -> None:
    what, which, number = event
    if what == "order":
        warehouse.ask(Segment(which), days or number)
    elif what == "receipt":
        warehouse.bring(Component(which), number)
    elif number < len(warehouse.orders):
        warehouse.logistics.cancel(warehouse.orders[number])


@given(st.sampled_from(RULES), events)
def test_no_rule_leaves_a_part_idle_that_somebody_waits_for(
    rule: Rule, course: list[tuple[str, int, int]]
) -> None:
    warehouse = Warehouse(rule, chassis=2, kits=1)
    for event in course:
        happen(warehouse, event)
        for segment in Segment:
            assert not (warehouse.could_serve(segment) and warehouse.waiting(segment))


@given(st.sampled_from([("niche_first", NICHE), ("base_first", BASE)]), events)
def test_who_comes_first_never_waits_for_what_the_other_segment_is_given(
    rule: tuple[Rule, Segment], course: list[tuple[str, int, int]]
) -> None:
    name, first = rule
    warehouse = Warehouse(name, chassis=2, kits=1)
    allotted = warehouse.logistics._allocated
    jumped: list[Order] = []

    def watch(order: Order) -> None:
        # The order's own parts are gone by now: what was on the shelf is that and these.
        on_hand = {k: int(v or 0) for k, v in warehouse.logistics.room.on_hand.items()}
        for part in order.claim.needs if order.claim else ():
            on_hand[part] += 1
        needed = ("chassis", "kit") if first is NICHE else ("chassis",)
        could = all(on_hand[part] for part in needed)
        if order.segment is not first and could and warehouse.waiting(first):
            jumped.append(order)
        allotted(order)

    warehouse.logistics._allocated = watch  # type: ignore[method-assign]
    for event in course:
        happen(warehouse, event)
    assert jumped == []


@given(st.sampled_from([BASE, NICHE]), events)
def test_where_there_is_one_segment_all_rules_are_one(
    segment: Segment, course: list[tuple[str, int, int]]
) -> None:
    """By the promise date as well, where all are promised the same number of days."""
    served = set()
    for rule in RULES:
        warehouse = Warehouse(rule, chassis=2, kits=1)
        for what, which, number in course:
            event = (what, segment if what == "order" else which, number)
            happen(warehouse, event, days=3)
        served.add(tuple(warehouse.served()))
    assert len(served) == 1


# -- the same rule at the benches ------------------------------------------------------------------


def packed(rule: Rule, *, without: int | None = None) -> list[int]:
    """The order in which ten a day leave the benches, promised a week, or three days if odd."""
    world = a_world()
    stock = {"chassis__opening_stock": 100, "kit__opening_stock": 100}
    pace = {"hours": Weekly.parse("always"), "capacity_per_day": 10.0, "overtime__most": 0.0}
    config = but(firm().logistics, **stock, **pace, allocation=rule, accessories__fill=1.0)
    logistics = Logistics(world, config, Information(world, {}))
    for customer, segment in enumerate(MIXED):
        promise = a_promise(3 if customer % 2 else 7)
        order = an_order(customer, segment=segment, promise=promise)
        order.due_on_record = order.due
        logistics.accept(order)
        if customer == without:
            logistics.cancel(order)
    world.run(until=WEEK)
    return list(seen(world, OrderPicked)["customer"].tolist())


@pytest.mark.parametrize(
    ("rule", "order"),
    [
        ("first_come", [0, 1, 2, 3, 4, 5]),
        ("fair_share", [0, 1, 2, 3, 4, 5]),
        ("niche_first", [1, 4, 5, 0, 2, 3]),
        ("base_first", [0, 2, 3, 1, 4, 5]),
        ("promise_date", [1, 3, 5, 0, 2, 4]),
    ],
)
def test_the_rule_also_says_who_is_packed_first(rule: Rule, order: list[int]) -> None:
    assert packed(rule) == order
    assert packed(rule, without=3) == [customer for customer in order if customer != 3]
