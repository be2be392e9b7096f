"""Looking behind a problem: what it hides is found by mending it in a copy and checking again.

Pydantic stops where it cannot go on: it reads no key of an entry whose `kind` is misspelt, and
makes no check of the whole while a part is wrong. So each problem is mended as well as can be
guessed (the nearest kind, the default firm's value, anything that is valid there) and the copy is
checked again, until nothing new turns up. What rests on a guess is not reported: it may be right.

Reference: DESIGN.md s.6 (errors list every problem at once).
"""

from __future__ import annotations

import copy
import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from orgsim.config.base import kinds
from orgsim.config.merge import at, changes, lay
from orgsim.config.problems import Complaint, Places, complaints, quoted, told, value_at

if TYPE_CHECKING:
    from pydantic import BaseModel

    from orgsim.config.scenario_file import KeyPath
    from orgsim.errors import Problem

__all__ = ["every_problem"]

_MOST_SUSPECTS = 100
_STAND_INS: tuple[Any, ...] = (0, 1, "1d", "1/d", "always", True)
"""One of these is valid wherever a single value stands: a number, duration, rate or calendar."""
_MANY = 40
"""So many problems are enough: looking behind each takes a second."""
_ROUNDS = 4
"""Kinds, what is below them, checks of several keys together, and one to spare."""


def every_problem(
    error: ValidationError,
    model: type[BaseModel],
    values: Mapping[str, Any],
    *,
    spare: Mapping[str, Any],
    where: Callable[[KeyPath], str],
    doubtful: Iterable[KeyPath] = (),
) -> list[Problem]:
    """Return every problem of `values`, given what pydantic found first.

    `spare` holds values that are right (the default firm's), `doubtful` the keys whose values
    could not even be read.
    """
    tried: dict[str, Any] = copy.deepcopy(dict(values))
    guessed = set(doubtful)
    known: set[KeyPath] = set()
    problems: list[Problem] = []
    for _ in range(_ROUNDS):
        found = [c for c in complaints(error, tried) if c.path not in known]
        found = [c for c in found if not _rests_on(c, guessed)]
        found = [c if c.path else _blamed(c, model, tried, spare) for c in found]
        places = Places(model, tried)
        problems += told(found, places, where)
        if len(problems) > _MANY:
            break
        known.update(complaint.path for complaint in found)
        guesses = [_mended(tried, spare, complaint, places, model) for complaint in found]
        guessed.update(guess for guess in guesses if guess is not None)
        try:
            model.model_validate(tried)
        except ValidationError as again:
            error = again
        else:
            break
    return problems


def _rests_on(complaint: Complaint, guessed: set[KeyPath]) -> bool:
    """Tell a complaint that a better guess might take back."""
    if complaint.kind in ("missing", "extra_forbidden"):
        return (*complaint.path[:-1], "kind") in guessed
    keys = complaint.keys or (complaint.path,)
    return any(key[: len(guess)] == guess[: len(key)] for key in keys for guess in guessed)


def _blamed(
    complaint: Complaint, model: type[BaseModel], values: dict[str, Any], spare: Mapping[str, Any]
) -> Complaint:
    """Lay a complaint about the whole at the one value without which it would not be made.

    What the user changed comes before what the user added; it stays with the whole if no single
    value explains it.
    """
    suspects: dict[KeyPath, Any] = {}
    for change in sorted(changes(spare, values), key=lambda change: change.baseline is None):
        path = tuple(change.key.split("."))
        # Of what was added, the whole: a part of it cannot be left out.
        known = sum(value_at(spare, path[: length + 1]) is not ... for length in range(len(path)))
        suspects.setdefault(path[: known + 1], change.baseline)
    for path, baseline in list(suspects.items())[:_MOST_SUSPECTS]:
        tried = copy.deepcopy(values)
        del at(tried, path[:-1])[path[-1]]
        lay(tried, {path: baseline} if baseline is not None else {})
        try:
            model.model_validate(tried)
        except ValidationError:
            continue
        return replace(complaint, path=path, value=value_at(values, path))
    return complaint


def _mended(
    tried: dict[str, Any],
    spare: Mapping[str, Any],
    complaint: Complaint,
    places: Places,
    model: type[BaseModel],
) -> KeyPath | None:
    """Put something better in the place of what is wrong; the place of which nothing is known now.

    An unknown key may stand for any key beside it. None: there is little doubt what was meant.
    """
    path = complaint.path
    if complaint.kind in ("union_tag_invalid", "union_tag_not_found"):
        return _with_a_kind(tried, complaint, places)
    if complaint.kind == "extra_forbidden":
        at(tried, path[:-1]).pop(path[-1], None)
        # Of the parts of a firm only the one that it resembles: else one word hid every problem.
        return path[:-1] or tuple(difflib.get_close_matches(path[0], spare, n=1)) or None
    if value_at(spare, path) is ... and _has_stand_in(tried, complaint, model):
        return path
    for length in range(len(path), 0, -1):
        above, name = path[: length - 1], path[length - 1]
        right, place = value_at(spare, path[:length]), places.at(above)
        if right is not ...:
            at(tried, above)[name] = copy.deepcopy(right)
        elif place is not None and place.has_entries:
            at(tried, above).pop(name, None)
        else:
            continue
        return path[:length]
    return path


def _has_stand_in(tried: dict[str, Any], complaint: Complaint, model: type[BaseModel]) -> bool:
    """Put any value that is valid in the place of one that no default can stand in for."""
    path, choices = complaint.path, quoted(complaint, "expected")
    above = at(tried, path[:-1])
    before = above.get(path[-1], ...) if path else ...
    for value in (*choices, *_STAND_INS) if above and not isinstance(before, dict) else ():
        above[path[-1]] = value
        try:
            model.model_validate(tried)
        except ValidationError as error:
            if any(again.path == path for again in complaints(error, tried)):
                continue
        return True
    if path and before is not ...:
        above[path[-1]] = before
    elif path:
        above.pop(path[-1], None)
    return False


def _with_a_kind(tried: dict[str, Any], complaint: Complaint, places: Places) -> KeyPath | None:
    """Give an entry the kind of the nearest name, or the one that most of its keys are of."""
    place, entry = places.at(complaint.path), at(tried, complaint.path)
    known = kinds(place.annotation) if place is not None else {}
    written = str(entry.get("kind", ""))
    near = difflib.get_close_matches(written, known, n=1, cutoff=0.6)
    alike = sorted(known, key=lambda kind: -len(entry.keys() & known[kind].model_fields.keys()))
    entry["kind"] = (near or alike or [written])[0]
    return None if near else (*complaint.path, "kind")
