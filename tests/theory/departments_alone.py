"""One department alone, by configuration only (MODEL O5): the parts named, fed by simple sources.

Nothing here reaches into the model: a scenario is resolved from overrides as a user would write
them, simulated, and its facts are counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from orgsim.config.compose import resolve
from orgsim.config.schema import Scenario
from orgsim.kernel.distributions import Fixed, Gamma, Law
from orgsim.organisation import simulate
from orgsim.units import DAY, WEEK
from tests.theory.formulas import TWENTY_SECONDS, Line, Shelf
from tests.theory.tools import Simulated, over_ratios
from tests.unit.parts import PLAIN

Column = NDArray[np.float64]
MARGIN = DAY  # who comes on the last day may still wait at the horizon, so is not counted
SEED = 20240101


@cache
def lone(parts: str, source: str, values: tuple[str, ...], weeks: int) -> Scenario:
    """The plain firm reduced to `parts`, with one simple source and these further overrides."""
    own = {value.partition("=")[0].lstrip("+~") for value in values}
    return resolve(
        "baseline",
        [
            *(plain for plain in PLAIN if plain.partition("=")[0] not in own),
            f"organisation.parts=[{parts}]",
            "organisation.channels={}",
            f"sources={{alone: {source}}}",
            f"run.weeks={weeks}",
            "run.warmup=0h",
            f"run.seed={SEED}",
            *values,
        ],
    ).scenario


def columns(scenario: Scenario, replication: int, *kinds: type) -> list[dict[str, Column]]:
    journal = simulate(scenario, replication)
    return [journal.columns(kind) for kind in kinds]


def poisson(rate: float, to: str, segment: str = "base") -> str:
    return f"{{kind: poisson, rate: {rate!r}/h, to: {to}, segment: {segment}}}"


def exponential(hours: float) -> str:
    return f"{{kind: exponential, mean: {hours!r}h}}"


def written(law: Law) -> str:
    """A law of hours as a person writes it."""
    said = law.model_dump()
    for name in ("mean", "low", "high"):
        if name in said:
            said[name] = f"{said[name]!r}h"
    if "values" in said:
        said["values"] = f"[{', '.join(f'{hours!r}h' for hours in said['values'])}]"
        said["weights"] = list(said["weights"])
    return "{" + ", ".join(f"{name}: {value}" for name, value in said.items()) + "}"


def over_waits(
    visits: Sequence[tuple[Column, Column, Column]], weeks: int, warm_up: float
) -> dict[str, Simulated]:
    """The measures of a waiting line from (arrival, wait, was served) of each replication."""
    rows = []
    for arrived, wait, served in visits:
        window = (arrived >= warm_up) & (arrived < weeks * WEEK - MARGIN)
        w, s = wait[window], served[window].astype(bool)
        in_time = np.count_nonzero(s & (w <= TWENTY_SECONDS))
        rows.append((w.size, np.count_nonzero(w > 0.0), w.sum(), s.sum(), w[s].sum(), in_time))
    n, waited, hours, answered, hours_answered, in_time_all = np.array(rows, dtype=float).T
    measures = {
        "share that waits": over_ratios(waited, n),
        "mean wait": over_ratios(hours, n),
        "answered in 20 s": over_ratios(in_time_all, n),
    }
    if (answered < n).any():
        measures |= {
            "share that leaves": over_ratios(n - answered, n),
            "mean wait of answered": over_ratios(hours_answered, answered),
            "departures per hour of waiting": over_ratios(n - answered, hours),
        }
    return measures


def support_alone(line: Line, *values: str, weeks: int, segment: str = "base") -> Scenario:
    """Support with one phone queue: no self-service, no email, agents round the clock."""
    endless = line.patience == float("inf")
    patience = "{kind: never}" if endless else exponential(line.patience)
    service = exponential(line.service)
    if line.service_law == "gamma":
        service = written(Gamma[float](kind="gamma", mean=line.service, cv=0.5))
    return lone(
        "support",
        poisson(line.arrivals, "contacts", segment),
        (
            f"support.agents={{Mon-Sun 00-24: {line.servers}}}",
            "support.contained_share=0",
            "support.email_share=0",
            f"support.handle_time={service}",
            f"support.patience={patience}",
            *values,
        ),
        weeks,
    )


def shelf_alone(shelf: Shelf, weeks: int) -> Scenario:
    """Logistics and its supplier under continuous review, every order for one chassis.

    The benches are closed (capacity 0), so that orders end where their parts are set aside.
    """
    opening = shelf.reorder + shelf.quantity
    policy = f"kind: base_stock, level: {opening}"
    if shelf.quantity > 1:
        lots = f"order_quantity: {shelf.quantity}"
        policy = f"kind: reorder_point, reorder_point: {shelf.reorder}, {lots}"
    law: Law = Fixed[float](kind="fixed", mean=shelf.lead_time)
    if shelf.lead_time_cv:
        law = Gamma[float](kind="gamma", mean=shelf.lead_time, cv=shelf.lead_time_cv)
    return lone(
        "logistics,supplier",
        poisson(shelf.demand, "orders"),
        (
            f"logistics.chassis.policy={{{policy}, review: 0h}}",
            f"logistics.chassis.opening_stock={opening}",
            f"logistics.stock_out.lost={int(shelf.is_lost)}",
            "logistics.capacity_per_day=0",
            "logistics.wave=2h",
            f"supplier.chassis={{capacity: null, transit: {written(law)}, crossing: true}}",
        ),
        weeks,
    )
