"""Files in the browser: a model that was changed gets back what a file holds, a bundle opens, names are mended."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from playwright.sync_api import Browser, Page, expect
from safetensors.torch import load_file

from tests.browser.app import App
from tests.browser.test_accessible import violations
from tests.ui.server import Server


def to(app: App, page: str) -> None:
    app.visit(page)
    app.settle()


def ran(app: App) -> str:
    """What comes out of the model for eight digits."""
    to(app, "Compose")
    app.tab("Run")
    app.button("Run").click()
    app.page.wait_for_timeout(500)  # what the last run gave is there until the page begins to run again
    app.settle()
    expect(app.page.get_by_role("img", name="digit")).to_have_count(8)
    return app.page.locator(".results").inner_html()


def step(app: App, number: int) -> None:
    to(app, "Gradients")
    app.page.get_by_role("spinbutton", name="Learning rate").fill("2")
    app.page.get_by_role("spinbutton", name="Learning rate").press("Enter")
    app.settle()
    app.page.get_by_role("button", name="Step", exact=True).click()
    expect(app.page.get_by_text(f"SGD, step {number}: the loss went from")).to_be_visible()
    app.settle()


def bring(page: Page, path: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose a file").click()
    chooser.value.set_files(path)


def test_saved_downloaded_changed_uploaded_compared_and_loaded(app: App, tmp_path: Path) -> None:
    page = app.page
    app.use("LeNet")
    step(app, 1)
    outputs = ran(app)

    to(app, "Files")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("10 tensors, 242 KiB.")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download lenet").first.click()
    assert download.value.suggested_filename.startswith("lenet")
    mine = tmp_path / "trained.safetensors"
    download.value.save_as(mine)
    assert len(load_file(mine)) == 10

    step(app, 2)
    assert ran(app) != outputs

    to(app, "Files")
    bring(page, mine)
    expect(page.get_by_text("trained.safetensors is here, as trained.safetensors.")).to_be_visible()
    expect(page.get_by_role("button", name="Load 10 of 10 tensors")).to_be_visible()
    page.get_by_role("tab", name="Compare").click()
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.get_by_text("differs 10")).to_be_visible()
    page.get_by_role("tab", name="Checkpoints").click()
    page.get_by_role("button", name="Load 10 of 10 tensors").click()
    expect(page.get_by_text("Loaded 10 tensors.")).to_be_visible()
    app.settle()
    page.get_by_role("tab", name="Compare").click()
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.get_by_text("All values are equal, to the bit.")).to_be_visible()
    assert ran(app) == outputs


def test_a_bundle_is_made_taken_away_and_opened_from_the_start(app: App, server: Server, tmp_path: Path) -> None:
    page = app.page
    app.use("MLP")
    to(app, "Files")
    page.get_by_role("tab", name="Export").click()
    page.get_by_role("button", name="Make .composer").click()
    expect(page.get_by_text("outputs equal to the bit")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download", exact=True).click()
    download.value.save_as(tmp_path / "MLP.composer")
    app.go()
    bring(page, tmp_path / "MLP.composer")
    expect(page.get_by_text("It gives the outputs that it gave there, to the bit.")).to_be_visible()
    expect(app.row("hidden")).to_be_visible()


def test_keys_of_another_library_are_mended_by_what_is_suggested(app: App, tmp_path: Path) -> None:
    page = app.page
    app.use("MLP")
    shapes = {"hidden.weight": (256, 20), "hidden.bias": (256,), "out.weight": (10, 256), "out.bias": (10,)}
    torch.save({"state": {f"module.{name}": torch.ones(shape) for name, shape in shapes.items()}}, tmp_path / "a.pt")
    to(app, "Files")
    bring(page, tmp_path / "a.pt")
    expect(page.get_by_role("button", name="Load 0 of 4 tensors")).to_be_disabled()
    page.get_by_role("button", name="Use it").click()
    page.get_by_role("button", name="Load 4 of 4 tensors").click()
    expect(page.get_by_text("Loaded 4 tensors.")).to_be_visible()
    page.get_by_role("button", name="Undo", exact=True).last.click()
    expect(page.get_by_text("Loaded 4 tensors.")).to_have_count(0)


def test_a_stranger_s_file_is_refused_in_a_sentence(app: App, tmp_path: Path) -> None:
    app.use("MLP")
    to(app, "Files")
    (tmp_path / "evil.pt").write_bytes(b"cos\nsystem\n(S'echo evil'\ntR.")
    bring(app.page, tmp_path / "evil.pt")
    expect(app.page.get_by_text("evil.pt: ", exact=False).first).to_be_visible()
    expect(app.page.get_by_text("Traceback")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_has_no_violations(browser: Browser, server: Server, scheme: Any) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    app = App(page, server.url)
    app.go()
    app.use("MLP")
    to(app, "Files")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("4 tensors")).to_be_visible()
    page.locator("[class*=st-key-look] button").first.click()
    expect(page.get_by_role("button", name="Load 4 of 4 tensors")).to_be_visible()
    app.settle()
    assert violations(page) == []
    for tab in ("Compare", "Export", "Reuse", "Tensors"):
        page.get_by_role("tab", name=tab).click()
        app.settle()
        assert violations(page) == []
    context.close()
