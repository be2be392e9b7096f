"""Coordination that costs working time: the pre-briefing of agents, and its overhead (MODEL M6.7).

Modelled: hours of briefing per agent held before a launch, and a weekly overhead of meetings. Both
are charged: briefing takes agents off the phones, overhead is money. Alone a briefing cannot create
stock.

Assumed: overhead is a sum and takes nobody's time. Cost of coordination after Hansen (2009).
"""

from __future__ import annotations

from orgsim.config.base import Config, param
from orgsim.units import Duration, Money


class BriefingConfig(Config):
    """Telling the agents about a new offer before it is launched."""

    hours_per_agent: Duration = param("briefing time of each agent", unit="h", section="M6.7", ge=0)
    period: Duration = param(
        "sessions are spread over this time before the launch", unit="h", section="M4.7", gt=0
    )


class CoordinationConfig(Config):
    """What coordination does and costs; all zero means that nobody coordinates."""

    briefing: BriefingConfig
    overhead_per_week: Money = param(
        "meetings, planning rounds and their staff", unit="EUR/wk", section="s.6.11", ge=0
    )
