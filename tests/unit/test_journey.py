"""A problem on its way through channels and days: parcels that answer it, touches that add up.

MODEL M4.1, M4.2.
"""

from __future__ import annotations

import numpy as np
import pytest

from orgsim.entities import Outcome
from orgsim.facts_of_customers import EpisodeLived
from orgsim.units import DAY
from tests.unit.crowd import ACrowd
from tests.unit.parts import Z, seen
from tests.unit.test_enquiries import Asked, a_ticket

# -- M4.1: an answer that comes by parcel ----------------------------------------------------------


def asked_again(share: float, *, n: int = 1, arrives: float = DAY, order: bool = True) -> int:
    """How many of n customers, not helped at hour 10, ask again though the parcel arrives."""
    crowd = ACrowd(n, contact__repeat=1.0, contact__ends_with_delivery=share)
    again: list[int] = []
    crowd.customers.call_again = lambda ticket, channel: again.append(ticket.customer)
    parcels = [crowd.order(row) for row in range(n)]
    crowd.world.run(until=10.0)
    for row, parcel in enumerate(parcels):
        crowd.customers.hear(a_ticket(row, Outcome.UNRESOLVED, parcel if order else None))
    assert crowd.people.open_issues[:n].tolist() == [1] * n
    crowd.world.run(until=arrives)
    crowd.unpack(*parcels, at=arrives)
    crowd.world.run(until=4 * DAY)
    assert crowd.people.open_issues[:n].sum() == len(again)
    return len(again)


def test_who_asked_for_an_order_does_not_ask_again_once_it_is_there() -> None:
    assert asked_again(1.0) == 0
    assert asked_again(0.0) == 1


def test_who_asks_before_the_parcel_comes_and_who_asks_of_something_else_asks_again() -> None:
    assert asked_again(1.0, arrives=3 * DAY) == 1
    assert asked_again(1.0, order=False) == 1


def test_a_share_of_the_questions_outlives_the_parcel() -> None:
    n = 2000
    still = asked_again(0.7, n=n) / n
    assert still == pytest.approx(0.3, abs=Z * np.sqrt(0.21 / n))


def test_an_answer_after_the_parcel_came_is_the_last_word() -> None:
    asked = Asked(Outcome.UNRESOLVED, contact__repeat=1.0, contact__ends_with_delivery=1.0)
    asked.ticket.order = asked.crowd.order()
    asked.crowd.unpack(asked.ticket.order, at=0.0)
    assert asked.heard(10.0, 9 * DAY) == []
    assert asked.crowd.people.open_issues[0] == 0


# -- M4.2: the journey ---------------------------------------------------------------------------


def shown(touches: list[tuple[Outcome, int]], journey: float) -> float:
    """X_knowledge of the last of a problem's touches, by what its episode was worth."""
    asked = Asked(
        Outcome.RESOLVED,
        contact__repeat=0.0,
        memory__satisfaction__gap_effect=0.0,
        memory__satisfaction__journey=journey,
    )
    for outcome, attempt in touches:
        asked.ticket.outcome, asked.ticket.attempt = outcome, attempt
        asked.crowd.customers.hear(asked.ticket)
    asked.crowd.world.run(until=DAY)
    reference = asked.crowd.customers._config.memory.satisfaction
    satisfaction = float(seen(asked.crowd.world, EpisodeLived)["satisfaction"][-1])
    quality = (satisfaction - reference.intercept) / reference.quality_effect
    return quality + reference.reference.contact


@pytest.mark.parametrize(
    ("touches", "level"),
    [
        ([(Outcome.RESOLVED, 0)], 1.0),
        ([(Outcome.UNRESOLVED, 0), (Outcome.RESOLVED, 1)], 0.5),
        ([(Outcome.WRONG_ANSWER, 0), (Outcome.RESOLVED, 1)], 0.25),
        ([(Outcome.WRONG_ANSWER, 0), (Outcome.UNRESOLVED, 1), (Outcome.RESOLVED, 2)], 0.25),
        ([(Outcome.UNRESOLVED, 0), (Outcome.WRONG_ANSWER, 1)], 0.0),
    ],
)
def test_a_problem_is_remembered_by_its_last_touch_and_its_worst(
    touches: list[tuple[Outcome, int]], level: float
) -> None:
    assert shown(touches, 0.5) == pytest.approx(level)
    last = {Outcome.RESOLVED: 1.0 if touches[-1][1] == 0 else 0.5, Outcome.UNRESOLVED: 0.5}
    assert shown(touches, 0.0) == pytest.approx(last.get(touches[-1][0], 0.0))
