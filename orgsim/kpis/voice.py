"""KPIs of what customers do after a failure, and what becomes of it (MODEL M5.7, M5.8)."""

from __future__ import annotations

import numpy as np

from orgsim.entities import Reaction, Reason
from orgsim.facts import ContactMade
from orgsim.facts_of_customers import ComplaintClosed, CustomerReacted, GroupCounted
from orgsim.kpis.base import GROUPS, SEGMENTS, Kpi, Ratio, Window
from orgsim.units import WEEK, YEAR

WEEKS_PER_MONTH = YEAR / 12.0 / WEEK


def _complaints(window: Window, segment: str) -> Ratio:
    made = window.facts(ContactMade, segment)
    first = (made["reason"] == Reason.COMPLAINT) & (made["attempt"] == 0)
    counted = window.facts(GroupCounted, segment)
    active = window.per_week(counted["time"], counted["active"], closing=True)
    if not window.scenario.customers.loyalty.reaction.failure:
        active = np.zeros_like(active)  # nobody could complain: not available, rather than none
    return Ratio(window.per_week(made["time"][first]) * WEEKS_PER_MONTH, active)


def _share_of_failures(window: Window, segment: str, reaction: Reaction) -> Ratio:
    reacted = window.facts(CustomerReacted, segment)
    chosen = reacted["time"][reacted["reaction"] == reaction]
    return Ratio(window.per_week(chosen), window.count(CustomerReacted, segment))


def _voice(window: Window, segment: str) -> Ratio:
    return _share_of_failures(window, segment, Reaction.VOICE)


def _exit(window: Window, segment: str) -> Ratio:
    return _share_of_failures(window, segment, Reaction.EXIT)


def _recovered(window: Window, segment: str) -> Ratio:
    closed = window.facts(ComplaintClosed, segment)
    good = closed["time"][closed["recovered"].astype(bool)]
    return Ratio(window.per_week(good), window.count(ComplaintClosed, segment))


KPIS = (
    Kpi(
        name="complaint_rate",
        title="Complaints",
        unit="share/month",
        area="customers",
        direction=-1,
        section="M5.7",
        formula="complaints made, per month / active customers",
        open_items="where nobody reacts to failures: not available",
        segments=GROUPS,
        measure=_complaints,
    ),
    Kpi(
        name="voice_share",
        title="Failures answered by voice",
        unit="share",
        area="customers",
        direction=0,
        section="M5.7",
        formula="failed episodes after which the customer spoke up / failed episodes",
        open_items="where nobody reacts to failures: not available",
        segments=SEGMENTS,
        measure=_voice,
    ),
    Kpi(
        name="exit_share",
        title="Failures answered by leaving",
        unit="share",
        area="customers",
        direction=-1,
        section="M5.7",
        formula="failed episodes after which the customer left at once / failed episodes",
        open_items="where nobody reacts to failures: not available",
        segments=SEGMENTS,
        measure=_exit,
    ),
    Kpi(
        name="complaints_recovered",
        title="Complaints solved in time",
        unit="share",
        area="customers",
        direction=1,
        section="M5.8",
        formula="complaints solved in time to make good / complaints solved or given up",
        open_items="complaints still open are left out",
        segments=SEGMENTS,
        measure=_recovered,
    ),
)
