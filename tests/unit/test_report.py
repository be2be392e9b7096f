"""What the report says: every number once, under one name, with one date, wherever it is told."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from orgsim.experiment.compare import summarise
from orgsim.report import style
from orgsim.report.cascade import draw_cascade
from orgsim.report.console import Terminal
from orgsim.report.headline import headline
from orgsim.report.narrative import full_titles
from orgsim.report.story import Story
from tests.unit import chart_data
from tests.unit.chart_data import NOTES, Note

WEEK, DAY = 168.0, 24.0


def told(result: SimpleNamespace, notes: Sequence[Note] = NOTES) -> str:
    out = io.StringIO()
    Terminal(out=out, err=io.StringIO()).show(result, notes)  # type: ignore[arg-type]
    return out.getvalue()


def as_json(result: SimpleNamespace) -> dict[str, Any]:
    out = io.StringIO()
    Terminal(out=out, err=io.StringIO()).show_json([result], NOTES)  # type: ignore[list-item]
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


def row(text: str, label: str) -> str:
    """The first line of a table whose label begins so."""
    return next(line for line in text.splitlines() if line.startswith(f"  {label}"))


def broken_on(days: dict[str, list[list[float]]]) -> pd.DataFrame:
    """Days since the start on which the backlog was broken, for each replication of a variant."""
    rows = [
        (variant, replication, "backlog", day * DAY)
        for variant, found in days.items()
        for replication, own in enumerate(found)
        for day in own or [float("nan")]
    ]
    return pd.DataFrame(rows, columns=["variant", "replication", "name", "time"])


def test_table_chart_and_json_date_a_break_to_the_same_day_from_the_shock_on() -> None:
    """The shock begins on day 56; Sundays are days 6, 13 ..., 76 (17 March), 83, 90."""
    result = chart_data.result(replications=4)
    scenario = [[6, 76, 83], [90], [13, 83], [83, 90]]
    result.breaks = broken_on({"scenario": scenario, "reference": [[6], [13], [20], [90]]})
    table = row(told(result), "Order backlog: twice its usual level")
    assert " ".join(table.split()[6:]) == "24 Mar 17 Mar to 31 Mar 4 1 4"
    (found,) = as_json(result)["breaks"]
    assert (found["median_date"], found["median_week"]) == ("2024-03-24", 12)
    assert (found["earliest_date"], found["latest_date"]) == ("2024-03-17", "2024-03-31")
    with style.house_style():
        drawn = draw_cascade(Story.of(result, NOTES))
    words = [text.get_text() for axes in drawn.axes for text in axes.texts]
    assert [text for text in words if "24 Mar" in text]
    assert not [text for text in words if "17 Mar" in text or "31 Mar" in text]


def test_without_a_shock_a_break_counts_from_the_start() -> None:
    result = chart_data.result(replications=2, shock="")
    result.breaks = broken_on({"scenario": [[6], [13]], "reference": [[6], [13]]})
    assert "7 Jan" in row(told(result), "Order backlog: twice")


def test_the_answer_stands_in_the_first_lines_with_its_interval() -> None:
    result = chart_data.result()
    lines = told(result).replace("\xa0", " ").strip().splitlines()
    assert lines[2].startswith("Leads beat their target by 177 % and bookings by 187 %")
    answer = " ".join(line.strip() for line in lines[2:5])
    assert "promises kept fall to a mean of 22 % (base) and 0 % (niche) in the worst week" in answer
    change = row(told(result), "Company value, kEUR").split("−", 1)[1].split(")")[0]
    mean, low, high = change.replace("(", "").replace(" to ", " ").split()
    worth = f"company value is {mean} kEUR less than with no campaign"
    assert f"{worth} (95 % interval {low} to {high} kEUR)" in answer
    assert as_json(result)["headline"].replace("\xa0", " ").startswith("Leads beat")


def test_the_worst_week_is_one_since_the_shock_began() -> None:
    result = chart_data.result()
    before = result.weekly["week"].between(0, 7) & (result.weekly["kpi"] == "otif")
    result.weekly.loc[before & (result.weekly["segment"] == "base"), "value"] = 0.05
    assert "22\xa0% (base)" in headline(Story.of(result, NOTES))


@pytest.mark.parametrize("shock", ["", "niche_campaign"])
def test_a_firm_that_nobody_wants_anything_of_is_said_to_have_no_demand(shock: str) -> None:
    nobody = chart_data.result(shock=shock, replications=2, factor=0.0)
    assert headline(Story.of(nobody, NOTES)).startswith("There was no demand: no lead, order,")
    asked = nobody.weekly["kpi"] == "contacts"
    nobody.weekly.loc[asked, "value"] = 1.0
    assert "no demand" not in headline(Story.of(nobody, NOTES))


def without_values(kpi: str, **changes: Any) -> SimpleNamespace:
    """A run in which there was no case to measure a KPI by."""
    result = chart_data.result(replications=4, **changes)
    result.weekly.loc[result.weekly["kpi"] == kpi, "value"] = float("nan")
    result.totals.loc[result.totals["kpi"] == kpi, "value"] = float("nan")
    result.summary = summarise(result.totals, result.audit)
    return result


def test_a_kpi_without_a_value_keeps_its_row_and_the_reason_is_said_once() -> None:
    fill = [note for note in NOTES if note.name == "line_fill"]
    text = told(without_values("line_fill"), fill)
    rows = [line.split() for line in text.splitlines() if line.startswith("  Line fill, %")]
    assert [line[3:] for line in rows] == [["97.0", "n/a", "n/a"], ["97.0", "n/a", "n/a"]]
    assert text.count("n/a: not available, which is not 0.") == 1
    assert "n/a" not in row(told(chart_data.result(replications=4), fill), "Line fill, %")


def test_a_department_that_is_not_there_has_no_rows() -> None:
    result = without_values("line_fill")
    result.resolved.scenario.organisation.parts = ("marketing", "sales", "support", "customers")
    assert "Line fill, %" not in told(result)


def test_a_target_that_is_missed_without_the_campaign_too_is_shown_to_be() -> None:
    text = told(chart_data.result())
    title = "Each area against its own target in the campaign weeks, 26 Feb to 7 Apr, wk 9 to 14"
    _, _, table = text.partition(title)
    assert "no campaign" in table.splitlines()[1]
    leads = row(table, "Leads, per day").split()
    assert (leads[3], leads[6], leads[8]) == ("312", "beats", "misses")
    assert float(leads[7]) == pytest.approx(250, abs=5)


def test_every_number_of_the_whole_run_stands_once_with_its_target() -> None:
    text = told(chart_data.result())
    _, _, whole = text.partition("The whole run beside no campaign")
    whole, _, _ = whole.partition("What first broke")
    labels = [line[2:30].strip() for line in whole.splitlines() if line.startswith("  ")]
    own = [label for label in labels if label and not label.startswith("- of them")]
    assert len(own) == len(set(own))
    assert "Contribution, kEUR" in own
    assert "Company value, kEUR" in own
    assert row(whole, "Line fill").split()[3] == "97.0"


def test_base_customers_stand_apart_where_there_is_a_niche() -> None:
    """The niche has no pair without the campaign: what it does to the others is seen in theirs."""
    _, _, whole = told(chart_data.result()).partition("The whole run beside no campaign")
    rows = whole.splitlines()
    (at,) = (n for n, line in enumerate(rows) if line.startswith("  Promises kept, %"))
    base, niche = rows[at + 1].split(), rows[at + 2].split()
    assert (base[:4], niche[:4]) == (["-", "of", "them", "base"], ["-", "of", "them", "niche"])
    assert base[-1] in ("better", "worse", "unclear")
    assert niche[-1] == "n/a"
    result = chart_data.result()
    result.summary = result.summary[result.summary["segment"] != "niche"]
    assert "of them" not in told(result)


def test_more_of_a_volume_is_higher_and_not_better() -> None:
    text = told(chart_data.result())
    _, _, whole = text.partition("The whole run beside no campaign")
    assert row(whole, "Leads").split()[-1] == "higher"
    assert row(whole, "Abandonment").split()[-1] == "worse"
    (leads,) = (one for one in as_json(chart_data.result())["summary"] if one["kpi"] == "leads")
    assert leads["verdict"] == "higher"


def test_json_holds_the_table_of_the_shocks_weeks() -> None:
    result = chart_data.result()
    (leads,) = (one for one in as_json(result)["shock_weeks"] if one["kpi"] == "leads")
    assert (leads["scenario_verdict"], leads["reference_verdict"]) == ("beats", "misses")
    shown = row(told(result), "Leads, per day").split()
    assert shown[4] == f"{leads['scenario_mean']:,.0f}"


def test_a_scenario_that_is_its_own_reference_is_not_set_beside_it() -> None:
    result = chart_data.result(shock="", replications=6)
    result.summary = result.summary.assign(difference_mean=0.0)
    text = told(result)
    assert "Not a figure of the scenario differs from it" in text
    assert "difference" not in text.partition("Words.")[0]
    assert row(text, "Leads").split()[-1] in {"beats", "misses", "line"}


def test_what_pairing_is_worth_is_said_once_there_are_enough() -> None:
    assert "Same luck" not in told(chart_data.result(replications=4))
    text = told(correlated(6)).replace("\n  ", " ")
    assert re.search(r"the interval of company value is about \d+ times narrower than", text)


def correlated(replications: int) -> SimpleNamespace:
    """A run whose luck is shared by scenario and reference but for a little."""
    result = chart_data.result(replications=replications)
    replication, is_own = result.value["replication"], result.value["variant"] == "scenario"
    result.value["value"] = 1e6 + replication * 50e3 + is_own * (replication % 3) * 1e3
    return result


def test_a_shock_that_goes_on_beyond_the_run_is_said_to_be_cut_off() -> None:
    assert "beyond the run" not in told(chart_data.result())
    text = told(chart_data.result(weeks=12))
    assert "Niche campaign goes on to 7 Apr, beyond the run" in text


def test_scenarios_of_one_title_are_told_apart_by_name() -> None:
    stories = [Story.of(chart_data.result(name=name, title="T"), NOTES) for name in ("a", "b")]
    assert full_titles(stories) == ["T (a)", "T (b)"]


def test_few_replications_are_said_to_be_few() -> None:
    text = told(chart_data.result(replications=2))
    assert "Intervals of 2 replications are wide: ask for run.replications=20" in text
    assert "are wide" not in told(chart_data.result(replications=5))


def test_a_mean_over_the_shocks_weeks_keeps_its_interval_within_what_is_possible() -> None:
    result = chart_data.result(replications=2)
    is_first = (result.weekly["kpi"] == "line_fill") & (result.weekly["replication"] == 0)
    result.weekly.loc[is_first, "value"] = 0.5
    found = Story.of(result, NOTES).during("line_fill", ("all",))
    assert (found.low, found.high) == (0.0, 1.0)


def test_a_comparison_puts_each_scenario_beside_the_first_pair_by_pair() -> None:
    """Both have the same luck, so a constant difference is known exactly."""
    first = chart_data.result(worth=(-297e3, -532e3, -350e3), title="Nobody told")
    second = chart_data.result(worth=(-300e3, -432e3, -350e3), title="Told")
    out = io.StringIO()
    terminal = Terminal(out=out, err=io.StringIO())
    terminal.show_comparison([first, second], Path("comparison.csv"))  # type: ignore[list-item]
    against, _, direct = out.getvalue().partition("Each less “Nobody told”, kEUR (95 %)")
    assert row(against, "Nobody told").rstrip().endswith(")")
    assert row(direct, "Told").split()[1:5] == ["−3", "(−3", "to", "−3)"]
    assert row(direct, "Told").endswith("+100 (+100 to +100)")
    assert (
        "“Told” leaves 100\xa0kEUR more company value than “Nobody told” (95\xa0%: +100 to"
        in against
    )
    # A change to the firm is in its reference, too, and cancels there; here it counts.
    second.value = second.value.assign(value=second.value["value"] + 50e3)
    out = terminal.out.file = io.StringIO()
    terminal.show_comparison([first, second], Path("comparison.csv"))  # type: ignore[list-item]
    direct = out.getvalue().partition("Each less “")[2]
    assert row(direct, "Told").endswith("+150 (+150 to +150)")
    assert "the two tables need not agree" in direct
    second.resolved.scenario.run.seed = 2
    out = terminal.out.file = io.StringIO()
    terminal.show_comparison([first, second], Path("comparison.csv"))  # type: ignore[list-item]
    assert "Directly" not in out.getvalue()


def test_how_the_firm_responded_is_told_in_weeks_from_the_shock_with_who_got_there() -> None:
    text = told(chart_data.result(replications=4))
    assert (
        "Median weeks from the start of the campaign, where it broke (in how many, if not in all)."
        in text
    )
    table = text.split("How the firm responded")[1]
    line = row(table, "Order backlog: twice its usual level")
    assert line.split()[-5:] == ["2.0", "2.5", "(3)", "4.0", "9.0"]
    assert max(map(len, text.splitlines())) <= 100
    responses = as_json(chart_data.result(replications=4))["responses"]
    one = next(r for r in responses if (r["name"], r["step"]) == ("backlog", "told"))
    assert (one["count"], one["n"], one["reason"]) == (3, 4, "no channel tells of it")


def test_what_breaks_as_soon_without_the_shock_is_not_its_doing() -> None:
    result = chart_data.result(replications=4)
    days = [[62], [62], [69], [69]]
    result.breaks = broken_on({"scenario": days, "reference": [[69], [62], [69], [69]]})
    assert row(told(result), "Order backlog: twice").split()[-3:] == ["4", "4", "1"]
    assert "How the firm responded" not in told(result)
    assert Story.of(result, NOTES).first_break("backlog") is None
    result.breaks = broken_on({"scenario": days, "reference": [[69], [69], [90], []]})
    assert "to what the campaign broke" in told(result)
    assert Story.of(result, NOTES).first_break("backlog") is not None


def test_a_firm_that_met_no_shock_has_no_response_to_tell_of() -> None:
    assert "How the firm responded" not in told(chart_data.result(shock=""))


@pytest.mark.parametrize(
    ("replications", "said"),
    [
        (1, "unclear: one replication"),
        (2, "unclear: 2 replications are few"),
        (5, "no clear difference from no campaign"),
    ],
)
def test_what_may_be_chance_is_said_with_the_reason(replications: int, said: str) -> None:
    assert Story.of(chart_data.result(replications=replications), NOTES).unclear == said
