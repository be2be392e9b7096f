"""Success that hurts is found where it is and nowhere else; the index is MODEL s.9's formula."""

from __future__ import annotations

import io
import json
import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from orgsim.analysis.paradox import paradox_index
from orgsim.experiment.compare import summarise
from orgsim.report.console import Terminal
from orgsim.report.narrative import scorecard_subtitle
from orgsim.report.paradox import hurting_success, in_words, paradox
from orgsim.report.story import Story
from tests.unit import chart_data
from tests.unit.chart_data import NOTES, Note

NPS = Note("nps", "Net promoter score (NPS)", "pts", "customers", 1, "nps")
KPIS = (*(note for note in NOTES if note.name not in ("nps", "aht")), NPS)
"""Handle time has no direction in the model: shorter may be corner-cutting."""


def run(
    fall: float = -1.5, niche: float = -20.0, replications: int = 20, **made: object
) -> SimpleNamespace:
    """The silo's course with an NPS that is so much lower than in the reference."""
    result = chart_data.result(replications=replications, **made)  # type: ignore[arg-type]
    rng = np.random.default_rng(5)
    luck = rng.normal(30.0, 1.0, replications)
    noise = rng.normal(0.0, 0.2, replications)
    rows = [
        (variant, n, "nps", segment, level)
        for n in range(replications)
        for variant, segment, level in (
            ("scenario", "all", luck[n] + fall + noise[n]),
            ("reference", "all", luck[n]),
            ("scenario", "niche", niche + noise[n]),
        )
    ]
    columns = ["variant", "replication", "kpi", "segment", "value"]
    others = result.totals[~result.totals["kpi"].isin(["nps", "satisfaction", "churn"])]
    result.totals = pd.concat([others, pd.DataFrame(rows, columns=columns)])
    result.summary = summarise(result.totals, result.audit)
    return result


def story(result: SimpleNamespace) -> Story:
    return Story.of(result, KPIS)


def told(result: SimpleNamespace) -> str:
    out = io.StringIO()
    Terminal(out=out, err=io.StringIO()).show(result, KPIS)  # type: ignore[arg-type]
    return " ".join(out.getvalue().split())


def test_the_index_is_mean_attainment_times_loss_per_euro_of_the_campaign() -> None:
    found = paradox_index([[1.0, 0.4], [0.5, 0.2]], [-150e3, -300e3], 300e3)
    assert found.tolist() == pytest.approx([0.75 * 0.5, 0.3 * 1.0])


@pytest.mark.parametrize(
    ("attained", "change"), [([-0.2, 0.1], -300e3), ([1.0, 1.0], 5e3), ([0.5, -0.5], -1e6)]
)
def test_without_success_or_without_loss_there_is_no_paradox(
    attained: list[float], change: float
) -> None:
    assert paradox_index([[one] for one in attained], [change], 300e3).tolist() == [0.0]


def test_a_loss_is_per_euro_that_its_own_replication_spent_and_of_no_spend_no_index() -> None:
    found = paradox_index([[1.0, 1.0, 1.0]], [-1.0, -1.0, -1.0], [2.0, 4.0, 0.0])
    assert found.tolist() == pytest.approx([0.5, 0.25, np.nan], nan_ok=True)


def test_the_silo_is_found_with_whose_success_whose_loss_and_how_much() -> None:
    found = hurting_success(story(run()))
    assert found is not None
    assert [(one.area, one.kpi) for one in found.successes] == [
        ("marketing", "leads"),
        ("sales", "bookings"),
    ]
    assert (found.customers.name, found.customers.segment) == ("nps", "all")
    assert found.company.difference.mean == pytest.approx(-532e3, rel=0.2)
    assert found.is_flagged
    assert found.index.low < found.index.mean < found.index.high


def test_it_is_said_in_one_sentence_with_intervals_at_the_terminal_and_on_the_scorecard() -> None:
    result = run()
    text = told(result)
    assert "Success that hurts: marketing beats its target (leads, by " in text
    assert "and sales its own (bookings, by " in text
    fall = r"net promoter score of all customers is 1\.\d+ pts less \(1\.\d+ to 1\.\d+\)"
    assert re.search(fall, text)
    assert "Silo paradox index" in text
    assert "Silo paradox index" in scorecard_subtitle(story(result))
    answer = io.StringIO()
    Terminal(out=answer, err=io.StringIO()).show_json([result], KPIS)  # type: ignore[list-item]
    hurting = json.loads(answer.getvalue())["success_that_hurts"]
    assert hurting["paradox_flagged"]
    assert hurting["words"].startswith("Success that hurts: marketing beats")


@pytest.mark.parametrize(
    "result",
    [
        run(fall=0.5),  # customers are happier than without the campaign
        run(worth=(200e3, 300e3, -50e3)),  # the company gains
        run(worth=(-20e3, -20e3, -50e3)),  # what the company loses may be chance
        run(fall=0.05),  # what customers lose may be chance
        run(replications=1),  # nothing is said of one replication
        run(shock=""),  # nothing happens, and nothing differs
    ],
    ids=["happy", "gain", "chance", "chance among customers", "one", "calm"],
)
def test_it_is_not_said_where_one_of_the_three_is_missing(result: SimpleNamespace) -> None:
    assert hurting_success(story(result)) is None
    text = told(result)
    assert "Success that hurts" not in text
    assert "Silo paradox index" not in text.split("Words.")[0]


def without_demand(result: SimpleNamespace) -> SimpleNamespace:
    """Leads and bookings as in the reference, where everything else is worse: an outage."""
    is_demand = result.weekly["kpi"].isin(["leads", "bookings"])
    usual = result.weekly[is_demand & (result.weekly["variant"] == "reference")]
    kept = result.weekly[~is_demand]
    result.weekly = pd.concat([kept, usual, usual.assign(variant="scenario")], ignore_index=True)
    return result


def test_an_outage_that_hurts_everyone_is_nobodys_success() -> None:
    assert hurting_success(story(without_demand(run(shock="supplier_outage")))) is None


@pytest.mark.parametrize(("shock", "is_found"), [("promotion", True), ("pandemic", False)])
def test_demand_that_comes_from_outside_is_nobodys_success(shock: str, is_found: bool) -> None:
    assert (hurting_success(story(run(shock=shock))) is not None) == is_found


def test_beside_what_comes_from_outside_only_the_weeks_of_the_own_act_count() -> None:
    both = run(shock="pandemic+promotion")  # the promotion begins two weeks later, in week 10
    found = hurting_success(story(both))
    assert found is not None
    assert "Part of the loss may be the doing of pandemic." in in_words(found, story(both))
    surge = both.weekly["kpi"].isin(["leads", "bookings"]) & (both.weekly["week"] >= 10)
    both.weekly.loc[surge, "value"] = 1.0
    assert hurting_success(story(both)) is None


def test_a_target_that_is_beaten_without_the_shock_as_well_is_not_its_success() -> None:
    result = without_demand(run())
    result.resolved.scenario.targets = {**chart_data.TARGETS, "leads": 200.0, "bookings": 10.0}
    assert hurting_success(story(result)) is None


def test_a_happy_niche_is_told_of_without_the_flag() -> None:
    found = hurting_success(story(run(niche=15.0)))
    assert found is not None
    assert not found.is_flagged
    assert "Silo paradox index" not in in_words(found, story(run(niche=15.0)))


def test_a_campaign_that_the_end_of_the_run_cuts_off_is_divided_by_what_it_spent_till_then() -> (
    None
):
    spend = story(run()).campaign_spend
    assert spend.tolist() == [300e3] * 20
    cut = story(run(weeks=11))
    assert cut.campaign_spend.tolist() == [150e3] * 20
    change = cut.value_differences("year+CLV")
    leads, bookings = (
        cut.course(name, ("all",)).values[cut.decided].mean(axis=0) / cut.target(name) - 1.0  # type: ignore[union-attr,operator]
        for name in ("leads", "bookings")
    )
    expected = ((leads + bookings) / 2 * -change / 150e3).mean()
    assert paradox(cut).mean == pytest.approx(expected)


def test_without_a_campaign_nothing_is_spent_and_there_is_no_index() -> None:
    assert paradox(story(run(shock="supplier_outage"))).n == 0
    assert paradox(story(run())).n == 20
    assert paradox(story(run(shock="supplier_outage+niche_campaign"))).n == 0
