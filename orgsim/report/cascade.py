"""The cascade: how success in one area becomes damage in the next, week by week, on one page.

Nine small panels (see `panels`), numbered from cause to effect, each with one line that says what
happened (see `findings`). The scenario is drawn with the band of its replications, the same firm on
the same draws without the shock in grey; where only the difference tells the story, that is drawn.

Reference: Tufte, The Visual Display of Quantitative Information (small multiples).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter, MaxNLocator

from orgsim.report import key, narrative, style
from orgsim.report.calendar_axis import calendar_axis
from orgsim.report.findings import Broken, against_reference, finding, first_broken
from orgsim.report.headline import headline
from orgsim.report.labels import Curve, Label, apart, place
from orgsim.report.measures import Course, Floats
from orgsim.report.panels import PANELS, ROWS, Line, Panel
from orgsim.report.story import FEW, REFERENCE, Story
from orgsim.report.wording import (
    NBSP,
    Scale,
    capital,
    compact,
    listed,
    plain,
    scale_for,
    short_date,
)

LEFT, RIGHT, BOTTOM = 0.093, 0.978, 0.098
HEAD, ROOM = 0.062, 0.022  # above the axes for what a panel says, and below them
GAP = 0.052  # between columns
POINT = 1.0  # of a rating
GUTTER = 36.0  # points between the axes and the left edge of what is written above them


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A line ready to be drawn: levels with an optional reference, or a difference to it."""

    line: Line
    course: Course
    reference: Course | None = None
    is_difference: bool = False

    @property
    def look(self) -> style.Look:
        return style.LOOKS[self.line.look]

    def curve(self, scale: Scale) -> Curve:
        return self.course.weeks, self.course.mean * scale.factor


def draw_cascade(story: Story) -> Figure:
    """The cascade of one run as a figure of board size."""
    figure = style.board_figure()
    edge = style.frame(
        figure,
        message=headline(story, bounds=False),
        subtitle=narrative.cascade_subtitle(story),
        source=story.source,
    )
    drawn = {panel: _collect_all(story, panel) for panel in PANELS}
    edge = key.write_key(
        figure, edge, _key(story, [one for each in drawn.values() for one in each])
    )
    top = edge - HEAD - 0.012
    height = (top - BOTTOM) / len(ROWS) - (HEAD + ROOM) * (1 - 1 / len(ROWS))
    width = (RIGHT - LEFT + GAP) / 3 - GAP
    for row, (name, panels) in enumerate(ROWS):
        bottom = top - height - row * (height + HEAD + ROOM)
        _name_row(figure, name, bottom + (height + HEAD) / 2)
        for column, panel in enumerate(panels):
            axes = figure.add_axes((LEFT + column * (width + GAP), bottom, width, height))
            _head(axes, 3 * row + column + 1, story, panel, drawn[panel])
            if drawn[panel]:
                _draw_panel(axes, story, panel, drawn[panel])
            else:
                style.note_missing(axes, "not available in this run")
            axes.tick_params(labelbottom=row == len(ROWS) - 1)
    return figure


def _key(story: Story, drawn: list[_Drawn]) -> list[key.Entry]:
    """What every mark means; what does not occur is not explained."""
    looks = {one.line.look for one in drawn}
    entries = [
        key.line(meaning, *style.LOOKS[look])
        for look, meaning in (
            ("firm", "this scenario"),
            ("base", "base customers"),
            ("niche", "niche customers"),
        )
        if look in looks
    ]
    if any(one.reference or one.is_difference for one in drawn):
        entries.append(key.line(story.without, style.REFERENCE))
    entries.append(key.line("target", style.TARGET, style.TARGET_DASH, 1.4))
    if broken := [one for panel in PANELS if (one := first_broken(story, panel))]:
        entries.append(key.mark(_break_key(story, broken), "v", style.BAD))
    for index, window in enumerate(story.windows):
        first, last = (story.day(week) for week in (window.start, window.end - 1 / 7))
        dates = f"{short_date(first)} – {short_date(last)}"
        entries.append(key.field(f"{window.name} {dates}", **style.shade(index)))
    return entries


def _break_key(story: Story, broken: Sequence[Broken]) -> str:
    """What the date of a break is, half of those that broke had by then, and what its count is."""
    if story.replications == 1:
        return "first break"
    counts = [story.in_how_many(one.line.breaks) for one in broken]
    beside = f", in how many vs {story.without}" if any(" vs " in one for one in counts) else ""
    return f"median break{beside}"


def _name_row(figure: Figure, name: str, middle: float) -> None:
    figure.text(
        style.MARGIN + 0.007,
        middle,
        name.upper(),
        rotation=90,
        fontsize=10,
        color=style.MUTED,
        ha="center",
        va="center",
    )


def _collect_all(story: Story, panel: Panel) -> list[_Drawn]:
    return [found for line in panel.lines if (found := _collect(story, panel, line))]


def _collect(story: Story, panel: Panel, line: Line) -> _Drawn | None:
    course = story.course(line.kpi, line.segments)
    if course is None:
        return None
    if panel.against == "difference":
        if line.look == "niche" and not np.nan_to_num(course.values).any():
            return None
        difference = against_reference(story, line, course)
        return _Drawn(line, difference or course, is_difference=difference is not None)
    # The niche has no reference: it would be the idle stock of a firm without that niche.
    has_reference = not story.is_alone and line.look != "niche"
    reference = story.course(line.kpi, line.segments, REFERENCE) if has_reference else None
    if panel.against == "level":
        return _Drawn(line, course, reference)
    target = story.target(line.kpi)
    if not target:
        return None
    return _Drawn(line, course.times(1 / target), reference and reference.times(1 / target))


def _scale(story: Story, panel: Panel, lines: list[_Drawn]) -> Scale:
    if panel.against == "target":
        return Scale(100.0, "%")
    note = story.kpis.get(panel.lines[0].kpi)
    shown = [one.course.mean for one in lines] or [np.zeros(1)]
    return scale_for(note.unit if note else "", np.concatenate(shown))


def _head(axes: Axes, number: int, story: Story, panel: Panel, lines: list[_Drawn]) -> None:
    """Number, title and unit; below, what the panel says."""
    unit = _scale(story, panel, lines).unit
    if lines and lines[0].is_difference:
        unit = f"{unit} vs {story.without}".strip()
    # Two curves as alike as leads and bookings leave no place for a name beside one of them.
    dashed = [_called(story, one.line) for one in lines if one.line.look == "second"]
    unit += f", {dashed[0]} dashed" if dashed else ""
    title = _write(axes, 0.0, 24.0, f"{number}  {_title(story, panel, lines)}", 12.0, weight="bold")
    begin = title.get_window_extent().width * 72 / axes.figure.dpi + 7.0
    _write(axes, begin, 24.0, unit, 10.5, color=style.MUTED)
    said = finding(story, panel)
    sign = "▼ " if said.is_break else ""
    colour = {"bad": style.BAD, "said": style.INK, "": style.MUTED}[said.mood]
    weight = "bold" if said.mood else "normal"
    _write(axes, 0.0, 8.0, sign + capital(said.words), 11.5, color=colour, weight=weight)


def _write(axes: Axes, x: float, y: float, text: str, size: float, **looks: Any) -> Text:
    """Write above the axes, in points from where the heads begin; smaller rather than too long."""
    found = axes.annotate(
        "", (0, 1), (x - GUTTER, y), "axes fraction", "offset points", fontsize=size, **looks
    )
    room = axes.get_position().width + (GUTTER - x) / 72 / style.BOARD[0]
    for smaller in (size, size - 1):
        found.set_fontsize(smaller)
        found.set_text(style.wrap(found, text, room, lines=1))
        if not found.get_text().endswith("…"):
            break
    return found


def _title(story: Story, panel: Panel, lines: list[_Drawn]) -> str:
    shown = [one.line for one in lines] or panel.lines
    names = dict.fromkeys(line.kpi for line in shown)
    titles = [plain(story.kpis[name].title) for name in names if name in story.kpis]
    return capital(listed([*titles[:1], *(title.lower() for title in titles[1:])]))


def _draw_panel(axes: Axes, story: Story, panel: Panel, lines: list[_Drawn]) -> None:
    axes.set_gid(panel.lines[0].kpi)
    scale = _scale(story, panel, lines)
    target = _target(story, panel)
    for index, window in enumerate(story.windows):
        axes.axvspan(window.start, window.end, zorder=0.5, **style.shade(index))
    _limits(axes, panel, lines, scale, target)
    calendar_axis(axes, story.start, story.weeks, labels=7)
    curves: list[Curve] = []
    labels: list[Label] = []
    for one in lines:
        _draw_line(axes, one, scale, curves)
        if len({other.look.colour for other in lines}) > 1:
            labels.append(_name(story, one, lines, scale))
    broken = first_broken(story, panel)
    for one in lines:
        if broken and one.line is broken.line:
            _mark_break(axes, one, scale, broken.week)
    if target is not None:
        labels.append(_draw_target(axes, story, target * scale.factor, scale, curves))
    if lines[0].is_difference:
        axes.axhline(0.0, color=style.REFERENCE, linewidth=1.6, zorder=1.5, gid="reference")
        curves.append((np.array([0.0, story.weeks]), np.zeros(2)))
    place(axes, labels, curves)


def _target(story: Story, panel: Panel) -> float | None:
    if panel.against == "target":
        return 1.0
    return story.target(panel.lines[0].kpi) if panel.against == "level" else None


def _limits(
    axes: Axes, panel: Panel, lines: list[_Drawn], scale: Scale, target: float | None
) -> None:
    shown = [np.array([target or 0.0])]
    if not panel.is_rating:
        shown.append(np.array([0.0, panel.full]))
    for one in lines:
        shown += [one.course.mean, *_spread(one.course)]
        shown += [one.reference.mean] if one.reference else []
    values = np.concatenate(shown) * scale.factor
    values = values[np.isfinite(values)]
    low, high = float(values.min()), float(values.max())
    if np.median(values) < panel.cut * scale.factor < high:
        high = panel.cut * scale.factor
    if panel.is_rating:  # what is less than a point apart must not look far apart
        low = min(low, high - POINT)
    room = (high - low) or 1.0
    below = 0.08 if low < 0.0 or panel.is_rating else 0.0
    axes.set_ylim(low - below * room, high + 0.12 * room)
    axes.yaxis.set_major_locator(MaxNLocator(3, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: compact(value)))


def _spread(course: Course) -> list[Floats]:
    """The bounds of the band, or each replication where there are too few for one."""
    if len(course.replications) < FEW:
        return list(course.values.T) if len(course.replications) > 1 else []
    return list(course.band() or ())


def _draw_line(axes: Axes, one: _Drawn, scale: Scale, curves: list[Curve]) -> None:
    """Draw band, reference and mean; add the curves drawn."""
    x, y = one.curve(scale)
    colour, dash = one.look
    curves.append((x, y))
    spread = [bound * scale.factor for bound in _spread(one.course)]
    if len(one.course.replications) < FEW:
        for single in spread:
            axes.plot(x, single, color=colour, linewidth=0.7, alpha=0.5, zorder=1.2, gid="single")
    else:
        low, high = spread
        axes.fill_between(x, low, high, color=colour, alpha=0.18, linewidth=0, zorder=1)
    if one.reference is not None:
        grey = one.reference.mean * scale.factor
        axes.plot(x, grey, color=style.REFERENCE, linewidth=1.6, zorder=2, gid="reference")
        curves.append((x, grey))
    axes.plot(x, y, color=colour, linestyle=dash, zorder=3, gid="scenario")
    gaps = np.pad(~np.isfinite(y), 1, constant_values=True)
    alone = np.isfinite(y) & gaps[:-2] & gaps[2:]
    if alone.any():  # a week between two gaps has no line to be seen by
        axes.plot(x[alone], y[alone], "o", color=colour, markersize=3, zorder=3)


def _name(story: Story, one: _Drawn, lines: list[_Drawn], scale: Scale) -> Label:
    """The name of a line among several, where it is farthest from the others."""
    x, y = one.curve(scale)
    others = [other.curve(scale) for other in lines if other is not one]
    is_one_kpi = len({other.line.kpi for other in lines}) == 1
    name = one.line.look if is_one_kpi else _called(story, one.line)
    anchors = apart(x, y, [other for _, other in others])
    return Label(name, one.look.colour, anchors, bold=True, rivals=others)


def _called(story: Story, line: Line) -> str:
    """The name of a KPI within a sentence."""
    return plain(story.kpis[line.kpi].title).lower() if line.kpi in story.kpis else line.kpi


def _draw_target(
    axes: Axes, story: Story, level: float, scale: Scale, curves: list[Curve]
) -> Label:
    axes.axhline(
        level,
        color=style.TARGET,
        linewidth=1.4,
        linestyle=style.TARGET_DASH,
        zorder=2.5,
        gid="target",
    )
    anchors = np.column_stack([np.linspace(story.weeks, 0, 13), np.full(13, level)])
    curves.append((anchors[:, 0], anchors[:, 1]))
    number = compact(level) + (f"{NBSP}%" if scale.unit.startswith("%") else "")
    return Label(f"target {number}", style.TARGET, anchors, sides=((0, 1), (0, -1)))


def _mark_break(axes: Axes, one: _Drawn, scale: Scale, week: float) -> None:
    """Mark the week of the first break, where its value is drawn."""
    x, y = one.curve(scale)
    there = np.isfinite(y)
    if there.any():
        middle = float(np.floor(week)) + 0.5
        axes.plot(
            [middle],
            [float(np.interp(middle, x[there], y[there]))],
            marker="v",
            color=style.BAD,
            markersize=9,
            zorder=5,
            markeredgecolor="white",
            linestyle="none",
            gid="break",
        )
