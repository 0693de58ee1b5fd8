"""The inspector's form: every sort of row is shown, checked and applied, and what is no value stays with its reason."""

from __future__ import annotations

from typing import Any

import pytest

from composer import templates
from composer.design.document import Design
from composer.design.nodes import Layer, Sequential
from composer.design.paths import find
from composer.ui import handler, models, state
from composer.ui.document import Document
from composer.ui.inspector import entries, receive, shown
from tests.build import chain, layer, op
from tests.ui.pages import click, enter, row, values
from tests.ui.test_fields import EVERYTHING, fields

CONV = "features.conv1"


@pytest.fixture(autouse=True)
def session(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A session's state, without a session."""
    values: dict[str, Any] = {}
    monkeypatch.setattr(state.st, "session_state", values)
    return values


def look(document: Document, *paths: str) -> dict[str, Any]:
    return shown(document, paths, models.preview(document.text).report)


def options(document: Document) -> dict[str, Any]:
    node = find(document.design, CONV)
    assert isinstance(node, Layer)
    return dict(node.options)


def test_every_sort_of_row(lenet: Document) -> None:
    enter(lenet, CONV, "bias", False)
    enter(lenet, CONV, "padding_mode", "reflect")
    enter(lenet, CONV, "kernel_size", "3, 5")
    enter(lenet, CONV, "padding", "same")
    held = {name: options(lenet)[name] for name in ("bias", "padding_mode", "kernel_size", "padding")}
    assert held == {"bias": False, "padding_mode": "reflect", "kernel_size": (3, 5), "padding": "same"}
    data = look(lenet, CONV)
    assert values(data) | {"bias": False, "padding_mode": "reflect", "padding": "same"} == values(data)
    assert row(data, "padding")["given"] and "given" not in row(data, "stride")
    enter(lenet, CONV, "padding_mode", "zeros")
    enter(lenet, CONV, "padding", "")
    assert options(lenet).keys().isdisjoint({"padding", "padding_mode"})
    assert values(look(lenet, CONV))["padding"] == "0"


def test_a_text_that_is_no_value_stays_beside_its_reason(lenet: Document) -> None:
    enter(lenet, CONV, "out_channels", "many")
    held = row(look(lenet, CONV), "out_channels")
    assert (held["value"], held["wrong"]) == ("many", "expects an integer ≥ 1, received 'many'")
    assert options(lenet)["out_channels"] == 6
    assert "wrong" not in row(look(lenet, "features.conv2"), "out_channels")
    enter(lenet, CONV, "out_channels", "")
    held = row(look(lenet, CONV), "out_channels")
    assert held["value"] == "6" and "wrong" not in held


def test_a_refused_name_stays_beside_its_reason_and_a_good_one_is_followed(lenet: Document) -> None:
    state.select(CONV)
    enter(lenet, CONV, "id", "act1")
    assert row(look(lenet, CONV), "id")["wrong"].startswith("expects an id that is not taken")
    enter(lenet, CONV, "id", "stem")
    assert state.selected() == "features.stem"
    assert look(lenet, "features.stem")["head"]["name"] == "stem"


def test_what_is_sent_twice_or_makes_no_sense_changes_nothing(lenet: Document) -> None:
    report = models.preview(lenet.text).report
    entry = {"seq": 1, "operations": [{"edit": "entry", "path": CONV, "key": "out_channels", "value": "8"}]}
    for _time in range(2):
        receive(lenet, report, {"client": "a", "entries": [entry]})
    assert options(lenet)["out_channels"] == 8
    assert lenet.history.undo().design == templates.load("lenet")
    before = lenet.text
    for path, key, value in ((CONV, "nothing", "1"), ("nowhere", "id", "x"), (CONV, "bias", "no"), (CONV, "id", 3)):
        enter(lenet, path, key, value)
    enter(lenet, CONV, "out_channels", "8")
    assert lenet.text == before


@pytest.mark.parametrize("design", [EVERYTHING, *map(templates.load, templates.names())], ids=lambda each: each.name)
def test_a_row_that_is_left_as_it_is_changes_nothing(design: Design) -> None:
    report = models.preview(handler.dumps(design)).report
    for path in {path for path, _field in fields(design)}:
        for each in entries(design, path, report):
            value = list(each.value) if each.kind == "list" else each.value  # type: ignore[arg-type]
            if value is not None and not (each.kind == "list" and not value):
                assert each.takes(value)
                done = design
                for operation in each.operations(value):
                    done = handler.apply_edit(done, operation)
                assert done == design, (path, each.key)


def test_what_is_wrong_is_told_with_buttons_that_mend_it(lenet: Document) -> None:
    enter(lenet, CONV, "out_channels", "8")
    (problem,) = look(lenet, "features.conv2")["problems"]
    assert problem["text"].startswith("expects 6 input channels, received 8")
    click(lenet, problem["fixes"], "set in_channels=8")
    assert look(lenet, "features.conv2")["problems"] == []


def test_a_wire_may_take_an_item_of_a_tuple(workspace: Any, lenet: Document) -> None:
    design = chain(layer("lstm", "LSTM", input_size=4, hidden_size=4), op("first", "relu"), op("add", "Add"))
    report = models.preview(handler.dumps(design)).report
    (wire,) = [each for each in entries(design, "first", report) if each.key.startswith("wire")]
    assert list(wire.choices or ()) == ["", "lstm", "lstm.0", "lstm.1", "lstm.1.0", "lstm.1.1", "x"]
    assert wire.operations("lstm.1.0") == [{"edit": "set_inputs", "path": "first", "inputs": ["lstm.1.0"]}]


def test_of_very_many_nodes_a_wire_is_typed() -> None:
    nodes = tuple(layer(f"n{number}", "ReLU") for number in range(300))
    design = Design(root=Sequential(nodes=nodes), inputs=chain(layer("a", "ReLU")).inputs)
    report = models.preview(handler.dumps(design)).report
    (wire,) = [each for each in entries(design, "n299", report) if each.key.startswith("wire")]
    assert wire.kind == "text" and wire.choices is None and wire.hint == "(n298)"
    assert wire.operations(" n7 ") == [{"edit": "set_inputs", "path": "n299", "inputs": ["n7"]}]
    (wire,) = [each for each in entries(design, "n20", report) if each.key.startswith("wire")]
    assert wire.kind == "choice"
