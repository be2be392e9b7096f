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
from orgsim.errors import ConfigError, OrgsimError, Problem

if TYPE_CHECKING:
    from orgsim.config.compose import Resolved

EPILOG = """\
examples:
  orgsim run untapped_niche_campaign                     what happens, and what it is worth
  orgsim run untapped_niche_campaign run.replications=20 run.weeks=60
  orgsim run my.yaml organisation=coordinated            a file of your own, another choice
  orgsim sweep untapped_niche_campaign campaign.intensity=0.5,1,2
  orgsim list                                            what there is to run and to measure
  orgsim show untapped_niche_campaign --diff             what differs from the default firm
  orgsim new my_question --from untapped_niche_campaign  begin a scenario of your own
  orgsim check scenarios/my_question.yaml                say what is wrong with it, if anything
"""
TOPICS = ("scenarios", "kpis", "dials", "shocks", "channels", "parameters")


class _Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line, like all others."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"orgsim: {message} (see {self.prog} --help)\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; --help, --version and typing errors exit."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _obey(given)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    except OrgsimError as error:
        for line in [str(error), *getattr(error, "__notes__", ())]:
            print(line, file=sys.stderr)
        return 3
    except KeyboardInterrupt:
        print("orgsim: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Whoever read us has gone; without this, Python complains once more while it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except OSError as error:  # a full disc behind stdout, above all
        print(f"orgsim: {error.strerror or error}", file=sys.stderr)
        if sys.stdout is not None:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 3


def _obey(given: list[str]) -> int:
    parser, verbs = _parsers()
    options, extra = parser.parse_known_args(given)
    if options.verb is None:
        parser.print_help()
        return 0
    # argparse takes overrides only up to the first option; those after it are as welcome.
    strays = [text for text in extra if text.startswith("-") or not hasattr(options, "overrides")]
    if strays:
        verbs[options.verb].error(f"unknown argument {strays[0]!r}")
    if extra:
        options.overrides = [*options.overrides, *extra]
    action: Callable[[argparse.Namespace], int] = options.action
    code = action(options)
    if sys.stdout is not None:  # it was closed by whoever started us
        sys.stdout.flush()
    return code


def _parsers() -> tuple[_Parser, dict[str, _Parser]]:
    parser = _Parser(
        prog="orgsim",
        description="See a promise break before the customer does: simulate an organisation.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"orgsim {__version__}")
    adder = parser.add_subparsers(dest="verb", metavar="VERB", parser_class=_Parser)
    verbs: dict[str, _Parser] = {}

    def verb(name: str, action: Callable[[argparse.Namespace], int], said: str) -> _Parser:
        verbs[name] = adder.add_parser(name, help=said, description=f"{said[0].upper()}{said[1:]}.")
        verbs[name].set_defaults(action=action)
        return verbs[name]

    for name, action, said in (
        (
            "run",
            _run,
            "simulate a scenario, or several, beside its reference and tell what came of it",
        ),
        ("sweep", _sweep, "run a scenario at several settings, one row per point"),
    ):
        one = verb(name, action, said)
        _takes_scenario(one)
        one.add_argument("--results", default="results", metavar="DIR", help="default: ./results")
        one.add_argument("--json", action="store_true", help="results as one JSON object on stdout")
        if name == "run":
            one.add_argument("--no-charts", action="store_true", help="tables only")
    one = verb("list", _list, "what exists: scenarios, KPIs, dials, shocks, channels, parameters")
    one.add_argument("topic", nargs="?", choices=TOPICS, help="one of these only")
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
    one.add_argument("shell", choices=("bash", "zsh", "fish"))
    return parser, verbs


def _takes_scenario(parser: _Parser) -> None:
    parser.add_argument("scenario", metavar="SCENARIO", help="a name, or the path of a .yaml file")
    parser.add_argument(
        "overrides",
        nargs="*",
        default=[],
        metavar="KEY=VALUE",
        help="any value, in Hydra's override grammar",
    )


def _run(options: argparse.Namespace) -> int:
    from pathlib import Path

    from orgsim.config.compose import resolve

    others = [word for word in options.overrides if _names_a_scenario(word)]
    overrides = [word for word in options.overrides if word not in others]
    scenarios = [resolve(name, overrides) for name in (options.scenario, *others)]
    from orgsim.experiment.run import run
    from orgsim.report.console import Terminal

    terminal, folder = Terminal(), Path(options.results)
    results = []
    for resolved in scenarios:
        result = run(resolved, results=folder, charts=not options.no_charts, console=terminal)
        (terminal.show_json if options.json else terminal.show)(result)
        results.append(result)
    if not all(result.is_balanced for result in results):
        return 3
    if others and not options.json:
        terminal.show_comparison(results, folder, charts=not options.no_charts)
    return 0


def _names_a_scenario(word: str) -> bool:
    """Tell a further scenario from an override, which has a `=` or takes something away."""
    return "=" not in word and not word.startswith(("~", "+"))


def _sweep(options: argparse.Namespace) -> int:
    from pathlib import Path

    from orgsim.config.compose import expand

    points = expand(options.overrides)
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
    topics = [options.topic] if options.topic else [t for t in TOPICS if t != "parameters"]
    found = {topic: list(_rows(topic)) for topic in topics}
    if options.json:
        import json

        print(json.dumps(found, indent=1, ensure_ascii=False))
        return 0
    for topic, rows in found.items():
        if len(found) > 1:
            print(f"{'' if topic == topics[0] else chr(10)}{topic.upper()}")
        for line in _table(rows):
            print(line)
    return 0


def _rows(topic: str) -> Iterable[dict[str, Any]]:
    """Return what there is of a topic, a row each."""
    from orgsim.config import catalogue
    from orgsim.config.sources import packaged

    if topic == "kpis":
        from orgsim.kpis import KPIS

        return (_row(kpi, "name", "title", "unit", "area", "section") for kpi in KPIS)
    if topic == "dials":
        from orgsim.config.compose import defaults
        from orgsim.config.schema import Scenario
        from orgsim.organisation import Organisation

        firm = Scenario.model_validate({"title": "", "question": "", **defaults(packaged())})
        dials = Organisation(firm, 0).world.dials
        return (_row(dials[name], "name", "base", "rule") for name in dials.names())
    if topic == "shocks":
        return (entry._asdict() for entry in catalogue.shocks(packaged().model))
    if topic == "parameters":
        return (entry._asdict() for entry in catalogue.parameter_table(packaged()))
    if topic == "channels":
        return (entry._asdict() for entry in catalogue.channels(packaged()))
    return (entry._asdict() for entry in catalogue.scenarios(packaged()))


def _row(part: object, *names: str) -> dict[str, Any]:
    return {name: getattr(part, name) for name in names}


def _table(rows: Sequence[dict[str, Any]]) -> Iterable[str]:
    """Iterate over the lines of a table with aligned columns; columns without a value are out."""
    names = [name for name in (rows[0] if rows else ()) if any(row[name] for row in rows)]
    cells = [names, *([str(row[name]) for name in names] for row in rows)]
    widths = [min(max(len(line[column]) for line in cells), 60) for column in range(len(names))]
    for line in cells:
        yield "  ".join(
            cell.ljust(width) for cell, width in zip(line, widths, strict=True)
        ).rstrip()


def _show(options: argparse.Namespace) -> int:
    from orgsim.config.compose import resolve
    from orgsim.config.sources import packaged
    from orgsim.config.writing import inline, written

    resolved = resolve(options.scenario, options.overrides)
    print(f"# {resolved.name} ({resolved.file}), {resolved.digest[:12]}")
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
        message = f"{options.name!r} cannot be the name of a scenario"
        hint = "small letters, digits and _, beginning with a letter"
        raise ConfigError(Problem(where="command line", message=message, hint=hint))
    path = begin(options.name, options.source, Path("scenarios"))
    print(f"{path}: begun from {options.source}; now: orgsim run {options.name}")
    return 0


def _schema(options: argparse.Namespace) -> int:
    import json

    from orgsim.config.catalogue import file_schema
    from orgsim.config.sources import packaged

    print(json.dumps(file_schema(packaged()), indent=1, ensure_ascii=False))
    return 0


def _completion(options: argparse.Namespace) -> int:
    from orgsim.config.catalogue import parameter_table
    from orgsim.config.completion import script
    from orgsim.config.sources import packaged

    sources = packaged()
    groups = {group: names for group, names in sources.groups().items() if len(names) > 1}
    choices = [f"{group}={name}" for group, names in groups.items() for name in names]
    keys = [*choices, *(f"{entry.key}=" for entry in parameter_table(sources))]
    follows = dict.fromkeys(("run", "sweep", "show"), ("{scenarios}", "{keys}"))
    verbs = {
        **follows,
        "list": TOPICS,
        "check": ("{scenarios}",),
        "new": ("--from", "{scenarios}"),
        "schema": (),
        "completion": ("bash", "zsh", "fish"),
    }
    print(script(options.shell, verbs, sorted(sources.scenario_files()), keys), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
