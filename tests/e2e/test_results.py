"""The real model through the command line: same bytes everywhere, clear words when it cannot."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[2]
ORGSIM = [sys.executable, "-c", "import sys; from orgsim.cli import main; sys.exit(main())"]
HYDRA = [sys.executable, "-m", "orgsim.hydra_app"]
SHORT = [
    "run.weeks=2",
    "run.warmup=1w",
    "run.replications=2",
    "shocks.niche_campaign.onset=1w",
]


def ask(
    words: list[str], home: Path, *, limit: str = "", **world: str
) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder; `limit` is what a shell's ulimit is told first."""
    home.mkdir(exist_ok=True)
    if limit:
        words = ["/bin/sh", "-c", f'ulimit {limit}; exec "$@"', "sh", *words]
    return subprocess.run(
        words,
        cwd=home,
        env={**os.environ, "PYTHONPATH": str(ROOT), **world},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def contents(folder: Path) -> dict[str, bytes]:
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return {**files, "hash": manifest["hash"].encode()}


@pytest.mark.parametrize("scenario", ["untapped_niche_coordinated"])
def test_the_same_run_is_the_same_bytes_on_other_workers_hash_seed_locale_zone_and_folder(
    tmp_path: Path, scenario: str
) -> None:
    worlds = [
        {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C"},
        {"PYTHONHASHSEED": "77", "TZ": "Pacific/Kiritimati", "LC_ALL": "tr_TR.UTF-8"},
    ]
    found = []
    for number, world in enumerate(worlds):
        home = tmp_path / f"home ü{number}"
        words = [*ORGSIM, "run", scenario, *SHORT, f"run.workers={number + 1}", "--no-charts"]
        told = ask(words, home, **world)
        assert told.returncode == 0, told.stderr
        assert [path.name for path in home.iterdir()] == ["results"]
        (folder,) = (home / "results").glob(f"{scenario}-*")
        found.append(contents(folder))
    assert found[0].keys() == found[1].keys()
    assert [name for name in found[0] if found[0][name] != found[1][name]] == []
    assert {"events.csv", "facts/OrderPlaced.parquet", "weekly.parquet"} <= found[0].keys()

    again = ask([*words, "--json"], home, **worlds[1])
    assert "4 of 4 simulations are there already" in again.stderr
    answer = json.loads(again.stdout)
    assert answer["balanced"] is True
    assert {row["kpi"] for row in answer["summary"]} >= {"leads", "otif", "nps"}


def test_a_hydra_multirun_leaves_one_row_per_job_and_computes_the_reference_once(
    tmp_path: Path,
) -> None:
    words = [*HYDRA, "-m", "scenario=untapped_niche_campaign", *SHORT[:2], SHORT[3]]
    told = ask([*words, "campaign.intensity=0.5,1", "run.replications=1"], tmp_path)
    assert told.returncode == 0, told.stderr
    assert "1 of 2 simulations are there already" in told.stderr
    (table,) = tmp_path.glob("results/hydra-*/summary.csv")
    rows = pd.read_csv(table)
    assert list(rows["campaign.intensity"]) == [0.5, 1.0]
    assert rows["leads"].is_monotonic_increasing
    assert rows["value_year_clv_difference"].notna().all()
    assert [path.name for path in tmp_path.iterdir()] == ["results"]


def test_hydra_errors_are_one_line_with_code_2(tmp_path: Path) -> None:
    told = ask([*HYDRA, "scenario=baseline", "run.weeks=-3"], tmp_path)
    assert told.returncode == 2
    assert told.stderr.strip() == ("command line: 'run.weeks' = -3: must be at least 1")
    assert list(tmp_path.iterdir()) == []


def test_a_results_folder_that_is_a_file_is_one_line_with_code_3(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("not a folder")
    told = ask([*ORGSIM, "run", "baseline", "run.weeks=1", "--results", "taken"], tmp_path)
    assert told.returncode == 3
    assert told.stdout == ""
    assert "results cannot be written in taken" in told.stderr
    assert len(told.stderr.splitlines()) == 1


def test_a_disc_that_fills_up_is_one_line_with_code_3_and_leaves_nothing_that_looks_done(
    tmp_path: Path,
) -> None:
    words = [*ORGSIM, "run", "baseline", "run.weeks=1", "run.warmup=1w", "run.replications=1"]
    told = ask([*words, "--no-charts"], tmp_path, limit="-f 40")
    assert told.returncode == 3
    assert "results cannot be written" in told.stderr
    assert "Traceback" not in told.stderr
    assert not list(tmp_path.rglob("manifest.json"))
    assert not list(tmp_path.rglob("*.tmp"))


def test_several_scenarios_are_put_beside_each_other(tmp_path: Path) -> None:
    names = ["untapped_niche_campaign", "untapped_niche_told_logistics"]
    told = ask([*ORGSIM, "run", *names, *SHORT], tmp_path)
    assert told.returncode == 0, told.stderr
    assert "Beside each other: value against no campaign" in told.stdout
    (chart,) = tmp_path.glob("results/comparison-*/comparison.png")
    assert chart.stat().st_size > 10_000
    assert len(list(tmp_path.glob("results/untapped_*/manifest.json"))) == 2


def test_one_misspelt_scenario_among_several_stops_before_anything_runs(tmp_path: Path) -> None:
    told = ask([*ORGSIM, "run", "untapped_niche_campaign", "untaped_niche_told"], tmp_path)
    assert told.returncode == 2
    assert "untaped_niche_told" in told.stderr
    assert list(tmp_path.iterdir()) == []
