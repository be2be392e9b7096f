"""The channels through which a silo does harm can be closed by configuration (MODEL s.0.1, T5).

Closed one by one they show what each carries; with all closed it makes no difference who is told,
and with base and niche apart nothing that happens in the niche reaches a base customer.
"""

from __future__ import annotations

import numpy as np
import pytest

from orgsim.entities import Segment
from tests.behaviour.replicated import differences, replicated, work_of

SHORT = (
    "run.weeks=7", "run.warmup=2w", "customers.usual.weeks=20", "logistics.kit.opening_stock=100",
    "logistics.chassis.opening_stock=3000",
    "shocks.niche_campaign={kind: niche_campaign, onset: 1w, duration: 3w}",
    "campaign.intensity=2",
)  # fmt: skip
CLOSED = {
    "shared parts": ("logistics.is_chassis_shared=false",),
    "picking": ("logistics.are_benches_shared=false",),
    "agents": ("support.are_agents_shared=false", "support.knowledge.uninformed=1"),
    "lost order fields": (
        "organisation.handoff.order_fields=1", "organisation.handoff.desktop_fields=1",
    ),
    "blind forecast": (
        "organisation.channels.plan_to_logistics.active=true",
        "organisation.channels.plan_to_logistics.fidelity=1",
        "marketing.plan={bias: 0, cv: 0, expected_bookings: 8.5%}",
    ),
    "inflated expectations with talk": (
        "campaign.claim=0", "marketing.incentives.claim_pressure=0",
        "sales.incentives.weight_bookings=0", "customers.talk.share=0",
    ),
}  # fmt: skip
APART = (
    *CLOSED["shared parts"], *CLOSED["picking"], "support.are_agents_shared=false",
    "sales.are_reps_shared=false", "market.spillover=0",
    "logistics.returns.places=100000",
    # What reps are behind by, and who is tempted to switch, would tell base customers of the niche.
    "sales.incentives.pressure=0", "sales.quota={discount: 0, push: 0, sandbag: 0}",
    "customers.cannibalisation.switching=0",
)  # fmt: skip
UNTOLD_AND_TOLD = ("untapped_niche_campaign", "untapped_niche_coordinated")
SAME_VIEW = (
    "organisation.single_view=0.3", "organisation.channels.plan_to_support.active=false",
    "organisation.coordination.briefing.hours_per_agent=0h",
)  # fmt: skip


def base_only(work: dict[str, dict[str, np.ndarray]]) -> dict[str, dict[str, np.ndarray]]:
    """What happened to base customers and prospects."""
    kept = {}
    for kind, columns in work.items():
        if "segment" in columns:
            mine = columns["segment"] == Segment.BASE
            if mine.any():
                kept[kind] = {name: column[mine] for name, column in columns.items()}
    return kept


@pytest.fixture(scope="module")
def niche():
    return work_of("untapped_niche_campaign", *SHORT)


def test_with_all_six_closed_it_makes_no_difference_who_is_told():
    closed = (*SHORT, *SAME_VIEW, *(one for keys in CLOSED.values() for one in keys))
    untold, told = (work_of(name, *closed) for name in UNTOLD_AND_TOLD)
    assert differences(untold, told) == []


@pytest.mark.long
@pytest.mark.parametrize("channel", CLOSED)
def test_each_channel_by_itself_carries_something(niche, channel):
    assert differences(niche, work_of("untapped_niche_campaign", *SHORT, *CLOSED[channel])) != []


CRISIS = slice(1, 6)
HARM = {
    "shared parts": ("line_fill", "base", +1),
    "picking": ("otif", "base", +1),
    "agents": ("abandonment", "base", -1),
    "lost order fields": ("otif", "niche", +1),
    "blind forecast": ("line_fill", "niche", +1),
    "inflated expectations with talk": ("satisfaction", "niche", +1),
}
"""What each channel harms (KPI, whose) and which way is better."""


@pytest.mark.long
@pytest.mark.parametrize("channel", HARM)
def test_a_channel_that_is_closed_spares_customers_what_it_carried(channel):
    """Same customers, same luck; means of the weeks of the crisis, by the measure it harms."""
    kpi, segment, better = HARM[channel]
    shut, through = (
        replicated("untapped_niche_campaign", 1, *SHORT, *keys).course(kpi, segment)[0, CRISIS]
        for keys in (CLOSED[channel], ())
    )
    assert better * (shut.mean() - through.mean()) > 0.0


@pytest.mark.parametrize("channel", ["lost order fields", "blind forecast"])
def test_a_channel_left_open_makes_a_difference_to_who_is_told(channel):
    """Those that the coordinated design itself changes; the others treat both designs alike.

    Where nothing special is promised no field can be lost: the claims stay.
    """
    open_ones = (channel, "inflated expectations with talk")
    closed = [one for name, keys in CLOSED.items() if name not in open_ones for one in keys]
    untold, told = (work_of(name, *SHORT, *SAME_VIEW, *closed) for name in UNTOLD_AND_TOLD)
    assert differences(untold, told) != []


def test_where_base_and_niche_share_nothing_no_base_customer_feels_the_campaign():
    """The exact decoupling of M3.1: the base's facts are those without a campaign, to the bit."""
    campaign = work_of("untapped_niche_campaign", *SHORT, *APART)
    calm = work_of("baseline", *SHORT[:5], *APART)
    assert differences(base_only(calm), base_only(campaign)) == []
    assert campaign["OrderPlaced"]["time"].size > calm["OrderPlaced"]["time"].size + 500


@pytest.mark.long
@pytest.mark.parametrize("shared", APART[:4])
def test_whatever_base_and_niche_still_share_a_base_customer_feels(shared):
    apart = [one for one in APART if one != shared]
    calm = work_of("baseline", *SHORT[:5], *apart)
    campaign = work_of("untapped_niche_campaign", *SHORT, *apart)
    assert differences(base_only(calm), base_only(campaign)) != []
