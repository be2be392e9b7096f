"""The whole of a scenario: every department's own model, put together.

What it is for: one validated, frozen object that says everything `simulate` needs. The models
stand beside the processes they configure; this page only joins them and checks what no part can
check alone. Reference: DESIGN s.6, MODEL T1, O3, O5.
"""

from __future__ import annotations

from datetime import date
from math import fsum
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator

from orgsim.config.base import Config, param
from orgsim.config.size import what_is_too_large
from orgsim.customers.behaviour import CustomersConfig
from orgsim.customers.cannibalisation import MOST_PULLED
from orgsim.customers.market import MarketConfig
from orgsim.customers.sources import AnySource
from orgsim.departments.campaign import CampaignConfig
from orgsim.departments.finance import FinanceConfig
from orgsim.departments.logistics import LogisticsConfig
from orgsim.departments.marketing import MarketingConfig
from orgsim.departments.order_record import HandoffConfig
from orgsim.departments.sales import SalesConfig
from orgsim.departments.supplier import SupplierConfig
from orgsim.departments.support import SupportConfig
from orgsim.governance.information import ChannelConfig
from orgsim.governance.planning import CoordinationConfig
from orgsim.registry import did_you_mean
from orgsim.shocks.demand import NicheCampaign, Promotion, SeasonalPeak, Viral
from orgsim.shocks.market import CompetitorExit, PriceShock
from orgsim.shocks.supply import ProductRecall, SupplierOutage
from orgsim.shocks.workforce import AttritionWave, Pandemic
from orgsim.units import COUNT, WEEK, Count, Date, Duration, Share

FIRST_YEAR, LAST_YEAR = 1900, 2999
"""Years between which a run may begin: calendars end at 9999, and a run may last for long."""

Part = Literal["market", "marketing", "sales", "logistics", "supplier", "support", "customers"]
AnyShock = Annotated[
    NicheCampaign
    | Viral
    | SeasonalPeak
    | Promotion
    | SupplierOutage
    | ProductRecall
    | CompetitorExit
    | PriceShock
    | AttritionWave
    | Pandemic,
    Field(discriminator="kind"),
]
Target = Annotated[float, AfterValidator(COUNT.within), COUNT]

TARGETS = (
    *("leads", "cost_per_lead", "cac", "sql"),
    *("bookings", "win_rate", "speed_to_lead", "promise_inflation"),
    *("line_fill", "complete_orders", "otif", "perfect_orders"),
    *("cycle_service_chassis", "cycle_service_kit"),
    *("service_level", "asa", "abandonment", "fcr", "fcr_7_days"),
    *("aht", "occupancy", "failure_demand", "contacts_per_order"),
    *("satisfaction", "nps", "churn", "slower_than_expected", "contribution_share"),
)
"""The KPIs that may have a target; `Kpi.is_judged` says which of them are on the scorecard."""

CAMPAIGN_TOPICS = ("campaign_plan", "promise_terms")
"""What is only ever told about a campaign."""


class RunConfig(Config):
    """How long, how often, and with which luck."""

    weeks: Count = param("measured weeks", unit="wk", section="T1", ge=1, le=520)
    warmup: Duration = param(
        "time simulated before measuring begins, in whole weeks",
        unit="h",
        section="T1",
        ge=0,
        le=520 * WEEK,
    )
    replications: Count = param("independent runs", unit="runs", section="s.11", ge=1, le=10000)
    seed: int = param("root of all luck", section="s.0.3", ge=0, lt=2**64)
    workers: Count = param(
        "processes in parallel; 0 = one per core",
        unit="processes",
        section="DESIGN s.4",
        ge=0,
        le=1024,
    )
    start_date: Date = param("date of the first measured Monday", unit="date", section="T1")

    @field_validator("start_date")
    @classmethod
    def _is_a_monday(cls, value: str) -> str:
        try:
            day = date.fromisoformat(value)
        except ValueError:
            day = None
        if day is None or day.isoformat() != value:  # Python reads other forms of a date, too
            raise ValueError("write a date like 2024-01-01")
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise ValueError(f"must lie between the years {FIRST_YEAR} and {LAST_YEAR}")
        if day.weekday() != 0:
            raise ValueError(f"{value} is a {day:%A}; the first measured day is a Monday")
        return value

    @field_validator("warmup")
    @classmethod
    def _is_whole_weeks(cls, value: float) -> float:
        if value % WEEK:
            raise ValueError("the warm-up is a whole number of weeks, such as 8w")
        return value


class OrganisationConfig(Config):
    """Who is there, who tells whom, what survives the hand-offs, what coordination costs."""

    parts: tuple[Part, ...] = param("departments present", section="O5", min_length=1)
    channels: dict[str, ChannelConfig] = param("information channels", section="M6.1")
    handoff: HandoffConfig
    coordination: CoordinationConfig
    single_view: Share = param(
        "share of what the firm knows of a customer that whoever serves them can see (V_sv)",
        section="M6.1",
        ge=0,
        le=1,
    )


class SuppliersConfig(Config):
    """The supplier of each component."""

    chassis: SupplierConfig
    kit: SupplierConfig


class Scenario(Config):
    """Everything one run needs."""

    title: str = param("what the scenario is, in a few words", section="DESIGN s.6")
    question: str = param("the question it answers", section="DESIGN s.6")
    run: RunConfig
    organisation: OrganisationConfig
    market: MarketConfig
    campaign: CampaignConfig
    marketing: MarketingConfig
    sales: SalesConfig
    logistics: LogisticsConfig
    supplier: SuppliersConfig
    support: SupportConfig
    customers: CustomersConfig
    finance: FinanceConfig
    targets: dict[str, Target] = param(
        "absolute target of each owned KPI", unit="as the KPI", section="O3"
    )
    shocks: dict[str, AnyShock] = param("what happens, by name", section="s.8")
    sources: dict[str, AnySource] = param("simple arrivals, by name", section="O5")

    @field_validator("title", "question")
    @classmethod
    def _can_be_shown(cls, value: str) -> str:
        if not "".join(value.split()).isprintable():
            raise ValueError("must be text without control characters")
        return value

    @field_validator("targets")
    @classmethod
    def _are_owned(cls, value: dict[str, float]) -> dict[str, float]:
        for name in value:
            if name not in TARGETS:
                hint = did_you_mean(name, TARGETS)
                raise ValueError(f"targets.{name}: no KPI takes this target - {hint}")
        return value

    @model_validator(mode="after")
    def _shocks_lie_within_the_horizon(self) -> Scenario:
        horizon = self.run.weeks * WEEK
        for name, shock in self.shocks.items():
            if shock.onset >= horizon:
                raise ValueError(
                    f"shocks.{name}.onset, run.weeks: {shock.onset / WEEK:g} weeks lies beyond "
                    f"the {self.run.weeks} measured weeks"
                )
        return self

    @model_validator(mode="after")
    def _promotions_leave_some_orders_until_they_are_due(self) -> Scenario:
        promotions = {name: s for name, s in self.shocks.items() if isinstance(s, Promotion)}
        for first in promotions.values():
            on = {n: s for n, s in promotions.items() if s.onset <= first.onset < s.end}
            share = fsum(shock.pull_forward for shock in on.values())
            if round(share, 9) > MOST_PULLED:
                keys = ", ".join(f"shocks.{name}.pull_forward" for name in on)
                raise ValueError(
                    f"{keys}: shares of overlapping promotions add up, here to {share:g}; "
                    f"at most {MOST_PULLED:g} of the orders can be brought forward at once"
                )
        return self

    @model_validator(mode="after")
    def _can_be_run(self) -> Scenario:
        for reason in what_is_too_large(self):
            raise ValueError(reason)
        return self


def without_shocks(scenario: Scenario) -> Scenario:
    """The reference of a scenario: the same, nothing happening, nobody coordinating (MODEL T3).

    Without a campaign there is no strength of it, no plan and no offer to tell of; these go too, so
    that scenarios which differ only in them share one reference.
    """
    design = scenario.organisation.coordination
    unbriefed = design.briefing.model_copy(update={"hours_per_agent": 0.0})
    idle = design.model_copy(update={"briefing": unbriefed, "overhead_per_week": 0.0})
    channels = {
        name: channel
        for name, channel in scenario.organisation.channels.items()
        if channel.topic not in CAMPAIGN_TOPICS
    }
    organisation = scenario.organisation.model_copy(
        update={"coordination": idle, "channels": channels}
    )
    campaign = scenario.campaign.model_copy(update={"intensity": 0.0})
    return scenario.model_copy(
        update={"shocks": {}, "organisation": organisation, "campaign": campaign}
    )
