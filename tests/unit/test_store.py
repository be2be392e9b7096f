from __future__ import annotations

import json
from pathlib import Path

import pytest

from orgsim.errors import ResultError
from orgsim.experiment import tables
from orgsim.experiment.replicate import Task
from orgsim.experiment.store import Store, address_of, code_version
from tests.unit import fake_model


def part(store: Store, *, facts: bool = True) -> Task:
    task = Task(
        address="a" * 64,
        config=json.dumps({"run": {"seed": 1}}),
        variant="scenario",
        replication=3,
        keep_facts=facts,
    )
    outcome = fake_model.work(task)
    store.save(task.address, task.replication, outcome.tables, outcome.facts)
    return task


def test_a_saved_part_is_held_and_loads_as_it_was_saved(tmp_path: Path) -> None:
    store = Store(tmp_path / "ergebnisse ü 结果")
    task = part(store)
    assert store.holds(task.address, 3, facts=True)
    assert store.load(task.address, 3)["weekly"].equals(fake_model.work(task).tables["weekly"])
    assert list(store.facts(task.address, 3)) == ["OrderPlaced"]


def test_a_part_without_facts_does_not_pass_for_one_with_facts(tmp_path: Path) -> None:
    store = Store(tmp_path)
    task = part(store, facts=False)
    assert store.holds(task.address, 3)
    assert not store.holds(task.address, 3, facts=True)
    part(store)
    assert store.holds(task.address, 3, facts=True)


def test_a_flipped_byte_a_cut_file_and_a_missing_file_are_noticed_and_mended(
    tmp_path: Path,
) -> None:
    store = Store(tmp_path)
    task = part(store)
    folder = store.part(task.address, 3)
    whole = (folder / "totals.parquet").read_bytes()
    for broken in (whole[:-1], whole[:40] + bytes([whole[40] ^ 1]) + whole[41:], None):
        if broken is None:
            (folder / "totals.parquet").unlink()
        else:
            (folder / "totals.parquet").write_bytes(broken)
        assert not store.holds(task.address, 3)
        part(store)
        assert store.holds(task.address, 3)
        assert (folder / "totals.parquet").read_bytes() == whole


@pytest.mark.parametrize("note", [b"", b"{", b"[]", b'{"address": 1}', b"\xff"])
def test_a_part_with_a_broken_note_is_not_held(tmp_path: Path, note: bytes) -> None:
    store = Store(tmp_path)
    task = part(store)
    (store.part(task.address, 3) / "part.json").write_bytes(note)
    assert not store.holds(task.address, 3)


def test_a_part_moved_to_another_replication_is_not_held(tmp_path: Path) -> None:
    store = Store(tmp_path)
    task = part(store)
    store.part(task.address, 3).rename(store.part(task.address, 4))
    assert not store.holds(task.address, 4)


def test_saving_twice_keeps_the_good_part_and_leaves_no_temporary_folder(tmp_path: Path) -> None:
    store = Store(tmp_path)
    task = part(store)
    before = (store.part(task.address, 3) / "part.json").stat().st_ino
    part(store)
    assert (store.part(task.address, 3) / "part.json").stat().st_ino == before
    assert [path.name for path in store.part(task.address, 3).parent.iterdir()] == [
        "replication-00003"
    ]


def test_a_full_disc_is_one_clear_line_and_leaves_no_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, pieces: list[bytes]) -> None:
        path.write_bytes(pieces[0][:10])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tables, "write_durably", full)
    store = Store(tmp_path)
    with pytest.raises(ResultError, match=r"^results cannot be written in .*: No space left"):
        part(store)
    assert not list((tmp_path / ".parts").glob("*/*"))


def test_a_results_folder_that_is_a_file_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "results").write_text("not a folder")
    with pytest.raises(ResultError, match=r"^results cannot be written in [^\n]*$"):
        Store(tmp_path / "results").prepare()


def test_the_address_depends_on_values_seed_and_code_but_not_on_replications_or_words() -> None:
    run = {"seed": 1, "weeks": 52, "replications": 8, "workers": 2}
    config = {"title": "A", "question": "B?", "run": run, "sales": {"reps": 6.5}}
    address = address_of(config)
    same = {**config, "title": "C", "run": {**run, "replications": 20, "workers": 1}}
    assert address_of(same) == address
    others = [
        {**config, "sales": {"reps": 6.6}},
        {**config, "run": {**run, "seed": 2}},
        {**config, "run": {**run, "weeks": 53}},
    ]
    assert len({address, address_of(config, code="other"), *map(address_of, others)}) == 5


def test_the_order_of_keys_is_content_since_later_entries_may_win() -> None:
    assert address_of({"hours": {"a": 1, "b": 2}}) != address_of({"hours": {"b": 2, "a": 1}})


def test_the_code_version_is_a_hash_of_the_package() -> None:
    assert len(code_version()) == 64


def test_a_missing_or_unknown_column_is_refused_and_nan_becomes_null() -> None:
    table = tables.table_of("value", {"horizon": ["year"] * 3, "value": [1, float("nan"), None]})
    assert table["value"].to_pylist() == [1.0, None, None]
    with pytest.raises(ResultError, match="table value: expected"):
        tables.table_of("value", {"horizon": ["year"]})
    with pytest.raises(ResultError, match="table value cannot be built"):
        tables.table_of("value", {"horizon": ["year", "b"], "value": [1.0]})


def test_the_same_table_becomes_the_same_bytes_with_page_checksums(tmp_path: Path) -> None:
    table = tables.table_of("value", {"horizon": ["year"], "value": [1.5]})
    assert tables.encode(table) == tables.encode(table)
    (tmp_path / "broken.parquet").write_bytes(tables.encode(table)[:-9])
    with pytest.raises(ResultError, match="cannot be read"):
        tables.decode(tmp_path / "broken.parquet")
