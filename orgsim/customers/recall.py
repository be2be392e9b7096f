"""What customers recall when they are asked or talk: the peak and the end (MODEL M5.5).

Modelled: memory keeps the most extreme and the latest experience, hardly the average. Loyalty is a
habit and follows cumulative satisfaction S; what is *said*, in a survey and to others, follows

       R = peak x extreme + end x last + (1 - peak - end) x S.

1. Extreme is the episode of the last weeks furthest from what is usual to this customer, S; where
   the best and the worst lie equally far, the worst. Weeks are those of the calendar: of the
   oldest all is forgotten at once.
2. Who lived through nothing in these weeks recalls what is usual.

Assumed: how long an episode lasted does not matter (duration neglect). Where recall is not active
surveys follow S and talk follows the episode itself. Redelmeier & Kahneman (1996).
"""

from __future__ import annotations

import numpy as np
from pydantic import model_validator

from orgsim.config.base import Config, param
from orgsim.entities import Floats, Ints
from orgsim.units import DAY, WEEK, Duration, Share


class RecallConfig(Config):
    """What is recalled of a customer's experiences."""

    active: bool = param(
        "whether surveys and talk follow the peak and the end of what was lived through",
        section="M5.5",
    )
    peak: Share = param("weight of the most extreme episode", section="M5.5", ge=0, le=1)
    end: Share = param("weight of the latest episode", section="M5.5", ge=0, le=1)
    span: Duration = param(
        "time after which even an extreme episode is forgotten",
        unit="h",
        section="M5.5",
        ge=DAY,
        le=52 * WEEK,
    )

    @model_validator(mode="after")
    def _weights_leave_something(self) -> RecallConfig:
        if self.peak + self.end > 1:
            raise ValueError("peak and end are shares of one whole: together at most 1")
        return self


class Recall:
    """The worst and the best episode of each of the last weeks, and the latest, by customer."""

    def __init__(self, config: RecallConfig, room: int) -> None:
        self._config = config
        self._slot = 0
        weeks = int(np.ceil(config.span / WEEK)) if config.active else 0
        self._worst: Floats = np.full((room, weeks), np.inf)
        self._best: Floats = np.full((room, weeks), -np.inf)
        self.last: Floats = np.full(room, np.nan)

    def turn_week(self) -> None:
        """A new week begins; the oldest is forgotten."""
        if self._config.active:
            self._slot = (self._slot + 1) % self._worst.shape[1]
            self._worst[:, self._slot] = np.inf
            self._best[:, self._slot] = -np.inf

    def begin(self, rows: Ints | int) -> None:
        """Newcomers have lived through nothing."""
        self._worst[rows] = np.inf
        self._best[rows] = -np.inf
        self.last[rows] = np.nan

    def keep(self, rows: Ints, lived: Floats) -> None:
        """Distinct customers lived through an episode."""
        self.last[rows] = lived
        if self._config.active:
            slot = self._slot
            self._worst[rows, slot] = np.minimum(self._worst[rows, slot], lived)
            self._best[rows, slot] = np.maximum(self._best[rows, slot], lived)

    def latest(self, rows: Ints, usual: Floats) -> Floats:
        """The latest episode's satisfaction; what is ``usual`` where there was none."""
        last = self.last[rows]
        return np.where(np.isnan(last), usual, last)

    def of(self, rows: Ints, usual: Floats) -> Floats:
        """What customers recall, where ``usual`` is their cumulative satisfaction."""
        config = self._config
        worst, best = self._worst[rows].min(axis=1), self._best[rows].max(axis=1)
        extreme = np.where(best - usual > usual - worst, best, worst)
        extreme = np.where(np.isfinite(extreme), extreme, usual)
        rest = 1.0 - config.peak - config.end
        return config.peak * extreme + config.end * self.latest(rows, usual) + rest * usual

    def copy_from(self, other: Recall, rows: Ints) -> None:
        """Fill the first places with memories like those of ``other``'s ``rows``."""
        self._slot = other._slot
        for name in _COLUMNS:
            getattr(self, name)[: rows.size] = getattr(other, name)[rows]

    def grow(self, room: int) -> None:
        """Make room for more customers."""
        for name in _COLUMNS:
            old = getattr(self, name)
            bigger = np.empty((room, *old.shape[1:]))
            bigger[: old.shape[0]] = old
            setattr(self, name, bigger)


_COLUMNS = ("_worst", "_best", "last")
