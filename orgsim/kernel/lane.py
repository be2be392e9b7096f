"""The lean lane: processes that wait without creating an event per wait.

What is modelled: a person or a piece of work that goes through a procedure step by step. A lean
process is a generator; it holds for a number of hours, or yields a `Waitable`. Who wants to wait
for its end, or to name it, holds a `LeanProcess` for it; the others run as bare generators. The
items here are what the world's order of events is made of, beside SimPy's own events.

Assumption: a process waits in one place at a time, and only that place resumes it.

Reference: SimPy 4, `simpy.events.Process`, whose semantics of values and failures are kept;
DESIGN.md s.4.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from enum import IntEnum
from typing import TYPE_CHECKING, Any, cast

from simpy.events import PENDING, Event

if TYPE_CHECKING:
    from orgsim.kernel.world import World

__all__ = [
    "Call",
    "Feed",
    "Item",
    "LeanGenerator",
    "LeanProcess",
    "Process",
    "Rank",
    "Repeat",
    "Until",
    "Waitable",
]

LeanGenerator = Generator[Any, Any, Any]


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

    def enlist(self, process: Process) -> bool:
        """Return True if there is nothing to wait for; else keep the process and return False.

        Who keeps it ends the wait with `world.resume(process, answer)`.
        """
        raise NotImplementedError


class LeanProcess(Waitable):
    """The handle of a generator that runs on the lean lane; made by `World.start`."""

    # Defaults of the class and no slots: a process that nobody waits for never sets them.
    _value: Any = PENDING
    _error: BaseException | None = None
    _done: Event | None = None

    def __init__(self, world: World, generator: LeanGenerator, name: str = "") -> None:
        self.generator = generator
        self.send = generator.send
        self.name = name or getattr(generator, "__name__", repr(generator))
        self._world = world

    def __repr__(self) -> str:
        return f"<LeanProcess {self.name}>"

    @property
    def is_alive(self) -> bool:
        """Whether the process has neither ended nor failed."""
        return self._value is PENDING

    @property
    def value(self) -> Any:
        """What the process returned; None while it is alive."""
        return None if self._value is PENDING else self._value

    @property
    def done(self) -> Event:
        """A SimPy event that is triggered by the end of this process, for SimPy's processes."""
        if self._done is None:
            self._done = Event(self._world)
            if not self.is_alive:
                self._done._ok = self._error is None
                self._done._value = self._error or self._value
                self._done.callbacks = cast(Any, None)  # SimPy's mark of an event long processed
        return self._done

    def enlist(self, process: Process) -> bool:
        """Let another lean process wait for the end of this one (its return value comes back)."""
        self._world.handle(process).await_event(self.done)
        return False

    def await_event(self, event: Event) -> None:
        """Wait for a SimPy event, or go on if it is over already."""
        if event.callbacks is None:
            self.wake(event)
        else:
            event.callbacks.append(self.wake)

    def wake(self, event: Event) -> None:
        """Go on because a SimPy event happened (a callback of that event)."""
        self._world.advance(self, *self.outcome(event))

    @staticmethod
    def outcome(event: Event) -> tuple[Any, BaseException | None]:
        """Return what an event brings to who waited for it: a value, or an error to be thrown."""
        if event._ok:
            return event._value, None
        event.defused = True
        return None, event._value

    def end(self, value: Any) -> None:
        """Keep the return value, and tell who waits for it."""
        self._value = value
        if self._done is not None:
            self._done.succeed(value)

    def fail(self, error: BaseException) -> None:
        """Hand the error to who waits for this process, or let it stop the run."""
        if self._error is error:
            raise error  # on its way out already
        self._value, self._error = None, error
        note = f"in process {self.name!r} at t = {self._world.now!r} h"
        if note not in getattr(error, "__notes__", ()):
            error.add_note(note)
        if self._done is None or not isinstance(error, Exception):
            raise error
        self._done.fail(error)


Process = LeanProcess | LeanGenerator
"""What waits and goes on: a bare generator, or the handle of one."""


class Until(Waitable):
    """Hold until a moment, exactly: adding a difference to the clock may miss it by a hair."""

    __slots__ = ("_time", "_world")

    def __init__(self, world: World, time: float) -> None:
        self._world = world
        self._time = time

    def enlist(self, process: Process) -> bool:
        """Plan the process for that moment."""
        self._world.schedule_at(self._time, Rank.NORMAL, process)
        return False


class Item:
    """What waits on the heap for its time, beside processes and SimPy's events."""

    __slots__ = ()
    answer: Any = None
    """What the process that goes on is told."""

    def fire(self) -> Process | None:
        """Do what is due; return the process that goes on with `answer`, if any."""
        raise NotImplementedError


class Call(Item):
    """A plain call at a time."""

    __slots__ = ("_action", "_args")

    def __init__(self, action: Callable[..., None], args: tuple[Any, ...]) -> None:
        self._action = action
        self._args = args

    def __repr__(self) -> str:
        return getattr(self._action, "__qualname__", type(self._action).__name__)

    def fire(self) -> None:
        """Make the call."""
        self._action(*self._args)


class Repeat(Item):
    """A call at first + k x period for k = 0, 1 ... (multiplied, so that nothing drifts)."""

    __slots__ = ("_action", "_first", "_period", "_rank", "_turn", "_world")

    def __init__(
        self, world: World, period: float, action: Callable[[], None], first: float, rank: Rank
    ) -> None:
        self._world, self._period, self._action = world, period, action
        self._first, self._rank, self._turn = first, rank, 0
        world.schedule_at(first, rank, self)

    def __repr__(self) -> str:
        return repr(Call(self._action, ()))

    def fire(self) -> None:
        """Plan the next call and make this one."""
        self._turn += 1
        self._world.schedule_at(self._first + self._turn * self._period, self._rank, self)
        self._action()


class Feed(Item):
    """A call per row of precomputed columns, each at its own time; one heap entry at any moment."""

    __slots__ = ("_calls", "_times", "_world")

    def __init__(self, world: World, times: list[float], calls: Iterator[Process | None]) -> None:
        self._world = world
        self._times, self._calls = iter(times), calls
        for time in self._times:
            world.schedule_at(time, Rank.NORMAL, self)
            break

    def fire(self) -> Process | None:
        """Plan the next row and do this one; what is made to run, runs."""
        for time in self._times:  # the next one only, if there is one
            self._world.push(time, 1, self)
            break
        return next(self._calls)
