"""The nodes of a graph that autograd kept, each with the layer or op that it came from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch.autograd.graph import Node

from composer.engine.objectives import tensors
from composer.engine.timing.following import Name
from composer.engine.timing.rows import Rows


class Owners:
    """Whose each node is: of the first that gave an output which leads to it."""

    def __init__(self) -> None:
        self._owners: dict[Node, Name] = {}

    def claim(self, name: Name, output: Any) -> None:
        """All nodes behind `output` that nobody has yet."""
        behind = [each.grad_fn for each in tensors(output)]
        while behind:
            node = behind.pop()
            if node is not None and node not in self._owners:
                self._owners[node] = name
                behind += [before for before, _ in node.next_functions]

    @contextmanager
    def watched(self, rows: Rows) -> Iterator[None]:
        """Note in `rows` when each node begins and ends in the block, in which the backward pass runs."""
        handles = []
        for node, name in self._owners.items():
            handles.append(node.register_prehook(lambda gradients, name=name: rows.begin(name)))
            handles.append(node.register_hook(lambda inputs, outputs: rows.end()))
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()
