"""Sales that is told a plan brings in reps for it, at a cost (MODEL M2.1, M6.1)."""

from __future__ import annotations

import numpy as np
import pytest

from orgsim.departments.sales import Sales
from orgsim.entities import Account
from orgsim.facts import LeverMoved
from orgsim.governance.information import Information
from orgsim.kernel.distributions import Fixed
from orgsim.kernel.world import World
from orgsim.units import WEEK
from orgsim.weekly import Weekly
from tests.unit.parts import a_channel, a_world, but, firm, seen

OFFICE = Weekly.parse("Mon-Fri 09-18")
ONSET = 4 * WEEK


def a_team(world: World, most: int = 100) -> tuple[Sales, Information, list[tuple[Account, int]]]:
    """Two own reps; every lead needs one for half an hour, and one in two is won."""
    information = Information(world, {"plan": a_channel("campaign_plan", receiver="sales")})
    config = but(
        firm().sales,
        hours=OFFICE, reps=Weekly(OFFICE.starts, tuple(2 * v for v in OFFICE.values)),
        web_share=0.5, niche__win_intercept=0.0, payroll_fte=0.0, temporary__most=most,
        temporary__load=0.8, temporary__cost=40.0,
        handle_time=Fixed[float](kind="fixed", mean=0.5),
    )  # fmt: skip
    sales = Sales(world, config, firm().organisation.handoff, information)
    posted: list[tuple[Account, int]] = []
    sales.post = lambda debit, credit, cents: posted.append((debit, cents))
    return sales, information, posted


def tell(information: Information, *orders: float) -> None:
    information.send(
        "campaign_plan", "marketing", {"orders_per_week": np.array(orders)}, dates={"onset": ONSET}
    )


def heads(world: World, sales: Sales, weeks: int) -> list[int]:
    """Reps on duty at ten on the Mondays of these weeks from the launch on."""
    found = []
    for week in range(weeks):
        world.run(until=ONSET + week * WEEK + 10)
        found.append(sales.reps.heads)
    return found


def test_each_week_has_the_reps_that_its_planned_orders_need() -> None:
    """300 orders are 600 leads, 300 of them assisted: 150 hours at a load of .8 of 45 are 4.17."""
    world = a_world()
    sales, information, _ = a_team(world)
    tell(information, 300.0, 144.0, 0.0)
    assert heads(world, sales, 4) == [2 + 5, 2 + 2, 2, 2]
    moved = seen(world, LeverMoved)
    assert moved["value"].tolist() == [5.0, 2.0, 0.0]
    assert moved["time"].tolist() == [ONSET, ONSET + WEEK, ONSET + 2 * WEEK]


def test_at_night_nobody_is_on_duty_however_many_were_brought_in() -> None:
    world = a_world()
    sales, information, _ = a_team(world)
    tell(information, 300.0, 300.0)
    world.run(until=ONSET + 22.0)
    assert sales.reps.heads == 0


def test_there_are_never_more_than_the_most_there_may_be() -> None:
    world = a_world()
    sales, information, _ = a_team(world, most=3)
    tell(information, 5000.0)
    assert heads(world, sales, 1) == [2 + 3]


def test_they_are_paid_by_the_hour_on_duty() -> None:
    world = a_world()
    _, information, posted = a_team(world)
    tell(information, 300.0, 144.0)
    world.run(until=ONSET + 4 * WEEK)
    paid = [cents for account, cents in posted if account is Account.SALES_PAYROLL and cents]
    assert paid == [5 * 45 * 40 * 100, 2 * 45 * 40 * 100]


@pytest.mark.parametrize("told", [True, False])
def test_none_are_brought_in_where_there_are_none_or_nobody_told(told: bool) -> None:
    world = a_world()
    sales, information, posted = a_team(world, most=0 if told else 9)
    if told:
        tell(information, 5000.0)
    assert heads(world, sales, 2) == [2, 2]
    assert seen(world, LeverMoved)["time"].size == 0
    assert [cents for _, cents in posted if cents] == []


def test_a_later_plan_replaces_an_earlier_one() -> None:
    world = a_world()
    sales, information, _ = a_team(world)
    tell(information, 300.0, 300.0, 300.0)
    world.run(until=WEEK)
    tell(information, 144.0)
    assert heads(world, sales, 3) == [2 + 2, 2, 2]


def payroll(posted: list[tuple[Account, int]]) -> list[int]:
    """Reps whose week was paid, booking by booking."""
    return [cents // (45 * 40 * 100) for _, cents in posted if cents]


def test_news_in_the_middle_of_a_week_pays_whoever_comes_besides_and_nobody_twice() -> None:
    world = a_world()
    sales, information, posted = a_team(world)
    tell(information, 300.0, 144.0, 0.0)
    world.run(until=ONSET + 48)
    tell(information, 576.0, 144.0, 144.0)
    world.run(until=ONSET + 72)
    assert sales.temporary.there == 8
    tell(information, 144.0, 144.0, 144.0)
    world.run(until=ONSET + 96)
    assert sales.temporary.there == 2
    tell(information, 300.0, 144.0, 144.0)
    world.run(until=ONSET + 120)
    assert sales.temporary.there == 5
    assert payroll(posted) == [5, 3]
    world.run(until=ONSET + 5 * WEEK)
    assert sales.temporary.there == 0
    assert payroll(posted) == [5, 3, 2, 2]


def test_whom_a_new_plan_does_not_need_goes() -> None:
    world = a_world()
    sales, information, posted = a_team(world)
    tell(information, 300.0, 300.0)
    world.run(until=ONSET + 48)
    information.send(
        "campaign_plan", "marketing", {"orders_per_week": np.array([144.0])},
        dates={"onset": ONSET + 6 * WEEK},
    )  # fmt: skip
    world.run(until=ONSET + 5 * WEEK)
    assert sales.temporary.there == 0
    world.run(until=ONSET + 9 * WEEK)
    assert payroll(posted) == [5, 2]


def test_who_hears_late_staffs_the_weeks_that_are_left() -> None:
    world = a_world()
    sales, information, posted = a_team(world)
    world.run(until=ONSET + 2.5 * WEEK)
    tell(information, 300.0, 300.0, 300.0, 144.0)
    world.run(until=ONSET + 3 * WEEK - 48)
    assert sales.temporary.there == 5
    assert [cents for _, cents in posted if cents] == [5 * 45 * 40 * 100]  # none for weeks past
    world.run(until=ONSET + 3 * WEEK + 10)
    assert sales.reps.heads == 2 + 2
