"""Surveys: how likely a recommendation is, and who answers (MODEL M5.11).

Modelled: what a firm hears of its customers' feelings is an answer, not the feeling, and those who
answer are not all.

1. Each Monday at 00:05 a sample of customers is asked how likely they are to recommend the firm:

       LTR = round(clip(R + shift + noise, 0, 10)),

   R being cumulative satisfaction S, or what is recalled where recall is active (M5.5). Promoters
   say 9 or 10, detractors 6 or less.
2. Who answers is the more likely the further S, or the latest episode s, is from 7:

       P(respond) = response + slope |s - 7| / 5.

3. After an episode the same chance decides who answers the transactional survey (diary). On a
   scale of five its answer is 4 or 5 from a satisfaction of 6.5 up.

Assumed: answers are honest, and asking changes nothing. Reichheld (2003) for the score.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from orgsim.config.base import Config, param
from orgsim.customers.population import Population
from orgsim.customers.recall import RecallConfig
from orgsim.entities import Floats, Ints
from orgsim.facts_of_customers import SurveyAnswered
from orgsim.kernel.distributions import standard_normal
from orgsim.kernel.world import World
from orgsim.units import WEEK, Number, Share


class SurveyConfig(Config):
    """What is asked, and who answers (MODEL M5.11)."""

    share_per_week: Share = param("share of customers asked each week", section="M5.11", ge=0, le=1)
    shift: Number = param(
        "likelihood of a recommendation less satisfaction", unit="points", section="M5.11"
    )
    noise: Number = param("standard deviation of an answer", unit="points", section="M5.11", ge=0)
    response: Share = param(
        "share that answers at a satisfaction of 7", section="M5.11", ge=0, le=1
    )
    response_slope: Number = param(
        "more who answer, 5 points away from 7, as a share", section="M5.11", ge=0
    )
    response_by: Literal["satisfaction", "last_episode"] = param(
        "whose distance from 7 makes customers answer the weekly survey", section="M5.11"
    )

    def answering(self, satisfaction: Floats) -> Floats:
        """P(respond) = .10 + .10 |s - 7| / 5: the very happy and the very unhappy answer more."""
        return self.response + self.response_slope * np.abs(satisfaction - 7.0) / 5.0


class Survey:
    """Asks a sample of the customers each week."""

    def __init__(
        self, world: World, config: SurveyConfig, recall: RecallConfig, people: Population
    ) -> None:
        self._world = world
        self._config = config
        self._is_recalled = recall.active
        self._people = people
        names = ("survey", "answers", "likelihood")
        self._draw = {name: world.draws.stream(f"customers.{name}") for name in names}

    def ask(self) -> None:
        """Each Monday: a week more has passed for memory, and a sample is asked."""
        people, cfg = self._people, self._config
        people.recall.turn_week()
        week = int(np.floor(self._world.now / WEEK)) + 4096  # may lie before the clock's zero
        rows = people.active_rows()
        rows = rows[self._draw["survey"].uniforms(people.ids[rows], week) < cfg.share_per_week]
        answers = self._draw["answers"].uniforms(people.ids[rows], week)
        rows = rows[answers < cfg.answering(self._stirred(rows))]
        if not rows.size:
            return
        noise = standard_normal(self._draw["likelihood"].uniforms(people.ids[rows], week))
        felt = people.satisfaction[rows]
        if self._is_recalled:
            felt = people.recall.of(rows, felt)
        raw = felt + cfg.shift + cfg.noise * noise
        self._world.record_block(
            SurveyAnswered,
            self._world.now,
            people.ids[rows],
            people.segment[rows],
            np.rint(np.clip(raw, 0.0, 10.0)).astype(np.int64),
        )

    def _stirred(self, rows: Ints) -> Floats:
        """The satisfaction whose distance from 7 makes customers answer."""
        felt = self._people.satisfaction[rows]
        if self._config.response_by == "last_episode":
            return self._people.recall.latest(rows, felt)
        return felt
