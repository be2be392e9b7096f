"""The companion of the scorecard: areas' own numbers against company value, over a sweep."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from orgsim.experiment.sweep import SweepResult, agreement_of
from orgsim.report import style
from orgsim.report.charts import draw_sweep
from orgsim.report.companion import draw_companion
from orgsim.report.console import Terminal

GOOD, WORSE = np.arange(5.0), -np.arange(5.0)


def swept(
    folder: Path, *, balanced: bool = True, points: int = 5, **columns: object
) -> SweepResult:
    """A sweep whose points differ in what is named; everything else never moves."""
    values = {
        "leads": 250 + 50 * GOOD,
        "bookings": np.full(5, 20.0),
        "line_fill": 0.97 + 0.001 * WORSE,
        "abandonment": 0.05 + 0.001 * GOOD,
        "satisfaction": 7.5 + 0.1 * WORSE,
        "value_year_difference": 1e5 * WORSE,
        "value_year_clv_difference": 1e5 * WORSE,
        "value_cash_trough_difference": 1e5 * WORSE,
        "value_year_clv": 9e6 + 1e5 * WORSE,
        **columns,
    }
    frame = pd.DataFrame(
        {"campaign.intensity": 1.0 + GOOD, "replications": 3, "balanced": balanced}
    )
    for name, mean in values.items():
        frame[name], frame[f"{name}_low"], frame[f"{name}_high"] = mean, mean, mean
    frame = frame.iloc[:points]
    return SweepResult(
        name="campaign",
        settings=("campaign.intensity",),
        folder=folder,
        summary=frame,
        agreement=agreement_of(frame),
    )


def ranked(sweep: SweepResult) -> dict[str, float]:
    found = sweep.agreement.dropna()
    return dict(zip(found["kpi"], found["rho"], strict=True))


def told(sweep: SweepResult) -> str:
    out = io.StringIO()
    Terminal(out=out, err=io.StringIO()).show_sweep(sweep)
    return out.getvalue()


def test_what_is_better_for_an_area_is_ranked_beside_what_is_better_for_the_company(
    tmp_path: Path,
) -> None:
    assert ranked(swept(tmp_path)) == {
        "leads": -1.0,
        "line_fill": 1.0,
        "abandonment": 1.0,  # fewer are better
        "satisfaction": 1.0,
    }


def test_firms_that_differ_when_nothing_happens_are_ranked_by_value_itself(tmp_path: Path) -> None:
    assert set(swept(tmp_path).agreement["value"]) == {"value_year_clv_difference"}
    firms = swept(tmp_path, value_year_clv=9e6 + 3e5 * GOOD)
    assert set(firms.agreement["value"]) == {"value_year_clv"}
    assert ranked(firms)["leads"] == 1.0  # though each falls ever further behind its own reference


def test_of_four_settings_nothing_is_said_or_drawn_but_why(tmp_path: Path) -> None:
    four = swept(tmp_path, points=4)
    assert four.agreement.empty
    assert draw_sweep(four) == []
    assert "better for an area" not in told(four)
    assert "Whom the settings serve is not said: fewer than 5 settings" in told(four)


def test_the_table_and_the_title_say_whom_the_settings_serve(tmp_path: Path) -> None:
    sweep = swept(tmp_path)
    said = told(sweep)
    assert "marketing: Leads" in said
    assert said.count("more is worse for the company") == 1
    assert said.count("more is better for the company") == 2
    assert said.count("less is better for the company") == 1
    with style.house_style():
        figure = draw_companion(sweep)
    assert figure is not None
    titles = " ".join(text.get_text().replace("\n", " ") for text in figure.texts)
    assert "What is better for marketing is worse for the company, what is better for" in titles
    heads = [axes.texts[0].get_text() for axes in figure.axes]
    assert heads == ["Marketing: leads", "Logistics: line fill rate of main lines",
                     "Support: abandonment"]  # fmt: skip


def test_that_a_shock_goes_on_beyond_the_run_is_said(tmp_path: Path) -> None:
    sweep = swept(tmp_path)
    assert "beyond the run" not in told(sweep)
    cut = told(replace(sweep, cut_short=2))
    assert "At 2 of 5 settings a shock goes on beyond the run" in cut


def test_right_is_better_for_the_area_in_every_panel(tmp_path: Path) -> None:
    with style.house_style():
        figure = draw_companion(swept(tmp_path))
    assert figure is not None
    assert [axes.xaxis_inverted() for axes in figure.axes] == [False, False, True]


def test_ranks_that_chance_brings_about_as_often_are_called_unclear(tmp_path: Path) -> None:
    leads = 250.0 + np.array([0.0, 1.0, 2.0, 4.0, 3.0])
    crossed = swept(tmp_path, leads=leads, line_fill=np.full(5, 0.97), abandonment=np.full(5, 0.05))
    assert ranked(crossed)["leads"] == pytest.approx(-0.9)  # one in twelve orders does as much
    assert "marketing: Leads" in told(crossed)
    assert "more is worse for the company" not in told(crossed)
    with style.house_style():
        figure = draw_companion(crossed)
    assert figure is not None
    assert "tells clearly" in figure.texts[0].get_text().replace("\n", " ")


def test_an_area_whose_numbers_pull_both_ways_is_not_passed_over(tmp_path: Path) -> None:
    both = swept(tmp_path, otif=0.9 + 0.01 * GOOD)
    with style.house_style():
        figure = draw_companion(both)
    assert figure is not None
    assert "the own numbers of logistics pull both ways" in (
        figure.texts[0].get_text().replace("\n", " ")
    )


def test_points_are_named_and_what_too_few_of_them_have_is_not_ranked(tmp_path: Path) -> None:
    sweep = swept(tmp_path, leads=np.array([250.0, np.nan, 350.0, 400.0, 450.0]))
    assert "leads" not in set(sweep.agreement["kpi"])
    with style.house_style():
        figure = draw_companion(sweep)
    assert figure is not None
    names = [text.get_text() for text in figure.axes[0].texts[2:]]
    assert names == ["1.0", "2.0", "3.0", "4.0", "5.0"]


def test_one_replication_is_said_to_be_one(tmp_path: Path) -> None:
    sweep = swept(tmp_path)
    sweep.summary["replications"] = 1
    with style.house_style():
        figure = draw_companion(sweep)
    assert figure is not None
    words = [text.get_text().replace("\n", " ") for text in figure.texts]
    assert words[0].startswith("In one replication each, what is better for marketing")
    assert not any("95" in text for text in words)
