"""Initializers that are expressions, as functions of the exported file.

A function of its own, called like those of `torch.nn.init`: the names that a text gives are local to it and hide
nothing, and rules, lazy layers and free parameters call it in one expression.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from composer.catalog import INITIALIZERS
from composer.codegen import elementwise
from composer.design.document import Design
from composer.design.names import unique
from composer.design.nodes import Initializer, Node, Tensor
from composer.design.paths import scopes, walk
from composer.tensor_expressions import names, parse
from composer.tensor_expressions.tree import FANS

Functions = Mapping[str, str]  # a function's name for the text of each expression


def functions(design: Design, taken: Collection[str]) -> Functions:
    """A function's name, unlike those `taken`, for each expression that fills a tensor of `design`."""
    chosen: dict[str, str] = {}
    for init in _initializers(design):
        text = INITIALIZERS[init.scheme].text(init.options)
        if text and text not in chosen:
            chosen[text] = unique("init_custom", {*taken, *chosen.values()})
    return chosen


def _initializers(design: Design) -> Iterator[Initializer]:
    for _, root, _ in scopes(design):
        yield from (init for _, node in walk(root) if (init := _own(node)))
    yield from (rule.init for rule in design.initializers)


def _own(node: Node) -> Initializer | None:
    return node.init if isinstance(node, Tensor) and node.value is None else None


def function(name: str, text: str) -> str:
    """The function that fills a tensor as the expression `text` says."""
    program = parse(text)
    *steps, last = elementwise.lines(program)
    fans = [each if each in names(program) else "_" for each in FANS]
    if set(fans) != {"_"}:  # the function that torch's own schemes and layers call
        steps.insert(0, f"{', '.join(fans)} = nn.init._calculate_fan_in_and_fan_out(w)")
    return "\n".join([
        f"def {name}(w: torch.Tensor) -> torch.Tensor:",
        '    """Fill `w` with initial values."""',
        "    with torch.no_grad():",
        *(f"        {line}" for line in steps),
        f"        return {last}",
    ])  # fmt: skip
