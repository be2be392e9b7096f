"""How fast the organisation responded: time to detect, to tell, to contain and to recover.

What of the real organisation is modelled: the questions that a review asks after an incident. Each
break (see `breaks`) that happens once the first shock has begun is followed through five steps:

    began      the first day or week beyond the threshold;
    detected   the first day or week in which the number that its *owner* looks at is beyond it:
               mostly the same number, but logistics sees the date on the order record;
    told       the first message about it that its owner sent after that has arrived;
    contained  the worst week before it recovered;
    recovered  the first of four weeks in a row that are within the threshold.

Each moment is in hours since the start, a week's being its last day; weeks with too few cases to
say anything are passed over. A step that never came has no time, and a reason.

Assumed: any later message on the topic tells of the trouble, however much of it is lost on the way;
who detects a stock-out sees the empty shelf the same day.

Reference: Hollnagel, Woods & Leveson (2006), Resilience Engineering (monitoring and responding).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from orgsim.entities import Bools, Component, Floats
from orgsim.facts import MessageReceived
from orgsim.kpis.base import Kpi, Window
from orgsim.kpis.breaks import BREAKS, stock_outs, weeks_beyond
from orgsim.kpis.fulfilment import times_short
from orgsim.units import DAY

STEPS = ("began", "detected", "told", "contained", "recovered")
CALM = 4
"""Weeks in a row within the threshold that make a recovery."""

NO_CHANNEL = "no channel tells of it"
"""The reason why nobody was told where nothing could have told."""

_NEVER = float("nan")


class Trouble(NamedTuple):
    """One break's course: which weeks are beyond, how bad each is, and when either side saw it."""

    beyond: Bools
    badness: Floats
    dates: Floats
    seen: Floats
    sender: str
    topics: tuple[str, ...]


class Moment(NamedTuple):
    """When a step was reached, or why it was not."""

    time: float
    reason: str = ""


def responses(window: Window, kpis: Mapping[str, Kpi]) -> dict[str, list[object]]:
    """Columns name, step, time, reason: every step of every break, also those that never came."""
    onsets = [shock.onset for shock in window.scenario.shocks.values()]
    rows: list[tuple[str, str, Moment]] = []
    for name, trouble in _troubles(window, kpis):
        moments = _steps(window, trouble, min(onsets)) if onsets else _without("nothing happened")
        rows += [(name, step, moment) for step, moment in zip(STEPS, moments, strict=True)]
    return {
        "name": [name for name, _, _ in rows],
        "step": [step for _, step, _ in rows],
        "time": [moment.time for *_, moment in rows],
        "reason": [moment.reason or None for *_, moment in rows],
    }


def _troubles(window: Window, kpis: Mapping[str, Kpi]) -> Iterator[tuple[str, Trouble]]:
    """Every kind of break, in the order of the table of breaks."""
    for part in Component:
        days = stock_outs(window, part)
        count = window.per_week(times_short(window, part))
        beyond = (count > 0) & (window.ends > 0)
        yield (
            f"cover_{part.name.lower()}",
            Trouble(beyond, count, days, days, "logistics", ("stock_eta",)),
        )
    for rule in BREAKS:
        kpi = kpis[rule.kpi]
        beyond, values = weeks_beyond(window, rule, kpi)
        seen = weeks_beyond(window, rule, kpis[rule.seen_as])[0] if rule.seen_as else beyond
        yield (
            rule.name,
            Trouble(
                beyond,
                -kpi.direction * values,
                window.ends[beyond] - DAY,
                window.ends[seen] - DAY,
                kpi.area,
                rule.topics,
            ),
        )


def _steps(window: Window, trouble: Trouble, onset: float) -> list[Moment]:
    """The five steps of one break."""
    began = _first(trouble.dates, onset)
    if np.isnan(began):
        return _without("it never broke")
    detected = Moment(_first(trouble.seen, onset))
    if np.isnan(detected.time):
        detected = Moment(_NEVER, "what its owner looks at stayed within the threshold")
    known = np.flatnonzero(np.isfinite(trouble.badness) & (window.ends > began))
    calm = _calm_week(trouble.beyond[known])
    until = known[calm] if calm is not None else window.weeks
    course = known[known < until]
    worst = course[np.argmax(trouble.badness[course])]
    is_last = calm is None and worst == known[-1]
    return [
        Moment(began),
        detected,
        _told(window, trouble, detected.time),
        Moment(_NEVER, "it was worst at the end") if is_last else _sunday(window, worst),
        Moment(_NEVER, f"not {CALM} weeks in a row within the threshold before the end")
        if calm is None
        else _sunday(window, until),
    ]


def _calm_week(beyond: Bools) -> int | None:
    """The first of so many weeks in a row that are not beyond."""
    calm = (~beyond).astype(float)
    runs = np.convolve(calm, np.ones(CALM), mode="valid") if calm.size >= CALM else calm[:0]
    found = np.flatnonzero(runs == CALM)
    return int(found[0]) if found.size else None


def _told(window: Window, trouble: Trouble, since: float) -> Moment:
    """The first arrival of a message that its owner sent at ``since`` or later."""
    channels = enumerate(window.scenario.organisation.channels.values())
    open_ones = [
        (number, channel.delay)
        for number, channel in channels
        if channel.active and channel.sender == trouble.sender and channel.topic in trouble.topics
    ]
    if np.isnan(since):
        return Moment(_NEVER, "it was not detected")
    if not open_ones:
        return Moment(_NEVER, NO_CHANNEL)
    received = window.facts(MessageReceived)
    arrivals = [
        _first(received["time"][received["channel"] == number], since + delay)
        for number, delay in open_ones
    ]
    times = [time for time in arrivals if np.isfinite(time)]
    return Moment(min(times)) if times else Moment(_NEVER, "no message came before the end")


def _first(times: Floats, since: float) -> float:
    later = times[times >= since]
    return float(later.min()) if later.size else _NEVER


def _sunday(window: Window, week: int) -> Moment:
    return Moment(float(window.ends[week]) - DAY)


def _without(reason: str) -> list[Moment]:
    return [Moment(_NEVER, reason) for _ in STEPS]
