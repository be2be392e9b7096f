"""Stock: units that work waits for.

What is modelled: a stock room whose components several products share, and a stock of one item.
Either keeps the balance of what it opened with, received, issued and wrote off.

Assumptions: a claim is served whole or not at all and sets nothing aside while it waits; leaving a
queue is lazy, so no cost grows with the depth of a queue.

Reference: MODEL.md L1 and s.3 (shared components); Song & Zipkin (2003), "Supply chain operations:
assemble-to-order systems", Handbooks in OR & MS 11 (allocation first come first served).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from orgsim.errors import ModelError
from orgsim.kernel.lane import LeanProcess, Waitable
from orgsim.kernel.world import World

__all__ = ["Claim", "Stock", "StockRoom"]

_FEW = 64
"""Up to so many entries of claims withdrawn are not worth clearing out of a queue."""


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

    def enlist(self, process: LeanProcess) -> bool:
        self.process = process
        return self._stock.admit(self)


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
            self.on_hand -= take.n
            self.issued += take.n
            self._world.resume(take.process, True)

    def admit(self, take: _Take) -> bool:
        """Hand out at once and return True, or keep as a backorder (called by what was yielded)."""
        if self._queue or take.n > self.on_hand:
            self.backordered += take.n
            self._queue.append(take)
            return False
        self.on_hand -= take.n
        self.issued += take.n
        return True
