"""KPIs: pure functions of the journal, by area, segment and week, with owner, unit and target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from orgsim.config.schema import Scenario
from orgsim.kernel.journal import Journal
from orgsim.kpis import (
    after_sale,
    books,
    demand,
    experience,
    fulfilment,
    lifetime,
    loyalty,
    making_good,
    money,
    problems,
    promise_keeping,
    reach,
    replenishing,
    service,
    supply,
    voice,
)
from orgsim.kpis.audit import audit
from orgsim.kpis.base import Kpi, Window
from orgsim.kpis.breaks import breaks
from orgsim.kpis.response import responses

__all__ = ["KPIS", "Kpi", "Measures", "measure"]

KPIS: tuple[Kpi, ...] = (
    *demand.KPIS,
    *reach.KPIS,
    *fulfilment.KPIS,
    *supply.KPIS,
    *after_sale.KPIS,
    *replenishing.KPIS,
    *service.KPIS,
    *problems.KPIS,
    *making_good.KPIS,
    *experience.KPIS,
    *lifetime.KPIS,
    *voice.KPIS,
    *loyalty.KPIS,
    *promise_keeping.KPIS,
    *money.KPIS,
    *books.KPIS,
)
"""Every KPI, in the order in which work flows through the organisation."""

Columns = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """What one replication is reduced to, as plain columns; NaN is not available."""

    weekly: Columns
    totals: Columns
    value: Columns
    breaks: Columns
    responses: Columns
    audit: Columns


def measure(scenario: Scenario, journal: Journal) -> Measures:
    """Measure every KPI of one replication, week by week and over all measured weeks."""
    window, by_name = Window(scenario, journal), {kpi.name: kpi for kpi in KPIS}
    weeks = np.arange(window.weeks) - window.warmup
    rows: list[tuple[str, str, Any, float]] = []
    for kpi in KPIS:
        for segment in kpi.segments:
            ratio = kpi.measure(window, segment)
            total = kpi.total(ratio, window.warmup)
            rows.append((kpi.name, segment, ratio.weekly(), total))
    names, segments, values, totals = zip(*rows, strict=True)
    return Measures(
        weekly={
            "week": np.tile(weeks, len(rows)),
            "kpi": np.repeat(names, window.weeks),
            "segment": np.repeat(segments, window.weeks),
            "value": np.concatenate(values),
        },
        totals={"kpi": list(names), "segment": list(segments), "value": list(totals)},
        value=money.horizons(window),
        breaks=breaks(window, by_name),
        responses=responses(window, by_name),
        audit=audit(window),
    )
