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
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, TypeVar

from orgsim.customers.market import STRIP
from orgsim.customers.sources import NormalDailySource, PoissonSource, RenewalSource
from orgsim.kernel.arrivals import MOST_STRIPS
from orgsim.shocks.demand import NicheCampaign, SeasonalPeak, Viral
from orgsim.shocks.market import CompetitorExit, PriceShock
from orgsim.shocks.supply import ProductRecall
from orgsim.shocks.workforce import Pandemic
from orgsim.units import DAY, WEEK

if TYPE_CHECKING:
    from orgsim.config.schema import Scenario
    from orgsim.customers.sources import AnySource
    from orgsim.departments.ordering import Policy

S = TypeVar("S")

__all__ = ["MOST_EVENTS", "expected_events", "what_is_too_large"]

MOST_EVENTS = 20e6
"""Events of one replication: minutes of work and some 4 GB. The default firm's year has 0.5e6."""

MOST_LEADS_PER_HOUR = MOST_STRIPS * STRIP
"""Leads of one source of the market that can be told apart."""

MOST_EUR = 1e13
"""What the books can take in on one day (`departments.finance`)."""

_LIGHT = 0.01
"""The share of an event's time that a day of a customer takes, or a look at a purchase order."""


def what_is_too_large(scenario: Scenario) -> Iterator[str]:
    """Iterate over the reasons why a scenario cannot be run, a sentence each."""
    events = expected_events(scenario)
    yield from _too_many(events)
    most, hopeless = scenario.customers.contact.most_attempts, _hopeless(scenario, events)
    if hopeless > 1.0:
        yield (
            f"some {_round(hopeless)} customers would bring up one problem {most} times, where the "
            "model stops: raise support.resolution or customers.contact.most_attempts, or lower "
            "customers.contact.repeat"
        )
    allowed = _round(MOST_LEADS_PER_HOUR * DAY)
    for source, per_hour in _leads_per_hour(scenario):
        if per_hour > MOST_LEADS_PER_HOUR:
            told = _round(per_hour * DAY)
            yield f"{source} would bring {told} leads a day; at most {allowed} can be told apart"
    for what, amount in _amounts(scenario, events):
        if amount > MOST_EUR:
            yield f"EUR {_round(amount)} for {what}; the books hold at most EUR {_round(MOST_EUR)}"


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
    surge = 1.0 + _rise(scenario)
    orders = won + customers * _chance(loyalty.reorder) * days * surge + by_source["orders"]
    asked = 1.0 + sum(s.contacts - 1.0 for s in _shocks(scenario, ProductRecall))
    contacts = customers * _chance(asks.general) * days * asked + orders * (
        asks.wismo + max(asks.how_to_base, asks.how_to_niche) + asks.fault + asks.billing
    )
    contacts += _late_days(scenario, orders) * _chance(asks.late_wismo)
    return {
        "leads": leads + by_source["leads"],
        "orders": orders,
        "contacts": contacts * _attempts(scenario) + by_source["contacts"],
        "for customers' days": _LIGHT * customers * (days + scenario.customers.usual.weeks),
        "for stock reviews": sum(_reviews(policy, hours, orders) for policy in _policies(scenario)),
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


def _shocks(scenario: Scenario, kind: type[S]) -> list[S]:
    return [shock for shock in scenario.shocks.values() if isinstance(shock, kind)]


def _rise(scenario: Scenario) -> float:
    """Return the most by which shocks together raise base demand, as a share of the usual."""
    rises = [peak.height for peak in _shocks(scenario, SeasonalPeak)]
    rises += [step.demand for step in _shocks(scenario, Pandemic)]
    rises += [leaver.prospects for leaver in _shocks(scenario, CompetitorExit)]
    return sum(rises)


def _leads(scenario: Scenario) -> tuple[float, float]:
    """Return the leads of the market, and how many of them are won if nobody waits."""
    market, sales, hours = scenario.market, scenario.sales, _hours(scenario)
    base, niche = market.base_leads * hours * (1.0 + _rise(scenario)), 0.0
    launches, waves = _shocks(scenario, NicheCampaign), _shocks(scenario, Viral)
    if launches or waves:
        end, fading = scenario.run.weeks * WEEK, 5 * scenario.campaign.half_life
        pressed = sum(min(end - launch.onset, launch.duration + fading) for launch in launches)
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
    asks, again = scenario.customers.contact, _unsolved(scenario)
    if scenario.support.agents.weekly_total == 0:
        again = min(1.0, asks.redial + asks.write_instead)
    return min(float(asks.most_attempts), 1.0 / max(1.0 - again, 1e-9))


def _unsolved(scenario: Scenario) -> float:
    """Return the chance that an answer solves nothing and is asked for again."""
    support = scenario.support
    quality, channels = support.channels.quality, support.channels
    worst = min(
        quality.phone,
        quality.email if support.email_share else 1.0,
        quality.chat if channels.chat_share else 1.0,
        quality.retail if channels.retail_share else 1.0,
    )
    solved = support.resolution * worst
    return scenario.customers.contact.repeat * (1.0 - solved)


def _policies(scenario: Scenario) -> list[Policy]:
    return [scenario.logistics.chassis.policy, scenario.logistics.kit.policy]


def _reviews(policy: Policy, hours: float, orders: float) -> float:
    """Each review counts what is on its way: an order of every review of a lead time."""
    if policy.review == 0:
        return _LIGHT * orders
    return hours / policy.review * (1.0 + _LIGHT * (policy.lead_time or 0.0) / policy.review)


def _too_many(events: Mapping[str, float]) -> Iterator[str]:
    total = sum(events.values())
    if total > MOST_EVENTS:
        parts = sorted(((n, what) for what, n in events.items() if n > 0.01 * total), reverse=True)
        told = ", ".join(f"{_round(number)} {what}" for number, what in parts)
        yield (
            f"a replication would have to simulate about {_round(total)} events ({told}); "
            f"at most {_round(MOST_EVENTS)} are possible"
        )


def _hopeless(scenario: Scenario, events: Mapping[str, float]) -> float:
    """Return how many customers would run out of attempts at having one problem solved."""
    if scenario.support.agents.weekly_total == 0:
        return 0.0  # who gets no answer gives up
    return events["contacts"] * _unsolved(scenario) ** scenario.customers.contact.most_attempts


def _round(number: float) -> str:
    for size, word in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million")):
        if number >= size:
            scaled = number / size
            return f"{scaled:,.0f} {word}" if scaled >= 100 else f"{scaled:.3g} {word}"
    return f"{number:,.0f}"


def _leads_per_hour(scenario: Scenario) -> Iterator[tuple[str, float]]:
    """Iterate over the market's sources and the highest rate of each."""
    market, campaign = scenario.market, scenario.campaign
    yield "the market", market.base_leads * (1.0 + _rise(scenario))
    launches, waves = _shocks(scenario, NicheCampaign), _shocks(scenario, Viral)
    if launches or waves:
        _, won = _leads(scenario)
        yield "the campaign", campaign.reach * campaign.response_rate
        yield "the niche, unasked,", market.spontaneous * market.niche_size
        # Everybody won lives through something every other day, and tells of it.
        days = min(_hours(scenario), 1.5 * market.talk_half_life) / DAY
        heard = won * 0.5 * days * scenario.customers.talk.share * market.reach / 3.0
        heard += sum(wave.tellings for wave in waves)
        caught = 1.0 + sum(wave.contagion - 1.0 for wave in waves)
        yield "word of mouth", market.imitation * caught * heard


def _amounts(scenario: Scenario, events: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    """Iterate over the largest amounts that the books may have to hold, EUR."""
    campaign, finance, logistics = scenario.campaign, scenario.finance, scenario.logistics
    launches = len(_shocks(scenario, NicheCampaign))
    dearer = math.prod(max(1.0, shock.unit_cost) for shock in _shocks(scenario, PriceShock))
    yield "campaigns", campaign.budget * campaign.intensity * launches
    orders = events["orders"]
    a_day = orders / (_hours(scenario) / DAY)
    for name, stock, cost in (
        ("chassis", logistics.chassis, finance.chassis_cost),
        ("kit", logistics.kit, finance.kit_cost),
    ):
        units = stock.opening_stock + stock.most_on_order(a_day) + orders
        yield f"stock of {name}", cost * units * dearer
