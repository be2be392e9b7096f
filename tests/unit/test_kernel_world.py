"""The world: one order of events, values and failures as in SimPy."""

from collections.abc import Generator
from typing import Any

import pytest
import simpy

from orgsim.errors import ModelError
from orgsim.kernel.resources import Pool
from orgsim.kernel.world import LeanProcess, Rank
from tests.unit.kernel_tools import Seen, a_world

Lean = Generator[Any, Any, Any]


def test_at_equal_times_the_rank_decides_and_then_the_order_of_insertion() -> None:
    world = a_world()
    seen: list[str] = []
    for rank in reversed(Rank):
        world.at(5.0, seen.append, f"{rank.name} 1", rank=rank)
        world.at(5.0, seen.append, f"{rank.name} 2", rank=rank)
    world.run(6.0)
    assert seen == [f"{rank.name} {n}" for rank in Rank for n in (1, 2)]
    assert [rank.name for rank in Rank] == [
        "CLOSE",
        "CALENDAR",
        "RECEIPT",
        "WEEKLY",
        "DAILY",
        "NORMAL",
    ]


def test_rank_also_decides_among_what_is_asked_for_at_that_very_instant() -> None:
    world = a_world()
    seen: list[str] = []

    def ask(name: str, rank: Rank) -> None:
        seen.append("asks")
        world.at(5.0, seen.append, name, rank=rank)

    def lean() -> Lean:
        seen.append("lean begins")
        yield 1e-20  # no time at all, at this hour
        seen.append("lean ends")

    world.at(5.0, ask, "last", Rank.NORMAL)
    world.at(5.0, ask, "daily", Rank.DAILY)
    world.at(5.0, lambda: world.start(lean()))
    world.at(5.0, ask, "calendar", Rank.CALENDAR)
    world.at(5.0, seen.append, "planned")
    world.run(6.0)
    assert seen == [
        *("asks", "asks", "daily", "asks", "calendar", "planned"),
        *("last", "lean begins", "lean ends"),
    ]


def test_what_repeats_does_not_drift() -> None:
    world = a_world()
    seen: list[float] = []
    world.every(0.1, lambda: seen.append(world.now), first=0.3, rank=Rank.NORMAL)
    world.run(100.0)
    assert seen == [0.3 + k * 0.1 for k in range(len(seen))]
    assert len(seen) == 997


def test_a_run_stops_before_its_end_and_the_next_goes_on_from_there() -> None:
    world = a_world()
    seen: list[float] = []
    for time in (1.0, 2.0, 3.0):
        world.at(time, lambda: seen.append(world.now))
    world.run(2.0)
    assert (seen, world.now) == ([1.0], 2.0)
    world.run(3.5)
    assert (seen, world.now) == ([1.0, 2.0, 3.0], 3.5)


def test_gauges_are_read_at_each_weeks_end_before_anything_of_the_new_week() -> None:
    world = a_world(start=-200.0)
    level = [0]
    world.gauge("level", lambda: level[0], member="kit")
    world.at(0.0, lambda: level.__setitem__(0, 1), rank=Rank.CALENDAR)
    world.run(168.0)
    gauges = world.journal.gauges()
    assert gauges["t"].tolist() == [-168.0, 0.0, 168.0]
    assert gauges["value"].tolist() == [0.0, 0.0, 1.0]
    with pytest.raises(ModelError, match="declared twice"):
        world.gauge("level", lambda: 0.0, member="kit")


def test_facts_are_compacted_at_each_weeks_end_and_keep_their_order() -> None:
    world = a_world()
    for who in range(400):
        world.at(float(who), lambda who=who: world.record(Seen(world.now, who)))
    world.record_block(Seen, [3.5, 1.5], [1000, 1001])
    world.run(400.0)
    who = world.journal.columns(Seen)["who"].tolist()
    assert who[:6] == [0, 1, 1001, 2, 3, 1000]
    assert len(who) == 402


def test_a_feed_calls_row_by_row_and_starts_what_is_a_process() -> None:
    world = a_world()
    seen: list[tuple[float, int, bool]] = []

    def visitor(who: int, is_known: bool) -> Lean:
        yield 0.5
        seen.append((world.now, who, is_known))

    world.feed([1.0, 1.0, 4.0], visitor, [7, 8, 9], [True, False, True])
    world.feed([2.0], lambda: seen.append((world.now, 0, False)))
    world.feed([], visitor, [], [])
    world.run(5.0)
    assert seen == [(1.5, 7, True), (1.5, 8, False), (2.0, 0, False), (4.5, 9, True)]


def test_what_a_feed_starts_may_wait_for_anything_and_its_end_is_nobodys() -> None:
    world = a_world()
    seen: list[tuple[object, float]] = []

    def errand() -> Lean:
        yield 1.0
        return "done"

    def visitor(who: int) -> Lean:
        seen.append(((yield world.timeout(0.5, value=who)), world.now))
        seen.append(((yield world.start(errand())), world.now))
        try:
            yield -1.0
        except ModelError as error:
            seen.append((str(error)[:17], world.now))
        yield 0.0
        seen.append(("bye", world.now))

    world.feed([1.0], visitor, [7])
    world.run(5.0)
    assert seen == [(7, 1.5), ("done", 2.5), ("process 'visitor'", 2.5), ("bye", 2.5)]


@pytest.mark.parametrize("hours", [0.5, 0.0, float("nan")])
def test_an_error_in_what_a_feed_starts_names_it_once(hours: float) -> None:
    world = a_world()

    def clumsy() -> Lean:
        yield hours
        raise ModelError("oops")

    world.feed([1.0], clumsy)
    with pytest.raises(ModelError) as caught:
        world.run(5.0)
    at = 1.5 if hours == 0.5 else 1.0
    assert caught.value.__notes__ == [f"in process 'clumsy' at t = {at} h"]


@pytest.mark.parametrize("times", [[2.0, 1.0], [-1.0], [float("nan")], [float("inf")]])
def test_a_feed_refuses_times_that_do_not_rise_from_now_on(times: list[float]) -> None:
    with pytest.raises(ModelError, match="times must rise"):
        a_world().feed(times, lambda: None)


def test_a_feed_refuses_columns_of_another_length() -> None:
    with pytest.raises(ModelError, match="length of the times"):
        a_world().feed([1.0], lambda who: None, [1, 2])


def test_holding_until_a_moment_meets_it_exactly() -> None:
    world = a_world(start=0.1)
    seen: list[float] = []

    def carrier() -> Lean:
        for k in range(1, 50):
            yield world.until(0.7 * k)
            seen.append(world.now)

    world.start(carrier())
    world.run(40.0)
    assert seen == [0.7 * k for k in range(1, 50)]


def test_numbers_of_every_kind_are_held() -> None:
    import numpy as np

    world = a_world()
    seen: list[float] = []

    def walker() -> Lean:
        for hours in (1, 0, 0.5, np.float64(2.0), np.int64(3), True):
            yield hours
            seen.append(world.now)

    world.start(walker())
    world.run(10.0)
    assert seen == [1.0, 1.0, 1.5, 3.5, 6.5, 7.5]


def test_the_value_of_a_simpy_event_comes_back_and_its_failure_is_thrown_in() -> None:
    world = a_world()
    seen: list[object] = []

    def lean() -> Lean:
        seen.append((yield world.timeout(1.0, "tea")))
        try:
            yield world.event().fail(KeyError("milk"))
        except KeyError as error:
            seen.append(error.args[0])
        seen.append(world.now)

    world.start(lean())
    world.run(5.0)
    assert seen == ["tea", "milk", 1.0]


def test_a_lean_process_waits_for_another_and_gets_what_it_returned() -> None:
    world = a_world()
    seen: list[object] = []

    def child(hours: float) -> Lean:
        yield hours
        return f"{hours} h"

    def parent() -> Lean:
        early, late = world.start(child(1.0)), world.start(child(2.0))
        seen.append((early.is_alive, early.value))
        seen.append((world.now, (yield late)))
        seen.append((world.now, (yield early)))  # over already: no time passes
        seen.append((early.is_alive, early.value))

    world.start(parent())
    world.run(5.0)
    assert seen == [(True, None), (0.0, "2.0 h"), (2.0, "1.0 h"), (False, "1.0 h")]


def test_thousands_of_ended_processes_may_be_waited_for_one_after_the_other() -> None:
    world = a_world()

    def child() -> Lean:
        yield 0.0

    def parent() -> Lean:
        children = [world.start(child()) for _ in range(5000)]
        yield 1.0
        for one in children:
            yield one
            yield one.done
        return world.now

    last = world.start(parent())
    world.run(5.0)
    assert last.value == 1.0


def test_a_simpy_process_waits_for_a_lean_process_and_conditions_take_it_too() -> None:
    world = a_world()
    seen: list[object] = []

    def lean() -> Lean:
        yield 2.0
        return "done"

    def stock(process: LeanProcess) -> Lean:
        first = yield process.done | world.timeout(1.0)
        seen.append((world.now, process.done in first))
        seen.append((yield process.done))
        seen.append((yield process.done))
        seen.append(world.now)

    world.process(stock(world.start(lean())))
    world.run(5.0)
    assert seen == [(1.0, False), "done", "done", 2.0]


def test_simpys_own_resources_work_for_lean_processes() -> None:
    world = a_world()
    desk = simpy.Resource(world, capacity=1)
    seen: list[tuple[float, int]] = []

    def customer(who: int) -> Lean:
        with desk.request() as turn:
            yield turn
            yield 1.5
        seen.append((world.now, who))

    for who in range(3):
        world.start(customer(who))
    world.run(5.0)
    assert seen == [(1.5, 0), (3.0, 1), (4.5, 2)]


def test_an_error_in_a_lean_process_stops_the_run_and_names_the_process() -> None:
    world = a_world()

    def clumsy() -> Lean:
        yield 1.5
        raise ZeroDivisionError("oops")

    world.start(clumsy(), name="order 17")
    with pytest.raises(ZeroDivisionError, match="oops") as caught:
        world.run(5.0)
    assert caught.value.__notes__ == ["in process 'order 17' at t = 1.5 h"]


def test_an_error_in_a_lean_process_is_thrown_into_who_waits_for_it() -> None:
    world = a_world()
    seen: list[str] = []

    def clumsy() -> Lean:
        yield 1.5
        raise ZeroDivisionError("oops")

    def lean(process: LeanProcess) -> Lean:
        try:
            yield process
        except ZeroDivisionError:
            seen.append("lean")
        try:
            yield process
        except ZeroDivisionError:
            seen.append("lean, later")

    def stock(process: LeanProcess) -> Lean:
        try:
            yield process.done
        except ZeroDivisionError:
            seen.append("stock")

    process = world.start(clumsy())
    world.start(lean(process))
    world.process(stock(process))
    world.run(5.0)
    assert sorted(seen) == ["lean", "lean, later", "stock"]
    assert not process.is_alive


def test_a_failed_simpy_process_that_nobody_waits_for_stops_the_run() -> None:
    world = a_world()

    def clumsy() -> Lean:
        yield world.timeout(1.0)
        raise ZeroDivisionError("oops")

    world.process(clumsy())
    with pytest.raises(ZeroDivisionError):
        world.run(5.0)


def test_single_steps_do_what_a_run_does() -> None:
    def run(stepwise: bool) -> list[tuple[float, str]]:
        world, seen = a_world(), list[tuple[float, str]]()
        pool = Pool(world, "desk", 1)

        def customer(who: str) -> Lean:
            is_served = yield pool.within(1.0)
            if is_served:
                yield 0.75
                pool.release()
            seen.append((world.now, who))

        for who in "abc":
            world.start(customer(who))
        world.timeout(0.1)
        if not stepwise:
            world.run(3.0)
        while stepwise and world.peek() < 3.0:
            world.step()
        return seen

    assert run(stepwise=True) == run(stepwise=False) == [(0.75, "a"), (1.0, "c"), (1.5, "b")]


def test_without_anything_left_a_step_says_so() -> None:
    world = a_world()
    world._moments.clear()  # without the close of each week
    assert world.peek() == float("inf")
    with pytest.raises(ModelError, match="nothing is left"):
        world.step()
