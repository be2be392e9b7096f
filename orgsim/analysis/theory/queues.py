"""Waiting lines: the Erlang formulas of `orgsim.kernel.queueing`, and the general single server.

What of the real organisation: reps, agents and benches that people or parcels wait for.
Reference: Gross, Shortle, Thompson and Harris, Fundamentals of Queueing Theory.
"""

from __future__ import annotations

from orgsim.errors import ModelError
from orgsim.kernel.queueing import (
    WaitingLine,
    effective_arrivals,
    erlang_b,
    erlang_c,
    fewest_servers,
    waiting_line,
)

__all__ = [
    "WaitingLine",
    "effective_arrivals",
    "erlang_b",
    "erlang_c",
    "fewest_servers",
    "mean_wait_m_g_1",
    "waiting_line",
]


def mean_wait_m_g_1(arrival_rate: float, mean_service: float, cv: float) -> float:
    """Return the mean wait in queue of one server with any service law (RC-29).

    cv is the coefficient of variation of the service time; the wait is in the unit of
    `mean_service`. The same for every order of service that does not look at service times (MODEL
    M2.1: last in, first out leaves it unchanged). Raises ModelError unless the load is below 1.
    Source: Pollaczek-Khinchine, Wq = lambda E[S^2] / (2 (1 - rho)).
    """
    load = arrival_rate * mean_service
    if not (arrival_rate >= 0.0 and mean_service > 0.0 and cv >= 0.0 and load < 1.0):
        raise ModelError(f"no steady state: {arrival_rate=}, {mean_service=}, {cv=}")
    return load * mean_service * (1.0 + cv * cv) / (2.0 * (1.0 - load))
