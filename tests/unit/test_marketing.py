"""Campaigns: carry-over, response, claims and the plan told to others (MODEL M1.2, M1.5)."""

from __future__ import annotations

import numpy as np
import pytest

from orgsim.config.compose import resolve
from orgsim.departments.campaign import Advertising, LaunchPlan, next_adstock
from orgsim.departments.marketing import Marketing, promised_days
from orgsim.entities import Account, Attribute, Floats, Segment
from orgsim.facts import (
    AmountPosted,
    CampaignLaunched,
    LeadCreated,
    LeadWon,
    MessageReceived,
    MessageSent,
)
from orgsim.governance.information import ChannelConfig, Information
from orgsim.kernel.world import World
from orgsim.organisation import Organisation, reference_of, simulate
from orgsim.units import DAY, WEEK
from tests.unit.parts import Z, a_channel, a_world, but, firm, seen

TOLD = firm(
    "customers.count=0", "organisation.channels.plan_to_logistics.active=true",
    "organisation.channels.plan_to_logistics.fidelity=1",
    "organisation.channels.plan_to_logistics.delay=0h",
)  # fmt: skip
PLAN = LaunchPlan(onset=7 * WEEK, duration=6 * WEEK, intensity=1.0)


def a_marketing(
    world: World, channels: dict[str, ChannelConfig] | None = None, **campaign: object
) -> tuple[Marketing, Information]:
    information = Information(world, channels or {})
    scenario = firm()
    plan = but(scenario.marketing, plan__bias=0.0, plan__cv=0.0)
    marketing = Marketing(world, plan, but(scenario.campaign, **campaign), information)
    return marketing, information


def test_rc24_adstock_follows_its_published_path() -> None:
    adstock, path = 0.0, {}
    for day in range(1, 53):
        adstock = next_adstock(adstock, 1.0 if day <= 42 else 0.0, 10.0)
        path[day] = adstock
    assert path[7] == pytest.approx(0.38443, abs=5e-6)
    assert path[14] == pytest.approx(0.62107, abs=5e-6)
    assert path[42] == pytest.approx(0.94559, abs=5e-6)
    assert path[52] == pytest.approx(0.47280, abs=5e-6)
    # The tail of a halving every ten days: rho / (1 - rho) days of the last pressure.
    rho = 0.5**0.1
    assert path[42] * rho / (1 - rho) == pytest.approx(13.17, abs=5e-3)


def test_adstock_has_no_carry_over_when_the_half_life_is_zero() -> None:
    assert next_adstock(5.0, 2.0, 0.0) == 2.0


def test_constant_spend_is_its_own_adstock() -> None:
    assert next_adstock(3.0, 3.0, 10.0) == pytest.approx(3.0)


def test_a_campaign_spends_its_budget_and_its_pressure_halves_every_half_life_after_it() -> None:
    world = a_world()
    marketing, _ = a_marketing(world)
    spent: list[int] = []
    marketing.post = lambda debit, credit, cents: spent.append(cents)
    marketing.launch(PLAN)
    assert marketing.pressure() == 0.0
    assert not marketing.is_niche_open
    world.run(until=13 * WEEK)
    assert marketing.is_niche_open
    assert sum(spent) == pytest.approx(300_000_00, abs=42)
    assert seen(world, CampaignLaunched)["time"].tolist() == [PLAN.onset]
    # H = A / (A + K) with K the daily spend: after 42 days A/K = 0.94559 (RC-24).
    assert marketing.pressure() == pytest.approx(0.94559 / 1.94559, abs=5e-6)
    world.run(until=13 * WEEK + 10 * DAY)
    assert marketing.pressure() == pytest.approx(0.47280 / 1.47280, abs=5e-6)


def test_intensity_scales_the_spend_and_never_the_response_curve() -> None:
    world = a_world()
    marketing, _ = a_marketing(world)
    marketing.launch(LaunchPlan(onset=0.0, duration=6 * WEEK, intensity=2.0))
    world.run(until=6 * WEEK)
    doubled = 2 * 0.94559
    assert marketing.pressure() == pytest.approx(doubled / (doubled + 1), abs=5e-6)


def test_no_intensity_means_no_pressure_and_no_spend() -> None:
    world = a_world()
    marketing, _ = a_marketing(world)
    spent: list[int] = []
    marketing.post = lambda debit, credit, cents: spent.append(cents)
    marketing.launch(LaunchPlan(onset=0.0, duration=6 * WEEK, intensity=0.0))
    world.run(until=2 * WEEK)
    assert (marketing.pressure(), spent) == (0.0, [])


def test_a_campaign_of_intensity_0_is_no_campaign_at_all() -> None:
    """The zero end of a sweep of intensities is the reference (MODEL T3)."""
    small = (
        "run.weeks=3", "run.warmup=1w", "customers.count=300", "shocks.niche_campaign.onset=1w",
        "organisation.coordination.overhead_per_week=0",
    )  # fmt: skip
    none = resolve("untapped_niche_told_logistics", [*small, "campaign.intensity=0"]).scenario
    journals = [simulate(scenario, 0) for scenario in (none, reference_of(none))]
    assert len({journal.columns(MessageSent)["time"].size for journal in journals}) == 1
    for kind in (LeadCreated, LeadWon, AmountPosted, CampaignLaunched):
        columns = [journal.columns(kind) for journal in journals]
        for name, column in columns[0].items():
            assert np.array_equal(column, columns[1][name]), (kind, name)


def test_a_steeper_response_follows_the_hill_curve() -> None:
    world = a_world()
    marketing, _ = a_marketing(world, hill_exponent=2.0)
    marketing.launch(LaunchPlan(onset=0.0, duration=6 * WEEK, intensity=1.0))
    world.run(until=WEEK)
    assert marketing.pressure() == pytest.approx(0.38443**2 / (0.38443**2 + 1), abs=1e-5)


def pressure_after_six_weeks(intensity: float, **campaign: object) -> float:
    world = a_world()
    marketing, _ = a_marketing(world, **campaign)
    marketing.launch(LaunchPlan(onset=0.0, duration=6 * WEEK, intensity=intensity))
    world.run(until=6 * WEEK)
    return marketing.pressure()


def test_far_below_saturation_twice_the_spend_brings_twice_the_answers() -> None:
    """Where the half-saturation K is endless beside the spend; at K itself far less."""
    few, twice = (pressure_after_six_weeks(spend) for spend in (1e-7, 2e-7))
    assert twice / few == pytest.approx(2.0, abs=1e-6)
    assert pressure_after_six_weeks(2.0) < 1.4 * pressure_after_six_weeks(1.0)


@pytest.mark.parametrize("s", [1.0, 1.5])
def test_the_elasticity_to_spend_is_that_of_the_hill_curve(s: float) -> None:
    """d ln H / d ln A = s K^s / (A^s + K^s) (MODEL M1.2), here at A = .94559 K (RC-24)."""
    step = 1e-4
    less, more = (pressure_after_six_weeks(1 + by, hill_exponent=s) for by in (-step, step))
    found = np.log(more / less) / np.log((1 + step) / (1 - step))
    assert found == pytest.approx(s / ((1 - 0.5**4.2) ** s + 1), abs=1e-6)


def test_a_year_s_leads_answer_to_the_campaign_s_spend_as_weakly_as_in_the_field() -> None:
    """.09 to .12 to two digits (MODEL M1.2), by the planner's view, depletion included.

    The year's leads are those and 250 a day; of the weeks it runs in alone it is three times that.
    """

    def leads(intensity: float) -> float:
        organisation = Organisation(firm("customers.count=0"), 0)
        plan = LaunchPlan(onset=0.0, duration=6 * WEEK, intensity=intensity)
        advertising = Advertising(firm().campaign)
        answers = DAY * advertising.answers * advertising.forecast(plan)
        return float(organisation.market.expected_leads(answers).sum())

    usual = firm().market.base_leads * 364 * DAY
    elasticity = (leads(1.01) - leads(1.0)) / 0.01 / (usual + leads(1.0))
    assert 0.085 < elasticity < 0.125


def test_leads_lose_quality_with_pressure_and_only_with_it() -> None:
    world = a_world()
    marketing, _ = a_marketing(world)
    assert marketing.quality() == 1.0
    marketing.launch(LaunchPlan(onset=0.0, duration=6 * WEEK, intensity=1.0))
    world.run(until=6 * WEEK)
    assert marketing.quality() == pytest.approx(1 - 0.25 * 0.94559 / 1.94559, abs=5e-6)


def test_where_pressure_costs_no_quality_a_lead_is_a_lead_however_many_come() -> None:
    world = a_world()
    robust = but(firm().marketing, quality_loss=0.0)
    marketing = Marketing(world, robust, firm().campaign, Information(world, {}))
    marketing.launch(LaunchPlan(onset=0.0, duration=6 * WEEK, intensity=9.0))
    world.run(until=6 * WEEK)
    assert marketing.pressure() > 0.8
    assert marketing.quality() == 1.0


def test_a_claim_lifts_each_attribute_by_its_share_of_the_headline() -> None:
    marketing, _ = a_marketing(a_world())
    half = marketing.promise(Segment.NICHE, 0.5).levels
    # C + .5 (1 - C) hdl: speed .857 -> .929, fit .8 + .5 x .2 x .8, price untouched.
    assert half[Attribute.PRICE] == 0.70
    assert half[Attribute.SPEED] == pytest.approx(1 - 1 / 14)
    assert half[Attribute.RELIABILITY] == pytest.approx(0.975)
    assert half[Attribute.FIT] == pytest.approx(0.88)
    assert half[Attribute.KNOWLEDGE] == pytest.approx(0.925)


def test_a_promise_never_exceeds_the_full_headline() -> None:
    marketing, _ = a_marketing(a_world())
    full, beyond = (marketing.promise(Segment.NICHE, phi) for phi in (1.0, 1.8))
    assert full.levels.tolist() == beyond.levels.tolist()
    assert beyond.inflation == 1.0
    assert full.levels[Attribute.SPEED] == 1.0


def test_an_honest_claim_promises_what_marketing_believes_the_company_can_do() -> None:
    marketing, _ = a_marketing(a_world(), claim=0.0)
    capability = firm().marketing.capability.vector()
    assert marketing.claimed(Segment.NICHE).tolist() == capability.tolist()
    assert marketing.claimed(Segment.BASE).tolist() == capability.tolist()


@pytest.mark.parametrize(
    ("speed", "days"), [(1.0, 1), (1 - 1 / 14, 2), (0.857142857142857, 3), (0.85, 4), (0.0, 15)]
)
def test_a_claimed_speed_is_promised_in_whole_days_rounded_up(speed: float, days: int) -> None:
    assert promised_days(speed) == days


def test_the_plan_reaches_a_listener_as_early_as_its_channel_says() -> None:
    world = a_world()
    marketing, information = a_marketing(world, {"plan": a_channel("campaign_plan")})
    marketing.expected_leads = lambda answers: answers
    marketing.launch(PLAN)
    world.run(until=8 * WEEK)
    assert seen(world, MessageReceived)["time"].tolist() == [PLAN.onset - 6 * WEEK]
    belief = information.belief("logistics", "campaign_plan")
    assert belief is not None
    assert belief.dates == {"onset": PLAN.onset}


def test_the_plan_counts_the_orders_that_the_response_curve_brings() -> None:
    world = a_world()
    marketing, information = a_marketing(world, {"plan": a_channel("campaign_plan")})
    marketing.expected_leads = lambda answers: answers
    marketing.launch(PLAN)
    world.run(until=2 * WEEK)
    belief = information.belief("logistics", "campaign_plan")
    assert belief is not None
    expected, adstock = np.zeros(14), 0.0
    for day in range(14):
        adstock = next_adstock(adstock, 1.0, 10.0)
        pressure = adstock / (adstock + 1)
        expected[day] = 200_000 * 0.015 * pressure * (1 - 0.25 * pressure) * 0.085
    told = belief.content["orders_per_week"]
    assert told[:2] == pytest.approx(expected.reshape(2, 7).sum(axis=1))
    assert told[-1] < 0.1 * told.max()  # it ends where the pressure has faded


def test_bias_and_error_act_once_on_the_whole_plan() -> None:
    def told(bias: float, cv: float) -> Floats:
        world = a_world()
        information = Information(world, {"plan": a_channel("campaign_plan")})
        config = but(firm().marketing, plan__bias=bias, plan__cv=cv)
        marketing = Marketing(world, config, firm().campaign, information)
        marketing.expected_leads = lambda answers: answers
        marketing.launch(PLAN)
        world.run(until=2 * WEEK)
        belief = information.belief("logistics", "campaign_plan")
        assert belief is not None
        return belief.content["orders_per_week"]

    honest = told(0.0, 0.0)
    assert told(0.2, 0.0) == pytest.approx(1.2 * honest)
    wrong = told(0.0, 0.35) / honest
    assert np.ptp(wrong) < 1e-12  # one error for the plan, not one per week
    assert wrong[0] != pytest.approx(1.0, abs=1e-6)


def test_the_error_of_the_plan_is_right_on_average_and_has_the_stated_spread() -> None:
    def told(replication: int, cv: float) -> float:
        world = a_world(replication=replication)
        information = Information(world, {"plan": a_channel("campaign_plan")})
        config = but(firm().marketing, plan__bias=0.0, plan__cv=cv)
        marketing = Marketing(world, config, but(firm().campaign, duration=WEEK), information)
        marketing.expected_leads = lambda answers: answers
        marketing.launch(LaunchPlan(6 * WEEK, WEEK, 1.0))
        world.run(until=DAY)
        belief = information.belief("logistics", "campaign_plan")
        assert belief is not None
        return float(belief.content["orders_per_week"].sum())

    n, sigma = 400, np.sqrt(np.log1p(0.35**2))
    logs = np.log([told(replication, 0.35) / told(0, 0.0) for replication in range(n)])
    # A lognormal error of mean 1 has a log of mean -sigma^2 / 2 and deviation sigma, with standard
    # errors sigma / sqrt(n) and sigma / sqrt(2 n).
    assert logs.mean() == pytest.approx(-(sigma**2) / 2, abs=Z * sigma / np.sqrt(n))
    assert logs.std(ddof=1) == pytest.approx(sigma, abs=Z * sigma / np.sqrt(2 * n))


AGAIN = LaunchPlan(onset=PLAN.onset + 4.5 * WEEK, duration=2 * WEEK, intensity=1.0)


def told_of(*plans: LaunchPlan, until: float = 0.0) -> tuple[float, Floats]:
    """Onset and orders a week of the last plan that logistics heard of."""
    world = a_world()
    marketing, information = a_marketing(
        world, {"plan": a_channel("campaign_plan", notice=WEEK)}, duration=6 * WEEK
    )
    marketing.expected_leads = lambda answers: answers
    for plan in plans:
        marketing.launch(plan)
    world.run(until=until or plans[-1].onset)
    belief = information.belief("logistics", "campaign_plan")
    assert belief is not None
    return belief.dates["onset"], belief.content["orders_per_week"]


def test_a_second_campaign_s_plan_adds_to_the_first_and_does_not_erase_it() -> None:
    onset, alone = told_of(PLAN)
    first, both = told_of(PLAN, AGAIN)
    assert first == onset == PLAN.onset
    assert both[:4] == pytest.approx(alone[:4])  # until the second begins
    assert (both[5:8] > alone[5:8]).all()
    assert both.size > alone.size
    later, apart = told_of(AGAIN)
    assert later == AGAIN.onset
    # Together they press harder, but with diminishing returns.
    assert max(alone.sum(), apart.sum()) < both.sum() < alone.sum() + apart.sum()


def test_until_it_is_told_itself_a_second_campaign_is_in_nobody_s_plan() -> None:
    _, before = told_of(PLAN, AGAIN, until=AGAIN.onset - WEEK - 1)
    assert before.tolist() == told_of(PLAN)[1].tolist()


def test_a_campaign_long_after_another_is_planned_as_if_it_were_alone() -> None:
    late = LaunchPlan(onset=PLAN.onset + 50 * WEEK, duration=2 * WEEK, intensity=1.0)
    onset, both = told_of(PLAN, late)
    assert onset == PLAN.onset
    assert both[50:] == pytest.approx(told_of(late)[1], rel=1e-6)
    assert both[20:50].max() < 1e-3 * both.max()


def test_the_plan_ahead_counts_on_the_prospects_that_are_left() -> None:
    def told(left: float) -> Floats:
        organisation = Organisation(TOLD, 0)
        market, world = organisation.market, organisation.world
        market.untapped = left
        organisation.marketing.launch(LaunchPlan(world.now + WEEK, WEEK, 1.0))
        world.run(until=world.now + 1.0)
        belief = organisation.information.belief("logistics", "campaign_plan")
        assert belief is not None
        return belief.content["orders_per_week"]

    size = TOLD.market.niche_size
    assert told(size / 3) == pytest.approx(told(size) / 3)


def test_whoever_has_no_open_channel_is_told_nothing() -> None:
    world = a_world()
    closed = a_channel("campaign_plan", active=False)
    marketing, information = a_marketing(world, {"plan": closed})
    marketing.launch(PLAN)
    world.run(until=14 * WEEK)
    assert information.belief("logistics", "campaign_plan") is None
    assert seen(world, MessageReceived)["time"].size == 0


def test_leads_are_paid_for_one_by_one() -> None:
    marketing, _ = a_marketing(a_world())
    posted: list[tuple[Account, Account, int]] = []
    marketing.post = lambda *entry: posted.append(entry)
    marketing.charge_leads(250)
    assert posted == [(Account.LEAD_COST, Account.CASH, 250 * 7 * 100)]
