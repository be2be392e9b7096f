"""An area at rest moves nothing by itself, and the others do as before (MODEL s.9, M6.3)."""

from __future__ import annotations

from functools import cache
from operator import attrgetter

import pytest

from orgsim.config.compose import resolve
from orgsim.entities import Account, Lever
from orgsim.facts import LeadTouched, LeadWon, LeverMoved, OrderPicked
from orgsim.kernel.journal import Journal
from orgsim.kpis.base import Window
from orgsim.kpis.money import movement
from orgsim.organisation import simulate

SMALL = (
    "customers.count=2000",
    "customers.usual.weeks=50",
    "market.base_leads=15/d",
    "logistics.capacity_per_day=30",
    "support.payroll_fte=2",
    "support.agents={Mon-Sun 08-20: 1}",
    "run.warmup=2w",
    "run.weeks=14",
    "shocks.niche_campaign.onset=1w",
)


@cache
def quarter(*choices: str) -> tuple[Window, Journal]:
    scenario = resolve("untapped_niche_campaign", [*SMALL, *choices]).scenario
    journal = simulate(scenario, 0)
    return Window(scenario, journal), journal


def moved(lever: Lever, *choices: str) -> set[float]:
    facts = quarter(*choices)[1].columns(LeverMoved)
    return set(facts["value"][facts["lever"] == lever].tolist())


def test_marketing_at_rest_claims_nothing_and_spends_as_planned() -> None:
    assert max(moved(Lever.CLAIM)) > 0.4
    assert len(moved(Lever.SPEND)) > 3
    assert moved(Lever.CLAIM, "marketing=at_rest") == set()
    assert moved(Lever.SPEND, "marketing=at_rest") == set()
    won = quarter("marketing=at_rest", "sales=at_rest")[1].columns(LeadWon)
    assert won["inflation"].max() == 0.0


def test_sales_at_rest_adds_nothing_to_the_claim_and_gives_no_discount() -> None:
    def added(*choices: str) -> float:
        return float(quarter(*choices)[1].columns(LeadTouched)["inflation"].max())

    assert added() > 0.0
    assert added("sales=at_rest") == 0.0
    for lever in (Lever.DISCOUNT, Lever.PUSH):
        assert max(moved(lever)) > 0.0
        assert max(moved(lever, "sales=at_rest"), default=0.0) == 0.0


def test_logistics_at_rest_works_its_hours_and_no_more() -> None:
    def per_order(*choices: str) -> float:
        window, journal = quarter(*choices)
        return float(movement(window, Account.PICKING).sum() / journal.count(OrderPicked))

    assert per_order("logistics=at_rest") == pytest.approx(3.2)
    assert per_order() > 3.2


def test_support_at_rest_keeps_its_team_and_its_pace() -> None:
    def grown(*choices: str) -> float:
        employed = quarter(*choices)[0].gauge("employed", "agents")
        return float(employed.max() - employed[0])

    def payroll(*choices: str) -> float:
        return float(movement(quarter(*choices)[0], Account.SUPPORT_PAYROLL).sum())

    assert grown("support=at_rest") < 1.0 <= grown()
    assert payroll("support=at_rest") < payroll()


@pytest.mark.parametrize("area", ["marketing", "sales", "logistics", "support"])
def test_a_scenario_with_one_area_at_rest_differs_in_nothing_else(area: str) -> None:
    silo, rested = (
        resolve(name, []).scenario.model_dump(exclude={"title", "question"})
        for name in ("untapped_niche_campaign", f"untapped_niche_{area}_at_rest")
    )
    assert [key for key in silo if silo[key] != rested[key]] == [area]


LEVERS = {
    "marketing": "incentives.cap incentives.claim_pressure incentives.spend_pressure",
    "sales": "incentives.cap quota.discount quota.push quota.sandbag temporary.most",
    "logistics": "overtime.most chassis.expedite.share kit.expedite.share",
    "support": "pressure.elasticity staffing.overtime staffing.review recovery.empowerment",
}


@pytest.mark.parametrize(("area", "keys"), LEVERS.items())
def test_at_rest_every_lever_that_an_area_pulls_for_its_own_target_is_nothing(
    area: str, keys: str
) -> None:
    rested = resolve("untapped_niche_campaign", [f"{area}=at_rest"]).scenario
    for key in keys.split():
        assert attrgetter(f"{area}.{key}")(rested) == 0, key
