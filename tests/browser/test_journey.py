"""The journey of a first visit: a template, its shapes, a change, the graph, and a run on real data."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.app import App

SHAPES = {
    "conv1": "N×6×28×28",
    "act1": "N×6×28×28",
    "pool1": "N×6×14×14",
    "conv2": "N×16×10×10",
    "act2": "N×16×10×10",
    "pool2": "N×16×5×5",
    "flatten": "N×400",
    "fc1": "N×120",
    "fc2": "N×84",
    "fc3": "N×10",
}


def test_from_a_template_to_a_run_on_digits(app: App) -> None:
    expect(app.page.get_by_text("What would you like to build?")).to_be_visible()
    app.use("LeNet")
    for name, shape in SHAPES.items():
        expect(app.row(name)).to_contain_text(shape)
        expect(app.graph.locator("text", has_text=shape).first).to_be_attached()
    expect(app.row("LeNet")).to_contain_text("61.7 k")

    app.row("conv1").click()
    app.field("out_channels").fill("8")
    app.field("out_channels").press("Enter")
    for name in ("conv1", "act1"):
        expect(app.row(name)).to_contain_text("N×8×28×28")
    expect(app.row("pool1")).to_contain_text("N×8×14×14")
    expect(app.page.get_by_text("expects 6 input channels, received 8").first).to_be_visible()
    expect(app.row("conv2")).to_have_accessible_name("conv2 Conv2d problems 1 output N×16×10×10 parameters 2.42 k")
    expect(app.box("features.conv2")).to_have_class("node kind-convolution role-layer problem")

    app.box("features.conv2").click()
    expect(app.box("features.conv2")).to_have_attribute("aria-selected", "true")
    expect(app.row("conv2")).to_have_attribute("aria-selected", "true")
    expect(app.field("in_channels")).to_have_value("6")

    app.page.locator(".st-key-pane_below").get_by_role("button", name="set in_channels=8").click()
    expect(app.page.get_by_text("No problems")).to_be_visible()
    expect(app.field("in_channels")).to_have_value("8")

    app.tab("Run")
    app.button("Run").click()
    images = app.page.get_by_role("img", name="digit")
    expect(images).to_have_count(8)
    expect(app.page.get_by_text("nothing is trained yet")).to_be_visible()

    app.tab("Code")
    expect(app.page.get_by_text("nn.Conv2d(1, 8, kernel_size=5, padding=2)")).to_be_visible()


def test_downloads(app: App) -> None:
    app.use("MLP")
    app.button("Export").click()
    for label, file, start in (
        ("Code (.py)", "MLP.py", b'"""MLP: a PyTorch model'),
        ("Design (.json)", "MLP.json", b'{\n "format": "block-composer"'),
        ("Graph (.svg)", "MLP.svg", b"<?xml"),
        ("Graph (.png)", "MLP.png", b"\x89PNG"),
        ("Graph (.pdf)", "MLP.pdf", b"%PDF"),
        ("Graph (.dot)", "MLP.dot", b"digraph"),
    ):
        with app.page.expect_download() as download:
            app.page.get_by_role("button", name=label).click()
        assert download.value.suggested_filename == file
        assert download.value.path().read_bytes().startswith(start)


def test_a_file_is_opened(app: App) -> None:
    from composer.templates import text

    upload = app.design_file
    upload.set_input_files({"name": "broken.json", "mimeType": "application/json", "buffer": b'{"format": 1}'})
    expect(app.page.get_by_text("a JSON object with")).to_be_visible()
    content = text("tied_mlp").encode()
    upload.set_input_files({"name": "tied.json", "mimeType": "application/json", "buffer": content})
    expect(app.tree).to_be_visible()
    expect(app.tree.get_by_text("shared").first).to_be_visible()
