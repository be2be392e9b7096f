from __future__ import annotations

import inspect

import numpy as np
import pyarrow as pa
import pytest

from orgsim import facts, facts_after_sale, facts_of_customers
from orgsim.experiment.events import ACTIVITIES, COLUMNS, csv_of, event_log
from orgsim.experiment.replicate import fact_table

KINDS = {
    name: kind
    for module in (facts, facts_after_sale, facts_of_customers)
    for name, kind in inspect.getmembers(module, inspect.isclass)
    if issubclass(kind, tuple) and hasattr(kind, "_fields") and kind.__module__ == module.__name__
}


def table(kind: str, **columns: list[float]) -> pa.Table:
    """Facts of a kind, 0 in every column that is not given."""
    rows = len(columns["time"])
    whole = {name: np.zeros(rows, dtype=np.int64) for name in KINDS[kind]._fields}
    whole |= {name: np.array(values) for name, values in columns.items()}
    return fact_table(KINDS[kind], whole)


def test_every_fact_of_a_lead_or_customer_is_in_the_log_and_nothing_else_is() -> None:
    of_a_case = {name for name, kind in KINDS.items() if {"lead", "customer"} & set(kind._fields)}
    assert set(ACTIVITIES) == of_a_case


@pytest.mark.parametrize("name", sorted(ACTIVITIES))
def test_every_activity_names_columns_that_its_fact_has(name: str) -> None:
    activity, fields = ACTIVITIES[name], KINDS[name]._fields
    assert {activity.case, "segment", "time"} <= set(fields)
    assert not activity.detail or activity.detail in fields
    assert bool(activity.item) == ("nth" in fields)


def test_the_log_follows_each_case_through_time_with_readable_words() -> None:
    log = event_log(
        {
            "OrderPlaced": table("OrderPlaced", time=[25.5, 1.0], customer=[9, 7], nth=[0, 2]),
            "ContactMade": table("ContactMade", time=[30.0], customer=[7], reason=[2], segment=[1]),
            "LeadWon": table("LeadWon", time=[-0.25], lead=[9]),
        },
        "2024-01-01",
    )
    assert b"".join(csv_of(log)).decode().splitlines() == [
        ",".join(COLUMNS),
        "7,order placed,2024-01-01T01:00:00,customer,base,order 3",
        "7,contacted support: late wismo,2024-01-02T06:00:00,customer,niche,contact 1",
        "9,booking won,2023-12-31T23:45:00,sales,base,",
        "9,order placed,2024-01-02T01:30:00,customer,base,order 1",
    ]


def test_at_the_same_instant_facts_stand_in_the_order_of_the_procedure() -> None:
    at_once = {
        name: table(name, time=[5.0]) for name in ("OrderAllocated", "OrderPlaced", "LeadWon")
    }
    activities = event_log(at_once, "2024-01-01")["activity"].to_pylist()
    assert activities == ["booking won", "order placed", "parts set aside"]


def test_times_are_sorted_exactly_though_written_in_whole_seconds() -> None:
    times = {"OrderShipped": 5.0000002, "OrderPlaced": 5.0000001}
    log = event_log({name: table(name, time=[t]) for name, t in times.items()}, "2024-01-01")
    assert log["activity"].to_pylist() == ["order placed", "order shipped"]
    assert set(log["timestamp"].cast("string").to_pylist()) == {"2024-01-01 05:00:00"}


def test_a_long_log_is_written_in_pieces_without_a_seam() -> None:
    log = event_log({"LeadWon": table("LeadWon", time=[*range(250_000)])}, "2024-01-01")
    pieces = list(csv_of(log))
    assert len(pieces) == 4
    assert b"".join(pieces).count(b"\n") == 250_001


def test_a_run_without_customers_has_an_empty_log_with_its_heading() -> None:
    assert b"".join(csv_of(event_log({}, "2024-01-01"))) == (",".join(COLUMNS) + "\n").encode()
