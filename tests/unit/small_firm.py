"""A small firm's models and configs, on which composition is tested without the real ones."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import Field, model_validator

from orgsim.config.base import Config, param
from orgsim.config.compose import Resolved, resolve_in
from orgsim.config.sources import Sources
from orgsim.errors import ConfigError
from orgsim.units import Duration, Rate, Share
from orgsim.weekly import Weekly


class Fixed(Config):
    kind: Literal["fixed"]
    mean: Duration = param("mean", unit="h", section="M3.4", gt=0)


class Gamma(Config):
    kind: Literal["gamma"]
    mean: Duration = param("mean", unit="h", section="M3.4", gt=0)
    cv: float = param("cv", section="M3.4", ge=0)


class Surge(Config):
    kind: Literal["surge"]
    onset: Duration = param("onset", unit="h", section="s.8")
    rate: Rate = param("rate", unit="1/h", section="s.8")


class Outage(Config):
    kind: Literal["outage"]
    onset: Duration = param("onset", unit="h", section="s.8")


class Brief(Config):
    hours: float = param("hours of briefing", unit="h", section="M6.7", ge=0)


class Organisation(Config):
    brief: Brief = param("the briefing", section="M6.7")
    fidelity: Share = param("what arrives", section="M6.1")


class Support(Config):
    agents: Weekly = param("agents on duty", section="M4.3")
    channels: tuple[str, ...] = param("channels", section="M4.1", min_length=1)
    is_open: bool = param("open", section="M4.1")


class Logistics(Config):
    lead_time: Annotated[Fixed | Gamma, Field(discriminator="kind")] = param("L", section="M3.4")
    opening: int = param("opening stock", section="M3.1", ge=0)


class Run(Config):
    weeks: int = param("measured weeks", section="T1", gt=0)


class Firm(Config):
    title: str
    question: str
    run: Run
    organisation: Organisation
    support: Support
    logistics: Logistics
    shocks: dict[str, Annotated[Surge | Outage, Field(discriminator="kind")]]

    @model_validator(mode="after")
    def _shocks_begin_in_the_run(self) -> Firm:
        for name, shock in self.shocks.items():
            if shock.onset >= self.run.weeks * 168:
                raise ValueError(
                    f"shocks.{name}.onset, run.weeks: begins after the last measured week"
                )
        return self


CONFIGS = {
    "config.yaml": """
        defaults:
          - run: default
          - organisation: silo
          - support: default
          - logistics: default
          - _self_
        shocks: {}
        """,
    "run/default.yaml": "weeks: 52",
    "organisation/silo.yaml": "brief: {hours: 0}\nfidelity: 20%",
    "organisation/coordinated.yaml": "brief: {hours: 3}\nfidelity: 0.9",
    "support/default.yaml": "agents: {Mon-Sun 08-20: 16}\nchannels: [phone]\nis_open: true",
    "logistics/default.yaml": """
        lead_time: {kind: gamma, mean: 18d, cv: 0.3}  # [R] Gauss
        opening: 100  # [J] so many
        """,
}


def firm_in(folder: Path) -> Sources[Firm]:
    """The firm's configs and two empty folders for scenarios, the user's own first."""
    configs = folder / "configs"
    for name, text in CONFIGS.items():
        (configs / name).parent.mkdir(parents=True, exist_ok=True)
        (configs / name).write_text(textwrap.dedent(text), encoding="utf-8")
    (folder / "scenarios").mkdir()
    (folder / "own").mkdir()
    return Sources(configs=configs, scenarios=(folder / "own", folder / "scenarios"), model=Firm)


def solve(firm: Sources[Firm], text: str, *overrides: str) -> Resolved[Firm]:
    (firm.scenarios[1] / "story.yaml").write_text(textwrap.dedent(text), encoding="utf-8")
    return resolve_in(firm, "story", overrides)


def complaints(firm: Sources[Firm], text: str, *overrides: str) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        solve(firm, text, *overrides)
    return str(raised.value).splitlines()
