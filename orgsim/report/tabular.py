"""Tables, labels and paths as the terminal shows them."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path

from rich import box
from rich.table import Table
from rich.text import Text

from orgsim.report.measures import Estimate
from orgsim.report.verdicts import signed_range

MORE = "ask for run.replications=20"


def new_table(title: str, *, width: int) -> Table:
    """An empty table without frames under a title."""
    return Table(
        title=Text(title, style="bold"),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        width=width,
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )


def hung(label: str, width: int) -> str:
    """The label on as many lines as it needs, set in below its heading."""
    return textwrap.fill(label, width, initial_indent="  ", subsequent_indent="    ")


def in_thousands(found: Estimate) -> str:
    """Money in thousands with its sign and its interval."""
    return signed_range(*(1e-3 * one for one in (found.mean, found.low, found.high)), digits=0)


def shown(path: Path) -> str:
    """The path as short as it can be typed from here."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)


def short_names(settings: Sequence[str]) -> list[str]:
    """The last word of each key path, unless two settings share it."""
    last = [setting.rpartition(".")[2] for setting in settings]
    pairs = zip(settings, last, strict=True)
    return [setting if last.count(word) > 1 else word for setting, word in pairs]
