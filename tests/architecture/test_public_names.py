"""The names that a user's program may rely on: a change here is a change of the interface."""

import subprocess
import sys

import pytest

import orgsim

PUBLIC = [
    "ConfigError",
    "ModelError",
    "OrgsimError",
    "ResultError",
    "Scenario",
    "__version__",
    "resolve",
    "simulate",
]


def test_the_public_names_are_exactly_these() -> None:
    assert orgsim.__all__ == PUBLIC


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_name_is_there_and_knows_its_home(name: str) -> None:
    found = getattr(orgsim, name)
    assert name == "__version__" or found.__name__ == name


def test_a_name_that_is_not_there_is_refused_as_of_any_module() -> None:
    with pytest.raises(AttributeError, match="no attribute 'forecast'"):
        orgsim.forecast  # noqa: B018


def test_importing_orgsim_alone_loads_no_library() -> None:
    asked = "import sys, orgsim; print(*{name.split('.')[0] for name in sys.modules})"
    loaded = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "orgsim" in loaded
    assert {"numpy", "pandas", "matplotlib", "simpy", "hydra", "pydantic"} & set(loaded) == set()
