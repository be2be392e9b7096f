"""The world: the clock, the one order of events, and what every part of the model shares.

What is modelled: time passing in an organisation. A World is a `simpy.Environment`: SimPy's events,
processes and resources work on it. Beside them a *lean* process (`World.start`) may yield

- a number: hold that many hours;
- a `Waitable`: a pool, `pool.within(patience)`, `stock.take(n)`, `world.until(time)` ...;
- a SimPy event or process (its value comes back, its failure is thrown in);
- another lean process (wait for its end; its return value comes back).

Assumption: one order of events for everything, (time, rank, insertion number). What is granted now
is kept in a ready queue instead of the heap, and is compared with the heap's top, so the order is
the one stock SimPy would give.

Reference: SimPy 4 (simpy.readthedocs.io), whose event semantics are kept; MODEL.md T1, T2;
DESIGN.md s.4 (why there is a lean lane).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from heapq import heappop, heappush
from math import floor, inf
from sys import maxsize
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from simpy.core import Environment
from simpy.events import NORMAL, Event, EventPriority

from orgsim.errors import ModelError
from orgsim.kernel.dials import Dials
from orgsim.kernel.lane import (
    Call,
    Feed,
    LeanGenerator,
    LeanProcess,
    Rank,
    Repeat,
    Until,
    Waitable,
)
from orgsim.units import WEEK

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from orgsim.kernel.draws import Draws
    from orgsim.kernel.journal import Fact, Journal

__all__ = ["LeanProcess", "Rank", "Waitable", "World"]

_LOOP_LIMIT = 1_000_000
"""Steps at one instant after which a model is taken to be caught in an endless loop."""

_LOOK_AROUND = 100
"""Steps that are then watched, to name who takes part."""


class World(Environment):
    """The clock in hours, the order of events, and what every part of the model shares.

    `draws` is the luck of this replication, `journal` the record. The clock starts at `start`
    hours; t = 0 is a Monday 00:00. `heap`, `ready` and `number` are for the kernel's own parts.
    """

    now: float = 0.0  # a plain attribute: of all things read most, SimPy's property costs most
    """The time in hours."""

    def __init__(self, *, start: float, draws: Draws, journal: Journal) -> None:
        super().__init__(start)
        self.now = float(start)
        self.draws = draws
        self.journal = journal
        self.dials = Dials()
        self.record: Callable[[Fact], None] = journal.record
        """Append one fact to the journal (the journal's own method: no call in between)."""
        self.record_block = journal.record_block
        self.loop_limit = _LOOP_LIMIT
        self.heap = cast("list[tuple[float, int, int, Any]]", self._queue)
        self.ready: deque[tuple[float, int, int, Any, Any]] = deque()
        self.number = self._eid
        self._gauges: list[tuple[str, str, Callable[[], float]]] = []
        next_monday = (floor(start / WEEK) + 1) * WEEK
        self.every(WEEK, self._close_week, first=next_monday, rank=Rank.CLOSE)

    # -- what a model asks for ---------------------------------------------------------------------

    def start(self, generator: LeanGenerator, *, name: str = "") -> LeanProcess:
        """Start a lean process now, in insertion order. Raises ModelError if it is no generator."""
        if not hasattr(generator, "send"):
            raise ModelError(f"{name or generator!r} is not a generator: it has no yield")
        process = LeanProcess(self, generator)
        if name:
            process.name = name
        self.resume(process)
        return process

    def until(self, time: float) -> Waitable:
        """Return what a lean process yields to hold until exactly this time (now or later)."""
        return Until(self, time)

    def at(
        self, time: float, action: Callable[..., None], *args: Any, rank: Rank = Rank.NORMAL
    ) -> None:
        """Call `action(*args)` at a time, now or later; no process is made."""
        self.schedule_at(time, rank, Call(action, args))

    def every(self, period: float, action: Callable[[], None], *, first: float, rank: Rank) -> None:
        """Call `action()` at first, first + period, first + 2 periods ... until the run ends."""
        if not 0.0 < period < inf:
            raise ModelError(f"a period of {period!r} h: it must be positive and finite")
        Repeat(self, period, action, first, rank)

    def feed(self, times: ArrayLike, action: Callable[..., Any], *columns: ArrayLike) -> None:
        """Call `action(*row)` at each of the rising `times`, with that row of the `columns`.

        Arrivals of a source, precomputed in blocks. If the action is a generator function, each
        call is a lean process that starts there and then. The columns have the length of `times`;
        the action gets plain Python numbers. Raises ModelError for other columns or times.
        """
        moments = np.asarray(times, dtype=np.float64)
        ordered = np.concatenate(([self.now], moments, [np.finfo(np.float64).max]))
        if not np.all(ordered[1:] >= ordered[:-1]):
            raise ModelError("feed: the times must rise, from now on, and be finite")
        values = [np.asarray(column).tolist() for column in columns]
        if any(len(column) != len(moments) for column in values):
            raise ModelError("feed: the columns must have the length of the times")
        rows: Iterator[Any] = zip(*values, strict=True) if values else iter([()] * len(moments))
        Feed(self, moments.tolist(), action, rows)

    def gauge(self, name: str, read: Callable[[], float], *, member: str = "") -> None:
        """Declare a gauge: read at each week's end into the journal, never read back (MODEL O1)."""
        if any((name, member) == gauge[:2] for gauge in self._gauges):
            raise ModelError(f"the gauge {name!r} {member!r} is declared twice")
        self._gauges.append((name, member, read))

    def _close_week(self) -> None:
        for name, member, read in self._gauges:
            self.journal.record_gauge(self.now, name, member, read())
        self.journal.compact()

    # -- what resources ask for --------------------------------------------------------------------

    def schedule_at(self, time: float, rank: int, item: Any) -> None:
        """Plan an item with `fire()`, or a lean process; ModelError if the time is past or none."""
        if not self.now <= time < inf:
            raise ModelError(f"cannot plan {item!r} for t = {time!r}: it is {self.now!r} h")
        heappush(self.heap, (time, int(rank), next(self.number), item))

    def schedule(self, event: Event, priority: EventPriority = NORMAL, delay: float = 0) -> None:
        """Schedule a SimPy event; unlike SimPy's own, refuse a delay that is no number."""
        if not delay >= 0:
            raise ModelError(f"{event!r} has a delay of {delay!r} h (by {self.active_process!r})")
        heappush(self.heap, (self.now + delay, priority, next(self.number), event))

    def resume(self, process: LeanProcess, answer: Any = None) -> None:
        """Let a waiting process go on at this instant, in insertion order."""
        self.ready.append((self.now, 1, next(self.number), process, answer))

    # -- the loop ----------------------------------------------------------------------------------

    def peek(self) -> float:
        """Return the time of the next event; inf if there is none."""
        return self.now if self.ready else super().peek()

    def advance(
        self, process: LeanProcess, answer: Any = None, error: BaseException | None = None
    ) -> None:
        """Run a process up to its next wait, giving it an answer or throwing an error into it."""
        for _ in range(self.loop_limit):
            try:
                what = process.send(answer) if error is None else process.generator.throw(error)
            except StopIteration as end:
                return process.end(end.value)
            except BaseException as failure:
                return process.fail(failure)
            event = what.done if isinstance(what, LeanProcess) else what
            if not isinstance(event, Event) or event.callbacks is not None:
                return self._wait(process, event)
            answer, error = process.outcome(event)  # over already: go on, as SimPy does
        return self._report_endless_loop(process)

    def _wait(self, process: LeanProcess, what: Any) -> None:
        """Let a process wait for what it yielded."""
        if isinstance(what, Waitable):
            if what.enlist(process):
                self.resume(process, True)
        elif isinstance(what, Event):
            process.await_event(what)
        else:
            self._hold(process, what)

    def _hold(self, process: LeanProcess, hours: Any) -> None:
        """Let a process hold; what is no proper number of hours is thrown back at it."""
        try:
            delay = float(hours)
        except (TypeError, ValueError):
            delay = -1.0
        if 0.0 <= delay < inf:
            heappush(self.heap, (self.now + delay, 1, next(self.number), process))
        else:
            text = f"process {process.name!r} yielded {hours!r}: hours to hold must be a finite "
            text += "number not below 0; else yield a pool, a stock, an event or a process"
            self.advance(process, None, ModelError(text))

    def step(self) -> None:
        """Do the next event of all. Raises ModelError if there is none."""
        heap, ready = self.heap, self.ready
        if ready and not (heap and heap[0] < ready[0]):
            _, _, _, process, answer = ready.popleft()
            self.advance(process, answer)
        elif heap:
            self._now, _, _, item = heappop(heap)
            self.now = self._now
            self._fire(item)
        else:
            raise ModelError("nothing is left to happen")

    def _fire(self, item: Any) -> None:
        """Do an item that came off the heap."""
        if isinstance(item, LeanProcess):
            self.advance(item)
        elif isinstance(item, Event):
            self._fire_event(item)
        else:
            process = item.fire()
            if process is not None:
                self.advance(process, item.answer)

    def _fire_event(self, event: Event) -> None:
        """Process a SimPy event as SimPy's own step does."""
        callbacks, event.callbacks = event.callbacks, cast(Any, None)
        for callback in callbacks:
            callback(event)
        if not event._ok and not event.defused:
            raise event._value

    def run(self, until: float | Event | None = None) -> None:
        """Run until a time: everything before it, and the books closed at that very instant.

        Raises ModelError for what is no time ahead (a calendar never ends, so there is no "until
        nothing is left"), for an endless loop at one instant, and whatever a process raises.
        """
        if isinstance(until, Event) or until is None or not self.now < until < inf:
            raise ModelError(f"cannot run until {until!r}: give a time after {self.now!r} h")
        # After the books of that instant (CLOSE) and before anything else of it.
        heappush(self.heap, (float(until), int(Rank.CLOSE), maxsize, None))
        self._loop()

    def _loop(self) -> None:
        """Do events in order until the stop entry (whose item is None) comes up.

        The same as `step` over and over, with the common cases written out: a process that goes on
        and then holds, or gets at once what it asks for.
        """
        heap, ready, number = self.heap, self.ready, self.number
        now, steps, limit = self.now, 0, self.loop_limit
        while True:
            if ready and not heap[0] < ready[0]:
                time, _, _, item, answer = ready.popleft()
            else:
                time, _, _, item = heappop(heap)
                answer = None
            if time > now:
                now = self.now = self._now = time
                steps = 0
            else:
                steps += 1
                if steps > limit:
                    self._report_endless_loop(item)
            process = item
            if item.__class__ is not LeanProcess:
                if item is None:
                    return
                if isinstance(item, Event):
                    self._fire_event(item)
                    continue
                process = item.fire()
                if process is None:
                    continue
                answer = item.answer
            try:
                what = process.send(answer)
                while what.__class__ is not float:
                    if not isinstance(what, Waitable):
                        self._wait(process, what)
                    elif what.enlist(process):
                        if not ready and heap[0][0] > now and steps < limit:
                            steps += 1  # nothing else is due: its turn would be next anyway
                            what = process.send(True)
                            continue
                        ready.append((now, 1, next(number), process, True))
                    break
                else:
                    if 0.0 <= what < inf:
                        heappush(heap, (now + what, 1, next(number), process))
                    else:
                        self._hold(process, what)
            except StopIteration as end:
                process.end(end.value)
            except BaseException as failure:
                process.fail(failure)

    def _report_endless_loop(self, item: Any) -> None:
        """Raise ModelError with the names of what keeps going at this instant.

        A few more events are done to see who takes part; the run is lost anyway.
        """
        names = {_name(item)}
        for _ in range(_LOOK_AROUND):
            if self.peek() > self.now:
                break
            in_turn = self.ready and not (self.heap and self.heap[0] < self.ready[0])
            names.add(_name((self.ready if in_turn else self.heap)[0][3]))
            self.step()
        raise ModelError(
            f"more than {self.loop_limit} steps at t = {self.now!r} h without the clock moving; "
            f"going round: {', '.join(sorted(names))}"
        )


def _name(item: Any) -> str:
    """Return the name of the process that an item of the order of events will wake, or its own."""
    callbacks = getattr(item, "callbacks", None)
    owner = getattr(callbacks[0], "__self__", item) if callbacks else item
    owner = getattr(owner, "process", owner)
    return str(getattr(owner, "name", owner))
