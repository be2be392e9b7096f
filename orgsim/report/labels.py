"""Direct labels: words beside the thing they name, instead of a legend.

A label may stand at any of its anchors, on any side. The place taken is the one that covers the
fewest drawn points and no other label, which is the greedy form of point-feature label placement
(Christensen, Marks and Shieber 1995, ACM Transactions on Graphics 14(3)). Deterministic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

from orgsim.report import style

Floats = NDArray[np.float64]

Curve = tuple[Floats, Floats]
Size = tuple[float, float]

_GAPS = (5.0, 14.0, 30.0)  # pixels between a point and its label
MISTAKEN = 12.0  # the cost of words that stand nearer to another line than to their own

_SIDES = [(0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (-1, 1), (1, -1), (-1, -1)]


@dataclass(frozen=True, slots=True)
class Label:
    """Words, their colour and the points (data units, best first) beside which they may stand.

    `rivals` are curves that must not be nearer to the words than what they name.
    """

    text: str
    colour: str
    anchors: Floats
    bold: bool = False
    sides: Sequence[tuple[int, int]] = tuple(_SIDES)
    rivals: Sequence[Curve] = ()


def along(x: Floats, y: Floats, *, count: int = 24) -> Floats:
    """Anchors along a line, from its right end to its left, where it has a value."""
    there = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    if there.size == 0:
        return np.empty((0, 2))
    picked = there[np.unique(np.linspace(0, there.size - 1, count).astype(int))][::-1]
    return np.column_stack([x[picked], y[picked]])


def apart(x: Floats, y: Floats, others: Sequence[Floats], *, count: int = 24) -> Floats:
    """Anchors along a line, first where it is farthest from the `others` at the same x."""
    anchors = along(x, y, count=count)
    if not others or not len(anchors):
        return anchors
    at = np.searchsorted(x, anchors[:, 0])
    away = np.min([np.abs(other[at] - y[at]) for other in others], axis=0)
    return anchors[np.argsort(-np.nan_to_num(away, nan=np.inf), kind="stable")]


def place(axes: Axes, labels: Sequence[Label], lines: Sequence[Curve]) -> list[Text]:
    """Write the labels into the axes, whose limits must be final.

    `lines` are the curves (data units) that labels should not cover.
    """
    frame = axes.get_window_extent()
    obstacles = _all_sampled(axes, lines)
    taken: list[Bbox] = []
    texts: list[Text] = []
    for label in labels:
        anchors = _in_view(axes, label.anchors)
        if not len(anchors):
            continue
        text = axes.text(
            0.0,
            0.0,
            label.text,
            transform=axes.transAxes,
            ha="center",
            va="center",
            color=label.colour,
            fontsize=10.5,
            weight="bold" if label.bold else "normal",
            zorder=6,
        )
        style.halo(text)
        size = text.get_window_extent()
        box = _best(axes, label, anchors, (size.width, size.height), obstacles, taken, frame)
        middle = ((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2)
        x, y = axes.transAxes.inverted().transform(middle)
        text.set_position((float(x), float(y)))
        taken.append(box)
        texts.append(text)
    return texts


def _in_view(axes: Axes, anchors: Floats) -> Floats:
    """The anchors that lie within the axes; where a line is cut off, its name stays in view."""
    low, high = sorted(axes.get_ylim())
    return anchors[(anchors[:, 1] >= low) & (anchors[:, 1] <= high)]


def _all_sampled(axes: Axes, lines: Sequence[Curve]) -> Floats:
    return np.concatenate([_sampled(axes, x, y) for x, y in lines] or [np.empty((0, 2))])


def _sampled(axes: Axes, x: Floats, y: Floats) -> Floats:
    """Points of a polyline in pixels, about three pixels apart."""
    points: Floats = axes.transData.transform(np.column_stack([x, y]).astype(float))
    points = points[np.isfinite(points).all(axis=1)]
    if len(points) < 2:
        return points
    along_line = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    steps = np.linspace(0.0, along_line[-1], max(2, min(4000, int(along_line[-1] / 3))))
    return np.column_stack([np.interp(steps, along_line, points[:, i]) for i in (0, 1)])


def _best(
    axes: Axes,
    label: Label,
    anchors: Floats,
    size: Size,
    obstacles: Floats,
    taken: Sequence[Bbox],
    frame: Bbox,
) -> Bbox:
    """The cheapest place: free of lines and labels first, then near, then early in the lists."""
    width, height = size
    rivals = _all_sampled(axes, label.rivals)
    best, cost = Bbox.from_bounds(frame.x0, frame.y0, width, height), np.inf
    for rank, (x, y) in enumerate(axes.transData.transform(anchors)):
        if 0.4 * rank >= cost:  # no later anchor can be cheaper
            break
        for side, (dx, dy) in enumerate(label.sides):
            for gap in _GAPS:
                left = x + dx * (width / 2 + gap) - width / 2
                bottom = y + dy * (height / 2 + gap) - height / 2
                wished = Bbox.from_bounds(left, bottom, width, height)
                box = _inside(wished, frame)
                moved = abs(box.x0 - wished.x0) + abs(box.y0 - wished.y0)
                here = _cost(box, obstacles, taken) + 0.4 * rank + 0.1 * side
                here += 0.1 * gap + 0.3 * moved
                here += MISTAKEN if _distance(box, rivals) < gap + moved + 6.0 else 0.0
                if here < cost:
                    best, cost = box, here
    return best


def _inside(box: Bbox, frame: Bbox) -> Bbox:
    """The box moved so far that it lies within the frame (if it fits at all)."""
    dx = max(frame.x0 - box.x0, 0.0) + min(frame.x1 - box.x1, 0.0)
    dy = max(frame.y0 - box.y0, 0.0) + min(frame.y1 - box.y1, 0.0)
    return box.translated(dx, dy)


def _distance(box: Bbox, points: Floats) -> float:
    """From the box to the nearest of the points, in pixels."""
    if not len(points):
        return np.inf
    away = np.maximum(np.maximum(points - box.max, box.min - points), 0.0)
    return float(np.hypot(away[:, 0], away[:, 1]).min())


def _cost(box: Bbox, obstacles: Floats, taken: Sequence[Bbox]) -> float:
    covered = (
        (obstacles[:, 0] > box.x0 - 3)
        & (obstacles[:, 0] < box.x1 + 3)
        & (obstacles[:, 1] > box.y0 - 2)
        & (obstacles[:, 1] < box.y1 + 2)
    )
    collisions = sum(box.padded(2.0).overlaps(other) for other in taken)
    return 3.0 * float(covered.sum()) + 1e4 * collisions
