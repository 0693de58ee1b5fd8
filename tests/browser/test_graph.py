"""The graph as a place to work: what is open in it, how deep, and wires chosen by clicks."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from composer.design.document import Design
from composer.design.nodes import Sequential
from composer.workspace import Workspace
from tests.benchmarks.designs import thousand_layers
from tests.browser.app import App
from tests.build import chain, linear, op
from tests.ui.server import Server

WIRE = "Choose by clicks what feeds the selected node (i)"
TOGGLE = "Open or close the selected block, or the one around (e, or double-click)"


def opened(page: Page, server: Server, design: Design) -> App:
    """The app with a design of its own."""
    app = App(page, server.url)
    app.go(f"/?design={Workspace(server.workspace).create(design).id}")
    expect(app.graph).to_be_visible()
    app.settle()
    return app


@pytest.fixture
def thousand(page: Page, server: Server) -> App:
    return opened(page, server, thousand_layers())


def test_a_long_chain_is_drawn_as_runs(thousand: App) -> None:
    runs = thousand.graph.locator(".node.role-run")
    expect(runs).to_have_count(10)
    assert len(thousand.graph.evaluate("svg => svg.outerHTML")) < 100_000
    thousand.row("5").click()
    expect(thousand.box("0")).to_have_attribute("aria-selected", "true")  # the run that has it inside
    expect(thousand.box("0")).to_have_class("node kind-block role-run selected")
    thousand.button(TOGGLE).click()
    expect(thousand.box("5")).to_have_attribute("aria-selected", "true")
    expect(thousand.box("5")).to_be_in_viewport()
    expect(runs).to_have_count(9)
    thousand.box("6").focus()
    thousand.page.keyboard.press("e")  # closes what is around
    expect(runs).to_have_count(10)
    expect(thousand.box("0")).to_be_focused()
    thousand.box("100").dblclick()
    expect(thousand.box("142")).to_be_attached()
    expect(thousand.row("100")).to_have_attribute("aria-selected", "true")


def test_what_is_in_something_closed_is_seen_there(app: App) -> None:
    app.use("LeNet")
    app.row("features").click()
    app.tree.press("m")
    expect(app.box("features")).to_be_attached()
    app.row("act2").click()
    expect(app.box("features")).to_have_attribute("aria-selected", "true")


def test_levels_are_opened_one_by_one(app: App) -> None:
    app.use("ResNet18")
    level = app.page.locator("[data-name=fitting]")
    less, more = app.button("Open one level of blocks less (<)"), app.button("Open one level of blocks more (>)")
    expect(level).to_have_attribute("aria-pressed", "true")
    depth = int(level.inner_text())
    expect(level).to_have_accessible_name(f"Levels of blocks that are open: {depth}. As many as fit")
    while depth:
        less.click()
        depth -= 1
        expect(level).to_have_text(str(depth))
    expect(level).to_have_attribute("aria-pressed", "false")
    expect(less).to_have_attribute("aria-disabled", "true")
    expect(app.graph.locator(".cluster")).to_have_count(0)
    boxes = app.graph.locator(".node").count()
    app.graph.locator(".node").first.press(">")
    expect(level).to_have_text("1")
    expect(app.graph.locator(".node")).not_to_have_count(boxes)
    expect(app.graph.locator(".role-use").first).to_be_attached()
    app.graph.locator(".node").first.press("u")
    uses = app.button("Open what uses of definitions stand for (u)")
    expect(uses).to_have_attribute("aria-pressed", "true")
    while more.get_attribute("aria-disabled") == "false":
        depth = int(level.inner_text())
        more.click()
        expect(level).to_have_text(str(depth + 1))
    expect(app.graph.locator(".node.role-use")).to_have_count(0)
    level.click()
    expect(level).to_have_attribute("aria-pressed", "true")


def test_a_level_forgets_what_was_opened_one_by_one(app: App) -> None:
    app.use("LeNet")
    app.graph.locator('.cluster[data-path="features"]').press("e")
    expect(app.box("features")).to_be_attached()
    level = app.page.locator("[data-name=fitting]")
    level.click()
    expect(level).to_have_attribute("aria-pressed", "false")
    expect(app.box("features.conv1")).to_be_attached()
    app.button("Open one level of blocks less (<)").click()
    expect(app.box("features")).to_be_attached()
    expect(app.box("classifier")).to_be_attached()


def test_wires_are_chosen_by_clicks(page: Page, server: Server) -> None:
    block = Sequential(id="s", nodes=(linear("c", 4, 4), op("sum", "Add")))
    app = opened(page, server, chain(linear("a", 4, 4), linear("b", 4, 4), block, name="Wired"))
    wire, hint = app.button(WIRE), page.locator(".frame .hint")
    expect(wire).to_have_attribute("aria-disabled", "true")
    app.row("b").click()
    expect(wire).to_have_attribute("aria-disabled", "false")
    wire.click()
    expect(wire).to_have_attribute("aria-pressed", "true")
    expect(hint).to_have_text("Click what feeds b, again what no longer does. Esc ends.")
    expect(app.box("a")).to_have_class("node kind-linear role-layer feeds")
    app.graph.locator(".role-input").click()
    expect(app.graph.locator(".role-input")).to_have_class("node kind-input role-input feeds")
    expect(app.box("a")).to_have_class("node kind-linear role-layer")
    expect(app.field("input 1")).to_have_value("x")
    expect(app.row("b")).to_have_attribute("aria-selected", "true")  # a click selects nothing now
    app.box("s.sum").click()
    expect(page.get_by_text("expects a source that stands before b, received s, which stands later")).to_be_visible()
    page.keyboard.press("Escape")
    expect(hint).to_be_empty()
    app.box("s.sum").click()
    expect(app.row("sum")).to_have_attribute("aria-selected", "true")
    app.box("a").press("i")
    expect(wire).to_have_attribute("aria-pressed", "true")
    for source in ("a", "b"):
        app.box(source).press("Enter")
    for source in ("a", "s.c"):
        expect(app.box(source)).to_have_class("node kind-linear role-layer feeds")
    expect(app.field("input 1")).to_have_value("c")
    app.row("s").click()
    expect(app.field("inputs")).to_have_value("x, a")
    app.settle()
    app.button("Undo").click()
    app.button("Undo").click()
    expect(app.field("inputs")).to_have_value("x")
