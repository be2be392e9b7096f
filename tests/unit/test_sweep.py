from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from orgsim.config.compose import resolve
from orgsim.experiment import sweep as sweeps
from orgsim.experiment.point import Point
from orgsim.experiment.run import Nobody, run_point
from orgsim.experiment.sweep import SweepResult, sweep_points, swept_settings
from tests.unit import fake_model


class Counter(Nobody):
    def __init__(self, stop_after: int = 10**9) -> None:
        self.total = self.kept = self.finished = 0
        self.stop_after = stop_after
        self.drawn: list[Path] = []

    def begin(self, total: int, kept: int) -> None:
        self.total, self.kept = total, kept

    def draw_sweep(self, sweep: SweepResult) -> None:
        self.drawn.append(sweep.folder / "manifest.json")
        assert not self.drawn[-1].exists()

    def advance(self) -> None:
        self.finished += 1
        if self.finished == self.stop_after:
            raise KeyboardInterrupt


def points(lifts: list[float]) -> tuple[list[tuple[str, ...]], list[Point]]:
    texts = [(f"lift={lift}", "run.seed=1", f"mode={'ab'[i % 2]}") for i, lift in enumerate(lifts)]
    return texts, [fake_model.point(lift=lift) for lift in lifts]


def sweep(
    lifts: list[float], results: Path, console: Counter | None = None, workers: int = 1
) -> SweepResult:
    return sweep_points(
        *points(lifts),
        results=results,
        console=console or Counter(),
        workers=workers,
        work=fake_model.work,
    )


def test_a_sweep_has_one_row_per_point_with_its_settings_kpis_and_value_difference(
    tmp_path: Path,
) -> None:
    result = sweep([0.5, 1.0, 2.0], tmp_path)
    assert result.settings == ("lift", "mode")
    assert list(result.summary["lift"]) == [0.5, 1.0, 2.0]
    assert list(result.summary["mode"]) == ["a", "b", "a"]
    for one in result.summary.to_dict("records"):
        assert one["value_year_difference"] == pytest.approx(-3e3 * one["lift"])
        assert one["value_year_clv_difference"] == pytest.approx(-4e3 * one["lift"])
        assert one["leads_low"] < one["leads"] < one["leads_high"]
        assert one["leads_niche"] == pytest.approx(one["leads"] / 10)
    stored = pd.read_parquet(result.folder / "summary.parquet")
    pd.testing.assert_frame_equal(stored, result.summary)
    assert len(pd.read_csv(result.folder / "summary.csv")) == 3


def test_the_chart_is_drawn_before_the_folder_is_sealed(tmp_path: Path) -> None:
    counter = Counter()
    sweep([1.0, 2.0], tmp_path, counter)
    assert [manifest.exists() for manifest in counter.drawn] == [True]


def test_points_that_share_a_reference_compute_it_once(tmp_path: Path) -> None:
    counter = Counter()
    sweep([1.0, 2.0, 3.0], tmp_path, counter)
    assert counter.total == 3 * 3 + 3


def test_a_setting_given_twice_is_no_further_evidence(tmp_path: Path) -> None:
    result = sweep([1.0, 2.0, 1.0, 3.0, 2.0], tmp_path)
    assert list(result.summary["lift"]) == [1.0, 2.0, 3.0]
    assert list(result.summary["point"]) == [0, 1, 2]


def test_a_stopped_sweep_resumes_and_a_wider_one_computes_only_its_new_points(
    tmp_path: Path,
) -> None:
    with pytest.raises(KeyboardInterrupt):
        sweep([1.0, 2.0], tmp_path, Counter(stop_after=4))
    resumed = Counter()
    sweep([1.0, 2.0], tmp_path, resumed)
    assert (resumed.kept, resumed.finished) == (4, 5)
    wider = Counter()
    sweep([1.0, 2.0, 3.0], tmp_path, wider)
    assert wider.finished == 3


def test_a_sweep_is_the_same_bytes_with_one_worker_and_two(tmp_path: Path) -> None:
    alone, apart = sweep([1.0, 2.0], tmp_path / "a"), sweep([1.0, 2.0], tmp_path / "b", workers=2)
    for name in ("summary.parquet", "summary.csv", "points.json", "manifest.json"):
        assert (alone.folder / name).read_bytes() == (apart.folder / name).read_bytes()


def test_a_point_run_alone_after_the_sweep_only_adds_its_facts(tmp_path: Path) -> None:
    texts, (point,) = points([1.0])
    assert swept_settings(texts) == [{"lift": "1.0", "run.seed": "1", "mode": "a"}]
    sweep([1.0], tmp_path)
    counter = Counter()
    result = run_point(
        point, results=tmp_path, charts=False, console=counter, workers=1, work=fake_model.work
    )
    assert (counter.kept, counter.finished) == (5, 1)
    assert (result.folder / "facts" / "OrderPlaced.parquet").exists()


def test_what_is_cut_short_is_counted_once_for_each_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = ("customers.count=0", "run.warmup=1w", "run.weeks=9", "run.replications=1")
    texts = [(f"campaign.intensity={n}", *small) for n in (1, 2, 1)]
    resolved = [resolve("untapped_niche_campaign", point) for point in texts]
    monkeypatch.setattr(sweeps, "sweep_points", lambda overrides, points, **_: nothing(tmp_path))
    found = sweeps.sweep(texts, resolved, results=tmp_path, console=Nobody())
    assert found.cut_short == 2


def nothing(folder: Path) -> SweepResult:
    empty = pd.DataFrame()
    return SweepResult(name="", settings=(), folder=folder, summary=empty, agreement=empty)
