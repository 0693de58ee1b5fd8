"""Tabs know when what they show is not so any more."""

from __future__ import annotations

import json
import urllib.request

import pytest
from streamlit.testing.v1 import AppTest

from composer.ui import following, handler, state
from composer.ui.document import Document
from composer.ui.following import ADDRESS, Tabs
from composer.workspace import Workspace
from tests.ui.server import serving
from tests.ui.test_compose import SCRIPT, checked

SEED = {"edit": "set_design", "seed": 5}


def test_a_tab_is_behind_until_it_is_drawn(lenet: Document) -> None:
    tabs = Tabs()
    for name in ("a", "b"):
        tabs.drawn(name, lenet)
    assert not tabs.is_behind("a")
    handler.apply(lenet, [SEED])
    assert tabs.is_behind("a") and tabs.is_behind("b")
    tabs.drawn("a", lenet)
    assert (tabs.is_behind("a"), tabs.is_behind("b")) == (False, True)


def test_what_another_program_does_is_noticed(lenet: Document, workspace: Workspace) -> None:
    tabs = Tabs()
    tabs.drawn("a", lenet)
    stored = workspace.load("lenet")
    workspace.save("lenet", stored.design.model_copy(update={"seed": 3}), stored.revision)
    assert tabs.is_behind("a")
    assert lenet.follow()
    tabs.drawn("a", lenet)
    assert not tabs.is_behind("a")
    workspace.delete("lenet")
    assert tabs.is_behind("a")
    lenet.follow()
    tabs.drawn("a", lenet)
    assert not tabs.is_behind("a"), "a design without a file is at rest, too"


def test_a_tab_that_nobody_knows_is_drawn_again() -> None:
    assert Tabs().is_behind("unknown")


def test_tabs_that_do_not_ask_are_forgotten(lenet: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    tabs, now = Tabs(), [0.0]
    monkeypatch.setattr(following.time, "monotonic", lambda: now[0])
    for name in ("silent", "asking"):
        tabs.drawn(name, lenet)
    now[0] = 500
    tabs.is_behind("asking")
    now[0] = 900
    tabs.drawn("new", lenet)
    assert len(tabs) == 2
    assert tabs.is_behind("silent") and not tabs.is_behind("asking")


def test_each_tab_has_a_name_of_its_own(workspace: Workspace, lenet: Document) -> None:
    names = []
    for _ in range(2):
        app = AppTest.from_file(SCRIPT, default_timeout=60)
        app.query_params["design"] = "lenet"
        checked(app.run())
        names.append(app.session_state["tab"])
        assert app.session_state["tab"] == checked(app.run()).session_state["tab"]
        assert not following.tabs.is_behind(names[-1])
    assert len(set(names)) == 2
    document = state.documents().open("lenet")
    handler.apply(document, [SEED])
    assert all(map(following.tabs.is_behind, names))


def test_the_server_answers_by_the_name_alone(workspace: Workspace) -> None:
    with serving(workspace.root) as server:
        server.wait()
        with urllib.request.urlopen(f"{server.url}{ADDRESS}?tab=unknown", timeout=10) as answer:
            assert answer.headers["Cache-Control"] == "no-store"
            assert json.load(answer) == {"changed": True}
