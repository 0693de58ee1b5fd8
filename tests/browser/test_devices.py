"""Experiments in the browser: run on the CPU, a recording from elsewhere drawn over them, the data taken away."""

from __future__ import annotations

import json
import re
from pathlib import Path

from playwright.sync_api import expect

from composer.recordings.settings import Matmul
from composer.recordings.text import dumps, loads
from tests.browser.app import App
from tests.browser.test_accessible import violations
from tests.recordings.building import recording, series


def test_experiments_on_the_cpu_with_a_recording_over_them(app: App, tmp_path: Path) -> None:
    page = app.page
    app.use("MLP")
    app.visit("Devices")
    expect(page.get_by_text("X + Y on two devices")).to_be_visible()
    page.get_by_role("button", name="Move the live model").click()
    expect(page.get_by_text("MLP was on cpu already: nothing was copied.")).to_be_visible()
    app.settle()
    assert violations(page) == []
    page.get_by_role("tab", name="Experiments").click()
    for number, name in enumerate(
        ("1 · Matrix products", "2 · The design", "3 · Fetching or logging", "6 · Ways to call")
    ):
        page.get_by_role("radio", name=name).click()
        app.settle()
        if number == 0:
            page.get_by_role("spinbutton", name="Seconds a point").fill("0.05")
            page.get_by_role("spinbutton", name="Seconds a point").press("Enter")
            app.settle()
        page.get_by_role("button", name="Run", exact=True).click()
        expect(page.get_by_text(re.compile("^Timed w(ere|as)"))).to_be_visible(timeout=120_000)
        expect(page.locator(".js-plotly-plot").first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="dispatch").first.click()
    assert loads(Path(download.value.path()).read_bytes()).experiment == "dispatch"

    elsewhere = tmp_path / "gpu.json"
    elsewhere.write_text(dumps(recording(series("cuda:0", 1e-6, 1e-6, 2e-6), settings=Matmul())))
    app.design_file.set_input_files(elsewhere)
    expect(page.get_by_role("radio", name="1 · Matrix products")).to_be_checked()
    expect(page.locator(".legendtext", has_text="A GPU").first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Samples (.csv)").click()
    assert b"cuda:0" in Path(download.value.path()).read_bytes()
    assert json.loads(elsewhere.read_text())["format"] == "block-composer-recording"
