"""How kinds of attributes please and disappoint: Kano's classes (MODEL M5.3).

Modelled: a must-be attribute is noticed when it is missing and hardly when it is exceeded, a
one-dimensional one both ways, an attractive one delights where it is there and is hardly missed.

1. Each class has its slopes, g for exceeding an expectation and lambda for falling short of it.
   Those of the one-dimensional class are the satisfaction's own `gain` and `loss`.
2. Each segment says of what class each attribute is to it: what a campaign makes its headline may
   be a must for the customers it wins and no more than welcome to everybody else.

Assumed: an attribute's class does not change; the firm's offers hold no mere extra, so that no
attribute need be attractive. With every attribute one-dimensional this is one loss aversion for
all. Kano, Seraku, Takahashi & Tsuji (1984).
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from orgsim.config.base import Config, param
from orgsim.entities import Attribute, Floats, Ints
from orgsim.units import Number

KanoClass = Literal["must_be", "one_dimensional", "attractive"]


class SlopesConfig(Config):
    """How a class of attributes answers to a gap."""

    gain: Number = param("value of exceeding an expectation, per unit (g)", section="M5.3", ge=0)
    loss: Number = param(
        "value lost by falling short of an expectation, per unit (lambda)", section="M5.3", ge=0
    )


class ClassesConfig(Config):
    """Of what class each attribute is to a segment."""

    price: KanoClass = param("class of the price", section="M5.3")
    speed: KanoClass = param("class of speed", section="M5.3")
    reliability: KanoClass = param("class of reliability", section="M5.3")
    fit: KanoClass = param("class of product fit", section="M5.3")
    knowledge: KanoClass = param("class of knowledge", section="M5.3")


class KanoConfig(Config):
    """The classes of attributes, and which attribute belongs to which."""

    must_be: SlopesConfig
    attractive: SlopesConfig
    base: ClassesConfig
    niche: ClassesConfig

    def slopes(self, gain: float, loss: float) -> Slopes:
        """The slopes by segment and attribute; ``gain`` and ``loss``: of one-dimensional ones."""
        of_class = {
            "must_be": (self.must_be.gain, self.must_be.loss),
            "one_dimensional": (gain, loss),
            "attractive": (self.attractive.gain, self.attractive.loss),
        }
        pairs = np.array(
            [
                [of_class[getattr(classes, attribute.name.lower())] for attribute in Attribute]
                for classes in (self.base, self.niche)
            ]
        )
        return Slopes(pairs[..., 0], pairs[..., 1])


class Slopes(NamedTuple):
    """g and lambda, each of shape (..., attributes)."""

    gain: Floats
    loss: Floats

    def of(self, segments: Ints) -> Slopes:
        """The slopes of one customer each, by segment."""
        return Slopes(self.gain[segments], self.loss[segments])
