"""The end of a period: discounts, pushed claims, deals held back, commissions (MODEL M2.5)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgsim.departments.marketing import Marketing
from orgsim.departments.persuasion import rep_inflation
from orgsim.departments.quota import Commission, Quota, QuotaConfig
from orgsim.departments.quoting import at_price
from orgsim.departments.sales import Sales
from orgsim.entities import (
    Account,
    Attribute,
    LeadBatch,
    Lever,
    Order,
    Segment,
    Source,
    nobody,
    plain_promise,
)
from orgsim.facts import CommissionClawedBack, LeadLost, LeadTouched, LeadWon, LeverMoved
from orgsim.governance.information import Information
from orgsim.kernel.distributions import Fixed
from orgsim.kernel.world import Rank, World
from orgsim.organisation import Organisation
from orgsim.units import DAY, WEEK
from orgsim.weekly import Weekly
from tests.unit.parts import Z, a_world, an_order, but, firm, seen

HOCKEY: QuotaConfig = but(
    firm().sales.quota, commission_period=4 * WEEK, quota_period=13 * WEEK, end=0.2,
    discount=0.1, push=0.5, ahead=1.1, sandbag=0.15,
)  # fmt: skip
END = 0.8 * 4 * WEEK


def a_quota(world: World, a_day: float, **changes: object) -> Quota:
    """A team with a target of 10 a day that books so many."""
    quota = Quota(world, but(HOCKEY, **changes), 10 / DAY)
    world.every(DAY / a_day, quota.book, first=world.now + 1.0, rank=Rank.DAILY)
    return quota


def test_behind_its_quota_a_team_grants_discounts_and_pushes_in_the_last_fifth_only() -> None:
    world = a_world()
    quota = a_quota(world, 5.0)
    world.run(until=END)
    assert (quota.discount, quota.push) == (0.0, 1.0)
    world.run(until=END + DAY)
    assert (quota.discount, quota.push) == (pytest.approx(0.05, abs=1e-3), 1.5)
    world.run(until=4 * WEEK + 7)
    assert (quota.discount, quota.push) == (0.0, 1.0)
    moved = seen(world, LeverMoved)
    assert set(moved["lever"].tolist()) == {Lever.DISCOUNT, Lever.PUSH}
    assert moved["time"].min() >= END
    assert quota.held_until(1) is None


def test_where_two_periods_end_the_worse_attainment_counts() -> None:
    """Nothing is booked for nine weeks, then the target: the four weeks are well, the 13 not."""
    world = a_world()
    quota = Quota(world, HOCKEY, 10 / DAY)
    world.every(DAY / 10, quota.book, first=8 * WEEK, rank=Rank.DAILY)
    world.run(until=12 * WEEK - 1)
    assert quota.discount == pytest.approx(0.1 * 8 / 12, abs=2e-3)


def test_well_ahead_a_team_holds_its_share_of_deals_back_until_the_next_period() -> None:
    world = a_world()
    quota = a_quota(world, 12.0)
    world.run(until=END - 1)
    assert quota.held_until(1) is None
    world.run(until=END + DAY)
    held = [quota.held_until(lead) for lead in range(4000)]
    assert set(held) == {None, 4 * WEEK}
    share = np.mean([until is not None for until in held])
    assert share == pytest.approx(0.15, abs=Z * np.sqrt(0.15 * 0.85 / 4000))
    assert (quota.discount, quota.push) == (0.0, 1.0)


def test_who_is_ahead_in_one_period_and_behind_in_the_other_holds_nothing_back() -> None:
    """Nothing is booked for eight weeks, then a fifth above target: the quarter is still behind."""
    world = a_world()
    quota = Quota(world, HOCKEY, 10 / DAY)
    world.every(DAY / 12, quota.book, first=8 * WEEK, rank=Rank.DAILY)
    world.run(until=12 * WEEK - 1)
    assert quota.attainment(8 * WEEK) == pytest.approx(1.2, abs=0.01)
    assert quota.discount > 0.0
    assert {quota.held_until(lead) for lead in range(100)} == {None}


def test_a_team_on_target_does_nothing_at_all() -> None:
    world = a_world()
    quota = a_quota(world, 10.2)
    world.run(until=20 * WEEK)
    assert seen(world, LeverMoved)["time"].size == 0
    assert quota.held_until(1) is None


# -- in sales --------------------------------------------------------------------------------------


def a_team(world: World, target: float = 25.0, **changes: object) -> tuple[Sales, list[Order]]:
    """Reps round the clock, plenty of them, who need half an hour; a target in bookings a day."""
    always = Weekly.parse("always")
    config = but(
        firm().sales,
        **{
            "hours": always, "reps": Weekly.constant(50.0), "web_share": 0.0,
            "handle_time": Fixed[float](kind="fixed", mean=0.5), "quota": HOCKEY,
            "base__win_intercept": -1.2, "influence__discount": 3.0, **changes,
        },
    )  # fmt: skip
    sales = Sales(world, config, firm().organisation.handoff, bookings_target=target)
    orders: list[Order] = []
    sales.orders.place_order = orders.append
    return sales, orders


def leads(sales: Sales, times: list[float] | np.ndarray) -> None:
    sales.receive(
        LeadBatch(
            ids=np.arange(len(times), dtype=np.int64), times=np.asarray(times, dtype=float),
            segment=Segment.BASE, source=Source.ORGANIC, claim=0.0, qualified_share=1.0,
        )
    )  # fmt: skip


def test_a_discount_lowers_the_price_that_is_paid_and_the_commission() -> None:
    world = a_world()
    sales, orders = a_team(world, base__win_intercept=30.0, quota=but(HOCKEY, discount=0.5))
    posted: list[tuple[Account, int]] = []
    sales.post = lambda debit, credit, cents: posted.append((debit, cents))
    leads(sales, [1.0, END + 30.0])
    world.run(until=4 * WEEK - 1)
    full, cut = (order.price_cents for order in orders)
    assert full == 7000
    assert cut == pytest.approx(3500, abs=30)  # half off but for the one booking of the period
    assert (Account.CASH, cut) in posted
    assert (Account.COMMISSION, round(0.04 * cut)) in posted


def test_a_rep_s_discount_promises_as_much_for_the_money_as_marketing_s() -> None:
    world = a_world()
    sales, orders = a_team(world, base__win_intercept=30.0, quota=but(HOCKEY, discount=0.5))
    marketing = Marketing(world, firm().marketing, firm().campaign, Information(world, {}))
    sales.promise, sales.asked_price = marketing.promise, marketing.asked_price
    leads(sales, [1.0, END + 30.0])
    world.run(until=4 * WEEK - 1)
    by_rep = orders[-1].promise
    assert by_rep.price == pytest.approx(0.5, abs=0.01)
    world.dials.turn("marketing.price", by_rep.price)
    for_all = marketing.promise(Segment.BASE, by_rep.inflation)
    assert for_all.price == by_rep.price
    assert by_rep.levels == pytest.approx(for_all.levels)
    assert by_rep.levels[Attribute.PRICE] > orders[0].promise.levels[Attribute.PRICE]


def test_a_deal_held_back_is_booked_on_the_terms_agreed() -> None:
    world = a_world()
    sales, orders = a_team(
        world, target=0.1, base__win_intercept=30.0, quota=but(HOCKEY, sandbag=1.0)
    )
    price = [0.5]
    sales.promise = lambda segment, phi: at_price(plain_promise(segment, phi), price[0])
    leads(sales, [1.0, 2.0, 3.0, 4.0, END + 30.0])
    world.run(until=4 * WEEK - 1)
    assert sales.in_hand == 1
    price[0] = 1.0
    world.run(until=4 * WEEK + 1)
    assert [order.price_cents for order in orders] == [3500] * 5


def test_on_the_web_nobody_grants_a_discount() -> None:
    world = a_world()
    sales, orders = a_team(world, web_share=1.0, base__win_intercept=30.0)
    leads(sales, [END + 30.0])
    world.run(until=4 * WEEK - 1)
    assert [order.price_cents for order in orders] == [7000]


def test_a_deal_held_back_is_booked_when_the_next_period_begins_and_stays_in_hand_until_then() -> (
    None
):
    world = a_world()
    sales, _ = a_team(world, target=0.1, base__win_intercept=30.0, quota=but(HOCKEY, sandbag=1.0))
    leads(sales, [1.0, 2.0, 3.0, 4.0, END + 30.0])
    world.run(until=4 * WEEK - 1)
    assert seen(world, LeadWon)["time"].size == 4
    assert sales.in_hand == 1
    world.run(until=4 * WEEK + 1)
    assert seen(world, LeadWon)["time"].tolist()[-1] == 4 * WEEK
    assert sales.in_hand == 0
    assert seen(world, LeadLost)["time"].size == 0


def test_after_the_period_s_end_at_night_a_deal_is_a_deal_of_the_new_period() -> None:
    """Decided at 01:00 on its first Monday, five hours before the team's morning look."""
    for target, told in ((0.1, "ahead: nothing is held back"), (1.0, "behind: no discount")):
        world = a_world()
        sales, orders = a_team(
            world, target=target, base__win_intercept=30.0, base__claim_effect=0.1,
            quota=but(HOCKEY, discount=0.5, sandbag=1.0),
        )  # fmt: skip
        leads(sales, [1.0, 2.0, 3.0, 4.0, 4 * WEEK + 0.5])
        world.run(until=4 * WEEK - 1.0)
        assert (sales.quota.held_until(9) is None, sales.quota.discount == 0.0) == (
            target == 1.0, target == 0.1,
        ), told  # fmt: skip
        world.run(until=4 * WEEK + 1.0 + 1e-6)
        assert seen(world, LeadWon)["time"].tolist()[-1] == 4 * WEEK + 1.0, told
        assert orders[-1].price_cents == 7000, told
        assert (sales.quota.discount, sales.quota.push) == (0.0, 1.0)
        moved = seen(world, LeverMoved)["time"]
        assert not moved.size or moved.max() == 4 * WEEK


def test_a_period_that_is_no_whole_number_of_days_ends_when_it_ends() -> None:
    world = a_world()
    period = 10.3 * DAY
    quota = a_quota(world, 5.0, commission_period=period, quota_period=period)
    for nth in range(1, 40):
        world.run(until=nth * period - 1.0)
        assert quota.push == 1.5
        world.run(until=nth * period + 1e-3)
        assert (quota.discount, quota.push) == (0.0, 1.0)


def test_behind_quota_reps_stretch_further_at_the_end_but_never_beyond_the_cap() -> None:
    world = a_world()
    sales, _ = a_team(world, base__claim_effect=0.1)
    leads(sales, [WEEK, END + 30.0])
    world.run(until=4 * WEEK - 1)
    early, late = seen(world, LeadTouched)["inflation"].tolist()
    assert late > 1.4 * early  # less than 1.5 only by the gap of the last 28 days
    pay = but(firm().sales.incentives, cap=0.2)
    assert rep_inflation(0.5, 0.2, 0.3, pay, push=1.5) == 0.2


PERIODS = 100


def power_at_the_period(**changes: object) -> float:
    """The periodogram of daily bookings at 1 / 28 days, over its mean over all frequencies.

    Without a period it is exponential with mean 1, so that it exceeds 9.2 once in 10 000 seeds.
    """
    days = 28 * PERIODS
    world = a_world()
    sales, _ = a_team(world, **changes)
    leads(sales, np.sort(np.random.default_rng(5).uniform(0, days * DAY, 40 * days)))
    world.run(until=days * DAY)
    won = np.bincount((seen(world, LeadWon)["time"] // DAY).astype(int), minlength=days)
    spectrum = np.abs(np.fft.rfft(won - won.mean())[1:]) ** 2
    return float(spectrum[PERIODS - 1] / np.delete(spectrum, PERIODS - 1).mean())


def test_without_discount_push_and_sandbagging_there_is_no_period_in_what_is_sold() -> None:
    assert power_at_the_period(quota=but(HOCKEY, discount=0.0, push=0.0, sandbag=0.0)) < 9.2


def test_with_the_specification_s_values_the_period_shows_in_what_is_sold() -> None:
    assert power_at_the_period() > 9.2


# -- commissions clawed back -----------------------------------------------------------------------


def test_a_customer_who_leaves_early_costs_the_rep_a_share_of_the_commission_once() -> None:
    world = a_world()
    posted: list[tuple[Account, Account, int]] = []
    config = but(firm().sales.clawback, share=0.5, within=90 * DAY)
    commission = Commission(world, config, lambda *entry: posted.append(entry))
    commission.earn(7, Segment.BASE, 280)
    commission.earn(8, Segment.BASE, 280)
    world.run(until=90 * DAY)
    commission.claw_back([7, 99])
    commission.claw_back([7])
    world.run(until=91 * DAY)
    commission.claw_back([8])
    assert posted[2:] == [(Account.CASH, Account.COMMISSION, 140)]
    clawed = seen(world, CommissionClawedBack)
    assert (clawed["customer"].tolist(), clawed["cents"].tolist()) == ([7], [140])


def test_a_first_order_that_comes_to_nothing_costs_the_commission_once_and_a_later_one_none() -> (
    None
):
    posted: list[tuple[Account, Account, int]] = []
    config = but(firm().sales.clawback, share=1.0, within=90 * DAY)
    commission = Commission(a_world(), config, lambda *entry: posted.append(entry))
    commission.earn(7, Segment.BASE, 280)
    commission.undo(an_order(7, nth=1))
    assert len(posted) == 1
    commission.undo(an_order(7))
    commission.undo(an_order(7))
    commission.claw_back([7])
    assert posted[1:] == [(Account.CASH, Account.COMMISSION, 280)]


def test_in_the_firm_whoever_cancels_returns_or_goes_without_costs_the_commission() -> None:
    organisation = Organisation(but(firm(), customers__count=300, sales__clawback__share=1.0), 0)
    commission, finance = organisation.sales.commission, organisation.finance
    nothing = (
        organisation.customers.refund, organisation.logistics.returns.refund,
        organisation.logistics.turn_away,
    )  # fmt: skip
    organisation.customers.after_sale.refunded = nobody
    organisation.customers.turned_away = nobody
    for customer, end in enumerate(nothing):
        commission.earn(customer, Segment.BASE, 280)
        assert finance.balance(Account.COMMISSION) == 280
        end(an_order(customer))
        assert finance.balance(Account.COMMISSION) == 0


def test_what_is_paid_stays_paid_where_nothing_is_clawed_back() -> None:
    world = a_world()
    posted: list[object] = []
    config = but(firm().sales.clawback, share=0.0)
    commission = Commission(world, config, lambda *entry: posted.append(entry))
    commission.earn(7, Segment.BASE, 280)
    commission.claw_back([7])
    assert len(posted) == 1
    assert config.restraint == 0.0


@given(share=st.floats(0.0, 1.0), more=st.floats(0.01, 1.0))
def test_reps_who_may_have_to_pay_back_stretch_less(share: float, more: float) -> None:
    def phi(restraint: float) -> float:
        return rep_inflation(0.5, 0.2, 0.3, firm().sales.incentives, restraint=restraint)

    clawback = but(firm().sales.clawback, share=share)
    assert phi(clawback.restraint + more) < phi(clawback.restraint) <= phi(0.0)


def test_the_claw_back_stands_in_the_cost_of_stretching() -> None:
    pay = but(firm().sales.incentives, integrity_cost=0.12, weight_experience=0.0, cap=9.0)
    alone = rep_inflation(0.5, 0.2, 0.3, pay)
    assert rep_inflation(0.5, 0.2, 0.3, pay, restraint=0.12) == pytest.approx(alone / 2)
