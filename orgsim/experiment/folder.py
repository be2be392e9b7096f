"""The run folder: everything a reader of one scenario's results needs, in tidy files.

What it is for: the finished replications of a point (see `store`) are stacked into one Parquet
file per table, beside the event log, the facts of one replication and the charts. The manifest is
written last and seals every file: a folder with a manifest that verifies is complete, any other
one is made again from the parts, to the same bytes.

Assumption: the folder's name carries the first twelve digits of the content address, so another
configuration, seed or version of the program never overwrites it.

Reference: DESIGN s.7, MODEL T6 (what the manifest's `made` block holds is outside its hash).
"""

from __future__ import annotations

import json
import platform
import re
import shutil
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orgsim
from orgsim.errors import ResultError
from orgsim.experiment import tables
from orgsim.experiment.point import VARIANTS
from orgsim.experiment.store import canonical, code_version, explained

if TYPE_CHECKING:
    import pyarrow as pa

    from orgsim.experiment.point import Point
    from orgsim.experiment.store import Store

MANIFEST = "manifest.json"
_OURS = ("facts", "charts")
_PACKAGES = ("numpy", "scipy", "simpy", "pandas", "pyarrow", "pydantic", "hydra-core")


def folder_name(point: Point) -> str:
    """`<scenario>-<first twelve digits of its address>`, fit for any file system."""
    return f"{file_name(point.name)}-{point.scenario_address[:12]}"


def file_name(name: str) -> str:
    """A scenario's name without what a file name cannot hold; letters of any script stay."""
    return re.sub(r"[^\w.-]+", "-", name).strip(".-")[:60] or "scenario"


def collect(
    store: Store, point: Point, names: Sequence[str] = tuple(tables.SCHEMAS)
) -> dict[str, pa.Table]:
    """The tables of all replications of both variants, stacked, with their owner's columns."""
    loaded = [
        (variant, replication, store.load(point.address(variant), replication, names))
        for variant in VARIANTS
        for replication in range(point.replications)
    ]
    return {
        name: tables.stacked(
            tables.owned(part[name], variant, replication) for variant, replication, part in loaded
        )
        for name in names
    }


def inputs_of(store: Store, point: Point) -> dict[str, Any]:
    """What the folder is made from: the seals of every part, and the version of the program."""
    parts = {
        variant: [
            tables.seal(canonical(store.seals(point.address(variant), replication)).encode())
            for replication in range(point.replications)
        ]
        for variant in VARIANTS
    }
    return {"code": code_version(), "parts": parts}


class RunFolder:
    """One `results/<scenario>-<digest>/` folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def manifest(self) -> dict[str, Any]:
        """The manifest, or nothing if there is none or it cannot be read."""
        try:
            found = json.loads((self.path / MANIFEST).read_bytes())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def is_complete(self, identity: Mapping[str, Any], *, charts: bool) -> bool:
        """Whether the folder is of this identity (see `identity_of`) and every file verifies."""
        manifest = self.manifest()
        files = manifest.get("files")
        if not isinstance(files, dict) or manifest.get("identity") != identity:
            return False
        if charts and not any(name.startswith("charts/") for name in files):
            return False
        return all(self._verifies(name, expected) for name, expected in files.items())

    def _verifies(self, name: str, expected: object) -> bool:
        try:
            return tables.seal_of(self.path / name) == expected
        except OSError:
            return False

    def begin(self) -> None:
        """Make the folder ready to be filled: no manifest, no charts or facts of an older state."""
        with explained(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
            (self.path / MANIFEST).unlink(missing_ok=True)
            for name in _OURS:
                if (self.path / name).exists():
                    shutil.rmtree(self.path / name)

    def write_table(self, name: str, table: pa.Table) -> None:
        """Write one table as `<name>.parquet`."""
        self.write(f"{name}.parquet", [tables.encode(table)])

    def write(self, name: str, pieces: Iterable[bytes]) -> None:
        """Write one file, wholly or not at all. Raises ResultError when the disc refuses."""
        with explained(self.path):
            path = self.path / name
            path.parent.mkdir(exist_ok=True)
            tables.write_durably(path, pieces)

    def finish(self, identity: Mapping[str, Any], made: Mapping[str, Any]) -> None:
        """Seal every file and write the manifest; from now on the folder is complete."""
        with explained(self.path):
            files = {
                path.relative_to(self.path).as_posix(): tables.seal_of(path)
                for path in sorted(self.path.rglob("*"))
                if path.is_file() and not path.name.startswith(".") and path.name != MANIFEST
            }
            sealed = {"identity": dict(identity), "files": files}
            whole = {**sealed, "hash": tables.seal(canonical(sealed).encode()), "made": dict(made)}
            text = json.dumps(whole, indent=2, ensure_ascii=False) + "\n"
            tables.write_durably(self.path / MANIFEST, [text.encode()])
            tables.sync_folder(self.path)


def identity_of(point: Point, store: Store, *, is_balanced: bool) -> dict[str, Any]:
    """Everything that decides the tables: what was asked, by which program, from which parts."""
    run = point.config.get("run", {})
    config = {**point.config, "run": {key: run[key] for key in run if key != "workers"}}
    return {
        "scenario": point.name,
        "title": point.title,
        "question": point.question,
        "reference": point.reference,
        "balanced": is_balanced,
        "replications": point.replications,
        "seed": run.get("seed"),
        "scenario_address": point.scenario_address,
        "reference_address": point.reference_address,
        "orgsim": orgsim.__version__,
        "packages": {name: _version(name) for name in _PACKAGES},
        "config": json.loads(canonical(config)),
        "inputs": inputs_of(store, point),
    }


def made_by(*, workers: int, seconds: float) -> dict[str, Any]:
    """Where and when: of interest to a person, without influence on any table."""
    return {
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "seconds": round(seconds, 1),
        "workers": workers,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "git": git_state(),
    }


def git_state() -> dict[str, Any] | None:
    """Commit of the checkout that orgsim runs from, and whether it was changed; None elsewhere."""
    git = shutil.which("git")
    home = Path(orgsim.__file__).parent.parent
    if git is None or not (home / ".git").exists():
        return None

    def ask(*words: str) -> str:
        answer = subprocess.run(  # noqa: S603 - fixed words, nothing of the user's
            [git, "-C", str(home), *words], capture_output=True, text=True, timeout=10, check=True
        )
        return answer.stdout.strip()

    try:
        changed = ask("status", "--porcelain", "--untracked-files=no", "--", "orgsim", "configs")
        return {"commit": ask("rev-parse", "HEAD"), "changed": bool(changed)}
    except (OSError, subprocess.SubprocessError):
        return None


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError as problem:
        raise ResultError(f"package {name} is not installed") from problem
