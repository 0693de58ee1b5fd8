"""Buttons and choices of the inspector: actions, definitions, wires; and all certain fixes at once."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from composer.design.edits import apply
from composer.design.nodes import Sequential, Shared, Use
from composer.design.paths import find
from composer.templates import load
from composer.ui import handler
from composer.ui.actions import outermost
from composer.ui.document import Document
from composer.ui.ports import renamed
from composer.ui.wires import in_scope, slots
from composer.workspace import Workspace
from tests.ui.pages import SCRIPT, click, document, enter, looking, row


def opened(template: str) -> AppTest:
    app = AppTest.from_file(SCRIPT, default_timeout=60).run()
    app.button(key=f"use:{template}").click().run()
    return app


def test_a_block_is_made_a_definition_and_edited_in_place(workspace: Workspace) -> None:
    app = opened("lenet")
    click(document("lenet"), looking(app, "features")["actions"], "Make a definition Features (m)")
    node = find(workspace.load("lenet").design, "features")
    assert isinstance(node, Use) and node.of == "Features"
    (way,) = looking(app, "features")["way"]
    assert (way["label"], way["path"]) == ("Edit the definition", ".Features")
    (way,) = looking(app, ".Features")["way"]
    assert (way["label"], way["path"]) == ("Back to the design", "")
    assert looking(app, ".Features")["actions"] == []


def test_actions_on_several_nodes_are_one_step(workspace: Workspace) -> None:
    app = opened("lenet")
    data = looking(app, "features.conv1", "features.act1")
    assert data["words"]["actions"] == "Actions on 2"
    click(document("lenet"), data["actions"], "Wrap in a Sequential (w)")
    design = workspace.load("lenet").design
    assert [path for path in ("features.sequential1.conv1", "features.sequential1.act1") if find(design, path)]
    app.run()
    app.button(key="undo").click().run()
    assert workspace.load("lenet").design == load("lenet")
    click(document("lenet"), looking(app, "classifier.fc1")["actions"], "Duplicate, shared (s)")
    found = workspace.load("lenet").design
    assert any(isinstance(each, Shared) for each in find(found, "classifier").children)
    click(document("lenet"), looking(app, "flatten")["actions"], "Delete (Del)")
    assert "flatten" not in {each.id for each in workspace.load("lenet").design.root.children}


def test_what_lies_inside_what_is_selected_goes_with_it() -> None:
    assert outermost(["", "a.b", "a", "c", "ab", ".D", ".D.x"]) == ["a", "c", "ab", ".D.x"]


def test_a_wire_is_chosen_from_what_is_in_scope(workspace: Workspace) -> None:
    app = opened("mlp")
    wire = row(looking(app, "out"), "wire:0")
    assert wire["label"] == "input 1" and wire["value"] == ""
    assert wire["choices"] == [["", "(relu)"], ["relu", "relu"], ["hidden", "hidden"], ["x", "x"]]
    enter(document("mlp"), "out", "wire:0", "hidden")
    assert find(workspace.load("mlp").design, "out").inputs == ("hidden",)
    enter(document("mlp"), "out", "wire:0", "")
    assert find(workspace.load("mlp").design, "out").inputs == ()


def test_slots_follow_what_a_node_takes(lenet: Document) -> None:
    assert in_scope(lenet.design, "") == []
    assert in_scope(lenet.design, "features.act1") == ["conv1", "x"]
    handler.apply(lenet, [{"edit": "insert", "path": "", "index": 2, "node": {"kind": "Add", "id": "sum"}}])
    assert in_scope(lenet.design, "sum") == ["flatten", "features", "x"]
    for inputs in ([], ["features"], ["features", "x"], ["features", "flatten", "x"]):
        handler.apply(lenet, [{"edit": "set_inputs", "path": "sum", "inputs": inputs}])
        node = find(lenet.design, "sum")
        assert node.inputs == tuple(inputs)
        assert len(slots(lenet.design, "sum", node)) == max(2, len(inputs) + 1)  # one more than are wired


@pytest.mark.parametrize("wrong", [1, 2])
def test_all_certain_fixes_are_one_step(workspace: Workspace, wrong: int) -> None:
    app = opened("lenet")
    design = workspace.load("lenet").design
    document_edits = [("features.conv1", "out_channels", 8), ("classifier.fc1", "out_features", 100)][:wrong]
    for path, name, value in document_edits:
        enter(document("lenet"), path, name, str(value))
        design = apply(design, {"edit": "set_option", "path": path, "name": name, "value": value})
    assert workspace.load("lenet").design == design
    app.run()
    app.button(key="repair").click().run()
    assert not app.exception
    fixed = workspace.load("lenet").design
    assert find(fixed, "features.conv2").options["in_channels"] == 8
    assert "repair" not in {each.key for each in app.button}
    app.button(key="undo").click().run()
    assert workspace.load("lenet").design == design


def test_outputs_are_chosen(workspace: Workspace) -> None:
    app = opened("mlp")
    outputs = row(looking(app, ""), "outputs")
    assert outputs["choices"][0] == ["out", "out"] and outputs["value"] == [] and outputs["hint"] == "(out)"
    enter(document("mlp"), "", "outputs", ["out", "relu"])
    assert workspace.load("mlp").design.root.outputs == ("out", "relu")  # type: ignore[union-attr]
    enter(document("mlp"), "", "outputs", [])
    assert workspace.load("mlp").design == load("mlp")


def test_inputs_of_the_design_are_added_renamed_and_removed(workspace: Workspace) -> None:
    app = opened("mlp")
    click(document("mlp"), looking(app, "")["more"], "Add an input")
    assert [each.name for each in workspace.load("mlp").design.inputs] == ["x", "x_2"]
    enter(document("mlp"), "", "input:1", "mask")
    assert [each.name for each in workspace.load("mlp").design.inputs] == ["x", "mask"]
    remove = row(looking(app, ""), "input:1")["button"]
    click(document("mlp"), [remove], "Remove mask")
    assert workspace.load("mlp").design == load("mlp")
    assert not row(looking(app, ""), "input:0")["button"]["enabled"]


def test_inputs_of_a_block_are_named_in_place(workspace: Workspace) -> None:
    opened("lenet")
    enter(document("lenet"), "features", "inputs", "image, mask")
    assert find(workspace.load("lenet").design, "features").input_names == ("image", "mask")
    enter(document("lenet"), "features", "inputs", "x")
    assert workspace.load("lenet").design == load("lenet")


def test_wires_to_inputs_that_are_gone_go_with_them() -> None:
    block = Sequential(id="b", inputs=("a", "c"), input_names=("x", "y"))
    assert renamed("b", block, ["x"])[1:] == [{"edit": "set_inputs", "path": "b", "inputs": ["a"]}]
    assert len(renamed("b", block, ["x", "z"])) == 1
