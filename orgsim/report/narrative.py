"""The message of a figure in words, computed from its numbers.

A sentence claims a change only when the numbers carry it: a target is beaten or missed on the
mean of the drawn weeks, a gain or loss of value only when its 95 % interval leaves out zero.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from orgsim.report.attainment import Block, Row

from orgsim.report.headline import change, money, percent
from orgsim.report.measures import NOTHING, Estimate, Floats
from orgsim.report.paradox import hurting_success
from orgsim.report.story import FEW, Story
from orgsim.report.verdicts import SIZEABLE
from orgsim.report.wording import (
    HORIZONS,
    NBSP,
    Scale,
    capital,
    compact,
    in_sentence,
    listed,
    scale_for,
    short_date,
)


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
    worths = {
        in_sentence(HORIZONS[horizon].title): worth
        for horizon in ("year", "year+CLV")
        if (worth := story.worth(horizon)).n
    }
    if not worths:
        return f"Value against {story.without}"
    if all(worth.n > 1 and worth.mean and not worth.is_sure for worth in worths.values()):
        said = f"neither {' nor '.join(worths)} is clearly higher or lower"
    else:
        said = listed([f"{name} {change(worth)}" for name, worth in worths.items()])
    alone = "in this one replication " if story.replications == 1 else ""
    return f"Against {story.without}, {alone}{said}"


def value_subtitle(story: Story) -> str:
    """Measure, period and replications."""
    if story.replications > 1:
        sample = f"paired differences on the same random draws in {story.replications} replications"
    else:
        sample = "one replication: effect and chance cannot be told apart"
    return f"{story.title}. Value after {story.weeks} weeks; {sample}."


def interval(worth: Estimate, scale: Scale, of: str = "") -> str:
    """The bounds as '95 %: −720 to −344', with what they hold ``of``, or why there are none."""
    if not np.isfinite(worth.low):
        return "no interval: one replication"
    low, high = (compact(bound * scale.factor, sign=True) for bound in (worth.low, worth.high))
    return f"95{NBSP}%{of}: {low} to {high}"


def sign_share(differences: Floats) -> str:
    """How often the scenario came out worse or better, whichever is more frequent."""
    worse, better = int((differences < 0).sum()), int((differences > 0).sum())
    if differences.size < 2 or not worse + better:
        return ""
    word, count = ("worse", worse) if worse >= better else ("better", better)
    return f"{word} in {count} of {differences.size}"


def comparison_message(stories: Sequence[Story]) -> str:
    """Which scenario leaves most and which least value, as far as one less the other shows it.

    Scenarios are ranked by what they leave, not by the difference of each from its own reference,
    which a change to the firm itself moves, too. Since best and worst are picked among several, the
    interval is one that holds for all pairs of them together (Bonferroni).
    """
    known = [(one.estimate, one.title, one.story) for one in put_beside(stories, "year+CLV")]
    known = [one for one in known if one[0].n]
    known.sort(key=lambda one: -float(one[2].value_levels("year+CLV").mean()))
    value, nothing = HORIZONS["year+CLV"].title, nothing_done(stories)
    if not known:
        return f"{value} against {nothing}"
    (most, best, first), (_, worst, last) = known[0], known[-1]
    if first is last:
        if most.n > 1 and not most.is_sure:
            return f"{best}: {in_sentence(value)} not clearly more or less than {nothing}"
        return f"{best}: {in_sentence(value)} {money(most.mean, sign=True)} against {nothing}"
    pairs = len(known) * (len(known) - 1) // 2
    found = Estimate.of(_less(first, last, "year+CLV"), level=1.0 - 0.05 / pairs)
    if found.n < 2:
        worths = [one[0].mean for one in known]
        least, largest = (money(worth, sign=True) for worth in (min(worths), max(worths)))
        return f"No clear order: {in_sentence(value)} from {least} to {largest} against {nothing}"
    of = f" for all {pairs} pairs" if pairs > 1 else ""
    between = f"({interval(found, scale_for('EUR', [found.mean]), of)})"
    if found.is_sure:
        amount = f"{money(found.mean)} more {in_sentence(value)}"
        return f"“{best}” leaves {amount} than “{worst}” {between}"
    amount = f"{in_sentence(value)} {money(found.mean, sign=True)}"
    return f"No clear order: “{best}” less “{worst}”, {amount} {between}"


class Beside(NamedTuple):
    """A scenario beside others: what it is worth, EUR, also replication by replication."""

    title: str
    story: Story
    estimate: Estimate
    differences: Floats


def put_beside(stories: Sequence[Story], horizon: str) -> list[Beside]:
    """What each is worth against its own reference.

    Where nothing happens in any of them they are firms, each its own reference: then what each
    later one is worth less the first.
    """
    titles = short_titles(stories)
    found = zip(titles, stories, strict=True)
    if not are_firms(stories):
        return [Beside(t, s, s.worth(horizon), s.value_differences(horizon)) for t, s in found]
    differences = [_less(story, stories[0], horizon) for story in stories]
    all_of_them = zip(titles, stories, map(Estimate.of, differences), differences, strict=True)
    return [Beside(*one) for one in all_of_them][1:]


def are_firms(stories: Sequence[Story]) -> bool:
    """Whether nothing happens in any of several scenarios."""
    return len(stories) > 1 and all(story.is_alone for story in stories)


def apart(first: Story, last: Story, horizon: str = "year+CLV") -> Estimate:
    """The value of one scenario less that of another, EUR, paired where both met the same luck.

    Nothing where they did not: other seeds or weeks. Levels, not differences from the reference of
    each: what both a scenario and its reference have changed would cancel.
    """
    return Estimate.of(_less(first, last, horizon))


def _less(first: Story, last: Story, horizon: str) -> Floats:
    one, other = (story.value_levels(horizon) for story in (first, last))
    if first.seed != last.seed or first.weeks != last.weeks:
        return one[:0]
    n = min(one.size, other.size)
    difference: Floats = one[:n] - other[:n]
    return difference


def nothing_done(stories: Sequence[Story]) -> str:
    """What several scenarios are put beside: their reference, or the first of several firms."""
    if are_firms(stories):
        return f"“{short_titles(stories)[0]}”"
    names = {story.without for story in stories}
    return names.pop() if len(names) == 1 else "no shock"


def full_titles(stories: Sequence[Story]) -> list[str]:
    """The titles, with the names where titles alone do not tell scenarios apart."""
    titles = [story.title for story in stories]
    if len(set(titles)) == len(titles):
        return titles
    return [f"{story.title} ({story.name})" for story in stories]


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
    bars = "" if are_firms(stories) else " Bars: each less its own reference."
    if bars and counts[-1] > 1 and len(stories) > 1:
        bars = " Title: one less the other; bars: each less its own reference."
    return f"{head + '. ' if head else ''}Value after {stories[0].weeks} weeks; {each}.{bars}"


def scorecard_message(story: Story, blocks: Sequence[Block]) -> str:
    """Which areas beat and miss their targets, and whether customers and company gain."""
    if story.replications == 1:
        return "One replication allows no verdict on targets, customers or the company"
    areas, _, others = (_sides(block.rows) for block in blocks)
    parts: list[str] = []
    for sign, verbs in ((+1, ("beats", "beat")), (-1, ("misses", "miss"))):
        if who := [area for area, side in areas.items() if side == sign]:
            its = ("its", "their") if not parts else ("its own", "theirs")
            targets = "" if parts else " targets"
            some = "" if sign > 0 or _is_all_missed(blocks[0].rows, who) else "some of "
            parts.append(f"{listed(who)} {verbs[len(who) > 1]} {some}{its[len(who) > 1]}{targets}")
    turns = []
    for sign, turn in ((+1, "better off"), (-1, "worse off")):
        who = [f"the {one}" if one == "company" else one for one, s in others.items() if s == sign]
        if who:
            turns.append(f"{listed(who)} {'is' if who == ['the company'] else 'are'} {turn}")
    turns += _earned(blocks[-1].rows)
    message = ", ".join(parts) or "no area clearly beats or misses its targets"
    if turns:
        message += f"; {' and '.join(turns)} than with {story.without}"
    elif others:
        message += f"; {story.unclear}"
    return capital(message)


def _is_all_missed(rows: Sequence[Row], who: Sequence[str]) -> bool:
    """Whether every target of these areas is surely missed."""
    marks = [row.mark for row in rows if row.whose in who]
    return all(mark.is_sure and mark.mean < 0 for mark in marks)


def _earned(rows: Sequence[Row]) -> list[str]:
    """What became of contribution where that is sure and what became of company value is not."""
    marks = {row.title: row.mark for row in rows if row.whose == "company"}
    value, earned = (marks.get(HORIZONS[name].title, NOTHING) for name in ("year+CLV", "year"))
    if value.is_sure or not earned.is_sure:
        return []
    return [f"contribution is {'higher' if earned.mean > 0 else 'lower'}"]


def _sides(rows: Sequence[Row]) -> dict[str, int]:
    """On which side each stands: 1, -1, or 0 if on none.

    By targets it is the row that surely lies farthest out; nobody is praised who may miss something
    else. Beside the reference it is where every clear row lies: who gains here and loses there is
    on no side. The company stands where its value does.
    """
    sides: dict[str, int] = {}
    for whose in dict.fromkeys(row.whose for row in rows):
        own = [row for row in rows if row.whose == whose]
        value = next((row.mark for row in own if row.title == HORIZONS["year+CLV"].title), None)
        if value is not None:
            sides[whose] = int(np.sign(value.mean)) if value.is_sure else 0
            continue
        if all(row.change.n for row in own):
            turns = {int(np.sign(row.mark.mean)) for row in own if row.is_clear}
            sides[whose] = turns.pop() if len(turns) == 1 else 0
            continue
        sizeable = [row for row in own if abs(row.mark.mean) >= SIZEABLE]
        clear = [row.mark.mean for row in sizeable if row.mark.is_sure and not row.is_missed_anyway]
        side = int(np.sign(max(clear, key=abs, default=0.0)))
        is_doubtful = side > 0 and any(row.mark.mean < 0 for row in sizeable)
        sides[whose] = 0 if is_doubtful else side
    return sides


def told_of(row: Row) -> tuple[str, str]:
    """What a row of the scorecard comes to, and its uncertainty or what is missed anyway."""
    points = " points" if row.scale.unit.startswith("%") else ""
    if row.change.n:
        mean, low, high = (
            bound * row.scale.factor for bound in (row.change.mean, row.change.low, row.change.high)
        )
        half = f"±{NBSP}{compact((high - low) / 2)}" if np.isfinite(low) else ""
        return compact(mean, sign=True), half + points
    amount = _missed(row, row.mark.mean) + points
    if row.mark.n == 1:
        return ("+" if row.mark.mean > 0 else "−") + amount, ""
    if not row.is_clear:
        return ("unclear" if abs(row.mark.mean) >= SIZEABLE else "in line"), ""
    if row.is_missed_anyway:
        return "missed anyway", ""
    verdict = "beats" if row.mark.mean > 0 else "misses"
    is_partly = row.mark.mean < 0 and row.usual <= -SIZEABLE
    return f"{verdict} by {amount}", f"{_missed(row, row.usual)} anyway" if is_partly else ""


def _missed(row: Row, share: float) -> str:
    """By how much a target is beaten or missed: in points of a share or rating, else in %."""
    if row.unit.startswith(("share", "0-", "pts")):
        amount = abs(share) * row.standard * row.scale.factor
        return f"{amount:.1f}" if amount < 100.0 else compact(amount)
    return percent(abs(share))


def scorecard_subtitle(story: Story) -> str:
    """Replications and draws, and the silo paradox where there is one."""
    if story.replications > 1:
        sample = f"mean of {story.replications} replications"
        sample += "" if story.is_alone else ", with and without on the same draws"
    else:
        sample = "one replication: effect and chance cannot be told apart"
    found = hurting_success(story)
    paradox = f" Silo paradox index {found.index_in_words}." if found and found.is_flagged else ""
    return f"{story.title}. {capital(sample)}.{paradox}"
