"""Guards: what cannot be simulated is refused, and the message names the culprit."""

from collections.abc import Generator
from typing import Any

import pytest

from orgsim.errors import ModelError
from orgsim.kernel.resources import Pool
from orgsim.kernel.world import Rank, World
from orgsim.weekly import Weekly
from tests.unit.kernel_tools import a_world

Lean = Generator[Any, Any, Any]


@pytest.mark.parametrize("hours", [-0.5, float("nan"), float("inf"), "soon", None, object()])
def test_a_hold_that_is_no_proper_number_names_the_process(hours: object) -> None:
    world = a_world()

    def sloppy() -> Lean:
        yield hours

    world.start(sloppy())
    with pytest.raises(ModelError, match="process 'sloppy' yielded"):
        world.run(5.0)


def test_a_process_may_survive_its_own_bad_hold() -> None:
    world = a_world()

    def forgiving() -> Lean:
        try:
            yield -1.0
        except ModelError:
            yield 2.0
        return world.now

    process = world.start(forgiving())
    world.run(5.0)
    assert process.value == 2.0


@pytest.mark.parametrize("time", [-1.0, float("nan"), float("inf")])
def test_a_call_cannot_be_planned_for_the_past_or_for_no_time(time: float) -> None:
    with pytest.raises(ModelError, match="cannot plan"):
        a_world().at(time, print)


def test_a_refused_plan_is_told_by_names_and_not_by_addresses() -> None:
    world = a_world()

    class Desk:
        def open(self) -> None: ...

    refused = [
        lambda: world.at(float("inf"), Desk().open),
        lambda: world.every(1.0, Desk().open, first=-1.0, rank=Rank.DAILY),
        lambda: world.timeout(float("nan")),
        lambda: world.start(Desk()),  # type: ignore[arg-type]
        lambda: Pool(world, "desk", Weekly.parse({"always": 1.5})),
    ]
    said = []
    for plan in refused:
        with pytest.raises(ModelError) as caught:
            plan()
        said.append(str(caught.value))
    assert [text for text in said if " at 0x" in text] == []
    names = ("Desk.open", "Desk.open", "Timeout", "Desk", "'desk'")
    assert all(name in text for name, text in zip(names, said, strict=True)), said


def test_a_hold_until_the_past_names_the_process() -> None:
    world = a_world()

    def late() -> Lean:
        yield 2.0
        yield world.until(1.0)

    world.start(late())
    with pytest.raises(ModelError, match="late") as caught:
        world.run(5.0)
    assert "in process 'late' at t = 2.0 h" in caught.value.__notes__


def test_a_simpy_delay_that_is_no_number_is_refused() -> None:
    with pytest.raises(ModelError, match="nan"):
        a_world().timeout(float("nan"))


@pytest.mark.parametrize("period", [0.0, -1.0, float("nan"), float("inf")])
def test_a_period_must_be_positive_and_finite(period: float) -> None:
    with pytest.raises(ModelError, match="period"):
        a_world().every(period, lambda: None, first=0.0, rank=Rank.DAILY)


@pytest.mark.parametrize("until", [None, 0.0, -5.0, float("nan"), float("inf")])
def test_a_run_needs_an_end_that_lies_ahead(until: float | None) -> None:
    with pytest.raises(ModelError, match="cannot run until"):
        a_world().run(until)


def test_what_is_no_generator_cannot_be_started() -> None:
    with pytest.raises(ModelError, match="no yield"):
        a_world().start(len)  # type: ignore[arg-type]


def holding(world: World, pool: Pool) -> Lean:
    while True:
        yield 0.0


def queueing(world: World, pool: Pool) -> Lean:
    while True:
        yield pool
        pool.release()


def impatient(world: World, pool: Pool) -> Lean:
    while True:
        yield Pool(world, "closed", 0).within(0.0)


def working(world: World, pool: Pool) -> Lean:
    while True:
        yield pool.work(0.0)


def waiting_for_what_is_over(world: World, pool: Pool) -> Lean:
    over = world.timeout(0.0)
    while True:
        yield over


@pytest.mark.parametrize(
    "culprit", [holding, queueing, impatient, working, waiting_for_what_is_over]
)
def test_an_endless_loop_at_one_instant_is_found_and_its_processes_are_named(culprit: Any) -> None:
    world = a_world()
    world.loop_limit = 1000
    pool = Pool(world, "desk", 1)
    world.start(culprit(world, pool))
    with pytest.raises(ModelError, match=f"1000 steps at t = 0.0 h.*{culprit.__name__}"):
        world.run(5.0)


def test_an_endless_loop_of_several_processes_names_them_all() -> None:
    world = a_world()
    world.loop_limit = 1000

    def ping() -> Lean:
        while True:
            yield 0.0

    def pong() -> Lean:
        while True:
            yield world.timeout(0.0)

    world.start(ping())
    world.process(pong())
    world.at(1.0, lambda: None)
    with pytest.raises(ModelError, match="ping, pong"):
        world.run(5.0)


def test_many_steps_at_one_instant_are_no_endless_loop() -> None:
    world = a_world()
    world.loop_limit = 1000

    def steady() -> Lean:
        for _ in range(10):
            for _ in range(900):
                yield 0.0
            yield 1.0
        return world.now

    process = world.start(steady())
    world.run(20.0)
    assert process.value == 10.0
