"""Dragging, as a hand does it."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, expect

from tests.browser.app import App


def drag(app: App, source: Locator, target: Locator, part: float = 0.75, level: int | None = None) -> None:
    """Drag a row or an entry of the palette to a part of a row: 0 is its upper edge, 1 its lower.

    Where several blocks end, `level` says behind which of them: the pointer is as far to the right as that is deep.
    """
    source.scroll_into_view_if_needed()
    start = source.bounding_box()
    assert start
    mouse = app.page.mouse
    mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    mouse.down()
    mouse.move(start["x"] + start["width"] / 2 + 4, start["y"] + start["height"] / 2 + 8, steps=3)
    expect(app.editor).to_have_class(re.compile("dragging"))
    end = target.bounding_box()
    assert end
    tree = app.tree.bounding_box()
    assert tree
    x = end["x"] + end["width"] / 2 if level is None else tree["x"] + 20 + 14 * level + 4
    mouse.move(x, end["y"] + part * end["height"], steps=4)
    mouse.up()
    expect(app.editor).not_to_have_class(re.compile("dragging"))
