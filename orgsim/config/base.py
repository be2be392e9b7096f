"""What every configuration model is built from: strict, frozen, with meaning beside each field.

Assumption: the pydantic model beside a process is its schema and its documentation, the values live
in `configs/`; a field therefore has no default, and carries meaning, unit, range and mechanism. How
its value is known stands beside the value (see `provenance`).

Reference: DESIGN.md s.6; ECOSYSTEM.md s.2.2 (what users see when a file is wrong).
"""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.fields import FieldInfo

from orgsim.units import Unit

__all__ = ["AS_THE_QUANTITY", "Config", "Parameter", "kinds", "models", "param", "parameters"]


BOUNDS = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}
"""The limits a declaration may set, in words."""

AS_THE_QUANTITY = "as the quantity"
"""The unit and the mechanism of a part of a law: those of whatever the law is of."""


class Config(BaseModel):
    """A frozen group of parameters.

    Unknown keys, missing keys, NaN, infinities, True as a number and text as a number are refused;
    a list becomes a tuple.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _lists_are_tuples(cls, given: Any) -> Any:
        """Turn lists into tuples: strict validation would refuse what YAML calls a list."""
        if isinstance(given, dict):
            return {key: _frozen(value) for key, value in given.items()}
        return given


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    if isinstance(value, dict):
        return {key: _frozen(item) for key, item in value.items()}
    return value


def param(
    meaning: str,
    *,
    unit: str = "1",
    section: str,
    ge: float | None = None,
    gt: float | None = None,
    le: float | None = None,
    lt: float | None = None,
    min_length: int | None = None,
) -> Any:
    """Declare a required field: what it means, its unit, its bounds, the mechanism that uses it.

    `unit` is what the user writes ("h", "1/d", "EUR", "points"); the bounds are in the model's own
    units (hours, per hour). `section` is the mechanism's number (see `mechanisms`).
    """
    return Field(
        description=meaning,
        ge=ge,
        gt=gt,
        le=le,
        lt=lt,
        min_length=min_length,
        json_schema_extra={"unit": unit, "section": section},
    )


class Parameter(NamedTuple):
    """A place in a configuration: its key path, its declaration (None: an entry) and its value."""

    path: tuple[str, ...]
    declared: FieldInfo | None
    annotation: Any
    value: Any

    @property
    def unit(self) -> Unit | None:
        """The unit that says how far its value may go and how it is written, if it has one."""
        notes = self.declared.metadata if self.declared is not None else []
        return next((note for note in notes if isinstance(note, Unit)), None)

    def bounds(self) -> dict[str, str]:
        """Return what its declaration allows ("ge", "gt", "le", "lt") as a user would write it."""
        notes = self.declared.metadata if self.declared is not None else []
        return {
            name: self.told(getattr(note, name))
            for note in notes
            for name in BOUNDS
            if hasattr(note, name)
        }

    def told(self, bound: float) -> str:
        """Write a bound, which is in the model's unit, as a user would write the value."""
        return self.unit.told(bound) if self.unit is not None and bound else f"{bound:,}"

    @property
    def has_entries(self) -> bool:
        """Whether the user names the keys below it (`shocks`), so that they may be removed."""
        return typing.get_origin(_bare(self.annotation)) in (dict, Mapping)


def parameters(
    model: type[BaseModel], values: Mapping[str, Any], above: tuple[str, ...] = ()
) -> Iterator[Parameter]:
    """Walk a model along plain values: each known key, then the known keys below it.

    `values` decides where the model leaves a choice (which entries a mapping has, which `kind`).
    """
    for name, declared in model.model_fields.items():
        here = Parameter((*above, name), declared, declared.annotation, values.get(name))
        yield here
        yield from _below(here)


def _below(here: Parameter) -> Iterator[Parameter]:
    annotation = _bare(here.annotation)
    if not isinstance(here.value, Mapping):
        return
    if here.has_entries:
        entry_type = typing.get_args(annotation)[1]
        for name, value in here.value.items():
            entry = Parameter((*here.path, str(name)), None, entry_type, value)
            yield entry
            yield from _below(entry)
        return
    model = _model_of(annotation, here.value)
    if model is not None:
        yield from parameters(model, here.value, here.path)


def _bare(annotation: Any) -> Any:
    """Strip Annotated from a type."""
    while typing.get_origin(annotation) is typing.Annotated:
        annotation = typing.get_args(annotation)[0]
    return annotation


def _model_of(annotation: Any, value: Mapping[str, Any]) -> type[BaseModel] | None:
    """Return the model that a mapping of this type is checked by: of a union, the one of its kind.

    Where the kind says nothing, the union's only model, or None.
    """
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if typing.get_origin(annotation) not in (typing.Union, types.UnionType):
        return None
    of_kind = kinds(annotation).get(str(value.get("kind")))
    candidates = [of_kind] if of_kind is not None else list(models(annotation))
    return candidates[0] if len(candidates) == 1 else None


def models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Iterate over the models that a type mentions."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    else:
        for part in typing.get_args(annotation):
            yield from models(part)


def kinds(annotation: Any) -> dict[str, type[BaseModel]]:
    """Return the models that a type mentions by the `kind` they are chosen by."""
    return {
        str(kind): model
        for model in models(annotation)
        if "kind" in model.model_fields
        for kind in typing.get_args(model.model_fields["kind"].annotation)
    }
