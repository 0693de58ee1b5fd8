"""Operations: edits as plain data, from a fixed table, with arguments that fit exactly."""

from __future__ import annotations

import json
from typing import Any

import pytest

from composer.design import edits, limits
from composer.design.document import Definition, Design, Rule
from composer.design.edits.labels import _LABELS
from composer.design.nodes import Code, Initializer, Repeat, Residual, Sequential, Tensor, Use
from composer.design.paths import find
from composer.errors import EditError
from tests.build import chain, layer, linear, of

LINEAR = {"kind": "Linear", "id": "z", "options": {"in_features": 4, "out_features": 4}}


def clip(*nodes: dict[str, Any]) -> dict[str, Any]:
    return {"format": "block-composer-clip", "version": 1, "nodes": list(nodes)}


def start() -> Design:
    nodes = (
        linear("a", 4, 4),
        Sequential(id="b", nodes=(linear("c", 4, 4), Residual(id="r", nodes=(linear("0", 4, 4),)))),
        Repeat(id="t", body=linear("0", 4, 4)),
        Use(id="u", of="D"),
        Tensor(id="p", kind="Buffer", shape=(4,)),
    )
    definition = Definition(name="D", body=Sequential(nodes=(linear("e", 4, 4),)))
    custom = Definition(name="C", body=Code(code="def forward(self, x):\n    return x\n"))
    return of(
        Sequential(nodes=nodes),
        definitions=(definition, custom),
        ties=(("a.weight", "b.c.weight"),),
        frozen=("a",),
        initializers=(Rule(init=Initializer(scheme="zeros")),),
    )


EXAMPLES: tuple[tuple[dict[str, Any], str], ...] = (
    ({"edit": "insert", "path": "b", "index": 0, "node": LINEAR}, "insert Linear"),
    ({"edit": "insert", "path": "", "index": 0, "node": {"kind": "Use", "of": "D"}}, "insert D"),
    ({"edit": "remove", "path": "b.c"}, "remove c"),
    ({"edit": "move", "path": "a", "to": "b", "index": 1}, "move a into b"),
    ({"edit": "move", "path": "b.c", "to": "", "index": 1}, "move c into the design"),
    ({"edit": "move_to_shortcut", "path": "a", "to": "b.r"}, "make a the shortcut of r"),
    ({"edit": "set_shortcut", "path": "b.r", "node": LINEAR}, "set the shortcut of r"),
    ({"edit": "set_shortcut", "path": "b.r"}, "set the shortcut of r"),
    ({"edit": "replace_body", "path": "t", "node": LINEAR}, "repeat Linear in t"),
    ({"edit": "rename", "path": "b.c", "id": "fc 1"}, "rename c to fc 1"),
    ({"edit": "wrap", "paths": ["a", "b"], "kind": "Residual"}, "wrap a, b in a Residual"),
    (
        {"edit": "wrap", "paths": ["a", "b", "t", "u"], "kind": "Sequential", "id": "all"},
        "wrap 4 items in a Sequential",
    ),
    ({"edit": "paste", "path": "b", "index": 1, "clip": clip(LINEAR)}, "paste z"),
    ({"edit": "paste", "path": "", "index": 0, "clip": clip(LINEAR, {"kind": "ReLU", "id": "q"})}, "paste 2 nodes"),
    ({"edit": "unwrap", "path": "b.r"}, "unwrap r"),
    ({"edit": "duplicate", "path": "b", "mode": "copy"}, "copy b"),
    ({"edit": "duplicate", "path": "b", "mode": "linked", "id": "b2"}, "link another b"),
    ({"edit": "duplicate", "path": "b.c", "mode": "shared"}, "share c"),
    ({"edit": "make_definition", "path": "b", "name": "Made"}, "make b the definition Made"),
    ({"edit": "make_definition", "path": "b"}, "make b a definition"),
    (
        {"edit": "add_definition", "definition": {"name": "E", "body": {"kind": "Sequential"}}},
        "add the definition E",
    ),
    ({"edit": "remove_definition", "name": "D"}, "remove the definition D"),
    ({"edit": "rename_definition", "name": "D", "new": "E"}, "rename the definition D to E"),
    ({"edit": "set_definition_options", "name": "D", "options": [{"name": "n", "default": 2}]}, "set the options of D"),
    ({"edit": "set_option", "path": "a", "name": "bias", "value": False}, "set bias of a to false"),
    ({"edit": "set_option", "path": "a", "name": "out_features", "value": "=2*n"}, "set out_features of a to =2*n"),
    ({"edit": "unset_option", "path": "a", "name": "out_features"}, "reset out_features of a"),
    ({"edit": "set_field", "path": "t", "name": "times", "value": 3}, "set times of t to 3"),
    ({"edit": "set_field", "path": "p", "name": "shape", "value": [4, "=n"]}, "set shape of p to 4, =n"),
    ({"edit": "set_field", "path": "p", "name": "init", "value": {"scheme": "ones"}}, "set init of p to ones"),
    ({"edit": "set_field", "path": "p", "name": "value", "value": None}, "set value of p to none"),
    ({"edit": "set_kind", "path": "a", "kind": "LazyLinear"}, "make a a LazyLinear"),
    ({"edit": "connect", "path": "b", "input": "x"}, "wire b"),
    ({"edit": "set_inputs", "path": "b", "inputs": ["x"]}, "wire b"),
    ({"edit": "set_outputs", "path": "", "outputs": ["a", "b"]}, "set the outputs of the design"),
    ({"edit": "set_input_names", "path": "b", "names": ["q"]}, "name the inputs of b"),
    ({"edit": "tie", "owner": "a.bias", "others": ["b.c.bias"]}, "tie b.c.bias to a.bias"),
    ({"edit": "untie", "path": "a.weight"}, "untie a.weight"),
    ({"edit": "freeze", "path": "b.c"}, "freeze b.c"),
    ({"edit": "freeze", "path": ""}, "freeze the design"),
    ({"edit": "unfreeze", "path": "a"}, "unfreeze a"),
    (
        {"edit": "set_code", "name": "C", "code": "def forward(self, y):\n    return y\n", "input_names": ["y"]},
        "write the code of C",
    ),
    ({"edit": "set_rules", "rules": [{"init": {"scheme": "ones"}}]}, "set the initializer rules"),
    ({"edit": "add_rule", "rule": {"kind": "Linear", "init": {"scheme": "ones"}}}, "add an initializer rule"),
    ({"edit": "set_rule", "index": 0, "rule": {"init": {"scheme": "ones"}}}, "change initializer rule 1"),
    ({"edit": "move_rule", "index": 0, "to": 0}, "move initializer rule 1"),
    ({"edit": "remove_rule", "index": 0}, "remove initializer rule 1"),
    ({"edit": "set_design", "name": "Net", "seed": 3}, "set name, seed of the design"),
    ({"edit": "set_design", "inputs": [{"name": "q", "shape": ["N", 4]}]}, "set inputs of the design"),
)


@pytest.mark.parametrize(("operation", "label"), EXAMPLES)
def test_every_edit(operation: dict[str, Any], label: str) -> None:
    design = start()
    after = edits.apply(design, operation)
    assert isinstance(after, Design)
    assert edits.apply(design, json.loads(json.dumps(operation))) == after
    assert design == start(), "nothing changes in place"
    assert edits.describe(operation) == label


def test_all_edits_are_tried_and_have_labels() -> None:
    tried = {operation["edit"] for operation, _ in EXAMPLES} | {"rename_definition_option"}
    assert tried == set(edits.EDITS)
    assert set(_LABELS) | {"duplicate", "set_design"} == set(edits.EDITS)
    assert set(edits.EDITS) <= set(edits.__all__)


def test_nodes_are_read_as_in_a_document() -> None:
    node = {"kind": "Residual", "id": "z", "nodes": [LINEAR], "shortcut": {"kind": "Identity", "id": "s"}}
    after = edits.apply(start(), {"edit": "insert", "path": "", "index": 0, "node": node})
    assert find(after, "z") == Residual(id="z", nodes=(linear("z", 4, 4),), shortcut=layer("s", "Identity"))


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        ({}, "the name of an edit"),
        ({"edit": "explode"}, "received 'explode'"),
        ({"edit": "__init__"}, "the name of an edit"),
        ({"edit": ["rename"]}, "the name of an edit"),
        ({"edit": "rename", "path": "a"}, r"a: expects arguments of rename \(path, id\), received no 'id'"),
        ({"edit": "rename", "path": "a", "id": "z", "force": True}, "received the unknown argument 'force'"),
        ({"edit": "rename", "path": "a", "id": 5}, "received id: "),
        ({"edit": "rename", "path": None, "id": "z"}, "received path: "),
        ({"edit": "rename", "path": "a", "id": "z", "design": {}}, "the unknown argument 'design'"),
        ({"edit": "move", "path": "a", "to": "b", "index": "0"}, "received index: "),
        ({"edit": "move", "path": "a", "to": "b", "index": 1.0}, "received index: "),
        ({"edit": "move", "path": "a", "to": "b", "index": True}, "received index: "),
        ({"edit": "wrap", "paths": "a", "kind": "Sequential"}, "received paths: "),
        ({"edit": "wrap", "paths": ["a"], "kind": "Module"}, "received kind: "),
        ({"edit": "insert", "path": "", "index": 0, "node": {"kind": "Lin"}}, "unknown kind"),
        ({"edit": "insert", "path": "", "index": 0, "node": {**LINEAR, "extra": 1}}, "the unknown argument"),
        ({"edit": "set_option", "path": "a", "name": "bias", "value": {"a": 1}}, "received value"),
        ({"edit": "set_option", "path": "a", "name": "bias", "value": float("nan")}, "JSON data"),
        ({"edit": "set_option", "path": "a", "name": "bias", "value": b"bytes"}, "JSON data"),
        ({"edit": "rename", "path": "a", "id": "\ud800"}, "arguments of rename"),
        ({"edit": "set_field", "path": "p", "name": "init", "value": {"scheme": "ones", "more": 1}}, "'value.more'"),
    ],
)
def test_refusals(operation: dict[str, Any], message: str) -> None:
    with pytest.raises(EditError, match=message):
        edits.apply(start(), operation)
    assert isinstance(edits.describe(operation), str)


def test_values_nested_too_deep() -> None:
    for depth in (200, 5_000, 100_000):
        value: Any = 1
        for _ in range(depth):
            value = [value]
        with pytest.raises(EditError):
            edits.apply(start(), {"edit": "set_field", "path": "p", "name": "value", "value": value, "x": 1})


class TestCaps:
    def test_expansion(self) -> None:
        with pytest.raises(EditError, match="t: expects at most 10,000 layers"):
            edits.apply(start(), {"edit": "set_field", "path": "t", "name": "times", "value": 10**10})

    def test_definitions_in_themselves(self) -> None:
        with pytest.raises(EditError, match="32 blocks in each other"):
            edits.apply(start(), {"edit": "insert", "path": ".D", "index": 0, "node": {"kind": "Use", "of": "D"}})

    def test_nodes(self) -> None:
        nodes = tuple(layer(str(k), "Tanh") for k in range(limits.MAX_NODES - 1))
        insert = {"edit": "insert", "path": "", "index": 0, "node": {"kind": "Tanh"}}
        full = edits.apply(chain(*nodes[:-1]), insert)
        with pytest.raises(EditError, match="at most 5,000 nodes, received 5,001"):
            edits.apply(full, insert)
        many = {"kind": "Sequential", "nodes": [{"kind": "Tanh", "id": str(k)} for k in range(limits.MAX_NODES)]}
        with pytest.raises(EditError, match="at most 5,000 nodes"):
            edits.apply(start(), {"edit": "insert", "path": "", "index": 0, "node": many})

    @pytest.mark.parametrize("definition", ["", "D"])
    def test_depth(self, definition: str) -> None:
        block = Sequential(id="s", nodes=(layer("t", "Tanh"),))
        for _ in range(limits.MAX_DEPTH - 2):
            block = Sequential(id="s", nodes=(block,))
        body = Sequential(nodes=(block,))
        design = of(Sequential(), definitions=(Definition(name="D", body=body),)) if definition else of(body)
        wrap = {"edit": "wrap", "paths": [f".{definition}.s" if definition else "s"], "kind": "Sequential"}
        with pytest.raises(EditError, match="32 blocks in each other"):
            edits.apply(design, wrap)


def test_a_rule_can_be_removed() -> None:
    design = chain(initializers=(Rule(init=Initializer(scheme="ones")),))
    operation = {"edit": "remove_rule", "index": 0}
    assert edits.apply(design, operation).initializers == ()
    assert edits.describe(operation) == "remove initializer rule 1"


def test_labels_stay_short() -> None:
    operation = {"edit": "set_option", "path": "a", "name": "bias", "value": "long " * 100}
    assert len(edits.describe(operation)) < 100
    assert "\n" not in edits.describe({"edit": "rename", "path": "a", "id": "two\nlines"})
    assert edits.describe({"edit": "rename"}) == "rename"
