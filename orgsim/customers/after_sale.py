"""What customers do and feel after a delivery: returns, refunds, reminders (MODEL M3.8, M3.11, C1).

Modelled: a parcel goes back the more often the less it fits what was expected, and if it was late;
then the customer waits for the money as before for the parcel.

1. In the evening of a delivery, before the day is felt, the customer decides to send it back with
   probability

       r_0 + r_f max(0, E_fit - X_fit) + r_l [later than the date last told],  within [0, 1],

   and does so after a drawn time.
2. After a recall a share of the parcels delivered within a stated time before it, and not gone back
   yet, are sent back as well, each after a time drawn from the same law.
3. As long as the refund is overdue the customer asks for it with a daily chance.
4. Episodes that show reliability, of one level X each: a second parcel 0.9; a refund 1 on time,
   else as a late delivery; a reminder in the midst of an open complaint so low that the breach has
   the stated severity (where E allows it).

Assumed: who has left sends nothing back, and asks and feels nothing more. Petersen & Kumar (2009)
on returns as part of the exchange.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf

import numpy as np

from orgsim.config.base import Config, param
from orgsim.customers.diary import Diary
from orgsim.customers.population import MemoryConfig, Population
from orgsim.customers.satisfaction import reliability_level
from orgsim.entities import Attribute, Floats, Occasion, Order, Reason, nobody
from orgsim.kernel.distributions import DurationLaw
from orgsim.kernel.world import World
from orgsim.units import DAY, Number, Rate, Share

SECOND_PARCEL = 0.9
"""Reliability of an order whose rest arrived after all (MODEL M3.8)."""


class AfterSaleConfig(Config):
    """When parcels go back, and what is asked and felt afterwards."""

    returned: Share = param(
        "share of deliveries sent back anyway (r_0)", section="M3.11", ge=0, le=1
    )
    returned_misfit: Number = param(
        "more that are sent back, per unit of fit missing to the expectation (r_f)",
        section="M3.11",
        ge=0,
    )
    returned_late: Share = param(
        "more that are sent back of late deliveries (r_l)", section="M3.11", ge=0, le=1
    )
    sent_back_after: DurationLaw = param(
        "time from delivery to sending back", unit="h", section="M3.11"
    )
    asks_for_refund: Rate = param(
        "rate of asking for a refund that is overdue", unit="1/h", section="M3.11", ge=0
    )
    reminder_severity: Share = param(
        "severity of a reminder in the midst of a complaint", section="M3.11", ge=0, le=1
    )

    @property
    def sends_back(self) -> bool:
        """Whether anything ever goes back."""
        return max(self.returned, self.returned_misfit, self.returned_late) > 0.0


@dataclass(slots=True, kw_only=True)
class Recall:
    """A recall to come, and the parcels delivered in the time that it reaches back to."""

    number: int
    since: float
    until: float
    share: float
    delivered: list[Order] = field(default_factory=list)


class AfterSale:
    """Decides on returns, waits for refunds, and tells the diary what came of it."""

    def __init__(
        self,
        world: World,
        config: AfterSaleConfig,
        memory: MemoryConfig,
        people: Population,
        diary: Diary,
    ) -> None:
        self._world = world
        self._config = config
        self._memory = memory
        self._people = people
        self._diary = diary
        self._delivered: list[tuple[Order, float]] = []
        self._refunds: dict[tuple[int, int], Order] = {}
        self._recalls: list[Recall] = []
        self._called_back = 0
        self._returns = world.draws.stream("customers.returns")
        self._follows = world.draws.stream("customers.follows_recall")
        self._asks = world.draws.stream("customers.asks_for_refund")
        self._after = world.draws.quantity("customers.sent_back_after", config.sent_back_after)
        self.send_back: Callable[[Order], None] = nobody

    def delivered(self, orders: list[Order], arrivals: Floats) -> None:
        """Parcels arrived today; in the evening some will go back."""
        if self._config.sends_back:
            self._delivered += zip(orders, arrivals.tolist(), strict=True)
        for recall in self._recalls:
            if recall.since <= self._world.now <= recall.until:
                recall.delivered += orders

    def prepare_recall(self, onset: float, period: float, share: float) -> None:
        """What is delivered in the period before the onset will be recalled."""
        number, self._called_back = self._called_back, self._called_back + 1
        recall = Recall(number=number, since=onset - period, until=onset, share=share)
        self._recalls.append(recall)
        self._world.at(onset, self._recall, recall)

    def _recall(self, recall: Recall) -> None:
        """Who follows a recall sends back what has not gone back yet."""
        for order in recall.delivered:
            luck = self._follows.uniform(order.customer, order.nth * 64 + recall.number)
            if order.refund_due == inf and luck < recall.share:
                order.is_recalled = True
                after = self._after.one(order.customer, order.nth)
                self._world.at(self._world.now + after, self._send_back, order)
        self._recalls.remove(recall)

    def decide(self) -> None:
        """Of today's deliveries: what is to go back, and when."""
        entries, self._delivered = self._delivered, []
        entries = [entry for entry in entries if self._people.is_active[entry[0].row]]
        if not entries:
            return
        orders = [order for order, _ in entries]
        arrivals = np.array([arrival for _, arrival in entries])
        ids = np.array([order.customer for order in orders])
        nth = np.array([order.nth for order in orders])
        luck = self._returns.uniforms(ids, nth)
        for at in np.flatnonzero(luck < self._chance(orders, arrivals)).tolist():
            after = self._after.one(orders[at].customer, orders[at].nth)
            self._world.at(self._world.now + after, self._send_back, orders[at])

    def _chance(self, orders: list[Order], arrivals: Floats) -> Floats:
        cfg = self._config
        rows = np.array([order.row for order in orders])
        missing = self._people.expected[rows, Attribute.FIT] - self._diary.fit(rows, orders)
        is_late = arrivals >= np.array([order.stated_due for order in orders])
        chance = cfg.returned + cfg.returned_misfit * np.maximum(0.0, missing)
        return np.asarray(np.clip(chance + cfg.returned_late * is_late, 0.0, 1.0))

    def _send_back(self, order: Order) -> None:
        if self._people.is_active[order.row] and order.refund_due == inf:
            self._refunds[order.customer, order.nth] = order
            self.send_back(order)

    def overdue(self, day: int) -> list[tuple[int, Reason, Order | None]]:
        """Who asks today for a refund that is overdue; the order itself is settled long ago."""
        now = self._world.now
        chance = -float(np.expm1(-self._config.asks_for_refund * DAY))
        return [
            (order.row, Reason.REFUND, None)
            for order in self._refunds.values()
            if order.refund_due <= now
            and self._asks.uniform(order.customer, order.nth * 65_536 + day + 4096) < chance
        ]

    def refunded(self, order: Order) -> None:
        """The money is there."""
        self._refunds.pop((order.customer, order.nth), None)
        level = 1.0
        if self._world.now >= order.refund_due:
            late = np.floor((self._world.now - order.refund_due) / DAY) + 1.0
            silence = self._memory.satisfaction.silence
            level = float(reliability_level(np.array([late]), np.ones(1), silence)[0])
        self._diary.noticed(Occasion.REFUND, order, level)

    def completed(self, orders: list[Order]) -> None:
        """The rest of split orders arrived."""
        for order in orders:
            self._diary.noticed(Occasion.REST, order, SECOND_PARCEL)

    def reminded(self, order: Order) -> None:
        """A reminder came while a complaint was open: a breach of the stated severity."""
        trust = self._memory.trust
        missing = trust.tolerance
        if trust.reliability_severity > 0.0:
            missing += self._config.reminder_severity / trust.reliability_severity
        expected = float(self._people.expected[order.row, Attribute.RELIABILITY])
        self._diary.noticed(Occasion.REMINDER, order, max(0.0, expected - missing))
