"""How a run goes on, told on stderr: a bar at a terminal, a few plain lines anywhere else.

What it is for: an analyst who waits a minute sees that it moves; a log file is not filled with
escape codes. Nothing is coloured where NO_COLOR is set (https://no-color.org).

Reference: Command Line Interface Guidelines, clig.dev (output, interactivity).
"""

from __future__ import annotations

import io
import os
from typing import IO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

WIDTH = 100


def plain_console(stream: IO[str]) -> Console:
    """A console that takes every text as it stands: no markup, no emoji, nothing highlighted.

    Where the stream's encoding lacks a character (an old terminal), it shows `?` and goes on.
    """
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="replace")
    console = Console(file=stream, highlight=False, markup=False, emoji=False)
    console.width = min(console.width, 120) if console.is_terminal else WIDTH
    return console


class Watch:
    """Watches the simulations of a run; the part of a run's audience that shows progress."""

    def __init__(self, err: IO[str]) -> None:
        self.err = plain_console(err)
        self._bar: Progress | None = None
        self._total = self._kept = self._told = 0

    def begin(self, total: int, kept: int) -> None:
        """Start to show progress over the simulations that are still missing."""
        self._total, self._kept, self._told = total, kept, kept
        if kept:
            self.err.print(f"{kept} of {total} simulations are there already")
        if kept == total or not self._is_live:
            return
        self._bar = Progress(
            TextColumn("Simulations"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self.err,
            transient=True,
        )
        self._bar.add_task("", total=total, completed=kept)
        self._bar.start()

    def advance(self) -> None:
        """Show that one more simulation is finished; in plain text about ten times in a run."""
        self._kept += 1
        if self._bar is not None:
            self._bar.advance(self._bar.task_ids[0])
        elif self._kept == self._total or self._kept - self._told >= self._total / 10:
            self._told = self._kept
            self.err.print(f"{self._kept} of {self._total} simulations finished")

    def end(self) -> None:
        """Take the progress bar away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def stopped(self, total: int, kept: int) -> None:
        """Say what an interrupted run has kept and how to go on."""
        self.err.print(
            f"Stopped: {kept} of {total} simulations are kept; the same command goes on from there"
        )

    @property
    def _is_live(self) -> bool:
        return self.err.is_terminal and not os.environ.get("NO_COLOR")
