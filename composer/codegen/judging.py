"""What is wrong with the code of custom layers, as problems at their definitions: what the gate refuses."""

from __future__ import annotations

from collections.abc import Iterator

from composer.codegen.gate import Examined, Names, examine
from composer.design.document import Definition, Design
from composer.design.nodes import Code, Tensor
from composer.errors import Fix, Problem
from composer.memo import Memo

_examined: Memo[Examined] = Memo(200)


def examined(definition: Definition) -> Examined:
    """What the gate says of a definition whose body is code."""
    body = definition.body
    assert isinstance(body, Code)
    known = _examined.get(id(definition))
    if known is None:
        known = _examined.put(id(definition), examine(body.code, names_of(definition)), definition)
    return known


def names_of(definition: Definition) -> Names:
    """What the code of a definition may say after `self.`"""
    tensors = frozenset(each.id for each in definition.body.children if isinstance(each, Tensor))
    layers = frozenset(each.id for each in definition.body.children if not isinstance(each, Tensor))
    return Names(tensors, layers, frozenset(each.name for each in definition.options))


def custom_classes(design: Design) -> frozenset[str]:
    """The classes of the source that hold code of custom layers."""
    return frozenset(each.name for each in design.definitions if isinstance(each.body, Code))


def code_problems(design: Design) -> Iterator[Problem]:
    """The first thing that is refused of each custom layer, and inputs that are not those of its `forward`."""
    for definition in design.definitions:
        if isinstance(definition.body, Code):
            yield from _problems(definition, definition.body)


def _problems(definition: Definition, body: Code) -> Iterator[Problem]:
    path, found = f".{definition.name}", examined(definition)
    if found.refusals:
        first, more = found.refusals[0], len(found.refusals) - 1
        received = str(first) + (f" (and {more} more)" if more else "")
        yield Problem(path, "refused-code", "code that may run in a custom layer", received)
        return
    inputs = tuple(each.name for each in found.inputs)
    if inputs != body.input_names:
        edit = {"edit": "set_code", "name": definition.name, "code": body.code, "input_names": list(inputs)}
        fix = (Fix("take them from forward", (edit,), certain=True),) if inputs else ()
        expected = f"the inputs of its forward ({', '.join(inputs) or 'none'})"
        yield Problem(path, "code-inputs", expected, ", ".join(body.input_names), fix)
