"""Rules for initial values without a browser: the cards, what is entered in them, a trial and the real thing."""

from __future__ import annotations

import json
import time
from html import unescape
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from composer.design.document import Design, Rule
from composer.design.nodes import Initializer
from composer.ui import models, state
from composer.ui.document import Document
from composer.ui.schemes.cards import receive, shown
from composer.workspace import Workspace
from tests.build import chain, layer, linear, op
from tests.ui.pages import settled
from tests.ui.test_initialize import open_page

MLP = chain(linear("a", 4, 8), op("act", "relu"), linear("b", 8, 3), name="MLP")
RULES = (
    Rule(kind="Linear", parameter="weight", init=Initializer(scheme="normal", options={"std": 0.01})),
    Rule(where="b", init=Initializer(scheme="constant", options={"val": 42.0})),
)


@pytest.fixture
def document(workspace: Workspace) -> Document:
    return made(workspace, MLP.model_copy(update={"initializers": RULES}))


def made(workspace: Workspace, design: Design) -> Document:
    return state.documents().open(workspace.create(design).id)


def cards(document: Document) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shown(document, models.preview(document.text).report)["cards"]
    return found


def send(document: Document, *operations: dict[str, Any]) -> None:
    seq = document.acks.get("test", 0) + 1
    message = {"client": "test", "entries": [{"seq": seq, "operations": list(operations)}]}
    receive(document, models.preview(document.text).report, message)


def enter(document: Document, number: int, key: str, value: str) -> None:
    send(document, {"edit": "entry", "path": cards(document)[number]["path"], "key": key, "value": value})


def values(card: dict[str, Any]) -> dict[str, Any]:
    return {each["key"]: each["value"] for each in card["entries"]}


class TestCards:
    def test_what_they_show(self, document: Document) -> None:
        one, two = cards(document)
        assert values(one) == {"where": "", "type": "Linear", "parameter": "weight", "scheme": "normal",
                               "mean": "0.0", "std": "0.01"}  # fmt: skip
        assert one["note"] == "fills 1 parameter: a.weight; a later rule fills 1"
        assert values(two) == {"where": "b", "type": "", "parameter": "", "scheme": "constant", "val": "42.0"}
        assert two["note"] == "fills 2 parameters: b.weight, b.bias"
        enabled = [[each["enabled"] for each in card["buttons"]] for card in (one, two)]
        assert enabled == [[False, True, True, True], [True, False, True, True]]

    def test_where_takes_paths_patterns_and_nothing_else(self, document: Document) -> None:
        for text, where, glob in (("a", "a", ""), ("*.bias", "", "*.bias"), ("b.weight", "", "b.weight"), ("", "", "")):
            enter(document, 0, "where", text)
            rule = document.design.initializers[0]
            assert (rule.where, rule.glob) == (where, glob)
        enter(document, 0, "where", "nowhere")
        assert document.design.initializers[0].where == ""
        (row,) = [each for each in cards(document)[0]["entries"] if each["key"] == "where"]
        assert row["value"] == "nowhere"
        assert row["wrong"] == "expects the path of a block or layer, or a pattern such as *.weight"

    def test_another_scheme_begins_with_values_that_hold(self, document: Document) -> None:
        for scheme in ("sparse", "constant", "orthogonal"):
            enter(document, 0, "scheme", scheme)
            assert document.design.initializers[0].init.scheme == scheme
            assert not cards(document)[0]["problems"]
        enter(document, 0, "gain", "much")
        assert "gain" not in document.design.initializers[0].init.options
        enter(document, 0, "gain", "2")
        assert document.design.initializers[0].init.options == {"gain": 2.0}

    def test_an_expression_that_is_none_is_told_by_its_place(self, document: Document) -> None:
        enter(document, 0, "scheme", "expression")
        enter(document, 0, "expression", "v = uniform(-1, 1); v * (abs(v) > ")
        (row,) = [each for each in cards(document)[0]["entries"] if each["key"] == "expression"]
        assert row["wrong"] == "expects a number, a name, a function or '(' at character 35, received the end"

    def test_type_and_parameter(self, document: Document) -> None:
        enter(document, 1, "parameter", "bias")
        enter(document, 1, "type", "Linear")
        assert document.design.initializers[1] == Rule(where="b", kind="Linear", parameter="bias", init=RULES[1].init)
        assert cards(document)[1]["note"] == "fills 1 parameter: b.bias"

    def test_buttons(self, document: Document) -> None:
        one, two = RULES
        for number, button, order in (
            (0, 1, (two, one)),
            (1, 0, (one, two)),
            (0, 2, (one, two, one)),
            (0, 3, (two, one)),
        ):
            send(document, *cards(document)[number]["buttons"][button]["operations"])
            assert document.design.initializers == order
        assert document.history.undo_name == "remove initializer rule 1"

    def test_a_first_rule_fits_the_design(self, workspace: Workspace) -> None:
        norm = layer("n", "LayerNorm", normalized_shape=(4,))
        found = made(workspace, chain(norm, linear("a", 4, 8)))
        add = shown(found, models.preview(found.text).report)["add"]
        send(found, *add["operations"])
        (card,) = cards(found)
        assert values(card)["type"] == "Linear" and card["note"] == "fills 1 parameter: a.weight"

    def test_what_does_not_suit_is_told_with_its_fixes(self, document: Document) -> None:
        enter(document, 1, "scheme", "eye")
        (problem,) = cards(document)[1]["problems"]
        assert problem == "b: expects 2 dimensions for eye (initializer rule 2), received bias of shape 3"
        fix = cards(document)[1]["fixes"][0]
        assert fix["label"] == "let rule 2 fill only weight"
        send(document, *fix["operations"])
        assert cards(document)[1]["problems"] == []

    def test_rules_that_fill_nothing_say_so(self, document: Document) -> None:
        enter(document, 1, "parameter", "weight")
        enter(document, 0, "where", "b")
        assert cards(document)[0]["note"] == "later rules fill all that it names"
        enter(document, 0, "where", "*.nothing")
        assert cards(document)[0]["note"] == "names no parameter of this design"

    def test_the_seed(self, document: Document) -> None:
        send(document, {"edit": "entry", "path": "..", "key": "seed", "value": "7"})
        assert document.design.seed == 7

    def test_a_late_message_of_a_rule_that_is_gone_does_nothing(self, document: Document) -> None:
        path = cards(document)[1]["path"]
        send(document, {"edit": "remove_rule", "index": 1})
        send(document, {"edit": "entry", "path": path, "key": "where", "value": "a"})
        assert document.design.initializers == RULES[:1]


def text(app: AppTest) -> str:
    parts = (*app.markdown, *app.caption, *app.get("html"))
    return unescape("\n".join(str(getattr(each, "value", "") or each.proto.body) for each in parts)).replace("\\", "")


def click(app: AppTest, key: str) -> AppTest:
    return settled(app.button(key=key).click().run())


class TestPage:
    def test_a_trial_then_the_real_thing_and_back(self, workspace: Workspace) -> None:
        document = made(workspace, MLP)
        app = open_page(document.id)
        models.pool().get(document.id).call("open", text=document.text)
        send(document, {"edit": "add_rule", "rule": RULES[0].model_dump(mode="json")})
        app.run()
        assert "What fills each parameter" in text(app)
        click(app, "try_rules")
        assert "The rules would fill 2 parameters. Nothing was changed." in text(app)
        found = document.filling and document.filling.job.result
        assert found and [row.name for row in found.rows] == ["a.weight", "b.weight"]
        assert found.before and found.after and found.before.layers != found.after.layers
        click(app, "initialize")
        assert "2 parameters were filled." in text(app)
        click(app, "take_back")
        assert "It was taken back" in text(app)
        again = click(app, "try_rules")
        assert "would fill 2" in text(again)
        assert document.filling and document.filling.job.result
        assert document.filling.job.result.rows[1].before == found.rows[1].before

    def test_without_rules_the_buttons_say_why(self, workspace: Workspace) -> None:
        app = open_page(made(workspace, MLP).id)
        for key in ("try_rules", "initialize"):
            assert app.button(key=key).disabled
            assert app.button(key=key).help == "There is no rule yet: each layer keeps the initial values of its own."

    def test_a_field_that_holds_no_value_keeps_the_rules_from_being_run(self, document: Document) -> None:
        app = open_page(document.id)
        drafts = {(cards(document)[1]["path"], "val"): ("abc", "expects a number")}
        app.session_state["drafts"] = drafts
        app.run()
        assert app.button(key="initialize").disabled
        assert app.button(key="try_rules").help == "A field of a rule holds what it cannot take."

    def test_signals_that_cannot_be_are_told(self, document: Document) -> None:
        app = open_page(document.id)
        app.segmented_control(key=f"init:{document.id}:data").set_value("typed").run()
        app.text_input(key=f"init:{document.id}:shape:x").set_value("2, 5").run()
        click(app, "try_rules")
        assert "No signals: a: expects 4 input features (its weight is 8×4), received 5" in text(app)
        assert "The rules would fill 3 parameters" in text(app)

    def test_lazy_parameters_wait(self, workspace: Workspace) -> None:
        rule = Rule(parameter="weight", init=Initializer(scheme="ones"))
        lazy = chain(layer("a", "LazyLinear", out_features=8), linear("b", 8, 3), initializers=(rule,))
        found = made(workspace, lazy)
        app = open_page(found.id)
        app.session_state[f"init:tab:{found.id}"] = "Initial values"
        settled(app.run())
        click(app, "try_rules")
        assert "1 parameter waits for its size" in text(app)

    def test_stop(self, document: Document, monkeypatch: pytest.MonkeyPatch) -> None:
        from composer.ui.schemes import filling

        monkeypatch.setattr(filling, "PATIENCE", 0.0)
        monkeypatch.setattr(models.pool(), "get", lambda id: time.sleep(1.0))
        app = open_page(document.id)
        app.button(key="try_rules").click().run()
        app.button(key="stop").click().run()
        assert "It was stopped" in text(settled(app))


def test_what_the_component_gets_is_json(document: Document) -> None:
    json.dumps(shown(document, models.preview(document.text).report))
