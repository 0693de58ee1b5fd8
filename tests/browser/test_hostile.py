"""A stranger's design is text, whatever it says: it is shown as it stands, and nothing is fetched or run."""

from __future__ import annotations

import json

from playwright.sync_api import expect

from tests.browser.app import App

PICTURE = "![x](//localhost:9/x)"
MARKUP = "<img src=x onerror=alert(1)>"


def hostile() -> bytes:
    """A design with names that would act, if anything took them for Markdown or HTML, and a problem to tell of."""
    nodes = [
        {"kind": "Linear", "id": PICTURE, "options": {"in_features": 3, "out_features": 4}},
        {"kind": "Sequential", "id": MARKUP, "nodes": [{"kind": "ReLU", "id": ":material/home: $x$ **b**"}]},
        {"kind": "ReLU", "id": "a", "inputs": [f"{PICTURE}?"]},
    ]
    design = {
        "format": "block-composer",
        "version": 1,
        "name": f"{PICTURE} {MARKUP}",
        "description": f"{MARKUP} [link](http://localhost:9/)",
        "inputs": [{"name": "x", "shape": ["N", 4]}],
        "root": {"kind": "Sequential", "nodes": nodes},
    }
    return json.dumps(design).encode()


def test_names_are_shown_as_they_are(app: App) -> None:
    requests: list[str] = []
    dialogs: list[str] = []
    app.page.on("request", lambda request: requests.append(request.url))
    app.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss())[0])
    file = {"name": "hostile.json", "mimeType": "application/json", "buffer": hostile()}
    app.design_file.set_input_files(file)  # type: ignore[arg-type]
    expect(app.row(PICTURE)).to_be_visible()
    expect(app.row(MARKUP)).to_be_visible()
    app.row(PICTURE).click()
    expect(app.field("id")).to_have_value(PICTURE)
    expect(app.page.locator(".st-key-pane_inspector").get_by_text(PICTURE).first).to_be_visible()
    expect(app.page.locator(".st-key-pane_below").get_by_text("expects").first).to_be_visible()
    app.field("out_features").fill("5")
    app.field("out_features").press("Enter")
    expect(app.button("Undo")).to_be_enabled()
    app.button("Undo").hover()
    app.page.locator(".st-key-designs button").click()
    app.button("New or open…").click()
    expect(app.page.get_by_text("Your designs")).to_be_visible()
    app.settle()
    own = (app.url, app.url.replace("http", "ws"), "data:", "blob:")
    assert [url for url in requests if not url.startswith(own)] == []
    assert not dialogs
