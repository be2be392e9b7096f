"""What can go wrong, and who is spoken to.

A `ConfigError` is the user's to mend (a line per problem, exit code 2); a `ModelError` is ours (an
impossible state inside a run); a `ResultError` concerns a results folder.

Reference: DESIGN.md s.6 (errors list every problem at once, one line each).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = [
    "COMMAND_LINE",
    "ConfigError",
    "ModelError",
    "OrgsimError",
    "Problem",
    "ResultError",
    "short",
]

COMMAND_LINE = "command line"
"""How a problem names what the user typed."""

_LONGEST_PLACE, _LONGEST_MESSAGE = 240, 400
_LONG_WORD = re.compile(r"\S{81,}")


def short(value: object, longest: int = 60) -> str:
    """Return a value as it may stand in a message: text in quotes, what is long cut."""
    if value is None:
        return "(empty)"
    text = f"{value:.12g}" if isinstance(value, float) else f"{value}"
    text = f"{value!r}" if isinstance(value, str) else text
    return text if len(text) <= longest else f"{text[:longest]}..."


class OrgsimError(Exception):
    """Any error orgsim raises on purpose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing to mend in what the user wrote.

    `where` is "file:line" or "command line", `key` the dotted key path, `hint` what to write
    instead; each may be empty.
    """

    message: str
    where: str = ""
    key: str = ""
    hint: str = ""

    def __str__(self) -> str:
        # A message may quote a hostile file: it is cut, and what could steer a terminal left out.
        said = " - ".join(_cut(text) for text in (self.message, self.hint) if text)
        text = f"{self.where[-_LONGEST_PLACE:]}: {said}" if self.where else said
        return "".join(c if c.isprintable() else "?" for c in " ".join(text.split()))


def _cut(text: str) -> str:
    text = _LONG_WORD.sub(lambda word: f"{word[0][:60]}...", text)
    return text if len(text) <= _LONGEST_MESSAGE else f"{text[:_LONGEST_MESSAGE]}..."


class ConfigError(OrgsimError):
    """The configuration cannot be used; carries every problem found, str() is one line each."""

    problems: tuple[Problem, ...]

    def __init__(self, problems: str | Problem | Iterable[Problem]) -> None:
        if isinstance(problems, str):
            problems = Problem(message=problems)
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[ConfigError], tuple[tuple[Problem, ...]]]:
        """Travel between worker processes with the problems, not only their text."""
        return type(self), (self.problems,)


class ModelError(OrgsimError):
    """A bug or an impossible state inside a run: never the user's fault."""


class ResultError(OrgsimError):
    """A results folder is missing, broken or of another version."""
