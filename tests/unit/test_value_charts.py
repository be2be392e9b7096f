"""Value and comparison: each paired difference is seen, and only what is sure is claimed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from orgsim.report import style
from orgsim.report.books import book_rows, rest_message
from orgsim.report.charts import draw_comparison
from orgsim.report.narrative import short_titles
from orgsim.report.story import Story
from orgsim.report.value import draw_books, draw_value, draw_value_comparison
from tests.unit import chart_data
from tests.unit.chart_data import NOTES
from tests.unit.chart_tools import message, story, told

pytestmark = pytest.mark.usefixtures("house_style")

WORTHS = {"silo": (-297e3, -532e3, -1e5), "coordinated": (-107e3, 645e3, -2e5)}


def compared(*, n: int = 5, head: str = "", worths: dict[str, tuple[float, float, float]] = WORTHS):
    """Runs of several scenarios that differ in what they are worth."""
    return [
        chart_data.result(replications=n, name=name, title=head + name.title(), worth=worth)
        for name, worth in worths.items()
    ]


def stories(results) -> list[Story]:
    return [Story.of(result, NOTES) for result in results]


def test_value_shows_each_paired_difference_and_its_mean() -> None:
    axes = draw_value(story()).axes[0]
    dots = [line.get_xdata() for line in axes.lines if line.get_gid() == "dots"]
    means = [line.get_xdata()[0] for line in axes.lines if line.get_gid() == "mean"]
    assert [len(each) for each in dots] == [20, 20, 20]
    np.testing.assert_allclose([each.mean() for each in dots], means)
    assert means[1] == pytest.approx(-532, abs=60)
    assert any(text.get_text() == "no campaign" for text in axes.texts)


def test_value_without_a_reference_or_against_itself_is_not_drawn() -> None:
    assert draw_value(story(has_reference=False, replications=3)) is None
    assert draw_value(story(shock="", replications=3)) is None


def test_what_is_no_campaign_is_not_called_one() -> None:
    drawn = draw_value(story(shock="supplier_outage", replications=3))
    assert message(drawn).startswith("Against no supplier outage, contribution is 2")
    assert "no campaign" not in told(drawn)


def test_a_difference_that_may_be_chance_is_hollow_and_claimed_by_no_title() -> None:
    drawn = draw_value(story(worth=(0.0, 0.0, 0.0), replications=4))
    assert "neither contribution nor company value is clearly higher or lower" in told(drawn)
    bars = [patch for patch in drawn.axes[0].patches if patch.get_gid() == "bar"]
    assert [bar.get_facecolor()[3] for bar in bars] == [0.0] * 3
    sure = draw_value(story()).axes[0].patches
    assert all(bar.get_facecolor()[3] > 0.0 for bar in sure)


def test_one_replication_is_no_mean_and_has_no_dots() -> None:
    drawn = draw_value(story(replications=1))
    assert "in this one replication contribution is" in told(drawn)
    dots = [line.get_xdata() for line in drawn.axes[0].lines if line.get_gid() == "dots"]
    assert [len(each) for each in dots] == [0, 0, 0]


def test_scenarios_stand_beside_each_other_on_one_scale(tmp_path) -> None:
    results = compared()
    assert [path.name for path in draw_comparison(results, tmp_path, NOTES)] == [
        "comparison.png",
        "comparison.svg",
    ]
    drawn = draw_value_comparison(stories(results))
    assert len({axes.get_xlim() for axes in drawn.axes}) == 1
    assert message(drawn) == (
        "“Coordinated” leaves 1,177 kEUR more company value than “Silo” (95 %: +1,177 to +1,177)"
    )


@pytest.mark.parametrize(
    "results",
    [
        compared(worths={"one": (-3e5, -5e5, -1e5), "other": (-3e5, -5e5, -1e5)}),
        compared(n=1),
    ],
    ids=["alike", "one replication"],
)
def test_an_order_of_scenarios_is_claimed_only_where_their_difference_is_sure(results) -> None:
    said = message(draw_value_comparison(stories(results)))
    assert said.startswith("No clear order: ")


def test_best_and_worst_of_several_are_told_apart_by_an_interval_for_all_pairs() -> None:
    """A difference of three standard errors is sure of two scenarios (2.8), not of four (4.9)."""
    ahead = 1e5 * (3.0 + np.sqrt(2.0) * np.array([-2.0, -1.0, 0.0, 1.0, 2.0]))
    results = compared(worths=dict.fromkeys(("one", "two", "three", "four"), WORTHS["silo"]))
    for result, share in zip(results, (0.0, 0.5, 0.6, 1.0), strict=True):
        frame = results[0].value
        more = share * ahead[frame["replication"]] * (frame["variant"] == "scenario")
        result.value = frame.assign(value=frame["value"] + more)
    two = message(draw_value_comparison(stories([results[0], results[3]])))
    assert two.startswith("“Four” leaves 300 kEUR more company value than “One” (95 %: +22")
    four = message(draw_value_comparison(stories(results)))
    assert four.startswith("No clear order: “Four” less “One”, company value +300 kEUR")
    assert "(95 % for all 6 pairs: −" in four


def test_scenarios_are_ranked_by_one_less_the_other_not_by_their_own_references() -> None:
    """The second gains more on its own reference, which is so much poorer that it leaves less."""
    results = compared()
    poorer = results[1].value["value"] - 2e6
    results[1].value = results[1].value.assign(value=poorer)
    said = message(draw_value_comparison(stories(results)))
    assert said.startswith("“Silo” leaves 823 kEUR more company value than “Coordinated” (95")
    luck = np.random.default_rng(3).normal(0.0, 3e6, poorer.size)
    results[1].value = results[1].value.assign(value=poorer + luck)
    drawn = draw_value_comparison(stories(results))
    assert message(drawn).startswith("No clear order: “")
    assert "Title: one less the other; bars: each less its own reference." in told(drawn)


def test_firms_in_which_nothing_happens_are_put_beside_the_first() -> None:
    """Each is its own reference: against it every one of them is worth nothing."""
    results = [
        chart_data.result(shock="", title=title, replications=6) for title in ("Now", "More reps")
    ]
    for result, more in zip(results, (0.0, 40e3), strict=True):
        levels = 1e6 + 1e3 * result.value["replication"] + more
        result.value = result.value.assign(value=levels)
    drawn = draw_value_comparison(stories(results))
    assert message(drawn).startswith("More reps: company value +40 kEUR against “Now”")
    assert "difference from “Now”, kEUR" in told(drawn)
    results[1].value = results[0].value
    said = message(draw_value_comparison(stories(results)))
    assert said.startswith("More reps: company value not clearly more or less than “Now”")


def test_titles_that_begin_alike_are_told_by_what_differs() -> None:
    shared = stories(compared(head="A campaign, "))
    assert short_titles(shared) == ["Silo", "Coordinated"]
    assert "A campaign. Value after 60 weeks" in told(draw_value_comparison(shared))
    assert short_titles(stories(compared())) == ["Silo", "Coordinated"]
    assert short_titles([story(title="A campaign, told", replications=2)]) == ["A campaign, told"]


def test_references_of_several_kinds_share_a_name_that_fits_all() -> None:
    several = [story(replications=2), story(replications=2, shock="supplier_outage")]
    assert "difference from the same firm with no shock" in told(draw_value_comparison(several))


def test_a_loss_is_red_and_a_gain_is_black() -> None:
    drawn = draw_value_comparison(stories(compared()))
    bars = [patch for patch in drawn.axes[1].patches if patch.get_gid() == "bar"]
    red, black = (
        tuple(int(c[i : i + 2], 16) / 255 for i in (1, 3, 5)) for c in (style.BAD, style.GOOD)
    )
    assert [bar.get_facecolor()[:3] for bar in bars] == [red, black]


BOOKS = {
    "books_marketing": 200.0,
    "books_sales": 70.0,
    "books_logistics": -40.0,
    "books_support": 0.0,
    "books_centre": -460.0,
    "contribution": -230.0,
}


def with_books(**changed: float) -> Story:
    """A run whose areas' books differ from the reference by so many EUR a week, give or take 1."""
    made = story(replications=4)
    assert made.weeks == 60
    luck = np.random.default_rng(3)
    for name, amount in {**BOOKS, **changed}.items():
        for variant, level in (("scenario", amount), ("reference", 0.0)):
            weeks, runs = np.divmod(np.arange(made.weeks * 4), 4)
            noise = luck.normal(0, 1, weeks.size) if amount else 0.0
            made._courses[variant, name, "all"] = pd.DataFrame(
                {"week": weeks, "replication": runs, "value": level + noise}
            )
    return made


def test_books_show_each_area_what_nobody_answers_for_and_their_sum() -> None:
    drawn = draw_books(with_books())
    means = [line.get_xdata()[0] for line in drawn.axes[0].lines if line.get_gid() == "mean"]
    np.testing.assert_allclose(means, [0.06 * amount for amount in BOOKS.values()], atol=0.05)
    assert sum(means[:-1]) == pytest.approx(means[-1], abs=0.1)
    said = message(drawn)
    assert "Marketing gains 12 kEUR, Sales gains 4.21 kEUR and Logistics loses 2" in said
    assert "the company's contribution is 13.8 kEUR lower" in said
    assert "Support" not in said  # its books do not move, whoever calls


def test_what_nobody_answers_for_is_said_after_the_areas_books() -> None:
    said = rest_message(book_rows(with_books()))
    parts = "goods, repeat orders, internal prices"
    assert said.startswith(f"What nobody answers for ({parts}) is 27.")
    assert said.endswith("kEUR lower")


def test_books_claim_no_gain_that_may_be_chance() -> None:
    still = with_books(**dict.fromkeys(BOOKS, 0.0))
    assert "no area clearly gains or loses" in message(draw_books(still))


def test_books_without_a_reference_are_not_drawn() -> None:
    assert draw_books(story(has_reference=False, replications=3)) is None
    assert draw_books(story(shock="", replications=3)) is None
