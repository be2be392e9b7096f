"""The table of response times: how long until a break was seen, told, contained and over.

One row per break that the shock brought in most replications; each cell is the median over the
replications that got there, in weeks from the shock's beginning, with their number where it is not
all of them. "never" says that none did, "no channel" that nothing could tell of it.

Reference: see `orgsim.kpis.response` for what each step is.
"""

from __future__ import annotations

import pandas as pd

from orgsim.kpis.response import NO_CHANNEL
from orgsim.report.story import HOURS_PER_WEEK, Story

HEADINGS = {
    "detected": "seen",
    "told": "told",
    "contained": "worst",
    "recovered": "recovered",
}
"""Step and what it is called; that it began is the table of breaks."""


def response_rows(story: Story) -> list[tuple[str, ...]]:
    """The rows, in the order of the breaks: what broke, and a cell per step."""
    if not story.windows:
        return []
    usual = story.breaks[story.breaks["share"] > 0.5]
    return [
        (story.break_title(name), *(_cell(story.responses, name, step) for step in HEADINGS))
        for name in usual["name"]
        if name in set(story.responses["name"])
    ]


def _cell(responses: pd.DataFrame, name: str, step: str) -> str:
    mine = responses[(responses["name"] == name) & (responses["step"] == step)]
    one = mine.iloc[0]
    if not one["count"]:
        return "no channel" if one["reason"] == NO_CHANNEL else "never"
    weeks = f"{one['median'] / HOURS_PER_WEEK:.1f}"
    return weeks if one["count"] == one["n"] else f"{weeks} ({one['count']})"
