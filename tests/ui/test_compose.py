"""The Compose page without a browser: what it shows, and what its widgets do."""

from __future__ import annotations

import time

import pytest
from streamlit.testing.v1 import AppTest

from composer.design.edits import apply
from composer.design.nodes import Layer
from composer.design.paths import find
from composer.reports import ShapesReport
from composer.ui import models
from composer.ui.messages import escape
from composer.workspace import Workspace
from tests.ui.pages import SCRIPT, document, enter, inspected, values

CONV = "features.conv1"


@pytest.fixture
def app(workspace: Workspace) -> AppTest:
    """The app, at its start page."""
    return AppTest.from_file(SCRIPT, default_timeout=60).run()


@pytest.fixture
def opened(app: AppTest) -> AppTest:
    """The app with LeNet open and its first convolution selected."""
    app.button(key="use:lenet").click().run()
    app.session_state["selected_path"] = CONV
    return checked(app.run())


def checked(app: AppTest) -> AppTest:
    assert not app.exception, app.exception
    return app


def told(app: AppTest, name: str) -> str:
    return next(str(each["value"]) for each in inspected(app)["facts"] if each["name"] == name)


def texts(app: AppTest) -> str:
    shown = (*app.subheader, *app.markdown, *app.caption, *app.toast)
    return "\n".join(each.value for each in shown)


def option(workspace: Workspace, name: str) -> object:
    node = find(workspace.load("lenet").design, CONV)
    assert isinstance(node, Layer)
    return node.options.get(name)


def test_start_page_offers_templates(app: AppTest) -> None:
    checked(app)
    labels = [each.label for each in app.button]
    assert {"Use LeNet", "Use GPT2"} <= set(labels)
    assert "What you make is saved at once" in texts(app)
    assert not app.query_params


def test_a_template_is_opened_and_saved(app: AppTest, workspace: Workspace) -> None:
    app.button(key="use:lenet").click().run()
    assert checked(app).query_params["design"] == "lenet"
    assert workspace.load("lenet").design.name == "LeNet"
    assert "No problems" in texts(app)
    assert {"name": "parameters", "value": "61,706", "note": "", "title": ""} in inspected(app)["facts"]


def test_renaming_keeps_the_file(app: AppTest, workspace: Workspace) -> None:
    app.button(key="use:mlp").click().run()
    app.session_state["designs"] = True
    app.run()
    app.text_input(key="name:mlp:MLP").set_value("Mine").run()
    assert checked(app).query_params["design"] == "mlp"
    assert inspected(app)["head"]["name"] == "Mine"
    assert workspace.load("mlp").design.name == "Mine"


def test_a_link_opens_a_design(opened: AppTest, workspace: Workspace) -> None:
    other = AppTest.from_file(SCRIPT, default_timeout=60)
    other.query_params["design"] = "lenet"
    assert inspected(checked(other.run()))["head"]["kind"] == "design"
    other = AppTest.from_file(SCRIPT, default_timeout=60)
    other.query_params["design"] = "nothing"
    other.run()
    assert "There is no design 'nothing'" in texts(checked(other)).replace("\\", "")
    assert not other.query_params


def test_going_back_leads_to_the_start(opened: AppTest) -> None:
    opened.query_params.clear()
    assert "Use LeNet" in [each.label for each in checked(opened.run()).button]


def test_an_option_changes_dependent_shapes_and_problems(opened: AppTest, workspace: Workspace) -> None:
    assert told(opened, "out") == "N×6×28×28"
    enter(document("lenet"), CONV, "out_channels", "8")
    assert option(workspace, "out_channels") == 8
    assert told(opened.run(), "out") == "N×8×28×28"
    assert "expects 6 input channels, received 8" in texts(opened).replace("\\", "")
    fix = next(each for each in opened.button if each.label == escape("set in_channels=8"))
    fix.click().run()
    assert "No problems" in texts(checked(opened))
    opened.button(key="undo").click().run()
    opened.button(key="undo").click().run()
    assert option(workspace, "out_channels") == 6
    assert values(inspected(opened))["out_channels"] == "6"
    opened.button(key="redo").click().run()
    assert values(inspected(opened))["out_channels"] == "8"


def test_runs_on_real_digits(opened: AppTest) -> None:
    opened.session_state["panel"] = "Run"
    opened.run()
    opened.number_input(key="run:samples").set_value(4).run()
    opened.button(key="run").click().run()
    end = time.monotonic() + 60
    while "handwritten digits" not in texts(opened).replace("\\", "") and time.monotonic() < end:
        opened.run()
    assert "nothing is trained yet" in texts(checked(opened))


def test_a_stale_save_offers_a_choice(opened: AppTest, workspace: Workspace) -> None:
    stored = workspace.load("lenet")
    changed = apply(stored.design, {"edit": "set_design", "seed": 7})
    workspace.save("lenet", changed, stored.revision)
    enter(document("lenet"), CONV, "out_channels", "8")
    assert "changed elsewhere" in texts(checked(opened.run()))
    next(each for each in opened.button if each.label == "Overwrite the file").click().run()
    assert "changed elsewhere" not in texts(checked(opened))
    assert option(workspace, "out_channels") == 8
    assert workspace.load("lenet").design.seed == 0


def test_a_file_that_holds_no_design_is_not_loaded(opened: AppTest, workspace: Workspace) -> None:
    (workspace.root / "designs" / "lenet.json").write_text("{ broken", encoding="utf-8")
    opened.run()
    next(each for each in opened.button if each.label == "Load the file's").click().run()
    assert any("no design that can be read" in each.value.replace("\\", "") for each in checked(opened).toast)
    assert "changed elsewhere" in texts(opened)


def test_a_change_outside_is_told(opened: AppTest, workspace: Workspace) -> None:
    stored = workspace.load("lenet")
    workspace.save("lenet", apply(stored.design, {"edit": "set_design", "seed": 7}), stored.revision)
    assert any("Another program changed" in each.value for each in checked(opened.run()).toast)


def test_a_kernel_that_fails_is_a_message(opened: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(text: str) -> models.Preview:
        return models.Preview(ShapesReport(), "The model's process crashed.")

    with monkeypatch.context() as patch:
        patch.setattr(models, "preview", fail)
        opened.run()
    assert "The model's process crashed" in texts(checked(opened)).replace("\\", "")
    next(each for each in opened.button if each.label == "Start again").click().run()
    assert "crashed" not in texts(checked(opened))
