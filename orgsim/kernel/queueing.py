"""Closed forms of a waiting line: Erlang B, Erlang C and Erlang A.

What of the real organisation: one team of equal servers (agents, sales reps) with one queue, first
come first served. Planners inside the model staff by these formulas, as real planners do, and the
tests hold the simulated pools against them.

Assumptions: Poisson arrivals, exponential service, exponential patience (or none), steady state.
For any service law the loss formula (Erlang B) holds as it stands.

All times are in one unit of the caller's choice (the model uses hours), all rates per that unit.

Numbers: every sum runs over ratios of neighbouring states with the state "all servers busy, nobody
waiting" as 1, so nothing overflows at any size, and small probabilities keep their digits.

Reference: Garnett, Mandelbaum and Reiman (2002), Designing a call center with impatient
customers, Manufacturing & Service Operations Management 4(3). Decisions of MODEL.md: s.10 RC-1..8.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from orgsim.errors import ModelError

__all__ = [
    "WaitingLine",
    "effective_arrivals",
    "erlang_b",
    "erlang_c",
    "fewest_servers",
    "waiting_line",
]

_NEGLIGIBLE = 1e-17  # of the sum so far: below the last digit of a double
_RESCALE = 1e250
_MOST_WAITING = 1_000_000


def erlang_b(offered_load: float, servers: int) -> float:
    """Return the share of arrivals lost when nobody can wait.

    offered_load is arrival rate times mean service (Erlang). Also the share of demand lost in an
    (S-1, S) stock of `servers` units without backorders (Feeney and Sherbrooke 1966).
    Raises ModelError on a negative or non-finite load or fewer than one server.
    Source: Erlang 1917; recursion in the number of servers.
    """
    _check_load(offered_load)
    _check_servers(servers)
    return 1.0 / _inverse_loss(offered_load, servers) if offered_load > 0.0 else 0.0


def erlang_c(offered_load: float, servers: int) -> float:
    """Return the probability of waiting when everybody waits for ever.

    1 when the load is not below the number of servers (the queue then grows without limit).
    Raises ModelError like `erlang_b`. Source: Erlang 1917.
    """
    loss = erlang_b(offered_load, servers)
    idle = 1.0 - offered_load / servers
    return loss / (idle + loss * (1.0 - idle)) if idle > 0.0 else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingLine:
    """Steady state of one queue with `servers` equal servers (M/M/c, or M/M/c+M with patience).

    Times in the unit of the caller. `mean_wait` is over all arrivals, those who leave included;
    `mean_wait_of_answered` over those who are served (the trade's ASA).
    """

    arrival_rate: float
    mean_service: float
    servers: int
    mean_patience: float
    probability_of_waiting: float
    probability_of_abandonment: float
    mean_queue: float
    mean_wait: float
    mean_wait_of_answered: float
    occupancy: float
    _waiting: tuple[float, ...] = field(repr=False, compare=False)

    def answered_within(self, limit: float) -> float:
        """Return the share of all arrivals that is answered after a wait of at most `limit`.

        Who leaves counts as not answered. Source: pure death process seen by an arrival;
        given j waiting, the wait of who is served is -ln(Beta)/theta (order statistics).
        """
        _check_time("limit", limit)
        service, leaving = self._rates()
        served = 1.0 - self.probability_of_waiting
        late = _still_waiting(service + leaving, leaving, limit)
        for j, share in enumerate(self._waiting):
            stays = service / (service + (j + 1) * leaving)
            served += share * stays * (1.0 - next(late))
        return min(1.0, served)

    def waits_longer_than(self, limit: float) -> float:
        """Return the share of all arrivals that is in the queue for more than `limit`."""
        _check_time("limit", limit)
        service, leaving = self._rates()
        still = _still_waiting(service, leaving, limit)
        offered = sum(share * next(still) for share in self._waiting)
        return min(1.0, offered) * math.exp(-leaving * limit)

    def wait_quantile(self, share: float) -> float:
        """Return the time that `share` of all arrivals do not exceed in the queue (0 if no wait).

        Raises ModelError unless 0 < share < 1. By bisection, to about 1e-13 of the bracket.
        """
        if not 0.0 < share < 1.0:
            raise ModelError(f"quantile of the wait: share must lie between 0 and 1, not {share}")
        high = self.mean_service
        while self.waits_longer_than(high) > 1.0 - share:
            high *= 2.0
        low = 0.0
        for _ in range(60):
            middle = 0.5 * (low + high)
            if self.waits_longer_than(middle) > 1.0 - share:
                low = middle
            else:
                high = middle
        return high if high > self.mean_service * 1e-9 else 0.0

    def _rates(self) -> tuple[float, float]:
        leaving = 0.0 if math.isinf(self.mean_patience) else 1.0 / self.mean_patience
        return self.servers / self.mean_service, leaving


def waiting_line(
    arrival_rate: float,
    mean_service: float,
    servers: int,
    mean_patience: float = math.inf,
) -> WaitingLine:
    """Return the steady state of an Erlang A line, or of Erlang C if patience is infinite.

    Raises ModelError on impossible input, and for infinite patience when the load is not below
    the number of servers (no steady state). Source: birth-death balance; mean wait by Little's
    law; the answered wait a sum of exponential stages, for j waiting of rates s + k theta.
    """
    _check_input(arrival_rate, mean_service, servers, mean_patience)
    load, service = arrival_rate * mean_service, servers / mean_service
    leaving = 0.0 if math.isinf(mean_patience) else 1.0 / mean_patience
    if leaving == 0.0 and load >= servers:
        raise ModelError(
            f"no steady state: load {load:g} Erlang on {servers} servers and nobody ever leaves"
        )
    waiting = _waiting_distribution(arrival_rate, load, servers, service, leaving)
    queue = sum(j * share for j, share in enumerate(waiting))
    abandonment = leaving * queue / arrival_rate if arrival_rate > 0.0 else 0.0
    stage_sum, answered_wait = 0.0, 0.0
    for j, share in enumerate(waiting):
        rate = service + (j + 1) * leaving
        stage_sum += 1.0 / rate
        answered_wait += share * (service / rate) * stage_sum
    return WaitingLine(
        arrival_rate=arrival_rate,
        mean_service=mean_service,
        servers=servers,
        mean_patience=mean_patience,
        probability_of_waiting=sum(waiting),
        probability_of_abandonment=abandonment,
        mean_queue=queue,
        mean_wait=queue / arrival_rate if arrival_rate > 0.0 else 0.0,
        mean_wait_of_answered=answered_wait / (1.0 - abandonment),
        occupancy=load * (1.0 - abandonment) / servers,
        _waiting=waiting,
    )


def fewest_servers(
    arrival_rate: float,
    mean_service: float,
    mean_patience: float,
    is_enough: Callable[[WaitingLine], bool],
    *,
    at_most: int = 100_000,
) -> int:
    """Return the smallest number of servers whose line `is_enough`.

    `is_enough` must stay true once it is true as servers are added (abandonment, waits, service
    level and occupancy all behave so). Raises ModelError if `at_most` servers do not do.
    """
    _check_input(arrival_rate, mean_service, 1, mean_patience)
    low = int(arrival_rate * mean_service) if math.isinf(mean_patience) else 0

    def enough(servers: int) -> bool:
        return is_enough(waiting_line(arrival_rate, mean_service, servers, mean_patience))

    high = low + 1
    while not enough(high):
        if high >= at_most:
            raise ModelError(f"even {at_most} servers do not meet the aim of the staffing plan")
        low, high = high, min(2 * high, at_most)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def effective_arrivals(first_attempts: float, retry_share: float, abandonment: float) -> float:
    """Return the arrival rate including retries: lambda / (1 - r P(abandon)) (MODEL M4.4).

    `first_attempts` per time unit; `retry_share` of those who leave try again, any number of times.
    """
    again = retry_share * abandonment
    if not (first_attempts >= 0.0 and 0.0 <= again < 1.0):
        raise ModelError(f"retries diverge: {first_attempts=}, {retry_share=}, {abandonment=}")
    return first_attempts / (1.0 - again)


def _inverse_loss(load: float, servers: int) -> float:
    """Return 1 / Erlang B: 1/B(n) = 1 + n/a * 1/B(n-1); inf once B is below the double range."""
    inverse = 1.0
    for n in range(1, servers + 1):
        inverse = 1.0 + inverse * n / load
    return inverse


def _waiting_distribution(
    arrival_rate: float, load: float, servers: int, service: float, leaving: float
) -> tuple[float, ...]:
    """Return P(all servers busy and j waiting) for j = 0, 1, ... until the rest is negligible."""
    if arrival_rate == 0.0:
        return (0.0,)
    below = _inverse_loss(load, servers) - 1.0  # weight of the states with an idle server
    weight, total = 1.0, 1.0
    weights = [1.0]
    while weight > _NEGLIGIBLE * total or arrival_rate > service + len(weights) * leaving:
        if len(weights) >= _MOST_WAITING:
            raise ModelError(f"load {load:g} on {servers} servers is too near its limit to sum up")
        weight *= arrival_rate / (service + len(weights) * leaving)
        weights.append(weight)
        total += weight
        if weight > _RESCALE:
            weights = [w / _RESCALE for w in weights]
            weight, total, below = weight / _RESCALE, total / _RESCALE, below / _RESCALE
    everything = below + total
    return tuple(w / everything for w in weights)


def _still_waiting(first_rate: float, leaving: float, limit: float) -> Iterator[float]:
    """Yield for j = 0, 1, ... the probability that j + 1 departures take longer than `limit`.

    The k-th from last departure has rate first_rate + k * leaving; the sum over j is an
    incomplete beta function (a Poisson sum if nobody leaves), built term by term in logarithms.
    """
    gap = limit if leaving == 0.0 else -math.expm1(-leaving * limit) / leaving
    probability = math.exp(-first_rate * limit)
    yield probability
    if gap == 0.0:
        while True:
            yield 1.0
    log_term, log_gap, b = -first_rate * limit, math.log(gap), 0
    while True:
        log_term += log_gap + math.log((first_rate + b * leaving) / (b + 1))
        probability = min(1.0, probability + math.exp(log_term))
        b += 1
        yield probability


def _check_input(arrival_rate: float, mean_service: float, servers: int, patience: float) -> None:
    if not (math.isfinite(arrival_rate) and arrival_rate >= 0.0):
        raise ModelError(f"arrival rate must be finite and not negative, not {arrival_rate}")
    if not (math.isfinite(mean_service) and mean_service > 0.0):
        raise ModelError(f"mean service must be finite and positive, not {mean_service}")
    if not patience > 0.0:
        raise ModelError(f"mean patience must be positive (or infinite), not {patience}")
    _check_servers(servers)


def _check_load(load: float) -> None:
    if not (math.isfinite(load) and load >= 0.0):
        raise ModelError(f"offered load must be finite and not negative, not {load}")


def _check_servers(servers: int) -> None:
    if isinstance(servers, bool) or not isinstance(servers, int) or servers < 1:
        raise ModelError(f"the number of servers must be a whole number from 1, not {servers!r}")


def _check_time(what: str, time: float) -> None:
    if not (math.isfinite(time) and time >= 0.0):
        raise ModelError(f"{what} must be finite and not negative, not {time}")
