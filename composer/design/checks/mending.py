"""What a wire that leads nowhere may have meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from composer.design.lower import parse_wire
from composer.errors import Fix

_SIMILAR = 0.6  # of names, as difflib counts


def mended(path: str, wires: Sequence[str], position: int, scope: Sequence[str]) -> Iterator[Fix]:
    """Fixes for one of a node's wires: all are guesses, so none is certain.

    `scope` is what a wire there may name: the inputs of the block, then the siblings before, in their order.
    """
    name, dot, items = wires[position].partition(".")
    if parse_wire(wires[position]) is None:
        dot = items = ""  # which item was meant cannot be read
    similar = get_close_matches(name, scope, 1, _SIMILAR)
    guesses = [each + dot + items for each in similar]
    guesses += [scope[-1], scope[0]]  # what stands before, and the block's input
    for guess in dict.fromkeys(guesses):
        changed = [*wires[:position], guess, *wires[position + 1 :]]
        yield Fix(f"wire it to {guess}", ({"edit": "set_inputs", "path": path, "inputs": changed},))
    yield Fix("remove its wires", ({"edit": "set_inputs", "path": path, "inputs": []},))
