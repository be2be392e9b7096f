"""Scenarios beside each other: one firm less the other in every figure, as the terminal says it."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from orgsim.experiment.beside import Comparison, directly, write
from orgsim.report.machine import runs_as_json
from orgsim.report.narrative import apart
from orgsim.report.story import Story
from tests.unit import chart_data
from tests.unit.chart_data import NOTES


def run(name: str, worth: float, **changed: Any) -> Any:
    result = chart_data.result(name=name, worth=(-297e3, worth, -350e3))
    result.point.config = {"run": {"seed": 1, "weeks": 60, "workers": 2} | changed}
    result.digest = name
    return result


def row(found: pd.DataFrame, kpi: str, segment: str = "all") -> Any:
    (one,) = found[(found["kpi"] == kpi) & (found["segment"] == segment)].to_dict("records")
    return SimpleNamespace(**one)


def test_a_later_scenario_less_the_first_is_what_the_terminal_says() -> None:
    first, second = run("silo", -532e3), run("told", -432e3)
    one = row(directly([first, second]), "value_year_clv")
    assert (one.scenario, one.beside) == ("told", "silo")
    found = apart(Story.of(second, NOTES), Story.of(first, NOTES))
    assert (one.difference_mean, one.difference_low) == pytest.approx((found.mean, found.low))
    assert one.difference_mean == pytest.approx(one.scenario_mean - one.beside_mean)


def test_a_change_that_the_reference_has_too_shows_directly() -> None:
    """It cancels against the reference of each, which is why they are put beside each other."""
    first, second = run("firm", -532e3), run("changed", -532e3)
    for frame in (second.totals, second.value):
        frame["value"] = frame["value"] + 0.1
    found = directly([first, second])
    assert row(found, "abandonment").difference_mean == pytest.approx(0.1)
    assert row(found, "value_year").difference_mean == pytest.approx(0.1)
    assert row(found, "value_year").difference_low == pytest.approx(0.1)


def test_only_pairs_count_and_scenarios_of_other_luck_are_not_compared() -> None:
    first, second = run("silo", -532e3), run("told", -432e3)
    second.totals = second.totals[second.totals["replication"] > 0]
    one = row(directly([first, second]), "abandonment")
    assert (one.n, one.scenario_n, one.beside_n) == (19, 19, 19)
    assert directly([first, run("told", -432e3, seed=2)]).empty
    assert directly([first, run("told", -432e3, weeks=30)]).empty


def test_the_table_lies_in_a_folder_addressed_by_what_is_compared(tmp_path: Path) -> None:
    silo, told = run("silo", -532e3), run("told", -432e3)
    path = write([silo, told], tmp_path).path
    assert path == write([silo, told], tmp_path).path
    assert path != write([told, silo], tmp_path).path
    kept = pd.read_csv(path)
    assert kept["kpi"].tolist() == directly([silo, told])["kpi"].tolist()
    assert kept["difference_mean"].notna().any()


def test_several_are_one_json_object_too() -> None:
    silo, told = run("silo", -532e3), run("told", -432e3)
    alone = json.loads(runs_as_json([silo], NOTES))
    found = Comparison(directly([silo, told]), Path("x.csv"))
    both = json.loads(runs_as_json([silo, told], NOTES, comparison=found))
    assert both["scenarios"][0] == alone
    assert (len(both["scenarios"]), both["comparison_table"]) == (2, "x.csv")
    rows = {row["kpi"]: row for row in both["comparison"] if row["segment"] == "all"}
    assert rows["value_year_clv"]["difference_mean"] == pytest.approx(100e3)
