"""Undo and redo."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from composer.design import text
from composer.design.document import Design
from composer.design.history import History
from composer.errors import EditError
from tests.build import chain, linear
from tests.strategies import designs, operations


def test_named_steps() -> None:
    history = History.of(chain(linear("fc1", 4, 4), linear("fc2", 4, 4)))
    assert (history.undo_name, history.redo_name) == ("", "")
    history = history.apply({"edit": "wrap", "paths": ["fc2"], "kind": "Sequential", "id": "head"})
    history = history.apply({"edit": "move", "path": "fc1", "to": "head", "index": 1})
    assert (history.undo_name, history.redo_name) == ("move fc1 into head", "")
    history = history.undo()
    assert (history.undo_name, history.redo_name) == ("wrap fc2 in a Sequential", "move fc1 into head")
    assert [each.id for each in history.design.root.children] == ["fc1", "head"]
    assert history.redo().undo_name == "move fc1 into head"


def test_nothing_to_undo_or_redo() -> None:
    history = History.of(chain())
    assert history.undo() == history
    assert history.redo() == history


def test_a_new_step_takes_the_place_of_undone_ones() -> None:
    history = History.of(chain())
    history = history.apply({"edit": "freeze", "path": "a"}).apply({"edit": "freeze", "path": "b"}).undo()
    history = history.apply({"edit": "freeze", "path": "c"})
    assert history.design.frozen == ("a", "c")
    assert history.redo_name == ""


def test_what_changes_nothing_is_no_step() -> None:
    history = History.of(chain(linear("a", 4, 4)))
    assert history.apply({"edit": "set_option", "path": "a", "name": "out_features", "value": 4}) is history
    one, other = (chain().model_copy(update={"frozen": frozen}) for frozen in (("a",), ("b",)))
    assert history.do("x", one).do("x", other).position == 2


@settings(max_examples=6, suppress_health_check=list(HealthCheck))
@given(designs(), st.data())
def test_fifty_edits_then_fifty_undos(design: Design, data: st.DataObject) -> None:
    history = History.of(design)
    texts = [text.dumps(design)]
    for _ in range(50):
        try:
            history = history.apply(data.draw(operations(history.design)))
        except EditError:
            continue
        if history.position == len(texts):
            texts.append(text.dumps(history.design))
    for expected in reversed(texts):
        assert text.dumps(history.design) == expected
        history = history.undo()
    assert history.position == 0
    for expected in texts:
        assert text.dumps(history.design) == expected
        history = history.redo()
