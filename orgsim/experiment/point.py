"""A point: one resolved scenario to be replicated, beside its own reference.

What it is for: experiments compare a scenario with the same firm left alone, on the same luck
(MODEL T3). A point knows the content address of both, so that whatever is already in the store is
found, and scenarios that differ only in what the reference leaves out share one reference.

Assumption: the address is made from the validated values (so `24h` and `1d` are the same), while
workers are handed the plain values as they were written.

Reference: MODEL T3, T6; DESIGN s.7.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from orgsim.experiment.replicate import Task, Variant
from orgsim.experiment.store import address_of, canonical

if TYPE_CHECKING:
    from orgsim.config.schema import AnyShock, Scenario

VARIANTS: tuple[Variant, ...] = ("scenario", "reference")


class Resolved(Protocol):
    """A scenario as composition leaves it: its name, its plain values, and those validated."""

    @property
    def name(self) -> str:
        """The scenario's name, for folders and headings."""

    @property
    def plain(self) -> Mapping[str, Any]:
        """Every value, as it would stand in a file."""

    @property
    def scenario(self) -> Scenario:
        """The values validated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What is to be replicated.

    `config` is the plain resolved configuration; the two addresses say where the store keeps the
    replications of the scenario and of its reference, which `reference` describes in words.
    """

    name: str
    title: str
    question: str
    config: Mapping[str, Any]
    scenario_address: str
    reference_address: str
    reference: str
    replications: int

    def address(self, variant: Variant) -> str:
        """The content address of one of the two variants."""
        return self.scenario_address if variant == "scenario" else self.reference_address

    def tasks(self, *, keep_facts: bool) -> list[Task]:
        """Every replication of both variants; facts are kept of the scenario's first one."""
        text = canonical(self.config)
        return [
            Task(
                address=self.address(variant),
                config=text,
                variant=variant,
                replication=replication,
                keep_facts=keep_facts and variant == "scenario" and replication == 0,
            )
            for replication in range(self.replications)
            for variant in VARIANTS
        ]


def point_of(resolved: Resolved) -> Point:
    """The point that a resolved scenario stands for."""
    from orgsim.organisation import reference_of

    scenario = resolved.scenario
    return Point(
        name=resolved.name,
        title=scenario.title,
        question=scenario.question,
        config=resolved.plain,
        scenario_address=address_of(scenario.model_dump(mode="json")),
        reference_address=address_of(reference_of(scenario).model_dump(mode="json")),
        reference=reference_in_words(scenario),
        replications=scenario.run.replications,
    )


def left_out(scenario: Scenario) -> str:
    """What the reference is without, in a word or two; nothing where it is the scenario itself.

    A shock by what it is called, several of a kind in the plural, else all of them as shocks; where
    nothing happens, the coordination that is paid for.
    """
    nouns = [_noun(shock) for shock in scenario.shocks.values()]
    if not nouns:
        return "coordination" if _is_coordinated(scenario) else ""
    if len(set(nouns)) > 1:
        return "shocks"
    return nouns[0] if len(nouns) == 1 else f"{nouns[0]}s"


def reference_in_words(scenario: Scenario) -> str:
    """What a scenario is compared with (see `config.schema.without_shocks`)."""
    absent = left_out(scenario)
    if not absent:
        return "the scenario itself: nothing happens in it, and no coordination is paid for"
    names: dict[str, list[str]] = {}
    for name, shock in scenario.shocks.items():
        names.setdefault(_noun(shock), []).append(name)
    kinds = {_noun(shock): shock.kind for shock in scenario.shocks.values()}
    parts = [_called(noun, [] if own == [kinds[noun]] else own) for noun, own in names.items()]
    text = f"no {absent}: the same firm as it is set here, the same customers and the same luck"
    parts += ["what coordination costs"] if _is_coordinated(scenario) else []
    return f"{text}, without {_joined(parts)}"


def _noun(shock: AnyShock) -> str:
    return shock.noun or shock.kind.replace("_", " ")


def _called(noun: str, names: Sequence[str]) -> str:
    """'the campaign', 'the campaign "spring push"', 'the campaigns "spring" and "autumn"'."""
    quoted = _joined([f'"{name.replace("_", " ")}"' for name in names])
    return f"the {noun}{'s' if len(names) > 1 else ''} {quoted}".rstrip()


def _joined(parts: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))


def _is_coordinated(scenario: Scenario) -> bool:
    """Whether anything is paid for coordination, which the reference goes without."""
    design = scenario.organisation.coordination
    return bool(design.overhead_per_week or design.briefing.hours_per_agent)
