"""Parts found by name, and errors that carry every problem."""

from __future__ import annotations

import pickle

import pytest

from orgsim.errors import ConfigError, OrgsimError, Problem
from orgsim.registry import Registry, did_you_mean


def registry() -> Registry[str]:
    parts: Registry[str] = Registry("shock")
    parts.add("surge", "more")
    parts.add("outage", "none")
    return parts


def test_parts_come_in_the_order_of_registration() -> None:
    parts = registry()
    assert list(parts) == ["surge", "outage"]
    assert parts.names() == ("surge", "outage")
    assert list(parts.items()) == [("surge", "more"), ("outage", "none")]
    assert ("surge" in parts, "storm" in parts, len(parts)) == (True, False, 2)


def test_a_decorator_registers_and_gives_back_what_it_decorates() -> None:
    parts: Registry[type] = Registry("shock")

    @parts.register("storm")
    class Storm:
        pass

    assert parts.get("storm") is Storm


def test_an_unknown_name_is_answered_with_near_matches() -> None:
    with pytest.raises(ConfigError, match="unknown shock 'surg' - did you mean 'surge'"):
        registry().get("surg")


def test_a_name_near_to_nothing_is_answered_with_all_names_if_they_are_few() -> None:
    assert did_you_mean("xyz", ["surge", "outage"]) == "known: surge, outage"
    assert did_you_mean("xyz", [f"part_{n}" for n in range(50)]) == ""


def test_a_name_cannot_be_taken_twice() -> None:
    parts = registry()
    with pytest.raises(ValueError, match="registered twice"):
        parts.add("surge", "other")


def test_an_error_has_one_line_per_problem_and_travels_between_processes() -> None:
    problems = (
        Problem(where="a.yaml:3", message="bad\nnews", hint="write good", key="x.y"),
        Problem(message="worse"),
    )
    error = ConfigError(problems)
    assert str(error).splitlines() == ["a.yaml:3: bad news - write good", "worse"]
    assert isinstance(error, OrgsimError)
    copied = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert (copied.problems, str(copied)) == (problems, str(error))


def test_control_characters_of_a_hostile_file_never_reach_the_terminal() -> None:
    assert "\x1b" not in str(Problem(message="unknown key '\x1b[31mred'"))
