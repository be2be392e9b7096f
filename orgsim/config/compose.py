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
import math
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice, product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from orgsim.config.base import parameters
from orgsim.config.merge import Change, at, changes, lay, leaves
from orgsim.config.problems import nearest_key, problems_of, short
from orgsim.config.scenario_file import (
    DEEPEST,
    KeyPath,
    ScenarioFile,
    dotted,
    lines_of,
    read,
)
from orgsim.config.sources import COMMAND_LINE, Sources, default_choices, find, packaged
from orgsim.errors import ConfigError, Problem
from orgsim.registry import did_you_mean

if TYPE_CHECKING:
    from hydra.core.override_parser.types import Override

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
MOST_POINTS = 10_000
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)*")


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
    edits = _edits(overrides, groups, problems)
    try:
        name, path, shown = find(sources, reference)
        file = read(path, shown, frozenset(groups))
    except ConfigError as error:
        raise ConfigError([*error.problems, *problems]) from None
    work = _Work(sources=sources, groups=groups, file=file, problems=problems)
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


def expand(overrides: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the points of a sweep: overrides without any several-valued one, last key fastest.

    Lists ("a,b"), choice() and range() are listed in order. Raises ConfigError for what cannot be
    listed the same way twice: shuffle(), interval(), glob().
    """
    problems: list[Problem] = []
    axes: list[list[str]] = []
    for text in overrides:
        override = _parsed(text, problems)
        if override is None:
            continue
        if not override.is_sweep_override():
            axes.append([text])
        elif reason := _unlistable(override):
            problems.append(Problem(where=COMMAND_LINE, message=f"{text}: {reason}"))
        else:
            key = text.partition("=")[0]
            values = list(islice(override.sweep_string_iterator(), MOST_POINTS + 1))
            axes.append([f"{key}={value}" for value in values])
    number = math.prod(len(axis) for axis in axes)
    if not problems and not 0 < number <= MOST_POINTS:
        found = "more than" if number else "no points, at least 1 and at most"
        message = f"the sweep has {found} {MOST_POINTS} points"
        problems.append(Problem(where=COMMAND_LINE, message=message))
    if problems:
        raise ConfigError(problems)
    return list(product(*axes))


def _unlistable(override: Override) -> str:
    """Say why the values of a several-valued override cannot be listed, or nothing."""
    swept: Any = override.value()
    if override.is_interval_sweep():
        return "interval() has no list of values; write range(from,to,step) or a,b,c"
    if hasattr(swept, "include"):
        return "glob() is not supported in a sweep; write the names as a,b,c"
    if getattr(swept, "shuffle", False):
        return "shuffle() has no order that can be repeated; leave it out"
    return ""


@dataclass(frozen=True, slots=True)
class _Edit:
    """One override of the command line: "set" a value, "choose" (a group's) or "remove"."""

    verb: str
    path: KeyPath
    value: Any
    text: str


def _parsed(text: str, problems: list[Problem]) -> Override | None:
    """Return one override as Hydra reads it, or None (reported)."""
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    try:
        override = OverridesParser.create().parse_override(text)
    except HydraException as error:
        reason = str(error).strip().splitlines()[0]
        message = f"{short(text)} is no override: {reason}"
        problems.append(Problem(where=COMMAND_LINE, message=message, hint="write key=value"))
        return None
    except (ValueError, RecursionError):
        message = f"{short(text)} is too large or nested too deeply to be read"
        problems.append(Problem(where=COMMAND_LINE, message=message))
        return None
    key, trouble = override.key_or_group, ""
    if key.count(".") >= DEEPEST:
        trouble = f"{short(text)}: the key is nested too deeply"
    elif override.package is not None or "/" in key or not _KEY.fullmatch(key):
        trouble = f"{short(text)}: '{key}' is no key of a scenario"
    elif any(part.startswith("_") for part in key.split(".")) or key.split(".")[0] == "hydra":
        trouble = f"{short(text)}: key '{key}' is not allowed"
    elif "${" in text:
        trouble = f"{short(text)}: references (${{...}}) are not allowed"
    if trouble:
        problems.append(Problem(where=COMMAND_LINE, key=key, message=trouble))
        return None
    return override


def _edits(
    overrides: Sequence[str], groups: Mapping[str, tuple[str, ...]], problems: list[Problem]
) -> list[_Edit]:
    """Read the command line's overrides; what cannot be read is reported."""
    edits: list[_Edit] = []
    for text in overrides:
        override = _parsed(text, problems)
        if override is None:
            continue
        if override.is_sweep_override():
            message = f"{short(text)} has several values"
            hint = "run takes one value per key; use 'orgsim sweep' for several"
            problems.append(Problem(where=COMMAND_LINE, message=message, hint=hint))
            continue
        path = tuple(override.key_or_group.split("."))
        value = override.value()
        if override.is_delete():
            edits.append(_Edit("remove", path, value, text))
        elif len(path) == 1 and path[0] in groups and isinstance(value, str):
            edits.append(_Edit("choose", path, value, text))
        else:
            edits.append(_Edit("set", path, value, text))
    return edits


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

    def choose(self, edits: Sequence[_Edit]) -> None:
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

    def fill(self, name: str, edits: Sequence[_Edit]) -> None:
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

    def remove(self, edit: _Edit) -> None:
        """Take an entry out of a mapping whose entries the user names, or empty the mapping."""
        places = {place.path: place for place in parameters(self.sources.model, self.plain)}
        here, above = places.get(edit.path), places.get(edit.path[:-1])
        key, message, hint = dotted(edit.path), "", ""
        if here is None:
            message = f"{edit.text}: there is no key '{key}'"
            hint = nearest_key(key, self.sources.model, self.plain)
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
            found = problems_of(error, self.sources.model, self.plain, self.where)
            self.problems.extend(found)
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
