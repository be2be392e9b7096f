"""The message of a figure in words, computed from its numbers.

A sentence claims a change only when the numbers carry it: a target is beaten or missed on the
mean of the drawn weeks, a gain or loss of value only when its 95 % interval leaves out zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from orgsim.report.attainment import Entry

from orgsim.report.headline import SIZEABLE, money
from orgsim.report.measures import Estimate, Floats
from orgsim.report.story import Story
from orgsim.report.wording import NBSP, Scale, capital, compact, listed, short_date

OUTCOMES = {"customers": "customers", "company": "the company"}
FEW = 5
"""Below so many replications a band would be an invention: each is drawn."""


def cascade_subtitle(story: Story) -> str:
    """Measure, period, replications and what the band or the thin lines are."""
    end = story.day(max(story.weeks - 1, 0) + 6 / 7)
    period = f"{short_date(story.start)} {story.start.year} – {short_date(end)} {end.year}"
    n = story.replications
    if n == 1:
        sample = "one replication: effect and chance cannot be told apart"
    elif n < FEW:
        sample = f"weekly mean (thick) and each of {n} replications (thin)"
    else:
        sample = f"weekly mean of {n} replications, band: the middle 80{NBSP}% of them"
    return f"{story.title}. {period}; {sample}."


def value_message(story: Story) -> str:
    """What the scenario costs or earns against doing nothing, in the year and beyond."""
    year, beyond = story.worth("year"), story.worth("year+CLV")
    if story.replications < 2:
        amount = money(beyond.mean if beyond.n else year.mean, sign=True)
        return f"{amount} against {story.without} in one replication: effect or chance, unknown"
    clauses = []
    if year.n:
        clauses.append(f"{_change(year)} in {story.span}")
    if beyond.n:
        clauses.append(f"{_change(beyond)} with residual CLV")
    if not clauses:
        return f"Value against {story.without}"
    if year.n and beyond.n and _turn(year) == _turn(beyond):
        clauses[1] = clauses[1].removeprefix(_verb(year) + " ") if _turn(year) else "beyond it"
    glue = " and " if len(clauses) == 1 or _turn(year) == _turn(beyond) else " but "
    return f"Against {story.without}, the company " + glue.join(clauses)


def _turn(worth: Estimate) -> int:
    return int(np.sign(worth.mean)) if worth.is_sure else 0


def _verb(worth: Estimate) -> str:
    return {1: "gains", -1: "loses"}.get(_turn(worth), "neither clearly gains nor loses")


def _change(worth: Estimate) -> str:
    return f"{_verb(worth)} {money(abs(worth.mean))}" if _turn(worth) else _verb(worth)


def value_subtitle(story: Story) -> str:
    """Measure, period, replications and what bars, lines and dots are."""
    sample = (
        f"paired differences on the same random draws, mean of {story.replications} replications "
        "with 95 % interval; dots: single replications; grey: sign not sure"
        if story.replications > 1
        else "one replication, hence no interval"
    )
    return f"{story.title}. Value after {story.weeks} weeks; {sample}."


def interval(worth: Estimate, scale: Scale) -> str:
    """The bounds as '[−720, −344]', or why there are none."""
    if not np.isfinite(worth.low):
        return "no interval: one replication"
    low, high = (compact(bound * scale.factor, sign=True) for bound in (worth.low, worth.high))
    return f"95{NBSP}%: {low} to {high}"


def sign_share(differences: Floats) -> str:
    """How often the scenario came out worse or better, whichever is more frequent."""
    worse, better = int((differences < 0).sum()), int((differences > 0).sum())
    if differences.size < 2 or not worse + better:
        return ""
    word, count = ("worse", worse) if worse >= better else ("better", better)
    return f"{word} in {count} of {differences.size}"


def comparison_message(stories: Sequence[Story]) -> str:
    """Which scenario is worth most and least against doing nothing, as far as it is sure."""
    known = [(story.worth("year+CLV"), story) for story in stories]
    known = [(worth, story) for worth, story in known if worth.n]
    if not known:
        return "What each scenario is worth"
    best, worst = max(known, key=_by_mean), min(known, key=_by_mean)
    if best[1] is worst[1]:
        return f"{best[1].title}: {money(best[0].mean, sign=True)} against {best[1].without}"
    said = f"“{best[1].title}” is worth {_against(best[0])} {best[1].without}"
    return f"{said}, “{worst[1].title}” {_against(worst[0])} that"


def _against(worth: Estimate) -> str:
    if not worth.is_sure:
        return "not clearly more or less than"
    return f"{money(abs(worth.mean))} {'more' if worth.mean > 0 else 'less'} than"


def _by_mean(known: tuple[Estimate, Story]) -> float:
    return known[0].mean


def comparison_subtitle(stories: Sequence[Story]) -> str:
    """What is compared, with which replications and intervals."""
    counts = sorted({story.replications for story in stories})
    sample = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    return (
        f"Value of each scenario against the same firm with {stories[0].without}, same random "
        f"draws; mean of {sample} replications each with 95 % interval; dots: single replications."
    )


def scorecard_message(story: Story, rows: Sequence[Entry]) -> str:
    """Which own targets are beaten and missed most, and whether customers and company gain."""
    parts = []
    for sign, verb in ((+1, "beaten"), (-1, "missed")):
        names = _attained(rows, sign)
        if names:
            parts.append(f"{verb} in {listed(names)}")
    message = "Targets are " + " and ".join(parts) if parts else "No target is beaten or missed"
    turns = [
        f"{listed(who)} {turn}"
        for sign, turn in ((+1, "better off"), (-1, "worse off"))
        if (who := _affected(rows, sign))
    ]
    if not turns:
        return f"{message}; no clear difference to {story.without}"
    return f"{message}; {' and '.join(turns)} than with {story.without}"


def _attained(rows: Sequence[Entry], sign: int) -> list[str]:
    """The two KPIs that are surely and most on that side of their area's target.

    Judged while the shock was on: that is when an area reports its success.
    """
    areas = [row for row in rows if row.area not in OUTCOMES]
    found = [(row.attainment(row.during), row.note.title) for row in areas]
    sure = [(one.mean * sign, title) for one, title in found if one.is_sure]
    most = sorted((one for one in sure if one[0] >= SIZEABLE), key=lambda one: -one[0])[:2]
    return [_lower(title) for _, title in most]


def _lower(title: str) -> str:
    """A title inside a sentence, without its abbreviation; capitals such as OTIF stay."""
    title = title.split(" (")[0]
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def _affected(rows: Sequence[Entry], sign: int) -> list[str]:
    """Of customers and company, those with more sure and sizeable changes to that side."""
    found = []
    for area, name in OUTCOMES.items():
        effects = [row.effect for row in rows if row.area == area and row.effect.is_sure]
        turns = [np.sign(one.mean) for one in effects if abs(one.mean) >= SIZEABLE]
        if sum(turns) * sign > 0:
            found.append(name)
    return found


def scorecard_subtitle(story: Story) -> str:
    """Period, replications and what dots, lines and ticks are."""
    sample = (
        f"mean of {story.replications} replications, line: 95 % interval, hollow: not sure"
        if story.replications > 1
        else "one replication, hence no intervals and nothing is sure"
    )
    return (
        f"{story.title}. {capital(sample)}; grey tick: {story.without}, same random draws. "
        "Right is better, also where less is more."
    )
