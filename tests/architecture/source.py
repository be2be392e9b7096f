"""The source as the architecture tests read it: files, module names, imports and literals."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "orgsim"


def modules(package: Path = PACKAGE) -> dict[str, ast.Module]:
    """Every module below a package folder, by dotted name, parsed.

    Names begin with the folder's own, so that a copy in a temporary folder is read alike.
    """
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    return found


def packages(package: Path = PACKAGE) -> set[str]:
    """Dotted names of the modules that are folders: relative imports count from them."""
    folders = {path.parent for path in package.rglob("__init__.py")}
    return {".".join(folder.relative_to(package.parent).parts) for folder in folders}


def imports(
    name: str, tree: ast.Module, known: set[str], folders: set[str]
) -> Iterator[tuple[int, str]]:
    """Line and dotted target of every import of a module, at any depth, type checking or not."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _used(tree, node, alias)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                here = name.split(".") if name in folders else name.split(".")[:-1]
                base = ".".join([*here[: len(here) - node.level + 1], *filter(None, [base])])
            for alias in node.names:
                whole = f"{base}.{alias.name}"
                yield node.lineno, whole if whole in known or base == "orgsim" else base


def _used(tree: ast.Module, node: ast.Import, alias: ast.alias) -> Iterator[tuple[int, str]]:
    """The import itself; of `import orgsim`, which says little, what is then taken from it."""
    if alias.name != "orgsim":
        yield node.lineno, alias.name
        return
    here = alias.asname or alias.name
    for use in ast.walk(tree):
        if isinstance(use, ast.Attribute) and getattr(use.value, "id", "") == here:
            yield use.lineno, f"orgsim.{use.attr}"


def docstrings(tree: ast.Module) -> set[int]:
    """Identities of the nodes that are docstrings."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                found.add(id(first.value))
    return found
