"""Error texts: what pydantic found, told in one line per problem in the user's own keys and values.

Reference: DESIGN.md s.6 (file, key path, what was found, what is allowed, the nearest valid name).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from orgsim.config.base import parameters
from orgsim.config.scenario_file import KeyPath, dotted
from orgsim.errors import Problem
from orgsim.registry import did_you_mean

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError
    from pydantic_core import ErrorDetails

__all__ = ["nearest_key", "problems_of", "short"]

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


def short(value: object, longest: int = 60) -> str:
    """Return a value as it may stand in a message."""
    if value is None:
        return "(empty)"
    text = f"{value!r}" if isinstance(value, str) else f"{value}"
    return text if len(text) <= longest else f"{text[:longest]}..."


def nearest_key(key: str, model: type[BaseModel], values: Mapping[str, Any]) -> str:
    """Return a hint with the valid key nearest to a dotted key, or nothing."""
    known = [dotted(place.path) for place in parameters(model, values)]
    above, _, last = key.rpartition(".")
    beside = {k.rpartition(".")[2]: k for k in known if k.rpartition(".")[0] == above}
    near = difflib.get_close_matches(last, beside, n=1, cutoff=0.7)
    if near:
        return f"did you mean '{beside[near[0]]}'?"
    # The right name in the wrong place: below the same part first.
    alike = {k.rpartition(".")[2] for k in known if not key.startswith(f"{k}.")}
    names = difflib.get_close_matches(last, alike, n=1, cutoff=0.8)
    elsewhere = [k for k in known if k.rpartition(".")[2] in names]
    within = [k for k in elsewhere if k.partition(".")[0] == key.partition(".")[0]]
    found = within or elsewhere
    if 0 < len(found) <= 3:
        return f"did you mean {' or '.join(repr(k) for k in found)}?"
    return f"known: {', '.join(beside)}" if above and 0 < len(beside) <= 20 else ""


def problems_of(
    error: ValidationError,
    model: type[BaseModel],
    values: Mapping[str, Any],
    where: Callable[[KeyPath], str],
) -> list[Problem]:
    """Return a problem per place that pydantic complains of, in the order of the places."""
    texts: dict[KeyPath, list[tuple[str, str]]] = {}
    details = error.errors(include_url=False)
    # Looking for the nearest key takes milliseconds: not for a file of thousands of wrong ones.
    known = values if len(details) <= _MOST_HINTS else {}
    for detail in details:
        path, value = _named(detail, values) or _locate(detail, values)
        if detail["type"] == "missing" and value == {} and len(path) > 1:
            hint = "write what differs below it, or leave it out"
            texts[path[:-1]] = [(f"'{dotted(path[:-1])}' is empty", hint)]
            continue
        texts.setdefault(path, []).append(_text(detail, path, value, model, known))
    return [_problem(path, found, where(path)) for path, found in texts.items()]


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


def _named(detail: ErrorDetails, values: Mapping[str, Any]) -> tuple[KeyPath, Any] | None:
    """Return the place that a complaint about the whole names itself, as "shocks.x.onset: ..."."""
    key, colon, said = detail["msg"].removeprefix("Value error, ").partition(": ")
    value: Any = values
    for part in key.split("."):
        if not colon or not _has(value, part):
            return None
        value = value[part]
    detail["msg"] = said
    return tuple(key.split(".")), value


def _has(value: Any, step: object) -> bool:
    if isinstance(value, Mapping):
        return step in value
    return isinstance(value, list | tuple) and isinstance(step, int) and step < len(value)


def _text(
    detail: ErrorDetails,
    path: KeyPath,
    value: Any,
    model: type[BaseModel],
    values: Mapping[str, Any],
) -> tuple[str, str]:
    """Return the message and the hint for one complaint."""
    key, kind, context = dotted(path), detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        return f"unknown key '{key}'", nearest_key(key, model, values) if values else ""
    if kind == "missing":
        return f"missing key '{key}'", ""
    if kind == "union_tag_invalid":
        tags = re.findall(r"'([^']*)'", str(context.get("expected_tags", "")))
        tag = str(context.get("tag", ""))
        return f"'{key}.kind' = {short(tag)}: there is no such kind", did_you_mean(tag, tags)
    hint = ""
    if kind == "literal_error" and isinstance(value, str):
        allowed = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        near = difflib.get_close_matches(value, allowed, n=1, cutoff=0.6)
        hint = f"did you mean '{near[0]}'?" if near else ""
    said = _TEXTS.get(kind, "").format(**context) or detail["msg"]
    said = said.removeprefix("Value error, ").replace("Input should be", "must be")
    if not key:
        return said, hint
    if isinstance(value, Mapping):
        return f"'{key}': {said}", hint
    return f"'{key}' = {short(value)}: {said}", hint
