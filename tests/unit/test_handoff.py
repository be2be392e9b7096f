"""Sales and those downstream: what is lost where departments meet, nobody can keep (M2.6)."""

from __future__ import annotations

import numpy as np
import pytest

from orgsim.departments.logistics import Logistics
from orgsim.departments.sales import Sales
from orgsim.departments.support import Support
from orgsim.entities import ContactBatch, Floats, Reason, Segment
from orgsim.facts import ContactHandled, OrderDelivered, OrderPlaced
from orgsim.governance.information import Information
from orgsim.kernel.distributions import Discrete, Fixed
from orgsim.units import DAY
from orgsim.weekly import Weekly
from tests.unit.parts import Z, a_channel, a_promise, a_world, an_order, but, firm, seen

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
    sales.orders.place_order = warehouse.accept
    promise = a_promise(1, special=True)
    for customer in range(n):
        sales.orders.book(an_order(customer, segment=Segment.NICHE, promise=promise))
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


# -- what reaches the agents' desktop --------------------------------------------------------------

UNBRIEFED = {"briefing_hours": 0.0, "briefing_period": 0.0, "single_view": 0.3}

KNOWN = 0.85
"""What briefed agents know of the offer."""


def helped(shown: float, *, asks_about_order: bool, special: bool = True, n: int = 4000) -> Floats:
    """Per niche customer, the hours (of one) that an agent works and whether it solves it: n x 2.

    As many agents as customers; 0.75 are solved at full knowledge.
    """
    world = a_world()
    handoff = but(firm().organisation.handoff, desktop_fields=shown)
    sales = Sales(world, firm().sales, handoff)
    information = Information(
        world,
        {
            "terms": a_channel("promise_terms", receiver="support", fidelity=KNOWN),
            "stock": a_channel("stock_eta", sender="logistics", receiver="support"),
        },
    )
    team = but(
        firm().support,
        agents=Weekly.constant(n),
        contained_share=0.0,
        email_share=0.0,
        handle_time=Fixed[float](kind="fixed", mean=1.0),
        knowledge__contacts_to_learn=1e9,
    )
    support = Support(world, team, information, **UNBRIEFED)
    sales.orders.show_agents = support.desktop.keep_on_file
    information.send("promise_terms", "marketing", {"familiarity": 1.0}, dates={"onset": 0.0})
    information.send("stock_eta", "logistics", {"base_days": 3.0, "niche_days": 3.0})
    promise = a_promise(1 if special else 7, special=special)
    orders = [an_order(number, segment=Segment.NICHE, promise=promise) for number in range(n)]
    for order in orders:
        sales.orders.book(order)
    support.receive(
        ContactBatch(
            customers=np.arange(n, dtype=np.int64),
            rows=np.arange(n),
            nth=np.zeros(n, dtype=np.int64),
            times=np.full(n, 12.0),
            segments=np.full(n, Segment.NICHE),
            reasons=np.full(n, Reason.LATE_WISMO if asks_about_order else Reason.HOW_TO),
            orders=list(orders) if asks_about_order else [None] * n,
        )
    )
    world.run(until=24.0)
    handled = seen(world, ContactHandled)
    order = np.argsort(handled["customer"])
    return np.column_stack([handled["handle_hours"], handled["outcome"] == 0])[order]


@pytest.mark.parametrize("shown", [0.0, 0.4, 1.0])
def test_what_agents_learned_helps_as_far_as_the_desktop_shows_what_was_promised(
    shown: float,
) -> None:
    """h K in the place of K: at h = 0 the briefing is as good as never held."""
    hours, solved = helped(shown, asks_about_order=False).mean(axis=0)
    known = KNOWN * shown
    assert hours == pytest.approx(1 + 0.6 * (1 - known), abs=Z * 0.6 * KNOWN * 0.5 / 4000**0.5)
    chance = 0.75 - 0.35 * (1 - known)
    assert solved == pytest.approx(chance, abs=Z * (chance * (1 - chance) / 4000) ** 0.5)


@pytest.mark.parametrize("shown", [0.0, 0.4, 1.0])
def test_an_agent_who_cannot_see_the_promised_date_answers_as_if_told_nothing_of_stock(
    shown: float,
) -> None:
    """(1 - h) f_e; that the set-up is not shown either does not matter to this question."""
    _, solved = helped(shown, asks_about_order=True).mean(axis=0)
    chance = 0.75 - 0.35 * (1 - KNOWN) - 0.25 * (1 - shown)
    assert solved == pytest.approx(chance, abs=Z * (chance * (1 - chance) / 4000) ** 0.5)


def test_where_nothing_special_was_promised_nothing_can_be_lost_on_the_way() -> None:
    blind = helped(0.0, asks_about_order=True, special=False, n=500)
    assert np.array_equal(blind, helped(1.0, asks_about_order=True, special=False, n=500))


def test_a_later_order_that_reaches_the_desktop_mends_the_customers_file() -> None:
    """One customer, many orders: the file is as good as the latest."""
    world = a_world()
    handoff = but(firm().organisation.handoff, desktop_fields=0.5)
    sales = Sales(world, firm().sales, handoff)
    information = Information(world, {})
    support = Support(world, firm().support, information, **UNBRIEFED)
    sales.orders.show_agents = support.desktop.keep_on_file
    promise = a_promise(1, special=True)
    for nth in range(64):
        sales.orders.book(an_order(7, nth=nth, segment=Segment.NICHE, promise=promise))
        is_shown = bool(seen(world, OrderPlaced)["setup_on_desktop"][-1])
        assert support.desktop.knows_promise_to(7) == is_shown
    assert 10 < seen(world, OrderPlaced)["setup_on_desktop"].sum() < 54  # both happened
