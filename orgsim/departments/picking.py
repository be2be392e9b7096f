"""Picking and packing: benches shared by base and niche, overtime, and haste (MODEL M3.5, S5, U2).

Modelled: orders whose parts are set aside queue at the benches; the rule that gives out parts says
who is packed first, the oldest allocation of equals (under fair share, of all). More work than
usual is answered with overtime, and makes who packs hasty.

1. In each wave of open hours the benches earn an allowance: the day's capacity spread over its open
   hours and waves, times the dial. They pack while a whole order is left of it; what is left over,
   up to one order, is carried on.
2. Overtime: while more orders wait than a stated part of a usual day's work, the allowance is
   (1 + overtime) times that. Packing one order costs its picking cost, and so does picking the rest
   of a partial delivery; an order's worth of overtime costs the premium, (pay - 1) times picking
   cost, on top. Who finds nothing left to pack goes home: what is neither packed nor carried on is
   not paid.
3. Work pressure, read after each day that was worked, over the last seven days:

       wp = (orders packed + orders that wait now) / orders that could have been packed.

4. An order is packed wrong or incomplete with probability

       e = e_0 (1 + haste max(0, wp - 1)),  at most 1.

Assumed: picking cost is pay; who works overtime is as fast and as careful as before. Work pressure
after Oliva & Sterman (2001), where a backlog counts as work that is wanted now.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from heapq import heappop, heappush

from orgsim.config.base import Config, param
from orgsim.entities import Account, Order, Post, Segment, nobody
from orgsim.facts import OrderPicked
from orgsim.kernel.resources import Waiting
from orgsim.kernel.world import Rank, World
from orgsim.units import DAY, Duration, Number, Price, Quantity, Share
from orgsim.weekly import Weekly


class OvertimeConfig(Config):
    """How the benches answer a backlog."""

    most: Share = param(
        "overtime, as a share of the usual capacity; 0 = none", section="M3.5", ge=0, le=1
    )
    backlog: Number = param(
        "waiting orders beyond which overtime is worked, in usual days' work",
        unit="days' work",
        section="M3.5",
        ge=0,
    )
    pay: Number = param(
        "pay of overtime, as a multiple of the usual", unit="times", section="M3.5", ge=1
    )


class PickingConfig(Config):
    """The benches' parameters."""

    hours: Weekly = param("when the warehouse works", unit="week", section="s.0.3")
    wave: Duration = param(
        "time between picking waves, counted from midnight; many to a working day",
        unit="h",
        section="M3.5",
        ge=1 / 60,
        le=2,
    )
    capacity_per_day: Quantity = param(
        "orders the benches pack on a working day", unit="1/d", section="S5", ge=0
    )
    are_benches_shared: bool = param(
        "whether niche orders are packed at the common benches; if not, at once, by others",
        section="M3.1",
    )
    overtime: OvertimeConfig
    error_share: Share = param(
        "share of parcels packed wrong or incomplete", section="M3.5", ge=0, le=1
    )
    haste: Number = param(
        "how much the error share grows per unit of work pressure above 1, relative to itself",
        unit="times",
        section="M3.5",
        ge=0,
    )
    picking_cost: Price = param("picking and packing one order", unit="EUR", section="s.7", ge=0)


class Benches:
    """Packs the orders whose parts are set aside."""

    def __init__(self, world: World, config: PickingConfig, post: Post) -> None:
        self._world = world
        self._config = config
        self._post = post
        self.hand_on: Callable[[Order], None] = nobody
        self.precedence: Callable[[Order], float] = lambda order: 0.0
        self._bench: list[tuple[float, int, Order]] = []
        self._joined = 0
        self._waiting = Waiting(world)
        self._allowance = 0.0
        self._capacity = world.dials.declare(
            "logistics.capacity", 1.0, "multiply", "share of the benches' usual capacity there is"
        )
        self._packed_today = 0
        self._earned_today = 0.0
        self._week: deque[tuple[int, float]] = deque(maxlen=7)
        self.pressure = 0.0
        self._error_share = config.error_share
        self._record_picked = world.journal.recorder(OrderPicked)
        world.every(config.wave, self._wave, first=world.now, rank=Rank.NORMAL)
        world.every(DAY, self._close_day, first=world.now + DAY, rank=Rank.CLOSE)

    @property
    def queued(self) -> int:
        """Orders waiting to be packed."""
        return self._waiting.queued

    @property
    def orders_per_day(self) -> float:
        """Orders packed on a usual working day, as things stand."""
        return self._config.capacity_per_day * self._capacity.value

    def join(self, order: Order) -> None:
        """Queue an order whose parts are set aside, or have it packed apart."""
        if not self._config.are_benches_shared and order.segment is Segment.NICHE:
            self._pack(order, self._config.error_share)
            self._pay(1, 0.0)
            return
        order.bench_since = self._waiting.join()
        heappush(self._bench, (self.precedence(order), self._joined, order))
        self._joined += 1

    def pick_rests(self, number: int) -> None:
        """Pay for picking what partial deliveries lacked."""
        self._pay(number, 0.0)

    def withdraw(self, order: Order) -> None:
        """Count a cancelled order out; its place in the queue is passed over later."""
        if order.bench_since is not None:
            self._waiting.leave(order.bench_since)
            order.bench_since = None

    def queue_hours(self) -> float:
        """The integral of the number of waiting orders so far."""
        return self._waiting.queue_hours()

    def waited_hours(self) -> float:
        """The waits of all who were packed or withdrawn, and so far of those that wait."""
        return self._waiting.waited_hours(self._since())

    def _since(self) -> Iterator[float]:
        return (one.bench_since for *_, one in self._bench if one.bench_since is not None)

    def _wave(self) -> None:
        """Every half hour: pack, by the rule, what the benches can."""
        if not self._config.hours.at(self._world.now):
            return
        hours = self._config.hours.integral(*_day_of(self._world.now))
        usual = self._config.capacity_per_day * self._config.wave / hours * self._capacity.value
        overtime = self._overtime(usual)
        self._allowance += usual + overtime
        self._earned_today += usual + overtime
        packed = 0
        while self._bench and self._allowance >= 1.0:
            *_, order = heappop(self._bench)
            if not order.closed:
                self._allowance -= 1.0
                packed += 1
                self._pack(order, self._error_share)
        unused = max(0.0, self._allowance - 1.0)
        self._allowance = min(self._allowance, 1.0)
        self._packed_today += packed
        self._pay(packed, max(0.0, overtime - unused))

    def _overtime(self, usual: float) -> float:
        """Orders' worth of overtime in this wave: none unless enough work waits."""
        overtime = self._config.overtime
        is_needed = self._waiting.queued > overtime.backlog * self.orders_per_day
        return overtime.most * usual if is_needed else 0.0

    def _pay(self, packed: int, overtime: float) -> None:
        cost = 100 * self._config.picking_cost
        cents = round(cost) * packed
        if overtime:
            cents += round(cost * overtime * (self._config.overtime.pay - 1.0))
        self._post(Account.PICKING, Account.CASH, cents)

    def _pack(self, order: Order, error_share: float) -> None:
        order.shipped = True
        order.claim = None  # used up; and claim and order would keep each other in memory
        order.error_share = error_share
        self.withdraw(order)
        self._record_picked((self._world.now, order.customer, order.nth, order.segment))
        self.hand_on(order)

    def _close_day(self) -> None:
        """After a day of work, see how hard the last week was, and how hasty that makes us."""
        self._week.append((self._packed_today, self._earned_today))
        if self._earned_today > 0.0:
            packed, possible = (sum(column) for column in zip(*self._week, strict=True))
            self.pressure = (packed + self._waiting.queued) / possible
            cfg = self._config
            self._error_share = error_share(cfg.error_share, cfg.haste, self.pressure)
        self._packed_today, self._earned_today = 0, 0.0


def error_share(usual: float, haste: float, pressure: float) -> float:
    """e = e_0 (1 + haste max(0, wp - 1)), at most 1 (MODEL M3.5)."""
    return min(1.0, usual * (1.0 + haste * max(0.0, pressure - 1.0)))


def _day_of(now: float) -> tuple[float, float]:
    start = now // DAY * DAY
    return start, start + DAY
