"""Deferred initialization, watched: from uninitialized to materialized, to a concrete design, and back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from composer.design.document import Input
from composer.workspace import Workspace
from tests.browser.app import App
from tests.browser.test_accessible import violations
from tests.build import chain, layer, op
from tests.ui.server import Server

X20 = (Input(name="x", shape=("N", 20)),)
MLP = chain(
    layer("hidden", "LazyLinear", out_features=256),
    op("act", "relu"),
    layer("out", "LazyLinear", out_features=10),
    inputs=X20,
    name="Deferred",
)


@pytest.fixture
def deferred(app: App, server: Server) -> App:
    """The app with a lazy MLP of its own open in Compose."""
    id = Workspace(server.workspace).create(MLP).id
    app.go(f"/?design={id}")
    expect(app.row("hidden")).to_contain_text("LazyLinear")
    return app


def initialize(app: App) -> None:
    app.visit("Initialize")
    expect(table(app.page)).to_be_visible()


def table(page: Page, name: str = "Parameters and buffers") -> Locator:
    return page.get_by_role("region", name=name, exact=True)


def row(page: Page, name: str, of: str = "Parameters and buffers") -> Locator:
    head = page.get_by_role("rowheader", name=name, exact=True)
    return table(page, of).get_by_role("row").filter(has=head)


def total(page: Page, number: str) -> None:
    expect(page.get_by_text("Parameters of the live model")).to_have_text(f"Parameters of the live model {number}")


def test_watched_from_uninitialized_to_concrete_and_back(deferred: App) -> None:
    app, page = deferred, deferred.page
    initialize(app)
    expect(row(page, "hidden.weight")).to_contain_text("inferred<UninitializedParameter>256×20unknown")
    total(page, "unknown")
    expect(app.button("Make concrete")).to_be_disabled()

    app.button("Dry run").click()
    total(page, "7,946")
    expect(row(page, "hidden.weight")).to_contain_text("LazyLinear → Linear")
    expect(row(page, "hidden.weight")).to_contain_text("materialized256×20256×205,120")
    log = "How the lazy layers got their sizes"
    expect(row(page, "hidden", log)).to_contain_text("in_features=202×20 from xweight 256×20, bias 256")
    expect(row(page, "out", log)).to_contain_text("in_features=2562×256 from actweight 10×256, bias 10")
    assert violations(page) == []

    page.reload()
    total(page, "7,946")
    expect(row(page, "out", log)).to_contain_text("in_features=256")

    app.button("Make concrete").click()
    expect(row(page, "hidden.weight")).to_contain_text("Linearfloat32")
    expect(row(page, "hidden.weight")).not_to_contain_text("Lazy")
    total(page, "7,946")
    page.get_by_role("link", name="Compose").click()
    expect(app.row("hidden").locator(".kind")).to_have_text("Linear")
    app.tab("Code")
    expect(page.get_by_text("nn.Linear(20, 256)")).to_be_visible()

    app.button("Undo").click()
    expect(app.row("hidden").locator(".kind")).to_have_text("LazyLinear")
    initialize(app)
    total(page, "7,946")
    app.button("Reset to lazy").click()
    total(page, "unknown")
    expect(row(page, "hidden.weight")).to_contain_text("<UninitializedParameter>")


def test_an_input_that_does_not_fit(deferred: App) -> None:
    app, page = deferred, deferred.page
    initialize(app)
    app.button("Dry run").click()
    total(page, "7,946")
    page.get_by_role("radio", name="A shape of your own").click()
    page.get_by_role("textbox", name="Shape of x").fill("2, 30")
    app.button("Dry run").click()  # what was typed last counts, though nobody pressed Enter
    told = "hidden: expects 20 input features (its weight is 256×20), received 30 (from x, shape 2×30)"
    expect(page.get_by_text(told)).to_be_visible()
    total(page, "7,946")
    app.button("Reset to lazy").click()
    total(page, "unknown")
    app.button("Dry run").click()
    total(page, "10,506")
    expect(row(page, "hidden.weight")).to_contain_text("256×30256×207,680")


@pytest.mark.parametrize("width", [1280, 900])
def test_the_header_leaves_the_links_to_pages_free(deferred: App, width: int) -> None:
    page = deferred.page
    page.set_viewport_size({"width": width, "height": 800})
    initialize(deferred)
    edges = [each.bounding_box() for each in (page.get_by_role("link", name="Initialize"), deferred.menu)]
    assert edges[0] and edges[1] and edges[0]["x"] + edges[0]["width"] <= edges[1]["x"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_nothing_serious_in_the_dark(browser: Browser, deferred: App) -> None:
    context = browser.new_context(viewport={"width": 900, "height": 800}, color_scheme="dark")
    dark = App(context.new_page(), deferred.url)
    dark.go(deferred.page.url.removeprefix(deferred.url))
    initialize(dark)
    expect(dark.button("Dry run")).to_be_enabled()
    dark.settle()
    assert violations(dark.page) == []
    dark.button("Dry run").click()
    total(dark.page, "7,946")
    dark.settle()
    assert violations(dark.page) == []
    context.close()
