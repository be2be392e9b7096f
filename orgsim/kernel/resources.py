"""Scarce servers: the teams that work waits for.

What is modelled: a team that serves one customer per head, first come first served within a
priority class; callers who lose patience; email that is put aside when a call arrives; shifts that
change the number of heads. (Stock is in `kernel.stock`, and is importable from here too.)

Assumptions: who is served is not interrupted, so a server whose shift ends finishes first; a queue
is never jumped within a class; leaving a queue is lazy, so no cost grows with the depth of a queue.

Reference: MODEL.md U1 and s.4.4; Gans, Koole & Mandelbaum (2003), M&SOM 5(2), for queues with
patience; Little (1961), Oper. Res. 9(3), for the identity that the cumulative gauges must satisfy.
"""

from __future__ import annotations

from collections import deque
from math import inf

from orgsim.errors import ModelError
from orgsim.kernel.lane import Item, Process, Rank, Waitable
from orgsim.kernel.stock import Claim, Stock, StockRoom, Waiting
from orgsim.kernel.world import World
from orgsim.weekly import Weekly

__all__ = ["Claim", "Pool", "Stock", "StockRoom", "Turn", "Waiting", "Work"]

_FEW = 64
"""Up to so many entries of people who left are not worth clearing out of a queue."""


class Turn(Waitable):
    """What a process yields to be served by a pool; the answer is True if it was."""

    __slots__ = ("_patience", "_pool", "_priority")

    def __init__(self, pool: Pool, priority: int, patience: float) -> None:
        self._pool = pool
        self._priority = priority
        self._patience = patience

    def enlist(self, process: Process) -> bool:
        """Be served at once, perhaps because work is put aside (U1), or join the queue."""
        pool = self._pool
        pool.entered += 1
        if pool.busy < pool.heads:
            pool.busy += 1
            pool.busy_sum -= pool.world.now
        elif not pool.put_work_aside():
            place = Place(pool, process)
            pool.queues[self._priority].append(place)
            if self._patience < inf:
                pool.world.push(place.since + self._patience, Rank.NORMAL, place)
            return False
        pool.served += 1
        return True


class Place(Item):
    """A process in a pool's queue, from when to when."""

    __slots__ = ("_pool", "is_waiting", "process", "since")
    answer = False  # to who leaves because patience is over

    def __init__(self, pool: Pool, process: Process) -> None:
        now = pool.world.now
        pool.queued += 1
        pool.queue_sum -= now
        self._pool = pool
        self.process = process
        self.since = now
        self.is_waiting = True

    def fire(self) -> Process | None:
        """Leave the queue because patience is over; nothing if served in the meantime."""
        if not self.is_waiting:
            return None
        self._pool.lose(self)
        return self.process


class Work(Waitable):
    """Pre-emptible work for a pool, yielded once by a process; comes back when all is done."""

    __slots__ = ("hours", "pool", "process", "spell", "started")

    process: Process

    def __init__(self, pool: Pool, hours: float) -> None:
        self.pool = pool
        self.hours = hours
        self.started = 0.0
        self.spell = 0  # counts the interruptions: tells a planned end that still holds

    def enlist(self, process: Process) -> bool:
        """Start at once if a server is idle, or wait until one is."""
        self.process = process
        self.pool.take_on(self)
        return False


class _PlannedEnd(Item):
    """The planned end of a spell of work; void if the work is put aside before."""

    __slots__ = ("_spell", "_work")

    def __init__(self, work: Work) -> None:
        self._work, self._spell = work, work.spell

    @property
    def process(self) -> Process:
        """Who waits for the work."""
        return self._work.process

    def fire(self) -> Process | None:
        work = self._work
        if work.spell != self._spell:
            return None
        work.pool.complete(work)
        return work.process


class Pool(Waitable):
    """A team of servers with one queue per priority class (0 is served first).

    `heads` is a number, or a weekly schedule of whole numbers. In a lean process `yield pool` or
    `yield pool.turn(priority)` waits for a server, and `yield pool.within(patience)` answers True
    if served, False if patience ended first; who was served must `release()`. `yield
    pool.work(hours)` has pre-emptible work done by servers for whom nobody queues; nothing is to be
    released. `latest_first` serves who came last, within a class; nobody's turn costs more for it.

    `entered` counts the turns taken, `served` those granted and `left` those given up. Identities
    for the audit: entered = served + left + queued, and queue_hours() = waited_hours().
    """

    def __init__(
        self,
        world: World,
        name: str,
        heads: int | Weekly,
        *,
        priorities: int = 1,
        latest_first: bool = False,
    ) -> None:
        if priorities < 1:
            raise ModelError(f"pool {name!r} needs at least one priority class")
        self.name = name
        self.priorities = priorities
        self._latest_first = latest_first
        self.entered = self.served = self.left = 0
        self.queued = 0
        """How many wait for a server (work put aside is not counted)."""
        self.busy = 0
        """How many servers are busy, with customers or with pre-emptible work."""
        self.heads = 0
        """How many servers are on duty by the schedule."""
        self.world = world
        self.queues: tuple[deque[Place], ...] = tuple(deque() for _ in range(priorities))
        self._turns = tuple(Turn(self, priority, inf) for priority in range(priorities))
        self._gone = 0
        self._waiting_work: deque[Work] = deque()
        self._running_work: dict[Work, None] = {}
        self._plans = 0
        self._waited = 0.0
        # An integral of a step function is the sum of (old - new level) x time over its changes,
        # plus the last level x now. These are the sums; each change costs one addition.
        self.queue_sum = self.busy_sum = self._duty_sum = 0.0
        self.set_heads(heads)

    # -- what a process yields or calls ------------------------------------------------------------

    def enlist(self, process: Process) -> bool:
        """Queue for one server at priority 0 (`yield pool`)."""
        return self._turns[0].enlist(process)

    def turn(self, priority: int = 0) -> Turn:
        """Return what a process yields to queue in a priority class."""
        if 0 <= priority < self.priorities:
            return self._turns[priority]
        raise ModelError(f"pool {self.name!r} has no priority class {priority!r}")

    def within(self, patience: float, priority: int = 0) -> Turn:
        """Return what a process yields to queue no longer than `patience` hours (inf: for ever)."""
        if patience >= 0.0 and 0 <= priority < self.priorities:
            return Turn(self, priority, patience)
        text = f"a patience of {patience!r} h in priority class {priority!r} of {self.priorities}"
        raise ModelError(f"pool {self.name!r}: {text}")

    def work(self, hours: float) -> Work:
        """Return pre-emptible work of so many hours, to be yielded."""
        if not 0.0 <= hours < inf:
            raise ModelError(f"pool {self.name!r}: work of {hours!r} h")
        return Work(self, hours)

    def release(self) -> None:
        """Give the server back: next is who waits longest in the first class, then work put aside.

        Raises ModelError if nobody holds a server.
        """
        busy = self.busy
        if busy <= len(self._running_work):
            raise ModelError(f"pool {self.name!r}: a server is released that nobody holds")
        if busy > self.heads:  # the shift is over: leave
            self._duty_sum += self.world.now
            self._change_busy(-1)
        elif self.queued:
            self._serve_next()  # go straight on: as many are busy as before
        else:
            self.busy = busy - 1
            self.busy_sum += self.world.now
            if self._waiting_work:
                self._begin_work()

    def set_heads(self, heads: int | Weekly) -> None:
        """Change the headcount from now on: a number, or a weekly schedule of whole numbers.

        Busy servers finish what they do and then leave; pre-emptible work is put aside at once.
        """
        values = heads.values if isinstance(heads, Weekly) else (heads,)
        wrong = [value for value in values if value < 0 or value != int(value)]
        if wrong:
            raise ModelError(f"pool {self.name!r}: {wrong[0]:g} is no whole number of heads")
        self._plans += 1
        if isinstance(heads, Weekly):
            self._follow(heads, self._plans)
        else:
            self._staff(int(heads))

    # -- what may be read --------------------------------------------------------------------------

    @property
    def queued_work(self) -> int:
        """How many pieces of pre-emptible work wait or are put aside."""
        return len(self._waiting_work)

    @property
    def idle(self) -> int:
        """How many servers on duty have nothing to do."""
        return max(0, self.heads - self.busy)

    def busy_hours(self) -> float:
        """Server-hours spent busy so far."""
        return self.busy_sum + self.busy * self.world.now

    def duty_hours(self) -> float:
        """Server-hours on duty so far; who finishes a job after the shift is still on duty."""
        return self._duty_sum + max(self.heads, self.busy) * self.world.now

    def queue_hours(self) -> float:
        """The integral of the queue's length over time so far."""
        return self.queue_sum + self.queued * self.world.now

    def waited_hours(self) -> float:
        """The waits of all who left the queue, and the waits so far of those still in it."""
        now = self.world.now
        waiting = (place for queue in self.queues for place in queue if place.is_waiting)
        return self._waited + sum(now - place.since for place in waiting)

    # -- queueing ----------------------------------------------------------------------------------

    def lose(self, place: Place) -> None:
        """Count out one who gave up; its entry in the queue is cleared later."""
        now = self.world.now
        place.is_waiting = False
        self.queued -= 1
        self.queue_sum += now
        self._waited += now - place.since
        self.left += 1
        self._gone += 1
        if self._gone > _FEW and self._gone > self.queued:
            self._clear_gone()

    def _clear_gone(self) -> None:
        """Drop the entries of those who left: once each, so the cost per leaver is fixed."""
        self._gone = 0
        for queue in self.queues:
            stay = [place for place in queue if place.is_waiting]
            queue.clear()
            queue.extend(stay)

    def _serve_next(self) -> None:
        """Give a server to who is next in the first class where somebody waits (one does)."""
        world = self.world
        now = world.now
        for queue in self.queues:
            while queue:
                place = queue.pop() if self._latest_first else queue.popleft()
                if not place.is_waiting:
                    self._gone -= 1
                    continue
                place.is_waiting = False
                self.queued -= 1
                self.queue_sum += now
                self._waited += now - place.since
                self.served += 1
                world.ready.append((place.process, True))
                return

    # -- pre-emptible work -------------------------------------------------------------------------

    def take_on(self, work: Work) -> None:
        """Begin pre-emptible work if a server is idle, or keep it for later."""
        self._waiting_work.append(work)
        if self.busy < self.heads:
            self._begin_work()

    def _begin_work(self) -> None:
        """Let an idle server begin, or take up again, the work that is first in line."""
        world = self.world
        work = self._waiting_work.popleft()
        work.started = world.now
        self._running_work[work] = None
        self._change_busy(+1)
        world.schedule_at(world.now + work.hours, Rank.NORMAL, _PlannedEnd(work))

    def complete(self, work: Work) -> None:
        """End a piece of work, and let its server take up what waits."""
        del self._running_work[work]
        self._change_busy(-1)
        if self._waiting_work:  # nobody queues, or this work would have been put aside
            self._begin_work()

    def put_work_aside(self) -> bool:
        """Interrupt the work begun last; its rest is the first to be taken up again.

        Returns whether there was any. As many servers are busy as before: the caller has a use for
        the one that is free now.
        """
        if not self._running_work:
            return False
        work, _ = self._running_work.popitem()
        work.hours = max(0.0, work.hours - (self.world.now - work.started))
        work.spell += 1
        self._waiting_work.appendleft(work)
        return True

    # -- headcount ---------------------------------------------------------------------------------

    def _follow(self, schedule: Weekly, plan: int) -> None:
        """Take the schedule's headcount of now, and come back at its next change."""
        if plan != self._plans:
            return  # replaced in the meantime
        now = self.world.now
        self._staff(int(schedule.at(now)))
        change = schedule.next_change(now)
        if change < inf:
            self.world.at(change, self._follow, schedule, plan, rank=Rank.CALENDAR)

    def _staff(self, heads: int) -> None:
        """Put so many servers on duty."""
        before = max(self.heads, self.busy)
        self.heads = heads
        while self.busy > heads and self.put_work_aside():
            self._change_busy(-1)
        while self.queued and self.busy < heads:
            self._change_busy(+1)
            self._serve_next()
        while self._waiting_work and self.busy < heads:
            self._begin_work()
        self._duty_sum -= (max(heads, self.busy) - before) * self.world.now

    def _change_busy(self, change: int) -> None:
        self.busy += change
        self.busy_sum -= change * self.world.now
