"""`orgsim --help` answers at once: it loads none of the libraries that take their time."""

import re
import subprocess
import sys

import pytest

HEAVY = {
    "hydra", "joblib", "matplotlib", "numpy", "omegaconf", "pandas", "pyarrow", "pydantic", "rich",
    "scipy", "simpy", "yaml",
}  # fmt: skip
IMPORTED = re.compile(r"^import time:\s+\d+ \|\s+\d+ \|\s*(\S+)$", re.MULTILINE)


def top_level_imports(*arguments: str) -> set[str]:
    """The top-level packages that a Python process imports for these arguments, exit code 0."""
    command = [sys.executable, "-X", "importtime", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in IMPORTED.findall(done.stderr)}


@pytest.mark.parametrize("asked", ["--help", "--version"])
def test_the_cli_answers_without_loading_a_heavy_library(asked: str) -> None:
    loaded = top_level_imports("-c", f"from orgsim.cli import main; main(['{asked}'])")
    assert "orgsim" in loaded
    assert loaded & HEAVY == set()


def test_a_heavy_import_would_be_seen() -> None:
    assert "simpy" in top_level_imports("-c", "import simpy")
