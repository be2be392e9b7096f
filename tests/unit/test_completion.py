"""Completion, tried in each shell as it is: what TAB offers, and that TAB runs nothing."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from orgsim.config.completion import SHELLS, script
from orgsim.errors import ConfigError

VERBS = {"run": ("{scenarios}", "{keys}"), "list": ("kpis", "dials"), "check": ("{scenarios}",)}
KEYS = ["organisation=silo", "organisation=told", "run.w="]

_IN_ZSH = """\
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'source ./setup'
zpty -w -n shell "$1"$'\\t\\x18'
zpty -r -m shell seen '*THE END2*'
"""
_SETUP_OF_ZSH = """\
autoload -U compinit && compinit -u -D
source ./script
compadd() {
    local -a hits
    if (( ! ${@[(I)-[OAD]*]} )); then
        builtin compadd -O hits "$@"
        print -rl -- $hits >> ./offered
    fi
    builtin compadd "$@"
}
the-end() { print "THE END$((1 + 1))" }
zle -N the-end
bindkey '^I' list-choices
bindkey '^X' the-end
"""


def in_bash(line: str, folder: Path) -> list[str]:
    words = " ".join(f"'{word}'" for word in line.split(" "))
    asked = f"source ./script\nCOMP_LINE='{line}' COMP_POINT={len(line)}\nCOMP_WORDS=({words})\n"
    asked += "COMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_orgsim 2>/dev/null\necho ${COMPREPLY[@]}"
    return said(folder, "bash", "-c", asked).split()


def in_zsh(line: str, folder: Path) -> list[str]:
    (folder / "setup").write_text(_SETUP_OF_ZSH, "utf-8")
    (folder / "offered").touch()
    said(folder, "zsh", "-f", "-c", _IN_ZSH, "zsh", line)
    return (folder / "offered").read_text("utf-8").split("\n")


def in_fish(line: str, folder: Path) -> list[str]:
    found = said(folder, "fish", "--no-config", "-c", f"source ./script; complete -C '{line}'")
    return [entry.partition("\t")[0] for entry in found.splitlines()]


def said(folder: Path, *command: str) -> str:
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=folder, timeout=120
    )
    return done.stdout


ASK: dict[str, Callable[[str, Path], list[str]]] = {
    "bash": in_bash,
    "zsh": in_zsh,
    "fish": in_fish,
}


@pytest.fixture(params=SHELLS)
def ask(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], set[str]]:
    """Ask a shell what it offers for a line, in a folder with two files among the scenarios."""
    shell: str = request.param
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "mine.yaml").touch()
    (tmp_path / "scenarios" / "$(touch ran).yaml").touch()
    (tmp_path / "script").write_text(script(shell, VERBS, ["baseline"], KEYS), "utf-8")
    return lambda line: set(filter(None, ASK[shell](line, tmp_path)))


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("orgsim l", {"list"}),
        ("orgsim list d", {"dials"}),
        ("orgsim run b", {"baseline"}),
        ("orgsim run m", {"mine"}),
        ("orgsim run baseline run", {"run.w="}),
    ],
)
def test_tab_offers_verbs_scenarios_and_keys(
    ask: Callable[[str], set[str]], line: str, offered: set[str], tmp_path: Path
) -> None:
    assert ask(line) == offered
    assert not (tmp_path / "ran").exists()


def test_tab_offers_the_choices_of_a_group(ask: Callable[[str], set[str]]) -> None:
    # Bash takes "=" for the end of a word, the others do not.
    assert ask("orgsim run baseline organisation=t") in ({"told"}, {"organisation=told"})


def test_tab_after_the_program_offers_every_verb(ask: Callable[[str], set[str]]) -> None:
    assert ask("orgsim ") >= {"run", "list", "check"}


def test_tab_offers_the_path_of_a_file(ask: Callable[[str], set[str]], tmp_path: Path) -> None:
    (folder := tmp_path / "zoo").mkdir()
    (folder / "mine.yaml").touch()
    assert {word.rstrip("/").split("/")[-1] for word in ask("orgsim check zo")} == {"zoo"}


def test_a_shell_without_a_script_is_refused() -> None:
    with pytest.raises(ConfigError, match="command line: there is no completion for 'ksh'"):
        script("ksh", VERBS, [], [])
