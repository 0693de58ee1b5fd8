"""What pages show in components, and what a person does there, for tests without a browser."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

import composer
from composer.ui import models, state
from composer.ui.document import Document
from composer.ui.inspector import receive

SCRIPT = Path(composer.__file__).parent / "web" / "app.py"


def open_page(page: str, id: str) -> AppTest:
    """A page of the app, with a design, when nothing runs any more."""
    app = AppTest.from_function(_page, kwargs={"page": page}, default_timeout=60)
    if id:
        app.query_params["design"] = id
    return settled(app.run())


def _page(page: str) -> None:
    import runpy

    from composer.ui import header, state
    from composer.ui.files import bundles
    from composer.web.pages import folder

    state.begin(page)
    bundles.opening()
    header.show()
    runpy.run_path(str(folder() / f"{page}.py"))


def labelled(app: AppTest, label: str) -> Button:
    """The first button with this label."""
    return next(each for each in app.button if each.label == label)


def settled(app: AppTest) -> AppTest:
    """The page when nothing runs any more."""
    end = time.monotonic() + 60
    while any((each.key or "").partition(":")[0] == "stop" for each in checked(app).button) and time.monotonic() < end:
        time.sleep(0.2)
        app.run()
    return checked(app)


def checked(app: AppTest) -> AppTest:
    """The page, in which nothing went wrong unseen."""
    assert not app.exception, app.exception
    return app


def inspected(app: AppTest) -> dict[str, Any]:
    """What the inspector shows."""
    found = [each.proto for each in app.get("bidi_component") if each.proto.component_name == "composer.inspector"]
    data: dict[str, Any] = json.loads(found[0].json)
    return data


def looking(app: AppTest, *paths: str) -> dict[str, Any]:
    """What the inspector shows of the last of these paths, when all of them are selected."""
    app.session_state["selected_path"] = paths[-1]
    app.session_state["selected_paths"] = list(paths)
    app.run()
    assert not app.exception, app.exception
    return inspected(app)


def values(data: dict[str, Any]) -> dict[str, Any]:
    """What the rows of a form hold, by key."""
    return {each["key"]: each["value"] for each in data["entries"]}


def row(data: dict[str, Any], key: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in data["entries"] if each["key"] == key)
    return found


def enter(document: Document, path: str, key: str, value: object) -> None:
    """Put a value into a row of the form of the node at `path`."""
    press(document, {"edit": "entry", "path": path, "key": key, "value": value})


def press(document: Document, *operations: dict[str, Any]) -> None:
    """Do what a button of the inspector does, or a row."""
    seq = document.acks.get("test", 0) + 1
    message = {"client": "test", "entries": [{"seq": seq, "operations": list(operations)}]}
    receive(document, models.preview(document.text).report, message)


def click(document: Document, buttons: list[dict[str, Any]], label: str) -> None:
    """Click a button by its label."""
    found = next(each for each in buttons if each["label"] == label)
    assert found["enabled"]
    press(document, *found["operations"])


def document(id: str) -> Document:
    """A design that is open in the app."""
    return state.documents().open(id)
