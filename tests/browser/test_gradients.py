"""Gradients and signals: what both uses of a shared layer add, and a constant initialization that is told."""

from __future__ import annotations

import csv
import io
import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from composer import templates
from composer.workspace import Workspace
from tests.browser.app import App
from tests.browser.test_accessible import violations
from tests.engine.test_gradient_facts import mlp
from tests.ui.server import Server


def look_at(app: App, id: str) -> Page:
    """The page with a fresh look at a design."""
    app.go(f"/?design={id}")
    app.visit("Gradients")
    app.button("Look").click()
    expect(app.page.get_by_text("Norm of all gradients")).to_be_visible()
    app.settle()
    return app.page


def table(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


def row(page: Page, of: str, name: str) -> Locator:
    head = page.get_by_role("rowheader", name=name, exact=True)
    return table(page, of).get_by_role("row").filter(has=head)


def entries(page: Page, name: str) -> list[float]:
    """The exact first entries of a row of the uses, which stand in its title."""
    cell = row(page, "Uses of 2.weight", name).locator("td").last.locator("span")
    return [float(each) for each in (cell.get_attribute("title") or "").split()]


def test_both_contributions_and_their_sum(app: App, server: Server) -> None:
    page = look_at(app, Workspace(server.workspace).create(templates.load("tied_mlp")).id)
    expect(table(page, "Uses of 2.weight")).to_be_visible()
    first, second, total = (entries(page, name) for name in ("2.weight", "4.weight", "sum = 2.weight.grad"))
    assert len(total) == 16
    assert [a + b for a, b in zip(first, second, strict=True)] == pytest.approx(total, abs=1e-6)
    expect(page.get_by_text("The uses add up to the gradient, up to rounding").first).to_be_visible()
    expect(page.locator(".js-plotly-plot")).to_have_count(4)
    with page.expect_download() as file:
        page.locator(".st-key-heading_uses").get_by_role("button", name="Table (.csv)").click()
    lines = list(csv.DictReader(io.StringIO(file.value.path().read_text(encoding="utf-8"))))
    assert [line["use"] for line in lines] == ["2.weight", "4.weight", "sum", "2.bias", "4.bias", "sum"]
    page.reload()
    expect(row(page, "Uses of 2.weight", "4.weight")).to_be_visible()
    expect(page.get_by_role("link", name="Gradients")).to_be_visible()


def test_a_constant_initialization_is_flagged(app: App, server: Server) -> None:
    workspace = Workspace(server.workspace)
    page = look_at(app, workspace.create(mlp("constant", val=0.5)).id)
    told = (
        page.locator(".st-key-flags").get_by_role("paragraph").filter(has_text="training cannot tell these units apart")
    )
    expect(told).to_contain_text("identical units a.weight, b.weight")
    expect(row(page, "Gradients by parameter", "a.weight")).to_contain_text("identical units")
    page = look_at(app, workspace.create(mlp("xavier_uniform")).id)
    expect(page.locator(".st-key-flags")).not_to_contain_text("identical")


@pytest.mark.parametrize("width", [1280, 900])
def test_the_header_has_room_for_all_pages(app: App, server: Server, width: int) -> None:
    page = app.page
    page.set_viewport_size({"width": width, "height": 800})
    app.go(f"/gradients?design={Workspace(server.workspace).create(templates.load('tied_mlp')).id}")
    header = page.locator('[data-testid="stLayoutWrapper"]:has(> .st-key-header)')
    expect(header).to_have_css("position", "fixed")  # the styles are there
    edges = [each.bounding_box() for each in (page.get_by_test_id("stTopNav"), app.menu)]
    assert edges[0] and edges[1] and edges[0]["x"] + edges[0]["width"] <= edges[1]["x"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 900)])
def test_nothing_serious(browser: Browser, server: Server, scheme: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    app = App(context.new_page(), server.url)
    page = look_at(app, Workspace(server.workspace).create(mlp("constant", val=0.5)).id)
    expect(page.locator(".js-plotly-plot")).to_have_count(4)
    expect(page.get_by_text(re.compile("vanishing gradient")).first).to_be_visible()
    assert violations(page) == []
    context.close()
