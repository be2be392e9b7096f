"""Where a value was written and how it is known: read off our files and the user's."""

from __future__ import annotations

from pathlib import Path

import pytest

from orgsim.config.provenance import EVIDENCE, Provenance, Remark, remarks
from orgsim.config.scenario_file import read
from orgsim.config.sources import Sources
from tests.unit.small_firm import Firm, firm_in, solve


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        ("a: 1", Remark()),
        ("a: 1 # so many", Remark("so many")),
        ("a: 1 # [J] default firm", Remark("", "J", "default firm")),
        ("a: 1   # L [V]  Cui et al. 2024", Remark("L", "V", "Cui et al. 2024")),
        ("a: 1 # L [J] some say 2 (SQM [V])", Remark("L", "J", "some say 2 (SQM [V])")),
        ("a: 1 # [X] no such tag", Remark("[X] no such tag")),
        ("a: 1 # [C] two\n     # lines\n", Remark("", "C", "two lines")),
        ("# [C] said\n# before\na: 1", Remark("", "C", "said before")),
        ("# of the file, not of the key\na: 1", Remark()),
        ("a#b: 1", Remark()),
    ],
)
def test_a_comment_says_what_is_meant_how_it_is_known_and_from_where(
    text: str, remark: Remark
) -> None:
    assert list(remarks(text).values()) == [remark]


def test_a_comment_belongs_to_the_key_before_unless_it_stands_like_the_next() -> None:
    text = "a: 1 # [V] goes\n    # on\n# [R] the next\nb: 2\nc:\n  # [P] the inner\n  d: 3\n"
    found = {line: (remark.evidence, remark.source) for line, remark in remarks(text).items()}
    assert found == {1: ("V", "goes on"), 4: ("R", "the next"), 5: ("", ""), 7: ("P", "the inner")}


@pytest.fixture
def firm(tmp_path: Path) -> Sources[Firm]:
    firm = firm_in(tmp_path)
    silo = "brief: {hours: 0}  # [J] nobody\nfidelity: 20% # F [V] a study\n"
    (firm.configs / "organisation/silo.yaml").write_text(silo, encoding="utf-8")
    told = "defaults:\n  - silo\n  - _self_\n\nfidelity: 0.9\n"
    (firm.configs / "organisation/coordinated.yaml").write_text(told, encoding="utf-8")
    return firm


def test_a_key_without_a_tag_has_that_of_the_key_it_lies_below(firm: Sources[Firm]) -> None:
    origin = Provenance(firm).of(("organisation", "brief", "hours"))
    assert (str(origin), origin.remark) == (
        "configs/organisation/silo.yaml:1",
        Remark("", "J", "nobody"),
    )


def test_the_choice_that_has_the_last_word_is_where_a_value_was_written(
    firm: Sources[Firm],
) -> None:
    chosen = Provenance(firm, {"organisation": "coordinated"})
    fidelity = chosen.of(("organisation", "fidelity"))
    assert str(fidelity) == "configs/organisation/coordinated.yaml:5"
    assert fidelity.remark == Remark()  # what is known of another value is not known of this one
    assert chosen.of(("organisation", "brief", "hours")).remark.evidence == "J"
    assert str(chosen.of(("shocks",))) == "configs/config.yaml:8"
    assert str(chosen.of(("title",))) == ""


def test_a_scenario_s_own_value_has_the_scenario_s_own_evidence(firm: Sources[Firm]) -> None:
    solve(firm, "organisation.fidelity: 30%  # [V] asked the planners, 2025\n")
    path = firm.scenarios[1] / "story.yaml"
    file = read(path, "scenarios/story.yaml", frozenset(firm.groups()))
    origin = Provenance(firm, {}, (file, path)).of(("organisation", "fidelity"))
    assert str(origin) == "scenarios/story.yaml:1"
    assert (origin.remark.evidence, origin.remark.source) == ("V", "asked the planners, 2025")


def test_every_tag_has_a_word() -> None:
    words = ["verified", "recalled", "computed", "exploratory", "judgement"]
    assert [word for word, _ in EVIDENCE.values()] == words
