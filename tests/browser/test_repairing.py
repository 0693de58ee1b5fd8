"""A wrong LeNet, loaded from its file and repaired by clicks alone on the panel of problems."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Locator, expect

from composer.design.document import Design, Input
from composer.design.nodes import Parallel, Sequential
from composer.design.text import dumps, loads
from composer.engine.shapes import examine
from tests.browser.app import App
from tests.browser.exporting import export
from tests.build import chain, layer, linear
from tests.engine.wrong_designs import conv
from tests.ui.server import Server


def wrong_lenet(name: str, fc1: int) -> Design:
    """LeNet with two sorts of kernels joined along the height, no Flatten, and a Linear of another size."""
    two = Parallel(id="two", dim=2, nodes=(conv("five", 1, 4, 5, padding=2), conv("three", 1, 2, padding=1)))
    sigmoids = (layer(f"act{k}", "Sigmoid") for k in range(1, 5))
    pools = (layer(f"pool{k}", "AvgPool2d", kernel_size=2) for k in (1, 2))
    features = Sequential(
        id="features",
        nodes=(two, next(sigmoids), next(pools), conv("conv2", 6, 16, 5), next(sigmoids), next(pools)),
    )
    head = (linear("fc1", fc1, 120), next(sigmoids), linear("fc2", 100, 84), next(sigmoids), linear("fc3", 84, 10))
    return chain(features, *head, inputs=(Input(shape=("N", 1, 28, 28)),), name=name)


class Repairing:
    """The panel of problems of a design that was loaded from a file."""

    def __init__(self, app: App, server: Server, design: Design) -> None:
        self.app = app
        self.workspace = server.workspace
        content = {"name": "lenet.json", "mimeType": "application/json", "buffer": dumps(design).encode()}
        app.design_file.set_input_files(content)  # type: ignore[arg-type]
        expect(app.row(design.name)).to_be_visible()
        app.settle()

    @property
    def panel(self) -> Locator:
        return self.app.page.locator(".st-key-pane_below")

    def problems(self, *paths: str) -> None:
        """Wait until these are the nodes with problems, in this order."""
        places = self.panel.locator("[class*=st-key-problem][class*=-place]")
        # Streamlit draws a button that has a help twice, one of them unseen.
        expect(places).to_have_text([re.compile(rf"^(error{re.escape(path)})+$") for path in paths])
        self.app.settle()

    def mend(self, label: str) -> None:
        """Click on a fix."""
        self.panel.get_by_role("button", name=label, exact=True).click()

    def design(self) -> Design:
        """The design that was written last."""
        file = max(self.workspace.glob("designs/*.json"), key=lambda path: path.stat().st_mtime_ns)
        return loads(file.read_bytes())


def test_a_wrong_lenet_is_repaired_by_clicks(app: App, server: Server, tmp_path: Path) -> None:
    wrong = wrong_lenet("Wrong by three", 256)
    repairing = Repairing(app, server, wrong)
    repairing.problems("features.two")
    states = [wrong]
    for label, left in (
        ("join along dimension 1", ("fc1", "fc2")),
        ("insert a Flatten before it and set in_features=400", ("fc2",)),
        ("set in_features=120", ()),
    ):
        repairing.mend(label)
        repairing.problems(*left)
        states.append(repairing.design())
    expect(app.page.get_by_text("No problems")).to_be_visible()
    assert examine(states[-1]).problems == ()
    for before in reversed(states[:-1]):  # each fix is one step
        app.button("Undo").click()
        repairing.problems(*(each.path for each in examine(before).problems))
        assert repairing.design() == before
    for after in states[1:]:
        app.button("Redo").click()
        repairing.problems(*(each.path for each in examine(after).problems))
    assert repairing.design() == states[-1]
    keys = export(app, states[-1], tmp_path, (2, 1, 28, 28))
    assert keys[:2] == ["features.two.five.weight", "features.two.five.bias"]


def test_all_that_are_certain_is_one_click_and_one_step(app: App, server: Server, tmp_path: Path) -> None:
    wrong = wrong_lenet("Certainly wrong", 400)
    repairing = Repairing(app, server, wrong)
    repairing.problems("features.two")
    app.button("Fix all that are certain").click()
    expect(app.page.get_by_text("No problems")).to_be_visible()
    app.settle()
    repaired = repairing.design()
    assert examine(repaired).problems == ()
    assert [each.id for each in repaired.root.children][:3] == ["features", "flatten", "fc1"]
    app.button("Undo").click()
    repairing.problems("features.two")
    assert repairing.design() == wrong
    app.button("Redo").click()
    expect(app.page.get_by_text("No problems")).to_be_visible()
    export(app, repaired, tmp_path, (2, 1, 28, 28))


def test_a_choice_is_not_made_for_the_user(app: App, server: Server) -> None:
    repairing = Repairing(app, server, wrong_lenet("Wrong by choice", 256))
    repairing.problems("features.two")
    app.button("Fix all that are certain").click()
    repairing.problems("fc1", "fc2")
    expect(app.button("Fix all that are certain")).to_have_count(0)
    repairing.mend("insert AdaptiveAvgPool2d(4) and a Flatten before it")
    repairing.problems("fc2")
    app.button("Fix all that are certain").click()
    expect(app.page.get_by_text("No problems")).to_be_visible()
    expect(app.at("adaptiveavgpool2d")).to_contain_text("N×16×4×4")
