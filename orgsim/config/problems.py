"""Error texts: what pydantic found, told in one line per problem in the user's own keys and values.

Reference: DESIGN.md s.6 (file, key path, what was found, what is allowed, the nearest valid name).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from orgsim.config.base import BOUNDS, Parameter, parameters
from orgsim.config.scenario_file import KeyPath, dotted
from orgsim.errors import COMMAND_LINE, Problem, short
from orgsim.registry import did_you_mean

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError
    from pydantic_core import ErrorDetails

__all__ = [
    "Complaint",
    "Places",
    "beneath_the_same",
    "complaints",
    "nearest_key",
    "quoted",
    "told",
    "value_at",
]

_MOST_HINTS = 200
_TEXTS = {
    "model_type": "needs keys with values below it",
    "model_attributes_type": "needs keys with values below it",
    "dict_type": "needs named entries below it",
    "tuple_type": "must be a list",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "string_type": "must be text",
    "finite_number": "must be a finite number",
    "too_short": "needs at least {min_length} item(s)",
    "string_too_short": "must not be empty",
    "union_tag_not_found": "needs a 'kind'",
}
_BEYOND = ("greater_than_equal", "greater_than", "less_than_equal", "less_than")


class Places:
    """The valid keys of a configuration, as far as its values say which there are."""

    def __init__(self, model: type[BaseModel], values: Mapping[str, Any]) -> None:
        self._by_path = {place.path: place for place in parameters(model, values)}
        self.keys = [dotted(path) for path in self._by_path]

    def at(self, path: KeyPath) -> Parameter | None:
        """The place at a key path, None where there is none."""
        return self._by_path.get(path)

    def around(self, path: KeyPath) -> Parameter | None:
        """The place at a key path or, for an item of a list, that of the list."""
        return self.at(path) or self.at(path[:-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """What pydantic says of one place: its key path in the user's values, and the value there.

    `keys` are all the keys that a complaint about the whole names, its own place first.
    """

    path: KeyPath
    value: Any
    kind: str
    said: str
    context: Mapping[str, Any]
    keys: tuple[KeyPath, ...] = ()


def complaints(error: ValidationError, values: Mapping[str, Any]) -> Iterator[Complaint]:
    """Iterate over what pydantic complains of, each found in the user's values."""
    for detail in error.errors(include_url=False):
        said = detail["msg"].removeprefix("Value error, ")
        keys, rest = _named(said, values)
        path, value = (keys[0], value_at(values, keys[0])) if keys else _locate(detail, values)
        yield Complaint(
            path=path,
            value=value,
            kind=detail["type"],
            said=rest if keys else said,
            context=detail.get("ctx", {}),
            keys=keys,
        )


def value_at(values: Any, path: KeyPath) -> Any:
    """Return the value at a key path, `...` where there is none."""
    for part in path:
        if not _has(values, part):
            return ...
        values = values[part]
    return values


def told(
    found: Sequence[Complaint], places: Places, where: Callable[[KeyPath], str]
) -> list[Problem]:
    """Return a problem per place that is complained of, in the order of the places."""
    texts = _texts(found, places)
    missing = [c.path for c in found if c.kind == "missing" and c.path in texts]
    anew = _begun_anew(missing, places, where)
    others = [path for path in texts if not any(path in paths for paths in anew.values())]
    wrong_kinds = {c.path for c in found if c.kind == "union_tag_invalid"}
    place = {path: (*path, "kind") if path in wrong_kinds else path for path in others}
    lines = [_problem(path, texts[path], where(place[path])) for path in others]
    return lines + [_needs(kind, paths, places) for kind, paths in anew.items()]


def _texts(found: Sequence[Complaint], places: Places) -> dict[KeyPath, list[tuple[str, str]]]:
    """Return the messages and hints for every place that is complained of."""
    texts: dict[KeyPath, list[tuple[str, str]]] = {}
    # Looking for the nearest key takes milliseconds: not for a file of thousands of wrong ones.
    has_hints = len(found) <= _MOST_HINTS
    for complaint in found:
        path = complaint.path
        if complaint.kind == "too_short" and any(c.path[:-1] == path for c in found):
            continue  # an item that is wrong is not counted
        if complaint.kind == "missing" and complaint.value == {} and len(path) > 1:
            hint = "write what differs below it, or leave it out"
            texts[path[:-1]] = [(f"'{dotted(path[:-1])}' is empty", hint)]
        else:
            texts.setdefault(path, []).append(_text(complaint, places, has_hints))
    # A misspelt key is missing too, under its right name: that is one problem, not two.
    hints = {hint for lines in texts.values() for _, hint in lines}
    for path in [c.path for c in found if c.kind == "missing"]:
        if f"did you mean '{dotted(path)}'?" in hints:
            texts.pop(path, None)
    return texts


def _begun_anew(
    missing: Sequence[KeyPath], places: Places, where: Callable[[KeyPath], str]
) -> dict[KeyPath, list[KeyPath]]:
    """Return the missing keys by the `kind` of the command line that began their mapping anew.

    What the file says there was of another kind: no line of it is to be mended.
    """
    anew: dict[KeyPath, list[KeyPath]] = {}
    for path in missing:
        kind = (*path[:-1], "kind")
        if places.at(kind) is not None and where(kind) == COMMAND_LINE:
            anew.setdefault(kind, []).append(path)
    return anew


def _needs(kind: KeyPath, missing: Sequence[KeyPath], places: Places) -> Problem:
    """Say which keys a kind needs that was chosen on the command line."""
    place = places.at(kind)
    chosen = short(place.value if place is not None else None)
    message = f"'{dotted(kind)}' = {chosen} needs keys of its own"
    hint = f"add {' '.join(f'{dotted(path)}=VALUE' for path in missing)}"
    return Problem(where=COMMAND_LINE, key=dotted(kind), message=message, hint=hint)


def nearest_key(key: str, known: Sequence[str]) -> str:
    """Return a hint with the valid key nearest to a dotted key, or nothing."""
    above, _, last = key.rpartition(".")
    beside = {k.rpartition(".")[2]: k for k in known if k.rpartition(".")[0] == above}
    near = difflib.get_close_matches(last, beside, n=1, cutoff=0.7)
    if near:
        return f"did you mean '{beside[near[0]]}'?"
    # The right name in the wrong place: below the same part first.
    alike = {k.rpartition(".")[2] for k in known if not key.startswith(f"{k}.")}
    names = difflib.get_close_matches(last, alike, n=1, cutoff=0.8)
    elsewhere = [k for k in known if k.rpartition(".")[2] in names]
    found = beneath_the_same(key, elsewhere)
    if 0 < len(found) <= 3:
        return f"did you mean {' or '.join(repr(k) for k in found)}?"
    return f"known: {', '.join(beside)}" if above and 0 < len(beside) <= 20 else ""


def beneath_the_same(key: str, keys: Sequence[str]) -> list[str]:
    """Return those of some keys whose path is a key's own for longest; a part may be misspelt."""
    shared = {known: _shared(key, known) for known in keys}
    return [known for known in keys if shared[known] == max(shared.values())]


def _shared(key: str, other: str) -> int:
    """Return how many parts two keys have in common from the start, or nearly so."""
    pairs = zip(key.split("."), other.split("."), strict=False)
    return sum(
        1
        for _ in takewhile(
            lambda pair: difflib.get_close_matches(pair[0], [pair[1]], cutoff=0.8), pairs
        )
    )


def _problem(path: KeyPath, found: Sequence[tuple[str, str]], where: str) -> Problem:
    messages = list(dict.fromkeys(message for message, _ in found))
    # Members of an undiscriminated union complain one by one of the same value: said in one line.
    tails = [message.partition(": ")[2] or message for message in messages[1:]]
    hint = next((hint for _, hint in found if hint), "")
    message = ", or ".join([*messages[:1], *tails])
    return Problem(where=where, key=dotted(path), message=message, hint=hint)


def _locate(detail: ErrorDetails, values: Mapping[str, Any]) -> tuple[KeyPath, Any]:
    """Return the key path in the user's values: without the tags of unions pydantic puts in."""
    path: list[str] = []
    value: Any = values
    steps = list(detail["loc"])
    missing = [str(steps.pop())] if detail["type"] == "missing" else []
    for step in steps:
        if _has(value, step):
            value = value[step]
            path.append(str(step))
    return (*path, *missing), value


def _named(said: str, values: Mapping[str, Any]) -> tuple[tuple[KeyPath, ...], str]:
    """Return the keys that a complaint about the whole begins with ("a.b, c.d: ..."), and the rest.

    The first of them must be in the values; else it is a complaint like any other.
    """
    names, colon, rest = said.partition(": ")
    keys = tuple(tuple(name.split(".")) for name in names.split(", "))
    if not colon or value_at(values, keys[0]) is ...:
        return (), said
    return keys, rest


def _has(value: Any, step: object) -> bool:
    if isinstance(value, Mapping):
        return step in value
    return isinstance(value, list | tuple) and isinstance(step, int) and step < len(value)


def _text(complaint: Complaint, places: Places, has_hints: bool) -> tuple[str, str]:
    """Return the message and the hint for one complaint."""
    key, kind, value = dotted(complaint.path), complaint.kind, complaint.value
    if kind == "extra_forbidden":
        return f"unknown key '{key}'", nearest_key(key, places.keys) if has_hints else ""
    if kind == "missing":
        return f"missing key '{key}'", ""
    if kind == "union_tag_invalid":
        tag, tags = str(complaint.context.get("tag", "")), quoted(complaint, "expected_tags")
        return f"'{key}.kind' = {short(tag)}: there is no such kind", did_you_mean(tag, tags)
    said, hint = _said(complaint, places), ""
    if kind == "literal_error" and isinstance(value, str):
        near = difflib.get_close_matches(value, quoted(complaint, "expected"), n=1, cutoff=0.6)
        hint = f"did you mean '{near[0]}'?" if near else ""
    if not key:
        return said, hint
    if isinstance(value, Mapping):
        return f"'{key}': {said}", hint
    return f"'{key}' = {short(value)}: {said}", hint


def _said(complaint: Complaint, places: Places) -> str:
    """What is wrong, in the user's own unit."""
    context = complaint.context
    if complaint.kind in _BEYOND:
        place = places.around(complaint.path)
        name, bound = next((name, bound) for name, bound in context.items() if name in BOUNDS)
        return f"must be {BOUNDS[name]} {place.told(bound) if place else bound}"
    said = _TEXTS.get(complaint.kind, "").format(**context) or complaint.said
    return said.replace("Input should be", "must be")


def quoted(complaint: Complaint, name: str) -> list[str]:
    """Return the names that a complaint quotes under one heading, such as what it expected."""
    return re.findall(r"'([^']*)'", str(complaint.context.get(name, "")))
