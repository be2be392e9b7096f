"""Success that hurts: an area beats its own target, and customers and company pay for it.

What it is for: the pattern of the silo, found in any run and told in one sentence, or not at all.
It is there only if all three stand beyond chance, each by its 95 % interval:

1. an area beats a target of its own in the weeks of what the firm itself decided, as a campaign or
   a promotion (all weeks, if there is no shock), by a sizeable share, and is better by it than in
   the same weeks of the reference: what is beaten anyway was not brought about, and what a pandemic
   or talk brings is nobody's success;
2. over the whole run customers are worse off than in the reference: in NPS, satisfaction or churn;
3. so is the company, by its value.

Where it is found and there was a campaign, the silo paradox index says how much (MODEL s.9); it is
flagged where index and niche NPS both lie beyond their thresholds with their whole intervals.

Assumed: nothing is said of one replication. Where something came from outside as well, its part of
the loss cannot be told apart: the sentence says so, and there is no index. Where the scenario
differs from its reference by nothing, all differences are exactly 0 and the pattern cannot be
found; where it differs, three independent chances of 1 in 40 would have to meet.

Reference: MODEL s.9, s.12; Kerr (1975), Academy of Management Journal 18(4) (rewarding A).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from orgsim.analysis.paradox import FLAGGED_FROM, paradox_index
from orgsim.report.headline import percent
from orgsim.report.measures import NOTHING, Estimate, Floats, estimate
from orgsim.report.story import REFERENCE, SCENARIO, KpiNote, Story
from orgsim.report.verdicts import AREAS, JUDGED_BY_EFFECT, SIZEABLE, TRIFLE, Line, whole_run, worth
from orgsim.report.wording import HORIZONS, NBSP, compact, in_sentence, listed, plain

DEMAND = ("leads", "bookings")
"""The numbers that marketing and sales are judged by in the index."""

CUSTOMERS = ("nps", "satisfaction", "churn")
"""The customers' numbers that are named, the first that fell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Success:
    """An area's own number, and by what share it beats its target."""

    area: str
    kpi: str
    title: str
    excess: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class HurtingSuccess:
    """The pattern: who succeeded, which customers' number and which value fell, and the index."""

    successes: tuple[Success, ...]
    customers: Line
    company: Line
    index: Estimate
    is_flagged: bool

    @property
    def index_in_words(self) -> str:
        """The silo paradox index with its interval."""
        return _with_interval(self.index)


def hurting_success(story: Story) -> HurtingSuccess | None:
    """The pattern, if the run shows it beyond chance."""
    successes = tuple(_successes(story))
    customers = next(_worse(_customers(story)), None)
    company = next(_worse(line for line in worth(story) if line.name == "year+CLV"), None)
    if not successes or customers is None or company is None:
        return None
    index = paradox(story)
    return HurtingSuccess(
        successes=successes,
        customers=customers,
        company=company,
        index=index,
        is_flagged=index.low > FLAGGED_FROM and _niche_nps(story).high < 0.0,
    )


def paradox(story: Story) -> Estimate:
    """The silo paradox index; nothing where not a campaign alone, a target and pairs are there."""
    attained = [_attained(story, kpi) for kpi in DEMAND]
    change, spend = story.value_differences("year+CLV"), story.campaign_spend
    if (
        not spend.any()
        or _from_outside(story)
        or any(one.size != change.size for one in (*attained, spend))
    ):
        return NOTHING
    return Estimate.of(paradox_index(attained, change, spend))


def in_words(found: HurtingSuccess, story: Story) -> str:
    """One plain sentence: whose success, whose loss, each with its interval."""
    beaten = [_beaten(one, is_first=one is found.successes[0]) for one in found.successes]
    lost = f"{_fall(found.customers)} and {_fall(found.company)}"
    text = f"Success that hurts: {listed(beaten)}, but against {story.without} {lost}"
    if found.is_flagged:
        index, nps = found.index_in_words, _with_interval(_niche_nps(story))
        text += f". Silo paradox index {index}; net promoter score of the niche {nps}"
    if others := _from_outside(story):
        text += f". Part of the loss may be the doing of {listed(others)}"
    return f"{text}. In brackets: 95{NBSP}% intervals."


def _from_outside(story: Story) -> list[str]:
    """What happened that the firm did not decide."""
    return [window.name for window in story.windows if not window.by]


def _beaten(one: Success, *, is_first: bool) -> str:
    """'marketing beats its target (leads, by 109 % to 119 %)'."""
    what = "beats its target" if is_first else "its own"
    low, high = percent(one.excess.low), percent(one.excess.high)
    return f"{one.area} {what} ({in_sentence(one.title)}, by {low} to {high})"


def _fall(line: Line) -> str:
    """'net promoter score of all customers is 1.4 pts less (1.2 to 1.5)'."""
    found = line.difference
    ends = sorted((abs(found.low), abs(found.high)))
    amount, low, high = (line.shown(one) for one in (abs(found.mean), *ends))
    unit = {"0-10": "points", "0-1": ""}.get(line.unit, line.scale.unit)
    whose = "" if line.name in HORIZONS else f" of {line.segment} customers"
    turn = "less" if found.mean < 0 else "more"
    size = f"{amount}{NBSP}{unit}" if unit else amount
    return f"{in_sentence(plain(line.title))}{whose} is {size} {turn} ({low} to {high})"


def _with_interval(found: Estimate) -> str:
    mean, low, high = (compact(one) for one in (found.mean, found.low, found.high))
    return f"{mean} ({low} to {high})"


def _successes(story: Story) -> Iterable[Success]:
    """The best number of each area that beat its target by what the firm decided."""
    best: dict[str, Success] = {}
    for note in story.kpis.values():
        if note.area in JUDGED_BY_EFFECT or not note.direction or not story.target(note.name):
            continue
        excess = Estimate.of(note.direction * _attained(story, note.name))
        is_beaten = excess.low > 0.0 and excess.mean >= SIZEABLE
        if is_beaten and _is_brought_about(story, note):
            rival = best.get(note.area)
            if rival is None or excess.mean > rival.excess.mean:
                best[note.area] = Success(
                    area=note.area, kpi=note.name, title=plain(note.title), excess=excess
                )
    return sorted(best.values(), key=lambda one: AREAS.index(one.area))


def _attained(story: Story, kpi: str, variant: str = SCENARIO) -> Floats:
    """By what share each replication's mean of the decided weeks lies above the target."""
    course, target = story.course(kpi, ("all",), variant), story.target(kpi)
    if course is None or not target or not story.decided.any():
        return np.empty(0)
    chosen = course.values[story.decided]
    is_there = np.isfinite(chosen).any(axis=0)
    return np.asarray(np.nanmean(chosen[:, is_there], axis=0) / target - 1.0)


def _is_brought_about(story: Story, note: KpiNote) -> bool:
    """Whether the number is surely better than in the same weeks of the reference."""
    own, other = (_attained(story, note.name, variant) for variant in (SCENARIO, REFERENCE))
    if own.size != other.size:
        return False
    return bool(Estimate.of(note.direction * (own - other)).low > 0.0)


def _customers(story: Story) -> Iterable[Line]:
    """The customers' numbers, of all of them and of the base."""
    for segment in ("all", "base"):
        for name in CUSTOMERS:
            note = story.kpis.get(name)
            if note is not None and note.direction:
                yield whole_run(story, note, segment)


def _worse(lines: Iterable[Line]) -> Iterator[Line]:
    """Those that are surely worse than in the reference, and by more than a trifle."""
    for line in lines:
        found = line.difference
        is_worse = found.n > 1 and found.is_sure and found.mean * line.direction < 0
        if is_worse and abs(found.mean) >= TRIFLE * abs(line.reference.mean):
            yield line


def _niche_nps(story: Story) -> Estimate:
    frame = story.summary
    return estimate(frame[(frame["kpi"] == "nps") & (frame["segment"] == "niche")], SCENARIO)
