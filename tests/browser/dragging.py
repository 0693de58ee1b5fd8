"""Dragging, as a hand does it: what is dragged makes room for itself, so the target moves meanwhile."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.browser.app import App

_BESIDE_WHAT_IS_DRAGGED = """row => {
    const node = row.closest(".node");
    return [node.previousElementSibling, node.nextElementSibling].some(each => each?.matches(".sortable-ghost"));
}"""


def drag(app: App, source: Locator, target: Locator) -> None:
    """Drag a row or an entry of the palette to beside a row."""
    target.scroll_into_view_if_needed()
    source.scroll_into_view_if_needed()
    box = source.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    app.page.mouse.move(x, y)
    app.page.mouse.down()
    app.page.mouse.move(x + 2, y + 8, steps=4)
    expect(app.page.locator(".sortable-ghost").first).to_be_attached()
    for nudge in range(20):
        box = target.bounding_box()
        assert box
        app.page.mouse.move(box["x"] + box["width"] / 2 + nudge, box["y"] + box["height"] / 2, steps=8)
        app.page.wait_for_timeout(200)
        if target.evaluate(_BESIDE_WHAT_IS_DRAGGED):
            break
    app.page.mouse.up()
