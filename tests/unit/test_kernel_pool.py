"""Pools: who is served when, by how many, and at what cost."""

import sys
from collections.abc import Callable, Generator
from math import inf
from types import FrameType
from typing import Any

import pytest

from orgsim.errors import ModelError
from orgsim.kernel.resources import Pool
from orgsim.kernel.world import World
from orgsim.weekly import Weekly
from tests.unit.kernel_tools import a_world

Lean = Generator[Any, Any, Any]


class Desk:
    """A world with one pool, and a diary of who began, ended and left when."""

    def __init__(self, heads: int | Weekly, start: float = 0.0, priorities: int = 1) -> None:
        self.world = a_world(start)
        self.pool = Pool(self.world, "desk", heads, priorities=priorities)
        self.diary: list[tuple[float, str]] = []

    def visit(
        self, at: float, who: str, hours: float, priority: int = 0, patience: float = inf
    ) -> None:
        self.world.at(at, self._start, self._visit(who, hours, priority, patience))

    def email(self, at: float, who: str, hours: float) -> None:
        self.world.at(at, self._start, self._email(who, hours))

    def _start(self, generator: Lean) -> None:
        self.world.start(generator)

    def _visit(self, who: str, hours: float, priority: int, patience: float) -> Lean:
        if (yield self.pool.within(patience, priority)):
            self.diary.append((self.world.now, f"{who} begins"))
            yield hours
            self.pool.release()
            self.diary.append((self.world.now, f"{who} ends"))
        else:
            self.diary.append((self.world.now, f"{who} leaves"))

    def _email(self, who: str, hours: float) -> Lean:
        yield self.pool.work(hours)
        self.diary.append((self.world.now, f"{who} ends"))

    def run(self, until: float) -> list[tuple[float, str]]:
        self.world.run(until)
        return self.diary


def test_first_come_is_first_served() -> None:
    desk = Desk(1)
    for at, who in ((0.0, "a"), (0.25, "b"), (0.5, "c")):
        desk.visit(at, who, 1.0)
    assert desk.run(9.0) == [
        (0.0, "a begins"),
        (1.0, "a ends"),
        (1.0, "b begins"),
        (2.0, "b ends"),
        (2.0, "c begins"),
        (3.0, "c ends"),
    ]


def test_a_better_class_is_served_first_but_interrupts_nobody() -> None:
    desk = Desk(1, priorities=3)
    for at, who, priority in ((0.0, "a", 2), (0.1, "b", 2), (0.2, "c", 1), (0.3, "d", 0)):
        desk.visit(at, who, 1.0, priority)
    begins = [entry for entry in desk.run(9.0) if "begins" in entry[1]]
    assert begins == [(0.0, "a begins"), (1.0, "d begins"), (2.0, "c begins"), (3.0, "b begins")]


def test_who_loses_patience_leaves_then_and_is_not_served() -> None:
    desk = Desk(1)
    desk.visit(0.0, "a", 1.0)
    desk.visit(0.1, "b", 1.0, patience=0.5)
    desk.visit(0.2, "c", 1.0, patience=5.0)
    assert desk.run(9.0)[1:4] == [(0.6, "b leaves"), (1.0, "a ends"), (1.0, "c begins")]
    assert (desk.pool.entered, desk.pool.served, desk.pool.left) == (3, 2, 1)


def test_without_patience_one_is_served_at_once_or_leaves_at_once() -> None:
    desk = Desk(1)
    desk.visit(0.0, "a", 1.0, patience=0.0)
    desk.visit(0.5, "b", 1.0, patience=0.0)
    assert desk.run(9.0) == [(0.0, "a begins"), (0.5, "b leaves"), (1.0, "a ends")]


def test_a_server_freed_at_the_very_end_of_patience_serves_if_freed_first() -> None:
    desk = Desk(1)
    desk.visit(0.0, "a", 1.0)  # its end was planned before the patience of b
    desk.visit(0.5, "b", 1.0, patience=0.5)
    assert (1.0, "b begins") in desk.run(9.0)


def test_heads_follow_the_weekly_schedule() -> None:
    desk = Desk(Weekly.parse({"Mon-Fri 09-17": 2, "Mon-Fri 12-13": 1}))
    heads = []
    for hour in (8.5, 9.5, 12.5, 13.5, 17.5, 24 + 9.5, 5 * 24 + 10.0, 7 * 24 + 9.0):
        desk.world.at(hour, lambda: heads.append(desk.pool.heads))
    desk.run(400.0)
    assert heads == [0, 2, 1, 2, 0, 2, 0, 2]
    assert desk.pool.duty_hours() == (5 + 5 + 2) * 15 + 13  # to Wednesday 16:00


def test_who_waits_overnight_is_served_when_the_desk_opens() -> None:
    desk = Desk(Weekly.parse("Mon-Fri 09-17"), start=-1344.0)
    desk.visit(-1344.0, "a", 0.5)
    assert desk.run(-1300.0) == [(-1335.0, "a begins"), (-1334.5, "a ends")]


def test_a_busy_server_finishes_after_the_end_of_the_shift_and_then_leaves() -> None:
    desk = Desk(Weekly.parse("Mon-Fri 09-17"))
    desk.visit(16.5, "a", 2.0)
    desk.visit(16.75, "b", 1.0)
    assert desk.run(48.0) == [
        (16.5, "a begins"),
        (18.5, "a ends"),
        (33.0, "b begins"),
        (34.0, "b ends"),
    ]
    assert desk.pool.busy_hours() == 3.0
    assert desk.pool.duty_hours() == 8.0 + 1.5 + 8.0  # the overrun is duty, too


def test_a_falling_headcount_takes_idle_servers_first_and_lets_the_busy_finish() -> None:
    desk = Desk(3)
    desk.visit(0.0, "a", 2.0)
    desk.visit(0.0, "b", 4.0)
    for at, heads in ((1.0, 1), (3.0, 2)):
        desk.world.at(at, desk.pool.set_heads, heads)
    desk.visit(1.0, "c", 1.0)
    levels = []
    for at in (0.5, 1.5, 2.5, 3.5):
        desk.world.at(at, lambda: levels.append((desk.pool.heads, desk.pool.busy, desk.pool.idle)))
    assert (3.0, "c begins") in desk.run(9.0)
    assert levels == [(3, 2, 1), (1, 2, 0), (1, 1, 0), (2, 2, 0)]
    assert desk.pool.busy_hours() == 2.0 + 4.0 + 1.0
    assert desk.pool.duty_hours() == 3 * 1 + 2 * 1 + 1 * 1 + 2 * 6


def test_setting_heads_replaces_the_schedule_for_good() -> None:
    desk = Desk(Weekly.parse("Mon-Sun 09-17"))
    desk.world.at(10.0, desk.pool.set_heads, 4)
    desk.run(20.0)
    assert desk.pool.heads == 4
    desk.pool.set_heads(Weekly.parse("Mon-Sun 08-20"))
    desk.pool.set_heads(Weekly.parse("Mon-Sun 10-20"))
    assert desk.pool.heads == 0
    desk.run(24 + 9.0)
    assert desk.pool.heads == 0
    desk.run(24 + 10.5)
    assert desk.pool.heads == 1


@pytest.mark.parametrize("heads", [0, Weekly.parse("never")])
def test_a_desk_that_never_opens_serves_nobody_and_patience_still_ends(heads: int | Weekly) -> None:
    desk = Desk(heads)
    desk.visit(0.0, "a", 1.0)
    desk.visit(0.0, "b", 1.0, patience=2.0)
    desk.email(0.0, "c", 1.0)
    assert desk.run(500.0) == [(2.0, "b leaves")]
    assert (desk.pool.queued, desk.pool.queued_work, desk.pool.busy) == (1, 1, 0)
    assert desk.pool.queue_hours() == desk.pool.waited_hours() == 502.0


def test_email_is_put_aside_when_a_call_comes_and_taken_up_again_where_it_was() -> None:
    desk = Desk(1)
    desk.email(0.0, "mail", 1.0)
    desk.visit(0.25, "call", 2.0)
    desk.visit(0.5, "second call", 0.5)
    assert desk.run(9.0) == [
        (0.25, "call begins"),
        (2.25, "call ends"),
        (2.25, "second call begins"),
        (2.75, "second call ends"),
        (3.5, "mail ends"),
    ]
    assert desk.pool.busy_hours() == 3.5


def test_the_email_begun_last_is_put_aside_first_and_resumed_before_new_ones() -> None:
    desk = Desk(2)
    for at, who in ((0.0, "a"), (0.25, "b"), (0.5, "c")):
        desk.email(at, who, 1.0)
    desk.visit(0.75, "call", 0.5)
    assert desk.run(9.0) == [
        (0.75, "call begins"),
        (1.0, "a ends"),  # b goes on from here with half an hour left, though c waits too
        (1.25, "call ends"),
        (1.5, "b ends"),
        (2.25, "c ends"),
    ]


def test_email_waits_while_anybody_queues_and_is_put_aside_when_the_shift_ends() -> None:
    desk = Desk(Weekly.parse("Mon-Sun 09-17"))
    desk.email(16.0, "mail", 2.0)
    desk.email(16.0, "late mail", 1.0)
    desk.visit(24 + 9.0, "call", 1.0)
    assert desk.run(90.0) == [
        (33.0, "call begins"),
        (34.0, "call ends"),
        (35.0, "mail ends"),
        (36.0, "late mail ends"),
    ]


def test_email_without_length_is_done_when_a_server_is_idle() -> None:
    desk = Desk(1)
    desk.visit(0.0, "call", 1.0)
    desk.email(0.5, "mail", 0.0)
    assert desk.run(9.0)[-1] == (1.0, "mail ends")


def test_a_pool_itself_and_a_turn_may_be_yielded() -> None:
    world = a_world()
    pool = Pool(world, "desk", 1, priorities=2)
    seen: list[object] = []

    def customer() -> Lean:
        seen.append((yield pool))
        yield 1.0
        pool.release()
        seen.append((yield pool.turn(1)))
        yield 1.0
        pool.release()
        seen.append(world.now)

    world.start(customer())
    world.run(5.0)
    assert seen == [True, True, 2.0]


def test_one_and_the_same_turn_may_be_yielded_by_many() -> None:
    world = a_world()
    pool = Pool(world, "desk", 1)
    turn = pool.within(1.5)
    seen: list[tuple[float, bool]] = []

    def customer() -> Lean:
        for _ in range(2):
            is_served = yield turn
            seen.append((world.now, is_served))
            if is_served:
                yield 1.0
                pool.release()

    for _ in range(3):
        world.start(customer())
    world.run(9.0)
    assert seen == [
        *((0.0, True), (1.0, True), (1.5, False), (2.0, True)),
        *((3.0, False), (3.0, True)),  # patience was planned to end before the server was
    ]


def test_a_server_that_nobody_holds_cannot_be_released() -> None:
    desk = Desk(1)
    with pytest.raises(ModelError, match=r"'desk'.*nobody holds"):
        desk.pool.release()
    desk.email(0.0, "mail", 5.0)
    desk.run(1.0)
    with pytest.raises(ModelError, match="nobody holds"):
        desk.pool.release()


@pytest.mark.parametrize(
    "ask",
    [
        lambda pool: pool.within(float("nan")),
        lambda pool: pool.within(-1.0),
        lambda pool: pool.within(1.0, 1),
        lambda pool: pool.turn(-1),
        lambda pool: pool.work(inf),
        lambda pool: pool.work(-1.0),
        lambda pool: pool.set_heads(-1),
        lambda pool: pool.set_heads(1.5),
        lambda pool: pool.set_heads(Weekly.constant(1.5)),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_pools_name(ask: Callable[[Pool], Any]) -> None:
    with pytest.raises(ModelError, match="'desk'"):
        ask(Desk(1).pool)


def test_a_pool_needs_a_priority_class() -> None:
    with pytest.raises(ModelError, match="priority class"):
        Pool(a_world(), "desk", 1, priorities=0)


def _lines_run(world: World, until: float) -> int:
    """How many lines of Python run up to a time: a measure of work that no neighbour disturbs."""
    lines = 0

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal lines
        lines += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        world.run(until)
    finally:
        sys.settrace(before)
    return lines


@pytest.mark.parametrize("is_patient", [True, False])
def test_a_service_costs_the_same_with_100_and_with_50_000_waiting(is_patient: bool) -> None:
    costs = []
    for depth in (100, 50_000):
        desk = Desk(1, priorities=2)
        for who in range(depth):
            patience = inf if is_patient or who >= depth - 60 else 0.5 + who / depth / 4
            desk.world.start(desk._visit(str(who), 1.0, 1, patience))
        desk.run(0.75)  # now those without patience have left
        for who in range(20):
            desk.visit(0.8, f"hot {who}", 1.0, 0)
        desk.run(0.9)
        costs.append(_lines_run(desk.world, 50.9))
    # Up to 64 entries of people who left may still be in the shallow queue, at 4 lines each.
    assert costs[0] - 4 * 64 * (not is_patient) <= costs[1] <= costs[0]


def test_those_who_left_do_not_pile_up_in_a_queue_that_is_never_served() -> None:
    desk = Desk(0, priorities=2)
    for who in range(10_000):
        desk.visit(who / 100, str(who), 1.0, who % 2, patience=0.3)
    desk.run(99.0)
    assert desk.pool.left > 9_000
    assert sum(len(queue) for queue in desk.pool.queues) < 250
