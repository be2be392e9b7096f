"""Direct labels: words stand beside what they name, and on nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.axes import Axes

from orgsim.report import style
from orgsim.report.labels import Label, along, apart, place
from orgsim.report.wording import compact

pytestmark = pytest.mark.usefixtures("house_style")

X = np.arange(40.0)
UPPER = 10.0 + 30.0 * np.exp(-(((X - 12.0) / 4.0) ** 2))
LOWER = 10.0 + 24.0 * np.exp(-(((X - 12.0) / 4.0) ** 2))


@pytest.fixture
def axes() -> Axes:
    drawn = style.board_figure().add_axes((0.1, 0.1, 0.3, 0.2))
    drawn.set(xlim=(0, 40), ylim=(0, 45))
    return drawn


def nearest(axes: Axes, box, y: np.ndarray) -> float:
    """From a box to the nearest point of a curve over X, in pixels."""
    fine = np.linspace(0, 39, 2000)
    points = axes.transData.transform(np.column_stack([fine, np.interp(fine, X, y)]))
    away = np.maximum(np.maximum(points - box.max, box.min - points), 0.0)
    return float(np.hypot(*away.T).min())


def test_a_name_is_written_where_its_line_is_farthest_from_the_others() -> None:
    assert along(X, UPPER)[0][0] == 39.0
    assert abs(apart(X, UPPER, [LOWER])[0][0] - 12.0) <= 1.0


def test_a_name_stands_nearer_to_its_own_line_than_to_a_rival(axes: Axes) -> None:
    curves = [(X, UPPER), (X, LOWER)]
    names = [
        Label("upper", style.INK, apart(X, UPPER, [LOWER]), rivals=[curves[1]]),
        Label("lower", style.INK, apart(X, LOWER, [UPPER]), rivals=[curves[0]]),
    ]
    boxes = [text.get_window_extent() for text in place(axes, names, curves)]
    for box, own, rival in zip(boxes, (UPPER, LOWER), (LOWER, UPPER), strict=True):
        assert 0.0 < nearest(axes, box, own) < nearest(axes, box, rival)


def test_names_cover_neither_lines_nor_each_other_while_there_is_room(axes: Axes) -> None:
    curves = [(X, np.full(40, level)) for level in (10.0, 20.0, 30.0)]
    names = [Label(f"line {i}", style.INK, along(*curve)) for i, curve in enumerate(curves)]
    boxes = [text.get_window_extent() for text in place(axes, names, curves)]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[i + 1 :])
    assert all(nearest(axes, box, y) > 0.0 for box in boxes for _, y in curves)


def test_a_number_however_small_is_written_without_an_exponent() -> None:
    assert compact(-9e-5) == "−0.00009"
    assert compact(0.004, sign=True) == "+0.004"
