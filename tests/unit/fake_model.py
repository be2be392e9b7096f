"""A stand-in for the model: cheap, seeded by (seed, replication), with one niche and one gap."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

from orgsim.entities import Segment
from orgsim.experiment.point import Point
from orgsim.experiment.replicate import Outcome, Task, fact_table
from orgsim.experiment.store import address_of
from orgsim.experiment.tables import table_of


class OrderPlaced(NamedTuple):
    """As in orgsim.facts, shortened."""

    time: float
    customer: int
    nth: int
    segment: Segment


def point(name: str = "fake", replications: int = 3, **config: object) -> Point:
    """A point whose reference forgets everything but the seed."""
    run = {"seed": 1, "weeks": 4, "replications": replications, "start_date": "2024-01-01"}
    whole = {"title": "Fake", "question": "Does it?", "run": run, **config}
    twin = {"title": "Fake", "run": run, "shocks": {}}
    return Point(
        name=name,
        title="Fake",
        question="Does it?",
        config=whole,
        scenario_address=address_of(whole, code="fake"),
        reference_address=address_of(twin, code="fake"),
        reference="no campaign: the same without it",
        replications=replications,
    )


def work(task: Task) -> Outcome:
    """Do a task as its config says: plainly, slowly, with an error, or by killing the worker."""
    import json

    config = json.loads(task.config)
    behaviour = config.get("behaviour", {})
    if task.variant == "scenario" and task.replication in behaviour.get("fails_in", []):
        raise ValueError("stock below zero")
    if task.variant == "scenario" and task.replication in behaviour.get("kills_in", []):
        os.kill(os.getpid(), signal.SIGKILL)
    if "kills_once" in behaviour and not Path(behaviour["kills_once"]).exists():
        Path(behaviour["kills_once"]).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    if "calls" in behaviour:
        with Path(behaviour["calls"]).open("a", encoding="utf-8") as log:
            log.write(f"{task.variant} {task.replication}\n")
    time.sleep(behaviour.get("seconds", 0.0))
    return measured(task, config, balances=task.replication not in behaviour.get("leaks_in", []))


def measured(task: Task, config: dict, *, balances: bool) -> Outcome:
    rng = np.random.default_rng([config["run"]["seed"], task.replication])
    level = 100.0 * rng.normal(1.0, 0.1) + (config.get("lift", 5.0) * (task.variant == "scenario"))
    niche = level / 10 if task.variant == "scenario" else float("nan")
    weeks = np.arange(-1, 4)
    tables = {
        "weekly": {
            "week": weeks,
            "kpi": ["leads"] * 5,
            "segment": ["all"] * 5,
            "value": level + rng.normal(size=5),
        },
        "totals": {
            "kpi": ["leads", "leads", "otif"],
            "segment": ["all", "niche", "all"],
            "value": [level, niche, 0.9],
        },
        "value": {
            "horizon": ["year", "year+CLV", "cash trough"],
            "value": [1e6 - 3e3 * level, 2e6 - 4e3 * level, -1e5],
        },
        "breaks": {
            "name": ["first late order", "first stock-out"],
            "time": [200.0 + task.replication, None],
        },
        "responses": {
            "name": ["first late order"] * 5,
            "step": ["began", "detected", "told", "contained", "recovered"],
            "time": [200.0, 224.0, None, 300.0, 500.0 + task.replication],
            "reason": [None, None, "no channel tells of it", None, None],
        },
        "audit": {
            "check": ["leads", "money"],
            "left": [level, 1.0],
            "right": [level, 1.0 if balances else 2.0],
            "passed": [True, balances],
        },
    }
    columns = {
        "time": np.array([-1.5, 30.0, 30.0]),
        "customer": np.array([7, 2**61, 7]),
        "nth": np.array([0, 0, 1]),
        "segment": np.array([0, 1, 0], dtype=np.int16),
    }
    facts = {"OrderPlaced": fact_table(OrderPlaced, columns)} if task.keep_facts else {}
    return Outcome(
        task=task, tables={name: table_of(name, rows) for name, rows in tables.items()}, facts=facts
    )
