"""Keys by the kinds that take them, also of kinds that nothing in use is of.

A part of the firm that comes in several kinds (an ordering policy, a law of chance, a shock) has
the keys of its own kind only; whoever wants another kind must find those of the others too.

Assumption: an entry that a user names (`shocks.NAME`) may be of every kind, whatever its name.

Reference: DESIGN.md s.6 (the model is schema and documentation).
"""

from __future__ import annotations

import typing
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel

from orgsim.config.base import Parameter, kinds, parameters
from orgsim.config.described import ParameterEntry, entry_of
from orgsim.config.scenario_file import KeyPath, dotted

__all__ = ["ANY", "KindKeys"]

ANY = "NAME"
"""Stands for the name of an entry that the user names."""


class _Taken(NamedTuple):
    """A key that some kinds take, and what it is to them."""

    kinds: tuple[str, ...]
    entry: ParameterEntry


class KindKeys:
    """Every key of every kind, along the plain values of a firm."""

    def __init__(self, model: type[BaseModel], values: Mapping[str, Any]) -> None:
        self._places = {place.path: place for place in parameters(model, values)}
        self._open = {path for path, place in self._places.items() if place.has_entries}
        self._kinds: dict[KeyPath, dict[str, dict[KeyPath, Parameter]]] = {}
        for place in [*self._places.values(), *self._unnamed()]:
            if not place.has_entries and (of_kind := kinds(place.annotation)):
                self._kinds[place.path] = {
                    kind: _below(place, kind, of_kind[kind]) for kind in of_kind
                }

    def _unnamed(self) -> Iterator[Parameter]:
        """Iterate over an entry without a name of each mapping whose entries the user names."""
        for path in self._open:
            entry_type = typing.get_args(self._places[path].annotation)[1]
            yield Parameter((*path, ANY), None, entry_type, None)

    def names(self) -> list[str]:
        """Return every key that some kind takes, and that is not in use."""
        found = (path for of in self._kinds.values() for places in of.values() for path in places)
        keys = (path for path in dict.fromkeys(found) if path not in self._places)
        return [dotted(path) for path in keys if path[-1] not in (ANY, "kind")]

    def of(self, name: str) -> list[_Taken]:
        """Return what a key is, and to which kinds; more than once where kinds differ in it."""
        path = self._general(tuple(name.split(".")))
        taken: dict[ParameterEntry, list[str]] = {}
        for part in (path[:length] for length in range(1, len(path))):
            for kind, below in self._kinds.get(part, {}).items():
                if path in below and path[-1] != "kind":
                    entry = entry_of(self._places | below, below[path], "")
                    taken.setdefault(entry, []).append(kind)
        return [_Taken(tuple(of), entry) for entry, of in taken.items()]

    def _general(self, path: KeyPath) -> KeyPath:
        """Return a key path with `NAME` for the name of an entry that is not there."""
        is_new = path[:1] in self._open and path[:2] not in self._places
        return (*path[:1], ANY, *path[2:]) if is_new and len(path) > 1 else path


def _below(place: Parameter, kind: str, model: type[BaseModel]) -> dict[KeyPath, Parameter]:
    """Return a place as one of a kind, with the places below it."""
    inner = parameters(model, {"kind": kind}, place.path)
    return {place.path: place} | {below.path: below for below in inner}
