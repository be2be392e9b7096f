"""Every parameter in a row: what it means, its value, how far it may go and how it is known.

What a key means is declared beside the process that uses it, part by part: `handle_time` is an
agent's work, `mean` the expected value of whatever it is the mean of. Here the parts are put
together, and what is known of the value itself is added from the comment beside it.

Reference: DESIGN.md s.6 (the model is schema and documentation).
"""

from __future__ import annotations

import typing
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel

from orgsim.config.base import AS_THE_QUANTITY, BOUNDS, Parameter, kinds, parameters
from orgsim.config.provenance import NOWHERE, Origin, Provenance
from orgsim.config.scenario_file import KeyPath, dotted
from orgsim.config.writing import inline
from orgsim.units import COUNT, DURATION, RATE, SHARE, TIME_CONSTANT, Unit
from orgsim.weekly import Weekly

__all__ = ["ENTRIES", "SILENT", "ParameterEntry", "described", "entry_of", "in_words", "with_unit"]

ENTRIES = "(entries)"
"""The value of what only holds entries, which have rows of their own."""

_NEVER_NEGATIVE = (COUNT, DURATION, RATE, SHARE, TIME_CONSTANT)
_TYPES = {DURATION: "duration", RATE: "rate", SHARE: "share"}
_WORDS = {
    "1": "number",
    "1/d": "a day",
    "EUR/a": "EUR a year",
    "EUR/wk": "EUR a week",
    "d": "days",
    "h": "hours",
    "min": "minutes",
    "n": "number",
    "pts": "points",
    "s": "seconds",
    "week": "calendar",
    "wk": "weeks",
}

SILENT = (
    "number",
    "share",
    "duration",
    "rate",
    "calendar",
    "date",
    "choice",
    "text",
    "list",
    "entries",
)
"""Units that are said by the value itself ("42d", "0.4", "marketing")."""


class ParameterEntry(NamedTuple):
    """A key a scenario may set: its value, and what is known of it."""

    key: str
    default: str
    unit: str
    range: str
    evidence: str
    section: str
    source: str
    meaning: str
    written: str


def in_words(unit: str) -> str:
    """Return a unit as it is read after a value: "EUR a year", "a day"."""
    return _WORDS.get(unit, unit)


def with_unit(value: str, unit: str) -> str:
    """Return a value with its unit, where the value does not say it itself."""
    is_whole = unit in SILENT or value in ("(none)", ENTRIES, *TIME_CONSTANT.words)
    return value if is_whole else f"{value} {unit}"


def described(
    model: type[BaseModel], values: Mapping[str, Any], provenance: Provenance
) -> Iterator[ParameterEntry]:
    """Iterate over every key that holds a value, in the order of the models."""
    places = {place.path: place for place in parameters(model, values)}
    enclosing = {path[:-1] for path in places}
    for path, place in places.items():
        if path in enclosing and not (place.has_entries and place.declared is not None):
            continue
        value = ENTRIES if path in enclosing else inline(place.value)
        origin = provenance.of(path) if path not in enclosing else NOWHERE
        yield entry_of(places, place, value, origin)


def entry_of(
    places: Mapping[KeyPath, Parameter], place: Parameter, value: str, origin: Origin = NOWHERE
) -> ParameterEntry:
    """Return the row of one place; what it leaves open is said by the places it lies below."""
    above = [place, *(places[place.path[:n]] for n in range(len(place.path) - 1, 0, -1))]
    return ParameterEntry(
        key=dotted(place.path),
        default=value,
        unit=_unit(above),
        range=_range(place, above[1] if len(above) > 1 else None),
        evidence=origin.remark.evidence,
        section=_said(above, "section"),
        source=origin.remark.source,
        meaning=_meaning(above),
        written=str(origin),
    )


def _meaning(above: list[Parameter]) -> str:
    """Say what a place means, after what it is a part of: "a rep's work: expected value"."""
    own, *outer = (place.declared.description if place.declared else "" for place in above)
    last = above[0].path[-1]
    own = own or ("which kind it is" if last == "kind" else last)
    within = outer[0] if outer else ""
    return f"{within}: {own}" if within else own


def _said(above: list[Parameter], note: str) -> str:
    """Return the first note of a place and those above it that says something of its own."""
    for place in above:
        extra = place.declared.json_schema_extra if place.declared is not None else None
        said = str(extra.get(note, "")) if isinstance(extra, Mapping) else ""
        if said not in ("", AS_THE_QUANTITY):
            return said
    return ""


def _unit(above: list[Parameter]) -> str:
    place = above[0]
    if place.annotation is str:
        return "date" if _said(above, "unit") == "date" else "text"
    if place.has_entries:
        return "entries"
    if place.annotation is bool or typing.get_origin(place.annotation) is typing.Literal:
        return "choice"
    said, limits = _said(above, "unit"), _limits(place)
    if typing.get_origin(place.annotation) is tuple and said == "1":
        return "list"
    is_of_type = limits is not None and said in ("1", "h", "1/h")
    return _TYPES.get(limits, in_words(said)) if limits and is_of_type else in_words(said)


def _range(place: Parameter, above: Parameter | None) -> str:
    """Say which values a key may take, in the unit they are written in."""
    bare = place.annotation
    if typing.get_origin(bare) is typing.Literal:
        of_kind = kinds(above.annotation) if above and place.path[-1] == "kind" else {}
        return " | ".join(of_kind or map(str, typing.get_args(bare)))
    if bare is bool:
        return "true | false"
    if bare is str:
        is_date = place.declared is not None and _said([place], "unit") == "date"
        return "an ISO date: YYYY-MM-DD" if is_date else "any text"
    if bare is Weekly:
        return "hours of the week" + (", whole heads" if _is_whole(place) else ", 0 or more each")
    if place.has_entries:
        return "entries by name"
    if typing.get_origin(bare) is tuple:
        return "a list"
    return _interval(place.bounds(), _limits(place))


def _interval(bounds: dict[str, str], limits: Unit | None) -> str:
    """Put the declared bounds, and those of the type where none is declared, in words."""
    if limits is not None:
        least = "0" if limits in _NEVER_NEGATIVE else limits.told(-limits.most)
        bounds = ({} if "gt" in bounds else {"ge": least}) | bounds
        bounds = ({} if "lt" in bounds else {"le": limits.told(limits.most)}) | bounds
    if bounds.keys() >= {"ge", "le"}:
        found = [f"{bounds['ge']} to {bounds['le']}"]
    else:
        found = [f"{word} {bounds[name]}" for name, word in BOUNDS.items() if name in bounds]
    words = limits.words if limits is not None else ()
    return " or ".join([", ".join(found) or "any number", *words])


def _limits(place: Parameter) -> Unit | None:
    """Return the unit of a place, also of one that may be null."""
    parts = [typing.get_args(part)[1:] for part in typing.get_args(place.annotation)]
    within = (note for notes in parts for note in notes if isinstance(note, Unit))
    return place.unit or next(within, None)


def _is_whole(place: Parameter) -> bool:
    return bool(place.declared and place.declared.metadata)
