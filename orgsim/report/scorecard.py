"""The silo scorecard: who met the own target, and what that did to customers and company.

One column of marks for three questions (see `attainment`), each with the line it is judged by:
right of it is good. Local success beside global loss shows as marks on different sides. Where the
firm without the shock stands is a grey tick, so that what is missed anyway is seen as such.

Reference: Cleveland and McGill (1984), Graphical Perception (dots on a common scale).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import blended_transform_factory

from orgsim.report import key, narrative, style
from orgsim.report.attainment import Block, Row, blocks_of
from orgsim.report.story import Story
from orgsim.report.verdicts import TRIFLE
from orgsim.report.wording import NBSP, compact

NAME, LEVEL, STANDARD = 0.150, 0.395, 0.480
LEFT, RIGHT, TOLD = 0.503, 0.748, 0.762
EDGE = 1.0 - style.MARGIN
BOTTOM, HIGHEST = 0.065, 0.050  # the lowest row may end at; a row is at most so high
HEADING = 1.75  # height of a heading, in rows


def draw_scorecard(story: Story) -> Figure | None:
    """The scorecard of one run; None when nothing of it was measured."""
    blocks = blocks_of(story)
    rows = [row for block in blocks for row in block.rows]
    if not rows:
        return None
    figure = style.board_figure()
    edge = style.frame(
        figure,
        message=narrative.scorecard_message(story, blocks),
        subtitle=narrative.scorecard_subtitle(story),
        source=story.source,
    )
    top = key.write_key(figure, edge, _key(story, blocks)) - 0.005
    lines = len(rows) + HEADING * sum(bool(block.rows) for block in blocks)
    height = min(top - BOTTOM, lines * HIGHEST)
    axes = figure.add_axes((LEFT, top - height, RIGHT - LEFT, height))
    axes.set_axis_off()
    axes.set_xlim(-1.08, 1.08)
    axes.set_ylim(lines, 0.0)
    at = 0.0
    for block in blocks:
        at = _draw_block(axes, at, block) if block.rows else at
    return figure


def _key(story: Story, blocks: Sequence[Block]) -> list[key.Entry]:
    """The marks that occur."""
    rows = [row for block in blocks for row in block.rows]
    found = {_look(row)[1] for row in rows if row.mark.n}
    meanings = {
        "^": ("beats, better", style.GOOD),
        "v": ("misses, worse", style.BAD),
        "d": ("missed anyway", style.MUTED),
    }
    entries = [
        key.mark(meaning, marker, colour)
        for marker, (meaning, colour) in meanings.items()
        if marker in found
    ]
    if "o" in found:
        words = (
            f"unclear, or under {compact(100 * TRIFLE)}{NBSP}%"
            if story.replications > 1
            else "one replication: unclear"
        )
        entries.append(key.mark(words, "o", style.MUTED, markerfacecolor="white"))
    if any(math.isfinite(row.usual) for row in rows):
        looks = {"markersize": 13.0, "markeredgewidth": 2.5}
        entries.append(key.mark(f"{story.without}, same weeks", "|", style.REFERENCE, **looks))
    if any(math.isfinite(row.mark.low) for row in rows):
        entries.append(key.line(f"95{NBSP}% interval", style.MUTED, width=4.0))
    marks = [row.mark.mean / block.reach for block in blocks for row in block.rows]
    if beyond := [mark for mark in marks if abs(mark) > 1.0]:
        marker = "<" if min(beyond) < 0.0 else ">"
        entries.append(key.mark("beyond the scale", marker, style.MUTED))
    return entries


def _draw_block(axes: Axes, at: float, block: Block) -> float:
    """Heading and rows from height `at` on; returns where they end."""
    _head(axes, at + 0.72, block)
    first = at + HEADING
    ends = [first - 0.55, first + len(block.rows) - 0.45]
    axes.plot([0.0, 0.0], ends, color=style.INK, linewidth=1.4, zorder=1, gid="standard")
    for side in (-1.0, 1.0):
        axes.plot([side, side], ends, color="#e4e4e4", linewidth=0.8, zorder=0.5)
    before = ""
    for index, row in enumerate(block.rows):
        _write_row(axes, first + index, row, whose="" if row.whose == before else row.whose)
        _draw_mark(axes, first + index, row, block.reach)
        before = row.whose
    return first + len(block.rows)


def _write(axes: Axes, x: float, y: float, text: str, size: float = 11.0, **looks: Any) -> float:
    """Write at a share of the figure's width; returns where the words end."""
    at = blended_transform_factory(axes.figure.transFigure, axes.transData)
    found = axes.text(x, y, text, transform=at, fontsize=size, va="center", **looks)
    return float(found.get_window_extent().x1 / axes.figure.bbox.width)


def _head(axes: Axes, height: float, block: Block) -> None:
    """The question, what rows are judged by, and what either end of the scale means."""
    _write(axes, style.MARGIN, height, block.question, 12.5, weight="bold")
    _write(axes, STANDARD, height, block.standard, 10.5, color=style.MUTED, ha="right")
    worse, better = (f"{side} by {compact(100 * block.reach)}{NBSP}%" for side in block.sides)
    _write(axes, LEFT, height, f"◀ {worse}", 10.5, color=style.BAD)
    _write(axes, RIGHT, height, f"{better} ▶", 10.5, color=style.GOOD, ha="right")
    line = blended_transform_factory(axes.figure.transFigure, axes.transData)
    rule = axes.plot([style.MARGIN, EDGE], [height + 0.5] * 2, transform=line, clip_on=False)[0]
    rule.set(color=style.REFERENCE, linewidth=0.8)


def _draw_mark(axes: Axes, height: float, row: Row, reach: float) -> None:
    """The mark, its interval, and the way to it from the reference or from the standard."""
    if not math.isfinite(row.mark.mean):
        return
    colour, marker = _look(row)
    places = np.array([row.mark.mean, row.usual, row.mark.low, row.mark.high]) / reach
    x, usual, *bounds = np.clip(places, -1.0, 1.0)
    begin = usual if math.isfinite(usual) else 0.0
    axes.plot([begin, x], [height] * 2, color=colour, linewidth=1.4, alpha=0.7)
    if math.isfinite(usual):
        tick = axes.plot([usual], [height], "|", color=style.REFERENCE, gid="reference")[0]
        tick.set(markersize=13.0, markeredgewidth=2.5)
    if math.isfinite(row.mark.low):
        axes.plot(bounds, [height] * 2, color=colour, linewidth=4, alpha=0.55, gid="interval")
    mark = axes.plot([x], [height], marker, color=colour, zorder=4, gid="scenario")[0]
    mark.set(markersize=9.5, markerfacecolor="white" if marker == "o" else colour)
    if abs(places[0]) > 1.0:
        mark.set_marker(">" if x > 0 else "<")


def _look(row: Row) -> tuple[str, str]:
    """Colour and marker: good, bad, missed anyway, or not sure."""
    if not row.is_clear:
        return style.MUTED, "o"
    if row.mark.mean > 0:
        return style.GOOD, "^"
    return (style.MUTED, "d") if row.is_missed_anyway else (style.BAD, "v")


def _write_row(axes: Axes, height: float, row: Row, *, whose: str) -> None:
    scale = row.scale
    share = f"{NBSP}%" if scale.unit.startswith("%") else ""
    unit = scale.unit.removeprefix("%").strip()
    _write(axes, style.MARGIN, height, whose.upper(), 9.5, color=style.MUTED)
    _write(axes, NAME, height, row.title + (f" ({unit})" if unit else ""))
    level, standard = (compact(v * scale.factor) + share for v in (row.level.mean, row.standard))
    _write(axes, LEVEL, height, level, weight="bold", ha="right")
    _write(axes, STANDARD, height, standard, color=style.MUTED, ha="right")
    told, more = narrative.told_of(row)
    end = _write(axes, TOLD, height, told, weight="bold", color=_look(row)[0])
    _write(axes, end + 0.006, height, more, 10.0, color=style.MUTED)
