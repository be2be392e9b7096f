"""KPIs of what support gives customers whom the firm has failed (MODEL M4.10).

Where nobody is empowered to give anything there is nothing to measure: not available, never 0.
"""

from __future__ import annotations

from orgsim.entities import Floats
from orgsim.facts import RecoveryGiven
from orgsim.kpis.base import SEGMENTS, Kpi, Ratio, Window

_NOT_EMPOWERED = "not available where no agent is empowered (support.recovery.empowerment is 0)"


def _where_empowered(window: Window, denominator: Floats) -> Floats:
    return denominator * (window.scenario.support.recovery.empowerment > 0)


def _given(window: Window, segment: str) -> Ratio:
    return Ratio(window.count(RecoveryGiven, segment), _where_empowered(window, window.ones))


def _cost(window: Window, segment: str) -> Ratio:
    given = window.facts(RecoveryGiven, segment)
    spent = window.per_week(given["time"], given["cents"] / 100.0)
    return Ratio(spent, _where_empowered(window, window.ones))


KPIS = (
    Kpi(
        name="recoveries",
        title="Recoveries given",
        unit="n",
        area="support",
        direction=0,
        is_volume=True,
        section="M4.10",
        formula="credits, replacements and call-backs that agents gave for a failure, sum of weeks",
        open_items=f"a call-back counts when it is promised, not when it is made; {_NOT_EMPOWERED}",
        segments=SEGMENTS,
        over_time="sum",
        measure=_given,
    ),
    Kpi(
        name="recovery_cost",
        title="Cost of recoveries",
        unit="EUR",
        area="support",
        direction=-1,
        is_volume=True,
        section="M4.10",
        formula="credits and replacements given, at cost, sum of weeks; call-backs cost hours",
        open_items=_NOT_EMPOWERED,
        segments=SEGMENTS,
        over_time="sum",
        measure=_cost,
    ),
)
