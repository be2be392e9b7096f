"""The house style of figures: board size, colours that survive colour blindness, frame and file.

A figure's title is its message, the line below says what was measured and how sure we are, the
line at the bottom says which run it comes from. Colours are those of Okabe and Ito (2008,
"Color universal design"); a second cue (dash, marker, label) always goes with them.

Figures are made with matplotlib's object API under a private copy of the settings: a user's
matplotlibrc cannot change a chart, and a chart changes no setting of the user's program.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple, cast
from unicodedata import category

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.patheffects import withStroke
from matplotlib.text import Text

BOARD = (13.33, 7.5)
"""Width and height of a figure in inches: a 16:9 slide."""

INK = "#222222"
MUTED = "#5f5f5f"
REFERENCE = "#8c8c8c"
SCENARIO = "#0072b2"
BASE = "#4b2a7b"
NICHE = "#d96500"
TARGET = INK
GOOD = INK
BAD = "#9e0b2b"
"""As an accountant writes: in the black, in the red. Triangles say the same up and down."""

DASHED = (0, (4.0, 1.6))
TARGET_DASH = (0, (1.2, 1.8))


class Look(NamedTuple):
    """How a line is drawn: two cues, so that neither has to carry the meaning alone."""

    colour: str
    dash: object = "solid"


LOOKS = {
    "firm": Look(SCENARIO),
    "second": Look(SCENARIO, DASHED),
    "base": Look(BASE),
    "niche": Look(NICHE, DASHED),
}
SHADE = "#f1e6c8"
HATCHES = ("", "////", "....")

MARGIN = 0.035
"""Left and right margin of every figure, as a share of its width."""


@contextmanager
def house_style() -> Iterator[None]:
    """Settings of `orgsim.mplstyle` on top of matplotlib's own defaults, restored on leaving."""
    sheet = resources.files("orgsim.report") / "orgsim.mplstyle"
    with resources.as_file(sheet) as path, mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(mpl.rc_params_from_file(path, use_default_template=False))
        yield


def board_figure() -> Figure:
    """An empty figure of board size with an Agg canvas, which measures text as it will be drawn."""
    figure = Figure(figsize=BOARD)
    FigureCanvasAgg(figure)
    return figure


def frame(figure: Figure, *, message: str, subtitle: str, source: str) -> float:
    """Write the message (smaller if it is long), the measure below, the source line.

    Returns the height (share of the figure) at which the subtitle ends.
    """
    width = 1.0 - 2.0 * MARGIN
    title = figure.text(MARGIN, 0.972, "", va="top", fontsize=20, weight="bold", linespacing=1.1)
    for size, lines in ((20, 2), (18, 2), (17, 2), (16, 2), (15, 2), (14, 3)):
        title.set_fontsize(size)
        title.set_text(wrap(title, message, width, lines=lines))
        if not title.get_text().endswith("…"):
            break
    title.set_gid("message")
    below = figure.text(
        MARGIN, _bottom(title) - 0.012, "", va="top", fontsize=11.5, color=MUTED, linespacing=1.2
    )
    below.set_text(wrap(below, subtitle, width, lines=2))
    below.set_gid("subtitle")
    foot = figure.text(MARGIN, 0.016, "", va="bottom", fontsize=9.5, color=MUTED)
    foot.set_text(wrap(foot, source, width, lines=1))
    foot.set_gid("source")
    return _bottom(below)


def _bottom(text: Text) -> float:
    figure = cast(Figure, text.get_figure(root=True))
    return float(text.get_window_extent().y0 / figure.bbox.height)


def wrap(text: Text, content: str, width: float, *, lines: int) -> str:
    """Break `content` into at most `lines` lines no wider than `width` (share of the figure).

    Measured with the font of `text`; what does not fit ends in an ellipsis.
    """
    figure = cast(Figure, text.get_figure(root=True))

    def fits(line: str) -> bool:
        text.set_text(line)
        return text.get_window_extent().width <= width * figure.bbox.width

    words = printable(content).split(" ")
    rows: list[str] = []
    while words and len(rows) < lines:
        count = _fitting(words, " ", "", fits)
        if not count or (len(rows) == lines - 1 and count < len(words)):
            rest = " ".join(words)
            rows.append(rest[: _fitting(rest, "", "…", fits)].rstrip() + "…")
            break
        rows.append(" ".join(words[:count]))
        words = words[count:]
    return "\n".join(rows)


def _fitting(pieces: Sequence[str], glue: str, end: str, fits: Callable[[str], bool]) -> int:
    """How many of the pieces fit, joined by `glue` and closed by `end` (by bisection)."""
    fitting, beyond = 0, len(pieces) + 1
    while beyond - fitting > 1:
        middle = (fitting + beyond) // 2
        if fits(glue.join(pieces[:middle]) + end):
            fitting = middle
        else:
            beyond = middle
    return fitting


@cache
def _glyphs() -> frozenset[int]:
    return frozenset(get_font(findfont(FontProperties(family="DejaVu Sans"))).get_charmap())


def printable(text: str) -> str:
    """The text without signs that steer (such as right-to-left), and '?' for unknown letters."""
    letters = [c for c in text if c.isspace() or category(c) not in {"Cc", "Cf"}]
    return "".join(c if c.isspace() or ord(c) in _glyphs() else "?" for c in letters)


def shade(index: int) -> dict[str, Any]:
    """How the field of the n-th shock is drawn: shaded, hatched, dotted."""
    if not index % len(HATCHES):
        return {"facecolor": SHADE, "linewidth": 0}
    return {
        "facecolor": "none",
        "edgecolor": "#a9a9a9",
        "hatch": HATCHES[index % len(HATCHES)],
        "linewidth": 0,
    }


def halo(text: Text) -> Text:
    """A white edge around letters, so that a label stays legible over a line or band."""
    text.set_path_effects([withStroke(linewidth=2.5, foreground="white")])
    return text


def note_missing(axes: Axes, why: str) -> None:
    """Say in an empty panel why nothing is drawn there."""
    axes.set_xticks([])
    axes.set_yticks([])
    axes.text(
        0.5, 0.5, why, transform=axes.transAxes, ha="center", va="center", color=MUTED, fontsize=10
    )


def save(figure: Figure, folder: Path, name: str) -> list[Path]:
    """Write `name`.png (150 dpi) and `name`.svg into `folder`; the same figure, the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    png, svg = folder / f"{name}.png", folder / f"{name}.svg"
    figure.savefig(png, metadata={"Software": None})
    figure.savefig(svg, metadata={"Date": None, "Creator": "orgsim"})
    return [png, svg]
