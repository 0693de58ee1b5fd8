"""Whole networks composed in the browser, each from an empty design, exported, and run where composer is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from composer.design.document import Design
from composer.design.nodes import Shared, Use
from composer.design.paths import walk
from composer.design.text import loads
from composer.engine.build import live
from tests.browser.app import App
from tests.browser.dragging import drag
from tests.browser.exporting import export
from tests.ui.server import Server


class Composing:
    """What a person does to compose, with the waits that a person does without noticing."""

    def __init__(self, app: App, server: Server) -> None:
        self.app = app
        self.page = app.page
        self.workspace = server.workspace
        self.keys = app.page.keyboard
        app.use("Untitled")

    def settle(self) -> None:
        expect(self.app.editor).to_have_attribute("data-open", "0")
        self.app.settle()

    def press(self, *keys: str) -> None:
        """Keys in the tree."""
        for key in keys:
            self.app.tree.press(key)
            self.settle()

    def add(self, kind: str) -> None:
        """An entry of the palette after the selection, by keyboard."""
        self.app.tree.press("/")
        expect(self.app.search).to_be_focused()
        self.app.search.fill(kind)
        self.keys.press("Enter")
        self.settle()
        self.app.tree.focus()

    def set(self, **options: object) -> None:
        """Fields of what is selected, by keyboard."""
        for name, value in options.items():
            field = self.app.field(name)
            field.focus()
            self.keys.press("Control+a")
            self.keys.type(str(value))
            self.keys.press("Enter")
            expect(self.app.field(name)).to_have_value(str(value))
            self.app.settle()
        self.app.tree.focus()

    def select(self, path: str) -> None:
        self.app.at(path).click()
        self.settle()

    def drop(self, kind: str, target: Locator, part: float = 0.75, level: int | None = None) -> None:
        """An entry of the palette, by drag."""
        self.app.search.fill(kind)
        drag(self.app, self.app.entry(kind), target, part, level)
        self.settle()

    def design(self) -> Design:
        """The design that was written last."""
        file = max(self.workspace.glob("designs/*.json"), key=lambda path: path.stat().st_mtime_ns)
        return loads(file.read_bytes())

    def export(self, folder: Path, shape: tuple[int, ...]) -> list[str]:
        """Export the code and run it in a clean process: its output is the live model's. Returns the keys."""
        return export(self.app, self.design(), folder, shape)


@pytest.fixture
def composing(app: App, server: Server) -> Composing:
    return Composing(app, server)


def count(design: Design) -> int:
    return sum(each.numel() for each in live(design).parameters())


def test_lenet_by_drag(composing: Composing, tmp_path: Path) -> None:
    at, empty = composing.app.at, composing.app.row("nothing yet: drag in, or add from the palette")
    composing.drop("Sequential", empty)
    composing.drop("Conv2d", empty)
    composing.set(out_channels=6, kernel_size=5, padding=2)
    composing.drop("Sigmoid", at("0.0"), level=2)
    composing.drop("AvgPool2d", at("0.1"), level=2)
    composing.set(kernel_size=2)
    composing.drop("Conv2d", at("0.2"), level=2)
    composing.set(out_channels=16, kernel_size=5)
    composing.drop("Sigmoid", at("0.3"), level=2)
    composing.drop("AvgPool2d", at("0.4"), level=2)
    composing.set(kernel_size=2)
    composing.drop("Flatten", at("0.5"), level=1)
    for number, size in ((2, 120), (4, 84), (6, 10)):
        composing.drop("Linear", at(str(number - 1)))
        composing.set(out_features=size)
        if size > 10:
            composing.drop("Sigmoid", at(str(number)))
    assert count(composing.design()) == 61_706
    keys = composing.export(tmp_path, (2, 1, 28, 28))
    assert keys[:2] == ["0.0.weight", "0.0.bias"]


def test_a_resnet_block_with_options_by_keyboard(composing: Composing, tmp_path: Path) -> None:
    composing.press("Home", "Enter")
    composing.add("residual")
    for kind in ("conv2d", "batchnorm2d", "relu", "conv2d", "batchnorm2d"):
        composing.add(kind)
    composing.press("ArrowDown")  # the slot of the shortcut
    composing.add("conv2d")
    composing.press("Home", "ArrowDown", "Enter", "m")
    composing.press("e")  # into the definition
    expect(composing.app.row("Block")).to_have_attribute("aria-selected", "true")
    composing.set(options="cin, cout, stride = 1")
    forms: tuple[dict[str, object], ...] = (
        {"in_channels": "=cin", "out_channels": "=cout", "stride": "=stride", "padding": 1},
        {"num_features": "=cout"},
        {},
        {"in_channels": "=cout", "out_channels": "=cout", "padding": 1},
        {"num_features": "=cout"},
        {"in_channels": "=cin", "out_channels": "=cout", "kernel_size": 1, "stride": "=stride"},
    )
    for options in forms:
        composing.press("ArrowDown", "Enter")
        if "stride" in options and "kernel_size" not in options:
            composing.set(kernel_size=3)
        composing.set(**options)
    composing.press("Home", "ArrowDown", "Enter")
    composing.set(cin=1, cout=8)
    channels = 8
    for number in range(2, 9):
        composing.press("l", "ArrowDown", "Enter")
        expect(composing.app.field("id")).to_have_value(str(number - 1))
        wider = channels * 2 if number in (4, 7) else channels
        composing.set(cin=channels, cout=wider, stride=2 if wider > channels else 1)
        channels = wider
    for kind in ("adaptiveavgpool2d", "flatten", "linear"):
        composing.add(kind)
    composing.set(out_features=10)
    design = composing.design()
    uses = [node for _path, node in walk(design.root) if isinstance(node, Use)]
    assert [use.of for use in uses] == ["Block"] * 8
    assert [tuple(use.options.values()) for use in uses][3] == (8, 16, 2)
    keys = composing.export(tmp_path, (2, 1, 28, 28))
    assert "3.shortcut.weight" in keys
    assert live(design).get_submodule("3.shortcut").weight.shape == (16, 8, 1, 1)


def test_a_unet_with_skips_wired_in_the_graph(composing: Composing, tmp_path: Path) -> None:
    composing.press("Home", "Enter")

    def conv(channels: int) -> None:
        composing.add("conv2d")
        composing.set(out_channels=channels, padding=1)

    def down() -> None:
        composing.add("maxpool2d")
        composing.set(kernel_size=2)

    def up(channels: int, skip: str) -> None:
        composing.add("convtranspose2d")
        composing.set(out_channels=channels, kernel_size=2, stride=2)
        composing.add("concat")
        composing.app.button("Choose by clicks what feeds the selected node (i)").click()
        composing.app.button("Show all of it (0)").click()
        composing.app.box(skip).click()
        expect(composing.app.field("input 2")).to_have_value(skip)
        composing.settle()
        composing.page.keyboard.press("Escape")
        composing.app.tree.focus()
        conv(channels)

    conv(8)
    down()
    conv(16)
    down()
    conv(32)
    up(16, "2")
    up(8, "0")
    composing.add("conv2d")
    composing.set(out_channels=1, kernel_size=1)
    design = composing.design()
    wires = {node.id: node.inputs for _path, node in walk(design.root) if node.inputs}
    assert wires == {"6": ("5", "2"), "9": ("8", "0")}
    keys = composing.export(tmp_path, (2, 1, 28, 28))
    assert len(keys) == 2 * 8


def test_the_tied_mlp(composing: Composing, tmp_path: Path) -> None:
    composing.press("Home", "Enter")
    composing.set(shape="N, 4")
    composing.add("linear")
    composing.set(out_features=8)
    composing.add("relu")
    composing.add("linear")
    composing.set(out_features=8)
    composing.press("s")  # the very module once more
    composing.add("relu")
    composing.select("3")
    composing.add("relu")
    composing.add("linear")
    composing.set(out_features=1)
    design = composing.design()
    kinds = [node.kind for node in design.root.children]
    assert kinds == ["Linear", "ReLU", "Linear", "ReLU", "Shared", "ReLU", "Linear"]
    assert [node.of for node in design.root.children if isinstance(node, Shared)] == ["2"]
    assert count(design) == 121
    keys = composing.export(tmp_path, (2, 4))
    assert len(keys) == 8
    assert {"2.weight", "3.weight"} <= set(keys)
