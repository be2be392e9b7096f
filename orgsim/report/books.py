"""Who gains by the own books, and what the company is left with (MODEL s.7).

Each row is the paired difference to the same firm without the shock, in EUR over the measured
time: of each area as its own books tell it, of what no area answers for, and of their sum, the
company's contribution. Sound local books beside a loss in the last row are the silo.

Reference: Few, Show Me the Numbers (2nd ed., 2012), on parts that add up.
"""

from __future__ import annotations

from typing import NamedTuple

from orgsim.report.headline import change, money
from orgsim.report.measures import Estimate, Floats
from orgsim.report.story import REFERENCE, Story
from orgsim.report.wording import listed

UNANSWERED = "goods, repeat orders, internal prices"
"""What no area's own books hold."""

NOTES = {
    "books_marketing": ("Marketing", "leads at their internal value, less spend"),
    "books_sales": ("Sales", "first orders booked, less commission and pay"),
    "books_logistics": ("Logistics", "less picking, carriage, holding, penalties"),
    "books_support": ("Support", "less the agents' pay"),
    "books_centre": ("Nobody", f"answers for {UNANSWERED}"),
    "contribution": ("The company", "contribution: the sum of the above"),
}
"""The rows in which the parts add up, and what each consists of."""


class BookRow(NamedTuple):
    """Whose books, what they consist of, and what they differ by in EUR."""

    name: str
    note: str
    estimate: Estimate
    differences: Floats


def book_rows(story: Story) -> list[BookRow]:
    """What each area's books, and the company's, differ by; empty without a reference."""
    if story.is_alone:
        return []
    rows = []
    for kpi, (name, note) in NOTES.items():
        own, other = (story.course(kpi, ["all"], *variant) for variant in ((), (REFERENCE,)))
        apart = own.minus(other) if own is not None and other is not None else None
        if apart is None:
            return []
        differences = apart.values.sum(axis=0)
        rows.append(BookRow(name, note, Estimate.of(differences), differences))
    return rows


def books_message(story: Story, rows: list[BookRow]) -> str:
    """Who gains and who loses by the own books, beside what the company is left with."""
    *areas, _, company = rows
    if company.estimate.n == 1:
        return f"Each by its own books against {story.without}, in this one replication"
    turns = ((row.name, row.estimate) for row in areas if row.estimate.is_sure)
    told = [
        f"{name} {'gains' if found.mean > 0 else 'loses'} {money(abs(found.mean))}"
        for name, found in turns
    ]
    said = listed(told) or "no area clearly gains or loses"
    return f"By their own books {said}; the company's contribution {change(company.estimate)}"


def rest_message(rows: list[BookRow]) -> str:
    """What is left of the company's difference when each area has told its own."""
    return f"What nobody answers for ({UNANSWERED}) {change(rows[-2].estimate)}"
