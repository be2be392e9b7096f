"""What customers live through and do, as facts: see `facts`."""

from __future__ import annotations

from typing import NamedTuple

from orgsim.entities import Occasion, Reaction, Segment, Source


class EpisodeLived(NamedTuple):
    """What a customer lived through and made of it.

    ``satisfaction`` is the episode's own, ``cumulative`` and ``trust`` the state after it;
    ``broken`` says that the headline (speed) fell short of the expectation by more than 0.1;
    ``answered`` that the customer answered the transactional survey.
    """

    time: float
    customer: int
    segment: Segment
    occasion: Occasion
    satisfaction: float
    cumulative: float
    trust: float
    broken: bool
    answered: bool


class CustomerReacted(NamedTuple):
    """A customer answered a failed episode: by voice, by leaving at once, or by silence."""

    time: float
    customer: int
    segment: Segment
    occasion: Occasion
    reaction: Reaction


class ComplaintClosed(NamedTuple):
    """A complaint was solved or given up, ``waited`` hours after the first contact about it.

    ``recovered`` says that it was solved in time, so that part of the damage was made good.
    """

    time: float
    customer: int
    nth: int
    segment: Segment
    waited: float
    recovered: bool


class CustomerJoined(NamedTuple):
    """A lead became a customer."""

    time: float
    customer: int
    segment: Segment
    source: Source


class CustomerLeft(NamedTuple):
    """A customer left for good."""

    time: float
    customer: int
    segment: Segment
    source: Source


class ExperienceTold(NamedTuple):
    """A customer talked about us."""

    time: float
    customer: int
    segment: Segment
    positive: bool


class SurveyAnswered(NamedTuple):
    """A customer said how likely a recommendation is (LTR, 0 to 10)."""

    time: float
    customer: int
    segment: Segment
    likelihood: int


class VariantSwitched(NamedTuple):
    """A customer of another offer bought that of ``segment`` instead, and stays with it."""

    time: float
    customer: int
    segment: Segment


class GroupCounted(NamedTuple):
    """At a week's end: the active customers of one segment and source, and their means.

    ``leaving`` and ``ordering`` are expected per customer and day, given what each remembers.
    """

    time: float
    segment: Segment
    source: Source
    active: int
    satisfaction: float
    trust: float
    leaving: float
    ordering: float
