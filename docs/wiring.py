"""Who hands work to whom, read off the one place that says it: `Organisation._wire`.

Assumption: a hand-off is an assignment of one part's method, or of one of the organisation's own
methods that calls parts, to an attribute of another part.

Reference: DESIGN.md s.3 (hand-offs are wired in one place).
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from textwrap import dedent
from typing import NamedTuple

from orgsim.config.firm import Firm
from orgsim.organisation import Organisation

__all__ = ["Handoff", "handoffs", "wired"]

_SPOKEN = {"receivers": "simple sources", "department": "each department"}


class Handoff(NamedTuple):
    """Work that goes from one part to another: what the giver calls it, what the taker does."""

    giver: str
    work: str
    taker: str
    act: str


def wired() -> list[Handoff]:
    """Return every hand-off, in the order of the wiring."""
    tree = ast.parse(dedent(inspect.getsource(Organisation._wire)))
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Assign)]
    found = []
    for node in sorted(nodes, key=lambda node: node.lineno):
        target = node.targets[0]
        if isinstance(target, ast.Attribute):
            giver, work = _part(target), target.attr.replace("_", " ")
            found += [Handoff(giver, work, *taken) for taken in _takers(node.value)]
    return list(dict.fromkeys(found))


def _part(node: ast.AST) -> str:
    """Return the part of the organisation that an expression speaks of."""
    names = [n.attr if isinstance(n, ast.Attribute) else n.id for n in _chain(node)]
    name = next((name for name in names if name not in ("self",)), "")
    return _SPOKEN.get(name, name)


def _chain(node: ast.AST) -> list[ast.Attribute | ast.Name]:
    """Return the names of a dotted expression, from the left."""
    if isinstance(node, ast.Attribute):
        return [*_chain(node.value), node]
    if isinstance(node, ast.Subscript):
        return _chain(node.value)
    return [node] if isinstance(node, ast.Name) else []


def _takers(value: ast.AST) -> Iterator[tuple[str, str]]:
    """Iterate over (part, what it does) of what is called, through the organisation's methods."""
    for node in ast.walk(value):
        if isinstance(node, ast.Attribute) and len(_chain(node)) > 1:
            own = getattr(Organisation, node.attr, None) if node.attr.startswith("_") else None
            if own is None:
                yield _part(node), node.attr.replace("_", " ")
            else:
                calls = ast.walk(ast.parse(dedent(inspect.getsource(own))))
                for call in calls:
                    if isinstance(call, ast.Call) and len(_chain(call.func)) == 3:
                        yield from _takers(call.func)
            return


def handoffs(firm: Firm) -> Iterator[str]:
    """Iterate over the lines of the diagram and of the table below it."""
    links = wired()
    yield from ("```mermaid", "graph LR")
    for giver, taker in dict.fromkeys((link.giver, link.taker) for link in links):
        if giver in _SPOKEN.values():
            continue
        works = [link.work for link in links if (link.giver, link.taker) == (giver, taker)]
        yield f'  {giver} -- "{", ".join(dict.fromkeys(works))}" --> {taker}'
    for key in firm.channels.values():
        sender, receiver, topic = (
            firm.entries[f"{key}.{name}"].default for name in ("sender", "receiver", "topic")
        )
        yield f'  {sender} -. "{topic.replace("_", " ")}" .-> {receiver}'
    yield "```"
    yield ""
    yield "| from | hands over | to | which does |"
    yield "|---|---|---|---|"
    yield from (f"| {' | '.join(link)} |" for link in links)
