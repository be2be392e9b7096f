"""The tidy tables of a run and how they become bytes on disc.

What it is for: one place that says which columns a table has, so that a replication measured
today and one measured next year on another machine are stacked without surprises. Parquet with
page checksums; the same table always becomes the same bytes (for one version of pyarrow).

Assumption: "not available" is null. NaN never reaches a table: it is turned into null here.

Reference: H. Wickham (2014), Tidy Data, Journal of Statistical Software 59(10).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from orgsim.errors import ResultError

_KPI = (("kpi", pa.string()), ("segment", pa.string()), ("value", pa.float64()))

#: What one replication is reduced to: table name -> schema without variant and replication.
SCHEMAS: Mapping[str, pa.Schema] = {
    "weekly": pa.schema([("week", pa.int64()), *_KPI]),
    "totals": pa.schema(_KPI),
    "value": pa.schema([("horizon", pa.string()), ("value", pa.float64())]),
    "breaks": pa.schema([("name", pa.string()), ("time", pa.float64())]),
    "responses": pa.schema(
        [
            ("name", pa.string()),
            ("step", pa.string()),
            ("time", pa.float64()),
            ("reason", pa.string()),
        ]
    ),
    "audit": pa.schema(
        [
            ("check", pa.string()),
            ("left", pa.float64()),
            ("right", pa.float64()),
            ("passed", pa.bool_()),
        ]
    ),
}

#: What is told of one replication only, one row per case: table name -> schema.
STORY_SCHEMAS: Mapping[str, pa.Schema] = {
    "promises": pa.schema(
        [
            ("made", pa.float64()),
            ("promisor", pa.string()),
            ("customer", pa.int64()),
            ("nth", pa.int64()),
            ("segment", pa.string()),
            ("source", pa.string()),
            ("attribute", pa.string()),
            ("due", pa.float64()),
            ("claim", pa.float64()),
            ("on_record", pa.bool_()),
            ("support_knew", pa.float64()),
            ("told", pa.string()),
            ("fate", pa.string()),
            ("settled", pa.float64()),
            ("days_late", pa.float64()),
        ]
    ),
}

_OWNER = (("variant", pa.string()), ("replication", pa.int64()))


def table_of(name: str, columns: Mapping[str, Any]) -> pa.Table:
    """The measured columns (lists or arrays of equal length) as the Arrow table `name`.

    NaN and infinities become null. Raises ResultError when a column is missing, unknown or short.
    """
    schema = {**SCHEMAS, **STORY_SCHEMAS}[name]
    if set(columns) != set(schema.names):
        raise ResultError(f"table {name}: expected {schema.names}, measured {sorted(columns)}")
    try:
        arrays = [_array(columns[field.name], field.type) for field in schema]
        return pa.Table.from_arrays(arrays, schema=schema)
    except (pa.ArrowException, ValueError, TypeError) as problem:
        raise ResultError(f"table {name} cannot be built: {problem}") from problem


def _array(column: Any, kind: pa.DataType) -> pa.Array:
    array = pa.array(column, type=kind, from_pandas=True)
    if pa.types.is_floating(kind):
        finite = pa.compute.is_finite(array)
        array = pa.compute.if_else(finite, array, pa.scalar(None, kind))
    return array


def owned(table: pa.Table, variant: str, replication: int) -> pa.Table:
    """`table` with the leading columns variant and replication, as the final tables have it."""
    owner = [
        pa.repeat(pa.scalar(variant, pa.string()), table.num_rows),
        pa.repeat(pa.scalar(replication, pa.int64()), table.num_rows),
    ]
    schema = pa.schema([*_OWNER, *((field.name, field.type) for field in table.schema)])
    return pa.Table.from_arrays([*owner, *table.columns], schema=schema)


def stacked(tables: Iterable[pa.Table]) -> pa.Table:
    """The tables one below the other, in the order given."""
    return pa.concat_tables(list(tables)).combine_chunks()


def encode(table: pa.Table) -> bytes:
    """The table as Parquet bytes, zstd, with page checksums; same table, same bytes."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", write_page_checksum=True)
    return bytes(sink.getvalue())


def decode(path: Path) -> pa.Table:
    """The Parquet file at `path`, checksums verified. Raises ResultError when it is broken."""
    try:
        with path.open("rb") as source:
            return pq.read_table(source, page_checksum_verification=True)
    except (OSError, pa.ArrowException) as problem:
        raise ResultError(f"{path} cannot be read: {problem}") from problem


def seal(content: bytes) -> str:
    """SHA-256 of the bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def seal_of(path: Path) -> str:
    """SHA-256 of a file's bytes. Raises OSError as `open` does."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def write_durably(path: Path, pieces: Iterable[bytes]) -> None:
    """Write and fsync; a reader of `path` sees the old file or the whole new one, never a part."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as sink:
            sink.writelines(pieces)
            sink.flush()
            os.fsync(sink.fileno())
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Make the renames in `folder` survive a power cut, where the system can do so."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:  # some network file systems cannot sync a folder: nothing is lost but haste
        return
    finally:
        os.close(handle)
