"""`orgsim list` in a narrow terminal: every word is there, and no line is too wide."""

from __future__ import annotations

import pytest

from orgsim.cli import main
from orgsim.listing import TOPICS, aligned, room

ROWS = [
    {"name": "first", "keys": "one, two, three, four", "meaning": "what it means " * 4},
    {"name": "the_second", "keys": "", "meaning": "more"},
]


@pytest.mark.parametrize("width", [40, 60, 80, 100])
def test_a_table_keeps_its_words_and_its_rows_in_any_width(width: int) -> None:
    lines = list(aligned(ROWS, width))
    assert max(map(len, lines)) <= width
    said = [word for row in ROWS for cell in row.values() for word in cell.split()]
    found = "\n".join(lines).replace(";", "").split()
    assert all(found.count(word) >= said.count(word) for word in said)
    assert [line.split()[0] for line in lines if not line.startswith(" ")][-2:] == [
        "first",
        "the_second",
    ]


def test_columns_that_do_not_fit_side_by_side_stand_below_their_rows_name() -> None:
    rows = [{"key": "a.long.key.of.forty.letters.or.so.it.is", "default": "a b c", "range": "0"}]
    assert list(aligned(rows, 44)) == [rows[0]["key"], "    default: a b c; range: 0"]


def test_without_a_width_a_row_is_a_line() -> None:
    assert len(list(aligned(ROWS))) == 1 + len(ROWS)


@pytest.mark.parametrize("topic", TOPICS)
def test_no_list_is_wider_than_the_terminal(
    topic: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("orgsim.listing.room", lambda: 80)
    assert main(["list", topic]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80


def test_whoever_closed_the_output_has_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", None)
    assert room() is None
