"""What a name stands for: a parameter, a group of them, a KPI, a dial, a shock, a channel.

For whoever is asked where a number comes from: what it means, its unit, how far it may go, on what
evidence it stands and who changes it. A name may stand for several things (`market.base_leads` is a
parameter and a dial); all are told.

Assumption: everything is read off the models, the KPIs and the comments in `configs/`, so that
nothing is said here that the program does not use.

Reference: DESIGN.md s.6; what the tags of evidence mean: `provenance.EVIDENCE`, docs/model.md.
"""

from __future__ import annotations

import difflib
import inspect
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from orgsim.analysis import paradox
from orgsim.config.base import parameters
from orgsim.config.described import ENTRIES, ParameterEntry, entry_of, in_words, with_unit
from orgsim.config.firm import Firm
from orgsim.config.mechanisms import MECHANISMS, mechanism
from orgsim.config.problems import beneath_the_same
from orgsim.config.provenance import EVIDENCE
from orgsim.config.scenario_file import dotted
from orgsim.config.writing import inline
from orgsim.errors import COMMAND_LINE, ConfigError, Problem
from orgsim.governance.information import TOPICS
from orgsim.kpis.base import Kpi
from orgsim.kpis.breaks import BREAKS
from orgsim.kpis.money import WORTHS, Worth
from orgsim.kpis.targets import why_no_target

__all__ = ["Explanation", "counted", "direction", "explain", "names"]

_LABEL = 10
_LONG = {
    "number": "a pure number",
    "share": "a share: 0.4 or 40%",
    "duration": "a duration: 15min, 2h, 3d, 6w or 1y",
    "rate": "a rate: 27/h, 40/d, 3640/w or 0.35/y",
    "calendar": "a weekly calendar: Mon-Fri 09-18",
    "date": "a date: 2024-01-01",
    "choice": "a choice",
    "list": "a list",
    "entries": "entries by name",
}
_WHOLE_RUN = {
    "ratio": "the ratio of the sums over all measured weeks",
    "last": "the last week's value",
    "sum": "the sum over the measured weeks",
}
_FIGURES = {
    **WORTHS,
    "silo_paradox_index": Worth(
        "only of success that hurts, at the terminal and in --json", paradox.IN_WORDS, "s.9"
    ),
}
_NO_DEFAULT = "none: it is there only where a scenario sets it"

Facts: TypeAlias = dict[str, str | list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What one name stands for: facts by label, and perhaps a table of what lies below it.

    `plainly` says for a program what a fact says in prose.
    """

    subject: str
    name: str
    facts: Facts
    rows: list[dict[str, str]] = field(default_factory=list)
    plainly: Mapping[str, str] = field(default_factory=dict)

    def lines(self, width: int = 100) -> Iterator[str]:
        """Iterate over the lines that tell it to a person; the table is left to the caller."""
        yield f"{self.name}: {self.subject}"
        for label, said in self.facts.items():
            for number, part in enumerate([said] if isinstance(said, str) else said):
                head = f"  {'' if number else label:<{_LABEL}}  "
                blank = " " * len(head)
                yield from textwrap.wrap(part, width, initial_indent=head, subsequent_indent=blank)

    def plain(self) -> dict[str, Any]:
        """Return it as plain data, for JSON."""
        said = {label.replace(" ", "_"): fact for label, fact in self.facts.items()}
        rows = {"rows": self.rows} if self.rows else {}
        return {"subject": self.subject, "name": self.name, **said, **self.plainly, **rows}


def explain(name: str, scenario: str | None = None) -> list[Explanation]:
    """Return everything that a name stands for; with a scenario, also what it is there.

    Raises ConfigError, with the nearest names, where it stands for nothing.
    """
    firm = Firm(scenario)
    ways: tuple[Callable[[Firm, str], Explanation | None], ...] = (
        _channel,
        _group,
        _parameter,
        _kpi,
        _worth,
        _shock,
        _dial,
        _mechanism,
    )
    found = [said for way in ways if (said := way(firm, name)) is not None]
    if found := found or list(_of_other_kinds(firm, name)):
        return found
    setting = [s for s, resolved in firm.scenarios.items() if name in _keys(firm, resolved.plain)]
    hint = f"only set by {', '.join(setting)}: add --scenario" if setting else ""
    message = f"'{name}' is no parameter, KPI, dial, shock or channel"
    raise ConfigError(
        Problem(where=COMMAND_LINE, message=message, hint=hint or _nearest(name, _names(firm)))
    )


def names() -> list[str]:
    """Return every name that can be explained, parameters first."""
    return _names(Firm())


def _names(firm: Firm) -> list[str]:
    others = [*firm.channels, *firm.kpis, *_FIGURES, *firm.shocks, *firm.dials.names(), *MECHANISMS]
    return list(dict.fromkeys([*firm.places, *firm.of_kinds.names(), *others]))


def _keys(firm: Firm, values: Mapping[str, Any]) -> set[str]:
    return {dotted(place.path) for place in parameters(firm.model, values)}


def _nearest(name: str, known: list[str]) -> str:
    """Return a hint: names with the same last part, else those spelt alike."""
    last = {key: key.rpartition(".")[2] for key in known}
    asked = name.rpartition(".")[2]
    near = beneath_the_same(name, [key for key in known if last[key] == asked])
    near = near or difflib.get_close_matches(name, known, n=3, cutoff=0.6)
    if not near:
        alike = difflib.get_close_matches(asked, sorted(set(last.values())), n=1)
        near = beneath_the_same(name, [key for key in known if last[key] in alike])
    told = " or ".join(repr(key) for key in near[:4])
    return f"did you mean {told}?" if near else "orgsim list says what there is"


def direction(kpi: Kpi) -> str:
    """Say which way a KPI is good."""
    return {1: "more is better", -1: "less is better", 0: "neither way is better"}[kpi.direction]


def counted(kpi: Kpi) -> str:
    """Say how what is unfinished counts in a KPI."""
    return "nothing in it is ever unfinished" if kpi.open_items == "none" else kpi.open_items


# Each way returns what a name stands for in its own sense, None where it stands for nothing.


def _parameter(firm: Firm, name: str) -> Explanation | None:
    entry, there = firm.entries.get(name), firm.there.get(name)
    shown = entry or there
    if shown is None or shown.default == ENTRIES:
        return None
    kpis = [kpi for kpi in firm.kpis.values() if name == f"targets.{kpi.name}"]
    unit = in_words(kpis[0].unit) if kpis else shown.unit
    default = _value(entry, unit) if entry else _NO_DEFAULT
    facts: Facts = {"meaning": shown.meaning, "default": default}
    if there is not None:
        facts["scenario"] = "as by default" if there == entry else _value(there, unit, remark=True)
    facts |= _of_kind(taken.kinds for taken in firm.of_kinds.of(name))
    facts |= {"range": shown.range, "unit": _LONG.get(unit, unit)}
    if shown.evidence:
        word, meaning = EVIDENCE[shown.evidence]
        facts["evidence"] = f"{word} [{shown.evidence}]: {meaning}"
        facts["source"] = shown.source
    facts["mechanism"] = mechanism(shown.section)
    facts["changed by"] = list(_changes(firm, name)) or "no scenario"
    plainly = {"default": entry.default, "written": entry.written} if entry else {}
    plainly |= {"scenario": there.default, "scenario_written": there.written} if there else {}
    plainly |= {"unit": unit, "evidence": shown.evidence, "section": shown.section}
    return Explanation(subject="parameter", name=name, facts=facts, plainly=plainly)


def _of_other_kinds(firm: Firm, name: str) -> Iterator[Explanation]:
    """Iterate over what a key is to kinds that nothing in use is of."""
    for taken in firm.of_kinds.of(name):
        entry = taken.entry
        facts: Facts = {"meaning": entry.meaning, "default": _NO_DEFAULT}
        facts |= _of_kind([taken.kinds])
        facts |= {"range": entry.range, "unit": _LONG.get(entry.unit, entry.unit)}
        facts["mechanism"] = mechanism(entry.section)
        facts["changed by"] = list(_changes(firm, name)) or "no scenario"
        yield Explanation(subject="parameter", name=name, facts=facts)


def _of_kind(found: Iterable[Iterable[str]]) -> Facts:
    """Say which kinds take a key; nothing where it depends on no kind."""
    told = ", ".join(dict.fromkeys(kind for kinds in found for kind in kinds))
    return {"of kind": told} if told else {}


def _value(entry: ParameterEntry, unit: str, *, remark: bool = False) -> str:
    """Return a value with its unit and the place that says it, perhaps with how it is known."""
    written = f" ({entry.written})" if entry.written else ""
    known = f": [{entry.evidence}] {entry.source}" if remark and entry.evidence else ""
    return f"{with_unit(entry.default, unit)}{written}{known}"


def _changes(firm: Firm, name: str) -> Iterator[str]:
    """Iterate over the scenarios in which a key, or one below it, differs from the default."""
    for scenario, resolved in firm.scenarios.items():
        keys = [c for c in resolved.changed if _is_within(c.key, name) or _is_within(name, c.key)]
        if len(keys) == 1 and keys[0].key == name:
            yield f"{scenario}: {inline(keys[0].value)} ({firm.origin(scenario, name)})"
        elif keys:
            told = (f"{c.key.removeprefix(name + '.')}={inline(c.value)}" for c in keys)
            yield f"{scenario}: {', '.join(told)}"


def _is_within(key: str, above: str) -> bool:
    return key == above or key.startswith(f"{above}.")


def _group(firm: Firm, name: str) -> Explanation | None:
    place = firm.places.get(name)
    rows = _rows(firm, name)
    if place is None or not rows:
        return None
    said = place.declared.description if place.declared is not None else None
    facts: Facts = {"meaning": said or _first_line(place.annotation)}
    if len(choices := firm.sources.groups().get(name, ())) > 1:
        facts["choices"] = ", ".join(choices)
    facts["changed by"] = list(_changes(firm, name)) or "no scenario"
    return Explanation(subject="group of parameters", name=name, facts=facts, rows=rows)


def _rows(firm: Firm, name: str) -> list[dict[str, str]]:
    """Return a row for every value below a key."""
    rows = []
    for key, entry in {**firm.entries, **firm.there}.items():
        if key.startswith(f"{name}."):
            default, there = firm.entries.get(key), firm.there.get(key)
            row = {"key": key, "default": default.default if default else "(none)"}
            row |= {"scenario": there.default} if there else {}
            rows.append(row | _columns(entry))
    return rows


def _columns(entry: ParameterEntry) -> dict[str, str]:
    names = ("unit", "range", "evidence", "meaning")
    return {name: getattr(entry, name) for name in names}


def _first_line(model: object) -> str:
    return (inspect.getdoc(model) or "").partition("\n")[0]


def _channel(firm: Firm, name: str) -> Explanation | None:
    key = firm.channels.get(name, name)
    if key not in firm.channels.values():
        return None
    group = _group(firm, key)
    entries = {e.key: e.default for e in (firm.there or firm.entries).values()}
    sender, receiver, topic = (entries[f"{key}.{n}"] for n in ("sender", "receiver", "topic"))
    if group is None:
        return None
    facts: Facts = {
        "meaning": f"{sender} tells {receiver} {TOPICS[topic]}",
        "key": key,
        "mechanism": mechanism("M6.1"),
        "changed by": group.facts["changed by"],
    }
    return Explanation(subject="information channel", name=name, facts=facts, rows=group.rows)


def _kpi(firm: Firm, name: str) -> Explanation | None:
    kpi = firm.kpis.get(name)
    if kpi is None:
        return None
    facts: Facts = {
        "meaning": kpi.title,
        "definition": kpi.formula,
        "unit": _LONG.get(in_words(kpi.unit), in_words(kpi.unit)),
        "owner": kpi.area,
        "direction": direction(kpi),
        "target": _target(firm, kpi),
        "unfinished": counted(kpi),
        "whole run": _WHOLE_RUN[kpi.over_time],
        "segments": ", ".join(kpi.segments),
        "mechanism": mechanism(kpi.section),
    }
    if rules := [f"{rule.segment}: {rule.rule}" for rule in BREAKS if rule.kpi == name]:
        facts["broken"] = rules
    return Explanation(subject="KPI", name=name, facts=facts)


def _target(firm: Firm, kpi: Kpi) -> str:
    key = f"targets.{kpi.name}"
    shown = firm.there.get(key) or firm.entries.get(key)
    if shown is None:
        return f"no target: {why_no_target(kpi)}"
    aside = "" if kpi.is_judged else ", not on the scorecard"
    return f"{with_unit(shown.default, in_words(kpi.unit))} ({key}{aside})"


def _worth(firm: Firm, name: str) -> Explanation | None:
    name = name.lower().replace(" ", "_")
    if name not in _FIGURES:
        return None
    worth = _FIGURES[name]
    facts: Facts = {
        "definition": worth.formula,
        "in tables": worth.column,
        "mechanism": mechanism(worth.section),
    }
    return Explanation(subject="figure of the whole run", name=name, facts=facts)


def _shock(firm: Firm, name: str) -> Explanation | None:
    model = firm.shocks.get(name)
    if model is None:
        return None
    places = {place.path: place for place in parameters(model, {})}
    rows = [
        {"key": dotted(place.path), **_columns(entry_of(places, place, ""))}
        for place in places.values()
        if place.path != ("kind",)
    ]
    used = [
        scenario
        for scenario, resolved in firm.scenarios.items()
        if any(shock.get("kind") == name for shock in resolved.plain["shocks"].values())
    ]
    doc = " ".join((inspect.getdoc(model) or "").split())
    facts: Facts = {
        "meaning": doc,
        "mechanism": mechanism("s.8"),
        "used by": ", ".join(used) or "no scenario",
    }
    return Explanation(subject="kind of shock", name=name, facts=facts, rows=rows)


def _dial(firm: Firm, name: str) -> Explanation | None:
    if name not in firm.dials.names():
        return None
    dial = firm.dials[name]
    rule = {"multiply": "effects in force multiply", "add": "effects in force add up"}[dial.rule]
    facts: Facts = {
        "meaning": dial.meaning,
        "at rest": f"{dial.base:g}",
        "rule": rule,
        "mechanism": mechanism("s.8"),
    }
    return Explanation(
        subject="dial, a number that shocks turn and turn back", name=name, facts=facts
    )


def _mechanism(firm: Firm, name: str) -> Explanation | None:
    if name not in MECHANISMS:
        return None
    rows = [{"key": e.key, "default": e.default, **_columns(e)} for e in _of_section(firm, name)]
    kpis = ", ".join(kpi.name for kpi in firm.kpis.values() if kpi.section == name)
    facts: Facts = {"meaning": MECHANISMS[name]}
    facts |= {"KPIs": kpis} if kpis else {}
    return Explanation(subject="mechanism", name=name, facts=facts, rows=rows)


def _of_section(firm: Firm, section: str) -> Iterable[ParameterEntry]:
    return (entry for entry in firm.entries.values() if entry.section == section)
