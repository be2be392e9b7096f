"""A scenario beside its reference: which dates count, what is possible, what it is called."""

from __future__ import annotations

import pandas as pd
import pytest

from orgsim.config.compose import resolve
from orgsim.experiment.compare import first_breaks, summarise
from orgsim.experiment.point import left_out, reference_in_words

DAY = 24.0


def table(scenario: list[list[float]], reference: list[list[float]]) -> pd.DataFrame:
    """One list of days on which it was broken for each replication; an empty one is a null row."""
    rows = [
        (variant, replication, "otif", day * DAY)
        for variant, found in (("scenario", scenario), ("reference", reference))
        for replication, days in enumerate(found)
        for day in days or [float("nan")]
    ]
    return pd.DataFrame(rows, columns=["variant", "replication", "name", "time"])


def test_a_break_counts_from_the_shock_on_in_the_scenario_and_in_the_reference() -> None:
    both = table([[6, 62, 69], [13], [62]], [[6], [13, 76], []])
    (early,) = first_breaks(both).to_dict("records")
    assert (early["share"], early["reference_share"]) == (1.0, pytest.approx(2 / 3))
    assert early["earliest"] == 6 * DAY
    (late,) = first_breaks(both, since=56 * DAY).to_dict("records")
    assert (late["share"], late["reference_share"]) == pytest.approx((2 / 3, 1 / 3))
    assert late["earlier"] == pytest.approx(2 / 3)
    assert (late["earliest"], late["latest"]) == (62 * DAY, 62 * DAY)


def test_only_what_breaks_sooner_than_with_the_same_luck_in_the_reference_is_earlier() -> None:
    """Else much that breaks in a calm year, too, would pass for the doing of the shock."""
    scenario, reference = [[62], [90], [69], [97], []], [[69], [90], [], [62], [62]]
    (found,) = first_breaks(table(scenario, reference)).to_dict("records")
    assert (found["share"], found["reference_share"]) == (0.8, 0.8)
    assert found["earlier"] == pytest.approx(2 / 5)


def test_the_date_of_a_break_is_one_that_occurred_in_a_replication() -> None:
    (found,) = first_breaks(table([[62], [90], [69], []], [[]] * 4)).to_dict("records")
    assert (found["median"], found["share"], found["n"]) == (69 * DAY, 0.75, 4)
    (even,) = first_breaks(table([[62], [90]], [[], []])).to_dict("records")
    assert even["median"] == 62 * DAY


def test_what_happened_in_no_more_than_half_of_the_replications_stands_last() -> None:
    early_in_half = table([[62], []], [[], []])
    later_in_all = table([[90], [97]], [[], []]).assign(name="backlog")
    found = first_breaks(pd.concat([early_in_half, later_in_all]))
    assert found["name"].tolist() == ["backlog", "otif"]


def test_what_never_broke_is_told_all_the_same() -> None:
    (found,) = first_breaks(table([[], []], [[6], []])).to_dict("records")
    assert (found["share"], found["reference_share"], found["n"]) == (0.0, 0.5, 2)
    assert pd.isna(found["median"])


def test_an_interval_of_a_share_ends_at_what_is_possible_and_no_other_does() -> None:
    values = {"otif": [(0.6, 0.1), (0.95, 0.9)], "contribution": [(6.0, 1.0), (950.0, 9.0)]}
    totals = pd.DataFrame(
        [
            (variant, replication, kpi, "all", value)
            for kpi, pairs in values.items()
            for replication, pair in enumerate(pairs)
            for variant, value in zip(("scenario", "reference"), pair, strict=True)
        ],
        columns=["variant", "replication", "kpi", "segment", "value"],
    )
    audit = pd.DataFrame({"replication": [0, 1], "passed": True})
    share, money = summarise(totals, audit).to_dict("records")
    for what, bounds in (("scenario", (0, 1)), ("reference", (0, 1)), ("difference", (-1, 1))):
        assert (share[f"{what}_low"], share[f"{what}_high"]) == bounds
    assert money["scenario_low"] < 0
    assert money["difference_low"] < -1


CAMPAIGN = "{kind: niche_campaign, onset: 1w, duration: 2w}"
OUTAGE = "{kind: supplier_outage, component: kit, remaining: 0, onset: 1w, duration: 2w}"
VIRAL = "{kind: viral, contagion: 2, tellings: 9, onset: 1w, duration: 2w}"
PAID = "organisation.coordination.overhead_per_week=500"


@pytest.mark.parametrize(
    ("overrides", "name", "words"),
    [
        ([f"+shocks.niche_campaign={CAMPAIGN}"], "campaign", "the campaign"),
        ([f"+shocks.viral={VIRAL}"], "viral wave", "the viral wave"),
        ([f"+shocks.spring_push={CAMPAIGN}"], "campaign", 'the campaign "spring push"'),
        (
            [f"+shocks.{n}={OUTAGE}" for n in "ab"],
            "supplier outages",
            'the supplier outages "a" and "b"',
        ),
        (
            [f"+shocks.viral={VIRAL}", f"+shocks.supplier_outage={OUTAGE}", PAID],
            "shocks",
            "the viral wave, the supplier outage and what coordination costs",
        ),
        (
            [f"+shocks.viral={VIRAL}", "support.handle_time.mean=9min"],
            "viral wave",
            "the viral wave",
        ),
        (
            [f"+shocks.{n}={CAMPAIGN}" for n in ("niche_campaign", "autumn")],
            "campaigns",
            'the campaigns "niche campaign" and "autumn"',
        ),
    ],
)
def test_the_reference_is_named_by_all_that_it_leaves_out(
    overrides: list[str], name: str, words: str
) -> None:
    scenario = resolve("baseline", overrides).scenario
    assert left_out(scenario) == name
    told, without = reference_in_words(scenario).split(", without ")
    assert told.startswith(f"no {name}: the same firm as it is set here, the same customers and")
    assert without == words


def test_where_nothing_happens_the_reference_does_not_pay_for_coordination() -> None:
    scenario = resolve("baseline", [PAID]).scenario
    assert left_out(scenario) == "coordination"
    assert reference_in_words(scenario).endswith("the same luck, without what coordination costs")


def test_a_mere_change_of_the_firm_has_no_reference_but_itself() -> None:
    changed = resolve("baseline", ["support.handle_time.mean=9min"]).scenario
    assert left_out(changed) == ""
    assert reference_in_words(changed).startswith("the scenario itself: nothing happens in it")
