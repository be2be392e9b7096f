"""docs/evidence.md is true: each test that it names is there, and no mechanism is left out."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple, get_args

import pytest

from orgsim.config.mechanisms import MECHANISMS
from orgsim.config.schema import AnyShock
from tests.architecture.source import ROOT

PAGE = ROOT / "docs" / "evidence.md"
HEAD = ["Section", "What must hold", "Test"]
UNTESTED = "none: "
"""What stands, with a reason, in the place of tests where there is none."""

CHAPTERS = ("M1", "M2", "M3", "M4", "M5")
"""Chapters of which every mechanism has a row; a further one is added here with its rows."""
UNNUMBERED = {"M5.13", "s.7", "s.8", "s.9", "s.10"}
"""Sections with rows that are no mechanism of these chapters: calibration, money, shocks, KPIs,
cases."""


class Row(NamedTuple):
    """One limit."""

    section: str
    claim: str
    proof: str


def rows(text: str) -> list[Row]:
    """The rows of every table of the page, heads and rules left out."""
    found = []
    for line in text.splitlines():
        if line.startswith("|") and not line.startswith("|-"):
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            if cells != HEAD:
                found.append(Row(*cells))
    return found


def named(row: Row) -> list[str]:
    """The tests that a row names, as `path::name`."""
    return re.findall(r"`([^`]+)`", row.proof)


@cache
def defined_in(path: Path) -> frozenset[str]:
    """Names of the test functions of a file; none where there is no such file."""
    if not path.is_file():
        return frozenset()
    body = ast.parse(path.read_text("utf-8")).body
    return frozenset(
        node.name
        for node in body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


def faults(text: str) -> Iterator[str]:
    """What is wrong with a page, one line each."""
    for row in rows(text):
        proofs = named(row)
        if not row.claim or not (proofs or len(row.proof) > len(UNTESTED) + 10):
            yield f"{row.section}: neither a test nor a reason: {row.claim}"
        elif not proofs and not row.proof.startswith(UNTESTED):
            yield f"{row.section}: neither a test nor {UNTESTED!r}: {row.proof}"
        elif proofs and row.proof != "<br>".join(f"`{proof}`" for proof in proofs):
            yield f"{row.section}: more than tests: {row.proof}"
        for proof in proofs:
            path, _, name = re.sub(r"\[.*\]$", "", proof).partition("::")
            if not path.startswith("tests/") or name not in defined_in(ROOT / path):
                yield f"{row.section}: no such test: {proof}"
    here = {row.section for row in rows(text)}
    numbered = {number for number in MECHANISMS if number.partition(".")[0] in CHAPTERS}
    yield from (f"{section}: no row" for section in sorted((numbered | UNNUMBERED) - here))


CASES = {f"RC-{number}" for number in range(1, 37)}
"""The reference cases of theory, each with a row of its own."""
KINDS = [
    get_args(shock.model_fields["kind"].annotation)[0] for shock in get_args(get_args(AnyShock)[0])
]
"""Every kind of shock that a scenario may name."""


def test_every_limit_names_tests_that_exist_and_every_mechanism_has_its_limits() -> None:
    text = PAGE.read_text("utf-8")
    assert len(rows(text)) > 100
    assert list(faults(text)) == []


def test_every_reference_case_and_every_shock_has_its_row() -> None:
    table = rows(PAGE.read_text("utf-8"))
    cases = [row.claim.partition(",")[0] for row in table if row.section == "s.10"]
    assert sorted(case for case in cases if case in CASES) == sorted(CASES)
    shocks = " ".join(row.claim.lower() for row in table if row.section == "s.8")
    missing = [kind for kind in KINDS if kind.replace("_", " ") not in shocks]
    assert missing == []


THERE = "tests/architecture/test_evidence.py::test_a_page_that_says_what_is_not_so_is_found"


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("| M1.1 | So it is. | `tests/unit/test_market.py::test_no_such_thing` |", "no such test"),
        ("| M1.1 | So it is. | `tests/unit/no_such_file.py::test_it` |", "no such test"),
        (f"| M1.1 | So it is. | `{THERE}`<br>`orgsim/units.py::parse` |", "no such test"),
        (f"| M1.1 | So it is. | `{THERE}`, more or less |", "more than tests"),
        ("| M1.1 | So it is. |  |", "neither a test nor a reason"),
        ("| M1.1 | So it is. | none: |", "neither a test nor a reason"),
        ("| M1.1 | So it is. | because it could not be otherwise |", "neither a test nor 'none"),
        (f"| M1.1 |  | `{THERE}` |", "neither a test nor a reason"),
    ],
)
def test_a_page_that_says_what_is_not_so_is_found(line: str, fault: str) -> None:
    (found,) = (one for one in faults(line) if not one.endswith(": no row"))
    assert found.startswith(f"M1.1: {fault}")


def test_a_mechanism_without_a_row_is_found_and_a_parametrised_test_is_one() -> None:
    line = f"| M1.1 | So it is. | `{THERE}[a line-no row]` |"
    missing = set(faults(line))
    assert "M1.1: no row" not in missing
    assert {"M1.2: no row", "M4.10: no row", "M5.13: no row", "s.8: no row"} <= missing
    assert all(fault.endswith(": no row") for fault in missing)
