"""Shocks: they turn dials or launch a campaign, and turn back (MODEL s.8, T1, T3)."""

from __future__ import annotations

from math import exp
from typing import Any

import pytest

from orgsim.config.schema import without_shocks
from orgsim.entities import Account, Component
from orgsim.facts import CampaignLaunched
from orgsim.kernel.world import World
from orgsim.organisation import Organisation, reference_of
from orgsim.shocks.base import Levers
from orgsim.shocks.demand import NicheCampaign, Promotion, SeasonalPeak, Viral
from orgsim.shocks.market import CompetitorExit, PriceShock
from orgsim.shocks.supply import ProductRecall, SupplierOutage
from orgsim.shocks.workforce import AttritionWave, Pandemic
from orgsim.units import DAY, WEEK
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


# -- every shock, by the dials it turns ------------------------------------------------------------

TIMING = {"onset": "1w", "duration": "2w"}
DIALS = (
    ("market.base_leads", 1.0, "add"), ("market.imitation", 1.0, "add"),
    ("market.prospects", 0.0, "add"), ("customers.reorders", 1.0, "add"),
    ("customers.recall_questions", 0.0, "add"), ("customers.pull_forward", 0.0, "add"),
    ("sales.intent", 0.0, "add"), ("supplier.chassis.delay", 0.0, "add"),
    ("supplier.kit.delay", 0.0, "add"), ("marketing.price", 1.0, "multiply"),
    ("finance.unit_cost", 1.0, "multiply"), ("support.presence", 1.0, "multiply"),
    ("sales.presence", 1.0, "multiply"), ("logistics.capacity", 1.0, "multiply"),
)  # fmt: skip


def a_panel() -> World:
    """A world with every dial that these shocks may turn."""
    world = a_world()
    for name, base, rule in DIALS:
        world.dials.declare(name, base, rule)  # type: ignore[arg-type]
    return world


def turned(world: World) -> dict[str, float]:
    """The dials that are not at rest."""
    dials = (world.dials[name] for name in world.dials.names())
    return {dial.name: dial.value for dial in dials if dial.value != dial.base}


@pytest.mark.parametrize(
    ("shock", "expected"),
    [
        (
            Viral(kind="viral", contagion=5, tellings=5000, **TIMING),  # type: ignore[arg-type]
            {"market.imitation": 5.0},
        ),
        (
            Promotion(kind="promotion", discount=0.2, pull_forward=0.3, **TIMING),  # type: ignore[arg-type]
            {"marketing.price": 0.8, "customers.pull_forward": 0.3},
        ),
        (
            ProductRecall(
                kind="product_recall", contacts=4, returned=0.2, sold_within="8w", **TIMING
            ),  # type: ignore[arg-type]
            {"customers.recall_questions": 3.0},
        ),
        (
            CompetitorExit(kind="competitor_exit", prospects=0.15, intent=0.3, **TIMING),  # type: ignore[arg-type]
            {"market.prospects": 0.15, "market.base_leads": 1.15, "sales.intent": 0.3},
        ),
        (
            PriceShock(kind="price_shock", unit_cost=1.12, price=1.08, **TIMING),  # type: ignore[arg-type]
            {"finance.unit_cost": 1.12, "marketing.price": 1.08},
        ),
        (
            Pandemic(
                kind="pandemic", demand=0.4, absence=0.25, delay="14d", half_life="1w", **TIMING
            ),  # type: ignore[arg-type]
            {
                "market.base_leads": 1.4, "customers.reorders": 1.4, "support.presence": 0.75,
                "sales.presence": 0.75, "logistics.capacity": 0.75,
                "supplier.chassis.delay": 336.0, "supplier.kit.delay": 336.0,
            },
        ),
    ],
    ids=lambda value: getattr(value, "kind", ""),
)  # fmt: skip
def test_a_shock_turns_its_dials_for_its_time_and_all_of_them_back(
    shock: Any, expected: dict[str, float]
) -> None:
    world = a_panel()
    shock.schedule(Levers(world, nobody_launches))
    world.run(until=WEEK - 0.1)
    assert turned(world) == {}
    world.run(until=WEEK + 0.1)
    assert turned(world) == pytest.approx(expected)
    world.run(until=3 * WEEK - 0.1)
    assert turned(world) == pytest.approx(expected)
    world.run(until=20 * WEEK)  # a pandemic fades for eight half-lives more
    assert turned(world) == {}


def test_shocks_add_up_on_a_rate_and_multiply_on_a_capacity() -> None:
    world = a_panel()
    for absence, demand in ((0.25, 0.4), (0.2, 0.5)):
        timing: dict[str, Any] = {**TIMING, "delay": "1d", "half_life": "1w"}
        shock = Pandemic(kind="pandemic", demand=demand, absence=absence, **timing)
        shock.schedule(Levers(world, nobody_launches))
    world.run(until=WEEK + 1)
    assert turned(world)["customers.reorders"] == pytest.approx(1 + 0.4 + 0.5)
    assert turned(world)["support.presence"] == pytest.approx(0.75 * 0.8)


def test_a_pandemic_halves_with_every_half_life_once_its_step_is_over() -> None:
    world = a_panel()
    timing: dict[str, Any] = {**TIMING, "delay": "14d", "half_life": "1w"}
    Pandemic(kind="pandemic", demand=0.4, absence=0.25, **timing).schedule(
        Levers(world, nobody_launches)
    )
    world.run(until=4 * WEEK - 1)  # the noon of that day is half a day short of one half-life
    force = 0.5 ** (1 - 0.5 / 7)
    assert turned(world)["customers.reorders"] == pytest.approx(1 + 0.4 * force)
    assert turned(world)["support.presence"] == pytest.approx(1 - 0.25 * force)


def test_a_season_swells_and_falls_as_a_bell_and_comes_back_each_year() -> None:
    world = a_panel()
    timing: dict[str, Any] = {"onset": "1w", "duration": "4w", "period": "52w"}
    SeasonalPeak(kind="seasonal_peak", height=0.8, **timing).schedule(
        Levers(world, nobody_launches)
    )

    def demand(day: float) -> float:
        world.run(until=day * DAY)
        return turned(world).get("customers.reorders", 1.0)

    bell = [demand(7 + day + 0.5) for day in range(28)]
    assert max(bell) == pytest.approx(1.8, abs=0.01)
    assert bell == pytest.approx(bell[::-1])
    assert bell[0] == pytest.approx(1 + 0.8 * exp(-0.5 * (13.5 / 7) ** 2))
    assert demand(7 + 28.5) == 1.0
    assert demand(7 + 364 + 14) == pytest.approx(1.8, abs=0.01)


def test_a_wave_of_talk_opens_the_offer_and_is_praised_once() -> None:
    world, opened, praised = a_panel(), [], []
    timing: dict[str, Any] = TIMING
    Viral(kind="viral", contagion=5, tellings=5000, **timing).schedule(
        Levers(world, nobody_launches, opened.append, lambda n: praised.append((world.now, n)))
    )
    world.run(until=5 * WEEK)
    assert (opened, praised) == ([WEEK], [(WEEK, 5000.0)])


def test_a_recall_reaches_back_from_its_onset() -> None:
    recalled: list[tuple[float, float, float]] = []
    timing: dict[str, Any] = {**TIMING, "sold_within": "8w"}
    ProductRecall(kind="product_recall", contacts=4, returned=0.2, **timing).schedule(
        Levers(a_panel(), nobody_launches, recall=lambda *said: recalled.append(said))
    )
    assert recalled == [(WEEK, 8 * WEEK, 0.2)]


def test_a_wave_of_resignations_comes_once_and_turns_no_dial() -> None:
    world, resigned = a_panel(), []
    timing: dict[str, Any] = TIMING
    AttritionWave(kind="attrition_wave", leaving=0.2, **timing).schedule(
        Levers(world, nobody_launches, resign=lambda share: resigned.append((world.now, share)))
    )
    world.run(until=2 * WEEK)
    assert (resigned, turned(world)) == ([(WEEK, 0.2)], {})


@pytest.mark.parametrize(("share", "heads"), [(1.0, 5), (0.8, 4), (0.75, 4), (0.5, 3), (0.0, 0)])
def test_who_is_away_is_counted_in_whole_people(share: float, heads: int) -> None:
    organisation = a_firm()
    organisation.world.dials.turn("support.presence", share)
    organisation.world.run(until=10.0)
    assert organisation.support.agents.heads == heads


def test_a_longer_journey_delays_a_purchase_order_by_just_so_much() -> None:
    arrivals = []
    for delay in (0.0, 100.0):
        organisation = a_firm()
        organisation.world.dials.turn("supplier.kit.delay", delay)
        supplier = organisation.suppliers[Component.KIT]
        supplier.deliver = lambda part, units, o=organisation: arrivals.append(o.world.now)
        supplier.order(10)
        organisation.world.run(until=20 * WEEK)
    assert arrivals[1] - arrivals[0] == pytest.approx(100.0)


def test_what_a_supplier_asks_beyond_the_standard_cost_is_an_expense_at_once() -> None:
    organisation = a_firm()
    finance, before = organisation.finance, organisation.finance.balance(Account.CASH)
    organisation.world.dials.turn("finance.unit_cost", 1.12)
    finance.received(Component.KIT, 100)
    assert finance.balance(Account.CASH) - before == -100 * 900 * 112 // 100
    assert finance.balance(Account.COST_OF_GOODS) == 100 * 108


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
