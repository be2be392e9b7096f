"""The registry of figures and the two calls that draw them into a folder.

A new figure is a function from a `Story` to a figure (or None where it has nothing to say),
registered under its file name. Everything is drawn from the result tables: redrawing an old
results folder needs no simulation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from orgsim.registry import Registry
from orgsim.report import style
from orgsim.report.cascade import draw_cascade
from orgsim.report.story import KpiNote, Story

FIGURES: Registry[Callable[[Story], Figure | None]] = Registry("figure")

FIGURES.register("cascade")(draw_cascade)


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
