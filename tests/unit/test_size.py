"""What a run would bring, told before it begins, beside what it brings."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from orgsim.config.compose import resolve
from orgsim.config.size import MOST_EVENTS, expected_events
from orgsim.errors import ConfigError
from orgsim.facts import ContactMade, LeadCreated, OrderPlaced
from orgsim.organisation import simulate

SMALL = ("customers.count=3000", "market.base_leads=60/d", "run.warmup=0h", "run.weeks=10")
BUSY = (
    "customers.contact.general=0.1/d",
    "+sources.x={kind: poisson, rate: 200/d, to: orders, segment: base}",
)
LATE = ("logistics.capacity_per_day=10", "customers.cancellation.hazard=0/d")


@pytest.mark.parametrize(
    ("name", "overrides"),
    [
        ("baseline", ()),
        ("baseline", BUSY),
        ("baseline", LATE),
        ("untapped_niche_campaign", ("shocks.niche_campaign.onset=1w",)),
    ],
    ids=["usual", "busy", "late", "campaign"],
)
def test_what_is_expected_is_what_comes_within_a_factor_of_a_few(
    name: str, overrides: Sequence[str]
) -> None:
    scenario = resolve(name, [*SMALL, *overrides]).scenario
    expected = expected_events(scenario)
    journal = simulate(scenario, 0)
    found = {
        "leads": journal.count(LeadCreated),
        "orders": journal.count(OrderPlaced),
        "contacts": journal.count(ContactMade),
    }
    ratios = {what: expected[what] / number for what, number in found.items()}
    assert all(1 / 4 < ratio < 4 for ratio in ratios.values()), ratios


@pytest.mark.parametrize(
    ("override", "driver"),
    [
        ("market.base_leads=200000/d", "market.base_leads"),
        ("market.niche_size=1e9", "market.niche_size"),
        ("customers.count=5000000", "customers.count"),
        ("+sources.x={kind: poisson, rate: 1e6/d, to: contacts, segment: base}", "sources.x"),
        ("run.weeks=500; customers.contact.general=9/d; customers.count=30000", "run.weeks"),
        ("customers.contact.general=9/d; customers.count=2000000", "customers.count"),
        ("run.weeks=300; customers.count=2000000; market.base_leads=9000/d", ""),  # each too much
        ("market.imitation=1e6/d", "market.imitation"),
        ("campaign.reach=1e8/d", "campaign.reach"),
    ],
)
def test_the_key_that_drives_a_run_out_of_reach_is_named(override: str, driver: str) -> None:
    with pytest.raises(ConfigError) as refused:
        resolve("untapped_niche_campaign", [SMALL[0], *override.split("; ")])
    assert [problem.key for problem in refused.value.problems] == [driver]


def test_what_is_dear_is_within_reach() -> None:
    assert resolve("untapped_niche_campaign", ["finance.chassis_cost=1M"]).changed


def test_a_part_that_is_absent_brings_nothing() -> None:
    alone = ("organisation.parts=[support]", "customers.count=5000000")
    expected = expected_events(resolve("untapped_niche_campaign", alone).scenario)
    assert sum(expected.values()) < MOST_EVENTS / 1000
