"""The world: the clock, the one order of events, and the lean lane for processes that wait.

What is modelled: time passing in an organisation. A World is a `simpy.Environment`: SimPy's events,
processes and resources work on it. Beside them a *lean* process is a generator that may yield

- a number: hold that many hours;
- a `Waitable`: a pool, `pool.within(patience)`, `stock.take(n)`, `world.until(time)` ...;
- a SimPy event or process (its value comes back, its failure is thrown in);
- another lean process (wait for its end).

Assumption: one order of events for everything, (time, rank, insertion number). What is granted now
is kept in a ready queue instead of the heap, and is compared with the heap's top, so the order is
the one stock SimPy would give.

Reference: SimPy 4 (simpy.readthedocs.io), whose event semantics are kept; MODEL.md T1, T2;
DESIGN.md s.4 (why there is a lean lane).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from enum import IntEnum
from heapq import heappop, heappush
from math import floor, inf
from sys import maxsize
from typing import TYPE_CHECKING, Any, cast

from simpy.core import Environment, StopSimulation
from simpy.events import NORMAL, Event, EventPriority

from orgsim.errors import ModelError
from orgsim.units import WEEK

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from orgsim.kernel.draws import Draws
    from orgsim.kernel.journal import Fact, Journal

__all__ = ["LeanProcess", "Rank", "Waitable", "World"]

LeanGenerator = Generator[Any, Any, Any]

_LOOP_LIMIT = 1_000_000
"""Steps at one instant after which a model is taken to be caught in an endless loop."""

_LOOK_AROUND = 100
"""Steps that are then watched, to name who takes part."""


class Rank(IntEnum):
    """What comes first at equal times (MODEL T2); then insertion order.

    CLOSE only reads: the books of the period that ends at this instant. NORMAL is SimPy's own
    normal priority; its URGENT (0) lies just before.
    """

    CLOSE = -5
    CALENDAR = -4
    RECEIPT = -3
    WEEKLY = -2
    DAILY = -1
    NORMAL = 1


class Waitable:
    """What a lean process may yield beside numbers and SimPy events."""

    __slots__ = ()

    def enlist(self, process: LeanProcess) -> None:
        """Let the process wait here; `world.resume(process, answer)` ends the wait."""
        raise NotImplementedError


class LeanProcess(Waitable):
    """A generator that runs on the lean lane; made by `World.start`."""

    __slots__ = ("_done", "_name", "error", "generator", "is_alive", "send", "value", "world")

    def __init__(self, world: World, generator: LeanGenerator, name: str) -> None:
        self.world = world
        self.generator = generator
        self.send = generator.send
        self.is_alive = True
        self.value: Any = None
        self.error: BaseException | None = None
        self._name = name
        self._done: Event | None = None

    @property
    def name(self) -> str:
        """The name given at the start, or that of the generator function."""
        return self._name or getattr(self.generator, "__name__", repr(self.generator))

    def __repr__(self) -> str:
        return f"<LeanProcess {self.name}>"

    @property
    def done(self) -> Event:
        """A SimPy event that is triggered by the end of this process, for SimPy's processes."""
        if self._done is None:
            self._done = Event(self.world)
            if not self.is_alive:
                self._done._ok = self.error is None
                self._done._value = self.error or self.value
                self._done.callbacks = cast(Any, None)  # SimPy's mark of an event long processed
        return self._done

    def enlist(self, process: LeanProcess) -> None:
        """Let another lean process wait for the end of this one (its return value comes back)."""
        self.world.await_event(process, self.done)

    def wake(self, event: Event) -> None:
        """Go on because a SimPy event happened (a callback of that event)."""
        if event._ok:
            self.world.advance(self, event._value)
        else:
            event.defused = True
            self.world.advance(self, None, event._value)

    def end(self, value: Any) -> None:
        """Keep the return value, and tell who waits for it."""
        self.is_alive = False
        self.value = value
        if self._done is not None:
            self._done.succeed(value)

    def fail(self, error: BaseException) -> None:
        """Hand the error to who waits for this process, or let it stop the run."""
        self.is_alive = False
        self.error = error
        error.add_note(f"in process {self.name!r} at t = {self.world.now!r} h")
        if self._done is None or not isinstance(error, Exception):
            raise error
        self._done.fail(error)


class _Until(Waitable):
    """Hold until a moment, exactly."""

    __slots__ = ("_time", "_world")

    def __init__(self, world: World, time: float) -> None:
        self._world = world
        self._time = time

    def enlist(self, process: LeanProcess) -> None:
        self._world.schedule_at(self._time, Rank.NORMAL, process)


class _Call:
    """A plain call at a time."""

    __slots__ = ("_action", "_args")

    def __init__(self, action: Callable[..., None], args: tuple[Any, ...]) -> None:
        self._action = action
        self._args = args

    def fire(self) -> None:
        self._action(*self._args)


class _Repeat:
    """A call at first + k x period for k = 0, 1 ... (multiplied, so that nothing drifts)."""

    __slots__ = ("_action", "_first", "_period", "_rank", "_turn", "_world")

    def __init__(
        self, world: World, period: float, action: Callable[[], None], first: float, rank: Rank
    ) -> None:
        self._world, self._period, self._action = world, period, action
        self._first, self._rank, self._turn = first, rank, 0
        world.schedule_at(first, rank, self)

    def fire(self) -> None:
        self._turn += 1
        self._world.schedule_at(self._first + self._turn * self._period, self._rank, self)
        self._action()


class _Feed:
    """A call per row of precomputed columns, each at its own time; one heap entry at any moment."""

    __slots__ = ("_action", "_rows", "_times", "_world")

    def __init__(
        self, world: World, times: Iterable[float], action: Callable[..., None], rows: Iterable[Any]
    ) -> None:
        self._world, self._action = world, action
        self._times, self._rows = iter(times), iter(rows)
        self._plan()

    def _plan(self) -> None:
        time = next(self._times, None)
        if time is not None:
            self._world.schedule_at(time, Rank.NORMAL, self)

    def fire(self) -> None:
        self._action(*next(self._rows))
        self._plan()


class World(Environment):
    """The clock in hours, the order of events, and what every part of the model shares.

    `draws` is the luck of this replication, `journal` the record. The clock starts at `start`
    hours; t = 0 is a Monday 00:00.
    """

    def __init__(self, *, start: float, draws: Draws, journal: Journal) -> None:
        super().__init__(start)
        self.draws = draws
        self.journal = journal
        self.loop_limit = _LOOP_LIMIT
        self.record: Callable[[Fact], None] = journal.record
        """Append one fact to the journal (the journal's own method: no call in between)."""
        self.record_block = journal.record_block
        self._heap = cast("list[tuple[float, int, int, Any]]", self._queue)
        self._number = self._eid
        self._ready: deque[tuple[float, int, int, LeanProcess, Any]] = deque()
        self._gauges: list[tuple[str, str, Callable[[], float]]] = []
        next_monday = (floor(start / WEEK) + 1) * WEEK
        self.every(WEEK, self._close_week, first=next_monday, rank=Rank.CLOSE)

    # -- what a model asks for -------------------------------------------------------------------

    def start(self, generator: LeanGenerator, *, name: str = "") -> LeanProcess:
        """Start a lean process now, in insertion order. Raises ModelError if it is no generator."""
        if not hasattr(generator, "send"):
            raise ModelError(f"{name or generator!r} is not a generator: it has no yield")
        process = LeanProcess(self, generator, name)
        self._ready.append((self._now, 1, next(self._number), process, None))
        return process

    def until(self, time: float) -> Waitable:
        """Return what a lean process yields to hold until exactly this time (now or later)."""
        return _Until(self, time)

    def at(
        self, time: float, action: Callable[..., None], *args: Any, rank: Rank = Rank.NORMAL
    ) -> None:
        """Call `action(*args)` at a time, now or later; no process is made."""
        self.schedule_at(time, rank, _Call(action, args))

    def every(self, period: float, action: Callable[[], None], *, first: float, rank: Rank) -> None:
        """Call `action()` at first, first + period, first + 2 periods ... until the run ends."""
        if not 0.0 < period < inf:
            raise ModelError(f"a period of {period!r} h: it must be positive and finite")
        _Repeat(self, period, action, first, rank)

    def feed(self, times: ArrayLike, action: Callable[..., None], *columns: ArrayLike) -> None:
        """Call `action(*row)` at each of the rising `times`, with that row of the `columns`.

        Arrivals of a source, precomputed in blocks. The columns have the length of `times`; rows
        reach the action as plain Python numbers.
        """
        moments, *values = (np_list(column) for column in (times, *columns))
        if any(len(column) != len(moments) for column in values):
            raise ModelError("feed: the columns must have the length of the times")
        rows: Iterable[Any] = zip(*values, strict=True) if values else ((),) * len(moments)
        _Feed(self, moments, action, rows)

    def gauge(self, name: str, read: Callable[[], float], *, member: str = "") -> None:
        """Declare a gauge: read at each week's end into the journal, never read back (MODEL O1)."""
        if any((name, member) == gauge[:2] for gauge in self._gauges):
            raise ModelError(f"the gauge {name!r} {member!r} is declared twice")
        self._gauges.append((name, member, read))

    def _close_week(self) -> None:
        for name, member, read in self._gauges:
            self.journal.record_gauge(self._now, name, member, read())
        self.journal.compact()

    # -- what resources ask for ------------------------------------------------------------------

    def schedule_at(self, time: float, rank: int, item: Any) -> None:
        """Plan an item with `fire()`, or a lean process; ModelError if the time is past or none."""
        if not self._now <= time < inf:
            raise ModelError(f"cannot plan {item!r} for t = {time!r}: it is {self._now!r} h")
        heappush(self._heap, (time, int(rank), next(self._number), item))

    def schedule(self, event: Event, priority: EventPriority = NORMAL, delay: float = 0) -> None:
        """Schedule a SimPy event; unlike SimPy's own, refuse a delay that is no number."""
        if not delay >= 0:
            raise ModelError(f"{event!r} has a delay of {delay!r} h (by {self.active_process!r})")
        heappush(self._heap, (self._now + delay, priority, next(self._number), event))

    def resume(self, process: LeanProcess, answer: Any = None) -> None:
        """Let a waiting process go on at this instant, in insertion order."""
        self._ready.append((self._now, 1, next(self._number), process, answer))

    def await_event(self, process: LeanProcess, event: Event) -> None:
        """Let a lean process wait for a SimPy event, as SimPy's processes do."""
        if event.callbacks is None:
            process.wake(event)
        else:
            event.callbacks.append(process.wake)

    # -- the loop --------------------------------------------------------------------------------

    def peek(self) -> float:
        """Return the time of the next event; inf if there is none."""
        return self._now if self._ready else super().peek()

    def advance(
        self, process: LeanProcess, answer: Any = None, error: BaseException | None = None
    ) -> None:
        """Run a process up to its next wait, giving it an answer or throwing an error into it."""
        try:
            what = process.send(answer) if error is None else process.generator.throw(error)
        except StopIteration as end:
            process.end(end.value)
        except BaseException as failure:
            process.fail(failure)
        else:
            self._hold_or_wait(process, what)

    def _hold_or_wait(self, process: LeanProcess, what: Any) -> None:
        """Do what a process yielded: hold for a number, or wait for something."""
        if isinstance(what, Waitable):
            what.enlist(process)
        elif isinstance(what, Event):
            self.await_event(process, what)
        else:
            try:
                delay = float(what)
            except (TypeError, ValueError):
                delay = -1.0
            if 0.0 <= delay < inf:
                heappush(self._heap, (self._now + delay, 1, next(self._number), process))
            else:
                text = f"process {process.name!r} yielded {what!r}: hours to hold must be a finite "
                text += "number not below 0; else yield a pool, a stock, an event or a process"
                self.advance(process, None, ModelError(text))

    def step(self) -> None:
        """Do the next event of all. Raises ModelError if there is none."""
        heap, ready = self._heap, self._ready
        if ready and not (heap and heap[0] < ready[0]):
            _, _, _, process, answer = ready.popleft()
            self.advance(process, answer)
        elif heap:
            self._now, _, _, item = heappop(heap)
            self._fire(item)
        else:
            raise ModelError("nothing is left to happen")

    def _fire(self, item: Any) -> None:
        if isinstance(item, LeanProcess):
            self.advance(item)
        elif isinstance(item, Event):
            self._fire_event(item)
        else:
            item.fire()

    def _fire_event(self, event: Event) -> None:
        """Process a SimPy event as SimPy's own step does."""
        callbacks, event.callbacks = event.callbacks, cast(Any, None)
        for place, callback in enumerate(callbacks):
            try:
                callback(event)
            except StopSimulation:
                event.callbacks = callbacks[place + 1 :]  # the rest is done when the run resumes
                self.schedule(event, EventPriority(-1))
                raise
        if not event._ok and not event.defused:
            raise event._value

    def run(self, until: float | Event | None = None) -> Any:
        """Run until a time (excluded, but for the books closed then), or until an event happens.

        Returns the value of the event. Raises ModelError for an `until` that is not ahead, for an
        endless loop at one instant, and whatever a process raises.
        """
        if until is None:
            raise ModelError("run(until) needs a time or an event: a calendar never ends")
        if isinstance(until, Event):
            if until.callbacks is None:
                return until.value
            until.callbacks.append(StopSimulation.callback)
            end = inf
        else:
            end = float(until)
            if not self._now < end < inf:
                raise ModelError(f"cannot run until t = {until!r}: it is {self._now!r} h")
        # After the books of that instant (CLOSE) and before anything else of it.
        stop = (end, int(Rank.CLOSE), maxsize, None)
        heappush(self._heap, stop)
        try:
            self._loop()
        except StopSimulation as reached:
            self._heap.remove(stop)
            return reached.args[0]
        if end == inf:
            raise ModelError(f"nothing is left to happen, and {until!r} never did")
        return None

    def _loop(self) -> None:
        """Do events in order until the stop entry (whose item is None) comes up.

        The same as `step` over and over, with the common case, a process that goes on and then
        holds, written out.
        """
        heap, ready, number = self._heap, self._ready, self._number
        now, steps, limit = self._now, 0, self.loop_limit
        while True:
            if ready and not heap[0] < ready[0]:
                time, _, _, item, answer = ready.popleft()
            else:
                time, _, _, item = heappop(heap)
                answer = None
            if time > now:
                now = self._now = time
                steps = 0
            else:
                steps += 1
                if steps > limit:
                    self._report_endless_loop(item)
            if item.__class__ is not LeanProcess:
                if item is None:
                    return
                self._fire(item)
                continue
            try:
                what = item.send(answer)
            except StopIteration as end:
                item.end(end.value)
                continue
            except BaseException as failure:
                item.fail(failure)
                continue
            if what.__class__ is float and 0.0 <= what < inf:
                heappush(heap, (now + what, 1, next(number), item))
            else:
                self._hold_or_wait(item, what)

    def _report_endless_loop(self, item: Any) -> None:
        """Raise ModelError with the names of what keeps going at this instant.

        A few more events are done to see who takes part; the run is lost anyway.
        """
        names = {_name(item)}
        self._fire(item)
        for _ in range(_LOOK_AROUND):
            if not self._ready and self.peek() > self._now:
                break
            in_turn = self._ready and not (self._heap and self._heap[0] < self._ready[0])
            names.add(_name((self._ready if in_turn else self._heap)[0][3]))
            self.step()
        raise ModelError(
            f"more than {self.loop_limit} steps at t = {self._now!r} h without the clock moving; "
            f"going round: {', '.join(sorted(names))}"
        )


def _name(item: Any) -> str:
    """Return what a person would call an item of the order of events."""
    waiting = getattr(item, "callbacks", None) or [None]
    owner = getattr(waiting[0], "__self__", item)  # the process that an event will wake
    return str(getattr(owner, "name", owner))


def np_list(column: ArrayLike) -> list[Any]:
    """Return a column as a list of plain Python numbers."""
    tolist = getattr(column, "tolist", None)
    return cast("list[Any]", tolist() if tolist else list(cast("Iterable[Any]", column)))
