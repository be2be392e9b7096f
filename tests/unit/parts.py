"""Parts of the default firm, one at a time, for the tests of single mechanisms."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar

import numpy as np

from orgsim.config.base import Config
from orgsim.config.compose import resolve
from orgsim.config.schema import Scenario
from orgsim.entities import Attribute, Floats, Lead, Order, Promise, Segment, Source, new_order
from orgsim.governance.information import ChannelConfig
from orgsim.kernel.draws import Draws
from orgsim.kernel.journal import Journal
from orgsim.kernel.world import World

C = TypeVar("C", bound=Config)

Z = 4.0
"""Standard errors of tolerance: a correct program fails one comparison in 16 000."""


@cache
def firm(*overrides: str) -> Scenario:
    """The default firm, with these overrides as a user would write them."""
    return resolve("baseline", list(overrides)).scenario


def but(config: C, **values: Any) -> C:
    """The same configuration but for these values; `a__b` reaches into a part."""
    for path, value in values.items():
        name, _, rest = path.partition("__")
        inner = but(getattr(config, name), **{rest: value}) if rest else value
        config = config.model_copy(update={name: inner})
    return config


def a_world(start: float = 0.0, replication: int = 0) -> World:
    return World(start=start, draws=Draws(1, replication), journal=Journal())


def a_channel(topic: str, **changes: Any) -> ChannelConfig:
    """Marketing tells logistics in full and at once, six weeks before the event."""
    channel = firm().organisation.channels["plan_to_logistics"]
    return but(channel, **{"topic": topic, "active": True, "fidelity": 1.0, **changes})


def seen(world: World, kind: type) -> dict[str, Any]:
    """The facts of a kind so far, as columns."""
    return world.journal.columns(kind)


def levels(**scores: float) -> Floats:
    """One score per attribute; 0.5 where none is given."""
    return np.array([scores.get(a.name.lower(), 0.5) for a in Attribute])


def a_promise(days: int = 3, *, special: bool = False, **scores: float) -> Promise:
    return Promise(
        levels=levels(**scores),
        days=days,
        inflation=0.5 if special else 0.0,
        express=special,
        setup=special,
    )


def an_order(
    customer: int,
    *,
    nth: int = 0,
    row: int = -1,
    segment: Segment = Segment.BASE,
    promise: Promise | None = None,
    placed: float = 0.0,
) -> Order:
    return new_order(customer, row, nth, segment, promise or a_promise(), placed)


def a_lead(number: int, *, segment: Segment = Segment.BASE, created: float = 0.0) -> Lead:
    return Lead(
        id=number,
        segment=segment,
        source=Source.ORGANIC,
        created=created,
        claim=0.0,
        handle_hours=0.5,
        luck=0.0,
    )
