"""The table of response times: how long until a break was detected, told, contained and over.

One row per break that the shock brought in most replications (sooner than with the same luck in
the reference, or only there); each cell is the median over those in which it broke, in weeks from
the shock's beginning, with how many of them got so far where not all did. "not yet" says that most
did not before the end, "no channel" that nothing could tell.

Reference: see `orgsim.kpis.response` for what each step is.
"""

from __future__ import annotations

import math

import pandas as pd

from orgsim.kpis.response import NO_CHANNEL
from orgsim.report.story import HOURS_PER_WEEK, Story

STEPS = ("detected", "told", "contained", "recovered")
"""The steps that are shown: that it began is the table of breaks."""


def response_rows(story: Story) -> list[tuple[str, ...]]:
    """The rows, in the order of the breaks: what broke, and a cell per step."""
    if not story.windows:
        return []
    usual = story.breaks[story.breaks["earlier"] > 0.5]
    return [
        (story.break_title(name), *(_cell(story.responses, name, step) for step in STEPS))
        for name in usual["name"]
        if name in set(story.responses["name"])
    ]


def _cell(responses: pd.DataFrame, name: str, step: str) -> str:
    mine = responses[(responses["name"] == name) & (responses["step"] == step)]
    one = mine.iloc[0]
    if not one["count"] and one["reason"] == NO_CHANNEL:
        return "no channel"
    is_usual = math.isfinite(one["median"])
    middle = f"{one['median'] / HOURS_PER_WEEK:.1f}" if is_usual else "not yet"
    return middle if one["count"] in (0, one["n"]) else f"{middle} ({one['count']})"
