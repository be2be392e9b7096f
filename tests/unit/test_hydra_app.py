from __future__ import annotations

import argparse
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest

from orgsim import hydra_app


def test_rows_of_jobs_that_write_at_once_all_arrive_below_one_heading(tmp_path: Path) -> None:
    table = tmp_path / "sweep ü" / "summary.csv"
    rows = [{"job": job, "note": "a,b", "value": job / 3} for job in range(40)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda row: hydra_app.append_row(table, row), rows))
    found = pd.read_csv(table).sort_values("job", ignore_index=True)
    pd.testing.assert_frame_equal(found, pd.DataFrame(rows))
    assert [path.name for path in table.parent.iterdir()] == ["summary.csv"]


def test_on_python_3_14_help_that_is_no_text_is_let_through(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refused = []

    def check(parser: argparse.ArgumentParser, action: argparse.Action) -> None:
        refused.append(action.help)

    monkeypatch.setattr(argparse.ArgumentParser, "_check_help", check, raising=False)
    monkeypatch.setattr(sys, "version_info", (3, 14, 0))
    hydra_app._mend_argparse()
    hydra_app._mend_argparse()
    parser = argparse.ArgumentParser()
    refused.clear()
    for said in ("a text", None, object()):
        parser._check_help(argparse.Action([], "x", help=said))  # type: ignore[attr-defined]
    assert refused == ["a text", None]
