"""What customers do: order, cancel, leave, judge and talk, one by one (MODEL M5.9-M5.11, T2)."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from orgsim.customers.behaviour import Customers
from orgsim.entities import Lead, Occasion, Order, Segment, Source
from orgsim.facts_of_customers import (
    CustomerJoined,
    CustomerLeft,
    EpisodeLived,
    ExperienceTold,
    GroupCounted,
    SurveyAnswered,
)
from orgsim.units import DAY, WEEK
from tests.unit.crowd import USUAL, WEIGHTS, ACrowd, a_config
from tests.unit.parts import Z, a_lead, a_promise, a_world, seen

LOYALTY = USUAL.loyalty

# -- joining ---------------------------------------------------------------------------------------


def test_a_new_customer_expects_what_was_promised_in_the_measure_it_is_believed() -> None:
    crowd = ACrowd(0)
    promise = a_promise(1, speed=1.0, reliability=1.0, price=0.7, fit=0.8)
    row = crowd.customers.welcome(a_lead(5, segment=Segment.NICHE), promise)
    speed = crowd.people.expected[row, 1]
    assert speed == pytest.approx(0.8 * 1.0 + 0.2 * 6 / 7)
    assert crowd.people.trust[row] == 0.80
    assert seen(crowd.world, CustomerJoined)["customer"].tolist() == [5]


def test_fit_differs_between_customers_and_not_between_variants() -> None:
    one, other = ACrowd(2000), ACrowd(2000)
    fit = one.people.fit[:2000]
    assert fit.tolist() == other.people.fit[:2000].tolist()
    error = 0.08 / np.sqrt(2000)
    assert fit.mean() == pytest.approx(0.8, abs=Z * error)


# -- M5.9: leaving and ordering again --------------------------------------------------------------


def hazard(
    s: float = 7.5, t: float = 0.8, source: Source = Source.ORGANIC, issues: int = 0
) -> float:
    rows = np.array([s]), np.array([t]), np.array([source]), np.array([issues])
    return float(LOYALTY.leaving_per_day(*rows)[0] / LOYALTY.leaving_per_day(
        np.array([7.5]), np.array([0.8]), np.array([Source.ORGANIC]), np.array([0])
    )[0])  # fmt: skip


def test_the_hazard_of_leaving_follows_satisfaction_trust_source_and_open_issues() -> None:
    assert hazard(s=6.5) == pytest.approx(np.exp(0.40))
    assert hazard(t=0.5) == pytest.approx(np.exp(0.24))
    assert hazard(source=Source.CAMPAIGN) == pytest.approx(1.2)
    assert hazard(source=Source.WORD_OF_MOUTH) == pytest.approx(0.8)
    assert hazard(issues=1) == hazard(issues=3) == pytest.approx(np.exp(0.7))
    assert hazard(6.5, 0.5, Source.CAMPAIGN, 1) == pytest.approx(1.2 * np.exp(0.40 + 0.24 + 0.7))


def test_orders_rise_with_satisfaction() -> None:
    few, many = LOYALTY.orders_per_day(np.array([7.5, 8.5]))
    assert few == pytest.approx(1 / 79, rel=1e-3)
    assert many / few == pytest.approx(np.exp(0.10))


def test_without_feelings_lifetimes_are_exponential() -> None:
    flat = {"loyalty__churn_satisfaction": 0.0, "loyalty__churn_trust": 0.0}
    crowd, n = ACrowd(4000, **{"loyalty__churn": 0.05 / DAY, **flat}), 4000
    for day in (7, 21):
        crowd.world.run(until=day * DAY)
        left = np.exp(-0.05 * day)
        alive = crowd.people.active(Segment.BASE) / n
        assert alive == pytest.approx(left, abs=Z * np.sqrt(left * (1 - left) / n))
    gone = seen(crowd.world, CustomerLeft)["customer"]
    assert gone.size == np.unique(gone).size == n - crowd.people.active(Segment.BASE)


def test_rc32_the_stock_of_customers_is_acquisition_over_hazard() -> None:
    """60 a day and one in a hundred that leaves; chances are independent, so the error is known.

    The firm's own 20 a day and 1 500 days of life, fifteen times faster.
    """
    won, hazard, days = 60, 0.01, 500
    flat = {"loyalty__churn_satisfaction": 0.0, "loyalty__churn_trust": 0.0}
    crowd = ACrowd(0, loyalty__churn=hazard / DAY, **flat)
    for day in range(days):
        crowd.world.run(until=day * DAY + 1.0)
        for number in range(won):
            crowd.customers.welcome(a_lead(day * won + number), crowd.offer(Segment.BASE))
    stays = np.exp(-hazard * np.arange(days))
    error = np.sqrt(won * np.sum(stays * (1 - stays)))
    assert won * stays.sum() == pytest.approx(won / hazard, rel=0.015)
    assert crowd.people.active(Segment.BASE) == pytest.approx(won * stays.sum(), abs=Z * error)


def test_customers_order_again_at_their_rate_by_the_hours_of_the_shop() -> None:
    n = 3000
    crowd = ACrowd(n, loyalty__reorder=0.1 / DAY, loyalty__reorder_satisfaction=0.0)
    crowd.world.run(until=10 * DAY)
    chance = 1 - np.exp(-0.1)
    error = np.sqrt(10 * n * chance * (1 - chance))
    assert len(crowd.orders) == pytest.approx(10 * n * chance, abs=Z * error)
    hours = np.array([order.placed % DAY for order in crowd.orders])
    night = 8 * 0.2 / (8 * 0.2 + 10 * 1.0 + 6 * 0.6)
    share = np.mean(hours < 8)
    assert share == pytest.approx(night, abs=Z * np.sqrt(night * (1 - night) / hours.size))
    keys = {(order.customer, order.nth) for order in crowd.orders}
    assert len(keys) == len(crowd.orders)
    assert min(order.nth for order in crowd.orders) == 1  # 0 was the first purchase


def test_a_reorder_renews_the_promise() -> None:
    crowd = ACrowd(1, loyalty__reorder=1e6)
    crowd.people.expected[0] = 0.0
    crowd.world.run(until=DAY)
    assert crowd.people.expected[0, 1] == pytest.approx(0.4 * 6 / 7)


# -- episodes --------------------------------------------------------------------------------------


def test_two_parcels_on_one_day_are_lived_through_one_by_one() -> None:
    crowd = ACrowd(2)
    orders = [crowd.order(0, 0), crowd.order(0, 1), crowd.order(1, 0)]
    crowd.world.run(until=2 * DAY + 1)
    crowd.unpack(*orders, at=2 * DAY + 10)
    crowd.world.run(until=3 * DAY)
    lived = seen(crowd.world, EpisodeLived)
    mine = lived["customer"] == 0
    first, second = lived["satisfaction"][mine]
    assert lived["cumulative"][mine].tolist() == [first, pytest.approx((first + second) / 2)]
    assert second != first  # the first has already raised the expectation
    assert crowd.people.episodes[:2].tolist() == [2, 1]
    other = lived["satisfaction"][~mine]
    assert other.size == 1


def test_a_parcel_is_late_by_the_customer_s_own_date() -> None:
    def trust_after_five_days(restated: float | None) -> float:
        crowd = ACrowd(1)
        order = crowd.order(days=3)
        if restated is not None:
            order.stated_due = restated
        crowd.world.run(until=5 * DAY + 1)
        crowd.unpack(order, at=5 * DAY + 10)
        crowd.world.run(until=6 * DAY)
        return float(crowd.people.expected[0, 2])

    # Two days late: reliability .9 x .8 - .04 = .68; an agent's later date makes it kept.
    late, kept = trust_after_five_days(None), trust_after_five_days(6 * DAY)
    expected = 0.95
    assert late == pytest.approx(expected + 0.25 * (0.68 - expected))
    assert kept == pytest.approx(expected + 0.25 * (1.0 - expected))


def test_a_customer_feels_nothing_of_a_backlog_until_the_own_parcel_comes() -> None:
    """Whatever others wait for, and however long the own order is overdue (MODEL M5.1)."""
    crowd = ACrowd(3)
    late, other = crowd.order(0), [crowd.order(2, nth) for nth in range(200)]
    people = crowd.people
    names = ("satisfaction", "trust", "expected", "promised", "episodes")
    before = {name: getattr(people, name)[:2].copy() for name in names}
    crowd.world.run(until=20 * DAY + 1)
    for name in names:
        assert getattr(people, name)[:2].tolist() == before[name].tolist()
    crowd.unpack(late, *other, at=20 * DAY + 10)
    crowd.world.run(until=21 * DAY)
    assert people.trust[0] < before["trust"][0]
    assert people.trust[1] == before["trust"][1]
    assert people.satisfaction[1] == before["satisfaction"][1]


def test_who_has_left_is_not_touched_by_an_open_order() -> None:
    crowd = ACrowd(2)
    orders = [crowd.order(row) for row in (0, 1)]
    crowd.people.is_active[0] = False
    before = crowd.people.satisfaction[0], crowd.people.trust[0], crowd.people.episodes[0]
    crowd.world.run(until=20 * DAY + 1)
    crowd.unpack(*orders, at=20 * DAY + 10)
    crowd.world.run(until=21 * DAY)
    after = crowd.people.satisfaction[0], crowd.people.trust[0], crowd.people.episodes[0]
    assert after == before
    assert seen(crowd.world, EpisodeLived)["customer"].tolist() == [1]


# -- M5.10, M5.11: talk and surveys ----------------------------------------------------------------


def tellings(intercept: float) -> tuple[int, int]:
    n = 2000
    crowd = ACrowd(n, memory__satisfaction__intercept=intercept)
    told: list[tuple[Segment, int, int]] = []
    crowd.customers.tell = lambda *day: told.append(day)
    orders = [crowd.order(row) for row in range(n)]
    crowd.unpack(*orders, at=10.0)
    crowd.world.run(until=DAY)
    positive, negative = (sum(day[k] for day in told) for k in (1, 2))
    facts = seen(crowd.world, ExperienceTold)["positive"]
    assert (np.sum(facts), np.sum(~facts)) == (positive, negative)
    return positive, negative


def test_three_in_ten_tell_of_a_delight_or_an_outrage_and_nobody_of_the_ordinary() -> None:
    around = pytest.approx(600, abs=Z * np.sqrt(2000 * 0.21))
    assert tellings(9.5) == (around, 0)
    assert tellings(7.0) == (0, 0)
    assert tellings(1.0) == (0, around)


@pytest.mark.parametrize(
    ("lived", "told"), [(8.51, (50, 0)), (8.49, (0, 0)), (4.01, (0, 0)), (3.99, (0, 50))]
)
def test_a_delight_begins_above_eight_and_a_half_and_an_outrage_below_four(
    lived: float, told: tuple[int, int]
) -> None:
    flat = {"memory__satisfaction__quality_effect": 0.0, "memory__satisfaction__gap_effect": 0.0}
    crowd = ACrowd(50, memory__satisfaction__intercept=lived, talk__share=1.0, **flat)
    crowd.unpack(*[crowd.order(row) for row in range(50)], at=10.0)
    crowd.world.run(until=DAY)
    said = seen(crowd.world, ExperienceTold)["positive"]
    assert (np.sum(said), np.sum(~said)) == told


def test_the_very_happy_and_the_very_unhappy_answer_more() -> None:
    answering = USUAL.survey.answering(np.array([2.0, 7.0, 9.5]))
    assert answering == pytest.approx([0.20, 0.10, 0.15])


def test_the_survey_asks_a_sample_and_scores_satisfaction_shifted_and_rounded() -> None:
    sure = {"survey__response": 1.0, "survey__response_slope": 0.0, "survey__noise": 0.0}
    crowd = ACrowd(3000, **{"survey__share_per_week": 0.1, **sure})
    crowd.people.satisfaction[:3000] = 8.0
    crowd.world.run(until=WEEK)
    answers = seen(crowd.world, SurveyAnswered)["likelihood"]
    assert answers.size == pytest.approx(300, abs=Z * np.sqrt(270))
    assert set(answers.tolist()) == {9}  # 8.0 + .6


def test_nobody_answers_more_than_ten_or_less_than_nothing() -> None:
    sure = {"survey__response": 1.0, "survey__response_slope": 0.0, "survey__share_per_week": 1.0}
    crowd = ACrowd(2000, **sure)
    crowd.people.satisfaction[:2000] = np.repeat([9.9, 0.1], 1000)
    crowd.world.run(until=1.0)
    answers = seen(crowd.world, SurveyAnswered)["likelihood"]
    assert (answers.min(), answers.max()) == (0, 10)
    tens = 0.5 * ndtr((9.9 + 0.6 - 9.5) / 1.2)
    assert np.mean(answers == 10) == pytest.approx(tens, abs=Z * np.sqrt(0.24 / 2000))


def test_rc31_a_satisfaction_of_7_55_gives_an_nps_of_about_29() -> None:
    sure = {"survey__response": 1.0, "survey__response_slope": 0.0, "survey__share_per_week": 1.0}
    n = 20_000
    crowd = ACrowd(n, **sure)
    luck = crowd.world.draws.stream("test").uniforms(np.arange(n))
    crowd.people.satisfaction[:n] = 7.55 + 0.6 * ndtri(luck)
    crowd.world.run(until=1.0)
    answers = seen(crowd.world, SurveyAnswered)["likelihood"]
    scores = 100.0 * ((answers >= 9).astype(float) - (answers <= 6))
    assert scores.mean() == pytest.approx(28.77, abs=Z * scores.std() / np.sqrt(n))


def test_groups_are_counted_with_their_means_at_each_week_s_end() -> None:
    crowd = ACrowd(4)
    niche = Lead(**{**_fields(a_lead(9, segment=Segment.NICHE)), "source": Source.CAMPAIGN})
    crowd.customers.welcome(niche, crowd.offer(Segment.NICHE))
    crowd.people.satisfaction[:5] = [6, 7, 8, 9, 3]
    crowd.people.is_active[3] = False
    crowd.world.run(until=WEEK)
    counted = seen(crowd.world, GroupCounted)
    assert counted["active"].tolist() == [3, 1]
    assert counted["satisfaction"].tolist() == [7.0, 3.0]
    assert counted["segment"].tolist() == [Segment.BASE, Segment.NICHE]
    assert counted["source"].tolist() == [Source.ORGANIC, Source.CAMPAIGN]


def _fields(lead: Lead) -> dict[str, object]:
    return {name: getattr(lead, name) for name in Lead.__slots__}


# -- M3.7: cancelling ------------------------------------------------------------------------------


def test_waiting_customers_cancel_from_five_days_after_their_date_at_the_stated_hazard() -> None:
    n = 3000
    crowd = ACrowd(n, cancellation__hazard=0.03 / DAY)
    given_up: list[tuple[float, Order]] = []
    crowd.customers.cancel_order = lambda order: True
    crowd.customers.refund = lambda order: given_up.append((crowd.world.now, order))
    for row in range(n):
        crowd.order(row, days=3)  # due at the end of day 3, patience until the end of day 8
    crowd.world.run(until=9 * DAY)
    assert given_up == []
    crowd.world.run(until=19 * DAY)
    chance = 1 - np.exp(-0.03 * 10)
    assert len(given_up) / n == pytest.approx(chance, abs=Z * np.sqrt(chance * (1 - chance) / n))
    lived = seen(crowd.world, EpisodeLived)
    assert set(lived["occasion"].tolist()) == {Occasion.CANCELLATION}
    assert lived["broken"].all()
    assert lived["customer"].size == len(given_up)


def test_a_parcel_on_its_way_cannot_be_given_up() -> None:
    crowd = ACrowd(1, cancellation__hazard=1e6)
    crowd.customers.cancel_order = lambda order: False
    crowd.customers.refund = lambda order: pytest.fail("refunded")
    order = crowd.order()
    crowd.world.run(until=12 * DAY)
    crowd.unpack(order, at=12 * DAY)
    assert seen(crowd.world, EpisodeLived)["customer"].size == 0


def test_who_has_left_gives_up_no_order() -> None:
    crowd = ACrowd(1, cancellation__hazard=1e6)
    crowd.customers.cancel_order = lambda order: True
    crowd.customers.refund = lambda order: pytest.fail("refunded")
    crowd.order()
    crowd.people.is_active[0] = False
    crowd.world.run(until=20 * DAY)
    assert seen(crowd.world, EpisodeLived)["customer"].size == 0


def test_the_world_starts_on_any_day() -> None:
    world = a_world(-8 * WEEK)
    customers = Customers(
        world, a_config(loyalty__reorder=1.0), WEIGHTS, lambda segment: a_promise(), 1
    )
    customers.welcome(a_lead(1), a_promise())
    placed: list[Order] = []
    customers.place_order = placed.append
    world.run(until=-8 * WEEK + 2 * DAY)
    assert len(placed) == 2
