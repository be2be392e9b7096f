"""Information channels: what arrives of what was said, and when (MODEL M6.1, L2, O2)."""

from __future__ import annotations

import numpy as np
import pytest

from orgsim.facts import MessageReceived, MessageSent
from orgsim.governance.information import Information
from orgsim.kernel.world import World
from tests.unit.parts import Z, a_channel, a_world, seen

STOCK = {"base_days": 10.0, "niche_days": 20.0}
USUAL = {"base_days": 3.0, "niche_days": 3.0}


def told(
    world: World | None = None, content: object = None, **channel: object
) -> tuple[World, Information]:
    world = world or a_world()
    information = Information(world, {"stock": a_channel("stock_eta", **channel)})
    information.send("stock_eta", "marketing", content or STOCK, USUAL)  # type: ignore[arg-type]
    return world, information


def believed(information: Information, key: str) -> float:
    belief = information.belief("logistics", "stock_eta")
    assert belief is not None
    return belief.level(key)


def test_full_fidelity_without_delay_is_full_information() -> None:
    world, information = told()
    world.run(until=1e-9)
    assert believed(information, "base_days") == 10.0
    assert believed(information, "niche_days") == 20.0


def test_no_fidelity_leaves_only_what_was_assumed_unasked() -> None:
    world, information = told(fidelity=0.0, noise=0.0)
    world.run(until=1.0)
    assert believed(information, "niche_days") == 3.0


def test_what_nobody_assumed_is_nothing() -> None:
    world = a_world()
    information = Information(world, {"plan": a_channel("campaign_plan", fidelity=0.0, noise=0.0)})
    information.send("campaign_plan", "marketing", {"orders_per_week": np.array([5.0, 9.0])})
    world.run(until=1.0)
    belief = information.belief("logistics", "campaign_plan")
    assert belief is not None
    assert belief.content["orders_per_week"].tolist() == [0.0, 0.0]


def test_partial_fidelity_mixes_content_and_assumption() -> None:
    world, information = told(fidelity=0.8, noise=0.0)
    world.run(until=1.0)
    assert believed(information, "niche_days") == pytest.approx(0.8 * 20 + 0.2 * 3)


def test_noise_has_mean_zero_and_grows_with_lost_fidelity_and_content() -> None:
    n = 2000
    world, information = told(content={"base_days": np.full(n, 10.0)}, fidelity=0.4, noise=0.3)
    world.run(until=1.0)
    belief = information.belief("logistics", "stock_eta")
    assert belief is not None
    noise = belief.content["base_days"] - (0.4 * 10 + 0.6 * 3)
    deviation = 0.3 * 0.6 * 10
    assert noise.mean() == pytest.approx(0.0, abs=Z * deviation / np.sqrt(n))
    assert noise.std(ddof=1) == pytest.approx(deviation, abs=Z * deviation / np.sqrt(2 * n))


def test_noise_is_drawn_anew_for_each_message() -> None:
    world = a_world()
    information = Information(world, {"stock": a_channel("stock_eta", fidelity=0.4, noise=0.3)})
    heard = set()
    for hour in range(5):
        information.send("stock_eta", "marketing", STOCK, USUAL)
        world.run(until=hour + 1.0)
        heard.add(believed(information, "base_days"))
    assert len(heard) == 5


def test_a_message_is_known_after_its_delay_and_as_of_when_it_was_sent() -> None:
    world, information = told(delay=48.0)
    world.run(until=47.9)
    assert information.belief("logistics", "stock_eta") is None
    world.run(until=48.1)
    belief = information.belief("logistics", "stock_eta")
    assert belief is not None
    assert belief.as_of == 0.0
    assert seen(world, MessageSent)["time"].tolist() == [0.0]
    assert seen(world, MessageReceived)["time"].tolist() == [48.0]


def test_a_later_message_replaces_the_earlier_one() -> None:
    world, information = told(delay=1.0)
    world.run(until=0.5)
    information.send("stock_eta", "marketing", {"base_days": 4.0}, USUAL)
    world.run(until=1.2)
    assert believed(information, "base_days") == 10.0
    world.run(until=2.0)
    assert believed(information, "base_days") == 4.0


def test_only_the_listeners_of_this_sender_and_topic_hear() -> None:
    world = a_world()
    channels = {
        "plan": a_channel("campaign_plan"),
        "other_sender": a_channel("campaign_plan", sender="sales", receiver="finance"),
        "other_topic": a_channel("promise_terms", receiver="support"),
        "closed": a_channel("campaign_plan", receiver="support", active=False),
    }
    information = Information(world, channels)
    information.send("campaign_plan", "marketing", {"orders": 1.0})
    world.run(until=1.0)
    assert information.belief("logistics", "campaign_plan") is not None
    assert information.belief("finance", "campaign_plan") is None
    assert information.belief("support", "campaign_plan") is None
    assert information.belief("support", "promise_terms") is None


def test_dates_are_heard_undistorted() -> None:
    world = a_world()
    information = Information(world, {"plan": a_channel("campaign_plan", fidelity=0.1, noise=0.5)})
    information.send("campaign_plan", "marketing", {"orders": 1.0}, dates={"onset": 1344.0})
    world.run(until=1.0)
    belief = information.belief("logistics", "campaign_plan")
    assert belief is not None
    assert belief.dates == {"onset": 1344.0}


def test_notice_is_the_earliest_any_open_listener_wants() -> None:
    channels = {
        "a": a_channel("campaign_plan", notice=24.0),
        "b": a_channel("campaign_plan", notice=72.0, receiver="support"),
        "c": a_channel("campaign_plan", notice=999.0, active=False),
    }
    information = Information(a_world(), channels)
    assert information.notice("marketing", "campaign_plan") == 72.0
    assert information.notice("marketing", "promise_terms") is None
