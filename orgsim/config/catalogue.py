"""What exists: scenarios, groups and their choices, parameters, kinds of shock, the file's schema.

Everything is read off the models, `configs/` and `scenarios/`, so that no list is kept by hand.

Reference: DESIGN.md s.6 (the model is schema and documentation; JSON Schema export for editors).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import BaseModel

from orgsim.config.base import kinds, parameters
from orgsim.config.compose import defaults
from orgsim.config.described import ParameterEntry, described
from orgsim.config.provenance import Provenance
from orgsim.config.scenario_file import dotted, read
from orgsim.errors import ConfigError

if TYPE_CHECKING:
    from orgsim.config.sources import Sources

__all__ = [
    "ChannelEntry",
    "ParameterEntry",
    "ScenarioEntry",
    "ShockEntry",
    "channels",
    "file_schema",
    "parameter_table",
    "scenarios",
    "shocks",
]

ORGSIM, YOURS = "orgsim", "yours"
"""Whose a scenario is."""

_DOTTED = r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)+$"


class ScenarioEntry(NamedTuple):
    """A scenario that can be run."""

    name: str
    title: str
    question: str
    origin: str


class ShockEntry(NamedTuple):
    """A kind of shock and the keys it takes."""

    kind: str
    keys: str
    meaning: str


class ChannelEntry(NamedTuple):
    """An information channel of the default organisation."""

    name: str
    sender: str
    receiver: str
    topic: str
    active: str


def scenarios(sources: Sources[Any]) -> list[ScenarioEntry]:
    """Return every scenario that a name reaches, by name; a broken file says so in its title."""
    entries = []
    shipped = sources.scenarios[-1].resolve()
    for name, path in sorted(sources.scenario_files().items()):
        try:
            leaves = read(path, f"scenarios/{path.name}").leaves
            texts = (" ".join(str(leaves.get((key,), "")).split()) for key in ("title", "question"))
            title, question = texts
        except ConfigError as error:
            number = len(error.problems)
            title = f"cannot be read ({number} problem{'' if number == 1 else 's'})"
            question = "see orgsim check"
        origin = ORGSIM if path.resolve().parent == shipped else YOURS
        entries.append(ScenarioEntry(name, title, question, origin))
    return entries


def parameter_table(sources: Sources[Any]) -> list[ParameterEntry]:
    """Return every key that holds a value in the defaults, in the order of the models."""
    return list(described(sources.model, defaults(sources), Provenance(sources)))


def shocks(model: type[BaseModel], field: str = "shocks") -> list[ShockEntry]:
    """Return every kind that the entries of a mapping may have, with its keys."""
    return [
        ShockEntry(
            kind,
            ", ".join(name for name in member.model_fields if name != "kind"),
            _first_line(member),
        )
        for kind, member in kinds(model.model_fields[field].annotation).items()
    ]


def _first_line(model: type[BaseModel]) -> str:
    return (model.__doc__ or "").strip().partition("\n")[0]


def channels(sources: Sources[Any]) -> list[ChannelEntry]:
    """Return the information channels of the default organisation."""
    found = defaults(sources).get("organisation", {}).get("channels", {})
    return [
        ChannelEntry(
            name,
            str(channel.get("sender", "")),
            str(channel.get("receiver", "")),
            str(channel.get("topic", "")),
            "yes" if channel.get("active") else "no",
        )
        for name, channel in found.items()
    ]


def file_schema(sources: Sources[Any]) -> dict[str, Any]:
    """Return the JSON Schema of a scenario file, for editors that complete and check YAML.

    Every key is optional, a group's name also takes the name of a choice, and dotted keys are
    offered with their defaults and how these are known.
    """
    schema = _loosened(sources.model.model_json_schema())
    properties = schema["properties"]
    places = list(parameters(sources.model, defaults(sources)))
    values = {dotted(place.path): place.value for place in places}
    # Which keys lie below a mapping of entries or a choice of kinds, only the values tell.
    open_ended = [dotted(p.path) for p in places if p.has_entries or "kind" in _keys(p.value)]
    schema["patternProperties"] = {f"^({'|'.join(map(re.escape, open_ended))})\\..+$": {}}
    rows = {entry.key: entry for entry in parameter_table(sources)}
    for key, reference in dict(_dotted_properties(schema, schema, "")).items():
        known = {"default": values[key]} if values.get(key) is not None else {}
        if key in rows:
            known |= {"evidence": rows[key].evidence, "source": rows[key].source}
        properties[key] = {**reference, **known}
    for group, names in sources.groups().items():
        if group in properties:
            choice = {"enum": list(names), "description": f"a choice of {group}"}
            properties[group] = {"anyOf": [choice, properties[group]]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "orgsim scenario",
        **{key: value for key, value in schema.items() if key != "description"},
    }


def _keys(value: Any) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, Mapping) else ()


def _loosened(schema: Any) -> Any:
    """Return a schema for a file that says only what differs: nothing is required."""
    if isinstance(schema, list):
        return [_loosened(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    loose: dict[str, Any] = {}
    for key, value in schema.items():
        if key in ("properties", "$defs"):
            loose[key] = {name: _loosened(part) for name, part in value.items()}
        elif key not in ("required", "discriminator", "title"):
            loose["anyOf" if key == "oneOf" else key] = _loosened(value)
    if loose.get("additionalProperties") is False:
        loose["patternProperties"] = {_DOTTED: {}}
    return loose


def _dotted_properties(
    whole: Mapping[str, Any], part: Mapping[str, Any], above: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Iterate over (dotted key, reference to its schema) below the properties of a part."""
    for name, schema in part.get("properties", {}).items():
        definition = str(schema.get("$ref", "")).removeprefix("#/$defs/")
        inner = whole.get("$defs", {}).get(definition, {})
        for below in inner.get("properties", {}):
            pointer = {"$ref": f"#/$defs/{definition}/properties/{below}"}
            yield f"{above}{name}.{below}", pointer
        yield from _dotted_properties(whole, inner, f"{above}{name}.")
