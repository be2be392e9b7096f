"""What the cascade shows, in the order in which the effect travels through the organisation.

Demand (marketing, sales) meets stock, backlog and promises (logistics), then support, then what
customers feel and what the company earns. Adding a panel means adding an entry here; KPI names
are those of `orgsim.kpis`.

Reference: MODEL s.12 (what leads and what lags).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

COMPANY = ("all", "base")
BASE = ("base", "all")
NICHE = ("niche",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One KPI in a panel; the first of `segments` that has values is drawn.

    `breaks` names the first break (a row of `breaks.parquet`) to be marked on this line, and
    `broken` says it in words.
    """

    kpi: str
    segments: tuple[str, ...] = COMPANY
    label: str = ""
    is_niche: bool = False
    breaks: str = ""
    broken: str = "breaks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """What one small chart shows.

    `against` draws levels beside the reference, the paired difference to it, or that cumulated.
    `full` is the value at which the scale of the KPI ends (1 for a share), if it has an end;
    `cut` is where the axis ends at the latest, so that a far line does not flatten the others.
    """

    area: str
    title: str
    lines: tuple[Line, ...]
    against: Literal["level", "difference", "cumulated difference"] = "level"
    full: float = 0.0
    cut: float = math.inf


PANELS = (
    Panel(area="marketing", title="Leads", lines=(Line(kpi="leads", label="this scenario"),)),
    Panel(area="sales", title="Bookings", lines=(Line(kpi="bookings"),)),
    Panel(
        area="logistics",
        title="Stock cover",
        lines=(
            Line(
                kpi="cover_chassis",
                label="shared chassis",
                breaks="cover_chassis",
                broken="runs out",
            ),
            Line(
                kpi="cover_kit",
                segments=("niche", "all"),
                label="niche kits",
                is_niche=True,
                breaks="cover_kit",
                broken="run out",
            ),
        ),
        cut=40.0,
    ),
    Panel(
        area="logistics",
        title="Open orders",
        lines=(Line(kpi="backlog", breaks="backlog", broken="doubled"),),
    ),
    Panel(
        area="logistics",
        title="Promises kept",
        lines=(
            Line(kpi="otif", segments=BASE, label="base", breaks="otif", broken="short"),
            Line(
                kpi="otif",
                segments=NICHE,
                label="niche",
                is_niche=True,
                breaks="otif_niche",
                broken="most broken",
            ),
        ),
        full=1.0,
    ),
    Panel(area="support", title="Contacts", lines=(Line(kpi="contacts"),)),
    Panel(
        area="support",
        title="Callers who give up",
        lines=(Line(kpi="abandonment", breaks="abandonment", broken="twice the target"),),
    ),
    Panel(
        area="customers",
        title="Satisfaction",
        lines=(
            Line(kpi="satisfaction", segments=BASE, label="base"),
            Line(
                kpi="satisfaction",
                segments=NICHE,
                label="niche",
                is_niche=True,
                breaks="satisfaction",
                broken="a point short",
            ),
        ),
        full=10.0,
    ),
    Panel(
        area="customers",
        title="Active customers",
        lines=(
            Line(kpi="active_customers", segments=("base",), label="base"),
            Line(kpi="active_customers", segments=NICHE, label="niche", is_niche=True),
        ),
        against="difference",
    ),
    Panel(
        area="company",
        title="Contribution, summed",
        lines=(Line(kpi="contribution"),),
        against="cumulated difference",
    ),
)
