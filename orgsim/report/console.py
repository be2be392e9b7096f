"""What a run says in the terminal: progress while it works, then the story in one screen.

What it is for: a hurried analyst reads, top to bottom, what was asked, whether each area met its
own target, what customer and company got beside the same year left alone, what it was worth and
what broke first, each with its uncertainty, and where the rest is. Progress goes to stderr, results
to stdout; nothing is said by colour alone; `--json` says the same to a machine.

Assumptions: at least 100 columns. Intervals are 95 % t intervals of the mean over replications,
those of differences paired by replication (see `orgsim.experiment.compare`).

Reference: S. Few (2006), Information Dashboard Design (a figure beside what it is compared with).
"""

from __future__ import annotations

import math
import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal

from rich.text import Text

from orgsim.experiment.compare import failed_checks, variance_reduction
from orgsim.report.books import book_rows, books_message, rest_message
from orgsim.report.headline import headline
from orgsim.report.machine import runs_as_json, sweep_as_json
from orgsim.report.narrative import apart, are_firms, comparison_message, full_titles
from orgsim.report.paradox import hurting_success, in_words
from orgsim.report.progress import Watch, plain_console
from orgsim.report.response import STEPS, response_rows
from orgsim.report.story import FEW, HOURS_PER_WEEK, Story
from orgsim.report.sweeps import show_sweep
from orgsim.report.tabular import MORE, hung, in_thousands, new_table, shown
from orgsim.report.verdicts import Verdict, attainments, effects
from orgsim.report.wording import HORIZONS, NO_VALUE, WORDS, capital, short_date

if TYPE_CHECKING:
    from orgsim.experiment.beside import Comparison
    from orgsim.experiment.run import RunResult
    from orgsim.experiment.sweep import SweepResult
    from orgsim.report.story import KpiNote

Row = tuple[str | Text, ...]
HEADLINE = "year+CLV"
NOTABLE = 4.0
"""So many times fewer pairs that a narrower interval is worth a word."""

_LASTING = ("year", "year+CLV")
"""The horizons that scenarios are put beside each other by."""
DIRECTLY = (
    "Each less the first: pair by pair, to be quoted. What they differ in when nothing happens "
    "counts here; above, it is in the reference of each: the two tables need not agree."
)
APART = (
    "Scenarios of other weeks or another seed met other customers: they are not put beside "
    "the first directly, neither here nor in the table of all KPIs."
)

_LOOK = {"good": "green", "bad": "red", "": ""}


class Terminal(Watch):
    """The audience at a terminal: watches a run, draws its charts, shows what came of it."""

    def __init__(self, *, out: IO[str] | None = None, err: IO[str] | None = None) -> None:
        super().__init__(sys.stderr if err is None else err)
        self.out = plain_console(sys.stdout if out is None else out)
        self._has_explained = False
        self._has_gaps = False

    def take_up(self, name: str, number: int, total: int) -> None:
        """Say which of several scenarios comes next."""
        if total > 1:
            self.err.print(f"Scenario {number} of {total}: {name}")

    def draw(self, result: RunResult) -> None:
        """Draw every chart of a result into its folder."""
        self.err.print("Drawing charts ...")
        from orgsim.report.charts import draw_all

        draw_all(result, result.folder / "charts")

    def draw_comparison(self, results: Sequence[RunResult], folder: Path) -> None:
        """Draw what several scenarios are worth beside each other."""
        from orgsim.report.charts import draw_comparison

        draw_comparison(results, folder)

    def show(self, result: RunResult, kpis: Iterable[KpiNote] | None = None) -> None:
        """Print what a run found; of one that does not balance, only what does not balance."""
        story = Story.of(result, kpis)
        self._has_gaps = False
        self._head(story, result)
        if not result.is_balanced:
            self._imbalance(result)
        else:
            self._targets(story)
            self._whole_run(story)
            self._breaks(story)
            self._responses(story)
            self._notes(result)
        self._places(result.folder)

    def _head(self, story: Story, result: RunResult) -> None:
        self.out.print()
        self.out.print(Text(story.title, style="bold"))
        if story.question:
            self.out.print(story.question)
        if result.is_balanced:
            # Wrapped here: rich parts a number from its unit, at the space that must not break.
            answer = textwrap.fill(headline(story) + ".", self.out.width)
            self.out.print(Text(answer, style="bold"))
            if (found := hurting_success(story)) is not None:
                self._note(in_words(found, story))
        self.out.print()
        runs = result.point.replications
        each = "replication" if runs == 1 else "replications, each with its own luck,"
        self.out.print(
            f"{2 * runs} simulations of {story.weeks} weeks from {story.start.isoformat()}: {runs} "
            f"{each} of the scenario and {runs} of its reference (seed {story.seed})."
        )
        self.out.print(f"Reference, {result.point.reference}.")
        if story.is_alone:
            self.out.print("Not a figure of the scenario differs from it, so it is not shown.")
        if cut := story.cut_short:
            self._note(f"{capital(cut)}, beyond the run: what comes then is in no figure.")
        if runs == 1:
            self.out.print(f"One replication has no interval and proves nothing: {MORE}.")
        elif runs < FEW:
            self.out.print(f"Intervals of {runs} replications are wide: {MORE} for a verdict.")
        self.out.print()

    def _targets(self, story: Story) -> None:
        rows: list[Row] = []
        for area, lines in attainments(story).items():
            rows.append((Text(capital(area), style="bold"),))
            for one in lines:
                (own, other), (judged, judged_other) = one.levels, one.verdicts
                cells = (one.goal, own, _words(judged), other, _words(judged_other))
                rows.append((one.label, *cells))
        if rows:
            title = f"Each area against its own target in the {story.shock_weeks}"
            headings = ("target", "scenario", "verdict", story.without, "verdict ")
            self._print_table(f"{title}, {story.shock_time}", headings, rows)
            self.out.print()

    def _whole_run(self, story: Story) -> None:
        rows: list[Row] = []
        for area, lines in effects(story).items():
            rows.append((Text(capital(area), style="bold"),))
            for one in lines:
                own, other = one.levels
                beside: Row = (own, other, one.change, _words(one.verdict))
                cells = (own, _words(one.verdicts[0])) if story.is_alone else beside
                rows.append((one.label, one.goal, *cells))
        beside = () if story.is_alone else (story.without, "difference (95 %)")
        title = "The whole run" + ("" if story.is_alone else f" beside {story.without}")
        self._print_table(title, ("target", "scenario", *beside, "verdict"), rows)
        if books := book_rows(story):
            self._note(f"{books_message(story, books)}. {rest_message(books)}.")
        self.out.print()

    def _breaks(self, story: Story) -> None:
        broken = story.breaks[story.breaks["share"] > 0]
        if broken.empty:
            self.out.print("Nothing broke.\n")
            return
        beside = () if story.is_alone else (story.without, "earlier")
        headings = ("date", "earliest to latest", "scenario", *beside)
        rows = [_break_cells(story, one)[: len(headings) + 1] for one in broken.to_dict("records")]
        since = f" from {short_date(story.day(story.onset))} on" if story.windows else ""
        runs = "replications" if story.replications > 1 else "replication"
        title = f"What first broke{since}, and in how many of {story.replications} {runs}"
        self._print_table(title, headings, rows)
        self.out.print()

    def _responses(self, story: Story) -> None:
        rows = response_rows(story)
        if rows:
            title = f"How the firm responded to what the {story.left_out} broke"
            self._print_table(title, STEPS, rows)
            said = f"Median weeks from the start of the {story.left_out}, where it broke"
            few = any("(" in cell for row in rows for cell in row[1:])
            self._note(f"{said} (in how many, if not in all)." if few else f"{said}.")
            self.out.print()

    def _notes(self, result: RunResult) -> None:
        runs, saved = result.point.replications, variance_reduction(result.value, HEADLINE)
        if runs >= FEW and saved is not None and NOTABLE <= saved < math.inf:
            self._note(
                "Same luck: the interval of company value is about "
                f"{math.sqrt(saved):.0f} times narrower than with luck of their own on either side."
            )
        if self._has_gaps:
            self._note(NO_VALUE)
        if not self._has_explained:
            self._note(WORDS)
            self._has_explained = True
        self._note(f"All {result.summary['kpi'].nunique()} KPIs, by segment: summary.parquet")
        self.out.print()

    def _note(self, text: str) -> None:
        self.out.print(textwrap.fill(text, self.out.width, subsequent_indent="  "))

    def _print_table(self, title: str, headings: Sequence[str], rows: Sequence[Row]) -> None:
        """Print rows under headings; the first column takes what room is left and hangs."""
        table = new_table(title, width=self.out.width)
        others = [[str(cell) for cell in row[1:]] for row in rows if len(row) > 1]
        self._has_gaps |= any("n/a" in cell for cells in others for cell in cells)
        columns = zip(headings, *others, strict=True)
        room = self.out.width - sum(2 + max(map(len, column)) for column in columns)
        table.add_column("", width=max(room, 16))
        for heading in headings:
            justify: Literal["left", "right"] = "left" if heading.startswith("verdict") else "right"
            table.add_column(heading, justify=justify, no_wrap=True)
        for row in rows:
            label = row[0] if isinstance(row[0], Text) else hung(row[0], max(room, 16))
            table.add_row(label, *row[1:])
        self.out.print(table)

    def _imbalance(self, result: RunResult) -> None:
        failed = failed_checks(result.audit)
        self.out.print(
            Text(
                "THE BOOKS DO NOT BALANCE: these results are marked and must not be used.",
                "bold red",
            )
        )
        table = new_table("Conservation audit", width=self.out.width)
        table.add_column("check", ratio=1, overflow="fold")
        for heading in ("variant", "replication", "left", "right", "left - right"):
            table.add_column(heading, justify="right", no_wrap=True)
        for one in failed.head(20).to_dict("records"):
            left, right = float(one["left"]), float(one["right"])
            figures = (f"{left:,.6g}", f"{right:,.6g}", f"{left - right:,.6g}")
            table.add_row(str(one["check"]), one["variant"], str(one["replication"]), *figures)
        self.out.print(table)
        self.out.print()
        if len(failed) > 20:
            self.out.print(f"  and {len(failed) - 20:,} more in audit.parquet\n")

    def _places(self, folder: Path) -> None:
        self.out.print(f"Results  {shown(folder)}", soft_wrap=True)
        charts = sorted(path.name for path in (folder / "charts").glob("*.png"))
        if charts:
            self.out.print(
                f"Charts   {shown(folder / 'charts')}: {', '.join(charts)}", soft_wrap=True
            )
        if (folder / "events.csv").exists():
            self.out.print(f"Events   {shown(folder / 'events.csv')}", soft_wrap=True)

    def show_json(
        self,
        results: Sequence[RunResult],
        kpis: Iterable[KpiNote] | None = None,
        *,
        comparison: Comparison | None = None,
    ) -> None:
        """Print what one run found, or several, as one JSON object."""
        self.out.file.write(runs_as_json(results, kpis, comparison=comparison))

    def show_comparison(self, results: Sequence[RunResult], table: Path) -> None:
        """Print what several scenarios are worth beside each other; `table` has every figure."""
        stories = [Story.of(result) for result in results]
        called = full_titles(stories)
        rows = [
            (title, *(in_thousands(story.worth(one)) for one in _LASTING))
            for title, story in zip(called, stories, strict=True)
        ]
        names = {story.without for story in stories}
        against = names.pop() if len(names) == 1 else "the reference of each"
        headings = [HORIZONS[name].title for name in _LASTING]
        self.out.print()
        self.out.print(comparison_message(stories) + ".\n")
        if not are_firms(stories):
            title = f"Beside each other: value against {against}, kEUR (95 %)"
            self._print_table(title, headings, rows)
            self.out.print()
        self._directly(stories, called, headings)
        self.out.print(f"Results  {shown(table)}: every KPI of one less the other", soft_wrap=True)
        if (chart := table.parent / "comparison.png").exists():
            self.out.print(f"Chart    {shown(chart)}", soft_wrap=True)

    def _directly(
        self, stories: Sequence[Story], called: Sequence[str], headings: Sequence[str]
    ) -> None:
        """The levels of the later ones less those of the first."""
        first, *others = stories
        found = [[apart(story, first, horizon) for horizon in _LASTING] for story in others]
        pairs = zip(called[1:], found, strict=True)
        rows = [(title, *map(in_thousands, each)) for title, each in pairs if each[0].n]
        if rows:
            self._print_table(f"Each less “{called[0]}”, kEUR (95 %)", headings, rows)
            self._note(DIRECTLY)
        if len(rows) < len(others):
            self._note(APART)
        self.out.print()

    def draw_sweep(self, sweep: SweepResult) -> None:
        """Draw what the points of a sweep do for areas and company."""
        from orgsim.report.charts import draw_sweep

        draw_sweep(sweep)

    def show_sweep(self, sweep: SweepResult) -> None:
        """Print one row per point: its settings and its value against the reference."""
        show_sweep(self.out, sweep)

    def show_sweep_json(self, sweep: SweepResult) -> None:
        """Print a sweep's summary as one JSON object."""
        self.out.file.write(sweep_as_json(sweep))


def _words(verdict: Verdict) -> Text:
    return Text(verdict.words, style=_LOOK[verdict.mood])


def _break_cells(story: Story, one: Mapping[Any, Any]) -> Row:
    n = int(one["n"])
    middle, first, last = (
        story.day(float(one[key]) / HOURS_PER_WEEK) for key in ("median", "earliest", "latest")
    )
    between = short_date(first) + (f" to {short_date(last)}" if last > first else "")
    shares = (one["share"], one["reference_share"], one["earlier"])
    counts = [f"{share * n:.0f}" if math.isfinite(share) else "n/a" for share in shares]
    year = "" if middle.year == story.start.year else f" {middle.year}"
    date = short_date(middle) + year
    return story.break_title(str(one["name"])), date, between, *counts
