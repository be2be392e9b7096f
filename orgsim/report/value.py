"""Value against doing nothing: what the scenario is worth, on three horizons (MODEL s.0.1, 5).

Each horizon is the paired difference to the same firm without the shock, in EUR: contribution of
the measured time; that plus the residual lifetime value of the customers who are left; and the
deepest point of the cash account. One faint dot per replication shows the chance behind the mean;
what may be chance altogether is hollow. The books show the same of each area by its own books,
where sound ones beside the company's loss are the silo. The comparison sets several scenarios
beside each other on the same horizons and one scale.

Reference: Law, Simulation Modeling and Analysis (5th ed.), s.10.2 (paired t interval).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from matplotlib.transforms import blended_transform_factory

from orgsim.report import key, narrative, style
from orgsim.report.books import book_rows, books_message
from orgsim.report.measures import Estimate, Floats
from orgsim.report.story import Story
from orgsim.report.wording import HORIZONS, NBSP, Scale, compact, scale_for

EDGE = 1.0 - style.MARGIN
BOTTOM = 0.125


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One bar: its name, a line below it, the paired differences and their estimate (EUR)."""

    name: str
    note: str = ""
    estimate: Estimate
    differences: Floats

    @property
    def colour(self) -> str:
        """In the black, in the red, or neither where the sign is not sure."""
        if not self.estimate.is_sure:
            return style.MUTED
        return style.GOOD if self.estimate.mean > 0 else style.BAD

    @property
    def is_clear(self) -> bool:
        """Whether the sign is sure, or nothing differs in any replication."""
        return self.estimate.is_sure or not self.differences.any()


def draw_value(story: Story) -> Figure | None:
    """The three horizons of one run; None when there is no reference, or it is the run itself."""
    rows = [
        Row(
            name=name,
            note=note,
            estimate=worth,
            differences=story.value_differences(horizon),
        )
        for horizon, (name, note) in HORIZONS.items()
        if (worth := story.worth(horizon)).n
    ]
    if not rows or story.is_alone:
        return None
    return draw_rows(story, rows, narrative.value_message(story), narrative.value_subtitle(story))


def draw_books(story: Story) -> Figure | None:
    """What each area's own books differ by, and the company's; None without a reference."""
    found = book_rows(story)
    if not found:
        return None
    rows = [Row(**one._asdict()) for one in found]
    return draw_rows(story, rows, books_message(story, found), narrative.value_subtitle(story))


def draw_rows(story: Story, rows: Sequence[Row], message: str, subtitle: str) -> Figure:
    """Paired differences of one run in EUR, a bar and a number each, under a message."""
    figure = style.board_figure()
    edge = style.frame(figure, message=message, subtitle=subtitle, source=story.source)
    top = key.write_key(figure, edge, _key(rows)) - 0.05
    axes = figure.add_axes((0.27, BOTTOM, 0.50, top - BOTTOM))
    drawn = _spread([rows])
    scale = scale_for("EUR", drawn)
    _draw_rows(axes, rows, scale, limits=_limits(drawn * scale.factor), zero=story.without)
    for index, row in enumerate(rows):
        _name_row(axes, index, row)
        _tell_row(axes, index, row, scale)
    axes.set_xlabel(f"difference from {story.without}, {scale.unit}", fontsize=11.5)
    return figure


def draw_value_comparison(stories: Sequence[Story]) -> Figure | None:
    """Several scenarios side by side on every horizon; None when there is nothing to compare."""
    shown = [story for story in stories if any(story.worth(h).n for h in HORIZONS)]
    if not shown:
        return None
    figure = style.board_figure()
    edge = style.frame(
        figure,
        message=narrative.comparison_message(shown),
        subtitle=narrative.comparison_subtitle(shown),
        source="orgsim · runs " + ", ".join(f"{s.name} {s.digest[:8]}".strip() for s in shown),
    )
    columns = [_rows_of(shown, horizon) for horizon in HORIZONS]
    drawn = _spread(columns)
    scale = scale_for("EUR", drawn)
    limits = _limits(drawn * scale.factor)
    top = key.write_key(figure, edge, _key([row for rows in columns for row in rows])) - 0.14
    left, gap = 0.255, 0.016
    width = (0.975 - left + gap) / len(columns)
    zero = narrative.nothing_done(shown)
    for position, (rows, name) in enumerate(zip(columns, HORIZONS.values(), strict=True)):
        axes = figure.add_axes((left + position * width, BOTTOM, width - gap, top - BOTTOM))
        _draw_rows(axes, rows, scale, limits=limits, zero=zero, size=6.5)
        _title_column(axes, *name)
        for index, row in enumerate(rows):
            _number_row(axes, index, row, scale)
            if not position:
                _name_row(axes, index, row)
    middle = (left + 0.975) / 2
    same = "" if narrative.are_firms(shown) else "the same firm with "
    label = f"difference from {same}{zero}, {scale.unit}"
    figure.text(middle, 0.058, label, ha="center", fontsize=11.5)
    return figure


def _rows_of(stories: Sequence[Story], horizon: str) -> list[Row]:
    return [
        Row(name=one.title, estimate=one.estimate, differences=one.differences)
        for one in narrative.put_beside(stories, horizon)
    ]


def _key(rows: Sequence[Row]) -> list[key.Entry]:
    """What bar, line and dots are, as far as they occur."""
    hollow = {"facecolor": "none", "edgecolor": style.MUTED, "linewidth": 1.2}
    if all(row.estimate.n <= 1 for row in rows):
        return [key.field("one replication, may be chance", **hollow)]
    entries = [
        key.field("mean", facecolor="#d0d0d0", linewidth=0),
        key.line(f"95{NBSP}% interval of the mean", style.MUTED, width=5.0),
        key.mark("single replications", "o", "#a9a9a9", markersize=5.0),
    ]
    if any(row.estimate.n and not row.is_clear for row in rows):
        entries.append(key.field("may be chance: the interval includes zero", **hollow))
    return entries


def _spread(columns: Sequence[Sequence[Row]]) -> Floats:
    """Every number that is drawn, in EUR, and the zero that they are compared with."""
    rows = [row for rows in columns for row in rows]
    means = [(row.estimate.mean, row.estimate.low, row.estimate.high) for row in rows]
    drawn = np.concatenate([np.ravel(means), *(row.differences for row in rows), [0.0]])
    finite: Floats = drawn[np.isfinite(drawn)]
    return finite


def _limits(drawn: Floats) -> tuple[float, float]:
    room = 0.08 * (float(np.ptp(drawn)) or 1.0)
    return float(drawn.min()) - room, float(drawn.max()) + room


def _inward(axes: Axes, x: float) -> Literal["left", "center", "right"]:
    """How words at x are aligned so that they do not leave the axes."""
    low, high = axes.get_xlim()
    share = (x - low) / (high - low)
    return "left" if share < 0.15 else "right" if share > 0.85 else "center"


def _draw_rows(
    axes: Axes,
    rows: Sequence[Row],
    scale: Scale,
    *,
    limits: tuple[float, float],
    zero: str,
    size: float = 9.0,
) -> None:
    axes.set_xlim(*limits)
    for index, row in enumerate(rows):
        estimate = row.estimate
        if not estimate.n:
            axes.text(0.0, index, f"{NBSP}not available", va="center", color=style.MUTED)
            continue
        mean = estimate.mean * scale.factor
        _draw_bar(axes, index, mean, row)
        dots = np.sort(row.differences if estimate.n > 1 else []) * scale.factor
        # Dots side by side would hide each other: spread them over the height by rank.
        spread = index + 0.24 * np.sin(2.4 * np.arange(dots.size) + 1.2)
        axes.plot(dots, spread, "o", color=row.colour, alpha=0.35, markersize=3.5, gid="dots")
        if np.isfinite(estimate.low):
            bounds = [estimate.low * scale.factor, estimate.high * scale.factor]
            axes.plot(bounds, [index, index], color=row.colour, linewidth=5, gid="interval")
        axes.plot(
            [mean],
            [index],
            "D" if estimate.is_sure else "o",
            color="white",
            zorder=4,
            markeredgecolor=row.colour,
            markeredgewidth=2,
            markersize=size,
            gid="mean",
        )
    axes.axvline(0.0, color=style.INK, linewidth=1.4, zorder=1)
    axes.set_ylim(len(rows) - 0.45, -0.62)
    axes.set_yticks([])
    axes.grid(visible=True, axis="x")
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: compact(value, sign=True)))
    axes.spines["bottom"].set_visible(False)
    label = axes.text(
        0.0,
        1.0,
        zero,
        transform=blended_transform_factory(axes.transData, axes.transAxes),
        ha=_inward(axes, 0.0),
        va="bottom",
        fontsize=11,
        color=style.MUTED,
    )
    label.set_gid("zero")


def _draw_bar(axes: Axes, index: int, mean: float, row: Row) -> None:
    bar = axes.barh(index, mean, height=0.34, color=row.colour, alpha=0.28, gid="bar")[0]
    if not row.is_clear:
        bar.set(facecolor="none", edgecolor=row.colour, linewidth=1.2, alpha=1.0)


def _title_column(axes: Axes, name: str, note: str) -> None:
    def write(height: float, text: str, size: float, **looks: Any) -> None:
        found = axes.annotate(
            "", (0, 1), (0, height), "axes fraction", "offset points", fontsize=size, **looks
        )
        found.set_text(style.wrap(found, text, axes.get_position().width, lines=2))
        found.set_verticalalignment("top")

    write(60.0, name, 13, weight="bold")
    write(44.0, note, 10, color=style.MUTED)


def _name_row(axes: Axes, index: int, row: Row) -> None:
    at = blended_transform_factory(axes.figure.transFigure, axes.transData)
    room = axes.get_position().x0 - style.MARGIN - 0.02
    name = axes.text(
        style.MARGIN,
        index,
        "",
        transform=at,
        fontsize=13,
        weight="bold",
        va="center",
        linespacing=1.1,
    )
    name.set_text(style.wrap(name, row.name, room, lines=3))
    if row.note:
        name.set_verticalalignment("bottom")
        note = axes.text(
            style.MARGIN, index + 0.03, "", transform=at, fontsize=11, color=style.MUTED, va="top"
        )
        note.set_text(style.wrap(note, row.note, room, lines=2))


def _tell_row(axes: Axes, index: int, row: Row, scale: Scale) -> None:
    """Number, interval and how often the sign held, at the right edge."""
    at = blended_transform_factory(axes.figure.transFigure, axes.transData)
    estimate = row.estimate
    axes.text(
        EDGE,
        index,
        scale.show(estimate.mean, sign=True),
        transform=at,
        fontsize=18,
        weight="bold",
        ha="right",
        va="bottom",
        color=row.colour,
    )
    lines = [narrative.interval(estimate, scale), narrative.sign_share(row.differences)]
    axes.text(
        EDGE,
        index + 0.03,
        "\n".join(line for line in lines if line),
        transform=at,
        fontsize=11,
        color=style.MUTED,
        ha="right",
        va="top",
        linespacing=1.3,
    )


def _number_row(axes: Axes, index: int, row: Row, scale: Scale) -> None:
    if not row.estimate.n:
        return
    mean = row.estimate.mean * scale.factor
    text = axes.text(
        mean,
        index - 0.27,
        compact(mean, sign=True),
        fontsize=12.5,
        weight="bold" if row.is_clear else "normal",
        ha=_inward(axes, mean),
        va="bottom",
        color=row.colour,
    )
    style.halo(text)
