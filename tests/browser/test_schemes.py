"""Schemes for initial values in the browser: rules are made by hand, tried, applied and taken back."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from composer import templates
from composer.design.document import Design, Input, Rule
from composer.design.nodes import Initializer
from composer.workspace import Workspace
from tests.browser.app import App
from tests.browser.test_accessible import violations
from tests.build import chain, linear, op
from tests.ui.server import Server

X200 = (Input(shape=("N", 200)),)
WIDE = chain(linear("a", 200, 200), op("act", "relu"), linear("b", 200, 3), inputs=X200, name="Wide")
BOOK = "v = uniform(-10, 10); v * (abs(v) >= 5)"


def opened(app: App, server: Server, design: Design) -> tuple[Page, str]:
    """The page of a design, on its part about values."""
    id = Workspace(server.workspace).create(design).id
    app.go(f"/?design={id}")
    app.visit("Initialize")
    app.settle()
    app.page.get_by_role("tab", name="Initial values").click()
    expect(app.page.get_by_role("region", name="What fills each parameter")).to_be_visible()
    return app.page, id


def card(page: Page, number: int) -> Locator:
    return page.locator(".card").nth(number - 1)


def settled(page: Page) -> None:
    """Wait until the server has all that was entered in the cards."""
    expect(page.locator(".rules")).to_have_attribute("data-open", "0")


def row(page: Page, name: str) -> Locator:
    table = page.get_by_role("region", name="What fills each parameter")
    return table.get_by_role("row").filter(has=page.get_by_role("rowheader", name=name, exact=True))


def test_rules_by_hand_tried_applied_and_taken_back(app: App, server: Server) -> None:
    page, _id = opened(app, server, templates.load("mlp"))
    expect(page.get_by_role("button", name="Initialize", exact=True)).to_be_disabled()
    page.get_by_role("button", name="Add a rule").click()
    expect(card(page, 1)).to_contain_text("fills 2 parameters")
    card(page, 1).get_by_label("scheme").select_option("normal")
    card(page, 1).get_by_label("std").fill("0.01")
    card(page, 1).get_by_label("std").press("Enter")
    page.get_by_role("button", name="Add a rule").click()
    card(page, 2).get_by_label("where").fill("*.bias")
    card(page, 2).get_by_label("where").press("Enter")
    card(page, 2).get_by_label("parameter").select_option("bias")
    card(page, 2).get_by_label("scheme").select_option("zeros")
    settled(page)
    expect(card(page, 2)).to_contain_text("fills 2 parameters: hidden.bias, out.bias")
    expect(row(page, "hidden.weight")).to_contain_text("1 · normal")
    expect(row(page, "out.bias")).to_contain_text("2 · zeros")
    app.button("Try").click()
    expect(page.get_by_text("The rules would fill 4 parameters. Nothing was changed.")).to_be_visible()
    expect(page.locator(".js-plotly-plot")).to_have_count(2)
    app.button("Initialize").click()
    expect(page.get_by_text("4 parameters were filled.")).to_be_visible()
    cells = row(page, "hidden.weight").get_by_role("cell")
    expect(cells.nth(3)).to_have_text(re.compile(r"0\.0(09|10|1)\d*$"))
    expect(cells.nth(4)).to_have_text("0.01")
    app.button("Take it back").click()
    expect(page.get_by_text("It was taken back")).to_be_visible()
    page.reload()
    app.settle()
    expect(card(page, 2).get_by_label("where")).to_have_value("*.bias")


def test_the_books_initializer_has_masses_of_a_quarter_a_half_and_a_quarter(app: App, server: Server) -> None:
    page, id = opened(app, server, WIDE)
    page.get_by_role("button", name="Add a rule").click()
    card(page, 1).get_by_label("scheme").select_option("expression")
    card(page, 1).get_by_label("expression").fill(BOOK)
    card(page, 1).get_by_label("expression").press("Enter")
    settled(page)
    app.button("Initialize").click()
    expect(page.get_by_text("2 parameters were filled.")).to_be_visible()
    page.get_by_role("link", name="Parameters").click()
    app.settle()
    with page.expect_download() as file:
        page.get_by_role("button", name=re.compile("json", re.I)).first.click()
    rows = {each["path"]: each for each in json.loads(file.value.path().read_text(encoding="utf-8"))}
    weight, bins = rows["a.weight"], rows["a.weight"]["histogram"]
    count, width = weight["count"], (bins["high"] - bins["low"]) / 64
    low = sum(n for k, n in enumerate(bins["counts"]) if bins["low"] + (k + 0.5) * width < -4)
    high = sum(n for k, n in enumerate(bins["counts"]) if bins["low"] + (k + 0.5) * width > 4)
    deviation = 5 * (count * 3 / 16) ** 0.5
    assert count == 40_000
    assert low == pytest.approx(count / 4, abs=deviation)
    assert high == pytest.approx(count / 4, abs=deviation)
    assert weight["zeros"] == pytest.approx(count / 2, abs=5 * (count / 4) ** 0.5)
    assert low + high + weight["zeros"] == count
    assert weight["std"] == pytest.approx(5.40, abs=0.05)
    assert Workspace(server.workspace).load(id).design.initializers[0].init.options == {"expression": BOOK}


def test_order_by_keyboard_and_what_does_not_suit(app: App, server: Server) -> None:
    rules = (
        Rule(kind="Linear", init=Initializer(scheme="ones")),
        Rule(kind="Linear", parameter="bias", init=Initializer(scheme="zeros")),
    )
    page, id = opened(app, server, WIDE.model_copy(update={"initializers": rules}))
    expect(row(page, "b.bias")).to_contain_text("2 · zeros")
    up = card(page, 2).get_by_role("button", name="Move rule 2 up")
    up.focus()
    page.keyboard.press("Enter")
    expect(row(page, "b.bias")).to_contain_text("2 · ones")
    expect(card(page, 1)).to_contain_text("later rules fill all that it names")
    card(page, 2).get_by_label("scheme").select_option("xavier_normal")
    expect(card(page, 2)).to_contain_text("expects at least 2 dimensions for xavier_normal")
    expect(app.button("Initialize")).to_be_disabled()
    card(page, 2).get_by_role("button", name="let rule 2 fill only weight").click()
    expect(app.button("Initialize")).to_be_enabled()
    expect(row(page, "a.weight")).to_contain_text("2 · xavier_normal")
    page.get_by_role("button", name=re.compile("^Undo")).first.click()
    expect(card(page, 2)).to_contain_text("expects at least 2 dimensions")
    assert Workspace(server.workspace).load(id).design.initializers[1].init.scheme == "xavier_normal"


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 900)])
def test_nothing_serious(browser: Browser, server: Server, scheme: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    rules = (Rule(kind="Linear", parameter="weight", init=Initializer(scheme="orthogonal")),)
    app = App(context.new_page(), server.url)
    page, _id = opened(app, server, WIDE.model_copy(update={"initializers": rules}))
    app.button("Try").click()
    expect(page.locator(".js-plotly-plot")).to_have_count(2)
    assert violations(page) == []
    context.close()


def test_a_value_that_was_just_typed_is_the_one_that_fills(app: App, server: Server) -> None:
    ones = Rule(kind="Linear", init=Initializer(scheme="constant", options={"val": 1.0}))
    page, id = opened(app, server, WIDE.model_copy(update={"initializers": (ones,)}))
    card(page, 1).get_by_label("val").fill("3")
    app.button("Initialize").click()
    expect(page.get_by_text("4 parameters were filled.")).to_be_visible()
    expect(row(page, "a.weight").get_by_role("cell").last).to_have_text("3")
    assert Workspace(server.workspace).load(id).design.initializers[0].init.options == {"val": 3.0}


@pytest.mark.parametrize("width", [600, 900, 1040, 1280])
def test_the_header_is_one_row(app: App, server: Server, width: int) -> None:
    page, _id = opened(app, server, WIDE)
    page.set_viewport_size({"width": width, "height": 800})
    page.wait_for_timeout(300)
    boxes = [page.locator(f".st-key-{key} button").first.bounding_box() for key in ("designs", "undo", "export")]
    assert all(box and box["y"] < 40 and box["x"] + box["width"] <= width for box in boxes)
    assert boxes[0] and boxes[2] and boxes[0]["x"] < boxes[2]["x"]
    if width > 760:
        name = page.locator(".st-key-designs button p").first
        assert name.evaluate("e => e.scrollWidth <= e.clientWidth"), "a short name is not cut"
