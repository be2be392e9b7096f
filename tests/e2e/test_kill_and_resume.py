from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SECONDS = 0.2
PROGRAM = Path(__file__).with_name("fake_program.py")


def start(results: Path, workers: int, seconds: float, **extra: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(PROGRAM), str(results), str(workers), str(seconds), "4"],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, **extra},
    )


def wait_for_parts(results: Path, count: int, program: subprocess.Popen[str]) -> None:
    limit = time.monotonic() + 60
    while len(list(results.glob(".parts/*/replication-*"))) < count:
        assert program.poll() is None, program.stderr and program.stderr.read()
        assert time.monotonic() < limit
        time.sleep(0.02)


def processes_of(group: int) -> set[int]:
    """The living processes of a session's group."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group and fields[0] != "Z":
            found.add(int(entry.name))
    return found


def contents(results: Path) -> dict[str, bytes]:
    (folder,) = results.glob("nische-*")
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }


@pytest.fixture(scope="module")
def straight(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What a run leaves that nobody disturbs."""
    results = tmp_path_factory.mktemp("straight")
    program = start(results, 1, SECONDS)
    told = program.communicate(timeout=120)[1]
    assert program.returncode == 0, told
    return contents(results)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for left-over processes in /proc")
@pytest.mark.parametrize(
    ("blow", "workers"), [(signal.SIGINT, 2), (signal.SIGTERM, 1), (signal.SIGKILL, 2)]
)
def test_a_run_that_is_stopped_or_killed_resumes_to_the_same_bytes(
    tmp_path: Path, blow: signal.Signals, workers: int, straight: dict[str, bytes]
) -> None:
    program = start(tmp_path, workers, SECONDS)
    wait_for_parts(tmp_path, 3, program)
    if blow == signal.SIGINT:
        os.killpg(program.pid, blow)  # as the terminal does
    else:
        program.send_signal(blow)
    told = program.communicate(timeout=60)[1]
    if blow != signal.SIGKILL:
        assert program.returncode == 130
        assert "of 8 simulations are kept; the same command goes on from there" in told
        assert "Traceback" not in told
    assert not list(tmp_path.glob("nische-*"))
    limit = time.monotonic() + 60
    while processes_of(program.pid):
        assert time.monotonic() < limit, "workers outlive the run"
        time.sleep(0.1)
    resumed = start(tmp_path, workers, SECONDS)
    told = resumed.communicate(timeout=120)[1]
    assert resumed.returncode == 0, told
    assert "simulations are there already" in told
    assert contents(tmp_path) == straight


def test_hash_seed_locale_time_zone_folder_and_workers_leave_the_same_bytes(
    tmp_path: Path,
) -> None:
    worlds = [
        {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C"},
        {"PYTHONHASHSEED": "77", "TZ": "Pacific/Kiritimati", "LC_ALL": "tr_TR.UTF-8"},
    ]
    found = []
    for number, world in enumerate(worlds):
        home = tmp_path / f"home ü{number}"
        home.mkdir()
        program = subprocess.run(
            [sys.executable, str(PROGRAM), "ergebnisse", str(number + 1), "0", "3"],
            cwd=home,
            env={**os.environ, **world},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert program.returncode == 0, program.stderr
        assert [path.name for path in home.iterdir()] == ["ergebnisse"]
        found.append(contents(home / "ergebnisse"))
    assert found[0] == found[1]


def test_ctrl_c_ends_every_worker_also_where_nothing_can_list_processes(tmp_path: Path) -> None:
    """Neither psutil nor pgrep: loky then forgets workers, whom Python would await for ever."""
    blind, results = tmp_path / "blind", tmp_path / "results"
    blind.mkdir()
    (blind / "psutil.py").write_text("raise ImportError('hidden by a test')\n")
    program = start(results, 2, 2.0, PATH=str(blind), PYTHONPATH=str(blind))
    try:
        wait_for_parts(results, 1, program)
        program.send_signal(signal.SIGINT)
        program.communicate(timeout=20)
        assert program.returncode == 130
        limit = time.monotonic() + 30  # a helper of the workers' goes when it sees them gone
        while processes_of(program.pid) and time.monotonic() < limit:
            time.sleep(0.1)
        assert processes_of(program.pid) == set()
    finally:
        for left in processes_of(program.pid):
            os.kill(left, signal.SIGKILL)
