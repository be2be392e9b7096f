"""The key of a figure: one line that shows each mark beside its meaning, before it is met.

Reading a sample takes less time than reading its description, and needs no colour names.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from orgsim.report import style

SAMPLE = 0.024  # the width of a sample, as a share of the figure
GAP = 0.016


@dataclass(frozen=True, slots=True)
class Entry:
    """A sample and its meaning; `draw` makes the artists between x and x + width around y."""

    meaning: str
    draw: Callable[[float, float], Sequence[Artist]]


def line(meaning: str, colour: str, dash: Any = "solid", width: float = 2.2) -> Entry:
    """A sample of a line."""

    def draw(x: float, y: float) -> Sequence[Artist]:
        return [Line2D([x, x + SAMPLE], [y, y], color=colour, linestyle=dash, linewidth=width)]

    return Entry(meaning, draw)


def mark(meaning: str, marker: str, colour: str, **more: Any) -> Entry:
    """A sample of a mark."""

    def draw(x: float, y: float) -> Sequence[Artist]:
        middle = Line2D([x + SAMPLE / 2], [y], color=colour, marker=marker, linestyle="none")
        middle.set(**{"markersize": 8.0} | more)
        return [middle]

    return Entry(meaning, draw)


def field(meaning: str, **looks: Any) -> Entry:
    """A sample of a shaded field."""

    def draw(x: float, y: float) -> Sequence[Artist]:
        return [Rectangle((x, y - 0.010), SAMPLE, 0.020, **looks)]

    return Entry(meaning, draw)


def write_key(figure: Figure, top: float, entries: Sequence[Entry]) -> float:
    """Write the entries from the left margin on, in as many lines as they need.

    Returns the height at which they end.
    """
    x, y = style.MARGIN, top - 0.024
    for entry in entries:
        text = figure.text(0.0, y, style.printable(entry.meaning), fontsize=11, va="center")
        width = text.get_window_extent().width / figure.bbox.width
        if x > style.MARGIN and x + SAMPLE + 0.006 + width > 1.0 - style.MARGIN:
            x, y = style.MARGIN, y - 0.032
            text.set_y(y)
        for artist in entry.draw(x, y):
            artist.set_transform(figure.transFigure)
            figure.add_artist(artist)
        text.set_x(x + SAMPLE + 0.006)
        x += SAMPLE + 0.006 + width + GAP
    return y - 0.016
