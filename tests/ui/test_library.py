"""The designs of the workspace, as the start page and the header's menu handle them."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from composer.templates import load
from composer.workspace import Workspace
from tests.ui.test_compose import SCRIPT, checked, texts


@pytest.fixture
def app(workspace: Workspace) -> AppTest:
    """The app at its start page, with two designs of one name and one of another."""
    for name in ("lenet", "lenet", "mlp"):
        workspace.create(load(name))
    return checked(AppTest.from_file(SCRIPT, default_timeout=60).run())


def opened(app: AppTest, id: str = "lenet") -> AppTest:
    """The app with a design open, and the menu of designs too."""
    app.button(key=f"recent:{id}").click().run()
    app.session_state["designs"] = True
    return checked(app.run())


def names(app: AppTest, where: str) -> list[str]:
    found = [each.label for each in app.button if str(each.key).startswith(f"{where}:")]
    return [label.partition(" :gray")[0].replace("\\", "") for label in found]


def test_designs_with_one_name_are_told_apart(app: AppTest) -> None:
    assert sorted(names(app, "recent")) == ["LeNet (lenet)", "LeNet (lenet-2)", "MLP"]
    assert "Delete LeNet (lenet-2)" in [each.replace("\\", "") for each in names(app, "delete")]


def test_what_was_opened_last_comes_first(app: AppTest) -> None:
    for id in ("mlp", "lenet"):
        app.button(key=f"recent:{id}").click().run()
        app.query_params.clear()
        checked(app.run())
    assert names(app, "recent") == ["LeNet (lenet)", "MLP", "LeNet (lenet-2)"]
    app.button(key="recent:mlp").click().run()
    app.query_params.clear()
    assert names(checked(app.run()), "recent")[0] == "MLP"


def test_deleting_on_the_start_page_and_bringing_back(app: AppTest, workspace: Workspace) -> None:
    before = (workspace.root / "designs" / "lenet-2.json").read_bytes()
    app.button(key="delete:recent:lenet-2").click().run()
    assert sorted(names(checked(app), "recent")) == ["LeNet", "MLP"]
    assert "Deleted LeNet." in texts(app).replace("\\", "")
    app.button(key="bring_back").click().run()
    assert (workspace.root / "designs" / "lenet-2.json").read_bytes() == before
    assert "LeNet (lenet-2)" in names(checked(app), "recent")
    assert "Deleted" not in texts(app)
    assert not app.query_params, "it was not open, and is not opened"


def test_letting_go_of_what_was_deleted(app: AppTest, workspace: Workspace) -> None:
    app.button(key="delete:recent:mlp").click().run()
    app.button(key="dismiss").click().run()
    assert "Deleted" not in texts(checked(app))
    assert [entry.name for entry in workspace.designs()] == ["LeNet", "LeNet"]


def test_deleting_the_design_that_is_open(app: AppTest, workspace: Workspace) -> None:
    opened(app)
    app.button(key="delete:switch:lenet").click().run()
    assert not checked(app).query_params
    assert "What would you like to build?" in texts(app)
    app.button(key="bring_back").click().run()
    assert checked(app).query_params["design"] == "lenet"
    assert not names(app, "switch"), "the menu has done its work, and is closed"


def test_what_was_deleted_twice_is_told(app: AppTest, workspace: Workspace) -> None:
    workspace.delete("mlp")
    app.button(key="delete:recent:mlp").click().run()
    assert any("deleted already" in each.value for each in checked(app).toast)


def test_another_tab_has_the_choice(app: AppTest, workspace: Workspace) -> None:
    opened(app)
    workspace.delete("lenet")
    assert "deleted elsewhere" in texts(checked(app.run()))
    next(each for each in app.button if each.label == "Overwrite the file").click().run()
    assert "deleted elsewhere" not in texts(checked(app))
    assert workspace.load("lenet").design == load("lenet")


def test_duplicating(app: AppTest, workspace: Workspace) -> None:
    opened(app)
    app.button(key="duplicate").click().run()
    assert checked(app).query_params["design"] == "lenet-copy"
    assert workspace.load("lenet-copy").design.name == "LeNet copy"


def test_uploading_from_the_menu(app: AppTest, workspace: Workspace) -> None:
    opened(app)
    content = (workspace.root / "designs" / "mlp.json").read_bytes()
    app.file_uploader(key="upload:lenet").upload("mine.json", content, "application/json").run()
    assert checked(app).query_params["design"] == "mlp-2"


def test_many_designs_are_all_reached(app: AppTest, workspace: Workspace) -> None:
    for _ in range(8):
        workspace.create(load("mlp"))
    assert len(names(checked(app.run()), "recent")) == 8
    app.session_state["more"] = True
    assert len(names(checked(app.run()), "recent")) == 11
