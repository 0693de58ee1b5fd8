"""The code panel: lines lead to nodes, and nodes to lines."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.app import App
from tests.ui.server import Server

_CONTRAST = """list => {
    const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const over = (colors) => {
        context.fillStyle = "#fff";
        for (const color of colors) { context.fillStyle = color; context.fillRect(0, 0, 1, 1) }
        return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3).map((each) => each / 255);
    };
    const light = (color) => color
        .map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4))
        .reduce((sum, each, index) => sum + each * [0.2126, 0.7152, 0.0722][index], 0);
    const page = getComputedStyle(list).getPropertyValue("--st-background-color");
    let least = 21;
    for (const line of list.children) {
        const below = [page, getComputedStyle(line).backgroundColor];
        const pieces = [line, ...line.children].map((each) => getComputedStyle(each));
        const styles = [getComputedStyle(line, "::before"), ...pieces];
        for (const style of styles) {
            const [a, b] = [light(over(below)), light(over([...below, style.color]))];
            least = Math.min(least, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
        }
    }
    return least;
}"""


def code(app: App) -> Locator:
    return app.page.get_by_role("listbox", name="Code of")


def line(app: App, path: str) -> Locator:
    """The first line about a node."""
    return code(app).locator(f'[data-path="{path}"]').first


def opened(app: App, template: str) -> Locator:
    """The code of a template."""
    app.use(template)
    app.tab("Code")
    expect(code(app)).to_be_visible()
    return code(app)


def test_a_click_on_a_line_selects_its_node(app: App) -> None:
    opened(app, "LeNet")
    line(app, "classifier.fc2").click()
    expect(app.row("fc2")).to_have_attribute("aria-selected", "true")
    expect(app.field("out_features")).to_have_value("84")
    expect(line(app, "classifier.fc2")).to_have_attribute("aria-selected", "true")
    expect(code(app).locator(".marked")).to_have_count(1)


def test_a_selection_comes_into_sight_and_makes_no_new_lines(app: App) -> None:
    lines = opened(app, "LeNet")
    lines.evaluate("list => { list.firstChild.kept = true }")
    page = app.page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop")
    app.row("fc3").click()
    expect(line(app, "classifier.fc3")).to_have_class("line marked")
    expect(line(app, "classifier.fc3")).to_be_in_viewport()
    app.row("features").click()
    expect(code(app).locator(".marked")).to_have_count(10)
    expect(code(app).locator(".marked").first).to_be_in_viewport()
    assert lines.evaluate("list => list.firstChild.kept")
    assert app.page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == page
    app.row("conv1").click()
    app.field("out_channels").fill("7")
    app.field("out_channels").press("Enter")
    expect(line(app, "features.conv1")).to_contain_text("nn.Conv2d(1, 7")
    expect(app.page.get_by_text("This code will fail when it is run")).to_be_visible()


def test_lines_by_keyboard(app: App) -> None:
    lines = opened(app, "LeNet")
    app.row("act1").click()
    expect(line(app, "features.act1")).to_have_attribute("tabindex", "0")
    expect(lines.locator('[tabindex="0"]')).to_have_count(1)
    app.button("Copy").focus()
    app.page.keyboard.press("Tab")
    expect(line(app, "features.act1")).to_be_focused()
    app.page.keyboard.press("ArrowDown")
    expect(line(app, "features.pool1")).to_be_focused()
    app.page.keyboard.press("Enter")
    expect(app.row("pool1")).to_have_attribute("aria-selected", "true")
    expect(line(app, "features.pool1")).to_be_focused()
    name = '17 features.pool1 ("pool1", nn.AvgPool2d(2, stride=2)), # N×6×14×14'
    expect(line(app, "features.pool1")).to_have_accessible_name(name)
    app.page.keyboard.press("Home")
    expect(lines.locator("[data-path]").first).to_be_focused()
    app.page.keyboard.press("Escape")
    expect(app.row("LeNet")).to_have_attribute("aria-selected", "true")


def test_the_code_can_be_copied(app: App) -> None:
    opened(app, "MLP")
    app.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    app.button("Copy").click()
    expect(app.page.get_by_role("status").filter(has_text="Copied")).to_be_visible()
    copied = app.page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith('"""MLP: a PyTorch model')
    compile(copied, "copied", "exec")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colors_can_be_read(browser: Browser, server: Server, scheme: str) -> None:
    context = browser.new_context(color_scheme=scheme)  # type: ignore[arg-type]
    app = App(context.new_page(), server.url)
    app.go()
    lines = opened(app, "LeNet")
    app.row("features").click()
    expect(lines.locator(".marked")).to_have_count(10)
    assert lines.evaluate(_CONTRAST) >= 4.5
    assert lines.locator(".keyword, .string, .number, .name, .comment").count() > 20
    context.close()
