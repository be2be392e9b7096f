"""What exists, read off models and files: tables, the schema for editors, new files, completion."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgsim.config.authoring import begin
from orgsim.config.catalogue import (
    channels,
    file_schema,
    parameter_table,
    scenarios,
    shocks,
)
from orgsim.config.compose import resolve_in
from orgsim.config.scenario_file import parse
from orgsim.config.sources import Sources
from orgsim.config.writing import inline, written
from orgsim.errors import ConfigError
from tests.unit.small_firm import Firm, firm_in, solve


@pytest.fixture
def firm(tmp_path: Path) -> Sources[Firm]:
    return firm_in(tmp_path)


def test_every_parameter_is_listed_with_default_unit_range_and_meaning(
    firm: Sources[Firm],
) -> None:
    table = {entry.key: entry for entry in parameter_table(firm)}
    lead_time = table["logistics.lead_time.mean"]
    assert (lead_time.default, lead_time.unit) == ("18d", "duration")
    assert (lead_time.range, lead_time.meaning) == ("above 0, at most 100y", "L: mean")
    assert (lead_time.section, lead_time.evidence, lead_time.source) == ("M3.4", "R", "Gauss")
    assert lead_time.written == "configs/logistics/default.yaml:2"
    assert table["logistics.lead_time.kind"].range == "fixed | gamma"
    assert table["organisation.brief.hours"].range == "at least 0"
    assert table["support.agents"].default == "{Mon-Sun 08-20: 16}"
    assert "logistics.lead_time" not in table  # its parts are there


def test_scenarios_are_listed_by_name_and_a_broken_one_does_not_hide_the_others(
    firm: Sources[Firm],
) -> None:
    solve(firm, "title: A story\nquestion: Why?")
    (firm.scenarios[0] / "broken.yaml").write_text("a: 12:30\nb: 010", encoding="utf-8")
    broken, story = scenarios(firm)
    assert (story.name, story.title, story.question) == ("story", "A story", "Why?")
    assert broken.title == "cannot be read (2 problems)"


def test_kinds_of_shock_are_listed_with_their_keys(firm: Sources[Firm]) -> None:
    assert [(entry.kind, entry.keys) for entry in shocks(firm.model)] == [
        ("surge", "onset, rate"),
        ("outage", "onset"),
    ]


def test_an_organisation_without_channels_lists_none(firm: Sources[Firm]) -> None:
    assert channels(firm) == []


# The schema for editors --------------------------------------------------------------------


def allowed(schema: dict[str, Any], part: dict[str, Any], value: Any) -> bool:
    """A validator of the few words of JSON Schema that the export uses."""
    if "$ref" in part:
        target: Any = schema
        for step in part["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        return allowed(schema, target, value)
    if "anyOf" in part:
        return any(allowed(schema, option, value) for option in part["anyOf"])
    if "const" in part or "enum" in part:
        return value in part.get("enum", [part.get("const")])
    types = {"string": str, "number": (int, float), "integer": int, "boolean": bool}
    kind = part.get("type")
    if kind == "object" and isinstance(value, dict):
        return all(
            allowed(schema, found, inner)
            for key, inner in value.items()
            for found in [entry_of(part, key)]
            if found is not True
        )
    if kind == "array":
        return isinstance(value, list) and all(allowed(schema, part["items"], v) for v in value)
    if (
        kind in types
        and isinstance(value, types[kind])
        and isinstance(value, bool) is (kind == "boolean")
    ):
        is_matched = not isinstance(value, str) or re.search(part.get("pattern", ""), value)
        return bool(is_matched) and value is not part.get("minimum")
    return not part


def entry_of(part: dict[str, Any], key: str) -> Any:
    """The schema of a key of an object; {"const": ...} that nothing meets where it may not be."""
    if key in part.get("properties", {}):
        return part["properties"][key]
    if any(re.search(pattern, key) for pattern in part.get("patternProperties", {})):
        return True
    return part.get("additionalProperties", True) or {"enum": []}


@pytest.mark.parametrize(
    ("content", "is_valid"),
    [
        ({"title": "T"}, True),
        ({"organisation": "coordinated", "organisation.brief.hours": 4}, True),
        ({"logistics": {"lead_time": {"mean": "3w"}}}, True),
        ({"logistics.lead_time.mean": "3w"}, True),
        ({"shocks": {"a": {"kind": "outage", "onset": "8w"}}}, True),
        ({"shocks.a.onset": "8w"}, True),
        ({"support": {"agents": {"Mon-Sun 08-20": 3}}}, True),
        ({"organisation": "cordinated"}, False),
        ({"organisation.brief.hour": 4}, False),
        ({"organisation": {"brief": {"hour": 4}}}, False),
        ({"run": {"weeks": "six"}}, False),
        ({"run.weeks": "six"}, False),
        ({"logistics": {"lead_time": {"mean": 3}}}, False),
        ({"wibble": 1}, False),
    ],
)
def test_the_schema_of_a_file_knows_sparse_dotted_and_chosen_keys(
    firm: Sources[Firm], content: dict[str, Any], is_valid: bool
) -> None:
    schema = file_schema(firm)
    assert allowed(schema, schema, content) is is_valid


def test_the_schema_gives_meaning_unit_and_default(firm: Sources[Firm]) -> None:
    schema = file_schema(firm)
    assert schema["$defs"]["Brief"]["properties"]["hours"]["unit"] == "h"
    opening = schema["properties"]["logistics.opening"]
    assert {key: opening[key] for key in ("default", "evidence", "source")} == {
        "default": 100,
        "evidence": "J",
        "source": "so many",
    }


# Writing and beginning ---------------------------------------------------------------------

scalars = st.one_of(
    st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=8),
    st.sampled_from(["NO", "12:30", "010", "1e3", "null", "~", "", "a: b", "#x", " x ", ".nan"]),
    st.integers(-(10**6), 10**6),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.none(),
)
names = st.from_regex(r"[a-z][a-z0-9_]{0,6}", fullmatch=True).filter(lambda n: n != "hydra")


@given(st.dictionaries(names, st.one_of(scalars, st.lists(scalars, max_size=3)), min_size=1))
def test_what_is_written_is_read_back_as_the_very_same_values(values: dict[str, Any]) -> None:
    leaves = parse(written(values), "x.yaml").leaves
    assert {key: value for (key,), value in leaves.items()} == values
    assert {key: type(value) for (key,), value in leaves.items()} == {
        key: type(value) for key, value in values.items()
    }


@given(scalars.filter(lambda value: value is not None))
def test_a_value_on_one_line_is_read_back_as_it_was(value: Any) -> None:
    line = inline(value)
    assert "\n" not in line
    assert parse(f"key: {line}", "x.yaml").leaves == {("key",): value}


def test_a_new_scenario_says_what_its_source_says(firm: Sources[Firm], tmp_path: Path) -> None:
    source = solve(
        firm,
        """\
        title: "12:30"
        question: 'Is it: so?'
        organisation: coordinated
        organisation.brief.hours: 4
        logistics: {lead_time: {kind: fixed, mean: 3w}}
        support.agents: {Sat 10-14: 6}
        """,
    )
    path, lines = begin("mine", "story", tmp_path / "new" / "scenarios", firm)
    copy = resolve_in(firm, str(path))
    assert copy.changed == source.changed
    assert copy.scenario.title == "Mine (begun from: 12:30)"
    assert copy.scenario.question.startswith("What changes against story, and why?")
    text = path.read_text("utf-8").splitlines()
    assert [text[line - 1].split(":")[0] for line in lines.values()] == list(lines)
    with pytest.raises(ConfigError, match="exists already"):
        begin("mine", "story", tmp_path / "new" / "scenarios", firm)


def test_every_value_that_is_shown_is_a_file_that_says_the_same(
    firm: Sources[Firm], tmp_path: Path
) -> None:
    resolved = solve(firm, "organisation: coordinated\nshocks.a: {kind: outage, onset: 2w}")
    path = tmp_path / "shown.yaml"
    path.write_text(written(dict(resolved.plain)), encoding="utf-8")
    assert resolve_in(firm, str(path)).digest == resolved.digest
