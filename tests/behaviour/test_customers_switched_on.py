"""With every mechanism of the customers switched on the firm still balances and hangs together.

Six weeks of the default firm: exits are among those who left, every complaint became a contact and
was closed or is still open, and what is off leaves no trace.
"""

import numpy as np
import pytest

from orgsim.entities import Occasion, Reaction, Reason
from orgsim.facts import ContactMade
from orgsim.facts_of_customers import ComplaintClosed, CustomerLeft, CustomerReacted, EpisodeLived
from orgsim.kpis import measure
from orgsim.organisation import simulate
from tests.behaviour.test_calibration_gates import AS_IT_IS, PLAIN
from tests.unit.parts import but


@pytest.fixture(scope="module")
def lived_through():
    scenario = but(
        AS_IT_IS,
        run__weeks=6,
        customers__memory__recall__active=True,
        customers__memory__satisfaction__told=0.5,
    )
    return scenario, simulate(scenario, 0)


def test_everything_balances(lived_through):
    audit = measure(*lived_through).audit
    assert [
        name for name, good in zip(audit["check"], audit["passed"], strict=True) if not good
    ] == []


def test_whoever_left_in_anger_is_among_those_who_left_and_lives_through_nothing_more(
    lived_through,
):
    _, journal = lived_through
    reacted, left = journal.columns(CustomerReacted), journal.columns(CustomerLeft)
    angry = reacted["customer"][reacted["reaction"] == Reaction.EXIT]
    assert angry.size > 5
    assert np.isin(angry, left["customer"]).all()
    departed = dict(zip(left["customer"].tolist(), left["time"].tolist(), strict=True))
    lived = journal.columns(EpisodeLived)
    pairs = zip(lived["customer"].tolist(), lived["time"].tolist(), strict=True)
    assert all(time <= departed.get(customer, np.inf) for customer, time in pairs)


def test_complaints_are_contacts_and_end(lived_through):
    _, journal = lived_through
    made, closed = journal.columns(ContactMade), journal.columns(ComplaintClosed)
    complaints = made["customer"][(made["reason"] == Reason.COMPLAINT) & (made["attempt"] == 0)]
    assert complaints.size > 20
    assert np.isin(closed["customer"], complaints).all()
    assert 0.7 * complaints.size < closed["customer"].size <= complaints.size
    assert 0.5 < closed["recovered"].mean() < 1.0


def test_most_failures_are_contacts_that_helped_nobody_and_most_are_met_by_silence(lived_through):
    reacted = lived_through[1].columns(CustomerReacted)
    assert np.mean(reacted["occasion"] == Occasion.CONTACT) > 0.9
    assert np.mean(reacted["reaction"] == Reaction.SILENCE) > 0.5


def test_off_leaves_no_trace():
    scenario = but(PLAIN, run__weeks=1, run__warmup=168.0, customers__count=3000)
    kinds = {kind.__name__ for kind in simulate(scenario, 0).kinds()}
    assert kinds.isdisjoint({"CustomerReacted", "ComplaintClosed"})
