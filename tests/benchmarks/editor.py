"""How long the page takes to settle after a click or a drop: `python -m tests.benchmarks.editor [ROUNDS]`.

Settled is: the server has answered every operation, its run of the page has ended, and the stack, the shapes and the
graph of that run are drawn. Times are taken in the page, from the input event to the last change of what is drawn.
Goals, as medians over all kinds of operations: under 250 ms on a design of 30 nodes, under 600 ms on 1,000 layers.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from composer.design.document import Design, Input
from composer.design.nodes import Layer, Sequential
from composer.workspace import Workspace
from tests.benchmarks.designs import thousand_layers
from tests.browser.app import App
from tests.browser.chromium import launch
from tests.browser.dragging import drag
from tests.ui.server import serving

ROUNDS = 12
GOALS = {"Thirty": 0.250, "Thousand": 0.600}

_WATCH = """() => {
    const app = document.querySelector("[data-testid=stApp]");
    const watch = window.watch = { start: 0, last: 0, runs: 0 };
    for (const name of ["pointerup", "keydown", "change"]) {
        addEventListener(name, (event) => { watch.start = event.timeStamp; watch.last = 0; watch.runs = 0 }, true);
    }
    const seen = () => { watch.last = performance.now() };
    const deep = { subtree: true, childList: true, characterData: true, attributes: true };
    new MutationObserver(seen).observe(document.querySelector(".st-key-panes"), deep);
    for (const name of [".editor", ".frame"]) new MutationObserver(seen).observe(find(document, name), deep);
    new MutationObserver(() => {
        if (app.dataset.testScriptState === "notRunning") { watch.runs += 1; seen() }
    }).observe(app, { attributeFilter: ["data-test-script-state"] });

    function find(root, selector) {
        const own = root.querySelector(selector);
        if (own) return own;
        for (const each of root.querySelectorAll("*")) {
            const inside = each.shadowRoot && find(each.shadowRoot, selector);
            if (inside) return inside;
        }
    }
}"""

_QUIET = """() => {
    const app = document.querySelector("[data-testid=stApp]");
    return watch.runs > 0 && app.dataset.testScriptState === "notRunning" && performance.now() - watch.last > 700;
}"""


def thirty_nodes() -> Design:
    """30 nodes in blocks, with convolutions, norms and a head."""
    stages = []
    channels = 1
    for k in range(5):
        wide = 8 * (k + 1)
        stages.append(
            Sequential(
                id=f"stage{k}",
                nodes=(
                    Layer(
                        id="conv",
                        kind="Conv2d",
                        options={"in_channels": channels, "out_channels": wide, "kernel_size": 3, "padding": 1},
                    ),
                    Layer(id="norm", kind="BatchNorm2d", options={"num_features": wide}),
                    Layer(id="act", kind="ReLU"),
                    Layer(id="drop", kind="Dropout"),
                ),
            )
        )
        channels = wide
    head = (
        Layer(id="pool", kind="AdaptiveAvgPool2d", options={"output_size": 1}),
        Layer(id="flatten", kind="Flatten"),
        Layer(id="act1", kind="ReLU"),
        Layer(id="act2", kind="ReLU"),
        Layer(id="fc", kind="Linear", options={"in_features": channels, "out_features": 10}),
    )
    return Design(name="Thirty", inputs=(Input(shape=("N", 1, 28, 28)),), root=Sequential(nodes=(*stages, *head)))


class Session:
    """A page on one design, and operations on it that are timed."""

    def __init__(self, page: Page, app: App) -> None:
        self.page = page
        self.app = app
        self.found: dict[str, list[float]] = {}
        self.rows = app.tree.locator("[role=treeitem]:not([aria-expanded])")
        page.evaluate(_WATCH)

    def timed(self, name: str, act: Callable[[], object]) -> None:
        """Do it, wait until the page is quiet, and keep the seconds."""
        act()
        self.page.wait_for_function(_QUIET, timeout=60_000, polling=100)  # each frame would take its share
        watch: dict[str, Any] = self.page.evaluate("watch")
        self.found.setdefault(name, []).append((watch["last"] - watch["start"]) / 1000)

    def round(self, number: int) -> None:
        rows = self.rows
        first, second = rows.nth(number % 3), rows.nth(number % 3 + 1)
        self.timed("select", second.click)
        self.timed("select", first.click)
        self.timed("move by key", lambda: self.page.keyboard.press("Alt+ArrowDown"))
        self.timed("drop", lambda: drag(self.app, rows.nth(1), rows.nth(6)))
        self.timed("undo", lambda: self.page.keyboard.press("Control+z"))
        self.timed("duplicate", lambda: self.page.keyboard.press("d"))
        self.timed("delete", lambda: self.page.keyboard.press("Delete"))
        self.app.search.fill("dropout")
        self.timed("insert", lambda: self.app.search.press("Enter"))
        for _undone in range(4):
            self.app.tree.focus()
            self.timed("undo", lambda: self.page.keyboard.press("Control+z"))


def measure(design: Design, rounds: int) -> dict[str, list[float]]:
    """Seconds of every operation, by its name."""
    with tempfile.TemporaryDirectory() as folder:
        id = Workspace(Path(folder)).create(design).id
        with serving(Path(folder)) as server, sync_playwright() as playwright, launch(playwright) as browser:
            server.wait()
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            app = App(page, server.url)
            app.go(f"/?design={id}")
            app.tree.wait_for()
            app.graph.wait_for()
            session = Session(page, app)
            for number in range(rounds + 1):
                session.round(number)
                if not number:
                    session.found.clear()  # what is done for the first time is not usual
            return session.found


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def main(rounds: int = ROUNDS) -> None:
    for design in (thirty_nodes(), thousand_layers()):
        found = measure(design, rounds)
        print(f"{design.name}: from an input to the settled page")
        for name, seconds in found.items():
            p50, p90 = 1000 * statistics.median(seconds), 1000 * percentile(seconds, 0.9)
            print(f"  {name:12} median {p50:5.0f} ms, p90 {p90:5.0f} ms, {len(seconds)} times")
        every = [each for seconds in found.values() for each in seconds]
        p50, p90 = statistics.median(every), percentile(every, 0.9)
        goal = GOALS[design.name]
        met = "yes" if p50 < goal else "NO"
        print(
            f"  all          median {1000 * p50:5.0f} ms, p90 {1000 * p90:5.0f} ms; under {1000 * goal:.0f} ms: {met}"
        )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
