"""House style that no linter checks: short files, telling names, no trace of a certain machine."""

import re
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

CODE = ("orgsim", "tests", "benchmarks", "docs")
TEXT = (*CODE, "configs", "scenarios", ".ci")
SUFFIXES = {".py", ".md", ".yaml", ".toml", ".cff", ".txt", ".json", ".mplstyle", ""}
LONGEST = 400
SAYS_NOTHING = {
    "util", "utils", "helper", "helpers", "misc", "manager", "managers", "common", "base_utils",
}  # fmt: skip

# Put together here, so that this file does not hold what it looks for.
OF_A_MACHINE = re.compile(
    "|".join(
        [
            r"(?<![\w.])/(?:root|home|work|Users)/\w",
            r"\b[A-Z]:\\\\?Users",
            "python" + r"hosted\.org",
            "pypi" + r"\.org/simple",
            r"--(?:extra-)?index-" + "url +http",
        ]
    )
)


def code() -> list[Path]:
    return sorted(path for folder in CODE for path in (ROOT / folder).rglob("*.py"))


def texts() -> list[Path]:
    """Every text of the project that git keeps, but for what a run or a cache left."""
    found = [path for path in ROOT.iterdir() if path.is_file()]
    for folder in TEXT:
        found += (ROOT / folder).rglob("*")
    return sorted(
        path
        for path in found
        if path.is_file() and path.suffix in SUFFIXES and "__pycache__" not in path.parts
    )


def names_of_a_machine(text: str) -> list[str]:
    """The lines of a text that name a machine's folder or a registry's host."""
    return [line.strip() for line in text.splitlines() if OF_A_MACHINE.search(line)]


def test_no_file_of_code_is_longer_than_can_be_read_at_a_sitting() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in code()
    }
    assert {path: length for path, length in lengths.items() if length > LONGEST} == {}


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [str(path.relative_to(ROOT)) for path in code() if path.stem in SAYS_NOTHING] == []


def test_no_file_names_a_folder_or_a_registry_of_the_machine_it_was_made_on() -> None:
    found = {
        str(path.relative_to(ROOT)): lines
        for path in texts()
        if (lines := names_of_a_machine(path.read_text("utf-8")))
    }
    assert found == {}


@pytest.mark.parametrize(
    "line",
    [
        "results in /" + "home/ann/orgsim",
        "see `/" + "root/x`",
        "C:" + r"\Users\ann",
        "https://files.python" + "hosted.org/packages/32",
    ],
)
def test_a_planted_folder_or_host_is_found(line: str) -> None:
    assert names_of_a_machine(f"before\n{line}\nafter") == [line]


def test_a_path_within_the_project_is_no_machine_path() -> None:
    lines = ["docs/" + "home/page.md", "./" + "root/x.py", "hours/" + "root/week"]
    assert names_of_a_machine("\n".join(lines)) == []


def test_the_pinned_requirements_hold_a_hash_for_each_and_no_address() -> None:
    text = (ROOT / "constraints.txt").read_text("utf-8")
    assert "//" not in text
    blocks = re.split(r"\n(?=\S)", text.strip())
    assert [block for block in blocks if "==" not in block or "--hash=sha256:" not in block] == []
