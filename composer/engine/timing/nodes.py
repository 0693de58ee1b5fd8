"""The nodes of a graph that autograd kept, each with the layer or op that it came from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch.autograd.graph import Node

from composer.engine.objectives import tensors
from composer.engine.timing.following import Name
from composer.engine.timing.rows import Rows

SUMS: Name = ("", "sums of gradients")
"""Of what several layers take: a parameter that they share, or the input of a residual."""


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
        """Note in `rows` when each node begins and ends in the block, in which the backward pass runs.

        Where a node's gradients meet others that are there already, autograd adds them up before the next node begins.
        """
        sums = _Sums(rows)
        handles = []
        for node, name in self._owners.items():
            handles.append(node.register_prehook(lambda gradients, name=name: sums.begin(name)))
            handles.append(node.register_hook(lambda inputs, outputs, node=node: sums.end(node)))
        try:
            yield
        finally:
            sums.close()
            for handle in handles:
                handle.remove()


class _Sums:
    """Rows of a backward pass, with one for the sums of gradients between its nodes."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._met = set[tuple[Node, int]]()  # inputs of nodes that have a gradient
        self._adding = False

    def begin(self, name: Name) -> None:
        self.close()
        self._rows.begin(name)

    def end(self, node: Node) -> None:
        self._rows.end()
        places = [(after, number) for after, number in node.next_functions if after is not None]
        self._adding = not self._met.isdisjoint(places) or len(set(places)) < len(places)
        self._met.update(places)
        if self._adding:
            self._rows.begin(SUMS)

    def close(self) -> None:
        """What was added up is."""
        if self._adding:
            self._rows.end()
        self._adding = False
