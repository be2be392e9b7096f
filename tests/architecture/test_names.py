"""A design of the organisation is only numbers (MODEL s.0.1): no name of one decides anything."""

import ast
from pathlib import Path

import pytest

from tests.architecture.source import PACKAGE, ROOT, docstrings, modules

# Names that designs have had in the specification, beside those that the folders hold today.
SPOKEN = {
    "silo", "orchestrated", "coordinated", "told_logistics", "briefed_support", "process_bundle",
    "untapped_niche_campaign", "untapped_niche_told_logistics", "untapped_niche_briefed_support",
    "untapped_niche_coordinated",
}  # fmt: skip


def designs() -> set[str]:
    """Every choice of the organisation."""
    return SPOKEN | {path.stem for path in (ROOT / "configs/organisation").glob("*.yaml")}


def scenarios() -> set[str]:
    """Every scenario; a kind of shock may have the same name, and is declared under it."""
    return {path.stem for path in (ROOT / "scenarios").rglob("*.yaml")}


def declared(tree: ast.Module) -> set[int]:
    """Identities of the texts that only declare a name: in a `Literal[...]`, or to a registry."""
    found: set[int] = set()
    for node in ast.walk(tree):
        named: list[ast.AST] = []
        if isinstance(node, ast.Subscript) and getattr(node.value, "id", "") == "Literal":
            named = [node.slice]
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "register":
            named = list(node.args)
        found.update(id(inner) for part in named for inner in ast.walk(part))
    return found


def spelt(node: ast.AST, told: set[int]) -> str:
    """The text or the identifier that a node is, but for what only tells a reader something."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) and id(node) not in told else ""
    words = (getattr(node, attribute, "") for attribute in ("id", "attr", "arg", "name"))
    return next((word for word in words if isinstance(word, str) and word), "")


def named(package: Path, designs: set[str], scenarios: set[str]) -> list[str]:
    """Every place in a package's code that names a design or a scenario, one line each.

    A design's name is found also as an identifier; a scenario's is too ordinary a word for that.
    """
    found = []
    for name, tree in modules(package).items():
        told, declarations = docstrings(tree), declared(tree)
        for node in ast.walk(tree):
            is_free_text = isinstance(node, ast.Constant) and id(node) not in declarations
            forbidden = designs | scenarios if is_free_text else designs
            if (word := spelt(node, told)) in forbidden:
                found.append(f"{name}:{getattr(node, 'lineno', '?')} {word}")
    return found


def test_no_design_and_no_scenario_is_named_in_the_code() -> None:
    assert named(PACKAGE, designs(), scenarios()) == []


@pytest.mark.parametrize(
    "line",
    [
        "if scenario.design == 'silo': pass",
        "match design:\n    case 'coordinated': pass",
        "effects = {'told_logistics': 1.0}",
        "def silo(): pass",
        "tell = world.silo",
        "Design = Literal['silo']",
        "if scenario.title == 'supplier_outage': pass",
    ],
)
def test_a_planted_name_is_found(tmp_path: Path, line: str) -> None:
    (tmp_path / "sales.py").write_text(line, encoding="utf-8")
    assert len(named(tmp_path, designs(), {"supplier_outage"})) == 1


def test_a_text_about_designs_and_a_declared_kind_of_shock_are_allowed(tmp_path: Path) -> None:
    (tmp_path / "supply.py").write_text(
        '"""silo"""\n'
        "kind: Literal['supplier_outage']\n"
        "@shocks.register('supplier_outage')\n"
        "class Outage:\n"
        "    help = 'such as untapped_niche_campaign'\n",
        encoding="utf-8",
    )
    assert named(tmp_path, designs(), {"supplier_outage"}) == []
