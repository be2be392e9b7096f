"""The order page's date: the usual one, or what sales believes of stock (MODEL M3.6, ATP)."""

from __future__ import annotations

import numpy as np
import pytest

from orgsim.departments.quoting import OrderPage, later
from orgsim.departments.sales import Sales
from orgsim.entities import Attribute, Order, Promise, Segment
from orgsim.facts import LeadWon, OrderBackordered, OrderDelivered, OrderPlaced
from orgsim.governance.information import Information
from orgsim.kernel.world import World
from orgsim.organisation import simulate
from orgsim.units import DAY
from tests.unit.parts import Z, a_channel, a_promise, a_world, an_order, but, firm, seen
from tests.unit.test_sales import a_config, some_leads

BASE, NICHE = Segment.BASE, Segment.NICHE


def a_page(
    told: dict[str, float] | None, *, is_quoting: bool = True, **channel: object
) -> OrderPage:
    """An order page, after sales was told this of stock (None: nothing)."""
    world: World = a_world()
    ways = {"eta": a_channel("stock_eta", sender="logistics", receiver="sales", **channel)}
    information = Information(world, ways)
    if told is not None:
        usual = {"base_days": 3.0, "niche_days": 3.0}
        information.send("stock_eta", "logistics", told, prior=usual)
    world.run(until=DAY)
    return OrderPage(information, is_quoting=is_quoting, usual_days=3.0)


def days(base: float, niche: float) -> dict[str, float]:
    return {"base_days": base, "niche_days": niche}


@pytest.mark.parametrize(
    ("told", "base", "niche"),
    [
        (None, 0, 0),
        (days(3.0, 3.0), 0, 0),
        (days(3.4, 3.5), 0, 1),
        (days(8.0, 24.2), 5, 21),
        (days(1.0, 0.0), 0, 0),
    ],
)
def test_what_is_quoted_later_is_what_is_believed_beyond_the_usual(
    told: dict[str, float] | None, base: int, niche: int
) -> None:
    page = a_page(told)
    assert (page.delay(BASE), page.delay(NICHE)) == (base, niche)


def test_a_page_that_does_not_quote_says_the_same_whatever_is_believed() -> None:
    assert a_page(days(30.0, 30.0), is_quoting=False).delay(BASE) == 0


def test_what_is_half_heard_is_half_quoted() -> None:
    assert a_page(days(13.0, 13.0), fidelity=0.5, noise=0.0).delay(BASE) == 5


def test_what_has_not_arrived_yet_is_not_quoted() -> None:
    assert a_page(days(13.0, 13.0), delay=7 * DAY).delay(BASE) == 0


def test_a_later_promise_is_later_in_its_date_and_its_speed_and_in_nothing_else() -> None:
    usual = a_promise(3, speed=6 / 7, reliability=0.95)
    promise = later(usual, 5)
    assert promise.days == 8
    assert promise.levels[Attribute.SPEED] == pytest.approx(6 / 7 - 5 / 14)
    others = np.delete(np.arange(len(Attribute)), Attribute.SPEED)
    assert promise.levels[others].tolist() == usual.levels[others].tolist()
    assert usual.levels[Attribute.SPEED] == 6 / 7
    assert later(usual, 100).levels[Attribute.SPEED] == 0.0
    assert later(usual, 0) is usual


def test_an_order_is_due_and_recorded_as_quoted() -> None:
    sales = Sales(a_world(), a_config(), but(firm().organisation.handoff, order_fields=0.0))
    sales.promise = lambda segment, inflation: a_promise(1 if inflation else 3)
    sales.delay = lambda segment: 4
    special = later(a_promise(1, special=True), 4)
    order = an_order(1, segment=NICHE, promise=special)
    sales.orders.book(order)
    assert order.due == 6 * DAY
    assert order.due_on_record == 8 * DAY  # the special date was lost; the standard one is quoted


def won(delay: int, loss: float, segment: Segment = BASE, n: int = 3000) -> list[int]:
    world = a_world()
    sales = Sales(
        world,
        a_config(web_share=1.0, **{f"{segment.name.lower()}__delay_loss": loss}),
        firm().organisation.handoff,
    )
    sales.delay = lambda asked: delay if asked is segment else 99
    orders: list[Order] = []
    sales.orders.place_order = orders.append
    sales.receive(some_leads([0.1] * n, segment=segment))
    world.run(until=1.0)
    assert all(order.promise.days == 7 + delay for order in orders)
    return list(seen(world, LeadWon)["lead"].tolist())


@pytest.mark.parametrize("segment", [BASE, NICHE])
def test_without_an_effect_of_delay_a_later_date_loses_nobody(segment: Segment) -> None:
    assert won(9, 0.0, segment) == won(0, 0.04, segment)


def test_each_day_quoted_costs_its_share_of_the_wins() -> None:
    """P(win) (1 - .04)^10 = .665 P(win), of the same prospects."""
    n = 20_000
    at_once, waiting = won(0, 0.04, n=n), won(10, 0.04, n=n)
    assert set(waiting) < set(at_once)
    share = 0.96**10
    error = np.sqrt(share * (1 - share) / len(at_once))
    # Z = 4 standard errors: a correct program fails one in 16 000.
    assert len(waiting) / len(at_once) == pytest.approx(share, abs=Z * error)


SMALL = (
    "shocks={}",
    "customers.count=600",
    "customers.usual.weeks=50",
    "market.base_leads=60/d",
    "logistics.chassis.opening_stock=100",
    "logistics.chassis.opening_forecast=5",
    "run.weeks=6",
    "run.warmup=1w",
    "organisation.channels.stock_to_sales.active=true",
    "organisation.channels.stock_to_sales.delay=0d",
    "organisation.channels.stock_to_sales.noise=0",
)


def test_a_belief_of_usual_days_promises_and_delivers_as_a_page_that_does_not_quote() -> None:
    told_nothing = "organisation.channels.stock_to_sales.fidelity=0"
    static, quoted = (
        simulate(firm(*SMALL, told_nothing, f"sales.quotes_stock={on}"), 0)
        for on in ("false", "true")
    )
    for kind in (OrderPlaced, OrderDelivered, LeadWon):
        columns = zip(static.columns(kind).values(), quoted.columns(kind).values(), strict=True)
        assert all(one.tolist() == other.tolist() for one, other in columns)


def test_in_a_shortage_of_which_sales_knows_promises_are_later_and_kept_more_often() -> None:
    told_all = "organisation.channels.stock_to_sales.fidelity=1"
    static, quoted = (
        simulate(firm(*SMALL, told_all, f"sales.quotes_stock={on}"), 0) for on in ("false", "true")
    )
    assert static.count(OrderBackordered) > 50

    def promised(journal: object) -> float:
        placed = journal.columns(OrderPlaced)  # type: ignore[attr-defined]
        return float((placed["due"] - placed["time"]).mean())

    def kept(journal: object) -> float:
        delivered = journal.columns(OrderDelivered)  # type: ignore[attr-defined]
        return float((delivered["time"] < delivered["due"]).mean())

    assert promised(quoted) > promised(static) + DAY
    assert kept(quoted) > kept(static)


def test_the_promise_is_the_one_thing_a_quote_changes_for_who_was_promised_more() -> None:
    promise: Promise = later(a_promise(1, special=True), 2)
    assert (promise.express, promise.setup, promise.inflation) == (True, True, 0.5)
