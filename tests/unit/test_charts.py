"""Charts: what is drawn equals what was measured, and every word can be read."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from matplotlib import rcParams
from matplotlib.colors import to_rgb

from orgsim.report import style
from orgsim.report.charts import draw_all
from orgsim.report.wording import compact, listed, scale_for
from tests.unit import chart_data
from tests.unit.chart_data import NOTES
from tests.unit.chart_tools import figures, story, words

pytestmark = pytest.mark.usefixtures("house_style")

AWKWARD = {
    "one replication": {"replications": 1},
    "four weeks, before the shock": {"weeks": 4},
    "nine weeks": {"weeks": 9},
    "three years": {"weeks": 156, "replications": 3},
    "huge numbers": {"factor": 1e7, "replications": 3},
    "tiny numbers": {"factor": 1e-6, "replications": 3},
    "negative numbers": {"factor": -1.0, "replications": 3},
    "nothing but zero": {"factor": 0.0, "replications": 3},
    "no reference": {"has_reference": False, "replications": 3},
    "no shock": {"shock": "", "replications": 3},
    "two shocks": {"shock": "niche_campaign+supplier_outage", "replications": 3},
    "half a year over New Year": {"weeks": 26, "start": "2024-10-07", "replications": 6},
    "a long title": {"title": "An unusually long title of a scenario " * 9, "replications": 3},
    "a title of signs the font lacks": {"title": "価値 $x^2$ \u202e %s {0}", "replications": 3},
}


@pytest.mark.parametrize("changes", AWKWARD.values(), ids=AWKWARD.keys())
def test_no_words_overlap_or_leave_the_figure_however_awkward_the_run(
    changes: dict[str, object],
) -> None:
    for figure in figures(story(**changes)):
        found = words(figure)
        boxes = np.array([text.get_window_extent().extents for text in found])
        low, high = boxes[:, :2], boxes[:, 2:]
        outside = (low < 0).any(axis=1) | (high > figure.bbox.size).any(axis=1)
        assert [
            text.get_text() for text, is_out in zip(found, outside, strict=True) if is_out
        ] == []
        shared = np.minimum(high[:, None], high) - np.maximum(low[:, None], low) > 4.0
        pairs = np.argwhere(np.triu(shared.all(axis=2), 1))
        assert [(found[i].get_text(), found[j].get_text()) for i, j in pairs] == []


def test_the_same_result_becomes_the_same_bytes_and_no_setting_is_left_changed(tmp_path) -> None:
    before = {key: str(rcParams[key]) for key in rcParams if key != "backend"}
    result = chart_data.result(replications=2, weeks=20)
    once = draw_all(result, tmp_path / "once", NOTES)
    again = draw_all(result, tmp_path / "again", NOTES)
    assert [path.read_bytes() for path in once] == [path.read_bytes() for path in again]
    assert {path.name for path in once} == {
        f"{name}.{kind}" for name in ("cascade", "scorecard", "value") for kind in ("png", "svg")
    }
    assert {key: str(rcParams[key]) for key in rcParams if key != "backend"} == before


def test_letters_are_large_enough_to_be_read_at_half_size() -> None:
    drawn = figures(story())
    assert min(text.get_fontsize() for figure in drawn for text in words(figure)) >= 9.5


MEANINGS = ("SCENARIO", "REFERENCE", "BASE", "NICHE", "BAD", "INK")
SIGHT = {
    "usual": [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    "protanopia": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
    "deuteranopia": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    "tritanopia": [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
}
"""How linear RGB is seen (Machado, Oliveira and Fernandes 2009, doi:10.1109/TVCG.2009.113)."""

TO_XYZ = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]


def lab(colour: str, sight: str) -> np.ndarray:
    """A colour as it is seen, in CIELAB, where 10 is a difference nobody overlooks."""
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    xyz = to_xyz @ np.clip(np.array(SIGHT[sight]) @ linear, 0.0, 1.0) / [0.9505, 1.0, 1.089]
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("sight", SIGHT)
def test_colours_of_different_meaning_are_told_apart_also_by_the_colour_blind(sight: str) -> None:
    seen = {name: lab(getattr(style, name), sight) for name in MEANINGS}
    apart = {pair: np.linalg.norm(seen[pair[0]] - seen[pair[1]]) for pair in combinations(seen, 2)}
    assert min(apart.values()) > 15.0, min(apart, key=lambda pair: apart[pair])


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "0"),
        (0.004, "0.004"),
        (7.04, "7.04"),
        (31.26, "31.3"),
        (-532.4, "−532"),
        (1553, "1,553"),
        (99_900, "99,900"),
        (123_456, "123\xa0k"),
        (2.5e7, "25\xa0M"),
        (math.nan, "n/a"),
        (math.inf, "n/a"),
    ],
)
def test_a_number_is_written_as_short_as_it_stays_true(value: float, shown: str) -> None:
    assert compact(value) == shown


@pytest.mark.parametrize(
    ("unit", "value", "shown"),
    [
        ("share", 0.31, "31\xa0%"),
        ("1/d", 312.5, "312\xa0per day"),
        ("1/w", 70.0, "10\xa0per day"),
        ("EUR", -532_000.0, "−532\xa0kEUR"),
        ("EUR", 41_000_000.0, "41\xa0MEUR"),
        ("EUR", 71.0, "71\xa0EUR"),
    ],
)
def test_a_value_is_shown_in_the_unit_a_board_uses(unit: str, value: float, shown: str) -> None:
    assert scale_for(unit, [value]).show(value) == shown


def test_names_are_listed_as_one_says_them() -> None:
    assert [listed(names) for names in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]
