"""The customers as a struct of arrays: who they are, what they remember (MODEL s.0.3, C2).

Modelled: one row per customer, ever: segment, source, satisfaction, trust, per attribute what is
expected and what was promised, the product's fit, what is recalled, numbers of episodes, orders and
contacts, open problems, and the effort spent on them in vain. The rows of the start are drawn, anew
in every replication, from the stationary joint law of all of these (see the burn-in), whose members
lived through what is usual.

Assumed: what is usual (delivery days, resolution) is configured; that nothing drifts in the running
baseline is tested. Fit is normal between customers, cut to [0, 1]. A state per individual rather
than per compartment, as in agent-based marketing models (Rand & Rust 2011).
"""

from __future__ import annotations

import numpy as np

from orgsim.config.base import Config, param
from orgsim.customers.expectations import ExpectationConfig, at_purchase, learn, yardstick
from orgsim.customers.recall import Recall, RecallConfig
from orgsim.customers.satisfaction import (
    SatisfactionConfig,
    TrustConfig,
    accumulate,
    episode_satisfaction,
    perceived_mask,
    trust_after,
)
from orgsim.entities import Attribute, Bools, Floats, Ints, Occasion, Segment, Source
from orgsim.units import Number, Share


class FitConfig(Config):
    """How well the product fits different customers."""

    mean: Share = param("mean fit of the product over customers", section="C1", ge=0, le=1)
    deviation: Number = param(
        "standard deviation of the product's fit between customers", section="C1", ge=0
    )


class MemoryConfig(Config):
    """Everything about how customers judge and remember."""

    expectation: ExpectationConfig
    satisfaction: SatisfactionConfig
    trust: TrustConfig
    fit: FitConfig
    recall: RecallConfig


class Population:
    """All customers, as columns that grow; a row is never reused."""

    def __init__(self, config: MemoryConfig, weights: Floats, room: int) -> None:
        self._config = config
        self._weights = weights
        judging = config.satisfaction
        self._slopes = judging.kano.slopes(judging.gain, judging.loss)
        self.recall = Recall(config.recall, room)
        self.size = 0
        self.ids: Ints = np.zeros(room, dtype=np.int64)
        self.is_active: Bools = np.zeros(room, dtype=bool)
        self.segment: Ints = np.zeros(room, dtype=np.int64)
        self.source: Ints = np.zeros(room, dtype=np.int64)
        self.satisfaction: Floats = np.zeros(room)
        self.trust: Floats = np.zeros(room)
        self.expected: Floats = np.zeros((room, len(Attribute)))
        self.promised: Floats = np.zeros((room, len(Attribute)))
        self.fit: Floats = np.zeros(room)
        self.episodes: Ints = np.zeros(room, dtype=np.int64)
        self.orders: Ints = np.zeros(room, dtype=np.int64)
        self.contacts: Ints = np.zeros(room, dtype=np.int64)
        self.open_issues: Ints = np.zeros(room, dtype=np.int64)
        self.effort: Ints = np.zeros(room, dtype=np.int64)

    def active_rows(self) -> Ints:
        """Rows of the customers who have not left."""
        return np.flatnonzero(self.is_active[: self.size])

    def active(self, segment: Segment) -> int:
        """How many customers of a segment have not left."""
        here = self.segment[: self.size] == segment
        return int(np.count_nonzero(self.is_active[: self.size] & here))

    def add(
        self, customer: int, segment: Segment, source: Source, promised: Floats, fit: float
    ) -> int:
        """Add a new customer who was promised ``promised``; the row."""
        if self.size == self.ids.size:
            self._grow()
        row, self.size = self.size, self.size + 1
        self.ids[row] = customer
        self.is_active[row] = True
        self.segment[row] = segment
        self.source[row] = source
        self.satisfaction[row] = self._config.satisfaction.intercept
        self.trust[row] = self._config.trust.start
        prior = promised.copy()
        prior[Attribute.FIT] = self._config.fit.mean
        self.expected[row] = prior
        self.fit[row] = fit
        self.recall.begin(row)
        return row

    def hear_promise(self, rows: Ints, promised: Floats, is_new: bool) -> None:
        """A purchase moves expectations towards the promise, which from now on should be kept."""
        cfg = self._config.expectation
        weight = cfg.trust_in_claim_new if is_new else cfg.trust_in_claim_existing
        self.expected[rows] = at_purchase(self.expected[rows], promised, weight)
        self.promised[rows] = np.maximum(self.promised[rows], promised)

    def hear_statement(self, rows: Ints | int, attribute: Attribute, level: float) -> None:
        """What an agent states is expected from now on: one more promise (MODEL M4.6)."""
        self.expected[rows, attribute] = level
        self.promised[rows, attribute] = np.maximum(level, self.promised[rows, attribute])

    def live_through(
        self,
        rows: Ints,
        occasion: Occasion,
        perceived: Floats,
        noise: Floats,
        *,
        burden: Floats | float = 0.0,
        is_second_breach: Bools | bool = False,
    ) -> tuple[Floats, Floats]:
        """Let distinct ``rows`` live through an episode; (satisfaction of it, gap in speed).

        ``perceived``: shape (n, 5); columns the occasion does not show are ignored. ``burden``:
        points that weigh on the episode from before. ``is_second_breach``: whose promise on the
        same order was broken before.
        """
        cfg = self._config
        mask = perceived_mask(occasion)
        expected = self.expected[rows]
        seen = np.where(mask, perceived, expected)
        segments = self.segment[rows]
        measure = self._measure(rows, mask)
        lived = episode_satisfaction(
            seen,
            measure,
            self._weights[segments],
            occasion,
            noise,
            cfg.satisfaction,
            self._slopes.of(segments),
            burden,
        )
        gaps = seen - measure
        self.satisfaction[rows] = accumulate(
            self.satisfaction[rows], lived, self.episodes[rows], occasion, cfg.satisfaction
        )
        if occasion is not Occasion.CONTACT:
            self.trust[rows] = trust_after(
                self.trust[rows],
                gaps[:, Attribute.SPEED],
                gaps[:, Attribute.RELIABILITY],
                cfg.trust,
                is_second_breach,
            )
        self.expected[rows] = learn(expected, seen, cfg.expectation.learning)
        self.episodes[rows] += 1
        self.recall.keep(rows, lived)
        return lived, gaps[:, Attribute.SPEED]

    def _measure(self, rows: Ints, mask: Bools) -> Floats:
        """What the episode is measured by: what will be, lifted by what should be (MODEL M5.2)."""
        expected, weight = self.expected[rows], self._config.expectation.entitlement
        if not weight:
            return expected
        return np.where(mask, yardstick(expected, self.promised[rows], weight), expected)

    def copy_from(self, law: Population, rows: Ints, ids: Ints) -> None:
        """Fill an empty population with customers like ``law``'s ``rows``, under new ids."""
        while self.ids.size < rows.size:
            self._grow()
        self.size = rows.size
        for name in _STATE:
            getattr(self, name)[: rows.size] = getattr(law, name)[rows]
        self.recall.copy_from(law.recall, rows)
        self.ids[: rows.size] = ids

    def _grow(self) -> None:
        for name in (*_STATE, "ids", "orders", "contacts", "open_issues", "effort"):
            old = getattr(self, name)
            bigger = np.zeros((max(1024, 2 * old.shape[0]), *old.shape[1:]), dtype=old.dtype)
            bigger[: old.shape[0]] = old
            setattr(self, name, bigger)
        self.recall.grow(self.ids.size)


_STATE = (
    "is_active",
    "segment",
    "source",
    "satisfaction",
    "trust",
    "expected",
    "promised",
    "fit",
    "episodes",
)
