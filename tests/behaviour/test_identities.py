"""What cannot matter does not matter, to the last bit (DESIGN s.5, MODEL T5)."""

import pytest

from tests.behaviour.replicated import differences, work_of

SHORT = ("run.weeks=4", "run.warmup=2w", "customers.usual.weeks=20")

IRRELEVANT = (
    "campaign.budget=1M",
    "campaign.claim=1",
    "market.niche_size=1000",
    "market.imitation=3/y",
    "sales.niche.claim_effect=0.9",
    "sales.commission=50%",
    "supplier.kit.transit.mean=60d",
    "logistics.kit.policy.safety=9",
    "support.knowledge.uninformed=0.9",
    "support.unfamiliar_effort=3",
    "organisation.channels.plan_to_logistics.active=true",
    "organisation.handoff.order_fields=1",
    "organisation.handoff.desktop_fields=1",
    "organisation.coordination.overhead_per_week=9000",
    "organisation.coordination.briefing.hours_per_agent=6h",
    "finance.fixed_cost=9M",
    "run.replications=99",
    "run.workers=7",
    "+shocks.kits={kind: supplier_outage, onset: 1w, duration: 2w, component: kit, remaining: 0}",
)


@pytest.fixture(scope="module")
def calm():
    return work_of("baseline", *SHORT)


@pytest.mark.parametrize("lever", IRRELEVANT)
def test_a_lever_that_cannot_matter_changes_no_fact_of_the_work(calm, lever):
    assert differences(calm, work_of("baseline", *SHORT, lever)) == []


def test_the_same_scenario_twice_gives_the_same_facts(calm):
    assert differences(calm, work_of("baseline", *SHORT)) == []


@pytest.mark.parametrize(
    "lever", ["run.seed=2", "support.resolution=0.74", "market.base_leads=251/d"]
)
def test_a_lever_that_matters_is_seen(calm, lever):
    assert differences(calm, work_of("baseline", *SHORT, lever)) != []


UNCOUPLED = (
    *SHORT,
    "shocks.niche_campaign.onset=1w",
    "logistics.chassis.share_of_niche_plan=0",
    "logistics.kit.share_of_niche_plan=0",
    "support.unfamiliar_effort=0",
    "support.unfamiliar_loss=0",
    "support.contained_share=0",
    "organisation.coordination.briefing.hours_per_agent=0h",
    "organisation.handoff.order_fields=1",
    "organisation.handoff.desktop_fields=1",
    "organisation.single_view=0.3",
    "organisation.channels.plan_to_support.active=false",
)


def test_telling_and_not_telling_are_the_same_when_nothing_couples_the_areas():
    silo = work_of("untapped_niche_campaign", *UNCOUPLED)
    told = work_of("untapped_niche_coordinated", *UNCOUPLED)
    assert differences(silo, told) == []


def test_before_the_launch_a_campaign_nobody_was_told_of_changes_nothing(calm):
    onset = 2 * 168.0
    silo = work_of("untapped_niche_campaign", *SHORT, "shocks.niche_campaign.onset=2w")
    for kind, columns in calm.items():
        before = columns["time"] < onset
        others = silo[kind]["time"] < onset
        for name, column in columns.items():
            assert column[before].tobytes() == silo[kind][name][others].tobytes(), (kind, name)
