"""A run can be stopped, and a process that dies is a message with a way on."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.app import App
from tests.ui.server import Server


def test_stop(app: App) -> None:
    app.use("GPT2")  # takes seconds to build and run
    app.tab("Run")
    app.button("Run").click()
    app.button("Stop").click()
    expect(app.page.get_by_text("The run was stopped")).to_be_visible()
    expect(app.button("Run")).to_be_enabled()


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds processes in /proc")
def test_a_crash_is_a_message_and_work_goes_on(app: App, server: Server) -> None:
    app.use("GPT2")
    app.tab("Run")
    app.button("Run").click()
    expect(app.button("Stop")).to_be_visible()
    for pid in _descendants(server.process.pid):
        if b"forkserver" in Path(f"/proc/{pid}/cmdline").read_bytes() and not _descendants(pid):
            os.kill(pid, signal.SIGSEGV)
    expect(app.page.get_by_text("crashed (SIGSEGV)")).to_be_visible()
    expect(app.button("Run")).to_be_enabled()
    app.row("ln_f").click()  # shapes come from another process, which died too and was replaced
    app.field("eps").fill("0.001")
    app.field("eps").press("Enter")
    expect(app.row("GPT2")).to_contain_text("124 M")
    expect(app.button("Undo")).to_be_enabled()


def _descendants(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    children = [int(each) for task in tasks for each in task.read_text().split()]
    return [*children, *(below for child in children for below in _descendants(child))]
