"""Custom layers in the browser: written from nothing, refused by line, tried, used, run and exported."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from composer.design.document import Definition, DefinitionOption, Design, Input
from composer.design.nodes import Code, Layer, Tensor
from composer.workspace import Workspace
from tests.browser.app import App
from tests.browser.test_accessible import violations
from tests.build import chain
from tests.ui.server import Server

X3 = (Input(shape=("N", 3)),)
W = Tensor(id="W", kind="Parameter", shape=(2, 3, 3))
FC = Layer(id="fc", kind="Linear", options={"in_features": 3, "out_features": 2})
SIZE = DefinitionOption(name="size", default=4)
MINE = Definition(
    name="Mine", options=(SIZE,), body=Code(code="def forward(self, x):\n    return self.fc(x)\n", nodes=(W, FC))
)
RUN = """
import importlib.util, sys
sys.modules["composer"] = None  # importing it now fails
import torch
spec = importlib.util.spec_from_file_location("exported", sys.argv[1])
file = importlib.util.module_from_spec(spec)
spec.loader.exec_module(file)
torch.manual_seed(0)
model, x = file.Reduction(), torch.rand(5, 3)
(name, weight), = model.state_dict().items()
assert name == "0.W", name
assert torch.allclose(model(x), torch.einsum("ni,kij,nj->nk", x, weight, x))
assert model(x).abs().sum() > 0
"""


def opened(app: App, server: Server, *layers: Definition) -> tuple[Page, str]:
    """The page Layers with a design that has these, and its id."""
    id = Workspace(server.workspace).create(chain(inputs=X3, name="Reduction", definitions=layers)).id
    app.go(f"/?design={id}")
    app.visit("Layers")
    app.settle()
    return app.page, id


def saved(server: Server, id: str) -> Design:
    return Workspace(server.workspace).load(id).design


def code_of(server: Server, id: str) -> str:
    body = saved(server, id).definitions[0].body
    assert isinstance(body, Code)
    return body.code


def settled(page: Page) -> None:
    """Wait until the server has all that was entered."""
    for part in (".writing", ".layer"):
        expect(page.locator(part)).to_have_attribute("data-open", "0")


def field(page: Page, name: str = "Mine") -> Locator:
    return page.get_by_label(f"Code of {name}")


def rewrite(page: Page, text: str, name: str = "Mine") -> None:
    """Type all of a code. Lines are indented as the field does, so that only less has to be said."""
    field(page, name).click()
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def enter(page: Page, label: str, value: str) -> None:
    row = page.locator(".layer").get_by_label(label, exact=True)
    row.fill(value)
    row.press("Enter")


def test_a_tensor_reduction_from_nothing_to_a_file(app: App, server: Server, tmp_path: Path) -> None:
    page, id = opened(app, server)
    page.get_by_role("button", name="New layer").click()
    expect(field(page, "CustomLayer")).to_have_value("def forward(self, x):\n    return x\n")
    enter(page, "name", "TensorReduction")
    expect(field(page, "TensorReduction")).to_be_visible()
    page.get_by_role("button", name="Add a parameter").click()
    enter(page, "shape", "2, 3, 3")
    enter(page, "id", "W")
    expect(page.locator(".layer summary")).to_have_text("W Parameter 2×3×3")
    page.locator(".layer").get_by_label("init", exact=True).select_option("normal")
    rewrite(page, "def forward(self, x):\nw = open('weights')\nreturn x", "TensorReduction")
    refusal = page.get_by_role("button", name="line 2: open is not among the functions there are.")
    expect(refusal).to_be_visible()
    expect(page.locator(".gutter .marked")).to_have_text("2")
    expect(app.button("Try")).to_be_disabled()
    assert "open('weights')" in code_of(server, id)
    refusal.click()
    page.keyboard.press("Shift+End")
    page.keyboard.type("torch.ones(2)")
    expect(page.get_by_text("The code can run.")).to_be_visible()
    rewrite(page, 'def forward(self, x):\nreturn torch.einsum("ni,kij,nj->nk", x, self.W, x)', "TensorReduction")
    settled(page)
    shape = page.get_by_label("Shape of x", exact=True)
    shape.fill("4, 3")
    shape.press("Enter")
    app.settle()
    app.button("Try").click()
    expect(page.get_by_text("output 4×2 float32")).to_be_visible()
    expect(page.get_by_text("Gradients are right")).to_be_visible()
    expect(page.get_by_role("region", name="output")).to_contain_text(re.compile(r"\[\[.*\d\.\d+"))
    page.get_by_role("button", name="Use in the design").click()
    expect(page.get_by_text("at the end of the design now, as 0.")).to_be_visible()
    page.get_by_role("link", name="Compose").click()
    expect(app.at("0")).to_contain_text("N×2")
    app.tab("Run")
    app.button("Run").click()
    expect(page.locator(".results figure").first).to_be_visible()
    train_one_step(app)
    app.button("Export").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Code (.py)").click()
    download.value.save_as(tmp_path / "model.py")
    text = (tmp_path / "model.py").read_text(encoding="utf-8")
    assert '    def forward(self, x):\n        return torch.einsum("ni,kij,nj->nk", x, self.W, x)\n' in text
    subprocess.run([sys.executable, "-W", "ignore", "-c", RUN, str(tmp_path / "model.py")], check=True, timeout=120)


def train_one_step(app: App) -> None:
    """The loss on a batch is lower after a step of SGD on it."""
    page = app.page
    page.get_by_role("link", name="Gradients").click()
    app.button("Look").click()
    expect(page.get_by_text("Norm of all gradients")).to_be_visible()
    app.settle()
    loss = page.locator(".st-key-totals").get_by_role("paragraph").filter(has_text="Loss")
    before = loss.inner_text()
    page.get_by_role("spinbutton", name="Learning rate").fill("0.02")
    page.get_by_role("spinbutton", name="Learning rate").press("Enter")
    app.settle()
    app.button("Step").click()
    expect(loss).not_to_have_text(before)
    assert number(loss.inner_text()) < number(before)


def number(text: str) -> float:
    return float(text.removeprefix("Loss ").replace(",", ""))


def test_typing_is_never_overwritten(app: App, server: Server) -> None:
    page, id = opened(app, server, MINE)
    field(page).click()
    page.keyboard.press("Control+A")
    lines = [f"y = x + {'1' * count}" for count in range(1, 12)]
    page.keyboard.type("def forward(self, x):\n" + "\n".join(lines) + "\nreturn y", delay=25)  # several pauses long
    page.wait_for_timeout(450)
    page.keyboard.type(" + 2", delay=450)  # an answer comes between one letter and the next
    text = "def forward(self, x):\n" + "".join(f"    {line}\n" for line in lines) + "    return y + 2"
    expect(field(page)).to_have_value(text)
    settled(page)
    expect(field(page)).to_have_value(text)
    assert field(page).evaluate("field => field.selectionStart") == len(text)
    assert code_of(server, id) == text


def test_the_keys_of_the_field(app: App, server: Server) -> None:
    page, _id = opened(app, server, MINE)
    rewrite(page, "def forward(self, x):\nif x.sum() > 0:\nx = -x\nreturn x")
    page.keyboard.press("Shift+Tab")
    expect(field(page)).to_have_value("def forward(self, x):\n    if x.sum() > 0:\n        x = -x\n    return x")
    page.keyboard.press("Control+Z")
    expect(field(page)).to_have_value("def forward(self, x):\n    if x.sum() > 0:\n        x = -x\n        return x")
    page.keyboard.press("End")
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Tab")
    expect(field(page)).to_have_value(re.compile(r"\n {12}x = -x\n {12}return x$"))
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    expect(field(page)).to_have_value(re.compile(r"\n    x = -x\n    return x$"))
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(field(page)).not_to_be_focused()


def test_undo_of_the_app_brings_the_text_back(app: App, server: Server) -> None:
    page, _id = opened(app, server, MINE)
    before = field(page).input_value()
    rewrite(page, "def forward(self, x):\nreturn x * 2")
    settled(page)
    app.button("Undo").click()
    expect(field(page)).to_have_value(before)
    app.button("Redo").click()
    expect(field(page)).to_have_value("def forward(self, x):\n    return x * 2")


def test_what_does_not_end_is_cut_off_at_its_line_and_the_app_goes_on(app: App, server: Server) -> None:
    page, _id = opened(app, server, MINE)
    rewrite(page, "def forward(self, x):\nwhile True:\nx = x / 2")
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+Tab")
    page.keyboard.type("return x")
    settled(page)
    app.button("Try").click()
    expect(page.get_by_text("was cut off after").first).to_be_visible()
    expect(page.locator(".gutter .marked")).to_have_text("2")
    rewrite(page, "def forward(self, x):\nreturn x + sum(range(10**12))")
    settled(page)
    app.button("Try").click()
    expect(page.get_by_text("It was not done after 6 s and was stopped")).to_be_visible()
    rewrite(page, "def forward(self, x):\nreturn x + 1")
    settled(page)
    app.button("Try").click()
    expect(page.get_by_text("Gradients are right")).to_be_visible()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 900)])
def test_nothing_serious(browser: Browser, server: Server, scheme: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    app = App(context.new_page(), server.url)
    page, _id = opened(app, server)
    assert violations(page) == []
    page, _id = opened(app, server, MINE)
    page.get_by_label("Shape of x", exact=True).fill("2, 3")
    page.get_by_label("Shape of x", exact=True).press("Enter")
    app.settle()
    app.button("Try").click()
    expect(page.get_by_text("Gradients are right")).to_be_visible()
    for name in ("Source as it is exported", "What code may use"):
        page.get_by_text(name).click()
    for summary in page.locator(".layer summary").all():
        summary.click()
    rewrite(page, "def forward(self, x):\nreturn open(x)")
    expect(page.get_by_role("button", name="line 2: open is not")).to_be_visible()
    app.settle()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()
