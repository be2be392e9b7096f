"""Resolving a scenario: the order of its layers, the command line, sweeps."""

from __future__ import annotations

from pathlib import Path

import pytest

from orgsim.config.compose import expand, resolve_in
from orgsim.config.problems import nearest_key
from orgsim.config.sources import Sources
from orgsim.errors import ConfigError
from orgsim.weekly import Weekly
from tests.unit.small_firm import Firm, Fixed, complaints, firm_in, solve


@pytest.fixture
def firm(tmp_path: Path) -> Sources[Firm]:
    return firm_in(tmp_path)


def test_defaults_choice_values_and_command_line_lie_over_each_other_in_this_order(
    firm: Sources[Firm],
) -> None:
    text = "title: T\norganisation: coordinated\norganisation.brief.hours: 4"
    assert solve(firm, "title: T").scenario.organisation.brief.hours == 0
    assert solve(firm, "title: T\norganisation: coordinated").scenario.organisation.brief.hours == 3
    assert solve(firm, text).scenario.organisation.brief.hours == 4
    assert solve(firm, text).scenario.organisation.fidelity == 0.9
    assert solve(firm, text, "organisation.brief.hours=5").scenario.organisation.brief.hours == 5
    back = solve(firm, text, "organisation=silo").scenario.organisation
    assert (back.brief.hours, back.fidelity) == (4, 0.2)


def test_what_differs_from_the_defaults_is_listed_in_the_users_own_units(
    firm: Sources[Firm],
) -> None:
    resolved = solve(
        firm, "title: T\nlogistics.lead_time.mean: 3w\nshocks: {a: {kind: outage, onset: 8w}}"
    )
    assert [tuple(change) for change in resolved.changed] == [
        ("logistics.lead_time.mean", "18d", "3w"),
        ("shocks.a.kind", None, "outage"),
        ("shocks.a.onset", None, "8w"),
    ]
    assert resolved.choices["organisation"] == "silo"


def test_the_same_values_in_other_units_and_order_have_the_same_digest(
    firm: Sources[Firm],
) -> None:
    a = solve(firm, "title: T\nlogistics.lead_time.mean: 3w\nrun.weeks: 9")
    b = solve(firm, "run: {weeks: 9}\nlogistics: {lead_time: {mean: 21d}}\ntitle: T")
    c = solve(firm, "run: {weeks: 9}\nlogistics: {lead_time: {mean: 22d}}\ntitle: T")
    assert a.digest == b.digest != c.digest


def test_an_empty_scenario_but_for_its_title_is_the_defaults(firm: Sources[Firm]) -> None:
    assert solve(firm, "title: T").changed == ()


def test_another_kind_starts_its_mapping_anew_whatever_the_order_of_keys(
    firm: Sources[Firm],
) -> None:
    text = "logistics: {lead_time: {mean: 2d, kind: fixed}}"
    assert solve(firm, text).scenario.logistics.lead_time == Fixed(kind="fixed", mean="2d")
    override = "logistics.lead_time={mean: 2d, kind: fixed}"
    assert solve(firm, "title: T", override).plain == solve(firm, text + "\ntitle: T").plain
    assert complaints(firm, "title: T", "logistics.lead_time.kind=fixed") == [
        "command line: 'logistics.lead_time.kind' = 'fixed' needs keys of its own - "
        "add logistics.lead_time.mean=VALUE"
    ]


def test_a_kind_of_the_command_line_asks_for_its_keys_there_and_not_in_the_file(
    firm: Sources[Firm],
) -> None:
    text = "title: T\nshocks: {a: {kind: outage, onset: 8w}}"
    assert complaints(firm, text, "shocks.a.kind=surge") == [
        "command line: 'shocks.a.kind' = 'surge' needs keys of its own - "
        "add shocks.a.onset=VALUE shocks.a.rate=VALUE"
    ]
    assert complaints(firm, text, "shocks.a={kind: surge, onzet: 8w}") == [
        "command line: unknown key 'shocks.a.onzet' - did you mean 'shocks.a.onset'?",
        "command line: 'shocks.a.kind' = 'surge' needs keys of its own - add shocks.a.rate=VALUE",
    ]
    assert complaints(firm, text, "shocks.a.kind=surg") == [
        "command line: 'shocks.a.kind' = 'surg': there is no such kind - did you mean 'surge'?",
        "command line: 'shocks.a.kind' = 'surge' needs keys of its own - "
        "add shocks.a.onset=VALUE shocks.a.rate=VALUE",
    ]


def test_a_weekly_calendar_and_a_list_are_values_and_replace_what_was_there(
    firm: Sources[Firm],
) -> None:
    resolved = solve(firm, "support: {agents: {Sat 10-14: 6}, channels: [email, chat]}")
    assert resolved.scenario.support.agents == Weekly.parse({"Sat 10-14": 6})
    assert resolved.scenario.support.channels == ("email", "chat")


def test_an_entry_is_added_changed_and_removed_on_the_command_line(firm: Sources[Firm]) -> None:
    text = "shocks: {a: {kind: outage, onset: 8w}}"
    added = solve(firm, text, "+shocks.b={onset: 2w, kind: surge, rate: 40/d}").scenario.shocks
    assert list(added) == ["a", "b"]
    assert solve(firm, text, "shocks.a.onset=1d").scenario.shocks["a"].onset == 24
    assert solve(firm, text, "~shocks.a").scenario.shocks == {}
    assert solve(firm, text, "~shocks").scenario.shocks == {}
    assert solve(firm, text, "shocks={}").scenario.shocks == {}


def test_what_cannot_be_removed_is_said_so(firm: Sources[Firm]) -> None:
    assert complaints(firm, "title: T", "~run.weeks", "~shocks.c", "~organisation", "~runn") == [
        "command line: ~run.weeks: 'run.weeks' cannot be left out",
        "command line: ~shocks.c: there is no key 'shocks.c'",
        "command line: ~organisation: 'organisation' cannot be left out",
        "command line: ~runn: there is no key 'runn' - did you mean 'run'?",
    ]


def test_every_problem_of_file_and_command_line_is_listed_at_once_with_its_place(
    firm: Sources[Firm],
) -> None:
    text = """\
        title: T
        organisation: cordinated
        logistics:
          leadtime: 3d
          opening: true
        support.is_open: "true"
        shocks:
          x: {kind: surge, onset: 4, rate: 1/d}
          y: {kind: surg}
        """
    assert complaints(firm, text, "run.weeks=-4", "run.seeds=1") == [
        "scenarios/story.yaml:2: 'organisation' = 'cordinated': there is no such choice - "
        "did you mean 'coordinated'?",
        "scenarios/story.yaml:4: unknown key 'logistics.leadtime' - "
        "did you mean 'logistics.lead_time'?",
        "scenarios/story.yaml:5: 'logistics.opening' = True: must be a whole number",
        "scenarios/story.yaml:6: 'support.is_open' = 'true': must be true or false",
        "scenarios/story.yaml:8: 'shocks.x.onset' = 4: "
        "write a duration with its unit: 30s, 15min, 2h, 3d, 6w or 1y",
        "scenarios/story.yaml:9: 'shocks.y.kind' = 'surg': there is no such kind - "
        "did you mean 'surge'?",
        "scenarios/story.yaml:9: missing key 'shocks.y.onset'",
        "scenarios/story.yaml:9: missing key 'shocks.y.rate'",
        "command line: 'run.weeks' = -4: must be above 0",
        "command line: unknown key 'run.seeds' - known: weeks",
    ]


HIDDEN = {
    "a misspelt kind hides nothing below it": (
        "shocks: {x: {kind: surg, onset: 4, rate: fast}}",
        ["'shocks.x.kind' =", "'shocks.x.onset' = 4:", "'shocks.x.rate' = 'fast':"],
    ),
    "a kind that is none is taken for the one that has most of its keys": (
        "shocks: {x: {kind: earthquake, onset: 4, rate: fast, depth: 3}}",
        ["'shocks.x.kind' =", "'shocks.x.onset' = 4:", "'shocks.x.rate' = 'fast':"],
    ),
    "a part that is wrong hides no check of other parts": (
        "logistics.opening: true\nshocks.x: {kind: outage, onset: 99w}\n"
        "shocks.y: {kind: outage, onset: 98w}",
        ["'logistics.opening' = True", "'shocks.x.onset' = '99w'", "'shocks.y.onset' = '98w'"],
    ),
    "a value that no default can stand in for hides no check of the keys beside it": (
        "shocks: {x: {kind: surge, onset: 99w, rate: 3}, y: {kind: outage, onset: 98w}}",
        ["'shocks.x.rate' = 3:", "'shocks.x.onset' = '99w'", "'shocks.y.onset' = '98w'"],
    ),
    "a scalar that cannot be read hides no other key": (
        "run.weeks: 12:30\nlogistics.opening: true",
        ["'run.weeks': '12:30' is a number to the base of 60", "'logistics.opening' = True"],
    ),
    "a check that rests on a value in doubt is not made": (
        "run.weeks: many\nshocks.x: {kind: outage, onset: 99w}",
        ["'run.weeks' = 'many'"],
    ),
    "a check that rests on a key in doubt is not made": (
        "run: {week: 200}\nshocks.x: {kind: outage, onset: 99w}",
        ["unknown key 'run.week' - did you mean 'run.weeks'?"],
    ),
    "a misspelt key is one problem, not two": (
        "shocks.x: {kind: outage, onzet: 8w}",
        ["unknown key 'shocks.x.onzet' - did you mean 'shocks.x.onset'?"],
    ),
    "a key that is none of the firm's parts hides no check of them": (
        "mood: good\nshocks.x: {kind: outage, onset: 99w}",
        ["unknown key 'mood'", "'shocks.x.onset' = '99w'"],
    ),
    "a check that rests on a part whose name is misspelt is not made": (
        "runn: {weeks: 200}\nshocks.x: {kind: outage, onset: 99w}",
        ["unknown key 'runn' - did you mean 'run'?"],
    ),
}


@pytest.mark.parametrize("name", HIDDEN)
def test_no_problem_hides_another_and_none_is_made_up(firm: Sources[Firm], name: str) -> None:
    text, expected = HIDDEN[name]
    found = [line.split(": ", 1)[1] for line in complaints(firm, text)]
    assert [line[: len(start)] for line, start in zip(found, expected, strict=True)] == expected


@pytest.mark.parametrize("key", ["stock.red.safety", "stock.red.saftey", "stock.redd.safety"])
def test_the_nearest_key_lies_on_the_same_path_as_what_was_written(key: str) -> None:
    known = ["stock.red.policy.safety", "stock.blue.policy.safety", "sales.safety"]
    assert nearest_key(key, known) == "did you mean 'stock.red.policy.safety'?"


def test_what_is_quoted_in_a_problem_is_cut(firm: Sources[Firm]) -> None:
    word = "x" * 900  # the longest key of YAML has 1024 characters
    text = f"{word}: 1\nrun.weeks: {word}\norganisation: {word}\nsupport.agents: {word}\n"
    text += f"shocks.{word}: {{kind: {word}}}\nsupport.channels: '{'x ' * 5000}'"
    found = complaints(firm, text, f"run.{word}=1", f"title={word}=", f"{word}", f"~{word}")
    assert len(found) == 10
    assert max(map(len, found)) < 300


@pytest.mark.parametrize("reference", ["../secret", "Story", "story.yml", "/etc/passwd", "a b", ""])
def test_a_name_reaches_nothing_but_the_scenario_folders(
    firm: Sources[Firm], reference: str
) -> None:
    with pytest.raises(ConfigError):
        resolve_in(firm, reference)


@pytest.mark.parametrize(
    ("file", "name"),
    [("nüll", "null"), ("Größe 2", "grosse_2"), ("Été", "ete"), ("日本", "_"), ("..", "_")],
)
def test_a_file_of_any_name_gives_a_name_for_any_file_system(
    firm: Sources[Firm], file: str, name: str
) -> None:
    path = firm.scenarios[1] / f"{file}.yaml"
    path.write_text("title: T", encoding="utf-8")
    assert resolve_in(firm, str(path)).name == name


def test_an_unknown_scenario_is_answered_with_the_nearest_name(firm: Sources[Firm]) -> None:
    solve(firm, "title: T")
    with pytest.raises(ConfigError, match="no scenario 'storey' - did you mean 'story'"):
        resolve_in(firm, "storey")


def test_the_users_own_scenario_of_a_name_comes_first_and_a_path_is_taken_as_it_is(
    firm: Sources[Firm],
) -> None:
    solve(firm, "title: packaged")
    own = firm.scenarios[0] / "story.yaml"
    own.write_text("title: own", encoding="utf-8")
    assert resolve_in(firm, "story").scenario.title == "own"
    other = firm.scenarios[1] / "story.yaml"
    by_path = resolve_in(firm, str(other))
    assert (by_path.name, by_path.scenario.title) == ("story", "packaged")


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("run.weeks", "has no value - write run.weeks=VALUE"),
        ("run.weeks =3", "without spaces before the ="),
        ("run.weeks==3", "more than one ="),
        ("title=What's up", "quotes"),
        ("run.weeks=1=2", "write key=value"),
        ("=3", "no key of a scenario"),
        ("run@x=default", "no key of a scenario"),
        ("support/x=default", "no key of a scenario"),
        ("run.weeks=1,2", "orgsim sweep"),
        ("+hydra.callbacks.a._target_=evil.go", "not allowed"),
        ("hydra.run.dir=/tmp", "not allowed"),
        ("title=${oc.env:HOME}", "references"),
        ("organisation.brief.hours=nan", "finite"),
        ("organisation.brief.hours=1e400", "finite"),
        ("run.weeks=12:30", "must be a whole number"),
        ("run.weeks=", "must be a whole number"),
        ("organisation=../silo", "no such choice"),
        ("organisation=[silo,coordinated]", "needs keys"),
    ],
)
def test_a_trap_on_the_command_line_is_refused_with_its_reason(
    firm: Sources[Firm], override: str, said: str
) -> None:
    found = complaints(firm, "title: T", override)
    assert len(found) == 1, found
    assert said in found[0]
    assert found[0].startswith("command line: ")


def test_a_wrong_value_in_our_own_configs_is_told_with_its_file_and_line(
    firm: Sources[Firm],
) -> None:
    (firm.configs / "support" / "default.yaml").write_text(
        "agents: always\nchannels: [phone]\nis_open: 1\n", encoding="utf-8"
    )
    assert complaints(firm, "title: T") == [
        "configs/support/default.yaml:3: 'support.is_open' = 1: must be true or false"
    ]


def test_a_sweep_is_expanded_with_the_last_key_fastest() -> None:
    points = expand(["run.weeks=1,2", "seed=7", "organisation=choice(silo,coordinated)"])
    assert points == [
        ("run.weeks=1", "seed=7", "organisation=silo"),
        ("run.weeks=1", "seed=7", "organisation=coordinated"),
        ("run.weeks=2", "seed=7", "organisation=silo"),
        ("run.weeks=2", "seed=7", "organisation=coordinated"),
    ]
    assert expand(["run.weeks=range(1,4)"]) == [
        ("run.weeks=1",),
        ("run.weeks=2",),
        ("run.weeks=3",),
    ]
    assert expand(["a=[1,2],[3]"]) == [("a=[1,2]",), ("a=[3]",)]
    assert expand([]) == [()]


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("a=shuffle(1,2)", "shuffle"),
        ("a=interval(0,1)", "interval"),
        ("a=glob(*)", "glob"),
        ("a=range(0,1000000000)", "more than 10000 points"),
        ("a=range(4,4)", "no points"),
        ("a=range(1,2,0)", "cannot be listed"),
        ("a=range(1,nan)", "cannot be listed"),
    ],
)
def test_a_sweep_that_cannot_be_listed_is_refused_in_one_line(override: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as raised:
        expand([override])
    assert len(str(raised.value).splitlines()) == 1


def test_composition_leaves_no_trace_in_the_current_folder(
    firm: Sources[Firm], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "elsewhere"
    here.mkdir()
    monkeypatch.chdir(here)
    solve(firm, "title: T")
    assert list(here.iterdir()) == []
