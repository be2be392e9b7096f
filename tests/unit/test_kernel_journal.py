"""The journal: everything recorded comes back, typed, in the order of time."""

import tracemalloc
from enum import IntEnum
from typing import NamedTuple

import numpy as np
import pytest

from orgsim.errors import ModelError
from orgsim.kernel.journal import Journal


class Colour(IntEnum):
    RED = 1
    BLUE = 2


class Painted(NamedTuple):
    time: float
    who: int
    colour: Colour
    is_dry: bool
    litres: float


class Empty(NamedTuple):
    time: float


def test_facts_come_back_as_typed_columns_in_the_order_of_time() -> None:
    journal = Journal()
    journal.record(Painted(2.0, 7, Colour.BLUE, True, 0.5))
    journal.record(Painted(1.0, 8, Colour.RED, False, 1.5))
    columns = journal.columns(Painted)
    assert {name: column.tolist() for name, column in columns.items()} == {
        "time": [1.0, 2.0],
        "who": [8, 7],
        "colour": [1, 2],
        "is_dry": [False, True],
        "litres": [1.5, 0.5],
    }
    assert [column.dtype for column in columns.values()] == [
        np.float64,
        np.int64,
        np.int16,
        np.bool_,
        np.float64,
    ]


def test_facts_of_one_time_stay_in_the_order_recorded_also_across_blocks_and_compaction() -> None:
    journal = Journal()
    record = journal.recorder(Painted)
    for who in range(0, 30, 3):
        journal.record(Painted(5.0, who, Colour.RED, True, 0.0))
        journal.record_block(Painted, 5.0, [who + 1], Colour.RED, True, 0.0)
        record((5.0, who + 2, Colour.RED, True, 0.0))
        if who % 2:
            journal.compact()
        if who % 5 == 0:
            journal.columns(Painted)  # a look in between changes nothing
    journal.record(Painted(1.0, -1, Colour.RED, True, 0.0))
    assert journal.columns(Painted)["who"].tolist() == [-1, *range(30)]
    assert journal.count(Painted) == 31


def test_a_block_broadcasts_scalars_to_its_length() -> None:
    journal = Journal()
    journal.record_block(Painted, np.arange(3.0), 1, Colour.BLUE, np.array([True, False, True]), 2)
    assert journal.columns(Painted)["litres"].tolist() == [2.0, 2.0, 2.0]
    assert journal.columns(Painted)["is_dry"].tolist() == [True, False, True]


def test_an_empty_block_is_nothing() -> None:
    journal = Journal()
    journal.record_block(Painted, np.empty(0), 1, Colour.BLUE, True, 2.0)
    assert journal.count(Painted) == 0
    assert journal.kinds() == ()


def test_a_kind_never_recorded_has_empty_typed_columns() -> None:
    columns = Journal().columns(Painted)
    assert columns["colour"].dtype == np.int16
    assert len(columns["time"]) == 0


def test_kinds_are_listed_by_name() -> None:
    journal = Journal()
    journal.record(Painted(2.0, 7, Colour.BLUE, True, 0.5))
    journal.record(Empty(1.0))
    assert journal.kinds() == (Empty, Painted)


def test_columns_cannot_be_changed() -> None:
    journal = Journal()
    journal.record(Empty(1.0))
    with pytest.raises(ValueError, match="read-only"):
        journal.columns(Empty)["time"][0] = 2.0


class NoTime(NamedTuple):
    who: int


class Text(NamedTuple):
    time: float
    name: str


@pytest.mark.parametrize("kind", [NoTime, Text, dict])
def test_what_is_no_fact_is_refused(kind: type) -> None:
    with pytest.raises(ModelError, match=kind.__name__):
        Journal().columns(kind)


@pytest.mark.parametrize(
    "fact",
    [
        Painted(1.0, 1.5, Colour.RED, True, 0.0),  # type: ignore[arg-type]
        Painted(1.0, 1, Colour.RED, 2, 0.0),  # type: ignore[arg-type]
        Painted(1.0, 1, 70_000, True, 0.0),  # type: ignore[arg-type]
        Painted(1.0, 1, Colour.RED, True, None),  # type: ignore[arg-type]
    ],
)
def test_a_value_that_does_not_fit_its_column_is_found_when_compacted(fact: Painted) -> None:
    journal = Journal()
    journal.record(fact)
    with pytest.raises(ModelError, match="Painted"):
        journal.compact()


def test_a_row_of_the_wrong_width_is_found_when_compacted() -> None:
    journal = Journal()
    journal.recorder(Painted)((1.0, 2))
    with pytest.raises(ModelError, match="5 values"):
        journal.compact()


def test_blocks_of_the_wrong_shape_are_refused() -> None:
    journal = Journal()
    with pytest.raises(ModelError, match="5 fields"):
        journal.record_block(Painted, 1.0)
    with pytest.raises(ModelError, match="lengths"):
        journal.record_block(Painted, [1.0, 2.0], [1, 2, 3], Colour.RED, True, 0.0)


def test_gauges_come_back_in_the_order_read() -> None:
    journal = Journal()
    journal.record_gauge(168.0, "stock", "kit", 3)
    journal.record_gauge(168.0, "queue", "", 4.5)
    gauges = {name: column.tolist() for name, column in journal.gauges().items()}
    assert gauges == {
        "t": [168.0, 168.0],
        "name": ["stock", "queue"],
        "member": ["kit", ""],
        "value": [3.0, 4.5],
    }


def test_without_readings_there_are_empty_gauge_columns() -> None:
    assert [len(column) for column in Journal().gauges().values()] == [0, 0, 0, 0]


def test_two_million_facts_would_take_far_less_than_half_a_gigabyte() -> None:
    journal, facts = Journal(), 100_000
    tracemalloc.start()
    for n in range(facts):
        journal.record(Painted(float(n), n + 1000, Colour.RED, True, n / 7))
        if n % 10_000 == 0:
            journal.compact()
    journal.columns(Painted)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # Kept as columns: 27 bytes a fact, at most three times while they are put in order.
    assert peak / facts * 2_000_000 < 250e6
