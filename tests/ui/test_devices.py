"""The Devices page without a browser: what there is, what moves, experiments, recordings over each other."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from composer.device_reports import Moved, MoveReport
from composer.recordings.recording import Breakdown, Recording, Row, Samples
from composer.recordings.settings import Dispatch, Fetching, Matmul, Method, Model
from composer.recordings.text import dumps
from composer.ui import models, state, tasks
from composer.ui.timing import asking, keeping, moving
from composer.ui.timing.asking import TIMING
from composer.workspace import Workspace
from tests.build import chain, linear, op
from tests.engine.gpu import needs_gpus
from tests.recordings.building import recording, series
from tests.ui import pages
from tests.ui.pages import checked, document, labelled, settled

NET = chain(linear("0", 4, 8), op("1", "relu"), linear("2", 8, 3), name="Net")
QUICK = Method(seconds=0.02)


@pytest.fixture
def opened(workspace: Workspace) -> AppTest:
    return pages.open_page("devices", workspace.create(NET).id)


def said(app: AppTest) -> str:
    return "\n".join(each.value for each in (*app.markdown, *app.caption, *app.toast, *app.code)).replace("\\", "")


def html(app: AppTest) -> str:
    return "\n".join(each.proto.body for each in app.get("html"))


def to(app: AppTest, kind: str = "matmul", wait: bool = True) -> AppTest:
    app.session_state["timing:tab:net"] = "Experiments"
    app.session_state["timing:kind"] = kind
    app.run()
    return settled(app) if wait else checked(app)


def charts(app: AppTest) -> int:
    return len(app.get("plotly_chart"))


def test_what_there_is_and_what_does_not_mix(opened: AppTest) -> None:
    report = asking.devices()
    assert report.devices[0].id == "cpu" and report.devices[0].name in html(opened)
    if not report.gpus:
        assert "try_gpu()` gives **cpu**" in said(opened) and "there are 0 GPUs" in said(opened)
        assert "Y is on the meta device" in said(opened)
    assert "devices" in said(opened)


def test_a_tensor_that_is_there_already_is_the_same(opened: AppTest) -> None:
    settled(opened.button(key="move_tensor").click().run())
    assert "Tensor: `x.to('cpu') is x` → **True**" in said(opened)
    assert "<td>tensor</td>" in html(opened) and "<td>attribute</td>" not in html(opened)
    settled(opened.checkbox(key="devices:copy").check().run())
    assert "→ **True**" not in said(opened)  # of another question
    settled(opened.button(key="move_tensor").click().run())
    assert "Tensor: `x.to('cpu', copy=True) is x` → **False**" in said(opened)


def test_free_memory_is_of_now(opened: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    report = asking.devices()
    assert asking.devices() is not report
    cpu = replace(report.devices[0], memory_free=3 * 2**30)
    monkeypatch.setattr(asking, "devices", lambda: replace(report, devices=(cpu,)))
    settled(opened.run())
    assert "3.00 GiB" in html(opened)


def test_the_live_model_is_moved_and_is_the_same_where_it_is_already(opened: AppTest) -> None:
    before = models.pool().get("net").call("held", text=document("net").text)
    assert "The live model is on **cpu**." in said(opened) and "cpu · the live model" in html(opened)
    settled(opened.button(key="move_model").click().run())
    assert "Net was on **cpu** already: nothing was copied." in said(opened) and "2.weight" in html(opened)
    assert "Its outputs for random values are on **cpu**." in said(opened)
    assert models.pool().get("net").call("held", text=document("net").text) == before
    if not asking.devices().gpus:
        assert "there is nowhere else to go" in said(opened)


@needs_gpus()
def test_the_live_model_is_moved_to_a_gpu_and_another_page_says_so(opened: AppTest) -> None:
    device = asking.devices().devices[1].id
    opened.selectbox(key="devices:model_to").set_value(device)
    settled(opened.run())
    settled(opened.button(key="move_model").click().run())
    assert f"Net went to **{device}**: 4 tensors, 268 B" in said(opened)
    assert f"{device} · the live model" in html(opened)
    assert f"outputs for random values are on **{device}**" in said(opened)
    held = models.pool().get("net").call("held", text=document("net").text)
    assert {row.device for row in held.rows} == {device}


def test_what_stays_behind_goes_or_fails_is_told(opened: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = (
        Moved("a.weight", "parameter", "cpu", "cuda:0", True, False, 2048),
        Moved("a.scale", "attribute", "cpu", "cpu", True, True, 4),
    )
    told = MoveReport("Net", "cuda:0", True, rows, (), "Expected all tensors", 0.5, 1, "Adam, step 3")
    monkeypatch.setattr(asking, "home", lambda document: asking.Home("cuda:0"))
    monkeypatch.setattr(moving, "outcome", lambda document, name: SimpleNamespace(result=told))
    settled(opened.run())
    assert "Net went to **cuda:0**: 1 tensor, 2.00 KiB, in 500 ms. Every parameter is the same object" in said(opened)
    assert "what the optimizer keeps (Adam, step 3)" in said(opened) and "Gradients went with" in said(opened)
    assert "Left behind: a.scale." in said(opened) and "Expected all tensors" in said(opened)
    told = replace(told, rows=())
    settled(opened.run())
    assert "Net has no tensors" in said(opened)


def test_a_model_whose_process_ended_is_on_the_cpu_again(opened: AppTest) -> None:
    kernel = models.pool().get("net")
    assert kernel.pid
    os.kill(kernel.pid, signal.SIGKILL)
    while kernel.alive:
        time.sleep(0.01)
    settled(opened.run())
    assert "was killed (SIGKILL)" in said(opened) and "A new one was started, on the CPU." in said(opened)


@pytest.mark.parametrize("kind", ["matmul", "fetching", "transfers"])
def test_an_experiment_is_run_kept_and_drawn(opened: AppTest, workspace: Workspace, kind: str) -> None:
    to(opened, kind)
    opened.number_input(key="timing:seconds").set_value(0.05)
    if kind == "matmul":
        opened.selectbox(key="timing:n").set_value(32)
    if kind == "fetching":
        opened.number_input(key="timing:products").set_value(10)
    if kind == "transfers":
        opened.selectbox(key="timing:bytes").set_value(4096)
    settled(opened.run())
    settled(opened.button(key="time_it").click().run())
    entries = workspace.recordings.all()
    assert [each.recording.experiment for each in entries if each.recording] == [kind]
    assert charts(opened) >= 1 and "Timed were" in said(opened)
    assert f"timing:json:{entries[0].id}" in [each.key for each in opened.get("download_button")] or entries[0].id


def test_the_design_is_timed_with_its_layers(opened: AppTest, workspace: Workspace) -> None:
    to(opened, "model")
    opened.number_input(key="timing:seconds").set_value(0.05)
    opened.selectbox(key="timing:batch").set_value(2)
    settled(opened.run())
    settled(opened.button(key="time_it").click().run())
    found = workspace.recordings.all()[0].recording
    assert found and found.design == "Net" and found.breakdowns[0].whole.count
    assert "Where the time goes: forward, batch of 1" in said(opened) and "overhead" in said(opened)
    assert charts(opened) >= 2
    assert "A forward pass in eval mode, without gradients." in said(opened)
    assert "training step: all three together" in said(opened)
    assert any(list(each.value.get("path", [])) == ["0", "1", "2", "overhead"] for each in opened.dataframe)


def test_recordings_of_one_machine_and_minute_are_drawn_with_their_layers(
    opened: AppTest, workspace: Workspace
) -> None:
    ids = [workspace.recordings.save(_of_layers("Net")) for _ in range(2)]
    to(opened, "model")
    settled(opened.multiselect(key="timing:shown:model:Net").set_value(ids).run())
    assert charts(opened) == 3 and all(f"**{id}**: Timed were training steps of Net" in said(opened) for id in ids)


def _of_layers(design: str, **fields: Any) -> Recording:
    rows = (Row(path="0", kind="Linear", samples=(1e-5,)),)
    found = Breakdown(what="forward", device="cpu", batch=1, whole=Samples(samples=(2e-5,)), rows=rows)
    steps = series("cpu", 1e-5, 2e-5, what="forward", first=1, dtype="")
    return recording(steps, settings=Model(method=QUICK), design=design, breakdowns=(found,), **fields)


def test_the_last_recording_of_this_design_is_shown_and_that_alone(opened: AppTest, workspace: Workspace) -> None:
    later = {"date": "2026-02-01T00:00:00Z"}
    others = workspace.recordings.save(_of_layers("Other", **later))
    to(opened, "model")
    assert opened.multiselect(key="timing:shown:model:Net").value == [] and "Net was not timed yet" in said(opened)
    first = workspace.recordings.save(_of_layers("Net"))
    settled(opened.run())
    assert opened.multiselect(key="timing:shown:model:Net").value == [first]
    second = workspace.recordings.save(_of_layers("Net", **later))
    opened.session_state["timing:fresh:model"] = second
    settled(opened.run())
    assert opened.multiselect(key="timing:shown:model:Net").value == [second]
    settled(opened.multiselect(key="timing:shown:model:Net").set_value([second, others]).run())
    assert "**Net**: Timed were" in said(opened) and "**Other**: Timed were" in said(opened)
    opened.session_state["timing:fresh:model"] = first
    settled(opened.run())
    assert opened.multiselect(key="timing:shown:model:Net").value == [first, second, others]


def test_two_devices_need_two(opened: AppTest) -> None:
    to(opened, "two devices")
    if asking.devices().gpus < 2:
        assert opened.button(key="time_it").disabled and "Needs two GPUs" in said(opened)


def test_stop_is_quick_and_another_run_finds_what_goes_on(opened: AppTest, workspace: Workspace) -> None:
    asking.begin(document("net"), Fetching(products=100_000, sizes=(2048,), method=Method(seconds=60)))
    to(opened, wait=False)
    assert "stop:timing" in [each.key for each in opened.button]
    other = pages.AppTest.from_function(pages._page, kwargs={"page": "devices"}, default_timeout=60)
    other.query_params["design"] = "net"
    other.run()
    assert checked(other).session_state["timing:tab:net"] == "Experiments"
    assert "stop:timing" in [each.key for each in other.button]  # a refresh, or a second tab
    begun = time.monotonic()
    opened.button(key="stop:timing").click().run()
    task = tasks.of(document("net"), TIMING)
    assert task and not task.running
    took = time.monotonic() - begun
    assert took < 2
    assert "was stopped before it was done" in said(settled(opened)) and not workspace.recordings.all()


def test_what_was_finished_is_left_of_an_experiment_that_is_stopped(opened: AppTest, workspace: Workspace) -> None:
    asking.begin(document("net"), Matmul(sizes=(8, 16384), copy_bytes=2**16, method=Method(seconds=60, spread=1)))
    task = tasks.of(document("net"), TIMING)
    assert task
    while len(task.asking.pieces) < 2:
        time.sleep(0.01)
    tasks.stop(document("net"), TIMING)
    to(opened)
    [entry] = workspace.recordings.all()
    assert entry.recording and entry.recording.stopped
    assert [[point.x for point in each.points] for each in entry.recording.series] == [[2**16], [8]]
    assert "It was stopped before it was done: these are the points that were finished." in said(opened)
    assert ", stopped" in opened.multiselect(key="timing:shown:matmul").options[0] and charts(opened) >= 1


def test_recordings_of_other_machines_are_drawn_over_ours(opened: AppTest, workspace: Workspace) -> None:
    ids = [workspace.recordings.save(recording(settings=Matmul(method=QUICK))) for _ in range(2)]
    to(opened)
    picker = opened.multiselect(key="timing:shown:matmul")
    assert len(picker.value) == 1
    settled(picker.set_value(ids).run())
    assert "Timed were products of two n×n matrices" in said(opened)
    settled(opened.button(key=f"timing:drop:{ids[0]}").click().run())
    assert [each.id for each in workspace.recordings.all()] == [ids[1]] and "Deleted" in said(opened)
    assert opened.multiselect(key="timing:shown:matmul").value == [ids[1]]
    settled(labelled(opened, "Undo deletion").click().run())
    assert len(workspace.recordings.all()) == 2
    assert ids[0] in opened.multiselect(key="timing:shown:matmul").value


def test_a_stranger_s_recording_is_taken_or_refused(
    opened: AppTest, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = dumps(recording(settings=Fetching(method=QUICK)))
    given: dict[str, Any] = {"timing:upload": _File("gpu.json", text.encode())}
    kept: dict[str, Any] = {}
    monkeypatch.setattr(state, "widget", given.__getitem__)
    monkeypatch.setattr(state, "remember", kept.__setitem__)
    monkeypatch.setattr(state, "documents", lambda: type("D", (), {"workspace": workspace}))
    keeping._take()
    assert kept["timing:kind"] == "fetching" and len(workspace.recordings.all()) == 1
    assert kept["timing:brought:fetching"] == workspace.recordings.all()[0].id
    given["timing:upload"] = _File("bad.json", b'{"format": "block-composer-recording", "version": 1, "evil": 2}')
    keeping._take()
    assert kept["timing:refused"].startswith("bad.json: ") and len(workspace.recordings.all()) == 1
    given["timing:upload"] = None
    keeping._take()
    assert not kept["timing:refused"]


def test_why_a_file_was_refused_stays_by_the_field(opened: AppTest) -> None:
    opened.session_state["timing:refused"] = "bad.json: it is no recording"
    to(opened)
    settled(opened.run())
    assert [each.value.replace("\\", "") for each in opened.error] == ["bad.json: it is no recording"]


class _File:
    def __init__(self, name: str, data: bytes) -> None:
        self.name, self._data = name, data

    def getvalue(self) -> bytes:
        return self._data


def test_ways_to_call_are_relative_to_the_first(opened: AppTest, workspace: Workspace) -> None:
    found: Recording = recording(settings=Dispatch(method=QUICK), design="Net")
    workspace.recordings.save(found)
    to(opened, "dispatch")
    assert charts(opened) == 1


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("timing:seconds", 100.0, "Seconds a point: expects 0.05 to 60, received 100."),
        ("timing:threads", 0, "Threads: expects 1 to 1,024, received 0."),
    ],
)
def test_a_method_that_cannot_be_is_told(opened: AppTest, key: str, value: float, text: str) -> None:
    to(opened)
    opened.number_input(key=key).set_value(value)
    settled(opened.run())
    assert text in said(opened) and opened.button(key="time_it").disabled


def test_more_threads_than_cores_and_no_batches_are_told(opened: AppTest) -> None:
    to(opened, "dispatch")
    opened.number_input(key="timing:threads").set_value(1000)
    settled(opened.run())
    assert "1000 threads are more than" in said(opened) and not opened.button(key="time_it").disabled
    opened.multiselect(key="timing:batches").set_value([])
    settled(opened.run())
    assert "Choose a batch size." in said(opened) and opened.button(key="time_it").disabled
