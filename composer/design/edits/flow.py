"""What feeds what in a block, as the lowering sees it; and writing wires so that it stays so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from composer.design.document import Design
from composer.design.edits.refusal import refusal
from composer.design.edits.trees import block_at, with_node
from composer.design.lower import lower
from composer.design.nodes import Block, Sequential, Tensor, rebuild
from composer.design.paths import Place
from composer.design.plan import BlockPlan, Ref, blocks

MERGE = ""
"""The name of a block's own merge among its children's ids."""

Wires = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """The wires of a block, those by position too: of each child that takes inputs, and of the block's outputs."""

    inputs: Mapping[str, Wires]
    outputs: Wires


def flow_of(design: Design, at: Place) -> Flow:
    """What feeds what in the block at a place, which is no Repeat."""
    block, plan = block_at(design, at), plan_of(design, at)
    inputs = {
        child.id: child.inputs or _texts(step.inputs)
        for child, step in zip(block.children, plan.steps, strict=False)
        if not isinstance(child, Tensor)
    }
    merge = plan.step(MERGE)
    if merge:
        inputs[MERGE] = _texts(merge.inputs)
    written = block.outputs if isinstance(block, Sequential) else ()
    return Flow(inputs, written or _texts(plan.outputs))


def plan_of(design: Design, at: Place) -> BlockPlan:
    """The plan of the block at a place, which is no Repeat."""
    plan = lower(design)
    body = plan.definitions[at.definition].body if at.definition else plan.root
    return next(each for each in blocks(body) if each.path == str(at))


def settled(design: Design, at: Place, wanted: Mapping[str, Wires], outputs: Wires | None = None) -> Design:
    """`design` with wires written out in the block at a place, where position alone would say something else.

    Raises:
        EditError: where the block merges or returns something else, and has no wires to say so.
    """
    block, actual = block_at(design, at), flow_of(design, at)
    if MERGE in wanted and actual.inputs.get(MERGE) != wanted[MERGE]:
        raise cannot_wire(at, wanted[MERGE])
    changes = {id: wires for id, wires in wanted.items() if id != MERGE and actual.inputs.get(id, wires) != wires}
    if changes:
        block = _rewired(block, changes)
    if outputs is not None and outputs != actual.outputs:
        if not isinstance(block, Sequential):
            raise cannot_wire(at, outputs)
        block = rebuild(block, outputs=outputs)
        changes[MERGE] = outputs
    return with_node(design, at, block) if changes else design


def cannot_wire(at: Place, wires: Wires) -> Exception:
    """The error where the output of the block at a place cannot be what `wires` say."""
    return refusal(str(at), "a block whose output stays what it is", f"the output {', '.join(wires)}")


def _rewired(block: Block, changes: Mapping[str, Wires]) -> Block:
    return block.with_children(
        tuple(rebuild(each, inputs=changes[each.id]) if each.id in changes else each for each in block.children)
    )


def _texts(refs: tuple[Ref | None, ...]) -> Wires:
    return tuple(str(ref) if ref else "" for ref in refs)
