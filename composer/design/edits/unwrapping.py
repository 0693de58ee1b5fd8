"""Taking a block away and putting its children in its place.

What they compute stays the same: wires are written out where position would say something else, and the merge of
a Parallel or Residual becomes an op of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from composer.design.document import Design, Rule
from composer.design.edits.flow import MERGE, Wires, cannot_wire, flow_of, plan_of, settled
from composer.design.edits.ids import kept_or_fresh
from composer.design.edits.references import Mender, redirected
from composer.design.edits.refusal import changed, refusal
from composer.design.edits.sizes import renamed
from composer.design.edits.trees import block_at, is_shortcut, locate_child, with_children
from composer.design.nodes import Block, BlockBase, Code, Layer, Node, Op, Parallel, Repeat, Tensor, Use, rebuild
from composer.design.paths import Place, find
from composer.design.plan import OpCall
from composer.errors import Fix


def unwrap(design: Design, path: str) -> Design:
    """Replace the block at `path` by its children. Frozen paths and rules for the block go to its children.

    Raises:
        EditError: where there is no block, it repeats its body, or its children cannot stand where it stood
            without computing something else.
    """
    at = locate_child(design, path)
    block, parent = block_at(design, at), block_at(design, at.parent)
    if isinstance(parent, Code):
        raise refusal(path, "a block in a block", "one that the code of a custom layer calls by name")
    if isinstance(block, Repeat):
        return _unrepeated(design, at, block)
    if isinstance(parent, Repeat):
        return _new_body(design, at, block)
    inline = _Inline(design, at, parent, block)
    if len(inline.ids) != 1 and (isinstance(parent, Parallel) or is_shortcut(parent, block.id)):
        raise refusal(path, "one node, where only one can stand", f"{len(inline.ids)}")
    return inline.result()


def _unrepeated(design: Design, at: Place, block: Repeat) -> Design:
    """A Repeat of one instance is its body, which takes the place and the id of the Repeat."""
    if block.times != 1:
        once = {"edit": "set_field", "path": str(at), "name": "times", "value": 1}
        fix = Fix("keep one instance", (once, {"edit": "unwrap", "path": str(at)}))
        raise refusal(str(at), "a Repeat of one instance", f"×{block.times}", [fix])
    parent = block_at(design, at.parent)
    flow = None if isinstance(parent, Repeat) else flow_of(design, at.parent)
    design = redirected(design, {at.child("0"): at})
    body = find(design, str(at.child("0")))
    body = renamed(rebuild(body, id=block.id, inputs=block.inputs), {block.index: "0"})
    design = with_children(design, at.parent, (block.id,), (body,))
    return settled(design, at.parent, flow.inputs, flow.outputs) if flow else design


def _new_body(design: Design, at: Place, block: Block) -> Design:
    """The one child of a Repeat's body becomes the body."""
    flow = flow_of(design, at)
    child = block.children[0] if len(block.children) == 1 else None
    if not isinstance(child, Layer | Use | BlockBase) or MERGE in flow.inputs:
        raise refusal(str(at), "a block of one module, which a Repeat can have as its body", f"a {block.kind}")
    if flow.inputs.get(child.id) != block.input_names or flow.outputs != (child.id,):
        raise cannot_wire(at, flow.inputs.get(child.id, ()))
    below = at.child(child.id)
    design = _spread(design, at, (child,))
    design = redirected(design, {below: at})
    body = rebuild(find(design, str(below)), id="0", inputs=())
    return with_children(design, at.parent, ("0",), (body,))


@dataclass(frozen=True)
class _Names:
    """What the wires of a block's children become outside of it: inputs become what fed them, ids may be new."""

    sources: dict[str, str]
    ids: dict[str, str]

    def of(self, text: str) -> str:
        name, dot, items = text.partition(".")
        if not name:
            return text  # an input left out
        return self.sources.get(name, self.ids.get(name, name)) + dot + items

    def all(self, texts: Wires) -> Wires:
        return tuple(map(self.of, texts))


class _Inline:
    """A block whose children take its place in its parent."""

    def __init__(self, design: Design, at: Place, parent: Block, block: Block) -> None:
        self._design, self._at, self._parent, self._block = design, at, parent, block
        self._outer, self._inner = flow_of(design, at.parent), flow_of(design, at)
        sources = dict(zip(block.input_names, self._outer.inputs[block.id], strict=False))
        # One branch has nothing to merge with, and what is stacked alone only gets a dimension.
        branches = self._inner.inputs.get(MERGE, ())
        self._merged = len(branches) > 1 or (isinstance(block, Parallel) and block.merge == "stack" and bool(branches))
        self._names = _Names(sources, self._chosen_ids())

    @property
    def ids(self) -> tuple[str, ...]:
        """The new ids, the merge's last."""
        return tuple(self._names.ids.values())

    def _chosen_ids(self) -> dict[str, str]:
        ids = [each.id for each in self._block.children] + ([MERGE] if self._merged else [])
        others = {*self._parent.input_names, *(each.id for each in self._parent.children)} - {self._block.id}
        kept = {id for id in ids if id and id not in others}
        chosen: dict[str, str] = {}
        for id in ids:
            # Inputs of the block are avoided too, so that no wire means two things on the way.
            taken = others | kept | set(chosen.values()) | set(self._block.input_names)
            if id in kept:
                chosen[id] = id
            elif not id and self._block.id not in taken:
                chosen[id] = self._block.id  # the merge is what the block was to others
            else:
                chosen[id] = kept_or_fresh(self._parent, id or self._block.id, taken)
        return chosen

    def result(self) -> Design:
        at, parent_at = self._at, self._at.parent
        children = self._block.children
        design = _spread(self._design, at, children)
        design = redirected(design, {at.child(each.id): parent_at.child(self._names.ids[each.id]) for each in children})
        nodes: list[Node] = [
            rebuild(find(design, str(at.child(each.id))), id=self._names.ids[each.id]) for each in children
        ]
        if self._merged:
            nodes.append(self._merge())
        design = with_children(design, parent_at, (self._block.id,), nodes)
        wanted = {
            id: tuple(self._outside(text) for text in texts)
            for id, texts in self._outer.inputs.items()
            if id != self._block.id
        }
        inner = {id: texts for id, texts in self._inner.inputs.items() if id in self._names.ids}
        wanted |= {self._names.ids[id]: self._names.all(texts) for id, texts in inner.items()}
        return settled(design, parent_at, wanted, self._outputs())

    def _merge(self) -> Op:
        step = plan_of(self._design, self._at).step(MERGE)
        assert step is not None
        assert isinstance(step.call, OpCall)
        inputs = self._names.all(self._inner.inputs[MERGE])
        kind = step.call.kind if len(inputs) > 1 else "Unsqueeze"
        return Op(id=self._names.ids[MERGE], kind=kind, options=dict(step.call.options), inputs=inputs)

    def _results(self) -> Wires:
        """What the outputs of the block are called outside."""
        if self._merged:
            return (self._names.ids[MERGE],)
        return self._names.all(self._inner.inputs.get(MERGE, self._inner.outputs))

    def _outputs(self) -> Wires:
        if self._outer.outputs == (self._block.id,):
            return self._results()
        return tuple(map(self._outside, self._outer.outputs))

    def _outside(self, text: str) -> str:
        """A wire of a sibling of the block, or of its parent's outputs."""
        name, dot, items = text.partition(".")
        if name != self._block.id:
            return text
        results = self._results()
        if len(results) == 1:
            return results[0] + dot + items
        first, dot, rest = items.partition(".")
        if not first.isdecimal() or int(first) >= len(results):
            raise refusal(str(self._at), "wires to single outputs of the block", f"the wire {text!r} to all of them")
        return results[int(first)] + dot + rest


def _spread(design: Design, at: Place, children: Sequence[Node]) -> Design:
    """What holds for the block at a place, said of its children: frozen paths, and rules for initial values."""
    mender = Mender(design, {})
    modules = [each.id for each in children if not isinstance(each, Op | Tensor)]
    parameters = [each.id for each in children if isinstance(each, Tensor) and each.kind == "Parameter"]
    frozen: list[str] = []
    for path in design.frozen:
        ids = modules + parameters
        frozen += [f"{path}.{id}" for id in ids] if mender.ends_at(path, at) else [path]
    rules: list[Rule] = []
    for rule in design.initializers:
        here = mender.ends_at(rule.where, at)
        rules += [rebuild(rule, where=f"{rule.where}.{id}") for id in modules] if here else [rule]
    return changed(design, frozen=tuple(frozen), initializers=tuple(rules))
