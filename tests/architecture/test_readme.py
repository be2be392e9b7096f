"""The README is true: its commands work, its links lead somewhere, and it is short."""

import re
import shlex
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

LONGEST = 200
PAGES = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "results/README.md", "docs/evidence.md")


def blocks(text: str) -> list[str]:
    """The fenced blocks of commands of a page."""
    return re.findall(r"^```(?:sh|bash|console)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def commands(text: str, program: str) -> list[list[str]]:
    """The arguments of every call of a program in a page's blocks, continued lines joined."""
    lines = "\n".join(blocks(text)).replace("\\\n", " ").splitlines()
    words = (shlex.split(line.removeprefix("$ "), comments=True) for line in lines)
    return [line[1:] for line in words if line and Path(line[0]).name == program]


def replay(arguments: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch) -> int | None:
    """Do what a line of a page says, in an empty folder; what would simulate is only resolved."""
    from orgsim.cli import main
    from orgsim.config.compose import expand, resolve

    monkeypatch.chdir(folder)
    if arguments[:1] == ["sweep"]:
        for point in expand([word for word in arguments[2:] if "=" in word]):
            resolve(arguments[1], point)
        return 0
    if arguments[:1] == ["run"]:
        arguments = ["show", arguments[1], *(word for word in arguments[2:] if "=" in word)]
    try:
        return main(arguments)
    except SystemExit as end:  # --help, --version
        return end.code if isinstance(end.code, int) else 0


def test_the_readme_has_at_most_200_lines() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= LONGEST


def test_every_orgsim_line_of_the_readme_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = commands((ROOT / "README.md").read_text("utf-8"), "orgsim")
    assert lines
    codes = [(" ".join(line), replay(line, tmp_path, monkeypatch)) for line in lines]
    assert [line for line, code in codes if code != 0] == []


def test_every_make_line_of_the_readme_has_its_target() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    lines = commands((ROOT / "README.md").read_text("utf-8"), "make")
    assert lines
    assert [
        line for line in lines if not {word for word in line if "=" not in word} <= targets
    ] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_local_link_of_a_page_leads_somewhere(page: str) -> None:
    links = re.findall(r"\]\((?!\w+:|#)([^)#\s]+)", (ROOT / page).read_text("utf-8"))
    assert [link for link in links if not ((ROOT / page).parent / link).exists()] == []


@pytest.mark.parametrize(
    "line",
    [
        "orgsim run no_such_scenario",
        "orgsim run baseline no.such.key=1",
        "orgsim sweep baseline run.weeks=",
        "orgsim forecast baseline",
    ],
)
def test_a_line_that_does_not_work_is_found(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orgsim.errors import ConfigError

    (arguments,) = commands(f"```sh\n{line}  # comment\n```\n", "orgsim")
    try:
        code = replay(arguments, tmp_path, monkeypatch)
    except ConfigError:
        code = 2
    assert code == 2
