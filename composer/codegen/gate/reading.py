"""Where a reading of the tree stands, and what it has found so far."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

from composer.codegen.gate.result import Names, Refusal
from composer.codegen.gate.scopes import Scope
from composer.codegen.gate.vocabulary.alternatives import ALTERNATIVES

_SUGGESTIONS = 20


@dataclass
class Reading:
    """One method of the layer. `waiting` are local functions: their bodies are read after the one around them."""

    names: Names
    lines: list[str]
    scope: Scope
    init: bool = False
    refusals: list[Refusal] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    waiting: list[tuple[ast.FunctionDef, Scope]] = field(default_factory=list)
    loops: int = 0

    def refuse(self, node: ast.expr | ast.stmt | ast.arg | ast.keyword, reason: str, instead: str = "") -> None:
        self.refusals.append(refusal(self.lines, node, reason, instead))

    def refuse_name(self, node: ast.expr, name: str, reason: str, listed: Iterable[str] = ()) -> None:
        """Refuse an unlisted name; what to use instead is known for some, and else a listed name much like it."""
        instead = ALTERNATIVES.get(name)
        if instead is None and len(self.refusals) < _SUGGESTIONS:  # to look for likenesses takes a millisecond
            like = get_close_matches(name[:40], list(listed), n=1, cutoff=0.8)
            instead = f"There is {like[0]}." if like else ""
        self.refusals.append(refusal(self.lines, node, reason, instead or "", at_end=True))


def refusal(
    lines: list[str],
    node: ast.expr | ast.stmt | ast.arg | ast.keyword,
    reason: str,
    instead: str = "",
    at_end: bool = False,
) -> Refusal:
    """A refusal at a node's start; or `at_end`, at the last name of `a.b.c`, which may be lines further down."""
    line, column = node.lineno, node.col_offset
    if at_end and isinstance(node, ast.Attribute) and node.end_lineno and node.end_col_offset:
        line, column = node.end_lineno, node.end_col_offset - len(node.attr)
    before = lines[line - 1].encode()[:column] if line <= len(lines) else b""  # Python counts bytes
    return Refusal(line, len(before.decode(errors="ignore")) + 1, reason, instead)


def dotted(node: ast.expr) -> str:
    """`a.b.c` where a node is no more than that, and else empty."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""
