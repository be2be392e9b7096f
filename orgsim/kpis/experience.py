"""KPIs of the customers: what they feel, say and do (MODEL s.9, M5.9-M5.11)."""

from __future__ import annotations

import numpy as np

from orgsim.entities import Floats, Occasion, Segment
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
    ordered = lived["occasion"] != Occasion.CONTACT
    slow = ordered & lived["broken"]
    return Ratio(window.per_week(lived["time"][slow]), window.per_week(lived["time"][ordered]))


def _tellings(window: Window, segment: str, *, positive: bool) -> Floats:
    told = window.facts(ExperienceTold, segment)
    return window.per_week(told["time"][told["positive"] == positive])


def _negative_tellings(window: Window, segment: str) -> Ratio:
    return Ratio(_tellings(window, segment, positive=False), window.days)


def _positive_tellings(window: Window, segment: str) -> Ratio:
    return Ratio(_tellings(window, segment, positive=True), window.days)


def residual_clv(window: Window, segment: str) -> Floats:
    """EUR of future margin of the active customers, by Gupta & Lehmann (2005), M5.12.

    m r / (1 + i - r) per customer; m = margin per order x orders a year, r = exp(-365 h), with the
    means of the last 12 weeks of each group of segment and source (a conservative hazard).
    """
    total = np.zeros(window.weeks)
    counted = window.facts(GroupCounted)
    discount = window.scenario.finance.discount
    for part in Segment:
        if segment not in ("all", part.name.lower(), *SOURCES):
            continue
        margin = order_margin(window, part)
        for source in np.unique(counted["source"]):
            if segment in SOURCES and source != SOURCES.index(segment):
                continue
            mine = (counted["segment"] == part) & (counted["source"] == source)
            size, leaving, ordering = (
                window.per_week(counted["time"][mine], column, closing=True)
                for column in (
                    counted["active"][mine],
                    (counted["active"] * counted["leaving"])[mine],
                    (counted["active"] * counted["ordering"])[mine],
                )
            )
            people = np.maximum(_last(size, 12), 1e-12)
            retention = np.exp(-365.0 * _last(leaving, 12) / people)
            yearly = 365.0 * margin * _last(ordering, 12) / people
            value, loss = size * yearly * retention, 1.0 + discount - retention
            # Who never leaves and is not discounted is worth no number; nobody is worth nothing.
            without_end = np.where(size > 0, np.nan, 0.0)
            total += np.divide(value, loss, out=without_end, where=loss > 0)
    return total


def order_margin(window: Window, segment: Segment) -> float:
    """EUR left of an order after goods, picking and carriage."""
    scenario = window.scenario
    costs, carrier = scenario.finance, scenario.logistics.carrier
    variable = costs.chassis_cost + costs.extras_cost + scenario.logistics.picking_cost
    variable += carrier.standard_cost
    if segment is Segment.BASE:
        return scenario.sales.price_base - variable
    express = carrier.express_cost * scenario.organisation.handoff.order_fields
    return scenario.sales.price_niche - variable - costs.kit_cost - express


def _last(values: Floats, weeks: int) -> Floats:
    """Sum over the last ``weeks`` weeks, fewer at the start."""
    sums = np.cumsum(np.insert(values, 0, 0.0))
    at = np.arange(values.size) + 1
    return np.asarray(sums[at] - sums[np.maximum(at - weeks, 0)])


def _clv(window: Window, segment: str) -> Ratio:
    return Ratio(residual_clv(window, segment), window.ones)


KPIS = (
    Kpi(
        name="satisfaction",
        title="Satisfaction",
        unit="0-10",
        area="customers",
        direction=1,
        target="satisfaction",
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
        target="nps",
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
        formula="answers of 4 or 5 / answers, after deliveries, cancellations and contacts",
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
        target="churn",
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
        segments=SEGMENTS,
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
        segments=SEGMENTS,
        measure=_positive_tellings,
    ),
    Kpi(
        name="residual_clv",
        title="Residual customer lifetime value (CLV)",
        unit="EUR",
        area="company",
        direction=1,
        section="M5.12",
        formula="active customers x m r / (1 + i - r), rates of the last 12 weeks: m yearly "
        "margin, r share who stay a year, i discount rate",
        segments=(*SEGMENTS, *SOURCES),
        over_time="last",
        measure=_clv,
    ),
)
