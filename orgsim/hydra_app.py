"""orgsim as a plain Hydra program, so that Hydra's own multirun, sweepers and launchers work.

    python -m orgsim.hydra_app scenario=untapped_niche_campaign campaign.intensity=0.5
    python -m orgsim.hydra_app -m scenario=untapped_niche_campaign campaign.intensity=0.5,1,2
    python -m orgsim.hydra_app -m scenario=baseline,supplier_outage run.replications=20

What it is for: users of Hydra plug-ins. One job is one point with all its replications inside and
gives back the scenario's company value against its reference (EUR), which is what an optimising
sweeper sees. A multirun leaves one row per job in `results/hydra-<time>/summary.csv`.
From some 200 points on `orgsim sweep` is quicker: it composes once and fills one pool of workers.

Assumptions: Hydra composes our own `configs/` only, to know their keys and groups. A scenario is
never a Hydra config group: its name and the overrides go to `orgsim.config.compose`, which reads
it as data (DESIGN s.6). Nothing is instantiated by name.

Reference: ECOSYSTEM 1.1-1.4 (versions of Hydra, cost of a job, the mend for Python 3.14).
"""

from __future__ import annotations

import argparse
import inspect
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orgsim.errors import COMMAND_LINE, ConfigError, OrgsimError, Problem

if TYPE_CHECKING:
    from omegaconf import DictConfig

    from orgsim.config.compose import Resolved
    from orgsim.config.schema import Scenario

NODE = "orgsim_hydra_app"
HEADLINE = "value_year_clv_difference"
_OPEN = ("shocks", "sources")  # mappings whose entries the user names


def main() -> None:
    """Run the Hydra program on the command line's arguments."""
    import hydra

    from orgsim.config.sources import packaged

    _mend_argparse()
    _register()
    wanted: dict[str, Any] = {"config_path": str(packaged().configs), "config_name": NODE}
    if hydra.__version__ < "1.4":
        wanted["version_base"] = "1.3"
    if "execution_whitelist" in inspect.signature(hydra.main).parameters:
        wanted["execution_whitelist"] = ()
    program: Callable[[], Any] = hydra.main(**wanted)(job)
    program()


def job(composed: DictConfig) -> float:
    """Do one point: a single run with folder and charts, or a row of a multirun's table.

    Returns the value difference in EUR. Ends the program with 2 on what the user can mend, with 3
    when results cannot be written or do not balance.
    """
    from hydra.core.hydra_config import HydraConfig
    from hydra.types import RunMode
    from omegaconf import OmegaConf

    asked = HydraConfig.get()
    results = Path(asked.runtime.cwd) / "results"
    try:
        if OmegaConf.is_missing(composed, "scenario"):
            hint = "write scenario=untapped_niche_campaign"
            raise ConfigError(Problem(where=COMMAND_LINE, message="no scenario", hint=hint))
        resolved, settings = _resolved(str(composed.scenario), list(asked.overrides.task))
        if asked.mode != RunMode.MULTIRUN:
            return _alone(resolved, results)
        row = {"job": asked.job.num, "scenario": resolved.name, **settings}
        table = Path(asked.runtime.cwd) / asked.sweep.dir / "summary.csv"
        return _one_of_many(resolved, results, table, row)
    except OrgsimError as problem:
        is_mendable = isinstance(problem, ConfigError)
        print(problem if is_mendable else f"orgsim: {problem}", file=sys.stderr)
        raise SystemExit(2 if is_mendable else 3) from None


def _resolved(scenario: str, overrides: list[str]) -> tuple[Resolved[Scenario], dict[str, str]]:
    """The scenario with the job's other overrides, and these as key -> value."""
    from orgsim.config.compose import resolve

    others = [text for text in overrides if text.partition("=")[0].lstrip("+") != "scenario"]
    parts = (text.lstrip("+").partition("=") for text in others)
    with _set_aside():
        return resolve(scenario, others), {key: value for key, _, value in parts}


@contextmanager
def _set_aside() -> Iterator[None]:
    """Let our own composition use Hydra inside a Hydra job: it allows one at a time."""
    from hydra.core.global_hydra import GlobalHydra

    running = GlobalHydra.instance().hydra
    GlobalHydra.instance().clear()
    try:
        yield
    finally:
        GlobalHydra.instance().hydra = running


def _alone(resolved: Resolved[Scenario], results: Path) -> float:
    from orgsim.experiment.run import run
    from orgsim.experiment.sweep import figures_of
    from orgsim.report.console import Terminal

    terminal = Terminal()
    result = run(resolved, results=results, charts=True, console=terminal)
    terminal.show(result)
    if not result.is_balanced:
        raise SystemExit(3)
    return float(figures_of(result.summary, result.value_summary)[HEADLINE])


def _one_of_many(
    resolved: Resolved[Scenario], results: Path, table: Path, settings: Mapping[str, Any]
) -> float:
    from orgsim.experiment.point import point_of
    from orgsim.experiment.run import fill
    from orgsim.experiment.store import Store, explained
    from orgsim.experiment.sweep import row_of
    from orgsim.report.console import Terminal

    point, store = point_of(resolved), Store(results)
    tasks = point.tasks(keep_facts=False)
    fill(store, tasks, workers=resolved.scenario.run.workers, console=Terminal())
    row = {**settings, **row_of(store, point)}
    with explained(table.parent):
        append_row(table, row)
    shown = os.path.relpath(table)
    print(f"job {row['job']}: {HEADLINE} {row[HEADLINE]:,.0f} EUR, a row of {shown}")
    if not row["balanced"]:
        print("the books do not balance: see `orgsim run` for which", file=sys.stderr)
        raise SystemExit(3)
    return float(row[HEADLINE])


def append_row(table: Path, row: Mapping[str, Any]) -> None:
    """Add one line to a CSV table that several jobs may be writing to at the same time.

    The heading appears with the first line by one link, every further line by one write.
    """
    import pandas as pd

    table.parent.mkdir(parents=True, exist_ok=True)
    heading, line = pd.DataFrame([row]).to_csv(index=False, lineterminator="\n").splitlines(True)
    if not table.exists():
        handle, temporary = tempfile.mkstemp(dir=table.parent, prefix=f".{table.name}.")
        try:
            os.write(handle, heading.encode())
            os.link(temporary, table)
        except FileExistsError:  # another job was first
            pass
        finally:
            os.close(handle)
            Path(temporary).unlink()
    handle = os.open(table, os.O_WRONLY | os.O_APPEND)
    try:
        os.write(handle, line.encode())
    finally:
        os.close(handle)


def _register() -> None:
    """Tell Hydra where its own files go, and that a scenario and its named entries may be given."""
    from hydra.core.config_store import ConfigStore
    from omegaconf import DictConfig

    node: dict[str, Any] = {
        # Our own messages are printed; Hydra's logging set-up would say them twice.
        "defaults": ["config", "_self_", {"override hydra/job_logging": "none"}],
        "scenario": "???",
        "hydra": {
            "run": {"dir": "."},
            "sweep": {"dir": "results/hydra-${now:%Y-%m-%d_%H-%M-%S}", "subdir": "."},
            "output_subdir": None,
            "job": {"chdir": False},
        },
    }
    node |= {name: DictConfig({}, flags={"struct": False}) for name in _OPEN}
    ConfigStore.instance().store(name=NODE, node=DictConfig(node))


def _mend_argparse() -> None:
    """Let Hydra 1.3 start on Python 3.14, whose argparse refuses help that is no text.

    To go when Hydra 1.4 is the floor (ECOSYSTEM 1.2).
    """
    check = getattr(argparse.ArgumentParser, "_check_help", None)
    if sys.version_info < (3, 14) or check is None or getattr(check, "is_mended", False):
        return

    def lenient(parser: argparse.ArgumentParser, action: argparse.Action) -> None:
        if action.help is None or isinstance(action.help, str):
            check(parser, action)

    lenient.is_mended = True
    argparse.ArgumentParser._check_help = lenient


if __name__ == "__main__":
    main()
