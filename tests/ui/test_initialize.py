"""The Initialize page without a browser: what it says of the live model, and what its buttons do."""

from __future__ import annotations

import re
import threading
from html import unescape

import pytest
from streamlit.testing.v1 import AppTest

from composer.design.document import Input
from composer.design.edits import apply
from composer.design.nodes import Layer, Repeat, Sequential
from composer.design.paths import find
from composer.errors import KernelStopped
from composer.reports import LiveReport, Progress
from composer.ui import live, models
from composer.ui.initialize import _going_on
from composer.ui.inputs import sizes_of
from composer.ui.jobs import Job
from composer.workspace import Workspace
from tests.build import chain, layer, linear, op
from tests.ui import pages
from tests.ui.pages import checked, settled

X20 = (Input(name="x", shape=("N", 20)),)
MLP = chain(
    layer("0", "LazyLinear", out_features=256),
    op("1", "relu"),
    layer("2", "LazyLinear", out_features=10),
    inputs=X20,
    name="LazyMLP",
)


def open_page(id: str) -> AppTest:
    return pages.open_page("initialize", id)


@pytest.fixture
def opened(workspace: Workspace) -> AppTest:
    """The page with a lazy MLP, whose live model is new."""
    id = workspace.create(MLP).id
    models.pool().close(id)
    return open_page(id)


def said(app: AppTest) -> str:
    return "\n".join(each.value for each in (*app.markdown, *app.caption, *app.toast)).replace("\\", "")


def rows(app: AppTest, number: int = 0) -> list[list[str]]:
    """The cells of a table on the page, without its head."""
    tables = [each.proto.body for each in app.get("html") if "<table>" in each.proto.body]
    lines = re.findall(r"<tr>(.*?)</tr>", tables[number])[1:]
    return [
        [unescape(re.sub("<.*?>", "", each)) for each in re.findall(r"<t[hd].*?>(.*?)</t[hd]>", line)] for line in lines
    ]


def click(app: AppTest, key: str) -> AppTest:
    return settled(app.button(key=key).click().run())


def test_where_no_design_is_open_it_offers_some(workspace: Workspace) -> None:
    app = open_page("")
    assert "Use LeNet" in [each.label for each in app.button]


def test_before_a_dry_run_the_live_model_knows_nothing(opened: AppTest) -> None:
    unknown = ["LazyLinear", "float32", "◐ inferred", "<UninitializedParameter>"]
    assert rows(opened) == [
        ["0.weight", *unknown, "256×20", "unknown"],
        ["0.bias", *unknown, "256", "unknown"],
        ["2.weight", *unknown, "10×256", "unknown"],
        ["2.bias", *unknown, "10", "unknown"],
    ]
    assert "Parameters of the live model **unknown**" in said(opened)
    assert "As inferred from the declared input **7,946**" in said(opened)
    assert "No lazy layer of the live model has taken its sizes" in said(opened)
    concrete, reset = opened.button(key="make_concrete"), opened.button(key="reset")
    assert concrete.disabled and concrete.help == "No lazy layer has sizes yet: a dry run gives them."
    assert reset.disabled and reset.help == "All lazy layers wait for their first input already."


def test_looking_again_changes_nothing(opened: AppTest) -> None:
    assert rows(checked(opened.run())) == rows(opened)
    assert "Parameters of the live model **unknown**" in said(opened)


def test_from_a_dry_run_to_a_concrete_design_and_back(opened: AppTest, workspace: Workspace) -> None:
    click(opened, "dry_run")
    assert rows(opened)[0] == [
        "0.weight", "LazyLinear → Linear", "float32", "● materialized", "256×20", "256×20", "5,120"
    ]  # fmt: skip
    assert "Parameters of the live model **7,946**" in said(opened)
    log = [
        ["0", "LazyLinear → Linear", "in_features=20", "2×20 from x", "weight 256×20, bias 256"],
        ["2", "LazyLinear → Linear", "in_features=256", "2×256 from 1", "weight 10×256, bias 10"],
    ]
    assert rows(opened, 1) == log
    assert rows(open_page("lazymlp"), 1) == log, "another look finds it"

    click(opened, "make_concrete")
    node = find(workspace.load("lazymlp").design, "0")
    assert isinstance(node, Layer)
    assert (node.kind, node.options) == ("Linear", {"in_features": 20, "out_features": 256})
    assert rows(opened)[0][1:4] == ["Linear", "float32", "● materialized"]
    assert "Undo takes back what Make concrete did" in opened.button(key="reset").help

    click(opened, "undo")
    assert workspace.load("lazymlp").design == MLP
    assert rows(opened)[0][1:4] == ["LazyLinear → Linear", "float32", "● materialized"]
    click(opened, "reset")
    assert rows(opened)[0][3:5] == ["◐ inferred", "<UninitializedParameter>"]


def test_a_shape_typed_by_hand_that_does_not_fit_loses_nothing(opened: AppTest) -> None:
    click(opened, "dry_run")
    before = rows(opened)
    opened.segmented_control(key="dry:lazymlp:data").set_value("typed").run()
    assert opened.text_input(key="dry:lazymlp:shape:x").value == "2, 20"
    opened.text_input(key="dry:lazymlp:shape:x").set_value("2×30").run()
    click(opened, "dry_run")
    assert "0: expects 20 input features (its weight is 256×20), received 30 (from x, shape 2×30)" in said(opened)
    assert "Reset to lazy lets it take them from this one" in said(opened)
    assert rows(opened) == before
    click(opened, "reset")
    click(opened, "dry_run")
    assert "received" not in said(opened)
    assert rows(opened)[0][4:] == ["256×30", "256×20", "7,680"]


def test_a_text_that_is_no_shape(opened: AppTest) -> None:
    opened.segmented_control(key="dry:lazymlp:data").set_value("typed").run()
    opened.text_input(key="dry:lazymlp:shape:x").set_value("many").run()
    assert "expects 1 to 8 whole numbers" in said(opened)
    click(opened, "dry_run")
    assert any("A shape is 1 to 8 whole numbers" in each.value for each in opened.toast)
    assert rows(opened)[0][3] == "◐ inferred"


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("2, 20", (2, 20)),
        ("(2,20)", (2, 20)),
        ("2×3×28×28", (2, 3, 28, 28)),
        ("2x20", (2, 20)),
        ("7", (7,)),
        ("(2,)", (2,)),
        (" [2  20] ", (2, 20)),
        ("2, x", None),
        ("x", None),
        ("2,, 20", None),
        ("", None),
        ("2, 0", None),
        ("-2, 20", None),
        ("2.5", None),
        ("1e3", None),
        ("²", None),
        ("9999999999999999999999", None),
        (", ".join("1" * 9), None),
    ],
)
def test_shapes_as_people_write_them(text: str, sizes: tuple[int, ...] | None) -> None:
    assert sizes_of(text) == sizes


def test_sizes_that_do_not_match(workspace: Workspace) -> None:
    nodes = (layer("0", "LazyLinear", out_features=256), linear("1", 128, 10))
    workspace.create(chain(*nodes, inputs=X20, name="Wrong"))
    models.pool().close("wrong")
    app = open_page("wrong")
    assert "The design has 1 problem, which Compose shows" in said(app)
    assert [row[3:5] for row in rows(app)][1:3] == [
        ["◐ inferred", "<UninitializedParameter>"],
        ["● materialized", "10×128"],
    ]
    click(app, "dry_run")
    assert "1: expects 128 input features (its weight is 10×128), received 256 (from 0, shape 2×256)" in said(app)
    assert "Nothing of the model was changed" in said(app)
    assert rows(app)[0][4] == "<UninitializedParameter>"


def test_a_design_that_is_no_model(workspace: Workspace) -> None:
    workspace.create(chain(layer("0", "Linear", in_features=4), name="Half"))
    models.pool().close("half")
    app = open_page("half")
    app.session_state["init:tab:half"] = "Sizes of lazy layers"
    settled(app.run())
    assert "0: expects a value for out_features" in said(app)
    click(app, "look_again")
    workspace.save(
        "half", apply(workspace.load("half").design, {"edit": "remove", "path": "0"}), workspace.revision("half")
    )
    assert "no parameters and no buffers" in said(checked(app.run()))


def test_a_stopped_dry_run_begins_anew(opened: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    from composer.ui import state

    click(opened, "dry_run")
    monkeypatch.setattr(live, "PATIENCE", 0.0)
    document = state.documents().open("lazymlp")
    live.dry_run(document, "random", 2, None)
    live.stop(document)
    found = live.live_of(document)
    assert found.busy is None and found.action is not None
    monkeypatch.setattr(live, "PATIENCE", 60.0)
    if found.action.job.stopped and found.action.failed:
        assert "It was stopped, and with it the model's process" in said(settled(opened.run()))
        assert rows(opened)[0][3] == "◐ inferred"


def test_instances_that_differ_are_named(workspace: Workspace) -> None:
    body = Sequential(id="0", nodes=(layer("fc", "LazyLinear", out_features=8), op("act", "relu")))
    repeat = Repeat(id="r", times=2, body=body)
    workspace.create(chain(repeat, layer("last", "LazyLinear", out_features=1), inputs=X20, name="Differ"))
    models.pool().close("differ")
    app = click(open_page("differ"), "dry_run")
    assert "Make concrete leaves lazy: **r.0.fc**, its instances differ: in_features=20 at r.0.fc" in said(app)
    click(app, "make_concrete")
    last = find(workspace.load("differ").design, "last")
    assert last.kind == "Linear"
    assert app.button(key="make_concrete").help.replace("\\", "").startswith("r.0.fc: its instances differ")


def test_progress_says_which_layer_was_the_last() -> None:
    gate = threading.Event()

    def work() -> LiveReport:
        gate.wait(10)
        raise KernelStopped("gone")

    asked = live.Asked("", "dry run", Job(work, gate.set))
    assert _going_on(asked).startswith("Dry run since 0 s")
    asked.progress(Progress("body.fc", 2, 5))
    assert "2 of 5 lazy layers have sizes, body\\.fc the last" in _going_on(asked)
    asked.job.stop()
    assert asked.failed
