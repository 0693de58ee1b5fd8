"""What is the same in several places is colored alike everywhere: a number for each such group, and its color."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from composer.design.document import Design
from composer.design.nodes import Shared, Use
from composer.design.paths import join, scopes, walk

COLORS: Mapping[str, tuple[str, ...]] = {
    "light": ("#b4446e", "#b35100", "#847200", "#008944", "#008899", "#2971c6", "#8856b6"),
    "dark": ("#f696b4", "#f4a06e", "#c7ba58", "#77ce92", "#3bcdda", "#82baff", "#caa3f4"),
}
"""The colors of the groups by theme; those of the tree (editor.css) have the same hues, 51° apart."""

TINTS = len(COLORS["light"])


def tints(design: Design) -> dict[str, int]:
    """A number for each path that has something in common with others, which these share.

    Uses of one definition have its structure in common, a shared module is one module at several paths, and tied
    parameters are one parameter: these have the number at their own paths and at those of their modules.
    """
    found = {path: number for number, (_kind, paths) in enumerate(_modules(design)) for path in paths}
    for number, group in enumerate(design.ties, start=len(_modules(design))):
        for path in group:
            found[path] = number
            found.setdefault(path.rpartition(".")[0], number)
    return found


def parameter_tints(design: Design, owners: Mapping[str, str]) -> dict[str, int]:
    """The numbers of parameters that have several names. `owners` gives the first name of each name's parameter."""
    modules = _modules(design)
    known = {path: number for number, (kind, paths) in enumerate(modules) if kind == "Shared" for path in paths}
    known |= {path: number for number, group in enumerate(design.ties, start=len(modules)) for path in group}
    many = {owner for name, owner in owners.items() if name != owner}
    found: dict[str, int] = {}
    for name, owner in owners.items():
        number = next((known[each] for each in _above(name) if each in known), None)
        if owner in many and number is not None:
            found.setdefault(owner, number)
    fresh = len(modules) + len(design.ties)
    for number, owner in enumerate(sorted(many - set(found)), start=fresh):
        found[owner] = number  # of modules in definitions, whose paths there are others
    return {name: found[owner] for name, owner in owners.items() if owner in many}


def _modules(design: Design) -> list[tuple[str, tuple[str, ...]]]:
    """The uses of each definition, and the paths of each shared module, with what they are of."""
    together: dict[tuple[str, str], list[str]] = {}
    for scope, root, _options in scopes(design):
        for path, node in walk(root, scope) if root.kinds & {"Use", "Shared"} else ():
            if isinstance(node, Use):
                together.setdefault(("Use", f".{node.of}"), []).append(path)
            elif isinstance(node, Shared):
                together.setdefault(("Shared", join(scope, node.of)), []).append(path)
    return [(kind, (first, *paths)) for (kind, first), paths in together.items()]


def _above(path: str) -> Iterator[str]:
    """A path, and all above it."""
    while path:
        yield path
        path = path.rpartition(".")[0]
