"""The customers' diary: what the day brought, judged in the evening (MODEL M5.3, M5.6, M5.10, C1).

Modelled: each evening the day's deliveries, then its cancellations, then its second parcels,
refunds and reminders, then its contacts are lived through (a customer with several of one sort
lives through them one by one). Every answer is an episode, an abandoned call only where nobody
tries again. An episode above the level of delight, or below that of anger, is told to others with
the share that talks; a few customers answer the transactional survey after it. Where recall is
active, what is told is not the episode but what is recalled after it. A promise counts as broken
when speed fell short of the expectation by more than 0.1; the second promise on an order when the
first date and that stated by an agent have passed.

Assumed: what happens during a day is felt at its end (23:29), before the customer decides at
midnight. Word of mouth from extremes after Anderson (1998).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from orgsim.config.base import Config, param
from orgsim.customers.complaints import Complaints
from orgsim.customers.expectations import speed_level
from orgsim.customers.population import MemoryConfig, Population
from orgsim.customers.satisfaction import TOUCHES, reliability_level
from orgsim.customers.survey import SurveyConfig
from orgsim.entities import (
    Attribute,
    Bools,
    Floats,
    Ints,
    Occasion,
    Order,
    Outcome,
    Reason,
    Segment,
    Ticket,
)
from orgsim.facts_of_customers import EpisodeLived, ExperienceTold
from orgsim.kernel.distributions import standard_normal
from orgsim.kernel.world import World
from orgsim.units import DAY, Count, Number, Share

BROKEN_GAP = -0.1
"""A headline that falls short by more than this counts as a broken promise (MODEL s.9)."""


class TalkConfig(Config):
    """Who talks about us (MODEL M5.10)."""

    delight: Number = param(
        "satisfaction with an episode above which it may be told", unit="points", section="M5.10"
    )
    anger: Number = param(
        "satisfaction with an episode below which it may be told", unit="points", section="M5.10"
    )
    share: Share = param("share of such episodes that are told", section="M5.10", ge=0, le=1)
    bad_news: Count = param(
        "listeners of a bad telling, for each that a good one has",
        unit="times",
        section="M5.10",
        ge=0,
        le=100,
    )


@dataclass(slots=True, frozen=True, kw_only=True)
class _Episodes:
    """Episodes of one kind, one column per property; ``keys`` tell a customer's own apart."""

    occasion: Occasion
    rows: Ints
    keys: Ints
    seen: Floats
    times: Floats
    burden: Floats
    is_second: Bools

    def at(self, places: Ints) -> _Episodes:
        columns = ("rows", "keys", "seen", "times", "burden", "is_second")
        return replace(self, **{name: getattr(self, name)[places] for name in columns})


class Diary:
    """Collects the day's experiences and turns them into satisfaction, trust and talk."""

    def __init__(
        self,
        world: World,
        config: MemoryConfig,
        talk: TalkConfig,
        survey: SurveyConfig,
        people: Population,
        complaints: Complaints,
        told_share: float,
    ) -> None:
        self._world = world
        self._config = config
        self._talk = talk
        self._survey = survey
        self._people = people
        self._complaints = complaints
        self._deliveries: list[tuple[Order, float, float]] = []
        self._cancellations: list[Order] = []
        self._answers: list[tuple[Ticket, int, Outcome, float, float, float | None]] = []
        self._noticed: list[tuple[Occasion, Order, float, float]] = []
        self._tellings: dict[Segment, list[int]] = {}
        self._draw = {
            (occasion, name): world.draws.stream(f"customers.{occasion.name.lower()}.{name}")
            for occasion in Occasion
            for name in _LUCK
        }
        self._told = world.draws.stream("customers.told")
        self._told_share = told_share
        self.react: Callable[[Occasion, Ints, Ints, Floats, Floats, Floats], None] | None = None

    def delivered(self, orders: list[Order], arrivals: Floats, complete: Floats) -> None:
        """Parcels arrived today."""
        self._deliveries += zip(orders, arrivals.tolist(), complete.tolist(), strict=True)

    def cancelled(self, order: Order) -> None:
        """An order was given up today."""
        self._cancellations.append(order)

    def noticed(self, occasion: Occasion, order: Order, reliability: float) -> None:
        """Something that showed today how reliable we are, after an order's delivery."""
        self._noticed.append((occasion, order, reliability, self._world.now))

    def answered(self, ticket: Ticket) -> None:
        """A contact ended today, one way or the other."""
        judging = self._config.satisfaction
        is_late = ticket.attempt > 0 or self._world.now - ticket.opened > judging.answer_within
        level, weight = TOUCHES[ticket.outcome][is_late], judging.journey
        if weight:
            ticket.lowest_touch = min(ticket.lowest_touch, level)
            level += weight * (ticket.lowest_touch - level)
        now, stated = self._world.now, ticket.stated_due
        self._answers.append((ticket, ticket.occurrence, ticket.outcome, level, now, stated))

    def close_day(self) -> dict[Segment, tuple[int, int]]:
        """Live through the day; (positive, negative) tellings by segment."""
        self._tellings = {segment: [0, 0] for segment in Segment}
        self._live_deliveries()
        self._live_cancellations()
        self._live_noticed()
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
        stated = np.array([order.stated_due for order in orders])
        due = np.array([order.due for order in orders])
        late = np.floor(arrivals / DAY) - stated / DAY + 1.0
        keys = np.array([order.nth for order in orders])
        levels = np.array([order.promise.levels for order in orders])
        seen = np.empty((rows.size, len(Attribute)))
        seen[:, Attribute.PRICE] = levels[:, Attribute.PRICE]
        seen[:, Attribute.SPEED] = speed_level(days)
        seen[:, Attribute.RELIABILITY] = reliability_level(
            late, complete, self._silence(self._people.ids[rows], keys)
        )
        seen[:, Attribute.FIT] = self.fit(rows, orders)
        is_second = (stated != due) & (arrivals >= np.maximum(due, stated))
        self._live(Occasion.DELIVERY, rows, keys, seen, arrivals, is_second=is_second)

    def _silence(self, ids: Ints, keys: Ints) -> Floats | float:
        """Reliability lost a day while late, but for those who were told of the delay unasked."""
        cost = self._config.satisfaction.silence
        if not self._told_share:
            return cost
        return np.where(self._told.uniforms(ids, keys) < self._told_share, 0.0, cost)

    def fit(self, rows: Ints, orders: list[Order]) -> Floats:
        """The product fits as it fits; the promised expert set-up, if it came, closes the gap."""
        own = self._people.fit[rows]
        levels = np.array([order.promise.levels for order in orders])
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
        stated = np.array([order.stated_due for order in orders])
        is_second = (stated != np.array([order.due for order in orders])) & (stated <= now)
        self._live(Occasion.CANCELLATION, rows, keys, seen, now, is_second=is_second)

    def _live_noticed(self) -> None:
        """A second parcel, a refund, a reminder: each shows one level of reliability."""
        entries, self._noticed = self._noticed, []
        for occasion in (Occasion.REST, Occasion.REFUND, Occasion.REMINDER):
            mine = [e for e in entries if e[0] is occasion and self._people.is_active[e[1].row]]
            if mine:
                rows = np.array([order.row for _, order, _, _ in mine])
                keys = np.array([order.nth for _, order, _, _ in mine])
                seen = np.zeros((rows.size, len(Attribute)))
                seen[:, Attribute.RELIABILITY] = [level for _, _, level, _ in mine]
                times = np.array([time for *_, time in mine])
                self._live(occasion, rows, keys, seen, times)

    def _live_answers(self) -> None:
        """Every answer shows the agents' knowledge; some reset an expectation."""
        entries, self._answers = self._answers, []
        entries = [entry for entry in entries if self._people.is_active[entry[0].row]]
        if not entries:
            return
        rows = np.array([ticket.row for ticket, *_ in entries])
        keys = np.array([key for _, key, *_ in entries])
        level = np.array([shown for *_, shown, _, _ in entries])
        times = np.array([time for *_, time, _ in entries])
        seen = np.repeat(level[:, None], len(Attribute), axis=1)
        weigh = self._complaints.burden
        burden = np.array([weigh(ticket, outcome, at) for ticket, _, outcome, _, at, _ in entries])
        self._live(Occasion.CONTACT, rows, keys, seen, times, burden=burden)
        for ticket, _, outcome, _, time, stated in entries:
            self._reset_expectation(ticket, outcome, stated)
            if ticket.reason is Reason.COMPLAINT and outcome is Outcome.RESOLVED:
                self._complaints.settle(ticket, time)

    def _reset_expectation(self, ticket: Ticket, outcome: Outcome, stated: float | None) -> None:
        """What an agent states becomes the expectation: a second promise (MODEL M4.6)."""
        order = ticket.order
        if order is not None and not order.closed and stated is not None:
            days = (stated / DAY - 1.0) - np.floor(order.placed / DAY)
            level = float(speed_level(np.array([days]))[0])
            self._people.hear_statement(ticket.row, Attribute.SPEED, level)
        elif outcome is Outcome.WRONG_ANSWER and ticket.reason in _ON_PRODUCT:
            level = self._config.expectation.misstated_fit
            self._people.hear_statement(ticket.row, Attribute.FIT, level)

    def _live(
        self,
        occasion: Occasion,
        rows: Ints,
        keys: Ints,
        seen: Floats,
        times: Floats,
        *,
        burden: Floats | None = None,
        is_second: Bools | None = None,
    ) -> None:
        """Live through the episodes; a customer with several lives through them one by one."""
        episodes = _Episodes(
            occasion=occasion,
            rows=rows,
            keys=keys,
            seen=seen,
            times=times,
            burden=np.zeros(rows.size) if burden is None else burden,
            is_second=np.zeros(rows.size, dtype=bool) if is_second is None else is_second,
        )
        left = np.arange(rows.size)
        while left.size:
            _, first = np.unique(rows[left], return_index=True)
            now = left[np.sort(first)]
            self._live_once(episodes.at(now))
            left = np.setdiff1d(left, now, assume_unique=True)
            left = left[self._people.is_active[rows[left]]]

    def _live_once(self, episodes: _Episodes) -> None:
        """Episodes of different customers: judge, remember, answer, tell, react."""
        people, occasion = self._people, episodes.occasion
        rows, keys, times = episodes.rows, episodes.keys, episodes.times
        ids, segments = people.ids[rows], people.segment[rows]
        draw = {name: self._draw[occasion, name].uniforms(ids, keys) for name in _LUCK}
        before = people.satisfaction[rows]
        lived, gap = people.live_through(
            rows,
            occasion,
            episodes.seen,
            standard_normal(draw["noise"]),
            burden=episodes.burden,
            is_second_breach=episodes.is_second,
        )
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
        self._talk_about(rows, times, lived, draw["tells"])
        if self.react is not None:
            self.react(occasion, rows, keys, lived, before, times)

    def _talk_about(self, rows: Ints, times: Floats, lived: Floats, luck: Floats) -> None:
        """Some tell others of a delight or an outrage, as it was or as it is recalled."""
        people, talk = self._people, self._talk
        ids, segments = people.ids[rows], people.segment[rows]
        told = lived
        if self._config.recall.active:
            told = people.recall.of(rows, people.satisfaction[rows])
        tells = luck < talk.share
        self._tell(times, ids, segments, tells & (told > talk.delight), True)
        self._tell(times, ids, segments, tells & (told < talk.anger), False)

    def _tell(
        self, times: Floats, ids: Ints, segments: Ints, who: np.ndarray, is_positive: bool
    ) -> None:
        if not who.any():
            return
        self._world.record_block(ExperienceTold, times[who], ids[who], segments[who], is_positive)
        for segment in Segment:
            count = int(np.count_nonzero(segments[who] == segment))
            heard = count if is_positive else count * self._talk.bad_news
            self._tellings[segment][0 if is_positive else 1] += heard


_ON_PRODUCT = (Reason.GENERAL, Reason.HOW_TO)
"""What can be answered with a feature that the product has not."""

_LUCK = ("noise", "tells", "answers")
