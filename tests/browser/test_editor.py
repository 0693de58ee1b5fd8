"""Composing: with the mouse and with the keyboard, the page, the document and the file say the same."""

from __future__ import annotations

import json

from playwright.sync_api import expect

from tests.browser.app import App
from tests.browser.dragging import drag
from tests.ui.server import Server


def paths_in_file(server: Server) -> list[str]:
    """The paths of the design that was written last."""
    file = max(server.workspace.glob("designs/*.json"), key=lambda path: path.stat().st_mtime_ns)

    def below(node: dict[str, object], above: str) -> list[str]:
        children = [*node.get("nodes", []), *filter(None, [node.get("shortcut"), node.get("body")])]  # type: ignore[misc]
        return [each for child in children for each in (above + child["id"], *below(child, f"{above}{child['id']}."))]

    return below(json.loads(file.read_text())["root"], "")


def paths_on_page(app: App) -> list[str]:
    """The paths that the page shows, those in closed blocks and out of sight, too."""
    paths: list[str] = app.editor.evaluate("editor => editor.paths()")
    return [path for path in paths if path and not path.startswith(".")]


def agree(app: App, server: Server) -> list[str]:
    """The paths, once the page has no operation that is not answered."""
    expect(app.editor).to_have_attribute("data-open", "0")
    app.settle()
    assert paths_on_page(app) == paths_in_file(server)
    return paths_on_page(app)


def test_the_keyboard_composes(app: App, server: Server) -> None:
    app.use("LeNet")
    app.row("conv1").click()
    app.settle()
    app.search.fill("batch norm 2d")
    app.page.keyboard.press("Enter")
    assert "features.batchnorm1" in agree(app, server)
    expect(app.row("batchnorm1")).to_have_attribute("aria-selected", "true")
    expect(app.field("num_features")).to_have_value("6")  # fitted to what comes in
    expect(app.page.get_by_text("No problems")).to_be_visible()

    app.row("act2").click()
    app.settle()
    for key, wanted in (
        ("Alt+ArrowUp", ["features.act2", "features.conv2"]),
        ("Alt+ArrowDown", ["features.conv2", "features.act2"]),
        ("Alt+ArrowLeft", ["act2", "flatten"]),
        ("Alt+ArrowRight", ["features.pool2", "features.act2"]),
        ("d", ["features.act2", "features.act4"]),
        ("w", ["features.sequential1", "features.sequential1.act2"]),
    ):
        app.page.keyboard.press(key)
        found = agree(app, server)
        if key != "d":
            assert found.index(wanted[1]) == found.index(wanted[0]) + 1, key
    before = agree(app, server)
    app.page.keyboard.press("Control+z")
    app.page.keyboard.press("Control+Shift+z")
    assert agree(app, server) == before


def test_delete_rename_and_undo(app: App, server: Server) -> None:
    app.use("LeNet")
    start = agree(app, server)
    app.row("flatten").click()
    app.page.keyboard.press("Delete")
    assert "flatten" not in agree(app, server)
    app.page.keyboard.press("Control+z")
    expect(app.row("flatten")).to_be_visible()
    assert agree(app, server) == start
    app.row("flatten").click()
    app.page.keyboard.press("F2")
    app.page.keyboard.type("flat")
    app.page.keyboard.press("Enter")
    assert "flat" in agree(app, server)
    expect(app.row("flat")).to_have_attribute("aria-selected", "true")


def test_drag_to_reorder_and_from_the_palette(app: App, server: Server) -> None:
    app.use("LeNet")
    drag(app, app.row("fc1"), app.row("act4"))
    found = agree(app, server)
    assert found.index("classifier.fc1") == found.index("classifier.act4") + 1
    app.search.fill("dropout")
    drag(app, app.entry("Dropout"), app.row("act4"), part=0.2)
    found = agree(app, server)
    assert found.index("classifier.dropout1") == found.index("classifier.act4") - 1
    drag(app, app.row("flatten"), app.row("features"), part=0.5)  # into the block, at its beginning
    assert agree(app, server)[1] == "features.flatten"
    drag(app, app.row("flatten"), app.row("pool2"), level=1)  # behind the block that ends there
    found = agree(app, server)
    assert found.index("flatten") == found.index("features.pool2") + 1


def test_what_is_selected_together_is_dragged_together(app: App, server: Server) -> None:
    app.use("LeNet")
    app.row("act3").click()
    app.row("act4").click(modifiers=["Control"])
    app.settle()
    drag(app, app.row("act4"), app.row("conv1"), part=0.2)
    assert agree(app, server)[1:4] == ["features.act3", "features.act4", "features.conv1"]
    app.page.keyboard.press("Control+z")
    assert agree(app, server)[1] == "features.conv1"


def test_escape_gives_up_a_drag(app: App, server: Server) -> None:
    app.use("LeNet")
    before = agree(app, server)
    box = app.row("fc1").bounding_box()
    assert box
    app.page.mouse.move(box["x"] + 40, box["y"] + 10)
    app.page.mouse.down()
    app.page.mouse.move(box["x"] + 40, box["y"] - 200, steps=4)
    app.page.keyboard.press("Escape")
    app.page.mouse.up()
    assert agree(app, server) == before


def test_where_there_is_little_room_the_palette_is_a_drawer(app: App, server: Server) -> None:
    app.page.set_viewport_size({"width": 900, "height": 800})
    app.use("LeNet")
    expect(app.search).to_be_hidden()
    expect(app.row("conv1")).to_contain_text("conv1")
    app.row("act3").click()
    app.settle()
    app.button("Palette").click()
    app.search.fill("dropout")
    app.page.keyboard.press("Enter")
    assert "classifier.dropout1" in agree(app, server)
    app.page.keyboard.press("Escape")
    app.page.keyboard.press("Escape")
    expect(app.search).to_be_hidden()
    app.tree.focus()
    app.page.keyboard.press("/")
    expect(app.search).to_be_focused()


def test_twelve_operations_in_one_turn_are_twelve(app: App, server: Server) -> None:
    app.use("MLP")
    app.row("MLP").click()
    app.settle()
    app.search.fill("tanh")
    app.search.evaluate(
        "field => { for (let k = 0; k < 12; k += 1) "
        "field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true })) }"
    )
    expect(app.row("tanh12")).to_be_visible()
    assert sum("tanh" in path for path in agree(app, server)) == 12


def test_undo_in_a_field_is_the_field_s_own(app: App, server: Server) -> None:
    app.use("MLP")
    app.row("hidden").click()
    field = app.field("out_features")
    field.fill("31")
    field.press("Enter")
    expect(app.row("hidden")).to_contain_text("N×31")
    field.press("End")
    app.page.keyboard.type("5")
    app.page.keyboard.press("Control+z")
    expect(app.row("hidden")).to_contain_text("N×31")
    assert "hidden" in agree(app, server)


def test_from_an_empty_design(app: App, server: Server) -> None:
    app.use("Untitled")
    for word in ("flatten", "linear", "relu", "linear"):
        app.search.fill(word)
        app.page.keyboard.press("Enter")
        expect(app.editor).to_have_attribute("data-open", "0")
    expect(app.page.get_by_text("No problems")).to_be_visible()
    assert len(agree(app, server)) == 4


def test_several_rows_stay_selected_and_are_wrapped_together(app: App, server: Server) -> None:
    app.use("LeNet")
    app.row("conv1").click()
    expect(app.field("out_channels")).to_have_value("6")
    for name in ("act1", "pool1"):
        app.page.keyboard.press("Shift+ArrowDown")
        expect(app.page.locator(".st-key-pane_inspector").get_by_text(f"features.{name}")).to_be_visible()
    app.button("Actions on 3").click()
    app.page.get_by_role("menuitem", name="Wrap in a Residual").click()
    expect(app.row("residual1")).to_be_visible()
    found = agree(app, server)
    assert {f"features.residual1.{id}" for id in ("conv1", "act1", "pool1")} <= set(found)


def test_a_block_becomes_a_definition_by_a_key(app: App, server: Server) -> None:
    app.use("LeNet")
    app.row("features").click()
    app.settle()
    app.page.keyboard.press("m")
    expect(app.row("Features")).to_be_visible()
    app.button("Edit the definition").click()
    expect(app.row("Features")).to_have_attribute("aria-selected", "true")
    app.button("Back to the design").click()
    expect(app.row("LeNet")).to_have_attribute("aria-selected", "true")
