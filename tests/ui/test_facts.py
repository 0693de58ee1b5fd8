"""What the inspector says of a node besides its options."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from composer import templates
from composer.design.document import Definition, Design, Input
from composer.design.nodes import Op, Parallel, Repeat, Residual, Sequential, Use
from composer.ui.facts import share
from composer.ui.origins import origins
from composer.workspace import Workspace
from tests.build import chain, layer, linear, op
from tests.ui.pages import SCRIPT, inspected, looking


@pytest.mark.parametrize(
    ("count", "text"),
    [(100_000, "100 %"), (99_600, "99.6 %"), (95_800, "96 %"), (250, "0.25 %"), (1, "< 0.01 %"), (0, "0 %")],
)
def test_a_share_is_no_power_of_ten(count: int, text: str) -> None:
    assert share(count, 100_000) == text


def test_origins_of_templates() -> None:
    lenet = templates.load("lenet")
    assert origins(lenet, "features.conv2") == ("pool1",)
    assert origins(lenet, "features") == origins(lenet, "features.conv1") == ("x",)
    assert origins(lenet, "classifier") == origins(lenet, "classifier.fc1") == ("flatten",)
    assert origins(lenet, "") == ()
    gpt2 = templates.load("gpt2_small")
    assert origins(gpt2, "embedded") == ("wte", "wpe")
    assert origins(gpt2, "blocks.0") == origins(gpt2, "blocks") == ("embedded",)


def test_origins_go_out_of_blocks() -> None:
    inner = Sequential(id="inner", nodes=(Parallel(id="both", nodes=(linear("l", 4, 4), layer("r", "ReLU"))),))
    body = Sequential(id="0", nodes=(layer("act", "ReLU"), linear("fc", 4, 4)))
    residual = Residual(id="res", nodes=(linear("fc", 4, 4),), shortcut=linear("skip", 4, 4))
    pair = Op(id="sum", kind="Add", inputs=("first", "res"))
    design = chain(linear("first", 4, 4), residual, pair, Repeat(id="rep", times=2, body=body), inner)
    assert origins(design, "res.skip") == origins(design, "res.fc") == ("first",)
    assert origins(design, "sum") == ("first", "res")
    assert origins(design, "rep.0.act") == ("sum",)
    assert origins(design, "rep.0.fc") == ("act",)
    assert origins(design, "inner.both.l") == origins(design, "inner.both.r") == ("rep",)


def test_origins_of_items_and_of_what_is_left_out() -> None:
    lstm = layer("lstm", "LSTM", input_size=4, hidden_size=4)
    attention = layer("attn", "MultiheadAttention", "lstm.0", "x", "y", "", "z", embed_dim=4, num_heads=1)
    block = Sequential(
        id="block", input_names=("u", "v"), nodes=(op("add", "Add", "u", "v.0"),), inputs=("attn", "lstm")
    )
    inputs = tuple(Input(name=name, shape=("N", 4)) for name in "xyz")
    design = Design(inputs=inputs, root=Sequential(nodes=(lstm, attention, block, op("broken", "relu", "nothing"))))
    assert origins(design, "attn") == ("lstm.0", "x", "y", "", "z")
    assert origins(design, "block.add") == ("attn", "lstm.0")
    assert origins(design, "broken") == ("",)


def test_origins_in_definitions() -> None:
    body = Sequential(
        input_names=("a", "b"), nodes=(op("sum", "Add", "a", "b"), Sequential(id="s", nodes=(linear("fc", 4, 4),)))
    )
    design = chain(Use(id="u", of="Block", inputs=("x", "x")), definitions=(Definition(name="Block", body=body),))
    assert origins(design, ".Block.sum") == ("a", "b")
    assert origins(design, ".Block.s") == ("sum",)
    assert origins(design, ".Block.s.fc") == ("sum",)
    assert origins(design, "u") == ("x", "x")


@pytest.fixture
def app(workspace: Workspace) -> AppTest:
    app = AppTest.from_file(SCRIPT, default_timeout=60).run()
    app.button(key="use:lenet").click().run()
    return app


def said(app: AppTest, path: str) -> dict[str, tuple[str, str]]:
    return {each["name"]: (each["value"], each["note"]) for each in looking(app, path)["facts"]}


def test_facts_of_a_layer(app: AppTest) -> None:
    assert said(app, "classifier.fc1") == {
        "in": ("N×400", "from flatten"),
        "out": ("N×120", ""),
        "parameters": ("48,120", "78 %"),
        "FLOPs": ("96.0 k", "12 %"),
    }
    assert inspected(app)["head"]["formula"] == "y = x·Wᵀ + b"
    assert [each["title"] for each in inspected(app)["facts"] if each["title"]] == [
        "96,000 FLOPs for one sample (N=1). "
        "A multiplication with its addition is two FLOPs; products and convolutions are counted."
    ]


def test_facts_of_blocks_and_of_what_multiplies_nothing(app: AppTest) -> None:
    assert said(app, "")["FLOPs"] == ("833 k", "")
    assert said(app, "features")["FLOPs"] == ("715 k", "86 %")
    assert said(app, "flatten").keys() == {"in", "out"}
