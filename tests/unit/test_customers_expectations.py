"""What should be, classes of attributes, second promises and silence (MODEL M5.1-M5.3, M5.6)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import ndtri

from orgsim.customers.behaviour import Customers
from orgsim.customers.expectations import yardstick
from orgsim.customers.population import Population
from orgsim.customers.satisfaction import trust_after, value_of_gap
from orgsim.entities import Attribute, Floats, Occasion, Outcome, Reason, Segment, Source, Ticket
from orgsim.entities import ContactChannel as Channel
from orgsim.facts_of_customers import EpisodeLived
from orgsim.organisation import Organisation
from orgsim.units import DAY
from tests.unit.crowd import WEIGHTS, ACrowd
from tests.unit.parts import Z, but, firm, levels, seen

MEMORY = but(firm().customers.memory, satisfaction__noise=0.0)
SPEED = Attribute.SPEED


def one(
    config: object = MEMORY, segment: Segment = Segment.BASE, **expected: float
) -> tuple[Population, Floats]:
    people = Population(config, WEIGHTS, 4)  # type: ignore[arg-type]
    row = people.add(1, segment, Source.ORGANIC, levels(), 0.8)
    people.expected[row] = levels(**expected)
    return people, np.array([row])


def live(people: Population, rows: Floats, **scores: float) -> float:
    seen = np.atleast_2d(levels(**scores))
    lived, _ = people.live_through(rows, Occasion.DELIVERY, seen, np.zeros(1))
    return float(lived[0])


# -- M5.2: what should be --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("will", "should", "weight", "measure"),
    [(0.5, 1.0, 0.3, 0.65), (0.9, 0.5, 0.3, 0.9), (0.5, 1.0, 0.0, 0.5), (0.5, 1.0, 1.0, 1.0)],
)
def test_what_should_be_lifts_the_measure_and_never_lowers_it(
    will: float, should: float, weight: float, measure: float
) -> None:
    assert yardstick(np.array([will]), np.array([should]), weight)[0] == pytest.approx(measure)


def test_the_entitlement_rises_with_each_promise_and_never_falls() -> None:
    people, rows = one(but(MEMORY, expectation__entitlement=0.3), speed=0.5)
    people.hear_promise(rows, levels(speed=0.9), True)
    for _ in range(50):
        live(people, rows, speed=0.1)
    people.hear_promise(rows, levels(speed=0.3), False)
    people.hear_statement(0, SPEED, 0.2)
    assert people.expected[0, SPEED] == 0.2
    assert people.promised[0, SPEED] == 0.9
    people.hear_statement(0, SPEED, 0.95)
    assert people.promised[0, SPEED] == 0.95


def test_a_broken_entitlement_hurts_also_who_no_longer_expects_it_to_be_kept() -> None:
    lived = {}
    for weight in (0.0, 0.3):
        people, rows = one(but(MEMORY, expectation__entitlement=weight), speed=0.4)
        people.promised[0, SPEED] = 1.0
        lived[weight] = live(people, rows, speed=0.4)
    gap = -0.3 * (1.0 - 0.4)
    satisfaction, weights = MEMORY.satisfaction, WEIGHTS[Segment.BASE]
    fall = satisfaction.gap_effect * weights[SPEED] * satisfaction.loss * gap
    assert lived[0.3] - lived[0.0] == pytest.approx(fall)


def test_a_claim_nobody_heeds_disappoints_nobody_who_claims_no_entitlement() -> None:
    """theta_P = 0 and rho_s = 0: the claim does not matter."""
    deaf = {"expectation__trust_in_claim_new": 0.0, "expectation__trust_in_claim_existing": 0.0}
    lived = []
    for claimed in (0.0, 1.0):
        people, rows = one(but(MEMORY, **deaf), speed=0.6)
        people.hear_promise(rows, levels(speed=claimed), True)
        lived.append(live(people, rows, speed=0.5))
    assert lived[0] == lived[1]


def test_with_full_learning_yesterday_is_the_benchmark() -> None:
    people, rows = one(but(MEMORY, expectation__learning=1.0), speed=0.9)
    live(people, rows, speed=0.3)
    assert people.expected[0, SPEED] == pytest.approx(0.3)
    assert live(people, rows, speed=0.3) > live(people, rows, speed=0.2)


def test_what_an_episode_does_not_show_is_not_measured_against_what_should_be() -> None:
    people, rows = one(but(MEMORY, expectation__entitlement=1.0), speed=0.2, knowledge=0.5)
    people.promised[0] = 1.0
    people.promised[0, Attribute.KNOWLEDGE] = 0.5
    shown = np.full((1, len(Attribute)), 0.5)
    _, gap = people.live_through(rows, Occasion.CONTACT, shown, np.zeros(1))
    assert gap.tolist() == [0.0]
    assert people.expected[0, SPEED] == 0.2


# -- M5.3: classes of attributes -------------------------------------------------------------------

MUST = but(MEMORY, satisfaction__kano__niche__speed="must_be", satisfaction__quality_effect=0.0)


@pytest.mark.parametrize(
    ("segment", "gain", "loss"), [(Segment.BASE, 0.6, 2.25), (Segment.NICHE, 0.2, 3.0)]
)
def test_a_must_of_the_niche_is_one_dimensional_to_everybody_else(
    segment: Segment, gain: float, loss: float
) -> None:
    judging, weight = MUST.satisfaction, WEIGHTS[segment, SPEED]
    for shown, slope in ((0.7, gain), (0.3, loss)):
        people, rows = one(MUST, segment, speed=0.5)
        as_expected = judging.intercept
        expected = as_expected + judging.gap_effect * weight * slope * (shown - 0.5)
        assert live(people, rows, speed=shown) == pytest.approx(expected)


def test_an_attractive_attribute_delights_more_than_it_is_missed() -> None:
    config = but(MUST, satisfaction__kano__base__fit="attractive")
    people = [one(config, fit=0.5) for _ in range(3)]
    worse, same, better = (live(*p, fit=x) for p, x in zip(people, (0.4, 0.5, 0.6), strict=True))
    assert (better - same) / (same - worse) == pytest.approx(1.2 / 0.75)


def test_variety_has_no_mean_effect_where_gains_and_losses_count_alike() -> None:
    gaps = 0.1 * ndtri((np.arange(100_000) + 0.5) / 100_000)
    kano = but(MEMORY.satisfaction.kano, must_be__gain=1.0, must_be__loss=1.0)
    kano = but(kano, base__speed="must_be")
    slopes = kano.slopes(1.0, 2.25)
    alike, averse = (
        value_of_gap(gaps, slopes.gain[0, at], slopes.loss[0, at]).mean()
        for at in (SPEED, Attribute.FIT)
    )
    assert alike == pytest.approx(0.0, abs=1e-12)
    assert averse == pytest.approx(-0.0499, abs=5e-5)


def test_without_a_gap_only_quality_counts_whatever_the_classes() -> None:
    classes = ("must_be", "one_dimensional", "attractive")
    config = MEMORY
    lived = set()
    for name in classes:
        config = but(
            config, **{f"satisfaction__kano__base__{a.name.lower()}": name for a in Attribute}
        )
        people, rows = one(config, speed=0.6, fit=0.9)
        lived.add(live(people, rows, speed=0.6, fit=0.9))
    assert len(lived) == 1


# -- M5.6: the second promise on an order ----------------------------------------------------------


@pytest.mark.parametrize(("factor", "trust"), [(1.0, 0.6), (1.5, 0.5), (9.0, 0.0)])
def test_a_second_breach_on_an_order_costs_more_trust_but_never_more_than_there_is(
    factor: float, trust: float
) -> None:
    config = but(MEMORY.trust, second_breach=factor)
    found = trust_after(np.array([0.8]), -np.ones(1), -np.ones(1), config, np.array([True]))
    assert found[0] == pytest.approx(trust)
    first = trust_after(np.array([0.8]), -np.ones(1), -np.ones(1), config)
    assert first[0] == pytest.approx(0.6)
    kept = trust_after(np.array([0.7]), np.zeros(1), np.zeros(1), config, np.array([True]))
    assert kept[0] == pytest.approx(0.7 + 0.08 * 0.1)


def trust_after_delivery(stated: float | None, day: int, factor: float) -> float:
    crowd = ACrowd(1, memory__trust__second_breach=factor)
    order = crowd.order(days=3)  # due at the end of day 3
    if stated is not None:
        order.stated_due = stated * DAY
    crowd.world.run(until=day * DAY + 1)
    crowd.unpack(order, at=day * DAY + 10)
    crowd.world.run(until=(day + 1) * DAY)
    return float(crowd.people.trust[0])


def test_only_a_second_date_missed_after_the_first_is_a_second_breach() -> None:
    for stated, day, is_second in ((None, 9, False), (7, 9, True), (9, 7, False), (2, 3, False)):
        lost = [0.8 - trust_after_delivery(stated, day, factor) for factor in (1.0, 1.5)]
        assert lost[0] > 0.0
        assert lost[1] == pytest.approx(lost[0] * (1.5 if is_second else 1.0))


def test_an_order_given_up_after_a_second_date_is_a_second_breach_too() -> None:
    lost = []
    for factor in (1.0, 1.5):
        crowd = ACrowd(1, memory__trust__second_breach=factor, cancellation__hazard=1e6)
        crowd.customers.cancel_order = lambda order: True
        crowd.order(days=3).stated_due = 6 * DAY
        crowd.world.run(until=12 * DAY)
        lost.append(0.8 - crowd.people.trust[0])
    assert lost[1] == pytest.approx(1.5 * lost[0])


# -- M5.1: told of a delay -------------------------------------------------------------------------


def reliability_felt(told: float, n: int = 1, sees_delays: float = 1.0) -> Floats:
    learning = {"memory__expectation__learning": 1.0}
    crowd = ACrowd(n, sees_delays=sees_delays, memory__satisfaction__told=told, **learning)
    orders = [crowd.order(row, days=3) for row in range(n)]
    crowd.world.run(until=5 * DAY + 1)
    crowd.unpack(*orders, at=5 * DAY + 10)  # two days late
    crowd.world.run(until=6 * DAY)
    return crowd.people.expected[:n, Attribute.RELIABILITY]


def test_whoever_is_told_of_a_delay_holds_no_silence_against_the_firm() -> None:
    assert reliability_felt(0.0)[0] == pytest.approx(0.9 * 0.8 - 2 * 0.02)
    assert reliability_felt(1.0)[0] == pytest.approx(0.9 * 0.8)


@pytest.mark.parametrize(("sees_delays", "share"), [(1.0, 0.6), (0.5, 0.3)])
def test_the_stated_share_of_the_delays_that_are_seen_is_told(
    sees_delays: float, share: float
) -> None:
    n = 2000
    told = np.mean(reliability_felt(0.6, n, sees_delays) > 0.7)
    assert told == pytest.approx(share, abs=Z * np.sqrt(share * (1 - share) / n))


def test_a_delay_is_seen_as_far_as_support_hears_of_the_stock_and_sees_its_customers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[float] = []

    def customers(*parts: Any, sees_delays: float) -> Customers:
        seen.append(sees_delays)
        return Customers(*parts, sees_delays=sees_delays)

    monkeypatch.setattr("orgsim.organisation.Customers", customers)
    stock = "organisation.channels.stock_to_support"
    heard = (f"{stock}.fidelity=0.8", "organisation.single_view=0.5", "customers.count=100")
    for more in ((), (f"{stock}.active=false",)):
        Organisation(firm("shocks={}", "customers.usual.weeks=10", *heard, *more), 0)
    assert seen == pytest.approx([0.8 * 0.5, 0.0])


@pytest.mark.parametrize("reason", list(Reason))
def test_a_wrong_answer_about_the_product_is_a_promise_and_one_about_a_parcel_promises_no_feature(
    reason: Reason,
) -> None:
    crowd = ACrowd(1)
    before = crowd.people.expected[0, Attribute.FIT]
    crowd.customers.hear(
        Ticket(
            customer=0,
            row=0,
            nth=0,
            segment=Segment.BASE,
            reason=reason,
            order=None,
            channel=Channel.EMAIL,
            outcome=Outcome.WRONG_ANSWER,
        )
    )
    crowd.world.run(until=DAY)
    assert seen(crowd.world, EpisodeLived)["customer"].size == 1
    is_on_product = reason in (Reason.GENERAL, Reason.HOW_TO)
    assert crowd.people.expected[0, Attribute.FIT] == (0.95 if is_on_product else before)
    if is_on_product:
        assert crowd.people.promised[0, Attribute.FIT] == 0.95
