from __future__ import annotations

import json
import os
from pathlib import Path

import pandas as pd
import pytest

from orgsim.errors import ModelError, ResultError
from orgsim.experiment import tables
from orgsim.experiment.point import Point
from orgsim.experiment.run import Nobody, RunResult, run_point
from tests.unit import fake_model


class Watcher(Nobody):
    """Remembers what it was told and draws a file in place of a chart."""

    def __init__(self, stop_after: int = 10**9) -> None:
        self.total = self.kept = self.finished = 0
        self.was_stopped: tuple[int, int] | None = None
        self.stop_after = stop_after

    def begin(self, total: int, kept: int) -> None:
        self.total, self.kept = total, kept

    def advance(self) -> None:
        self.finished += 1
        if self.finished == self.stop_after:
            raise KeyboardInterrupt

    def stopped(self, total: int, kept: int) -> None:
        self.was_stopped = (total, kept)

    def draw(self, result: RunResult) -> None:
        (result.folder / "charts").mkdir()
        (result.folder / "charts" / "one.svg").write_text("<svg/>")


def run(point: Point, results: Path, watcher: Watcher | None = None, workers: int = 1) -> RunResult:
    return run_point(
        point,
        results=results,
        charts=True,
        console=watcher or Watcher(),
        workers=workers,
        work=fake_model.work,
    )


def contents(folder: Path) -> dict[str, bytes]:
    """Every file but the manifest, whose `made` block holds the time, and the manifest's hash."""
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return {**files, "hash": manifest["hash"].encode()}


def test_a_run_leaves_every_table_the_event_log_the_facts_the_charts_and_a_manifest(
    tmp_path: Path,
) -> None:
    result = run(fake_model.point("nische für 结果"), tmp_path / "ergebnisse ü")
    assert result.folder.name == f"nische-für-结果-{result.point.scenario_address[:12]}"
    assert set(contents(result.folder)) == {
        *(f"{name}.parquet" for name in tables.SCHEMAS),
        "summary.parquet",
        "value_summary.parquet",
        "events.csv",
        "facts/OrderPlaced.parquet",
        "charts/one.svg",
        "hash",
    }
    weekly = pd.read_parquet(result.folder / "weekly.parquet")
    assert list(weekly.columns) == ["variant", "replication", "week", "kpi", "segment", "value"]
    assert len(weekly) == 2 * 3 * 5
    pd.testing.assert_frame_equal(weekly, result.weekly)
    pd.testing.assert_frame_equal(
        pd.read_parquet(result.folder / "summary.parquet"), result.summary
    )


def test_the_manifest_holds_the_resolved_config_the_versions_and_a_seal_of_every_file(
    tmp_path: Path,
) -> None:
    folder = run(fake_model.point(), tmp_path).folder
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    identity = manifest["identity"]
    assert identity["config"]["question"] == "Does it?"
    assert identity["reference"] == "no campaign: the same without it"
    assert (identity["replications"], identity["seed"], identity["balanced"]) == (3, 1, True)
    assert {"numpy", "pyarrow", "simpy"} <= identity["packages"].keys()
    assert {"time", "python", "git"} <= manifest["made"].keys()
    for name, expected in manifest["files"].items():
        assert tables.seal_of(folder / name) == expected


def test_running_again_computes_nothing_and_touches_no_file(tmp_path: Path) -> None:
    first = run(fake_model.point(), tmp_path)
    before = {path: path.stat().st_mtime_ns for path in first.folder.rglob("*")}
    watcher = Watcher()
    again = run(fake_model.point(), tmp_path, watcher)
    assert (watcher.total, watcher.kept, watcher.finished) == (6, 6, 0)
    assert {path: path.stat().st_mtime_ns for path in first.folder.rglob("*")} == before
    pd.testing.assert_frame_equal(first.summary, again.summary)


def test_more_replications_compute_only_the_new_ones_and_equal_a_run_in_one_go(
    tmp_path: Path,
) -> None:
    run(fake_model.point(replications=2), tmp_path / "a")
    watcher = Watcher()
    grown = run(fake_model.point(replications=4), tmp_path / "a", watcher)
    assert (watcher.kept, watcher.finished) == (4, 4)
    at_once = run(fake_model.point(replications=4), tmp_path / "b")
    assert contents(grown.folder) == contents(at_once.folder)


def test_a_stopped_run_keeps_what_is_finished_says_so_and_resumes_to_the_same_bytes(
    tmp_path: Path,
) -> None:
    watcher = Watcher(stop_after=3)
    with pytest.raises(KeyboardInterrupt):
        run(fake_model.point(), tmp_path / "a", watcher)
    assert watcher.was_stopped == (6, 3)
    assert [path.name for path in (tmp_path / "a").iterdir()] == [".parts"]
    resumed = Watcher()
    result = run(fake_model.point(), tmp_path / "a", resumed)
    assert (resumed.kept, resumed.finished) == (3, 3)
    assert contents(result.folder) == contents(run(fake_model.point(), tmp_path / "b").folder)


def test_one_worker_and_two_leave_the_same_bytes(tmp_path: Path) -> None:
    alone = run(fake_model.point(), tmp_path / "a", workers=1)
    apart = run(fake_model.point(), tmp_path / "b", workers=2)
    assert contents(alone.folder) == contents(apart.folder)


@pytest.mark.parametrize("name", ["totals.parquet", "events.csv", "charts/one.svg"])
def test_a_damaged_or_missing_file_of_the_folder_is_made_again(tmp_path: Path, name: str) -> None:
    folder = run(fake_model.point(), tmp_path).folder
    whole = contents(folder)
    (folder / name).write_bytes(b"damaged")
    run(fake_model.point(), tmp_path)
    assert contents(folder) == whole
    (folder / name).unlink()
    run(fake_model.point(), tmp_path)
    assert contents(folder) == whole


def test_a_damaged_part_is_computed_again(tmp_path: Path) -> None:
    point = fake_model.point()
    whole = contents(run(point, tmp_path).folder)
    (part,) = (tmp_path / ".parts" / point.scenario_address[:32]).glob("*2/totals.parquet")
    part.write_bytes(part.read_bytes()[:-20])
    watcher = Watcher()
    assert contents(run(point, tmp_path, watcher).folder) == whole
    assert watcher.finished == 1


def test_two_scenarios_share_one_reference_and_another_question_only_rewrites_the_folder(
    tmp_path: Path,
) -> None:
    run(fake_model.point(lift=5.0), tmp_path)
    watcher = Watcher()
    other = run(fake_model.point(lift=9.0), tmp_path, watcher)
    assert (watcher.kept, watcher.finished) == (3, 3)
    reworded = fake_model.point(lift=9.0)
    reworded = Point(**{**{f: getattr(reworded, f) for f in Point.__slots__}, "question": "Why?"})
    watcher = Watcher()
    again = run(reworded, tmp_path, watcher)
    assert again.folder == other.folder
    assert watcher.finished == 0
    manifest = json.loads((again.folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["identity"]["question"] == "Why?"


def test_a_failed_audit_marks_the_result_keeps_it_out_of_the_means_and_draws_nothing(
    tmp_path: Path,
) -> None:
    result = run(fake_model.point(behaviour={"leaks_in": [1]}), tmp_path)
    assert not result.is_balanced
    assert set(result.summary["n"]) == {2}
    assert not (result.folder / "charts").exists()
    manifest = json.loads((result.folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["identity"]["balanced"] is False


def test_a_failing_replication_is_named_and_the_others_are_kept(tmp_path: Path) -> None:
    point = fake_model.point(behaviour={"fails_in": [1]})
    with pytest.raises(
        ModelError, match=r"1 of 6 .* scenario, replication 1: .*below zero"
    ) as told:
        run(point, tmp_path)
    assert "Traceback" in told.value.__notes__[0]
    watcher = Watcher()
    with pytest.raises(ModelError):
        run(point, tmp_path, watcher)
    assert watcher.kept == 5
    assert not list(tmp_path.glob("fake-*"))


def test_nothing_that_looks_done_is_left_when_the_disc_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    point = fake_model.point()
    plain = tables.write_durably

    def full(path: Path, pieces: list[bytes]) -> None:
        if path.name == "summary.parquet":
            raise OSError(28, "No space left on device")
        plain(path, pieces)

    monkeypatch.setattr(tables, "write_durably", full)
    with pytest.raises(ResultError, match="No space left on device"):
        run(point, tmp_path)
    monkeypatch.undo()
    assert not list(tmp_path.glob("*/manifest.json"))
    watcher = Watcher()
    result = run(point, tmp_path, watcher)
    assert watcher.finished == 0
    assert (result.folder / "manifest.json").exists()


def test_a_results_folder_that_is_a_file_is_refused_before_anything_is_computed(
    tmp_path: Path,
) -> None:
    calls = tmp_path / "calls"
    (tmp_path / "results").write_text("not a folder")
    with pytest.raises(ResultError, match="cannot be written"):
        run(fake_model.point(behaviour={"calls": str(calls)}), tmp_path / "results")
    assert not calls.exists()


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "..", "a\\b:c*?", "x" * 300])
def test_whatever_the_scenario_is_called_the_folder_lies_below_the_results(
    tmp_path: Path, name: str
) -> None:
    result = run(fake_model.point(name, replications=1), tmp_path)
    assert result.folder.parent == tmp_path
    assert os.sep not in result.folder.name
    assert result.summary["scenario_low"].isna().all()
