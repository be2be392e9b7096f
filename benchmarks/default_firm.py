"""The default firm under its campaign: what one replication costs, and where the time goes.

    python benchmarks/default_firm.py [--weeks 60] [--scenario untapped_niche_campaign]
    python benchmarks/default_firm.py --against ../before --pairs 5   # another checkout, in turn

Every part runs in a fresh process. Times are CPU times; the customers' burn-in, which a process
does once for all its replications, is told apart. The shares are profiled: a profiler slows small
functions most, so they say where to look rather than what would be saved.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import multiprocessing
import os
import pstats
import resource
import statistics
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

PARTS = {
    "kernel/draws.py": "draws",
    "kernel/arrivals.py": "draws",
    "kernel/distributions.py": "draws",
    "kernel/journal.py": "journal",
    "kernel/": "kernel",
    "departments/": "departments",
    "customers/": "customers",
    "": "rest of orgsim",
}
"""Which part a file of orgsim counts as: the first that fits."""


class Cost(NamedTuple):
    """What a process needed: CPU seconds, facts recorded, peak memory."""

    first: float
    again: float
    facts: int
    megabytes: float


def cost(name: str, weeks: int, is_measured: bool) -> Cost:
    """Simulate a replication, with the burn-in, and then another one; perhaps measure it."""
    from orgsim.config.compose import resolve
    from orgsim.kpis import measure
    from orgsim.organisation import Organisation, simulate

    scenario = resolve(name, [f"run.weeks={weeks}"]).scenario
    started = time.process_time()
    Organisation(scenario, 0)
    built = time.process_time()
    journal = simulate(scenario, 0)
    done = time.process_time()
    facts = sum(journal.count(kind) for kind in journal.kinds())
    if is_measured:
        measure(scenario, journal)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Cost(built - started, done - built, facts, peak)


def cost_in(checkout: Path, name: str, weeks: int) -> Cost:
    """What a replication costs in a checkout of orgsim, by the Python that runs this."""
    command = [sys.executable, __file__, "--scenario", name, "--weeks", str(weeks), "--once"]
    where = os.environ | {"PYTHONPATH": str(checkout.resolve())}
    done = subprocess.run(  # noqa: S603 - this very file, by this very Python
        command, env=where, check=True, stdout=subprocess.PIPE, text=True
    )
    return Cost(*json.loads(done.stdout))


def compare(other: Path, name: str, weeks: int, pairs: int) -> None:
    """Run this checkout and another in turn; print each pair and the median of their ratios."""
    checkouts = {"here": Path(__file__).parents[1], "there": other}
    ratios = []
    for _ in range(pairs):
        here, there = (cost_in(checkout, name, weeks) for checkout in checkouts.values())
        ratios.append(here.again / there.again)
        told = (
            f"{where} {run.again:.1f} s, {run.facts:,} facts, "
            f"{1e6 * run.again / run.facts:.1f} us each"
            for where, run in zip(checkouts, (here, there), strict=True)
        )
        print("; ".join(told) + f"; ratio {ratios[-1]:.2f}", flush=True)
    print(f"ratio of times, here to there: median {statistics.median(ratios):.2f} of {pairs} pairs")


def shares(name: str, weeks: int) -> dict[str, float]:
    """Profile one replication without the burn-in; the share of time spent in each part."""
    from orgsim.config.compose import resolve
    from orgsim.organisation import Organisation, simulate

    scenario = resolve(name, [f"run.weeks={weeks}"]).scenario
    Organisation(scenario, 0)
    profile = cProfile.Profile()
    profile.runcall(simulate, scenario, 0)
    spent: Counter[str] = Counter()
    # What is not orgsim's (NumPy, built-ins) counts for the part of orgsim that called it.
    for place, (_, _, own, _, callers) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        part = part_of(place[0])
        for caller, (*_, own_from, _) in callers.items() if part is None else ():
            spent[part_of(caller[0]) or "other libraries"] += own_from
        if part is not None:
            spent[part] += own
    total = sum(spent.values())
    return {part: seconds / total for part, seconds in spent.most_common()}


def part_of(file: str) -> str | None:
    """The part of orgsim that a file belongs to; None if it is not orgsim's."""
    inside = Path(file).as_posix().rpartition("/orgsim/")
    if not inside[1]:
        return None
    return next(part for start, part in PARTS.items() if inside[2].startswith(start))


def main() -> None:
    """Print what a replication costs and the shares of the parts."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--weeks", type=int, default=60, help="measured weeks")
    parser.add_argument("--scenario", default="untapped_niche_campaign")
    parser.add_argument("--against", type=Path, help="a checkout of orgsim to compare with")
    parser.add_argument("--pairs", type=int, default=5, help="how often each of the two is run")
    parser.add_argument("--once", action="store_true", help="print one cost as JSON, no more")
    chosen = parser.parse_args()
    if chosen.once:
        print(json.dumps(cost(chosen.scenario, chosen.weeks, is_measured=False)))
        return
    if chosen.against:
        compare(chosen.against, chosen.scenario, chosen.weeks, chosen.pairs)
        return
    context = multiprocessing.get_context("spawn")
    for is_measured in (False, True):
        with context.Pool(1) as pool:
            run = pool.apply(cost, (chosen.scenario, chosen.weeks, is_measured))
        what = "simulated and measured" if is_measured else "simulated"
        print(
            f"{what:23} {run.again:6.1f} s of CPU a replication (burn-in {run.first:.1f} s, once), "
            f"{run.facts:,} facts, {run.facts / run.again:,.0f} facts/s simulated, "
            f"peak memory {run.megabytes:.0f} MiB"
        )
    with context.Pool(1) as pool:
        for part, share in pool.apply(shares, (chosen.scenario, chosen.weeks)).items():
            print(f"{part:23} {share:6.1%}")


if __name__ == "__main__":
    main()
