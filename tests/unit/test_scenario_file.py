"""Scenario files are hostile data: what is refused, with which reason, and what is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from orgsim.config.compose import resolve_in
from orgsim.config.scenario_file import read
from orgsim.config.sources import Sources
from orgsim.errors import ConfigError
from tests.unit.small_firm import Firm, complaints, firm_in, solve


@pytest.fixture
def firm(tmp_path: Path) -> Sources[Firm]:
    return firm_in(tmp_path)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("run.weeks: 1e400", "too large"),
        ("run.weeks: .nan", "not a finite number"),
        ("run.weeks: 010", "leading zero"),
        ("run.weeks: 0x10", "decimal digits"),
        ("run.weeks: 1_0", "decimal digits"),
        ("run.weeks: 12:30", "base of 60"),
        ("support.is_open: NO", "true or false"),
        ("support.is_open: on", "true or false"),
        ("off: 1", "true or false"),
        ("run.weeks: 1\nrun.weeks: 2", "given twice"),
        ("run: {weeks: 1}\nrun: {weeks: 2}", "given twice"),
        ("run: {weeks: 1}\nrun.weeks: 2", "given twice"),
        ("run.weeks: 1\nrun.weeks.x: 2", "part of it"),
        ("a: &b 1", "anchors"),
        ("a: *b", "aliases"),
        ("a: !!python/object/apply:os.system [ls]", "tags"),
        ("run.weeks: ${oc.env:HOME}", "references"),
        ("_target_: os.system", "nothing can be run"),
        ("run: {_target_: os.system}", "nothing can be run"),
        ("<<: {run: 1}", "not allowed"),
        ("hydra: {run: {dir: /tmp}}", "Hydra's own settings"),
        ("# @package _global_\nrun.weeks: 1", "@package"),
        ("%YAML 1.1\n---\nrun.weeks: 1", "directives"),
        ("a: " + "[" * 100, "nested too deeply"),
        ("a: [1", "not readable as YAML"),
        ("a: 1\n---\nb: 2", "not readable as YAML"),
        ("[1, 2]", "mapping of keys"),
        ("7: 1", "keys are text"),
        ('"\\ud800": 1', "is not a name"),
        ('shocks: {"\\u001b[31m": {kind: outage}}', "is not a name"),
        ('shocks: {"": {kind: outage}}', "is not a name"),
        ("", "is empty"),
        ("# only a comment", "is empty"),
        ("a: \0", "not a text file"),
        ("organisation: ../silo", "no such choice"),
        ("organisation: 5", "needs keys"),
        ("organisation:", "(empty)"),
        ("organisation: {}", "is empty"),
        ("title: 5", "must be text"),
        (
            "shocks: {x: {kind: outage, onset: 60w}}",
            ":1: 'shocks.x.onset' = '60w': begins after the last measured week",
        ),
    ],
)
def test_a_trap_in_a_scenario_file_is_refused_with_its_reason(
    firm: Sources[Firm], line: str, said: str
) -> None:
    found = complaints(firm, line)
    assert len(found) == 1, found
    assert said in found[0]
    assert found[0].startswith("scenarios/story.yaml")


def test_quoted_text_and_numbers_of_the_core_schema_are_read_as_written(
    firm: Sources[Firm],
) -> None:
    text = "title: \"NO\"\nquestion: '12:30'\nrun.weeks: 10\norganisation.brief.hours: 1e1"
    scenario = solve(firm, text).scenario
    assert (scenario.title, scenario.question) == ("NO", "12:30")
    assert (scenario.run.weeks, scenario.organisation.brief.hours) == (10, 10.0)


def test_a_binary_a_huge_and_a_missing_file_are_refused(
    firm: Sources[Firm], tmp_path: Path
) -> None:
    binary, huge = tmp_path / "b.yaml", tmp_path / "h.yaml"
    binary.write_bytes(b"\x89PNG\xff\xfe\x00")
    huge.write_text("a: 1\n" * 100_000, encoding="utf-8")
    cases = ((binary, "UTF-8"), (huge, "larger"), (tmp_path / "no.yaml", "no such file"))
    folder = tmp_path / "folder.yaml"
    folder.mkdir()
    for path, said in (*cases, (folder, "is a folder"), (tmp_path, "is a folder")):
        with pytest.raises(ConfigError, match=said):
            resolve_in(firm, str(path))


@pytest.mark.parametrize(
    ("text", "line", "hint"),
    [
        ("title: a\nrun:\n\tweeks: 3", 3, "spaces, not with tabs"),
        ("title: a: b", 1, "into quotes"),
        ("title: a\n  question: b", 2, "indent keys alike"),
        ("title: a\nrun.weeks: @3", 2, "into quotes"),
        ("shocks: {x: {kind: y}\nrun.weeks: 3\n", 2, "bracket is not closed"),
        ('title: "a\n', 2, "quote or bracket is not closed"),
        ("title: a\nlogistics:\n- 3\nx\n", 5, "write 'key: value'"),
    ],
)
def test_what_is_not_yaml_is_told_with_what_to_do(
    tmp_path: Path, text: str, line: int, hint: str
) -> None:
    path = tmp_path / "story.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read(path, "story.yaml", frozenset())
    (problem,) = caught.value.problems
    assert problem.where == f"story.yaml:{line}"
    assert hint in problem.hint
