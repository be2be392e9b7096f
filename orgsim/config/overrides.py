"""The command line's overrides, in Hydra's grammar: one value per key, or several for a sweep.

Assumption: only the grammar is Hydra's; what a key may be and what its value does is decided by
`compose`. Reference: Hydra's documentation, "Basic Override syntax"; ECOSYSTEM.md s.2.3.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import TYPE_CHECKING, Any

from orgsim.config.scenario_file import DEEPEST, KeyPath
from orgsim.errors import COMMAND_LINE, ConfigError, Problem, short

if TYPE_CHECKING:
    from hydra.core.override_parser.types import Override

__all__ = ["Edit", "edits_of", "expand", "torn_apart"]

MOST_POINTS = 10_000
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)*")
_TORN = re.compile(r"(?<![^\0])([\w.]+)(?:\0=\0?|=\0)([^\0=]+)(?![^\0])")


@dataclass(frozen=True, slots=True)
class Edit:
    """One override of the command line: "set" a value, "choose" (a group's) or "remove"."""

    verb: str
    path: KeyPath
    value: Any
    text: str


def torn_apart(words: Sequence[str]) -> list[Problem]:
    """Return a problem per override that was written with spaces, as several words."""
    return [
        Problem(
            where=COMMAND_LINE,
            key=found[1],
            message=f"{short(found[0].replace(chr(0), ' '))} is not one word",
            hint=f"write {found[1]}={found[2]}, without spaces",
        )
        for found in _TORN.finditer("\0".join(words))
    ]


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
            problems.append(Problem(where=COMMAND_LINE, message=f"{short(text)}: {reason}"))
        else:
            key = text.partition("=")[0]
            try:
                values = list(islice(override.sweep_string_iterator(), MOST_POINTS + 1))
            except (ValueError, ArithmeticError):
                message = f"{short(text)} cannot be listed"
                hint = "range(from,to,step) takes numbers, and a step other than 0"
                problems.append(Problem(where=COMMAND_LINE, message=message, hint=hint))
                continue
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


def _parsed(text: str, problems: list[Problem]) -> Override | None:
    """Return one override as Hydra reads it, or None (reported)."""
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    try:
        override = OverridesParser.create().parse_override(text)
    except HydraException:
        message, hint = _misread(text)
        problems.append(Problem(where=COMMAND_LINE, message=message, hint=hint))
        return None
    except (ValueError, RecursionError):
        message = f"{short(text)} is too large or nested too deeply to be read"
        problems.append(Problem(where=COMMAND_LINE, message=message))
        return None
    key, trouble = override.key_or_group, ""
    if key.count(".") >= DEEPEST:
        trouble = "the key is nested too deeply"
    elif override.package is not None or "/" in key or not _KEY.fullmatch(key):
        trouble = f"{short(key)} is no key of a scenario"
    elif any(part.startswith("_") for part in key.split(".")) or key.split(".")[0] == "hydra":
        trouble = f"key '{key}' is not allowed"
    elif "${" in text:
        trouble = "references (${...}) are not allowed"
    if trouble:
        message = f"{short(text)}: {trouble}"
        problems.append(Problem(where=COMMAND_LINE, key=key, message=message))
        return None
    return override


def _misread(text: str) -> tuple[str, str]:
    """Say what keeps an override from being read, and what to write instead."""
    key, equals, value = text.partition("=")
    if not equals:
        return f"{short(text)} has no value", f"write {key}=VALUE"
    if " " in key:
        return f"{short(text)} cannot be read", "write key=value, without spaces before the ="
    if "=" in value:
        return f"{short(text)} has more than one =", "write key=value"
    hint = "close brackets and quotes; put text with unusual signs into both, key=\"'...'\""
    return f"{short(text)} cannot be read", hint


def edits_of(
    overrides: Sequence[str], groups: Mapping[str, tuple[str, ...]], problems: list[Problem]
) -> list[Edit]:
    """Read the command line's overrides; what cannot be read is added to the problems."""
    edits: list[Edit] = []
    for text in overrides:
        override = _parsed(text, problems)
        if override is None:
            continue
        if override.is_sweep_override():
            message = f"{short(text)} has several values"
            hint = "run takes one value per key; use 'orgsim sweep' for several"
            key = override.key_or_group
            problems.append(Problem(where=COMMAND_LINE, key=key, message=message, hint=hint))
            continue
        path = tuple(override.key_or_group.split("."))
        value = override.value()
        if override.is_delete():
            edits.append(Edit("remove", path, value, text))
        elif len(path) == 1 and path[0] in groups and isinstance(value, str):
            edits.append(Edit("choose", path, value, text))
        else:
            edits.append(Edit("set", path, value, text))
    return edits
