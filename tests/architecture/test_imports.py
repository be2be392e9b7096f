"""Who may import whom (DESIGN s.2): the one place where the layers stand, and what holds them."""

from pathlib import Path

import pytest

from tests.architecture.source import PACKAGE, imports, modules, packages

# From the ground up: a module imports from its own layer and from those before it. The longest name
# that fits counts, so `config` means what no other line names.
LAYERS: list[set[str]] = [
    {"errors", "registry", "units", "weekly", "config.base"},
    {"kernel"},
    {"entities", "facts", "facts_after_sale", "facts_of_customers"},
    {"governance.information"},
    {"departments", "customers", "governance", "shocks"},
    {"config.size", "config.schema"},
    {"organisation"},
    {"kpis", "analysis"},
    {"experiment"},
    {"report"},
    {
        "cli",
        "hydra_app",
        "__main__",
        "listing",
        "config",
        "config.compose",
        "config.overrides",
        "config.catalogue",
    },
]
LEVEL = {prefix: level for level, layer in enumerate(LAYERS) for prefix in layer}

# The parts of the organisation know of each other only by message. What they share is a channel.
AREAS = {"departments", "customers", "governance", "shocks"}
SHARED = "governance.information"
DEPARTMENTS = {
    f"departments.{d}"
    for d in ("marketing", "sales", "logistics", "supplier", "support", "finance")
}
# What a report may not look into: it reads the store.
FACTS = {"facts", "facts_after_sale", "facts_of_customers"}
MODEL = {"kernel", "entities", "organisation", *FACTS, *AREAS}

# Libraries that stay in their place. `level` is that of the layer with the name.
TOP = {"cli", "hydra_app", "config.compose", "config.overrides"}
LIBRARIES = {
    "simpy": ("only below organisation", lambda part: LEVEL[part] < LEVEL["organisation"]),
    "pandas": ("only from kpis up", lambda part: LEVEL[part] >= LEVEL["kpis"]),
    "matplotlib": ("only in report", lambda part: part == "report"),
    "hydra": ("only in config.compose, config.overrides, cli, hydra_app", lambda part: part in TOP),
    "omegaconf": (
        "only in config.compose, config.overrides, cli, hydra_app",
        lambda part: part in TOP,
    ),
}


def part_of(module: str) -> str | None:
    """The line of the table that a module (without `orgsim.`) falls under; the root has none."""
    names = module.split(".")
    prefixes = (".".join(names[:length]) for length in range(len(names), 0, -1))
    return next((prefix for prefix in prefixes if prefix in LEVEL), None)


def inside(module: str, names: set[str]) -> str | None:
    """Which of the names a module is, or lies under."""
    return next((name for name in names if module == name or module.startswith(f"{name}.")), None)


def breach(source: str, target: str) -> str | None:
    """The rule that an import within the package breaks, if any; names without `orgsim.`."""
    if target.startswith("__"):
        return None  # orgsim.__version__, orgsim.__file__
    lower, upper = part_of(target), part_of(source)
    if lower is None or upper is None:
        return f"{target if lower is None else source} has no layer: give it one in LAYERS"
    if LEVEL[lower] > LEVEL[upper]:
        return f"{lower} lies above {upper}"
    if inside(target, {SHARED}):
        return None
    areas = inside(source, AREAS), inside(target, AREAS)
    if None not in areas and areas[0] != areas[1]:
        return f"{areas[0]} and {areas[1]} know of each other only by message"
    departments = inside(source, DEPARTMENTS), inside(target, DEPARTMENTS)
    if None not in departments and departments[0] != departments[1]:
        return "departments know of each other only by message"
    if upper == "report" and inside(target, MODEL):
        return "report reads the store, never the model"
    return None


def violations(package: Path) -> list[str]:
    """Every import of a package that breaks the contract, one line each."""
    trees, folders = modules(package), packages(package)
    found = []
    for name, tree in trees.items():
        if name == "orgsim":
            continue  # the public names: what is in them is for another test
        source = name.removeprefix("orgsim.")
        if part_of(source) is None:
            found.append(f"{name}: has no layer: give it one in LAYERS")
            continue
        for line, target in imports(name, tree, set(trees), folders):
            rule = None
            library = target.split(".")[0]
            if library == "orgsim":
                rule = breach(source, target.removeprefix("orgsim").removeprefix("."))
            elif library in LIBRARIES and not LIBRARIES[library][1](part_of(source)):
                rule = LIBRARIES[library][0]
            elif target.startswith("hydra.utils"):
                rule = "a configuration runs nothing: instantiate is never called"
            if rule:
                found.append(f"{name}:{line} imports {target}: {rule}")
    return found


def plant(folder: Path, files: dict[str, str]) -> Path:
    """A package `orgsim` in a folder, with these files and the `__init__.py` that they need."""
    package = folder / "orgsim"
    for path, text in files.items():
        (package / path).parent.mkdir(parents=True, exist_ok=True)
        (package / path).write_text(text, encoding="utf-8")
        for parent in {package, (package / path).parent}:
            (parent / "__init__.py").touch()
    return package


def test_every_import_of_the_package_keeps_the_contract() -> None:
    assert violations(PACKAGE) == []


@pytest.mark.parametrize(
    ("module", "line", "rule"),
    [
        ("kernel/world.py", "from orgsim.facts import OrderShipped", "facts lies above kernel"),
        ("kernel/world.py", "from ..facts import OrderShipped", "facts lies above kernel"),
        ("kernel/world.py", "import pandas as pd", "only from kpis up"),
        ("departments/sales.py", "import orgsim.customers.behaviour", "only by message"),
        ("departments/sales.py", "from orgsim.departments import logistics", "only by message"),
        ("departments/sales.py", "from . import logistics", "only by message"),
        ("governance/planning.py", "from orgsim.shocks.demand import Campaign", "only by message"),
        ("customers/voice.py", "def f():\n    from orgsim.governance import voice", "only by"),
        ("organisation.py", "import simpy", "only below organisation"),
        ("kpis/sales.py", "from matplotlib import pyplot", "only in report"),
        ("report/charts.py", "from orgsim.kernel.journal import Journal", "never the model"),
        ("report/charts.py", "from orgsim.report import page\nimport orgsim.cli", "cli lies above"),
        ("config/schema.py", "import omegaconf", "only in config.compose"),
        ("config/schema.py", "from orgsim import simulate", "simulate has no layer"),
        ("config/schema.py", "import orgsim\nprint(orgsim.simulate)", "simulate has no layer"),
        ("hydra_app.py", "from hydra.utils import instantiate", "runs nothing"),
        ("units.py", "from orgsim.odds import ends", "has no layer"),
    ],
)
def test_a_planted_import_that_breaks_the_contract_is_found(
    tmp_path: Path, module: str, line: str, rule: str
) -> None:
    neighbours = {"departments/logistics.py": "", "report/page.py": "", module: ""}
    assert violations(plant(tmp_path, neighbours)) == []
    (found,) = violations(plant(tmp_path, {module: line}))
    assert rule in found


def test_a_planted_module_without_a_layer_is_found(tmp_path: Path) -> None:
    (found,) = violations(plant(tmp_path, {"odds.py": "import math"}))
    assert "orgsim.odds has no layer" in found.replace(":", "", 1)


def test_the_channel_is_open_to_every_area_and_a_lower_layer_to_a_higher(tmp_path: Path) -> None:
    package = plant(
        tmp_path,
        {
            "units.py": "import numpy\nimport orgsim\nprint(orgsim.__file__)",
            "facts.py": "",
            "kernel/world.py": "import simpy\nfrom orgsim import units",
            "governance/information.py": "from orgsim.kernel import world\nimport orgsim.facts",
            "governance/planning.py": "from .information import Channel",
            "departments/sales.py": "from orgsim.governance.information import Channel",
            "kpis/registry.py": "from orgsim.facts import OrderShipped",
            "experiment/store.py": "import pandas\nfrom orgsim.kpis import registry",
        },
    )
    assert violations(package) == []
