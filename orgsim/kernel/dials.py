"""Dials: named numbers of the world that shocks turn and turn back.

What is modelled: a disturbance (a supplier strike, a flu wave, a price cut of a rival) acts on the
organisation only by turning such numbers (DESIGN s.1.6). Several disturbances stack: their effects
add up on a rate and multiply on a capacity, in whatever order they came.

Assumption: when all have turned back, the number is exactly its base again, and the order of
turning plays no part; the value is therefore computed anew from the effects in force, never by
undoing a sum.

Reference: MODEL.md s.8 (composition of shocks).
"""

from __future__ import annotations

from collections.abc import Callable
from math import fsum, isfinite, prod
from typing import Literal

from orgsim.errors import ModelError

__all__ = ["Dial", "Dials", "Token"]

Rule = Literal["add", "multiply"]


class Token:
    """One turn of a dial, kept by who may turn it back."""

    __slots__ = ("by", "dial")

    def __init__(self, dial: Dial, by: float) -> None:
        self.dial = dial
        self.by = by


class Dial:
    """A number with the effects in force on it: `value` is base + sum, or base x product."""

    __slots__ = ("_effects", "_watchers", "base", "meaning", "name", "rule", "value")

    def __init__(self, name: str, base: float, rule: Rule, meaning: str = "") -> None:
        self.name = name
        self.base = base
        self.rule = rule
        self.meaning = meaning
        self.value = base
        self._effects: dict[Token, None] = {}
        self._watchers: list[Callable[[float], None]] = []

    def watch(self, callback: Callable[[float], None]) -> None:
        """Call `callback(value)` whenever the value has changed."""
        self._watchers.append(callback)

    def turn(self, by: float) -> Token:
        """Add an effect: an amount to add, or a factor not below 0 to multiply with."""
        if not isfinite(by) or (self.rule == "multiply" and by < 0):
            raise ModelError(f"dial {self.name!r} ({self.rule}) cannot be turned by {by!r}")
        token = Token(self, by)
        self._effects[token] = None
        self._settle()
        return token

    def restore(self, token: Token) -> None:
        """Take an effect back. Raises ModelError if it is not in force."""
        if token not in self._effects:
            raise ModelError(f"dial {self.name!r}: this turn is not in force")
        del self._effects[token]
        self._settle()

    def _settle(self) -> None:
        # Sorted factors and an exactly rounded sum: the order of turning leaves no trace.
        effects = sorted(token.by for token in self._effects)
        if self.rule == "add":
            value = fsum((self.base, *effects))
        else:
            value = prod(effects, start=self.base)
        if value != self.value:
            self.value = value
            for callback in self._watchers:
                callback(value)


class Dials:
    """All dials of one world, by name."""

    def __init__(self) -> None:
        self._dials: dict[str, Dial] = {}

    def declare(self, name: str, base: float, rule: Rule, meaning: str = "") -> Dial:
        """Make a dial; `meaning` says what of the real organisation it is.

        Raises ModelError if the name is taken or the base is not finite.
        """
        if name in self._dials or not isfinite(base):
            raise ModelError(f"dial {name!r} (base {base!r}) is declared twice or not finite")
        self._dials[name] = Dial(name, base, rule, meaning)
        return self._dials[name]

    def __getitem__(self, name: str) -> Dial:
        if name not in self._dials:
            raise ModelError(f"there is no dial {name!r}; there are {', '.join(self._dials)}")
        return self._dials[name]

    def names(self) -> tuple[str, ...]:
        """Return the names in the order of declaration."""
        return tuple(self._dials)

    def turn(self, name: str, by: float) -> Token:
        """Turn a dial; keep the token to turn it back."""
        return self[name].turn(by)

    def restore(self, token: Token) -> None:
        """Turn back what gave this token."""
        token.dial.restore(token)
