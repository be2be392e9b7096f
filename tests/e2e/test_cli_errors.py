"""The command line as a user meets it: what is wrong is said in lines, and nothing is written.

What only a process of its own can show runs in one; the rest calls the same entry point here.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from orgsim import cli
from orgsim.errors import ModelError

ROOT = Path(__file__).resolve().parents[2]

BAD_FILES = {
    "unknown_key": ("logistics.leadtime: 3d", "1: unknown key 'logistics.leadtime'"),
    "near_key": ("run: {week: 3}", "1: unknown key 'run.week' - did you mean 'run.weeks'?"),
    "wrong_type": ("title: T\nrun.weeks: many", "2: 'run.weeks' = 'many': must be a whole number"),
    "true_as_number": ("run.weeks: true", "1: 'run.weeks' = True: must be a whole number"),
    "text_as_number": ('run.seed: "7"', "1: 'run.seed' = '7': must be a whole number"),
    "not_a_number": ("market.niche_size: .nan", "1: 'market.niche_size': '.nan' is not a finite"),
    "overflow": ("market.niche_size: 1e400", "1: 'market.niche_size': '1e400' is too large"),
    "negative_rate": ("market.base_leads: -3/d", "1: 'market.base_leads' = '-3/d': write a rate"),
    "no_unit": ("market.base_leads: 250", "1: 'market.base_leads' = 250: write a rate with its"),
    "beyond_horizon": (
        "shocks: {x: {kind: niche_campaign, onset: 90w, duration: 6w}}",
        "1: 'shocks.x.onset' = '90w': 90 weeks lies beyond",
    ),
    "no_such_kind": ("shocks: {x: {kind: earthquake}}", "1: 'shocks.x.kind' = 'earthquake'"),
    "no_such_choice": ("organisation: orchestra", "1: 'organisation' = 'orchestra': there is no"),
    "choice_outside": ("organisation: ../../secret", "1: 'organisation' = '../../secret': there"),
    "empty": ("", " is empty"),
    "comment_only": ("# nothing\n", " is empty"),
    "sexagesimal": ("run.weeks: 12:30", "1: 'run.weeks': '12:30' is a number to the base of 60"),
    "norway": ("title: NO", "1: 'title': 'NO' is true or false to some readers"),
    "octal": ("run.weeks: 010", "1: 'run.weeks': '010' has a leading zero"),
    "duplicate": ("run.weeks: 1\nrun.weeks: 2", "2: key 'run.weeks' is given twice"),
    "target": ("_target_: os.system", "1: key '_target_' is not allowed"),
    "hydra": ("hydra: {run: {dir: x}}", "1: Hydra's own settings are not allowed"),
    "package": ("# @package _global_\ntitle: T", "1: '# @package' is not allowed"),
    "resolver": ("title: ${oc.env:HOME}", "1: 'title': references (${...}) are not allowed"),
    "python_tag": ("title: !!python/object/apply:os.getcwd []", "1: tags ("),
    "anchor": ("title: &a T", "1: anchors (&a) are not allowed"),
    "alias": ("title: *a", "1: aliases (*a) are not allowed"),
    "bad_yaml": ("title: [", ": not readable as YAML"),
    "bad_escape": (r'title: "\U00110000"', "1: not readable as YAML: an escape names"),
    "no_character": (r'title: "\ud800"', "1: 'title' ="),
    "deep_key": (f"{'a.' * 20}a: 1", "1: key 'a.a"),
    "no_such_target": ("targets: {leeds: 3}", "1: 'targets.leeds' = 3: no KPI takes this target"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "scenarios").mkdir()
    return tmp_path


def program(folder: Path, *arguments: str, **streams: Any) -> subprocess.CompletedProcess[str]:
    """Run the program in a folder, as installed there."""
    return subprocess.run(
        [sys.executable, "-m", "orgsim.cli", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        text=True,
        check=False,
        **({"capture_output": True} | streams),
    )


def held(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


class Commands:
    """Gives commands in a folder to the entry point."""

    def __init__(self, folder: Path, captured: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._captured = captured

    def done(self, *arguments: str) -> str:
        """What a command that must succeed prints."""
        code = cli.main(arguments)
        out, err = self._captured.readouterr()
        assert (code, err) == (0, "")
        return out

    def refused(self, *arguments: str) -> list[str]:
        """The lines on stderr of a command that must end with 2 and write nothing."""
        before = held(self.folder)
        try:
            code: Any = cli.main(arguments)
        except SystemExit as end:
            code = end.code
        out, err = self._captured.readouterr()
        assert (code, out, held(self.folder)) == (2, "", before)
        return err.splitlines()


@pytest.fixture
def orgsim(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Commands:
    monkeypatch.chdir(folder)
    return Commands(folder, capsys)


def test_each_bad_file_is_told_in_one_line_with_its_place_and_reason(folder: Path) -> None:
    for name, (text, _) in BAD_FILES.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    (folder / "binary.yaml").write_bytes(b"\x89PNG\r\n\x1a\n\x00\xff")
    before = held(folder)
    done = program(folder, "check", *(f"{name}.yaml" for name in [*BAD_FILES, "binary", "absent"]))
    assert (done.returncode, done.stdout, held(folder)) == (2, "", before)
    said = dict(line.split(".yaml:", 1) for line in done.stderr.splitlines())
    assert list(said) == [*BAD_FILES, "binary", "absent"]
    wrong = {name: said[name] for name, (_, start) in BAD_FILES.items() if start not in said[name]}
    assert wrong == {}
    assert said["binary"] == " is not a UTF-8 text file"
    assert said["absent"] == " there is no such file"


def test_what_is_too_large_or_too_deep_on_the_command_line_is_told(orgsim: Commands) -> None:
    for override in (f"run.seed={'9' * 5000}", f"{'a.' * 3000}a=1"):
        (line,) = orgsim.refused("run", "baseline", override)
        assert line.startswith("command line: ")
        assert "too " in line
        assert len(line) < 200


def test_a_run_lists_every_problem_of_file_and_command_line_at_once(
    folder: Path, orgsim: Commands
) -> None:
    (folder / "scenarios" / "mine.yaml").write_text("run:\n  week: 3\nwibble: 1\n", "utf-8")
    lines = orgsim.refused("run", "mine", "run.seed=true", "sales.x=1", "organisation=solo")
    starts = [
        "scenarios/mine.yaml:2: unknown key 'run.week' - did you mean 'run.weeks'?",
        "scenarios/mine.yaml:3: unknown key 'wibble'",
        "command line: 'organisation' = 'solo': there is no such choice - did you mean 'silo'?",
        "command line: 'run.seed' = True: must be a whole number",
        "command line: unknown key 'sales.x'",
    ]
    assert [line[: len(start)] for line, start in zip(lines, starts, strict=True)] == starts


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("run", "../secret"), "../secret: there is no such file"),
        (("run", "untapped_niche_campaing"), "did you mean 'untapped_niche_campaign'"),
        (("run", "baseline", "run.weeks=1,2"), "use 'orgsim sweep'"),
        (("run", "baseline", "+hydra.callbacks.a._target_=evil.go"), "not allowed"),
        (("sweep", "baseline", "run.seed=shuffle(1,2)"), "no order that can be repeated"),
        (("sweep", "baseline", "run.weeks=0,-1,2"), "must be at least 1"),
        (("new", "../x", "--from", "baseline"), "cannot be the name of a scenario"),
        (("run",), "required: SCENARIO"),
        (("run", "baseline", "--resluts", "x"), "did you mean '--results'?"),
        (("--versoin",), "did you mean '--version'?"),
        (("schema", "x"), "unknown argument 'x'"),
        (("lst",), "there is no command 'lst' - did you mean 'list'?"),
        (("list", "kpsi"), "there is no list of 'kpsi' - did you mean 'kpis'?"),
        (("list", "parameters", "suport"), "begins with 'suport' - did you mean 'support'"),
        (("completion", "ksh"), "there is no completion for 'ksh'"),
        (("run", "baseline", "run.weeks"), "'run.weeks' has no value - write run.weeks=VALUE"),
        (("run", "baseline", "run.weeks", "=", "2"), "write run.weeks=2, without spaces"),
        (("sweep", "baseline", "run.weeks=", "2,3"), "write run.weeks=2,3, without spaces"),
        (("show", "baseline", "run.weeks", "=2"), "write run.weeks=2, without spaces"),
        (("sweep", "baseline"), "nothing to sweep - give a key several values, e.g. campaign."),
        (("sweep", "baseline", "run.weeks=2"), "nothing to sweep"),
        (("run", "x" * 10_000), "there is no scenario 'xxx"),
        (("run", "baseline", f"--{'x' * 10_000}"), "unknown option '--xxx"),
        (("x" * 10_000,), "there is no command 'xxx"),
        (("check", f"{'x' * 10_000}.yaml"), "cannot be read"),
    ],
)
def test_a_bad_command_line_is_refused_in_lines(
    orgsim: Commands, arguments: tuple[str, ...], said: str
) -> None:
    lines = orgsim.refused(*arguments)
    assert any(said in line for line in lines), lines
    assert len(lines) <= 2
    assert all(len(line) < 400 for line in lines)
    assert not any(line.startswith(("orgsim", "usage")) for line in lines)  # the place comes first


def test_the_users_own_scenarios_come_first_and_are_begun_shown_and_checked(
    folder: Path, orgsim: Commands
) -> None:
    said = orgsim.done("new", "mine", "--from", "untapped_niche_coordinated")
    assert "edit its title (line 6) and question (line 7)" in said
    text = (folder / "scenarios" / "mine.yaml").read_text("utf-8").splitlines()
    assert [line.split(":")[0] for line in text[5:7]] == ["title", "question"]
    assert held(folder) == {"scenarios", "scenarios/mine.yaml"}
    assert orgsim.done("check", "mine", "scenarios/mine.yaml").count(": ok") == 2
    shown = orgsim.done("show", "mine", "--diff", "run.weeks=20")
    assert "\nrun.weeks: 20  # default: " in shown
    assert "\n# compared with no campaign: the same firm" in shown
    assert "shocks.niche_campaign.onset: 8w  # default: (none)" in shown
    assert orgsim.refused("new", "mine", "--from", "baseline") == [
        "scenarios/mine.yaml: exists already - choose another name, or remove it first"
    ]


def test_each_list_has_rows_and_reads_as_json(orgsim: Commands) -> None:
    everything = json.loads(orgsim.done("list", "--json"))
    assert set(everything) == {"scenarios", "kpis", "dials", "shocks", "channels"}
    assert all(everything.values())
    assert {row["name"] for row in everything["scenarios"]} >= {"baseline", "supplier_outage"}
    heading, *rows = orgsim.done("list", "parameters").splitlines()
    assert heading.split()[:4] == ["key", "default", "in", "allowed"]
    assert any(row.startswith("run.weeks ") for row in rows)


def test_a_list_can_be_narrowed_to_what_begins_with_a_name(orgsim: Commands) -> None:
    _, *rows = orgsim.done("list", "parameters", "market").splitlines()
    assert {row.partition(".")[0] for row in rows} == {"market"}  # not marketing
    assert [
        row["name"] for row in json.loads(orgsim.done("list", "kpis", "stock", "--json"))["kpis"]
    ] == [
        "stock_chassis",
        "stock_kit",
    ]


def test_a_list_is_read_without_the_models_own_units(orgsim: Commands) -> None:
    dials = {
        row["name"]: row["base"]
        for row in json.loads(orgsim.done("list", "dials", "--json"))["dials"]
    }
    assert dials["market.base_leads"] == "1"
    assert dials["supplier.kit.capacity"] == "1"  # not the parameter of that name
    rows = {
        row.split()[0]: row for row in orgsim.done("list", "parameters", "logistics").splitlines()
    }
    assert " 1min " in rows["logistics.wave"]
    assert " days " in rows["logistics.carrier.standard.values"]


def test_the_users_own_scenarios_are_marked_and_said_to_come_from_the_current_folder(
    orgsim: Commands,
) -> None:
    assert "yours: none in ./scenarios" in orgsim.done("list", "scenarios")
    orgsim.done("new", "mine", "--from", "baseline")
    *rows, last = orgsim.done("list", "scenarios").splitlines()
    assert [row.split()[0] for row in rows if " yours " in row] == ["mine"]
    assert last == "yours come from ./scenarios: mine"


def test_the_schema_is_json(orgsim: Commands) -> None:
    schema = json.loads(orgsim.done("schema"))
    assert "run.weeks" in schema["properties"]


def test_a_reader_who_goes_away_is_no_reason_to_complain(folder: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    streams = {"capture_output": False, "stdout": writing, "stderr": subprocess.PIPE}
    done = program(folder, "list", "scenarios", **streams)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.parametrize("arguments", [("list", "kpis"), ("show", "nope"), ("lst",), ("--help",)])
def test_nor_is_one_who_takes_the_errors_along(folder: Path, arguments: tuple[str, ...]) -> None:
    """`orgsim ... 2>&1 | head -1`: were a traceback begun, Python would end with 1."""
    reading, writing = os.pipe()
    os.close(reading)
    streams = {"capture_output": False, "stdout": writing, "stderr": writing}
    done = program(folder, *arguments, **streams)
    os.close(writing)
    assert done.returncode in (0, 141)


@pytest.mark.parametrize(
    ("trouble", "code", "said"),
    [
        (KeyboardInterrupt(), 130, "orgsim: interrupted\n"),
        (ModelError("a customer was born twice"), 3, "orgsim: a customer was born twice\n"),
    ],
)
def test_an_interruption_and_a_failed_model_have_their_own_exit_codes(
    trouble: BaseException,
    code: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(*_: object) -> None:
        raise trouble

    monkeypatch.setattr("orgsim.config.compose.resolve", fail)
    assert cli.main(["show", "baseline"]) == code
    assert capsys.readouterr().err == said


def test_overrides_may_stand_before_and_after_options(orgsim: Commands) -> None:
    out = orgsim.done("show", "baseline", "run.weeks=3", "--diff", "~shocks", "run.seed=5")
    assert "run.weeks: 3" in out
    assert "run.seed: 5" in out


def test_help_without_a_verb_shows_examples(orgsim: Commands) -> None:
    out = orgsim.done()
    assert "examples:" in out
    assert "orgsim run untapped_niche_campaign" in out
