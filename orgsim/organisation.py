"""The organisation: who is there, and along which hand-offs work flows. `simulate` is the heart.

`simulate(scenario, replication)` is a pure function: the same scenario, seed and replication give
the same journal, wherever it runs. The wiring below is the whole map of who hands work to whom;
what areas *know* of each other travels through `Information` and nowhere else.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import numpy as np

from orgsim.config.schema import Scenario, without_shocks
from orgsim.customers.behaviour import Customers
from orgsim.customers.market import Market, silent
from orgsim.customers.sources import Receivers, SimpleSource
from orgsim.departments.campaign import LaunchPlan
from orgsim.departments.finance import Finance
from orgsim.departments.logistics import Logistics
from orgsim.departments.marketing import Marketing
from orgsim.departments.quoting import OrderPage, later
from orgsim.departments.replenishment import MONDAY_MORNING
from orgsim.departments.sales import Sales
from orgsim.departments.supplier import Supplier
from orgsim.departments.support import Support
from orgsim.entities import Component, Floats, Order, Promise, Segment, Ticket
from orgsim.governance.information import Information
from orgsim.kernel.draws import Draws
from orgsim.kernel.journal import Journal
from orgsim.kernel.world import World
from orgsim.shocks.base import Levers
from orgsim.units import DAY, WEEK

__all__ = ["Organisation", "reference_of", "simulate"]


def simulate(scenario: Scenario, replication: int) -> Journal:
    """Run one replication from the start of the warm-up to the horizon; everything that happened.

    Pure: depends on the scenario, its seed and the replication only. Raises ModelError when a part
    of the model is driven beyond what it can represent.
    """
    with _uninterrupted():
        organisation = Organisation(scenario, replication)
        organisation.run()
    return organisation.world.journal


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Put off the search for cyclic garbage: a run makes next to none and it costs a sixth."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def reference_of(scenario: Scenario) -> Scenario:
    """The same organisation with nothing happening and nobody coordinating (MODEL T3)."""
    return without_shocks(scenario)


class Organisation:
    """All parts of one organisation, built and wired."""

    def __init__(self, scenario: Scenario, replication: int) -> None:
        self.scenario = scenario
        draws = Draws(scenario.run.seed, replication)
        self.world = World(start=-scenario.run.warmup, draws=draws, journal=Journal())
        world, design = self.world, scenario.organisation
        briefing = design.coordination.briefing
        parts: set[str] = set(design.parts)
        self.information = Information(world, design.channels)
        overhead = design.coordination.overhead_per_week
        self.finance = Finance(world, scenario.finance, overhead, design.single_view)
        self.finance.is_chassis_shared = scenario.logistics.is_chassis_shared
        self.marketing = Marketing(
            world,
            scenario.marketing,
            scenario.campaign,
            self.information,
            scenario.targets.get("leads", 0.0),
        )
        size = scenario.market if "market" in parts else silent(scenario.market)
        self.market = Market(world, size, self.marketing)
        self.sales = Sales(
            world,
            scenario.sales,
            design.handoff,
            self.information,
            scenario.targets.get("bookings", 0.0),
        )
        self.order_page = OrderPage(
            self.information,
            is_quoting=scenario.sales.quotes_stock,
            usual_days=scenario.logistics.usual_days,
        )
        self.logistics = Logistics(world, scenario.logistics, self.information)
        self.suppliers = {
            Component.CHASSIS: Supplier(world, scenario.supplier.chassis, Component.CHASSIS),
            Component.KIT: Supplier(world, scenario.supplier.kit, Component.KIT),
        }
        self.support = Support(
            world,
            scenario.support,
            self.information,
            briefing_hours=briefing.hours_per_agent,
            briefing_period=briefing.period,
            single_view=design.single_view,
        )
        weights = np.array(
            [scenario.market.base.weights.vector(), scenario.market.niche.weights.vector()]
        )
        present = scenario.customers.count if "customers" in parts else 0
        crowd = scenario.customers.model_copy(update={"count": present})
        sees_delays = self.information.fidelity("logistics", "support", "stock_eta")
        self.customers = Customers(
            world,
            crowd,
            weights,
            self._offer_page,
            scenario.run.seed,
            sees_delays=sees_delays * design.single_view,
        )
        self._wire(parts)
        self._set_targets()
        self._declare_gauges()
        self._start_pipeline()
        levers = Levers(
            world,
            launch=self._launch,
            open_offer=self.marketing.open_offer,
            praise=self.market.praise,
            resign=self.support.staffing.resign,
            recall=self.customers.after_sale.prepare_recall,
        )
        for shock in scenario.shocks.values():
            shock.schedule(levers)

    def run(self) -> None:
        """Run to the horizon and close the books."""
        self.world.run(until=self.scenario.run.weeks * WEEK)
        self.finance.write_off_kits(self.logistics.room.on_hand["kit"] or 0)

    def _wire(self, parts: set[str]) -> None:
        """Who hands work to whom; a part that is absent leaves its neighbours' hand-offs idle."""
        receivers = Receivers()
        if "market" in parts and "marketing" in parts:
            self.marketing.expected_leads = self.market.expected_leads
            self.market.charge_leads = self.marketing.charge_leads
            self.market.count_leads = self.marketing.count_leads
            if "sales" in parts:
                self.market.receive_leads = self.sales.receive
            if "customers" in parts:
                self.market.active = self.customers.people.active
                self.market.brand_trust = self.customers.brand_trust
                self.customers.tell = self.market.hear
        if "sales" in parts:
            receivers.leads = self.sales.receive
            self.sales.delay = self.order_page.delay
            self.sales.orders.takes_on_account = self.finance.receivables.takes_on_account
            if "marketing" in parts:
                self.sales.promise = self.marketing.promise
                self.sales.asked_price = self.marketing.asked_price
            if "customers" in parts:
                self.sales.welcome = self.customers.welcome
                self.sales.orders.confirm = self.customers.await_order
                self.customers.place_order = self.sales.orders.book
                self.customers.farewell = self.sales.commission.claw_back
            if "logistics" in parts:
                self.sales.orders.place_order = self.logistics.accept
        if "logistics" in parts:
            receivers.order = self.sales.orders.book if "sales" in parts else self.logistics.accept
            self.logistics.shipping.ship = self.finance.shipped
            self.logistics.shipping.deliver = self._delivered
            if "customers" in parts:
                self.customers.cancel_order = self.logistics.cancel
                self.customers.refund = self._cancelled
                self.logistics.shipping.deliver_rest = self._rest_delivered
                self.customers.after_sale.send_back = self.logistics.returns.take_back
                self.logistics.returns.owe = self.finance.owe
                self.logistics.returns.refund = self._refund
                self.finance.receivables.has_complaint = self.customers.has_open_issue
                self.finance.receivables.remind = self.customers.after_sale.reminded
            self.logistics.turn_away = self._turned_away
            if "sales" in parts:
                self.logistics.exchange = self.sales.orders.exchange
            if "supplier" in parts:
                for component, supplier in self.suppliers.items():
                    self.logistics.planning[component].order = supplier.order
                    self.logistics.planning[component].order_by_air = supplier.expedite
                    supplier.deliver = self._received
        if "support" in parts:
            receivers.contacts = self.support.receive
            self.sales.orders.show_agents = self.support.desktop.keep_on_file
            if "customers" in parts:
                self.customers.contact_support = self.support.receive
                self.customers.call_again = self.support.try_again
                self.support.open = self.customers.wait
                self.support.answer = self.customers.hear
                self.support.mood = self.customers.mood
                self.support.recover = self._made_good
                self.support.close = self.customers.called_back
        for name, department in (
            ("marketing", self.marketing),
            ("sales", self.sales),
            ("logistics", self.logistics),
            ("support", self.support),
        ):
            if name in parts:
                department.post = self.finance.post
        for name, source in self.scenario.sources.items():
            SimpleSource(self.world, name, source, receivers)

    def _set_targets(self) -> None:
        """What each area's own service is measured against (MODEL O3)."""
        for planner in self.logistics.planning.values():
            planner.expediting.target = self.scenario.targets.get("line_fill", 1.0)

    def _offer_page(self, segment: Segment) -> Promise:
        """What a customer reads on the order page today."""
        usual = self.marketing.promise(segment, self.marketing.claim(segment))
        return later(usual, self.order_page.delay(segment))

    def _delivered(self, orders: list[Order], arrivals: Floats, complete: Floats) -> None:
        self.finance.delivered(orders, arrivals, complete)
        if "customers" in self.scenario.organisation.parts:
            self.customers.unpack(orders, arrivals, complete)

    def _rest_delivered(self, orders: list[Order], arrivals: Floats) -> None:
        self.customers.after_sale.completed(orders)

    def _made_good(self, ticket: Ticket, cents: int) -> None:
        share = self.scenario.customers.loyalty.recovery.restored
        self.customers.make_good(ticket.row, share)

    def _cancelled(self, order: Order) -> None:
        self.finance.cancelled(order)
        self.sales.commission.undo(order)

    def _turned_away(self, order: Order) -> None:
        self._cancelled(order)
        if "customers" in self.scenario.organisation.parts:
            self.customers.turned_away(order)

    def _refund(self, order: Order) -> None:
        self.finance.refund(order)
        self.sales.commission.undo(order)
        self.customers.after_sale.refunded(order)

    def _received(self, component: Component, units: int) -> None:
        self.finance.received(component, units)
        self.logistics.receive(component, units)

    def _launch(self, onset: float, duration: float) -> None:
        intensity = self.scenario.campaign.intensity
        self.marketing.launch(LaunchPlan(onset, duration, intensity))

    def _start_pipeline(self) -> None:
        """The opening stock, and the purchase orders that are on their way (MODEL T1)."""
        logistics = self.scenario.logistics
        stocks = {Component.CHASSIS: logistics.chassis, Component.KIT: logistics.kit}
        self.finance.open_books({part: stock.opening_stock for part, stock in stocks.items()})
        if "supplier" not in self.scenario.organisation.parts:
            return  # nobody is there from whom anything could come
        for part, stock in stocks.items():
            policy = stock.policy
            if not policy.lead_time or stock.opening_forecast <= 0:
                continue  # fixed levels reckon with no lead time: their shelf is full at the start
            units = round(stock.opening_forecast * policy.review / DAY)
            ages = np.arange(policy.review - MONDAY_MORNING, policy.lead_time, policy.review)
            for number, age in enumerate(ages[::-1].tolist()):
                self.logistics.planning[part].expect(units, age)
                self.suppliers[part].in_transit_at_start(number, units, age)

    def _declare_gauges(self) -> None:
        """What is read off the running organisation at each week's end (MODEL O1)."""
        gauge = self.world.gauge
        for part, plan in self.logistics.planning.items():
            for what in ("on_hand", "on_order", "forecast"):
                gauge(what, partial(getattr, plan, what), member=part.name.lower())
        for pool in (self.sales.reps, self.support.agents):
            for what in ("busy_hours", "duty_hours", "queue_hours", "waited_hours"):
                gauge(what, getattr(pool, what), member=pool.name)
        for supplier in self.suppliers.values():
            for what in ("queue_hours", "waited_hours"):
                gauge(what, getattr(supplier.line, what), member=supplier.line.name)
        room = self.logistics.room
        for what in ("queue_hours", "waited_hours"):
            gauge(what, getattr(room, what), member="backorders")
        for name in ("finance.unit_cost", "marketing.price"):
            gauge("dial", partial(getattr, self.world.dials[name], "value"), member=name)
        gauge("queued", lambda: float(room.queued), member="backorders")
        gauge("in_hand", lambda: float(self.sales.in_hand), member="reps")
        gauge("in_hand", lambda: float(self.support.in_hand), member="agents")
        gauge("busy", lambda: float(self.support.agents.busy), member="agents")
        gauge("own_hours", lambda: self.support.desk.own_hours, member="agents")
        gauge("knowledge", lambda: self.support.knowledge.level)
        gauge("pressure", lambda: self.support.pressure.level)
        gauge("standard", lambda: self.support.pressure.standard)
        gauge("fatigue", lambda: self.support.crew.fatigue)
        gauge("employed", lambda: self.support.crew.employed, member="agents")
        gauge("untapped", lambda: float(self.market.untapped))
        gauge("bench", lambda: float(self.logistics.bench_queue + self.logistics.held))
        gauge("pressure", lambda: self.logistics.benches.pressure, member="benches")
        gauge("rests", lambda: float(self.logistics.shipping.rests))
        gauge("in_hand", lambda: float(self.logistics.returns.in_hand), member="inspection")
        benches, inspection = self.logistics.benches, self.logistics.returns.inspection
        for what in ("queue_hours", "waited_hours"):
            gauge(what, getattr(benches, what), member="benches")
            gauge(what, getattr(inspection, what), member="inspection")
