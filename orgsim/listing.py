"""What `orgsim list` shows: the rows of each topic for a machine, the columns that a person reads.

Assumption: the rows carry everything that is known (JSON); of a table's columns only those that say
something to an analyst are left, in words.

Reference: DESIGN.md s.6 (the model is schema and documentation).
"""

from __future__ import annotations

import itertools
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import attrgetter
from pathlib import Path
from typing import Any, TypeAlias

from orgsim.config import catalogue
from orgsim.config.base import parameters
from orgsim.config.described import SILENT
from orgsim.config.provenance import EVIDENCE
from orgsim.config.scenario_file import dotted
from orgsim.config.sources import Sources, packaged
from orgsim.config.writing import inline
from orgsim.errors import COMMAND_LINE, ConfigError, Problem, short
from orgsim.registry import did_you_mean

__all__ = ["TOPICS", "aligned", "room", "rows", "tables"]

Row: TypeAlias = Mapping[str, Any]
WIDEST, NARROWEST = 56, 16
"""How wide a column of a table may be, and how narrow one may become."""


def rows(topic: str, beginning: str = "") -> list[dict[str, Any]]:
    """Return what there is of a topic, or of what begins with a name, as far as a dot or a `_`.

    Raises ConfigError for an unknown topic, or where nothing begins so.
    """
    if topic not in TOPICS:
        raise _unknown(f"there is no list of {short(topic)}", did_you_mean(topic, TOPICS))
    everything = [dict(row) for row in TOPICS[topic](packaged())]
    names = [str(next(iter(row.values()))) for row in everything]
    if beginning and not any(_begins(name, beginning) for name in names):
        groups = dict.fromkeys(name.partition(".")[0] for name in names)
        hint = did_you_mean(beginning, [*groups, *(n for n in names if n not in groups)])
        raise _unknown(f"no name in the list of {topic} begins with {short(beginning)}", hint)
    return [row for row, name in zip(everything, names, strict=True) if _begins(name, beginning)]


def tables(found: Mapping[str, Sequence[Row]], width: int | None = None) -> Iterator[str]:
    """Iterate over the lines that show the rows of some topics, no wider than a terminal."""
    for number, (topic, entries) in enumerate(found.items()):
        if len(found) > 1:
            yield f"{chr(10) if number else ''}{topic.upper()}"
        yield from aligned([_COLUMNS[topic](entry) for entry in entries], width)
        if topic == "scenarios":
            yield _own_scenarios()


def _begins(name: str, beginning: str) -> bool:
    rest = name.removeprefix(beginning)
    return not beginning or (name.startswith(beginning) and rest[:1] in ("", ".", "_"))


def _unknown(message: str, hint: str) -> ConfigError:
    return ConfigError(Problem(where=COMMAND_LINE, message=message, hint=hint))


# The rows ------------------------------------------------------------------------------------


def _kpis(sources: Sources[Any]) -> Iterator[Row]:
    from orgsim.kpis import KPIS

    for kpi in KPIS:
        yield {name: getattr(kpi, name) for name in ("name", "title", "unit", "area", "section")}


def _dials(sources: Sources[Any]) -> Iterator[Row]:
    from orgsim.config.compose import defaults
    from orgsim.organisation import Organisation

    values = {"title": "", "question": "", **defaults(sources)}
    values["customers"]["count"] = 0  # who is there turns no dial, and takes seconds to settle
    scenario = sources.model.model_validate(values)
    dials = Organisation(scenario, 0).world.dials
    keys = {dotted(place.path): place for place in parameters(sources.model, values)}
    for name in dials.names():
        base, key = dials[name].base, keys.get(name)
        # A dial of a parameter's name and value is that parameter: told as it was written.
        is_parameter = key is not None and attrgetter(name)(scenario) == base
        written = inline(key.value) if key is not None and is_parameter else f"{base:g}"
        yield {"name": name, "base": written, "rule": dials[name].rule}


TOPICS: Mapping[str, Callable[[Sources[Any]], Iterator[Row]]] = {
    "scenarios": lambda sources: (e._asdict() for e in catalogue.scenarios(sources)),
    "kpis": _kpis,
    "dials": _dials,
    "shocks": lambda sources: (e._asdict() for e in catalogue.shocks(sources.model)),
    "channels": lambda sources: (e._asdict() for e in catalogue.channels(sources)),
    "parameters": lambda sources: (e._asdict() for e in catalogue.parameter_table(sources)),
}
"""What can be listed, each with the maker of its rows; a row's first entry is its name."""


# What of them a person reads --------------------------------------------------------------------


def _kpi_columns(row: Row) -> Row:
    from orgsim.report.wording import scale_for

    unit = str(row["unit"])
    shown = unit if unit.startswith("EUR") else scale_for(unit).unit
    return {"name": row["name"], "what it is": row["title"], "of": row["area"], "in": shown}


def _parameter_columns(row: Row) -> Row:
    evidence, _ = EVIDENCE.get(row["evidence"], ("", ""))
    return {
        "key": row["key"],
        "default": short(row["default"], 36).strip("'\""),
        "in": "" if row["unit"] in SILENT else row["unit"],
        "allowed": row["range"],
        "meaning": row["meaning"],
        "how it is known": f"{evidence}: {row['source']}" if row["source"] else evidence,
    }


_COLUMNS: Mapping[str, Callable[[Row], Row]] = {
    "scenarios": lambda row: {
        "name": row["name"],
        "whose": "yours" if row["origin"] == catalogue.YOURS else "",
        "title": row["title"],
        "question": row["question"],
    },
    "kpis": _kpi_columns,
    "dials": lambda row: {
        "name": row["name"],
        "at rest": row["base"],
        "shocks together": row["rule"],
    },
    "shocks": lambda row: row,
    "channels": lambda row: row,
    "parameters": _parameter_columns,
}


def room() -> int | None:
    """Return how many columns the terminal has; None in a pipe, where a row stays a line."""
    is_seen = sys.stdout is not None and sys.stdout.isatty()
    return max(40, shutil.get_terminal_size().columns) if is_seen else None


def aligned(entries: Sequence[Row], width: int | None = None) -> Iterator[str]:
    """Iterate over the lines of a table with aligned columns; columns without a value are out.

    In a terminal that is too narrow for it cells are wrapped, or stand below their row's name.
    """
    names = [name for name in (entries[0] if entries else ()) if any(row[name] for row in entries)]
    cells = [names, *([str(row[name]) for name in names] for row in entries)]
    columns = list(zip(*cells, strict=True))
    if width is None or sum(2 + max(map(len, column)) for column in columns) - 2 <= width:
        # What is too wide for its column moves the rest of its own line only.
        widths = [max(n for n in map(len, column) if n <= WIDEST) for column in columns]
        yield from (_beside(line, widths) for line in cells)
        return
    fitting = _fitting([max(map(len, column)) for column in columns], width)
    for line in cells if fitting else cells[1:]:
        yield from _wrapped(line, fitting) if fitting else _stacked(names, line, width)


def _fitting(widths: list[int], width: int) -> list[int]:
    """Return widths that fit, the widest columns but the first narrowed; none if too many."""
    for _ in range(sum(widths) + 2 * len(widths) - 2 - width):
        widest = max(range(1, len(widths)), key=widths.__getitem__, default=0)
        if widths[widest] <= NARROWEST:
            return []
        widths[widest] -= 1
    return widths


def _wrapped(line: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    parts = [textwrap.wrap(c, width) or [""] for c, width in zip(line, widths, strict=True)]
    for row in itertools.zip_longest(*parts, fillvalue=""):
        yield _beside(row, widths)


def _beside(cells: Sequence[str], widths: Sequence[int]) -> str:
    pairs = zip(cells, widths, strict=True)
    return "  ".join(cell.ljust(width) for cell, width in pairs).rstrip()


def _stacked(names: Sequence[str], line: Sequence[str], width: int) -> Iterator[str]:
    """Return a row's name, and below it what the other columns say."""
    yield line[0]
    said = "; ".join(f"{n}: {cell}" for n, cell in zip(names[1:], line[1:], strict=True) if cell)
    yield from textwrap.wrap(said, width, initial_indent="    ", subsequent_indent="    ")


def _own_scenarios() -> str:
    """Say where the user's own scenarios come from, and how there may be more."""
    sources, folder = packaged(), Path("scenarios")
    own = [entry.name for entry in catalogue.scenarios(sources) if entry.origin == catalogue.YOURS]
    if own:
        return f"yours come from ./{folder}: {', '.join(own)}"
    if folder.resolve() == sources.scenarios[-1].resolve():
        return f"yours: listed above, since ./{folder} is orgsim's own folder here"
    return f"yours: none in ./{folder} (orgsim new NAME --from SCENARIO begins one)"
