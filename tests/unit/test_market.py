"""The market: appeal, hazard, depletion and word of mouth (MODEL M1.1, M1.3, M1.4, S1, S2)."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from orgsim.customers.market import Market, MarketConfig, silent
from orgsim.entities import Floats, LeadBatch, Segment, Source
from orgsim.errors import ConfigError
from orgsim.facts import LeadCreated
from orgsim.kernel.world import World
from orgsim.units import DAY, YEAR
from tests.unit.parts import Z, a_world, but, firm, levels, seen

NICHE_SOURCES = [
    (Segment.NICHE, s) for s in (Source.ORGANIC, Source.CAMPAIGN, Source.WORD_OF_MOUTH)
]


@dataclass
class AnOffer:
    """What the market sees of a company, as a test wants it."""

    is_niche_open: bool = True
    inflation: float = 0.5
    people: float = 0.0
    lead_quality: float = 1.0
    promised: dict[Segment, Floats] = field(
        default_factory=lambda: {segment: levels() for segment in Segment}
    )

    def claim(self, segment: Segment) -> float:
        return self.inflation if segment is Segment.NICHE else 0.0

    def claimed(self, segment: Segment) -> Floats:
        return self.promised[segment]

    def answers(self) -> float:
        return self.people

    def quality(self) -> float:
        return self.lead_quality


def a_config(**changes: object) -> MarketConfig:
    """The default market, with the values that retuning may move held."""
    held = {"damping": 10.0, "reference_talk": 0.014, "spillover": 0.3}
    return but(firm().market, **{**held, **changes})


def a_market(world: World | None = None, offer: AnOffer | None = None, **changes: object) -> Market:
    return Market(world or a_world(), a_config(**changes), offer or AnOffer())


def test_offers_that_promise_the_same_appeal_the_same() -> None:
    assert a_market().appeal() == 0.5


def test_appeal_weighs_the_promised_difference_by_what_the_niche_values() -> None:
    better = {Segment.BASE: levels(), Segment.NICHE: levels(speed=0.75, knowledge=0.75)}
    market = a_market(offer=AnOffer(promised=better))
    # weights .4 and .2: logistic(6 x (.4 x .25 + .2 x .25)) = logistic(.9)
    assert market.appeal() == pytest.approx(1 / (1 + np.exp(-0.9)))


def test_an_insensitive_niche_chooses_at_random() -> None:
    better = {Segment.BASE: levels(), Segment.NICHE: levels(speed=1.0)}
    assert a_market(offer=AnOffer(promised=better), appeal_slope=0.0).appeal() == 0.5


def test_a_niche_of_one_interest_sees_that_attribute_only() -> None:
    offer = AnOffer(promised={Segment.BASE: levels(), Segment.NICHE: levels(speed=1.0)})
    only_price = but(
        firm().market.niche.weights, price=1.0, speed=0.0, reliability=0.0, fit=0.0, knowledge=0.0
    )
    assert a_market(offer=offer, niche__weights=only_price).appeal() == 0.5
    offer.promised[Segment.NICHE] = levels(price=0.7)
    appeal = a_market(offer=offer, niche__weights=only_price).appeal()
    assert appeal == pytest.approx(1 / (1 + np.exp(-6 * 0.2)), abs=1e-12)


def test_the_niche_differs_from_the_base_by_what_it_weighs_more() -> None:
    """MODEL M1.1: a small variation of the segment; speed .30 to .40, knowledge .10 to .20."""
    base, niche = (getattr(firm().market, segment).weights for segment in ("base", "niche"))
    assert (base.speed, base.knowledge) == (0.30, 0.10)
    assert (niche.speed, niche.knowledge) == (0.40, 0.20)
    for weights in (base, niche, but(niche, speed=0.8)):
        assert weights.vector().sum() == pytest.approx(1.0, abs=1e-12)


def test_a_segment_to_whom_nothing_matters_is_refused() -> None:
    nothing = "market.base.weights={price: 0, speed: 0, reliability: 0, fit: 0, knowledge: 0}"
    with pytest.raises(ConfigError, match="something matters"):
        firm(nothing)


def test_before_the_launch_only_the_base_offer_draws_leads() -> None:
    rates = a_market(offer=AnOffer(is_niche_open=False, people=100.0)).rates()
    assert rates == {(Segment.BASE, Source.ORGANIC): pytest.approx(250 / DAY)}


def test_the_niche_answers_with_untapped_prospects_times_hazard() -> None:
    market = a_market(offer=AnOffer(people=125.0))
    market.untapped = 30_000.0
    market.hear(Segment.NICHE, 90, 0)
    organic, campaign, talk = (market.rates()[source] for source in NICHE_SOURCES)
    assert organic * DAY == pytest.approx(30_000 * 0.03 / 365)
    assert campaign == pytest.approx(125 * 0.5 * 30_000 / 45_000)
    assert talk * DAY == pytest.approx(30_000 * 0.38 / 365 * 90 / 45_000)


def test_negative_talk_above_what_is_normal_deters_exponentially() -> None:
    def niche_rate(negative: int, **changes: object) -> float:
        market = a_market(spontaneous=0.001, **changes)
        market.active = lambda segment: 5000.0
        market.hear(Segment.NICHE, 0, negative)
        return market.rates()[Segment.NICHE, Source.ORGANIC]

    calm = niche_rate(0)
    assert niche_rate(70) == pytest.approx(calm)  # 70 / 5000 = .014 = w_ref
    assert niche_rate(570) == pytest.approx(calm * np.exp(-10 * 0.1))
    assert niche_rate(570, damping=0.0) == pytest.approx(calm)


def test_few_customers_are_counted_as_a_thousand_when_talk_is_weighed() -> None:
    market = a_market(reference_talk=0.0)
    market.active = lambda segment: 10.0
    market.hear(Segment.BASE, 0, 50)
    rate = market.rates()[Segment.BASE, Source.ORGANIC]
    assert rate * DAY == pytest.approx(250 * np.exp(-10 * 50 / 1000))


@pytest.mark.parametrize("niche", [10, 1_000, 10_000])
def test_niche_talk_spills_over_to_base_prospects_by_its_number(niche: int) -> None:
    def base_rate(spillover: float) -> float:
        market = a_market(spillover=spillover)
        market.active = lambda segment: (10_000.0, float(niche))[segment]
        market.hear(Segment.BASE, 0, 140)  # just what is normal
        market.hear(Segment.NICHE, 0, 500)
        return market.rates()[Segment.BASE, Source.ORGANIC] * DAY

    assert base_rate(0.0) == pytest.approx(250)
    assert base_rate(0.3) == pytest.approx(250 * np.exp(-10 * 0.3 * 500 / 10_000))


def test_talk_counts_by_its_listeners_and_fades_by_half_every_half_life() -> None:
    world = a_world(1.0)
    market = a_market(world, reach=6.0, talk_half_life=7 * DAY)
    market.hear(Segment.NICHE, 45, 0)
    fresh = market.rates()[Segment.NICHE, Source.WORD_OF_MOUTH]
    assert fresh == pytest.approx(0.38 / YEAR * 90)
    market.untapped = 45_000.0
    world.run(until=7 * DAY + 1)
    left = market.untapped / 45_000
    faded = market.rates()[Segment.NICHE, Source.WORD_OF_MOUTH]
    assert faded == pytest.approx(fresh / 2 * left)


def test_campaign_leads_lose_quality_and_others_do_not() -> None:
    world = a_world()
    offer = AnOffer(people=40.0, lead_quality=0.8)
    market = a_market(world, offer, spontaneous=0.001)
    batches: list[LeadBatch] = []
    market.receive_leads = batches.append
    world.run(until=DAY)
    shares = {batch.source: batch.qualified_share for batch in batches if batch.segment == 1}
    assert shares == {
        Source.CAMPAIGN: pytest.approx(0.4 * 0.8),
        Source.ORGANIC: pytest.approx(0.4),
    }
    assert {batch.claim for batch in batches if batch.segment == Segment.NICHE} == {0.5}


def test_a_source_may_bring_better_leads_than_another_and_never_more_than_all_of_them() -> None:
    world = a_world()
    market = a_market(
        world,
        AnOffer(people=40.0, lead_quality=0.8),
        spontaneous=0.001,
        qualified_campaign=0.5,
        qualified_word_of_mouth=5.0,
    )
    market.hear(Segment.NICHE, 2000, 0)
    batches: list[LeadBatch] = []
    market.receive_leads = batches.append
    world.run(until=DAY)
    shares = {batch.source: batch.qualified_share for batch in batches if batch.segment == 1}
    assert shares == {
        Source.CAMPAIGN: pytest.approx(0.4 * 0.8 * 0.5),
        Source.ORGANIC: pytest.approx(0.4),
        Source.WORD_OF_MOUTH: 1.0,
    }


def test_only_base_leads_are_paid_for_by_the_head() -> None:
    world = a_world()
    market = a_market(world, AnOffer(people=40.0))
    paid: list[int] = []
    market.charge_leads = paid.append
    world.run(until=DAY)
    leads = seen(world, LeadCreated)
    assert sum(paid) == np.count_nonzero(leads["segment"] == Segment.BASE)
    assert np.count_nonzero(leads["segment"] == Segment.NICHE) > 0


def test_a_niche_gives_no_more_leads_than_it_has_prospects() -> None:
    world = a_world()
    market = a_market(world, AnOffer(people=50.0), niche_size=60.0, base_leads=0.0)
    world.run(until=20 * DAY)
    assert seen(world, LeadCreated)["time"].size == 60
    assert market.untapped == 0


def test_the_planner_sees_the_niche_run_dry() -> None:
    market = a_market()
    leads = market.expected_leads(np.full(3, 45_000.0))  # everybody is asked, half would answer
    assert leads.tolist() == [22_500.0, 11_250.0, 5_625.0]
    assert a_market(niche_size=0.0).expected_leads(np.full(3, 10.0)).tolist() == [0.0, 0.0, 0.0]


def test_the_planner_knows_who_has_come_already() -> None:
    market = a_market()
    market.untapped = 9_000.0
    leads = market.expected_leads(np.full(3, 45_000.0))
    assert leads.tolist() == [4_500.0, 2_250.0, 1_125.0]


def test_a_silent_market_brings_nobody() -> None:
    world = a_world()
    Market(world, silent(firm().market), AnOffer(people=100.0))
    world.run(until=7 * DAY)
    assert seen(world, LeadCreated)["time"].size == 0


def test_more_advertising_only_adds_prospects_and_moves_nobody() -> None:
    def campaign_leads(people: float) -> set[tuple[int, float]]:
        world = a_world()
        a_market(world, AnOffer(people=people), spontaneous=0.0)
        world.run(until=DAY)
        leads = seen(world, LeadCreated)
        mine = leads["source"] == Source.CAMPAIGN
        return set(zip(leads["lead"][mine].tolist(), leads["time"][mine].tolist(), strict=True))

    few, many = campaign_leads(10.0), campaign_leads(60.0)
    assert few < many


# -- M1.3: a competitor closes the window ----------------------------------------------------------


def test_nobody_competes_unless_the_window_closes() -> None:
    world = a_world()
    market = a_market(world)
    world.run(until=5 * YEAR)
    assert market.window() == 1.0


def test_what_is_open_falls_by_its_rate_from_the_opening_on_and_not_from_the_launch() -> None:
    world = a_world(-8 * 7 * DAY)
    offer = AnOffer(is_niche_open=False, people=125.0)
    market = a_market(world, offer, window_closing=0.3 / (7 * DAY), opens=14 * DAY)
    world.run(until=13 * DAY)
    assert market.window() == 1.0
    world.run(until=42 * DAY + 1)
    offer.is_niche_open = True  # a launch that waited four weeks: the window is half closed
    organic, campaign, _ = (market.rates()[source] for source in NICHE_SOURCES)
    left = np.exp(-0.3 * (28 + 1 / 24) / 7)
    assert campaign == pytest.approx(125 * 0.5 * left)
    assert organic == pytest.approx(45_000 * 0.03 / YEAR * left)


def test_a_closing_window_leaves_talk_and_the_base_offer_alone() -> None:
    def rates(closing: float) -> tuple[float, float]:
        world = a_world()
        market = a_market(world, window_closing=closing, spontaneous=0.0)
        market.hear(Segment.NICHE, 500, 0)
        world.run(until=1.0)
        found = market.rates()
        talk = found[Segment.NICHE, Source.WORD_OF_MOUTH] / market.untapped
        return talk, found[Segment.BASE, Source.ORGANIC]

    assert rates(0.3 / DAY) == pytest.approx(rates(0.0))


# -- what shocks turn ------------------------------------------------------------------------------


def test_prospects_come_to_the_niche_and_go_again_as_far_as_they_are_still_there() -> None:
    world = a_world()
    market = a_market(world)
    token = world.dials.turn("market.prospects", 0.15)
    assert market.untapped == pytest.approx(45_000 * 1.15)
    market.untapped = 3_000.0
    world.dials.restore(token)
    assert market.untapped == 0.0


def test_talk_catches_on_as_often_as_the_dial_says_and_praise_counts_as_tellings() -> None:
    world = a_world()
    market = a_market(world)
    market.praise(5000.0)
    usual = market.rates()[Segment.NICHE, Source.WORD_OF_MOUTH]
    assert usual * DAY == pytest.approx(5000 * 0.38 / 365)
    world.dials.turn("market.imitation", 4.0)
    assert market.rates()[Segment.NICHE, Source.WORD_OF_MOUTH] == pytest.approx(5 * usual)


def test_rises_of_base_leads_add_up_and_never_fall_below_nothing() -> None:
    world = a_world()
    market = a_market(world, AnOffer(is_niche_open=False))
    for by, leads in ((0.4, 350), (0.8, 550), (-9.0, 0)):
        world.dials.turn("market.base_leads", by)
        assert market.rates()[Segment.BASE, Source.ORGANIC] * DAY == pytest.approx(leads)


def test_leads_carry_the_reputation_their_prospects_met_with_and_are_counted() -> None:
    world = a_world()
    market = a_market(world)
    market.active = lambda segment: 2000.0
    market.brand_trust = lambda: 0.7
    market.hear(Segment.BASE, 0, 100)
    batches: list[LeadBatch] = []
    counted: list[int] = []
    market.receive_leads, market.count_leads = batches.append, counted.append
    world.run(until=DAY)
    base = next(batch for batch in batches if batch.segment == Segment.BASE)
    assert (base.trust, base.doubt) == (0.7, pytest.approx(100 / 2000 * 0.5 ** (1 / 28)))
    assert sum(counted) == seen(world, LeadCreated)["time"].size


def test_base_leads_are_undepleted_and_come_at_their_rate() -> None:
    world = a_world()
    a_market(world, AnOffer(is_niche_open=False))
    world.run(until=200 * DAY)
    leads = seen(world, LeadCreated)["time"].size
    assert leads == pytest.approx(50_000, abs=Z * np.sqrt(50_000))
