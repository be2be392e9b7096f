"""Time to detect, to tell, to contain and to recover, on hand-made journals.

The window: two weeks of warm-up and ten measured ones; the shock begins with week 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan, nan
from typing import Any

import pandas as pd

from orgsim.entities import Component, ContactChannel, Reason, Segment
from orgsim.experiment.compare import response_times
from orgsim.facts import (
    CallAbandoned,
    CallAnswered,
    MessageReceived,
    OrderBackordered,
    OrderDelivered,
    OrderPlaced,
)
from orgsim.kernel.journal import Journal
from orgsim.kpis import KPIS
from orgsim.kpis.base import Window
from orgsim.kpis.response import STEPS, responses
from orgsim.units import DAY, WEEK
from tests.unit.parts import firm

SHOCK = "shocks={outage: {kind: supplier_outage, onset: 2w, duration: 1w, component: chassis, \
remaining: 0}}"
FIRM = firm("run.weeks=10", "run.warmup=2w", SHOCK)
CHANNELS = FIRM.organisation.channels
NUMBER = list(CHANNELS).index("stock_to_support")
DELAY = CHANNELS["stock_to_support"].delay

Found = dict[str, dict[str, tuple[float, str | None]]]


def sunday(week: int) -> float:
    return (week + 1) * WEEK - DAY


def response(facts: Sequence[Any], scenario: Any = FIRM) -> Found:
    journal = Journal()
    for fact in facts:
        journal.record(fact)
    table = responses(Window(scenario, journal), {kpi.name: kpi for kpi in KPIS})
    found: Found = {}
    rows = zip(table["name"], table["step"], table["time"], table["reason"], strict=True)
    for name, step, time, reason in rows:
        found.setdefault(str(name), {})[str(step)] = (time, reason)  # type: ignore[assignment]
    return found


def times(steps: dict[str, tuple[float, str | None]]) -> list[float]:
    return [steps[step][0] for step in STEPS]


def abandoned(shares: Sequence[float]) -> list[Any]:
    """100 calls a week from week 0 on, so many of them abandoned."""
    return [
        kind(week * WEEK + 1.0, n, week, 0, Segment.BASE, Reason.GENERAL, ContactChannel.PHONE, 0.0)
        for week, share in enumerate(shares)
        for n in range(100)
        for kind in ((CallAbandoned if n < 100 * share else CallAnswered),)
    ]


def test_a_break_is_followed_from_its_first_week_over_its_worst_to_four_weeks_within() -> None:
    found = response(abandoned([0, 0, 0, 0.2, 0.3, 0.15, 0, 0, 0, 0]))["abandonment"]
    assert times(found)[:2] == [sunday(3)] * 2
    assert times(found)[3:] == [sunday(4), sunday(6)]


def test_a_worse_week_after_the_recovery_is_another_story() -> None:
    found = response(abandoned([0, 0, 0, 0.2, 0, 0, 0, 0, 0.4, 0]))["abandonment"]
    assert times(found)[3:] == [sunday(3), sunday(4)]


def test_what_broke_before_the_shock_is_not_its_doing() -> None:
    found = response(abandoned([0.2, 0, 0, 0.2, 0, 0, 0, 0, 0, 0]))["abandonment"]
    assert found["began"][0] == sunday(3)
    calm = response(abandoned([0.2, 0, 0, 0, 0, 0, 0, 0, 0, 0]))["abandonment"]
    assert all(isnan(time) and reason == "it never broke" for time, reason in calm.values())


def test_three_good_weeks_are_no_recovery() -> None:
    found = response(abandoned([0, 0, 0, 0.2, 0, 0, 0, 0.2, 0, 0]))["abandonment"]
    time, reason = found["recovered"]
    assert isnan(time)
    assert reason == "not 4 weeks in a row within the threshold before the end"


def test_a_week_without_cases_neither_recovers_nor_breaks_anything() -> None:
    facts = abandoned([0, 0, 0, 0.2, 0, 0, 0, 0, 0, 0])
    quiet = [fact for fact in facts if not 5 * WEEK <= fact.time < 6 * WEEK]
    assert response(quiet)["abandonment"]["recovered"][0] == sunday(4)
    early = [fact for fact in quiet if fact.time < 8 * WEEK]
    assert isnan(response(early)["abandonment"]["recovered"][0])


def test_what_is_worst_in_the_last_week_is_not_contained() -> None:
    found = response(abandoned([0, 0, 0, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.3]))["abandonment"]
    assert isnan(found["contained"][0])
    assert found["contained"][1] == "it was worst at the end"


def test_no_channel_tells_of_calls() -> None:
    found = response(abandoned([0, 0, 0, 0.2, 0, 0, 0, 0, 0, 0]))["abandonment"]
    assert found["told"][1] == "no channel tells of it"


def missing(*times: float) -> list[OrderBackordered]:
    return [
        OrderBackordered(time, n, 0, Segment.BASE, Component.CHASSIS)
        for n, time in enumerate(times)
    ]


def test_a_stock_out_is_seen_at_once_and_told_by_the_first_message_sent_after_it() -> None:
    empty = 3 * WEEK + 30.0
    sent = (empty - 1.0, empty + 10.0, empty + 40.0)
    facts = [*missing(empty), *(MessageReceived(t + DELAY, NUMBER) for t in sent)]
    found = response(facts)["cover_chassis"]
    assert times(found)[:3] == [empty, empty, empty + 10.0 + DELAY]


def test_a_message_on_another_channel_tells_nothing_of_it() -> None:
    other = list(CHANNELS).index("terms_to_support")
    facts = [*missing(3 * WEEK), MessageReceived(4 * WEEK, other)]
    found = response(facts)["cover_chassis"]
    assert found["told"][1] == "no message came before the end"


def late_orders(on_record: float) -> list[Any]:
    """30 niche orders due in week 3 that came a day after it; the record may say otherwise."""
    due = 4 * WEEK
    facts: list[Any] = []
    for n in range(30):
        time = 3 * WEEK + 1.0
        lost = (True, False, False, False, True)
        facts.append(OrderPlaced(time, n, 0, Segment.NICHE, due, *lost, 7000))
        facts.append(OrderDelivered(due + 1.0, n, 0, Segment.NICHE, time, due, on_record, True))
    return facts


def test_logistics_does_not_see_a_broken_promise_that_its_record_does_not_show() -> None:
    unseen = response(late_orders(5 * WEEK))["otif_niche"]
    assert unseen["began"][0] == sunday(3)
    assert unseen["detected"][1] == "what its owner looks at stayed within the threshold"
    assert unseen["told"][1] == "it was not detected"
    assert response(late_orders(4 * WEEK))["otif_niche"]["detected"][0] == sunday(3)


def test_without_a_shock_there_is_nothing_to_respond_to() -> None:
    calm = firm("run.weeks=10", "run.warmup=2w")
    found = response(abandoned([0.5] * 10), calm)
    assert {reason for steps in found.values() for _, reason in steps.values()} == {
        "nothing happened"
    }


def test_every_step_has_either_a_time_or_a_reason() -> None:
    for steps in response([*missing(500.0), *late_orders(5 * WEEK)]).values():
        assert list(steps) == list(STEPS)
        assert all(isnan(time) != (reason is None) for time, reason in steps.values())


def over(told: Sequence[float], began: Sequence[float]) -> list[dict[str, Any]]:
    """The steps began and told of one break over replications, 50 h after the start."""
    rows = [
        ("scenario", n, "otif", step, time, "no channel tells of it" if isnan(time) else None)
        for step, times in (("began", began), ("told", told))
        for n, time in enumerate(times)
    ]
    rows += [("reference", n, "otif", step, 1.0, None) for n in range(5) for step in STEPS]
    columns = ["variant", "replication", "name", "step", "time", "reason"]
    return response_times(pd.DataFrame(rows, columns=columns), since=50.0).to_dict("records")  # type: ignore[return-value]


def test_over_replications_a_step_is_a_median_that_occurred_and_how_many_got_there() -> None:
    began, told = over([100.0, 150.0, 200.0, nan, nan], began=[60.0] * 5)
    assert (began["median"], began["count"], began["n"]) == (10.0, 5, 5)
    assert (told["median"], told["shortest"], told["longest"]) == (150.0, 50.0, 150.0)
    assert (told["count"], told["n"]) == (3, 5)
    assert told["reason"] == "no channel tells of it"


def test_who_never_got_there_counts_as_later_than_everybody() -> None:
    """Else the median of a late step, over the few who reached it early, came before a sooner."""
    began, told = over([300.0, nan, nan], began=[250.0, 900.0, 950.0])
    assert began["median"] == 850.0
    assert isnan(told["median"])
    assert (told["shortest"], told["count"], told["n"]) == (250.0, 1, 3)


def test_where_nothing_broke_there_is_nothing_to_respond_to() -> None:
    began, told = over([300.0, nan, nan], began=[250.0, nan, nan])
    assert (began["n"], told["n"]) == (1, 1)
    assert told["median"] == 250.0
    assert over([nan] * 5, began=[nan] * 5) == []
