"""KPIs of marketing and sales: how much demand, at what price, promised how much (MODEL s.9).

Speed to lead is a mean, where MODEL has the median: a KPI is a ratio of sums, so that weeks add up.
"""

from __future__ import annotations

from collections.abc import Callable

from orgsim.entities import Account
from orgsim.facts import LeadCreated, LeadLost, LeadQualified, LeadTouched, LeadWon
from orgsim.kpis.base import SEGMENTS, Kpi, Ratio, Window
from orgsim.kpis.money import movement
from orgsim.units import DAY, WEEK

CAME_FROM = ("organic", "campaign", "word_of_mouth")
"""Sources of new customers."""


def _leads(window: Window, segment: str) -> Ratio:
    return Ratio(window.count(LeadCreated, segment), window.days)


def _qualified(window: Window, segment: str) -> Ratio:
    return Ratio(window.count(LeadQualified, segment), window.count(LeadCreated, segment))


def _cost_per_lead(window: Window, segment: str) -> Ratio:
    niche = (Account.CAMPAIGN,)
    accounts = {"base": (Account.LEAD_COST,), "niche": niche, "campaign": niche}
    paid = movement(window, *accounts.get(segment, (Account.LEAD_COST, Account.CAMPAIGN)))
    return Ratio(paid, window.count(LeadCreated, segment))


def _campaigns(window: Window, segment: str) -> Ratio:
    return Ratio(movement(window, Account.CAMPAIGN), window.ones)


def _acquisition(window: Window, segment: str) -> Ratio:
    accounts = (
        Account.LEAD_COST,
        Account.CAMPAIGN,
        Account.SALES_PAYROLL,
        Account.COMMISSION,
    )
    return Ratio(movement(window, *accounts), window.count(LeadWon))


def _bookings(window: Window, segment: str) -> Ratio:
    return Ratio(window.count(LeadWon, segment), window.days)


def _against_target(kind: type[object], target: str) -> Callable[[Window, str], Ratio]:
    def measure(window: Window, segment: str) -> Ratio:
        wanted = window.scenario.targets.get(target, 0.0)
        return Ratio(window.count(kind), wanted * WEEK / DAY * window.ones)

    return measure


def _win_rate(window: Window, segment: str) -> Ratio:
    won = window.count(LeadWon, segment)
    return Ratio(won, won + window.count(LeadLost, segment))


def _speed(window: Window, segment: str) -> Ratio:
    touched = window.facts(LeadTouched, segment)
    waited = window.per_week(touched["time"], touched["waited"])
    return Ratio(waited, window.count(LeadTouched, segment))


def _inflation(window: Window, segment: str) -> Ratio:
    won = window.facts(LeadWon, segment)
    return Ratio(window.per_week(won["time"], won["inflation"]), window.count(LeadWon, segment))


KPIS = (
    Kpi(
        name="leads",
        title="Leads",
        unit="1/d",
        area="marketing",
        direction=1,
        is_judged=True,
        is_volume=True,
        section="s.9",
        formula="leads created, all of them marketing-qualified (MQL) / days",
        segments=(*SEGMENTS, *CAME_FROM),
        measure=_leads,
    ),
    Kpi(
        name="leads_of_target",
        title="Leads against target",
        unit="share of target",
        area="marketing",
        direction=1,
        is_volume=True,
        section="O3",
        formula="leads created / leads that the target asks for",
        measure=_against_target(LeadCreated, "leads"),
    ),
    Kpi(
        name="sql",
        title="Qualified leads (SQL)",
        unit="share",
        area="marketing",
        direction=1,
        section="M1.4",
        formula="leads qualified / leads created, in the same week",
        segments=(*SEGMENTS, *CAME_FROM),
        measure=_qualified,
    ),
    Kpi(
        name="cost_per_lead",
        title="Cost per lead",
        unit="EUR",
        area="marketing",
        direction=-1,
        section="s.9",
        formula="(lead cost + campaign spend) / leads created; base: lead cost, niche: campaign "
        "spend; campaign: campaign spend / leads that the campaign itself brought",
        open_items="no cost is booked for organic and word-of-mouth leads: not measured apart",
        segments=(*SEGMENTS, "campaign"),
        measure=_cost_per_lead,
    ),
    Kpi(
        name="campaign_spend",
        title="Campaign spend",
        unit="EUR",
        area="marketing",
        direction=0,
        section="M1.2",
        formula="what campaigns have cost, whatever was planned",
        over_time="sum",
        measure=_campaigns,
    ),
    Kpi(
        name="cac",
        title="Customer acquisition cost (CAC)",
        unit="EUR",
        area="marketing",
        direction=-1,
        section="s.9",
        formula="(marketing spend + sales payroll + commission less claw-back) / bookings",
        measure=_acquisition,
    ),
    Kpi(
        name="bookings",
        title="Bookings",
        unit="1/d",
        area="sales",
        direction=1,
        is_judged=True,
        is_volume=True,
        section="s.9",
        formula="leads won / days",
        segments=(*SEGMENTS, *CAME_FROM),
        measure=_bookings,
    ),
    Kpi(
        name="bookings_of_quota",
        title="Bookings against quota",
        unit="share of quota",
        area="sales",
        direction=1,
        is_volume=True,
        section="O3",
        formula="leads won / bookings that the quota asks for",
        measure=_against_target(LeadWon, "bookings"),
    ),
    Kpi(
        name="win_rate",
        title="Win rate",
        unit="share",
        area="sales",
        direction=1,
        section="s.9",
        formula="won / (won + lost)",
        open_items="leads still waiting for a rep are left out",
        segments=(*SEGMENTS, *CAME_FROM),
        measure=_win_rate,
    ),
    Kpi(
        name="speed_to_lead",
        title="Speed to lead",
        unit="h",
        area="sales",
        direction=-1,
        section="M2.2",
        formula="mean open sales hours from lead to first touch",
        open_items="leads not yet touched are left out",
        segments=SEGMENTS,
        measure=_speed,
    ),
    Kpi(
        name="promise_inflation",
        title="Promise inflation",
        unit="steps",
        area="sales",
        direction=-1,
        section="M2.4",
        formula="mean claim of bookings above capability (phi)",
        segments=(*SEGMENTS, *CAME_FROM),
        measure=_inflation,
    ),
)
