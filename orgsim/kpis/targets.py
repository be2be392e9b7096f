"""Why a KPI has no target: what only counts does not judge (MODEL s.9, O3).

A target is one absolute value that is healthy whatever else happens. Of many KPIs there is none:
volumes and totals follow demand and the length of the run, some are healthy within a range, of
others MODEL s.9 names no value. Who may have one says `config.schema.TARGETS`.
"""

from __future__ import annotations

from collections.abc import Mapping

from orgsim.kpis.base import Kpi

_RANGE = "healthy is a range, 12 to 20 days of cover: too much stock is as wrong as too little"
REASONS: Mapping[str, str] = {
    "leads_of_target": "measured against targets.leads, so that 1 meets it",
    "bookings_of_quota": "measured against targets.bookings, so that 1 meets it",
    "cover_chassis": _RANGE,
    "cover_kit": _RANGE,
    "inventory_turns": _RANGE,
    "overdue": "2 % of a day's orders would be healthy, which depends on how many there are",
    "otif_on_record": "judged is what was promised (targets.otif), not what is on record",
    "contribution": "a total of the run: targets.contribution_share judges it by revenue",
    "residual_clv": "it follows how many customers there are, as active_customers does",
    "cash": "a total since the start: it grows with the weeks",
}
_COUNTED = frozenset({"1/d", "n", "orders", "units", "FTE"})


def why_no_target(kpi: Kpi) -> str:
    """The reason: its own one, or that of its kind."""
    if kpi.name in REASONS:
        return REASONS[kpi.name]
    if kpi.over_time == "sum":
        return "a total of the run: it grows with the weeks"
    if kpi.is_volume or kpi.unit in _COUNTED:
        return "it counts and does not judge: there is no healthy size of it by itself"
    if not kpi.direction:
        return "it describes and does not judge: neither more nor less of it is better"
    return "no healthy value of it is known (MODEL s.9 names none)"
