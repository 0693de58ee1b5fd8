"""What the report of a file says: parts, ties, values, metadata; and what opening does beside reading."""

from __future__ import annotations

import gc
import math
import os
import pickle
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch
from torch import Tensor, nn

from composer.checkpoint_reports import FileReport
from composer.engine.checkpoints.opening import Checkpoint, measured, open_checkpoint
from composer.engine.statistics import statistics
from composer.errors import CheckpointError
from composer.tensor_reports import Measured
from tests.engine.checkpoints.honest import PT, TENSORS, network, tied, trained, write_pt, write_safetensors

ONE = torch.ones(1)


def saved(folder: Path, value: Any) -> Checkpoint:
    path = folder / "file.pt"
    torch.save(value, path)
    return open_checkpoint(path)


def names(report: FileReport) -> dict[str, tuple[str, list[str]]]:
    """The sort of each part and its tensors, by path."""
    return {part.path: (part.sort, [row.name for row in part.tensors]) for part in report.parts}


LINEAR = ["weight", "bias"]
PARTS: dict[str, tuple[Any, dict[str, tuple[str, list[str]]]]] = {
    "flat": (nn.Linear(1, 1).state_dict(), {"": ("state dict", LINEAR)}),
    "wrapped": ({"model": nn.Linear(1, 1).state_dict(), "epoch": 3}, {"model": ("state dict", LINEAR)}),
    "wrapped twice": ({"a": {"b": nn.Linear(1, 1).state_dict()}}, {"a.b": ("state dict", LINEAR)}),
    "two": (
        {"a": {"w": ONE}, "b": {"v": ONE}},
        {"": ("state dict", ["a.w", "b.v"]), "a": ("state dict", ["w"]), "b": ("state dict", ["v"])},
    ),
    "two in one": (
        {"model": {"a": {"w": ONE}, "b": {"v": ONE}}, "step": 1},
        {
            "model": ("state dict", ["a.w", "b.v"]),
            "model.a": ("state dict", ["w"]),
            "model.b": ("state dict", ["v"]),
        },
    ),
    "beside a tensor": (
        {"model": {"w": ONE}, "rng": ONE},
        {"": ("state dict", ["model.w", "rng"]), "model": ("state dict", ["w"])},
    ),
    "beside an optimizer": (
        {"net": {"w": ONE}, "optimizer": {"state": {0: {"m": ONE}}, "param_groups": [{"params": [0]}]}},
        {"net": ("state dict", ["w"]), "optimizer": ("optimizer", ["state.0.m"])},
    ),
    "two and an optimizer": (
        {"a": {"w": ONE}, "b": {"v": ONE}, "optimizer": {"state": {0: {"m": ONE}}, "param_groups": []}},
        {
            "": ("state dict", ["a.w", "b.v"]),
            "a": ("state dict", ["w"]),
            "b": ("state dict", ["v"]),
            "optimizer": ("optimizer", ["state.0.m"]),
        },
    ),
    "an optimizer alone": ({"state": {}, "param_groups": [{"lr": 1}]}, {"": ("optimizer", [])}),
    "optimizers in a list": (
        {"net": {"w": ONE}, "optimizers": [{"state": {}, "param_groups": []}]},
        {"net": ("state dict", ["w"]), "optimizers.0": ("optimizer", [])},
    ),
    "optimizers with tensors in a list": (
        {"net": {"w": ONE}, "optimizers": [{"state": {0: {"m": ONE}}, "param_groups": []}], "epoch": 1},
        {"net": ("state dict", ["w"]), "optimizers.0": ("optimizer", ["state.0.m"])},
    ),
    "a tensor": (ONE, {"": ("tensors", [""])}),
    "a list": ([ONE, ONE], {"": ("tensors", ["0", "1"])}),
    "a tuple": ((ONE, 2), {"": ("tensors", ["0"])}),
    "a list in a dictionary": (
        {"w": ONE, "history": [ONE, [ONE]]},
        {
            "": ("state dict", ["w", "history.0", "history.1.0"]),
            "history": ("tensors", ["0", "1.0"]),
            "history.1": ("tensors", ["0"]),
        },
    ),
    "names with dots": ({"0.weight": ONE, "0.bias": ONE}, {"": ("state dict", ["0.weight", "0.bias"])}),
    "nothing": ({}, {"": ("state dict", [])}),
    "no tensors": ({"epoch": 3}, {}),
    "a number": (3, {}),
}


@pytest.mark.parametrize("case", PARTS)
def test_parts(tmp_path: Path, case: str) -> None:
    value, expected = PARTS[case]
    with saved(tmp_path, value) as checkpoint:
        assert names(checkpoint.report) == expected


def test_at_most_fifty_parts(tmp_path: Path) -> None:
    with saved(tmp_path, {f"model{place}": {"w": ONE} for place in range(80)}) as checkpoint:
        paths = [part.path for part in checkpoint.report.parts]
    assert (len(paths), paths[:3]) == (50, ["", "model0", "model1"])


def test_parts_within_parts_do_not_repeat_their_tensors_endlessly(tmp_path: Path) -> None:
    value: dict[str, Any] = {f"w{place}": ONE for place in range(15_000)}
    for _ in range(20):
        value = {"w": ONE, "inner": value}
    with saved(tmp_path, value) as checkpoint:
        assert len(checkpoint.report.parts) == 5


def test_ties_are_the_same_view_of_the_same_values(tmp_path: Path) -> None:
    whole = torch.arange(6.0)
    value = {"a": whole, "b": whole, "c": whole.view(2, 3), "d": whole[:3], "e": whole[:3], "f": whole.clone()}
    with saved(tmp_path, value) as checkpoint:
        (part,) = checkpoint.report.parts
    assert {row.name: row.of for row in part.tensors} == {"a": "", "b": "a", "c": "", "d": "", "e": "d", "f": ""}


def test_ties_of_a_model_of_torch(tmp_path: Path) -> None:
    with saved(tmp_path, tied().state_dict()) as checkpoint:
        (part,) = checkpoint.report.parts
    assert [(row.name, row.of) for row in part.tensors] == [
        ("0.weight", ""), ("0.bias", ""), ("2.weight", "0.weight"), ("2.bias", ""),
    ]  # fmt: skip


def test_ties_of_a_model_of_safetensors(tmp_path: Path) -> None:
    path = tmp_path / "file.safetensors"
    safetensors.torch.save_model(tied(), str(path), {"by": "us"})
    with open_checkpoint(path) as checkpoint:
        (part,) = checkpoint.report.parts
        assert {row.name: row.of for row in part.tensors if row.of} == {"2.weight": "0.weight"}
        assert checkpoint.report.metadata == {"by": "us"}
        assert checkpoint.tensor("", "2.weight").equal(checkpoint.tensor("", "0.weight"))
        net = tied()
        net.load_state_dict(checkpoint.content(""))


def test_metadata_that_names_no_tensor_is_only_metadata(tmp_path: Path) -> None:
    path = tmp_path / "file.safetensors"
    metadata = {"format": "pt", "again": "a", "b": "a", "other": "gone"}
    safetensors.torch.save_file({"a": ONE, "b": ONE.clone(), "pt": ONE.clone()}, path, metadata)
    with open_checkpoint(path) as checkpoint:
        assert {row.name: row.of for row in checkpoint.report.parts[0].tensors if row.of} == {"again": "a"}
        assert checkpoint.report.metadata == {"format": "pt", "b": "a", "other": "gone"}


def test_values_are_text_by_path(tmp_path: Path) -> None:
    value = {
        "epoch": 3, "best": 0.5, "note": "a\nb", "none": None, "size": torch.Size([2]), "dtype": torch.float16,
        "device": torch.device("cpu"), "net": {"w": ONE, "width": 4}, "list": list(range(100)), "long": "x" * 500,
        "empty": {}, "bytes": b"ab", "large": 10**300,
    }  # fmt: skip
    with saved(tmp_path, value) as checkpoint:
        found = dict(checkpoint.report.values)
    assert (found["epoch"], found["best"], found["none"], found["net.width"]) == ("3", "0.5", "None", "4")
    assert (found["size"], found["dtype"], found["device"]) == (
        "torch.Size([2])",
        "torch.float16",
        "device(type='cpu')",
    )
    assert (found["note"], found["bytes"]) == ("a�b", "b'ab'")
    assert found["list"] == "[0, 1, 2, 3, 4, 5, 6, 7, ...]"
    assert len(found["long"]) == 200 and len(found["large"]) <= 200
    assert "net.w" not in found and "empty" not in found


def test_values_are_not_endless(tmp_path: Path) -> None:
    with saved(tmp_path, {str(place): place for place in range(5000)}) as checkpoint:
        assert len(checkpoint.report.values) == 500


@pytest.mark.parametrize("kind", [torch.optim.Adam, torch.optim.SGD, torch.optim.RMSprop, torch.optim.AdamW])
def test_training_goes_on_to_the_last_bit(tmp_path: Path, kind: type[torch.optim.Optimizer]) -> None:
    def steps(net: nn.Module, optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
        torch.manual_seed(7)
        for _ in range(3):
            optimizer.zero_grad()
            net(torch.randn(5, 4)).square().sum().backward()
            optimizer.step()
        return net.state_dict()

    results = []
    value = trained(kind)
    torch.save(value, tmp_path / "file.pt")
    with open_checkpoint(tmp_path / "file.pt") as checkpoint:
        for model, state in (
            (value["model"], value["optimizer"]),
            (checkpoint.content("model"), checkpoint.content("optimizer")),
        ):
            net = network()
            net.load_state_dict(model)
            optimizer = kind(net.parameters(), lr=0.1)
            optimizer.load_state_dict(state)
            results.append(steps(net, optimizer))
    first, second = results
    assert list(first) == list(second) and all(first[name].equal(second[name]) for name in first)


def test_a_state_dict_keeps_the_versions_of_its_modules(tmp_path: Path) -> None:
    with saved(tmp_path, {"model": network().state_dict()}) as checkpoint:
        content: Any = checkpoint.content("model")
    assert content._metadata == network().state_dict()._metadata  # type: ignore[attr-defined]


def test_copies_share_what_the_file_shares(tmp_path: Path) -> None:
    whole = torch.arange(6.0)
    with saved(tmp_path, {"a": whole, "b": whole[2:], "c": whole.clone()}) as checkpoint:
        content = checkpoint.content("")
    content["a"][2] = 100
    assert content["b"][0] == 100 and content["c"][2] == 2


def test_changing_a_tensor_leaves_the_file_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "file.pt"
    torch.save({"w": torch.zeros(3)}, path)
    before = path.read_bytes()
    with open_checkpoint(path) as checkpoint:
        checkpoint.tensor("", "w").fill_(1)
        assert checkpoint.tensor("", "w").equal(torch.zeros(3))
    assert path.read_bytes() == before


def test_a_tensor_outlives_the_file(tmp_path: Path) -> None:
    path = tmp_path / "file.pt"
    torch.save(torch.arange(100_000), path)
    with open_checkpoint(path) as checkpoint:
        tensor = checkpoint.tensor("", "")
    path.unlink()
    gc.collect()
    assert tensor.equal(torch.arange(100_000))


def test_statistics_of_every_tensor(tmp_path: Path) -> None:
    values = {
        "a": torch.tensor([1.0, math.nan, math.inf]), "b": torch.tensor([1, 2], dtype=torch.uint64),
        "c": torch.ones(3).to(torch.float8_e4m3fn), "d": torch.tensor([3 + 4j]), "e": torch.empty(0),
    }  # fmt: skip
    told: list[Measured] = []
    with saved(tmp_path, {"model": values, "again": {"a": values["a"]}}) as checkpoint:
        report = measured(checkpoint, told.append)
        assert all(row.statistics is None for part in checkpoint.report.parts for row in part.tensors)
    rows = {row.name: row for row in report.parts[1].tensors}
    assert rows["a"].statistics == statistics(values["a"]) and rows["a"].statistics.nan == 1
    assert rows["b"].statistics == statistics(values["b"]) and rows["b"].statistics.high == 2
    assert rows["c"].statistics == statistics(values["c"])
    assert rows["d"].statistics is not None and rows["d"].statistics.of == "magnitudes"
    assert rows["e"].statistics is not None and rows["e"].statistics.count == 0
    assert [(event.done, event.total) for event in told] == [(done, 12) for done in range(1, 13)]


@pytest.mark.parametrize("name", [name for name in PT if name != "many tensors"])
def test_everything_honest_can_be_measured(tmp_path: Path, name: str) -> None:
    write_pt(tmp_path / "file.pt", name)
    with open_checkpoint(tmp_path / "file.pt") as checkpoint:
        report = measured(checkpoint)
    assert names(report) == names(checkpoint.report)
    assert pickle.loads(pickle.dumps(report)) == report


@pytest.mark.parametrize("name", TENSORS)
def test_everything_of_safetensors_can_be_measured(tmp_path: Path, name: str) -> None:
    write_safetensors(tmp_path / "file.safetensors", name)
    with open_checkpoint(tmp_path / "file.safetensors") as checkpoint:
        report = measured(checkpoint)
    assert all(row.statistics or row.dtype.startswith("uint") for part in report.parts for row in part.tensors)


def refusal(path: Path, **options: Any) -> str:
    with pytest.raises(CheckpointError) as caught:
        open_checkpoint(path, **options)
    assert caught.value.__cause__ is None and caught.value.__context__ is None
    return str(caught.value)


def test_files_that_cannot_be_opened(tmp_path: Path) -> None:
    assert "No such file" in refusal(tmp_path / "gone.pt")
    assert "it is no file" in refusal(tmp_path)
    os.mkfifo(tmp_path / "pipe.pt")
    assert "it is no file" in refusal(tmp_path / "pipe.pt")
    assert "it is no file" in refusal(Path("/dev/zero"))


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    torch.save(ONE, tmp_path / "file.pt")
    assert "and 1,000 are the most" in refusal(tmp_path / "file.pt", largest=1000)


def test_a_message_is_short_whatever_the_file_is_called(tmp_path: Path) -> None:
    path = tmp_path / ("\x1b[31m" + "n" * 200 + ".pt")
    torch.save(nn.Linear(1, 1), path)
    message = refusal(path)
    assert len(message) <= 300 and message.isprintable() and "save model.state_dict()" in message.lower()


def test_tensors_and_parts_that_are_not_there(tmp_path: Path) -> None:
    with saved(tmp_path, {"model": {"w": ONE}}) as checkpoint:
        for missing in (("model", "v"), ("net", "w"), ("", "model.w")):
            with pytest.raises(CheckpointError, match="no tensor"):
                checkpoint.tensor(*missing)
        with pytest.raises(CheckpointError, match="no part"):
            checkpoint.content("net")
        assert checkpoint.content("")["model"]["w"].equal(ONE)
