"""Quota: what the end of a period does to those who sell (MODEL M2.5).

Modelled: bookings are counted against a quota by periods, one for commissions and one for the quota
itself, and reps behave otherwise at a period's end than in its middle.

1. Each morning at 06:00, and the moment a period ends, the team looks: attainment = bookings of the
   period so far over the quota of the time gone. Only in the last part of a period does it do
   anything.
2. Behind (attainment < 1): reps grant a discount d_1 (1 - attainment) on what they sell, and
   stretch the claim (1 + eta) times as far. Where both periods end, the worse attainment counts.
3. Well ahead (attainment > 1.1) and nowhere behind: of the deals that could be closed a share s_b
   is held back, and booked, on the terms agreed, when sales opens in the next period.
4. A customer who leaves within 90 days, or whose first order is cancelled or paid back by then,
   costs the rep, once, a share of the commission: it is posted back. Reps think of who leaves, and
   it restrains how far they stretch: k_cb = that share x the slope of early churn in the claim, in
   the cost of M2.4.

Assumed: periods begin anew with week 0; the web grants no discount and holds nothing back. With
d_1 = eta = s_b = 0 there is no period in what is sold. On deals timed by accelerators: Larkin
(2014).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from math import ceil, floor

from orgsim.config.base import Config, param
from orgsim.entities import Account, Lever, Order, Post, Segment
from orgsim.facts import CommissionClawedBack, LeverMoved
from orgsim.kernel.world import Rank, World
from orgsim.units import DAY, WEEK, Duration, Number, Share


class QuotaConfig(Config):
    """The periods of pay, and what their end is used for."""

    commission_period: Duration = param(
        "period by which commissions are reckoned", unit="h", section="M2.5", ge=WEEK
    )
    quota_period: Duration = param(
        "period by which the quota is reckoned", unit="h", section="M2.5", ge=WEEK
    )
    end: Share = param("last part of a period, as a share of it", section="M2.5", ge=0, le=1)
    discount: Share = param(
        "discount that a team granted at the end if it had booked nothing (d_1)",
        section="M2.5",
        ge=0,
        lt=1,
    )
    push: Number = param(
        "how much further reps stretch the claim at the end, when behind (eta)",
        section="M2.5",
        ge=0,
    )
    ahead: Number = param(
        "attainment from which on deals are held back for the next period", section="M2.5", gt=1
    )
    sandbag: Share = param(
        "share of the deals that is held back at the end, when ahead (s_b)",
        section="M2.5",
        ge=0,
        le=1,
    )


class ClawbackConfig(Config):
    """What a rep pays back for a customer who leaves early, or returns the first order."""

    share: Share = param("share of the commission that is clawed back", section="M2.5", ge=0, le=1)
    within: Duration = param(
        "how soon a customer must leave, or be paid back, for it", unit="h", section="M2.5", ge=0
    )
    churn_slope: Number = param(
        "early churn that a full headline of inflation adds, as reps see it",
        unit="share",
        section="M2.4",
        ge=0,
    )

    @property
    def restraint(self) -> float:
        """k_cb: what stretching costs a rep through it."""
        return self.share * self.churn_slope


class Quota:
    """How far the team is from its quota, and what it does about it at the end of a period."""

    def __init__(self, world: World, config: QuotaConfig, target: float) -> None:
        """Count against a target in bookings an hour, 0 for none."""
        self._world = world
        self._config = config
        self._target = target
        self._start = world.now
        self._booked: list[float] = []
        self._luck = world.draws.stream("sales.sandbag")
        self._held_until: float | None = None
        self.discount = 0.0
        self.push = 1.0
        self._matters = target > 0 and bool(config.discount or config.push or config.sandbag)
        if self._matters:
            first = floor(world.now / DAY) * DAY + 6.0
            first += DAY if first < world.now else 0.0
            world.every(DAY, self._look, first=first, rank=Rank.WEEKLY)
            for period in (config.commission_period, config.quota_period):
                end = max(world.now, ceil(world.now / period) * period)
                world.every(period, self._look, first=end, rank=Rank.CALENDAR)

    def book(self) -> None:
        """One booking now."""
        if self._matters:
            self._booked.append(self._world.now)

    def held_until(self, lead: int) -> float | None:
        """When the next period begins, if a deal that could be closed now is held back for it."""
        if self._held_until is None or self._luck.uniform(lead) >= self._config.sandbag:
            return None
        return self._held_until

    def attainment(self, since: float) -> float:
        """Bookings since then over the quota of that time; 1 where no time has passed."""
        due = self._target * (self._world.now - since)
        return (len(self._booked) - bisect_left(self._booked, since)) / due if due > 0 else 1.0

    def _look(self) -> None:
        """See whether a period is about to end, and how we stand."""
        now, cfg = self._world.now, self._config
        worst, best, until = 1.0, 1.0, None
        for period in (cfg.commission_period, cfg.quota_period):
            start = floor(now / period + 1e-9) * period  # its very end belongs to the next
            if now >= start + (1.0 - cfg.end) * period:
                attained = self.attainment(max(start, self._start))
                worst, best = min(worst, attained), max(best, attained)
                until = start + period if until is None else max(until, start + period)
        is_held = worst >= 1.0 and best > cfg.ahead
        self._held_until = until if is_held else None
        self.discount = self._moved(Lever.DISCOUNT, self.discount, cfg.discount * (1.0 - worst))
        self.push = self._moved(Lever.PUSH, self.push, 1.0 + (cfg.push if worst < 1.0 else 0.0))

    def _moved(self, lever: Lever, before: float, now: float) -> float:
        if now != before:
            self._world.record(LeverMoved(self._world.now, lever, now))
        return now


class Commission:
    """What reps earn on first orders, and pay back for what soon comes to nothing."""

    def __init__(self, world: World, config: ClawbackConfig, post: Post) -> None:
        self._world = world
        self._config = config
        self._post = post
        self._earned: dict[int, tuple[float, int, Segment]] = {}

    def earn(self, customer: int, segment: Segment, cents: int) -> None:
        """A first order was placed."""
        self._post(Account.COMMISSION, Account.CASH, cents)
        if self._config.share > 0:
            self._earned[customer] = (self._world.now, cents, segment)

    def undo(self, order: Order) -> None:
        """An order was cancelled or paid back; commission was paid on it if it was the first."""
        if order.nth == 0:
            self.claw_back([order.customer])

    def claw_back(self, customers: Iterable[int]) -> None:
        """These customers left; who did so early costs a rep part of the commission."""
        if not self._earned:
            return
        for customer in customers:
            since, cents, segment = self._earned.pop(customer, (0.0, 0, Segment.BASE))
            if cents and self._world.now - since <= self._config.within:
                back = round(cents * self._config.share)
                self._post(Account.CASH, Account.COMMISSION, back)
                self._world.record(CommissionClawedBack(self._world.now, customer, segment, back))
