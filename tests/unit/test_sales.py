"""Reps: queueing, ageing, winning, stretching the truth, and the order record (MODEL s.2)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgsim.departments.persuasion import RepIncentives, rep_inflation, win_probability
from orgsim.departments.sales import Sales, SalesConfig
from orgsim.entities import Account, LeadBatch, Order, Promise, Segment, Source
from orgsim.facts import LeadLost, LeadQualified, LeadTouched, LeadWon, LeverMoved, OrderPlaced
from orgsim.kernel.distributions import Fixed
from orgsim.kernel.world import World
from orgsim.organisation import Organisation
from orgsim.units import DAY, WEEK
from orgsim.weekly import Weekly
from tests.unit.parts import Z, a_promise, a_world, an_order, but, firm, seen

PAY = but(firm().sales.incentives, line_of_sight=1.0)


def a_config(**changes: object) -> SalesConfig:
    """Reps round the clock who need half an hour for each lead; values that retuning moves held."""
    always = {
        "base__win_intercept": -1.2,
        "niche__win_intercept": -1.2,
        "payroll_fte": 4.53,
        "hours": Weekly.parse("always"),
        "reps": Weekly.parse("always"),
        "handle_time": Fixed[float](kind="fixed", mean=0.5),
        "web_share": 0.0,
    }
    return but(firm().sales, **{**always, **changes})


def some_leads(
    times: list[float],
    *,
    segment: Segment = Segment.BASE,
    claim: float = 0.0,
    qualified: float = 1.0,
) -> LeadBatch:
    return LeadBatch(
        ids=np.arange(len(times), dtype=np.int64) + 1000,
        times=np.array(times),
        segment=segment,
        source=Source.ORGANIC,
        claim=claim,
        qualified_share=qualified,
    )


def a_team(
    world: World, fields_kept: float = 1.0, target: float = 25.0, **changes: object
) -> tuple[Sales, list[Order]]:
    handoff = but(firm().organisation.handoff, order_fields=fields_kept)
    sales = Sales(world, a_config(**changes), handoff, bookings_target=target)
    orders: list[Order] = []
    sales.orders.place_order = orders.append
    return sales, orders


# -- M2.4: what a rep adds to the claim ------------------------------------------------------------


@pytest.mark.parametrize(
    ("w_book", "gap", "w_cx", "phi"),
    [(1, 0.3, 0, 0.8667), (1, 0.3, 0.5, 0.2476), (0.8, 0.1, 0.5, 0.1676)],
)
def test_rc34_a_rep_stretches_as_far_as_the_pay_makes_it_worth(
    w_book: float, gap: float, w_cx: float, phi: float
) -> None:
    pay = but(PAY, weight_bookings=w_book, weight_experience=w_cx)
    assert rep_inflation(0.5, 0.2, gap, pay) == pytest.approx(phi, abs=5e-5)


def test_who_is_not_paid_for_bookings_stretches_nothing() -> None:
    assert rep_inflation(0.5, 0.2, 0.9, but(PAY, weight_bookings=0.0)) == 0.0


def test_who_cannot_win_by_it_stretches_nothing() -> None:
    assert rep_inflation(0.0, 0.2, 0.9, PAY) == 0.0


def test_boundless_integrity_means_no_stretch() -> None:
    assert rep_inflation(0.5, 0.2, 0.3, but(PAY, integrity_cost=1e12)) < 1e-9


def test_nobody_stretches_beyond_the_cap_or_below_the_truth() -> None:
    assert rep_inflation(0.5, 0.2, 50.0, but(PAY, cap=0.4)) == 0.4
    assert rep_inflation(0.5, 0.2, -3.0, PAY) == 0.0  # far ahead of quota


@given(
    gap=st.floats(-0.9, 1.0), more=st.floats(0.01, 0.5),
    w_book=st.floats(0.01, 1.0), w_cx=st.floats(0.0, 1.0),
)  # fmt: skip
def test_a_rep_stretches_more_with_gap_and_commission_and_less_with_the_shared_goal(
    gap: float, more: float, w_book: float, w_cx: float
) -> None:
    def phi(g: float, book: float, cx: float) -> float:
        pay = but(PAY, weight_bookings=book, weight_experience=cx, cap=100.0)
        return rep_inflation(0.5, 0.2, g, pay)

    here = phi(gap, w_book, w_cx)
    assert phi(gap + more, w_book, w_cx) > here
    assert phi(gap, w_book + more, w_cx) > here
    assert phi(gap, w_book, w_cx + more) < here


def test_a_rep_judges_the_win_before_adding_to_the_claim() -> None:
    world = a_world()
    sales, _ = a_team(world, niche__win_intercept=-1.2, niche__claim_effect=0.5)
    sales.receive(some_leads([1.0], segment=Segment.NICHE, claim=0.4))
    world.run(until=2.0)
    win = 1 / (1 + np.exp(1.2 - 0.5 * 0.4))
    expected = 0.5 * win * (1 - win) / 0.12
    assert seen(world, LeadTouched)["inflation"].tolist() == [pytest.approx(expected)]


# -- M2.3, M2.2: winning ---------------------------------------------------------------------------


def won_share(n: int = 4000, claim: float = 0.0, **changes: object) -> float:
    """Share of n web leads that are won."""
    world = a_world()
    sales, _ = a_team(world, web_share=1.0, **changes)
    sales.receive(some_leads([0.5] * n, segment=Segment.NICHE, claim=claim))
    world.run(until=1.0)
    won, lost = seen(world, LeadWon)["lead"].size, seen(world, LeadLost)["lead"].size
    assert won + lost == n
    return won / n


@pytest.mark.parametrize("claim", [0.0, 0.5])
def test_a_bolder_claim_wins_by_the_logistic_curve(claim: float) -> None:
    expected = 1 / (1 + np.exp(1.2 - 0.5 * claim))
    error = np.sqrt(expected * (1 - expected) / 4000)
    assert won_share(claim=claim) == pytest.approx(expected, abs=Z * error)


def test_over_promising_cannot_pay_where_nobody_heeds_the_claim() -> None:
    assert won_share(claim=0.0, niche__claim_effect=0.0) == won_share(
        claim=1.0, niche__claim_effect=0.0
    )


def test_a_claim_lifts_wins_by_its_effect_times_what_is_not_won_yet() -> None:
    """d ln P / d phi = a_phi (1 - P) (MODEL M2.3), whatever is claimed already."""
    shape, step = firm().sales.niche, 1e-5
    for claim in (0.0, 0.4):
        less, here, more = (win_probability(shape, claim + by, 0.0) for by in (-step, 0.0, step))
        lift = (more - less) / (2 * step) / here
        assert lift == pytest.approx(shape.claim_effect * (1.0 - here), abs=1e-6)


def winners(beta: float, delay: float) -> set[int]:
    """Leads won of 2 000 that each waited `delay` hours for the office to open."""
    world = a_world()
    reps = Weekly.parse({"Mon-Mon 12-24": 3000})
    sales, _ = a_team(world, reps=reps, ageing_power=beta, base__claim_effect=0.0, ageing_scale=1.0)
    sales.receive(some_leads([12.0 - delay] * 2000))
    world.run(until=24.0)
    return set(seen(world, LeadWon)["lead"].tolist())


def test_without_ageing_a_lead_that_waited_is_as_good_as_a_fresh_one() -> None:
    assert winners(0.0, 11.0) == winners(0.0, 0.0)


def test_a_lead_goes_cold_by_a_power_of_its_wait() -> None:
    fresh, waited = winners(1.0, 0.0), winners(1.0, 3.0)
    assert waited < fresh
    win = 1 / (1 + np.exp(1.2))
    aged = win * (1 + 3.0) ** -1.0
    assert len(waited) / 2000 == pytest.approx(aged, abs=Z * np.sqrt(aged * (1 - aged) / 2000))


def test_waiting_counts_open_sales_hours_only() -> None:
    world = a_world()
    hours = Weekly.parse("Mon-Fri 09-18")
    sales, _ = a_team(world, hours=hours, reps=hours)
    friday_evening = 4 * DAY + 17.0
    sales.receive(some_leads([friday_evening, 5 * DAY]))
    world.run(until=2 * WEEK)
    waited = seen(world, LeadTouched)["waited"]
    # The rep takes the first at once; the other comes on Saturday and waits until Monday 09:00.
    assert waited.tolist() == [0.0, 0.0]


# -- M2.1: reps ------------------------------------------------------------------------------------


def test_one_rep_serves_leads_in_the_order_of_their_arrival() -> None:
    world = a_world()
    sales, _ = a_team(world)
    sales.receive(some_leads([1.0, 1.1, 1.2]))
    world.run(until=10.0)
    touched = seen(world, LeadTouched)
    assert touched["lead"].tolist() == [1000, 1001, 1002]
    assert touched["time"] == pytest.approx([1.0, 1.5, 2.0])
    assert touched["waited"] == pytest.approx([0.0, 0.4, 0.8])


def test_without_reps_nobody_who_needs_one_is_ever_decided() -> None:
    world = a_world()
    sales, _ = a_team(world, reps=Weekly.parse("never"))
    sales.receive(some_leads([1.0, 2.0]))
    world.run(until=WEEK)
    assert seen(world, LeadQualified)["lead"].size == 2
    assert seen(world, LeadWon)["lead"].size + seen(world, LeadLost)["lead"].size == 0
    assert sales.reps.queued == 2


def test_the_stated_shares_qualify_and_decide_on_the_web() -> None:
    world = a_world()
    sales, _ = a_team(world, web_share=0.6)
    sales.receive(some_leads([0.5] * 5000, qualified=0.4))
    world.run(until=1.0)
    qualified = seen(world, LeadQualified)
    n = qualified["lead"].size
    assert n / 5000 == pytest.approx(0.4, abs=Z * np.sqrt(0.24 / 5000))
    assert np.mean(~qualified["assisted"]) == pytest.approx(0.6, abs=Z * np.sqrt(0.24 / n))


def test_the_quota_gap_looks_at_the_last_four_weeks_of_bookings() -> None:
    world = a_world()
    sales, _ = a_team(world, web_share=1.0, base__win_intercept=50.0, target=1.0)
    sales.receive(some_leads([3.0 + 24 * day for day in range(14)]))
    world.run(until=5 * DAY)
    assert sales.quota_gap() == 0.0  # a week has to pass first
    world.run(until=14 * DAY)
    assert sales.quota_gap() == pytest.approx(0.0)
    world.run(until=28 * DAY)
    assert sales.quota_gap() == pytest.approx(0.5)
    world.run(until=42 * DAY)
    assert sales.quota_gap() == 1.0


def test_a_team_without_a_quota_is_never_behind_it() -> None:
    world = a_world()
    sales, _ = a_team(world, target=0.0)
    world.run(until=28 * DAY)
    assert sales.quota_gap() == 0.0
    assert seen(world, LeverMoved)["time"].size == 0


def test_sales_is_held_to_the_target_that_the_scorecard_shows() -> None:
    """One value per KPI for managers and scorecard (O3)."""

    few = but(firm(), customers__count=300, organisation__parts=("market", "marketing", "sales"))
    gaps = {}
    for target in (10.0, 40.0):
        organisation = Organisation(but(few, targets={"bookings": target}), 0)
        world = organisation.world
        world.run(until=world.now + 2 * WEEK)
        booked = seen(world, LeadWon)["time"].size
        gaps[target] = organisation.sales.quota_gap()
        assert gaps[target] == pytest.approx(1.0 - booked / (14 * target))
    assert gaps[10.0] < gaps[40.0]


# -- M2.6: the order record ------------------------------------------------------------------------


def book_some(fields_kept: float, n: int = 2000, *, special: bool = True) -> list[Order]:
    world = a_world()
    sales, orders = a_team(world, fields_kept)
    sales.promise = lambda segment, inflation: a_promise(3)
    for customer in range(n):
        promise = a_promise(1 if special else 3, special=special)
        sales.orders.book(an_order(customer, segment=Segment(int(special)), promise=promise))
    assert len(orders) == n
    return orders


def test_a_perfect_hand_off_keeps_every_promised_field() -> None:
    orders = book_some(1.0)
    assert all(o.express_on_record and o.setup_on_record for o in orders)
    assert all(o.due_on_record == o.due == 2 * DAY for o in orders)


def test_a_hand_off_that_loses_everything_makes_every_order_look_like_base() -> None:
    orders = book_some(0.0)
    assert not any(o.express_on_record or o.setup_on_record for o in orders)
    assert all(o.due_on_record == 4 * DAY for o in orders)  # the standard three days


def test_each_field_is_lost_on_its_own_with_the_stated_probability() -> None:
    kept = np.array(
        [(o.express_on_record, o.setup_on_record, o.due_on_record == o.due) for o in book_some(0.4)]
    )
    error = np.sqrt(0.24 / len(kept))
    assert kept.mean(axis=0) == pytest.approx([0.4] * 3, abs=Z * error)
    together = np.mean(kept[:, 0] & kept[:, 1])
    assert together == pytest.approx(0.16, abs=Z * np.sqrt(0.16 * 0.84 / len(kept)))


def test_an_ordinary_order_has_nothing_that_could_be_lost() -> None:
    orders = book_some(0.0, special=False)
    assert not any(o.express_on_record for o in orders)
    assert all(o.due_on_record == o.due for o in orders)


def test_a_better_hand_off_keeps_all_that_a_worse_one_kept() -> None:
    worse, better = book_some(0.4), book_some(0.7)
    assert all(
        b.express_on_record or not w.express_on_record for w, b in zip(worse, better, strict=True)
    )


# -- what follows a win ----------------------------------------------------------------------------


def test_a_win_books_price_and_commission_and_promises_what_was_said() -> None:
    world = a_world()
    sales, orders = a_team(world, niche__win_intercept=50.0, web_share=1.0)
    posted: list[tuple[Account, Account, int]] = []
    promised: list[tuple[Segment, float]] = []

    def promise(segment: Segment, inflation: float) -> Promise:
        promised.append((segment, inflation))
        return replace(a_promise(2, special=True), inflation=inflation)

    sales.promise, sales.post = promise, lambda *entry: posted.append(entry)
    sales.receive(some_leads([30.0], segment=Segment.NICHE, claim=0.5))
    world.run(until=40.0)
    assert promised[0] == (Segment.NICHE, 0.5)
    assert posted == [
        (Account.COMMISSION, Account.CASH, 316),
        (Account.CASH, Account.DEFERRED_REVENUE, 7900),
    ]
    assert (orders[0].customer, orders[0].nth) == (1000, 0)
    assert orders[0].due == (1 + 2 + 1) * DAY  # ordered on day 1, two days, to the end of the day
    assert seen(world, OrderPlaced)["due"].tolist() == [orders[0].due]


def test_claim_and_stretch_together_never_exceed_the_full_headline() -> None:
    world = a_world()
    sales, _ = a_team(world, niche__win_intercept=3.0, incentives__integrity_cost=0.001)
    sales.receive(some_leads([1.0] * 20, segment=Segment.NICHE, claim=0.9))
    world.run(until=20.0)
    won = seen(world, LeadWon)["inflation"]
    assert won.size > 10
    assert set(won.tolist()) == {1.0}


def test_commission_is_paid_for_first_orders_only() -> None:
    sales, _ = a_team(a_world())
    posted: list[Account] = []
    sales.post = lambda debit, credit, cents: posted.append(debit)
    sales.orders.book(an_order(7, nth=3))
    assert posted == [Account.CASH]


def test_reps_are_paid_each_week_whatever_they_sell() -> None:
    world = a_world()
    sales, _ = a_team(world)
    posted: list[tuple[Account, Account, int]] = []
    sales.post = lambda *entry: posted.append(entry)
    world.run(until=2 * WEEK)
    weekly = round(100 * 4.53 * 48_000 * 168 / 8760)
    assert posted == [(Account.SALES_PAYROLL, Account.CASH, weekly)] * 2


def test_the_default_reps_are_busy_with_the_usual_leads_for_two_thirds_of_their_time() -> None:
    """MODEL S5: 250 leads a day, 40 % qualified, 40 % of these assisted, 20 minutes each."""
    leads, sales = firm().market, firm().sales
    assisted = leads.base_leads * WEEK * leads.base.qualified_share * (1.0 - sales.web_share)
    load = assisted * sales.handle_time.mean / sales.reps.weekly_total
    assert load == pytest.approx(0.65, abs=0.01)


def test_the_incentives_of_the_default_firm_are_those_of_the_model() -> None:
    assert isinstance(PAY, RepIncentives)
    assert (PAY.integrity_cost, PAY.experience_cost, PAY.pressure) == (0.12, 0.6, 1.0)
