"""Where a value was written, and how it is known: read off the comment beside it.

A field means the same wherever it is set, but its values are known in different ways: the effect of
a claim is measured for an ordinary buyer and a judgement for a niche. Evidence therefore stands
beside the value and not in the model:

    claim_effect: 0.01   # a_phi [V] a promise one day faster sells 0.73 % more (Cui et al. 2024)

What precedes the tag says what is meant, what follows it is the source or, for a judgement, what it
rests on. The comment goes on in deeper comment lines below; one that stands on its own, before the
key, serves as well. A key without a tag has that of the key it lies below.

Assumption: a comment begins at the first `#` after a blank; none of our values holds one.

Reference: DESIGN.md s.6 (every default with its unit and evidence in a comment).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from orgsim.config.scenario_file import KeyPath, ScenarioFile, lines_of
from orgsim.config.sources import Sources, default_choices

__all__ = ["EVIDENCE", "NOWHERE", "Origin", "Provenance", "Remark", "remarks"]

EVIDENCE = {
    "V": ("verified", "seen in its source"),
    "R": ("recalled", "from the literature, not read again"),
    "C": ("computed", "a closed form, a solved equation or a count"),
    "P": ("exploratory", "from runs or calculations made on the way"),
    "J": ("judgement", "chosen, not measured"),
}
"""How a value may be known, strongest first: each tag's word and what it means."""

_COMMENT = re.compile(r"(?:^|\s)#\s?(.*)$")
_TAG = re.compile(rf"\[([{''.join(EVIDENCE)}])\]")


class Remark(NamedTuple):
    """What a comment says of a value; `evidence` is empty where it carries no tag."""

    meant: str = ""
    evidence: str = ""
    source: str = ""


_NOTHING = Remark()


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value was written; the place is empty where no file sets it."""

    file: str = ""
    line: int = 0
    remark: Remark = _NOTHING

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.file else ""


NOWHERE = Origin()
"""The origin of what no file sets."""


class Provenance:
    """The origin of every value of one composition: a choice per group, and perhaps a scenario."""

    def __init__(
        self,
        sources: Sources[Any],
        choices: Mapping[str, str] | None = None,
        scenario: tuple[ScenarioFile, Path] | None = None,
    ) -> None:
        self._configs = sources.configs
        self._choices = default_choices(sources.configs) | dict(choices or {})
        self._scenario = scenario

    def of(self, path: KeyPath) -> Origin:
        """Return where the value at a key path was written: the file that has the last word."""
        for shown, file, inner in self._files(path):
            lines = _lines(file)
            if inner in lines:
                return Origin(shown, lines[inner], _remark(file, inner))
        return NOWHERE

    def _files(self, path: KeyPath) -> Iterator[tuple[str, Path, KeyPath]]:
        """Iterate over the files that may set a key, the one that wins first."""
        if self._scenario is not None:
            file, place = self._scenario
            yield file.shown, place, path
        group = path[0]
        for name in self._inherited(group, self._choices.get(group, "")):
            yield f"configs/{group}/{name}.yaml", self._configs / group / f"{name}.yaml", path[1:]
        yield "configs/config.yaml", self._configs / "config.yaml", path

    def _inherited(self, group: str, choice: str) -> Iterator[str]:
        """Iterate over a choice and the choices it is made from, the one that wins first."""
        if not choice:
            return
        yield choice
        content = yaml.safe_load(_text(self._configs / group / f"{choice}.yaml"))
        for base in reversed(content.get("defaults", [])):
            if base != "_self_":
                yield from self._inherited(group, str(base))


def remarks(text: str) -> dict[int, Remark]:
    """Return the remark on each line that holds a key, by line number from 1."""
    said: dict[int, list[str]] = {}
    own: list[tuple[int, str]] = []  # comment lines since the last key: (indent, comment)
    for number, line in enumerate(text.splitlines(), start=1):
        comment = _comment(line)
        if line.lstrip().startswith("#"):
            own.append((_indent(line), comment))
        elif line.strip():
            before = _TAG.search(" ".join(c for i, c in own if i == _indent(line)))
            heads = [c for i, c in own if i == _indent(line)] if before else []
            _go_on(said, [c for i, c in own if i != _indent(line)])
            said[number], own = [*heads, comment], []
    _go_on(said, [comment for _, comment in own])
    return {number: _parsed(" ".join(parts)) for number, parts in said.items()}


def _go_on(said: dict[int, list[str]], more: list[str]) -> None:
    """Let comment lines go on with the comment of the last key, if there is one."""
    if said:
        last = said[max(said)]
        last += more if any(last) else []


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _comment(line: str) -> str:
    found = _COMMENT.search(line)
    return found[1].strip() if found else ""


def _parsed(comment: str) -> Remark:
    meant, tag, source = [*_TAG.split(" ".join(comment.split()), maxsplit=1), "", ""][:3]
    return Remark(meant.strip(), tag, source.strip())


def _remark(file: Path, path: KeyPath) -> Remark:
    """Return the remark on a key, or on the nearest key above it that carries a tag."""
    lines, said = _lines(file), _remarks(file)
    own = said.get(lines[path], _NOTHING)
    for length in range(len(path), 0, -1):
        remark = said.get(lines.get(path[:length], 0), _NOTHING)
        if remark.evidence:
            return remark if length == len(path) else remark._replace(meant=own.meant)
    return own


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8")


@cache
def _lines(file: Path) -> dict[KeyPath, int]:
    return lines_of(_text(file))


@cache
def _remarks(file: Path) -> dict[int, Remark]:
    return remarks(_text(file))
