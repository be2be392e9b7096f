"""KPIs of the customers: what they feel, say and do (MODEL s.9, M5.9-M5.11)."""

from __future__ import annotations

import numpy as np

from orgsim.entities import Floats, Occasion
from orgsim.facts_of_customers import (
    CustomerLeft,
    EpisodeLived,
    ExperienceTold,
    GroupCounted,
    SurveyAnswered,
)
from orgsim.kpis.base import GROUPS, SEGMENTS, SOURCES, Kpi, Ratio, Window
from orgsim.units import WEEK, YEAR

CONTENT_FROM = 6.5
"""Episode satisfaction that becomes a 4 or 5 on a five-point scale (MODEL M5.11)."""

ENDS = (Occasion.DELIVERY, Occasion.CANCELLATION)
"""How an order can end; what comes after a delivery says nothing about its speed."""

WEEKS_PER_MONTH = YEAR / 12.0 / WEEK


def active(window: Window, segment: str) -> Floats:
    """Active customers at each week's end."""
    counted = window.facts(GroupCounted, segment)
    return window.per_week(counted["time"], counted["active"], closing=True)


def _mean_of(name: str, window: Window, segment: str) -> Ratio:
    counted = window.facts(GroupCounted, segment)
    total = window.per_week(counted["time"], counted["active"] * counted[name], closing=True)
    return Ratio(total, active(window, segment))


def _satisfaction(window: Window, segment: str) -> Ratio:
    return _mean_of("satisfaction", window, segment)


def _trust(window: Window, segment: str) -> Ratio:
    return _mean_of("trust", window, segment)


def _active(window: Window, segment: str) -> Ratio:
    return Ratio(active(window, segment), window.ones)


def _churn(window: Window, segment: str) -> Ratio:
    left = window.count(CustomerLeft, segment) * WEEKS_PER_MONTH
    return Ratio(left, active(window, segment))


def _nps(window: Window, segment: str) -> Ratio:
    answers = window.facts(SurveyAnswered, segment)
    score = np.where(answers["likelihood"] >= 9, 100.0, 0.0)
    score -= np.where(answers["likelihood"] <= 6, 100.0, 0.0)
    return Ratio(window.per_week(answers["time"], score), window.count(SurveyAnswered, segment))


def _csat(window: Window, segment: str) -> Ratio:
    lived = window.facts(EpisodeLived, segment)
    answered = lived["answered"]
    content = answered & (lived["satisfaction"] >= CONTENT_FROM)
    return Ratio(window.per_week(lived["time"][content]), window.per_week(lived["time"][answered]))


def _slow(window: Window, segment: str) -> Ratio:
    lived = window.facts(EpisodeLived, segment)
    ended = np.isin(lived["occasion"], ENDS)
    slow = ended & lived["broken"]
    return Ratio(window.per_week(lived["time"][slow]), window.per_week(lived["time"][ended]))


def _tellings(window: Window, segment: str, *, positive: bool) -> Floats:
    told = window.facts(ExperienceTold, segment)
    return window.per_week(told["time"][told["positive"] == positive])


def _negative_tellings(window: Window, segment: str) -> Ratio:
    return Ratio(_tellings(window, segment, positive=False), window.days)


def _positive_tellings(window: Window, segment: str) -> Ratio:
    return Ratio(_tellings(window, segment, positive=True), window.days)


KPIS = (
    Kpi(
        name="satisfaction",
        title="Satisfaction",
        unit="0-10",
        area="customers",
        direction=1,
        is_judged=True,
        section="M5.4",
        formula="mean cumulative satisfaction of active customers at the week's end",
        segments=GROUPS,
        measure=_satisfaction,
    ),
    Kpi(
        name="trust",
        title="Trust",
        unit="0-1",
        area="customers",
        direction=1,
        section="M5.6",
        formula="mean trust of active customers at the week's end",
        segments=SEGMENTS,
        measure=_trust,
    ),
    Kpi(
        name="nps",
        title="Net promoter score (NPS)",
        unit="pts",
        area="customers",
        direction=1,
        is_judged=True,
        section="M5.11",
        formula="share of 9-10 less share of 0-6 among the answers to the weekly survey",
        open_items="those asked who do not answer are left out; so are those who left",
        segments=GROUPS,
        measure=_nps,
    ),
    Kpi(
        name="csat",
        title="Customer satisfaction score (CSAT)",
        unit="share",
        area="customers",
        direction=1,
        section="M5.11",
        formula="answers of 4 or 5 / answers, asked after every episode: a delivery, a second "
        "parcel, a cancellation, a refund, a contact, a reminder while a complaint is open",
        segments=GROUPS,
        measure=_csat,
    ),
    Kpi(
        name="slower_than_expected",
        title="Orders slower than expected",
        unit="share",
        area="customers",
        direction=-1,
        section="s.9",
        formula="deliveries over 1.4 days slower than expected, and cancellations / all of both",
        open_items="orders not yet delivered are left out",
        segments=SEGMENTS,
        measure=_slow,
    ),
    Kpi(
        name="churn",
        title="Churn",
        unit="share/month",
        area="customers",
        direction=-1,
        is_judged=True,
        section="M5.9",
        formula="customers who left, per month / active customers",
        segments=GROUPS,
        measure=_churn,
    ),
    Kpi(
        name="active_customers",
        title="Active customers",
        unit="n",
        area="customers",
        direction=1,
        section="s.9",
        formula="customers who have not left, at the week's end",
        segments=(*SEGMENTS, *SOURCES),
        over_time="last",
        measure=_active,
    ),
    Kpi(
        name="negative_tellings",
        title="Negative word of mouth",
        unit="1/d",
        area="customers",
        direction=-1,
        section="M5.10",
        formula="tellings after an episode below 4 / days",
        segments=GROUPS,
        measure=_negative_tellings,
    ),
    Kpi(
        name="positive_tellings",
        title="Positive word of mouth",
        unit="1/d",
        area="customers",
        direction=1,
        section="M5.10",
        formula="tellings after an episode above 8.5 / days",
        segments=GROUPS,
        measure=_positive_tellings,
    ),
)
