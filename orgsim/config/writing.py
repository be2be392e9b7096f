"""Writing plain values as YAML that `scenario_file` reads back as the very same values.

Reference: DESIGN.md s.6 (units as the user wrote them; YAML traps closed in both directions).
"""

from __future__ import annotations

from typing import Any

import yaml

from orgsim.config.scalars import is_plain_text

__all__ = ["inline", "written"]


class _Writer(yaml.SafeDumper):
    """YAML in which text that any reader could take for something else is quoted."""


def _text(writer: _Writer, text: str) -> yaml.ScalarNode:
    style = None if is_plain_text(text) else "'"
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Writer.add_representer(str, _text)


def written(value: Any) -> str:
    """Return a value as YAML in the order of its keys; innermost lists and mappings on one line."""
    return _dumped(value, default_flow_style=None, width=96)


def inline(value: Any) -> str:
    """Return a value as YAML on one line; "(none)" where there is none."""
    if value is None:
        return "(none)"
    text = _dumped(value, default_flow_style=True, width=10**6)
    return text.removesuffix("\n").removesuffix("\n...")


def _dumped(value: Any, **style: Any) -> str:
    text: str = yaml.dump(value, Dumper=_Writer, sort_keys=False, allow_unicode=True, **style)
    return text
