"""The verbs for files of tensors and for the shelf, through real kernels."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from composer.checkpoint_reports import Pair, Written
from composer.errors import CheckpointError
from composer.kernel.client import Kernel
from composer.matching.rename import Rename
from composer.matching.sides import Side
from tests.kernel.test_verbs import LAZY, mlp


def test_what_is_saved_is_loaded_into_another_process_and_taken_back(tmp_path: Path) -> None:
    path, events = str(tmp_path / "a.safetensors"), list[Written]()
    with Kernel() as first, Kernel() as second:
        first.call("change", text=mlp(), name="0.bias", where="", how="set", number=3)
        saved = first.call("save_state", on_progress=events.append, text=mlp(), path=path, format="safetensors")
        assert saved.tensors == len(events) and events[-1].done == events[-1].total
        found = second.call("examine", path=path)
        names = [each.name for each in found.parts[0].tensors]
        bias = next(each for each in found.parts[0].tensors if each.name == "0.bias")
        assert bias.statistics and bias.statistics.mean == 3
        before = second.call("held", text=mlp())
        report = second.call(
            "load_state", text=mlp(), path=path, part="", pairs=[Pair(name, name) for name in names]
        )  # fmt: skip
        assert len(report.loaded) == len(names) and report.undoable
        assert not second.call("ping").initial
        after = second.call("held", text=mlp())
        assert next(row for row in after.rows if row.name == "0.bias").statistics.mean == 3
        assert after.undo.startswith("load ")
        assert second.call("undo_values", text=mlp()).rows == before.rows


def test_a_load_into_lazy_layers_is_told_by_later_looks(tmp_path: Path) -> None:
    path = str(tmp_path / "a.pt")
    with Kernel() as kernel:
        kernel.call("dry_run", text=LAZY, data="random", samples=2)
        kernel.call("save_state", text=LAZY, path=path, format="pt")
        kernel.call("reset", text=LAZY)
        rows = kernel.call("live", text=LAZY).tensors
        waiting = [row.name for row in rows if row.shape is None]
        assert waiting
        report = kernel.call(
            "load_state", text=LAZY, path=path, part="", pairs=[Pair(row.name, row.name) for row in rows]
        )  # fmt: skip
        assert [each.path for each in report.resolved] == [
            each.path for each in kernel.call("live", text=LAZY).resolved
        ]  # fmt: skip
        assert all(row.shape is not None for row in kernel.call("live", text=LAZY).tensors)


def test_what_is_no_checkpoint_is_refused_and_the_process_lives_on(tmp_path: Path) -> None:
    path = tmp_path / "a.pt"
    path.write_bytes(b"PK\3\4 nothing")
    with Kernel() as kernel:
        with pytest.raises(CheckpointError, match=r"^a\.pt: "):
            kernel.call("examine", path=str(path))
        with pytest.raises(CheckpointError, match=r"^a\.pt: "):
            kernel.call("load_state", text=mlp(), path=str(path), part="", pairs=[])
        assert kernel.alive


def test_exports_and_bundles(tmp_path: Path) -> None:
    with Kernel() as kernel:
        for kind, ending in (("package", "zip"), ("program", "pt2"), ("onnx", "onnx")):
            path = tmp_path / f"a.{ending}"
            assert kernel.call("export", text=mlp(), kind=kind, path=str(path)).nbytes == path.stat().st_size
        path, weights = str(tmp_path / "a.composer"), str(tmp_path / "w.safetensors")
        kernel.call("change", text=mlp(), name="0.bias", where="", how="set", number=3)
        assert kernel.call("bundle", text=mlp(), path=path, thumbnail=b"picture").checked[0].difference == 0
    with Kernel() as kernel:
        text = kernel.call("unbundle", path=path, weights=weights).text
        assert kernel.call("restore", text=text, path=path, weights=weights).difference == 0
        rows = kernel.call("held", text=text).rows
        assert next(row for row in rows if row.name == "0.bias").statistics.mean == 3


def test_the_shelf(tmp_path: Path) -> None:
    path = str(tmp_path / "x.pt")
    with Kernel() as kernel:
        kernel.call("shelf_make", name="x", how="arange", given="4")
        kernel.call("shelf_make", name="y", how="zeros", given="4")
        kernel.call("shelf_collect", name="xy", sort="dict", names=["x", "y"])
        kernel.call("shelf_save", name="xy", path=path, format="pt")
        assert torch.equal(torch.load(path)["x"], torch.arange(4))
        report = kernel.call("shelf_load", name="again", path=path)
        assert [(item.name, item.sort) for item in report.items][-1] == ("again", "dict")
        assert report.items[-1].tensors == report.items[-2].tensors
        assert [item.name for item in kernel.call("shelf_remove", name="x").items] == ["y", "xy", "again"]
        assert kernel.call("shelf") == kernel.call("shelf")


def test_training_goes_on_from_a_file_to_the_bit_only_with_what_the_optimizer_kept(tmp_path: Path) -> None:
    """Fact 77: Adam resume is bit-exact only with the optimizer's state."""
    path, batch = str(tmp_path / "a.pt"), {"data": "random", "samples": 8, "seed": 0, "loss": "squares"}

    def steps(kernel: Kernel, count: int) -> str:
        for _ in range(count):
            report = kernel.call("step", text=mlp(), training=True, rate=0.01, kind="Adam", **batch)
        return str(report.optimizer)

    with Kernel() as kernel:
        with pytest.raises(CheckpointError, match="No optimizer has taken a step"):
            kernel.call("save_state", text=mlp(), path=path, format="pt", optimizer=True)
        assert steps(kernel, 3) == "Adam, step 3"
        assert kernel.call("held", text=mlp()).optimizer == "Adam, step 3"
        assert kernel.call("save_state", text=mlp(), path=path, format="pt", optimizer=True).optimizer
        steps(kernel, 2)
        expected = kernel.call("held", text=mlp()).rows
    pairs = [Pair(row.name, row.name) for row in expected]
    for optimizer, same in (({"optimizer": "optimizer"}, True), ({}, False)):
        with Kernel() as kernel:
            kernel.call("load_state", text=mlp(), path=path, part="model", pairs=pairs, **optimizer)
            steps(kernel, 2)
            assert (kernel.call("held", text=mlp()).rows == expected) is same
    with Kernel() as kernel:
        before = kernel.call("held", text=mlp())
        state = torch.load(path)
        state["optimizer"]["param_groups"][0]["decoupled_weight_decay"] = True  # as AdamW has it
        torch.save(state, path)
        with pytest.raises(CheckpointError, match="of another kind than SGD, SGD with momentum, Adam"):
            kernel.call("load_state", text=mlp(), path=path, part="model", pairs=pairs, optimizer="optimizer")
        assert kernel.call("held", text=mlp()) == before


def test_a_step_that_is_taken_back_takes_along_what_the_optimizer_kept(tmp_path: Path) -> None:
    batch = {"data": "random", "samples": 8, "seed": 0, "loss": "squares", "training": True, "rate": 0.01}
    with Kernel() as kernel:
        kernel.call("step", text=mlp(), kind="Adam", **batch)
        assert kernel.call("undo_values", text=mlp()).optimizer == ""
        assert kernel.call("step", text=mlp(), kind="Adam", **batch).optimizer == "Adam, step 1"


def test_of_two_training_checkpoints_the_models_are_compared(tmp_path: Path) -> None:
    left, right = tmp_path / "a.pt", tmp_path / "b.pt"
    large = {
        "state": {0: {"exp_avg": torch.ones(3)}, 1: {"exp_avg": torch.ones(3)}},
        "param_groups": [{"params": [0, 1]}],
    }
    torch.save({"optimizer": large, "model": {"0.bias": torch.ones(2)}}, left)
    torch.save({"optimizer": large, "net": {"m.0.bias": torch.zeros(2)}}, right)
    with Kernel() as kernel:
        sides = Side(str(left)), Side(str(right), (Rename("prefix", "m.", ""),))
        report = kernel.call("compare_states", text=mlp(), left=sides[0], right=sides[1])
        assert report.parts == ("model", "net")
        assert [(row.name, row.state) for row in report.diff.rows] == [("0.bias", "differs")]
        report = kernel.call("compare_states", text=mlp(), left=Side(), right=sides[1])
        assert report.parts == ("", "net") and report.diff.counts()["only left"] == 3
