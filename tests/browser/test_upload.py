"""Bringing a file in: by the button, by dropping it, with progress, and with every reason why not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from composer.ui.transfers import UPLOAD_LIMIT
from tests.browser.test_accessible import violations
from tests.ui.server import Server, serving

SCRIPT = Path(__file__).with_name("upload_page.py")
DROP = """([name, size]) => {
    const files = new DataTransfer();
    files.items.add(new File([new Uint8Array(size)], name));
    const options = { dataTransfer: files, bubbles: true, cancelable: true, composed: true };
    for (const name of ["dragover", "drop"]) document.body.dispatchEvent(new DragEvent(name, options));
}"""


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(UPLOAD_LIMIT, "30MB")
        with serving(tmp_path_factory.mktemp("workspace"), SCRIPT) as server:
            server.wait()
            yield server


@pytest.fixture
def upload(page: Page, here: Server) -> Page:
    page.goto(here.url)
    expect(page.get_by_text("Received: nothing")).to_be_visible(timeout=20_000)
    expect(page.get_by_role("button", name="Choose a file")).to_be_visible()
    for path in (here.workspace / "checkpoints").iterdir():
        path.unlink()
    return page


def names(here: Server) -> list[str]:
    return sorted(path.name for path in (here.workspace / "checkpoints").iterdir())


def choose(page: Page, path: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose a file").press("Enter")
    chooser.value.set_files(path)


def test_a_chosen_file_becomes_a_checkpoint(upload: Page, here: Server, tmp_path: Path) -> None:
    path = tmp_path / "My Net.safetensors"
    path.write_bytes(bytes(range(256)) * 40_000)
    expect(upload.get_by_role("region", name="Upload a file")).to_be_visible()
    for name in ("my-net.safetensors", "my-net-2.safetensors"):
        choose(upload, path)
        told = upload.get_by_role("status").filter(has_text=f"My Net.safetensors is here, as {name}.")
        expect(told).to_be_visible()
        assert (here.workspace / "checkpoints" / name).read_bytes() == path.read_bytes()
    expect(upload.get_by_text("Received: my-net.safetensors, my-net-2.safetensors")).to_be_visible()
    expect(upload.get_by_role("button", name="Choose a file")).to_be_focused()


def test_a_file_can_be_dropped_anywhere(upload: Page, here: Server) -> None:
    upload.evaluate(DROP, ["dropped.pt", 1000])
    expect(upload.get_by_text("Received: dropped.pt")).to_be_visible()
    assert names(here) == ["dropped.pt"]


def test_why_a_file_is_not_taken(upload: Page, here: Server) -> None:
    for name, size, told in (
        ("a.exe", 1, "a.exe is no file of tensors: those end in .safetensors, .pt, .pth, .composer."),
        ("a.pt", 30_000_001, "a.pt is larger than 28.6 MiB. --upload-limit lets larger files in."),
        ("a.pt", 0, "a.pt is empty."),
    ):
        upload.evaluate(DROP, [name, size])
        expect(upload.get_by_role("alert")).to_have_text(told)
    assert names(here) == []
    upload.evaluate(DROP, ["a.pt", 10])
    expect(upload.get_by_role("alert")).to_have_text("")
    expect(upload.get_by_text("Received: a.pt")).to_be_visible()


def test_an_upload_shows_how_far_it_is_and_can_be_canceled(upload: Page, here: Server) -> None:
    session = upload.context.new_cdp_session(upload)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 2_000_000}
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", slow)
    upload.evaluate(DROP, ["slow.pt", 20_000_000])
    bar = upload.get_by_role("progressbar", name="Uploaded")
    expect(bar).to_be_visible()
    expect(upload.get_by_text("of 19.1 MiB, ")).to_contain_text("MiB/s")
    upload.get_by_role("button", name="Cancel").press("Enter")
    expect(upload.get_by_role("status").filter(has_text="Canceled: nothing was kept.")).to_be_visible()
    expect(bar).to_be_hidden()
    expect(upload.get_by_role("button", name="Choose a file")).to_be_focused()
    for _ in range(100):
        if not names(here):
            break
        upload.wait_for_timeout(50)
    assert names(here) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_that_shuts_anybody_out(browser: Browser, here: Server, scheme: Literal["light", "dark"]) -> None:
    page = browser.new_page(color_scheme=scheme)
    page.goto(here.url)
    expect(page.get_by_role("button", name="Choose a file")).to_be_visible(timeout=20_000)
    page.evaluate(DROP, ["a.exe", 1])
    expect(page.get_by_role("alert")).to_contain_text("a.exe is no file of tensors")
    expect(page.locator(".upload")).to_have_attribute("data-theme", scheme)
    assert violations(page) == []
    page.context.close()


def test_the_servers_reason_is_shown(browser: Browser, here: Server) -> None:
    """A refusal is read also where the server does not wait for the rest of the file."""
    page = browser.new_page()  # the browser itself notes the refusal as an error
    page.goto(here.url)
    expect(page.get_by_role("button", name="Choose a file")).to_be_visible(timeout=20_000)
    page.route("**/composer/upload/*", lambda route: route.continue_(url=f"{here.url}/composer/upload/guess?name=a.pt"))
    page.evaluate(DROP, ["a.pt", 25_000_000])
    expect(page.get_by_role("alert")).to_have_text("This page is too old for an upload. Reload it, and try again.")
    expect(page.get_by_text("Received: nothing")).to_be_visible()
    page.context.close()
