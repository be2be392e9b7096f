"""Shocks: they turn dials or launch a campaign, and turn back (MODEL s.8, T1, T3)."""

from __future__ import annotations

from typing import Any

import pytest

from orgsim.config.schema import without_shocks
from orgsim.entities import Component
from orgsim.facts import CampaignLaunched
from orgsim.kernel.world import World
from orgsim.organisation import Organisation, reference_of
from orgsim.shocks.base import Levers
from orgsim.shocks.demand import NicheCampaign
from orgsim.shocks.supply import SupplierOutage
from orgsim.units import WEEK
from tests.unit.parts import a_world, firm, seen

OUTAGE: dict[str, Any] = {
    "kind": "supplier_outage",
    "onset": "1w",
    "duration": "2w",
    "component": "kit",
    "remaining": 0.25,
}


def nobody_launches(onset: float, duration: float) -> None:
    raise AssertionError("no campaign was decided")


def capacity(world: World, times: list[float]) -> list[float]:
    values = []
    for time in times:
        world.run(until=time)
        values.append(world.dials["supplier.kit.capacity"].value)
    return values


def test_an_outage_turns_the_supplier_s_capacity_down_and_back() -> None:
    world = a_world(-WEEK)
    world.dials.declare("supplier.kit.capacity", 1.0, "multiply")
    SupplierOutage(**OUTAGE).schedule(Levers(world, nobody_launches))
    times = [WEEK - 1, WEEK + 1, 3 * WEEK - 1, 3 * WEEK + 1]
    assert capacity(world, times) == [1.0, 0.25, 0.25, 1.0]


def test_outages_multiply_while_they_overlap() -> None:
    world = a_world()
    world.dials.declare("supplier.kit.capacity", 1.0, "multiply")
    for onset in ("1w", "2w"):
        SupplierOutage(**{**OUTAGE, "onset": onset, "remaining": 0.5}).schedule(
            Levers(world, nobody_launches)
        )
    times = [1.5 * WEEK, 2.5 * WEEK, 3.5 * WEEK, 4.5 * WEEK]
    assert capacity(world, times) == [0.5, 0.25, 0.5, 1.0]


def test_a_niche_campaign_is_launched_as_decided() -> None:
    decided: list[tuple[float, float]] = []
    shock = NicheCampaign(kind="niche_campaign", onset="8w", duration="6w")  # type: ignore[arg-type]
    shock.schedule(Levers(a_world(), lambda *plan: decided.append(plan)))
    assert decided == [(8 * WEEK, 6 * WEEK)]


@pytest.mark.parametrize("value", [-0.1, 1.5])
def test_an_outage_leaves_a_share_of_capacity(value: float) -> None:
    with pytest.raises(ValueError, match="remaining"):
        SupplierOutage(**{**OUTAGE, "remaining": value})


def a_firm(*overrides: str) -> Organisation:
    small = ("customers.count=0", "run.weeks=3", "run.warmup=1w", "market.base_leads=0")
    return Organisation(firm(*small, *overrides), 0)


def test_an_outage_reaches_the_supplier_it_names_and_no_other() -> None:
    strike = "{kind: supplier_outage, onset: 1w, duration: 1w, component: kit, remaining: 0}"
    shock = f"shocks={{strike: {strike}}}"
    organisation = a_firm(shock)
    organisation.world.run(until=1.5 * WEEK)
    dials = organisation.world.dials
    assert dials["supplier.kit.capacity"].value == 0.0
    assert dials["supplier.chassis.capacity"].value == 1.0
    organisation.suppliers[Component.KIT].order(10)
    organisation.suppliers[Component.CHASSIS].order(10)


def test_a_campaign_is_launched_with_its_own_intensity() -> None:
    shock = "shocks={launch: {kind: niche_campaign, onset: 1w, duration: 1w}}"
    organisation = a_firm(shock, "campaign.intensity=0.5", "campaign.duration=1w")
    organisation.world.run(until=2 * WEEK)
    launched = seen(organisation.world, CampaignLaunched)
    assert launched["time"].tolist() == [WEEK]
    assert launched["spend_per_day"].tolist() == [pytest.approx(150_000 / 7)]


def test_the_reference_is_the_same_firm_with_nothing_happening_and_nobody_coordinating() -> None:
    shock = "shocks={launch: {kind: niche_campaign, onset: 8w, duration: 6w}}"
    scenario = firm(shock, "organisation=coordinated", "logistics.kit.opening_stock=777")
    reference = reference_of(scenario)
    assert reference == without_shocks(scenario)
    assert reference.shocks == {}
    design = reference.organisation.coordination
    assert (design.briefing.hours_per_agent, design.overhead_per_week) == (0.0, 0.0)
    assert reference.logistics.kit.opening_stock == 777  # the user's own override stays
    assert reference.organisation.handoff == scenario.organisation.handoff
