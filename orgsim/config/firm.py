"""The default firm as a whole, and beside it one scenario: all that `explain` tells of.

Assumption: dials and their meaning are those of the default organisation, which has every part.

Reference: DESIGN.md s.6.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from orgsim.config.base import Parameter, kinds, parameters
from orgsim.config.compose import Resolved, defaults, resolve
from orgsim.config.described import ParameterEntry, described
from orgsim.config.kinds import KindKeys
from orgsim.config.provenance import Provenance
from orgsim.config.scenario_file import dotted, read
from orgsim.config.sources import find, packaged
from orgsim.errors import ConfigError
from orgsim.kernel.dials import Dials
from orgsim.kpis import KPIS, Kpi

__all__ = ["Firm"]


class Firm:
    """Every value of the default firm, and of a scenario if one is named."""

    def __init__(self, scenario: str | None = None) -> None:
        """Raises ConfigError where the scenario is not there or not valid."""
        self.sources = packaged()
        self.model = self.sources.model
        self.values: Mapping[str, Any] = defaults(self.sources)
        self.scenario = scenario
        self.there: dict[str, ParameterEntry] = {}
        if scenario is not None:
            self.values, self.there = self._look_up(scenario)

    def _look_up(self, scenario: str) -> tuple[Mapping[str, Any], dict[str, ParameterEntry]]:
        resolved = resolve(scenario)
        _, path, shown = find(self.sources, scenario)
        file = read(path, shown, frozenset(self.sources.groups()))
        provenance = Provenance(self.sources, resolved.choices, (file, path))
        rows = described(self.model, resolved.plain, provenance)
        return resolved.plain, {entry.key: entry for entry in rows}

    @cached_property
    def entries(self) -> dict[str, ParameterEntry]:
        """Every parameter of the default firm by key."""
        rows = described(self.model, defaults(self.sources), Provenance(self.sources))
        return {entry.key: entry for entry in rows}

    @cached_property
    def places(self) -> dict[str, Parameter]:
        """Every key that there is, groups of them too; the scenario's where one is named."""
        return {dotted(place.path): place for place in parameters(self.model, self.values)}

    @cached_property
    def scenarios(self) -> dict[str, Resolved[Any]]:
        """Every scenario that can be resolved, by name; a broken one is for `orgsim check`."""
        found = {}
        for name in sorted(self.sources.scenario_files()):
            try:
                found[name] = resolve(name)
            except ConfigError:
                continue
        return found

    def origin(self, scenario: str, key: str) -> str:
        """Say which file gives a key its value in one of the scenarios."""
        _, path, shown = find(self.sources, scenario)
        file = read(path, shown, frozenset(self.sources.groups()))
        provenance = Provenance(self.sources, self.scenarios[scenario].choices, (file, path))
        return str(provenance.of(tuple(key.split("."))))

    @cached_property
    def kpis(self) -> dict[str, Kpi]:
        """Every KPI by name."""
        return {kpi.name: kpi for kpi in KPIS}

    @cached_property
    def channels(self) -> dict[str, str]:
        """The keys of the information channels by their own names."""
        channels = self.values.get("organisation", {}).get("channels", {})
        return {name: f"organisation.channels.{name}" for name in channels}

    @cached_property
    def shocks(self) -> dict[str, type[Any]]:
        """The models of the shocks by kind."""
        return dict(kinds(self.model.model_fields["shocks"].annotation))

    @cached_property
    def of_kinds(self) -> KindKeys:
        """Every key of every kind that a part of the firm may be of."""
        return KindKeys(self.model, self.values)

    @cached_property
    def dials(self) -> Dials:
        """The dials of the default firm; nobody need be its customer for them to be there."""
        from orgsim.organisation import Organisation

        plain = {"title": "", "question": "", **defaults(self.sources)}
        plain["customers"] = {**plain["customers"], "count": 0}
        return Organisation(self.model.model_validate(plain), 0).world.dials
