"""What a planner orders who knows what is to come: a campaign's plan, a season (M3.2, s.8)."""

from __future__ import annotations

import numpy as np
import pytest

from orgsim.config.compose import resolve
from orgsim.errors import ConfigError
from orgsim.kernel.world import Rank
from orgsim.units import DAY, WEEK
from tests.unit.parts import but
from tests.unit.test_replenishment import KIT, AStore

PLAN = (56, 112, 224, 224, 112, 56)
"""Niche orders of each week, spread evenly: a quarter of a day's come before the review."""

ONSET = 8 * WEEK


class Supplied(AStore):
    """A shelf of kits that begins empty, and whose orders come after 21 days to the hour."""

    def __init__(self, fidelity: float) -> None:
        still = {"policy__smoothing": 0.0, "policy__safety": 0.0, "opening_stock": 0}
        super().__init__(but(KIT, **still), fidelity=fidelity)
        self.planner.order = self.supply
        self.most_waiting = 0
        self.information.send(
            "campaign_plan", "marketing", {"orders_per_week": np.array(PLAN, dtype=float)},
            dates={"onset": ONSET},
        )  # fmt: skip
        for week, orders in enumerate(PLAN):
            for number in range(orders):
                self.world.at(ONSET + (week + (number + 0.5) / orders) * WEEK, self.asked_for)
        self.world.run(until=ONSET + (len(PLAN) + 4) * WEEK)

    def supply(self, units: int) -> None:
        self.ordered.append((self.world.now, units))
        self.world.at(self.world.now + 21 * DAY, self.receive, units, rank=Rank.RECEIPT)

    def asked_for(self) -> None:
        self.ask()
        self.most_waiting = max(self.most_waiting, self.room.waiting("chassis"))


def test_who_knows_the_plan_exactly_lacks_nothing_and_has_nothing_left() -> None:
    """Perfect foresight: F = 1, no bias, no error and no safety stock."""
    informed = Supplied(fidelity=1.0)
    assert informed.most_waiting == 0
    assert informed.planner.on_hand == 0
    assert sum(units for _, units in informed.ordered) == sum(PLAN)


def test_the_less_of_the_plan_comes_through_the_more_customers_wait() -> None:
    waiting = [Supplied(fidelity).most_waiting for fidelity in (0.0, 0.5, 0.9, 1.0)]
    assert waiting == sorted(waiting, reverse=True)
    assert waiting[0] > sum(PLAN) / 2


# -- the season ------------------------------------------------------------------------------------

YEAR = 26
"""Weeks of a short year; from week 12 on half as much again is asked for in four of them."""


def by_year(season: str, years: int = 3) -> tuple[list[int], list[float]]:
    """The most who wait, and the highest forecast, of each year, with supplies of 21 days."""
    season_hours = YEAR * WEEK if season == "known" else 0.0
    usual = {"opening_forecast": 20.0, "opening_stock": 280, "opening_deviation": 0.0}
    still = {"policy__safety": 0.0, "policy__lead_time_cv": 0.0, "policy__season": season_hours}
    store = AStore(but(KIT, **usual, **still))
    waiting, forecast = [0] * years, [0.0] * years
    store.planner.order = lambda units: store.world.at(
        store.world.now + 21 * DAY, store.receive, units, rank=Rank.RECEIPT
    )
    for age in (14.75, 7.75, 0.75):  # the orders of the last three weeks are under way
        store.planner.expect(140, age * DAY)
        store.world.at((21 - age) * DAY, store.receive, 140, rank=Rank.RECEIPT)

    def a_day(number: int) -> None:
        week = number // 7 % YEAR
        store.ask(30 if 12 <= week < 16 else 20)
        year = number // 7 // YEAR
        waiting[year] = max(waiting[year], store.room.waiting("chassis"))
        forecast[year] = max(forecast[year], store.planner.forecast)

    for number in range(7 * YEAR * years):
        store.world.at(number * DAY + 12.0, a_day, number)
    store.world.run(until=YEAR * years * WEEK)
    return waiting, forecast


def test_a_season_is_foreseen_from_the_second_year_on_where_it_is_known() -> None:
    """Forecastable; who has seen more than one season copes (MODEL s.8)."""
    (known, _), (unknown, _) = by_year("known"), by_year("unknown")
    assert known[0] == unknown[0] > 100
    assert max(known[1:]) < 0.2 * known[0]
    assert min(unknown[1:]) > 0.8 * unknown[0]


def test_a_season_that_is_no_whole_number_of_reviews_is_refused() -> None:
    key = "logistics.chassis.policy.season"
    with pytest.raises(ConfigError, match=r"10 days are no whole number of reviews of 7 days"):
        resolve("baseline", [f"{key}=10d"])
    year = resolve("baseline", [f"{key}=52w"]).scenario.logistics.chassis.policy.season
    assert year == 52 * WEEK


def test_what_the_season_explains_is_not_learnt_again() -> None:
    """A year's mean is 21.5 a day; the peak lifts the forecast only where nobody expected it."""
    (_, known), (_, unknown) = by_year("known"), by_year("unknown")
    assert known[0] == unknown[0] > 25.0
    assert known[2] < 22.0 < 25.0 < unknown[2]
