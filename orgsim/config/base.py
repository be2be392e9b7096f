"""What every configuration model is built from: strict, frozen, with meaning beside each field.

Assumption: the pydantic model beside a process is its schema and its documentation, the values live
in `configs/`; a field therefore has no default, and carries meaning, unit, evidence and source.

Reference: DESIGN.md s.6; ECOSYSTEM.md s.2.2 (what users see when a file is wrong).
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

__all__ = ["Config", "Evidence", "param"]

Evidence: TypeAlias = Literal["V", "R", "C", "P", "J"]
"""How a value is known: Verified, Reported, Computed, from a Prototype, Judgement (MODEL.md)."""


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
    evidence: Evidence = "J",
    section: str,
    source: str = "",
    ge: float | None = None,
    gt: float | None = None,
    le: float | None = None,
    lt: float | None = None,
    min_length: int | None = None,
) -> Any:
    """Declare a required field: what it means, its unit, how its value is known, where it is used.

    `unit` is what the user writes ("h", "1/d", "EUR", "share"); the bounds are in the model's own
    units (hours, per hour). `section` is the MODEL.md section, `source` the citation.
    """
    return Field(
        description=meaning,
        ge=ge,
        gt=gt,
        le=le,
        lt=lt,
        min_length=min_length,
        json_schema_extra={
            "unit": unit,
            "evidence": evidence,
            "section": section,
            "source": source,
        },
    )
