"""Run a scenario: replicate it beside its reference, compare, and leave a complete folder.

What it is for: the one way from a resolved scenario to results. Replications that the store holds
are not computed again, so the same call resumes what was stopped and adds replications later.

Assumptions: the results folder is ours to write below and nothing else is; whoever calls us looks
after what a person sees (`Audience`), since this module speaks to no one.

Reference: DESIGN s.7; MODEL T3 (reference), T6 (identity of results), s.7 (conservation).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from orgsim.errors import ModelError
from orgsim.experiment import compare, events, folder, tables
from orgsim.experiment.point import Point, Resolved, point_of
from orgsim.experiment.replicate import Outcome, Perform, Task, cores, distinct, perform, replicate
from orgsim.experiment.store import Store

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from orgsim.experiment.sweep import SweepResult


class Audience(Protocol):
    """Who is told how a run goes on, and who draws its charts (`orgsim.report` has one)."""

    def begin(self, total: int, kept: int) -> None:
        """`total` simulations are wanted, `kept` of them are in the store already."""

    def advance(self) -> None:
        """One more simulation is finished and kept."""

    def end(self) -> None:
        """Nothing more will be advanced."""

    def stopped(self, total: int, kept: int) -> None:
        """The run was interrupted; `kept` of `total` simulations are in the store."""

    def draw(self, result: RunResult) -> None:
        """Draw the charts of a result into its folder."""

    def draw_sweep(self, sweep: SweepResult) -> None:
        """Draw the chart of a sweep into its folder."""


class Nobody:
    """An audience that sees nothing and draws nothing."""

    def begin(self, total: int, kept: int) -> None:
        """Say nothing."""

    def advance(self) -> None:
        """Say nothing."""

    def end(self) -> None:
        """Say nothing."""

    def stopped(self, total: int, kept: int) -> None:
        """Say nothing."""

    def draw(self, result: RunResult) -> None:
        """Draw nothing."""

    def draw_sweep(self, sweep: SweepResult) -> None:
        """Draw nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """What a run found: tidy frames (see SPEC of results in the README) and where they are.

    `summary` has one row per KPI and segment, `value_summary` one per horizon. `is_balanced` tells
    whether the conservation audit passed in every replication; if not, nothing else may be shown.
    """

    point: Point
    resolved: Resolved | None
    folder: Path
    weekly: pd.DataFrame
    totals: pd.DataFrame
    value: pd.DataFrame
    breaks: pd.DataFrame
    responses: pd.DataFrame
    audit: pd.DataFrame
    summary: pd.DataFrame
    value_summary: pd.DataFrame

    @property
    def digest(self) -> str:
        """The first twelve digits of the scenario's content address, as in the folder's name."""
        return self.point.scenario_address[:12]

    @property
    def is_balanced(self) -> bool:
        """Whether leads, orders, units, tickets, customers and money balanced everywhere."""
        return bool(self.audit["passed"].all())


def run(resolved: Resolved, *, results: Path, charts: bool, console: Audience) -> RunResult:
    """Replicate a resolved scenario and its reference, and complete its run folder.

    Raises ResultError (folder not writable, disc full), ModelError (a replication failed; the
    others are kept), KeyboardInterrupt (after the audience was told what is kept).
    """
    workers = resolved.scenario.run.workers
    point = point_of(resolved)
    return run_point(
        point, results=results, charts=charts, console=console, workers=workers, resolved=resolved
    )


def run_point(
    point: Point,
    *,
    results: Path,
    charts: bool,
    console: Audience,
    workers: int,
    resolved: Resolved | None = None,
    work: Perform = perform,
) -> RunResult:
    """As `run`, for a point whose replications are done by `work`."""
    started = time.perf_counter()
    store = Store(results)
    fill(store, point.tasks(keep_facts=True), workers=workers, console=console, work=work)
    collected = folder.collect(store, point)
    target = folder.RunFolder(results / folder.folder_name(point))
    result = _result(point, resolved, target.path, collected)
    identity = folder.identity_of(point, store, is_balanced=result.is_balanced)
    if not target.is_complete(identity, charts=charts):
        target.begin()
        _write_tables(target, result, collected)
        _write_story(target, store, point)
        if charts and result.is_balanced:
            console.draw(result)
        seconds = time.perf_counter() - started
        target.finish(identity, folder.made_by(workers=workers or cores(), seconds=seconds))
    return result


def fill(
    store: Store,
    tasks: Sequence[Task],
    *,
    workers: int,
    console: Audience,
    work: Perform = perform,
) -> None:
    """Do those of `tasks` whose parts the store lacks, and keep each as soon as it is finished."""
    store.prepare()
    tasks = distinct(tasks)
    for address in sorted({task.address for task in tasks}):
        store.clear_abandoned(address)
    missing = [
        task
        for task in tasks
        if not store.holds(task.address, task.replication, facts=task.keep_facts)
    ]
    kept = len(tasks) - len(missing)
    failed: list[Outcome] = []
    console.begin(len(tasks), kept)
    try:
        with closing(replicate(missing, workers=workers, work=work)) as outcomes:
            for outcome in outcomes:
                if outcome.failure:
                    failed.append(outcome)
                    continue
                task = outcome.task
                store.save(task.address, task.replication, outcome.tables, outcome.facts)
                kept += 1
                console.advance()
    except KeyboardInterrupt:
        console.end()
        console.stopped(len(tasks), kept)
        raise
    finally:
        console.end()
    if failed:
        raise _failure(failed, len(tasks))


def _failure(failed: Sequence[Outcome], total: int) -> ModelError:
    first = min(failed, key=lambda outcome: (outcome.task.replication, outcome.task.variant))
    error = ModelError(
        f"{len(failed)} of {total} simulations failed (the others are kept); first: "
        f"{first.task.variant}, replication {first.task.replication}: {first.failure}"
    )
    if first.trace:
        error.add_note(first.trace)
    return error


def _result(
    point: Point, resolved: Resolved | None, path: Path, collected: dict[str, pa.Table]
) -> RunResult:
    frames = {name: table.to_pandas() for name, table in collected.items()}
    return RunResult(
        point=point,
        resolved=resolved,
        folder=path,
        **frames,
        summary=compare.summarise(frames["totals"], frames["audit"]),
        value_summary=compare.summarise_value(frames["value"], frames["audit"]),
    )


def _write_tables(
    target: folder.RunFolder, result: RunResult, collected: dict[str, pa.Table]
) -> None:
    import pyarrow as pa

    for name, table in collected.items():
        target.write_table(name, table)
    for name in ("summary", "value_summary"):
        frame = getattr(result, name)
        table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
        target.write_table(name, table)


def _write_story(target: folder.RunFolder, store: Store, point: Point) -> None:
    """The facts of the scenario's first replication, its promises, and its event log as CSV."""
    files = store.facts(point.scenario_address, 0)
    for kind, path in files.items():
        folder_of = "" if kind in tables.STORY_SCHEMAS else "facts/"
        target.write(f"{folder_of}{kind}.parquet", [path.read_bytes()])
    facts = {kind: tables.decode(path) for kind, path in files.items()}
    start = point.config.get("run", {}).get("start_date", "2024-01-01")
    target.write("events.csv", events.csv_of(events.event_log(facts, start)))
