"""Merging plain data: leaves at key paths are laid over a tree of mappings.

Assumption: a mapping of names merges key by key; everything else is a value and replaces what was
there: a scalar, a list, an empty mapping, a weekly calendar (its keys are texts, not names). A
mapping that names another `kind` starts anew, since the keys of one kind mean nothing to another.

Reference: DESIGN.md s.6 (a scenario holds only what differs).
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from orgsim.config.scenario_file import KeyPath, dotted, is_entry_name

__all__ = ["Change", "at", "changes", "lay", "leaves"]


class Change(NamedTuple):
    """A value that differs from the defaults; None where one side has no such key."""

    key: str
    baseline: Any
    value: Any


def leaves(value: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    """Iterate over the leaves of a value: a mapping of names has one per entry."""
    if isinstance(value, dict) and value and all(is_entry_name(key) for key in value):
        for key, entry in value.items():
            yield from leaves(entry, (*path, key))
    else:
        yield path, value


def lay(tree: dict[str, Any], leaves: Mapping[KeyPath, Any]) -> None:
    """Set leaves in a tree of mappings, which is changed; another `kind` clears its mapping."""
    for path, value in leaves.items():
        above = at(tree, path[:-1]) if path[-1] == "kind" else None
        if above and above.get("kind") != value:
            above.clear()
    for path, value in leaves.items():
        node = tree
        for part in path[:-1]:
            below = node.get(part)
            if not isinstance(below, dict):
                below = node[part] = {}
            node = below
        node[path[-1]] = copy.deepcopy(value)


def at(tree: dict[str, Any], path: KeyPath) -> dict[str, Any]:
    """Return the mapping at a key path, an empty one where there is none."""
    node: Any = tree
    for part in path:
        node = node.get(part) if isinstance(node, dict) else None
    return node if isinstance(node, dict) else {}


def changes(baseline: Any, value: Any, path: KeyPath = ()) -> Iterator[Change]:
    """Iterate over the leaves that differ between two plain configurations."""
    if path in (("title",), ("question",)):
        return
    if isinstance(baseline, dict) and isinstance(value, dict) and _merges(baseline, value):
        for key in [*baseline, *(key for key in value if key not in baseline)]:
            yield from changes(baseline.get(key), value.get(key), (*path, str(key)))
    elif baseline is None and isinstance(value, dict) and value and _merges(value):
        for key, entry in value.items():
            yield from changes(None, entry, (*path, str(key)))
    elif baseline != value or isinstance(baseline, bool) is not isinstance(value, bool):
        yield Change(dotted(path), baseline, value)


def _merges(*mappings: Mapping[str, Any]) -> bool:
    return all(is_entry_name(key) for mapping in mappings for key in mapping)
