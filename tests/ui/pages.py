"""What pages show in components, and what a person does there, for tests without a browser."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

import composer
from composer.ui import models, state
from composer.ui.document import Document
from composer.ui.inspector import receive

SCRIPT = Path(composer.__file__).parent / "web" / "app.py"


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
