"""Checks of option values and sizes, shared by nodes, tensors and initializers."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping

from composer import expressions
from composer.catalog import INITIALIZERS, Spec
from composer.catalog.intervals import wrong_interval
from composer.catalog.options import Option, Value, literal
from composer.design.nodes import Initializer
from composer.errors import Fix, Problem
from composer.expressions import ExpressionError

MAX_SHOWN = 60


def shown(value: Value) -> str:
    """A value for a message, cut where it is long."""
    text = literal(value) if not isinstance(value, dict) else str(value)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"


def close(name: str, known: Collection[str]) -> str:
    """ ", perhaps 'x'" where a known name is near."""
    near = difflib.get_close_matches(name, list(known), 1)
    return f" (perhaps {near[0]!r})" if near else ""


def options(
    path: str, spec: Spec, given: Mapping[str, Value], scope: Collection[str], own_sizes: bool = False
) -> Iterator[Problem]:
    """Problems of the options of a layer, op or initializer. `own_sizes`: d0, d1, … are known too."""
    for name in given:
        if name not in spec.by_name:
            fix = Fix(f"remove {name}", ({"edit": "unset_option", "path": path, "name": name},), certain=True)
            known = ", ".join(spec.by_name) or "no options"
            yield Problem(
                path, "unknown-option", f"options of {spec.kind} ({known})", f"the option {shown(name)}", (fix,)
            )
    for option in spec.options:
        if option.name in given:
            yield from _value(path, option, given[option.name], scope, own_sizes)
        elif option.required:
            yield Problem(path, "missing-option", f"a value for {option.name}: {option.expected}", "none")


def _value(path: str, option: Option, value: Value, scope: Collection[str], own_sizes: bool) -> Iterator[Problem]:
    if not option.accepts(value):
        fixes: tuple[Fix, ...] = ()
        if not option.required:
            edit = {"edit": "unset_option", "path": path, "name": option.name}
            fixes = (Fix(f"use the default, {shown(option.default)}", (edit,)),)
        expected, received = option.refusal(value) or (f"{option.name} to be {option.expected}", shown(value))
        yield Problem(path, "bad-option", expected, received, fixes)
        return
    for text in option.expressions(value):
        yield from expression(path, text, scope, own_sizes)


def expression(path: str, text: str, scope: Collection[str], own_sizes: bool = False) -> Iterator[Problem]:
    """Problems of the text of an integer expression: its grammar, and names that are not in scope."""
    try:
        read = expressions.names(expressions.parse(text))
    except ExpressionError as error:
        yield Problem(path, "bad-expression", "an integer expression", str(error))
        return
    for name in sorted(read - set(scope)):
        if own_sizes and name[:1] == "d" and name[1:].isdecimal() and int(name[1:]) < 16:
            continue
        known = ", ".join(sorted(scope)) or "none here"
        yield Problem(path, "unknown-name", f"an option or index in scope ({known})", f"{name!r} in {text!r}")


def size(path: str, what: str, value: Value, scope: Collection[str], low: int = 0) -> Iterator[Problem]:
    """Problems of an integer or integer expression."""
    if isinstance(value, str):
        if value.startswith(expressions.MARK):
            yield from expression(path, value, scope)
        else:
            yield Problem(path, "bad-size", f"{what} to be an integer or an expression such as =2*n", shown(value))
    elif not isinstance(value, int) or not low <= value <= expressions.MAX_VALUE:
        yield Problem(path, "bad-size", f"{what} to be an integer ≥ {low}", shown(value))


def initializer(path: str, init: Initializer, scope: Collection[str]) -> Iterator[Problem]:
    """Problems of an initializer: its scheme, then its options."""
    spec = INITIALIZERS.get(init.scheme)
    if spec is None:
        received = f"{shown(init.scheme)}{close(init.scheme, INITIALIZERS)}"
        yield Problem(path, "unknown-initializer", "an initializer of torch.nn.init", received)
        return
    wrong = tuple(options(path, spec, init.options, scope))
    yield from wrong
    interval = None if wrong else wrong_interval(init.scheme, init.options)
    if interval:
        yield Problem(path, "bad-interval", f"{interval[0]} for {init.scheme}", interval[1])
