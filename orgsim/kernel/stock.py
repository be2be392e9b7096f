"""Stock: units that work waits for.

What is modelled: a stock room whose components several products share, and a stock of one item.
Either keeps the balance of what it opened with, received, issued and wrote off, and the books of
who waits.

Assumptions: a claim is served whole or not at all and sets nothing aside while it waits. Claims of
one kind wait in a heap and leave it lazily, so that what one costs grows at most with the logarithm
of the queue's depth.

Reference: MODEL.md L1 and s.3 (shared components); Song & Zipkin (2003), "Supply chain operations:
assemble-to-order systems", Handbooks in OR & MS 11 (allocation first come first served).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from heapq import heapify, heappop, heappush
from typing import Any

from orgsim.errors import ModelError
from orgsim.kernel.lane import Process, Waitable
from orgsim.kernel.world import World

__all__ = ["Claim", "Stock", "StockRoom", "Waiting"]

_FEW = 64
"""Up to so many entries of claims withdrawn are not worth clearing out of a queue."""


class Waiting:
    """Who waits: how many now, and the hours so far (for Little's law in the audit).

    `queue_hours` sums (old - new length) x time over the changes of the queue; `waited_hours` sums
    the waits of each.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.queued = 0
        self._sum = 0.0
        self._waited = 0.0

    def join(self) -> float:
        """Count one in; returns the time."""
        now = self.world.now
        self.queued += 1
        self._sum -= now
        return now

    def leave(self, since: float) -> None:
        """Count one out, who waited since then."""
        now = self.world.now
        self.queued -= 1
        self._sum += now
        self._waited += now - since

    def queue_hours(self) -> float:
        """The integral of the number of those who wait so far."""
        return self._sum + self.queued * self.world.now

    def waited_hours(self, still: Iterator[float]) -> float:
        """The waits of all who left, and so far of those still waiting since then."""
        return self._waited + sum(self.world.now - since for since in still)


class Claim:
    """A standing request for components, one of each; kept by whoever may want to withdraw it."""

    __slots__ = ("_call", "granted", "is_waiting", "needs", "number", "owner", "place", "since")

    def __init__(
        self,
        owner: object,
        needs: tuple[str, ...],
        place: tuple[float, int],
        call: Callable[[Any], None],
    ) -> None:
        self.owner = owner
        self.needs = needs
        self.place = place
        self.number = place[1]
        self.granted = False
        self.is_waiting = False
        self.since = 0.0
        self._call = call

    def grant(self) -> None:
        """Mark as granted and tell the owner."""
        self.granted, self.is_waiting = True, False
        self._call(self.owner)


class StockRoom:
    """Shared components, claimed one of each by products with different bills of material.

    Claims of lower precedence number come first, then those made earlier; a claim that lacks one
    component does not hold up claims for others, nor does it set aside what is there. Where kinds
    of claims (with different needs) take turns, each is served in proportion to how many of it
    wait: at every turn the credit of each kind that could be served grows by its share of them, and
    the kind with most credit is served and pays one for it. Conservation for every
    limited component: opening + received = on_hand + issued + written_off; for claims, entered =
    served + withdrawn + queued; and queue_hours() = waited_hours().
    """

    def __init__(
        self, world: World, on_hand: Mapping[str, int | None], *, kinds_take_turns: bool = False
    ) -> None:
        self.on_hand: dict[str, int | None] = dict(on_hand)
        self.opening: Mapping[str, int | None] = dict(on_hand)
        self.received = dict.fromkeys(on_hand, 0)
        self.issued = dict.fromkeys(on_hand, 0)
        self.written_off = dict.fromkeys(on_hand, 0)
        self.entered = self.served = self.withdrawn = 0
        self._wanted = dict.fromkeys(on_hand, 0)
        self._waiting = Waiting(world)
        self._kinds_take_turns = kinds_take_turns
        self._credit: dict[tuple[str, ...], float] = {}
        self._queues: dict[tuple[str, ...], list[tuple[tuple[float, int], Claim]]] = {}
        self._gone: dict[tuple[str, ...], int] = {}
        self._signatures: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._is_serving = False

    def request(
        self,
        owner: object,
        needs: tuple[str, ...],
        granted: Callable[[Any], None],
        precedence: float = 0.0,
    ) -> Claim:
        """Claim one of each component in `needs`; `granted(owner)` is called at once or later.

        Of those who wait the lowest `precedence` is served first, the oldest of equals.

        Raises ModelError unless the needs name different components of this room.
        """
        signature = self._signatures.get(needs) or self._signature(needs)
        claim = Claim(owner, signature, (precedence, self.entered), granted)
        self.entered += 1
        # While older claims are being served, a new one lines up: they come first.
        if self._can_serve(signature) and not self._is_serving:
            self._issue(claim)
        else:
            claim.is_waiting = True
            claim.since = self._waiting.join()
            heappush(self._queues.setdefault(signature, []), (claim.place, claim))
            self._want(signature, 1)
        return claim

    def _signature(self, needs: tuple[str, ...]) -> tuple[str, ...]:
        """Return the needs in one order for all who need the same."""
        signature = tuple(sorted(needs))
        if not signature or len({*signature} & self.on_hand.keys()) != len(signature):
            raise ModelError(f"{needs!r} does not name different components of {[*self.on_hand]}")
        self._signatures[needs] = signature
        return signature

    def cancel(self, claim: Claim) -> None:
        """Withdraw a waiting claim; its entry in the queue is cleared later."""
        if not claim.is_waiting:
            raise ModelError(f"claim {claim.number} does not wait: it cannot be withdrawn")
        claim.is_waiting = False
        self.withdrawn += 1
        self._waiting.leave(claim.since)
        self._want(claim.needs, -1)
        queue, gone = self._queues[claim.needs], self._gone.get(claim.needs, 0) + 1
        if gone > _FEW and 2 * gone > len(queue):
            queue[:] = (entry for entry in queue if entry[1].is_waiting)
            heapify(queue)
            gone = 0
        self._gone[claim.needs] = gone

    def receive(self, component: str, n: int) -> None:
        """Add n units, and serve the oldest claims for whom everything is now there."""
        _check_units(n, component)
        self._change(component, n)
        self.received[component] += n
        self._serve()

    def put_back(self, claim: Claim) -> None:
        """Return what a claim was granted and did not use after all."""
        if not claim.granted:
            raise ModelError(f"claim {claim.number} was not granted: nothing to put back")
        claim.granted = False
        for component in claim.needs:
            self._change(component, 1)
            self.issued[component] -= 1
        self._serve()

    def write_off(self, component: str, n: int) -> None:
        """Take n units out that nobody will use. Raises ModelError if there are fewer."""
        _check_units(n, component)
        self._change(component, -n)
        self.written_off[component] += n

    @property
    def queued(self) -> int:
        """How many claims wait."""
        return self._waiting.queued

    def waiting(self, component: str) -> int:
        """Return how many waiting claims need a component."""
        return self._wanted[component]

    def queue_hours(self) -> float:
        """The integral of the number of waiting claims so far."""
        return self._waiting.queue_hours()

    def waited_hours(self) -> float:
        """The waits of all claims served or withdrawn, and so far of those that wait."""
        claims = (claim for queue in self._queues.values() for _, claim in queue)
        return self._waiting.waited_hours(claim.since for claim in claims if claim.is_waiting)

    def _serve(self) -> None:
        """Serve claims that lack nothing, in the order of the rule, until there is none."""
        if self._is_serving:
            return  # the owner of a claim just served came back with units: the loop below goes on
        self._is_serving = True
        while claim := self._next():
            heappop(self._queues[claim.needs])
            self._waiting.leave(claim.since)
            self._want(claim.needs, -1)
            self._issue(claim)
        self._is_serving = False

    def _next(self) -> Claim | None:
        """Return the waiting claim that lacks nothing and is first by the rule."""
        heads = [
            head for needs in self._queues if self._can_serve(needs) and (head := self._head(needs))
        ]
        if self._kinds_take_turns and len(heads) > 1:
            return self._turn(heads)
        return min(heads, key=lambda claim: claim.place, default=None)

    def _turn(self, heads: list[Claim]) -> Claim:
        """Return the head of the kind that is owed most, in proportion to how many of it wait."""
        waiting = {claim.needs: self._length(claim.needs) for claim in heads}
        everyone = sum(waiting.values())
        for needs, number in waiting.items():
            self._credit[needs] = self._credit.get(needs, 0.0) + number / everyone
        chosen = min(heads, key=lambda claim: (-self._credit[claim.needs], claim.place))
        self._credit[chosen.needs] -= 1.0
        return chosen

    def _length(self, needs: tuple[str, ...]) -> int:
        return len(self._queues[needs]) - self._gone.get(needs, 0)

    def _head(self, needs: tuple[str, ...]) -> Claim | None:
        """Return the first waiting claim with these needs, dropping those withdrawn."""
        queue = self._queues[needs]
        while queue and not queue[0][1].is_waiting:
            heappop(queue)
            self._gone[needs] -= 1
        return queue[0][1] if queue else None

    def _can_serve(self, needs: tuple[str, ...]) -> bool:
        return 0 not in map(self.on_hand.__getitem__, needs)

    def _issue(self, claim: Claim) -> None:
        for component in claim.needs:
            self._change(component, -1)
            self.issued[component] += 1
        self.served += 1
        claim.grant()

    def _change(self, component: str, n: int) -> None:
        stock = self.on_hand[component]
        if stock is not None:
            if stock + n < 0:
                raise ModelError(f"{component!r}: {-n} taken, {stock} there")
            self.on_hand[component] = stock + n

    def _want(self, needs: tuple[str, ...], change: int) -> None:
        for component in needs:
            self._wanted[component] += change


class _Take(Waitable):
    """A number of units that a process waits for; yielded once."""

    __slots__ = ("_stock", "n", "process", "since")

    process: Process
    since: float

    def __init__(self, stock: Stock, n: int) -> None:
        self._stock = stock
        self.n = n

    def enlist(self, process: Process) -> bool:
        """Be served at once, or become a backorder."""
        stock, n = self._stock, self.n
        if n <= stock.on_hand and not stock.queue:
            stock.on_hand -= n
            stock.issued += n
            return True
        self.process = process
        self.since = stock.waiting.join()
        stock.backordered += n
        stock.queue.append(self)
        return False


class Stock:
    """A stock of one item: `yield stock.take(n)` waits first come first served (backorders).

    Conservation: opening + received = on_hand + issued; queue_hours() = waited_hours().
    """

    def __init__(self, world: World, on_hand: int) -> None:
        _check_units(on_hand, "opening stock")
        self.on_hand = self.opening = on_hand
        self.backordered = self.received = self.issued = 0
        self.waiting = Waiting(world)
        self.queue: deque[_Take] = deque()

    def take(self, n: int = 1) -> Waitable:
        """Return what a process yields to get n units, all at once."""
        if n < 1:
            raise ModelError(f"cannot take {n!r} units")
        return _Take(self, n)

    def receive(self, n: int) -> None:
        """Add n units and serve who waits, strictly in order."""
        _check_units(n, "stock")
        self.on_hand += n
        self.received += n
        while self.queue and self.queue[0].n <= self.on_hand:
            take = self.queue.popleft()
            self.waiting.leave(take.since)
            self.backordered -= take.n
            self.on_hand -= take.n
            self.issued += take.n
            self.waiting.world.resume(take.process, True)

    @property
    def queued(self) -> int:
        """How many wait (each for one unit or more)."""
        return len(self.queue)

    def queue_hours(self) -> float:
        """The integral of the number of those who wait so far."""
        return self.waiting.queue_hours()

    def waited_hours(self) -> float:
        """The waits of all who were served, and so far of those who wait."""
        return self.waiting.waited_hours(take.since for take in self.queue)


def _check_units(n: int, what: str) -> None:
    if n < 0 or n != int(n):
        raise ModelError(f"{what!r}: {n!r} is no number of units to receive, hold or write off")
