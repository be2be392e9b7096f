"""What a sweep says in the terminal: a row per point, then whom the settings serve.

The second table is the companion of the silo scorecard: does what is better for an area, over the
points of the sweep, go with more company value, or with less?

Reference: MODEL s.9 (silo-paradox scorecard, companion plot).
"""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from orgsim.experiment.sweep import LEAST
from orgsim.kpis import KPIS
from orgsim.report.measures import Estimate
from orgsim.report.story import FEW
from orgsim.report.tabular import MORE, in_thousands, new_table, short_names, shown
from orgsim.report.verdicts import serves_company
from orgsim.report.wording import HORIZONS, plain

if TYPE_CHECKING:
    import pandas as pd

    from orgsim.experiment.sweep import SweepResult


RANKS = (
    "Rho: rank correlation of the number, turned so that more is better for the area, with company "
    "value, by the settings' means. It is clear where chance orders the settings as well in fewer "
    "than one case of twenty; the luck within each setting is in its interval, not here."
)


def show_sweep(out: Console, sweep: SweepResult) -> None:
    """Print one row per point, its settings and its value, and what ranks the points as value."""
    table = new_table(f"Value against each point's own reference: {sweep.name}", width=out.width)
    for heading in short_names(sweep.settings):
        table.add_column(heading, overflow="fold", min_width=min(len(heading), 12))
    table.add_column("n", justify="right")
    for name in HORIZONS.values():
        table.add_column(f"{name.title}, kEUR", justify="right", no_wrap=True)
    table.add_column("itself, kEUR", justify="right", no_wrap=True)
    for one in sweep.summary.to_dict("records"):
        settings = [Text(str(one[setting])) for setting in sweep.settings]
        marks = "" if one["balanced"] else " DOES NOT BALANCE"
        ranges = [
            in_thousands(Estimate(one[name], one[f"{name}_low"], one[f"{name}_high"], 0))
            for name in _value_columns(sweep.summary)
        ]
        level = one.get("value_year_clv", math.nan)
        value = f"{1e-3 * level:,.0f}" if math.isfinite(level) else "n/a"
        table.add_row(*settings, f"{one['replications']}{marks}", *ranges, value)
    out.print()
    out.print(table)
    out.print()
    _show_agreement(out, sweep)
    if sweep.cut_short:
        said = (
            f"At {sweep.cut_short} of {len(sweep.summary)} settings a shock goes on beyond the run"
        )
        out.print(textwrap.fill(f"{said}: what comes then is in no figure.", out.width))
    least = int(sweep.summary["replications"].min())
    if least < FEW:
        wide = f"Intervals of {least} replications are wide"
        said = "One replication has no interval and proves nothing" if least == 1 else wide
        out.print(textwrap.fill(f"{said}: {MORE} for a verdict.", out.width))
    out.print(f"Results  {shown(sweep.folder / 'summary.csv')}", soft_wrap=True)
    if (chart := sweep.folder / "companion.png").exists():
        out.print(f"Chart    {shown(chart)}", soft_wrap=True)


def _show_agreement(out: Console, sweep: SweepResult) -> None:
    """Whether each area's own number ranks the points as company value does."""
    if not sweep.is_balanced:
        return
    ranked = [one for one in sweep.agreement.to_dict("records") if math.isfinite(one["rho"])]
    if not ranked:
        why = f"fewer than {LEAST} settings have a company value, or all have the same"
        out.print(textwrap.fill(f"Whom the settings serve is not said: {why}.", out.width))
        return
    notes = {kpi.name: kpi for kpi in KPIS}
    points = min(one["points"] for one in ranked)
    title = f"Is better for an area better for the company, over {points} settings?"
    table = new_table(title, width=out.width)
    for heading in ("", "over the whole run", "Spearman's rho"):
        table.add_column(heading, justify="right" if "rho" in heading else "left")
    for one in ranked:
        note, rho = notes[one["kpi"]], one["rho"]
        said = serves_company(rho, one["p_value"], note.direction)
        table.add_row(f"  {one['area']}: {plain(note.title)}", said, f"{rho:+.2f}")
    out.print(table)
    out.print(textwrap.fill(RANKS, out.width))
    out.print()


def _value_columns(summary: pd.DataFrame) -> list[str]:
    names = ("value_year_difference", "value_year_clv_difference", "value_cash_trough_difference")
    return [name for name in names if name in summary.columns]
