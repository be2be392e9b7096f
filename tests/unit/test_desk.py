"""Who is served first, who leaves in silence, and channels beside the phone (MODEL M4.2, M4.4)."""

from __future__ import annotations

import numpy as np
import pytest

from orgsim.departments.contact_channels import chosen_channels
from orgsim.departments.desk import Desk
from orgsim.entities import ContactChannel, Outcome, Reason, Segment, Ticket
from orgsim.errors import ConfigError
from orgsim.facts import CallAbandoned, CallAnswered, ContactHandled, ContactMade
from orgsim.kernel.distributions import Fixed
from orgsim.kernel.world import World
from orgsim.weekly import Weekly
from tests.unit.parts import Z, a_world, but, firm, seen
from tests.unit.test_support import a_team, contacts

SUPPORT = firm().support
SIX_MINUTES = Fixed[float](kind="fixed", mean=0.1)


class ADesk:
    """One agent, half an hour a contact, everybody patient."""

    def __init__(self, *, urgency: tuple[int, int, int] = (1, 1, 1), silent: float = 0.0) -> None:
        self.world: World = a_world()
        classes = dict(zip(("complaint", "niche", "other"), urgency, strict=True))
        self.desk = Desk(
            self.world,
            Weekly.constant(1),
            but(SUPPORT.urgency, **classes),
            but(SUPPORT.channels, silent_share=silent),
        )
        self.done: list[tuple[int, float]] = []
        self.gone: list[tuple[int, float]] = []
        self.desk.conclude = lambda ticket, hours: self.done.append(
            (ticket.customer, round(self.world.now, 9))
        )
        self.desk.give_up = lambda ticket: self.gone.append(
            (ticket.customer, round(self.world.now, 9))
        )

    def comes(self, customer: int, at: float, **changes: object) -> Ticket:
        ticket = Ticket(
            customer=customer, row=0, nth=0, segment=Segment.BASE, reason=Reason.GENERAL,
            order=None, channel=ContactChannel.PHONE, patience=1e9, base_handle_hours=0.5,
        )  # fmt: skip
        for name, value in changes.items():
            setattr(ticket, name, value)
        self.world.at(at, self.desk.serve, ticket)
        return ticket

    def a_crowd(self) -> None:
        """One is being served; then an ordinary, a niche and a complaining customer come."""
        self.comes(0, 1.0)
        self.comes(1, 1.1)
        self.comes(2, 1.2, segment=Segment.NICHE)
        self.comes(3, 1.3, reason=Reason.COMPLAINT)
        self.world.run(until=9.0)


def test_equal_classes_are_first_come_first_served() -> None:
    desk = ADesk()
    desk.a_crowd()
    assert [customer for customer, _ in desk.done] == [0, 1, 2, 3]


def test_a_complaint_goes_before_a_niche_customer_before_anybody_else_but_interrupts_nobody() -> (
    None
):
    desk = ADesk(urgency=(1, 2, 3))
    desk.a_crowd()
    assert desk.done == [(0, 1.5), (3, 2.0), (2, 2.5), (1, 3.0)]


def test_a_niche_customer_s_complaint_is_a_complaint() -> None:
    desk = ADesk(urgency=(1, 2, 3))
    desk.comes(0, 1.0)
    desk.comes(1, 1.1, segment=Segment.NICHE)
    desk.comes(2, 1.2, segment=Segment.NICHE, reason=Reason.COMPLAINT)
    desk.world.run(until=9.0)
    assert [customer for customer, _ in desk.done] == [0, 2, 1]


def test_a_session_that_was_planned_is_held_before_any_customer_who_waits() -> None:
    desk = ADesk(urgency=(1, 2, 3))
    held: list[float] = []
    desk.comes(0, 1.0)
    desk.comes(1, 1.1, reason=Reason.COMPLAINT)
    desk.world.at(1.2, desk.desk.brief, 2.0, lambda: held.append(desk.world.now))
    desk.world.run(until=9.0)
    assert held == [3.5]
    assert desk.done == [(0, 1.5), (1, 4.0)]


# -- silent abandonment ----------------------------------------------------------------------------


def test_a_chat_left_in_silence_still_takes_its_turn_and_a_quarter_of_its_work() -> None:
    desk = ADesk(silent=1.0)
    desk.comes(0, 1.0)
    desk.comes(1, 1.1, channel=ContactChannel.CHAT, patience=0.1)
    desk.comes(2, 1.2)
    desk.world.run(until=9.0)
    assert desk.gone == [(1, 1.2)]
    assert desk.done == [(0, 1.5), (2, 1.5 + 0.25 * 0.5 + 0.5)]
    assert desk.desk.agents.busy_hours() == pytest.approx(1.125)


def test_who_says_goodbye_costs_nobody_time() -> None:
    desk = ADesk(silent=0.0)
    desk.comes(0, 1.0)
    desk.comes(1, 1.1, channel=ContactChannel.CHAT, patience=0.1)
    desk.comes(2, 1.2)
    desk.world.run(until=9.0)
    assert desk.gone == [(1, 1.2)]
    assert desk.done == [(0, 1.5), (2, 2.0)]


def test_a_silent_customer_who_is_served_in_time_is_served_like_any_other() -> None:
    desk = ADesk(silent=1.0)
    desk.comes(1, 1.0, channel=ContactChannel.CHAT, patience=0.1)
    desk.world.run(until=9.0)
    assert (desk.done, desk.gone) == ([(1, 1.5)], [])
    assert seen(desk.world, CallAnswered)["waited"].tolist() == [0.0]


def test_only_chats_are_left_in_silence() -> None:
    desk = ADesk(silent=1.0)
    desk.comes(0, 1.0)
    desk.comes(1, 1.1, patience=0.1)
    desk.comes(2, 1.2, channel=ContactChannel.RETAIL, patience=0.1)
    desk.world.run(until=9.0)
    assert desk.desk.agents.busy_hours() == pytest.approx(0.5)


def test_a_ghost_is_no_contact_in_hand_at_any_time() -> None:
    desk = ADesk(silent=1.0)
    desk.comes(0, 1.0)
    desk.comes(1, 1.1, channel=ContactChannel.CHAT, patience=0.1)
    in_hand = []
    for time in (1.15, 1.25, 1.55, 1.7):
        desk.world.run(until=time)
        in_hand.append(desk.desk.in_hand)
    assert in_hand == [2, 1, 0, 0]


def test_contacts_balance_when_the_silent_come_back_at_once() -> None:
    """A crowd of chats on one agent, each of whom tries again the moment patience ends."""
    world = a_world()
    support, _ = a_team(
        world,
        channels__chat_share=1.0,
        channels__silent_share=0.5,
        channels__chat_patience=SIX_MINUTES,
    )
    support.answer = lambda ticket: (
        support.try_again(ticket, ContactChannel.CHAT)
        if ticket.outcome is Outcome.GIVEN_UP and ticket.attempt < 5
        else None
    )
    support.receive(contacts([1.0 + 0.05 * number for number in range(40)]))
    world.run(until=3.0)
    made, handled, left = (
        seen(world, kind)["time"].size for kind in (ContactMade, ContactHandled, CallAbandoned)
    )
    assert left > 40
    assert made == handled + left + support.in_hand


# -- channels --------------------------------------------------------------------------------------


def test_channels_take_their_shares_and_a_new_one_takes_them_from_the_phone() -> None:
    luck = (np.arange(1000) + 0.5) / 1000
    before = chosen_channels(luck, 0.22, SUPPORT.channels)
    after = chosen_channels(luck, 0.22, but(SUPPORT.channels, chat_share=0.2, retail_share=0.05))
    counts = [np.count_nonzero(after == channel) for channel in ContactChannel]
    assert counts == [530, 220, 200, 50]
    assert set(before.tolist()) == {ContactChannel.PHONE, ContactChannel.EMAIL}
    assert np.all((before == after) | (before == ContactChannel.PHONE))


def test_channels_that_are_more_than_all_contacts_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"channels\.chat_share.*1\.02 of the contacts"):
        firm("support.channels.chat_share=0.8")


def test_a_chat_has_its_own_patience_and_the_same_luck() -> None:
    def gave_up(**changes: object) -> list[int]:
        world = a_world()
        support, _ = a_team(world, agents=0, patience=SIX_MINUTES, **changes)
        support.receive(contacts([1.0, 2.0]))
        world.run(until=5.0)
        return seen(world, CallAbandoned)["waited"].round(9).tolist()

    three = Fixed[float](kind="fixed", mean=0.05)
    assert gave_up() == [0.1, 0.1]
    assert gave_up(channels__chat_share=1.0, channels__chat_patience=three) == [0.05, 0.05]
    assert gave_up(channels__retail_share=1.0, channels__chat_patience=three) == [0.1, 0.1]


def solved(quality: float, share: str) -> float:
    world, n = a_world(), 4000
    support, _ = a_team(
        world,
        agents=n,
        **{
            share: 1.0,
            f"channels__quality__{share.split('__')[-1].removesuffix('_share')}": quality,
        },
    )
    support.receive(contacts([1.0] * n))
    world.run(until=3.0)
    return float(np.mean(seen(world, ContactHandled)["outcome"] == Outcome.RESOLVED))


@pytest.mark.parametrize("share", ["email_share", "channels__chat_share", "channels__retail_share"])
def test_each_channel_solves_its_own_share(share: str) -> None:
    assert solved(1.0, share) == 1.0
    assert solved(0.8, share) == pytest.approx(0.8, abs=Z * np.sqrt(0.16 / 4000))


def test_self_service_beside_the_point_leaves_the_problem_to_the_team() -> None:
    world = a_world()
    support, _ = a_team(world, agents=5, contained_share=1.0, channels__quality__self_service=0.0)
    ends: list[Outcome] = []

    def hear(ticket: Ticket) -> None:
        ends.append(ticket.outcome)
        if ticket.outcome is not Outcome.RESOLVED:
            support.try_again(ticket, ContactChannel.CHAT)

    support.answer = hear
    support.receive(contacts([1.0]))
    world.run(until=5.0)
    assert ends == [Outcome.UNRESOLVED, Outcome.RESOLVED]
    assert seen(world, ContactHandled)["channel"].tolist() == [ContactChannel.CHAT]
    assert seen(world, ContactMade)["nth"].tolist() == [0, 0]  # one problem on two channels
