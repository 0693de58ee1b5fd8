"""Many drags and keys, faster than the server answers: in the end the page, the document and the file say the same."""

from __future__ import annotations

import random

import pytest
from playwright.sync_api import expect

from tests.browser.app import App
from tests.browser.test_editor import agree
from tests.ui.server import Server

KEYS = (
    "Alt+ArrowUp", "Alt+ArrowDown", "Alt+ArrowLeft", "Alt+ArrowRight", "d", "l", "s", "w", "p", "r", "u", "k", "m",
    "Delete", "Control+z", "Control+Shift+z", "ArrowDown", "ArrowUp", "Shift+ArrowDown", "Enter", "End", "Home",
)  # fmt: skip
ENTRIES = ("Linear", "ReLU", "Sequential", "Residual", "Parallel", "Repeat", "Add")
MOST_ROWS = 60


class Hand:
    """A hand that does not wait."""

    def __init__(self, app: App, seed: int) -> None:
        self.app = app
        self.random = random.Random(seed)
        self.done: list[str] = []

    def act(self) -> None:
        choice = self.random.random()
        rows = self.app.tree.locator("[role=treeitem]").count()
        if rows > MOST_ROWS:
            self.app.tree.press("Delete")
        elif choice < 0.5:
            self.drag(".row")
        elif choice < 0.7:
            self.app.search.fill(self.random.choice(ENTRIES))
            self.drag(".entry")
        else:
            key = self.random.choice(KEYS)
            self.done.append(key)
            self.app.tree.press(key)

    def drag(self, what: str) -> None:
        """From one place in sight to another."""
        source, target = self.place(what), self.place(".row")
        if not source or not target:
            return
        self.done.append(f"drag {what} {source} {target}")
        mouse = self.app.page.mouse
        mouse.move(source["x"] + 40, source["y"] + source["height"] / 2)
        mouse.down()
        x = target["x"] + self.random.uniform(0, target["width"])
        mouse.move(x, target["y"] + self.random.random() * target["height"], steps=3)
        mouse.up()

    def place(self, what: str) -> dict[str, float] | None:
        """The box of something that is wholly in sight."""
        boxes: list[dict[str, float]] = self.app.editor.evaluate(
            """(editor, what) => [...editor.querySelectorAll(what)].map(each => {
                const { x, y, width, height } = each.getBoundingClientRect();
                const around = each.closest(".scroller, .entries").getBoundingClientRect();
                return y >= around.y && y + height <= around.bottom ? { x, y, width, height } : undefined;
            }).filter(Boolean)""",
            what,
        )
        return self.random.choice(boxes) if boxes else None


def check(app: App, server: Server, edits: int, seed: int) -> None:
    app.use("LeNet")
    hand = Hand(app, seed)
    for number in range(1, edits + 1):
        hand.act()
        if number % 25 == 0:
            agree(app, server)
    shown = agree(app, server)
    app.page.reload()
    expect(app.tree).to_be_visible()
    app.settle()
    assert agree(app, server) == shown, hand.done


def test_some_edits(app: App, server: Server) -> None:
    check(app, server, 40, seed=1)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("seed", [2, 3])
def test_five_hundred_edits(app: App, server: Server, seed: int) -> None:
    check(app, server, 500, seed)
