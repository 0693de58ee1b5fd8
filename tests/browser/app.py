"""What a person does in the app, as calls."""

from __future__ import annotations

import json
import re
import time

from playwright.sync_api import Locator, Page, expect

expect.set_options(timeout=20_000)


class App:
    """The app in a page."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url

    def go(self, path: str = "/") -> None:
        """Open an address, and wait until the page is drawn."""
        self.page.goto(f"{self.url}{path}")
        self.settle()

    def settle(self) -> None:
        """Wait until no run of the page's script is going on."""
        expect(self.page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")

    def use(self, template: str) -> None:
        """Begin with a template."""
        self.page.get_by_role("button", name=f"Use {template}", exact=True).click()
        expect(self.tree).to_be_visible()
        expect(self.graph).to_be_visible()
        self.settle()

    def visit(self, name: str) -> None:
        """Go to a page by its link, which is in a menu where the window is narrow."""
        named = re.compile(f"^{name}$")
        link = self.page.locator("[data-testid=stTopNavLink]:not([inert] *)").filter(has_text=named)
        expect(self.page.get_by_test_id("stTopNav")).to_be_visible()
        self.settle()
        if not link.count():
            self.page.get_by_test_id("stTopNavSection").last.click()
            link = self.page.get_by_test_id("stTopNavDropdownLink").filter(has_text=named)
        link.click()

    @property
    def design_file(self) -> Locator:
        """The field of the start page for the file of a design."""
        return self.page.get_by_test_id("stFileUploader").locator("input[type=file]")

    @property
    def tree(self) -> Locator:
        return self.page.get_by_role("tree")

    @property
    def menu(self) -> Locator:
        """The button that opens the menu of designs."""
        return self.page.locator(".st-key-designs button").first

    @property
    def editor(self) -> Locator:
        return self.page.locator(".editor")

    @property
    def search(self) -> Locator:
        return self.page.get_by_label("Search layers and blocks")

    def entry(self, name: str) -> Locator:
        """An entry of the palette."""
        return self.page.get_by_role("button", name=f"Add {name}", exact=True)

    def row(self, name: str) -> Locator:
        """A row of the tree, by the name in it."""
        return self.tree.locator(f"[role=treeitem]:has(.name:text-is({json.dumps(name)}))")

    def at(self, path: str) -> Locator:
        """The row of a path."""
        return self.tree.locator(f"[role=treeitem][data-path={json.dumps(path)}]")

    @property
    def graph(self) -> Locator:
        return self.page.get_by_role("listbox", name="Graph of")

    def box(self, path: str) -> Locator:
        """What is drawn at a path of the graph."""
        return self.graph.locator(f'.node[data-path="{path}"]')

    def field(self, name: str) -> Locator:
        """A field of the inspector. While another selection is drawn the old form is there too, before it."""
        return self.page.locator(".st-key-pane_inspector").get_by_label(name, exact=True).last

    def button(self, name: str) -> Locator:
        """A button, by its name, which may be followed by a shortcut."""
        return self.page.get_by_role("button", name=re.compile(rf"^{re.escape(name)}( Shortcut .*)?$"))

    def tab(self, name: str) -> None:
        """Look at one of the panels below."""
        self.page.get_by_role("tab", name=name).click()
        expect(self.page.get_by_role("tab", name=name)).to_have_attribute("aria-selected", "true")
        self.settle()

    def wait_for_clipboard(self, text: str) -> None:
        """Wait until the clipboard holds `text`: Playwright's own waiting takes a promise for what it promises."""
        end = time.monotonic() + 20
        while text not in self.page.evaluate("navigator.clipboard.readText()"):
            assert time.monotonic() < end, f"the clipboard never held {text}"
            self.page.wait_for_timeout(50)
