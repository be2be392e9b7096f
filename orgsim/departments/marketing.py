"""Marketing: what is claimed, and what the plan of a campaign says (MODEL M1.4, M1.5, S3).

Modelled: a claim that enhances the offer's headline attributes beyond what marketing believes the
company can do, and a campaign plan that, where a channel exists, is told to other areas.

1. A campaign's spend exerts pressure H(A) (see `campaign`). Campaign leads are of lesser quality:
   their chance to qualify is multiplied by 1 - kappa_q H(A) (M1.4).
2. A promise with inflation phi, which is the claim in force phi_m and what a rep adds, has the
   levels, and the promised days, of

       P_k = C_k + min(1, phi) (1 - C_k) hdl_k,       days = ceil(1 + 14 (1 - P_speed)).

   C is the capability marketing believes in, hdl the headline. A niche promise with phi > 0 also
   includes express delivery and expert set-up. The base offer is claimed as it is believed to be.
   The level of price is what is got for the money: divided by the share of the list price asked.
   C is what was published, until logistics tells what it has delivered of late: speed from the mean
   days, 1 - (days - 1) / 14, and reliability from the share that came complete and on time. So who
   claims nothing beyond C may still over-promise, by not knowing.
3. A launch is told, once, as early as any listener wants, but not before the clock starts. The
   plan: campaign leads of each day, from the path of H(A) until it has faded and with the niche
   depleting, times quality and expected bookings per lead, summed by week, times 1 + bias, times
   one lognormal error of mean 1. It is one plan for all launches told so far, from the first of
   them on: what is past stays in it as it was planned, what is ahead is reckoned anew, from the
   prospects left. The terms of the promise: that they exist, and the launch date.
4. A campaign of intensity 0 is none: the offer stays closed, and nobody is told.

Assumed: of price, fit and knowledge nobody tells marketing more than what was published; the plan
knows nothing of later target pressure. SERVQUAL's fourth gap (Zeithaml, Berry & Parasuraman 1988).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from orgsim.config.base import Config, param
from orgsim.departments.campaign import Advertising, CampaignConfig, LaunchPlan
from orgsim.departments.quoting import at_price
from orgsim.departments.target_pressure import MarketingIncentives, TargetPressure
from orgsim.entities import Account, Attribute, Floats, Post, Promise, Segment, nobody
from orgsim.facts import CampaignLaunched
from orgsim.governance.information import Belief, Information
from orgsim.kernel.distributions import standard_normal
from orgsim.kernel.world import Rank, World
from orgsim.units import DAY, Number, Price, Share


class AttributeLevels(Config):
    """One score in [0, 1] per attribute of the value proposition."""

    price: Share = param("price", section="M1.1", ge=0, le=1)
    speed: Share = param("speed", section="s.0.3", ge=0, le=1)
    reliability: Share = param("reliability", section="s.0.3", ge=0, le=1)
    fit: Share = param("product fit", section="M1.1", ge=0, le=1)
    knowledge: Share = param("knowledge", section="M1.1", ge=0, le=1)

    def vector(self) -> Floats:
        """The five levels in the order of `Attribute`."""
        return np.array([getattr(self, a.name.lower()) for a in Attribute], dtype=float)


class PlanConfig(Config):
    """How good marketing's own forecast of its campaign is; acts once, at the sender (L2)."""

    bias: Number = param(
        "systematic optimism of the campaign plan, as a share of the truth",
        section="M3.2",
        gt=-1,
        le=10,
    )
    cv: Number = param(
        "coefficient of variation of the plan's random error (lognormal)",
        section="M3.2",
        ge=0,
        le=10,
    )
    expected_bookings: Share = param(
        "bookings per campaign lead of full quality that the plan assumes",
        section="M3.2",
        ge=0,
        le=1,
    )


class MarketingConfig(Config):
    """Marketing's parameters."""

    capability: AttributeLevels = param(
        "what marketing believes is delivered (speed: 1 = next day, 0 = 15 days)", section="M1.5"
    )
    headline: AttributeLevels = param(
        "how far a full headline lifts each attribute towards its best (hdl)", section="M1.5"
    )
    cost_per_lead: Price = param(
        "variable cost of a lead of the base offer", unit="EUR", section="s.11", ge=0
    )
    quality_loss: Share = param(
        "share of lead quality lost at full advertising pressure (kappa_q)", section="M1.4"
    )
    plan: PlanConfig
    incentives: MarketingIncentives


class Marketing:
    """Runs campaigns day by day and says what is claimed."""

    def __init__(
        self,
        world: World,
        config: MarketingConfig,
        campaign: CampaignConfig,
        information: Information,
        leads_target: float = 0.0,
    ) -> None:
        """``leads_target`` is in leads a day, 0 where marketing has none."""
        self._world = world
        self._config = config
        self._advertising = Advertising(campaign)
        self._information = information
        published = config.capability.vector()
        self._capability: dict[Segment, Floats] = dict.fromkeys(Segment, published)
        self._heard: Belief | None = None
        self.pressed = TargetPressure(world, config.incentives, campaign.claim, leads_target)
        self._price = world.dials.declare(
            "marketing.price", 1.0, "multiply", "price that is asked, times the list price"
        )
        self._promised: dict[Segment, tuple[tuple[float, float], Promise]] = {}
        self._headline = config.headline.vector()
        self._plan_error = world.draws.stream("marketing.plan_error")
        self._told: list[LaunchPlan] = []
        self._planned: Floats = np.zeros(0)
        self.expected_leads: Callable[[Floats], Floats] = np.zeros_like
        self.post: Post = nobody
        world.every(DAY, self._advertise, first=_next_midnight(world.now), rank=Rank.DAILY)

    @property
    def is_niche_open(self) -> bool:
        """Whether the niche offer has been launched."""
        return self._advertising.has_begun(self._world.now)

    def claim(self, segment: Segment) -> float:
        """Promise inflation phi_m in force for a segment's offer."""
        return self.pressed.claim if segment is Segment.NICHE else 0.0

    def promise(self, segment: Segment, inflation: float) -> Promise:
        """P_k = C_k + min(1, phi) * (1 - C_k) * hdl_k (MODEL S3), and the day it amounts to."""
        capability = self._believed(segment)
        terms = (min(1.0, inflation), self._price.value)
        last = self._promised.get(segment)
        if last is None or last[0] != terms:  # most ask for the same as whoever asked before
            last = self._promised[segment] = (terms, self._made(segment, capability, *terms))
        return last[1]

    def _made(self, segment: Segment, capability: Floats, phi: float, price: float) -> Promise:
        levels = capability + phi * (1.0 - capability) * self._headline
        is_niche = segment is Segment.NICHE
        at_list_price = Promise(
            levels=levels,
            days=promised_days(float(levels[Attribute.SPEED])),
            inflation=phi,
            express=is_niche and phi > 0,
            setup=is_niche and phi > 0,
        )
        promise = at_price(at_list_price, price)
        promise.levels.flags.writeable = False  # handed to all who ask for the same
        return promise

    def asked_price(self) -> float:
        """What is asked today, times the list price."""
        return self._price.value

    def _believed(self, segment: Segment) -> Floats:
        """The capability marketing believes in: the published one, or what it was told."""
        heard = self._information.belief("marketing", "capability")
        if heard is not self._heard and heard is not None:
            self._heard = heard
            self._promised.clear()
            for offer in Segment:
                levels, name = self._config.capability.vector(), offer.name.lower()
                days, on_time = heard.level(f"{name}_days"), heard.level(f"{name}_on_time")
                levels[Attribute.SPEED] = min(1.0, max(0.0, 1.0 - (days - 1.0) / 14.0))
                levels[Attribute.RELIABILITY] = min(1.0, max(0.0, on_time))
                self._capability[offer] = levels
        return self._capability[segment]

    def claimed(self, segment: Segment) -> Floats:
        """Levels promised to a segment before a rep has spoken."""
        return self.promise(segment, self.claim(segment)).levels

    def answers(self) -> float:
        """People per hour who would answer, in an untapped niche of appeal 1: reach x H(A)."""
        return self._advertising.answers * self.pressure()

    def pressure(self) -> float:
        """H(A) = A^s / (A^s + K^s), K = the planned spend at intensity 1 (MODEL M1.2, S1)."""
        return self._advertising.pressure()

    def quality(self) -> float:
        """Share of the lead quality that is left under the present pressure (MODEL M1.4)."""
        return 1.0 - self._config.quality_loss * self.pressure()

    def count_leads(self, count: int) -> None:
        """A source's leads of today, for marketing's own gauge."""
        self.pressed.count(count)

    def charge_leads(self, count: int) -> None:
        """Pay for the day's leads."""
        self.post(Account.LEAD_COST, Account.CASH, round(100 * self._config.cost_per_lead * count))

    def open_offer(self, onset: float) -> None:
        """The niche finds the offer at this time: there is no campaign, and no plan to be told."""
        self._advertising.launch(LaunchPlan(onset, DAY, 0.0))

    def launch(self, plan: LaunchPlan) -> None:
        """Take on a campaign; whoever has a channel is told the plan as early as it wants."""
        if plan.intensity == 0:
            return
        self._advertising.launch(plan)
        self._world.at(plan.onset, self._open, plan, rank=Rank.CALENDAR)
        for topic, tell in (
            ("campaign_plan", self._tell_plan),
            ("promise_terms", self._tell_terms),
        ):
            notice = self._information.notice("marketing", topic)
            if notice is not None:
                self._world.at(max(self._world.now, plan.onset - notice), tell, plan)

    def _open(self, plan: LaunchPlan) -> None:
        spend = self._advertising.per_day(plan)
        self._world.record(CampaignLaunched(self._world.now, spend))

    def _advertise(self) -> None:
        """Each day: spend what the running campaigns call for; yesterday's pressure fades."""
        spend = self._advertising.advertise(self._world.now, self.pressed.spend)
        if spend > 0:
            self.post(Account.CAMPAIGN, Account.CASH, round(100 * spend))

    def _tell_terms(self, plan: LaunchPlan) -> None:
        """What the new offer promises, for those who will be asked about it."""
        self._information.send(
            "promise_terms", "marketing", {"familiarity": 1.0}, dates={"onset": plan.onset}
        )

    def _tell_plan(self, plan: LaunchPlan) -> None:
        """Niche orders a week from the first launch on, with the planner's bias and error.

        What is past stays as it was planned.
        """
        self._told.append(plan)
        onset = min(told.onset for told in self._told)
        gone = max(0, int((self._world.now - onset) / DAY))
        pressure = self._advertising.forecast(*self._told)[gone:]
        answers = DAY * self._advertising.answers * pressure
        quality = 1.0 - self._config.quality_loss * pressure
        orders = self.expected_leads(answers) * quality * self._config.plan.expected_bookings
        past = np.pad(self._planned, (0, max(0, gone - self._planned.size)))[:gone]
        self._planned = np.concatenate([past, orders])
        error = _lognormal(self._config.plan.cv, self._plan_error.uniform(0))
        per_week = self._planned.reshape(-1, 7).sum(axis=1) * (1.0 + self._config.plan.bias) * error
        self._information.send(
            "campaign_plan",
            "marketing",
            {"orders_per_week": per_week},
            dates={"onset": onset},
        )


def promised_days(speed: float) -> int:
    """The whole days a claimed speed amounts to: ceil(1 + 14 (1 - P)) (MODEL S3)."""
    return int(np.ceil(1.0 + 14.0 * (1.0 - speed) - 1e-9))


def _lognormal(cv: float, u: float) -> float:
    sigma = float(np.sqrt(np.log1p(cv * cv)))
    return float(np.exp(sigma * standard_normal(np.array([u]))[0] - sigma * sigma / 2))


def _next_midnight(now: float) -> float:
    return float(np.ceil(now / DAY) * DAY)
