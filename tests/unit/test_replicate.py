from __future__ import annotations

from pathlib import Path

import pytest

from orgsim.experiment.replicate import Task, distinct, replicate
from tests.unit import fake_model


def tasks(count: int = 4, **behaviour: object) -> list[Task]:
    point = fake_model.point(replications=count, behaviour=behaviour)
    return [task for task in point.tasks(keep_facts=True) if task.variant == "scenario"]


def test_two_workers_give_the_tables_of_one() -> None:
    alone = {o.task.key: o for o in replicate(tasks(), workers=1, work=fake_model.work)}
    apart = {o.task.key: o for o in replicate(tasks(), workers=2, work=fake_model.work)}
    assert alone.keys() == apart.keys()
    for key, outcome in alone.items():
        assert outcome.tables == apart[key].tables
        assert outcome.facts == apart[key].facts
        assert bool(outcome.facts) == (key[1] == 0)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_replication_that_fails_does_not_stop_the_others(workers: int) -> None:
    outcomes = list(replicate(tasks(fails_in=[2]), workers=workers, work=fake_model.work))
    failures = {o.task.replication: o.failure for o in outcomes if o.failure}
    assert len(outcomes) == 4
    assert failures == {2: "ValueError('stock below zero')"}


def test_a_worker_that_is_killed_once_is_replaced_and_every_task_is_done(tmp_path: Path) -> None:
    died = tmp_path / "died"
    outcomes = list(replicate(tasks(kills_once=str(died)), workers=2, work=fake_model.work))
    assert died.exists()
    assert sorted(o.task.replication for o in outcomes) == [0, 1, 2, 3]
    assert not any(o.failure for o in outcomes)


def test_a_task_that_always_kills_its_worker_is_named_and_the_others_are_done() -> None:
    outcomes = list(replicate(tasks(kills_in=[1]), workers=2, work=fake_model.work))
    assert sorted(o.task.replication for o in outcomes) == [0, 1, 2, 3]
    assert [o.task.replication for o in outcomes if o.failure] == [1]


def test_the_same_work_is_done_once_with_facts_if_anyone_asks() -> None:
    point = fake_model.point(replications=2)
    plain, with_facts = point.tasks(keep_facts=False), point.tasks(keep_facts=True)
    chosen = distinct([*plain, *with_facts, *plain])
    assert len(chosen) == 4
    assert [task.replication for task in chosen] == [0, 0, 1, 1]
    assert [task.keep_facts for task in chosen].count(True) == 1
