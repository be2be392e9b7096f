"""Several scenarios beside each other: each less the first, pair by pair, in every figure.

What it is for: a change to the firm itself is in its reference, too, and cancels there; what it
does shows when one firm is put directly beside another. Replication i of both meets the same
customers with the same luck, so the difference is taken within each pair (see `compare`).

Assumption: seed and weeks are the same; of scenarios that differ in them nothing is said.

Reference: A. Law (2015), Simulation Modeling and Analysis, s.11.2 (common random numbers).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from orgsim.experiment import compare, tables
from orgsim.experiment.folder import RunFolder
from orgsim.experiment.store import canonical, explained

if TYPE_CHECKING:
    from orgsim.experiment.run import RunResult

NAME = "comparison.csv"
_SAME = ("seed", "weeks")
_WHOSE = ("scenario", "beside", "kpi", "segment")


class Comparison(NamedTuple):
    """What `directly` found, and the file that holds it."""

    figures: pd.DataFrame
    path: Path


def directly(results: Sequence[RunResult]) -> pd.DataFrame:
    """One row per later scenario and figure: columns scenario, beside, kpi, segment, then those.

    Those are mean, low, high and n of the scenario (`scenario_`), of the one that it is put beside
    (`beside_`) and of the paired difference (`difference_`), as in `compare.summarise`. Value
    stands below the KPIs as `value_<horizon>`. Replications that not both have are left out.
    """
    first, *others = results
    found = [_less(other, first) for other in others if _have_the_same_luck(first, other)]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=list(_WHOSE))


def write(results: Sequence[RunResult], folder: Path) -> Comparison:
    """Write `directly` of the results as CSV into the folder of their comparison.

    The folder is addressed by what is compared. Raises ResultError when the disc refuses.
    """
    digest = tables.seal(canonical({"beside": [result.digest for result in results]}).encode())
    target = RunFolder(folder / f"comparison-{digest[:12]}")
    with explained(target.path):
        target.path.mkdir(parents=True, exist_ok=True)
    figures = directly(results)
    target.write(NAME, [figures.to_csv(index=False).encode()])
    return Comparison(figures, target.path / NAME)


def _have_the_same_luck(first: RunResult, other: RunResult) -> bool:
    one, two = (result.point.config.get("run", {}) for result in (first, other))
    return all(one.get(key) == two.get(key) for key in _SAME)


def _less(other: RunResult, first: RunResult) -> pd.DataFrame:
    """The first in the place of the reference."""
    audit = pd.concat([other.audit, first.audit], ignore_index=True)
    totals = _paired(other.totals, first.totals)
    value = _paired(other.value, first.value)
    worth = compare.summarise_value(value, audit)
    names = worth.pop("horizon").map(lambda horizon: f"value_{compare.plain_name(horizon)}")
    worth.insert(0, "kpi", names)
    worth.insert(1, "segment", "all")
    found = pd.concat([compare.summarise(totals, audit), worth], ignore_index=True)
    found.columns = found.columns.str.replace("reference_", "beside_")
    found.insert(0, "scenario", other.point.name)
    found.insert(1, "beside", first.point.name)
    return found


def _paired(other: pd.DataFrame, first: pd.DataFrame) -> pd.DataFrame:
    """The scenario's rows of both, the first one's as of a reference, of what both have."""
    own, beside = (frame[frame["variant"] == "scenario"] for frame in (other, first))
    both = pd.concat([own, beside.assign(variant="reference")], ignore_index=True)
    return both[both["replication"].isin(set(own["replication"]) & set(beside["replication"]))]
