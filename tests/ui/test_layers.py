"""The page Layers without a browser: the form, the code as it is written, a trial, and what becomes of a layer."""

from __future__ import annotations

import json
import time
from html import unescape
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from composer import templates
from composer.codegen.gate import published
from composer.design.document import Definition, DefinitionOption, Design
from composer.design.nodes import Code, Initializer, Tensor, Use
from composer.reports import describe
from composer.ui import consent, handler, models, state
from composer.ui.document import Document
from composer.ui.layers import custom, form, trying, writing
from composer.ui.layers.custom import code_of, named
from composer.ui.layers.trial import waves_of
from composer.ui.views import begin_graph
from composer.workspace import Workspace
from tests.build import chain, linear
from tests.ui.pages import open_page, settled

W = Tensor(id="W", kind="Parameter", shape=(2, 3, 3), init=Initializer(scheme="normal"))
REDUCTION = "def forward(self, x):\n    return torch.einsum('ni,kij,nj->nk', x, self.W, x)\n"


def layer(code: str = REDUCTION, *nodes: Tensor | Use, name: str = "Mine", **options: int | None) -> Definition:
    given = tuple(DefinitionOption(name=each, default=default) for each, default in options.items())
    return Definition(name=name, options=given, body=Code(code=code, nodes=nodes or (W,)))


def made(workspace: Workspace, *layers: Definition, **fields: Any) -> Document:
    design = fields.pop("design", chain(linear("a", 4, 3)))
    return state.documents().open(workspace.create(design.model_copy(update={"definitions": layers, **fields})).id)


@pytest.fixture
def document(workspace: Workspace) -> Document:
    return made(workspace, layer(n=3))


def mine(document: Document, name: str = "Mine") -> Definition:
    found = named(document.design, name)
    assert found
    return found


def shown(document: Document, name: str = "Mine") -> dict[str, Any]:
    return form.shown(document, mine(document, name))


def cards(document: Document, section: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shown(document)["sections"][section]["cards"]
    return found


def send(document: Document, *operations: dict[str, Any]) -> None:
    seq = document.acks.get("test", 0) + 1
    form.receive(document, {"client": "test", "entries": [{"seq": seq, "operations": list(operations)}]})


def enter(document: Document, path: str, key: str, value: str) -> None:
    send(document, {"edit": "entry", "path": path, "key": key, "value": value})


def press(document: Document, button: dict[str, Any]) -> None:
    send(document, *button["operations"])


def wrong(document: Document) -> list[str]:
    return [each["text"] for each in writing.shown(document, mine(document))["wrong"]]


class TestForm:
    def test_what_it_shows(self, document: Document) -> None:
        data = shown(document)
        assert [each["value"] for each in data["entries"]] == ["Mine"]
        options, declared = data["sections"]
        assert [(each["title"], each["about"]) for each in options["cards"]] == [("n", "= 3")]
        assert [(each["title"], each["about"]) for each in declared["cards"]] == [("W", "Parameter 2×3×3")]
        assert [each["key"] for each in declared["cards"][0]["entries"]] == [
            "id", "shape", "dtype", "value", "init", "mean", "std",
        ]  # fmt: skip
        assert data["problems"] == []
        json.dumps(data)

    def test_options_come_change_and_go(self, document: Document) -> None:
        press(document, shown(document)["sections"][0]["add"][0])
        assert mine(document).options[1] == DefinitionOption(name="size", default=4)
        path = cards(document, 0)[1]["path"]
        enter(document, path, "name", "out")
        enter(document, path, "default", "")
        enter(document, path, "help", "How many come out.")
        assert mine(document).options[1] == DefinitionOption(name="out", help="How many come out.")
        enter(document, path, "name", "n")
        (row,) = [each for each in cards(document, 0)[1]["entries"] if each["key"] == "name"]
        assert (row["value"], row["wrong"]) == ("n", "expects a plain name that is not taken, received 'n'")
        press(document, cards(document, 0)[0]["buttons"][0])
        assert [each.name for each in mine(document).options] == ["out"]

    def test_tensors_come_change_and_go(self, document: Document) -> None:
        for place in (0, 1, 2):
            press(document, shown(document)["sections"][1]["add"][place])
        ids = [(each.id, each.kind) for each in code_of(mine(document)).nodes]
        assert ids == [
            ("W", "Parameter"), ("parameter1", "Parameter"), ("buffer1", "Buffer"), ("constant1", "Constant"),
        ]  # fmt: skip
        enter(document, ".Mine.parameter1", "shape", "=n, 2")
        enter(document, ".Mine.parameter1", "id", "V")
        node = code_of(mine(document)).nodes[1]
        assert isinstance(node, Tensor) and (node.id, node.shape) == ("V", ("=n", 2))
        assert cards(document, 1)[1]["about"] == "Parameter n×2"
        press(document, cards(document, 1)[0]["buttons"][0])
        assert [each.id for each in code_of(mine(document)).nodes] == ["V", "buffer1", "constant1"]

    def test_two_quick_clicks_make_two(self, document: Document) -> None:
        button = shown(document)["sections"][1]["add"][0]
        press(document, button)
        press(document, button)
        assert {each.id for each in code_of(mine(document)).nodes} == {"W", "parameter1", "parameter2"}

    def test_layers_and_other_definitions_are_added_by_name(self, workspace: Workspace) -> None:
        document = made(workspace, layer(), layer(name="Other", k=None))
        adding = shown(document)["sections"][1]["path"]
        for asked in ("Linear", " Other", "LSTM", "Linear"):
            enter(document, adding, "layer", asked)
        nodes = code_of(mine(document)).nodes
        assert [(each.id, each.kind) for each in nodes[1:]] == [
            ("linear1", "Linear"), ("other1", "Use"), ("lstm1", "LSTM"), ("linear2", "Linear"),
        ]  # fmt: skip
        assert isinstance(nodes[2], Use) and (nodes[2].of, nodes[2].options) == ("Other", {"k": 1})
        enter(document, adding, "layer", "Mine")
        (row,) = shown(document)["sections"][1]["entries"]
        assert row["value"] == "Mine" and row["wrong"].startswith("expects the name of a layer, such as Linear")

    def test_problems_are_told_where_they_are(self, document: Document) -> None:
        enter(document, ".Mine.W", "id", "n")
        assert (
            cards(document, 1)[0]["problems"][0]["text"] == "expects a name unlike those of the options, received 'n'"
        )

    def test_a_late_message_of_what_is_gone_does_nothing(self, document: Document) -> None:
        before = document.design
        for path in ("..option 7 Mine", "..option 0 Gone", "..adding Gone", ".Mine.gone", ".Gone", "a", ""):
            enter(document, path, "name", "x")
        assert document.design is before


class TestWriting:
    def test_the_text_is_saved_and_its_inputs_followed(self, document: Document) -> None:
        text = "def forward(self, query, key=None):\n    return query\n"
        writing.write(document, "Mine", text)
        body = code_of(mine(document))
        assert (body.code, body.input_names) == (text, ("query", "key"))
        assert consent.allowed(document.design)
        assert document.history.undo_name == "write the code of Mine"

    def test_what_is_refused_is_saved_too_with_lines(self, document: Document) -> None:
        text = "def forward(self, x):\n    import os\n    return open(x)"
        writing.write(document, "Mine", text)
        assert code_of(mine(document)).code == text
        assert code_of(mine(document)).input_names == ("x",)
        first, second = wrong(document)
        assert first.startswith("line 2: ") and second.startswith("line 3: open is not among the functions there are.")
        writing.write(document, "Mine", "def forward(self, x)")
        assert wrong(document)[0].startswith("line 1: This is not Python")
        writing.write(document, "Mine", "")
        assert wrong(document) == ["line 1: There is no forward. Write def forward(self, x): and what it returns."]

    def test_an_input_called_like_a_parameter_loses_no_text(self, document: Document) -> None:
        text = "def forward(self, W):\n    return W\n"
        writing.write(document, "Mine", text)
        assert code_of(mine(document)).code == text
        (problem,) = shown(document)["problems"]
        assert problem["text"] == "expects the inputs of its forward (W), received x"

    def test_a_burst_is_one_step(self, document: Document) -> None:
        before = document.design
        for count in range(5):
            text = f"def forward(self, x):\n    return x + {count}\n"
            message = {"edit": "write", "name": "Mine", "code": text, "join": count > 0}
            seq = document.acks.get("page", 0) + 1
            for _again in range(2):  # it is sent until it is answered
                writing.receive(document, {"client": "page", "entries": [{"seq": seq, "operations": [message]}]})
        assert document.history.position == 1
        handler.undo(document)
        assert document.design == before

    def test_a_burst_does_not_swallow_another_step(self, document: Document) -> None:
        writing.write(document, "Mine", "def forward(self, x):\n    return x\n")
        enter(document, ".Mine.W", "shape", "2, 2")
        writing.write(document, "Mine", "def forward(self, x):\n    return x + 1\n", join=True)
        assert document.history.position == 3

    def test_a_layer_that_is_gone_is_not_written(self, document: Document) -> None:
        before = document.design
        writing.write(document, "Gone", "def forward(self, x):\n    return x\n")
        assert document.design is before

    def test_only_what_was_written_here_may_run(self, workspace: Workspace) -> None:
        strange = "def forward(self, x):\n    return x * 123\n"
        document = made(workspace, layer(), layer(strange, name="Strange"))
        writing.write(document, "Mine", "def forward(self, x):\n    return x * 321\n")
        assert not consent.allowed(document.design)
        assert consent.allowed(document.design.model_copy(update={"definitions": (mine(document),)}))


def text(app: AppTest) -> str:
    parts = (*app.markdown, *app.caption, *app.get("html"))
    return unescape("\n".join(str(getattr(each, "value", "") or each.proto.body) for each in parts)).replace("\\", "")


def click(app: AppTest, key: str) -> AppTest:
    return settled(app.button(key=key).click().run())


class TestPage:
    def test_without_a_layer_there_is_a_way_to_begin(self, workspace: Workspace) -> None:
        document = made(workspace, design=templates.load("mlp"))
        app = open_page("layers", document.id)
        assert "This design has no custom layer yet." in text(app)
        for names in published().values():
            assert all(name in text(app) for name in names)
        click(app, "new_layer")
        assert mine(document, "CustomLayer") and consent.allowed(document.design)
        click(app, "try")
        assert "output 2×5" in text(app).replace("**", "")
        click(app, "new_layer")
        assert app.radio[0].value == "CustomLayer_2" and len(app.radio[0].options) == 2
        app.radio[0].set_value("CustomLayer").run()
        click(app, "delete_layer")
        assert [each.name for each in document.design.definitions] == ["CustomLayer_2"]
        click(app, "undo")
        assert len(document.design.definitions) == 2

    def test_a_trial(self, document: Document) -> None:
        app = open_page("layers", document.id)
        app.text_input(key=f"try:{document.id}:Mine:x:shape").set_value("4, 3").run()
        click(app, "try")
        said = text(app)
        assert "**output** 4×2 :gray[float32]" in said and "Gradients are right" in said
        assert "1 parameter: W 2×3×3 :gray[float32]" in said
        assert "self.W, x)" in said  # its source
        assert consent.allowed(document.design)  # it was asked for
        writing.write(document, "Mine", REDUCTION.replace("self.W, x", "self.W, x + 1"))
        assert "The layer has changed since this trial." in text(settled(app.run()))

    def test_an_error_is_told_with_its_line_here_and_in_the_code(self, document: Document) -> None:
        app = open_page("layers", document.id)
        click(app, "try")
        assert "line 2 of the code**: RuntimeError: einsum()" in text(app)
        assert wrong(document)[0].startswith("line 2: RuntimeError: einsum()")
        assert writing.shown(document, mine(document))["words"]["verdict"] == "The last trial failed here:"
        writing.write(document, "Mine", "def forward(self, x):\n    return x\n")
        assert wrong(document) == []

    def test_what_is_refused_cannot_be_tried(self, document: Document) -> None:
        writing.write(document, "Mine", "def forward(self, x):\n    return open(x)")
        app = open_page("layers", document.id)
        assert app.button(key="try").disabled
        assert "code that may run in a custom layer" in text(app)  # where the source would be

    def test_a_shape_that_is_none(self, document: Document) -> None:
        app = open_page("layers", document.id)
        app.text_input(key=f"try:{document.id}:Mine:x:shape").set_value("4, three").run()
        click(app, "try")
        assert "expects 1 to 8 whole numbers" in text(app) and document.trial is None

    def test_what_runs_away_is_stopped_and_the_live_model_stays(
        self, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(trying, "SECONDS", 1.0)
        document = made(workspace, layer("def forward(self, x):\n    return x + sum(range(10**12))\n"))
        kernel = models.pool().get(document.id)
        app = open_page("layers", document.id)
        start = time.monotonic()
        click(app, "try")
        assert time.monotonic() - start < 20
        assert "It was not done after 1 s and was stopped" in text(app)
        assert kernel.alive
        writing.write(document, "Mine", "def forward(self, x):\n    return x\n")
        settled(app.run())
        click(app, "try")
        assert "Gradients are right" in text(app)

    def test_stop(self, document: Document, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(trying, "PATIENCE", 0.0)
        monkeypatch.setattr(models.trials(), "get", lambda id: time.sleep(1.0))
        app = open_page("layers", document.id)
        app.button(key="try").click().run()
        app.button(key="stop").click().run()
        assert "The trial was stopped." in text(settled(app))

    def test_a_use_goes_to_the_end_of_the_design(self, workspace: Workspace) -> None:
        document = made(workspace, layer(n=3, k=None))
        app = open_page("layers", document.id)
        click(app, "use_layer")
        use = document.design.root.children[-1]
        assert isinstance(use, Use) and (use.id, use.of, use.options) == ("mine1", "Mine", {"k": 1})
        assert "Mine is at the end of the design now, as mine1." in app.toast[0].value.replace("\\", "")

    def test_a_new_name_is_followed(self, workspace: Workspace) -> None:
        document = made(workspace, layer(), layer(name="Other"))
        app = open_page("layers", document.id)
        app.radio[0].set_value("Other").run()
        assert app.session_state["selected_path"] == ".Other"
        handler.apply(document, [{"edit": "rename_definition", "name": "Mine", "new": "First"}])
        app.run()
        assert app.radio[0].value == "Other" and app.radio[0].options == ["First", "Other"]


def test_code_that_does_not_end_is_stopped_in_the_preview_and_asked_for_again(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "_CODE_SECONDS", 3.0)
    endless = layer("def forward(self, x):\n    return x + max(range(10**12))\n")
    document = made(workspace, endless, design=chain(linear("a", 4, 3), Use(id="mine", of="Mine")))
    consent.allow(document.design)
    start = time.monotonic()
    app = open_page("compose", document.id)
    assert time.monotonic() - start < 30
    assert "did not come to an end in time and was stopped" in text(app)
    assert models.preview(document.text).report.outputs["a"]
    click(app, "allow_code")  # and again
    assert "did not come to an end in time and was stopped" in text(app)
    writing.write(document, "Mine", "def forward(self, x):\n    return x\n")
    assert "was stopped" not in text(settled(app.run()))


def test_the_graph_follows_when_code_may_run(workspace: Workspace) -> None:
    strange = layer("def forward(self, x):\n    return x[:, :2] * 3.25\n")
    document = made(workspace, strange, design=chain(Use(id="mine", of="Mine")))
    assert "N×2" not in begin_graph(document).result().svg
    consent.allow(document.design)
    assert "N×2" in begin_graph(document).result().svg


def test_a_ready_layer_gets_a_name_of_its_own(document: Document) -> None:
    custom.add(document, layer())
    assert [each.name for each in document.design.definitions] == ["Mine", "Mine_2"]


def test_the_design_of_the_page_is_data(document: Document) -> None:
    assert isinstance(document.design, Design)
    json.dumps([shown(document), writing.shown(document, mine(document))])


def test_a_layer_of_the_book_is_put_into_the_design_with_what_it_uses(workspace: Workspace) -> None:
    document = state.documents().open(workspace.create(chain(linear("a", 4, 20))).id)
    app = open_page("layers", document.id)
    click(app, "take:fixed_hidden_mlp")
    assert [each.name for each in document.design.definitions] == ["FixedHiddenMLP"]
    report = models.preview(document.text).report
    assert not report.problems and describe(report.outputs[document.design.root.children[-1].id]) == "scalar"


def test_a_layer_of_the_book_opens_as_a_design(workspace: Workspace) -> None:
    document = state.documents().open(workspace.create(chain(linear("a", 4, 20))).id)
    app = open_page("layers", document.id)
    click(app, "open:chimera")
    opened = state.documents().open(str(app.session_state["open_design"]))
    assert opened.id != document.id
    assert not models.preview(opened.text).report.problems


@pytest.mark.parametrize(
    ("text", "waves"), [("", ()), ("3, 10", (3.0, 10.0)), ("2.5", (2.5,)), ("a", None), ("inf", None)]
)
def test_periods_of_a_signal(text: str, waves: tuple[float, ...] | None) -> None:
    assert waves_of(text) == waves
