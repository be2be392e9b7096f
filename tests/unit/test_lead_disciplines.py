"""Which waiting lead is served next, and what else sways it (MODEL M2.1, M2.3, RC-6)."""

from __future__ import annotations

from collections.abc import Generator
from math import exp

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgsim.departments.sales import Sales
from orgsim.entities import LeadBatch, Segment, Source
from orgsim.facts import LeadTouched, LeadWon
from orgsim.kernel.distributions import Exponential, Fixed
from orgsim.kernel.resources import Pool
from orgsim.kernel.world import World
from orgsim.units import DAY
from orgsim.weekly import Weekly
from tests.unit.parts import Z, a_world, but, firm, seen


def waits(arrivals: list[float], heads: int, *, latest_first: bool) -> list[float]:
    """How long each waits for a pool whose every service takes two hours."""
    world, found = a_world(), {}
    pool = Pool(world, "team", heads, latest_first=latest_first)

    def customer(number: int) -> Generator[object, object, None]:
        began = world.now
        yield pool
        found[number] = world.now - began
        yield 2.0
        pool.release()

    for number, time in enumerate(sorted(arrivals)):
        world.at(time, lambda n=number: world.start(customer(n)))
    world.run(until=1000.0)
    assert pool.waited_hours() == pool.queue_hours()  # exact: quarters of an hour
    return [found[number] for number in range(len(arrivals))]


@given(
    quarters=st.lists(st.integers(0, 80), min_size=2, max_size=60), heads=st.integers(1, 3)
)  # fmt: skip
def test_serving_the_last_first_leaves_the_mean_wait_as_it_is_and_never_lowers_its_variance(
    quarters: list[int], heads: int
) -> None:
    times = [quarter / 4 for quarter in quarters]
    first = np.array(waits(times, heads, latest_first=False))
    last = np.array(waits(times, heads, latest_first=True))
    assert first.sum() == last.sum()
    assert (last**2).sum() >= (first**2).sum()


def test_who_comes_last_is_served_first() -> None:
    assert waits([0.0, 0.25, 0.5], 1, latest_first=False) == [0.0, 1.75, 3.5]
    assert waits([0.0, 0.25, 0.5], 1, latest_first=True) == [0.0, 3.75, 1.5]


def a_team(world: World, **changes: object) -> Sales:
    config = but(
        firm().sales,
        **{
            "hours": Weekly.parse("always"), "reps": Weekly.parse("always"), "web_share": 0.0,
            "handle_time": Fixed[float](kind="fixed", mean=0.5),
            "base__win_intercept": -1.2, "niche__win_intercept": -1.2, "base__claim_effect": 0.01,
            "niche__claim_effect": 0.5, "ageing_power": 0.0, **changes,
        },
    )  # fmt: skip
    return Sales(world, config, firm().organisation.handoff)


def receive(
    sales: Sales, times: list[float] | np.ndarray, segment: Segment = Segment.BASE, **what: float
) -> None:
    ids = 10_000 * segment + np.arange(len(times), dtype=np.int64)
    sales.receive(
        LeadBatch(
            ids=ids, times=np.asarray(times, dtype=float), segment=segment, source=Source.ORGANIC,
            **{"claim": 0.0, "qualified_share": 1.0, **what},
        )
    )  # fmt: skip


@pytest.mark.parametrize(
    ("discipline", "order"),
    [
        ("first_come", [0, 1, 10_000, 2, 10_001]),
        ("last_come", [0, 10_001, 2, 10_000, 1]),
        ("score", [0, 10_000, 10_001, 1, 2]),
    ],
)
def test_reps_take_up_leads_by_their_discipline(discipline: str, order: list[int]) -> None:
    """The niche, to whom the claim speaks, has the better chances; the first rep is free at 1.5."""
    world = a_world()
    sales = a_team(world, discipline=discipline)
    receive(sales, [1.0, 1.1, 1.3])
    receive(sales, [1.2, 1.4], Segment.NICHE, claim=0.6)
    world.run(until=10.0)
    assert seen(world, LeadTouched)["lead"].tolist() == order


def squared_waits(discipline: str, replications: int = 12) -> np.ndarray:
    """Mean wait and mean squared wait of leads at eight reps, per replication (RC-6)."""
    rows = []
    for replication in range(replications):
        world = a_world(replication=replication)
        law = Exponential[float](kind="exponential", mean=1 / 3)
        sales = a_team(world, reps=Weekly.constant(8.0), handle_time=law, discipline=discipline)
        luck = np.random.default_rng(replication)
        times = np.cumsum(luck.exponential(1 / 20, 20 * 24 * 14))
        receive(sales, times)
        world.run(until=20 * DAY)
        touched = seen(world, LeadTouched)
        came = touched["time"] - touched["waited"]
        waited = touched["waited"][(came > 2 * DAY) & (came < times[-1] - DAY)]
        rows.append((waited.mean(), (waited**2).mean()))
    return np.array(rows)


def test_rc6_last_come_waits_as_long_on_average_and_six_times_as_unevenly() -> None:
    """M/M/8 at .8333: W .13317 h; E[W^2] = 2 C / (c mu (1 - rho))^2, last come over 1 - rho more.

    A wait under last come first served is a busy period of the team (Vasicek 1977). Four standard
    errors over 12 replications, as of a t with 11 degrees of freedom: one of the four fails by
    chance in about 120 seeds.
    """
    chance, spare = 0.53269, 24.0 * (1.0 - 20.0 / 24.0)
    even = 2 * chance / spare**2
    for discipline, squared in (("first_come", even), ("last_come", even / (1 - 20 / 24))):
        found = squared_waits(discipline)
        error = found.std(axis=0, ddof=1) / np.sqrt(len(found))
        assert (np.abs(found.mean(axis=0) - (0.13317, squared)) < Z * error).all()


# -- M2.3: what else sways a prospect --------------------------------------------------------------


def won_share(n: int = 4000, *, dials: dict[str, float] | None = None, **what: float) -> float:
    config = {name: what.pop(name) for name in list(what) if "__" in name}
    world = a_world()
    sales = a_team(world, web_share=1.0, **config)
    for name, by in (dials or {}).items():
        world.dials.turn(name, by)
    if "price" in what:
        price = what.pop("price")
        sales.asked_price = lambda: price
    receive(sales, [0.5] * n, **what)
    world.run(until=1.0)
    return seen(world, LeadWon)["lead"].size / n


def logistic(odds: float) -> float:
    return 1.0 / (1.0 + exp(-odds))


@pytest.mark.parametrize(
    ("what", "gain"),
    [
        ({"influence__trust": 2.0, "trust": 0.6}, -0.4),
        ({"influence__bad_talk": 5.0, "doubt": 0.1}, -0.5),
        ({"influence__discount": 3.0, "price": 0.8}, 0.6),
        ({"influence__discount": 3.0, "price": 1.08}, -0.24),
        ({"dials": {"sales.intent": 0.3}}, 0.3),
    ],
)
def test_reputation_price_and_intent_sway_the_odds_by_their_effect(
    what: dict[str, float], gain: float
) -> None:
    expected = logistic(-1.2 + gain)
    error = np.sqrt(expected * (1 - expected) / 4000)
    assert won_share(**what) == pytest.approx(expected, abs=Z * error)


@pytest.mark.parametrize("what", [{"trust": 0.1}, {"doubt": 0.9}])
def test_reputation_is_nothing_to_sales_while_its_effect_is_0(what: dict[str, float]) -> None:
    assert won_share(**what) == won_share()


def test_who_decides_on_the_web_meets_with_no_rep_s_skill() -> None:
    def won(novices: int) -> list[int]:
        world = a_world()
        sales = a_team(world, web_share=1.0, influence__skill=2.0, temporary__skill=-0.5)
        sales.temporary.there = novices
        receive(sales, [0.5] * 400)
        world.run(until=1.0)
        return seen(world, LeadWon)["lead"].tolist()

    assert won(3) == won(0)


def test_skill_is_that_of_the_team_on_duty_when_the_rep_takes_the_lead_up() -> None:
    """Taken up by the firm's own rep just before the end of the day, decided after it."""
    day = Weekly.parse("Mon-Sun 09-18")

    def won(leave: float) -> list[int]:
        world = a_world()
        sales = a_team(
            world, hours=day, reps=Weekly(day.starts, tuple(400 * v for v in day.values)),
            influence__skill=2.0, temporary__skill=-0.5,
        )  # fmt: skip
        sales.temporary.there = 200
        world.at(leave, setattr, sales.temporary, "there", 0)
        receive(sales, [17.8] * 400)  # decided at 18:18, when nobody is on duty
        world.run(until=20.0)
        return seen(world, LeadWon)["lead"].tolist()

    assert won(18.1) == won(19.0) != won(17.0)


def test_a_team_of_novices_wins_less_by_its_share_of_them() -> None:
    def share(novices: int, effect: float) -> float:
        world = a_world()
        reps = Weekly.constant(2000.0)
        sales = a_team(world, reps=reps, influence__skill=effect, temporary__skill=-0.5)
        sales.temporary.there = novices
        receive(sales, [0.5] * 4000)
        world.run(until=3.0)
        return seen(world, LeadWon)["lead"].size / 4000

    expected = logistic(-1.2 - 2.0 * 0.5 * 0.5)
    assert share(1000, 2.0) == pytest.approx(
        expected, abs=Z * np.sqrt(expected * (1 - expected) / 4000) + 0.01
    )  # the claim, which reps stretch, adds .01 log-odds at most
    assert share(1000, 0.0) == share(0, 2.0)
