"""Random operations on a design: most can be applied, some are refused."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from composer.design.document import Design
from composer.design.edits import copied
from composer.design.edits.options import FIELDS
from composer.design.nodes import BLOCK_KINDS, BlockBase, Layer, Op, Repeat, Residual, Use
from composer.design.paths import scopes, walk
from composer.design.text import plain
from tests.strategies.names import DEFINITION_NAMES, ids

Operation = dict[str, Any]

NODES: tuple[Operation, ...] = (
    {"kind": "Linear", "options": {"in_features": 4, "out_features": 4}},
    {"kind": "ReLU"},
    {"kind": "Add"},
    {"kind": "Parameter", "shape": [4], "init": {"scheme": "normal"}},
    {"kind": "Use", "of": "Block"},
    {"kind": "Shared", "of": "conv"},
    {"kind": "Sequential", "nodes": [{"kind": "ReLU", "id": "0"}, {"kind": "Shared", "id": "1", "of": "0"}]},
    {"kind": "Residual", "nodes": [{"kind": "Tanh", "id": "t"}], "shortcut": {"kind": "Identity", "id": "shortcut"}},
    {"kind": "Repeat", "body": {"kind": "Identity", "id": "0"}, "times": 1},
)
RULE = {"where": "", "kind": "Linear", "init": {"scheme": "ones"}}
VALUES: dict[str, tuple[Any, ...]] = {
    "merge": ("add", "tuple"), "dim": (2,), "times": (1, 3, "=2*n"), "mode": ("copy", "same"), "index": ("q", "i"),
    "of": ("Block", "conv"), "shape": ([2, "=n"],), "dtype": ("float64",), "init": ({"scheme": "zeros"}, None),
    "value": ([1.5, [True, None]], 2),
}  # fmt: skip


def operations(design: Design) -> st.SearchStrategy[Operation]:
    """An operation on `design`, made of what is in it and of what is not."""
    found = [(path, node) for start, root, _ in scopes(design) for path, node in walk(root, start)]
    paths = [path for path, _ in found]
    blocks = [path for path, node in found if isinstance(node, BlockBase)]
    repeats = [path for path, node in found if isinstance(node, Repeat)]
    residuals = [path for path, node in found if isinstance(node, Residual)]
    leaves = [path for path, node in found if isinstance(node, Layer | Op)]
    options = [(path, name) for path, node in found if isinstance(node, Layer | Op | Use) for name in node.options]
    fields = [(path, name) for path, node in found for name in FIELDS.get(node.kind, ())]
    names = [each.name for each in design.definitions]
    tied = [path for group in design.ties for path in group]
    marks = [*tied, *design.frozen, *(f"{path}.weight" for path in paths)]
    path, block, mark = st.sampled_from(paths), st.sampled_from(blocks), st.sampled_from(marks)
    index, node, id = st.integers(0, 4), st.sampled_from(NODES), st.one_of(st.just(""), ids())
    new_name = st.sampled_from(DEFINITION_NAMES)
    wire = st.one_of(path.map(lambda path: path.rpartition(".")[2]), st.sampled_from(["x", "", "a.0", "0.1"]))
    wires = st.lists(wire, max_size=3)
    name, repeat, residual, leaf = (st.sampled_from(each or [""]) for each in (names, repeats, residuals, leaves))

    def edit(edit: str, **arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[Operation]:
        return st.fixed_dictionaries({"edit": st.just(edit), **arguments})

    def at(
        edit_name: str, pairs: list[tuple[str, str]], **more: st.SearchStrategy[Any]
    ) -> st.SearchStrategy[Operation]:
        one = st.sampled_from(pairs or [("", "p")])
        return one.flatmap(lambda pair: edit(edit_name, path=st.just(pair[0]), name=st.just(pair[1]), **more))

    def field(pair: tuple[str, str]) -> st.SearchStrategy[Operation]:
        return at("set_field", [pair], value=st.sampled_from(VALUES[pair[1]]))

    kind = st.sampled_from(BLOCK_KINDS)
    return st.one_of(
        edit("insert", path=block, index=index, node=node),
        edit("remove", path=path),
        *[edit("move", path=path, to=block, index=index)] * 3,
        edit("move_to_shortcut", path=path, to=residual),
        edit("set_shortcut", path=residual, node=st.one_of(st.none(), node)),
        edit("replace_body", path=repeat, node=node),
        *[edit("rename", path=path, id=ids())] * 2,
        *[_runs(found).flatmap(lambda run: edit("wrap", paths=st.just(run), kind=kind, id=id))] * 2,
        *[edit("unwrap", path=block)] * 2,
        *[edit("duplicate", path=path, mode=st.sampled_from(["copy", "linked", "shared"]), id=id)] * 2,
        edit("paste", path=block, index=index, clip=path.map(lambda path: plain(copied(design, [path])))),
        edit("make_definition", path=block, name=new_name),
        edit("remove_definition", name=name),
        edit("rename_definition", name=name, new=new_name),
        edit("set_definition_options", name=name, options=st.just([{"name": "n", "default": 2}])),
        edit("rename_definition_option", name=name, option=st.just("n"), new=st.just("m")),
        at("set_option", options, value=st.sampled_from(["=2*n", 3, 0.5, [1, "=n"]])),
        at("unset_option", options),
        st.sampled_from(fields or [("", "dim")]).flatmap(field),
        edit("set_kind", path=leaf, kind=st.sampled_from(["LazyLinear", "Tanh", "relu", "Linear", "Buffer"])),
        edit("connect", path=path, source=path),
        edit("connect", path=path, input=st.sampled_from([each.name for each in design.inputs])),
        edit("set_inputs", path=path, inputs=wires),
        edit("set_outputs", path=block, outputs=wires),
        edit("set_input_names", path=block, names=st.lists(ids(), min_size=1, max_size=2)),
        edit("tie", owner=mark, others=st.lists(mark, min_size=1, max_size=2)),
        edit("untie", path=st.sampled_from(tied or [""])),
        edit("freeze", path=mark),
        edit("unfreeze", path=st.sampled_from(design.frozen or ["conv"])),
        edit("set_rules", rules=st.just([RULE])),
        edit("add_rule", rule=st.just(RULE)),
        edit("set_rule", index=st.integers(0, 1), rule=st.just(RULE)),
        edit("move_rule", index=st.integers(0, 1), to=st.integers(0, 1)),
        edit("remove_rule", index=st.integers(0, 1)),
        edit("set_design", name=ids(), seed=st.integers(0, 5)),
    )


def _runs(found: list[tuple[str, Any]]) -> st.SearchStrategy[list[str]]:
    """Adjacent siblings of some block."""
    families = [
        [f"{path}.{child.id}" if path else child.id for child in node.children]
        for path, node in found
        if isinstance(node, BlockBase) and node.children
    ]

    def run(family: list[str]) -> st.SearchStrategy[list[str]]:
        last = len(family) - 1
        ends = st.tuples(st.integers(0, last), st.integers(0, min(last, 3)))
        return ends.map(lambda pair: family[pair[0] : pair[0] + pair[1] + 1])

    return st.sampled_from(families or [[""]]).flatmap(run)
