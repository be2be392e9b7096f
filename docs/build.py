"""Write docs/model.md: the template's prose, filled with what the code and `configs/` say.

A line of the template that reads `{{ verb words }}` is replaced by what the verb makes of them.
Nothing of the result depends on the machine, the day or the versions installed, so that a test can
hold the page against the code.

Reference: Monks, Currie, Onggo, Robinson, Kunc & Taylor (2019), "Strengthening the reporting of
empirical simulation studies: introducing the STRESS guidelines", Journal of Simulation 13(1).
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import IntEnum
from importlib import import_module
from inspect import getdoc
from pathlib import Path

from docs.wiring import handoffs
from orgsim import entities
from orgsim.config.base import parameters
from orgsim.config.compose import Resolved, resolve
from orgsim.config.described import ParameterEntry, entry_of, in_words, with_unit
from orgsim.config.explain import counted, direction
from orgsim.config.firm import Firm
from orgsim.config.mechanisms import MECHANISMS, quoted
from orgsim.config.provenance import EVIDENCE
from orgsim.config.schema import Scenario
from orgsim.config.writing import inline
from orgsim.governance.information import TOPICS
from orgsim.kpis.breaks import BREAKS

ROOT = Path(__file__).resolve().parent.parent
PAGE, TEMPLATE = ROOT / "docs" / "model.md", ROOT / "docs" / "model.template.md"
_VERB = re.compile(r"\{\{ (\w+)((?: [^ }]+)*) \}\}")

_PARTS = ("departments/*.py", "customers/*.py", "governance/*.py", "shocks/*.py", "kpis/*.py")

Lines = Iterator[str]


def page(template: str) -> str:
    """Return the page that a template describes.

    Raises KeyError for an unknown verb, or a mechanism's number that has no name.
    """
    verbs = _verbs(Firm())
    lines: list[str] = []
    for line in template.splitlines():
        found = _VERB.fullmatch(line)
        lines += verbs[found[1]](*found[2].split()) if found else [line]
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).rstrip() + "\n"
    if unknown := sorted(quoted(text) - set(MECHANISMS)):
        raise KeyError(f"numbers without a name in MECHANISMS: {', '.join(unknown)}")
    return text


def _verbs(firm: Firm) -> dict[str, Callable[..., Iterable[str]]]:
    """Return what each verb of the template makes of its words."""
    return {
        "module": _module,
        "entities": _entities,
        "handoffs": lambda: handoffs(firm),
        "parameters": lambda *groups: _parameters(_below(firm, groups)),
        "evidence": lambda: _evidence(firm),
        "published": lambda: _published(firm),
        "kpis": lambda *areas: _kpis(firm, areas),
        "breaks": _breaks,
        "shocks": lambda: _shocks(firm),
        "dials": lambda: _dials(firm),
        "channels": lambda: _channels(firm),
        "scenarios": lambda: _scenarios(firm),
        "designs": lambda: _designs(firm),
        "mechanisms": lambda: _mechanisms(firm),
        "software": _software,
    }


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Lines:
    """Iterate over the lines of a Markdown table."""
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace(' | ', ', ') for cell in row)} |"


def _code(text: str) -> str:
    return f"`{text}`"


def _told(docstring: str) -> str:
    """A docstring for a reader of the page: sections of the model are cited by their number."""
    return re.sub(r"\bMODEL\s", "", docstring).replace("``", "`")


def _module(name: str) -> Lines:
    """What a module's docstring says: it is its department's procedure."""
    text = getdoc(import_module(f"orgsim.{name}")) or ""
    yield from _told(text).splitlines()


def _entities(*names: str) -> Lines:
    """What moves, and what it is told apart by."""
    for name in names:
        kind = getattr(entities, name)
        said = " ".join(_told(getdoc(kind) or "").split())
        members = ", ".join(member.name.lower().replace("_", " ") for member in _members(kind))
        yield f"- **{name}**{f' ({members})' if members else ''}: {said}"


def _members(kind: type) -> Iterable[IntEnum]:
    return kind if issubclass(kind, IntEnum) else ()


# Parameters and their evidence ---------------------------------------------------------------


def _below(firm: Firm, groups: Sequence[str]) -> list[ParameterEntry]:
    """Return the parameters below some keys; KeyError where a key holds none."""
    found = []
    for group in groups:
        rows = [e for key, e in firm.entries.items() if key == group or key.startswith(f"{group}.")]
        if not rows:
            raise KeyError(f"no parameters below {group}")
        found += rows
    return found


def _parameters(entries: Iterable[ParameterEntry]) -> Lines:
    head = ("key", "meaning", "value", "unit", "range", "known", "source or ground", "mechanism")
    yield from _table(
        head,
        (
            (
                _code(entry.key),
                entry.meaning,
                entry.default,
                entry.unit,
                entry.range,
                entry.evidence,
                entry.source,
                entry.section,
            )
            for entry in entries
        ),
    )


def _evidence(firm: Firm) -> Lines:
    """How values may be known, and how many are known so."""
    numbers = Counter(entry.evidence for entry in firm.entries.values())
    rows = ((f"[{t}]", word, said, str(numbers[t])) for t, (word, said) in EVIDENCE.items())
    yield from _table(("tag", "word", "what it means", "values"), rows)


def _published(firm: Firm) -> Lines:
    """The values that rest on something published, verified or recalled."""
    known = [entry for entry in firm.entries.values() if entry.evidence in ("V", "R")]
    rows = (
        (_code(e.key), with_unit(e.default, e.unit), f"[{e.evidence}] {e.source}") for e in known
    )
    yield from _table(("key", "value", "source"), rows)


# What is measured, what happens, who is told ---------------------------------------------------


def _kpis(firm: Firm, areas: Sequence[str]) -> Lines:
    """The KPIs of some areas; `*` marks those that are also measured for base and niche apart."""
    head = ("KPI", "what it is", "definition", "unit", "good", "target", "unfinished", "whole run")
    rows = (
        (
            _code(kpi.name) + ("\\*" if len(kpi.segments) > 1 else ""),
            kpi.title,
            kpi.formula,
            in_words(kpi.unit),
            direction(kpi).removesuffix(" is better"),
            _target(firm, kpi.name),
            "" if kpi.open_items == "none" else counted(kpi),
            {"ratio": "ratio of sums", "last": "last week", "sum": "sum"}[kpi.over_time],
        )
        for kpi in firm.kpis.values()
        if kpi.area in areas
    )
    yield from _table(head, rows)


def _target(firm: Firm, kpi: str) -> str:
    entry = firm.entries.get(f"targets.{kpi}")
    return "" if entry is None else entry.default


def _breaks() -> Lines:
    rows = ((_code(rule.name), _code(rule.kpi), rule.segment, rule.rule) for rule in BREAKS)
    yield from _table(("break", "KPI", "segment", "broken once it is"), rows)


def _shocks(firm: Firm) -> Lines:
    for kind, model in firm.shocks.items():
        yield f"`{kind}`: {' '.join((getdoc(model) or '').split())}"
        yield ""
        places = {place.path: place for place in parameters(model, {})}
        entries = [entry_of(places, place, "") for path, place in places.items() if path[-1:]]
        rows = ((_code(e.key), e.meaning, e.range) for e in entries if e.key != "kind")
        yield from (*_table(("key", "meaning", "range"), rows), "")


def _dials(firm: Firm) -> Lines:
    dials = [firm.dials[name] for name in firm.dials.names()]
    rows = ((_code(d.name), d.meaning, f"{d.base:g}", d.rule) for d in dials)
    yield from _table(("dial", "meaning", "at rest", "shocks together"), rows)


def _channels(firm: Firm) -> Lines:
    names = ("sender", "receiver", "topic", "active", "notice", "delay", "fidelity", "noise")
    rows = []
    for name, key in firm.channels.items():
        values = {n: firm.entries[f"{key}.{n}"].default for n in names}
        rows.append([_code(name), *values.values(), TOPICS[values["topic"]]])
    yield from _table(("channel", *names, "what a message says"), rows)


def _scenarios(firm: Firm) -> Lines:
    rows = []
    for name, resolved in _shipped(firm):
        changed = (f"`{c.key}` = {inline(c.value)}" for c in resolved.changed)
        rows.append((_code(name), resolved.scenario.question, ", ".join(changed) or "nothing"))
    yield from _table(("scenario", "question", "what differs from the default firm"), rows)


def _shipped(firm: Firm) -> Iterator[tuple[str, Resolved[Scenario]]]:
    """Iterate over orgsim's own scenarios, not the user's."""
    for path in sorted(firm.sources.scenarios[-1].glob("*.yaml")):
        yield path.stem, resolve(str(path))


def _designs(firm: Firm) -> Lines:
    """The designs of the organisation side by side, in all that they do not share."""
    names = firm.sources.groups()["organisation"]
    resolved = {name: resolve("baseline", [f"organisation={name}"]) for name in names}
    changed = {
        name: {change.key: inline(change.value) for change in design.changed}
        for name, design in resolved.items()
    }
    keys = [key for key in firm.entries if any(key in values for values in changed.values())]
    rows = (
        (_code(key), *(changed[name].get(key, firm.entries[key].default) for name in names))
        for key in keys
    )
    yield from _table(("key", *names), rows)


# The page about itself ---------------------------------------------------------------------------


def _mechanisms(firm: Firm) -> Lines:
    """Every number, its name, and where in the code it is at work."""
    package = ROOT / "orgsim"
    files = [package / "organisation.py", *(f for part in _PARTS for f in package.glob(part))]
    said = {f.relative_to(package).as_posix(): quoted(f.read_text("utf-8")) for f in sorted(files)}
    numbers = Counter(entry.section for entry in firm.entries.values())
    rows = (
        (
            number,
            name,
            str(numbers[number] or ""),
            ", ".join(_code(file) for file, found in said.items() if number in found),
        )
        for number, name in MECHANISMS.items()
    )
    yield from _table(("number", "name", "parameters", "in orgsim/"), rows)


def _software() -> Lines:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    yield f"- Python {project['requires-python']}"
    yield from (f"- {requirement}" for requirement in project["dependencies"])


if __name__ == "__main__":
    PAGE.write_text(page(TEMPLATE.read_text("utf-8")), encoding="utf-8")
    sys.stdout.write(f"{PAGE.relative_to(ROOT)} is written\n")
