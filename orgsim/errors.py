"""What can go wrong, and who is spoken to.

A `ConfigError` is the user's to mend (a line per problem, exit code 2); a `ModelError` is ours (an
impossible state inside a run); a `ResultError` concerns a results folder.

Reference: DESIGN.md s.6 (errors list every problem at once, one line each).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["ConfigError", "ModelError", "OrgsimError", "Problem", "ResultError"]


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
        text = f"{self.where}: {self.message}" if self.where else self.message
        text = f"{text} - {self.hint}" if self.hint else text
        # A message may quote a hostile file: what could steer a terminal is left out.
        return "".join(c if c.isprintable() else "?" for c in " ".join(text.split()))


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
