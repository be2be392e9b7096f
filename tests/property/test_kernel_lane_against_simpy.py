"""The lean lane and stock SimPy do the same, bit for bit.

The same four-stage organisation is written twice, once on the lane and once with SimPy's own
processes and resources in a plain `simpy.Environment`, with the same draws; every customer's times
must be equal as floats. A second model is all ties (whole hours): there the order of events at one
instant is compared, with SimPy's processes and lean processes mixed.
"""

from collections import deque
from collections.abc import Generator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from orgsim.kernel.distributions import DurationLaw
from orgsim.kernel.draws import Draws
from orgsim.kernel.journal import Journal
from orgsim.kernel.resources import Pool, Stock
from orgsim.kernel.world import Rank, World
from orgsim.weekly import Weekly

END = 24.0 * 21
SHIFTS = {"Mon-Sun 06-20": 3, "Mon-Sun 20-24": 1, "Wed 10-16": 4, "Sat 08-22": 2}
MOST_AGENTS = 4

Process = Generator[Any, Any, Any]


def quantity(draws: Draws, purpose: str, entities: np.ndarray, **law: Any) -> list[float]:
    read = TypeAdapter(DurationLaw).validate_python(law)
    return draws.quantity(purpose, read).block(entities).tolist()


@dataclass
class Luck:
    """Everything drawn for one customer."""

    at: float
    priority: int
    talk: float
    is_won: bool
    units: int
    delivery: float
    patience: float
    call: float
    times: list[float] = field(default_factory=list)


def customers(seed: int, load: float) -> list[Luck]:
    draws, who = Draws(seed, 0), np.arange(400)
    gaps = quantity(draws, "gap", who, kind="exponential", mean=f"{1 / load}h")
    columns = (
        np.cumsum(gaps).tolist(),
        (draws.stream("class").uniforms(who) * 3).astype(int).tolist(),
        quantity(draws, "talk", who, kind="lognormal", mean="1h", cv=0.8),
        (draws.stream("win").uniforms(who) < 0.8).tolist(),
        (1 + draws.stream("units").uniforms(who) * 2).astype(int).tolist(),
        quantity(draws, "delivery", who, kind="gamma", mean="10h", cv=0.5),
        quantity(draws, "patience", who, kind="exponential", mean="1h"),
        quantity(draws, "call", who, kind="lognormal", mean="2h", cv=0.8),
    )
    return [Luck(*row) for row in zip(*columns, strict=True)]


# -- the organisation on the lean lane -------------------------------------------------------------


def on_the_lane(people: list[Luck], reps: int, batch: int) -> None:
    world = World(start=0.0, draws=Draws(0, 0), journal=Journal())
    sales = Pool(world, "sales", reps, priorities=3)
    shelf = Stock(world, batch)
    support = Pool(world, "support", Weekly.parse(SHIFTS))

    def customer(one: Luck) -> Process:
        yield sales.turn(one.priority)
        one.times.append(world.now)
        yield one.talk
        sales.release()
        one.times.append(world.now)
        if not one.is_won:
            return
        yield shelf.take(one.units)
        one.times.append(world.now)
        yield one.delivery
        one.times.append(world.now)
        if (yield support.within(one.patience)):
            one.times.append(world.now)
            yield one.call
            support.release()
        one.times.append(-world.now)

    world.feed([one.at for one in people], lambda who: customer(people[who]), range(len(people)))
    world.every(24.0, lambda: shelf.receive(batch), first=24.0, rank=Rank.RECEIPT)
    world.run(END)


# -- the same organisation on stock SimPy ----------------------------------------------------------


def on_simpy(people: list[Luck], reps: int, batch: int) -> None:
    env = simpy.Environment()
    sales = simpy.PriorityResource(env, reps)
    shelf = simpy.Container(env, init=batch)
    support = simpy.PriorityResource(env, MOST_AGENTS)

    def customer(one: Luck) -> Process:
        yield env.timeout(0)
        with sales.request(one.priority) as turn:
            yield turn
            one.times.append(env.now)
            yield env.timeout(one.talk)
        one.times.append(env.now)
        if not one.is_won:
            return
        yield shelf.get(one.units)
        one.times.append(env.now)
        yield env.timeout(one.delivery)
        one.times.append(env.now)
        with support.request(0) as turn:
            result = yield turn | env.timeout(one.patience)
            if turn in result:
                one.times.append(env.now)
                yield env.timeout(one.call)
        one.times.append(-env.now)

    def arrivals() -> Process:
        for one in people:
            # SimPy knows no absolute times; an event planned by hand has no rounding of its own.
            event = simpy.Event(env)
            event._ok, event._value = True, None
            heap_entry = (one.at, 1, next(env._eid), event)
            simpy.core.heappush(env._queue, heap_entry)
            yield event
            env.process(customer(one))

    def receipts() -> Process:
        while True:
            yield env.timeout(24.0)
            yield shelf.put(batch)

    def absences() -> Process:
        """Agents who are not on duty hold a place of the resource: SimPy's usual way."""
        week, absent = Weekly.parse(SHIFTS), list[Any]()
        while True:
            off_duty = MOST_AGENTS - int(week.at(env.now))
            absent += [support.request(-1) for _ in range(off_duty - len(absent))]
            while len(absent) > off_duty:
                request = absent.pop()
                request.cancel()  # if it still waits for an agent to finish
                support.release(request)
            yield env.timeout(week.next_change(env.now) - env.now)

    env.process(absences())
    env.process(receipts())
    env.process(arrivals())
    env.run(END)


@given(
    seed=st.integers(0, 10_000),
    load=st.floats(0.5, 3.0),
    reps=st.integers(1, 4),
    batch=st.integers(5, 60),
)
def test_every_customer_lives_through_the_same_times_on_the_lane_and_on_simpy(
    seed: int, load: float, reps: int, batch: int
) -> None:
    lane, stock = customers(seed, load), customers(seed, load)
    on_the_lane(lane, reps, batch)
    on_simpy(stock, reps, batch)
    assert [one.times for one in lane] == [one.times for one in stock]


def test_the_model_compared_has_queues_leavers_backorders_and_shift_changes() -> None:
    people = customers(1, 2.0)
    on_the_lane(people, 2, 20)
    waits = [one.times[0] - one.at for one in people if one.times]
    assert max(waits) > 1.0
    backorders = [one.times[2] - one.times[1] for one in people if len(one.times) > 2]
    assert max(backorders) > 1.0
    ends = [len(one.times) for one in people if one.times and one.times[-1] < 0]
    assert min(ends.count(5), ends.count(6)) > 20  # gave up, were served


# -- the order at one instant ----------------------------------------------------------------------

Step = tuple[str, int]
Script = list[Step]
Log = list[tuple[float, int, int]]
scripts = st.lists(
    st.lists(st.tuples(st.sampled_from(["hold", "serve", "take"]), st.integers(0, 2)), max_size=6),
    min_size=1,
    max_size=6,
)


class HandMade:
    """A resource as one writes it in SimPy with a deque of events: one event per grant."""

    def __init__(self, env: simpy.Environment, free: int) -> None:
        self.env, self.free = env, free
        self.queue: deque[simpy.Event] = deque()

    def acquire(self) -> simpy.Event:
        event = self.env.event()
        if self.free:
            self.free -= 1
            event.succeed()
        else:
            self.queue.append(event)
        return event

    def release(self) -> None:
        if self.queue:
            self.queue.popleft().succeed()
        else:
            self.free += 1


def in_simpy(
    env: simpy.Environment, desk: HandMade, shelf: HandMade, log: Log, who: int, script: Script
) -> Process:
    for number, (kind, hours) in enumerate(script):
        log.append((env.now, who, number))
        if kind == "serve":
            yield desk.acquire()
        if kind == "take":
            yield shelf.acquire()
        else:
            yield env.timeout(hours)
        if kind == "serve":
            desk.release()
    log.append((env.now, who, -1))


def in_lane(world: World, desk: Pool, shelf: Stock, log: Log, who: int, script: Script) -> Process:
    for number, (kind, hours) in enumerate(script):
        log.append((world.now, who, number))
        if kind == "serve":
            yield desk
        if kind == "take":
            yield shelf.take()
        else:
            yield float(hours)
        if kind == "serve":
            desk.release()
    log.append((world.now, who, -1))


def receipts(env: simpy.Environment, receive: Any) -> Process:
    while True:
        yield env.timeout(1)
        receive()


@given(scripts=scripts, heads=st.integers(1, 2))
def test_ties_are_resolved_in_the_order_of_stock_simpy(scripts: list[Script], heads: int) -> None:
    env, stock_log = simpy.Environment(), Log()
    desk, shelf = HandMade(env, heads), HandMade(env, 0)
    for who, script in enumerate(scripts):
        env.process(in_simpy(env, desk, shelf, stock_log, who, script))
    env.process(receipts(env, shelf.release))
    env.run(20)

    world, lane_log = World(start=0.0, draws=Draws(0, 0), journal=Journal()), Log()
    pool, stock = Pool(world, "desk", heads), Stock(world, 0)
    for who, script in enumerate(scripts):
        world.start(in_lane(world, pool, stock, lane_log, who, script))
    world.start(receipts(world, partial(stock.receive, 1)))
    world.run(20.0)
    assert lane_log == stock_log


def lined_up(env: simpy.Environment, wait: float, process: Process) -> Process:
    yield env.timeout(wait)
    yield from process


@given(scripts=scripts, mask=st.lists(st.booleans(), min_size=6, max_size=6))
def test_simpy_processes_and_lean_processes_keep_one_order_in_one_world(
    scripts: list[Script], mask: list[bool]
) -> None:
    logs = []
    for is_lean in ([False] * 6, mask):
        world, log = World(start=0.0, draws=Draws(0, 0), journal=Journal()), Log()
        desk, shelf = HandMade(world, 1), HandMade(world, 3)
        for who, script in enumerate(scripts):
            # A lean process starts in its turn, SimPy's starts as urgent: line up before the tie.
            at = who / 16
            generator = lined_up(world, 1 - at, in_simpy(world, desk, shelf, log, who, script))
            world.at(at, world.start if is_lean[who] else world.process, generator)
        world.run(30.0)
        logs.append(log)
    assert logs[0] == logs[1]


@pytest.mark.parametrize("seed", range(3))
def test_a_plain_environment_and_a_world_run_a_simpy_model_alike(seed: int) -> None:
    logs = []
    for env in (simpy.Environment(), World(start=0.0, draws=Draws(0, 0), journal=Journal())):
        rng, log = np.random.default_rng(seed), Log()
        desk, shelf = HandMade(env, 2), HandMade(env, 9)
        for who in range(30):
            kinds = rng.choice(["hold", "serve", "take"], 5).tolist()
            script = list(zip(kinds, rng.integers(0, 3, 5).tolist(), strict=True))
            env.process(in_simpy(env, desk, shelf, log, who, script))
        env.run(50)
        logs.append(log)
    assert logs[0] == logs[1]
