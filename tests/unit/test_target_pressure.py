"""Target pressure, and what marketing believes: lying is not ignorance (MODEL M1.5, O1)."""

from __future__ import annotations

from math import exp

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgsim.departments.campaign import LaunchPlan
from orgsim.departments.delivered import Delivered
from orgsim.departments.marketing import Marketing
from orgsim.departments.target_pressure import (
    QUARTER,
    MarketingIncentives,
    TargetPressure,
    claim_under,
    spend_under,
)
from orgsim.entities import Lever, Segment
from orgsim.facts import LeverMoved, MessageSent
from orgsim.governance.information import Information
from orgsim.kernel.world import Rank, World
from orgsim.organisation import Organisation
from orgsim.units import DAY, WEEK
from tests.unit.parts import a_channel, a_world, but, firm, seen

CALM = but(
    firm().marketing.incentives,
    weight_leads=1.0, weight_experience=0.0, spend_pressure=0.0, claim_pressure=0.0, cap=1.0,
    line_of_sight=0.6, truth=1.0,
)  # fmt: skip
PRESSED = but(CALM, spend_pressure=0.8, claim_pressure=1.0)


@given(claim=st.floats(0.0, 1.0), gap=st.floats(-50.0, 1.0))
def test_without_pressure_the_campaign_s_own_claim_and_budget_stand_to_the_bit(
    claim: float, gap: float
) -> None:
    assert claim_under(claim, gap, CALM) == claim
    assert spend_under(gap, CALM) == 1.0


def test_a_gap_of_a_fifth_adds_a_fifth_to_the_claim_and_a_sixth_to_the_spend() -> None:
    assert claim_under(0.5, 0.2, PRESSED) == pytest.approx(0.6)
    assert spend_under(0.2, PRESSED) == pytest.approx(exp(0.16))


def test_the_shared_goal_takes_back_its_weight_as_far_as_marketing_sees_its_part() -> None:
    """phi_m = .5 x .8 (1 + .25) - 1 x .5 x .6."""
    paid_for_both = but(PRESSED, weight_leads=0.8, weight_experience=0.5)
    assert claim_under(0.5, 0.25, paid_for_both) == pytest.approx(0.5 - 0.3, abs=1e-12)
    assert spend_under(0.25, paid_for_both) == pytest.approx(exp(0.8 * 0.8 * 0.25), abs=1e-12)


def test_spend_moves_within_half_and_double_and_the_claim_within_zero_and_the_cap() -> None:
    strong = but(PRESSED, spend_pressure=50.0, claim_pressure=50.0, cap=0.7)
    assert (spend_under(1.0, strong), spend_under(-1000.0, strong)) == (2.0, 0.5)
    assert claim_under(0.5, 1.0, strong) == 0.7
    assert claim_under(0.5, 0.0, but(strong, weight_experience=1.0, truth=9.0)) == 0.0


def test_being_ahead_takes_nothing_from_the_claim() -> None:
    assert claim_under(0.5, -3.0, PRESSED) == 0.5


@given(gap=st.floats(-1.0, 0.9), more=st.floats(0.0, 0.5), shared=st.floats(0.0, 0.4))
def test_claims_rise_with_the_gap_and_fall_with_the_shared_goal(
    gap: float, more: float, shared: float
) -> None:
    def claim(g: float, weight: float) -> float:
        return claim_under(0.4, g, but(PRESSED, weight_experience=weight))

    assert claim(gap + more, shared) >= claim(gap, shared)
    assert claim(gap, shared + more) <= claim(gap, shared)


def a_gauge(world: World, pay: MarketingIncentives = PRESSED, a_day: int = 250) -> TargetPressure:
    """Marketing that gets so many leads a day, with a target of 312.5."""
    pressed = TargetPressure(world, pay, 0.5, 312.5)
    world.every(DAY, lambda: pressed.count(a_day), first=world.now, rank=Rank.DAILY)
    return pressed


def test_the_gap_is_that_of_the_quarter_so_far_and_nothing_in_its_first_week() -> None:
    world = a_world()
    pressed = a_gauge(world)
    world.run(until=6.5 * DAY)
    assert pressed.gap() == 0.0
    world.run(until=5 * WEEK + 1)
    assert pressed.gap() == pytest.approx(0.2)
    world.run(until=QUARTER + 3 * DAY)
    assert pressed.gap() == 0.0
    pressed.count(91 * 400)
    world.run(until=QUARTER + 13 * WEEK - 1)
    assert pressed.gap() == pytest.approx(1 - (250 + 400) / 312.5)


def test_each_monday_both_levers_move_and_what_moved_is_recorded() -> None:
    world = a_world()
    pressed = a_gauge(world)
    world.run(until=3 * WEEK + 7)
    assert (pressed.spend, pressed.claim) == (pytest.approx(exp(0.16)), pytest.approx(0.6))
    moved = seen(world, LeverMoved)
    assert moved["time"][:2].tolist() == [WEEK + 6, WEEK + 6]
    assert moved["lever"][:2].tolist() == [Lever.SPEND, Lever.CLAIM]
    assert moved["value"][:2] == pytest.approx([exp(0.16), 0.6])


@pytest.mark.parametrize("target", [0.0, 312.5])
def test_without_a_target_or_without_pressure_no_lever_moves(target: float) -> None:
    world = a_world()
    pay = PRESSED if target == 0.0 else CALM
    pressed = TargetPressure(world, pay, 0.5, target)
    world.run(until=10 * WEEK)
    assert (pressed.spend, pressed.claim) == (1.0, 0.5)
    assert seen(world, LeverMoved)["time"].size == 0


def a_marketing(world: World, told: bool = False, **pay: object) -> tuple[Marketing, Information]:
    channel = a_channel("capability", sender="logistics", receiver="marketing", notice=0.0)
    information = Information(world, {"delivered": channel} if told else {})
    incentives = but(CALM, **pay)
    config = but(firm().marketing, incentives=incentives)
    return Marketing(world, config, firm().campaign, information, 312.5), information


def spent(**pay: object) -> float:
    world = a_world()
    marketing, _ = a_marketing(world, **pay)
    cents: list[int] = []
    marketing.post = lambda debit, credit, amount: cents.append(amount)
    marketing.launch(LaunchPlan(onset=2 * WEEK, duration=2 * WEEK, intensity=1.0))
    world.run(until=5 * WEEK)
    return sum(cents) / 100


def test_a_team_without_leads_spends_more_than_its_budget() -> None:
    assert spent() == pytest.approx(300_000)
    assert spent(spend_pressure=0.5) == pytest.approx(300_000 * exp(0.5))


@pytest.mark.parametrize("honest", [{"weight_leads": 0.0}, {"cap": 0.0}])
def test_who_is_not_paid_for_leads_or_may_not_claim_promises_what_is_believed(
    honest: dict[str, float],
) -> None:
    marketing, _ = a_marketing(a_world(), claim_pressure=1.0, **honest)
    believed = firm().marketing.capability.vector()
    assert marketing.claimed(Segment.NICHE).tolist() == believed.tolist()


def tell(information: Information, days: float, on_time: float) -> None:
    told = {
        f"{offer}_{what}": value
        for offer in ("base", "niche")
        for what, value in (("days", days), ("on_time", on_time))
    }
    information.send("capability", "logistics", told)


def test_honest_marketing_that_is_not_told_still_over_promises() -> None:
    """Everything takes 6 days now; who claims nothing beyond the belief promises 3 all the same."""
    ignorant, _ = a_marketing(a_world(), cap=0.0)
    assert ignorant.promise(Segment.NICHE, ignorant.claim(Segment.NICHE)).days == 3
    world = a_world()
    informed, information = a_marketing(world, told=True, cap=0.0)
    tell(information, days=6.0, on_time=0.8)
    world.run(until=1.0)
    promise = informed.promise(Segment.NICHE, informed.claim(Segment.NICHE))
    assert promise.days == 6
    assert promise.levels.tolist()[1:3] == [pytest.approx(1 - 5 / 14), pytest.approx(0.8)]
    assert promise.levels[3] == firm().marketing.capability.fit  # of which nobody tells


def test_a_claim_lifts_what_is_believed_and_not_what_was_published() -> None:
    world = a_world()
    marketing, information = a_marketing(world, told=True)
    tell(information, days=8.0, on_time=0.5)
    world.run(until=1.0)
    speed = 1 - 7 / 14
    assert marketing.promise(Segment.NICHE, 0.5).levels[1] == pytest.approx(speed + 0.5 * 0.5)


def test_a_price_cut_is_on_the_offer_page_and_in_what_is_got_for_the_money() -> None:
    world = a_world()
    marketing, _ = a_marketing(world)
    published = firm().marketing.capability.price
    assert marketing.promise(Segment.BASE, 0.0).levels[0] == published
    world.dials.turn("marketing.price", 1.25)
    promise = marketing.promise(Segment.BASE, 0.0)
    assert (promise.price, promise.levels[0]) == (1.25, pytest.approx(published / 1.25))
    world.dials.turn("marketing.price", 0.1)
    assert marketing.promise(Segment.BASE, 0.0).levels[0] == 1.0


# -- logistics' own gauge --------------------------------------------------------------------------


def a_report(world: World, told: bool = True) -> tuple[Delivered, Information]:
    channel = a_channel("capability", sender="logistics", receiver="marketing", notice=0.0)
    information = Information(world, {"delivered": channel} if told else {})
    return Delivered(world, information, 3.0), information


def arrive(report: Delivered, days: list[int], *, niche: bool = False, due: int = 3) -> None:
    placed = np.zeros(len(days))
    at = np.array(days) * DAY + 9.0
    segments = np.full(len(days), int(niche))
    whole = np.ones(len(days), dtype=bool)
    report.count(segments, placed, placed + (due + 1) * DAY, at, whole)


def told_of(information: Information, key: str) -> float:
    belief = information.belief("marketing", "capability")
    assert belief is not None
    return belief.level(key)


def test_the_report_says_the_mean_days_and_the_share_on_time_of_each_offer() -> None:
    world = a_world()
    report, information = a_report(world)
    world.run(until=DAY)
    arrive(report, [2, 3, 4, 7])
    world.run(until=WEEK + 7)
    assert told_of(information, "base_days") == 4.0
    assert told_of(information, "base_on_time") == 0.5
    assert told_of(information, "niche_days") == 4.0  # nothing delivered yet: as the base offer
    arrive(report, [9, 9], niche=True)
    world.run(until=2 * WEEK + 7)
    assert (told_of(information, "base_days"), told_of(information, "niche_days")) == (4.0, 9.0)


def test_what_was_delivered_four_weeks_ago_is_forgotten() -> None:
    world = a_world()
    report, information = a_report(world)
    arrive(report, [10])
    world.run(until=3 * WEEK)
    arrive(report, [2])
    world.run(until=3 * WEEK + 7)
    assert told_of(information, "base_days") == 6.0
    world.run(until=5 * WEEK + 7)
    assert told_of(information, "base_days") == 2.0


def test_where_nobody_listens_nothing_is_told() -> None:
    world = a_world()
    report, information = a_report(world, told=False)
    arrive(report, [10])
    world.run(until=3 * WEEK)
    assert information.belief("marketing", "capability") is None
    assert seen(world, MessageSent)["time"].size == 0


def test_in_the_firm_the_report_reaches_marketing_and_says_what_customers_live_through() -> None:
    scenario = firm(
        "customers.count=2000", "customers.usual.weeks=10", "run.weeks=4", "run.warmup=0h",
        "organisation.channels.delivered_to_marketing={active: true, fidelity: 1}",
    )  # fmt: skip
    organisation = Organisation(scenario, 0)
    organisation.run()
    believed = organisation.marketing.promise(Segment.BASE, 0.0).levels
    assert 1 - 3 / 14 < believed[1] < 1.0  # calm times: one to three days
    assert 0.8 < believed[2] <= 1.0
    assert believed[2] != firm().marketing.capability.reliability
