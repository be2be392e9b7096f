"""What tests of charts share: a story drawn from a run made by hand, and how to find its parts."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from orgsim.report.charts import FIGURES
from orgsim.report.story import Story
from orgsim.report.value import draw_value_comparison
from tests.unit import chart_data
from tests.unit.chart_data import NOTES


def story(**changes: object) -> Story:
    return Story.of(chart_data.result(**changes), NOTES)


def figures(of: Story) -> list[Figure]:
    drawn = [FIGURES.get(name)(of) for name in FIGURES]
    return [figure for figure in [*drawn, draw_value_comparison([of, of])] if figure]


def panel(figure: Figure, kpi: str) -> Axes:
    return next(axes for axes in figure.axes if axes.get_gid() == kpi)


def curve(axes: Axes, gid: str) -> np.ndarray:
    return np.asarray(next(line for line in axes.lines if line.get_gid() == gid).get_ydata())


def words(figure: Figure) -> list[Text]:
    """Every text that is seen, tick labels included."""
    found = [text for text in figure.findobj(Text) if text.get_text() and text.get_visible()]
    figure.draw_without_rendering()
    ticks = {
        id(label)
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]
        for label in (tick.label1, tick.label2)
        if not axis.get_view_interval()[0] <= tick.get_loc() <= axis.get_view_interval()[1]
    }
    return [text for text in found if id(text) not in ticks]


def told(figure: Figure) -> str:
    """Every word of a figure on one line, without line breaks and hard spaces."""
    return plainly(" ".join(text.get_text() for text in words(figure)))


def message(figure: Figure) -> str:
    """The title of a figure, in the same way."""
    return plainly(next(text.get_text() for text in figure.texts if text.get_gid() == "message"))


def plainly(text: str) -> str:
    """A text as one would say it."""
    return text.replace("\n", " ").replace("\xa0", " ")
