"""The silo scorecard: who met the own target, and what that did to customers and company.

Three columns of dots: every area against the target it has set itself, while the shock was on and
over all weeks; then the same firm, same draws, without the shock. All are turned so that right is
good, so local success beside global loss shows as dots on different sides. Numbers stand beside.

Reference: Cleveland and McGill (1984), Graphical Perception (dots on a common scale).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import blended_transform_factory

from orgsim.report import narrative, style
from orgsim.report.attainment import Entry, entries, turned
from orgsim.report.measures import Estimate
from orgsim.report.story import Story
from orgsim.report.wording import NBSP, compact, short_date

NAME, SHOWN, TARGET, CHANGE, BOUNDS = 0.118, 0.337, 0.387, 0.893, 0.965
LEFT, RIGHT, GAP, BOTTOM, HEIGHT = 0.4, 0.837, 0.02, 0.085, 0.625
Column = tuple[str, list[Estimate], list[Estimate]]
STEPS = (0.1, 0.25, 0.5, 1.0)


def draw_scorecard(story: Story) -> Figure | None:
    """The scorecard of one run; None when no KPI of it was measured."""
    rows = entries(story)
    if not rows:
        return None
    figure = style.board_figure()
    style.frame(
        figure,
        message=narrative.scorecard_message(story, rows),
        subtitle=narrative.scorecard_subtitle(story),
        source=story.source,
    )
    heights = _heights(rows)
    columns = _columns(story, rows)
    reach = _reach([dot for _, dots, _ in columns for dot in dots])
    width = (RIGHT - LEFT + GAP) / len(columns)
    for number, (heading, dots, ticks) in enumerate(columns):
        axes = figure.add_axes((LEFT + number * width, BOTTOM, width - GAP, HEIGHT))
        axes.set_ylim(heights[-1] + 0.8, -0.8)
        _prepare(axes, heading, reach)
        _draw_dots(axes, heights, dots, ticks, reach)
    axes = figure.axes[-1]
    for row, height in zip(rows, heights, strict=True):
        _write_row(axes, height, row)
    _head_columns(axes)
    _name_areas(axes, rows, heights)
    return figure


def _columns(story: Story, rows: Sequence[Entry]) -> list[Column]:
    """Heading, dots and grey ticks of each column; without a shock there is no 'while it is on'."""
    weeks = f"all {story.weeks} weeks"
    columns: list[Column] = []
    if not story.touched.all():
        touched = np.flatnonzero(story.touched)
        when = f"{touched.size} weeks from {short_date(story.day(float(touched[0])))}"
        during = [row.attainment(row.during) for row in rows]
        columns.append((f"against own target,\n{when}", during, []))
    whole = [row.attainment(row.scenario) for row in rows]
    without = [row.attainment(row.reference) for row in rows]
    columns.append((f"against own target,\n{weeks}", whole, without))
    effect = [row.effect for row in rows]
    if any(found.n for found in effect):
        columns.append((f"against {story.without},\n{weeks}", effect, []))
    return columns


def _heights(rows: Sequence[Entry]) -> list[float]:
    """Row positions with half a row of air between areas."""
    heights, at = [], 0.0
    for index, row in enumerate(rows):
        if index:
            at += 1.0 if row.area == rows[index - 1].area else 1.6
        heights.append(at)
    return heights


def _reach(found: Sequence[Estimate]) -> float:
    """Where the axis ends: most dots lie inside, the few beyond become arrows with a number."""
    sizes = np.abs([one.mean for one in found if math.isfinite(one.mean)] or [0.0])
    most = 1.1 * float(np.quantile(sizes, 0.85))
    return next((step for step in STEPS if most <= step), STEPS[-1])


def _prepare(axes: Axes, heading: str, reach: float) -> None:
    axes.set_xlim(-1.12 * reach, 1.12 * reach)
    axes.set_yticks([])
    axes.grid(visible=False)
    axes.grid(visible=True, axis="x")
    axes.set_facecolor("none")
    ends = (-reach, 0.0, reach)
    axes.set_xticks(ends, [compact(100.0 * end, sign=True) + f"{NBSP}%" for end in ends])
    first, *_, last = axes.get_xticklabels()  # turned inwards: columns stand close to each other
    first.set_horizontalalignment("left")
    last.set_horizontalalignment("right")
    axes.axvline(0.0, color=style.INK, linewidth=1.4, zorder=1)
    axes.spines["bottom"].set_visible(False)

    def write(x: float, y: float, text: str, align: str, colour: str, weight: str) -> None:
        axes.text(
            x, y, text, transform=axes.transAxes, fontsize=10, ha=align, color=colour, weight=weight
        )

    write(0.5, 1.062, heading, "center", style.INK, "bold")
    write(0.02, 1.015, "◀ worse", "left", style.BAD, "normal")
    write(0.98, 1.015, "better ▶", "right", style.GOOD, "normal")


def _draw_dots(
    axes: Axes,
    heights: Sequence[float],
    dots: Sequence[Estimate],
    ticks: Sequence[Estimate],
    reach: float,
) -> None:
    for height, found in zip(heights, ticks, strict=False):
        if abs(found.mean) <= reach:
            axes.plot(
                [found.mean],
                [height],
                "|",
                color=style.REFERENCE,
                markersize=13,
                markeredgewidth=2.5,
                gid="reference",
            )
    for height, found in zip(heights, dots, strict=True):
        if math.isfinite(found.mean):
            _draw_dot(axes, height, found, reach)


def _draw_dot(axes: Axes, height: float, found: Estimate, reach: float) -> None:
    x = float(np.clip(found.mean, -reach, reach))
    colour, marker = _verdict(found)
    if math.isfinite(found.low):
        bounds = np.clip([found.low, found.high], -reach, reach)
        axes.plot(bounds, [height, height], color=colour, linewidth=3, gid="interval")
    axes.plot([0.0, x], [height, height], color=colour, linewidth=1.2, alpha=0.6)
    is_beyond = abs(found.mean) > reach
    axes.plot(
        [x],
        [height],
        (">" if x > 0 else "<") if is_beyond else marker,
        color=colour,
        markersize=9,
        markerfacecolor=colour if found.is_sure else "white",
        zorder=4,
        gid="scenario",
    )
    if is_beyond and abs(found.mean) < 10.0:  # a multiple of next to nothing says nothing
        side = -1 if x > 0 else 1
        text = axes.annotate(
            compact(100.0 * found.mean, sign=True) + f"{NBSP}%",
            (x, height),
            (side * 8, 0),
            textcoords="offset points",
            fontsize=9.5,
            color=colour,
            va="center",
            ha="right" if side < 0 else "left",
        )
        text.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 0.8})


def _verdict(found: Estimate) -> tuple[str, str]:
    if not found.is_sure:
        return style.MUTED, "o"
    return (style.GOOD, "^") if found.mean > 0 else (style.BAD, "v")


def _write_row(axes: Axes, height: float, row: Entry) -> None:
    at = blended_transform_factory(axes.figure.transFigure, axes.transData)
    scale = row.scale
    unit = f"{NBSP}%" if scale.unit.startswith("%") else ""

    def write(x: float, text: str, colour: str, weight: str = "normal") -> None:
        axes.text(
            x,
            height,
            text,
            transform=at,
            fontsize=10.5,
            color=colour,
            weight=weight,
            ha="right",
            va="center",
        )

    name = axes.text(NAME, height, "", transform=at, fontsize=10.5, va="center")
    name.set_text(style.wrap(name, row.title, SHOWN - NAME - 0.05, lines=1))
    write(SHOWN, compact(row.scenario.mean * scale.factor) + unit, style.INK, "bold")
    if row.target is not None:
        write(TARGET, compact(row.target * scale.factor) + unit, style.MUTED)
    change = row.difference
    if not change.n:
        return
    colour, _ = _verdict(turned(change, 1.0, 0.0, row.note.direction))
    write(CHANGE, compact(change.mean * scale.factor, sign=True), colour, "bold")
    if math.isfinite(change.low):
        half = (change.high - change.low) / 2 * scale.factor
        write(BOUNDS, f"±{NBSP}{compact(half)}", style.MUTED)


def _head_columns(axes: Axes) -> None:
    at = blended_transform_factory(axes.figure.transFigure, axes.transAxes)
    heads = ((SHOWN, "mean"), (TARGET, "target"), (CHANGE, "change"), (BOUNDS, f"95{NBSP}%"))
    for x, text in heads:
        axes.text(x, 1.015, text, transform=at, fontsize=10, ha="right", color=style.MUTED)


def _name_areas(axes: Axes, rows: Sequence[Entry], heights: Sequence[float]) -> None:
    at = blended_transform_factory(axes.figure.transFigure, axes.transData)
    for index, (row, height) in enumerate(zip(rows, heights, strict=True)):
        if index and rows[index - 1].area == row.area:
            continue
        axes.text(
            style.MARGIN,
            height,
            row.area.upper(),
            transform=at,
            fontsize=9.5,
            va="center",
            color=style.MUTED,
        )
        axes.plot(
            [style.MARGIN, 1 - style.MARGIN],
            [height - 0.8] * 2,
            transform=at,
            clip_on=False,
            color=style.REFERENCE,
            linewidth=0.6,
        )
