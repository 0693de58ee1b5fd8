"""The Parameters page without a browser: what it says of the live model, and what its buttons do."""

from __future__ import annotations

import json
import math
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Selectbox

from composer.design.document import Input
from composer.templates import load
from composer.ui import models
from composer.ui.weights import asking
from composer.ui.weights.opened import number_of
from composer.views.held import held_csv, held_json, unfreezing
from composer.workspace import Workspace
from tests.build import chain, layer, linear, op
from tests.ui import pages
from tests.ui.pages import checked, document, settled

NET = chain(linear("0", 4, 8), op("1", "relu"), linear("2", 8, 8), op("3", "relu"), linear("4", 8, 8), name="Net")


def open_page(id: str) -> AppTest:
    return pages.open_page("parameters", id)


@pytest.fixture
def opened(workspace: Workspace) -> AppTest:
    """The page with a net of three layers, whose live model is new."""
    id = workspace.create(NET).id
    models.pool().close(id)
    return open_page(id)


def table(app: AppTest) -> pd.DataFrame:
    return app.dataframe[0].value.set_index("path")


def said(app: AppTest) -> str:
    return "\n".join(each.value for each in (*app.markdown, *app.caption, *app.toast)).replace("\\", "")


def look_for(app: AppTest, text: str) -> list[str]:
    key = next(each.key for each in app.text_input if each.key and each.key.startswith("weights:find:"))
    settled(app.text_input(key=key).set_value(text).run())
    return list(table(app).index) if any("path" in each.value for each in app.dataframe) else []


def choose(app: AppTest, *names: str) -> AppTest:
    key = next(each.key for each in app.multiselect if each.key and each.key.startswith("weights:chosen:"))
    return settled(app.multiselect(key=key).set_value(list(names)).run())


def click(app: AppTest, key: str) -> AppTest:
    return settled(app.button(key=f"weights:{key}").click().run())


def apply(app: AppTest, name: str, where: str, how: str, number: str) -> AppTest:
    app.text_input(key=f"weights:where:net:{name}").set_value(where)
    app.segmented_control(key="weights:how:net").set_value(how)
    app.text_input(key="weights:number:net").set_value(number)
    return click(app, "apply")


def values(name: str) -> tuple[tuple[Any, ...], ...]:
    return asking.window(document("net"), name, "", 0, 0, 100, 100).rows


def test_where_no_design_is_open_it_offers_some(workspace: Workspace) -> None:
    app = open_page("")
    assert "Use LeNet" in [each.label for each in app.button]


def test_every_parameter_with_its_statistics(opened: AppTest) -> None:
    found = table(opened)
    assert list(found.index) == ["0.weight", "0.bias", "2.weight", "2.bias", "4.weight", "4.bias"]
    assert "Parameters **184**" in said(opened) and "trainable **184**" in said(opened)
    row = found.loc["0.weight"]
    assert (row["shape"], row["count"], row["trains"], row["dtype"], row["device"]) == (
        "8×4",
        32,
        "trains",
        "float32",
        "cpu",
    )
    flat = [v for line in values("0.weight") for v in line]
    assert math.isclose(row["mean"], sum(flat) / 32, abs_tol=1e-6) and (row["min"], row["max"]) == (
        min(flat),
        max(flat),
    )
    assert sum(row["values"]) == 32
    before = document("net").weights
    checked(opened.run())
    assert table(opened).equals(found) and document("net").weights is before


def test_a_parameter_as_the_book_writes_it(workspace: Workspace) -> None:
    id = workspace.create(load("nested_blocks")).id
    app = open_page(id)
    assert "Parameters **309**" in said(app)
    for text in ("rgnet[0][1][0].bias", "0.block 1.0.bias", "rgnet[0][1][0].bias.data"):
        assert look_for(app, text) == ["0.block 1.0.bias"]
        assert "##### 0.block 1.0.bias" in said(app)
    assert len(look_for(app, "*.bias")) == 9
    assert look_for(app, "nothing at all") == []


def test_a_wrong_regular_expression_is_told(opened: AppTest) -> None:
    opened.checkbox(key="weights:regex:net").check().run()
    assert look_for(opened, r"^\d\.b") == ["0.bias", "2.bias", "4.bias"]
    look_for(opened, "[")
    assert "No regular expression" in said(opened)


def test_a_block_narrows_the_table(opened: AppTest) -> None:
    def block() -> Selectbox:
        return next(each for each in opened.selectbox if each.key and each.key.startswith("weights:block:"))

    assert [each.strip() for each in block().options] == ["Net · 184", "0 · 40", "2 · 72", "4 · 72"]
    settled(block().set_value("4").run())
    assert list(table(opened).index) == ["4.weight", "4.bias"]
    choose(opened, "2.weight", "4.weight")
    click(opened, "tie")
    assert [each.strip() for each in block().options] == ["Net · 120", "0 · 40", "2 · 72", "4 · 72"]
    assert block().value == "4", "which stays chosen, whatever its label says now"
    assert list(table(opened).index) == ["4.weight", "4.bias"]


def test_values_are_changed_and_taken_back(opened: AppTest) -> None:
    choose(opened, "0.weight")
    before = values("0.weight")
    apply(opened, "0.weight", "", "add", "1")
    apply(opened, "0.weight", "[0, 0]", "set", "42")
    after = values("0.weight")
    assert after[0][0] == 42 and math.isclose(after[1][1], before[1][1] + 1, rel_tol=1e-6)
    assert table(opened).loc["0.weight", "max"] == 42
    assert opened.button(key="weights:undo").label.replace("\\", "") == "Undo: set 0.weight[0, 0] to 42"
    click(opened, "undo")
    click(opened, "undo")
    assert values("0.weight") == before and opened.button(key="weights:undo").disabled
    click(opened, "redo")
    click(opened, "redo")
    assert values("0.weight") == after
    assert not models.pool().get("net").call("ping").initial


def test_what_cannot_be_set_is_told(opened: AppTest) -> None:
    choose(opened, "0.weight")
    before = values("0.weight")
    apply(opened, "0.weight", "[9, 0]", "set", "1")
    assert "expects indices from -8 to 7, as its shape is 8×4" in said(opened)
    apply(opened, "0.weight", "", "set", "many")
    assert "A number is such as" in said(opened)
    assert values("0.weight") == before


def test_ties_share_values_and_untied_ones_keep_them(opened: AppTest) -> None:
    choose(opened, "2.weight", "4.weight")
    first = values("2.weight")
    click(opened, "tie")
    assert document("net").design.ties == (("2.weight", "4.weight"),)
    assert values("4.weight") == first
    assert [list(each) for each in table(opened)["tied"]] == [[], [], ["2.weight"], [], ["2.weight"], []]
    assert "Parameters **120**" in said(opened)
    apply(opened, "4.weight", "[0, 0]", "set", "100")
    assert values("2.weight")[0][0] == values("4.weight")[0][0] == 100
    choose(opened, "4.weight")
    click(opened, "untie")
    apply(opened, "4.weight", "[0, 0]", "set", "7")
    assert (values("2.weight")[0][0], values("4.weight")[0][0]) == (100, 7)
    assert document("net").design.ties == ()
    checked(opened.button(key="undo").click().run())
    assert document("net").design.ties == (("2.weight", "4.weight"),)


def test_shapes_that_differ_are_not_tied(opened: AppTest) -> None:
    choose(opened, "0.weight", "2.weight")
    button = opened.button(key="weights:tie")
    assert button.disabled and "0.weight is 8×4 float32, 2.weight is 8×8 float32" in button.help


def test_freezing_by_glob_and_back(opened: AppTest) -> None:
    look_for(opened, "*.bias")
    click(opened, "freeze")
    assert document("net").design.frozen == ("0.bias", "2.bias", "4.bias")
    assert list(table(opened)["trains"]) == ["frozen"] * 3
    assert "trainable **160**" in said(opened)
    look_for(opened, "2")
    click(opened, "unfreeze")
    assert document("net").design.frozen == ("0.bias", "4.bias")
    checked(opened.button(key="undo").click().run())
    assert document("net").design.frozen == ("0.bias", "2.bias", "4.bias")


def test_what_is_lazy_stays_so(workspace: Workspace) -> None:
    net = chain(layer("0", "LazyLinear", out_features=8), inputs=(Input(shape=("N", 20)),), name="Lazy")
    id = workspace.create(net).id
    app = open_page(id)
    assert "Parameters **unknown**" in said(app)
    assert list(table(app)["shape"]) == ["<UninitializedParameter>"] * 2
    choose(app, "0.weight")
    assert "It has no values yet" in said(app)
    assert {each.tensor.shape for each in models.pool().get(id).call("held", text=document(id).text).rows} == {None}


def test_a_design_that_is_no_model(workspace: Workspace) -> None:
    workspace.create(chain(layer("0", "Linear", in_features=4), name="Half"))
    assert "0: expects a value for out_features" in said(open_page("half"))


def test_one_of_several_under_a_frozen_block_is_unfrozen() -> None:
    rows = asking.views.rows_of(
        models.preview(__import__("composer.design.text", fromlist=["dumps"]).dumps(NET)).report
    )
    edits = unfreezing(["2"], rows, ["2.bias"])
    assert edits == [{"edit": "unfreeze", "path": "2"}, {"edit": "freeze", "path": "2.weight"}]


def test_files(opened: AppTest) -> None:
    known = document("net").weights
    assert known and known.known
    rows = known.known[1].rows
    assert held_csv(rows, {}).splitlines()[1].startswith("0.weight,8×4,float32,cpu,32,True,")
    records = json.loads(held_json(rows, {}))
    assert records[0]["shape"] == [8, 4] and sum(records[0]["histogram"]["counts"]) == 32


@pytest.mark.parametrize(
    ("text", "number"),
    [("42", 42), (" -1e-3 ", -1e-3), ("−2", -2), ("inf", math.inf), ("1+2j", 1 + 2j), ("", None), ("x", None),
     ("9" * 40, None)],
)  # fmt: skip
def test_numbers_as_people_write_them(text: str, number: object) -> None:
    assert number_of(text) == number


def test_several_are_compared(workspace: Workspace) -> None:
    app = open_page(workspace.create(NET).id)
    key = "weights:compare:net"
    assert not app.get("plotly_chart")
    app.session_state[key] = True
    settled(app.run())
    (chart,) = app.get("plotly_chart")
    traces = json.loads(chart.proto.spec)["data"]
    assert len(traces) == 2 * 6
    app.segmented_control(key="weights:way:net").set_value("overlaid").run()
    (chart,) = app.get("plotly_chart")
    names = [trace["name"] for trace in json.loads(chart.proto.spec)["data"]]
    assert names == ["0.weight", "0.bias", "2.weight", "2.bias", "4.weight", "4.bias"]
