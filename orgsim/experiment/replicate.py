"""Replications as independent tasks, done by one pool of workers.

What it is for: a worker is handed plain text and numbers (a `Task`) and gives back plain tables
(an `Outcome`). Nothing else crosses between processes, so that where and in which order tasks are
done cannot change a result, and another engine (Dask, Slurm) can take the pool's place.

Assumptions: a task is 0.2-60 s of work on one core. A worker process may die (memory, machine);
its task is given to another, and a task that keeps killing its worker is named and left out.

Reference: joblib and loky (https://joblib.readthedocs.io); ECOSYSTEM 1.5 for what was measured.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Literal, get_type_hints

import numpy as np
import pyarrow as pa

from orgsim.errors import OrgsimError
from orgsim.experiment import tables

if TYPE_CHECKING:
    from orgsim.kernel.journal import Journal
    from orgsim.kpis.base import Window

Variant = Literal["scenario", "reference"]
_WATCH = "orgsim-watches-parent"
_ROUNDS_TOGETHER = 3  # after so many broken pools the rest is done one task at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One replication to be done.

    `config` is the plain resolved configuration as JSON text; `variant` says whether it is run as
    it stands or as its own reference without shocks (MODEL T3); `address` is where the store will
    keep it; `keep_facts` asks for the facts themselves beside the tables.
    """

    address: str
    config: str
    variant: Variant
    replication: int
    keep_facts: bool = False

    @property
    def key(self) -> tuple[str, int]:
        """What makes two tasks the same work."""
        return self.address, self.replication


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a worker gives back: tables by name, facts by kind, or why there are none."""

    task: Task
    tables: Mapping[str, pa.Table] = field(default_factory=dict)
    facts: Mapping[str, pa.Table] = field(default_factory=dict)
    seconds: float = 0.0
    failure: str = ""
    trace: str = ""


Perform = Callable[[Task], Outcome]


def perform(task: Task) -> Outcome:
    """Simulate and measure one replication with the real model."""
    from orgsim.config.schema import Scenario
    from orgsim.kpis import measure
    from orgsim.kpis.base import Window
    from orgsim.organisation import reference_of, simulate

    scenario = Scenario.model_validate(json.loads(task.config))
    if task.variant == "reference":
        scenario = reference_of(scenario)
    journal = simulate(scenario, task.replication)
    measures = measure(scenario, journal)
    measured = {name: tables.table_of(name, getattr(measures, name)) for name in tables.SCHEMAS}
    facts = facts_of(journal) | story_of(Window(scenario, journal)) if task.keep_facts else {}
    return Outcome(task=task, tables=measured, facts=facts)


def story_of(window: Window) -> dict[str, pa.Table]:
    """What is told case by case of the replication whose events are written."""
    from orgsim.kpis.promises import readable

    return {"promises": tables.table_of("promises", readable(window))}


def facts_of(journal: Journal) -> dict[str, pa.Table]:
    """Every fact of a journal, one table per kind, and the readings of its declared gauges."""
    facts = {kind.__name__: fact_table(kind, journal.columns(kind)) for kind in journal.kinds()}
    gauges = journal.gauges()
    texts = {name: [str(word) for word in gauges[name]] for name in ("name", "member")}
    return facts | {"gauges": pa.table({**gauges, **texts})}


def fact_table(kind: type, columns: Mapping[str, Any]) -> pa.Table:
    """The columns of one kind of fact (a NamedTuple) as a table; codes are written as names."""
    hints = get_type_hints(kind)
    arrays = {name: _readable(column, hints.get(name)) for name, column in columns.items()}
    return pa.table(arrays)


def _readable(column: Any, hint: Any) -> pa.Array:
    if not (isinstance(hint, type) and issubclass(hint, IntEnum)):
        return pa.array(column)
    members = sorted(hint)
    codes = np.searchsorted(np.array(members), column).astype(np.int16)
    return pa.DictionaryArray.from_arrays(codes, [member.name.lower() for member in members])


def attempt(work: Perform, task: Task) -> Outcome:
    """Do one task; a failure inside it is an outcome too, so that the others go on."""
    started = time.perf_counter()
    try:
        outcome = work(task)
    except Exception as problem:
        if isinstance(problem, OrgsimError):
            return Outcome(task=task, failure=str(problem))
        return Outcome(task=task, failure=repr(problem), trace=traceback.format_exc())
    return Outcome(
        task=task,
        tables=outcome.tables,
        facts=outcome.facts,
        seconds=time.perf_counter() - started,
    )


def _attempt_in_worker(work: Perform, task: Task, parent: int) -> Outcome:
    # Ctrl-C reaches the whole process group: only the parent answers it, and ends its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if not any(thread.name == _WATCH for thread in threading.enumerate()):
        threading.Thread(target=_end_with, args=(parent,), name=_WATCH, daemon=True).start()
    return attempt(work, task)


def _end_with(parent: int) -> None:
    """End this worker when its parent was killed; loky itself would let it wait for minutes."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def replicate(
    tasks: Sequence[Task], *, workers: int = 1, work: Perform = perform
) -> Generator[Outcome, None, None]:
    """Do all `tasks` and yield each outcome as soon as it is there, in no promised order.

    `workers` processes are used, 0 means one per core; with 1 this very process does it all.
    Whatever stops the iteration early also ends the workers at once.
    """
    workers = min(workers or cores(), len(tasks))
    with stoppable():
        if workers <= 1:
            for task in tasks:
                yield attempt(work, task)
        else:
            yield from _in_pool(tasks, workers, work)


def cores() -> int:
    """How many cores this process may use."""
    from joblib import cpu_count

    return int(cpu_count())


def _in_pool(tasks: Sequence[Task], workers: int, work: Perform) -> Iterator[Outcome]:
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    waiting = {task.key: task for task in tasks}
    for _ in range(_ROUNDS_TOGETHER):
        try:
            for outcome in _round(list(waiting.values()), workers, work):
                del waiting[outcome.task.key]
                yield outcome
        except TerminatedWorkerError:
            continue
        return
    for task in list(waiting.values()):
        try:
            yield from _round([task], workers, work)
        except TerminatedWorkerError:
            yield Outcome(task=task, failure="it ended its worker process (out of memory?)")


def _round(tasks: Sequence[Task], workers: int, work: Perform) -> Iterator[Outcome]:
    from joblib import Parallel, delayed, parallel_config

    with parallel_config(backend="loky", n_jobs=workers, inner_max_num_threads=1):
        parallel = Parallel(return_as="generator_unordered", batch_size=1, pre_dispatch="2*n_jobs")
        outcomes = parallel(delayed(_attempt_in_worker)(work, task, os.getpid()) for task in tasks)
    finished = False
    try:
        for outcome in outcomes:  # noqa: UP028 - `yield from` would close them before we can
            yield outcome
        finished = True
    finally:
        if not finished:
            _end_workers(outcomes)


def _end_workers(outcomes: Generator[Outcome, None, None]) -> None:
    """Give up what is under way, at once; joblib would warn of results nobody fetched."""
    from joblib.externals.loky import get_reusable_executor

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        outcomes.close()
    get_reusable_executor(reuse=True).shutdown(wait=True, kill_workers=True)
    # Where loky cannot list a worker's children it fails to kill the worker, too, and forgets the
    # others; Python would then wait for them for ever at exit. psutil spares us that; make sure.
    for child in multiprocessing.active_children():
        if child.pid is not None and child.name.startswith("LokyProcess"):
            os.kill(child.pid, signal.SIGKILL)
            child.join()


@contextmanager
def stoppable() -> Iterator[None]:
    """Let a polite kill (SIGTERM) stop the work as Ctrl-C does, with the workers ended."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def distinct(tasks: Iterable[Task]) -> list[Task]:
    """The tasks without repetition, first replications first, so that pairs are complete early.

    Where two tasks are the same work and one asks for facts, the one that asks stays.
    """
    chosen: dict[tuple[str, int], Task] = {}
    for task in tasks:
        if task.key not in chosen or task.keep_facts:
            chosen[task.key] = task
    return sorted(chosen.values(), key=lambda task: task.replication)
