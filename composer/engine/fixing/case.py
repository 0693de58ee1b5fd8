"""A failed step as the repairs look at it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from composer.catalog import find
from composer.catalog.options import Value
from composer.design.document import Design
from composer.design.nodes import Layer, Node, Op
from composer.engine.flow import Failure, Record
from composer.errors import Fix
from composer.expressions import is_expression
from composer.reports import TensorType, ValueType

Edit = Mapping[str, Any]
Edits = tuple[Edit, ...]
_RANK = re.compile(r"([123])d$")


@dataclass(frozen=True, slots=True)
class Case:
    """A failure with its node, the types of its inputs with their sizes named, and all that ran."""

    design: Design
    failure: Failure
    node: Node
    inputs: tuple[ValueType, ...]
    records: Mapping[str, Record]

    @property
    def path(self) -> str:
        return self.failure.at.node

    @property
    def first(self) -> TensorType | None:
        """The type of the first input, if it is a tensor."""
        first = self.inputs[0] if self.inputs else None
        return first if isinstance(first, TensorType) else None

    @property
    def category(self) -> str:
        try:
            return find(self.failure.kind).category
        except KeyError:
            return ""

    @property
    def axes(self) -> int:
        """How many dimensions beside batch and channels a layer for sequences, images or volumes takes; else 0."""
        found = _RANK.search(self.node.kind)
        return int(found[1]) if found and isinstance(self.node, Layer) else 0

    def value(self, name: str) -> Value:
        """What the node's option is, as written or by default; None where it has no such option."""
        if not isinstance(self.node, Layer | Op) or name not in self.node.spec.by_name:
            return None
        return self.node.options.get(name, self.node.spec.by_name[name].default)

    def number(self, name: str) -> int | None:
        """The node's option where it is a plain integer."""
        value = self.value(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def set(self, **options: Any) -> Edits:
        """Edits that set options of the node; none where one of them is written as an expression."""
        if any(is_expression(self.value(name)) for name in options):
            return ()
        return tuple(
            {"edit": "set_option", "path": self.path, "name": name, "value": value} for name, value in options.items()
        )


def fix(label: str, *parts: Edits, certain: bool = False) -> tuple[Fix, ...]:
    """A fix of several parts; none where one of them has no edits, as it has no place."""
    if not all(parts):
        return ()
    return (Fix(label, tuple(edit for part in parts for edit in part), certain),)


def shown(value: Any) -> str:
    """A size, or several with × between them."""
    return "×".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
