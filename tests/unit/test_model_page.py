"""docs/model.md is what the code says today, and all of it, under the headings of STRESS-DES."""

from __future__ import annotations

import inspect
import re
from functools import cache

import pytest

from docs.build import PAGE, TEMPLATE, page
from docs.wiring import Handoff, wired
from orgsim.config.firm import Firm
from orgsim.config.mechanisms import MECHANISMS, quoted
from tests.architecture.source import ROOT

STRESS = [
    "1. Objectives", "1.1 Purpose of the model", "1.2 Model outputs", "1.3 Aims of experimentation",
    "2. Logic", "2.1 Overview", "2.2 Base model logic", "2.3 Scenario logic", "2.4 Algorithms",
    "2.5 Components", "2.5.1 Entities", "2.5.2 Activities", "2.5.3 Resources", "2.5.4 Queues",
    "2.5.5 Entry and exit points",
    "3. Data", "3.1 Data sources", "3.2 Pre-processing", "3.3 Input parameters", "3.4 Assumptions",
    "4. Experimentation", "4.1 Initialisation", "4.2 Run length", "4.3 Estimation approach",
    "5. Implementation", "5.1 Software", "5.2 Random sampling", "5.3 Model execution",
    "5.4 System specification",
    "6. Code access", "6.1 Sharing",
]  # fmt: skip


@cache
def written() -> str:
    return page(TEMPLATE.read_text("utf-8"))


def test_the_page_is_current() -> None:
    assert PAGE.read_text("utf-8") == written(), "run `make docs`"


def test_the_page_has_the_headings_of_stress_in_their_order() -> None:
    assert re.findall(r"^#{2,4} (\d.*)$", written(), re.MULTILINE) == STRESS


def test_every_parameter_stands_in_one_table() -> None:
    rows = re.findall(r"^\| `([\w.]+)` \|(?:[^|]*\|){7}$", written(), re.MULTILINE)
    values = set(Firm().entries) - {"title", "question"}
    assert set(rows) >= values
    assert [key for key in values if rows.count(key) != 1] == []


def test_every_kpi_dial_shock_and_channel_is_on_the_page() -> None:
    firm = Firm()
    names = [*firm.kpis, *firm.dials.names(), *firm.shocks, *firm.channels]
    assert [name for name in names if f"`{name}`" not in written()] == []


def test_every_module_of_the_organisation_is_told() -> None:
    parts = (ROOT / "orgsim" / part for part in ("departments", "customers", "governance"))
    modules = {f"{part.name}.{file.stem}" for part in parts for file in part.glob("*.py")}
    told = set(re.findall(r"^\{\{ module (\S+) \}\}$", TEMPLATE.read_text("utf-8"), re.MULTILINE))
    assert {name for name in modules if not name.endswith("__init__")} == told


def test_nothing_a_reader_sees_speaks_of_what_orgsim_was_built_from() -> None:
    texts = {"the page": written().replace("5.4 System specification", "")}
    texts |= {kind: inspect.getdoc(shock) or "" for kind, shock in Firm().shocks.items()}
    for folder in ("configs", "scenarios"):
        texts |= {f.name: f.read_text("utf-8") for f in (ROOT / folder).rglob("*.yaml")}
    assert [name for name, text in texts.items() if "specification" in text] == []
    assert "MODEL" not in written()


def test_every_mechanism_that_has_a_name_is_at_work_somewhere() -> None:
    body = written().partition("## Mechanisms by number")[0]
    sections = {entry.section for entry in Firm().entries.values()}
    used = quoted(body) | sections | {kpi.section for kpi in Firm().kpis.values()}
    assert set(MECHANISMS) - used == set()


def test_every_publication_that_is_cited_is_among_the_references() -> None:
    body, _, references = written().partition("## References")
    # The first author and the year: "Zeithaml, Berry & Parasuraman 1988", "Cui et al. (2024)".
    first, others = r"([A-Z][\w-]+)", r"(?:, [A-Z][\w-]+)*(?: &[ \w-]+| et al\.)?"
    cited = set(re.findall(rf"{first}{others} \(?((?:19|20)\d\d)\b", " ".join(body.split())))
    listed = set(re.findall(r"^- (\w+).*?\b((?:19|20)\d\d)\b", references, re.MULTILINE))
    assert len(cited) > 20
    assert cited - listed == set()


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("{{ forecast }}", "forecast"),
        ("{{ parameters sales.nothing }}", "no parameters below sales.nothing"),
        ("so says M9.9", "M9.9"),
    ],
)
def test_a_template_that_asks_for_what_is_not_there_is_refused(line: str, wrong: str) -> None:
    with pytest.raises(KeyError, match=wrong):
        page(line)


def test_a_hand_off_that_is_wired_is_in_the_overview() -> None:
    assert Handoff("sales", "place order", "logistics", "accept") in wired()
    assert Handoff("supplier", "deliver", "finance", "received") in wired()  # through a method
    assert {link.giver for link in wired()} >= {"market", "customers", "support", "simple sources"}
