"""Training in the browser: LeNet learns the digits, while nobody looks, too."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.app import App
from tests.browser.test_accessible import violations


def test_lenet_learns_the_digits_and_goes_on_while_the_page_is_closed(app: App) -> None:
    page = app.page
    app.use("LeNet")
    url = page.url.partition("?")[2]
    app.visit("Train")
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_visible()
    app.settle()
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_role("button", name="Stop run")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("samples/s")).to_be_visible(timeout=60_000)
    page.goto("about:blank")
    app.go(f"/train?{url}")
    expect(page.get_by_text(re.compile(r"samples/s .* trained"))).to_be_visible(timeout=60_000)
    expect(page.get_by_role("button", name="Take the weights")).to_be_visible(timeout=240_000)
    app.settle()
    said = page.get_by_text("test accuracy").inner_text()
    found = re.search(r"test accuracy ([0-9.]+)", said)
    assert found and float(found[1]) >= 0.97, said
    page.get_by_role("button", name="Take the weights").click()
    expect(page.get_by_text("The live model has the weights of")).to_be_visible(timeout=60_000)
    app.settle()
    assert violations(page) == []
