"""Where a person is: the URL keeps the design through refresh, other tabs, back and forward; undo survives."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.app import App


def change(app: App, value: str) -> None:
    app.row("hidden").click()
    field = app.field("out_features")
    field.fill(value)
    field.press("Enter")
    expect(app.row("hidden")).to_contain_text(f"N×{value}")
    app.settle()


def test_a_refresh_keeps_document_and_history(app: App) -> None:
    app.use("MLP")
    change(app, "99")
    address = app.page.url
    app.page.reload()
    expect(app.row("hidden")).to_contain_text("N×99")
    assert app.page.url == address
    app.button("Undo").click()
    expect(app.row("hidden")).to_contain_text("N×256")
    app.button("Redo").click()
    expect(app.row("hidden")).to_contain_text("N×99")


def test_a_second_tab_comes_to_the_same_document(app: App, page: Page) -> None:
    app.use("MLP")
    other = App(page.context.new_page(), app.url)
    other.page.goto(app.page.url)
    expect(other.row("hidden")).to_contain_text("N×256")
    change(app, "77")
    other.row("out").click()
    expect(other.row("hidden")).to_contain_text("N×77")


def test_back_and_forward(app: App) -> None:
    app.use("MLP")
    address = app.page.url
    app.page.go_back()
    expect(app.page.get_by_text("What would you like to build?")).to_be_visible()
    app.page.go_forward()
    expect(app.tree).to_be_visible()
    assert app.page.url == address


def test_the_menu_of_designs(app: App) -> None:
    app.use("TiedMLP")
    app.menu.click()
    app.button("New or open…").click()
    app.use("NestMLP")
    app.menu.click()
    app.page.get_by_test_id("stPopoverBody").get_by_role("button", name=re.compile("TiedMLP")).first.click()
    expect(app.row("TiedMLP")).to_be_visible()


def test_undo_by_keyboard(app: App) -> None:
    app.use("MLP")
    change(app, "31")
    app.tree.focus()
    app.page.keyboard.press("Control+z")
    expect(app.row("hidden")).to_contain_text("N×256")
    app.page.keyboard.press("Control+Shift+z")
    expect(app.row("hidden")).to_contain_text("N×31")


def test_blocks_of_the_graph_open_and_close(app: App) -> None:
    app.use("LeNet")
    expect(app.box("features.conv1")).to_be_attached()
    app.row("features").click()
    expect(app.graph.locator(".cluster.selected")).to_be_attached()
    app.button("Open or close the selected block, or the one around (e, or double-click)").click()
    expect(app.box("features.conv1")).not_to_be_attached()
    app.box("features").dblclick()
    expect(app.box("features.conv1")).to_be_attached()
    app.tree.press("m")
    expect(app.box(".Features.conv1")).to_be_attached()  # it was opened, and stays so
    app.graph.locator('.cluster[data-path="features"]').press("e")
    expect(app.box(".Features.conv1")).not_to_be_attached()
    app.box("features").press("e")
    expect(app.box(".Features.conv1")).to_be_attached()
