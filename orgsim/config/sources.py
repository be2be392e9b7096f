"""Where configurations come from: orgsim's own folders, and the user's scenarios before them.

Assumption: a group of choices is a folder of `configs/`, its choices are the files in it. A
scenario's name is looked up in the current folder's `scenarios/` first, then in the package's.

Reference: DESIGN.md s.6; ECOSYSTEM.md s.2.1 (a wheel carries both folders, a checkout has them).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import yaml
from pydantic import BaseModel

from orgsim.errors import COMMAND_LINE, ConfigError, Problem, short
from orgsim.registry import did_you_mean

if TYPE_CHECKING:
    from orgsim.config.schema import Scenario

__all__ = ["Sources", "default_choices", "find", "packaged"]

_NAME = re.compile(r"[a-z0-9_]+")
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources(Generic[Model]):
    """Where configurations come from and what they must satisfy.

    `configs` holds Hydra's config.yaml and a folder per group; a scenario's name is looked up in
    `scenarios`, first folder first.
    """

    configs: Path
    scenarios: tuple[Path, ...]
    model: type[Model]

    def groups(self) -> dict[str, tuple[str, ...]]:
        """Return the choices of every group, in alphabetical order."""
        folders = sorted(folder for folder in self.configs.iterdir() if folder.is_dir())
        return {
            folder.name: tuple(sorted(file.stem for file in folder.glob("*.yaml")))
            for folder in folders
            if folder.name.isidentifier()
        }

    def scenario_files(self) -> dict[str, Path]:
        """Return every scenario by name; the first folder that has a name wins.

        A file whose name is none that could be typed is left out: it may be meant for a shell.
        """
        found: dict[str, Path] = {}
        for folder in self.scenarios:
            if folder.is_dir():
                for file in sorted(folder.glob("*.yaml")):
                    if _NAME.fullmatch(file.stem):
                        found.setdefault(file.stem, file)
        return found


def packaged() -> Sources[Scenario]:
    """Return orgsim's own configs and scenarios, the current folder's scenarios first."""
    from orgsim.config.schema import Scenario

    package = Path(__file__).resolve().parent.parent
    is_wheel = (package / "_configs").is_dir()
    root = package if is_wheel else package.parent
    configs, scenarios = ("_configs", "_scenarios") if is_wheel else ("configs", "scenarios")
    return Sources(
        configs=root / configs,
        scenarios=(Path("scenarios"), root / scenarios),
        model=Scenario,
    )


def find(sources: Sources[Any], reference: str) -> tuple[str, Path, str]:
    """Return a scenario's name, its file, and how to call the file."""
    if reference.endswith((".yaml", ".yml")) or "/" in reference or "\\" in reference:
        path = Path(reference)
        return _folded(path.stem), path, reference
    if not _NAME.fullmatch(reference):
        hint = "a name has small letters, digits and _; for a file give its path, ending in .yaml"
        message = f"{short(reference)} is no name of a scenario"
        raise ConfigError(Problem(where=COMMAND_LINE, message=message, hint=hint))
    files = sources.scenario_files()
    if reference not in files:
        message = f"there is no scenario '{reference}'"
        hint = did_you_mean(reference, sorted(files)) or "see orgsim list scenarios"
        raise ConfigError(Problem(where=COMMAND_LINE, message=message, hint=hint))
    return reference, files[reference], f"scenarios/{reference}.yaml"


def _folded(stem: str) -> str:
    """Return a name that is fit for any file system: letters lose their accents and capitals."""
    letters = unicodedata.normalize("NFKD", stem.casefold())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9_]+", "_", plain) or "scenario"


def default_choices(configs: Path) -> dict[str, str]:
    """Return the choice that config.yaml's defaults list makes for every group."""
    content = yaml.safe_load((configs / "config.yaml").read_text(encoding="utf-8"))
    entries = [entry for entry in content.get("defaults", []) if isinstance(entry, dict)]
    return {str(group): str(choice) for entry in entries for group, choice in entry.items()}
