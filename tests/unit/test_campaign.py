"""What a campaign spends, when, and that it spends its budget (MODEL M1.2, s.8)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgsim.departments.campaign import Advertising, LaunchPlan
from orgsim.errors import ConfigError
from orgsim.units import DAY, WEEK
from tests.unit.parts import but, firm


@given(
    onset=st.floats(0.0, 50 * DAY), duration=st.floats(DAY, 60 * DAY), intensity=st.floats(0.01, 3)
)
def test_a_campaign_spends_its_budget_whenever_it_begins_and_however_long_it_lasts(
    onset: float, duration: float, intensity: float
) -> None:
    advertising = Advertising(firm().campaign)
    advertising.launch(LaunchPlan(onset, duration, intensity))
    spent = [advertising.advertise(day * DAY, 1.0) for day in range(112)]
    assert sum(spent) == pytest.approx(intensity * 300_000)
    whole = [day for day in range(112) if onset <= day * DAY <= onset + duration - DAY]
    assert [spent[day] for day in whole] == pytest.approx(
        [intensity * 300_000 * DAY / duration] * len(whole)
    )


def test_a_pilot_spends_its_share_first_and_all_of_the_budget_in_the_end() -> None:
    advertising = Advertising(but(firm().campaign, profile=(1.0, 0.0, 5.0)))
    advertising.launch(LaunchPlan(0.0, 6 * WEEK, 1.0))
    spent = np.array([advertising.advertise(day * DAY, 1.0) for day in range(50)])
    assert spent.sum() == pytest.approx(300_000)
    assert [spent[days].sum() for days in (slice(14), slice(14, 28), slice(28, 42))] == (
        pytest.approx([50_000, 0.0, 250_000])
    )


def test_a_profile_scaled_is_the_same_profile_and_one_without_weight_is_refused() -> None:
    plan = LaunchPlan(3.0, 20 * DAY, 1.0)
    one, other = (
        Advertising(but(firm().campaign, profile=weights)).forecast(plan)
        for weights in ((1.0, 2.0), (3.0, 6.0))
    )
    assert one == pytest.approx(other)
    with pytest.raises(ConfigError, match="must not all be 0"):
        firm("campaign.profile=[0,0]")
