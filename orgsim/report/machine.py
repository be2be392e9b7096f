"""The same answers for a machine: one JSON object, plain names, null for what is not available.

What it is for: `orgsim run --json` and `orgsim sweep --json`, to be read by a script or a page.
Figures are in the units of the tables, unrounded; numbers that do not exist are null, never NaN.

Reference: RFC 8259 (JSON knows neither NaN nor infinity).
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from orgsim.experiment.compare import failed_checks
from orgsim.report.story import Story

if TYPE_CHECKING:
    import pandas as pd

    from orgsim.experiment.run import RunResult
    from orgsim.experiment.sweep import SweepResult
    from orgsim.report.story import KpiNote


def run_as_json(result: RunResult, kpis: Iterable[KpiNote] | None = None) -> str:
    """What a run found, as one JSON object and a line's end."""
    story = Story.of(result, kpis)
    answer = {
        "scenario": story.name,
        "title": story.title,
        "question": story.question,
        "replications": result.point.replications,
        "weeks": story.weeks,
        "start_date": story.start.isoformat(),
        "seed": story.seed,
        "reference": story.without,
        "balanced": result.is_balanced,
        "folder": str(result.folder),
        "targets": dict(story.targets),
        "summary": _records(result.summary),
        "value": _records(result.value_summary),
        "breaks": _records(story.breaks),
        "failed_checks": _records(failed_checks(result.audit)),
    }
    return json.dumps(answer, indent=1, allow_nan=False) + "\n"


def sweep_as_json(sweep: SweepResult) -> str:
    """A sweep's summary, as one JSON object and a line's end."""
    answer = {
        "sweep": sweep.name,
        "settings": list(sweep.settings),
        "folder": str(sweep.folder),
        "balanced": sweep.is_balanced,
        "points": _records(sweep.summary),
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
