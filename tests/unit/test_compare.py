"""A scenario beside its reference: which dates count, on hand-made tables."""

from __future__ import annotations

import pandas as pd
import pytest

from orgsim.experiment.compare import first_breaks

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
    assert (late["earliest"], late["latest"]) == (62 * DAY, 62 * DAY)


def test_the_date_of_a_break_is_one_that_occurred_in_a_replication() -> None:
    (found,) = first_breaks(table([[62], [90], [69], []], [[]] * 4)).to_dict("records")
    assert (found["median"], found["share"], found["n"]) == (69 * DAY, 0.75, 4)
    (even,) = first_breaks(table([[62], [90]], [[], []])).to_dict("records")
    assert even["median"] == 62 * DAY


def test_what_never_broke_is_told_all_the_same() -> None:
    (found,) = first_breaks(table([[], []], [[6], []])).to_dict("records")
    assert (found["share"], found["reference_share"], found["n"]) == (0.0, 0.5, 2)
    assert pd.isna(found["median"])
