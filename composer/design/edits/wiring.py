"""Wires, outputs, and the names of a block's inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from composer.design.document import Design
from composer.design.edits.refusal import rebuilt, refusal
from composer.design.edits.trees import block_at, locate, locate_child, with_node
from composer.design.nodes import Block, BlockBase, Id, Sequential, Text, rebuild
from composer.design.paths import find


def set_inputs(design: Design, path: str, inputs: tuple[Text, ...]) -> Design:
    """Give the node at `path` other wires; with none, it takes the output of the sibling before it.

    Raises:
        EditError: where nothing is there, or it is a root.
    """
    at = locate_child(design, path)
    node = rebuilt(find(design, str(at)), path, inputs=tuple(inputs))
    return with_node(design, at, node)


def set_outputs(design: Design, path: str, outputs: tuple[Text, ...]) -> Design:
    """Say what leaves the Sequential at `path`; with nothing said, its last child's output does.

    Raises:
        EditError: where there is no Sequential.
    """
    at = locate(design, path)
    block = block_at(design, at)
    if not isinstance(block, Sequential):
        raise refusal(path, "a Sequential, which has outputs to choose", f"a {block.kind}")
    return with_node(design, at, rebuilt(block, path, outputs=tuple(outputs)))


def set_input_names(design: Design, path: str, names: tuple[Id, ...]) -> Design:
    """Say what the children of the block at `path` call its inputs. Wires to one that is renamed follow.

    Raises:
        EditError: where there is no block, its inputs are the design's own, or a name is taken.
    """
    at = locate(design, path)
    if not at.ids and not at.definition:
        raise refusal(path, "a block with inputs of its own", "the root, whose inputs are the design's: use set_design")
    block = block_at(design, at)
    return with_node(design, at, rebuilt(with_inputs_renamed(block, names), path, input_names=tuple(names)))


def with_inputs_renamed(block: Block, names: Sequence[str]) -> Block:
    """`block` with wires to its inputs following these to their new names; the names themselves stay."""
    new = dict(_renamed_inputs(block.input_names, names))
    children = tuple(rebuild(each, inputs=_followed(each.inputs, new)) for each in block.children)
    changed: BlockBase = block.with_children(children)
    if isinstance(changed, Sequential):
        changed = rebuild(changed, outputs=_followed(changed.outputs, new))
    return changed  # type: ignore[return-value]  # the same kind of block


def _renamed_inputs(old: Sequence[str], new: Sequence[str]) -> list[tuple[str, str]]:
    """A name that is gone, and the new one in its position, are one input."""
    return [(a, b) for a, b in zip(old, new, strict=False) if a not in new and b not in old]


def _followed(wires: tuple[str, ...], new: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(new.get(name, name) + dot + items for name, dot, items in (text.partition(".") for text in wires))
