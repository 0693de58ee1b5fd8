"""The app in a real headless Chromium. Where there is none, these tests say how to get one, and are skipped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.browser.app import App
from tests.browser.chromium import executable, launch
from tests.ui.server import Server, serving

_PROBE = re.compile(r"/_stcore/(health|host-config)$")
"""Streamlit's page asks for these below the address of a page that is opened directly, finds none, and goes on."""
_ADVICE = "there is no Chromium: install one (Debian, Ubuntu: apt-get install chromium) to run the browser's tests"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if executable() is None:
        pytest.skip(_ADVICE)
    with sync_playwright() as playwright, launch(playwright) as browser:
        yield browser


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("workspace")) as server:
        server.wait()
        yield server


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of its own, in which nothing may go wrong unseen."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error" and not _PROBE.search(message.location["url"]):
            errors.append(message.text)

    page.on("console", heard)
    yield page
    context.close()
    assert not errors


@pytest.fixture
def app(page: Page, server: Server) -> App:
    """The app at its start page."""
    app = App(page, server.url)
    app.go()
    return app


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker("browser")
            item.add_marker(pytest.mark.flaky(reruns=2))  # a loaded machine can be too slow for a drag
