"""The journal: the record of what happened, append only, kept as typed columns.

What is modelled: nothing. Facts are watched and never drive the model (DESIGN s.1.4); every KPI
is a pure function of this record. A fact is a `typing.NamedTuple` whose first field is `time` in
hours; its other fields are float, int, bool or an IntEnum.

Assumption: a week of facts fits in memory as Python objects; `compact` then turns them into
float64, int64, bool and int16 columns, some 8 bytes per field.

Reference: Wickham, "Tidy data", J. Stat. Software 59 (2014): one row per observation.
"""

from __future__ import annotations

from collections import defaultdict
from enum import IntEnum
from typing import TYPE_CHECKING, Any, NamedTuple, get_type_hints

import numpy as np

from orgsim.errors import ModelError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, DTypeLike, NDArray

__all__ = ["Fact", "Journal"]

Fact = tuple[Any, ...]
"""A record: an instance of a NamedTuple whose first field is `time`."""

_Chunk = list["NDArray[Any]"]
_Schema = dict[str, "DTypeLike"]


class _Reading(NamedTuple):
    """One reading of a declared gauge."""

    time: float
    name: str
    member: str
    value: float


def _dtype(kind: type[Any], field: str, hint: object) -> DTypeLike:
    if isinstance(hint, type):
        if issubclass(hint, bool):  # before int: a bool is an int
            return np.bool_
        if issubclass(hint, IntEnum):
            return np.int16
        if issubclass(hint, int):
            return np.int64
        if issubclass(hint, float):
            return np.float64
    raise ModelError(f"{kind.__name__}.{field} must be a float, int, bool or IntEnum, not {hint}")


def _read_schema(kind: type[Any]) -> _Schema:
    """Return field -> column type of a kind of fact; raises ModelError if it is no proper fact."""
    fields: tuple[str, ...] = getattr(kind, "_fields", ())
    if not issubclass(kind, tuple) or fields[:1] != ("time",):
        raise ModelError(f"{kind.__name__} is no fact: a NamedTuple that starts with `time`")
    hints = get_type_hints(kind)
    return {field: _dtype(kind, field, hints[field]) for field in fields}


class Journal:
    """Facts by kind, in the order in which they were recorded."""

    def __init__(self) -> None:
        self._rows: defaultdict[type[Any], list[Fact]] = defaultdict(list)
        self._chunks: defaultdict[type[Any], list[_Chunk]] = defaultdict(list)
        self._columns: dict[type[Any], dict[str, NDArray[Any]]] = {}
        self._schemas: dict[type[Any], _Schema] = {}
        self._gauges: list[_Reading] = []

    def record(self, fact: Fact) -> None:
        """Append one fact. Costs a tenth of a microsecond: types are checked when compacted."""
        self._rows[fact.__class__].append(fact)

    def record_block(self, kind: type[Any], *columns: ArrayLike) -> None:
        """Append many facts of a kind: one array or scalar per field, broadcast to one length.

        Raises ModelError on a wrong number of columns or on lengths that do not match.
        """
        schema = self._schema(kind)
        if len(columns) != len(schema):
            raise ModelError(f"{kind.__name__} has {len(schema)} fields, {len(columns)} were given")
        try:
            arrays = np.broadcast_arrays(*(np.atleast_1d(np.asarray(c)) for c in columns))
        except ValueError as error:
            raise ModelError(f"{kind.__name__}: columns of different lengths") from error
        self._compact_rows(kind)  # keep the order in which facts were recorded
        typed = zip(arrays, schema.values(), strict=True)
        self._chunks[kind].append([_typed(kind, array, dtype) for array, dtype in typed])
        self._columns.pop(kind, None)

    def record_gauge(self, time: float, name: str, member: str, value: float) -> None:
        """Append one reading of a declared gauge."""
        self._gauges.append(_Reading(time, name, member, float(value)))

    def _schema(self, kind: type[Any]) -> _Schema:
        if kind not in self._schemas:
            self._schemas[kind] = _read_schema(kind)
        return self._schemas[kind]

    def compact(self) -> None:
        """Turn rows into typed columns; the world does so at each week's end."""
        for kind in tuple(self._rows):
            self._compact_rows(kind)

    def _compact_rows(self, kind: type[Any]) -> None:
        rows = self._rows.get(kind)
        if not rows:
            return
        pairs = zip(zip(*rows, strict=True), self._schema(kind).values(), strict=True)
        self._chunks[kind].append([_typed(kind, column, dtype) for column, dtype in pairs])
        self._columns.pop(kind, None)
        rows.clear()

    def kinds(self) -> tuple[type[Any], ...]:
        """Return the kinds of fact recorded so far, by name."""
        seen = {kind for kind in (*self._rows, *self._chunks) if self.count(kind)}
        return tuple(sorted(seen, key=lambda kind: kind.__name__))

    def count(self, kind: type[Any]) -> int:
        """Return how many facts of a kind are recorded."""
        chunks = self._chunks.get(kind, [])
        return len(self._rows.get(kind, ())) + sum(len(chunk[0]) for chunk in chunks)

    def columns(self, kind: type[Any]) -> dict[str, NDArray[Any]]:
        """Return the facts of a kind as read-only columns, sorted by time (ties as recorded)."""
        self._compact_rows(kind)
        if kind not in self._columns:
            chunks = self._chunks[kind]
            empty: _Chunk = [np.empty(0, dtype) for dtype in self._schema(kind).values()]
            merged = [np.concatenate(parts) for parts in zip(empty, *chunks, strict=True)]
            order = np.argsort(merged[0], kind="stable")
            merged = [column[order] for column in merged]
            for column in merged:
                column.flags.writeable = False
            self._chunks[kind] = [merged]  # the sorted columns replace their parts in memory
            self._columns[kind] = dict(zip(self._schema(kind), merged, strict=True))
        return self._columns[kind]

    def gauges(self) -> dict[str, NDArray[Any]]:
        """Return the readings of the declared gauges: columns time, name, member, value."""
        types = {"time": np.float64, "name": object, "member": object, "value": np.float64}
        columns = zip(*self._gauges, strict=True) if self._gauges else [()] * len(types)
        return {
            name: np.array(column, dtype=dtype)
            for (name, dtype), column in zip(types.items(), columns, strict=True)
        }


def _typed(kind: type[Any], column: ArrayLike, dtype: DTypeLike) -> NDArray[Any]:
    """Return a column of its declared type; a fraction is no int, and a number is no bool."""
    given = np.asarray(column)
    if given.size and not np.can_cast(given.dtype, dtype, casting="same_kind"):
        raise ModelError(f"{kind.__name__}: {given.dtype} values in a {np.dtype(dtype)} column")
    return np.array(given, dtype=dtype)
