"""The message of a figure in words, computed from its numbers.

A sentence claims a change only when the numbers carry it: a target is beaten or missed on the
mean of the drawn weeks, a gain or loss of value only when its 95 % interval leaves out zero.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from orgsim.report.attainment import Entry

from orgsim.report.headline import SIZEABLE, money
from orgsim.report.measures import NOTHING, Estimate, Floats
from orgsim.report.story import Story
from orgsim.report.wording import HORIZONS, NBSP, Scale, capital, compact, listed, short_date

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
    clauses = [
        _lower(HORIZONS[horizon].title) + f" {_change(worth)}"
        for horizon in ("year", "year+CLV")
        if (worth := story.worth(horizon)).n
    ]
    if not clauses:
        return f"Value against {story.without}"
    alone = "in this one replication " if story.replications == 1 else ""
    return f"Against {story.without}, {alone}{listed(clauses)}"


def _change(worth: Estimate) -> str:
    """How a value stands against the reference; of one replication, whether or not by chance."""
    if worth.mean == 0.0 and not worth.is_sure:
        return "is the same"
    if worth.n > 1 and not worth.is_sure:
        return "is not clearly higher or lower"
    return f"is {money(abs(worth.mean))} {'higher' if worth.mean > 0 else 'lower'}"


def value_subtitle(story: Story) -> str:
    """Measure, period and replications."""
    if story.replications > 1:
        sample = f"paired differences on the same random draws in {story.replications} replications"
    else:
        sample = "one replication: effect and chance cannot be told apart"
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
    """Which scenario is worth most and least against doing nothing, as far as that is sure."""
    found = zip(short_titles(stories), stories, strict=True)
    known = [(story.worth("year+CLV"), title, story) for title, story in found]
    known = sorted((one for one in known if one[0].n), key=lambda one: -one[0].mean)
    value, nothing = HORIZONS["year+CLV"].title, nothing_done(stories)
    if not known:
        return f"{value} against {nothing}"
    (most, best, first), (least, worst, last) = known[0], known[-1]
    amounts = [money(worth.mean, sign=True) for worth in (most, least)]
    if first is last:
        return f"{best}: {_lower(value)} {amounts[0]} against {nothing}"
    if _apart(first, last).is_sure:
        said = f"“{best}” leaves more {_lower(value)} than “{worst}”"
        return f"{said}: {amounts[0]} and {amounts[1]} against {nothing}"
    return f"No clear order: {_lower(value)} from {amounts[1]} to {amounts[0]} against {nothing}"


def _apart(first: Story, last: Story) -> Estimate:
    """The difference between two scenarios, paired where they met the same luck."""
    one, other = (story.value_differences("year+CLV") for story in (first, last))
    if first.seed != last.seed or first.weeks != last.weeks:
        return NOTHING
    n = min(one.size, other.size)
    return Estimate.of(one[:n] - other[:n])


def nothing_done(stories: Sequence[Story]) -> str:
    """What the reference of several scenarios is called."""
    names = {story.without for story in stories}
    return names.pop() if len(names) == 1 else "no shock"


def short_titles(stories: Sequence[Story]) -> list[str]:
    """Titles without what stands before the first comma or colon, where that is the same in all."""
    titles = [story.title for story in stories]
    cuts = [match.end() if (match := _HEAD.match(title)) else 0 for title in titles]
    heads = {title[:cut] for title, cut in zip(titles, cuts, strict=True)}
    if len(titles) < 2 or len(heads) > 1:
        return titles
    return [capital(title[cut:]) for title, cut in zip(titles, cuts, strict=True)]


_HEAD = re.compile(r"[^,:]+[,:] (?=\S)")


def comparison_subtitle(stories: Sequence[Story]) -> str:
    """What is compared, with which replications and intervals."""
    counts = sorted({story.replications for story in stories})
    sample = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    each = "one replication each: effect and chance cannot be told apart"
    if counts[-1] > 1:
        each = f"paired differences on the same random draws in {sample} replications each"
    titles, short = [story.title for story in stories], short_titles(stories)
    head = titles[0].removesuffix(short[0][1:])[:-1].rstrip(" ,:") if titles != short else ""
    return f"{head + '. ' if head else ''}Value after {stories[0].weeks} weeks; {each}."


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
