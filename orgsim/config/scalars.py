"""What an unquoted scalar of YAML means, where all readers agree; what must not be guessed.

Reference: the core schema of YAML 1.2.2, less octal and hexadecimal; DESIGN.md s.6 (YAML traps).
"""

from __future__ import annotations

import math
import re
from typing import Any

from orgsim.errors import short

__all__ = ["NULL", "TrapError", "is_plain_text", "plain_scalar"]

NULL = {"", "~", "null", "Null", "NULL"}
_TRUE, _FALSE = {"true", "True", "TRUE"}, {"false", "False", "FALSE"}
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_TRAPS: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (
        re.compile(r"(?i)yes|no|on|off"),
        "is true or false to some readers and text to others",
        "write true or false, or put it in quotes",
    ),
    (
        re.compile(r"[-+]?[0-9]+(:[0-9]+)+(\.[0-9]*)?"),
        "is a number to the base of 60 to some readers",
        "put it in quotes",
    ),
    (
        re.compile(r"[-+]?0[0-9]+(\.[0-9]*)?([eE][-+]?[0-9]+)?"),
        "has a leading zero and is octal to some readers",
        "leave the zero out, or put it in quotes",
    ),
    (
        re.compile(r"[-+]?0[xob][0-9a-fA-F_]+|[-+]?[0-9][0-9_]*_[0-9_.]*"),
        "is a number to some readers only",
        "write it in plain decimal digits",
    ),
    (
        re.compile(r"(?i)[-+]?\.?(nan|inf|infinity)"),
        "is not a finite number",
        "write a number, or leave the key out",
    ),
)


def is_plain_text(text: str) -> bool:
    """Tell text that, unquoted, would be read as this text and nothing else."""
    try:
        return bool(plain_scalar(text) == text)
    except TrapError:
        return False


class TrapError(ValueError):
    """A plain scalar that must not be guessed."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def plain_scalar(text: str) -> Any:
    """Return what an unquoted scalar means; raises TrapError where readers disagree."""
    if text in NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    for pattern, trap, hint in _TRAPS:
        if pattern.fullmatch(text):
            raise TrapError(f"{short(text, 40)} {trap}", hint)
    if _INTEGER.fullmatch(text) and len(text) < 20:
        return int(text)
    if _FLOAT.fullmatch(text):
        number = float(text)
        if not math.isfinite(number):
            raise TrapError(f"{short(text, 40)} is too large for a number", "write a smaller one")
        return number
    return text
