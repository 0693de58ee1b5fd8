"""The form of the Train page: what it holds, what it begins with, and what it says of data."""

from __future__ import annotations

import shlex
import time
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner
from streamlit.testing.v1 import AppTest

from composer import templates
from composer.cli import cli
from composer.training.config import TrainConfig, config_of, dumps
from composer.training.layout import CONFIG, DESIGN, METRICS
from composer.training_reports import ParametersRow
from composer.ui import models
from composer.ui.training import asking
from composer.workspace import Following, Workspace
from tests.build import chain, layer, linear
from tests.ui import pages
from tests.ui.pages import checked, document, labelled
from tests.ui.test_train import NET, opened, said, waited

__all__ = ["opened"]


def _elsewhere_or_there() -> None:
    import streamlit as st

    from tests.ui.pages import _page

    if not st.session_state.get("elsewhere"):
        _page("train")


def _visits(id: str) -> AppTest:
    app = AppTest.from_function(_elsewhere_or_there, default_timeout=60)
    app.query_params["design"] = id
    return pages.settled(app.run())


def _away_and_back(app: AppTest) -> None:
    for elsewhere in (True, False):
        app.session_state["elsewhere"] = elsewhere
        checked(app.run())


def test_fields_hold_their_values_while_other_pages_are_looked_at(workspace: Workspace) -> None:
    app = _visits(workspace.create(NET).id)
    app.selectbox(key="train:data:net").set_value("breast_cancer")
    app.number_input(key="train:epochs").set_value(7)
    app.number_input(key="train:batch").set_value(32)
    app.number_input(key="train:processes").set_value(2)
    app.selectbox(key="train:optimizer").set_value("SGD")
    app.selectbox(key="train:schedule").set_value("StepLR")
    checked(app.run())
    app.number_input(key="train:lr:SGD").set_value(0.25)
    app.text_input(key="train:optimizer:SGD:momentum").set_value("0.5")
    app.text_input(key="train:schedule:StepLR:step_size").set_value("3")
    checked(app.run())
    _away_and_back(app)
    numbers = {key: app.number_input(key=f"train:{key}").value for key in ("epochs", "batch", "processes", "lr:SGD")}
    assert numbers == {"epochs": 7, "batch": 32, "processes": 2, "lr:SGD": 0.25}
    assert app.selectbox(key="train:data:net").value == "breast_cancer"
    assert app.text_input(key="train:optimizer:SGD:momentum").value == "0.5"
    assert app.text_input(key="train:schedule:StepLR:step_size").value == "3"


def test_each_design_has_values_of_its_own(workspace: Workspace) -> None:
    app = _visits(workspace.create(NET).id)
    other = workspace.create(templates.load("lenet")).id
    for id, epochs in (("net", 7), (other, 9)):
        app.session_state["open_design"] = id
        app.query_params["design"] = id
        checked(app.run())
        assert app.number_input(key="train:epochs").value == 25
        checked(app.number_input(key="train:epochs").set_value(epochs).run())
    app.query_params["design"] = "net"
    assert checked(app.run()).number_input(key="train:epochs").value == 7


def test_a_new_session_begins_with_the_last_run_of_the_design(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = workspace.create(NET)
    asked = {
        "format": "block-composer-training", "version": 1, "data": "wine", "epochs": 3, "batch_size": 16, "clip": 2.0,
        "loss": {"kind": "MultiMarginLoss"}, "optimizer": {"kind": "SGD", "options": {"lr": 0.5, "momentum": 0.9}},
        "schedule": {"kind": "StepLR", "options": {"step_size": 2}, "every": "step"},
    }  # fmt: skip
    config = config_of(asked)
    path = workspace.runs.new_path("net")
    (path / CONFIG).write_text(dumps(config))
    (path / DESIGN).write_text(document(stored.id).text)
    begun: list[TrainConfig] = []
    monkeypatch.setattr(asking, "begin", lambda document, config, *others: begun.append(config))
    app = pages.open_page("train", stored.id)
    assert app.number_input(key="train:lr:SGD").value == 0.5
    assert app.text_input(key="train:optimizer:SGD:momentum").value == "0.9"
    checked(app.button(key="train").click().run())
    assert begun == [config]


def test_large_models_begin_with_small_steps(workspace: Workspace) -> None:
    app = pages.open_page("train", workspace.create(NET).id)
    assert (app.number_input(key="train:lr:AdamW").value, app.number_input(key="train:batch").value) == (0.005, 64)
    app = pages.open_page("train", workspace.create(templates.load("resnet18")).id)
    assert (app.number_input(key="train:lr:AdamW").value, app.number_input(key="train:batch").value) == (0.001, 16)


def test_a_large_learning_rate_is_taken(opened: AppTest) -> None:
    checked(opened.number_input(key="train:lr:AdamW").set_value(1e6).run())
    assert opened.number_input(key="train:lr:AdamW").value == 1e6 and not opened.button(key="train").disabled


def _table(workspace: Workspace, name: str, *lines: str) -> str:
    path: Path = workspace.data.path(name)
    path.write_text("\n".join(lines))
    return str(path)


def test_data_that_cannot_be_read_keeps_nobody_waiting(opened: AppTest, workspace: Workspace) -> None:
    path = _table(workspace, "oops.csv", "a,b", "1,2", "1,2,3")
    checked(opened.run())
    opened.session_state["train:look_data"] = True
    checked(opened.selectbox(key="train:data:net").set_value(path).run())
    waited(opened, "row 3")
    assert "Looking at what" not in said(opened) and opened.button(key="train").disabled
    assert opened.selectbox(key="train:loss").placeholder == "needs other data"
    checked(opened.button(key="look_data").click().run())
    for _turn in range(40):
        if said(opened).count("row 3") > 1:
            break
        time.sleep(0.2)
        checked(opened.run())
    checked(opened.selectbox(key="train:data:net").set_value("wine").run())
    assert "row 3" not in said(opened) and not opened.button(key="train").disabled


def test_a_data_file_is_chosen_by_its_name_and_comes_back_when_it_was_deleted(
    opened: AppTest, workspace: Workspace
) -> None:
    path = _table(workspace, "mine.csv", "a,b", *(f"{k},{k}" for k in range(9)))
    opened.session_state["train:look_data"] = True
    checked(opened.run())
    checked(opened.button(key="use_file:mine.csv").click().run())
    assert opened.selectbox(key="train:data:net").value == path and workspace.data.all()
    checked(opened.button(key="drop_data:mine.csv").click().run())
    assert "Deleted mine.csv." in said(opened) and not workspace.data.all()
    checked(labelled(opened, "Undo deletion").click().run())
    assert [each.name for each in workspace.data.all()] == ["mine.csv"] and "Deleted" not in said(opened)


def test_columns_of_a_table_are_left_out_and_learned(
    opened: AppTest, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[TrainConfig] = []
    monkeypatch.setattr(asking, "begin", lambda document, config, *others: begun.append(config))
    columns = [f"c{k}" for k in range(13)]
    rows = [",".join((f"id-{k}", str(k % 3), *(str(k * j % 7) for j in range(13)))) for k in range(60)]
    path = _table(workspace, "names.csv", ",".join(("id", "kind", *columns)), *rows)
    checked(opened.run())
    checked(opened.selectbox(key="train:data:net").set_value(path).run())
    waited(opened, "Leave out its column")
    target = next(each for each in opened.selectbox if each.label == "Learn")
    assert target.options == ["c12 (the last)", "id", "kind", *columns]
    next(each for each in opened.multiselect if each.label == "Leave out").set_value(["id"])
    checked(opened.run())
    target = next(each for each in opened.selectbox if each.label == "Learn")
    checked(target.set_value("kind").run())
    for _turn in range(40):
        if not opened.button(key="train").disabled:
            break
        time.sleep(0.2)
        checked(opened.run())
    checked(opened.button(key="train").click().run())
    assert begun[0].how.skip == ("id",) and begun[0].how.target == "kind"


def test_what_does_not_fit_is_marked(workspace: Workspace) -> None:
    app = pages.open_page("train", workspace.create(templates.load("mixed_mlp")).id)
    options = app.selectbox(key="train:data:chimera").options
    assert options and all(each.endswith("(does not fit)") for each in options)
    assert "Bring data of your own below." in said(app) and "as is offered" not in said(app)


def _change_values() -> None:
    changing = partial(models.pool().get("net").call, "change", text=document("net").text)
    changing(name="0.weight", where="[:]", how="set", number=0.25)


def _commands_of(app: AppTest) -> list[str]:
    return [each.value for each in app.code]


def _files_of(app: AppTest) -> list[str]:
    labels = [str(each.proto.label).replace("\\", "") for each in app.get("download_button")]
    return [each for each in labels if each.startswith("Net")]


def test_a_run_from_initial_values_is_the_command_without_weights(opened: AppTest) -> None:
    assert not any("--weights" in each for each in _commands_of(opened)) and "Starts from" not in said(opened)
    assert _files_of(opened) == ["Net.json", "Net-training.json"]


def test_the_files_that_the_command_names_are_offered_and_do(
    opened: AppTest, workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text = document("net").text
    _change_values()
    checked(opened.number_input(key="train:epochs").set_value(1).run())
    assert "Starts from the live model's values as they are now." in said(opened)
    typed = _commands_of(opened)[0]
    names = _files_of(opened)
    assert names == ["Net.json", "Net-training.json", "Net-weights.safetensors"]
    assert all(name in typed for name in names) and "--weights Net-weights.safetensors" in typed
    begun: list[TrainConfig] = []
    monkeypatch.setattr(asking, "begin", lambda document, config, *others: begun.append(config))
    checked(checked(opened.run()).button(key="train").click().run())
    monkeypatch.chdir(tmp_path)
    Path(names[0]).write_text(text)
    Path(names[1]).write_text(dumps(begun[0]))
    Path(names[2]).write_bytes(asking.weights_file(document("net")))
    done = CliRunner().invoke(cli, shlex.split(typed)[1:])
    assert done.exit_code == 0 and "All 3 steps are done." in done.output, done.output
    first = next(row for row in Following(tmp_path / "runs" / "Net" / METRICS).read() if isinstance(row, ParametersRow))
    assert next(each for each in first.parameters if each.name == "0.weight").mean == pytest.approx(0.25, abs=0.01)


def test_a_batch_of_all_samples_is_called_that(workspace: Workspace) -> None:
    pads = (layer("p", "ConstantPad1d", padding=(0, 10**8), value=0.0), layer("m", "AdaptiveAvgPool1d", output_size=3))
    net = chain(linear("0", 13, 16), *pads, inputs=NET.inputs, name="Net")
    app = pages.open_page("train", workspace.create(net).id)
    app.selectbox(key="train:data:net").set_value("wine")
    app.number_input(key="train:batch").set_value(500)
    checked(app.run())
    checked(app.button(key="train").click().run())
    waited(app, "Batch 142, all samples that are trained on, needs about")


def test_compose_says_that_values_are_initial_only_where_they_are(workspace: Workspace) -> None:
    id = workspace.create(NET).id
    models.pool().close(id)
    app = AppTest.from_file(pages.SCRIPT, default_timeout=60)
    app.query_params["design"] = id
    app.session_state["panel"] = "Run"
    initial = "It has its initial values until it is trained."
    assert initial in said(checked(app.run()))
    _change_values()
    assert initial not in said(checked(app.run())) and "Run the model to see" in said(app)


def test_a_run_has_what_was_typed_just_before_the_click_and_what_follows_from_that(
    opened: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[TrainConfig] = []
    monkeypatch.setattr(asking, "begin", lambda document, config, *others: begun.append(config))
    checked(opened.selectbox(key="train:schedule").set_value("CosineAnnealingLR").run())
    assert opened.text_input(key="train:schedule:CosineAnnealingLR:T_max").placeholder == "25"
    opened.number_input(key="train:epochs").set_value(40)
    checked(opened.button(key="train").click().run())
    assert [each.epochs for each in begun] == [40] and begun[0].schedule
    assert begun[0].schedule.options == {"T_max": 40}
