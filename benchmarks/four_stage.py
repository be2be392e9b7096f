"""The same four-stage organisation twice: plain idiomatic SimPy, and orgsim's kernel.

Customers wait for a sales rep (hot ones first), then for stock that comes in daily deliveries;
after delivery they call support, and hang up when patience ends. About 97,000 customers in a year.
Both programs simulate the same laws with draws of their own and keep the times of every customer.

    python benchmarks/four_stage.py [--pairs 15] [--scale 0.25] [--reps 7]

The two run in alternation in one process; times are CPU times, and the ratio is the median over the
pairs. Memory is measured in a process each. With `--reps 5` sales cannot keep up: a crisis is a
deep queue.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import resource
import statistics
import time
from collections.abc import Callable, Generator
from itertools import pairwise
from typing import Any, NamedTuple

HOURS = 8760.0
CUSTOMERS_PER_HOUR = 11.07
TALK_HOURS, TALK_CV = 0.5, 0.8
HOT_SHARE = 0.3
OPENING_UNITS = 100
DAILY_UNITS = 280
DELIVERY_HOURS, DELIVERY_CV = 48.0, 0.5
AGENTS = 6
CALL_HOURS, CALL_CV = 0.5, 0.8
PATIENCE_HOURS = 0.5


class Outcome(NamedTuple):
    """What the two programs are compared by."""

    customers: int
    sales_wait: float
    stock_wait: float
    abandoned: float


# -- plain SimPy -----------------------------------------------------------------------------------


def plain_simpy(scale: float, reps: int) -> Outcome:
    """Write the model as the SimPy documentation teaches."""
    import numpy as np
    import simpy

    env = simpy.Environment()
    rng = np.random.default_rng(1)
    sales = simpy.PriorityResource(env, reps)
    shelf = simpy.Container(env, init=OPENING_UNITS)
    support = simpy.Resource(env, AGENTS)
    rows: list[dict[str, Any]] = []

    def lognormal_parameters(mean: float, cv: float) -> tuple[float, float]:
        variance = np.log(1 + cv**2)
        return float(np.log(mean) - variance / 2), float(np.sqrt(variance))

    talk = lognormal_parameters(TALK_HOURS, TALK_CV)
    call = lognormal_parameters(CALL_HOURS, CALL_CV)
    shape, stage = 1 / DELIVERY_CV**2, DELIVERY_HOURS * DELIVERY_CV**2

    def customer(ident: int) -> Generator[Any, Any, None]:
        row: dict[str, Any] = {"ident": ident, "born": env.now}
        rows.append(row)
        with sales.request(priority=0 if rng.random() < HOT_SHARE else 1) as request:
            yield request
            row["sales_wait"] = env.now - row["born"]
            yield env.timeout(rng.lognormal(*talk))
        row["ordered"] = env.now
        yield shelf.get(1)
        row["stock_wait"] = env.now - row["ordered"]
        yield env.timeout(rng.gamma(shape, stage))
        with support.request() as request:
            result = yield request | env.timeout(rng.exponential(PATIENCE_HOURS))
            row["answered"] = request in result
            if row["answered"]:
                yield env.timeout(rng.lognormal(*call))
        row["ended"] = env.now

    def arrivals() -> Generator[Any, Any, None]:
        ident = 0
        while True:
            yield env.timeout(rng.exponential(1 / CUSTOMERS_PER_HOUR))
            env.process(customer(ident))
            ident += 1

    def deliveries() -> Generator[Any, Any, None]:
        while True:
            yield env.timeout(24.0)
            yield shelf.put(DAILY_UNITS)

    env.process(arrivals())
    env.process(deliveries())
    env.run(until=HOURS * scale)
    return Outcome(
        customers=len(rows),
        sales_wait=statistics.fmean(row["sales_wait"] for row in rows if "sales_wait" in row),
        stock_wait=statistics.fmean(row["stock_wait"] for row in rows if "stock_wait" in row),
        abandoned=statistics.fmean(not row["answered"] for row in rows if "ended" in row),
    )


# -- orgsim's kernel -------------------------------------------------------------------------------


class Sold(NamedTuple):
    """A rep took up a customer."""

    time: float
    ident: int
    wait: float


class Shipped(NamedTuple):
    """A unit left the shelf."""

    time: float
    ident: int
    wait: float


class Called(NamedTuple):
    """A call was answered and ended, or was given up."""

    time: float
    ident: int
    is_answered: bool


def orgsim_kernel(scale: float, reps: int) -> Outcome:
    """Write the model on the lean lane: draws in blocks, arrivals precomputed, facts as columns."""
    import numpy as np

    from orgsim.kernel.arrivals import Candidates
    from orgsim.kernel.distributions import Exponential, Gamma, Lognormal
    from orgsim.kernel.draws import Draws
    from orgsim.kernel.journal import Journal
    from orgsim.kernel.resources import Pool, Stock
    from orgsim.kernel.world import Rank, World

    draws, journal = Draws(1, 0), Journal()
    world = World(start=0.0, draws=draws, journal=journal)
    sales = Pool(world, "sales", reps, priorities=2)
    shelf = Stock(world, OPENING_UNITS)
    support = Pool(world, "support", AGENTS)
    sold, shipped, called = (journal.recorder(kind) for kind in (Sold, Shipped, Called))

    candidates = Candidates(draws, "customers", CUSTOMERS_PER_HOUR)
    hot = draws.stream("hot")
    laws = {
        "talk": Lognormal[float](kind="lognormal", mean=TALK_HOURS, cv=TALK_CV),
        "delivery": Gamma[float](kind="gamma", mean=DELIVERY_HOURS, cv=DELIVERY_CV),
        "patience": Exponential[float](kind="exponential", mean=PATIENCE_HOURS),
        "call": Lognormal[float](kind="lognormal", mean=CALL_HOURS, cv=CALL_CV),
    }
    luck = [draws.quantity(purpose, law) for purpose, law in laws.items()]

    def customer(
        ident: int, priority: int, talk: float, delivery: float, patience: float, call: float
    ) -> Generator[Any, Any, None]:
        born = world.now
        yield sales.turn(priority)
        sold((world.now, ident, world.now - born))
        yield talk
        sales.release()
        ordered = world.now
        yield shelf.take()
        shipped((world.now, ident, world.now - ordered))
        yield delivery
        is_answered = yield support.within(patience)
        if is_answered:
            yield call
            support.release()
        called((world.now, ident, is_answered))

    def week_of_customers() -> None:
        days = world.now + 24.0 * np.arange(8)
        blocks = [candidates.between(*day, CUSTOMERS_PER_HOUR) for day in pairwise(days)]
        times, idents = (np.concatenate(column) for column in zip(*blocks, strict=True))
        priorities = np.where(hot.uniforms(idents) < HOT_SHARE, 0, 1)
        world.feed(
            times, customer, idents, priorities, *(quantity.block(idents) for quantity in luck)
        )

    world.every(168.0, week_of_customers, first=0.0, rank=Rank.WEEKLY)
    world.every(24.0, lambda: shelf.receive(DAILY_UNITS), first=24.0, rank=Rank.RECEIPT)
    world.run(HOURS * scale)
    return Outcome(
        customers=sales.entered,
        sales_wait=float(journal.columns(Sold)["wait"].mean()),
        stock_wait=float(journal.columns(Shipped)["wait"].mean()),
        abandoned=float(1 - journal.columns(Called)["is_answered"].mean()),
    )


# -- side by side ----------------------------------------------------------------------------------


PROGRAMS = {"plain SimPy": plain_simpy, "orgsim kernel": orgsim_kernel}


class Measure(NamedTuple):
    """One run: what it simulated, and the CPU time it took."""

    outcome: Outcome
    seconds: float


def time_in_turn(pairs: int, scale: float, reps: int) -> dict[str, list[Measure]]:
    """Run both programs in alternation in this process, so that both meet the same machine."""
    runs: dict[str, list[Measure]] = {label: [] for label in PROGRAMS}
    for program in PROGRAMS.values():
        program(0.03, 7)  # imports
    for _ in range(pairs):
        for label, program in PROGRAMS.items():
            gc.collect()
            started = time.process_time()
            outcome = program(scale, reps)
            runs[label].append(Measure(outcome, time.process_time() - started))
    return runs


def megabytes(label: str, scale: float, reps: int) -> float:
    """Return the peak memory of one run above that of its imports (in a process of its own)."""
    program = PROGRAMS[label]
    program(0.03, 7)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    program(scale, reps)
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024


def alone(work: Callable[..., Any], *arguments: Any) -> Any:
    """Return what a function returns in a fresh process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, arguments)


def show(label: str, measures: list[Measure], memory: float) -> None:
    """Print the medians of a program, and what it simulated."""
    outcome = measures[0].outcome
    seconds = statistics.median(run.seconds for run in measures)
    print(
        f"{label:14} {seconds:7.2f} s {1e6 * seconds / outcome.customers:7.1f} us per customer "
        f"{outcome.customers / seconds:9,.0f} customers/s, peak memory +{memory:.0f} MB"
    )
    print(
        f"{'':14} {outcome.customers:,} customers; mean wait {outcome.sales_wait:.3f} h for a rep, "
        f"{outcome.stock_wait:.3f} h for stock; {outcome.abandoned:.1%} hung up"
    )


def main() -> None:
    """Run both in alternation and print times, memory and the ratio."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pairs", type=int, default=15, help="how often each is run")
    parser.add_argument("--scale", type=float, default=0.25, help="part of a year")
    parser.add_argument("--reps", type=int, default=7, help="sales reps; 5 are too few")
    chosen = parser.parse_args()
    runs = alone(time_in_turn, chosen.pairs, chosen.scale, chosen.reps)
    for label, measures in runs.items():
        show(label, measures, alone(megabytes, label, chosen.scale, chosen.reps))
    ratios = [plain.seconds / ours.seconds for plain, ours in zip(*runs.values(), strict=True)]
    text = f"ratio of times: median {statistics.median(ratios):.1f} of {len(ratios)} pairs"
    if len(ratios) > 1:
        low, _, high = statistics.quantiles(ratios, n=4)
        text += f", half of them between {low:.1f} and {high:.1f}, "
        text += f"all between {min(ratios):.1f} and {max(ratios):.1f}"
    print(text)


if __name__ == "__main__":
    main()
