"""KPI of the campaign's response: of the people its advertising reached, who became a lead (s.9).

Whom advertising reaches is not recorded, but follows from the money that was spent on it: the
adstock of each day's spend, saturated, times the people reached at full pressure (MODEL M1.2).

Reference: Broadbent (1979), Journal of the Market Research Society 21(3).
"""

from __future__ import annotations

import numpy as np

from orgsim.departments.campaign import next_adstock, response
from orgsim.entities import Account, Floats, Source
from orgsim.facts import AmountPosted, LeadCreated
from orgsim.kpis.base import Kpi, Ratio, Window
from orgsim.units import DAY, WEEK


def reached(window: Window) -> Floats:
    """People reached by advertising, per week."""
    posted, campaign = window.facts(AmountPosted), window.scenario.campaign
    mine = posted["debit"] == Account.CAMPAIGN
    first = window.ends[0] - WEEK
    days = np.floor((posted["time"][mine] - 1e-6 - first) / DAY).astype(int)
    spent = np.bincount(days, posted["cents"][mine] / 100.0, minlength=7 * window.weeks)
    adstock, pressure = 0.0, []
    for day in spent[: 7 * window.weeks].tolist():
        adstock = next_adstock(adstock, day, campaign.half_life / DAY)
        pressure.append(response(adstock, campaign))
    return np.asarray(campaign.reach * DAY * np.array(pressure).reshape(-1, 7).sum(axis=1))


def _response(window: Window, segment: str) -> Ratio:
    leads = window.facts(LeadCreated)
    answered = leads["time"][leads["source"] == Source.CAMPAIGN]
    return Ratio(window.per_week(answered), reached(window))


KPIS = (
    Kpi(
        name="response_rate",
        title="Response to the campaign",
        unit="share",
        area="marketing",
        direction=1,
        section="M1.2",
        formula="leads that the campaign brought / people whom its advertising reached",
        open_items="people reached are counted anew each day",
        measure=_response,
    ),
)
