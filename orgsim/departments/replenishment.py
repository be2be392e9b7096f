"""Replenishment: keeps a component in stock by ordering from its supplier (MODEL M3.3, L1, L2).

Modelled: one planner per component, who counts what is asked for, what is on hand and what is on
order, and at each review follows the policy chosen.

1. At each review, Monday 06:00 for a period of whole weeks, what was asked for since the last one
   updates the forecast (`forecasting`).
2. The policy says how many units to order (`ordering`); under continuous review (R = 0) it is asked
   after every demand.
3. Where air freight is used, part of the order flies (`expediting`).
4. When a part that is missing should be back (MODEL M3.6): the purchase orders that are open are
   set against what waits for the shelf, in the order they are expected in; an order placed now gets
   its part from the first of which something is left, and if there is none, from one that were
   ordered now.

Assumed: the planner counts on a purchase order after the mean lead time. One that is late is
expected to slip by as much again as it is late, for want of better knowledge; nothing that goes the
same way is expected before it, and nothing in less than a day. Silver, Pyke & Thomas (2017) for the
policies.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from orgsim.config.base import Config, param
from orgsim.departments.expediting import ExpediteConfig, Expediting
from orgsim.departments.forecasting import Forecast, Season, planned_beyond
from orgsim.departments.ordering import Policy, Situation
from orgsim.entities import Component, nobody
from orgsim.governance.information import Information
from orgsim.kernel.resources import StockRoom
from orgsim.kernel.world import Rank, World
from orgsim.units import DAY, Count, Duration, Number, Quantity

MONDAY_MORNING = 6.0
"""Hours after the week's start at which planners review (MODEL s.0.3)."""


class ComponentConfig(Config):
    """How one component is stocked."""

    policy: Policy = param("how it is ordered", section="M3.3")
    opening_stock: Count = param(
        "units on hand when the clock starts", unit="units", section="s.11", ge=0
    )
    opening_forecast: Quantity = param(
        "forecast of a day's demand when the clock starts", unit="1/d", section="s.11", ge=0
    )
    opening_deviation: Quantity = param(
        "standard deviation of a day's demand, as believed when the clock starts",
        unit="1/d",
        section="M3.2",
        ge=0,
    )
    share_of_niche_plan: Number = param(
        "units of it per niche order of the campaign plan",
        unit="units",
        section="M3.1",
        ge=0,
        le=10,
    )
    lead_time_told: Duration = param(
        "lead time after which a part is expected that is missing, where the policy reckons with "
        "none",
        unit="h",
        section="M3.6",
        ge=0,
    )
    expedite: ExpediteConfig

    @property
    def lead_time(self) -> float:
        """Hours after which the planner counts on what was ordered, if it does not fly."""
        lead_time = self.policy.lead_time
        return self.lead_time_told if lead_time is None else lead_time

    def most_on_order(self, demand: float) -> float:
        """About the highest position, if ``demand`` is the highest of a day (units)."""
        forecast, deviation = (
            max(opening, demand) for opening in (self.opening_forecast, self.opening_deviation)
        )
        return self.policy.highest(forecast, deviation)


class Replenishment:
    """Keeps one component in stock."""

    def __init__(
        self,
        world: World,
        config: ComponentConfig,
        component: Component,
        room: StockRoom,
        information: Information,
    ) -> None:
        self._world = world
        self._config = config
        self._shelf = component.name.lower()
        self._room = room
        self._information = information
        self._sailing: deque[tuple[float, int]] = deque()
        self._flying: deque[tuple[float, int]] = deque()
        self._on_order = 0
        self._asked = 0
        self._forecast = Forecast(config.opening_forecast, config.opening_deviation)
        self.expediting = Expediting(world, config.expedite)
        self.order: Callable[[int], None] = nobody
        self.order_by_air: Callable[[int], None] = nobody
        self.feeds_niche = True
        """Whether niche orders take this component from the stock that is planned here."""
        self.niche_forecast: Callable[[], float] = lambda: self.forecast
        review = config.policy.review
        self._season = Season(round(config.policy.season / review) if review else 0)
        self._is_continuous = review == 0
        if not self._is_continuous:
            first = world.now + review + MONDAY_MORNING
            world.every(review, self._weekly_review, first=first, rank=Rank.WEEKLY)

    def demand(self, *, is_short: bool = False) -> None:
        """One unit was asked for, and was there or not."""
        self._asked += 1
        if self.expediting.is_used:
            self.expediting.asked(is_short=is_short)
        self.units_left()

    def units_left(self) -> None:
        """The shelf may hold less than before: under continuous review, look at it."""
        if self._is_continuous:
            self._review()

    def received(self, units: int) -> None:
        """A purchase order of this size arrived, of several the one that was to come first."""
        coming = [
            (way[at][0], at, way)
            for way in (self._sailing, self._flying)
            if (at := _first_of(way, units)) is not None
        ]
        _, at, way = min(coming, key=lambda one: one[0])
        del way[at]
        self._on_order -= units

    def expect(self, units: int, age: float = 0.0, *, by_air: bool = False) -> None:
        """Count on a purchase order placed ``age`` hours ago."""
        config = self._config
        lead_time = config.expedite.lead_time if by_air else config.lead_time
        way = self._flying if by_air else self._sailing
        way.append((self._world.now - age + lead_time, units))
        self._on_order += units

    @property
    def forecast(self) -> float:
        """Units a day that are expected to be asked for."""
        return self._forecast.mean

    @property
    def on_hand(self) -> int:
        """Units on the shelf that no order has claimed."""
        return self._room.on_hand[self._shelf] or 0

    @property
    def on_order(self) -> int:
        """Units ordered and not yet received."""
        return self._on_order

    def position(self) -> int:
        """Inventory position: on hand + on order - backordered."""
        return self.on_hand + self.on_order - self._room.waiting(self._shelf)

    def days_to_stock(self) -> float:
        """Days until an order placed now gets this part, behind all that wait for it."""
        if self.on_hand > 0:
            return 0.0
        ahead, days = self._room.waiting(self._shelf), 0.0
        for days, units in self._expected():
            ahead -= units
            if ahead < 0:
                return days
        return max(days, self._config.lead_time / DAY)

    def _expected(self) -> list[tuple[float, int]]:
        """In how many days each open purchase order is expected, and its units."""
        expected = []
        for way in (self._sailing, self._flying):
            days = 1.0
            for due, units in way:
                days = max(days, abs(due - self._world.now) / DAY)  # late: as late again
                expected.append((days, units))
        return sorted(expected)

    def _weekly_review(self) -> None:
        """Learn from what was asked for since the last review, then order."""
        policy = self._config.policy
        days = policy.review / DAY
        usual = max(0.0, self._asked - days * self._season.beyond())
        self._forecast.learn(usual, days, policy.smoothing)
        self._season.note(self._asked / days)
        self._asked = 0
        self._review()

    def _review(self) -> None:
        """Order what the policy says, part of it by air where that is used."""
        units = self._config.policy.quantity(self._situation())
        by_air = self.expediting.by_air(units)
        if by_air:
            self.expect(by_air, by_air=True)
            self.order_by_air(by_air)
        if units > by_air:
            self.expect(units - by_air)
            self.order(units - by_air)

    def _situation(self) -> Situation:
        return Situation(
            stock=self.on_hand - self._room.waiting(self._shelf),
            on_order=self._on_order,
            forecast=self._forecast.mean,
            variance=self._forecast.variance,
            planned=self._planned,
        )

    def _planned(self, days: float) -> float:
        """Units of the believed plan and the season that the forecast does not see (MODEL L2)."""
        belief = self._information.belief("logistics", "campaign_plan")
        per_order = self._config.share_of_niche_plan if self.feeds_niche else 0.0
        forecast = self.niche_forecast() if belief is not None else 0.0
        planned = planned_beyond(belief, per_order, forecast, self._world.now, days)
        return planned + self._season.units(days, self._config.policy.review / DAY)


def _first_of(way: deque[tuple[float, int]], units: int) -> int | None:
    """The place of the first purchase order of this size on a way; the first placed comes first."""
    return next((at for at, (_, size) in enumerate(way) if size == units), None)
