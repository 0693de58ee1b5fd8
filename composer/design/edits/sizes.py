"""The integer expressions in a tree: the names they read, the names there are, and renaming."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Mapping
from typing import Any

from composer import expressions
from composer.catalog import INITIALIZERS, Spec
from composer.design.document import Design
from composer.design.nodes import BlockBase, Initializer, Layer, Node, Op, Repeat, Tensor, Use, Value, rebuild
from composer.design.paths import Place, child, root_of, walk
from composer.expressions import ExpressionError, is_expression

_OWN_SIZE = re.compile(r"d\d+")  # of an op's input


def free_names(node: Node) -> frozenset[str]:
    """The options and indices from around `node` that are read at or below it."""
    found: set[str] = set()
    _fields(node, lambda text: _collect(text, found))
    if isinstance(node, Op):
        found = {name for name in found if not _OWN_SIZE.fullmatch(name)}
    if isinstance(node, BlockBase):
        below = frozenset().union(*map(free_names, node.children))
        found |= below - {node.index} if isinstance(node, Repeat) else below
    return frozenset(found)


def names_around(design: Design, at: Place) -> set[str]:
    """The options and indices that expressions at a place may read."""
    definition = design.definition(at.definition)
    found = {option.name for option in definition.options} if definition else set()
    node: Node | None = root_of(design, at.definition)
    for id in at.ids:
        if isinstance(node, Repeat):
            found.add(node.index)
        node = child(node, id) if node else None
    return found


def indices(node: Node) -> set[str]:
    """The indices of all Repeats at or below `node`."""
    return {each.index for _, each in walk(node) if isinstance(each, Repeat)}


def renamed(node: Node, names: Mapping[str, str]) -> Any:
    """`node` with names in its expressions, and in those below it, replaced by other names or by integers."""
    if isinstance(node, Op):
        own = {old: new for old, new in names.items() if not _OWN_SIZE.fullmatch(old)}
    else:
        own = dict(names)
    fields = _fields(node, lambda text: _renamed_text(text, own))
    if any(getattr(node, name) != value for name, value in fields.items()):
        node = rebuild(node, **fields)
    if isinstance(node, BlockBase):
        inner = {old: new for old, new in names.items() if not (isinstance(node, Repeat) and old == node.index)}
        children = tuple(renamed(each, inner) for each in node.children)
        if any(new is not old for new, old in zip(children, node.children, strict=True)):
            return node.with_children(children)
    return node


def _fields(node: Node, change: Callable[[str], Value]) -> dict[str, Any]:
    """The fields of `node` itself that hold expressions, with `change` applied to each expression."""
    match node:
        case Layer() | Op():
            return {"options": _options(node.spec, node.options, change)}
        case Tensor():
            init = node.init
            if init and init.scheme in INITIALIZERS:
                init = Initializer(
                    scheme=init.scheme, options=_options(INITIALIZERS[init.scheme], init.options, change)
                )
            return {"shape": _value(node.shape, change), "init": init}
        case Use():
            return {"options": {name: _value(value, change) for name, value in node.options.items()}}
        case Repeat():
            return {"times": _value(node.times, change)}
    return {}


def _options(spec: Spec, options: Mapping[str, Value], change: Callable[[str], Value]) -> dict[str, Value]:
    """Text of other options, such as an einsum's, is no expression even where it looks like one."""
    return {
        name: _value(value, change) if name in spec.by_name and any(spec.by_name[name].expressions(value)) else value
        for name, value in options.items()
    }


def _value(value: Value, change: Callable[[str], Value]) -> Value:
    if isinstance(value, tuple):
        return tuple(_value(each, change) for each in value)
    return change(value) if isinstance(value, str) and is_expression(value) else value


def _collect(text: str, found: set[str]) -> Value:
    with contextlib.suppress(ExpressionError):  # check names it
        found |= expressions.names(expressions.parse(text))
    return text


def _renamed_text(text: str, names: Mapping[str, str]) -> Value:
    try:
        tree = expressions.parse(text)
        if expressions.names(tree).isdisjoint(names):
            return text
        new = expressions.MARK + expressions.source(tree, names)
        return new if expressions.names(expressions.parse(new)) else expressions.evaluate(expressions.parse(new), {})
    except ExpressionError:
        return text
