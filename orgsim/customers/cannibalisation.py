"""Cannibalisation: a promotion partly steals tomorrow's and the firm's own sales (MODEL M1.6).

Modelled: customers who would have bought anyway, and now buy something else, or earlier.

1. Switching. Of those who buy the niche offer for the first time a share c_b are customers of the
   base offer, who take it instead of what they came for: each day, of the n who order the base
   offer again, each with the same chance, so that on average there are

       c_b / (1 - c_b) x first niche orders by new customers since yesterday

   of them, and as many more as earlier days left over. Who switched stays with the niche offer.
2. Pull-forward. While the dial is at f_p, a share f_p of the base customers' orders is brought
   forward: besides what a customer orders anyway with the day's chance p, another order comes with
   chance p f_p / (1 - f_p). For each a customer owes one: the next that would have come once the
   dial is back at rest is left out. Over a long window nothing is gained.

Assumed: whether anybody stocks up does not depend on the discount, which is the shock's. Promotions
that borrow from later sales: Blattberg & Neslin (1990).
"""

from __future__ import annotations

import numpy as np

from orgsim.config.base import Config, param
from orgsim.customers.population import Population
from orgsim.entities import Bools, Floats, Ints, Segment
from orgsim.facts_of_customers import VariantSwitched
from orgsim.kernel.world import World
from orgsim.units import Share

MOST_PULLED = 0.95
"""However many promotions overlap, some orders are made when they are due; a scenario with
promotions whose shares add up to more is refused."""


class CannibalisationConfig(Config):
    """What niche orders take from base orders."""

    switching: Share = param(
        "share of first niche orders that come from customers of the base offer (c_b)",
        section="M1.6",
        ge=0,
        le=0.9,
    )


class Cannibalisation:
    """Decides who of the day's customers switches, who buys early, and who has bought already."""

    def __init__(self, world: World, config: CannibalisationConfig, people: Population) -> None:
        self._world = world
        self._people = people
        share = config.switching
        self._per_new_customer = share / (1.0 - share)
        self._due = 0.0
        self._owed: Ints = np.zeros(0, dtype=np.int64)
        self._owing = 0
        self._draw = {
            name: world.draws.stream(f"customers.{name}") for name in ("switch", "pull_forward")
        }
        self._pulled = world.dials.declare(
            "customers.pull_forward", 0.0, "add", "share of base orders that are brought forward"
        )

    def joined(self) -> None:
        """Somebody new bought the niche offer."""
        self._due += self._per_new_customer

    def switch(self, rows: Ints, nth: Ints) -> None:
        """Of the customers who order today, let some take the niche offer instead."""
        if self._due <= 0.0:
            return
        people = self._people
        places = np.unique(rows, return_index=True)[1]  # who orders twice decides once
        base = places[people.segment[rows[places]] == Segment.BASE]
        if not base.size:
            return
        chance = min(1.0, self._due / base.size)
        luck = self._draw["switch"].uniforms(people.ids[rows[base]], nth[base])
        gone = rows[base[luck < chance]]
        self._due = max(0.0, self._due - chance * base.size)
        people.segment[gone] = Segment.NICHE
        if gone.size:
            self._world.record_block(
                VariantSwitched, self._world.now, people.ids[gone], Segment.NICHE
            )

    def reschedule(self, rows: Ints, orders: Bools, chance: Floats, day: int) -> Ints:
        """Rows of those who order today, of ``rows`` with that ``chance`` to: ``orders`` says who.

        A row stands twice where somebody orders what is due and something early.
        """
        share = min(MOST_PULLED, self._pulled.value)
        if share <= 0.0:
            return self._without_owed(rows[orders]) if self._owing else rows[orders]
        people = self._people
        luck = self._draw["pull_forward"].uniforms(people.ids[rows], day)
        early = (luck < chance * share / (1.0 - share)) & (people.segment[rows] == Segment.BASE)
        self._owe(rows[early])
        return np.concatenate([rows[orders], rows[early]])

    def _owe(self, rows: Ints) -> None:
        size = self._people.ids.size
        self._owed = np.pad(self._owed, (0, size - self._owed.size))
        self._owed[rows] += 1
        self._owing += rows.size

    def _without_owed(self, rows: Ints) -> Ints:
        """Whoever bought early leaves the next order out."""
        known = rows[rows < self._owed.size]
        paid = known[self._owed[known] > 0]
        self._owed[paid] -= 1
        self._owing -= paid.size
        return np.setdiff1d(rows, paid, assume_unique=True)
