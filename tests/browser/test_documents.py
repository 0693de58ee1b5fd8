"""Designs in the menu, and two tabs of one design: each shows what the other does, without a click."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from composer.design.edits import apply
from composer.workspace import Workspace
from tests.browser.app import App
from tests.browser.test_places import change
from tests.ui.server import Server

SOON = 5_000  # milliseconds; on an idle machine it takes about one second


@pytest.fixture
def other(app: App, page: Page) -> Iterator[App]:
    """A second tab, which follows the first to MLP."""
    app.use("MLP")
    other = App(page.context.new_page(), app.url)
    other.page.goto(app.page.url)
    expect(other.row("hidden")).to_contain_text("N×256")
    other.settle()
    yield other
    other.page.close()


def id_of(app: App) -> str:
    found = re.search(r"design=([\w-]+)", app.page.url)
    assert found
    return found[1]


def test_a_second_tab_follows_without_a_click(app: App, other: App) -> None:
    change(app, "77")
    expect(other.row("hidden")).to_contain_text("N×77", timeout=SOON)
    expect(other.graph.locator("text", has_text="N×77").first).to_be_attached()
    other.button("Undo").click()
    expect(app.row("hidden")).to_contain_text("N×256", timeout=SOON)
    app.row("hidden").click()
    app.settle()
    app.tree.press("Delete")
    expect(other.row("hidden")).to_have_count(0, timeout=SOON)


def test_typing_is_not_disturbed(app: App, other: App) -> None:
    other.row("out").click()
    field = other.field("out_features")
    expect(field).to_have_value("10")
    other.settle()
    field.focus()
    field.press("End")
    other.page.keyboard.type("9")
    change(app, "55")
    expect(other.row("hidden")).to_contain_text("N×55", timeout=SOON)
    expect(field).to_be_focused()
    other.page.keyboard.type("8")
    expect(field).to_have_value("1098")
    field.press("Enter")
    expect(app.row("out")).to_contain_text("N×1098", timeout=SOON)


def test_a_file_that_another_program_changes_is_followed(app: App, server: Server) -> None:
    app.use("MLP")
    workspace = Workspace(server.workspace)
    stored = workspace.load(id_of(app))
    edit = {"edit": "set_option", "path": "hidden", "name": "out_features", "value": 44}
    workspace.save(stored.id, apply(stored.design, edit), stored.revision)
    expect(app.row("hidden")).to_contain_text("N×44", timeout=SOON)
    expect(app.page.get_by_text("Another program changed")).to_be_visible()


def test_nothing_runs_while_nothing_changes(app: App, other: App) -> None:
    """A page that is up to date only asks: no message comes to the script, and the page stays as it is."""
    sent: list[str] = []
    asked: list[str] = []
    other.page.on("request", lambda request: asked.append(request.url))
    script = """() => {
        window.states = [];
        const app = document.querySelector('[data-testid=stApp]');
        new MutationObserver(() => window.states.push(app.dataset.testScriptState)).observe(app, { attributes: true });
    }"""
    other.page.evaluate(script)
    time.sleep(3)
    sent += other.page.evaluate("window.states")
    assert sent == []
    assert 2 <= len(asked) <= 8
    assert all("/composer/changed" in url for url in asked)


def test_the_start_page_asks_nothing(app: App) -> None:
    asked: list[str] = []
    app.page.on("request", lambda request: asked.append(request.url))
    time.sleep(1.5)
    assert asked == []


def test_deleting_and_undoing_with_another_tab_open(app: App, other: App) -> None:
    change(app, "66")
    id = id_of(app)
    app.menu.click()
    app.page.locator(f".st-key-delete-switch-{id}").get_by_role("button").press("Enter")
    expect(app.page.get_by_text("Deleted MLP.")).to_be_visible()
    expect(other.page.get_by_text("was deleted elsewhere")).to_be_visible(timeout=SOON)
    app.button("Undo deletion").press("Enter")
    expect(app.row("hidden")).to_contain_text("N×66")
    expect(other.page.get_by_text("was deleted elsewhere")).to_have_count(0, timeout=SOON)
    app.button("Undo").click()
    expect(app.row("hidden")).to_contain_text("N×256")
    expect(other.row("hidden")).to_contain_text("N×256", timeout=SOON)


def test_the_menu_by_keyboard(app: App) -> None:
    app.use("MLP")
    first = id_of(app)
    app.menu.press("Enter")
    app.button("Duplicate").press("Enter")
    expect(app.row("MLP copy")).to_be_visible()
    assert id_of(app) != first
    app.menu.press("Enter")
    name = app.page.get_by_test_id("stPopoverBody").get_by_label("name", exact=True)
    name.fill("Mine")
    name.press("Enter")
    expect(app.row("Mine")).to_be_visible()
