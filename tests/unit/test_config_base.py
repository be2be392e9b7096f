"""Every configuration model is strict, frozen, and says what its fields mean."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, ValidationError

from orgsim.config.base import Config, param, parameters
from orgsim.units import Duration


class Phone(Config):
    kind: Literal["phone"]
    patience: Duration = param("patience", unit="h", section="M4.2", gt=0)


class Email(Config):
    kind: Literal["email"]
    answer: Duration = param("time to answer", unit="h", section="M4.2")


class Team(Config):
    size: int = param("people", unit="people", section="M4.3", ge=0)
    effort: float = param("effort", section="M4.3", lt=2)
    name: str = param("name", section="M4.3", min_length=1)
    is_open: bool = param("open", section="M4.3")
    shares: tuple[float, ...] = param("shares", section="M4.3", min_length=2)
    channels: dict[str, Annotated[Phone | Email, Field(discriminator="kind")]]


GOOD: dict[str, Any] = {
    "size": 3,
    "effort": 1,
    "name": "support",
    "is_open": True,
    "shares": [0.5, 1],
    "channels": {"line": {"kind": "phone", "patience": "2min"}},
}


def test_good_values_are_taken_and_lists_become_tuples() -> None:
    team = Team.model_validate(GOOD)
    assert team.shares == (0.5, 1.0)
    assert team.channels["line"] == Phone(kind="phone", patience="2min")
    assert Team(**GOOD) == team


@pytest.mark.parametrize(
    "change",
    [
        {"size": True}, {"size": "3"}, {"size": 3.0}, {"size": -1}, {"size": None},
        {"effort": True}, {"effort": "1"}, {"effort": math.nan}, {"effort": -math.inf},
        {"effort": 10**400}, {"effort": 2}, {"name": 5}, {"name": ""}, {"is_open": 1},
        {"is_open": "true"}, {"shares": 0.5}, {"shares": [0.5, True]}, {"shares": [0.5, "1"]},
        {"shares": [1]}, {"channels": {"line": {"kind": "fax"}}}, {"channels": {"line": {}}},
        {"channels": {"line": {"kind": "phone", "patience": 2}}}, {"channels": []},
        {"channels": {"line": {"kind": "phone", "patience": "0h"}}}, {"colour": "red"},
    ],
)  # fmt: skip
def test_a_value_of_another_type_or_out_of_range_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Team.model_validate(GOOD | change)


@pytest.mark.parametrize("key", sorted(GOOD))
def test_no_field_has_a_default(key: str) -> None:
    with pytest.raises(ValidationError, match="Field required"):
        Team.model_validate({name: value for name, value in GOOD.items() if name != key})


def test_a_model_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Team.model_validate(GOOD).size = 4


def test_what_a_field_means_is_kept_beside_it() -> None:
    described = Team.model_json_schema()["properties"]["size"]
    assert {key: described[key] for key in ("description", "unit", "section", "minimum")} == {
        "description": "people",
        "unit": "people",
        "section": "M4.3",
        "minimum": 0,
    }


def test_walking_the_parameters_follows_entries_and_kinds() -> None:
    found = {".".join(place.path): place.value for place in parameters(Team, GOOD)}
    assert list(found)[-4:] == [
        "channels",
        "channels.line",
        "channels.line.kind",
        "channels.line.patience",
    ]
    assert found["channels.line.patience"] == "2min"
    assert found["size"] == 3
