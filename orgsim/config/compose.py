"""Composition: a scenario and overrides -> plain data -> one validated, frozen model.

Order: defaults <- the choices the scenario names <- the scenario's values <- the command line, in
Hydra's override grammar. Only orgsim's own `configs/` go through Hydra's composition; a scenario
file is read by `scenario_file` and merged as data, and nothing is ever instantiated by name.
Assumption: a group is a folder of `configs/`; its choices are the files in it.

Reference: DESIGN.md s.6; ECOSYSTEM.md s.2.3.
"""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from orgsim.config.base import parameters
from orgsim.config.mending import every_problem
from orgsim.config.merge import Change, at, changes, lay, leaves
from orgsim.config.overrides import Edit, edits_of, expand
from orgsim.config.problems import Places, nearest_key
from orgsim.config.scenario_file import KeyPath, ScenarioFile, dotted, lines_of, scan
from orgsim.config.sources import Sources, default_choices, find, packaged
from orgsim.errors import COMMAND_LINE, ConfigError, Problem, short
from orgsim.registry import did_you_mean

if TYPE_CHECKING:
    from orgsim.config.schema import Scenario

__all__ = [
    "Change",
    "Resolved",
    "Sources",
    "defaults",
    "expand",
    "packaged",
    "resolve",
    "resolve_in",
]

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved(Generic[Model]):
    """A scenario with nothing left open.

    `plain` holds every value as it was written, `scenario` the same validated and in the model's
    units, `digest` the SHA-256 of the validated values (so "24h" and "1d" agree), `choices` the
    choice of every group, `changed` what differs from the defaults.
    """

    name: str
    file: str
    plain: Mapping[str, Any]
    scenario: Model
    digest: str
    choices: Mapping[str, str]
    changed: tuple[Change, ...]


def resolve(reference: str, overrides: Sequence[str] = ()) -> Resolved[Scenario]:
    """Resolve a scenario's name, or the path of a .yaml file, with overrides in Hydra's grammar.

    Raises ConfigError with every problem found.
    """
    return resolve_in(packaged(), reference, overrides)


def defaults(sources: Sources[Any]) -> dict[str, Any]:
    """Return the plain values of the default firm, nothing chosen and nothing overridden."""
    return _composed(sources.configs, {})


def resolve_in(
    sources: Sources[Model], reference: str, overrides: Sequence[str] = ()
) -> Resolved[Model]:
    """Do what `resolve` does, from the given sources."""
    groups = sources.groups()
    problems: list[Problem] = []
    edits = edits_of(overrides, groups, problems)
    try:
        name, path, shown = find(sources, reference)
        file = scan(path, shown, frozenset(groups))
    except ConfigError as error:
        raise ConfigError([*error.problems, *problems]) from None
    work = _Work(sources=sources, groups=groups, file=file, problems=[*file.problems, *problems])
    work.choose(edits)
    work.fill(name, edits)
    scenario = work.validated()
    if work.problems or scenario is None:
        raise ConfigError(sorted(work.problems, key=_place_of))
    canonical = json.dumps(scenario.model_dump(mode="json"), sort_keys=True, allow_nan=False)
    return Resolved(
        name=name,
        file=shown,
        plain=work.plain,
        scenario=scenario,
        digest=hashlib.sha256(canonical.encode()).hexdigest(),
        choices=work.choices,
        changed=tuple(changes(defaults(sources), work.plain)),
    )


def _place_of(problem: Problem) -> tuple[bool, str, int]:
    """Order problems as a reader mends them: file by file, line by line, then the command line."""
    file, _, line = problem.where.rpartition(":")
    return problem.where == COMMAND_LINE, file, int(line) if line.isdigit() else 0


@dataclass(slots=True, kw_only=True)
class _Work(Generic[Model]):
    """One resolution in progress: what is composed so far, and where each value came from."""

    sources: Sources[Model]
    groups: Mapping[str, tuple[str, ...]]
    file: ScenarioFile
    problems: list[Problem]
    plain: dict[str, Any] = field(default_factory=dict)
    choices: dict[str, str] = field(default_factory=dict)
    origin: dict[KeyPath, str] = field(default_factory=dict)

    def choose(self, edits: Sequence[Edit]) -> None:
        """Settle the choice of every group and compose our own configs with it."""
        wanted: dict[str, tuple[str, str]] = {}
        for path, value in self.file.leaves.items():
            if self.is_choice(path, value):
                wanted[path[0]] = (value, f"{self.file.shown}:{self.file.lines[path]}")
        for edit in edits:
            if edit.verb == "choose":
                wanted[edit.path[0]] = (edit.value, COMMAND_LINE)
        known = {}
        for group, (choice, where) in wanted.items():
            if choice in self.groups[group]:
                known[group] = choice
                continue
            message = f"'{group}' = {short(choice)}: there is no such choice"
            hint = did_you_mean(choice, self.groups[group])
            self.problems.append(Problem(where=where, key=group, message=message, hint=hint))
        self.choices = default_choices(self.sources.configs) | known
        self.plain = _composed(self.sources.configs, known)

    def is_choice(self, path: KeyPath, value: Any) -> bool:
        """Tell text under a group's own name, which names one of its choices."""
        return len(path) == 1 and path[0] in self.groups and isinstance(value, str)

    def fill(self, name: str, edits: Sequence[Edit]) -> None:
        """Lay the scenario's values, then the command line's, over what was composed."""
        texts = {"title": name, "question": ""}
        for key, text in texts.items():
            if key in self.sources.model.model_fields:
                self.plain.setdefault(key, text)
        lines = self.file.lines
        self.origin |= {path: f"{self.file.shown}:{line}" for path, line in lines.items()}
        given = {
            path: value
            for path, value in self.file.leaves.items()
            if not self.is_choice(path, value)
        }
        lay(self.plain, given)
        for edit in edits:
            if edit.verb == "set":
                given = dict(leaves(edit.value, edit.path))
                lay(self.plain, given)
                self.origin |= dict.fromkeys([edit.path, *given], COMMAND_LINE)
            elif edit.verb == "remove":
                self.remove(edit)

    def remove(self, edit: Edit) -> None:
        """Take an entry out of a mapping whose entries the user names, or empty the mapping."""
        places = {place.path: place for place in parameters(self.sources.model, self.plain)}
        here, above = places.get(edit.path), places.get(edit.path[:-1])
        key, message, hint = dotted(edit.path), "", ""
        if here is None:
            message = f"{edit.text}: there is no key '{key}'"
            hint = nearest_key(key, Places(self.sources.model, self.plain).keys)
        elif edit.value is not None and edit.value != here.value:
            message = f"{edit.text}: '{key}' is {short(here.value)}, not {short(edit.value)}"
        elif here.has_entries:
            lay(self.plain, {edit.path: {}})
        elif above is not None and above.has_entries:
            del at(self.plain, edit.path[:-1])[edit.path[-1]]
        else:
            message = f"{edit.text}: '{key}' cannot be left out"
        if message:
            problem = Problem(where=COMMAND_LINE, key=key, message=message, hint=hint)
            self.problems.append(problem)

    def validated(self) -> Model | None:
        """Return the model of what was merged, or None with every problem reported."""
        order = [*self.sources.model.model_fields, *self.plain]
        self.plain = {key: self.plain[key] for key in order if key in self.plain}
        try:
            return self.sources.model.model_validate(self.plain)
        except ValidationError as error:
            self.problems += every_problem(
                error,
                self.sources.model,
                self.plain,
                spare=defaults(self.sources),
                where=self.where,
                doubtful=[tuple(problem.key.split(".")) for problem in self.problems],
            )
            return None

    def where(self, path: KeyPath) -> str:
        """Say where the value at a key path was written, or the nearest thing to it."""
        if path in self.origin:
            return self.origin[path]
        is_missing = bool(path) and path[-1] not in at(self.plain, path[:-1])
        around = path[:-1] if is_missing else path
        inside = [o for below, o in self.origin.items() if below[: len(around)] == around]
        if len(around) > 1 and inside:
            return inside[-1]
        for length in range(len(path), 0, -1):
            if path[:length] in self.origin:
                return self.origin[path[:length]]
        if around and inside:
            return inside[-1]
        return self.in_configs(path) or self.file.shown

    def in_configs(self, path: KeyPath) -> str:
        """Say where in our own configs a value was written, or nothing."""
        if not path:
            return ""
        group, choice = path[0], self.choices.get(path[0], "")
        files = [(f"{group}/{choice}.yaml", path[1:])] if choice else []
        for name, inner in (*files, ("config.yaml", path)):
            lines = lines_of((self.sources.configs / name).read_text(encoding="utf-8"))
            for length in range(len(inner), 0, -1):
                if inner[:length] in lines:
                    return f"configs/{name}:{lines[inner[:length]]}"
        return f"configs/{files[0][0]}" if files else ""


def _composed(configs: Path, choices: Mapping[str, str]) -> dict[str, Any]:
    """Return our own configs with these choices, as plain data of the caller's own."""
    stamp = tuple((str(f), f.stat().st_mtime_ns) for f in sorted(configs.rglob("*.yaml")))
    text = _composed_text(configs.resolve(), tuple(sorted(choices.items())), stamp)
    composed: dict[str, Any] = json.loads(text)
    return composed


@lru_cache(maxsize=64)
def _composed_text(
    configs: Path, choices: tuple[tuple[str, str], ...], stamp: tuple[tuple[str, int], ...]
) -> str:
    """Compose through Hydra (0.1 s), once per set of choices and state of the files."""
    import hydra
    from omegaconf import OmegaConf

    # From 1.4 on there is one behaviour only and naming a version warns.
    version: dict[str, Any] = {"version_base": "1.3"} if hydra.__version__ < "1.4" else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with hydra.initialize_config_dir(config_dir=str(configs), **version):
            names = [f"{group}={choice}" for group, choice in choices]
            composed = hydra.compose("config", overrides=names)
    return json.dumps(OmegaConf.to_container(composed, resolve=True), allow_nan=True)
