"""What agents know of a new offer: told, practised, briefed (MODEL M4.7, M6.7)."""

from __future__ import annotations

from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgsim.departments.knowledge import Knowledge
from tests.unit.parts import but, firm

CONFIG = firm().support.knowledge


def a_team(agents: float = 17.0, **changes: object) -> Knowledge:
    return Knowledge(but(CONFIG, **changes), agents)


@pytest.mark.parametrize(
    ("contacts", "minutes", "fcr"), [(0, 10.6, 0.45), (60, 8.3, 0.64), (120, 7.5, 0.71)]
)
def test_experience_brings_handle_time_and_resolution_to_the_model_s_table(
    contacts: int, minutes: float, fcr: float
) -> None:
    team, support = a_team(agents=10.0), firm().support
    for _ in range(contacts * 10):  # ten agents, `contacts` each
        team.practise()
    ignorance = 1.0 - team.level
    assert 7 * (1 + support.unfamiliar_effort * ignorance) == pytest.approx(minutes, abs=0.05)
    assert 0.75 - support.unfamiliar_loss * ignorance == pytest.approx(fcr, abs=0.005)


def test_sixty_contacts_an_agent_close_63_percent_of_the_gap() -> None:
    team = a_team(agents=50.0, uninformed=0.0)
    for _ in range(60 * 50):
        team.practise()
    assert team.level == pytest.approx(1 - exp(-1), abs=1e-4)


def test_a_full_briefing_of_every_agent_brings_the_team_to_the_briefed_level() -> None:
    team = a_team(agents=17.0)
    for _ in range(17):
        team.brief(6.0)
    assert team.level == pytest.approx(0.85)


def test_briefing_half_the_team_closes_half_of_the_gap() -> None:
    team = a_team(agents=10.0)
    for _ in range(5):
        team.brief(6.0)
    assert team.level == pytest.approx(0.15 + (0.85 - 0.15) / 2)


def test_a_shorter_briefing_closes_a_proportional_part_of_the_gap() -> None:
    team = a_team(agents=1.0)
    team.brief(1.5)
    assert team.level == pytest.approx(0.15 + 0.70 * 0.25)


def test_a_longer_briefing_than_a_full_one_teaches_no_more() -> None:
    team = a_team(agents=1.0)
    team.brief(60.0)
    assert team.level == pytest.approx(0.85)


def test_a_briefing_takes_nothing_from_agents_who_know_more() -> None:
    team = a_team(agents=1.0, uninformed=0.95)
    team.brief(6.0)
    assert team.level == 0.95


def test_no_hours_of_briefing_teach_nothing() -> None:
    team = a_team()
    team.brief(0.0)
    assert team.level == 0.15


def test_terms_that_arrive_in_part_are_a_start_and_never_a_loss() -> None:
    team = a_team()
    team.hear_terms(0.6)
    assert team.level == 0.6
    team.hear_terms(0.1)
    assert team.level == 0.6
    team.hear_terms(1.7)  # noise may overstate what was told
    assert team.level == 1.0


@given(st.lists(st.sampled_from(["practise", "brief", "hear"]), max_size=60))
def test_knowledge_never_falls_and_stays_a_share(events: list[str]) -> None:
    team = a_team(agents=60.0)
    before = team.level
    for event in events:
        {"practise": team.practise, "brief": lambda: team.brief(4.0)}.get(
            event, lambda: team.hear_terms(0.5)
        )()
        assert before <= team.level <= 1.0
        before = team.level
