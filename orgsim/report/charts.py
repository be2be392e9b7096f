"""The registry of figures and the two calls that draw them into a folder.

A new figure is a function from a `Story` to a figure (or None where it has nothing to say),
registered under its file name. Everything is drawn from the result tables: redrawing an old
results folder needs no simulation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure

from orgsim.registry import Registry
from orgsim.report import style
from orgsim.report.cascade import draw_cascade
from orgsim.report.companion import draw_companion
from orgsim.report.scorecard import draw_scorecard
from orgsim.report.story import KpiNote, Story
from orgsim.report.value import draw_books, draw_value, draw_value_comparison

if TYPE_CHECKING:
    from orgsim.experiment.sweep import SweepResult

FIGURES: Registry[Callable[[Story], Figure | None]] = Registry("figure")

FIGURES.add("cascade", draw_cascade)
FIGURES.add("scorecard", draw_scorecard)
FIGURES.add("value", draw_value)
FIGURES.add("books", draw_books)


def draw_all(result: Any, folder: Path, kpis: Iterable[KpiNote] | None = None) -> list[Path]:
    """Draw every registered figure of a `RunResult` as PNG and SVG into `folder`.

    Returns the paths written, in the order of the registry. `kpis` defaults to `orgsim.kpis`.
    """
    story = Story.of(result, kpis)
    written: list[Path] = []
    with style.house_style():
        for name in FIGURES:
            figure = FIGURES.get(name)(story)
            if figure is not None:
                written += style.save(figure, folder, name)
    return written


def draw_comparison(
    results: Sequence[Any], folder: Path, kpis: Iterable[KpiNote] | None = None
) -> list[Path]:
    """Draw what several runs are worth beside each other, in the order given; [] if nothing is."""
    notes = None if kpis is None else tuple(kpis)
    stories = [Story.of(result, notes) for result in results]
    with style.house_style():
        figure = draw_value_comparison(stories)
        return style.save(figure, folder, "comparison") if figure is not None else []


def draw_sweep(sweep: SweepResult) -> list[Path]:
    """Draw what the points of a sweep do for areas and company into its folder; [] if nothing."""
    with style.house_style():
        figure = draw_companion(sweep)
        return style.save(figure, sweep.folder, "companion") if figure is not None else []
