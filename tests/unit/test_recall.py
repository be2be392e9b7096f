"""What is recalled, and that only surveys and talk follow it (MODEL M5.5, M5.10, M5.11)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from pydantic import ValidationError

from orgsim.customers.recall import Recall, RecallConfig
from orgsim.entities import Floats, Segment
from orgsim.facts_of_customers import ExperienceTold, SurveyAnswered
from orgsim.units import DAY, WEEK
from tests.unit.crowd import USUAL, ACrowd
from tests.unit.parts import Z, but, seen

ACTIVE = but(USUAL.memory.recall, active=True)
ROW = np.array([0])


def recalled(
    weeks: Sequence[Sequence[float]], usual: float = 7.0, config: object = ACTIVE
) -> float:
    """What one customer recalls after these weeks' episodes."""
    recall = Recall(config, 1)  # type: ignore[arg-type]
    recall.begin(0)
    for week, lives in enumerate(weeks):
        if week:
            recall.turn_week()
        for lived in lives:
            recall.keep(ROW, np.array([lived]))
    return float(recall.of(ROW, np.array([usual]))[0])


def test_the_peak_and_the_end_outweigh_the_rest() -> None:
    assert recalled([[2.0, 8.0, 7.5]]) == pytest.approx(0.4 * 2.0 + 0.3 * 7.5 + 0.3 * 7.0)
    assert recalled([[6.5, 9.5], [7.2]]) == pytest.approx(0.4 * 9.5 + 0.3 * 7.2 + 0.3 * 7.0)


def test_of_equally_extreme_episodes_the_worse_is_recalled() -> None:
    assert recalled([[5.0, 9.0, 7.0]]) == pytest.approx(0.4 * 5.0 + 0.6 * 7.0)


def test_who_lived_through_nothing_recalls_what_is_usual() -> None:
    assert recalled([[]], usual=6.3) == pytest.approx(6.3)


def test_after_thirteen_weeks_even_a_disaster_is_forgotten() -> None:
    nothing: list[list[float]] = [[]] * 12
    assert recalled([[0.0, 7.0], *nothing]) == pytest.approx(0.6 * 7.0)
    assert recalled([[0.0, 7.0], *nothing, []]) == pytest.approx(7.0)
    assert recalled([[10.0, 7.0], *nothing, []]) == pytest.approx(7.0)


def test_time_passes_for_memory_in_the_running_model_too() -> None:
    crowd = ACrowd(1, memory__recall__active=True)
    crowd.people.recall.keep(ROW, np.array([0.0]))
    crowd.people.recall.keep(ROW, np.array([7.0]))
    said = []
    for week in (1, 20):
        crowd.world.run(until=week * WEEK)
        said.append(crowd.people.recall.of(ROW, np.array([7.0]))[0])
    assert said == pytest.approx([0.6 * 7.0, 7.0])


def test_without_weight_on_peak_and_end_recall_is_what_is_usual() -> None:
    assert recalled([[0.0, 10.0]], 6.1, but(ACTIVE, peak=0.0, end=0.0)) == 6.1
    assert recalled([[0.0, 10.0]], 6.1, but(ACTIVE, peak=0.0, end=1.0)) == 10.0
    assert recalled([[0.0, 10.0, 6.0]], 6.1, but(ACTIVE, peak=1.0, end=0.0)) == 0.0


def test_weights_above_one_are_refused() -> None:
    with pytest.raises(ValidationError, match="together at most 1"):
        RecallConfig(active=True, peak=0.7, end=0.4, span="90d")


def test_a_newcomer_has_no_memories_of_whoever_had_the_place_before() -> None:
    recall = Recall(ACTIVE, 1)
    recall.keep(ROW, np.array([0.0]))
    recall.begin(ROW)
    assert recall.of(ROW, np.array([7.0]))[0] == 7.0


def test_memories_survive_growth_and_are_copied_to_the_installed_base() -> None:
    recall, copy = Recall(ACTIVE, 1), Recall(ACTIVE, 2)
    recall.turn_week()
    recall.keep(ROW, np.array([1.0]))
    recall.grow(5)
    copy.copy_from(recall, np.array([0, 0]))
    usual = np.array([7.0, 7.0])
    expected = pytest.approx([0.4 * 1 + 0.3 * 1 + 0.3 * 7] * 2)
    assert copy.of(np.array([0, 1]), usual) == expected
    copy.turn_week()
    assert copy.of(np.array([0, 1]), usual) == expected


# -- who follows it --------------------------------------------------------------------------------


def likelihoods(active: bool) -> Floats:
    sure = {
        "survey__response": 1.0, "survey__response_slope": 0.0, "survey__noise": 0.0,
        "survey__share_per_week": 1.0,
    }  # fmt: skip
    crowd = ACrowd(20, memory__recall__active=active, **sure)
    crowd.world.run(until=DAY)
    rows = np.arange(20)
    crowd.people.satisfaction[rows] = 8.0
    crowd.people.recall.keep(rows, np.full(20, 2.0))
    crowd.world.run(until=WEEK + 1)
    answered = seen(crowd.world, SurveyAnswered)
    return np.asarray(answered["likelihood"][answered["time"] >= WEEK])


def test_a_survey_asks_what_is_recalled_where_recall_is_active() -> None:
    assert set(likelihoods(False).tolist()) == {9}  # 8.0 + .6
    assert set(likelihoods(True).tolist()) == {4}  # .7 x 2 + .3 x 8 + .6 = 4.4


def tellings(active: bool, before: float) -> int:
    n = 400
    crowd = ACrowd(
        n, memory__satisfaction__intercept=9.5, memory__recall__active=active, talk__share=1.0
    )
    crowd.people.recall.keep(np.arange(n), np.full(n, before))
    crowd.unpack(*[crowd.order(row) for row in range(n)], at=10.0)
    crowd.world.run(until=DAY)
    return int(np.sum(seen(crowd.world, ExperienceTold)["positive"]))


def test_a_delight_after_a_recent_disaster_is_not_told_where_recall_is_active() -> None:
    assert tellings(False, before=1.0) == 400
    assert tellings(True, before=9.4) == 400
    assert tellings(True, before=1.0) == 0


def test_in_the_default_firm_customers_say_what_they_feel_and_recall_is_an_option() -> None:
    assert not USUAL.memory.recall.active


def test_loyalty_does_not_follow_recall() -> None:
    rates = []
    for active in (False, True):
        crowd = ACrowd(1, memory__recall__active=active)
        crowd.people.recall.keep(ROW, np.array([0.0]))
        crowd.unpack(crowd.order(), at=10.0)
        crowd.world.run(until=DAY)
        people = crowd.people
        rates.append((people.satisfaction[0], people.trust[0], people.expected[0].tolist()))
    assert rates[0] == rates[1]


# -- M5.10, M5.11: options -------------------------------------------------------------------------


@pytest.mark.parametrize("times", [0, 1, 2])
def test_bad_news_reaches_as_many_times_the_listeners_as_stated(times: int) -> None:
    told: list[tuple[Segment, int, int]] = []
    crowd = ACrowd(100, memory__satisfaction__intercept=1.0, talk__share=1.0, talk__bad_news=times)
    crowd.customers.tell = lambda *day: told.append(day)
    crowd.unpack(*[crowd.order(row) for row in range(100)], at=10.0)
    crowd.world.run(until=DAY)
    assert sum(day[2] for day in told) == 100 * times
    assert seen(crowd.world, ExperienceTold)["customer"].size == 100


@pytest.mark.parametrize(("by", "chance"), [("satisfaction", 0.10), ("last_episode", 0.20)])
def test_who_was_stirred_by_the_last_episode_answers_more(by: str, chance: float) -> None:
    n = 4000
    crowd = ACrowd(n, survey__share_per_week=1.0, survey__response_by=by)
    crowd.world.run(until=DAY)
    rows = np.arange(n)
    crowd.people.satisfaction[rows] = 7.0
    crowd.people.recall.keep(rows, np.full(n, 2.0))
    crowd.world.run(until=WEEK + 1)
    answered = seen(crowd.world, SurveyAnswered)
    share = np.count_nonzero(answered["time"] >= WEEK) / n
    assert share == pytest.approx(chance, abs=Z * np.sqrt(chance * (1 - chance) / n))
