"""The customers' diary: what the day brought, judged in the evening (MODEL M5.3, M5.6, M5.10, C1).

Modelled: each evening the day's deliveries, then its cancellations, then its contacts are lived
through (a customer with several of one sort lives through them one by one). Every answer is an
episode, an abandoned call only where nobody tries again. An episode above the level of delight, or
below that of anger, is told to others with the share that talks; a few customers answer the
transactional survey after it. A promise counts as broken when speed fell short of the expectation
by more than 0.1.

Assumed: what happens during a day is felt at its end (23:29), before the customer decides at
midnight. Word of mouth from extremes after Anderson (1998).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from orgsim.customers.expectations import speed_level
from orgsim.customers.population import MemoryConfig, Population
from orgsim.customers.satisfaction import TOUCHES, reliability_level
from orgsim.entities import (
    Attribute,
    Floats,
    Ints,
    Occasion,
    Order,
    Outcome,
    Reason,
    Segment,
    Ticket,
)
from orgsim.facts import EpisodeLived, ExperienceTold
from orgsim.kernel.distributions import standard_normal
from orgsim.kernel.world import World
from orgsim.units import DAY

if TYPE_CHECKING:
    from orgsim.customers.behaviour import SurveyConfig, TalkConfig

BROKEN_GAP = -0.1
"""A headline that falls short by more than this counts as a broken promise (MODEL s.9)."""


class Diary:
    """Collects the day's experiences and turns them into satisfaction, trust and talk."""

    def __init__(
        self,
        world: World,
        config: MemoryConfig,
        talk: TalkConfig,
        survey: SurveyConfig,
        people: Population,
    ) -> None:
        self._world = world
        self._config = config
        self._talk = talk
        self._survey = survey
        self._people = people
        self._deliveries: list[tuple[Order, float, float]] = []
        self._cancellations: list[Order] = []
        self._answers: list[tuple[Ticket, int, Outcome, float, float]] = []
        self._tellings: dict[Segment, list[int]] = {}
        self._draw = {
            (occasion, name): world.draws.stream(f"customers.{occasion.name.lower()}.{name}")
            for occasion in Occasion
            for name in ("noise", "tells", "answers")
        }

    def delivered(self, orders: list[Order], arrivals: Floats, complete: Floats) -> None:
        """Parcels arrived today."""
        self._deliveries += zip(orders, arrivals.tolist(), complete.tolist(), strict=True)

    def cancelled(self, order: Order) -> None:
        """An order was given up today."""
        self._cancellations.append(order)

    def answered(self, ticket: Ticket) -> None:
        """A contact ended today, one way or the other."""
        level = TOUCHES[ticket.outcome][ticket.attempt > 0]
        weight = self._config.satisfaction.journey
        if weight:
            ticket.lowest_touch = min(ticket.lowest_touch, level)
            level += weight * (ticket.lowest_touch - level)
        entry = (ticket, ticket.occurrence, ticket.outcome, level, self._world.now)
        self._answers.append(entry)

    def close_day(self) -> dict[Segment, tuple[int, int]]:
        """Live through the day; (positive, negative) tellings by segment."""
        self._tellings = {segment: [0, 0] for segment in Segment}
        self._live_deliveries()
        self._live_cancellations()
        self._live_answers()
        return {segment: (told[0], told[1]) for segment, told in self._tellings.items()}

    def _live_deliveries(self) -> None:
        entries, self._deliveries = self._deliveries, []
        entries = [entry for entry in entries if self._people.is_active[entry[0].row]]
        if not entries:
            return
        orders = [order for order, _, _ in entries]
        arrivals = np.array([arrival for _, arrival, _ in entries])
        complete = np.array([whole for _, _, whole in entries])
        rows = np.array([order.row for order in orders])
        placed = np.floor(np.array([order.placed for order in orders]) / DAY)
        days = np.floor(arrivals / DAY) - placed
        late = np.floor(arrivals / DAY) - np.array([o.stated_due for o in orders]) / DAY + 1.0
        levels = np.array([order.promise.levels for order in orders])
        seen = np.empty((rows.size, len(Attribute)))
        seen[:, Attribute.PRICE] = levels[:, Attribute.PRICE]
        seen[:, Attribute.SPEED] = speed_level(days)
        seen[:, Attribute.RELIABILITY] = reliability_level(
            late, complete, self._config.satisfaction.silence
        )
        seen[:, Attribute.FIT] = self._fit(rows, orders, levels)
        keys = np.array([order.nth for order in orders])
        self._live(Occasion.DELIVERY, rows, keys, seen, arrivals)

    def _fit(self, rows: Ints, orders: list[Order], levels: Floats) -> Floats:
        """The product fits as it fits; the promised expert set-up, if it came, closes the gap."""
        own = self._people.fit[rows]
        has_setup = np.array([order.setup_on_record for order in orders])
        lift = np.maximum(levels[:, Attribute.FIT] - self._config.fit.mean, 0.0)
        return np.clip(own + np.where(has_setup, lift, 0.0), 0.0, 1.0)

    def _live_cancellations(self) -> None:
        orders, self._cancellations = self._cancellations, []
        orders = [order for order in orders if self._people.is_active[order.row]]
        if not orders:
            return
        rows = np.array([order.row for order in orders])
        keys = np.array([order.nth for order in orders])
        seen = np.zeros((rows.size, len(Attribute)))
        now = np.full(rows.size, self._world.now)
        self._live(Occasion.CANCELLATION, rows, keys, seen, now)

    def _live_answers(self) -> None:
        """Every answer shows the agents' knowledge; some reset an expectation."""
        entries, self._answers = self._answers, []
        entries = [entry for entry in entries if self._people.is_active[entry[0].row]]
        if not entries:
            return
        rows = np.array([ticket.row for ticket, *_ in entries])
        keys = np.array([key for _, key, *_ in entries])
        level = np.array([shown for *_, shown, _ in entries])
        times = np.array([time for *_, time in entries])
        seen = np.repeat(level[:, None], len(Attribute), axis=1)
        self._live(Occasion.CONTACT, rows, keys, seen, times)
        for ticket, _, outcome, *_ in entries:
            self._reset_expectation(ticket, outcome)

    def _reset_expectation(self, ticket: Ticket, outcome: Outcome) -> None:
        """What an agent states becomes the expectation: a second promise (MODEL M4.6)."""
        expected, order = self._people.expected, ticket.order
        if order is not None and not order.closed and ticket.stated_due is not None:
            days = (ticket.stated_due / DAY - 1.0) - np.floor(order.placed / DAY)
            expected[ticket.row, Attribute.SPEED] = speed_level(np.array([days]))[0]
        elif outcome is Outcome.WRONG_ANSWER and ticket.reason is not Reason.BILLING:
            expected[ticket.row, Attribute.FIT] = self._config.expectation.misstated_fit

    def _live(
        self, occasion: Occasion, rows: Ints, keys: Ints, seen: Floats, times: Floats
    ) -> None:
        """Live through the episodes; a customer with several lives through them one by one."""
        left = np.arange(rows.size)
        while left.size:
            _, first = np.unique(rows[left], return_index=True)
            now = left[np.sort(first)]
            self._live_once(occasion, rows[now], keys[now], seen[now], times[now])
            left = np.setdiff1d(left, now, assume_unique=True)

    def _live_once(
        self, occasion: Occasion, rows: Ints, keys: Ints, seen: Floats, times: Floats
    ) -> None:
        people = self._people
        ids, segments = people.ids[rows], people.segment[rows]
        draw = {name: self._draw[occasion, name].uniforms(ids, keys) for name in _LUCK}
        lived, gap = people.live_through(rows, occasion, seen, standard_normal(draw["noise"]))
        self._world.record_block(
            EpisodeLived,
            times,
            ids,
            segments,
            occasion,
            lived,
            people.satisfaction[rows],
            people.trust[rows],
            (gap < BROKEN_GAP) & (occasion is not Occasion.CONTACT),
            draw["answers"] < self._survey.answering(lived),
        )
        tells = draw["tells"] < self._talk.share
        self._tell(times, ids, segments, tells & (lived > self._talk.delight), True)
        self._tell(times, ids, segments, tells & (lived < self._talk.anger), False)

    def _tell(
        self, times: Floats, ids: Ints, segments: Ints, who: np.ndarray, is_positive: bool
    ) -> None:
        if not who.any():
            return
        self._world.record_block(ExperienceTold, times[who], ids[who], segments[who], is_positive)
        for segment in Segment:
            count = int(np.count_nonzero(segments[who] == segment))
            self._tellings[segment][0 if is_positive else 1] += count


_LUCK = ("noise", "tells", "answers")
