"""The command line: `orgsim VERB ...`, for the analyst who asks a question of a scenario.

What it is for: every verb, and the one place where errors become one line each on stderr with an
exit code: 0 done, 2 something to mend in what was typed or written, 3 no results to be trusted (a
failed replication, a folder that cannot be written, books that do not balance), 130 stopped.
Assumption: nothing heavy is imported before a verb needs it, so that `--help` answers at once.

Reference: DESIGN.md s.6; Command Line Interface Guidelines, clig.dev (errors, output streams).
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from orgsim import __version__
from orgsim.errors import COMMAND_LINE, ConfigError, OrgsimError, Problem, short
from orgsim.registry import did_you_mean

if TYPE_CHECKING:
    from orgsim.config.compose import Resolved

EPILOG = """\
examples:
  orgsim run untapped_niche_campaign                     what happens, and what it is worth
  orgsim run untapped_niche_campaign run.replications=20 run.weeks=60
  orgsim run untapped_niche_campaign untapped_niche_coordinated    beside each other
  orgsim run my.yaml organisation=coordinated            a file of your own, another choice
  orgsim sweep untapped_niche_campaign campaign.intensity=0.5,1,2
  orgsim list                                            what there is to run and to measure
  orgsim list parameters support                         what can be set in a part of the firm
  orgsim explain sales.niche.claim_effect                where a number comes from
  orgsim show untapped_niche_campaign --diff             what differs from the default firm
  orgsim new my_question --from untapped_niche_campaign  begin a scenario of your own
  orgsim check scenarios/my_question.yaml                say what is wrong with it, if anything
"""
SHELLS = ("bash", "zsh", "fish")


class _Parser(argparse.ArgumentParser):
    """An argument parser whose errors are problems like all others."""

    def error(self, message: str) -> NoReturn:
        raise _mistyped(message, f"see {self.prog} --help")


def _mistyped(message: str, hint: str = "") -> ConfigError:
    return ConfigError(Problem(where=COMMAND_LINE, message=message, hint=hint))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; --help and --version exit."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _answered(given)
    except BrokenPipeError:  # whoever read us has gone
        _let_go()
        return 141


def _answered(given: list[str]) -> int:
    """Obey, and tell what went wrong: where it is first, or "orgsim" where it is nowhere."""
    try:
        return _obey(given)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    except OrgsimError as error:
        for line in [f"orgsim: {error}", *getattr(error, "__notes__", ())]:
            print(line, file=sys.stderr)
        return 3
    except KeyboardInterrupt:
        print("orgsim: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        raise
    except OSError as error:  # a full disc behind stdout, above all
        print(f"orgsim: {error.strerror or error}", file=sys.stderr)
        _let_go()
        return 3


def _let_go() -> None:
    """Write to nobody from now on: else Python complains once more while it exits."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _obey(given: list[str]) -> int:
    parser, verbs = _parsers()
    verb = next((word for word in given if not word.startswith("-")), None)
    if verb is not None and verb not in verbs:
        raise _mistyped(f"there is no command {short(verb)}", did_you_mean(verb, verbs))
    options, extra = parser.parse_known_args(given)
    # argparse takes overrides only up to the first option; those after it are as welcome.
    strays = [text for text in extra if text.startswith("-") or not hasattr(options, "overrides")]
    if strays:
        raise ConfigError([_stray(text, verbs.get(options.verb, parser)) for text in strays])
    if options.verb is None:
        parser.print_help()
        return 0
    if extra:
        options.overrides = [*options.overrides, *extra]
    action: Callable[[argparse.Namespace], int] = options.action
    code = action(options)
    if sys.stdout is not None:  # it was closed by whoever started us
        sys.stdout.flush()
    return code


def _stray(text: str, parser: argparse.ArgumentParser) -> Problem:
    known = ["--help", *re.findall(r"--[a-z-]+", parser.format_usage())]
    near = did_you_mean(text.partition("=")[0], known) if text.startswith("-") else ""
    message = f"unknown {'option' if text.startswith('-') else 'argument'} {short(text)}"
    return Problem(where=COMMAND_LINE, message=message, hint=near or f"see {parser.prog} --help")


def _parsers() -> tuple[_Parser, dict[str, _Parser]]:
    parser = _Parser(
        prog="orgsim",
        description="See a promise break before the customer does: simulate an organisation.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"orgsim {__version__}")
    adder = parser.add_subparsers(dest="verb", metavar="VERB", parser_class=_Parser)
    verbs: dict[str, _Parser] = {}

    def verb(name: str, action: Callable[[argparse.Namespace], int], said: str) -> _Parser:
        verbs[name] = adder.add_parser(
            name, help=said, description=f"{said[0].upper()}{said[1:]}.", allow_abbrev=False
        )
        verbs[name].set_defaults(action=action)
        return verbs[name]

    for name, action, said in (
        ("run", _run, "simulate a scenario, or several, and tell what came of it"),
        ("sweep", _sweep, "run a scenario at several settings, one row per point"),
    ):
        one = verb(name, action, said)
        _takes_scenario(one)
        said = "where results go; default: ./results, in the current folder"
        one.add_argument("--results", default="results", metavar="DIR", help=said)
        one.add_argument("--json", action="store_true", help="results as one JSON object on stdout")
        if name == "run":
            one.add_argument("--no-charts", action="store_true", help="tables only")
    one = verb("list", _list, "what exists: scenarios, KPIs, dials, shocks, channels, parameters")
    one.add_argument("topic", nargs="?", metavar="TOPIC", help="one of these only")
    said = "only what begins so: orgsim list parameters support"
    one.add_argument("beginning", nargs="?", default="", metavar="NAME", help=said)
    one.add_argument("--json", action="store_true", help="as JSON")
    one = verb("explain", _explain, "what a parameter, KPI, dial, shock or channel is")
    one.add_argument("name", metavar="KEY", help="such as sales.web_share, support or otif")
    one.add_argument("--scenario", metavar="SCENARIO", help="say what it is there, too")
    one.add_argument("--json", action="store_true", help="as JSON")
    one = verb("show", _show, "every value of a scenario, and what differs from the default firm")
    _takes_scenario(one)
    one.add_argument("--diff", action="store_true", help="only what differs")
    one = verb("check", _check, "check scenario files, and list every problem at once")
    one.add_argument("files", nargs="+", metavar="FILE", help="a path, or a scenario's name")
    one = verb("new", _new, "begin a scenario of your own in ./scenarios")
    one.add_argument("name", metavar="NAME", help="small letters, digits and _")
    one.add_argument(
        "--from", dest="source", required=True, metavar="SCENARIO", help="to begin from"
    )
    verb("schema", _schema, "the JSON Schema of scenario files, for editors")
    one = verb("completion", _completion, "a completion script for your shell")
    one.add_argument("shell", metavar="SHELL", help=", ".join(SHELLS))
    return parser, verbs


def _takes_scenario(parser: _Parser) -> None:
    parser.add_argument("scenario", metavar="SCENARIO", help="a name, or the path of a .yaml file")
    parser.add_argument(
        "overrides",
        nargs="*",
        default=[],
        metavar="KEY=VALUE",
        help="any value, in Hydra's override grammar; run takes further scenarios, too",
    )


def _run(options: argparse.Namespace) -> int:
    from pathlib import Path

    from orgsim.config.compose import resolve

    words = _overrides(options)
    overrides = [word for word in words if not _names_a_scenario(word)]
    names = dict.fromkeys([options.scenario, *filter(_names_a_scenario, words)])
    scenarios = [resolve(name, overrides) for name in names]
    from orgsim.experiment import beside, run
    from orgsim.report.console import Terminal

    terminal, folder, charts = Terminal(), Path(options.results), not options.no_charts
    results = []
    for number, resolved in enumerate(scenarios, start=1):
        terminal.take_up(resolved.name, number, len(scenarios))
        results.append(run.run(resolved, results=folder, charts=charts, console=terminal))
        if not options.json:
            terminal.show(results[-1])
    is_balanced = all(result.is_balanced for result in results)
    found = beside.write(results, folder) if len(names) > 1 and is_balanced else None
    if found and charts:
        terminal.draw_comparison(results, found.path.parent)
    if options.json:
        terminal.show_json(results, comparison=found)
    elif found:
        terminal.show_comparison(results, found.path)
    return 0 if is_balanced else 3


def _overrides(options: argparse.Namespace) -> list[str]:
    """The words after the scenario's name; raises ConfigError where spaces tore one apart."""
    from orgsim.config.overrides import torn_apart

    words: list[str] = options.overrides
    if problems := torn_apart(words):
        raise ConfigError(problems)
    return words


def _names_a_scenario(word: str) -> bool:
    """Tell a further scenario from an override, even from one that lacks its value."""
    return bool(re.fullmatch(r"\w+|[^=]*([/\\]|\.ya?ml)[^=]*", word))


def _sweep(options: argparse.Namespace) -> int:
    from pathlib import Path

    from orgsim.config.compose import expand

    points = expand(_overrides(options))
    if len(points) == 1:
        hint = "give a key several values, e.g. campaign.intensity=0.5,1,2"
        raise _mistyped("nothing to sweep", hint)
    resolved = _resolve_all(options.scenario, points)
    from orgsim.experiment.sweep import sweep
    from orgsim.report.console import Terminal

    terminal = Terminal()
    result = sweep(points, resolved, results=Path(options.results), console=terminal)
    (terminal.show_sweep_json if options.json else terminal.show_sweep)(result)
    return 0 if result.is_balanced else 3


def _resolve_all(scenario: str, points: Iterable[Sequence[str]]) -> list[Resolved[Any]]:
    """Resolve every point of a sweep; what is wrong at several points is said once."""
    from orgsim.config.compose import resolve

    resolved, problems = [], dict[Problem, None]()
    for point in points:
        try:
            resolved.append(resolve(scenario, point))
        except ConfigError as error:
            problems |= dict.fromkeys(error.problems)
    if problems:
        raise ConfigError(problems)
    return resolved


def _list(options: argparse.Namespace) -> int:
    from orgsim.listing import TOPICS, room, rows, tables

    # Parameters are many: they are shown when asked for.
    topics = [options.topic] if options.topic else [t for t in TOPICS if t != "parameters"]
    found = {topic: rows(topic, options.beginning) for topic in topics}
    if options.json:
        import json

        print(json.dumps(found, indent=1, ensure_ascii=False))
    else:
        for line in tables(found, room()):
            print(line)
    return 0


def _explain(options: argparse.Namespace) -> int:
    from orgsim.config.explain import explain
    from orgsim.listing import aligned, room

    found = explain(options.name, options.scenario)
    if options.json:
        import json

        print(json.dumps([said.plain() for said in found], indent=1, ensure_ascii=False))
        return 0
    width = room()
    for number, said in enumerate(found):
        rows = aligned(said.rows, width and width - 2)
        table = ["", *(f"  {line}" for line in rows)] if said.rows else []
        print(*[""] * bool(number), *said.lines(min(100, width or 100)), *table, sep="\n")
    return 0


def _show(options: argparse.Namespace) -> int:
    from orgsim.config.compose import resolve
    from orgsim.config.sources import packaged
    from orgsim.config.writing import inline, written
    from orgsim.experiment.point import reference_in_words

    resolved = resolve(options.scenario, _overrides(options))
    print(f"# {resolved.name} ({resolved.file}), content {resolved.digest[:12]}")
    print(f"# compared with {reference_in_words(resolved.scenario)}")
    several = {group for group, names in packaged().groups().items() if len(names) > 1}
    for group in sorted(several & set(resolved.choices)):
        print(f"# {group}: {resolved.choices[group]}")
    changed = [
        f"{change.key}: {inline(change.value)}  # default: {inline(change.baseline)}"
        for change in resolved.changed
    ]
    print(f"# {'differs from the default firm in' if changed else 'is the default firm'}")
    for line in changed:
        print(line if options.diff else f"#   {line}")
    if not options.diff:
        print(written(dict(resolved.plain)), end="")
    return 0


def _check(options: argparse.Namespace) -> int:
    from orgsim.config.compose import resolve

    problems: list[Problem] = []
    for file in options.files:
        try:
            resolved = resolve(file)
        except ConfigError as error:
            problems.extend(error.problems)
            continue
        number = len(resolved.changed)
        print(f"{file}: ok, {number} value{'' if number == 1 else 's'} of its own")
    if problems:
        raise ConfigError(problems)
    return 0


def _new(options: argparse.Namespace) -> int:
    from pathlib import Path

    from orgsim.config.authoring import begin

    if not re.fullmatch(r"[a-z][a-z0-9_]{0,59}", options.name):
        hint = "small letters, digits and _, beginning with a letter"
        raise _mistyped(f"{short(options.name)} cannot be the name of a scenario", hint)
    path, lines = begin(options.name, options.source, Path("scenarios"))
    print(f"{path}: begun from {options.source}")
    print(f"next: edit its {' and '.join(f'{key} (line {lines[key]})' for key in lines)}, then")
    print(f"  orgsim check {options.name}\n  orgsim run {options.name}")
    return 0


def _schema(options: argparse.Namespace) -> int:
    import json

    from orgsim.config.catalogue import file_schema
    from orgsim.config.sources import packaged

    print(json.dumps(file_schema(packaged()), indent=1, ensure_ascii=False))
    return 0


def _completion(options: argparse.Namespace) -> int:
    from dataclasses import replace

    from orgsim.config.catalogue import parameter_table
    from orgsim.config.completion import script
    from orgsim.config.explain import names
    from orgsim.config.sources import packaged
    from orgsim.listing import TOPICS

    sources = packaged()
    groups = {group: names for group, names in sources.groups().items() if len(names) > 1}
    choices = [f"{group}={name}" for group, names in groups.items() for name in names]
    keys = [*choices, *(f"{entry.key}=" for entry in parameter_table(sources))]
    follows = dict.fromkeys(("run", "sweep", "show"), ("{scenarios}", "{keys}"))
    verbs = {
        **follows,
        "list": tuple(TOPICS),
        "explain": tuple(name for name in names() if " " not in name),
        "check": ("{scenarios}",),
        "new": ("--from", "{scenarios}"),
        "schema": (),
        "completion": SHELLS,
    }
    # The user's own scenarios are looked up when TAB is pressed.
    shipped = replace(sources, scenarios=sources.scenarios[-1:]).scenario_files()
    print(script(options.shell, verbs, sorted(shipped), keys), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
