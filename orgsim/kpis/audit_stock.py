"""The audit of stock: units of each component, and what they are worth (MODEL M3.1, M3.4, s.7).

Whatever was there at the start or came in was used or is on the shelf, in every single week;
whatever was ordered has come or is on order. Reference: DESIGN s.7.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from orgsim.entities import Account, Component, Floats, Ints
from orgsim.facts import (
    GoodsOrdered,
    GoodsReceived,
    OrderAllocated,
    OrderCancelled,
    OrderShipped,
    OrderSubstituted,
)
from orgsim.kpis.base import Columns, Window
from orgsim.kpis.fulfilment import made_with
from orgsim.kpis.identities import Check, is_among, so_far
from orgsim.kpis.joins import key_of


def units(window: Window) -> Iterator[Check]:
    """Iterate over the identities of each component's units, at the end and at each week's end."""
    received, ordered = window.facts(GoodsReceived), window.facts(GoodsOrdered)
    allocated, cancelled = window.facts(OrderAllocated), window.facts(OrderCancelled)
    returned = is_among(key_of(cancelled, "customer", "nth"), key_of(allocated, "customer", "nth"))
    taken, put_back = _made_of(window, allocated), _made_of(window, cancelled)
    for component in Component:
        name, made_of_it = component.name.lower(), made_with(window, component)
        opening = getattr(window.scenario.logistics, name).opening_stock
        used = so_far(window.ends, allocated["time"], np.isin(taken, made_of_it))
        used -= so_far(window.ends, cancelled["time"], returned & np.isin(put_back, made_of_it))
        arrived = _units_of(window, received, component)
        on_hand = window.gauge("on_hand", name)
        yield Check(
            f"{name}: opening + received = used + on hand",
            opening + arrived[-1],
            used[-1] + on_hand[-1],
        )
        wrong = int(np.count_nonzero(opening + arrived - used != on_hand))
        yield Check(f"{name}: weeks that end with others on hand than are left", wrong, 0)
        if "supplier" in window.scenario.organisation.parts:
            asked, to_come = _units_of(window, ordered, component), window.gauge("on_order", name)
            yield Check(
                f"{name}: ordered = received + on order", asked[-1], arrived[-1] + to_come[-1]
            )
            wrong = int(np.count_nonzero(asked - arrived != to_come))
            yield Check(f"{name}: weeks that end with others on order than are to come", wrong, 0)


def _units_of(window: Window, goods: Columns, component: Component) -> Floats:
    mine = goods["component"] == component
    return so_far(window.ends, goods["time"][mine], goods["units"][mine])


def _made_of(window: Window, columns: Columns) -> Ints:
    """The segment whose parts each order took: the other one's where that variant was taken."""
    swapped = key_of(window.facts(OrderSubstituted), "customer", "nth")
    is_swapped = is_among(key_of(columns, "customer", "nth"), swapped)
    return np.asarray(np.where(is_swapped, 1 - columns["segment"], columns["segment"]))


def inventory(window: Window, balance: dict[int, int]) -> Iterator[Check]:
    """What the stock on hand and set aside is worth is what the books say it is."""
    if "logistics" not in window.scenario.organisation.parts:
        return
    costs, shipped = window.scenario.finance, window.facts(OrderShipped)
    allocated, cancelled = window.facts(OrderAllocated), window.facts(OrderCancelled)
    returned = is_among(key_of(cancelled, "customer", "nth"), key_of(allocated, "customer", "nth"))
    value = 0
    segments = (
        _made_of(window, allocated),
        _made_of(window, cancelled)[returned],
        _made_of(window, shipped),
    )
    for component, cost in (
        (Component.CHASSIS, costs.chassis_cost),
        (Component.KIT, costs.kit_cost),
    ):
        on_hand = window.gauge("on_hand", component.name.lower())[-1]
        made_of_it = made_with(window, component)
        counts = [np.count_nonzero(np.isin(made, made_of_it)) for made in segments]
        reserved = counts[0] - counts[1] - counts[2]
        value += round(100 * cost) * round(on_hand + reserved)
        if component is Component.KIT:
            value -= round(on_hand * round(100 * cost) * costs.kit_write_off)
    yield Check(
        "money: inventory = units on hand and set aside (cents)", balance[Account.INVENTORY], value
    )
