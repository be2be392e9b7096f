"""Kits bought once for a campaign, sold and written off by the firm itself (RC-16, RC-17).

Sales, logistics and finance by configuration alone: one season's orders come on two days, whoever
finds no kit is lost, and what is left is written off. The books of a season must say to the cent
what a newsvendor's would. A season's profit is a straight line in demand up to what was bought and
another beyond it, so that its expectation needs no luck: it is the profit at the mean demand of
either side, each as often as it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import pytest
from scipy.special import ndtr

from orgsim.analysis import theory
from orgsim.config.schema import Scenario
from orgsim.departments.finance import EXPENSES
from orgsim.entities import Account, Segment
from orgsim.facts import AccountClosed, OrderAllocated, OrderLost
from orgsim.organisation import Organisation
from tests.theory.departments_alone import lone
from tests.unit.parts import an_order

DAYS = 2.0
"""In so many days a season's orders come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """Normal demand, what a sale brings and a kit left over costs (EUR), and where that is set."""

    mean: float
    deviation: float
    underage: float
    overage: float
    settings: tuple[str, ...] = ()

    def scenario(self, bought: int) -> Scenario:
        settings = (
            f"logistics.kit.opening_stock={bought}",
            "logistics.chassis.opening_stock=10000",
            "logistics.stock_out={lost: 1, substituted: 0}",
            "logistics.capacity_per_day=100000",
            "finance.fixed_cost=0",
            "finance.holding_share=0",
            "sales.payroll_fte=0",
            *self.settings,
        )
        nobody = "{kind: poisson, rate: 0/d, to: orders, segment: niche}"
        return lone("sales,logistics", nobody, settings, 2)


CAMPAIGN = Season(mean=2700.0, deviation=0.35 * 2700.0, underage=29.8, overage=7.2)
"""At the default firm's own prices and costs (RC-17)."""
TEXTBOOK = Season(
    mean=3192.0,
    deviation=1181.0,
    underage=80.0,
    overage=20.0,
    settings=(
        "sales.price_niche=190",
        "finance.kit_cost=110",
        f"finance.kit_write_off={20.0 / 110.0!r}",
        "finance.chassis_cost=0",
        "finance.extras_cost=0",
        "logistics.picking_cost=0",
        "logistics.carrier.standard_cost=0",
    ),
)
"""Bought at 110, sold at 190, cleared at 90 (RC-16)."""


@cache
def season(case: Season, bought: int, demand: int) -> tuple[float, int, int]:
    """Profit (EUR), sold and lost of one season of so many orders."""
    organisation = Organisation(case.scenario(bought), 0)
    for number in range(demand):
        at = 24.0 * DAYS * number / demand
        order = an_order(number, segment=Segment.NICHE, placed=at)
        organisation.world.at(at, organisation.sales.orders.book, order)
    organisation.run()
    journal = organisation.world.journal
    closed = journal.columns(AccountClosed)
    balance = dict(zip(closed["account"].tolist(), closed["cents"].tolist(), strict=True))
    cents = -balance[Account.REVENUE] - sum(balance[account] for account in EXPENSES)
    sold, lost = (journal.columns(kind)["time"].size for kind in (OrderAllocated, OrderLost))
    return cents / 100.0, sold, lost


def expected(case: Season, bought: int, what: Callable[[tuple[float, int, int]], float]) -> float:
    """The mean over normal demand of what is a straight line on either side of what was bought."""
    z = (bought - case.mean) / case.deviation
    density, below = math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi), float(ndtr(z))
    total = 0.0
    for share, demand in (
        (below, case.mean - case.deviation * density / below),
        (1.0 - below, case.mean + case.deviation * density / (1.0 - below)),
    ):
        whole = math.floor(demand)
        for part, orders in ((whole + 1.0 - demand, whole), (demand - whole, whole + 1)):
            total += share * part * what(season(case, bought, orders))
    return total


@pytest.mark.parametrize("case", [CAMPAIGN, TEXTBOOK], ids=["RC-17", "RC-16"])
@pytest.mark.parametrize(("bought", "demand"), [(60, 40), (60, 60), (60, 90)])
def test_the_books_of_a_season_are_a_newsvendors_to_the_cent(
    case: Season, bought: int, demand: int
) -> None:
    sold = min(bought, demand)
    profit = case.underage * sold - case.overage * (bought - sold)
    assert season(case, bought, demand) == (pytest.approx(profit, abs=1e-9), sold, demand - sold)


def test_rc16_the_textbook_s_newsvendor_earns_and_loses_what_the_table_says() -> None:
    """MODEL buys 4185.95; whole kits: profit is flat there, and a kit more loses .2 sales less."""
    buy = theory.newsvendor_normal(3192.0, 1181.0, 80.0, 20.0)
    bought = round(buy.quantity)
    assert bought == 4186
    profit, lost = (expected(TEXTBOOK, bought, lambda one, at=at: one[at]) for at in (0, 2))
    assert profit == pytest.approx(222_296, abs=0.5)
    assert lost == pytest.approx(131.84, abs=0.2 * (bought - buy.quantity) + 0.005)
    assert 1.0 - lost / 3192.0 == pytest.approx(0.9587, abs=5e-5)


@pytest.mark.parametrize(
    ("bought", "profit"),
    [pytest.param(3514, 70_832, id="the plan is known"), pytest.param(600, 17_720, id="blind")],
)
def test_rc17_a_campaign_s_kits_earn_what_the_table_says(bought: int, profit: int) -> None:
    """The default firm's own prices; what a plan is worth at most is the difference to 80 460."""
    assert expected(CAMPAIGN, bought, lambda one: one[0]) == pytest.approx(profit, abs=0.5)
