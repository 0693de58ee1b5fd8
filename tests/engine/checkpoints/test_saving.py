"""Saving a state dict: torch and safetensors read back what the model holds, and the old file is never lost."""

from __future__ import annotations

import copy
import io
import json
import struct
import zipfile
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, load_model, save_model
from torch import Tensor, nn

from composer.checkpoint_reports import Dtype, Format, Written
from composer.engine.checkpoints import casting, safetensors_file
from composer.engine.checkpoints.saving import save
from composer.engine.checkpoints.selecting import chosen
from composer.errors import CheckpointError

FORMATS: tuple[Format, ...] = ("safetensors", "pt")


def read(path: Path) -> dict[str, Tensor]:
    if path.suffix == ".safetensors":
        return load_file(path)
    loaded: dict[str, Tensor] = torch.load(path, weights_only=True)
    return loaded


def equal(a: dict[str, Tensor], b: dict[str, Tensor]) -> bool:
    return a.keys() == b.keys() and all(a[name].dtype == b[name].dtype and torch.equal(a[name], b[name]) for name in a)


def mlp() -> nn.Sequential:
    """The book's."""
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(20, 256), nn.ReLU(), nn.Linear(256, 10))


class Tied(nn.Module):
    """A language model's two ends are one matrix."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(6, 4)
        self.norm = nn.BatchNorm1d(4)
        self.head = nn.Linear(4, 6)
        self.head.weight = self.embedding.weight


class Odd(nn.Module):
    """Tensors of every dtype that there is in both formats, and of every layout."""

    def __init__(self) -> None:
        super().__init__()
        for dtype, code in safetensors_file.CODES.items():
            values = torch.arange(6).reshape(2, 3)
            self.register_buffer(
                code, values.to(torch.float32).to(dtype) if dtype.is_floating_point else values.to(dtype)
            )
        large = torch.randn(100)
        self.view, self.strided = nn.Parameter(large[10:16]), nn.Parameter(torch.randn(4, 6)[:, ::2].T)
        self.register_buffer("expanded", torch.randn(3, 1).expand(3, 5))
        self.register_buffer("conjugate", torch.randn(3, dtype=torch.complex64).conj())
        self.register_buffer("last", torch.randn(1, 2, 3, 4).to(memory_format=torch.channels_last))
        self.register_buffer("scalar", torch.tensor(1.5))
        self.register_buffer("empty", torch.empty(0, 3))
        self.register_buffer("other_empty", torch.empty(0, 3))


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("module", [mlp(), Tied(), Odd(), nn.LSTM(3, 4, 2)], ids=lambda each: type(each).__name__)
def test_what_is_read_is_what_was_saved(tmp_path: Path, module: nn.Module, format: Format) -> None:
    path, before = tmp_path / f"a.{format}", copy.deepcopy(module.state_dict())
    report = save(module, path, format)
    expected = module.state_dict()
    if format == "safetensors":
        with safe_open(path, "pt") as file:
            owner_of = {name: owner for name, owner in file.metadata().items() if name != "format"}
        expected = {name: value for name, value in expected.items() if name not in owner_of}
        assert len(owner_of) == report.aliases
    assert equal(read(path), dict(expected))
    assert equal(dict(module.state_dict()), dict(before)), "saving changes nothing"
    assert report.nbytes == path.stat().st_size
    assert report.tensors + report.aliases == len(before)


def test_a_pt_file_is_what_torch_would_write(tmp_path: Path) -> None:
    """Fact 71. The values and how they are pickled are the same; torch's archive has some entries more."""
    net = mlp()
    report, theirs = save(net, tmp_path / "a.pt", "pt"), io.BytesIO()
    torch.save(net.state_dict(), theirs)
    files = []
    for file in (tmp_path / "a.pt", theirs):
        with zipfile.ZipFile(file) as archive:
            assert archive.testzip() is None
            files.append({name.partition("/")[2]: archive.read(name) for name in archive.namelist()})
    ours, torchs = files
    assert ours["data.pkl"] == torchs["data.pkl"]
    assert ours.items() <= torchs.items()
    weights = sum(each.nbytes for each in net.state_dict().values())
    assert weights == 31_784
    assert weights < report.nbytes <= len(theirs.getvalue()) < weights + 2_500
    mapped = torch.load(tmp_path / "a.pt", weights_only=True, mmap=True)
    assert equal(mapped, dict(net.state_dict()))
    assert all(each.data_ptr() % 64 == 0 for each in mapped.values())
    assert mapped._metadata == net.state_dict()._metadata  # type: ignore[attr-defined]


def test_tied_names_stay_tied(tmp_path: Path) -> None:
    for dtype in (None, "float16"):
        module, other = Tied(), Tied()
        report = save(module, tmp_path / "a.safetensors", "safetensors", dtype=dtype)
        assert (report.tensors, report.aliases) == (7, 1)
        load_model(other, tmp_path / "a.safetensors")
        assert other.head.weight is other.embedding.weight
        wanted = module.half() if dtype else module
        assert torch.equal(other.head.weight, wanted.head.weight.float())

        save(module, tmp_path / "a.pt", "pt", dtype=dtype)
        loaded = torch.load(tmp_path / "a.pt", weights_only=True)
        assert loaded["head.weight"].data_ptr() == loaded["embedding.weight"].data_ptr()
        other.load_state_dict(loaded)
        assert other.head.weight is other.embedding.weight


def test_aliases_are_by_the_convention_of_the_library(tmp_path: Path) -> None:
    module = Tied()
    save(module, tmp_path / "ours.safetensors", "safetensors")
    save_model(module, str(tmp_path / "theirs.safetensors"))
    headers = [header(tmp_path / f"{name}.safetensors") for name in ("ours", "theirs")]
    assert headers[0].pop("__metadata__") == {"format": "pt", **headers[1].pop("__metadata__")}
    assert headers[0].keys() == headers[1].keys()


def header(path: Path) -> dict[str, dict[str, object]]:
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    assert length % 8 == 0
    found: dict[str, dict[str, object]] = json.loads(data[8 : 8 + length])
    return found


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16"])
def test_floating_point_tensors_are_cast_and_others_stay(tmp_path: Path, format: Format, dtype: Dtype) -> None:
    module, torch_dtype = Tied(), getattr(torch, dtype)
    path = tmp_path / f"a.{format}"
    report = save(module, path, format, dtype=dtype)
    for name, value in read(path).items():
        expected = module.state_dict()[name]
        assert value.dtype == (torch_dtype if expected.is_floating_point() else torch.int64)
        assert torch.equal(value, expected.to(value.dtype))
    assert (report.cast, report.tensors, report.values) == (6, 7, 24 + 4 * 4 + 6)
    kept = {name: each.to(torch_dtype).float() for name, each in module.named_parameters()}
    changed = sum(int((kept[name] != each).sum()) for name, each in module.named_parameters())
    assert (report.rounded, report.overflowed) == (changed, {})
    assert module.head.weight.dtype == torch.float32


@pytest.mark.parametrize("format", FORMATS)
def test_what_a_dtype_cannot_hold_is_told(tmp_path: Path, format: Format) -> None:
    module = nn.Module()
    module.register_buffer("wide", torch.tensor([1.0, 0.1, 1e30, -1e30, torch.inf, torch.nan]))
    module.register_buffer("deep", torch.tensor([1e300, 1.0], dtype=torch.float64))
    module.register_buffer("complex", torch.tensor([1j]))
    report = save(module, tmp_path / "a", format, dtype="float16")
    assert (report.cast, report.values, report.rounded, report.overflowed) == (2, 8, 1, {"wide": 2, "deep": 1})
    told = "2 of 3 tensors as float16: 1 of 8 values were rounded. 3 became infinite, the first in "
    assert f"3 tensors in {report.nbytes:,} bytes. {told}" in str(report)
    exact = save(nn.Linear(2, 2).half(), tmp_path / "a", format, dtype="float32")
    assert str(exact) == f"2 tensors in {exact.nbytes:,} bytes. 2 of 2 tensors as float32: every value is exact."


def test_pieces_of_a_large_tensor_are_told_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(casting, "PIECE", 1000)
    for format in FORMATS:
        events: list[Written] = []
        net = mlp()
        save(net, tmp_path / "a", format, tell=events.append)
        assert [each.done for each in events] == sorted(each.done for each in events)
        assert {each.name for each in events} == set(net.state_dict())
        assert (events[-1].done, events[-1].total, len(events)) == (31_784, 31_784, 6 + 1 + 3 + 1)
    assert torch.equal(torch.load(tmp_path / "a", weights_only=True)["0.weight"], net[0].weight)


@pytest.mark.parametrize("format", FORMATS)
def test_only_what_is_chosen_is_saved(tmp_path: Path, format: Format) -> None:
    module, path = Tied(), tmp_path / f"a.{format}"
    every = tuple(module.state_dict())
    save(module, path, format, names=chosen(every, under="norm"))
    assert set(read(path)) == {
        f"norm.{each}" for each in ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")
    }
    save(module, path, format, names=chosen(every, pattern="*.bias"))
    assert set(read(path)) == {"norm.bias", "head.bias"}
    save(module, path, format, buffers=False)
    assert {"norm.weight"} == {name for name in read(path) if name.startswith("norm") and name != "norm.bias"}
    report = save(module, path, format, names=["head.weight"])
    assert (set(read(path)), report.aliases) == ({"head.weight"}, 0), "an alias without its owner is an owner"


def test_names_in_a_block_are_not_those_that_begin_alike() -> None:
    names = ("a.weight", "a.b.weight", "ab.weight", "a")
    assert chosen(names, "a") == ("a.weight", "a.b.weight")
    assert chosen(names, pattern="*b.weight") == ("a.b.weight", "ab.weight")
    assert chosen(names, "a", "*.b.*") == ("a.b.weight",)


def test_a_pt_file_holds_what_safetensors_cannot(tmp_path: Path) -> None:
    module = nn.Module()
    module.register_buffer("field", torch.randn(3, dtype=torch.complex128).conj())
    module.register_buffer("__metadata__", torch.ones(2))
    save(module, tmp_path / "a.pt", "pt")
    assert equal(read(tmp_path / "a.pt"), dict(module.state_dict()))


@pytest.mark.skipif(
    not Path("/proc/self/clear_refs").exists(), reason="only Linux says how much memory was used at most"
)
@pytest.mark.parametrize("dtype", [None, "bfloat16"])
@pytest.mark.parametrize("format", FORMATS)
def test_saving_takes_no_memory_for_the_whole_model(tmp_path: Path, format: Format, dtype: Dtype | None) -> None:
    module = nn.ParameterList(torch.ones(25_000_000) for _ in range(2))  # 200 MB

    def memory(name: str) -> int:
        return int(Path("/proc/self/status").read_text().partition(f"{name}:")[2].split()[0]) * 1024

    save(module, tmp_path / "a", format, dtype=dtype)
    Path("/proc/self/clear_refs").write_text("5")
    before = memory("VmRSS")
    save(module, tmp_path / "a", format, dtype=dtype)
    assert memory("VmHWM") - before < 50_000_000


def test_an_optimizer_goes_on_as_if_it_had_never_stopped(tmp_path: Path) -> None:
    """Fact 77."""

    def step(net: nn.Module, optimizer: torch.optim.Optimizer) -> None:
        optimizer.zero_grad()
        net(torch.ones(2, 20)).sum().backward()
        optimizer.step()

    net = mlp()
    optimizer = torch.optim.Adam(net.parameters())
    step(net, optimizer)
    report = save(net, tmp_path / "a.pt", "pt", optimizer=optimizer)
    assert report.optimizer
    loaded = torch.load(tmp_path / "a.pt", weights_only=True)
    other = mlp()
    other.load_state_dict(loaded["model"])
    again = torch.optim.Adam(other.parameters())
    again.load_state_dict(loaded["optimizer"])
    step(net, optimizer)
    step(other, again)
    assert equal(dict(net.state_dict()), dict(other.state_dict()))


class Extra(nn.Linear):
    def __init__(self) -> None:
        super().__init__(2, 2)

    def get_extra_state(self) -> dict[str, int]:
        return {"epoch": 1}


def refusals() -> list[tuple[str, nn.Module, Format, dict[str, object]]]:
    sparse, complex128, shadow = nn.Module(), nn.Module(), nn.Module()
    sparse.register_buffer("matrix", torch.eye(2).to_sparse())
    complex128.register_buffer("field", torch.zeros(2, dtype=torch.complex128))
    shadow.register_buffer("__metadata__", torch.zeros(2))
    net = mlp()
    lazy = nn.Sequential(nn.LazyLinear(2), nn.LazyLinear(2), nn.Linear(2, 2))
    return [
        ("0.weight and 3 more cannot be saved: no values yet. A dry run on Initialize gives", lazy, "pt", {}),
        ("0.weight and 1 more cannot be saved: no values yet", nn.Sequential(nn.Linear(2, 2, device="meta")), "pt", {}),
        ("_extra_state cannot be saved: it is no tensor but a dict", Extra(), "pt", {}),
        ("matrix cannot be saved: files hold plain tensors", sparse, "pt", {}),
        ("field does not go into a safetensors file: it cannot hold complex128. A .pt", complex128, "safetensors", {}),
        ("__metadata__ does not go into a safetensors file: it cannot hold such a name", shadow, "safetensors", {}),
        ("There is no tensor '9.weight' in the model's state dict", net, "pt", {"names": ["9.weight"]}),
        ("No tensor was chosen", net, "pt", {"names": []}),
        ("No tensor was chosen", nn.ReLU(), "safetensors", {}),
        ("'int8' is no dtype of a checkpoint", net, "pt", {"dtype": "int8"}),
        ("'zip' is no format of a checkpoint", net, "zip", {}),  # type: ignore[list-item]
        (
            "The optimizer's state cannot be saved: a safetensors file holds tensors by name",
            net,
            "safetensors",
            {"optimizer": torch.optim.SGD(net.parameters())},
        ),
    ]


@pytest.mark.parametrize(
    ("told", "module", "format", "how"), refusals(), ids=lambda each: each[:20] if isinstance(each, str) else ""
)
def test_what_cannot_be_saved_is_told_and_changes_nothing(
    tmp_path: Path, told: str, module: nn.Module, format: Format, how: dict[str, object]
) -> None:
    path = tmp_path / "a.pt"
    path.write_bytes(b"old")
    with pytest.raises(CheckpointError) as caught:
        save(module, path, format, **how)  # type: ignore[arg-type]
    assert str(caught.value).startswith(told)
    assert len(str(caught.value)) <= 300
    assert [each.name for each in tmp_path.iterdir()] == ["a.pt"]
    assert path.read_bytes() == b"old"


def test_what_has_values_is_saved_beside_what_has_none(tmp_path: Path) -> None:
    net = nn.Sequential(nn.LazyLinear(2), nn.Linear(2, 2))
    report = save(net, tmp_path / "a.safetensors", "safetensors", names=["1.weight", "1.bias"])
    assert report.tensors == 2
    assert torch.nn.parameter.is_lazy(net[0].weight)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"gone/a\.pt: No such file or directory\."):
        save(mlp(), tmp_path / "gone" / "a.pt", "pt")
