"""Dials: effects stack in any order and leave no trace."""

import pytest

from orgsim.errors import ModelError
from orgsim.kernel.dials import Dials


def test_effects_on_a_rate_add_up_and_effects_on_a_capacity_multiply() -> None:
    dials = Dials()
    rate = dials.declare("demand", 10.0, "add")
    capacity = dials.declare("agents", 20.0, "multiply")
    dials.turn("demand", 3.0)
    dials.turn("demand", -1.0)
    dials.turn("agents", 0.5)
    dials.turn("agents", 0.8)
    assert rate.value == 12.0
    assert capacity.value == 8.0


def test_a_dial_turned_back_is_exactly_its_base_in_whatever_order() -> None:
    dials = Dials()
    for name, rule in (("a", "add"), ("m", "multiply")):
        dial = dials.declare(name, 0.3, rule)  # type: ignore[arg-type]
        first, second, third = (dials.turn(name, by) for by in (0.1, 0.7, 1e16))
        dials.restore(second)
        dials.restore(third)
        assert dial.value == {"add": 0.4, "multiply": 0.03}[rule]
        dials.restore(first)
        assert dial.value == 0.3


def test_the_order_of_turning_leaves_no_trace() -> None:
    values = set()
    for order in ((0.1, 0.2, 0.3), (0.3, 0.1, 0.2), (0.2, 0.3, 0.1)):
        dials = Dials()
        dials.declare("a", 0.7, "add")
        dials.declare("m", 0.7, "multiply")
        for by in order:
            dials.turn("a", by)
            dials.turn("m", by)
        values.add((dials["a"].value, dials["m"].value))
    assert len(values) == 1


def test_who_watches_is_told_of_each_change_and_only_of_changes() -> None:
    dials = Dials()
    told: list[float] = []
    dials.declare("a", 1.0, "add").watch(told.append)
    token = dials.turn("a", 2.0)
    dials.turn("a", 0.0)
    dials.restore(token)
    assert told == [3.0, 1.0]


def test_a_turn_cannot_be_taken_back_twice() -> None:
    dials = Dials()
    dials.declare("a", 1.0, "add")
    token = dials.turn("a", 2.0)
    dials.restore(token)
    with pytest.raises(ModelError, match="not in force"):
        dials.restore(token)


@pytest.mark.parametrize(("name", "by"), [("m", -0.1), ("m", float("nan")), ("a", float("inf"))])
def test_an_effect_that_makes_no_sense_is_refused(name: str, by: float) -> None:
    dials = Dials()
    dials.declare("a", 1.0, "add")
    dials.declare("m", 1.0, "multiply")
    with pytest.raises(ModelError, match=f"dial '{name}'"):
        dials.turn(name, by)


def test_a_dial_is_declared_once_and_must_be_known() -> None:
    dials = Dials()
    dials.declare("a", 1.0, "add")
    assert dials.names() == ("a",)
    with pytest.raises(ModelError, match="declared twice"):
        dials.declare("a", 1.0, "add")
    with pytest.raises(ModelError, match="no dial 'b'; there are a"):
        dials.turn("b", 1.0)
