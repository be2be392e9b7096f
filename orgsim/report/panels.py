"""What the cascade shows, in the order in which the effect travels through the organisation.

Three rows of three: demand and the stock it meets, the service that customers get, the outcome.
Adding a panel means adding an entry here. A panel is named by the titles of its KPIs in
`orgsim.kpis`; what it says above its lines comes from `findings`.

Reference: MODEL s.12 (what leads and what lags).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

COMPANY = ("all", "base")
BASE = ("base", "all")
NICHE = ("niche",)

Look = Literal["firm", "second", "base", "niche"]
Says = Literal["attainment", "break", "peak", "end"]
"""What the line above a panel tells: how far the target is beaten, what broke first and when, how
far it strays from the reference at most, or where it ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One KPI in a panel; the first of `segments` that has values is drawn.

    `look` says whose number it is (see `style.LOOKS`), `breaks` names the first break (a row of
    `breaks.parquet`) that may be marked on this line.
    """

    kpi: str
    segments: tuple[str, ...] = COMPANY
    label: str = ""
    look: Look = "firm"
    breaks: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """What one small chart shows.

    `against` draws shares of the target, levels beside the reference, or the paired difference.
    `full` is the value at which the scale of the KPI ends (1 for a share), if it has an end;
    `cut` is where the axis ends at the latest, so that a far line does not flatten the others;
    `is_rating` lets the axis begin above zero, where zero is no natural level.
    """

    lines: tuple[Line, ...]
    says: Says
    against: Literal["target", "level", "difference"] = "level"
    full: float = 0.0
    cut: float = math.inf
    is_rating: bool = False


ROWS = (
    (
        "Demand, stock",
        (
            Panel(
                lines=(Line(kpi="leads"), Line(kpi="bookings", look="second")),
                says="attainment",
                against="target",
            ),
            Panel(
                lines=(
                    Line(kpi="cover_chassis", breaks="cover_chassis"),
                    Line(
                        kpi="cover_kit", segments=("niche", "all"), look="niche", breaks="cover_kit"
                    ),
                ),
                says="break",
                cut=40.0,
            ),
            Panel(lines=(Line(kpi="backlog", breaks="backlog"),), says="break"),
        ),
    ),
    (
        "Service",
        (
            Panel(
                lines=(
                    Line(kpi="otif", segments=BASE, look="base", breaks="otif"),
                    Line(kpi="otif", segments=NICHE, look="niche", breaks="otif_niche"),
                ),
                says="break",
                full=1.0,
            ),
            Panel(lines=(Line(kpi="contacts"),), says="peak"),
            Panel(lines=(Line(kpi="abandonment", breaks="abandonment"),), says="break"),
        ),
    ),
    (
        "Outcome",
        (
            Panel(
                lines=(
                    Line(kpi="satisfaction", segments=BASE, look="base"),
                    Line(kpi="satisfaction", segments=NICHE, look="niche", breaks="satisfaction"),
                ),
                says="break",
                is_rating=True,
            ),
            Panel(
                lines=(
                    Line(kpi="active_customers", segments=("base",), look="base"),
                    Line(kpi="active_customers", segments=NICHE, look="niche"),
                ),
                says="end",
                against="difference",
            ),
            Panel(lines=(Line(kpi="cash"),), says="end", against="difference"),
        ),
    ),
)
PANELS = tuple(panel for _, panels in ROWS for panel in panels)
