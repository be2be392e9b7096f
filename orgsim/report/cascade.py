"""The cascade: how success in one area becomes damage in the next, week by week, on one page.

Small panels (see `panels`) in the order in which the effect travels. The scenario is drawn in a
strong colour with the band of its replications, the same firm on the same draws without the
shock in grey; where only the difference tells the story, the difference is drawn.

Reference: Tufte, The Visual Display of Quantitative Information (small multiples).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from orgsim.report import narrative, style
from orgsim.report.calendar_axis import calendar_axis
from orgsim.report.headline import headline
from orgsim.report.labels import Label, along, place
from orgsim.report.measures import Course, Floats
from orgsim.report.panels import BASE, PANELS, Line, Panel
from orgsim.report.story import REFERENCE, Story
from orgsim.report.wording import NBSP, Scale, compact, scale_for, short_date

COLUMNS = 5
Curve = tuple[Floats, Floats]


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A line ready to be drawn: levels with an optional reference, or a difference to it."""

    line: Line
    course: Course
    reference: Course | None = None
    is_difference: bool = False

    @property
    def colour(self) -> str:
        return style.NICHE if self.line.is_niche else style.SCENARIO

    def curve(self, scale: Scale) -> Curve:
        return self.course.weeks, self.course.mean * scale.factor


def draw_cascade(story: Story) -> Figure:
    """The cascade of one run as a figure of board size."""
    figure = style.board_figure()
    style.frame(
        figure,
        message=headline(story, bounds=False),
        subtitle=narrative.cascade_subtitle(story),
        source=story.source,
    )
    rows = -(-len(PANELS) // COLUMNS)
    grid = figure.add_gridspec(
        rows, COLUMNS, left=0.06, right=0.985, top=0.735, bottom=0.105, wspace=0.3, hspace=0.62
    )
    is_first = True
    for number, panel in enumerate(PANELS):
        axes = figure.add_subplot(grid[divmod(number, COLUMNS)])
        lines = [found for line in panel.lines if (found := _collect(story, panel, line))]
        area = panel.area if number % COLUMNS == 0 or PANELS[number - 1].area != panel.area else ""
        _head(axes, area, f"{number + 1}  {panel.title}", panel, story, lines)
        if lines:
            _draw_panel(axes, story, panel, lines, is_first=is_first)
            is_first = False
        else:
            style.note_missing(axes, "not available\nin this run")
    return figure


def _collect(story: Story, panel: Panel, line: Line) -> _Drawn | None:
    course = story.course(line.kpi, line.segments)
    if course is None:
        return None
    if line.is_niche and panel.against != "level" and not np.nan_to_num(course.values).any():
        return None
    reference = story.course(line.kpi, line.segments, REFERENCE)
    if panel.against == "level":
        # A reference of the niche would be the idle stock of a firm without that niche.
        return _Drawn(line, course, None if line.is_niche else reference)
    if not story.windows:  # the reference is the same year: no difference to be shown
        reference = None
    elif reference is None and line.is_niche and story.course(line.kpi, BASE, REFERENCE):
        # Without its campaign the niche has no customers: nobody, rather than unknown.
        reference = Course(np.zeros_like(course.values), course.replications)
    if panel.against == "cumulated difference":
        course = course.cumulated()
        reference = None if reference is None else reference.cumulated()
    difference = None if reference is None else course.minus(reference)
    return _Drawn(line, difference or course, is_difference=difference is not None)


def _scale(story: Story, panel: Panel, lines: list[_Drawn]) -> Scale:
    note = story.kpis.get(panel.lines[0].kpi)
    shown = [one.course.mean for one in lines] or [np.zeros(1)]
    return scale_for(note.unit if note else "", np.concatenate(shown))


def _head(
    axes: Axes, area: str, title: str, panel: Panel, story: Story, lines: list[_Drawn]
) -> None:
    unit = _scale(story, panel, lines).unit
    if lines and lines[0].is_difference:
        unit = f"{unit} against {story.without}".strip()
    left = -0.165  # where the message begins, for the first column

    def write(height: float, text: str, size: float, colour: str, weight: str = "normal") -> None:
        axes.text(
            left, height, text, transform=axes.transAxes, fontsize=size, color=colour, weight=weight
        )

    write(1.05, unit or "number", 9.5, style.MUTED)
    write(1.155, title, 11.5, style.INK, "bold")
    if area:
        write(1.295, area.upper(), 9, style.MUTED)
    edge = Line2D(
        [left if area else left - 0.135, 1.0],
        [1.27, 1.27],
        transform=axes.transAxes,
        color=style.REFERENCE,
        linewidth=0.8,
        clip_on=False,
    )
    axes.add_artist(edge)


def _draw_panel(
    axes: Axes, story: Story, panel: Panel, lines: list[_Drawn], *, is_first: bool
) -> None:
    axes.set_gid(panel.lines[0].kpi)
    scale = _scale(story, panel, lines)
    is_difference = lines[0].is_difference
    target = None if panel.against != "level" else story.target(panel.lines[0].kpi)
    for window in story.windows:
        axes.axvspan(window.start, window.end, color=style.SHOCK, linewidth=0, zorder=0.5)
    _limits(axes, panel, lines, scale, target)
    calendar_axis(axes, story.start, story.weeks)
    curves: list[Curve] = []
    labels: list[Label] = []
    for one in lines:
        labels += _draw_line(axes, story, one, scale, curves, is_first=is_first)
    for one in lines:
        labels += _mark_break(axes, story, one, scale)
    if target is not None:
        labels.append(_draw_target(axes, story, target * scale.factor, scale, curves))
    if is_difference:
        labels.append(_draw_zero(axes, story, curves))
    if is_first:
        labels += [_shock_label(axes, story, index) for index in range(len(story.windows))]
    place(axes, labels, curves)


def _limits(
    axes: Axes, panel: Panel, lines: list[_Drawn], scale: Scale, target: float | None
) -> None:
    shown = [np.array([0.0, target or 0.0, panel.full if panel.against == "level" else 0.0])]
    for one in lines:
        shown += [one.course.mean, *(one.course.band() or ())]
        shown += [one.reference.mean] if one.reference else []
    values = np.concatenate(shown) * scale.factor
    values = values[np.isfinite(values)]
    low, high = float(values.min()), float(values.max())
    if np.median(values) < panel.cut * scale.factor < high:
        high = panel.cut * scale.factor
    room = (high - low) or 1.0
    axes.set_ylim(low - (0.08 * room if low < 0.0 else 0.0), high + 0.12 * room)
    axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: compact(value)))


def _draw_line(
    axes: Axes, story: Story, one: _Drawn, scale: Scale, curves: list[Curve], *, is_first: bool
) -> list[Label]:
    """Draw band, reference and mean; add the curves drawn and return the labels they want."""
    labels = []
    x, y = one.curve(scale)
    curves.append((x, y))
    band = one.course.band()
    if band is not None:
        low, high = (bound * scale.factor for bound in band)
        axes.fill_between(x, low, high, color=one.colour, alpha=0.2, linewidth=0, zorder=1)
    if one.reference is not None:
        grey = one.reference.mean * scale.factor
        axes.plot(x, grey, color=style.REFERENCE, linewidth=1.6, zorder=2, gid="reference")
        curves.append((x, grey))
        if is_first:
            labels.append(Label(story.without, style.MUTED, along(x, grey)))
    dash = style.DASHED if one.line.is_niche else "solid"
    axes.plot(x, y, color=one.colour, linestyle=dash, zorder=3, gid="scenario")
    gaps = np.pad(~np.isfinite(y), 1, constant_values=True)
    alone = np.isfinite(y) & gaps[:-2] & gaps[2:]
    if alone.any():  # a week between two gaps has no line to be seen by
        axes.plot(x[alone], y[alone], "o", color=one.colour, markersize=3, zorder=3)
    if one.line.label:
        labels.insert(0, Label(one.line.label, one.colour, _anchors(x, y, is_first), bold=True))
    return labels


def _anchors(x: Floats, y: Floats, is_first: bool) -> Floats:
    """Where a line may be named: from its end backwards, or first where it stands out most."""
    anchors = along(x, y)
    if not is_first or not len(anchors):
        return anchors
    far = np.abs(anchors[:, 1] - np.median(anchors[:, 1]))
    return anchors[np.argsort(-far, kind="stable")]


def _draw_target(
    axes: Axes, story: Story, level: float, scale: Scale, curves: list[Curve]
) -> Label:
    axes.axhline(
        level,
        color=style.TARGET,
        linewidth=1.3,
        linestyle=style.TARGET_DASH,
        zorder=2.5,
        gid="target",
    )
    anchors = np.column_stack([np.linspace(story.weeks, 0, 13), np.full(13, level)])
    curves.append((anchors[:, 0], anchors[:, 1]))
    number = compact(level) + (f"{NBSP}%" if scale.unit == "%" else "")
    return Label(f"target {number}", style.TARGET, anchors, sides=((0, 1), (0, -1)))


def _draw_zero(axes: Axes, story: Story, curves: list[Curve]) -> Label:
    axes.axhline(0.0, color=style.REFERENCE, linewidth=1.6, zorder=1.5, gid="reference")
    anchors = np.column_stack([np.linspace(story.weeks, 0, 13), np.zeros(13)])
    curves.append((anchors[:, 0], anchors[:, 1]))
    return Label(story.without, style.MUTED, anchors, sides=((0, 1), (0, -1)))


def _mark_break(axes: Axes, story: Story, one: _Drawn, scale: Scale) -> list[Label]:
    week = story.first_break(one.line.breaks) if one.line.breaks else None
    x, y = one.curve(scale)
    there = np.isfinite(y)
    if week is None or week >= story.weeks or not there.any():
        return []
    height = float(np.interp(week, x[there], y[there]))
    axes.plot(
        [week],
        [height],
        marker="v",
        color=style.INK,
        markersize=7,
        zorder=5,
        markeredgecolor="white",
        linestyle="none",
        gid="break",
    )
    text = f"{one.line.broken} {short_date(story.day(week))}"
    return [Label(text, style.INK, np.array([[week, height]]))]


def _shock_label(axes: Axes, story: Story, index: int) -> Label:
    window = story.windows[index]
    dates = f"{short_date(story.day(window.start))} – {short_date(story.day(window.end))}"
    heights = np.linspace(axes.get_ylim()[1], 0.0, 12)
    anchors = np.column_stack([np.full(12, (window.start + window.end) / 2), heights])
    return Label(
        f"{window.name}\n{dates}", style.MUTED, anchors, sides=((1, -1), (1, 0), (-1, 0), (0, 0))
    )
