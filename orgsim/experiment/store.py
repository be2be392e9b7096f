"""The store of finished replications: what is done is never done again.

What it is for: every finished replication is a *part*, a small folder of Parquet files under
`results/.parts/<address>/`, where the address is a hash of everything its content depends on (the
resolved configuration with its seed, and orgsim's own source). A run that is killed loses only
the replications that were under way; more replications later compute only the new ones; two
scenarios that share a reference share its parts.

Assumptions: number of replications, workers, title and question do not change a replication and
are outside the address. A part appears by one rename, so it is there wholly or not at all; a
seal (SHA-256 of each file) finds what was damaged later.

Reference: DESIGN s.7, MODEL T6; content addressing as in Git (Chacon and Straub, Pro Git, ch. 10).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections.abc import Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orgsim
from orgsim.errors import ResultError
from orgsim.experiment import tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pyarrow as pa

_SEALS = "part.json"
_ABANDONED_AFTER = 3600.0  # seconds: a temporary folder this old belongs to a run that was killed
_NOT_CONTENT = ("title", "question")
_NOT_CONTENT_OF_RUN = ("replications", "workers")


@cache
def code_version() -> str:
    """SHA-256 over orgsim's own Python files, names and contents (MODEL T6)."""
    package = Path(orgsim.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(
        package.rglob("*.py"), key=lambda path: path.relative_to(package).as_posix()
    ):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(package).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def canonical(config: Mapping[str, Any]) -> str:
    """One JSON text of a plain configuration; keeps key order, which may carry meaning."""
    return json.dumps(config, ensure_ascii=True, separators=(",", ":"), allow_nan=False)


def address_of(config: Mapping[str, Any], code: str | None = None) -> str:
    """The content address of a resolved configuration: 64 hexadecimal digits.

    `code` is the version of the program, by default that of the running one.
    """
    content = {key: part for key, part in config.items() if key not in _NOT_CONTENT}
    run = content.get("run")
    if isinstance(run, Mapping):
        content["run"] = {key: run[key] for key in run if key not in _NOT_CONTENT_OF_RUN}
    text = canonical({"config": content, "code": code_version() if code is None else code})
    return hashlib.sha256(text.encode()).hexdigest()


@contextmanager
def explained(folder: Path) -> Iterator[None]:
    """Turn what the operating system says about writing in `folder` into one ResultError line."""
    try:
        yield
    except OSError as problem:
        reason = problem.strerror or str(problem)
        if problem.filename and Path(str(problem.filename)) != folder:
            reason += f" ({problem.filename})"
        raise ResultError(f"results cannot be written in {folder}: {reason}") from problem


class Store:
    """The parts below one results folder.

    A part holds the tables of `orgsim.experiment.tables.SCHEMAS` for one replication, and for the
    replication whose story is told also its facts, one table per kind of fact.
    """

    def __init__(self, results: Path) -> None:
        self.results = results
        self.parts = results / ".parts"

    def prepare(self) -> None:
        """Make the folders. Raises ResultError when the place cannot be written."""
        with explained(self.results):
            self.parts.mkdir(parents=True, exist_ok=True)
            probe = self.parts / f".probe-{os.getpid()}"
            probe.write_bytes(b"")
            probe.unlink(missing_ok=True)

    def part(self, address: str, replication: int) -> Path:
        """Where the part of a replication is, or would be."""
        return self.parts / address[:32] / f"replication-{replication:05d}"

    def holds(self, address: str, replication: int, *, facts: bool = False) -> bool:
        """Whether the part is there, whole and undamaged (and, if asked, has its facts)."""
        seals = self.seals(address, replication)
        if not seals or (facts and not any(name.startswith("facts/") for name in seals)):
            return False
        folder = self.part(address, replication)
        try:
            return all(tables.seal_of(folder / name) == seals[name] for name in seals)
        except OSError:
            return False

    def seals(self, address: str, replication: int) -> dict[str, str]:
        """File name -> SHA-256 as noted when the part was made; empty if there is no such note."""
        try:
            noted = json.loads((self.part(address, replication) / _SEALS).read_bytes())
            if (noted["address"], noted["replication"]) != (address, replication):
                return {}
            seals = {str(name): str(value) for name, value in noted["files"].items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return {}
        return seals if {f"{name}.parquet" for name in tables.SCHEMAS} <= seals.keys() else {}

    def save(
        self,
        address: str,
        replication: int,
        measured: Mapping[str, pa.Table],
        facts: Mapping[str, pa.Table],
    ) -> None:
        """Write a finished replication: temporary folder, fsync, one rename.

        Raises ResultError (disc full, folder not writable); then nothing is left behind.
        """
        target = self.part(address, replication)
        temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
        with explained(self.results):
            try:
                self._write(temporary, address, replication, measured, facts)
                self._install(temporary, target, address, replication, facts=bool(facts))
            finally:
                shutil.rmtree(temporary, ignore_errors=True)

    def _write(
        self,
        folder: Path,
        address: str,
        replication: int,
        measured: Mapping[str, pa.Table],
        facts: Mapping[str, pa.Table],
    ) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        contents = {f"{name}.parquet": table for name, table in measured.items()}
        contents |= {f"facts/{name}.parquet": table for name, table in facts.items()}
        seals = {}
        for name, table in contents.items():
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            content = tables.encode(table)
            tables.write_durably(path, [content])
            seals[name] = tables.seal(content)
        note = {"address": address, "replication": replication, "files": seals}
        tables.write_durably(folder / _SEALS, [json.dumps(note, indent=1).encode()])

    def _install(
        self, temporary: Path, target: Path, address: str, replication: int, *, facts: bool
    ) -> None:
        try:
            temporary.rename(target)
        except OSError:
            # Something is there already: another run's good part stays, a damaged one goes.
            if not target.exists():
                raise
            if not self.holds(address, replication, facts=facts):
                shutil.rmtree(target)
                temporary.rename(target)
        tables.sync_folder(target.parent)

    def load(
        self, address: str, replication: int, names: Iterable[str] = tuple(tables.SCHEMAS)
    ) -> dict[str, pa.Table]:
        """Measured tables of a part. Raises ResultError when one is missing or broken."""
        folder = self.part(address, replication)
        return {name: tables.decode(folder / f"{name}.parquet") for name in names}

    def facts(self, address: str, replication: int) -> dict[str, Path]:
        """Kind of fact -> its Parquet file, for a replication whose facts were kept."""
        folder = self.part(address, replication) / "facts"
        return {path.stem: path for path in sorted(folder.glob("*.parquet"))}

    def clear_abandoned(self, address: str) -> None:
        """Remove temporary folders that a killed run left behind more than an hour ago."""
        for path in self.part(address, 0).parent.glob(".replication-*.tmp"):
            try:
                if time.time() - path.stat().st_mtime > _ABANDONED_AFTER:
                    shutil.rmtree(path, ignore_errors=True)
            except OSError:  # another run cleared it at the same moment
                continue
