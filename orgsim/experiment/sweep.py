"""Sweeps: the same scenario at many settings, one row per setting.

What it is for: a strategist asks not for one run but for how the answer moves. Every setting is a
point addressed by content like any run, so a sweep that is stopped resumes for free, a wider one
computes only its new points, and all replications of all points feed one pool of workers.

Assumption: a sweep's row needs the totals and the value only; weekly tables and facts of a point
are had by running it alone (its replications are then in the store already).

Reference: DESIGN s.1.9, s.7; ECOSYSTEM 1.4 (why points are not Hydra jobs).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from orgsim.analysis.agreement import rank_agreement
from orgsim.errors import ResultError
from orgsim.experiment import compare, folder, tables
from orgsim.experiment.point import Point, Resolved, point_of
from orgsim.experiment.replicate import Perform, perform
from orgsim.experiment.run import fill
from orgsim.experiment.store import Store, canonical
from orgsim.kpis import KPIS
from orgsim.units import WEEK

if TYPE_CHECKING:
    from orgsim.config.schema import Scenario
    from orgsim.experiment.run import Audience

_NEEDED = ("totals", "value", "audit")
LEAST = 5
"""Of fewer points any order may be chance: of four, one in twelve agrees or opposes wholly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepResult:
    """What a sweep found: one row per point, and where it is kept.

    `summary` has the columns point, the swept settings (`settings` names them), replications,
    balanced, address, then `value_<horizon>_difference` to the point's own reference and the level
    `value_<horizon>`, each with `_low` and `_high`, then every KPI as
    `<kpi>` (or `<kpi>_<segment>`) with `_low` and `_high`.

    `agreement` tells of each number that an area has a target for (columns kpi, area, value,
    points, rho, p_value) whether it ranks the points as company value does: see `agreement_of`.
    """

    name: str
    settings: tuple[str, ...]
    folder: Path
    summary: pd.DataFrame
    agreement: pd.DataFrame
    cut_short: int = 0
    """At so many points a shock goes on beyond the run."""

    @property
    def is_balanced(self) -> bool:
        """Whether the conservation audit passed at every point."""
        return bool(self.summary["balanced"].all())


def sweep(
    overrides: Sequence[Sequence[str]],
    resolved: Sequence[Resolved],
    *,
    results: Path,
    console: Audience,
) -> SweepResult:
    """Run every point and summarise each in one row.

    `overrides` holds the points as `orgsim.config.compose.expand` lists them, `resolved` the same
    points resolved. Raises as `orgsim.experiment.run.run`.
    """
    points = [point_of(one) for one in resolved]
    workers = max(one.scenario.run.workers for one in resolved)
    found = sweep_points(overrides, points, results=results, console=console, workers=workers)
    pairs = zip(points, resolved, strict=True)
    cut = {point.scenario_address for point, one in pairs if _is_cut_short(one.scenario)}
    return replace(found, cut_short=len(cut))


def _is_cut_short(scenario: Scenario) -> bool:
    return any(shock.end > scenario.run.weeks * WEEK for shock in scenario.shocks.values())


def sweep_points(
    overrides: Sequence[Sequence[str]],
    points: Sequence[Point],
    *,
    results: Path,
    console: Audience,
    workers: int,
    work: Perform = perform,
) -> SweepResult:
    """As `sweep`, for points whose replications are done by `work`; a repeated one counts once."""
    if not points or len(points) != len(overrides):
        raise ResultError(f"{len(overrides)} settings for {len(points)} points of a sweep")
    # A setting given twice is no further evidence.
    once: dict[str, tuple[Point, Sequence[str]]] = {}
    for point, texts in zip(points, overrides, strict=True):
        once.setdefault(point.scenario_address, (point, texts))
    points, overrides = zip(*once.values(), strict=True)
    store = Store(results)
    tasks = [task for point in points for task in point.tasks(keep_facts=False)]
    fill(store, tasks, workers=workers, console=console, work=work)
    swept = swept_settings(overrides)
    rows = [
        {"point": number, **settings, **row_of(store, point)}
        for number, (settings, point) in enumerate(zip(swept, points, strict=True))
    ]
    settings = tuple(swept[0])
    target = folder.RunFolder(results / _folder_name(points))
    summary = _typed(pd.DataFrame(rows), settings)
    result = SweepResult(
        name=points[0].name,
        settings=settings,
        folder=target.path,
        summary=summary,
        agreement=agreement_of(summary),
    )
    _write(target, result, points, overrides, console)
    return result


def swept_settings(overrides: Sequence[Sequence[str]]) -> list[dict[str, str]]:
    """Key -> value as written, for each point; keys that are the same at all points are left out.

    With one point every key is kept.
    """
    parsed = [dict(_split(text) for text in point) for point in overrides]
    keys = list(dict.fromkeys(key for point in parsed for key in point))
    varied = [key for key in keys if len({point.get(key) for point in parsed}) > 1]
    return [{key: point.get(key, "") for key in varied or keys} for point in parsed]


def _split(text: str) -> tuple[str, str]:
    key, _, value = text.partition("=")
    return key.lstrip("+~"), value


def row_of(store: Store, point: Point) -> dict[str, Any]:
    """The totals of a point with their intervals, and its value against the reference."""
    collected = folder.collect(store, point, _NEEDED)
    totals, value, audit = (collected[name].to_pandas() for name in _NEEDED)
    return {
        "replications": point.replications,
        "balanced": bool(audit["passed"].all()),
        "address": point.scenario_address[:12],
        **figures_of(compare.summarise(totals, audit), compare.summarise_value(value, audit)),
    }


def figures_of(summary: pd.DataFrame, value_summary: pd.DataFrame) -> dict[str, float]:
    """The two summaries of a run laid out in one row of named figures."""
    row: dict[str, float] = {}
    for one in value_summary.to_dict("records"):
        name = f"value_{compare.plain_name(str(one['horizon']))}_difference"
        row |= _three(name, one, "difference")
        row |= _three(name.removesuffix("_difference"), one, "scenario")
    for one in summary.to_dict("records"):
        segment = "" if one["segment"] == "all" else f"_{one['segment']}"
        row |= _three(f"{one['kpi']}{segment}", one, "scenario")
    return row


def _three(name: str, row: Mapping[Any, Any], what: str) -> dict[str, float]:
    return {
        name: row[f"{what}_mean"],
        f"{name}_low": row[f"{what}_low"],
        f"{name}_high": row[f"{what}_high"],
    }


def agreement_of(summary: pd.DataFrame) -> pd.DataFrame:
    """Whether what is better for an area is better for the company, over the points of a sweep.

    A row per KPI by which an area is judged: Spearman's rho between it, turned so that more is
    better, and company value, by points' means. Column `value` names what stands for that: the
    difference to the reference where all points share one, since it has the narrower interval; else
    the level, since each point would be measured against another firm. Empty where there are fewer
    than five points. Reference: MODEL s.9 (companion plot of the scorecard).
    """
    value = "value_year_clv"
    if {value, f"{value}_difference"} <= set(summary.columns):
        references = (summary[value] - summary[f"{value}_difference"]).round()
        value += "_difference" if references.nunique() == 1 else ""
    rows = [
        {
            "kpi": kpi.name,
            "area": kpi.area,
            "value": value,
            **rank_agreement(kpi.direction * summary[kpi.name], summary[value])._asdict(),
        }
        for kpi in KPIS
        if kpi.is_judged and {kpi.name, value} <= set(summary.columns)
    ]
    found = pd.DataFrame(rows, columns=["kpi", "area", "value", "points", "rho", "p_value"])
    return found[found["points"] >= LEAST]


def _typed(rows: pd.DataFrame, settings: Sequence[str]) -> pd.DataFrame:
    """Settings that are numbers at every point become numbers."""
    for key in settings:
        numbers = pd.to_numeric(rows[key], errors="coerce")
        if numbers.notna().all():
            rows[key] = numbers
    return rows


def _folder_name(points: Sequence[Point]) -> str:
    digest = tables.seal(canonical({"points": [p.scenario_address for p in points]}).encode())
    return f"sweep-{folder.file_name(points[0].name)}-{digest[:12]}"


def _write(
    target: folder.RunFolder,
    result: SweepResult,
    points: Sequence[Point],
    overrides: Sequence[Sequence[str]],
    console: Audience,
) -> None:
    target.begin()
    table = pa.Table.from_pandas(result.summary, preserve_index=False)
    target.write_table("summary", table.replace_schema_metadata(None))
    target.write("summary.csv", [result.summary.to_csv(index=False).encode()])
    target.write("agreement.csv", [result.agreement.to_csv(index=False).encode()])
    listed = [
        {"overrides": list(texts), "address": point.scenario_address, "config": point.config}
        for texts, point in zip(overrides, points, strict=True)
    ]
    target.write("points.json", [(json.dumps(listed, indent=1) + "\n").encode()])
    if result.is_balanced:
        console.draw_sweep(result)
    identity = {"sweep": result.name, "points": [point.scenario_address for point in points]}
    target.finish(identity, {})
