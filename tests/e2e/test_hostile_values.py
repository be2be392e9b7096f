"""Values that nobody in his senses would write: refused before anything runs, or run to the end.

A scenario file is data from anyone. Whatever it says, `orgsim check` answers with one short line
per problem, with file, line and key; and what `check` lets through must not crash a run.
"""

from __future__ import annotations

import json
import random
import warnings
from pathlib import Path

import pytest

from orgsim import cli
from orgsim.config.catalogue import parameter_table
from orgsim.config.compose import resolve
from orgsim.config.sources import packaged
from orgsim.errors import ConfigError
from orgsim.experiment.replicate import Task, perform

NEVER = "{kind: never}"
CAMPAIGN = "shocks.c: {kind: niche_campaign, onset: 8w, duration: 6w}"

REFUSED = {
    # what must end or arrive, and never does
    f"support.handle_time: {NEVER}": "'support.handle_time.kind' = 'never': there is no such kind",
    f"sales.handle_time: {NEVER}": "'sales.handle_time.kind' = 'never': there is no such kind",
    f"supplier.kit.transit: {NEVER}": "'supplier.kit.transit.kind' = 'never': there is no such",
    f"customers.contact.redial_after: {NEVER}": "'customers.contact.redial_after.kind' = 'never'",
    # what cannot be less than nothing
    "logistics.carrier.standard: {kind: discrete, values: [2, -1], weights: [1, 1]}": (
        "'logistics.carrier.standard.values.1' = -1: must not be negative"
    ),
    "logistics.carrier.express: {kind: fixed, mean: -2}": (
        "'logistics.carrier.express.mean' = -2: must be at least 0"
    ),
    "targets.leads: 1e300": "'targets.leads' = 1e+300: must be at most 1,000,000,000",
    # beyond all bounds, told in the user's own unit
    "campaign.budget: 1e15": "'campaign.budget' = 1e+15: must be at most EUR 1,000,000,000,000",
    "sales.price_base: 1e9": "'sales.price_base' = 1000000000: must be at most EUR 1,000,000",
    "logistics.kit.opening_stock: 1000000000000000": "= 1000000000000000: must be at most 1,000,",
    "logistics.kit.policy.lead_time: 1000000y": "= '1000000y': must be at most 100y",
    "market.base_leads: 1e300/d": "'1e300/d': must be at most 1,000,000,000/d",
    "market.niche_size: 1e300": "'market.niche_size' = 1e+300: must be at most 1,000,000,000",
    "support.agents: {always: 1e12}": "'support.agents': must be at most 1,000,000,000",
    "support.payroll_fte: 1e9": "'support.payroll_fte' = 1000000000: must be at most 10,000",
    "logistics.wave: 1s": "'logistics.wave' = '1s': must be at least 1min",
    "logistics.carrier.pickup_hour: 25h": "pickup_hour' = '25h': must be below 1d",
    "campaign.duration: 1h": "'campaign.duration' = '1h': must be at least 1d",
    # hardly more than nothing
    "support.handle_time.cv: 1e-200": "'support.handle_time.cv' = 1e-200: must be 0 or at least",
    "support.handle_time.cv: 1e9": "'support.handle_time.cv' = 1000000000: must be at most",
    "marketing.plan.cv: 1e9": "'marketing.plan.cv' = 1000000000: must be at most",
    "customers.memory.fit.deviation: 1e300": "'customers.memory.fit.deviation' = 1e+300: must be",
    "market.talk_half_life: 1e-300h": "'market.talk_half_life' = '1e-300h': must be 0 or at least",
    "market.base_leads: 1e-300/d": "leads' = '1e-300/d': must be 0 or at least 1e-09/d",
    "campaign.hill_exponent: 20": "'campaign.hill_exponent' = 20: must be at most 10",
    "sales.niche.win_intercept: 1e3": "'sales.niche.win_intercept' = 1000: must be at most 50",
    # each within its bounds, together out of reach
    "market.base_leads: 1e6/d": "'market.base_leads' = '1e6/d': a replication would have to",
    f"market.niche_size: 1e9\n{CAMPAIGN}": "'market.niche_size' = 1000000000: a replication",
    "customers.count: 5000000": "'customers.count' = 5000000: a replication would have to",
    "sources.x: {kind: renewal, gap: {kind: fixed, mean: 1s}, to: leads, segment: base}": (
        "'sources.x': a replication would have to simulate about"
    ),
    f"campaign.reach: 1e9/d\nmarket.niche_size: 100\n{CAMPAIGN}": (
        "'campaign.reach' = '1e9/d': the campaign would bring 15 million leads a day; at most"
    ),
    "logistics.kit.opening_stock: 900000000\nfinance.kit_cost: 1M": (
        "'logistics.kit.opening_stock' = 900000000: EUR 900 trillion for stock of kit"
    ),
    f"campaign: {{budget: 1e12, intensity: 1000}}\n{CAMPAIGN}": "1000: EUR 1,000 trillion for",
    "customers.contact.most_attempts: 1": "customers would bring up one problem 1 times, where the",
    "support.resolution: 0": "'support.resolution' = 0: some",
    "shocks.c: {kind: niche_campaign, onset: 8w, duration: 1h}": "= '1h': must be at least 1d",
    "logistics.kit.policy: {kind: base_stock, level: 1, review: 1s}": "review' = '1s': must be 0 (",
    "logistics.kit.policy: {review: 1h, lead_time: 100y}": (
        "'logistics.kit.policy.review' = '1h': a replication would have to simulate"
    ),
}


@pytest.mark.parametrize("text", REFUSED)
def test_a_hostile_value_is_refused_in_one_line_with_its_place(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "hostile.yaml"
    file.write_text(f"title: T\n{text}\n", encoding="utf-8")
    assert cli.main(["check", str(file)]) == 2
    out, err = capsys.readouterr()
    (line,) = err.splitlines()
    assert out == ""
    assert line.startswith(f"{file}:2: ")
    assert REFUSED[text] in line
    assert len(line.removeprefix(str(file))) < 400


# Any value for any key ---------------------------------------------------------------------------

VALUES = ("-1", "0", "1e300", "nan", "never", "''", "[]", "{}", "true", "x" * 10_000, "null")
EDGES = (
    *("0h", "0.001s", "59min", "100y", "1e-9/d", "100000/d", "-1000", "1000", "50", "1e-9", "1"),
    *("1000000000", "1000000", "-1000000", "{always: 1000000000}", NEVER),
    *(
        "{kind: fixed, mean: 0h}",
        "{kind: gamma, mean: 100y, cv: 100}",
        "{kind: poisson, mean: 1e6}",
    ),
)
SMALL = {
    "customers.count": "1500",
    "customers.usual.weeks": "8",
    "market.base_leads": "40/d",
    "logistics.chassis.opening_forecast": "30",
    "run.weeks": "2",
    "run.warmup": "1w",
    "shocks.niche_campaign.onset": "1d",
    "shocks.niche_campaign.duration": "8d",
}
"""Two weeks of a small firm in which everything happens that happens in a large one."""


def cases(number: int) -> list[tuple[str, str]]:
    """So many pairs of key and value, drawn with a fixed seed."""
    keys = [entry.key for entry in parameter_table(packaged())]
    pairs = [(key, value) for key in keys for value in (*VALUES, *EDGES)]
    return random.Random(7).sample(pairs, number)  # noqa: S311


def config_with(key: str, value: str) -> str | None:
    """The small firm's configuration with this value; None where it is refused, in short lines."""
    given = SMALL | {key: value}
    try:
        resolved = resolve("untapped_niche_coordinated", [f"{k}={v}" for k, v in given.items()])
    except ConfigError as error:
        lines = str(error).splitlines()
        assert len(lines) < 4, lines
        assert max(map(len, lines)) < 300, lines
        return None
    return json.dumps(resolved.plain)


def trouble(key: str, value: str) -> str:
    """What is wrong with a run that this value is let into, or nothing."""
    config = config_with(key, value)
    if config is None:
        return ""
    task = Task(address="x", config=config, variant="scenario", replication=0, keep_facts=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            audit = perform(task).tables["audit"].to_pylist()
        except Exception as error:
            return f"{key}={value[:60]}: {error!r}"
    broken = [row["check"] for row in audit if not row["passed"]]
    return f"{key}={value[:60]}: {broken}" if broken else ""


def test_any_value_of_any_key_is_taken_or_refused_in_a_short_line() -> None:
    accepted = [case for case in cases(300) if config_with(*case) is not None]
    assert 30 < len(accepted) < 270  # else nothing is tried


def test_what_is_taken_runs_to_the_end_and_balances() -> None:
    assert [found for case in cases(120) if (found := trouble(*case))] == []


@pytest.mark.long
def test_what_is_taken_runs_to_the_end_and_balances_whichever_it_is() -> None:
    assert [found for case in cases(2500) if (found := trouble(*case))] == []
