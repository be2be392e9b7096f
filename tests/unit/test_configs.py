"""The values orgsim ships: every file is read, every choice fits, and no scenario says too much."""

from __future__ import annotations

import re
import typing
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from orgsim.config.base import models
from orgsim.config.compose import defaults, resolve, resolve_in
from orgsim.config.described import ParameterEntry, described
from orgsim.config.mechanisms import MECHANISMS
from orgsim.config.merge import leaves
from orgsim.config.provenance import Provenance
from orgsim.config.scenario_file import parse, read
from orgsim.config.schema import Scenario
from orgsim.config.sources import packaged
from orgsim.errors import ConfigError
from orgsim.units import Unit

SOURCES = packaged()
GROUPS = SOURCES.groups()
SCENARIOS = sorted(SOURCES.scenarios[-1].glob("*.yaml"))


@pytest.mark.parametrize("group", GROUPS)
def test_every_choice_of_a_group_fits_the_default_firm(group: str, tmp_path: Path) -> None:
    for choice in GROUPS[group]:
        file = tmp_path / f"{choice}.yaml"
        file.write_text(f"{group}: {choice}", encoding="utf-8")
        assert resolve_in(SOURCES, str(file)).choices[group] == choice


def test_every_group_is_a_part_of_the_scenario_and_has_a_default() -> None:
    parts = set(Scenario.model_fields)
    listed = yaml.safe_load((SOURCES.configs / "config.yaml").read_text("utf-8"))["defaults"]
    chosen = {group for entry in listed if isinstance(entry, dict) for group in entry}
    assert set(GROUPS) <= parts
    assert chosen == set(GROUPS)


def test_every_file_of_the_configs_is_a_choice_of_a_group() -> None:
    files = {str(f.relative_to(SOURCES.configs)) for f in SOURCES.configs.rglob("*.yaml")}
    choices = {f"{group}/{name}.yaml" for group, names in GROUPS.items() for name in names}
    assert files - choices == {"config.yaml"}


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_every_scenario_resolves_and_has_a_title_and_a_question(path: Path) -> None:
    scenario = resolve(str(path)).scenario
    assert scenario.title
    assert scenario.question.endswith("?")


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_scenario_says_nothing_that_is_so_anyway(path: Path) -> None:
    said = parse(path.read_text("utf-8"), path.name, frozenset(GROUPS)).leaves
    anyway = dict(leaves(defaults(SOURCES)))
    assert {key: value for key, value in said.items() if anyway.get(key, ...) == value} == {}


def test_the_baseline_is_the_default_firm() -> None:
    assert resolve("baseline").changed == ()


# How every value is known ------------------------------------------------------------------


def rows(group: str, choice: str) -> list[ParameterEntry]:
    """Every parameter of the default firm with one other choice."""
    plain = resolve("baseline", [f"{group}={choice}"]).plain
    return list(described(Scenario, plain, Provenance(SOURCES, {group: choice})))


def lacking(entry: ParameterEntry) -> list[str]:
    """What a row does not say, or not so that it can be looked up."""
    known = entry._replace(section=entry.section if entry.section in MECHANISMS else "")
    names = ["meaning", "default", "unit", "range", "section"]
    if entry.key not in ("title", "question", "organisation.channels", "targets"):
        names += ["evidence", "source", "written"]
    missing = [name for name in names if not getattr(known, name)]
    needs_author = entry.evidence in ("V", "R") and not re.search(r"\d{4}|SQM|publi", entry.source)
    return [*missing, *(["who says so, and when"] if needs_author else [])]


@pytest.mark.parametrize(("group", "choice"), [(g, c) for g in GROUPS for c in GROUPS[g]])
def test_every_parameter_says_what_it_means_how_far_it_goes_and_how_it_is_known(
    group: str, choice: str
) -> None:
    found = rows(group, choice)
    assert len(found) > 200
    assert {entry.key: lacking(entry) for entry in found if lacking(entry)} == {}


@pytest.mark.parametrize(
    ("change", "lack"),
    [
        ({"source": ""}, "source"),
        ({"evidence": ""}, "evidence"),
        ({"section": "M9.9"}, "section"),
        ({"range": ""}, "range"),
        ({"evidence": "V", "source": "somebody"}, "who says so, and when"),
    ],
)
def test_a_parameter_that_does_not_say_it_is_found(change: dict[str, str], lack: str) -> None:
    (entry,) = (e for e in rows("run", "default") if e.key == "sales.web_share")
    assert lacking(entry) == []
    assert lacking(entry._replace(**change)) == [lack]


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_every_number_of_a_scenario_says_how_it_is_known(path: Path) -> None:
    file = read(path, path.name, frozenset(GROUPS))
    origins = Provenance(SOURCES, {}, (file, path))
    texts = [("title",), ("question",), ("organisation",)]
    known = {key: origins.of(key).remark for key in file.leaves if key not in texts}
    assert {key: remark for key, remark in known.items() if not remark.source} == {}


def test_of_one_field_base_and_niche_are_known_in_different_ways() -> None:
    known = {entry.key: entry.evidence for entry in rows("sales", "default")}
    assert (known["sales.base.claim_effect"], known["sales.niche.claim_effect"]) == ("V", "J")


def every_model(annotation: Any) -> Iterator[type[BaseModel]]:
    for model in models(annotation):
        yield model
        for declared in model.model_fields.values():
            yield from every_model(declared.annotation)


def numbers(annotation: Any, notes: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """The notes beside each number that a type is made of."""
    if typing.get_origin(annotation) is typing.Annotated:
        inner, *more = typing.get_args(annotation)
        yield from numbers(inner, [*notes, *more])
    elif annotation in (int, float):
        yield notes
    elif not any(models(annotation)):
        for part in typing.get_args(annotation):
            yield from numbers(part, notes)


def is_limited(notes: Sequence[Any]) -> bool:
    has_low = any(hasattr(note, name) for note in notes for name in ("ge", "gt"))
    has_high = any(hasattr(note, name) for note in notes for name in ("le", "lt"))
    has_unit = any(isinstance(note, Unit) for note in notes)
    return has_unit or (has_low and has_high)


def test_no_number_of_a_scenario_is_without_limits() -> None:
    found = {
        f"{model.__name__}.{name}": is_limited(notes)
        for model in every_model(Scenario)
        for name, declared in model.model_fields.items()
        for notes in numbers(declared.annotation, declared.metadata)
    }
    assert len(found) > 100
    assert [name for name, limited in found.items() if not limited] == []


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("sales.reps='Mon-Fri 09-18'", "write when and how many, like {Mon-Fri 09-18: 4}"),
        ("support.agents=5", "write when and how many, like {Mon-Fri 09-18: 4}"),
        ("run.start_date='2024-W01-1'", "write a date like 2024-01-01"),
        ("run.start_date=9999-12-27", "must lie between the years 1900 and 2999"),
    ],
)
def test_what_could_be_read_in_two_ways_or_not_to_its_end_is_refused(
    override: str, said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        resolve("baseline", [override])
