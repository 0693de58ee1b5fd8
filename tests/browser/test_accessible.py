"""axe-core finds nothing serious on any page, light or dark, wide or narrow."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.app import App
from tests.ui.server import Server

SERIOUS = ("serious", "critical")
_FADING = 300  # milliseconds


def violations(page: Page) -> list[str]:
    """What axe-core calls serious or critical, with the elements, once nothing is faded that is drawn anew."""
    expect(page.locator('[data-stale="true"]')).to_have_count(0)
    page.wait_for_timeout(_FADING)
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {node['target']} {node['html'][:120]} {node['failureSummary'][:200]}"
        for each in found
        if each["impact"] in SERIOUS
        for node in each["nodes"]
    ]


@pytest.mark.parametrize(
    ("scheme", "width"),
    [
        ("light", 1280),
        ("dark", 900),
        pytest.param("dark", 1280, marks=pytest.mark.slow),
        pytest.param("light", 900, marks=pytest.mark.slow),
    ],
)
def test_nothing_serious(browser: Browser, server: Server, scheme: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    app = App(context.new_page(), server.url)
    app.go()
    assert violations(app.page) == []
    app.use("ResNet18")
    assert violations(app.page) == []
    if width < 1000:
        app.page.get_by_role("button", name="Inspector", exact=True).click()
    app.at(".DownBlock").click()
    expect(app.field("options")).to_be_visible()
    app.settle()
    assert violations(app.page) == []
    app.row("fc").click()
    app.settle()
    app.field("in_features").fill("7")
    app.field("in_features").press("Enter")
    expect(app.page.get_by_text("expects 7 input features").first).to_be_visible()
    app.settle()
    assert violations(app.page) == []
    app.tab("Code")
    expect(app.page.get_by_text("class BasicBlock(")).to_be_visible()
    assert violations(app.page) == []
    app.tab("Run")
    assert violations(app.page) == []
    context.close()
