"""Campaigns: what is spent on them and how strongly that works (MODEL M1.2).

Modelled: advertising works with carry-over and diminishing returns.

1. At each midnight while a campaign runs, the day's spend x is the budget over the days it runs,
   times the intensity, the weight of its part in the profile over their mean, and what target
   pressure makes of it; a day of which it runs in a part only has that part of it. It works on with
   carry-over (adstock, half-life h in days) and saturates (Hill, half at K, the budget over the
   days it is planned for):

       A' = x (1 - rho) + rho A,  rho = 0.5^(1/h);    H(A) = A^s / (A^s + K^s).

2. People who would answer an offer of appeal 1 in an untapped niche: reach x response rate x H(A).

Assumed: campaigns add up, and advertise the one niche offer. Adstock after Broadbent (1979).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from pydantic import model_validator

from orgsim.config.base import Config, param
from orgsim.entities import Floats
from orgsim.units import DAY, WEEK, Duration, Money, Number, Quantity, Rate, Share


class CampaignConfig(Config):
    """The niche campaign that the `niche_campaign` shock launches."""

    intensity: Number = param(
        "multiple of the planned spend; the response curve stays as it is",
        unit="times",
        section="S1",
        ge=0,
    )
    budget: Money = param(
        "spend of the whole campaign at intensity 1", unit="EUR", section="s.8", ge=0
    )
    profile: tuple[Quantity, ...] = param(
        "relative weights of the spend in equal parts of the time that a campaign runs; what is "
        "spent in all stays as it is",
        section="s.8",
        min_length=1,
    )
    duration: Duration = param(
        "time the budget is planned for (K); how long it runs is the shock's",
        unit="h",
        section="s.8",
        ge=DAY,
    )
    claim: Number = param(
        "how far the campaign's promise exceeds the believed capability, unpressed (phi_0)",
        unit="of the full headline",
        section="M1.5",
        ge=0,
        le=1,
    )
    half_life: Duration = param(
        "time after which advertising pressure has halved (h)", unit="h", section="M1.2", ge=0
    )
    hill_exponent: Number = param(
        "shape of the response to advertising pressure (s)", section="M1.2", gt=0, le=10
    )
    reach: Rate = param(
        "people reached at full advertising pressure", unit="1/h", section="M1.2", ge=0
    )
    response_rate: Share = param(
        "share of those reached who would answer an offer of appeal 1 (rr)",
        section="M1.2",
        ge=0,
        le=1,
    )

    @model_validator(mode="after")
    def _is_spent_in_some_part(self) -> Self:
        if sum(self.profile) <= 0:
            raise ValueError("the weights of the profile must not all be 0")
        return self


@dataclass(frozen=True, slots=True)
class LaunchPlan:
    """A decided campaign: when it starts, how long it runs, how strong it is."""

    onset: float
    duration: float
    intensity: float


class Advertising:
    """The campaigns that were decided, and the pressure that their spend exerts."""

    def __init__(self, config: CampaignConfig) -> None:
        self._config = config
        self._launches: list[LaunchPlan] = []
        self._adstock = 0.0

    def launch(self, plan: LaunchPlan) -> None:
        """Take on a campaign."""
        self._launches.append(plan)

    def has_begun(self, now: float) -> bool:
        """Whether any campaign has been launched by now."""
        return any(launch.onset <= now for launch in self._launches)

    def advertise(self, now: float, pressed: float) -> float:
        """A day: EUR spent on the running campaigns, times ``pressed``; older pressure fades."""
        spend = sum(self._planned(now, plan) for plan in self._launches) * pressed
        self._adstock = next_adstock(self._adstock, spend, self._config.half_life / DAY)
        return spend

    def pressure(self) -> float:
        """H(A) of the spend so far."""
        return response(self._adstock, self._config)

    @property
    def answers(self) -> float:
        """People per hour who would answer at full pressure, in an untapped niche of appeal 1."""
        return self._config.reach * self._config.response_rate

    def forecast(self, *plans: LaunchPlan) -> Floats:
        """H(A) on each day from the first launch until the pressure has faded; whole weeks."""
        half_life = self._config.half_life / DAY
        onset = min(plan.onset for plan in plans)
        weeks = [np.ceil((plan.duration / DAY + 5 * half_life) / 7) for plan in plans]
        faded = max(plan.onset + WEEK * n for plan, n in zip(plans, weeks, strict=True))
        days = 7 * int(np.ceil((faded - onset) / WEEK - 1e-9))
        adstock, path = 0.0, np.zeros(days)
        for day in range(days):
            spend = sum(self._planned(onset + day * DAY, plan) for plan in plans)
            adstock = next_adstock(adstock, spend, half_life)
            path[day] = response(adstock, self._config)
        return path

    def per_day(self, plan: LaunchPlan) -> float:
        """What a campaign spends in a whole day on average (EUR), unpressed."""
        return plan.intensity * self._config.budget / (plan.duration / DAY)

    def _planned(self, time: float, plan: LaunchPlan) -> float:
        """What a campaign spends in the day from that time on."""
        profile = self._config.profile
        begins = plan.onset + plan.duration * np.arange(len(profile) + 1) / len(profile)
        hours = np.minimum(time + DAY, begins[1:]) - np.maximum(time, begins[:-1])
        weighed = np.maximum(0.0, hours) @ profile / np.mean(profile)
        return float(self.per_day(plan) * weighed / DAY)


def response(adstock: float, config: CampaignConfig) -> float:
    """H(A) = A^s / (A^s + K^s), K = the planned spend at intensity 1 (MODEL M1.2, S1)."""
    half, s = config.budget / (config.duration / DAY), config.hill_exponent
    if adstock <= 0 or half <= 0:
        return 0.0
    return float(adstock**s / (adstock**s + half**s))


def next_adstock(adstock: float, spend: float, half_life_days: float) -> float:
    """A' = x (1 - rho) + rho A with rho = 0.5^(1/h), so that constant x gives A = x (M1.2)."""
    rho = 0.5 ** (1.0 / half_life_days) if half_life_days > 0 else 0.0
    return spend * (1.0 - rho) + rho * adstock
