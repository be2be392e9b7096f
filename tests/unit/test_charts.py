"""Charts: what is drawn equals what was measured, and every word can be read."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pandas as pd
import pytest
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from orgsim.report import style
from orgsim.report.attainment import entries
from orgsim.report.cascade import draw_cascade
from orgsim.report.charts import FIGURES, draw_all, draw_comparison
from orgsim.report.panels import PANELS
from orgsim.report.scorecard import draw_scorecard
from orgsim.report.story import Story
from orgsim.report.value import draw_value, draw_value_comparison
from orgsim.report.wording import compact, listed, scale_for
from tests.unit import chart_data
from tests.unit.chart_data import NOTES

AWKWARD = {
    "one replication": {"replications": 1},
    "four weeks, before the shock": {"weeks": 4},
    "nine weeks": {"weeks": 9},
    "three years": {"weeks": 156, "replications": 3},
    "huge numbers": {"factor": 1e7, "replications": 3},
    "tiny numbers": {"factor": 1e-6, "replications": 3},
    "negative numbers": {"factor": -1.0, "replications": 3},
    "nothing but zero": {"factor": 0.0, "replications": 3},
    "no reference": {"has_reference": False, "replications": 3},
    "no shock": {"shock": "", "replications": 3},
    "a long title": {"title": "An unusually long title of a scenario " * 9, "replications": 3},
    "a title of signs the font lacks": {"title": "価値 $x^2$ \u202e %s {0}", "replications": 3},
}


def story(**changes: object) -> Story:
    return Story.of(chart_data.result(**changes), NOTES)


def figures(of: Story) -> list[Figure]:
    drawn = [FIGURES.get(name)(of) for name in FIGURES]
    return [figure for figure in [*drawn, draw_value_comparison([of, of])] if figure]


def panel(figure: Figure, kpi: str) -> Axes:
    return next(axes for axes in figure.axes if axes.get_gid() == kpi)


def curve(axes: Axes, gid: str) -> np.ndarray:
    return np.asarray(next(line for line in axes.lines if line.get_gid() == gid).get_ydata())


def words(figure: Figure) -> list[Text]:
    """Every text that is seen, tick labels included."""
    found = [text for text in figure.findobj(Text) if text.get_text() and text.get_visible()]
    figure.draw_without_rendering()
    ticks = {
        id(label)
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]
        for label in (tick.label1, tick.label2)
        if not axis.get_view_interval()[0] <= tick.get_loc() <= axis.get_view_interval()[1]
    }
    return [text for text in found if id(text) not in ticks]


@pytest.fixture(autouse=True)
def in_house_style():
    with style.house_style():
        yield


@pytest.fixture(scope="module")
def silo() -> Story:
    return story()


@pytest.fixture(scope="module")
def cascade(silo: Story) -> Figure:
    with style.house_style():
        return draw_cascade(silo)


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


def test_contribution_is_summed_against_the_paired_reference(
    cascade: Figure,
) -> None:
    wide = chart_data.result().weekly.query("kpi == 'contribution' and week >= 0")
    pairs = wide.pivot_table(index=["replication", "week"], columns="variant", values="value")
    summed = (pairs["scenario"] - pairs["reference"]).groupby("replication").sum().mean()
    drawn = panel(cascade, "contribution")
    assert curve(drawn, "scenario")[-1] == pytest.approx(summed / 1e3)


def test_a_first_break_is_marked_at_its_median_date_and_named(silo: Story, cascade: Figure) -> None:
    drawn = panel(cascade, "backlog")
    mark = next(line for line in drawn.lines if line.get_gid() == "break")
    assert mark.get_xdata()[0] == pytest.approx(8 + 2.4 + 2 / 7)
    assert silo.day(mark.get_xdata()[0]) == date(2024, 3, 15)
    assert any("15 Mar" in text.get_text() for text in drawn.texts)


def test_a_break_that_most_replications_never_see_is_not_marked() -> None:
    result = chart_data.result(replications=5)
    result.breaks.loc[result.breaks["replication"] < 3, "time"] = np.nan
    drawn = draw_cascade(Story.of(result, NOTES))
    assert not [line for axes in drawn.axes for line in axes.lines if line.get_gid() == "break"]


def test_a_break_that_the_reference_has_too_is_chance_and_not_marked() -> None:
    result = chart_data.result(replications=4)
    shared = result.breaks[result.breaks["name"] != "backlog"].assign(variant="reference")
    result.breaks = pd.concat([result.breaks, shared], ignore_index=True)
    drawn = draw_cascade(Story.of(result, NOTES))
    marked = [a.get_gid() for a in drawn.axes for line in a.lines if line.get_gid() == "break"]
    assert marked == ["backlog"]


def test_every_panel_shades_the_shock_and_only_one_names_it(cascade: Figure) -> None:
    drawn = cascade
    shaded = [patch for axes in drawn.axes for patch in axes.patches]
    assert [(patch.get_x(), patch.get_width()) for patch in shaded] == [(8.0, 6.0)] * len(PANELS)
    names = [text for axes in drawn.axes for text in axes.texts if "26 Feb" in text.get_text()]
    assert len(names) == 1


def test_the_time_axis_names_months_and_calendar_weeks(cascade: Figure) -> None:
    axes = panel(cascade, "leads")
    assert axes.get_xlim() == (0.0, 60.0)
    names = [label.get_text() for label in axes.get_xticklabels()]
    assert names == ["Jan\nwk 1", "Apr\n14", "Jul\n27", "Oct\n40", "Jan'25\n1"]


@pytest.mark.parametrize("changes", AWKWARD.values(), ids=AWKWARD.keys())
def test_no_words_overlap_or_leave_the_figure_however_awkward_the_run(
    changes: dict[str, object],
) -> None:
    for figure in figures(story(**changes)):
        found = words(figure)
        boxes = np.array([text.get_window_extent().extents for text in found])
        low, high = boxes[:, :2], boxes[:, 2:]
        outside = (low < 0).any(axis=1) | (high > figure.bbox.size).any(axis=1)
        assert [
            text.get_text() for text, is_out in zip(found, outside, strict=True) if is_out
        ] == []
        shared = np.minimum(high[:, None], high) - np.maximum(low[:, None], low) > 4.0
        pairs = np.argwhere(np.triu(shared.all(axis=2), 1))
        assert [(found[i].get_text(), found[j].get_text()) for i, j in pairs] == []


def test_one_replication_has_no_band_and_says_so() -> None:
    drawn = draw_cascade(story(replications=1))
    assert not [c for axes in drawn.axes for c in axes.collections]
    assert any("one replication" in text.get_text() for text in drawn.texts)


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
    message = cascade.texts[0].get_text().replace("\n", " ").replace("\xa0", " ")
    assert message.startswith("Leads beat their target by 17")
    assert "promises kept fall to 22 % (base) and 0 % (niche) in the worst week" in message
    assert "company value is 5" in message
    assert "less than with no campaign" in message


def test_a_run_that_changes_nothing_claims_nothing() -> None:
    result = chart_data.result(shock="", worth=(0.0, 0.0, 0.0))
    steady = result.weekly[result.weekly["variant"] == "reference"]
    result.weekly = pd.concat([steady, steady.assign(variant="scenario")], ignore_index=True)
    drawn = draw_cascade(Story.of(result, NOTES))
    assert drawn.texts[0].get_text().startswith("Nothing happens: 93")


def test_the_scorecard_turns_every_number_so_that_right_is_better(silo: Story) -> None:
    found = {(row.note.name, row.segment): row for row in entries(silo)}
    given_up = found["abandonment", "all"]
    assert given_up.scenario.mean > given_up.target
    assert given_up.attainment(given_up.scenario).mean < 0
    assert given_up.effect.mean < 0
    leads = found["leads", "all"]
    assert leads.attainment(leads.during).mean > 1.0
    assert leads.effect.mean == pytest.approx(leads.difference.mean / leads.reference.mean)


def test_what_lies_beyond_the_scale_becomes_an_arrow_with_its_number(silo: Story) -> None:
    first = draw_scorecard(silo).axes[0]
    assert {line.get_marker() for line in first.lines} >= {">", "<"}
    assert any("+17" in text.get_text() or "+18" in text.get_text() for text in first.texts)


def test_the_scorecard_lists_own_targets_first_and_then_what_others_pay_for(silo: Story) -> None:
    rows = entries(silo)
    support = [row.note.name for row in rows if row.area == "support"]
    assert support == ["service_level", "abandonment", "fcr", "aht", "contacts"]
    assert [row.note.name for row in rows if row.area == "company"][-1] == "value"
    areas = [row.area for row in rows]
    assert areas == sorted(areas, key=list(dict.fromkeys(areas)).index)


def test_value_shows_each_paired_difference_and_its_mean(silo: Story) -> None:
    axes = draw_value(silo).axes[0]
    dots = [line.get_xdata() for line in axes.lines if line.get_gid() == "dots"]
    means = [line.get_xdata()[0] for line in axes.lines if line.get_gid() == "mean"]
    assert [len(each) for each in dots] == [20, 20, 20]
    np.testing.assert_allclose([each.mean() for each in dots], means)
    assert means[1] == pytest.approx(-532, abs=60)
    assert any(text.get_text() == "no campaign" for text in axes.texts)


def test_value_without_a_reference_is_not_drawn() -> None:
    assert draw_value(story(has_reference=False, replications=3)) is None


def test_what_is_no_campaign_is_not_called_one() -> None:
    outage = story(shock="supplier_outage", replications=3)
    message = draw_value(outage).texts[0].get_text().replace("\n", " ")
    assert message.startswith("Against no shock, the company loses")
    assert "in 60 weeks" in message


def test_a_difference_that_may_be_chance_is_grey_and_claimed_by_no_title() -> None:
    unsure = story(worth=(0.0, 0.0, 0.0), replications=4)
    drawn = draw_value(unsure)
    assert "neither clearly gains nor loses" in drawn.texts[0].get_text().replace("\n", " ")
    bars = [patch for patch in drawn.axes[0].patches if patch.get_gid() == "bar"]
    assert {bar.get_facecolor()[0] for bar in bars} == {int(style.REFERENCE[1:3], 16) / 255}


def test_scenarios_stand_beside_each_other_on_one_scale(tmp_path) -> None:
    worths = {"silo": (-297e3, -532e3, -1e5), "coordinated": (-107e3, 645e3, -2e5)}
    results = [
        chart_data.result(replications=5, name=name, title=name.title(), worth=worth)
        for name, worth in worths.items()
    ]
    assert [path.name for path in draw_comparison(results, tmp_path, NOTES)] == [
        "comparison.png",
        "comparison.svg",
    ]
    drawn = draw_value_comparison([Story.of(result, NOTES) for result in results])
    assert len({axes.get_xlim() for axes in drawn.axes}) == 1
    assert drawn.texts[0].get_text().startswith("“Coordinated” is worth")


def test_the_same_result_becomes_the_same_bytes_and_no_setting_is_left_changed(tmp_path) -> None:
    before = {key: str(rcParams[key]) for key in rcParams if key != "backend"}
    result = chart_data.result(replications=2, weeks=20)
    once = draw_all(result, tmp_path / "once", NOTES)
    again = draw_all(result, tmp_path / "again", NOTES)
    assert [path.read_bytes() for path in once] == [path.read_bytes() for path in again]
    assert {path.name for path in once} == {
        f"{name}.{kind}" for name in ("cascade", "scorecard", "value") for kind in ("png", "svg")
    }
    assert {key: str(rcParams[key]) for key in rcParams if key != "backend"} == before


def test_letters_are_large_enough_to_be_read_at_half_size(silo: Story, cascade: Figure) -> None:
    drawn = [cascade, draw_scorecard(silo), draw_value(silo)]
    assert min(text.get_fontsize() for figure in drawn for text in words(figure)) >= 9.0


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "0"),
        (0.004, "0.004"),
        (7.04, "7.04"),
        (31.26, "31.3"),
        (-532.4, "−532"),
        (1553, "1,553"),
        (99_900, "99,900"),
        (123_456, "123\xa0k"),
        (2.5e7, "25\xa0M"),
        (math.nan, "n/a"),
        (math.inf, "n/a"),
    ],
)
def test_a_number_is_written_as_short_as_it_stays_true(value: float, shown: str) -> None:
    assert compact(value) == shown


@pytest.mark.parametrize(
    ("unit", "value", "shown"),
    [
        ("share", 0.31, "31\xa0%"),
        ("1/d", 312.5, "312\xa0per day"),
        ("1/w", 70.0, "10\xa0per day"),
        ("EUR", -532_000.0, "−532\xa0kEUR"),
        ("EUR", 41_000_000.0, "41\xa0MEUR"),
        ("EUR", 71.0, "71\xa0EUR"),
    ],
)
def test_a_value_is_shown_in_the_unit_a_board_uses(unit: str, value: float, shown: str) -> None:
    assert scale_for(unit, [value]).show(value) == shown


def test_names_are_listed_as_one_says_them() -> None:
    assert [listed(names) for names in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]
