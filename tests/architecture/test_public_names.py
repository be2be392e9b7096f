"""The names that a user's program may rely on: a change here is a change of the interface."""

import importlib
import subprocess
import sys

import orgsim

PUBLIC = ["__version__"]


def test_the_public_names_are_exactly_these() -> None:
    assert sorted(orgsim.__all__) == sorted(PUBLIC)


def test_every_public_name_is_there() -> None:
    module = importlib.import_module("orgsim")
    assert [name for name in PUBLIC if getattr(module, name, None) is None] == []


def test_importing_orgsim_alone_loads_no_library() -> None:
    asked = "import sys, orgsim; print(*{name.split('.')[0] for name in sys.modules})"
    loaded = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "orgsim" in loaded
    assert {"numpy", "pandas", "matplotlib", "simpy", "hydra", "pydantic"} & set(loaded) == set()
