"""The same answers for a machine: one JSON object, plain names, null for what is not available.

What it is for: `orgsim run --json` and `orgsim sweep --json`, to be read by a script or a page.
Figures are in the units of the tables, unrounded; numbers that do not exist are null, never NaN.

Reference: RFC 8259 (JSON knows neither NaN nor infinity).
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from orgsim.experiment.compare import failed_checks, variance_reduction
from orgsim.report.headline import headline
from orgsim.report.paradox import hurting_success, in_words
from orgsim.report.story import HOURS_PER_WEEK, Story
from orgsim.report.verdicts import attainments, whole_run
from orgsim.report.wording import HORIZONS

if TYPE_CHECKING:
    import pandas as pd

    from orgsim.experiment.beside import Comparison
    from orgsim.experiment.run import RunResult
    from orgsim.experiment.sweep import SweepResult
    from orgsim.report.measures import Estimate
    from orgsim.report.story import KpiNote
    from orgsim.report.verdicts import Line


def runs_as_json(
    results: Sequence[RunResult],
    kpis: Iterable[KpiNote] | None = None,
    *,
    comparison: Comparison | None = None,
) -> str:
    """What a run found, as one JSON object and a line's end.

    Of several: `scenarios`, each as if alone, and `comparison`, a row per figure of its table.
    """
    answers = [_run(result, kpis) for result in results]
    several = {
        "scenarios": answers,
        "comparison": _records(comparison.figures) if comparison else None,
        "comparison_table": str(comparison.path) if comparison else None,
    }
    answer = answers[0] if len(answers) == 1 else several
    return json.dumps(answer, indent=1, allow_nan=False) + "\n"


def _run(result: RunResult, kpis: Iterable[KpiNote] | None) -> dict[str, Any]:
    story = Story.of(result, kpis)
    return {
        "scenario": story.name,
        "title": story.title,
        "question": story.question,
        "headline": headline(story) if result.is_balanced else None,
        "replications": result.point.replications,
        "weeks": story.weeks,
        "start_date": story.start.isoformat(),
        "seed": story.seed,
        "reference": story.without,
        "reference_in_words": result.point.reference,
        "balanced": result.is_balanced,
        "folder": str(result.folder),
        "targets": dict(story.targets),
        "shock_weeks": [_attained(line) for area in attainments(story).values() for line in area],
        "summary": _summary(story),
        "value": _value(story),
        "variance_reduction": _plain(variance_reduction(result.value, "year+CLV")),
        "breaks": _breaks(story),
        "responses": _records(story.responses),
        "success_that_hurts": _hurting(story),
        "failed_checks": _records(failed_checks(result.audit)),
    }


def _attained(line: Line) -> dict[str, Any]:
    """A row of the table of targets in the weeks of the shock."""
    own, other = line.verdicts
    return {
        "kpi": line.name,
        "title": line.title,
        "unit": line.unit,
        "target": line.target,
        **_figures("scenario", line.scenario),
        "scenario_verdict": own.words,
        **_figures("reference", line.reference),
        "reference_verdict": other.words,
    }


def _figures(what: str, found: Estimate) -> dict[str, Any]:
    return {f"{what}_{name}": _plain(getattr(found, name)) for name in ("mean", "low", "high", "n")}


def _summary(story: Story) -> list[dict[str, Any]]:
    """Every KPI and segment over the whole run, named and judged as in the terminal."""
    rows = _records(story.summary)
    for row in rows:
        if (kpi := story.kpis.get(row["kpi"])) is not None:
            line = whole_run(story, kpi, row["segment"])
            row |= {"title": line.title, "unit": line.unit, "target": line.target}
            row |= {"verdict": line.verdict.words}
    return rows


def _value(story: Story) -> list[dict[str, Any]]:
    rows = _records(story.value_summary)
    return [row | {"title": HORIZONS[row["horizon"]].title} for row in rows]


def _breaks(story: Story) -> list[dict[str, Any]]:
    """The first breaks with the dates and calendar weeks that table and chart show."""
    rows = _records(story.breaks)
    for row in rows:
        row["title"] = story.break_title(row["name"])
        for time in ("median", "earliest", "latest"):
            hours = row[time]
            day = None if hours is None else story.day(hours / HOURS_PER_WEEK)
            row[f"{time}_date"] = None if day is None else day.isoformat()
            row[f"{time}_week"] = None if day is None else day.isocalendar().week
    return rows


def _hurting(story: Story) -> dict[str, Any] | None:
    """Whose success hurt whom, in words and figures; null where the pattern is not there."""
    found = hurting_success(story)
    if found is None:
        return None
    return {
        "words": in_words(found, story),
        "successes": [
            {"area": one.area, "kpi": one.kpi, **_figures("excess", one.excess)}
            for one in found.successes
        ],
        "customers": {
            "kpi": found.customers.name,
            "segment": found.customers.segment,
            **_figures("difference", found.customers.difference),
        },
        "company": _figures("difference", found.company.difference),
        **_figures("paradox_index", found.index),
        "paradox_flagged": found.is_flagged,
    }


def sweep_as_json(sweep: SweepResult) -> str:
    """A sweep's summary, as one JSON object and a line's end."""
    answer = {
        "sweep": sweep.name,
        "settings": list(sweep.settings),
        "folder": str(sweep.folder),
        "balanced": sweep.is_balanced,
        "points": _records(sweep.summary),
        "agreement": _records(sweep.agreement),
    }
    return json.dumps(answer, indent=1, allow_nan=False) + "\n"


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {str(key): _plain(value) for key, value in row.items()} for row in frame.to_dict("records")
    ]


def _plain(value: Any) -> Any:
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
