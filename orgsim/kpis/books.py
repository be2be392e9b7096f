"""Each area by its own books: what it is judged by in EUR, deliberately local (MODEL s.7).

Modelled: every area looks at the money it answers for and at internal transfer prices, and at
nothing else; what nobody answers for is left to the centre.

1. Marketing: internal value of its leads, less campaign and lead cost.
2. Sales: price of the first orders it booked, less commission and pay.
3. Logistics: less picking, carriage and holding, less a penalty for each order not filled from
   stock, whether it waits, is lost or takes the other variant.
4. Support: less its pay.
5. The centre: the rest of revenue and expense, and the other side of every transfer price, so that
   the five add up to contribution, to the cent.
6. Cash: what each area pays, logistics for the goods it orders, too. The centre has what customers
   pay and are paid back. Transfer prices move no cash; the five add up to the company's, as well.

Assumed: transfer prices are fixed. Logistics and support are charged what they cost, not a standard
cost per order or contact, which would leave a variance for somebody else's books. That sound local
books can add up to a loss is the point of responsibility accounting's critics; reference:
Hirshleifer (1956), On the Economics of Transfer Pricing.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from orgsim.entities import Account, Floats
from orgsim.facts import LeadCreated, LeadWon, OrderPlaced
from orgsim.kpis.base import Area, Kpi, Ratio, Window
from orgsim.kpis.fulfilment import SHORT
from orgsim.kpis.money import movement

OWN_ACCOUNTS: dict[str, tuple[Account, ...]] = {
    "marketing": (Account.CAMPAIGN, Account.LEAD_COST),
    "sales": (Account.COMMISSION, Account.SALES_PAYROLL),
    "logistics": (Account.PICKING, Account.CARRIAGE, Account.HOLDING),
    "support": (Account.SUPPORT_PAYROLL,),
    "company": (Account.REVENUE, Account.COST_OF_GOODS, Account.FIXED_COST, Account.OVERHEAD),
}
"""Who answers for which accounts; the write-off at the horizon is in value, not in contribution."""

CASH_ACCOUNTS = OWN_ACCOUNTS | {"logistics": (*OWN_ACCOUNTS["logistics"], Account.INVENTORY)}
CASH_ACCOUNTS["company"] = tuple(
    account
    for account in Account
    if account is not Account.CASH
    and not any(account in own for area, own in CASH_ACCOUNTS.items() if area != "company")
)
"""On whose behalf cash comes and goes: by the account on the other side of the posting."""


def transfer(window: Window, area: str) -> Floats:
    """EUR a week that an area is credited internally; the centre the opposite of all others."""
    prices = window.scenario.finance.transfer_prices
    if area == "marketing":
        return prices.lead * window.count(LeadCreated)
    if area == "sales":
        placed = window.facts(OrderPlaced)
        first = (placed["nth"] == 0) & np.isin(placed["customer"], window.facts(LeadWon)["lead"])
        return window.per_week(placed["time"][first], placed["price_cents"][first] / 100.0)
    if area == "logistics":
        short = sum((window.count(kind) for kind in SHORT), 0.0 * window.ones)
        return -prices.unfilled_order * short
    if area == "support":
        return 0.0 * window.ones
    return -sum((transfer(window, one) for one in OWN_ACCOUNTS if one != area), 0.0 * window.ones)


def books(window: Window, area: str) -> Floats:
    """An area's result by its own books, EUR per week; `company` is the centre."""
    return transfer(window, area) - movement(window, *OWN_ACCOUNTS[area])


def cash_flow(window: Window, area: str) -> Floats:
    """Cash an area received less what it paid, EUR per week; `company` is the centre."""
    return 0.0 * window.ones - movement(window, *CASH_ACCOUNTS[area], against=Account.CASH)


def _kpi(
    area: Area,
    title: str,
    formula: str,
    open_items: str = "none",
    kind: str = "books",
    of: Callable[[Window, str], Floats] = books,
) -> Kpi:
    def measure(window: Window, segment: str) -> Ratio:
        return Ratio(of(window, area), window.ones)

    return Kpi(
        name=f"{kind}_{'centre' if area == 'company' else area}",
        title=title,
        unit="EUR",
        area=area,
        direction=1,
        section="s.7",
        formula=formula,
        open_items=open_items,
        over_time="sum",
        measure=measure,
    )


def _cash(area: Area, what: str) -> Kpi:
    owner = "the centre" if area == "company" else area
    sign = "" if area == "company" else "less "
    return _kpi(
        area,
        f"Cash flow of {owner}",
        f"{sign}{what}, when it is paid",
        "what is not paid yet does not count",
        "cash",
        cash_flow,
    )


KPIS = (
    _kpi(
        "marketing",
        "Marketing by its own books",
        "internal value of the leads, less campaign and lead cost",
    ),
    _kpi(
        "sales",
        "Sales by its own books",
        "price of the first orders booked, less commission and pay",
        "an order counts when it is booked, whatever becomes of it",
    ),
    _kpi(
        "logistics",
        "Logistics by its own books",
        "less picking, carriage, holding, and a penalty per order not filled from stock",
    ),
    _kpi("support", "Support by its own books", "less the pay of the agents"),
    _kpi(
        "company",
        "What no area answers for",
        "contribution less the books of the four areas: goods, fixed cost, coordination, "
        "and the other side of the internal prices",
    ),
    _cash("marketing", "campaign and leads"),
    _cash("sales", "commission and pay"),
    _cash("logistics", "picking, carriage, holding and the goods that arrived"),
    _cash("support", "pay of the agents, and what hiring them costs"),
    _cash("company", "what customers paid, less refunds, fixed cost, coordination and all else"),
)
