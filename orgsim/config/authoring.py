"""Beginning a scenario of one's own: a sparse, commented, valid file made from another scenario.

Reference: DESIGN.md s.6 (a scenario holds only what differs and the question it asks).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from orgsim.config.compose import resolve_in
from orgsim.config.merge import lay
from orgsim.config.scenario_file import is_entry_name, lines_of, read
from orgsim.config.sources import Sources, find, packaged
from orgsim.config.writing import inline, written
from orgsim.errors import ConfigError, Problem

__all__ = ["begin", "text_of"]

_TEXT = """\
# {name}: begun from {source}.
# Only what differs from the default firm stands here; every key may be left out.
#   orgsim list parameters        every key with its unit, range, default and meaning
#   orgsim show {name} --diff     what this file changes
#   orgsim check {path}
title: {title}
question: {question}

{body}
# Text under a group's name is one of its choices, of which there are:
{choices}"""


def begin(
    name: str, reference: str, folder: Path, sources: Sources[Any] | None = None
) -> tuple[Path, dict[str, int]]:
    """Write `folder`/NAME.yaml from a scenario; its path, and the lines still to be written.

    Raises ConfigError if the file exists, cannot be written, or the source has problems.
    """
    sources = packaged() if sources is None else sources
    path = folder / f"{name}.yaml"
    text = text_of(name, reference, path, sources)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        hint = "choose another name, or remove it first"
        raise ConfigError(Problem(where=str(path), message="exists already", hint=hint)) from None
    except OSError as error:
        message = f"cannot be written: {error.strerror}"
        raise ConfigError(Problem(where=str(path), message=message)) from None
    lines = lines_of(text)
    return path, {key: lines[(key,)] for key in ("title", "question")}


def text_of(name: str, reference: str, path: Path, sources: Sources[Any]) -> str:
    """Return the text of a new scenario that says what another one says."""
    resolve_in(sources, reference)  # a scenario with problems is no beginning
    groups = sources.groups()
    source, file, shown = find(sources, reference)
    leaves = dict(read(file, shown, frozenset(groups)).leaves)
    told = str(leaves.pop(("title",), source))
    leaves.pop(("question",), None)
    chosen = {key: value for key, value in leaves.items() if key[0] in groups and len(key) == 1}
    values: dict[str, Any] = {}
    lay(values, {key: value for key, value in leaves.items() if key not in chosen})
    lines = [f"{group}: {inline(choice)}" for (group,), choice in chosen.items()]
    for key, value in values.items():
        # A group that has a choice and values takes the values by dotted keys.
        taken = (key,) in chosen
        lines += _dotted_lines(key, value) if taken else [written({key: value}).rstrip("\n")]
    return _TEXT.format(
        name=name,
        source=source,
        path=path.as_posix(),
        title=inline(f"{name.replace('_', ' ').capitalize()} (begun from: {told})"),
        question=inline(f"What changes against {source}, and why? (Put your own question here.)"),
        body="".join(f"{line}\n" for line in lines),
        choices="".join(
            f"#   {group}: {' | '.join(names)}\n" for group, names in groups.items() if names[1:]
        ),
    )


def _dotted_lines(key: str, value: Any) -> list[str]:
    if isinstance(value, dict) and value and all(is_entry_name(name) for name in value):
        return [line for name, v in value.items() for line in _dotted_lines(f"{key}.{name}", v)]
    return [f"{key}: {inline(value)}"]
