"""The beer game, played by our forecast and our ordering rule at each of four stations (RC-23).

The board is the game's own (Sterman 1989): orders travel two weeks to the next station, one from
the factory's desk to its line, goods two weeks back; a case held costs .5 a week, one owed 1.
Published of it are facts in kind: a cost of about ten times the best, orders that swing the more
the further upstream, and later; the figures are MODEL's, in its order of events.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pydantic import TypeAdapter

from orgsim.departments.forecasting import Forecast
from orgsim.departments.ordering import AnchorAndAdjust, Policy, Situation

WEEKS = 36
STATIONS = ("retailer", "wholesaler", "distributor", "factory")
Orders = NDArray[np.float64]
POLICY: TypeAdapter[Any] = TypeAdapter(Policy)


def people(
    smoothing: float, stock_adjustment: float, supply_line_weight: float, desired_stock: int
) -> AnchorAndAdjust:
    policy = POLICY.validate_python(
        {
            "kind": "anchor_and_adjust",
            "review": "7d",
            "lead_time": "28d",
            "smoothing": smoothing,
            "stock_adjustment": stock_adjustment,
            "supply_line_weight": supply_line_weight,
            "desired_stock": desired_stock,
        }
    )
    assert isinstance(policy, AnchorAndAdjust)
    return policy


BEST = [people(0.0, 1.0, 1.0, desired) for desired in (28, 28, 28, 20)]
MEAN = [people(0.36, 0.26, 0.34, 17)] * 4
SEEING = [people(0.36, 0.26, 1.0, 17 + 11)] * 4
"""The mean subject, but for the whole supply line; as much more is wished for as is then seen."""

Rule = Callable[[AnchorAndAdjust, Situation], float]


class Station:
    """One player: stock, backlog, and what is on its way in."""

    def __init__(self, policy: AnchorAndAdjust, order_delay: int, rule: Rule) -> None:
        self._policy = policy
        self._rule = rule
        self._forecast = Forecast(4.0 / 7.0, 0.0)
        self.mail = deque([4.0] * order_delay)
        self.arriving = deque([4.0] * 2)
        self._on_hand, self._owed = 12.0, 0.0
        self._on_order = float(sum(self.mail) + sum(self.arriving))

    def receive(self) -> None:
        units = self.arriving.popleft()
        self._on_hand += units
        self._on_order -= units

    def ship(self, asked: float) -> float:
        """What goes out of what is asked for now and was owed before."""
        self._forecast.learn(asked, 7.0, self._policy.smoothing)  # type: ignore[arg-type]
        wanted = asked + self._owed
        units = min(self._on_hand, wanted)
        self._on_hand -= units
        self._owed = wanted - units
        return units

    def order(self) -> float:
        seen = Situation(
            stock=self._on_hand - self._owed,  # type: ignore[arg-type]
            on_order=self._on_order,  # type: ignore[arg-type]
            forecast=self._forecast.mean,
            variance=0.0,
            planned=lambda days: 0.0,
        )
        units = self._rule(self._policy, seen)
        self._on_order += units
        self.mail.append(units)
        return units

    @property
    def cost(self) -> float:
        return 0.5 * self._on_hand + self._owed


def played(policies: list[AnchorAndAdjust], rule: Rule) -> tuple[float, Orders]:
    """The team's cost, and what each station ordered in each week."""
    delays = (2, 2, 2, 1)
    team = [Station(policy, delay, rule) for policy, delay in zip(policies, delays, strict=True)]
    cost, orders = 0.0, []
    for week in range(1, WEEKS + 1):
        for station in team:
            station.receive()
        asked = [4.0 if week < 5 else 8.0, *(station.mail.popleft() for station in team)]
        for station, units in zip(team, asked, strict=False):
            going = station.ship(units)
            if station is not team[0]:
                team[team.index(station) - 1].arriving.append(going)
        team[-1].arriving.append(asked[-1])
        orders.append([station.order() for station in team])
        cost += sum(station.cost for station in team)
    return cost, np.array(orders)


def in_whole_cases(policy: AnchorAndAdjust, seen: Situation) -> float:
    return float(policy.quantity(seen))


def in_parts_of_cases(policy: AnchorAndAdjust, seen: Situation) -> float:
    return policy.wish(seen)


@pytest.mark.parametrize("rule", [in_whole_cases, in_parts_of_cases])
def test_rc23_who_sees_the_supply_line_and_corrects_at_once_pays_180(rule: Rule) -> None:
    cost, orders = played(BEST, rule)
    assert cost == 180.0
    assert orders.max() == 8.0


def test_rc23_the_mean_subject_pays_ten_times_as_much_with_the_peaks_of_the_table() -> None:
    cost, orders = played(MEAN, in_parts_of_cases)
    assert cost == pytest.approx(2255, abs=0.5)
    assert orders.max(axis=0) == pytest.approx([10.8, 15.8, 23.7, 29.0], abs=0.05)
    assert (orders.argmax(axis=0) + 1).tolist() == [13, 16, 18, 20]


def test_orders_in_whole_cases_swing_the_more_and_the_later_the_further_upstream() -> None:
    cost, orders = played(MEAN, in_whole_cases)
    best, _ = played(BEST, in_whole_cases)
    assert 8 * best < cost < 20 * best
    assert (np.diff(orders.var(axis=0)) > 0).all()
    assert (np.diff(orders.max(axis=0)) > 0).all()
    assert (np.diff(orders.argmax(axis=0)) > 0).all()


def test_to_see_the_whole_supply_line_is_what_calms_the_chain() -> None:
    blind, _ = played(MEAN, in_parts_of_cases)
    seeing, orders = played(SEEING, in_parts_of_cases)
    assert seeing < 0.5 * blind
    assert orders[:, -1].max() < 15.0
