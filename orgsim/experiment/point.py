"""A point: one resolved scenario to be replicated, beside its own reference.

What it is for: experiments compare a scenario with the same firm left alone, on the same luck
(MODEL T3). A point knows the content address of both, so that whatever is already in the store is
found, and scenarios that differ only in what the reference leaves out share one reference.

Assumption: the address is made from the validated values (so `24h` and `1d` are the same), while
workers are handed the plain values as they were written.

Reference: MODEL T3, T6; DESIGN s.7.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from orgsim.experiment.replicate import Task, Variant
from orgsim.experiment.store import address_of, canonical

if TYPE_CHECKING:
    from orgsim.config.schema import Scenario

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
        reference=reference_in_words(scenario.shocks),
        replications=scenario.run.replications,
    )


def left_out(shocks: Mapping[str, Any]) -> str:
    """What the reference is without, in a word: a campaign, a shock, both, or what it costs."""
    kinds = {"campaign" if "campaign" in shock.kind else "shock" for shock in shocks.values()}
    return "shocks" if len(kinds) > 1 else next(iter(kinds), "coordination")


def reference_in_words(shocks: Mapping[str, Any]) -> str:
    """What a scenario with these shocks is compared with (see `config.schema.without_shocks`)."""
    names = " and ".join(f"the {name.replace('_', ' ')}" for name in shocks)
    cause = "them" if len(shocks) > 1 else "it"
    without = f"{names} and without what was bought or told because of {cause}"
    return f"no {left_out(shocks)}: the same firm and customers with the same luck, without " + (
        without if shocks else "paying for coordination"
    )
