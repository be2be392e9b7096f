"""Named parts: whatever a configuration may choose by name is looked up here, never evaluated.

A registry is filled by decorators where the parts are written and only read afterwards, so that
`kind: supplier_outage` in a file can reach nothing but what orgsim (or a plug-in module the user
named on the command line) has put there.

Reference: DESIGN.md s.6 (a polymorphic part carries `kind:` and is found in a registry).
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

from orgsim.errors import ConfigError, Problem

__all__ = ["Registry", "did_you_mean"]

T = TypeVar("T")


def did_you_mean(name: str, known: Iterable[str], *, listed: int = 12) -> str:
    """Return a hint: the nearest known names, or all of them where they are few, or nothing."""
    names = list(known)
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.6)
    if near:
        return f"did you mean {' or '.join(repr(match) for match in near)}?"
    if 0 < len(names) <= listed:
        return f"known: {', '.join(names)}"
    return ""


class Registry(Generic[T]):
    """Parts of one sort by name, in the order in which they were registered.

    >>> greetings: Registry[str] = Registry("greeting")
    >>> greetings.add("polite", "good day")
    >>> greetings.get("polite"), greetings.names()
    ('good day', ('polite',))
    """

    __slots__ = ("_parts", "noun")

    def __init__(self, noun: str) -> None:
        """Start an empty registry; `noun` says in error messages what its parts are."""
        self.noun = noun
        self._parts: dict[str, T] = {}

    def register(self, name: str) -> Callable[[T], T]:
        """Return a decorator that adds what it decorates and gives it back unchanged."""

        def decorate(part: T) -> T:
            self.add(name, part)
            return part

        return decorate

    def add(self, name: str, part: T) -> None:
        """Add a part; a name taken by another part raises ValueError (it is a bug)."""
        if name in self._parts:
            raise ValueError(f"{self.noun} {name!r} is registered twice")
        self._parts[name] = part

    def get(self, name: str) -> T:
        """Return the part of that name; raises ConfigError naming near matches."""
        try:
            return self._parts[name]
        except KeyError:
            hint = did_you_mean(name, self._parts)
            raise ConfigError(Problem(message=f"unknown {self.noun} {name!r}", hint=hint)) from None

    def names(self) -> tuple[str, ...]:
        """Return every name, in the order of registration."""
        return tuple(self._parts)

    def items(self) -> Iterator[tuple[str, T]]:
        """Iterate over (name, part), in the order of registration."""
        return iter(tuple(self._parts.items()))

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._parts))

    def __len__(self) -> int:
        return len(self._parts)

    def __contains__(self, name: object) -> bool:
        return name in self._parts
