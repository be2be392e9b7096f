"""What a promotion takes from tomorrow, and the niche offer from the base offer (MODEL M1.6)."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from orgsim.config.compose import resolve
from orgsim.customers.cannibalisation import MOST_PULLED
from orgsim.entities import Order, Segment
from orgsim.errors import ConfigError
from orgsim.facts_of_customers import VariantSwitched
from orgsim.kpis import measure
from orgsim.organisation import simulate
from orgsim.units import DAY, WEEK
from tests.unit.crowd import ACrowd
from tests.unit.parts import Z, a_lead, seen

OFTEN = 1 / (20 * DAY)
PROMOTION = (6 * WEEK, 8 * WEEK)


def orders_of(
    share: float, weeks: int = 80, n: int = 300, *, overlap: bool = False
) -> tuple[list[Order], ACrowd]:
    """What customers order with a promotion of two weeks that brings this share forward."""
    crowd = ACrowd(n, loyalty__reorder=OFTEN, loyalty__reorder_satisfaction=0.0)
    dials = crowd.world.dials
    for _ in range(2 if overlap else 1):
        token: list[object] = []
        crowd.world.at(
            PROMOTION[0], lambda t=token: t.append(dials.turn("customers.pull_forward", share))
        )
        crowd.world.at(PROMOTION[1], lambda t=token: dials.restore(t[0]))
    crowd.world.run(until=weeks * WEEK)
    return crowd.orders, crowd


def between(orders: list[Order], start: float, end: float) -> list[Order]:
    return [order for order in orders if start <= order.placed < end]


def test_an_order_brought_forward_is_an_order_less_later_customer_by_customer() -> None:
    """80 weeks are 28 mean times between orders: who owes one has paid it (1 in 10^10 has not)."""
    usual, pulled = orders_of(0.0)[0], orders_of(0.3)[0]
    assert Counter(o.customer for o in usual) == Counter(o.customer for o in pulled)
    assert len(between(pulled, *PROMOTION)) > len(between(usual, *PROMOTION))


def test_until_it_is_paid_back_a_customer_is_ahead_by_just_what_was_brought_forward() -> None:
    usual, pulled = orders_of(0.0)[0], orders_of(0.3)[0]
    ahead = Counter(o.customer for o in between(pulled, 0, PROMOTION[1]))
    ahead.subtract(Counter(o.customer for o in between(usual, 0, PROMOTION[1])))
    assert min(ahead.values()) == 0
    for week in range(8, 80):
        so_far = Counter(o.customer for o in between(pulled, 0, week * WEEK))
        so_far.subtract(Counter(o.customer for o in between(usual, 0, week * WEEK)))
        assert all(0 <= so_far[customer] <= ahead[customer] for customer in so_far)


def test_of_the_orders_during_the_promotion_the_stated_share_is_early_and_a_dip_follows() -> None:
    usual, pulled = (orders_of(share, weeks=14, n=3000)[0] for share in (0.0, 0.3))
    during, early = (len(between(orders, *PROMOTION)) for orders in (pulled, usual))
    share = 1 - early / during
    assert share == pytest.approx(0.3, abs=Z * np.sqrt(0.3 * 0.7 / during))
    after = (PROMOTION[1], PROMOTION[1] + 2 * WEEK)
    assert len(between(pulled, *after)) < 0.85 * len(between(usual, *after))
    assert len(between(pulled, 0, PROMOTION[0])) == len(between(usual, 0, PROMOTION[0]))


def test_a_customer_may_order_what_is_due_and_something_early_on_one_day() -> None:
    orders, crowd = orders_of(0.9, n=200)
    numbers = Counter((order.customer, order.nth) for order in orders)
    assert max(numbers.values()) == 1
    twice = Counter((order.customer, order.placed // DAY) for order in orders)
    assert max(twice.values()) == 2
    assert crowd.people.orders[:200].tolist() == [
        1 + sum(order.customer == number for order in orders) for number in range(200)
    ]


def test_promotions_that_overlap_never_bring_everything_forward() -> None:
    orders, _ = orders_of(0.9, weeks=9, n=300, overlap=True)
    usual = len(between(orders_of(0.0, weeks=9)[0], *PROMOTION))
    most = usual / (1 - MOST_PULLED)
    assert len(between(orders, *PROMOTION)) < most + Z * np.sqrt(most)


TWO = (
    "+shocks.a={kind: promotion, onset: 1w, duration: 3w, discount: 0.1, pull_forward: 0.6}",
    "+shocks.b={kind: promotion, onset: 2w, duration: 3w, discount: 0.1, pull_forward: 0.6}",
)


def test_promotions_that_would_bring_more_forward_than_there_is_are_refused_in_one_line() -> None:
    with pytest.raises(ConfigError) as raised:
        resolve("baseline", TWO)
    (problem,) = raised.value.problems
    assert str(problem).startswith("command line: 'shocks.a.pull_forward' = 0.6: shares of ")
    assert "add up, here to 1.2; at most 0.95" in problem.message


def test_promotions_that_follow_each_other_or_leave_some_orders_are_taken() -> None:
    assert resolve("baseline", [*TWO, "shocks.b.onset=4w"])
    assert resolve("baseline", [*TWO, "shocks.b.pull_forward=0.35"])


def test_niche_customers_bring_nothing_forward() -> None:
    def placed(share: float) -> list[float]:
        crowd = ACrowd(200, Segment.NICHE, loyalty__reorder=OFTEN)
        crowd.world.dials.turn("customers.pull_forward", share)
        crowd.world.run(until=4 * WEEK)
        return [order.placed for order in crowd.orders]

    assert placed(0.5) == placed(0.0)


# -- switching -------------------------------------------------------------------------------------


def switching(share: float, joiners: int = 5000, pulled: float = 0.0) -> ACrowd:
    """Base customers order for ten weeks, while new customers buy the niche offer every day."""
    crowd = ACrowd(
        3000, loyalty__reorder=OFTEN, loyalty__reorder_satisfaction=0.0,
        cannibalisation__switching=share,
    )  # fmt: skip
    for number in range(joiners):
        lead = a_lead(10_000 + number, segment=Segment.NICHE)
        when = (1.0 + 49 * DAY * number / joiners) // DAY * DAY + 12.0
        crowd.world.at(when, crowd.customers.welcome, lead, crowd.offer(Segment.NICHE))
    if pulled:
        crowd.world.dials.turn("customers.pull_forward", pulled)
    crowd.world.run(until=10 * WEEK)
    return crowd


def test_the_stated_share_of_first_niche_orders_comes_from_base_customers() -> None:
    crowd = switching(0.2)
    switched = seen(crowd.world, VariantSwitched)["customer"]
    assert np.unique(switched).size == switched.size
    assert switched.size == pytest.approx(1250, abs=Z * np.sqrt(1250))
    niche = crowd.people.segment[:3000] == Segment.NICHE
    assert np.count_nonzero(niche) == switched.size
    firsts = {o.customer for o in crowd.orders if o.customer < 3000 and o.segment == Segment.NICHE}
    assert firsts == set(switched.tolist())


def test_who_orders_twice_in_a_day_switches_once() -> None:
    switched = seen(switching(0.9, joiners=300, pulled=0.9).world, VariantSwitched)["customer"]
    assert switched.size > 1000
    assert np.unique(switched).size == switched.size


def test_who_switches_orders_instead_and_not_besides() -> None:
    usual, switched = switching(0.0), switching(0.2)
    mine = [sorted((o.customer, o.placed) for o in c.orders) for c in (usual, switched)]
    own = [[entry for entry in entries if entry[0] < 3000] for entries in mine]
    assert own[0] == own[1]
    assert seen(usual.world, VariantSwitched)["time"].size == 0


def test_nobody_switches_while_nobody_buys_the_niche_offer() -> None:
    crowd = switching(0.5, joiners=0)
    assert seen(crowd.world, VariantSwitched)["time"].size == 0


def test_the_books_balance_with_everything_switched_on() -> None:
    """Switching, pull-forward, discounts, deals held back, claw-back, pressure, temporary reps."""
    values = (
        "run.weeks=12", "run.warmup=1w", "customers.count=3000", "customers.usual.weeks=10",
        "market.base_leads=60/d", "logistics.capacity_per_day=120", "campaign.reach=20000/d",
        "customers.cannibalisation.switching=0.1", "sales.quota.discount=0.1",
        "sales.quota.push=0.5", "sales.quota.sandbag=0.5", "targets.bookings=2",
        "sales.clawback.share=1", "marketing.incentives.spend_pressure=0.8",
        "marketing.incentives.claim_pressure=1", "sales.discipline=score",
        "sales.influence={discount: 3, trust: 1, bad_talk: 1, skill: 1}",
        "shocks.niche_campaign.onset=2w", "market.window_closing=0.1/w",
        "organisation.channels.delivered_to_marketing.active=true",
        "+shocks.cut={kind: promotion, onset: 5w, duration: 2w, discount: 20%, pull_forward: 30%}",
        "+shocks.dear={kind: price_shock, onset: 3w, duration: 2w, unit_cost: 1.12, price: 1.1}",
    )  # fmt: skip
    scenario = resolve("untapped_niche_staffed_sales", values).scenario
    journal = simulate(scenario, 0)
    audit = measure(scenario, journal).audit
    assert [
        c for c, passed in zip(audit["check"], audit["passed"], strict=True) if not passed
    ] == []
    assert journal.columns(VariantSwitched)["time"].size > 0
