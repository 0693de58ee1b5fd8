"""Everything that can be clicked has a keyboard way, and its selection is seen in the other places."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.app import App


def test_the_tree(app: App) -> None:
    app.use("LeNet")
    app.tree.focus()
    for key in ("ArrowDown", "ArrowDown", "Enter"):
        app.page.keyboard.press(key)
    expect(app.row("conv1")).to_have_attribute("aria-selected", "true")
    expect(app.row("conv1")).to_have_class(re.compile("current"))
    expect(app.box("features.conv1")).to_have_attribute("aria-selected", "true")
    expect(app.field("out_channels")).to_have_value("6")
    for key in ("ArrowLeft", "ArrowLeft"):
        app.page.keyboard.press(key)
    expect(app.row("features")).to_have_attribute("aria-expanded", "false")
    expect(app.row("conv1")).to_have_count(0)
    app.page.keyboard.press("ArrowRight")
    expect(app.row("conv1")).to_be_visible()
    app.page.keyboard.press("End")
    expect(app.row("fc3")).to_have_class(re.compile("current"))
    app.page.keyboard.press("Home")
    expect(app.row("LeNet")).to_have_class(re.compile("current"))


def test_the_graph(app: App) -> None:
    app.use("LeNet")
    app.box("features.conv1").focus()
    app.page.keyboard.press("Enter")
    expect(app.row("conv1")).to_have_attribute("aria-selected", "true")
    app.page.keyboard.press("ArrowDown")
    expect(app.box("features.act1")).to_be_focused()
    app.page.keyboard.press(" ")
    expect(app.row("act1")).to_have_attribute("aria-selected", "true")
    expect(app.box("features.act1")).to_be_focused()
    app.page.keyboard.press("ArrowUp")
    expect(app.box("features.conv1")).to_be_focused()
    before = app.graph.get_attribute("viewBox")
    app.page.keyboard.press("+")
    assert app.graph.get_attribute("viewBox") != before
    app.page.keyboard.press("Escape")
    expect(app.row("LeNet")).to_have_attribute("aria-selected", "true")


def test_a_selection_elsewhere_comes_into_sight_and_is_no_new_layout(app: App) -> None:
    app.use("LeNet")
    app.graph.evaluate("svg => svg.marked = true")
    app.row("fc3").click()
    box = app.box("classifier.fc3")
    expect(box).to_have_attribute("aria-selected", "true")
    expect(box).to_be_in_viewport()
    assert app.graph.evaluate("svg => svg.marked")
