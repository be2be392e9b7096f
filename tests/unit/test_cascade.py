"""The cascade: every line is what was measured, every finding what its line shows."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from orgsim.report import style
from orgsim.report.cascade import draw_cascade
from orgsim.report.charts import draw_all
from orgsim.report.panels import PANELS
from orgsim.report.story import Story
from tests.unit import chart_data
from tests.unit.chart_data import NOTES
from tests.unit.chart_tools import curve, message, panel, story, told

pytestmark = pytest.mark.usefixtures("house_style")


@pytest.fixture(scope="module")
def silo() -> Story:
    return story()


@pytest.fixture(scope="module")
def cascade(silo: Story) -> Figure:
    with style.house_style():
        return draw_cascade(silo)


def findings(figure: Figure) -> dict[str, str]:
    """What each panel says above its lines, by its first KPI."""
    heads = {axes.get_gid(): [text.get_text() for text in axes.texts[:3]] for axes in figure.axes}
    return {kpi: texts[-1].replace("\xa0", " ") for kpi, texts in heads.items()}


def marked(figure: Figure) -> list[str]:
    """The panels with a first break on one of their lines."""
    return [a.get_gid() for a in figure.axes for line in a.lines if line.get_gid() == "break"]


def test_the_cascade_draws_the_mean_over_replications_week_by_week(cascade: Figure) -> None:
    weekly = chart_data.result().weekly
    chosen = weekly.query("kpi == 'backlog' and variant == 'scenario' and week >= 0")
    drawn = panel(cascade, "backlog")
    np.testing.assert_allclose(
        curve(drawn, "scenario"), chosen.groupby("week")["value"].mean().to_numpy()
    )


def test_shares_are_drawn_in_per_cent_and_the_target_where_it_lies(cascade: Figure) -> None:
    drawn = panel(cascade, "abandonment")
    assert curve(drawn, "scenario").max() == pytest.approx(22, rel=0.1)
    assert set(curve(drawn, "target")) == {4.0}


def test_the_band_holds_the_middle_eighty_per_cent_of_replications(silo: Story) -> None:
    course = silo.course("leads", ["all"])
    assert course is not None
    band = course.band()
    assert band is not None
    inside = (course.values >= band[0][:, None]) & (course.values <= band[1][:, None])
    assert inside.mean() == pytest.approx(0.8, abs=0.01)


def test_leads_and_bookings_are_drawn_as_shares_of_their_targets(
    silo: Story, cascade: Figure
) -> None:
    drawn = panel(cascade, "leads")
    shares = [line.get_ydata() for line in drawn.lines if line.get_gid() == "scenario"]
    for share, kpi in zip(shares, ("leads", "bookings"), strict=True):
        course = silo.course(kpi, ["all"])
        assert course is not None
        np.testing.assert_allclose(share, 100.0 * course.mean / silo.targets[kpi])
    assert set(curve(drawn, "target")) == {100.0}
    assert findings(cascade)["leads"].endswith("above target")


def test_cash_is_drawn_against_the_paired_reference(cascade: Figure) -> None:
    wide = chart_data.result().weekly.query("kpi == 'cash' and week >= 0")
    pairs = wide.pivot_table(index=["replication", "week"], columns="variant", values="value")
    difference = (pairs["scenario"] - pairs["reference"]).groupby("week").mean()
    drawn = curve(panel(cascade, "cash"), "scenario")
    np.testing.assert_allclose(drawn, difference.to_numpy() / 1e3)


def test_a_first_break_is_marked_at_its_median_date_and_named(silo: Story, cascade: Figure) -> None:
    drawn = panel(cascade, "backlog")
    mark = next(line for line in drawn.lines if line.get_gid() == "break")
    assert silo.day(silo.first_break("backlog")) == date(2024, 3, 15)
    assert mark.get_xdata()[0] == 10.5  # the middle of that week, where its value is drawn
    assert mark.get_ydata()[0] == curve(drawn, "scenario")[10]
    assert findings(cascade)["backlog"] == "▼ Twice its usual level, 15 Mar"
    assert "median break" in told(cascade)


def test_a_break_that_most_replications_never_see_is_not_marked() -> None:
    result = chart_data.result(replications=5)
    result.breaks.loc[result.breaks["replication"] < 3, "time"] = np.nan
    drawn = draw_cascade(Story.of(result, NOTES))
    assert marked(drawn) == []
    assert findings(drawn)["backlog"].startswith("At worst 1,5")


def test_a_break_that_the_reference_has_too_is_chance_and_not_marked() -> None:
    result = chart_data.result(replications=4)
    shared = result.breaks[result.breaks["name"] != "backlog"].assign(variant="reference")
    result.breaks = pd.concat([result.breaks, shared], ignore_index=True)
    assert marked(draw_cascade(Story.of(result, NOTES))) == ["backlog"]


def test_how_many_broke_at_all_is_no_count_of_those_broken_by_the_date() -> None:
    """Four of five break, two of them by the median; one breaks without the shock, too."""
    result = chart_data.result(replications=5)
    broken = result.breaks
    broken.loc[broken["replication"] == 4, "time"] = np.nan
    usual = broken.assign(variant="reference", time=np.nan)
    usual.loc[usual["replication"] == 0, "time"] = 30 * 168.0
    result.breaks = pd.concat([broken, usual], ignore_index=True)
    cascade = draw_cascade(Story.of(result, NOTES))
    assert findings(cascade)["backlog"] == "▼ Twice its usual level: 4 of 5 vs 1, 14 Mar"
    assert "median break, in how many vs no campaign" in told(cascade)


def test_a_break_before_the_shock_is_none_of_its_consequences() -> None:
    result = chart_data.result(replications=5)
    result.breaks.loc[result.breaks["replication"] == 0, "time"] = 7 * 168.0
    said = findings(draw_cascade(Story.of(result, NOTES)))["backlog"]
    assert ": 4 of 5, " in said


def test_no_line_of_the_firm_is_drawn_like_a_target(cascade: Figure) -> None:
    assert style.LOOKS["second"].dash != style.LOOKS["firm"].dash
    dotted = [look for look in style.LOOKS.values() if look.dash != "solid" and look.dash[1][0] < 3]
    assert dotted == []
    assert "bookings dashed" in told(cascade)


def test_a_break_of_all_customers_is_not_marked_on_the_line_of_some(silo: Story) -> None:
    assert silo.first_break("otif") is not None
    assert "otif" not in marked(draw_cascade(silo))
    result = chart_data.result(replications=4)
    result.weekly = result.weekly[result.weekly["segment"] != "niche"]
    assert "otif" in marked(draw_cascade(Story.of(result, NOTES)))


def test_every_panel_shades_the_shock_and_the_key_names_it(cascade: Figure) -> None:
    shaded = [patch for axes in cascade.axes for patch in axes.patches]
    assert [(patch.get_x(), patch.get_width()) for patch in shaded] == [(8.0, 6.0)] * len(PANELS)
    assert told(cascade).count("niche campaign 26 Feb – 7 Apr") == 1


def test_two_shocks_at_once_are_told_apart_without_colour() -> None:
    drawn = draw_cascade(story(shock="niche_campaign+supplier_outage", replications=3))
    for axes in drawn.axes:
        first, second = axes.patches
        assert (first.get_x(), second.get_x()) == (8.0, 10.0)
        assert first.get_hatch() != second.get_hatch()
    assert "niche campaign 26 Feb – 7 Apr" in told(drawn)
    assert "supplier outage 11 Mar – 21 Apr" in told(drawn)


def test_the_time_axis_names_months_and_calendar_weeks(cascade: Figure) -> None:
    axes = panel(cascade, "cash")
    assert axes.get_xlim() == (0.0, 60.0)
    names = [label.get_text() for label in axes.get_xticklabels()]
    assert names == ["Jan\nwk 1", "Mar\n9", "May\n18", "Jul\n27", "Sep\n35", "Nov\n44", "Jan'25\n1"]


def test_one_replication_has_no_band_and_says_so() -> None:
    drawn = draw_cascade(story(replications=1))
    assert not [c for axes in drawn.axes for c in axes.collections]
    assert "one replication: effect and chance cannot be told apart" in told(drawn)


def test_few_replications_are_drawn_one_by_one_instead_of_a_band() -> None:
    few = story(replications=3)
    drawn = draw_cascade(few)
    course = few.course("backlog", ["all"])
    assert course is not None
    assert not [c for axes in drawn.axes for c in axes.collections]
    singles = [li.get_ydata() for li in panel(drawn, "backlog").lines if li.get_gid() == "single"]
    np.testing.assert_allclose(np.column_stack(singles), course.values)
    assert "each of 3 replications (thin)" in told(drawn)


def test_a_run_without_any_value_says_so_in_every_panel(tmp_path) -> None:
    result = chart_data.result(replications=2)
    result.weekly["value"] = np.nan
    result.totals["value"] = np.nan
    result.summary = result.summary.assign(scenario_mean=np.nan, scenario_n=0)
    drawn = draw_cascade(Story.of(result, NOTES))
    assert all(any("not available" in t.get_text() for t in axes.texts) for axes in drawn.axes)
    assert draw_all(result, tmp_path, NOTES)


def test_a_kpi_that_is_absent_leaves_the_other_panels_as_they_are() -> None:
    result = chart_data.result(replications=3)
    result.weekly = result.weekly[result.weekly["kpi"] != "backlog"]
    drawn = draw_cascade(Story.of(result, NOTES))
    empty = [
        axes for axes in drawn.axes if any("not available" in t.get_text() for t in axes.texts)
    ]
    assert len(empty) == 1
    assert panel(drawn, "leads").lines


def test_the_title_says_what_the_numbers_say(cascade: Figure) -> None:
    said = message(cascade)
    assert said.startswith("Leads beat their target by 17")
    assert "promises kept fall to a mean of 22 % (base) and 0 % (niche) in the worst week" in said
    assert "company value is 5" in said
    assert "less than with no campaign" in said


def test_a_run_that_changes_nothing_claims_nothing() -> None:
    result = chart_data.result(shock="", worth=(0.0, 0.0, 0.0))
    steady = chart_data.result().weekly.query("variant == 'reference'")
    result.weekly = pd.concat([steady, steady.assign(variant="scenario")], ignore_index=True)
    drawn = draw_cascade(Story.of(result, NOTES))
    assert drawn.texts[0].get_text().startswith("Nothing happens: 93")


def test_without_a_shock_there_is_no_reference_to_be_grey() -> None:
    drawn = draw_cascade(story(shock="", replications=3))
    assert not [line for axes in drawn.axes for line in axes.lines if line.get_gid() == "reference"]
    assert "no shock" not in told(drawn)


def test_the_worst_week_is_told_where_nothing_broke(silo: Story, cascade: Figure) -> None:
    course = silo.course("satisfaction", ["niche"])
    assert course is not None
    week = int(np.nanargmin(course.mean))
    day = silo.day(week)
    expected = f"Niche at worst {course.mean[week]:.3g}, week of {day.day} Apr"
    assert findings(cascade)["satisfaction"] == expected


def test_what_is_less_than_a_point_apart_does_not_look_far_apart() -> None:
    result = chart_data.result(replications=5)
    result.weekly.loc[result.weekly["kpi"] == "satisfaction", "value"] = 7.6
    low, high = panel(draw_cascade(Story.of(result, NOTES)), "satisfaction").get_ylim()
    assert high - low >= 1.0


def test_a_finding_is_red_where_it_is_bad_and_grey_where_it_may_be_chance() -> None:
    result = chart_data.result(replications=6)
    cash = (result.weekly["kpi"] == "cash") & (result.weekly["variant"] == "scenario")
    assert looks(draw_cascade(Story.of(result, NOTES)), "cash") == (style.MUTED, "normal")
    result.weekly.loc[cash, "value"] -= 1e6
    drawn = draw_cascade(Story.of(result, NOTES))
    assert looks(drawn, "cash") == (style.BAD, "bold")
    assert looks(drawn, "leads") == (style.INK, "bold")


def looks(figure: Figure, kpi: str) -> tuple[str, str]:
    """Colour and weight of what a panel says."""
    said = panel(figure, kpi).texts[:3][-1]
    return str(said.get_color()), str(said.get_weight())
