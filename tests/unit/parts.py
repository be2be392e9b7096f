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


PLAIN = (
    "customers.memory.expectation.entitlement=0",
    "customers.memory.satisfaction.intercept=7.68",
    "customers.memory.satisfaction.kano.base.reliability=one_dimensional",
    "customers.memory.satisfaction.kano.niche.speed=one_dimensional",
    "customers.memory.satisfaction.kano.niche.reliability=one_dimensional",
    "customers.memory.satisfaction.journey=0",
    "customers.memory.trust.second_breach=1",
    "customers.loyalty.reaction.failure=0",
    "customers.contact.ends_with_delivery=0",
    "customers.survey.response_by=satisfaction",
    "customers.after_sale.returned=0",
    "customers.after_sale.returned_misfit=0",
    "customers.after_sale.returned_late=0",
    "customers.cannibalisation.switching=0",
    "finance.fixed_cost=1.6M",
    "finance.receivables.on_account=0",
    "logistics.accessories.fill=1",
    "logistics.haste=0",
    "logistics.overtime.most=0",
    "marketing.incentives.claim_pressure=0",
    "marketing.incentives.spend_pressure=0",
    "sales.quota.discount=0",
    "sales.quota.push=0",
    "sales.quota.sandbag=0",
    "support.agents={Mon-Sun 08-20: 5}",
    "support.channels.chat_share=0",
    "support.channels.retail_share=0",
    "support.channels.silent_share=0",
    "support.crew.fatigue_quitting=3",
    "support.crew.occupancy_strain=0",
    "support.crew.quitting=0/d",
    "support.crew.rage_strain=0",
    "support.email_share=0.22",
    "support.payroll_fte=16.5",
    "support.pressure.elasticity=0",
    "support.staffing.most_abandonment=0.06",
    "support.staffing.overtime=0",
    "support.staffing.review=0d",
    "support.urgency.niche=1",
    "support.urgency.other=1",
)
"""The default firm with one mechanism at a time: what is not under test is switched off."""


@cache
def firm(*overrides: str) -> Scenario:
    """The default firm made plain, with these overrides as a user would write them."""
    own = {override.partition("=")[0].lstrip("+~") for override in overrides}
    plain = [override for override in PLAIN if override.partition("=")[0] not in own]
    return resolve("baseline", [*plain, *overrides]).scenario


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
