"""How large a run would be, told before it begins: events to simulate, leads at once, money.

Each key for itself may be within its limits and the whole still run for days, or outgrow the ids of
prospects or the cents of the books. What one replication brings is estimated here from the scenario
alone, as if demand came at its usual rates. The estimate may be wrong by a factor of a few; it is
there for what is wrong by thousands.

Assumption: an event costs about 12 us and 200 bytes, a customer's day a hundredth of the time.
Reference: DESIGN.md s.4 (what is a process, and what one step over all customers).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from orgsim.customers.market import STRIP
from orgsim.customers.sources import NormalDailySource, PoissonSource, RenewalSource
from orgsim.departments.replenishment import OrderUpTo
from orgsim.kernel.arrivals import MOST_STRIPS
from orgsim.shocks.demand import NicheCampaign
from orgsim.units import DAY, WEEK

if TYPE_CHECKING:
    from orgsim.config.schema import Scenario
    from orgsim.customers.sources import AnySource

__all__ = ["MOST_EVENTS", "expected_events", "what_is_too_large"]

MOST_EVENTS = 20e6
"""Events of one replication: minutes of work and some 4 GB. The default firm's year has 0.5e6."""

MOST_LEADS_PER_HOUR = MOST_STRIPS * STRIP
"""Leads of one source of the market that can be told apart."""

MOST_EUR = 1e15
"""What the books hold with room to add up: 2**63 cents are EUR 9e16."""

_LIGHT = 0.01
"""The share of an event's time that a day of a customer takes, or a look at a purchase order."""


def what_is_too_large(scenario: Scenario) -> Iterator[str]:
    """Iterate over what cannot be run: "the key that drives it most, others: what it brings"."""
    yield from _too_many_events(scenario)
    for keys, per_hour in _leads_per_hour(scenario):
        if per_hour > MOST_LEADS_PER_HOUR:
            told, most = f"{per_hour * DAY:.3g}", f"{MOST_LEADS_PER_HOUR * DAY:,.0f}"
            yield f"{keys}: brings {told} leads a day; at most {most} can be told apart"
    for keys, amount in _amounts(scenario):
        if amount > MOST_EUR:
            yield f"{keys}: amounts to EUR {amount:.3g}; the books hold at most EUR {MOST_EUR:.0e}"


def expected_events(scenario: Scenario) -> dict[str, float]:
    """Return about how many events of each sort one replication brings, the warm-up included."""
    parts, hours = set(scenario.organisation.parts), _hours(scenario)
    days = hours / DAY
    by_source = dict.fromkeys(("leads", "orders", "contacts"), 0.0)
    for source in scenario.sources.values():
        by_source[source.to] += _per_hour(source) * hours
    leads, won = _leads(scenario) if "market" in parts else (0.0, 0.0)
    customers = _usual_customers(scenario, won) if "customers" in parts else 0.0
    loyalty, asks = scenario.customers.loyalty, scenario.customers.contact
    orders = won + customers * _chance(loyalty.reorder) * days + by_source["orders"]
    contacts = customers * _chance(asks.general) * days + orders * (
        asks.wismo + max(asks.how_to_base, asks.how_to_niche) + asks.fault + asks.billing
    )
    contacts += _late_days(scenario, orders) * _chance(asks.late_wismo)
    return {
        "leads": leads + by_source["leads"],
        "orders": orders,
        "contacts": contacts * _attempts(scenario) + by_source["contacts"],
        "days of customers": _LIGHT * customers * (days + scenario.customers.usual.weeks),
        "stock reviews": sum(_reviews(policy, hours) for policy in _policies(scenario)),
    }


def _hours(scenario: Scenario) -> float:
    return scenario.run.warmup + scenario.run.weeks * WEEK


def _chance(rate: float) -> float:
    """The chance a day of what happens at most once a day, at a rate per hour."""
    return -math.expm1(-rate * DAY)


def _per_hour(source: AnySource) -> float:
    """Return the mean number of arrivals of a simple source."""
    if isinstance(source, PoissonSource):
        return source.rate
    if isinstance(source, RenewalSource):
        return 1.0 / source.gap.mean if source.gap.mean > 0 else 0.0
    if isinstance(source, NormalDailySource):
        return (source.mean + source.deviation) / DAY
    return 0.0  # a table of times is as long as its file


def _leads(scenario: Scenario) -> tuple[float, float]:
    """Return the leads of the market, and how many of them are won if nobody waits."""
    market, sales, hours = scenario.market, scenario.sales, _hours(scenario)
    base, niche = market.base_leads * hours, 0.0
    launches = [s for s in scenario.shocks.values() if isinstance(s, NicheCampaign)]
    if launches:
        pressed = sum(s.duration for s in launches) + 5 * scenario.campaign.half_life
        answers = scenario.campaign.reach * scenario.campaign.response_rate * min(hours, pressed)
        unasked = market.niche_size * min(1.0, (market.spontaneous + market.imitation) * hours)
        niche = min(market.niche_size, answers + unasked)
    won = sum(
        leads
        * segment.qualified_share
        / (1.0 + math.exp(-shape.win_intercept - shape.claim_effect))
        for leads, segment, shape in (
            (base, market.base, sales.base),
            (niche, market.niche, sales.niche),
        )
    )
    return base + niche, won


def _usual_customers(scenario: Scenario, won: float) -> float:
    """Return the mean number of customers over the run: who is there leaves, who is won joins."""
    leaving = max(_chance(scenario.customers.loyalty.churn), 1e-9) * _hours(scenario) / DAY
    stay = -math.expm1(-leaving) / leaving
    return scenario.customers.count * stay + won / leaving * (1.0 - stay)


def _late_days(scenario: Scenario, orders: float) -> float:
    """Return how many days late orders wait in all, where more are placed than can be sent."""
    logistics, days = scenario.logistics, _hours(scenario) / DAY
    patience = scenario.customers.cancellation
    packed = logistics.capacity_per_day * days * (logistics.hours.weekly_total > 0)
    made = scenario.supplier.chassis.capacity
    supplied = logistics.chassis.opening_stock + (math.inf if made is None else made * DAY * days)
    late = max(0.0, orders - min(packed, supplied))
    gives_up = patience.after / DAY + 1.0 / max(_chance(patience.hazard), 1e-9)
    return late * min(days / 2, gives_up)


def _attempts(scenario: Scenario) -> float:
    """Return how often a problem is brought up, first contacts included."""
    asks, support = scenario.customers.contact, scenario.support
    again = asks.repeat * (1.0 - support.resolution)
    if support.agents.weekly_total == 0:
        again = min(1.0, asks.redial + asks.write_instead)
    return min(float(asks.most_attempts), 1.0 / max(1.0 - again, 1e-9))


def _policies(scenario: Scenario) -> list[OrderUpTo]:
    stocks = (scenario.logistics.chassis.policy, scenario.logistics.kit.policy)
    return [policy for policy in stocks if isinstance(policy, OrderUpTo)]


def _reviews(policy: OrderUpTo, hours: float) -> float:
    """Each review counts what is on its way: an order of every review of a lead time."""
    return hours / policy.review * (1.0 + _LIGHT * policy.lead_time / policy.review)


# What drives it --------------------------------------------------------------------------------


def _too_many_events(scenario: Scenario) -> Iterator[str]:
    events = expected_events(scenario)
    total = sum(events.values())
    if total <= MOST_EVENTS:
        return
    without = {
        key: sum(expected_events(less(scenario)).values()) for key, less in _less(scenario).items()
    }
    least = min(without.values())
    # Of keys that explain about as much, the most special: without customers nobody orders again.
    driver = [key for key, rest in without.items() if total - rest >= 0.9 * (total - least)][-1]
    parts = sorted(((n, what) for what, n in events.items() if n > 0.01 * total), reverse=True)
    told = ", ".join(f"{_round(number)} {what}" for number, what in parts)
    yield (
        f"{driver}, market, customers, sources, run: a replication would have to simulate about "
        f"{_round(total)} events ({told}); at most {_round(MOST_EVENTS)} are possible: lower it "
        "or simulate fewer weeks"
    )


def _round(number: float) -> str:
    for size, word in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million")):
        if number >= size:
            return f"{number / size:,.3g} {word}"
    return f"{number:,.0f}"


def _less(scenario: Scenario) -> Mapping[str, Callable[[Scenario], Scenario]]:
    """Return how to do without what each of the keys brings, the general ones first."""
    keys = (
        "customers.count",
        "customers.usual.weeks",
        "market.base_leads",
        "market.niche_size",
        "customers.loyalty.reorder",
        "customers.contact.general",
        "customers.contact.late_wismo",
    )
    less = {"run.weeks": _put("run.weeks", 1)} | {key: _put(key, 0) for key in keys}
    for part in ("chassis", "kit"):
        if isinstance(getattr(scenario.logistics, part).policy, OrderUpTo):
            less[f"logistics.{part}.policy.review"] = _put(f"logistics.{part}.policy.review", 1e9)
    for name in scenario.sources:
        rest = {other: source for other, source in scenario.sources.items() if other != name}
        less[f"sources.{name}"] = _put("sources", rest)
    return less


def _put(key: str, value: object) -> Callable[[Scenario], Scenario]:
    """Return how to make a copy of a configuration with another value at a dotted key."""
    name, _, below = key.partition(".")

    def put(part: Scenario) -> Scenario:
        inner = _put(below, value)(getattr(part, name)) if below else value
        return part.model_copy(update={name: inner})

    return put


def _leads_per_hour(scenario: Scenario) -> Iterator[tuple[str, float]]:
    """Iterate over the highest rates of the market's sources, with the keys that make them."""
    market, campaign = scenario.market, scenario.campaign
    yield "market.base_leads", market.base_leads
    if any(isinstance(shock, NicheCampaign) for shock in scenario.shocks.values()):
        _, won = _leads(scenario)
        yield "campaign.reach, campaign.response_rate", campaign.reach * campaign.response_rate
        yield "market.spontaneous, market.niche_size", market.spontaneous * market.niche_size
        # Everybody won lives through something every other day, and tells of it.
        days = min(_hours(scenario), 1.5 * market.talk_half_life) / DAY
        heard = won * 0.5 * days * scenario.customers.talk.share * market.reach / 3.0
        yield "market.imitation, market.reach, market.talk_half_life", market.imitation * heard


def _amounts(scenario: Scenario) -> Iterator[tuple[str, float]]:
    """Iterate over the largest amounts that the books may have to hold, EUR, with their keys."""
    campaign, finance, logistics = scenario.campaign, scenario.finance, scenario.logistics
    launches = sum(isinstance(shock, NicheCampaign) for shock in scenario.shocks.values())
    yield (
        "campaign.budget, campaign.intensity, shocks",
        (campaign.budget * campaign.intensity * launches),
    )
    orders = expected_events(scenario)["orders"]
    a_day = orders / (_hours(scenario) / DAY)
    for name, stock, cost in (
        ("chassis", logistics.chassis, finance.chassis_cost),
        ("kit", logistics.kit, finance.kit_cost),
    ):
        units = stock.opening_stock + stock.most_on_order(a_day) + orders
        keys = f"finance.{name}_cost, logistics.{name}"
        yield keys, cost * units
