"""The world: the clock, the one order of events, and what every part of the model shares.

What is modelled: time passing in an organisation. A World is a `simpy.Environment`: SimPy's events,
processes and resources work on it. Beside them a *lean* process (`World.start`) may yield

- a number: hold that many hours;
- a `Waitable`: a pool, `pool.within(patience)`, `stock.take(n)`, `world.until(time)` ...;
- a SimPy event or process (its value comes back, its failure is thrown in);
- another lean process (wait for its end; its return value comes back).

Assumption: one order of events for everything, that of stock SimPy: time, then rank, then
insertion. The agenda holds it without comparing or numbering events: a heap of bare moments, what
is due at each (nearly always one thing), and for the present moment a queue in the order of
insertion, to which whatever is granted now is simply added.

Reference: SimPy 4 (simpy.readthedocs.io), whose event semantics are kept; MODEL.md T1, T2;
DESIGN.md s.4 (why there is a lean lane).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from heapq import heappop, heappush, heappushpop
from itertools import count, repeat, starmap
from math import floor, inf
from types import GeneratorType
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
    Process,
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
    hours; t = 0 is a Monday 00:00. `ready` is for the kernel's own parts.
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
        self.ready: deque[tuple[Any, Any]] = deque()
        """What happens now, in the order of insertion: (item, answer it is given)."""
        self._before: list[tuple[float, int, Any]] = []  # a heap: what comes first by rank, now
        self._moments: list[float] = []  # a heap: moments ahead, each once
        self._due: dict[float, Any] = {}  # what is due at each: an item, or a list of (rank, item)
        self._number = count()
        self._gauges: list[tuple[str, str, Callable[[], float]]] = []
        next_monday = (floor(start / WEEK) + 1) * WEEK
        self.every(WEEK, self._close_week, first=next_monday, rank=Rank.CLOSE)

    # -- what a model asks for ---------------------------------------------------------------------

    def start(self, generator: LeanGenerator, *, name: str = "") -> LeanProcess:
        """Start a lean process now, in insertion order. Raises ModelError if it is no generator."""
        if not hasattr(generator, "send"):
            raise ModelError(f"{name or _name(generator)} is not a generator: it has no yield")
        process = LeanProcess(self, generator, name)
        self.resume(process)
        return process

    def until(self, time: float) -> Waitable:
        """Return what a lean process yields to hold until exactly this time (now or later)."""
        return Until(self, time)

    def at(
        self, time: float, action: Callable[..., None], *args: Any, rank: Rank = Rank.NORMAL
    ) -> None:
        """Call `action(*args)` at a time, now or later; no process is made."""
        if not self.now <= time < inf:
            raise ModelError(
                f"cannot plan {Call(action, args)!r} for t = {time!r}: it is {self.now!r} h"
            )
        self.push(float(time), rank, Call(action, args))

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
        rows = zip(*values, strict=True) if values else repeat(())
        Feed(self, moments.tolist(), starmap(action, rows))

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

    def schedule_at(self, time: float, rank: float, item: Any) -> None:
        """Plan an item with `fire()`, or a lean process; ModelError if the time is past or none."""
        if not self.now <= time < inf:
            raise ModelError(f"cannot plan {_name(item)} for t = {time!r}: it is {self.now!r} h")
        self.push(float(time), rank, item)

    def schedule(self, event: Event, priority: EventPriority = NORMAL, delay: float = 0) -> None:
        """Schedule a SimPy event; unlike SimPy's own, refuse a delay that is no number."""
        if not delay >= 0:
            raise ModelError(f"an event ({_name(event)}) has a delay of {delay!r} h")
        self.push(self.now + delay, priority, event)

    def push(self, time: float, rank: float, item: Any) -> None:
        """Plan an item for now or later, after all that is planned there with the same rank."""
        if time == self.now:
            if rank == 1:
                self.ready.append((item, None))
            else:
                heappush(self._before, (rank, next(self._number), item))
            return
        due = self._due.get(time)
        if due is None:
            self._due[time] = item if rank == 1 else [(rank, item)]
            heappush(self._moments, time)
        elif due.__class__ is list:
            due.append((rank, item))
        else:
            self._due[time] = [(1, due), (rank, item)]

    def resume(self, process: Process, answer: Any = None) -> None:
        """Let a waiting process go on at this instant, in insertion order."""
        self.ready.append((process, answer))

    def handle(self, process: Process) -> LeanProcess:
        """Return the handle of a process; a bare generator is given one."""
        return process if isinstance(process, LeanProcess) else LeanProcess(self, process)

    # -- the loop ----------------------------------------------------------------------------------

    def peek(self) -> float:
        """Return the time of the next event; inf if there is none."""
        if self._before or self.ready:
            return self.now
        return self._moments[0] if self._moments else inf

    def advance(
        self, process: Process, answer: Any = None, error: BaseException | None = None
    ) -> None:
        """Run a process up to its next wait, giving it an answer or throwing an error into it."""
        process = self.handle(process)
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
        raise self._endless_loop({_name(process)})

    def _wait(self, process: Process, what: Any) -> None:
        """Let a process wait for what it yielded."""
        if isinstance(what, Waitable):
            if what.enlist(process):
                self.resume(process, True)
        elif isinstance(what, Event):
            self.handle(process).await_event(what)
        else:
            self._hold(process, what)

    def _hold(self, process: Process, hours: Any) -> None:
        """Let a process hold; what is no proper number of hours is thrown back at it."""
        try:
            delay = float(hours)
        except (TypeError, ValueError):
            delay = -1.0
        if 0.0 <= delay < inf:
            self.push(self.now + delay, 1, process)
        else:
            text = f"process {_name(process)!r} yielded {hours!r}: hours to hold must be a finite "
            text += "number not below 0; else yield a pool, a stock, an event or a process"
            self.advance(process, None, ModelError(text))

    def step(self) -> None:
        """Do the next event of all. Raises ModelError if there is none."""
        self._do(*self._next())

    def _next(self) -> tuple[Any, Any]:
        """Take the next item off the agenda, with the answer it is given; move the clock to it."""
        while not self._before and not self.ready:
            if not self._moments:
                raise ModelError("nothing is left to happen")
            self.now = heappop(self._moments)
            self._line_up(self._due.pop(self.now))
        return (heappop(self._before)[2], None) if self._before else self.ready.popleft()

    def _line_up(self, due: Any) -> None:
        """Put what is due at the moment that has come into its order: by rank, then insertion."""
        for rank, item in due if due.__class__ is list else ((1, due),):
            self.push(self.now, rank, item)

    def _do(self, item: Any, answer: Any) -> None:
        """Do one item of the agenda."""
        if isinstance(item, LeanProcess | GeneratorType):
            self.advance(item, answer)
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
        self.schedule_at(until, Rank.CLOSE + 0.5, None)
        self._loop()

    def _loop(self) -> None:
        """Do events in order until the end of the run (the item None) comes up.

        The same as `step` over and over, with the common cases written out: a moment at which one
        thing happens, a process that goes on and then holds, or gets at once what it asks for.
        """
        before, ready, moments, due = self._before, self.ready, self._moments, self._due
        now, steps, limit = self.now, 0, self.loop_limit
        while True:
            if before or ready:
                item, answer = (heappop(before)[2], None) if before else ready.popleft()
                steps += 1
                if steps > limit:
                    self._look_around(item)
            else:
                self.now = now = heappop(moments)
                item, answer, steps = due.pop(now), None, 0
            while True:  # as long as one thing leads to the next
                process, kind = item, item.__class__
                if kind is not GeneratorType and kind is not LeanProcess:
                    if kind is list:
                        self._line_up(item)
                        break
                    if item is None:
                        return
                    if isinstance(item, Event):
                        self._fire_event(item)
                        break
                    process = item.fire()
                    if process is None:
                        break
                    answer = item.answer
                try:
                    what = process.send(answer)
                    while what.__class__ is not float:
                        if not isinstance(what, Waitable):
                            self._wait(process, what)
                        elif what.enlist(process):
                            if not ready and not before and steps < limit:
                                steps += 1  # nothing else is due: its turn would be next anyway
                                what = process.send(True)
                                continue
                            ready.append((process, True))
                        break
                    else:
                        time = now + what
                        if now < time < inf and time not in due:
                            due[time] = process
                            if not ready and not before:
                                self.now = now = heappushpop(moments, time)
                                item, answer, steps = due.pop(now), None, 0
                                continue
                            heappush(moments, time)
                        else:
                            self._hold(process, what)
                except StopIteration as end:
                    if process.__class__ is LeanProcess:
                        process.end(end.value)
                except BaseException as failure:
                    self.handle(process).fail(failure)
                break

    def _look_around(self, item: Any) -> None:
        """Raise ModelError with the names of what keeps going at this instant.

        A few more events are done to see who takes part; the run is lost anyway.
        """
        names, moment = {_name(item)}, self.now
        self._do(item, None)
        for _ in range(_LOOK_AROUND):
            if self.peek() > moment:
                break
            item, answer = self._next()
            names.add(_name(item))
            self._do(item, answer)
        raise self._endless_loop(names)

    def _endless_loop(self, names: set[str]) -> ModelError:
        return ModelError(
            f"more than {self.loop_limit} steps at t = {self.now!r} h without the clock moving; "
            f"going round: {', '.join(sorted(names))}"
        )


def _name(item: Any) -> str:
    """Return the name of the process that an item of the order of events will wake, or its own."""
    callbacks = getattr(item, "callbacks", None)
    owner = getattr(callbacks[0], "__self__", item) if callbacks else item
    owner = getattr(owner, "process", owner)
    name = getattr(owner, "name", None) or getattr(owner, "__name__", None)
    # An address would tell nobody anything, and is another one in every run.
    has_words = " object at 0x" not in repr(owner)
    return str(name or (owner if has_words else type(owner).__name__))
