"""The journal: the record of what happened, append only, kept as typed columns.

What is modelled: nothing. Facts are watched and never drive the model (DESIGN s.1.4); every KPI
is a pure function of this record. A fact is a `typing.NamedTuple` whose first field is `time` in
hours; its other fields are float, int, bool or an IntEnum.

Assumption: a week of facts fits in memory as Python objects; `compact` then turns them into
float64, int64, bool and int16 columns, some 8 bytes per field.

Reference: Wickham, "Tidy data", J. Stat. Software 59 (2014): one row per observation.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import TYPE_CHECKING, Any, get_type_hints

import numpy as np

from orgsim.errors import ModelError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, DTypeLike, NDArray

__all__ = ["Fact", "Journal"]

Fact = tuple[Any, ...]
"""A record: an instance of a NamedTuple whose first field is `time`."""

_Schema = dict[str, "DTypeLike"]


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


class _Ledger:
    """All facts of one kind: typed chunks, and the values of recent rows one after another.

    Loose values rather than a list of tuples: a week of tuples costs more to keep (and the garbage
    collector more to look through) than the values themselves.
    """

    def __init__(self, kind: type[Any]) -> None:
        self.kind = kind
        self.schema = _read_schema(kind)
        self.recent: list[Any] = []
        self._chunks: list[list[NDArray[Any]]] = []
        self._sorted: dict[str, NDArray[Any]] | None = None

    def __len__(self) -> int:
        return len(self.recent) // len(self.schema) + sum(len(chunk[0]) for chunk in self._chunks)

    def append_block(self, columns: Sequence[ArrayLike]) -> None:
        """Append columns, broadcast to one length."""
        if len(columns) != len(self.schema):
            text = f"{len(self.schema)} fields, {len(columns)} were given"
            raise ModelError(f"{self.kind.__name__} has {text}")
        try:
            arrays = np.broadcast_arrays(*(np.atleast_1d(np.asarray(c)) for c in columns))
        except ValueError as error:
            raise ModelError(f"{self.kind.__name__}: columns of different lengths") from error
        self.compact()  # keep the order in which facts were recorded
        self._append(arrays, _typed)

    def _append(self, columns: Sequence[Any], typed: Callable[..., NDArray[Any]]) -> None:
        pairs = zip(columns, self.schema.values(), strict=True)
        self._chunks.append([typed(self.kind, column, dtype) for column, dtype in pairs])
        self._sorted = None

    def compact(self) -> None:
        """Turn recent rows into a typed chunk."""
        width = len(self.schema)
        if len(self.recent) % width:
            raise ModelError(f"{self.kind.__name__}: a row without {width} values was recorded")
        if self.recent:
            self._append([self.recent[field::width] for field in range(width)], _typed_values)
            self.recent.clear()

    def columns(self) -> dict[str, NDArray[Any]]:
        """Return read-only columns in the order of time; they replace their parts in memory."""
        self.compact()
        if self._sorted is None:
            empty = [np.empty(0, dtype) for dtype in self.schema.values()]
            merged = [np.concatenate(parts) for parts in zip(empty, *self._chunks, strict=True)]
            order = np.argsort(merged[0], kind="stable")
            merged = [column[order] for column in merged]
            for column in merged:
                column.flags.writeable = False
            self._chunks = [merged]
            self._sorted = dict(zip(self.schema, merged, strict=True))
        return self._sorted


class _Ledgers(dict[type[Any], _Ledger]):
    """Ledgers by kind of fact, opened when first asked for."""

    def __missing__(self, kind: type[Any]) -> _Ledger:
        self[kind] = _Ledger(kind)
        return self[kind]


class Journal:
    """Facts by kind, in the order in which they were recorded.

    Types are checked when rows are compacted: recording must cost next to nothing.
    """

    def __init__(self) -> None:
        self._ledgers = _Ledgers()
        self._gauges: list[tuple[float, str, str, float]] = []

    def record(self, fact: Fact) -> None:
        """Append one fact, an instance of a NamedTuple that starts with `time`."""
        self._ledgers[fact.__class__].recent.extend(fact)

    def recorder(self, kind: type[Any]) -> Callable[[Fact], None]:
        """Return a function that appends one row of a kind, given as a plain tuple.

        For the busiest places: four times as fast as `record`, which needs an instance of the kind.
        """
        return self._ledgers[kind].recent.extend

    def record_block(self, kind: type[Any], *columns: ArrayLike) -> None:
        """Append many facts of a kind: one array or scalar per field, broadcast to one length.

        Raises ModelError on a wrong number of columns, on lengths that do not match, and on values
        that do not fit the declared types.
        """
        self._ledgers[kind].append_block(columns)

    def record_gauge(self, time: float, name: str, member: str, value: float) -> None:
        """Append one reading of a declared gauge."""
        self._gauges.append((time, name, member, float(value)))

    def compact(self) -> None:
        """Turn recent rows into typed columns; the world does so at each week's end."""
        for ledger in self._ledgers.values():
            ledger.compact()

    def kinds(self) -> tuple[type[Any], ...]:
        """Return the kinds of fact recorded so far, by name."""
        seen = (kind for kind, ledger in self._ledgers.items() if len(ledger))
        return tuple(sorted(seen, key=lambda kind: kind.__name__))

    def count(self, kind: type[Any]) -> int:
        """Return how many facts of a kind are recorded."""
        return len(self._ledgers[kind])

    def columns(self, kind: type[Any]) -> dict[str, NDArray[Any]]:
        """Return the facts of a kind as read-only columns, sorted by time (ties as recorded)."""
        return self._ledgers[kind].columns()

    def gauges(self) -> dict[str, NDArray[Any]]:
        """Return the readings of the declared gauges: columns t, name, member, value."""
        types = {"t": np.float64, "name": object, "member": object, "value": np.float64}
        columns = zip(*self._gauges, strict=True) if self._gauges else [()] * len(types)
        return {
            name: np.array(column, dtype=dtype)
            for (name, dtype), column in zip(types.items(), columns, strict=True)
        }


_CODES: dict[DTypeLike, str] = {np.float64: "d", np.int64: "q", np.int16: "h"}


def _typed_values(kind: type[Any], values: list[Any], dtype: DTypeLike) -> NDArray[Any]:
    """Return loose values as a column of its declared type, refused as `_typed` refuses them.

    Packed as what they must be, in a third of the time that NumPy takes to find out what they are.
    """
    if dtype not in _CODES:
        return _typed(kind, values, dtype)
    try:
        return np.frombuffer(struct.pack(f"{len(values)}{_CODES[dtype]}", *values), dtype)
    except struct.error as error:
        raise ModelError(f"{kind.__name__}: a {np.dtype(dtype)} column: {error}") from error


def _typed(kind: type[Any], column: ArrayLike, dtype: DTypeLike) -> NDArray[Any]:
    """Return a column of its declared type; a fraction is no int, and a number is no bool."""
    given = np.asarray(column)
    if given.size and not np.can_cast(given.dtype, dtype, casting="same_kind"):
        raise ModelError(f"{kind.__name__}: {given.dtype} values in a {np.dtype(dtype)} column")
    typed = np.array(given, dtype=dtype)
    if typed.itemsize < given.itemsize and np.any(typed != given):
        raise ModelError(f"{kind.__name__}: a code beyond the range of {typed.dtype}")
    return typed
