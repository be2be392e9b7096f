from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from orgsim.experiment.run import RunResult, run_point
from orgsim.experiment.sweep import sweep_points
from orgsim.report.console import Terminal
from orgsim.report.machine import runs_as_json
from orgsim.report.measures import Estimate
from orgsim.report.verdicts import (
    Verdict,
    against_reference,
    against_target,
    number,
    signed_range,
    spread,
)
from tests.unit import fake_model


@dataclass(frozen=True)
class Note:
    name: str
    title: str
    unit: str
    area: str
    direction: int
    is_judged: bool = False
    is_volume: bool = False


NOTES = (
    Note("leads", "Leads", "1/d", "marketing", 1, is_judged=True),
    Note("otif", "On time in full", "share", "logistics", 1, is_judged=True),
)


def result(results: Path, replications: int = 3, **config: Any) -> RunResult:
    run = SimpleNamespace(seed=1, weeks=4, start_date="2024-01-01", workers=1)
    shock = SimpleNamespace(
        kind="niche_campaign", noun="campaign", by="marketing", onset=168.0, duration=168.0
    )
    scenario = SimpleNamespace(
        run=run,
        targets={"leads": 50.0, "otif": 0.95},
        organisation=SimpleNamespace(parts=("marketing", "sales", "logistics", "support")),
        shocks={"niche": shock},
        campaign=SimpleNamespace(budget=300e3, intensity=1.0),
    )
    return run_point(
        fake_model.point(replications=replications, **config),
        results=results,
        charts=False,
        console=Terminal(out=io.StringIO(), err=io.StringIO()),
        workers=1,
        resolved=SimpleNamespace(name="fake", plain={}, scenario=scenario),
        work=fake_model.work,
    )


def text_of(found: RunResult) -> str:
    out = io.StringIO()
    Terminal(out=out, err=io.StringIO()).show(found, NOTES)
    return out.getvalue()


def test_the_story_fits_in_100_columns_without_colour_codes_when_not_a_terminal(
    tmp_path: Path,
) -> None:
    text = text_of(result(tmp_path))
    assert max(map(len, text.splitlines()[:-4])) <= 100
    assert "\x1b" not in text


def test_the_story_tells_title_question_headline_tables_breaks_and_places(tmp_path: Path) -> None:
    text = text_of(result(tmp_path))
    for words in (
        "Does it?",
        "6 simulations of 4 weeks from 2024-01-01: 3 replications, each with its own luck, of the",
        "of its reference (seed 1)",
        "Reference, no campaign: the same without it.",
        "Intervals of 3 replications are wide: ask for run.replications=20",
        "in the campaign weeks, 8 Jan to 14 Jan, wk 2 to 2",
        "beats",
        "First late order",
        "9 Jan",
        "in how many of 3 replications",
        "events.csv",
    ):
        assert words in text
    assert "irst stock-out" not in text
    (row,) = (line for line in text.splitlines() if "Company value" in line and "±" in line)
    assert row.rstrip().endswith("worse")


def test_one_replication_is_shown_without_intervals_and_judges_nothing(tmp_path: Path) -> None:
    text = text_of(result(tmp_path, replications=1))
    assert "One replication has no interval and proves nothing" in text
    assert "run.replications=20" in text
    tables, _, _ = text.partition("Words.")
    assert "±" not in tables
    assert not {"beats", "misses", "better", "worse", "unclear"} & set(tables.split())
    assert "not judged" in tables


@pytest.mark.parametrize("leaks", [[1], [0, 1, 2]])
def test_a_result_that_does_not_balance_shows_what_and_nothing_else(
    tmp_path: Path, leaks: list[int]
) -> None:
    found = result(tmp_path, behaviour={"leaks_in": leaks})
    text = text_of(found)
    assert "DO NOT BALANCE" in text
    assert "money" in text
    assert "own target" not in text
    assert "Company value" not in text
    assert "No clear change" not in text
    assert json.loads(runs_as_json([found], NOTES))["headline"] is None


def test_the_json_is_one_object_with_nulls_for_what_is_not_available(tmp_path: Path) -> None:
    out = io.StringIO()
    Terminal(out=out, err=io.StringIO()).show_json([result(tmp_path)], NOTES)
    told = json.loads(out.getvalue())
    assert told["balanced"] is True
    (niche,) = [row for row in told["summary"] if row["segment"] == "niche"]
    assert niche["reference_mean"] is None
    assert niche["scenario_n"] == 3


def test_a_terminal_that_knows_ascii_only_shows_the_story_all_the_same(tmp_path: Path) -> None:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii")
    Terminal(out=out, err=io.StringIO()).show(result(tmp_path), NOTES)
    out.flush()
    assert b"Company value" in raw.getvalue()


def test_words_of_the_scenario_are_never_read_as_markup(tmp_path: Path) -> None:
    found = result(tmp_path)
    point = fake_model.point()
    object.__setattr__(point, "title", "[bold]A[/bold] :smile: [link=x]")
    object.__setattr__(found, "point", point)
    assert "[bold]A[/bold] :smile: [link=x]" in text_of(found)


def test_progress_in_plain_text_goes_to_stderr_about_ten_times(tmp_path: Path) -> None:
    err = io.StringIO()
    terminal = Terminal(out=io.StringIO(), err=err)
    terminal.begin(40, 4)
    for _ in range(36):
        terminal.advance()
    terminal.end()
    lines = err.getvalue().splitlines()
    assert lines[0] == "4 of 40 simulations are there already"
    assert lines[-1] == "40 of 40 simulations finished"
    assert len(lines) == 10


def test_a_sweep_is_shown_one_row_per_point_with_settings_and_intervals(tmp_path: Path) -> None:
    out = io.StringIO()
    terminal = Terminal(out=out, err=io.StringIO())
    swept = sweep_points(
        [("lift=0.5",), ("lift=2",)],
        [fake_model.point(lift=0.5), fake_model.point(lift=2.0)],
        results=tmp_path,
        console=terminal,
        workers=1,
        work=fake_model.work,
    )
    terminal.show_sweep(swept)
    assert "lift" in out.getvalue()
    assert "−8" in out.getvalue()
    out.truncate(0)
    out.seek(0)
    terminal.show_sweep_json(swept)
    assert [row["lift"] for row in json.loads(out.getvalue())["points"]] == [0.5, 2.0]


@pytest.mark.parametrize(
    ("low", "high", "direction", "verdict"),
    [
        (11, 12, 1, "beats"),
        (9, 11, 1, "in line"),
        (9, 13, 1, "unclear"),
        (9, 13, -1, "unclear"),
        (8, 9, 1, "misses"),
        (8, 9, -1, "beats"),
        (11, 12, -1, "misses"),
        (float("nan"), float("nan"), 1, "not judged"),
    ],
)
def test_a_target_is_beaten_only_by_the_whole_interval(
    low: float, high: float, direction: int, verdict: str
) -> None:
    mean = (low + high) / 2.0
    assert against_target(Estimate(mean, low, high, 3), 10.0, direction).words == verdict


@pytest.mark.parametrize(
    ("figures", "direction", "verdict"),
    [
        ((1, 0.5, 1.5), 1, "better"),
        ((1, 0.5, 1.5), -1, "worse"),
        ((1, 0.5, 1.5), 0, "higher"),
        ((-1, -1.5, -0.5), 0, "lower"),
        ((-1, -1.5, -0.5), -1, "better"),
        ((1, -0.5, 1.5), 1, "unclear"),
        ((0, 0, 0), 1, "the same"),
        ((1, float("nan"), float("nan")), 1, "not judged"),
        ((float("nan"),) * 3, 1, ""),
    ],
)
def test_a_difference_counts_only_if_its_interval_leaves_out_zero(
    figures: tuple[float, float, float], direction: int, verdict: str
) -> None:
    assert against_reference(Estimate(*figures, 3), direction).words == verdict


def test_a_trifle_is_neither_better_nor_worse_however_sure() -> None:
    sure = Estimate(-0.0004, -0.0006, -0.0002, 3)
    assert against_reference(sure, 1, usual=7.55) == Verdict(words="hardly")
    assert against_reference(sure, 1, usual=0.05).words == "worse"


def test_figures_have_grouped_thousands_true_minus_signs_and_no_signed_zero() -> None:
    assert number(-1234567.0, 0) == "−1,234,567"
    assert number(-0.001, 1, sign=True) == "0.0"
    assert number(float("nan"), 1) == "n/a"
    assert signed_range(-532, -720, -344, digits=0) == "−532 (−720 to −344)"
    assert signed_range(5, float("nan"), float("nan"), digits=0) == "+5"


def test_an_interval_that_leaves_out_zero_shows_it_however_near_it_ends() -> None:
    assert signed_range(-0.03, -0.06, -0.004, digits=2) == "−0.030 (−0.060 to −0.004)"
    assert signed_range(0.03, -0.004, 0.06, digits=2) == "+0.03 (0.00 to +0.06)"


def test_an_interval_that_ends_at_what_is_possible_is_shown_by_its_bounds() -> None:
    assert spread(Estimate(0.9, 0.8, 1.0, 3), 100.0, 1) == "90.0 ±10.0"
    assert spread(Estimate(0.9, 0.6, 1.0, 3), 100.0, 1) == "90.0 (60.0–100.0)"
    assert spread(Estimate(-20, -100, 40, 3), 1.0, 0) == "−20 (−100 to 40)"


def test_charts_are_announced_on_stderr_before_they_are_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    err = io.StringIO()
    monkeypatch.setattr(
        "orgsim.report.charts.draw_all", lambda *_: told.append(err.getvalue().strip())
    )
    Terminal(out=io.StringIO(), err=err).draw(result(tmp_path))
    assert told == ["Drawing charts ..."]
