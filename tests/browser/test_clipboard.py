"""Copy, cut and paste by keyboard: within a design, and from one to another."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.app import App
from tests.browser.test_editor import agree
from tests.ui.server import Server


def test_copy_cut_and_paste(app: App, server: Server) -> None:
    app.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    app.use("LeNet")
    app.row("conv1").click()
    app.page.keyboard.press("Shift+ArrowDown")
    app.settle()
    app.page.keyboard.press("Control+c")
    app.wait_for_clipboard("Conv2d")
    app.row("pool2").click()
    app.page.keyboard.press("Control+v")
    expect(app.row("conv3")).to_be_visible()
    found = agree(app, server)
    place = found.index("features.pool2")
    assert found[place + 1 : place + 3] == ["features.conv3", "features.act3"]
    app.page.keyboard.press("Control+z")
    expect(app.row("conv3")).to_have_count(0)
    app.row("flatten").click()
    app.settle()
    app.page.keyboard.press("Control+x")
    expect(app.row("flatten")).to_have_count(0)
    app.row("conv1").click()
    app.page.keyboard.press("Control+v")
    expect(app.at("features.flatten")).to_be_visible()


def test_from_one_design_to_another_with_what_it_uses(app: App, server: Server) -> None:
    app.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    app.use("ResNet18")
    app.row("layer1").click()
    app.settle()
    app.page.keyboard.press("Control+c")
    app.wait_for_clipboard("BasicBlock")
    app.go()
    app.use("Untitled")
    app.row("Untitled").click()
    app.page.keyboard.press("Control+v")
    expect(app.row("BasicBlock")).to_be_visible()
    assert agree(app, server)[0] == "layer1"


def test_what_is_no_part_of_a_design_is_refused(app: App, server: Server) -> None:
    app.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    app.use("MLP")
    before = agree(app, server)
    app.page.evaluate("navigator.clipboard.writeText('{\"kind\": 1}')")
    app.row("hidden").click()
    app.page.keyboard.press("Control+v")
    expect(app.page.get_by_test_id("stToast").first).to_be_visible()
    assert agree(app, server) == before


def test_a_template_is_a_part(app: App, server: Server) -> None:
    app.use("Untitled")
    app.row("Untitled").click()
    app.settle()
    app.search.fill("lenet")
    app.search.press("Enter")
    expect(app.page.get_by_text("No problems")).to_be_visible()
    found = agree(app, server)
    assert len(found) > 10
    assert found[0].isdecimal()
