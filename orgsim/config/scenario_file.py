"""The guarded reader of scenario files: hostile text in, plain data with line numbers out.

A scenario may come from anyone, so it is data and nothing else. Anchors, aliases, tags, directives,
references (`${...}`), `_target_`-like keys, `hydra` settings and `# @package` lines are refused,
and so is every scalar that YAML readers disagree about (`12:30`, `NO`, `010`, `.nan`, `1e400`):
each is reported with its line and with what to write instead. Dotted keys are expanded here.

Reference: DESIGN.md s.6; ECOSYSTEM.md s.2.3 (code execution from configuration, tried).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from orgsim.config.scalars import NULL, TrapError, plain_scalar
from orgsim.errors import ConfigError, Problem, short

__all__ = [
    "KeyPath",
    "ScenarioFile",
    "dotted",
    "is_entry_name",
    "lines_of",
    "parse",
    "read",
    "scan",
]

KeyPath: TypeAlias = tuple[str, ...]

LARGEST = 256 * 1024
DEEPEST = 12
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_DOTTED = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)+")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioFile:
    """What a scenario file says: `leaves` by key path in the order written, `lines` likewise.

    A leaf is a scalar, a list, an empty mapping, or a mapping whose keys are not names (a weekly
    calendar), which is a value. `lines` also holds the enclosing keys and list items, `problems`
    what could not be read; their keys have no leaf.
    """

    shown: str
    leaves: dict[KeyPath, Any]
    lines: dict[KeyPath, int]
    problems: tuple[Problem, ...] = ()


def dotted(path: tuple[str | int, ...]) -> str:
    """Return a key path as a person writes it."""
    return ".".join(str(part) for part in path)


def is_entry_name(key: object) -> bool:
    """Tell a name (a key that can be addressed with dots) from a calendar text such as 'Sat 10-14'.

    "always" and "never" are calendar texts.
    """
    return isinstance(key, str) and bool(_NAME.fullmatch(key)) and key not in ("always", "never")


def read(path: Path, shown: str, groups: frozenset[str] = frozenset()) -> ScenarioFile:
    """Read a scenario file; `shown` is how problems name it, `groups` whose names take a choice.

    Raises ConfigError with every problem found.
    """
    return _sound(scan(path, shown, groups))


def scan(path: Path, shown: str, groups: frozenset[str] = frozenset()) -> ScenarioFile:
    """Read what can be read of a scenario file, with the problems of single keys.

    Raises ConfigError where nothing can be made of the whole.
    """
    try:
        if not path.is_file():
            message = "is no file" if path.exists() else "there is no such file"
            message = "is a folder" if path.is_dir() else message
            raise ConfigError(Problem(where=shown, message=message))
        with path.open("rb") as stream:
            content = stream.read(LARGEST + 1)
    except OSError as error:
        raise ConfigError(
            Problem(where=shown, message=f"cannot be read: {error.strerror}")
        ) from None
    if len(content) > LARGEST:
        message = f"is larger than a scenario may be ({LARGEST // 1024} KiB)"
        raise ConfigError(Problem(where=shown, message=message))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigError(Problem(where=shown, message="is not a UTF-8 text file")) from None
    return _scanned(text, shown, groups)


def parse(text: str, shown: str, groups: frozenset[str] = frozenset()) -> ScenarioFile:
    """Read a scenario from its text, as `read` does from a file."""
    return _sound(_scanned(text, shown, groups))


def _sound(file: ScenarioFile) -> ScenarioFile:
    if file.problems:
        raise ConfigError(file.problems)
    return file


def _scanned(text: str, shown: str, groups: frozenset[str]) -> ScenarioFile:
    reader = _Reader(shown, groups)
    reader.comments(text)
    root = reader.compose(text)
    if root is not None:
        reader.mapping((), root)
        reader.conflicts()
    problems = tuple(sorted(reader.problems, key=_line))
    if not all(problem.key for problem in problems):
        raise ConfigError(problems)
    return ScenarioFile(shown=shown, leaves=reader.leaves, lines=reader.lines, problems=problems)


def lines_of(text: str) -> dict[KeyPath, int]:
    """Return the line of every key of one of our own files, as far as it can be read."""
    reader = _Reader("", frozenset())
    root = reader.compose(text)
    if root is not None:
        reader.mapping((), root)
    return reader.lines


def _line(problem: Problem) -> int:
    number = problem.where.rpartition(":")[2]
    return int(number) if number.isdigit() else 0


_YAML_HINTS = {
    r"'\t'": "indent with spaces, not with tabs",
    "mapping values are not allowed": "put a text with ': ' into quotes, or indent keys alike",
    "cannot start any token": "put a text that begins so into quotes",
    "unexpected end of stream": "a quote or bracket is not closed",
    "expected ',' or": "a bracket is not closed",
    "expected ':'": "write 'key: value'",
    "expected <block end>": "indent the keys of one level alike",
}
"""What PyYAML means, for who did not write it."""


class _Guard(yaml.SafeLoader):
    """Compose nodes only: note anchors, aliases, tags and directives, and stop at deep nesting."""

    def __init__(self, text: str, report: Callable[[int, str], None]) -> None:
        super().__init__(text)
        self._report = report
        self._depth = 0

    def compose_document(self) -> yaml.Node | None:
        start = self.peek_event()  # type: ignore[no-untyped-call]
        if start.version or start.tags:
            self._report(start.start_mark.line + 1, "directives (%YAML, %TAG) are not allowed")
        return super().compose_document()

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            self._report(line, f"aliases (*{event.anchor}) are not allowed")
            self.get_event()  # type: ignore[no-untyped-call]
            mark: Any = event.start_mark
            return yaml.ScalarNode("", "alias", mark, mark, '"')
        if event.anchor is not None:
            self._report(line, f"anchors (&{event.anchor}) are not allowed")
        if event.tag is not None:
            self._report(line, f"tags ({event.tag}) are not allowed")
        self._depth += 1
        if self._depth > DEEPEST:
            raise yaml.MarkedYAMLError(
                problem="is nested too deeply", problem_mark=event.start_mark
            )
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


class _Reader:
    """Collects leaves, lines and problems while it walks the nodes of one document."""

    def __init__(self, shown: str, groups: frozenset[str]) -> None:
        self.shown = shown
        self.groups = groups
        self.leaves: dict[KeyPath, Any] = {}
        self.lines: dict[KeyPath, int] = {}
        self.problems: list[Problem] = []

    def report(self, line: int, message: str, hint: str = "", key: str = "") -> None:
        where = f"{self.shown}:{line}"
        self.problems.append(Problem(where=where, message=message, hint=hint, key=key))

    def comments(self, text: str) -> None:
        """Refuse package directives, which Hydra reads from comments."""
        for number, line in enumerate(text.splitlines(), start=1):
            if re.match(r"\s*#\s*@package", line):
                self.report(number, "'# @package' is not allowed in a scenario")

    def compose(self, text: str) -> yaml.MappingNode | None:
        """Return the document's mapping, or None where there is none (reported)."""
        try:
            loader = _Guard(text, self.report)
        except yaml.reader.ReaderError:
            self.problems.append(Problem(where=self.shown, message="is not a text file"))
            return None
        try:
            node = loader.get_single_node()
        except yaml.reader.ReaderError:
            self.problems.append(Problem(where=self.shown, message="is not a text file"))
            return None
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark is not None else 1
            said = f"{error.problem or error.context}"
            hint = next((hint for words, hint in _YAML_HINTS.items() if words in said), "")
            self.report(line, f"not readable as YAML: {said}", hint)
            return None
        except ValueError:  # PyYAML hands on "\\U00110000", which is no character
            self.report(loader.line + 1, "not readable as YAML: an escape names no character")
            return None
        if node is None or (isinstance(node, yaml.ScalarNode) and node.value in NULL):
            hint = "write a title, a question and what differs"
            self.problems.append(Problem(where=self.shown, message="is empty", hint=hint))
            return None
        if not isinstance(node, yaml.MappingNode):
            self.report(node.start_mark.line + 1, "a scenario is a mapping of keys to values")
            return None
        return node

    def mapping(self, above: KeyPath, node: yaml.MappingNode) -> None:
        """Read a mapping of names into leaves below a key path."""
        seen: dict[str, int] = {}
        for key_node, value in node.value:
            line = key_node.start_mark.line + 1
            key = self.key(key_node)
            if key is None:
                continue
            if key in seen:
                message = f"key '{key}' is given twice (also in line {seen[key]})"
                self.report(line, message, key=dotted((*above, key)))
                continue
            seen[key] = line
            parts = tuple(key.split(".")) if _DOTTED.fullmatch(key) else (key,)
            path = above + parts
            if self.is_forbidden(path, line):
                continue
            if len(path) > DEEPEST:
                self.report(line, f"key {key[:40]!r} is nested too deeply")
                continue
            for length in range(len(above) + 1, len(path) + 1):
                self.lines.setdefault(path[:length], line)
            if isinstance(value, yaml.MappingNode) and self.is_named(value):
                self.mapping(path, value)
            else:
                self.leaf(path, value, line)

    def leaf(self, path: KeyPath, node: yaml.Node, line: int) -> None:
        if path in self.leaves:
            message = f"'{dotted(path)}' is given twice (also in line {self.lines[path]})"
            self.report(line, message, key=dotted(path))
            return
        self.lines[path] = line
        before = len(self.problems)
        value = self.value(path, node)
        if len(self.problems) == before:
            self.leaves[path] = value

    def value(self, path: KeyPath, node: yaml.Node) -> Any:
        """Return what a node says, as plain data."""
        if isinstance(node, yaml.SequenceNode):
            return [self.item((*path, str(i)), item) for i, item in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            return dict(self.entries(path, node))
        return self.scalar(path, node)

    def item(self, path: KeyPath, node: yaml.Node) -> Any:
        self.lines.setdefault(path, node.start_mark.line + 1)
        return self.value(path, node)

    def entries(self, path: KeyPath, node: yaml.MappingNode) -> Iterator[tuple[str, Any]]:
        """Iterate over the entries of a mapping that is a value (a calendar, an item of a list)."""
        seen: set[str] = set()
        for key_node, value in node.value:
            key = self.key(key_node)
            if key is None or self.is_forbidden((*path, key), key_node.start_mark.line + 1):
                continue
            if key in seen:
                self.report(key_node.start_mark.line + 1, f"{key!r} is given twice")
            seen.add(key)
            yield key, self.item((*path, key), value)

    def scalar(self, path: KeyPath, node: yaml.Node) -> Any:
        line, text = node.start_mark.line + 1, str(node.value)
        if "${" in text:
            message = f"'{dotted(path)}': references (${{...}}) are not allowed"
            self.report(line, message, "write the value itself", dotted(path))
            return None
        if isinstance(node, yaml.ScalarNode) and node.style is not None:
            return text
        try:
            return plain_scalar(text)
        except TrapError as trap:
            self.report(line, f"'{dotted(path)}': {trap.message}", trap.hint, dotted(path))
            return None

    def key(self, node: yaml.Node) -> str | None:
        """Return a key's text, or None where it is no text (reported)."""
        line = node.start_mark.line + 1
        if not isinstance(node, yaml.ScalarNode):
            self.report(line, "a key must be plain text")
            return None
        if node.style is None:
            try:
                if not isinstance(plain_scalar(node.value), str):
                    self.report(line, f"key {node.value!r} is not a name", "keys are text")
                    return None
            except TrapError as trap:
                self.report(line, f"key: {trap.message}", trap.hint)
                return None
        if not node.value or not node.value.isprintable():
            self.report(line, f"key {short(node.value)} is not a name", "keys are text to be read")
            return None
        return str(node.value)

    def is_forbidden(self, path: KeyPath, line: int) -> bool:
        """Tell (and report) keys that try to run or to steer something."""
        for part in path:
            if part.startswith("_") or part == "<<" or "${" in part:
                message = f"key '{dotted(path)}' is not allowed: nothing can be run from a scenario"
                self.report(line, message, key=dotted(path))
                return True
        if path[0] == "hydra" or path[0].startswith("hydra/"):
            self.report(line, "Hydra's own settings are not allowed in a scenario", key=path[0])
            return True
        return False

    @staticmethod
    def is_named(node: yaml.MappingNode) -> bool:
        """Tell a mapping of names, whose entries merge, from one that is a value or is empty."""
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        names = [is_entry_name(key) or bool(_DOTTED.fullmatch(str(key))) for key in keys]
        return bool(node.value) and all(names)

    def conflicts(self) -> None:
        """Report keys that are given a value and, elsewhere, entries of their own."""
        for path in self.leaves:
            for length in range(1, len(path)):
                above = path[:length]
                is_choice = length == 1 and above[0] in self.groups
                if above in self.leaves and not (is_choice and isinstance(self.leaves[above], str)):
                    self.report(
                        max(self.lines[path], self.lines[above]),
                        f"'{dotted(above)}' is given as a value and '{dotted(path)}' as a part of "
                        f"it (lines {self.lines[above]} and {self.lines[path]})",
                        key=dotted(above),
                    )
