"""Stock: first come first served, nobody held up by what others lack, every unit accounted for."""

from collections.abc import Generator
from typing import Any

import pytest

from orgsim.errors import ModelError
from orgsim.kernel.resources import Claim, Stock, StockRoom
from tests.unit.kernel_tools import a_world

BASE, NICHE = ("chassis",), ("chassis", "kit")


class Room:
    """A stock room and the order in which it serves."""

    def __init__(self, **on_hand: int | None) -> None:
        self.stock = StockRoom(a_world(), on_hand)
        self.served: list[str] = []

    def ask(self, who: str, needs: tuple[str, ...]) -> Claim:
        return self.stock.request(who, needs, self.served.append)

    def ask_first(self, who: str, needs: tuple[str, ...], precedence: float) -> Claim:
        return self.stock.request(who, needs, self.served.append, precedence)

    def balance(self, component: str) -> bool:
        stock = self.stock
        opening, on_hand = stock.opening[component], stock.on_hand[component]
        assert opening is not None
        assert on_hand is not None
        came = opening + stock.received[component]
        return came == on_hand + stock.issued[component] + stock.written_off[component]


def test_a_claim_for_what_is_there_is_granted_at_once() -> None:
    room = Room(chassis=1, kit=1)
    assert room.ask("a", NICHE).granted
    assert room.served == ["a"]
    assert room.stock.on_hand == {"chassis": 0, "kit": 0}


def test_claims_with_the_same_needs_are_served_in_order() -> None:
    room = Room(chassis=0)
    claims = [room.ask(who, BASE) for who in "abc"]
    room.stock.receive("chassis", 2)
    assert room.served == ["a", "b"]
    assert [claim.granted for claim in claims] == [True, True, False]
    assert room.stock.waiting("chassis") == 1


def test_precedence_goes_before_age_within_a_kind_and_between_kinds() -> None:
    room = Room(chassis=0, kit=9)
    for who, needs, precedence in (
        ("a", BASE, 5.0), ("b", NICHE, 3.0), ("c", BASE, 3.0), ("d", BASE, 4.0), ("e", NICHE, -1.0)
    ):  # fmt: skip
        room.ask_first(who, needs, precedence)
    room.stock.receive("chassis", 5)
    assert room.served == ["e", "b", "c", "d", "a"]


def test_who_withdraws_is_passed_over_whatever_the_precedence() -> None:
    room = Room(chassis=0)
    claims = [room.ask_first(str(number), BASE, -float(number)) for number in range(200)]
    for claim in claims[100:]:
        room.stock.cancel(claim)
    room.stock.receive("chassis", 3)
    assert room.served == ["99", "98", "97"]
    assert room.stock.queued == 97
    assert room.stock.queue_hours() == room.stock.waited_hours() == 0.0


def test_a_claim_that_lacks_a_kit_does_not_hold_up_claims_without() -> None:
    room = Room(chassis=1, kit=0)
    room.ask("niche", NICHE)
    assert room.ask("base", BASE).granted
    room.stock.receive("kit", 1)
    assert room.served == ["base"]
    room.stock.receive("chassis", 1)
    assert room.served == ["base", "niche"]


def test_a_scarce_shared_component_goes_to_the_oldest_claim_that_lacks_nothing_else() -> None:
    room = Room(chassis=0, kit=1)
    for who, needs in (("n1", NICHE), ("b1", BASE), ("n2", NICHE), ("b2", BASE)):
        room.ask(who, needs)
    room.stock.receive("chassis", 3)
    assert room.served == ["n1", "b1", "b2"]  # n2 lacks a kit


def test_a_withdrawn_claim_is_passed_over() -> None:
    room = Room(chassis=0)
    claims = [room.ask(who, BASE) for who in "abc"]
    room.stock.cancel(claims[0])
    assert room.stock.waiting("chassis") == 2
    room.stock.receive("chassis", 1)
    assert room.served == ["b"]


def test_withdrawn_claims_do_not_pile_up() -> None:
    room = Room(chassis=0)
    room.ask("first", BASE)
    for who in range(5_000):
        room.stock.cancel(room.ask(str(who), BASE))
    assert len(room.stock._queues[BASE]) < 250
    room.stock.receive("chassis", 1)
    assert room.served == ["first"]


def test_only_a_waiting_claim_can_be_withdrawn() -> None:
    room = Room(chassis=1)
    with pytest.raises(ModelError, match="does not wait"):
        room.stock.cancel(room.ask("a", BASE))


def test_what_is_put_back_goes_to_who_waits() -> None:
    room = Room(chassis=1, kit=1)
    first = room.ask("a", NICHE)
    room.ask("b", BASE)
    room.stock.put_back(first)
    assert room.served == ["a", "b"]
    assert room.stock.on_hand == {"chassis": 0, "kit": 1}
    assert room.balance("chassis")
    assert room.balance("kit")
    with pytest.raises(ModelError, match="not granted"):
        room.stock.put_back(first)


def test_an_unlimited_component_is_always_there_and_counted_all_the_same() -> None:
    room = Room(chassis=None)
    for who in "abc":
        room.ask(who, BASE)
    assert room.stock.on_hand["chassis"] is None
    assert room.stock.issued["chassis"] == 3


def test_what_is_written_off_is_gone_and_accounted_for() -> None:
    room = Room(kit=5)
    room.stock.write_off("kit", 3)
    assert room.stock.on_hand["kit"] == 2
    assert room.balance("kit")
    with pytest.raises(ModelError, match="3 taken, 2 there"):
        room.stock.write_off("kit", 3)


def test_a_claim_made_while_another_is_told_of_its_grant_finds_the_books_in_order() -> None:
    stock = StockRoom(a_world(), {"chassis": 0})
    served: list[str] = []

    def ask_again(who: str) -> None:
        served.append(who)
        if who == "a":
            stock.request("c", BASE, served.append)

    stock.request("a", BASE, ask_again)
    stock.request("b", BASE, served.append)
    stock.receive("chassis", 2)
    assert served == ["a", "b"]  # not c, who came last
    assert stock.waiting("chassis") == 1


def test_units_that_come_back_while_claims_are_served_are_served_too() -> None:
    room = Room(chassis=0)
    claims = []

    def hand_back(who: str) -> None:
        room.served.append(who)
        room.stock.put_back(claims[0])

    claims.append(room.stock.request("a", BASE, hand_back))
    room.ask("b", BASE)
    room.stock.receive("chassis", 1)
    assert room.served == ["a", "b"]
    assert room.balance("chassis")


def test_the_books_of_the_queue_agree_with_each_claims_wait() -> None:
    room = Room(chassis=0, kit=0)
    world = room.stock._waiting.world
    claims = {}
    for at, who, needs in ((0.5, "a", BASE), (1.0, "b", NICHE), (2.0, "c", BASE), (3.0, "d", BASE)):
        world.at(at, lambda who=who, needs=needs: claims.update({who: room.ask(who, needs)}))
    world.at(4.0, room.stock.receive, "chassis", 1)
    world.at(5.0, lambda: room.stock.cancel(claims["c"]))
    world.run(8.0)
    assert room.served == ["a"]
    assert (room.stock.entered, room.stock.served, room.stock.withdrawn) == (4, 1, 1)
    assert room.stock.queued == 2
    assert room.stock.queue_hours() == room.stock.waited_hours() == 3.5 + 7.0 + 3.0 + 5.0


@pytest.mark.parametrize("needs", [("wheel",), ("kit", "kit"), ()])
def test_needs_must_name_different_known_components(needs: tuple[str, ...]) -> None:
    with pytest.raises(ModelError, match="different components"):
        Room(kit=5).ask("a", needs)


@pytest.mark.parametrize("n", [-1, 1.5])
def test_only_whole_numbers_can_be_received(n: float) -> None:
    with pytest.raises(ModelError, match="receive"):
        Room(kit=5).stock.receive("kit", n)  # type: ignore[arg-type]
    with pytest.raises(ModelError, match="receive"):
        Stock(a_world(), 0).receive(n)  # type: ignore[arg-type]


def test_takers_of_one_item_wait_strictly_in_order() -> None:
    world = a_world()
    stock = Stock(world, 1)
    seen: list[tuple[float, str]] = []

    def taker(who: str, n: int) -> Generator[Any, Any, None]:
        yield stock.take(n)
        seen.append((world.now, who))

    for who, n in (("a", 1), ("b", 3), ("c", 1)):
        world.start(taker(who, n))
    world.at(1.0, stock.receive, 2)
    world.at(1.5, lambda: world.start(taker("d", 1)))  # 2 are there, but not for who comes last
    world.at(2.0, stock.receive, 1)
    world.run(2.5)
    assert seen == [(0.0, "a"), (2.0, "b")]
    assert (stock.on_hand, stock.backordered, stock.queued) == (0, 2, 2)
    assert stock.queue_hours() == stock.waited_hours() == 2.0 + 2.5 + 1.0
    world.at(3.0, stock.receive, 5)
    world.run(4.0)
    assert seen[2:] == [(3.0, "c"), (3.0, "d")]
    assert stock.opening + stock.received == stock.on_hand + stock.issued


@pytest.mark.parametrize("n", [0, -1])
def test_nothing_cannot_be_taken(n: int) -> None:
    with pytest.raises(ModelError, match="take"):
        Stock(a_world(), 5).take(n)


def test_a_stock_cannot_open_below_nothing() -> None:
    with pytest.raises(ModelError, match="opening stock"):
        Stock(a_world(), -1)
