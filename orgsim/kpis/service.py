"""KPIs of support: can it be reached, does it solve, what is it busy with (MODEL s.9, U3)."""

from __future__ import annotations

import numpy as np

from orgsim.entities import ContactChannel, Floats, Outcome, Reason
from orgsim.facts import (
    BriefingHeld,
    CallAbandoned,
    CallAnswered,
    ContactContained,
    ContactHandled,
    ContactMade,
)
from orgsim.kpis.base import CHANNELS, SEGMENTS, Kpi, Ratio, Window

BY_CHANNEL = (*SEGMENTS, *CHANNELS)
LIVE = tuple(group for group in BY_CHANNEL if group != "email")
"""Where somebody waits for an agent."""

ANSWERED_WITHIN = 20.0 / 3600.0
"""Hours within which a call should be answered (the 80/20 service level)."""

FAILURES = (
    Reason.LATE_WISMO,
    Reason.FAULT,
    Reason.BILLING,
    Reason.REFUND,
    Reason.COMPLAINT,
    Reason.RECALL,
)
"""Contacts that should not exist, besides every repeat (MODEL U3)."""


def _offered(window: Window, segment: str) -> Floats:
    return window.count(CallAnswered, segment) + window.count(CallAbandoned, segment)


def _contacts(window: Window, segment: str) -> Ratio:
    return Ratio(window.count(ContactMade, segment), window.days)


def _contained(window: Window, segment: str) -> Ratio:
    made = window.facts(ContactMade, segment)
    first = made["time"][made["attempt"] == 0]
    return Ratio(window.count(ContactContained, segment), window.per_week(first))


def _self_service(window: Window, segment: str) -> Ratio:
    contained = window.facts(ContactContained, segment)
    solved = contained["outcome"] == Outcome.RESOLVED
    return Ratio(
        window.per_week(contained["time"][solved]), window.count(ContactContained, segment)
    )


def _service_level(window: Window, segment: str) -> Ratio:
    answered = window.facts(CallAnswered, segment)
    fast = answered["waited"] <= ANSWERED_WITHIN
    return Ratio(window.per_week(answered["time"][fast]), _offered(window, segment))


def _asa(window: Window, segment: str) -> Ratio:
    answered = window.facts(CallAnswered, segment)
    waited = window.per_week(answered["time"], answered["waited"] * 3600.0)
    return Ratio(waited, window.count(CallAnswered, segment))


def _abandonment(window: Window, segment: str) -> Ratio:
    return Ratio(window.count(CallAbandoned, segment), _offered(window, segment))


def _fcr(window: Window, segment: str) -> Ratio:
    handled = window.facts(ContactHandled, segment)
    first = handled["attempt"] == 0
    solved = first & (handled["outcome"] == Outcome.RESOLVED)
    return Ratio(window.per_week(handled["time"][solved]), window.per_week(handled["time"][first]))


def _aht(window: Window, segment: str) -> Ratio:
    handled = window.facts(ContactHandled, segment)
    minutes = window.per_week(handled["time"], handled["handle_hours"] * 60.0)
    return Ratio(minutes, window.count(ContactHandled, segment))


def _reply_time(window: Window, segment: str) -> Ratio:
    handled = window.facts(ContactHandled, segment)
    written = handled["channel"] == ContactChannel.EMAIL
    times = handled["time"][written]
    return Ratio(window.per_week(times, handled["after"][written]), window.per_week(times))


def _in_hand(window: Window, segment: str) -> Ratio:
    return Ratio(window.gauge("in_hand", "agents"), window.ones)


def _occupancy(window: Window, segment: str) -> Ratio:
    busy, duty = (
        np.diff(window.gauge(name, "agents"), prepend=0.0) for name in ("busy_hours", "duty_hours")
    )
    away = _in_briefings(window)
    return Ratio(busy - away, duty - away)


def _in_briefings(window: Window) -> Floats:
    """Agent-hours of each week in briefings that are over."""
    held = window.facts(BriefingHeld)
    began = held["time"] - held["hours"]
    by_then = np.clip(window.ends[:, None] - began, 0.0, held["hours"]).sum(axis=1)
    return np.diff(by_then, prepend=0.0)


def _failure_demand(window: Window, segment: str) -> Ratio:
    made = window.facts(ContactMade, segment)
    failed = np.isin(made["reason"], FAILURES) | (made["attempt"] > 0)
    return Ratio(window.per_week(made["time"][failed]), window.count(ContactMade, segment))


def _knowledge(window: Window, segment: str) -> Ratio:
    return Ratio(window.gauge("knowledge"), window.ones)


KPIS = (
    Kpi(
        name="contacts",
        title="Contacts",
        unit="1/d",
        area="support",
        direction=-1,
        is_volume=True,
        section="M4.1",
        formula="contacts made, every attempt counted, those included that self-service answered "
        "before they reached their channel / days",
        segments=BY_CHANNEL,
        measure=_contacts,
    ),
    Kpi(
        name="containment",
        title="Answered by self-service",
        unit="share",
        area="support",
        direction=0,
        section="M4.2",
        formula="contacts that self-service (IVR, articles) answered, to the point or beside it / "
        "first contacts",
        segments=SEGMENTS,
        measure=_contained,
    ),
    Kpi(
        name="self_service_resolution",
        title="Self-service answers to the point",
        unit="share",
        area="support",
        direction=1,
        section="M4.2",
        formula="contacts that self-service (IVR, articles) answered to the point / contacts that "
        "it answered; first contact resolution is of agents alone",
        open_items="none: self-service answers at once",
        segments=SEGMENTS,
        measure=_self_service,
    ),
    Kpi(
        name="service_level",
        title="Answered within 20 s",
        unit="share",
        area="support",
        direction=1,
        section="s.9",
        formula="calls answered within 20 s / calls offered, abandoned ones included",
        open_items="calls still waiting are left out",
        segments=LIVE,
        measure=_service_level,
    ),
    Kpi(
        name="asa",
        title="Average speed of answer (ASA)",
        unit="s",
        area="support",
        direction=-1,
        section="s.9",
        formula="mean wait of answered calls",
        open_items="abandoned calls are left out",
        segments=LIVE,
        measure=_asa,
    ),
    Kpi(
        name="abandonment",
        title="Abandonment",
        unit="share",
        area="support",
        direction=-1,
        is_judged=True,
        section="s.9",
        formula="calls abandoned / calls offered",
        open_items="calls still waiting are left out",
        segments=LIVE,
        measure=_abandonment,
    ),
    Kpi(
        name="fcr",
        title="First contact resolution (FCR)",
        unit="share",
        area="support",
        direction=1,
        is_judged=True,
        section="s.9",
        formula="problems solved at the first attempt / first attempts an agent handled",
        open_items="contacts not yet handled are left out",
        segments=BY_CHANNEL,
        measure=_fcr,
    ),
    Kpi(
        name="aht",
        title="Average handle time (AHT)",
        unit="min",
        area="support",
        direction=0,
        section="M4.5",
        formula="mean agent time per handled contact",
        open_items="contacts not yet handled are left out",
        segments=BY_CHANNEL,
        measure=_aht,
    ),
    Kpi(
        name="reply_time",
        title="Reply time of e-mails",
        unit="h",
        area="support",
        direction=-1,
        section="s.9",
        formula="mean hours, nights included, from writing to the answer, of e-mails answered",
        open_items="e-mails not yet answered are left out: see contact_backlog",
        segments=SEGMENTS,
        measure=_reply_time,
    ),
    Kpi(
        name="contact_backlog",
        title="Contacts in hand",
        unit="n",
        area="support",
        direction=-1,
        is_volume=True,
        section="s.9",
        formula="contacts that wait for an agent or are being dealt with, at the week's end",
        over_time="last",
        measure=_in_hand,
    ),
    Kpi(
        name="occupancy",
        title="Occupancy",
        unit="share",
        area="support",
        direction=0,
        section="U1",
        formula="agent hours busy / agent hours on duty, both without briefings",
        open_items="a briefing under way at the horizon counts as busy",
        measure=_occupancy,
    ),
    Kpi(
        name="failure_demand",
        title="Failure demand",
        unit="share",
        area="support",
        direction=-1,
        section="U3",
        formula="contacts for late orders, late refunds, faults, bills, complaints, recalls, and "
        "repeats / contacts; by the channel that the customer chose, as contacts",
        segments=BY_CHANNEL,
        measure=_failure_demand,
    ),
    Kpi(
        name="knowledge",
        title="Agents' knowledge of the niche offer",
        unit="share",
        area="support",
        direction=1,
        section="M4.7",
        formula="team's mean K at the week's end",
        measure=_knowledge,
    ),
)
