"""The scorecard: rows turned so that right is good, and no blame for what is missed anyway."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure

from orgsim.report.attainment import Row, blocks_of
from orgsim.report.measures import Estimate
from orgsim.report.narrative import scorecard_message, told_of
from orgsim.report.scorecard import draw_scorecard
from orgsim.report.story import Story
from tests.unit import chart_data
from tests.unit.chart_data import NOTES
from tests.unit.chart_tools import message, story

pytestmark = pytest.mark.usefixtures("house_style")


@pytest.fixture(scope="module")
def silo() -> Story:
    return story()


def rows_of(of: Story) -> dict[tuple[str, str], Row]:
    return {(row.whose, row.title): row for block in blocks_of(of) for row in block.rows}


def missed(own: float, usual: float) -> Row:
    """A row of which less is better: `own` and `usual` are shares above its target."""
    return Row(
        whose="support",
        title="Abandonment",
        unit="share",
        direction=-1,
        level=Estimate(0.05 * (1 + own), 0.05 * (0.99 + own), 0.05 * (1.01 + own), 9),
        standard=0.05,
        mark=Estimate(-own, -own - 0.01, -own + 0.01, 9),
        usual=-usual,
    )


def markers(figure: Figure | None) -> list[str]:
    assert figure is not None
    return [li.get_marker() for li in figure.axes[0].lines if li.get_gid() == "scenario"]


def test_every_number_is_turned_so_that_right_is_better(silo: Story) -> None:
    found = rows_of(silo)
    given_up = found["support", "Abandonment"]
    assert given_up.level.mean > given_up.standard
    assert given_up.mark.mean < 0
    leads = found["marketing", "Leads"]
    assert leads.mark.mean == pytest.approx(leads.level.mean / leads.standard - 1.0)
    assert leads.mark.mean > 1.0


def test_an_area_is_judged_in_the_weeks_of_the_shock_beside_the_same_weeks_without(
    silo: Story,
) -> None:
    leads = rows_of(silo)["marketing", "Leads"]
    weekly = chart_data.result().weekly.query("kpi == 'leads' and 8 <= week < 14")
    means = weekly.groupby("variant")["value"].mean()
    assert leads.level.mean == pytest.approx(means["scenario"])
    assert leads.usual == pytest.approx(means["reference"] / leads.standard - 1.0)


def test_customers_and_company_are_judged_by_the_paired_difference(silo: Story) -> None:
    found = rows_of(silo)
    value = found["company", "Company value"]
    assert value.change.mean == pytest.approx(np.mean(silo.value_differences("year+CLV")))
    assert value.mark.mean == pytest.approx(value.change.mean / value.standard)
    assert told_of(value)[0].startswith("−5")


def test_what_is_missed_as_much_without_the_shock_is_nobodys_fault() -> None:
    assert missed(0.20, 0.20).is_missed_anyway
    assert told_of(missed(0.20, 0.20)) == ("missed anyway", "")
    assert not missed(0.60, 0.10).is_missed_anyway
    assert told_of(missed(0.60, 0.10)) == ("misses by 3.0 points", "0.5 anyway")
    assert not missed(-0.20, 0.20).is_missed_anyway
    assert told_of(missed(-0.20, 0.20)) == ("beats by 1.0 points", "")


def test_the_card_asks_areas_first_then_newcomers_then_everyone_else(silo: Story) -> None:
    areas, newcomers, others = blocks_of(silo)
    assert [row.whose for row in areas.rows] == [
        *["marketing", "sales", "sales"],
        *["logistics"] * 2,
        *["support"] * 4,
    ]
    assert {row.whose for row in newcomers.rows} == {"niche customers"}
    assert {row.whose for row in others.rows} == {"base customers", "company"}


def test_fewer_customers_are_the_company_s_loss_and_no_harm_to_those_who_are_there(
    silo: Story,
) -> None:
    whose = {whose for whose, title in rows_of(silo) if title.startswith("Active customers")}
    assert whose == {"company"}


def test_without_a_shock_everybody_is_judged_by_target_alone() -> None:
    areas, customers, others = blocks_of(story(shock="", replications=3))
    assert areas.rows
    assert {row.whose for row in customers.rows} == {"base customers"}
    assert not others.rows


def test_what_lies_beyond_the_scale_becomes_an_arrow(silo: Story) -> None:
    figure = draw_scorecard(silo)
    assert figure is not None
    assert ">" in markers(figure)
    assert "beyond the scale" in {text.get_text() for text in figure.texts}


def test_what_may_be_chance_is_hollow_and_claimed_by_no_title() -> None:
    one = story(replications=1)
    assert set(markers(draw_scorecard(one))) <= {"o", ">", "<"}
    assert scorecard_message(one, blocks_of(one)).startswith("One replication allows no verdict")


def test_the_title_tells_who_reports_success_and_who_pays(silo: Story) -> None:
    drawn = draw_scorecard(silo)
    assert drawn is not None
    said = message(drawn)
    assert said.startswith("Marketing and sales beat their targets, logistics and support miss")
    assert said.endswith("the company are worse off than with no campaign")


def test_a_single_area_takes_a_single_verb() -> None:
    result = chart_data.result(replications=5)
    kept = {"leads", "abandonment"}
    of = Story.of(result, [note for note in NOTES if note.name in kept])
    said = scorecard_message(of, blocks_of(of))
    assert said.startswith("Marketing beats its targets, support misses its own; the company is")


def test_nobody_is_praised_who_may_miss_something_else() -> None:
    result = chart_data.result(replications=5)
    areas, *others = blocks_of(Story.of(result, NOTES))
    leads = next(row for row in areas.rows if row.title == "Leads")
    doubtful = replace(leads, title="Cost per lead", mark=Estimate(-0.05, -0.2, 0.1, 5))
    for rows, is_praised in (([leads], True), ([leads, doubtful], False)):
        said = scorecard_message(story(replications=5), [replace(areas, rows=rows), *others])
        assert said.startswith("Marketing beats") == is_praised


def test_a_clear_loss_of_contribution_is_said_where_company_value_is_unclear(silo: Story) -> None:
    areas, whom, others = blocks_of(silo)
    doubt = Estimate(-0.01, -0.03, 0.01, 9)
    rows = [
        replace(row, mark=doubt) if row.title == "Company value" else row for row in others.rows
    ]
    said = scorecard_message(silo, [areas, whom, replace(others, rows=rows)])
    assert "contribution is lower" in said
    assert "the company" not in said
    assert "contribution" not in scorecard_message(silo, [areas, whom, others])


def test_an_area_that_misses_one_target_of_several_misses_some(silo: Story) -> None:
    areas, whom, others = blocks_of(silo)
    own = missed(0.40, 0.0)
    beaten = replace(own, title="Calls", mark=Estimate(0.05, 0.04, 0.06, 9))
    said = scorecard_message(silo, [replace(areas, rows=[own, beaten]), whom, others])
    assert said.startswith("Support misses some of its targets;")
    said = scorecard_message(silo, [replace(areas, rows=[own]), whom, others])
    assert said.startswith("Support misses its targets;")


@pytest.mark.parametrize(
    ("marks", "is_worse"),
    [((-0.004, -0.016), True), ((-0.004, -0.022), True), ((-0.022, 0.004), False)],
    ids=["small", "one of them large", "one better, one worse"],
)
def test_customers_are_worse_off_where_every_clear_difference_is_for_the_worse(
    silo: Story, marks: tuple[float, ...], is_worse: bool
) -> None:
    areas, whom, others = blocks_of(silo)
    row = next(row for row in others.rows if row.whose == "base customers")
    sure = [replace(row, mark=Estimate(one, one - 1e-3, one + 1e-3, 9)) for one in marks]
    doubtful = replace(row, mark=Estimate(-0.001, -0.01, 0.008, 9))
    said = scorecard_message(silo, [areas, whom, replace(others, rows=[*sure, doubtful])])
    assert ("base customers are worse off" in said) == is_worse


def test_the_key_says_from_what_size_on_a_sure_difference_counts() -> None:
    drawn = draw_scorecard(story(replications=4, factor=1.0))
    assert drawn is not None
    assert "unclear, or under 0.1\u00a0%" in {text.get_text() for text in drawn.texts}


def test_a_trifle_is_marked_like_what_is_unclear(silo: Story) -> None:
    row = next(row for block in blocks_of(silo) for row in block.rows if row.change.n)
    trifle = replace(row, mark=Estimate(-0.0004, -0.0006, -0.0002, 9))
    assert trifle.mark.is_sure
    assert not trifle.is_clear
    assert row.is_clear
