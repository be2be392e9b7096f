"""Finance: every amount posted twice, accrual beside cash (MODEL s.7, O4).

Modelled: a double-entry ledger in integer cents. Balances drive nothing in the model.

1. A customer pays with the order (deferred revenue); revenue is earned at delivery, or paid back
   where the order is cancelled or lost. Who orders on account pays later (see `receivables`).
2. Stock is paid on receipt and held at its standard cost; what a supplier asks beyond that (a dial)
   is a purchase price variance, an expense at once. Goods become an expense when their parcel is
   shipped, the base kit and accessories with them.
3. As they arise: the campaign's spend each day, base leads, commission on first orders, picking,
   carriage and express. Each week: the pay of reps and agents, fixed cost, coordination overhead,
   and the holding cost of the stock's value.
4. When a returned parcel is back, its revenue is reversed and owed. After inspection the price is
   paid back, or the open bill cancelled, and the goods are sold on: a share of what they cost is
   recovered and lowers the cost of goods.
5. Contribution is revenue less all of these. At the horizon a share of the value of left-over niche
   kits is written off, with or without a campaign; it counts in value, not in contribution.

Assumed: no taxes, no interest, no bad debts; suppliers are paid at once. Reference: MODEL s.7.
"""

from __future__ import annotations

from orgsim.config.base import Config, param
from orgsim.departments.receivables import Receivables, ReceivablesConfig
from orgsim.entities import Account, Component, Floats, Order, Segment
from orgsim.errors import ModelError
from orgsim.facts import AccountClosed, AmountPosted
from orgsim.facts_after_sale import (
    RefundPaid,
)
from orgsim.kernel.world import Rank, World
from orgsim.units import DAY, WEEK, YEAR, Money, Price, Share

EXPENSES = (
    Account.COST_OF_GOODS,
    Account.CAMPAIGN,
    Account.LEAD_COST,
    Account.COMMISSION,
    Account.SALES_PAYROLL,
    Account.SUPPORT_PAYROLL,
    Account.PICKING,
    Account.CARRIAGE,
    Account.HOLDING,
    Account.FIXED_COST,
    Account.OVERHEAD,
    Account.WRITE_OFF,
)
"""What contribution is reduced by."""


CREDIT = (Account.RECEIVABLES, Account.REFUNDS_DUE)
"""Accounts that need no closing line in a firm where nobody gives credit."""


MOST_CENTS_A_DAY = 10**15
"""A column of the journal holds 2**63: so much a day can be added up over ten years."""


class TransferPricesConfig(Config):
    """What areas are credited internally; it moves no cash and cancels in the company's books."""

    lead: Price = param(
        "internal value of a lead, credited to marketing", unit="EUR", section="s.7", ge=0
    )
    unfilled_order: Price = param(
        "internal penalty to logistics for an order not filled from stock",
        unit="EUR",
        section="s.7",
        ge=0,
    )


class FinanceConfig(Config):
    """Finance's parameters."""

    chassis_cost: Price = param("cost of a chassis", unit="EUR", section="s.11", ge=0)
    kit_cost: Price = param("cost of a niche kit", unit="EUR", section="s.11", ge=0)
    extras_cost: Price = param(
        "cost of the base kit and accessories of an order", unit="EUR", section="s.11", ge=0
    )
    fixed_cost: Money = param("fixed cost of the company", unit="EUR/a", section="s.7", ge=0)
    holding_share: Share = param(
        "yearly cost of holding stock, as a share of its value", section="s.7", ge=0
    )
    kit_write_off: Share = param(
        "share of the value lost of kits left at the horizon", section="s.7", ge=0
    )
    return_recovery: Share = param(
        "share of the cost of returned goods that is recovered", section="s.7", ge=0, le=1
    )
    receivables: ReceivablesConfig
    discount: Share = param(
        "yearly discount rate of what customers will still be worth (i)", section="M5.12", ge=0
    )
    transfer_prices: TransferPricesConfig


class Finance:
    """The company's books."""

    def __init__(
        self,
        world: World,
        config: FinanceConfig,
        overhead_per_week: float,
        single_view: float = 0.0,
    ) -> None:
        self._world = world
        self._config = config
        self._overhead = overhead_per_week
        self._balance = [0] * len(Account)
        self._unit_cost = world.dials.declare(
            "finance.unit_cost", 1.0, "multiply", "what suppliers ask, times the standard cost"
        )
        self._today: dict[tuple[Account, Account], int] = {}
        self.is_chassis_shared = True
        """Whether niche orders take their chassis from the stock that is in the books."""
        self.receivables = Receivables(world, config.receivables, self.post, single_view)
        world.every(DAY, self.close_day, first=world.now + DAY, rank=Rank.CLOSE)
        world.every(WEEK, self._week, first=world.now + WEEK, rank=Rank.CLOSE)

    def post(self, debit: Account, credit: Account, cents: int) -> None:
        """Move an amount; posted under the two accounts at the end of the day."""
        self._balance[debit] += cents
        self._balance[credit] -= cents
        key = (debit, credit)
        self._today[key] = self._today.get(key, 0) + cents

    def balance(self, account: Account) -> int:
        """Debit less credit so far, in cents."""
        return self._balance[account]

    def open_books(self, component_units: dict[Component, int]) -> None:
        """The opening stock is the owners'."""
        for component, units in component_units.items():
            self.post(Account.INVENTORY, Account.EQUITY, units * self._unit_cents(component))

    def received(self, component: Component, units: int) -> None:
        """Pay the supplier; what is beyond the standard cost is an expense at once."""
        standard = units * self._unit_cents(component)
        self.post(Account.INVENTORY, Account.CASH, standard)
        beyond = round(standard * (self._unit_cost.value - 1.0))
        if beyond:
            self.post(Account.COST_OF_GOODS, Account.CASH, beyond)

    def shipped(self, orders: list[Order]) -> None:
        """The goods leave the books with the parcels."""
        kits = sum(order.variant is Segment.NICHE for order in orders)
        apart = 0 if self.is_chassis_shared else kits
        goods = (len(orders) - apart) * self._unit_cents(Component.CHASSIS)
        goods += kits * self._unit_cents(Component.KIT)
        self.post(Account.COST_OF_GOODS, Account.INVENTORY, goods)
        extras = round(100 * self._config.extras_cost) * len(orders)
        extras += apart * self._unit_cents(Component.CHASSIS)
        self.post(Account.COST_OF_GOODS, Account.CASH, extras)

    def delivered(self, orders: list[Order], arrivals: Floats, complete: Floats) -> None:
        """A delivery turns the customer's payment into revenue, or is billed."""
        paid = sum(order.price_cents for order in orders if not order.on_account)
        self.post(Account.DEFERRED_REVENUE, Account.REVENUE, paid)
        self.receivables.delivered(orders, arrivals, complete)

    def cancelled(self, order: Order) -> None:
        """An order that was cancelled, or lost over a missing part, is paid back if it was paid."""
        if not order.on_account:
            self.post(Account.DEFERRED_REVENUE, Account.CASH, order.price_cents)

    def owe(self, order: Order) -> None:
        """A returned parcel is back: what was earned with it is owed."""
        self.post(Account.REVENUE, Account.REFUNDS_DUE, order.price_cents)

    def refund(self, order: Order) -> None:
        """Pay a return back, or cancel its bill; what was not recalled is sold on cheaply."""
        in_cash = not self.receivables.cancel(order)
        account = Account.CASH if in_cash else Account.RECEIVABLES
        self.post(Account.REFUNDS_DUE, account, order.price_cents)
        if not order.is_recalled:
            self.post(Account.CASH, Account.COST_OF_GOODS, self._recovered(order))
        self._world.record(
            RefundPaid(
                self._world.now,
                order.customer,
                order.nth,
                order.segment,
                order.refund_due,
                order.price_cents,
                in_cash,
            )
        )

    def _recovered(self, order: Order) -> int:
        """Cents that the goods of a return bring when they are sold on."""
        goods = self._unit_cents(Component.CHASSIS) + round(100 * self._config.extras_cost)
        if order.variant is Segment.NICHE:
            goods += self._unit_cents(Component.KIT)
        return round(goods * self._config.return_recovery)

    def write_off_kits(self, units: int) -> None:
        """At the horizon: the part of the left-over kits' value that is lost."""
        lost = round(units * self._unit_cents(Component.KIT) * self._config.kit_write_off)
        self.post(Account.WRITE_OFF, Account.INVENTORY, lost)
        self.close_day()
        for account in Account:
            if account in CREDIT and not self._balance[account]:
                continue
            self._world.record(AccountClosed(self._world.now, account, self._balance[account]))

    def close_day(self) -> None:
        """Write the day's totals into the journal."""
        today, self._today = self._today, {}
        for (debit, credit), cents in today.items():
            if abs(cents) > MOST_CENTS_A_DAY:
                raise ModelError(
                    f"EUR {cents / 100:.3g} in one day from {credit.name} to {debit.name} are more "
                    "than the books hold: lower the prices, or what is bought"
                )
            if cents:
                self._world.record(AmountPosted(self._world.now, debit, credit, cents))

    def _week(self) -> None:
        cfg = self._config
        self.post(Account.FIXED_COST, Account.CASH, round(100 * cfg.fixed_cost * WEEK / YEAR))
        self.post(Account.OVERHEAD, Account.CASH, round(100 * self._overhead))
        holding = self._balance[Account.INVENTORY] * cfg.holding_share * WEEK / YEAR
        self.post(Account.HOLDING, Account.CASH, round(holding))

    def _unit_cents(self, component: Component) -> int:
        is_chassis = component is Component.CHASSIS
        return round(100 * (self._config.chassis_cost if is_chassis else self._config.kit_cost))
