"""Parameters in the browser: found as the book writes them, changed, tied, frozen, and seen with their gradients."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from composer import templates
from composer.design.document import Design
from composer.workspace import Workspace
from tests.browser.app import App
from tests.browser.test_accessible import violations
from tests.browser.test_gradients import row
from tests.engine.test_parameter_facts import rule, small
from tests.engine.test_tie_facts import net
from tests.ui.server import Server

_CELLS = """(first) => {
    const text = (line) => [...line.querySelectorAll("th, td")].map((cell) => cell.textContent);
    const lines = (grid) => [...grid.querySelectorAll("tr")].map(text);
    const grids = [...document.querySelectorAll("table[role=grid]")].map(lines);
    return grids.find(([head, ...rest]) => rest.length && head[0] === first);
}"""


class Parameters:
    """The Parameters page with a design, and what a person does there."""

    def __init__(self, app: App, server: Server, design: Design) -> None:
        self.app, self.page = app, app.page
        self.address = f"/parameters?design={Workspace(server.workspace).create(design).id}"
        self.open()

    def open(self) -> None:
        self.app.go(self.address)
        self.ready()

    def ready(self) -> None:
        expect(self.page.get_by_text("values of the live model")).to_be_visible()
        self.app.settle()

    def find(self, text: str) -> None:
        field = self.page.get_by_label("Find", exact=True)
        field.fill(text)
        field.press("Enter")
        self.app.settle()

    def rows(self, first: str = "path") -> list[dict[str, str]]:
        """The cells that the grid whose `first` column is called that shows, by the heads of their columns."""
        head, *lines = self.page.wait_for_function(_CELLS, arg=first).json_value()
        return [dict(zip(head, line, strict=True)) for line in lines]

    def row(self, name: str) -> dict[str, str]:
        return next((each for each in self.rows() if each["path"] == name), {})

    def marked(self, owner: str) -> list[str]:
        """The names that have the mark of `owner`."""
        return [each["path"] for each in self.rows() if each.get("tied") == owner]

    @property
    def opened(self) -> Locator:
        return self.page.locator(".st-key-weights_opened")

    def is_open(self, name: str) -> None:
        expect(self.opened.locator("h5")).to_have_text(name)  # by its role it is hidden while a menu is open

    def values(self) -> list[list[float]]:
        """All values of what is open, which are few."""
        part = self.opened.locator("details").last
        if part.get_attribute("open") is None:
            part.locator("summary").click()
        self.app.settle()
        return [[float(cell) for cell in list(each.values())[1:]] for each in self.rows("row")]

    def choose(self, *names: str) -> None:
        """Choose these by their names, and no others."""
        clear = self.page.locator(".st-key-weights_actions").get_by_label("Clear all")
        if clear.count():
            clear.click()
            expect(self.opened).to_have_count(0)
            self.app.settle()
        field = self.page.get_by_role("combobox", name="Chosen")
        for name in names:
            field.fill(name)
            self.page.get_by_role("option", name=name, exact=True).click()
            self.is_open(name)
            self.app.settle()
        field.press("Escape")

    def act(self, name: str) -> None:
        self.app.button(name).click()
        self.app.settle()
        self.ready()

    def change(self, where: str, how: str, number: str) -> None:
        form = self.page.locator(".st-key-weights_edit")
        form.get_by_role("textbox", name="Where").fill(where)
        form.get_by_role("radio", name=how).click()
        form.get_by_role("textbox", name="Number").fill(number)
        self.act("Apply")

    def total(self, label: str, number: str) -> None:
        expect(self.page.locator(".st-key-totals").get_by_text(f"{label} {number}", exact=True)).to_be_visible()

    def look(self) -> None:
        """Look at gradients, and stay on that page."""
        self.app.visit("Gradients")
        self.app.button("Look").click()
        expect(self.page.get_by_text("The design has changed since this look.")).to_have_count(0)
        expect(self.page.get_by_text("Norm of all gradients")).to_be_visible()
        self.app.settle()

    def back(self) -> None:
        self.app.visit("Parameters")
        self.ready()


def soon(page: Page, check: Callable[[], bool]) -> None:
    """Wait until it holds: a grid is drawn after the page's script has ended."""
    for _ in range(100):
        if check():
            return
        page.wait_for_timeout(100)
    assert check()


def number(cell: Locator) -> float:
    """The exact number of a cell, which stands in its title."""
    return float(cell.locator("span").get_attribute("title") or "")


@pytest.mark.parametrize(
    "path", ["rgnet[0][1][0].bias", "rgnet[0][1][0].bias.data", "0.block 1.0.bias", "[0][1][0].bias",
             "rgnet.state_dict()['0.block 1.0.bias']"],
)  # fmt: skip
def test_nested_access_as_the_book_writes_it(app: App, server: Server, path: str) -> None:
    parameters = Parameters(app, server, templates.load("nested_blocks"))
    parameters.total("Parameters", "309")
    parameters.find(path)
    parameters.is_open("0.block 1.0.bias")
    ((*values,),) = parameters.values()
    assert len(values) == 8 and len(set(values)) == 8
    assert [each["path"] for each in parameters.rows()] == ["0.block 1.0.bias"]
    soon(app.page, lambda: float(parameters.row("0.block 1.0.bias").get("max", "nan")) == pytest.approx(max(values)))


def test_every_other_way_to_name_parameters(app: App, server: Server) -> None:
    parameters = Parameters(app, server, small())
    both = ["2.weight", "2.bias"]
    for text, names in {
        "net[2].bias": ["2.bias"], "net[2].bias.data": ["2.bias"], "net[2].weight.grad": ["2.weight"],
        "net[0].weight[:2]": ["0.weight"], "net[0].weight.data[0, 0]": ["0.weight"],
        "net.state_dict()['2.bias'].data": ["2.bias"], "net[2].state_dict()": both, "net[2].named_parameters()": both,
        "*.weight": ["0.weight", "2.weight"], "bias": ["0.bias", "2.bias"],
    }.items():  # fmt: skip
        parameters.find(text)
        expect(parameters.page.get_by_text(f"{len(names)} of 4 parameters and buffers")).to_be_visible()
        soon(app.page, lambda names=names: [each["path"] for each in parameters.rows()] == names)  # type: ignore[misc]
        if len(names) == 1:
            parameters.is_open(names[0])
    parameters.find("net[1].weight")
    expect(parameters.page.get_by_text("No parameter or buffer is called that.")).to_be_visible()


def test_values_are_set_added_to_and_taken_back(app: App, server: Server) -> None:
    parameters = Parameters(app, server, small())
    parameters.find("net[0].weight")
    before = parameters.values()
    parameters.change("[0, 0]", "Set to", "42")
    soon(app.page, lambda: parameters.values() == [[42.0, *before[0][1:]], *before[1:]])
    soon(app.page, lambda: float(parameters.row("0.weight").get("max", "nan")) == 42)
    parameters.change("", "Add", "1")
    soon(app.page, lambda: parameters.values()[0][0] == 43)
    after = parameters.values()
    assert after[3][2] == pytest.approx(before[3][2] + 1)
    parameters.act("Undo: add 1 to 0.weight")
    parameters.act("Undo: set 0.weight[0, 0] to 42")
    soon(app.page, lambda: parameters.values() == before)
    expect(parameters.app.button("Undo values")).to_be_disabled()
    parameters.act("Redo: set 0.weight[0, 0] to 42")
    parameters.act("Redo: add 1 to 0.weight")
    soon(app.page, lambda: parameters.values() == after)
    parameters.open()
    parameters.find("net[0].weight")
    soon(app.page, lambda: parameters.values() == after)  # a page opened anew finds the same values


def test_ties_are_marked_survive_and_end_in_copies(app: App, server: Server) -> None:
    parameters = Parameters(app, server, net())
    parameters.total("Parameters", "193")
    parameters.choose("0.weight", "2.weight")
    expect(app.button("Tie")).to_be_disabled()
    app.button("Tie").hover(force=True)
    told = "They cannot be one: 0.weight is 8×4 float32, 2.weight is 8×8 float32."
    expect(app.page.get_by_text(told)).to_be_visible()

    parameters.choose("2.weight", "4.weight")
    parameters.act("Tie")
    parameters.total("Parameters", "129")
    soon(app.page, lambda: parameters.marked("2.weight") == ["2.weight", "4.weight"])
    app.page.reload()
    parameters.ready()
    parameters.total("Parameters", "129")
    soon(app.page, lambda: parameters.marked("2.weight") == ["2.weight", "4.weight"])

    parameters.choose("4.weight")
    parameters.change("[0, 0]", "Set to", "100")
    parameters.choose("2.weight")
    soon(app.page, lambda: parameters.values()[0][0] == 100)  # one object, seen at both
    shared = parameters.values()
    parameters.act("Untie")
    parameters.total("Parameters", "193")
    parameters.change("[0, 0]", "Set to", "7")
    parameters.choose("4.weight")
    soon(app.page, lambda: parameters.values() == shared)  # a copy, with the values it had


@pytest.fixture
def tied(app: App, server: Server) -> Iterator[Parameters]:
    """The book's tied net, its ties said by the design."""
    yield Parameters(app, server, net(("2.weight", "4.weight"), ("2.bias", "4.bias")))


def mean(page: Page, name: str) -> float:
    """The mean of a gradient, exactly: means add up as gradients do."""
    return number(row(page, "Gradients by parameter", name).locator("td").nth(2))


def test_a_tied_gradient_is_the_sum_of_the_untied_twins_two(tied: Parameters) -> None:
    page = tied.page
    tied.look()
    sums = {kind: mean(page, f"2.{kind}") for kind in ("weight", "bias")}
    tied.back()
    tied.choose("4.weight", "4.bias")
    tied.act("Untie")
    tied.total("Parameters", "193")
    tied.look()
    for kind, expected in sums.items():
        first, second = mean(page, f"2.{kind}"), mean(page, f"4.{kind}")
        assert first != second
        assert first + second == pytest.approx(expected, rel=1e-4)
    tied.back()
    tied.find("4.bias")
    shown = tied.opened.get_by_role("region", name="Statistics").get_by_role("row").nth(2)
    assert number(shown.locator("td").first) == second, "the Parameters page has it, too"


def test_a_constant_leaves_hidden_units_identical(app: App, server: Server) -> None:
    parameters = Parameters(app, server, small(rule("constant", val=1.0), rule("zeros", parameter="bias")))
    parameters.find("net[0].weight")
    values = parameters.values()
    assert len(values) == 8 and all(each == values[0] for each in values)
    parameters.look()
    told = app.page.locator(".st-key-flags").get_by_role("paragraph").filter(has_text="identical units")
    expect(told).to_contain_text("0.weight")


def test_freezing_by_path(app: App, server: Server) -> None:
    parameters = Parameters(app, server, small())
    parameters.find("*.bias")
    parameters.act("Freeze")
    parameters.total("Parameters", "49")
    parameters.total("trainable", "40")
    parameters.look()
    for name in ("0.bias", "2.bias"):
        expect(row(app.page, "Gradients by parameter", name)).to_contain_text("no gradient: frozen")
    parameters.back()
    parameters.find("net[2].bias")
    soon(app.page, lambda: parameters.row("2.bias").get("trains") == "frozen")
    expect(parameters.opened).to_contain_text("No gradient: it is frozen.")
    parameters.find("net[2].weight")
    expect(parameters.opened).to_contain_text("Gradients in train mode")
    parameters.find("2")
    parameters.act("Unfreeze")
    parameters.total("trainable", "41")
    expect(app.page.get_by_text("No gradients yet of this design")).to_have_count(0)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 900)])
def test_nothing_serious(browser: Browser, server: Server, scheme: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    app = App(context.new_page(), server.url)
    parameters = Parameters(app, server, net(("2.weight", "4.weight")))
    parameters.look()
    parameters.back()
    parameters.page.get_by_role("radio", name="gradient").click()
    parameters.find("net[2].weight")
    parameters.is_open("2.weight")
    app.settle()
    assert violations(app.page) == []
    assert app.page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()
