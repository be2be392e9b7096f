"""The market: prospects who have not bought yet, and what they hear (MODEL M1.1, M1.3, S1, S2, T4).

Modelled: an undepleted stream of leads for the base offer; a finite niche of prospects who weight
speed and knowledge more, and answer to advertising, to a small spontaneous interest and to word of
mouth.

1. Each evening what customers tell is heard (M5.10); at each midnight all memory of talk, good and
   bad, fades by its half-life.
2. The niche prefers the niche offer by its appeal, .5 where both offers promise the same:

       a = logistic(k_a (w . P_niche - w . P_base)).

3. The day's lead rate of the niche is untapped prospects U times hazard, split over three sources:

       U ((p + a r H(A)) D + q W+ / M) B,       B = exp(-nu max(0, W- / max(N, 1000) - w_ref)),

   r H(A) being marketing's answers (M1.2) over the size M of the niche, W+ and W- the tellings in
   memory (weighted by listeners over 3), N the segment's active customers. Nothing comes before
   the launch.
4. A competitor closes the window: D = exp(-delta_c t), t the time since the opportunity opened. It
   opens at a time of its own, whenever the launch is, so that a launch that waits loses by it.
5. The base rate, with its dial, is deterred by B; to W- of the base customers come the niche's
   tellings, times the spillover: a small niche is heard by its number, not by how angry it is.
6. Candidates of each source are drawn once and thinned by the rate (T4), so that the same prospect
   comes at the same time with the same luck in every variant; who comes leaves U. Each carries the
   reputation that it met with: the brand's trust, and the bad talk per customer (M2.3).

Assumed: the competitor is no player but a closing window, and what people tell each other does not
close with it; nobody returns to the market. With r = nu = delta_c = 0, an infinite half-life and
one telling per adoption this is Bass (1969).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
from pydantic import model_validator

from orgsim.config.base import Config, param
from orgsim.entities import Floats, Ints, LeadBatch, Segment, Source, nobody
from orgsim.facts import LeadCreated
from orgsim.kernel.arrivals import Candidates
from orgsim.kernel.world import Rank, World
from orgsim.units import DAY, Duration, Effect, Number, Quantity, Rate, Share

STRIP = 10.0
"""Height of a candidate strip, leads per hour: fixed for ever, since it decides who is who (T4)."""

USUAL_TRUST = 0.8
"""The trust in the brand at which win probabilities are stated (MODEL M2.3)."""


class Weights(Config):
    """How much each attribute matters to a segment; they sum to 1."""

    price: Share = param(
        "importance of price to the segment; the five are scaled to sum to 1",
        section="M1.1",
        ge=0,
        le=1,
    )
    speed: Share = param("importance of speed", section="M1.1", ge=0, le=1)
    reliability: Share = param("importance of reliability", section="M1.1", ge=0, le=1)
    fit: Share = param("importance of product fit", section="M1.1", ge=0, le=1)
    knowledge: Share = param("importance of knowledge", section="M1.1", ge=0, le=1)

    @model_validator(mode="after")
    def _something_matters(self) -> Weights:
        if not self.price + self.speed + self.reliability + self.fit + self.knowledge > 0:
            raise ValueError("at least one weight must be above 0: something matters to everybody")
        return self

    def vector(self) -> Floats:
        """The five weights in the order of `Attribute`, scaled to sum to 1."""
        raw = np.array([self.price, self.speed, self.reliability, self.fit, self.knowledge])
        return np.asarray(raw / raw.sum(), dtype=float)


class SegmentConfig(Config):
    """One segment of the market."""

    weights: Weights
    qualified_share: Share = param(
        "share of leads worth the attention of sales (SQL)", section="M1.4"
    )


class MarketConfig(Config):
    """The market's parameters."""

    base: SegmentConfig
    niche: SegmentConfig
    qualified_campaign: Number = param(
        "multiple of the qualified share for leads of a campaign, before pressure (b_source)",
        unit="times",
        section="M1.4",
        ge=0,
    )
    qualified_word_of_mouth: Number = param(
        "multiple of the qualified share for leads by word of mouth (b_source)",
        unit="times",
        section="M1.4",
        ge=0,
    )
    base_leads: Rate = param("leads of the base offer", unit="1/h", section="s.11", ge=0)
    niche_size: Quantity = param(
        "prospects in the niche before anybody bought (M)", unit="people", section="M1.1", ge=0
    )
    appeal_slope: Effect = param(
        "how sharply the niche answers to a better promise (k_a)",
        unit="per unit of promise",
        section="M1.1",
        ge=0,
    )
    spontaneous: Rate = param(
        "interest of an untapped niche prospect that nothing prompted (p)",
        unit="1/h",
        section="M1.3",
        ge=0,
    )
    imitation: Rate = param(
        "niche leads per positive telling in memory, while the niche is untapped (q)",
        unit="1/h",
        section="M1.3",
        ge=0,
    )
    window_closing: Rate = param(
        "rate at which a competitor closes the window on the niche (delta_c)",
        unit="1/h",
        section="M1.3",
        ge=0,
    )
    opens: Duration = param(
        "measured time at which the opportunity in the niche opens", unit="h", section="M1.3", ge=0
    )
    damping: Number = param(
        "deterrence by negative talk: fall of the log of the lead rate (nu)",
        unit="per telling and customer",
        section="M1.3",
        ge=0,
    )
    reference_talk: Number = param(
        "negative tellings in memory per customer that are normal (w_ref)",
        unit="per customer",
        section="S2",
        ge=0,
    )
    spillover: Share = param(
        "share of the niche's negative talk that reaches base prospects", section="M1.3", ge=0, le=1
    )
    talk_half_life: Duration = param(
        "time after which a telling works half as much", unit="h", section="M1.3", gt=0
    )
    reach: Number = param("listeners per telling", unit="people", section="M5.10", ge=0)


class Offer(Protocol):
    """What the market sees of the company: marketing's work."""

    @property
    def is_niche_open(self) -> bool:
        """Whether the niche offer can be bought."""

    def claim(self, segment: Segment) -> float:
        """Promise inflation in force."""

    def claimed(self, segment: Segment) -> Floats:
        """Promised levels of the segment's offer."""

    def answers(self) -> float:
        """People per hour who would answer in an untapped niche of appeal 1."""

    def quality(self) -> float:
        """Share of the lead quality that is left under the present pressure."""


class Market:
    """Turns advertising, claims and talk into leads, day by day."""

    def __init__(self, world: World, config: MarketConfig, offer: Offer) -> None:
        self._world = world
        self._config = config
        self.untapped = config.niche_size
        self._positive = np.zeros(len(Segment))
        self._negative = np.zeros(len(Segment))
        self._doubts = [0.0] * len(Segment)
        self._trust = USUAL_TRUST
        self.offer = offer
        self.active: Callable[[Segment], float] = lambda segment: 0.0
        self.brand_trust: Callable[[], float] = lambda: USUAL_TRUST
        self.count_leads: Callable[[int], None] = nobody
        self.receive_leads: Callable[[LeadBatch], None] = nobody
        self.charge_leads: Callable[[int], None] = nobody
        self._candidates = {
            source: Candidates(world.draws, name, STRIP)
            for name, source in (
                ("organic", (Segment.BASE, Source.ORGANIC)),
                ("niche_organic", (Segment.NICHE, Source.ORGANIC)),
                ("campaign", (Segment.NICHE, Source.CAMPAIGN)),
                ("word_of_mouth", (Segment.NICHE, Source.WORD_OF_MOUTH)),
            )
        }
        declare = world.dials.declare
        self._demand = declare(
            "market.base_leads", 1.0, "add", "leads of the base offer, in usual rates"
        )
        self._imitation = declare(
            "market.imitation", 1.0, "add", "how catching talk about the niche offer is, times q"
        )
        self._prospects = declare(
            "market.prospects", 0.0, "add", "prospects that came to the niche, as a share of M"
        )
        self._came = 0.0
        self._prospects.watch(self._arrive)
        world.every(DAY, self._day, first=np.ceil(world.now / DAY) * DAY, rank=Rank.DAILY)

    def hear(self, segment: Segment, positive: int, negative: int) -> None:
        """Take in the day's tellings of a segment's customers."""
        scale = self._config.reach / 3.0
        self._positive[segment] += positive * scale
        self._negative[segment] += negative * scale

    def praise(self, tellings: float) -> None:
        """So many good tellings about the niche offer, by people who are no customers."""
        self._positive[Segment.NICHE] += tellings

    def appeal(self) -> float:
        """a = logistic(k_a (w . P_niche - w . P_base)): .5 when both offers promise the same."""
        weights = self._config.niche.weights.vector()
        gap = weights @ (self.offer.claimed(Segment.NICHE) - self.offer.claimed(Segment.BASE))
        return float(1.0 / (1.0 + np.exp(-self._config.appeal_slope * gap)))

    def expected_leads(self, answers: Floats) -> Floats:
        """The planner's view: campaign leads a day from today's prospects, depletion included.

        ``answers`` is people a day who would answer in an untapped niche of appeal 1. Who has come
        so far is known, since marketing counts its own leads; that a competitor closes the window,
        or that talk brings more, is not foreseen.
        """
        size = self._config.niche_size
        left, leads = self.untapped, np.zeros(answers.size)
        for day, people in enumerate(answers):
            leads[day] = min(left, left * people * self.appeal() / size) if size else 0.0
            left -= leads[day]
        return leads

    def rates(self) -> dict[tuple[Segment, Source], float]:
        """Today's lead rate of every source, per hour (MODEL M1.3, S1)."""
        cfg = self._config
        demand = max(0.0, self._demand.value) * cfg.base_leads
        rates = {(Segment.BASE, Source.ORGANIC): demand * self._deterred(Segment.BASE)}
        if not self.offer.is_niche_open or cfg.niche_size <= 0:
            return rates
        untapped = self.untapped * self._deterred(Segment.NICHE)
        per_prospect = untapped / cfg.niche_size
        answers = self.offer.answers()
        talk = self._positive[Segment.NICHE] * cfg.imitation * max(0.0, self._imitation.value)
        window = self.window()
        rates[Segment.NICHE, Source.ORGANIC] = untapped * cfg.spontaneous * window
        rates[Segment.NICHE, Source.CAMPAIGN] = per_prospect * answers * self.appeal() * window
        rates[Segment.NICHE, Source.WORD_OF_MOUTH] = per_prospect * talk
        return rates

    def window(self) -> float:
        """D = exp(-delta_c t): what a competitor has left open, t after the opportunity opened."""
        open_for = max(0.0, self._world.now - self._config.opens)
        return float(np.exp(-self._config.window_closing * open_for))

    def _arrive(self, share: float) -> None:
        """Prospects come to the niche, or leave it again as far as they are still there."""
        came = share * self._config.niche_size
        self.untapped = max(0.0, self.untapped + came - self._came)
        self._came = came

    def _doubt(self, segment: Segment) -> float:
        """Bad tellings in memory per active customer: W- / max(N, 1000)."""
        told = self._negative[segment]
        if segment is Segment.BASE:
            told += self._config.spillover * self._negative[Segment.NICHE]
        return float(told / max(self.active(segment), 1000.0))

    def _deterred(self, segment: Segment) -> float:
        cfg = self._config
        return float(np.exp(-cfg.damping * max(0.0, self._doubt(segment) - cfg.reference_talk)))

    def _day(self) -> None:
        """Each midnight: what was said fades, and today's leads are drawn."""
        fade = 0.5 ** (DAY / self._config.talk_half_life)
        self._positive *= fade
        self._negative *= fade
        self._trust = self.brand_trust()
        self._doubts = [self._doubt(segment) for segment in Segment]
        for (segment, source), rate in self.rates().items():
            times, ids = self._candidates[segment, source].between(
                self._world.now, self._world.now + DAY, rate
            )
            if segment is Segment.NICHE:
                times, ids = times[: int(self.untapped)], ids[: int(self.untapped)]
                self.untapped -= times.size
            self._emit(segment, source, times, ids)

    def _emit(self, segment: Segment, source: Source, times: Floats, ids: Ints) -> None:
        if not times.size:
            return
        self._world.record_block(LeadCreated, times, ids, segment, source)
        self.count_leads(times.size)
        if segment is Segment.BASE:
            self.charge_leads(times.size)
        shape = self._config.base if segment is Segment.BASE else self._config.niche
        quality = self._quality(source)
        self.receive_leads(
            LeadBatch(
                ids=ids,
                times=times,
                segment=segment,
                source=source,
                claim=self.offer.claim(segment),
                qualified_share=min(1.0, shape.qualified_share * quality),
                trust=self._trust,
                doubt=self._doubts[segment],
            )
        )

    def _quality(self, source: Source) -> float:
        """How likely a lead of the source qualifies, as a multiple of its segment's."""
        if source is Source.CAMPAIGN:
            return self._config.qualified_campaign * self.offer.quality()
        told = source is Source.WORD_OF_MOUTH
        return self._config.qualified_word_of_mouth if told else 1.0


def silent(config: MarketConfig) -> MarketConfig:
    """The market of an organisation that has none: nobody ever asks."""
    return config.model_copy(update={"base_leads": 0.0, "niche_size": 0.0})
