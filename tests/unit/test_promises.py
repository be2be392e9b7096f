"""The promise ledger, promise by promise, on hand-made journals (MODEL s.9, M2.6)."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan, nan
from typing import Any

import numpy as np
import pytest

from orgsim.entities import (
    Component,
    Reason,
    RecoveryTool,
    Segment,
    Source,
)
from orgsim.experiment.tables import table_of
from orgsim.facts import (
    DateStated,
    LeadTouched,
    LeadWon,
    MessageReceived,
    OrderCancelled,
    OrderDelivered,
    OrderLost,
    OrderPlaced,
    OrderShipped,
    OrderSubstituted,
    RecoveryGiven,
)
from orgsim.facts_of_customers import CustomerJoined
from orgsim.kpis.base import Window
from orgsim.kpis.promises import ledger, readable
from tests.unit.kpi_tools import BASE, BY_NAME, NICHE, SCENARIO, a_window, about, value
from tests.unit.parts import but

Row = dict[str, Any]
DUE = 96.0
HORIZON = 2 * 168.0


def placed(
    customer: int = 1,
    segment: Segment = BASE,
    *,
    nth: int = 0,
    time: float = 1.0,
    due: float = DUE,
    express: bool = False,
    express_kept: bool = False,
    setup_kept: bool = False,
) -> OrderPlaced:
    kept = (express_kept, setup_kept, setup_kept, True)
    return OrderPlaced(time, customer, nth, segment, due, express, *kept, 7000)


def delivered(
    time: float,
    customer: int = 1,
    segment: Segment = BASE,
    *,
    due: float = DUE,
    on_record: float = DUE,
    complete: bool = True,
) -> OrderDelivered:
    return OrderDelivered(time, customer, 0, segment, 1.0, due, on_record, complete)


def rows(facts: Sequence[Any], **gauges: Any) -> dict[tuple[int, str, str], Row]:
    """The table by customer, attribute and promisor."""
    columns = readable(a_window(facts, gauges.get("gauges")))
    table = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    found = {(row["customer"], row["attribute"], row["promisor"]): row for row in table}
    assert len(found) == len(table)
    return found


def the_date(facts: Sequence[Any]) -> Row:
    return rows(facts)[1, "date", "order_page"]


def test_a_date_is_kept_until_the_very_end_of_its_day() -> None:
    assert the_date([placed(), delivered(DUE - 0.01)])["fate"] == "kept"
    late = the_date([placed(), delivered(DUE)])
    assert (late["fate"], late["days_late"], late["settled"]) == ("late", 1.0, DUE)


def test_lateness_is_counted_in_whole_days_begun() -> None:
    assert the_date([placed(), delivered(DUE + 23.9)])["days_late"] == 1.0
    assert the_date([placed(), delivered(DUE + 24.0)])["days_late"] == 2.0
    assert isnan(the_date([placed(), delivered(50.0)])["days_late"])


def test_a_date_that_has_passed_without_a_parcel_is_broken_one_to_come_is_open() -> None:
    assert the_date([placed()])["fate"] == "broken"
    assert the_date([placed(due=HORIZON + 24.0)])["fate"] == "open"
    assert the_date([placed(due=HORIZON)])["fate"] == "broken"


def test_an_order_cancelled_after_its_day_is_compensated_before_it_released() -> None:
    after = rows([placed(), OrderCancelled(200.0, 1, 0, BASE)])
    assert after[1, "date", "order_page"]["fate"] == "compensated"
    assert after[1, "date", "order_page"]["settled"] == 200.0
    assert after[1, "complete", "order_page"]["fate"] == "released"
    assert the_date([placed(), OrderCancelled(50.0, 1, 0, BASE)])["fate"] == "released"


def test_every_order_promises_to_be_complete() -> None:
    found = rows([placed(), delivered(50.0, complete=False)])
    assert found[1, "complete", "order_page"]["fate"] == "broken"
    assert found[1, "date", "order_page"]["fate"] == "kept"
    assert rows([placed()])[1, "complete", "order_page"]["fate"] == "open"


def test_express_is_judged_by_how_the_parcel_travels_and_set_up_by_what_came() -> None:
    facts = [
        *(
            placed(n, NICHE, express=True, express_kept=n == 1, setup_kept=n == 2)
            for n in (1, 2, 3)
        ),
        *(OrderShipped(20.0, n, 0, NICHE, n == 1) for n in (1, 2)),
        *(delivered(50.0, n, NICHE) for n in (1, 2)),
    ]
    found = rows(facts)
    assert [found[n, "express", "order_page"]["fate"] for n in (1, 2, 3)] == [
        "kept",
        "broken",
        "open",
    ]
    assert [found[n, "setup", "order_page"]["fate"] for n in (1, 2, 3)] == [
        "broken",
        "kept",
        "open",
    ]
    assert [found[n, "express", "order_page"]["on_record"] for n in (1, 2)] == [True, False]
    assert [found[n, "setup", "order_page"]["on_record"] for n in (1, 2)] == [False, True]


def test_an_order_without_express_promises_neither_express_nor_set_up() -> None:
    assert {key[1] for key in rows([placed(1, NICHE)])} == {"date", "complete"}


def test_a_rep_promises_where_a_rep_closed_marketing_where_the_lead_decided_alone() -> None:
    facts = [
        LeadTouched(0.5, 1, NICHE, 0.1, 0.3),
        LeadWon(1.0, 1, NICHE, Source.CAMPAIGN, 0.8),
        LeadWon(1.0, 2, NICHE, Source.CAMPAIGN, 0.5),
        placed(1, NICHE),
        placed(1, NICHE, nth=1),
        placed(2, NICHE),
        placed(3),
    ]
    found = rows(facts)
    assert found[1, "date", "rep"]["claim"] == 0.8
    assert found[2, "date", "marketing"]["claim"] == 0.5
    assert isnan(found[1, "date", "order_page"]["claim"])
    assert (3, "date", "order_page") in found  # of the installed base: no lead was won


def test_whose_promise_it_was_names_the_source_of_the_customer() -> None:
    facts = [placed(1), placed(2), CustomerJoined(0.9, 2, BASE, Source.CAMPAIGN)]
    found = rows(facts)
    assert found[1, "date", "order_page"]["source"] == "installed"
    assert found[2, "date", "order_page"]["source"] == "campaign"


def test_a_date_is_on_record_where_logistics_saw_the_same_and_null_where_no_fact_tells() -> None:
    facts = [
        *(LeadWon(1.0, n, NICHE, Source.CAMPAIGN, 0.5) for n in (1, 2, 3)),
        LeadWon(1.0, 4, BASE, Source.ORGANIC, 0.0),
        *(placed(n, NICHE) for n in (1, 2, 3)),
        placed(4),
        delivered(50.0, 1, NICHE),
        delivered(50.0, 2, NICHE, on_record=DUE + 24.0),
    ]
    found = rows(facts)
    known = [found[n, "date", "marketing"]["on_record"] for n in (1, 2, 3, 4)]
    assert known == [True, False, None, True]


def stated(time: float, due: float, customer: int = 1) -> DateStated:
    return DateStated(time, customer, 0, BASE, due)


def test_each_new_date_that_an_agent_states_is_a_promise_of_its_own() -> None:
    facts = [
        placed(),
        placed(2),
        stated(30.0, 120.0),
        stated(34.0, 120.0, customer=2),
        stated(40.0, 120.0),  # the same date again promises nothing new
        stated(50.0, 168.0),
        delivered(150.0),
        OrderCancelled(100.0, 2, 0, BASE),
    ]
    columns = readable(a_window(facts))
    names = ("made", "customer", "due", "fate", "days_late", "on_record", "support_knew")
    table = zip(*(columns[name].tolist() for name in names), strict=True)
    is_agents = (columns["promisor"] == "agent").tolist()
    first, other, second = (row for row, is_so in zip(table, is_agents, strict=True) if is_so)
    assert first == (30.0, 1, 120.0, "late", 2.0, False, 1.0)
    assert other[:4] == (34.0, 2, 120.0, "released")  # cancelled before the agent's date had passed
    assert second[:4] == (50.0, 1, 168.0, "kept")
    assert rows(facts[:2])[2, "date", "order_page"]["fate"] == "broken"


def test_an_agents_date_is_known_of_an_order_that_never_came() -> None:
    open_order = rows([placed(), stated(30.0, 120.0)])
    assert open_order[1, "date", "agent"]["fate"] == "broken"
    assert rows([placed(), stated(30.0, HORIZON + 24)])[1, "date", "agent"]["fate"] == "open"


def test_an_agent_who_repeats_the_date_promises_nothing_new() -> None:
    found = rows([placed(), stated(30.0, DUE), delivered(80.0)])
    assert {key[2] for key in found} == {"order_page"}


def test_a_date_stated_for_an_order_lost_at_once_is_no_promise() -> None:
    assert not rows(
        [placed(), OrderLost(1.0, 1, 0, BASE, Component.CHASSIS, DUE), stated(30.0, 120.0)]
    )


def test_what_support_knew_is_its_knowledge_at_the_weeks_start_and_all_of_the_base_offer() -> None:
    gauges = {("knowledge", ""): (0.2, 0.6, 0.9)}
    facts = [placed(1, NICHE, time=10.0), placed(2, NICHE, time=170.0, due=300.0), placed(3)]
    found = rows(facts, gauges=gauges)
    knew = [found[n, "date", "order_page"]["support_knew"] for n in (1, 2, 3)]
    assert knew == about(0.2, 0.6, 1.0)


def test_the_channels_named_are_those_whose_terms_had_arrived_by_then() -> None:
    names = list(SCENARIO.organisation.channels)
    number = names.index("terms_to_support")
    facts = [
        placed(1, NICHE, time=5.0),
        placed(2, NICHE, time=20.0),
        placed(3, time=20.0),
        MessageReceived(10.0, number),
        MessageReceived(4.0, names.index("stock_to_support")),
    ]
    found = rows(facts)
    told = [found[n, "date", "order_page"]["told"] for n in (1, 2, 3)]
    assert told == ["", "terms_to_support", None]


def test_an_empty_journal_has_an_empty_ledger_and_the_table_takes_it() -> None:
    assert table_of("promises", readable(a_window())).num_rows == 0
    table = table_of("promises", readable(a_window([placed(), delivered(50.0)])))
    assert table.num_rows == 2
    assert table["days_late"].null_count == 2


# -- KPIs ------------------------------------------------------------------------------------------

FACTS = [
    placed(1),  # kept in week 0
    placed(2),  # two days late
    placed(3, NICHE, express=True, express_kept=True),  # never came
    placed(4, due=168.0),  # cancelled on its last day: nothing was due yet
    delivered(50.0, 1),
    delivered(DUE + 30.0, 2),
    OrderCancelled(160.0, 4, 0, BASE),
]


def test_promises_are_counted_by_who_made_them_and_for_whom() -> None:
    assert value("promises_made", FACTS).weekly == about(0, 10 / 7, 0)
    assert value("promises_made", FACTS, "niche").weekly == about(0, 4 / 7, 0)
    assert value("promises_made", FACTS, "rep").weekly == about(0, 0, 0)
    assert value("promises_made", FACTS, "order_page").weekly == about(0, 10 / 7, 0)


def test_kept_and_broken_are_shares_of_what_fell_due_and_is_not_open_or_released() -> None:
    # Due: dates 1 (kept), 2 (late), 3 (broken), completeness of 1 and 2 (kept).
    assert value("promises_kept", FACTS).weekly == about(nan, 3 / 5, nan)
    assert value("promises_broken", FACTS).weekly == about(nan, 1 / 5, nan)
    assert value("promises_broken", FACTS, "niche").total == pytest.approx(1.0)
    assert value("promise_lateness", FACTS).weekly == about(nan, 2.0, nan)


def test_what_never_reached_the_record_is_a_share_of_what_is_known_to_have_or_not() -> None:
    # Known: four completeness, express on it, set-up lost, dates of 1, 2, 4; not that of 3.
    assert value("promises_unknown", FACTS).weekly == about(nan, 1 / 9, nan)
    assert value("promises_unknown", FACTS, "niche").total == pytest.approx(1 / 3)


def test_the_promise_gap_is_speed_promised_less_speed_delivered() -> None:
    facts = [placed(1), delivered(DUE + 30.0, 1)]  # promised on day 3, came on day 5
    assert value("promise_gap", facts).weekly == about(nan, 100 * 2 / 14, nan)
    assert value("promise_gap", [placed(1), delivered(80.0, 1)]).total == pytest.approx(0.0)


def test_no_promise_is_counted_twice_or_lost_between_ledger_and_kpi() -> None:
    window = a_window(FACTS)
    made = value("promises_made", FACTS).weekly
    assert np.nansum(made) * 7 == ledger(window)["made"].size


def test_an_order_lost_for_want_of_a_part_was_promised_nothing_as_in_otif() -> None:
    lost = OrderLost(1.0, 1, 0, NICHE, Component.KIT, DUE)
    facts = [placed(1, NICHE, express=True, setup_kept=True), lost, placed(2), delivered(50.0, 2)]
    assert {key[0] for key in rows(facts)} == {2}
    assert value("promises_kept", facts).total == value("otif", facts).total == 1.0


def test_set_up_does_not_come_with_the_other_variant() -> None:
    order = placed(1, NICHE, express=True, express_kept=True, setup_kept=True)
    swapped = OrderSubstituted(1.0, 1, 0, NICHE, Component.KIT, 900)
    row = rows([order, swapped, delivered(50.0, 1, NICHE)])[1, "setup", "order_page"]
    assert (row["fate"], row["on_record"]) == ("broken", True)
    assert rows([order, swapped])[1, "setup", "order_page"]["fate"] == "open"


def given(
    time: float,
    reason: Reason = Reason.LATE_WISMO,
    tool: RecoveryTool = RecoveryTool.CREDIT,
    customer: int = 1,
) -> RecoveryGiven:
    return RecoveryGiven(time, customer, 0, BASE, reason, tool, 1000)


def test_a_credit_makes_good_for_a_date_that_had_passed_by_then() -> None:
    late = [placed(), delivered(DUE + 30.0)]
    for facts in ([placed(), given(DUE)], [*late, given(DUE + 50.0)], [*late, given(DUE + 1.0)]):
        assert the_date(facts)["fate"] == "compensated"
    assert the_date([*late, given(DUE + 50.0)])["days_late"] == 2.0
    assert the_date([*late, given(DUE - 1.0)])["fate"] == "late"
    assert the_date([placed(), delivered(50.0), given(DUE + 1.0)])["fate"] == "kept"
    assert the_date([*late, given(DUE + 50.0, customer=2)])["fate"] == "late"
    assert the_date([*late, given(DUE + 50.0, Reason.BILLING)])["fate"] == "late"
    called = given(DUE + 50.0, tool=RecoveryTool.CALL_BACK)
    assert the_date([*late, called])["fate"] == "late"


def test_a_replacement_makes_good_for_the_parcel_and_only_of_the_last_order() -> None:
    wrong, again = delivered(50.0, complete=False), placed(nth=1, time=60.0)
    replaced = given(70.0, Reason.FAULT, RecoveryTool.REPLACEMENT)
    key = (1, "complete", "order_page")
    assert rows([placed(), wrong, replaced])[key]["fate"] == "compensated"
    columns = readable(a_window([placed(), wrong, again, replaced]))
    assert "compensated" not in columns["fate"]


def test_what_is_made_good_is_not_kept_and_no_share_or_lateness_moves() -> None:
    paid = [*FACTS, given(DUE + 40.0, customer=2), given(DUE + 40.0, customer=3)]
    for name in ("promises_kept", "promises_broken", "promise_lateness"):
        assert value(name, paid).weekly == about(*value(name, FACTS).weekly)


def test_recoveries_are_counted_and_costed_where_agents_are_empowered() -> None:
    facts = [given(10.0), given(170.0), given(171.0, tool=RecoveryTool.REPLACEMENT)]
    journal = a_window(facts).journal
    window = Window(but(SCENARIO, support__recovery__empowerment=0.5), journal)
    for name, weekly in (("recoveries", (0, 1, 2)), ("recovery_cost", (0, 10, 20))):
        assert BY_NAME[name].measure(window, "all").weekly() == about(*weekly)
        assert value(name, facts).weekly == about(nan, nan, nan)
