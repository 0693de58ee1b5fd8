"""The Compose page without a browser: what it shows, and what its widgets do."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import composer
from composer.design.edits import apply
from composer.design.nodes import Layer
from composer.design.paths import find
from composer.reports import ShapesReport
from composer.ui import models
from composer.ui.messages import escape
from composer.workspace import Workspace

SCRIPT = Path(composer.__file__).parent / "web" / "app.py"
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


def field(name: str, path: str = CONV) -> str:
    return f"field:lenet:{path}:{name}"


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
    assert "parameters **61,706**" in texts(app)


def test_renaming_keeps_the_file(app: AppTest, workspace: Workspace) -> None:
    app.button(key="use:mlp").click().run()
    app.text_input(key="field:mlp::name").set_value("Mine").run()
    assert checked(app).query_params["design"] == "mlp"
    assert "Mine :gray[design]" in texts(app)
    assert workspace.load("mlp").design.name == "Mine"


def test_a_link_opens_a_design(opened: AppTest, workspace: Workspace) -> None:
    other = AppTest.from_file(SCRIPT, default_timeout=60)
    other.query_params["design"] = "lenet"
    assert "LeNet :gray[design]" in texts(checked(other.run()))
    other = AppTest.from_file(SCRIPT, default_timeout=60)
    other.query_params["design"] = "nothing"
    other.run()
    assert "There is no design 'nothing'" in texts(checked(other)).replace("\\", "")
    assert not other.query_params


def test_going_back_leads_to_the_start(opened: AppTest) -> None:
    opened.query_params.clear()
    assert "Use LeNet" in [each.label for each in checked(opened.run()).button]


def test_an_option_changes_dependent_shapes_and_problems(opened: AppTest, workspace: Workspace) -> None:
    assert "out **N×6×28×28**" in texts(opened)
    opened.text_input(key=field("out_channels")).set_value("8").run()
    assert option(workspace, "out_channels") == 8
    assert "out **N×8×28×28**" in texts(checked(opened))
    assert "expects 6 input channels, received 8" in texts(opened).replace("\\", "")
    fix = next(each for each in opened.button if each.label == escape("set in_channels=8"))
    fix.click().run()
    assert "No problems" in texts(checked(opened))
    opened.button(key="undo").click().run()
    opened.button(key="undo").click().run()
    assert option(workspace, "out_channels") == 6
    assert opened.text_input(key=field("out_channels")).value == "6"
    opened.button(key="redo").click().run()
    assert opened.text_input(key=field("out_channels")).value == "8"


def test_a_text_that_is_no_value_stays_beside_its_reason(opened: AppTest, workspace: Workspace) -> None:
    opened.text_input(key=field("out_channels")).set_value("many").run()
    assert "out_channels expects an integer ≥ 1, received 'many'" in texts(checked(opened)).replace("\\", "")
    assert option(workspace, "out_channels") == 6
    opened.session_state["selected_path"] = "flatten"
    opened.run()
    opened.session_state["selected_path"] = CONV
    opened.run()
    assert opened.text_input(key=field("out_channels")).value == "many"
    opened.text_input(key=field("out_channels")).set_value("").run()
    assert opened.text_input(key=field("out_channels")).value == "6"
    assert "received 'many'" not in texts(checked(opened)).replace("\\", "")


def test_every_sort_of_field(opened: AppTest, workspace: Workspace) -> None:
    opened.toggle(key=field("bias")).set_value(False).run()
    opened.selectbox(key=field("padding_mode")).set_value("reflect").run()
    opened.text_input(key=field("kernel_size")).set_value("3, 5").run()
    opened.text_input(key=field("padding")).set_value("same").run()
    checked(opened)
    held = {name: option(workspace, name) for name in ("bias", "padding_mode", "kernel_size", "padding")}
    assert held == {"bias": False, "padding_mode": "reflect", "kernel_size": (3, 5), "padding": "same"}
    opened.selectbox(key=field("padding_mode")).set_value("zeros").run()
    assert opened.selectbox(key=field("padding_mode")).value == "zeros"
    assert option(workspace, "padding_mode") is None
    opened.text_input(key=field("padding")).set_value("").run()
    assert opened.text_input(key=field("padding")).value == "0"
    assert option(workspace, "padding") is None


def test_a_new_id_keeps_the_selection(opened: AppTest) -> None:
    opened.text_input(key=field("id")).set_value("act1").run()
    assert "id expects" in texts(checked(opened)).replace("\\", "")
    opened.text_input(key=field("id")).set_value("stem").run()
    assert opened.session_state["selected_path"] == "features.stem"
    assert "stem :gray[Conv2d]" in texts(checked(opened))


def test_runs_on_real_digits(opened: AppTest) -> None:
    opened.session_state["panel"] = "Run"
    opened.run()
    opened.number_input(key="run:samples").set_value(4).run()
    opened.button(key="run").click().run()
    for _ in range(100):
        if "handwritten digits" in texts(opened).replace("\\", ""):
            break
        opened.run()
    assert "nothing is trained yet" in texts(checked(opened))


def test_a_stale_save_offers_a_choice(opened: AppTest, workspace: Workspace) -> None:
    stored = workspace.load("lenet")
    changed = apply(stored.design, {"edit": "set_design", "seed": 7})
    workspace.save("lenet", changed, stored.revision)
    opened.text_input(key=field("out_channels")).set_value("8").run()
    assert "changed elsewhere" in texts(checked(opened))
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
