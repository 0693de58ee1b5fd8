"""Buttons and choices of the inspector: actions, definitions, wires; and all certain fixes at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import composer
from composer.design.edits import apply
from composer.design.nodes import Sequential, Shared, Use
from composer.design.paths import find
from composer.templates import load
from composer.ui import handler
from composer.ui.actions import outermost
from composer.ui.document import Document
from composer.ui.ports import renamed
from composer.ui.state import ACTIONS
from composer.ui.wires import in_scope, slots
from composer.workspace import Workspace

SCRIPT = Path(composer.__file__).parent / "web" / "app.py"


def opened(template: str, path: str) -> AppTest:
    app = AppTest.from_file(SCRIPT, default_timeout=60).run()
    app.button(key=f"use:{template}").click().run()
    return chosen(app, path)


def chosen(app: AppTest, *paths: str) -> AppTest:
    app.session_state["selected_path"] = paths[-1]
    app.session_state["selected_paths"] = list(paths)
    app.session_state[ACTIONS] = True
    app.run()
    assert not app.exception, app.exception
    return app


def test_a_block_is_made_a_definition_and_edited_in_place(workspace: Workspace) -> None:
    app = opened("lenet", "features")
    app.button(key="act:define").click().run()
    design = workspace.load("lenet").design
    node = find(design, "features")
    assert isinstance(node, Use) and node.of == "Features"
    app.button(key="enter").click().run()
    assert app.session_state["selected_path"] == ".Features"
    app.button(key="leave").click().run()
    assert app.session_state["selected_path"] == ""


def test_actions_on_several_nodes_are_one_step(workspace: Workspace) -> None:
    app = opened("lenet", "features.conv1")
    chosen(app, "features.conv1", "features.act1")
    app.button(key="act:wrap:Sequential").click().run()
    design = workspace.load("lenet").design
    assert [path for path in ("features.sequential1.conv1", "features.sequential1.act1") if find(design, path)]
    app.button(key="undo").click().run()
    assert workspace.load("lenet").design == load("lenet")
    chosen(app, "classifier.fc1").button(key="act:shared").click().run()
    found = workspace.load("lenet").design
    assert any(isinstance(each, Shared) for each in find(found, "classifier").children)
    chosen(app, "flatten").button(key="act:remove").click().run()
    assert not app.exception
    assert "flatten" not in {each.id for each in workspace.load("lenet").design.root.children}


def test_what_lies_inside_what_is_selected_goes_with_it() -> None:
    assert outermost(["", "a.b", "a", "c", "ab", ".D", ".D.x"]) == ["a", "c", "ab", ".D.x"]


def test_a_wire_is_chosen_from_what_is_in_scope(workspace: Workspace) -> None:
    app = opened("mlp", "")
    app = chosen(app, "out")
    box = app.selectbox(key="field:mlp:out:0:wire")
    assert box.options[0] == "(relu)"
    assert box.options[-3:] == ["relu", "hidden", "x"]
    box.set_value("hidden").run()
    assert not app.exception
    assert find(workspace.load("mlp").design, "out").inputs == ("hidden",)
    app.selectbox(key="field:mlp:out:0:wire").set_value("").run()
    assert find(workspace.load("mlp").design, "out").inputs == ()


def test_slots_follow_what_a_node_takes(lenet: Document) -> None:
    assert in_scope(lenet, "") == []
    assert in_scope(lenet, "features.act1") == ["conv1", "x"]
    handler.apply(lenet, [{"edit": "insert", "path": "", "index": 2, "node": {"kind": "Add", "id": "sum"}}])
    assert in_scope(lenet, "sum") == ["flatten", "features", "x"]
    for inputs in ([], ["features"], ["features", "x"], ["features", "flatten", "x"]):
        handler.apply(lenet, [{"edit": "set_inputs", "path": "sum", "inputs": inputs}])
        node = find(lenet.design, "sum")
        assert node.inputs == tuple(inputs)
        assert len(slots(lenet, "sum", node)) == max(2, len(inputs) + 1)  # one more than are wired


@pytest.mark.parametrize("wrong", [1, 2])
def test_all_certain_fixes_are_one_step(workspace: Workspace, wrong: int) -> None:
    app = opened("lenet", "features.conv1")
    design = workspace.load("lenet").design
    document_edits = [("features.conv1", "out_channels", 8), ("classifier.fc1", "out_features", 100)][:wrong]
    for path, name, value in document_edits:
        app = chosen(app, path)
        app.text_input(key=f"field:lenet:{path}:{name}").set_value(str(value)).run()
        design = apply(design, {"edit": "set_option", "path": path, "name": name, "value": value})
    assert workspace.load("lenet").design == design
    app.button(key="repair").click().run()
    assert not app.exception
    fixed = workspace.load("lenet").design
    assert find(fixed, "features.conv2").options["in_channels"] == 8
    assert "repair" not in {each.key for each in app.button}
    app.button(key="undo").click().run()
    assert workspace.load("lenet").design == design


def test_outputs_are_chosen_and_a_refused_name_is_told(workspace: Workspace) -> None:
    app = chosen(opened("mlp", ""), "")
    box = app.multiselect(key="field:mlp::outputs:wire")
    assert box.options[0] == "out" and box.value == []
    box.set_value(["out", "relu"]).run()
    assert workspace.load("mlp").design.root.outputs == ("out", "relu")  # type: ignore[union-attr]
    app.multiselect(key="field:mlp::outputs:wire").set_value([]).run()
    assert workspace.load("mlp").design == load("mlp")
    assert not app.exception


def test_inputs_of_the_design_are_added_renamed_and_removed(workspace: Workspace) -> None:
    app = chosen(opened("mlp", ""), "")
    app.button(key="add_input").click().run()
    assert [each.name for each in workspace.load("mlp").design.inputs] == ["x", "x_2"]
    app.text_input(key="field:mlp::1:input").set_value("mask").run()
    assert [each.name for each in workspace.load("mlp").design.inputs] == ["x", "mask"]
    app.text_input(key="field:mlp::1:input").set_value("x").run()
    assert any("two inputs" in each.value for each in app.toast), [each.value for each in app.toast]
    app.button(key="reset:field:mlp::1:input").click().run()
    assert workspace.load("mlp").design == load("mlp")
    assert app.button(key="reset:field:mlp::0:input").disabled
    assert not app.exception


def test_inputs_of_a_block_are_named_in_place(workspace: Workspace) -> None:
    app = opened("lenet", "features")
    app.text_input(key="field:lenet:features:inputs:names").set_value("image, mask").run()
    design = workspace.load("lenet").design
    assert find(design, "features").input_names == ("image", "mask")
    app.text_input(key="field:lenet:features:inputs:names").set_value("x").run()
    assert workspace.load("lenet").design == load("lenet")
    assert not app.exception


def test_wires_to_inputs_that_are_gone_go_with_them() -> None:
    block = Sequential(id="b", inputs=("a", "c"), input_names=("x", "y"))
    assert renamed("b", block, ["x"])[1:] == [{"edit": "set_inputs", "path": "b", "inputs": ["a"]}]
    assert len(renamed("b", block, ["x", "z"])) == 1
