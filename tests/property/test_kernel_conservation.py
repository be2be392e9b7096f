"""What a pool cannot lose: people, hours, work; against a few lines that compute it another way."""

from collections.abc import Generator
from itertools import pairwise
from math import inf
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgsim.kernel.draws import Draws
from orgsim.kernel.journal import Journal
from orgsim.kernel.resources import Pool, StockRoom
from orgsim.kernel.world import World

# Multiples of 1/64 h below 2**20 h: sums and differences are exact, so equality may be demanded.
moments = st.integers(0, 640).map(lambda n: n / 64)
durations = st.integers(1, 320).map(lambda n: n / 64)
visits = st.lists(
    st.tuples(moments, durations, st.one_of(durations, st.just(inf)), st.integers(0, 1)),
    max_size=30,
)
emails = st.lists(st.tuples(moments, durations), max_size=8)
shifts = st.lists(st.tuples(moments, st.integers(0, 3)), max_size=6)

Process = Generator[Any, Any, None]
Visit = tuple[float, float, float, int]


class Office:
    """A pool under random load, which keeps its own books of what each one lived through."""

    def __init__(self, heads: int) -> None:
        self.world = World(start=0.0, draws=Draws(0, 0), journal=Journal())
        self.pool = Pool(self.world, "office", heads, priorities=2)
        self.begun: dict[int, float] = {}
        self.left: dict[int, float] = {}
        self.mailed: dict[int, float] = {}

    def visit(self, who: int, hours: float, patience: float, priority: int) -> Process:
        if (yield self.pool.within(patience, priority)):
            self.begun[who] = self.world.now
            yield hours
            self.pool.release()
        else:
            self.left[who] = self.world.now

    def email(self, who: int, hours: float) -> Process:
        yield self.pool.work(hours)
        self.mailed[who] = self.world.now

    def run(self, visits: list[Visit], emails: list[tuple[float, float]], until: float) -> None:
        for who, (at, hours, patience, priority) in enumerate(visits):
            self.world.at(at, self.world.start, self.visit(who, hours, patience, priority))
        for who, (at, hours) in enumerate(emails):
            self.world.at(at, self.world.start, self.email(who, hours))
        self.world.run(until)


@given(visits=visits, emails=emails, shifts=shifts, heads=st.integers(0, 3), until=durations)
def test_people_and_hours_balance_exactly_at_any_moment(
    visits: list[Visit],
    emails: list[tuple[float, float]],
    shifts: list[tuple[float, int]],
    heads: int,
    until: float,
) -> None:
    office = Office(heads)
    pool = office.pool
    staffing = sorted(shifts, key=lambda shift: shift[0])
    for at, n in staffing:
        office.world.at(at, pool.set_heads, n)
    end = until * 3
    office.run(visits, emails, end)
    came = {who: visit for who, visit in enumerate(visits) if visit[0] < end}
    assert pool.entered == len(came) == pool.served + pool.left + pool.queued
    assert (pool.served, pool.left) == (len(office.begun), len(office.left))
    waits = sum(
        office.begun.get(who, office.left.get(who, end)) - at for who, (at, *_) in came.items()
    )
    assert pool.queue_hours() == pool.waited_hours() == waits
    talked = sum(min(begun + visits[who][1], end) - begun for who, begun in office.begun.items())
    mailed = sum(emails[who][1] for who in office.mailed)
    unfinished = sum(hours for who, (_, hours) in enumerate(emails) if who not in office.mailed)
    assert talked + mailed <= pool.busy_hours() <= talked + mailed + unfinished
    changes = [(0.0, heads), *(shift for shift in staffing if shift[0] < end), (end, 0)]
    on_duty = sum(n * (b - a) for (a, n), (b, _) in pairwise(changes))
    assert pool.duty_hours() >= max(on_duty, pool.busy_hours())


@given(visits=visits, heads=st.integers(1, 3))
def test_service_first_come_first_served_follows_the_recursion_of_queueing_theory(
    visits: list[Visit], heads: int
) -> None:
    # Customers in the order of arrival; none may tie with another or lose patience in a tie.
    shifted = [
        (at + who / 2**12, hours, patience + 2**-20 if patience < inf else inf, 0)
        for who, (at, hours, patience, _) in enumerate(sorted(visits))
    ]
    office = Office(heads)
    office.run(shifted, [], 1000.0)
    free = [0.0] * heads
    for who, (at, hours, patience, _) in enumerate(sorted(shifted)):
        begin = max(at, min(free))
        if begin - at > patience:
            assert office.left[who] == at + patience
        else:
            assert office.begun[who] == begin
            free[free.index(min(free))] = begin + hours


@given(visits=visits, email=st.tuples(moments, durations))
def test_a_single_email_is_done_when_the_lone_server_has_had_so_many_hours_without_callers(
    visits: list[Visit], email: tuple[float, float]
) -> None:
    calls = [(at, hours, inf, priority) for at, hours, _, priority in visits]
    office, no_email = Office(1), Office(1)
    office.run(calls, [email], 1000.0)
    no_email.run(calls, [], 1000.0)
    assert office.begun == no_email.begun  # callers notice nothing of email
    at, left = email
    now = at
    for who, begun in sorted(office.begun.items(), key=lambda item: item[1]):
        if begun + calls[who][1] <= at:
            continue
        spell = max(0.0, begun - now)
        if spell >= left:
            break
        left -= spell
        now = begun + calls[who][1]
    assert office.mailed[0] == now + left


@given(emails=emails, visits=visits, heads=st.integers(1, 3))
def test_all_email_is_done_in_the_end_and_each_hour_of_it_exactly_once(
    emails: list[tuple[float, float]], visits: list[Visit], heads: int
) -> None:
    office = Office(heads)
    office.run(visits, emails, 1000.0)
    assert len(office.mailed) == len(emails)
    talked = sum(visits[who][1] for who in office.begun)
    assert office.pool.busy_hours() == talked + sum(hours for _, hours in emails)


acts = st.lists(
    st.tuples(
        st.sampled_from(["ask a", "ask b", "ask ab", "receive a", "receive b", "cancel", "back"]),
        st.integers(1, 3),
    ),
    max_size=60,
)


@given(acts=acts, a=st.integers(0, 3), b=st.integers(0, 3))
def test_units_and_claims_of_a_stock_room_balance_whatever_happens(
    acts: list[tuple[str, int]], a: int, b: int
) -> None:
    world = World(start=0.0, draws=Draws(0, 0), journal=Journal())
    room = StockRoom(world, {"a": a, "b": b})
    claims: list[Any] = []
    served: list[int] = []
    for number, (act, n) in enumerate(acts):
        word, _, what = act.partition(" ")
        if word == "ask":
            claims.append(room.request(number, tuple(what), served.append))
        elif word == "receive":
            room.receive(what, n)
        for claim in claims[n - 1 : n]:
            if word == "cancel" and claim.is_waiting:
                room.cancel(claim)
            if word == "back" and claim.granted:
                room.put_back(claim)
                claims.remove(claim)
        waiting = [claim for claim in claims if claim.is_waiting]
        assert room.queued == len(waiting) == room.entered - room.served - room.withdrawn
        for component in "ab":
            held = sum(claim.granted and component in claim.needs for claim in claims)
            assert room.issued[component] == held
            on_hand = room.on_hand[component]
            assert on_hand == room.opening[component] + room.received[component] - held  # type: ignore[operator]
            assert room.waiting(component) == sum(component in claim.needs for claim in waiting)
        # Nobody waits for what is there.
        assert not any(all(room.on_hand[c] for c in claim.needs) for claim in waiting)
    for needs in (("a",), ("b",), ("a", "b")):
        order = [who for who in served if tuple(acts[who][0].split()[1]) == needs]
        assert order == sorted(order)


@pytest.mark.parametrize("heads", [1, 2])
def test_the_example_of_two_callers_and_an_email_is_as_computed_by_hand(heads: int) -> None:
    office = Office(heads)
    office.run([(1.0, 2.0, inf, 0), (2.0, 1.0, inf, 0)], [(0.0, 3.0)], 50.0)
    assert office.mailed == {0: {1: 6.0, 2: 4.0}[heads]}
