"""The companion of the scorecard: an area's own number against company value, over a sweep.

One panel per number by which an area is judged, right of it better for the area, higher better for
the company; one point per setting. Points that fall to the right are the silo: the settings that
an area would choose for itself cost the company. Rho says how far both rank the settings alike.

Reference: MODEL s.9 (silo-paradox scorecard, companion plot: Spearman's rho over the sweep).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from orgsim.kpis import KPIS
from orgsim.report import key, labels, style
from orgsim.report.measures import Floats
from orgsim.report.tabular import short_names
from orgsim.report.verdicts import CLEAR, JUDGED_BY_EFFECT, serves_company
from orgsim.report.wording import NBSP, Scale, capital, compact, in_sentence, listed, scale_for

if TYPE_CHECKING:
    from orgsim.experiment.sweep import SweepResult

NAMED, LONGEST = 7, 12
"""Up to so many points each is named, if no name is longer than that."""
COLUMNS = 3
LEFT, BOTTOM, GAP, BETWEEN = 0.085, 0.105, 0.030, 0.175


def draw_companion(sweep: SweepResult) -> Figure | None:
    """The companion of a sweep; None where no area's number could be ranked beside value."""
    notes = {kpi.name: kpi for kpi in KPIS}
    ranked = [
        one
        for one in sweep.agreement.to_dict("records")
        if one["area"] not in JUDGED_BY_EFFECT and math.isfinite(one["rho"])
    ]
    if not ranked:
        return None
    value = str(ranked[0]["value"])
    money = scale_for("EUR", sweep.summary[value].to_numpy())
    figure = style.board_figure()
    points = len(sweep.summary)
    against = "less the same firm without its shocks" if "difference" in value else "itself"
    edge = style.frame(
        figure,
        message=_message(ranked, is_one=int(sweep.summary["replications"].max()) == 1),
        subtitle=f"{sweep.name}, {points} settings of {listed(short_names(sweep.settings))}: "
        f"areas' own numbers over the whole run against company value {against}; "
        f"{_sample(sweep)}. Rho: Spearman's rank correlation of the two.",
        source=f"orgsim · {sweep.folder.name}",
    )
    top = key.write_key(figure, edge, _key(sweep)) - 0.075
    rows = -(-len(ranked) // COLUMNS)
    width = (1.0 - style.MARGIN - LEFT - (COLUMNS - 1) * GAP) / COLUMNS
    height = (top - BOTTOM - (rows - 1) * BETWEEN) / rows
    zero = [0.0] if "difference" in value else []
    limits = _limits(np.append(sweep.summary[value].to_numpy(dtype=float), zero), room=0.2)
    for index, one in enumerate(ranked):
        row, column = divmod(index, COLUMNS)
        place = LEFT + column * (width + GAP), top - height - row * (height + BETWEEN)
        axes = figure.add_axes((*place, width, height))
        axes.set_ylim(*limits)
        axes.yaxis.set_major_formatter(
            FuncFormatter(lambda y, _: compact(y * money.factor, sign=True))
        )
        axes.yaxis.set_major_locator(MaxNLocator(5))
        if column:
            axes.tick_params(labelleft=False)
        else:
            axes.set_ylabel(f"company value, {money.unit}", fontsize=11)
        _draw_panel(axes, sweep, one, notes[one["kpi"]])
    return figure


def _message(ranked: Sequence[Mapping[Any, Any]], *, is_one: bool) -> str:
    """Which areas the settings serve at the company's cost, and which together with it."""
    signs: dict[str, set[bool]] = {}
    for one in ranked:
        if one["p_value"] < CLEAR:
            signs.setdefault(one["area"], set()).add(one["rho"] > 0)
    endings = (
        ({False}, "what is better for {} is worse for the company"),
        ({True}, "what is better for {} is better for the company"),
        ({True, False}, "the own numbers of {} pull both ways"),
    )
    said = [
        words.format(listed(areas))
        for side, words in endings
        if (areas := [area for area, found in signs.items() if found == side])
    ]
    if not said:
        return "No area's own number tells clearly which settings are good for the company"
    return capital(("in one replication each, " if is_one else "") + ", ".join(said))


def _sample(sweep: SweepResult) -> str:
    least, most = (int(of(sweep.summary["replications"])) for of in (min, max))
    if most == 1:
        return "chance is in every point"
    return f"means of {least} replications" if least == most else f"{least} to {most} replications"


def _key(sweep: SweepResult) -> list[key.Entry]:
    is_named = ", with its " + listed(short_names(sweep.settings)) if _names(sweep) else ""
    entries = [key.mark(f"a setting{is_named}", "o", style.SCENARIO, markersize=8.0)]
    if int(sweep.summary["replications"].max()) > 1:
        entries.append(
            key.line(f"95{NBSP}% intervals of both, as far as they fit", style.MUTED, width=0.8)
        )
    return entries


def _names(sweep: SweepResult) -> list[str]:
    """What each point is called; nothing where they are many or their names long."""
    words = sweep.summary[list(sweep.settings)].astype(str).agg(", ".join, axis=1).tolist()
    return words if len(words) <= NAMED and max(map(len, words)) <= LONGEST else []


def _limits(means: Floats, *, room: float) -> tuple[float, float]:
    """Room for every mean; an interval that is wider by far would hide them, and is cut."""
    drawn = means[np.isfinite(means)]
    margin = room * (float(np.ptp(drawn)) or abs(float(drawn[0])) or 1.0)
    return float(drawn.min()) - margin, float(drawn.max()) + margin


def _draw_panel(axes: Axes, sweep: SweepResult, one: Mapping[Any, Any], note: Any) -> None:
    frame, name, value = sweep.summary, str(one["kpi"]), str(one["value"])
    scale = scale_for(note.unit, frame[name].to_numpy())
    x, y = (frame[column].to_numpy(dtype=float) for column in (name, value))
    bounds = (f"{column}_{side}" for column in (name, value) for side in ("low", "high"))
    left, right, low, high = (frame[bound].to_numpy(dtype=float) for bound in bounds)
    looks: dict[str, Any] = {"color": style.MUTED, "linewidth": 0.8, "gid": "interval"}
    axes.plot([left, right], [y, y], **looks)
    axes.plot([x, x], [low, high], **looks)
    axes.plot(x, y, "o", color=style.SCENARIO, markersize=8.0, zorder=4, gid="points")
    if "difference" in value:
        axes.axhline(0.0, color=style.INK, linewidth=1.2, zorder=1)
    axes.set_xlim(*_limits(x, room=0.25))
    if note.direction < 0:
        axes.invert_xaxis()
    axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda at, _: f"{at * scale.factor:,.5g}"))
    axes.set_xlabel(f"{_unit(scale)}better for {note.area} ▶", fontsize=10.5)
    _head(axes, one, note)
    if names := _names(sweep):
        _name_points(axes, names, x, y)


def _unit(scale: Scale) -> str:
    return f"{scale.unit.strip()}, " if scale.unit.strip() else ""


def _head(axes: Axes, one: Mapping[Any, Any], note: Any) -> None:
    rho, p_value = float(one["rho"]), float(one["p_value"])
    colour = style.MUTED if p_value >= CLEAR else style.GOOD if rho > 0 else style.BAD
    title = f"{capital(note.area)}: {in_sentence(note.title)}"
    said = f"rho {compact(rho, sign=True)}: {serves_company(rho, p_value, note.direction)}"
    looks: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points"}
    axes.annotate(title, (0, 1), (0, 22), fontsize=12, weight="bold", **looks)
    axes.annotate(said, (0, 1), (0, 7), fontsize=10.5, color=colour, **looks)


def _name_points(axes: Axes, names: Sequence[str], x: Floats, y: Floats) -> None:
    """Each point by its settings, where there is room beside it."""
    named = [
        labels.Label(text, style.MUTED, np.array([[at, height]]))
        for text, at, height in zip(names, x, y, strict=True)
        if math.isfinite(at) and math.isfinite(height)
    ]
    labels.place(axes, named, [*zip(x[:, None], y[:, None], strict=True)])
