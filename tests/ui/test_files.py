"""The Files page without a browser: saving, looking, renaming, loading; exports; reuse; the shelf."""

from __future__ import annotations

import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pandas as pd
import pytest
import torch
from safetensors.torch import load, load_file, save, save_file
from streamlit.testing.v1 import AppTest

from composer.kernel.client import Kernel
from composer.templates import layers
from composer.ui import consent, models
from composer.ui.files.saving import chosen_names
from composer.workspace import Workspace
from tests.build import chain, layer, linear, op
from tests.ui import pages
from tests.ui.pages import checked, document, labelled, settled

NET = chain(linear("0", 4, 8), op("1", "relu"), linear("2", 8, 3), name="Net")


@pytest.fixture
def opened(workspace: Workspace) -> AppTest:
    """The page with a net of two layers, whose live model is new."""
    id = workspace.create(NET).id
    models.pool().close(id)
    return pages.open_page("files", id)


def said(app: AppTest) -> str:
    return "\n".join(each.value for each in (*app.markdown, *app.caption, *app.toast)).replace("\\", "")


def click(app: AppTest, key: str) -> AppTest:
    return settled(app.button(key=key).click().run())


def table(app: AppTest) -> pd.DataFrame:
    return app.dataframe[0].value


def to(app: AppTest, tab: str, wait: bool = True) -> AppTest:
    app.session_state["files:tab:net"] = tab
    app.run()
    return settled(app) if wait else checked(app)


def held(id: str = "net") -> dict[str, Any]:
    report = models.pool().get(id).call("held", text=document(id).text)
    return {row.name: row.statistics for row in report.rows}


def bring(workspace: Workspace, name: str, tensors: Any) -> str:
    """Put a file among the checkpoints."""
    path = workspace.checkpoints.path(name)
    if name.endswith(".safetensors"):
        save_file(tensors, path)
    else:
        torch.save(tensors, path)
    return name


def look(app: AppTest, name: str) -> AppTest:
    return click(app, f"look:{name}")


def test_the_state_dict_is_saved_and_listed(opened: AppTest, workspace: Workspace) -> None:
    click(opened, "save_state")
    assert "Saved **net.safetensors**: 4 tensors" in said(opened)
    saved = load_file(workspace.checkpoints.path("net.safetensors"))
    assert list(saved) == ["0.bias", "0.weight", "2.bias", "2.weight"] or set(saved) == set(held())
    assert any(each.key == "look:net.safetensors" for each in opened.button)
    click(opened, "save_state")
    assert [each.name for each in workspace.checkpoints.all()] == ["net-2.safetensors", "net.safetensors"]


def test_only_some_of_it_in_another_dtype(opened: AppTest, workspace: Workspace) -> None:
    opened.text_input(key="files:save:net:only").set_value("*.weight")
    opened.selectbox(key="files:save:net:dtype").set_value("bfloat16")
    settled(opened.run())
    assert "2 of 4 tensors" in said(opened)
    click(opened, "save_state")
    saved = load_file(workspace.checkpoints.path("net.safetensors"))
    assert {name: each.dtype for name, each in saved.items()} == {
        "0.weight": torch.bfloat16,
        "2.weight": torch.bfloat16,
    }
    assert "2 of 2 tensors as bfloat16" in said(opened)
    opened.text_input(key="files:save:net:only").set_value("nothing")
    assert settled(opened.run()).button(key="save_state").disabled


def test_names_are_chosen_by_block_or_pattern(opened: AppTest) -> None:
    rows = models.pool().get("net").call("held", text=document("net").text).rows
    assert chosen_names(rows, "2") == ["2.weight", "2.bias"]
    assert chosen_names(rows, "*.bias") == ["0.bias", "2.bias"]
    assert chosen_names(rows, " ") == ["0.weight", "0.bias", "2.weight", "2.bias"]


def test_look_load_and_take_back(opened: AppTest, workspace: Workspace) -> None:
    bring(workspace, "ones.safetensors", {"0.weight": torch.ones(8, 4), "2.bias": torch.ones(3, dtype=torch.float64)})
    before = held()
    look(settled(opened.run()), "ones.safetensors")
    assert list(table(opened)["state"]) == ["matched", "missing", "missing", "dtype differs"]
    assert held() == before
    assert opened.button(key="load_state").label == "Load 2 of 4 tensors"
    click(opened, "load_state")
    assert "Loaded 2 tensors. 2 kept their values." in said(opened)
    after = held()
    assert after["0.weight"].mean == 1 and after["2.bias"].mean == 1 and after["0.bias"] == before["0.bias"]
    click(opened, "undo_load")
    assert held() == before


def test_what_is_missing_can_be_set_to_zero(opened: AppTest, workspace: Workspace) -> None:
    bring(workspace, "w.pt", {"0.weight": torch.ones(8, 4), "2.weight": torch.ones(3, 8)})
    look(settled(opened.run()), "w.pt")
    settled(opened.checkbox(key="files:zero:net:w.pt").check().run())
    click(opened, "load_state")
    assert "2 are zero" in said(opened)
    assert held()["0.bias"].zeros == 8 and held()["2.bias"].zeros == 3


def test_other_sizes_are_loaded_only_where_that_is_asked_for(opened: AppTest, workspace: Workspace) -> None:
    bring(workspace, "w.pt", {"2.weight": torch.full((5, 8), 2.0)})
    look(settled(opened.run()), "w.pt")
    assert opened.button(key="load_state").disabled
    settled(opened.checkbox(key="files:slices:net").check().run())
    click(opened, "load_state")
    assert held()["2.weight"].mean == 2


def test_names_are_mended_by_a_suggestion_or_by_hand(opened: AppTest, workspace: Workspace) -> None:
    values = {
        "0.weight": torch.ones(8, 4),
        "0.bias": torch.ones(8),
        "2.weight": torch.ones(3, 8),
        "2.bias": torch.ones(3),
    }
    bring(workspace, "a.pt", {"model": {f"module.{name}": each for name, each in values.items()}, "epoch": 3})
    look(settled(opened.run()), "a.pt")
    assert "epoch = 3" in said(opened) and "4 of 4 names fit" in said(opened)
    click(opened, "use_suggestion:0")
    assert opened.button(key="load_state").label == "Load 4 of 4 tensors"
    click(opened, "unrename:0")
    assert opened.button(key="load_state").disabled
    opened.selectbox(key="files:rule:net:kind").set_value("regex")
    settled(opened.run())
    opened.text_input(key="files:rule:net:old").set_value("(")
    settled(opened.run())
    click(opened, "add_rename")
    assert "Expected a regular expression" in said(opened)
    opened.text_input(key="files:rule:net:old").set_value(r"^module\.")
    settled(opened.run())
    click(opened, "add_rename")
    assert opened.button(key="load_state").label == "Load 4 of 4 tensors"


def test_a_file_that_is_refused_says_why(opened: AppTest, workspace: Workspace) -> None:
    workspace.checkpoints.path("a.pt").write_bytes(b"GIF89a")
    look(settled(opened.run()), "a.pt")
    assert "a.pt: " in said(opened) and not opened.dataframe
    assert "load_state" not in [each.key for each in opened.button]


def test_a_checkpoint_is_deleted_and_brought_back(opened: AppTest, workspace: Workspace) -> None:
    bring(workspace, "a.pt", {"x": torch.ones(1)})
    click(settled(opened.run()), "drop:a.pt")
    assert "Deleted a.pt" in said(opened) and not workspace.checkpoints.all()
    settled(labelled(opened, "Undo deletion").click().run())
    assert [each.name for each in workspace.checkpoints.all()] == ["a.pt"]
    click(opened, "drop:a.pt")
    bring(workspace, "a.pt", {"x": torch.ones(1)})
    click(settled(opened.run()), "drop:a.pt")
    for _ in range(2):
        settled(labelled(opened, "Free its room").click().run())
    assert not workspace.checkpoints.all() and "Deleted" not in said(opened)


def test_parts_are_looked_at_one_at_a_time(opened: AppTest, workspace: Workspace) -> None:
    bring(
        workspace,
        "a.pt",
        {"ema": {"0.bias": torch.ones(8)}, "model": {"0.bias": torch.zeros(8), "0.weight": torch.ones(8, 4)}},
    )
    look(settled(opened.run()), "a.pt")
    box = next(each for each in opened.selectbox if each.label == "Part of the file")
    assert box.value == "model"
    settled(box.set_value("ema").run())
    assert opened.button(key="load_state").label == "Load 1 of 4 tensors"


@pytest.mark.parametrize(("kind", "ending"), [("package", ".zip"), ("program", ".pt2"), ("bundle", ".composer")])
def test_exports_are_offered_after_they_were_run(opened: AppTest, kind: str, ending: str) -> None:
    click(to(opened, "Export"), f"make:{kind}")
    assert f"**Net{ending}**" in said(opened) and "2×4: outputs" in said(opened)


def test_a_bundle_is_opened_as_a_new_design_with_its_weights(opened: AppTest, workspace: Workspace) -> None:
    text = document("net").text
    kernel = models.pool().get("net")
    kernel.call("change", text=text, name="0.bias", where="", how="set", number=3)
    kernel.call("bundle", text=text, path=str(workspace.checkpoints.path("net.composer")))
    click(settled(opened.run()), "open:net.composer")
    assert "It gives the outputs that it gave there, to the bit." in said(opened)
    assert opened.query_params["design"] == "net-2"
    assert held("net-2")["0.bias"].mean == 3
    assert [each.name for each in workspace.checkpoints.all()] == ["net.composer"]


def test_a_bundle_that_is_wrong_opens_nothing(opened: AppTest, workspace: Workspace) -> None:
    workspace.checkpoints.path("a.composer").write_bytes(b"PK\3\4")
    click(settled(opened.run()), "open:a.composer")
    assert "a.composer: " in said(opened)
    assert [each.id for each in workspace.designs()] == ["net"]


def test_the_first_layers_go_into_a_new_design(opened: AppTest, workspace: Workspace) -> None:
    models.pool().get("net").call("change", text=document("net").text, name="0.bias", where="", how="set", number=3)
    to(opened, "Reuse")
    opened.number_input(key="files:reuse:net:count").set_value(2)
    opened.checkbox(key="files:reuse:net:frozen").check()
    opened.number_input(key="files:reuse:net:units").set_value(5)
    click(settled(opened.run()), "reuse")
    assert "2 tensors went along to **Net reused**" in said(opened)
    new = document("net-reused")
    assert new.design.frozen == ("0",) and [each.kind for each in new.design.root.children] == [
        "Linear",
        "relu",
        "Linear",
    ]
    assert held("net-reused")["0.bias"].mean == 3
    click(opened, "open_reused")
    assert opened.query_params["design"] == "net-reused"


def test_layers_are_shared_with_a_second_head(opened: AppTest) -> None:
    to(opened, "Reuse")
    opened.number_input(key="files:reuse:net:count").set_value(1)
    settled(opened.run())
    settled(opened.selectbox(key="files:reuse:net:how:first").set_value("shared").run())
    click(opened, "reuse")
    assert document("net").design.root.outputs[0] == "2" and len(document("net").design.root.outputs) == 2
    assert document("net").history.undo_name == "share 1 layers with a second head"


def test_the_book_s_tensors_are_made_saved_and_loaded(opened: AppTest, workspace: Workspace) -> None:
    to(opened, "Tensors")
    click(opened, "shelf_make_button")
    opened.text_input(key="shelf:make:name").set_value("y")
    settled(opened.run())
    click(opened, "shelf_make_button")
    settled(opened.multiselect(key="shelf:chosen:net").set_value(["x", "y"]).run())
    click(opened, "shelf_dict")
    click(opened, "shelf_save:xy:pt")
    assert torch.equal(torch.load(workspace.checkpoints.path("xy.pt"))["x"], torch.arange(4))
    click(opened, "shelf_load_button")
    assert "**x2** · dict" in said(opened)
    opened.text_input(key="shelf:make:name").set_value("not a name")
    settled(opened.run())
    click(opened, "shelf_make_button")
    assert "cannot be a name here" in said(opened)


def test_a_design_without_weights_says_so(workspace: Workspace) -> None:
    id = workspace.create(chain(op("0", "relu"), name="Nothing")).id
    app = pages.open_page("files", id)
    assert app.button(key="save_state").disabled


def test_lazy_layers_take_their_sizes_from_a_file(workspace: Workspace) -> None:
    id = workspace.create(chain(layer("0", "LazyLinear", out_features=3), name="Lazy")).id
    bring(workspace, "a.pt", {"0.weight": torch.ones(3, 6), "0.bias": torch.ones(3)})
    app = pages.open_page("files", id)
    look(app, "a.pt")
    click(app, "load_state")
    assert "0 took its sizes from the file, and keeps them" in said(app)
    assert held(id)["0.weight"].count == 18


def test_the_live_model_is_compared_with_what_it_was(opened: AppTest, workspace: Workspace) -> None:
    assert "No checkpoint is here yet" in said(to(opened, "Compare"))
    kernel, text = models.pool().get("net"), document("net").text
    kernel.call("save_state", text=text, path=str(workspace.checkpoints.path("net.pt")), format="pt")
    click(to(opened, "Compare"), "compare")
    assert "All values are equal, to the bit." in said(opened)
    kernel.call("change", text=text, name="2.bias", where="[1]", how="add", number=2)
    click(opened, "compare")
    first = table(opened).iloc[0]
    assert (first["name"], first["state"], first["values"], first["where"]) == ("2.bias", "differs", 1, "[1]")
    assert first["largest"] == pytest.approx(2)
    assert list(table(opened)["state"])[1:] == ["equal"] * 3


def test_what_an_optimizer_keeps_is_saved_and_loaded(opened: AppTest, workspace: Workspace) -> None:
    text = document("net").text
    batch = {"data": "random", "samples": 4, "seed": 0, "loss": "squares", "training": True, "rate": 0.1}
    models.pool().get("net").call("step", text=text, kind="Adam", **batch)
    settled(opened.run())
    assert opened.checkbox(key="files:save:net:optimizer").disabled
    opened.segmented_control(key="files:save:net:format").set_value("pt")
    settled(opened.run())
    settled(opened.checkbox(key="files:save:net:optimizer").check().run())
    click(opened, "save_state")
    models.pool().get("net").call("reset", text=text)
    look(opened, "net.pt")
    settled(opened.checkbox(key="files:optimizer:net:net.pt").check().run())
    click(opened, "load_state")
    assert models.pool().get("net").call("held", text=text).optimizer == "Adam, step 1"


def test_what_a_lazy_layer_would_refuse_is_seen_before(workspace: Workspace) -> None:
    id = workspace.create(chain(layer("0", "LazyConv2d", out_channels=3, kernel_size=3), name="Conv")).id
    bring(workspace, "a.pt", {"0.weight": torch.ones(3, 2, 5, 5), "0.bias": torch.ones(3)})
    app = pages.open_page("files", id)
    look(app, "a.pt")
    assert app.button(key="load_state").disabled and "5" in table(app)["note"][0]


def test_a_bundle_of_another_machine_that_gives_other_outputs_says_so(opened: AppTest, workspace: Workspace) -> None:
    text, path = document("net").text, workspace.checkpoints.path("net.composer")
    models.pool().get("net").call("bundle", text=text, path=str(path))
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    trial = load(entries["trial.safetensors"])
    entries["trial.safetensors"] = save({name: each + (name[0] == "o") for name, each in trial.items()})
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    click(settled(opened.run()), "open:net.composer")
    assert "Its outputs differ from those that it gave there by up to 1" in said(opened)
    assert opened.query_params["design"] == "net-2" and [each.name for each in workspace.checkpoints.all()] == [
        "net.composer"
    ]


def test_code_of_a_bundle_runs_only_when_a_person_says_so(opened: AppTest, workspace: Workspace) -> None:
    design = layers.load("centered").design()
    consent.allow(design)
    id = workspace.create(design).id
    kernel = models.pool().get(id)
    kernel.call("bundle", text=document(id).text, path=str(workspace.checkpoints.path("code.composer")))
    consent._allowed.clear()
    click(settled(opened.run()), "open:code.composer")
    new = str(opened.query_params["design"])
    assert "whose code has not run yet" in said(opened) and document(new).bundle is not None
    click(opened, "allow_code")
    assert "It gives the outputs that it gave there, to the bit." in said(opened) and document(new).bundle is None


def test_nothing_goes_into_a_design_whose_code_has_not_run(opened: AppTest, workspace: Workspace) -> None:
    stranger = workspace.create(layers.load("centered").design()).id
    consent._allowed.clear()
    to(opened, "Reuse")
    settled(opened.selectbox(key="files:reuse:net:target").set_value(stranger).run())
    before = document(stranger).text
    click(opened, "reuse")
    assert "has code that has not run yet" in said(opened) and document(stranger).text == before


def test_two_tasks_have_a_stop_each_and_a_look_waits_for_them(opened: AppTest, workspace: Workspace) -> None:
    kernel = models.pool().get("net")
    release = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        blocked = pool.submit(_hold, kernel, release)
        to(opened, "Export", wait=False)
        opened.button(key="make:program").click().run()
        to(opened, "Checkpoints", wait=False)
        opened.button(key="save_state").click().run()
        checked(opened)
        assert {each.key for each in opened.button} >= {"stop:exporting", "stop:saving"}
        opened.button(key="stop:saving").click().run()
        release.set()
        blocked.result(30)
        settled(opened)
    assert "It was stopped before it was done." in said(opened) and not workspace.checkpoints.all()
    assert "**Net.pt2**" in said(to(opened, "Export"))


def _hold(kernel: Kernel, release: threading.Event) -> None:
    """Keep the kernel's turn until it is released."""
    with kernel._turn:
        release.wait(60)
