"""Scarce servers and stock: what work waits for.

What is modelled: a team that serves one customer per head (first come first served within a
priority class, callers may lose patience, email is put aside when a call arrives, shifts change the
number of heads), a stock room whose components several products share, and a stock of one item.

Assumptions: who is served is not interrupted, so a server whose shift ends finishes first; a queue
is never jumped within a class; leaving a queue is lazy, so no cost grows with the depth of a queue.

Reference: MODEL.md U1, L1 and s.4.4; Gans, Koole & Mandelbaum (2003), M&SOM 5(2), for queues with
patience; Little (1961), Oper. Res. 9(3), for the identity that the cumulative gauges must satisfy.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from math import inf
from typing import Any

from orgsim.errors import ModelError
from orgsim.kernel.world import LeanProcess, Rank, Waitable, World
from orgsim.units import Weekly

__all__ = ["Claim", "Pool", "Stock", "StockRoom", "Turn", "Work"]

_FEW = 64
"""Up to so many entries of people who left are not worth clearing out of a queue."""


class Turn(Waitable):
    """One place in a pool's queue, yielded by a process; the answer is True if served."""

    __slots__ = ("is_waiting", "patience", "pool", "priority", "process", "since")

    process: LeanProcess
    since: float

    def __init__(self, pool: Pool, priority: int, patience: float) -> None:
        self.pool = pool
        self.priority = priority
        self.patience = patience
        self.is_waiting = False

    def enlist(self, process: LeanProcess) -> None:
        """Be served at once, or join the queue of this priority class."""
        self.pool.admit(self, process)

    def fire(self) -> None:
        """Leave the queue because patience is over; nothing if served in the meantime."""
        if self.is_waiting:
            self.pool.lose(self)


class Work(Waitable):
    """Pre-emptible work for a pool, yielded by a process; comes back when all of it is done."""

    __slots__ = ("_pool", "hours", "process", "run", "started")

    process: LeanProcess

    def __init__(self, pool: Pool, hours: float) -> None:
        self._pool = pool
        self.hours = hours
        self.started = 0.0
        self.run = 0  # how often it was put aside: tells a current completion from an outdated one

    def enlist(self, process: LeanProcess) -> None:
        """Start at once if a server is idle, or wait until one is."""
        self.process = process
        self._pool.take_on(self)


class _Completion:
    """The planned end of a spell of work; void if the work is put aside before."""

    __slots__ = ("_pool", "_run", "_work")

    def __init__(self, pool: Pool, work: Work) -> None:
        self._pool, self._work, self._run = pool, work, work.run

    def fire(self) -> None:
        if self._work.run == self._run:
            self._pool.complete(self._work)


class Pool(Waitable):
    """A team of servers with one queue per priority class (0 is served first).

    `heads` is a number, or a weekly schedule of whole numbers. Within a lean process:
    `yield pool` or `yield pool.turn(priority)` waits for a server, `yield pool.within(patience)`
    answers True if served and False if patience ended first; who was served must `release()`.
    `yield pool.work(hours)` has pre-emptible work done by servers for whom nobody queues.

    Identities (the audit): entered = served + left + queued; queue_hours() = waited_hours().
    """

    def __init__(
        self, world: World, name: str, heads: int | Weekly, *, priorities: int = 1
    ) -> None:
        if priorities < 1:
            raise ModelError(f"pool {name!r} needs at least one priority class")
        self.name = name
        self.priorities = priorities
        self.entered = self.served = self.left = 0
        self._world = world
        self._queues: tuple[deque[Turn], ...] = tuple(deque() for _ in range(priorities))
        self._queued = 0
        self._gone = 0
        self._serving = 0
        self._heads = 0
        self._waiting_work: deque[Work] = deque()
        self._running_work: dict[Work, None] = {}
        start = world.now
        self._queue_area, self._queue_since = 0.0, start
        self._busy_area, self._duty_area, self._staff_since = 0.0, 0.0, start
        self._waited = 0.0
        self._schedule: Weekly | None = None
        self.set_heads(heads)

    # -- what a process yields or calls ----------------------------------------------------------

    def enlist(self, process: LeanProcess) -> None:
        """Queue for one server at priority 0 (`yield pool`)."""
        self.admit(Turn(self, 0, inf), process)

    def turn(self, priority: int = 0) -> Turn:
        """Return a place in the queue of a priority class, to be yielded."""
        return self.within(inf, priority)

    def within(self, patience: float, priority: int = 0) -> Turn:
        """Return a place to be yielded that is given up after `patience` hours (inf: never)."""
        if not patience >= 0.0:
            raise ModelError(f"pool {self.name!r}: a patience of {patience!r} h")
        if not 0 <= priority < self.priorities:
            raise ModelError(f"pool {self.name!r} has no priority class {priority!r}")
        return Turn(self, priority, patience)

    def work(self, hours: float) -> Work:
        """Return pre-emptible work of so many hours, to be yielded."""
        if not 0.0 <= hours < inf:
            raise ModelError(f"pool {self.name!r}: work of {hours!r} h")
        return Work(self, hours)

    def release(self) -> None:
        """Give the server back: next is who waits longest in the first class, then put-aside work.

        Raises ModelError if nobody holds a server.
        """
        if self._serving == 0:
            raise ModelError(f"pool {self.name!r}: a server is released that nobody holds")
        if self._queued and self.busy <= self._heads:
            self._serve_next()  # the server goes straight on: no change of who is busy
        else:
            self._account_staff()
            self._serving -= 1
            self._fill()

    def set_heads(self, heads: int | Weekly) -> None:
        """Change the headcount from now on: a number, or a weekly schedule of whole numbers.

        Busy servers finish what they do and then leave; pre-emptible work is put aside at once.
        """
        if isinstance(heads, Weekly):
            if any(value != int(value) for value in heads.values):
                raise ModelError(f"pool {self.name!r}: a schedule with parts of a head")
            self._schedule = heads
            self._follow(heads)
        else:
            if heads != int(heads) or heads < 0:
                raise ModelError(f"pool {self.name!r}: a headcount of {heads!r}")
            self._schedule = None
            self._staff(int(heads))

    # -- what may be read ------------------------------------------------------------------------

    @property
    def queued(self) -> int:
        """How many wait for a server (put-aside work not counted)."""
        return self._queued

    @property
    def queued_work(self) -> int:
        """How many pieces of pre-emptible work wait or are put aside."""
        return len(self._waiting_work)

    @property
    def busy(self) -> int:
        """How many servers are busy, with customers or with pre-emptible work."""
        return self._serving + len(self._running_work)

    @property
    def heads(self) -> int:
        """How many servers are on duty by the schedule."""
        return self._heads

    @property
    def idle(self) -> int:
        """How many servers on duty have nothing to do."""
        return max(0, self._heads - self.busy)

    def busy_hours(self) -> float:
        """Server-hours spent busy so far."""
        return self._busy_area + self.busy * (self._world.now - self._staff_since)

    def duty_hours(self) -> float:
        """Server-hours on duty so far; who finishes a job after the shift is still on duty."""
        present = max(self._heads, self.busy)
        return self._duty_area + present * (self._world.now - self._staff_since)

    def queue_hours(self) -> float:
        """The integral of the queue's length over time so far."""
        return self._queue_area + self._queued * (self._world.now - self._queue_since)

    def waited_hours(self) -> float:
        """The waits of all who left the queue, and the waits so far of those still in it."""
        now = self._world.now
        return self._waited + sum(now - turn.since for turn in self._turns() if turn.is_waiting)

    def _turns(self) -> Iterator[Turn]:
        for queue in self._queues:
            yield from queue

    # -- queueing --------------------------------------------------------------------------------

    def admit(self, turn: Turn, process: LeanProcess) -> None:
        """Serve a process at once or let it queue (called by what it yielded)."""
        world = self._world
        self.entered += 1
        turn.process = process
        if self._serving + len(self._running_work) < self._heads:
            self._account_staff()
            self._serving += 1
            self.served += 1
            world.resume(process, True)
        elif self._running_work:  # email is put aside when a call arrives (MODEL U1)
            self._put_aside()
            self._serving += 1
            self.served += 1
            world.resume(process, True)
        else:
            self._join(turn)

    def _join(self, turn: Turn) -> None:
        world = self._world
        self._account_queue()
        self._queued += 1
        turn.since = world.now
        turn.is_waiting = True
        self._queues[turn.priority].append(turn)
        if turn.patience < inf:
            world.schedule_at(world.now + turn.patience, Rank.NORMAL, turn)

    def lose(self, turn: Turn) -> None:
        """Let a waiting process leave unserved; its entry in the queue is cleared later."""
        self._account_queue()
        self._queued -= 1
        self._waited += self._world.now - turn.since
        self.left += 1
        self._gone += 1
        turn.is_waiting = False
        if self._gone > _FEW and self._gone > self._queued:
            self._clear_gone()
        self._world.advance(turn.process, False)

    def _clear_gone(self) -> None:
        """Drop the entries of those who left: once each, so the cost per leaver is fixed."""
        self._gone = 0
        for queue in self._queues:
            stay = [turn for turn in queue if turn.is_waiting]
            queue.clear()
            queue.extend(stay)

    def _serve_next(self) -> None:
        """Grant a server to who waits longest in the first class (somebody waits)."""
        for queue in self._queues:
            while queue:
                turn = queue.popleft()
                if turn.is_waiting:
                    self._account_queue()
                    self._queued -= 1
                    self._waited += self._world.now - turn.since
                    self.served += 1
                    turn.is_waiting = False
                    self._world.resume(turn.process, True)
                    return
                self._gone -= 1

    def _fill(self) -> None:
        """Give idle servers something to do: who queues first, then work that waits."""
        while self._queued and self.busy < self._heads:
            self._account_staff()
            self._serving += 1
            self._serve_next()
        while self._waiting_work and self.busy < self._heads:
            self._begin(self._waiting_work.popleft())

    # -- pre-emptible work -----------------------------------------------------------------------

    def take_on(self, work: Work) -> None:
        """Begin pre-emptible work if a server is idle, or keep it for later."""
        self._waiting_work.append(work)
        self._fill()

    def _begin(self, work: Work) -> None:
        self._account_staff()
        self._running_work[work] = None
        work.started = self._world.now
        self._world.schedule_at(self._world.now + work.hours, Rank.NORMAL, _Completion(self, work))

    def complete(self, work: Work) -> None:
        """End a piece of work and let its process go on."""
        self._account_staff()
        del self._running_work[work]
        self._fill()
        self._world.advance(work.process)

    def _put_aside(self) -> None:
        """Interrupt the work begun last; its rest is the first to be resumed."""
        self._account_staff()
        work, _ = self._running_work.popitem()
        work.hours = max(0.0, work.hours - (self._world.now - work.started))
        work.run += 1
        self._waiting_work.appendleft(work)

    # -- headcount and accounts ------------------------------------------------------------------

    def _follow(self, schedule: Weekly) -> None:
        """Take the schedule's headcount of now, and come back at its next change."""
        if schedule is not self._schedule:
            return  # replaced in the meantime
        self._staff(int(schedule.at(self._world.now)))
        change = schedule.next_change(self._world.now)
        if change < inf:
            self._world.at(change, self._follow, schedule, rank=Rank.CALENDAR)

    def _staff(self, heads: int) -> None:
        self._account_staff()
        self._heads = heads
        while self._running_work and self.busy > heads:
            self._put_aside()
        self._fill()

    def _account_queue(self) -> None:
        """Add the time since the last change of the queue to its integral, before a change."""
        now = self._world.now
        self._queue_area += self._queued * (now - self._queue_since)
        self._queue_since = now

    def _account_staff(self) -> None:
        """Add the time since the last change of the servers to their integrals, before a change."""
        now = self._world.now
        spell = now - self._staff_since
        busy = self.busy
        self._busy_area += busy * spell
        self._duty_area += max(self._heads, busy) * spell
        self._staff_since = now


class Claim:
    """A standing request for components, one of each; kept by whoever may want to withdraw it."""

    __slots__ = ("_call", "granted", "is_waiting", "needs", "number", "owner")

    def __init__(
        self, owner: object, needs: tuple[str, ...], number: int, call: Callable[[Any], None]
    ) -> None:
        self.owner = owner
        self.needs = needs
        self.number = number
        self.granted = False
        self.is_waiting = False
        self._call = call

    def grant(self) -> None:
        """Mark as granted and tell the owner."""
        self.granted, self.is_waiting = True, False
        self._call(self.owner)


class StockRoom:
    """Shared components, claimed one of each by products with different bills of material.

    Claims with the same needs are served first come first served; a claim that lacks one component
    does not hold up claims for others, nor does it set aside what is there. Conservation for every
    limited component: opening + received = on_hand + issued + written_off.
    """

    def __init__(self, world: World, on_hand: Mapping[str, int | None]) -> None:
        self._world = world
        self.on_hand: dict[str, int | None] = dict(on_hand)
        self.opening: Mapping[str, int | None] = dict(on_hand)
        self.received = dict.fromkeys(on_hand, 0)
        self.issued = dict.fromkeys(on_hand, 0)
        self.written_off = dict.fromkeys(on_hand, 0)
        self._waiting = dict.fromkeys(on_hand, 0)
        self._queues: dict[tuple[str, ...], deque[Claim]] = {}
        self._gone: dict[tuple[str, ...], int] = {}
        self._number = 0

    def request(
        self, owner: object, needs: tuple[str, ...], granted: Callable[[Any], None]
    ) -> Claim:
        """Claim one of each component in `needs`; `granted(owner)` is called at once or later."""
        signature = tuple(sorted(needs))
        if len(set(signature)) != len(signature) or not set(signature) <= self.on_hand.keys():
            raise ModelError(f"{needs!r} does not name different components of {[*self.on_hand]}")
        claim = Claim(owner, signature, self._number, granted)
        self._number += 1
        if self._can_serve(signature):
            self._issue(claim)
        else:
            claim.is_waiting = True
            self._queues.setdefault(signature, deque()).append(claim)
            self._count(signature, 1)
        return claim

    def cancel(self, claim: Claim) -> None:
        """Withdraw a waiting claim; its entry in the queue is cleared later."""
        if not claim.is_waiting:
            raise ModelError(f"the claim of {claim.owner!r} does not wait: it cannot be withdrawn")
        claim.is_waiting = False
        self._count(claim.needs, -1)
        queue, gone = self._queues[claim.needs], self._gone.get(claim.needs, 0) + 1
        if gone > _FEW and 2 * gone > len(queue):
            self._queues[claim.needs] = deque(other for other in queue if other.is_waiting)
            gone = 0
        self._gone[claim.needs] = gone

    def receive(self, component: str, n: int) -> None:
        """Add n units, and serve the oldest claims for whom everything is now there."""
        self._change(component, n)
        self.received[component] += n
        self._serve(component)

    def put_back(self, claim: Claim) -> None:
        """Return what a claim was granted and did not use after all."""
        if not claim.granted:
            raise ModelError(f"the claim of {claim.owner!r} was not granted: nothing to put back")
        claim.granted = False
        for component in claim.needs:
            self._change(component, 1)
            self.issued[component] -= 1
        for component in claim.needs:
            self._serve(component)

    def write_off(self, component: str, n: int) -> None:
        """Take n units out that nobody will use."""
        self._change(component, -n)
        self.written_off[component] += n

    def waiting(self, component: str) -> int:
        """Return how many waiting claims need a component."""
        return self._waiting[component]

    def _serve(self, component: str) -> None:
        """Serve the oldest claims that need this component and lack nothing."""
        while True:
            heads = (self._head(signature) for signature in self._queues if component in signature)
            ready = [claim for claim in heads if claim and self._can_serve(claim.needs)]
            if not ready:
                return
            claim = min(ready, key=lambda waiting: waiting.number)
            self._queues[claim.needs].popleft()
            self._count(claim.needs, -1)
            self._issue(claim)

    def _head(self, signature: tuple[str, ...]) -> Claim | None:
        """Return the oldest claim of a signature that still waits, dropping those withdrawn."""
        queue = self._queues[signature]
        while queue and not queue[0].is_waiting:
            queue.popleft()
            self._gone[signature] -= 1
        return queue[0] if queue else None

    def _can_serve(self, signature: tuple[str, ...]) -> bool:
        return all(self.on_hand[component] != 0 for component in signature)

    def _issue(self, claim: Claim) -> None:
        for component in claim.needs:
            self._change(component, -1)
            self.issued[component] += 1
        claim.grant()

    def _change(self, component: str, n: int) -> None:
        stock = self.on_hand[component]
        if stock is not None:
            if stock + n < 0:
                raise ModelError(f"{component!r}: {-n} taken, {stock} there")
            self.on_hand[component] = stock + n

    def _count(self, signature: tuple[str, ...], change: int) -> None:
        for component in signature:
            self._waiting[component] += change


class _Take(Waitable):
    """A number of units that a process waits for."""

    __slots__ = ("_stock", "n", "process")

    process: LeanProcess

    def __init__(self, stock: Stock, n: int) -> None:
        self._stock = stock
        self.n = n

    def enlist(self, process: LeanProcess) -> None:
        self.process = process
        self._stock.admit(self)


class Stock:
    """A stock of one item: `yield stock.take(n)` waits first come first served (backorders)."""

    def __init__(self, world: World, on_hand: int) -> None:
        if on_hand < 0:
            raise ModelError(f"a stock of {on_hand!r}")
        self.on_hand = self.opening = on_hand
        self.backordered = self.received = self.issued = 0
        self._world = world
        self._queue: deque[_Take] = deque()

    def take(self, n: int = 1) -> Waitable:
        """Return what a process yields to get n units, all at once."""
        if n < 1:
            raise ModelError(f"cannot take {n!r} units")
        return _Take(self, n)

    def receive(self, n: int) -> None:
        """Add n units and serve who waits, strictly in order."""
        if n < 0:
            raise ModelError(f"cannot receive {n!r} units")
        self.on_hand += n
        self.received += n
        while self._queue and self._queue[0].n <= self.on_hand:
            take = self._queue.popleft()
            self.backordered -= take.n
            self._issue(take)

    def admit(self, take: _Take) -> None:
        """Hand out at once, or keep as a backorder (called by what a process yielded)."""
        if not self._queue and take.n <= self.on_hand:
            self._issue(take)
        else:
            self.backordered += take.n
            self._queue.append(take)

    def _issue(self, take: _Take) -> None:
        self.on_hand -= take.n
        self.issued += take.n
        self._world.resume(take.process)
