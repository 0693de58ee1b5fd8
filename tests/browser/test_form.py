"""The inspector's form in a browser: what is typed is never lost, whatever the server answers meanwhile."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.app import App


def test_values_typed_one_after_the_other_all_arrive(app: App) -> None:
    app.use("LeNet")
    app.row("conv1").click()
    expect(app.field("out_channels")).to_have_value("6")
    app.field("stride").focus()
    for value in ("1", "3", "2"):  # stride, padding, dilation
        app.page.keyboard.press("Control+a")
        app.page.keyboard.type(value)
        app.page.keyboard.press("Tab")
    app.settle()
    for name, value in (("padding", "3"), ("dilation", "2")):
        expect(app.field(name)).to_have_value(value)
    expect(app.row("conv1")).to_contain_text("N×6×26×26")


def test_what_is_being_typed_survives_an_answer_and_escape_takes_it_back(app: App) -> None:
    app.use("LeNet")
    app.row("fc2").click()
    field = app.field("out_features")
    expect(field).to_have_value("84")
    field.fill("9")
    app.page.keyboard.press("Control+ArrowRight")
    app.page.evaluate("document.querySelector('.st-key-undo button').click()")  # a run of the page
    app.settle()
    field.press_sequentially("6")
    expect(field).to_have_value("96")
    field.press("Escape")
    expect(field).to_have_value("84")


def test_what_is_no_value_is_told_below_its_field_and_f1_tells_what_is(app: App) -> None:
    app.use("LeNet")
    app.row("conv1").click()
    field = app.field("out_channels")
    expect(field).to_have_value("6")
    field.fill("many")
    field.press("Enter")
    expect(app.page.get_by_role("alert").filter(has_text="expects an integer ≥ 1, received 'many'")).to_be_visible()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_be_focused()
    tip = app.page.get_by_role("tooltip").filter(has_text="Number of filters")
    expect(tip).to_be_hidden()
    field.press("F1")
    expect(tip).to_be_visible()
    field.fill("")
    field.press("Enter")
    expect(field).to_have_value("6")


def test_the_menu_of_actions_is_used_by_keys(app: App) -> None:
    app.use("LeNet")
    app.row("conv1").click()
    opener = app.button("Actions")
    opener.press("ArrowDown")
    first = app.page.get_by_role("menuitem", name="Duplicate (d)")
    expect(first).to_be_focused()
    app.page.keyboard.press("End")
    expect(app.page.get_by_role("menuitem", name="Delete (Del)")).to_be_focused()
    app.page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    expect(first).to_be_hidden()
    opener.press("Enter")
    app.page.keyboard.press("Enter")
    expect(app.row("conv3")).to_be_visible()
