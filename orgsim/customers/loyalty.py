"""Who leaves and who orders again (MODEL M5.9, M1.4).

Modelled: satisfaction S, trust T, where a customer came from and an open problem set the two daily
rates of a customer; after a failed episode some react at once (see reaction).

       leaving  = h_0 m_source exp(-b_S (S - 7.5) - b_T (T - .8) + b_o [a problem is open])
       ordering = r_0 exp(c_S (S - 7.5))

Assumed: neither depends on tenure but through S. With b_S = b_T = b_o = 0 and equal sources
lifetimes are exponential, and the stock of customers is acquisition over h_0. Bolton (1998).
"""

from __future__ import annotations

import numpy as np

from orgsim.config.base import Config, param
from orgsim.customers.complaints import RecoveryConfig
from orgsim.customers.reaction import ReactionConfig
from orgsim.entities import Floats, Ints
from orgsim.units import DAY, Effect, Number, Rate


class LoyaltyConfig(Config):
    """Who leaves and who orders again (MODEL M5.9)."""

    churn: Rate = param(
        "rate of leaving at a satisfaction of 7.5 and a trust of .8 (h_0)",
        unit="1/h",
        section="M5.9",
        ge=0,
    )
    churn_satisfaction: Effect = param(
        "fall of the log of the rate of leaving (b_S)",
        unit="per point of satisfaction",
        section="M5.9",
        ge=0,
    )
    churn_trust: Effect = param(
        "fall of the log of the rate of leaving (b_T)",
        unit="per unit of trust",
        section="M5.9",
        ge=0,
    )
    churn_open_issue: Effect = param(
        "rise of the log of the rate of leaving while a problem is open (b_o)", section="M5.9", ge=0
    )
    churn_campaign: Number = param(
        "multiple of the rate of leaving for customers won by the campaign",
        unit="times",
        section="M1.4",
        ge=0,
    )
    churn_word_of_mouth: Number = param(
        "multiple of the rate of leaving for customers won by word of mouth",
        unit="times",
        section="M1.4",
        ge=0,
    )
    reorder: Rate = param(
        "orders of a customer at a satisfaction of 7.5 (r_0)", unit="1/h", section="M5.9", ge=0
    )
    reorder_satisfaction: Effect = param(
        "rise of the log of the rate of ordering (c_S)",
        unit="per point of satisfaction",
        section="M5.9",
        ge=0,
    )
    reaction: ReactionConfig
    recovery: RecoveryConfig

    def leaving_per_day(
        self, satisfaction: Floats, trust: Floats, source: Ints, open_issues: Ints
    ) -> Floats:
        """h = h_0 m_source exp(-b_S (S - 7.5) - b_T (T - .8) + b_o [open issue])."""
        multiple = np.array([1.0, 1.0, self.churn_campaign, self.churn_word_of_mouth])[source]
        score = (
            self.churn_satisfaction * (satisfaction - 7.5)
            + self.churn_trust * (trust - 0.8)
            - self.churn_open_issue * (open_issues > 0)
        )
        return self.churn * DAY * multiple * np.exp(-score)

    def orders_per_day(self, satisfaction: Floats) -> Floats:
        """r = r_0 exp(c_S (S - 7.5))."""
        return self.reorder * DAY * np.exp(self.reorder_satisfaction * (satisfaction - 7.5))
