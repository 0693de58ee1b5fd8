"""A definition alone: the source of its class and of those that it uses, with no design around them."""

from __future__ import annotations

import ast

from composer.codegen.source import source
from composer.design.document import Definition, Design, Input
from composer.design.nodes import Sequential, Use
from composer.design.paths import walk


def reached(design: Design, name: str) -> tuple[Definition, ...]:
    """The definition and all that it uses, at once or through others, in the order of the document."""
    found, pending = set[str](), [name]
    while pending:
        definition = design.definition(pending.pop())
        if definition and definition.name not in found:
            found.add(definition.name)
            pending += [each.of for _, each in walk(definition.body) if isinstance(each, Use)]
    return tuple(each for each in design.definitions if each.name in found)


def source_of_definitions(definitions: tuple[Definition, ...]) -> str:
    """A module's source with their classes, and behind them that of an empty model.

    Raises:
        DesignError: where one of them is wrong.
    """
    return source(Design(inputs=(Input(shape=(1,)),), root=Sequential(), definitions=definitions, name="Nothing"))


def classes_of(text: str) -> str:
    """The part of such a source that is theirs."""
    classes = [each for each in ast.parse(text).body if isinstance(each, ast.ClassDef)]
    lines = text.split("\n")
    return "\n".join(lines[classes[0].lineno - 1 : classes[-1].lineno - 1]).strip("\n")
