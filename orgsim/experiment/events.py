"""The event log of one replication: what happened to each customer, for process mining.

What of the real organisation is modelled: the trail a customer leaves through every area (lead,
booking, order, parcel, contact, survey, farewell), as a company would join it from its systems.
One line per fact that belongs to a customer, so that cause can be seen to precede effect.

Assumptions: the case is the customer (a lead keeps its number when it becomes one); `item` names
the order or contact, for those who want it as the case. Timestamps are ISO 8601 without a zone
(MODEL T1), cut to whole seconds; lines are sorted by case, then exact time, then procedure.

Reference: W. van der Aalst (2016), Process Mining: Data Science in Action, ch. 5 (event logs).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import csv

_ROWS_AT_ONCE = 100_000
_TEXTS = ("activity", "resource", "segment", "item")
COLUMNS = ("case_id", "activity", "timestamp", "resource", "segment", "item")


@dataclass(frozen=True, slots=True)
class Activity:
    """How one kind of fact reads in the log.

    `case` is the column with the customer's number, `detail` a column whose value is put after the
    label, `item` what the column `nth` counts (empty if the fact has none).
    """

    label: str
    resource: str
    case: str = "customer"
    detail: str = ""
    item: str = ""


#: Kind of fact -> how it reads. The order settles which comes first at the same instant.
ACTIVITIES: Mapping[str, Activity] = {
    "LeadCreated": Activity("lead created", "marketing", case="lead", detail="source"),
    "LeadQualified": Activity("lead qualified", "marketing", case="lead"),
    "LeadTouched": Activity("rep called", "sales", case="lead"),
    "LeadLost": Activity("lead lost", "sales", case="lead"),
    "LeadWon": Activity("booking won", "sales", case="lead"),
    "CustomerJoined": Activity("became a customer", "customer"),
    "OrderPlaced": Activity("order placed", "customer", item="order"),
    "OrderBackordered": Activity("part missing", "warehouse", detail="component", item="order"),
    "OrderLost": Activity("order lost", "warehouse", detail="component", item="order"),
    "OrderSubstituted": Activity(
        "other variant taken", "warehouse", detail="component", item="order"
    ),
    "OrderTakenOnAccount": Activity("order taken on account", "finance", item="order"),
    "AccessoriesMissed": Activity("accessory missing", "warehouse", item="order"),
    "OrderAllocated": Activity("parts set aside", "warehouse", item="order"),
    "OrderPicked": Activity("order packed", "warehouse", item="order"),
    "OrderShipped": Activity("order shipped", "warehouse", item="order"),
    "OrderSplit": Activity("rest to follow", "warehouse", item="order"),
    "OrderDelivered": Activity("order delivered", "carrier", item="order"),
    "RestShipped": Activity("rest shipped", "warehouse", item="order"),
    "RestDropped": Activity("rest not sent", "warehouse", item="order"),
    "RestDelivered": Activity("rest delivered", "carrier", item="order"),
    "OrderCancelled": Activity("order cancelled", "customer", item="order"),
    "InvoiceSent": Activity("bill sent", "finance", item="order"),
    "InvoicePaid": Activity("bill paid", "customer", item="order"),
    "ReminderSent": Activity("reminder sent", "finance", item="order"),
    "ReturnSent": Activity("order sent back", "customer", item="order"),
    "ReturnReceived": Activity("return received", "warehouse", item="order"),
    "ReturnInspected": Activity("return inspected", "warehouse", item="order"),
    "RefundPaid": Activity("refund paid", "finance", item="order"),
    "ContactMade": Activity("contacted support", "customer", detail="reason", item="contact"),
    "ContactContained": Activity(
        "self-service answered", "self-service", detail="outcome", item="contact"
    ),
    "CallAnswered": Activity("call answered", "support", item="contact"),
    "CallAbandoned": Activity("call abandoned", "customer", item="contact"),
    "ContactHandled": Activity("contact handled", "support", detail="outcome", item="contact"),
    "DateStated": Activity("told a date", "support", item="order"),
    "RecoveryGiven": Activity("made good", "support", detail="tool", item="contact"),
    "CallBackMade": Activity("called back", "support", detail="outcome", item="contact"),
    "EpisodeLived": Activity("experienced", "customer", detail="occasion"),
    "CustomerReacted": Activity("answered a failure", "customer", detail="reaction"),
    "ComplaintClosed": Activity("complaint closed", "support", item="contact"),
    "ExperienceTold": Activity("told others", "customer"),
    "SurveyAnswered": Activity("answered survey", "customer"),
    "VariantSwitched": Activity("switched offer", "customer"),
    "CustomerLeft": Activity("left", "customer"),
    "CommissionClawedBack": Activity("commission clawed back", "sales"),
}


def event_log(facts: Mapping[str, pa.Table], start: date | str) -> pa.Table:
    """The log as a table with the columns `COLUMNS`, sorted; its texts are coded.

    `facts` holds one table per kind of fact (hours since `start`, midnight); kinds without a case
    are left out.
    """
    kinds = [kind for kind in ACTIVITIES if kind in facts]
    if not kinds:
        return pa.table({name: pa.array([], pa.string()) for name in COLUMNS})
    times = np.concatenate([facts[kind]["time"].to_numpy() for kind in kinds])
    cases = np.concatenate([facts[kind][ACTIVITIES[kind].case].to_numpy() for kind in kinds])
    order = np.lexsort((times, cases))  # stable: at the same instant the procedure's order stays
    seconds = np.floor(times[order] * 3600.0).astype("timedelta64[s]")
    moments = pa.array(np.datetime64(date.fromisoformat(str(start)), "s") + seconds)
    texts = [_texts(ACTIVITIES[kind], facts[kind]) for kind in kinds]
    columns = {
        "case_id": pa.array(cases[order]),
        "timestamp": moments,
        **{name: _merged([text[name] for text in texts], order) for name in _TEXTS},
    }
    return pa.table({name: columns[name] for name in COLUMNS})


def _texts(activity: Activity, facts: pa.Table) -> dict[str, pa.DictionaryArray]:
    """The text columns of one kind of fact, as codes: every text is made once, not per fact."""
    rows = facts.num_rows
    label = _coded([activity.label], np.zeros(rows, dtype=np.int32))
    if activity.detail:
        words, details = _codes(facts[activity.detail])
        texts = [f"{activity.label}: {word.replace('_', ' ')}" for word in words]
        label = _coded(texts, details)
    item = _coded([""], np.zeros(rows, dtype=np.int32))
    if activity.item:
        numbers, codes = np.unique(facts["nth"].to_numpy(), return_inverse=True)
        item = _coded([f"{activity.item} {number + 1}" for number in numbers], codes)
    return {
        "activity": label,
        "resource": _coded([activity.resource], np.zeros(rows, dtype=np.int32)),
        "segment": _coded(*_codes(facts["segment"])),
        "item": item,
    }


def _codes(column: pa.ChunkedArray) -> tuple[list[str], NDArray[np.int32]]:
    coded = column.combine_chunks()
    return coded.dictionary.to_pylist(), coded.indices.to_numpy().astype(np.int32)


def _coded(words: list[str], codes: NDArray[Any]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(codes.astype(np.int32), pa.array(words, pa.string()))


def _merged(parts: list[pa.DictionaryArray], order: NDArray[np.intp]) -> pa.Array:
    whole = pa.chunked_array(parts).unify_dictionaries().combine_chunks()
    return whole.take(pa.array(order))


def csv_of(log: pa.Table) -> Iterator[bytes]:
    """The log as CSV, UTF-8, in pieces: a year of events as one text would fill the memory.

    No text of the log needs a quotation mark.
    """
    yield (",".join(log.column_names) + "\n").encode()
    plain = csv.WriteOptions(include_header=False, quoting_style="none")
    for start in range(0, log.num_rows, _ROWS_AT_ONCE):
        piece = log.slice(start, _ROWS_AT_ONCE)
        texts = {name: piece[name].cast(pa.string()) for name in piece.column_names}
        texts["timestamp"] = pc.replace_substring(texts["timestamp"], " ", "T")
        sink = pa.BufferOutputStream()
        csv.write_csv(pa.table(texts), sink, plain)
        yield bytes(sink.getvalue())
