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

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

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
    "OrderAllocated": Activity("parts set aside", "warehouse", item="order"),
    "OrderPicked": Activity("order packed", "warehouse", item="order"),
    "OrderShipped": Activity("order shipped", "warehouse", item="order"),
    "OrderDelivered": Activity("order delivered", "carrier", item="order"),
    "OrderCancelled": Activity("order cancelled", "customer", item="order"),
    "ContactMade": Activity("contacted support", "customer", detail="reason", item="contact"),
    "ContactContained": Activity("self-service answered", "self-service", item="contact"),
    "CallAnswered": Activity("call answered", "support", item="contact"),
    "CallAbandoned": Activity("call abandoned", "customer", item="contact"),
    "ContactHandled": Activity("contact handled", "support", detail="outcome", item="contact"),
    "EpisodeLived": Activity("experienced", "customer", detail="occasion"),
    "ExperienceTold": Activity("told others", "customer"),
    "SurveyAnswered": Activity("answered survey", "customer"),
    "CustomerLeft": Activity("left", "customer"),
}


def event_log(facts: Mapping[str, pa.Table], start: date) -> pa.Table:
    """The log as a table of text columns (`COLUMNS`), sorted.

    `facts` holds one table per kind of fact (hours since `start`, midnight); kinds without a case
    are left out.
    """
    kinds = [kind for kind in ACTIVITIES if kind in facts]
    if not kinds:
        return pa.table({name: pa.array([], pa.string()) for name in COLUMNS})
    times = np.concatenate([facts[kind]["time"].to_numpy() for kind in kinds])
    cases = np.concatenate([facts[kind][ACTIVITIES[kind].case].to_numpy() for kind in kinds])
    order = np.lexsort((times, cases))  # stable: at the same instant the procedure's order stays
    log = pa.concat_tables([_texts(ACTIVITIES[kind], facts[kind]) for kind in kinds])
    seconds = np.floor(times * 3600.0).astype("timedelta64[s]")
    moments = np.datetime64(
        datetime.combine(date.fromisoformat(str(start)), datetime.min.time()), "s"
    )
    stamps = pc.strftime(pa.array(moments + seconds), format="%Y-%m-%dT%H:%M:%S", locale="C")
    columns = {
        "case_id": pc.cast(pa.array(cases), pa.string()),
        "activity": log["activity"],
        "timestamp": stamps,
        "resource": log["resource"],
        "segment": log["segment"],
        "item": log["item"],
    }
    return pa.table(columns).take(pa.array(order))


def _texts(activity: Activity, facts: pa.Table) -> pa.Table:
    rows = facts.num_rows
    label = pa.repeat(activity.label, rows)
    if activity.detail:
        label = pc.binary_join_element_wise(label, _words(facts[activity.detail]), ": ")
    item = pa.repeat("", rows)
    if activity.item:
        number = pc.cast(pc.add(facts["nth"], 1), pa.string())
        item = pc.binary_join_element_wise(pa.repeat(activity.item, rows), number, " ")
    has_segment = "segment" in facts.column_names
    segment = pc.cast(facts["segment"], pa.string()) if has_segment else pa.repeat("", rows)
    return pa.table(
        {
            "activity": label,
            "resource": pa.repeat(activity.resource, rows),
            "segment": segment,
            "item": item,
        }
    )


def _words(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.replace_substring(pc.cast(column, pa.string()), "_", " ")


def to_csv(log: pa.Table) -> bytes:
    """The log as CSV with a header line, UTF-8. No text of the log needs a quotation mark."""
    sink = pa.BufferOutputStream()
    sink.write((",".join(log.column_names) + "\n").encode())
    csv.write_csv(log, sink, csv.WriteOptions(include_header=False, quoting_style="none"))
    return bytes(sink.getvalue())
