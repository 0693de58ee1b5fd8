"""The live model on another device: everything that a kernel does with it, there and back. On the CPU it stays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from composer.catalog import LAYERS
from composer.checkpoint_reports import Pair
from composer.design.document import Rule
from composer.design.edits import apply
from composer.design.nodes import Initializer
from composer.design.text import dumps
from composer.device_reports import MoveReport
from composer.engine.devices import CPU, try_gpu
from composer.errors import MeasureError
from composer.kernel import files, initializing, moving, parameters, stepping, storing, verbs
from composer.kernel.client import Kernel
from composer.kernel.verbs import State
from composer.matching.sides import Side
from composer.tensor_reports import HeldReport
from tests.build import chain, layer, linear, op
from tests.engine.fingerprint import fingerprint
from tests.engine.gpu import needs_gpus
from tests.engine.test_lazy import equal, lazy, values
from tests.kernel.test_verbs import LAZY, mlp, nothing

NET = chain(
    lazy("in", 8), layer("norm", "BatchNorm1d", num_features=8), op("act", "relu"), layer("drop", "Dropout"),
    linear("a", 8, 8), linear("b", 8, 8), linear("out", 8, 3), ties=(("a.weight", "b.weight"),),
    initializers=(Rule(kind="Linear", parameter="bias", init=Initializer(scheme="constant", options={"val": 0.5})),),
)  # fmt: skip
TEXT = dumps(NET)
LONGER = dumps(apply(NET, {"edit": "insert", "path": "", "index": 7, "node": {"kind": "ReLU", "id": "end"}}))
BATCH: dict[str, Any] = {"data": "random", "samples": 4, "seed": 1}
PASS: dict[str, Any] = {**BATCH, "loss": "MSELoss", "training": True}


def home(state: State) -> set[str]:
    """Where the tensors of the live model are."""
    assert state.model is not None
    return {str(each.device) for each in (*state.model.parameters(), *state.model.buffers())}


def now(state: State) -> dict[str, Tensor]:
    assert state.model is not None
    return {name: each.cpu() for name, each in values(state.model).items()}


def moved(state: State, device: str, text: str = TEXT) -> MoveReport:
    report = moving.move_model(state, nothing, text, device)
    assert home(state) == {device} and verbs.ping(state, nothing).device == device
    return report


def looks(state: State, device: str) -> HeldReport:
    """All that looks at the live model, which stays what it is."""
    assert state.model is not None
    before = fingerprint(state.model)
    held = parameters.held(state, nothing, TEXT)
    assert {row.device for row in held.rows} == {device} and all(row.statistics for row in held.rows)
    assert parameters.window(state, nothing, TEXT, "a.weight", "", 0, 0, 2, 2).rows
    assert parameters.picture(state, nothing, TEXT, "a.weight") is not None
    assert verbs.run(state, nothing, TEXT, **BATCH).outputs[0].shape == (4, 3)
    found = verbs.gradients(state, nothing, TEXT, **PASS)
    assert found.norm > 0 and any(len(row.uses) == 2 for row in found.parameters)
    assert initializing.initialize(state, nothing, TEXT, True, PASS).after is not None
    assert fingerprint(state.model) == before
    return held


def steps(state: State) -> None:
    """Changes of values, each with its way back."""
    before = now(state)
    parameters.change(state, nothing, TEXT, "a.weight", "[0, 0]", "set", 42.0)
    stepping.step(state, nothing, TEXT, **PASS, rate=0.1, kind="Adam")
    initializing.initialize(state, nothing, TEXT, False)
    after = now(state)
    assert float(after["out.bias"][0]) == 0.5 and not equal(before, after)
    for _ in range(3):
        parameters.undo_values(state, nothing, TEXT)
    assert equal(now(state), before)
    for _ in range(3):
        parameters.redo_values(state, nothing, TEXT)
    assert equal(now(state), after)


def stored(state: State, folder: Path) -> None:
    """A checkpoint with what an optimizer keeps, saved, compared and loaded; and a bundle, opened again."""
    stepping.step(state, nothing, TEXT, **PASS, rate=0.1, kind="Adam")
    expected, path = now(state), folder / "all.pt"
    files.save_state(state, nothing, TEXT, str(path), "pt", optimizer=True)
    found = torch.load(path, weights_only=True)
    assert equal(found["model"], expected), "it is on the CPU"
    assert {each.device for kept in found["optimizer"]["state"].values() for each in kept.values()} == {CPU}
    compared = files.compare_states(state, nothing, TEXT, Side(), Side(str(path)))
    assert {row.state for row in compared.diff.rows} == {"equal"}
    parameters.change(state, nothing, TEXT, "out.bias", "", "add", 1.0)
    pairs = [Pair(name, name) for name in expected]
    files.load_state(state, nothing, TEXT, str(path), "model", pairs, optimizer="optimizer")
    assert equal(now(state), expected) and state.optimizing and state.optimizing.steps == 1
    parameters.undo_values(state, nothing, TEXT)
    parameters.undo_values(state, nothing, TEXT)
    assert equal(now(state), expected)
    assert files.bundle(state, nothing, TEXT, str(folder / "all.composer")).checked[0].difference == 0
    files.unbundle(state, nothing, str(folder / "all.composer"), str(folder / "w.safetensors"))
    again = files.restore(state, nothing, TEXT, str(folder / "all.composer"), str(folder / "w.safetensors"))
    assert again is not None and again.difference == 0 and equal(now(state), expected)


def journey(device: str, folder: Path) -> None:
    state = State()
    first = moving.move_model(state, nothing, TEXT, device)
    assert state.model is not None and (first.outputs, first.error) == ((), ""), "its lazy layer waits"
    drawn = State()
    for each in (state, drawn):
        verbs.dry_run(each, nothing, TEXT, "random", 2)
    assert home(state) == {device} and equal(now(state), now(drawn)), "the seed gives the values that it gives here"
    assert state.model is not None and type(state.model.get_submodule("in")) is torch.nn.Linear
    assert LAYERS["LazyLinear"].concrete == "Linear"
    looks(state, device)
    steps(state)
    stored(state, folder)
    chained = dumps(chain(linear("0", 4, 4), linear("1", 4, 4)))
    other = State()
    moved(other, device, chained)
    assert storing.storage(other, nothing, chained, "", "random", 2, 0).layers == 2
    expected = now(state)
    report = verbs.open_model(state, nothing, LONGER)
    assert set(report.kept) | {"b.weight"} == set(expected) and home(state) == {device}
    verbs.open_model(state, nothing, TEXT)
    assert equal(now(state), expected), "rebuilt after an edit"
    stepping.step(state, nothing, TEXT, **PASS, rate=0.1, kind="Adam")
    expected = now(state)
    back = moved(state, "cpu")
    assert equal(now(state), expected) and back.outputs == ("cpu",) and back.optimizer == "Adam, step 1"
    parameters.undo_values(state, nothing, TEXT)
    moved(state, device)
    verbs.reset(state, nothing, TEXT)
    assert home(state) == {device}, "a new beginning is there, too"


def test_everything_on_the_cpu_where_it_stays(tmp_path: Path) -> None:
    journey("cpu", tmp_path)


@needs_gpus()
def test_everything_on_a_gpu_and_back(tmp_path: Path) -> None:
    journey(str(try_gpu()), tmp_path)


@needs_gpus()
def test_exports_of_a_model_on_a_gpu_run_on_the_cpu(tmp_path: Path) -> None:
    state = State()
    moving.move_model(state, nothing, mlp(), str(try_gpu()))
    for kind, name in (("package", "a.zip"), ("program", "a.pt2")):
        assert files.export(state, nothing, mlp(), kind, str(tmp_path / name)).checked  # type: ignore[arg-type]
    assert home(state) == {str(try_gpu())}


@needs_gpus()
def test_steps_on_a_gpu_are_those_of_the_cpu() -> None:
    here, there = State(), State()
    moved(here, "cpu", mlp())
    moved(there, str(try_gpu()), mlp())
    for state in (here, there):
        for _ in range(3):
            stepping.step(state, nothing, mlp(), **PASS, rate=0.01, kind="Adam")
    for name, each in now(there).items():
        torch.testing.assert_close(each, now(here)[name], rtol=1e-3, atol=1e-4)


def test_it_is_told_what_came_of_it() -> None:
    with Kernel() as kernel:
        kernel.call("step", text=mlp(), **PASS, rate=0.1, kind="Adam")
        report: MoveReport = kernel.call("move_model", text=mlp(), device="cpu")
        assert all(row.same and row.shares for row in report.rows) and not report.moved and not report.left
        assert sum(row.nbytes for row in report.rows) == 4 * (64 * 16 + 16 + 160 + 10)
        assert (report.outputs, report.error, report.optimizer) == (("cpu",), "", "Adam, step 1")
        assert kernel.call("held", text=mlp()).undo.startswith("one step of Adam")
        lazily = kernel.call("move_model", text=LAZY, device="cpu")
        assert lazily.outputs == () and {row.nbytes for row in lazily.rows} == {0}
        for device in ("meta", "cuda:99", "tpu"):
            with pytest.raises(MeasureError, match=f"There is no device '{device}' here; there are: cpu"):
                kernel.call("move_model", text=mlp(), device=device)
        assert kernel.call("ping").device == "cpu"


def test_a_device_is_worth_a_process() -> None:
    state = State()
    verbs.open_model(state, nothing, mlp())
    assert verbs.ping(state, nothing).initial
    state.device = "cuda:0"
    assert not verbs.ping(state, nothing).initial, "a kernel that ended would forget where the model is"
