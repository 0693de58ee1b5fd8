"""Where the inputs of a node come from, through the blocks around it."""

from __future__ import annotations

from composer.design.document import Design
from composer.design.lower import lower
from composer.design.paths import find, join, place
from composer.design.plan import BROKEN, Plan, Ref, step_at


def origins(design: Design, path: str) -> tuple[str, ...]:
    """For each input of the node at `path` the node, or the input of the design or definition, that it comes from.

    A node is said by its id where it is in the same block, else by its path, inside a definition from there. "" where
    an input is left out, or broken.
    """
    head = ".".join((*place(path).ids[:-1], ""))
    found = (".".join(place(each).ids) for each in _origins(design, lower(design), path))
    return tuple(each.removeprefix(head) for each in found)


def _origins(design: Design, plan: Plan, path: str) -> tuple[str, ...]:
    at = place(path)
    if not at.ids:
        return ()
    step = step_at(plan, path)
    if step is None:  # the body of a Repeat, which is fed what the Repeat is
        return _origins(design, plan, str(at.parent))
    return tuple(_origin(design, plan, str(at.parent), ref) for ref in step.inputs)


def _origin(design: Design, plan: Plan, block: str, ref: Ref | None) -> str:
    """The full path of what `ref` means in `block`; an input of the block is what its own input comes from."""
    if ref is None or ref == BROKEN:
        return ""
    names = find(design, block).input_names  # type: ignore[union-attr]  # what is around a node is a block
    if ref.name not in names:
        return join(block, str(ref))
    around = _origins(design, plan, block)
    if not place(block).ids:
        return str(ref)
    position = names.index(ref.name)
    return join(around[position], *map(str, ref.items)) if position < len(around) else ""
