"""What is seen: dark and light, wide and narrow, and nothing that jumps."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.app import App
from tests.ui.server import Server

DARK = "rgb(22, 54, 92)"  # a linear layer in the dark theme of composer.views.theme
LIGHT = "rgb(227, 240, 254)"


@pytest.mark.parametrize(("scheme", "fill"), [("light", LIGHT), ("dark", DARK)])
def test_the_graph_has_the_colors_of_the_theme(browser: Browser, server: Server, scheme: str, fill: str) -> None:
    context = browser.new_context(color_scheme=scheme)  # type: ignore[arg-type]
    app = App(context.new_page(), server.url)
    app.go()
    app.use("MLP")
    expect(app.box("hidden").locator("path")).to_have_css("fill", fill)
    context.close()


@pytest.mark.parametrize("width", [1280, 900])
def test_all_panes_fit(app: App, width: int) -> None:
    app.page.set_viewport_size({"width": width, "height": 800})
    app.use("LeNet")
    if width < 1000:
        app.page.get_by_role("button", name="Inspector", exact=True).click()
    edges = [app.page.locator(f".st-key-pane_{name}").bounding_box() for name in ("tree", "graph", "inspector")]
    assert all(edge and edge["width"] > 200 for edge in edges)
    assert edges[0] and edges[2] and edges[2]["x"] + edges[2]["width"] <= width
    assert app.page.evaluate("document.documentElement.scrollWidth") <= width


def test_with_little_room_the_inspector_is_a_drawer(app: App) -> None:
    app.page.set_viewport_size({"width": 900, "height": 800})
    app.use("LeNet")
    pane = app.page.locator(".st-key-pane_inspector")
    handle = app.page.get_by_role("button", name="Inspector", exact=True)
    closed = pane.bounding_box()
    assert closed and closed["width"] < 40
    handle.focus()
    expect(app.field("name")).to_be_attached()
    assert app.field("name").evaluate("field => { field.focus(); return !field.matches(':focus') }")
    app.page.keyboard.press("Enter")
    app.row("conv1").click()
    field = app.field("out_channels")
    field.fill("7")
    field.press("Enter")
    expect(app.row("conv1")).to_contain_text("N×7×28×28")
    field.press("Escape")
    expect(handle).to_be_focused()
    assert pane.bounding_box() == closed


def test_nothing_jumps_when_a_value_changes(app: App) -> None:
    app.use("LeNet")
    app.row("conv1").click()
    expect(app.field("out_channels")).to_have_value("6")
    app.settle()
    places = app.page.locator(".st-key-pane_tree, .st-key-pane_graph, .st-key-pane_inspector, .st-key-pane_below")
    before = [place.bounding_box() for place in places.all()]
    field, box = app.field("out_channels").bounding_box(), app.box("features.conv1").bounding_box()
    app.field("out_channels").fill("12")
    app.field("out_channels").press("Enter")
    expect(app.row("conv1")).to_contain_text("N×12×28×28")
    app.settle()
    assert [place.bounding_box() for place in places.all()] == before
    assert app.field("out_channels").bounding_box() == field
    after = app.box("features.conv1").bounding_box()
    assert box and after
    assert abs(after["y"] - box["y"]) < 2
    expect(app.field("out_channels")).to_be_focused()
