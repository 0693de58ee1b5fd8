"""Files as people really have them, each written by `torch.save` or safetensors themselves: what they hold, by name."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from torch import Tensor, nn

Make = Callable[[], Any]


def network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 2))


def tied() -> nn.Sequential:
    net = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 4))
    net[2].weight = net[0].weight
    return net


def trained(kind: type[torch.optim.Optimizer] = torch.optim.Adam, **options: Any) -> dict[str, Any]:
    """A checkpoint to go on from, after two steps."""
    net = network()
    optimizer = kind(net.parameters(), lr=0.01, **options)
    schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, [2, 4])
    for _ in range(2):
        optimizer.zero_grad()
        net(torch.randn(5, 4)).square().sum().backward()
        optimizer.step()
        schedule.step()
    return {
        "model": net.state_dict(),
        "optimizer": optimizer.state_dict(),
        "schedule": schedule.state_dict(),
        "epoch": 2,
        "loss": 0.25,
    }


def several_dtypes() -> dict[str, Tensor]:
    floats = [torch.float64, torch.float32, torch.float16, torch.bfloat16]
    whole = [torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool]
    return {str(dtype).removeprefix("torch."): torch.arange(6).reshape(2, 3).to(dtype) for dtype in floats + whole}


def odd_dtypes() -> dict[str, Tensor]:
    new = [torch.uint16, torch.uint32, torch.uint64, torch.float8_e4m3fn, torch.float8_e5m2, torch.float8_e4m3fnuz]
    return {str(dtype).removeprefix("torch."): torch.arange(6).to(dtype) for dtype in new}


def shared_views() -> dict[str, Tensor]:
    whole = torch.arange(24.0).reshape(4, 6)
    return {"whole": whole, "again": whole, "row": whole[1], "columns": whole[:, ::2], "turned": whole.T}


def seen_in_two_ways() -> dict[str, Tensor]:
    """Of new dtypes torch writes the storage without a type, so that two of one storage can be saved."""
    whole = torch.arange(6, dtype=torch.uint8)
    return {"bytes": whole, "pairs": whole.view(torch.uint16), "again": whole.view(torch.float8_e5m2)}


def with_attribute() -> Tensor:
    tensor = torch.ones(3)
    tensor.origin = "here"  # type: ignore[attr-defined]
    return tensor


def many_names() -> dict[str, Tensor]:
    return {f"layers.{place}.weight": torch.full((2,), float(place)) for place in range(2000)}


PT: dict[str, Make] = {
    "state dict": lambda: network().state_dict(),
    "state dict in half": lambda: network().half().state_dict(),
    "state dict in bfloat16": lambda: network().bfloat16().state_dict(),
    "tied": lambda: tied().state_dict(),
    "LSTM": lambda: nn.LSTM(3, 4, num_layers=2, bidirectional=True).state_dict(),
    "attention": lambda: nn.MultiheadAttention(8, 2).state_dict(),
    "empty model": lambda: nn.ReLU().state_dict(),
    "any names": lambda: OrderedDict({"block 1.weight": torch.ones(2), "größe": torch.ones(1), "层": torch.ones(1)}),
    "checkpoint of Adam": trained,
    "checkpoint of SGD": lambda: trained(torch.optim.SGD),
    "checkpoint of SGD with momentum": lambda: trained(torch.optim.SGD, momentum=0.9),
    "checkpoint of AdamW with amsgrad": lambda: trained(torch.optim.AdamW, amsgrad=True),
    "checkpoint of RMSprop": lambda: trained(torch.optim.RMSprop, centered=True),
    "checkpoint of LBFGS": lambda: torch.optim.LBFGS(network().parameters()).state_dict(),
    "optimizer alone": lambda: trained()["optimizer"],
    "two models": lambda: {"generator": network().state_dict(), "critic": tied().state_dict(), "step": 7},
    "wrapped twice": lambda: {"trainer": {"model": network().state_dict()}, "version": "1.2"},
    "as Lightning has it": lambda: {
        "state_dict": network().state_dict(), "optimizer_states": [trained()["optimizer"]], "lr_schedulers": [],
        "epoch": 1, "hyper_parameters": {"width": 8, "names": ["a", "b"], "rate": None, "fast": True},
    },
    "random state": lambda: {"model": network().state_dict(), "rng": torch.get_rng_state()},
    "one tensor": lambda: torch.arange(4),
    "one number": lambda: torch.tensor(2.5),
    "list of tensors": lambda: [torch.ones(2), torch.zeros(3, dtype=torch.int32)],
    "tuple of tensors": lambda: (torch.ones(2), torch.zeros(3)),
    "dict of two": lambda: {"x": torch.ones(2), "y": torch.zeros(3)},
    "nested lists": lambda: {"a": [torch.ones(1), [torch.ones(2), {"b": torch.ones(3)}]]},
    "empty dict": dict,
    "empty list": list,
    "empty tensors": lambda: {"a": torch.empty(0), "b": torch.empty(3, 0, 2), "c": torch.ones(4)[4:]},
    "an empty tensor that begins behind its storage": lambda: torch.empty(0, 0)[1:],
    "dtypes": several_dtypes,
    "odd dtypes": odd_dtypes,
    "complex": lambda: {"a": torch.tensor([1 + 2j, 3 - 4j]), "b": torch.ones(2, dtype=torch.complex128)},
    "conjugated": lambda: {"a": torch.tensor([1 + 2j, 3 - 4j]).conj(), "b": torch.tensor([1 + 2j]).conj().imag},
    "shared views": shared_views,
    "one storage in two ways": seen_in_two_ways,
    "turned around": lambda: torch.arange(24).reshape(2, 3, 4).permute(2, 0, 1),
    "channels last": lambda: {"weight": torch.randn(4, 3, 5, 5).to(memory_format=torch.channels_last)},
    "eight dimensions": lambda: torch.arange(256.0).reshape(2, 2, 2, 2, 2, 2, 2, 2),
    "NaN and Inf": lambda: {"a": torch.tensor([float("nan"), float("inf"), -float("inf"), 0.0]), "b": float("nan")},
    "parameters": lambda: {"p": nn.Parameter(torch.ones(2)), "q": nn.Parameter(torch.ones(1), requires_grad=False)},
    "a tensor with an attribute": with_attribute,
    "many tensors": many_names,
    "plain values": lambda: {
        "size": torch.Size([1, 2]), "dtype": torch.float32, "device": torch.device("cuda", 1),
        "bytes": b"\x00\xff", "more": bytearray(b"abc"), "set": {1, 2}, "fixed": frozenset({"a"}), "complex": 1 + 2j,
        "large": 10**40, "negative": -70000, "none": None, "yes": True, "long": "x" * 5000, "counter": Counter({3: 1}),
        "list": list(range(1000)), "nested": [[1, 2], [3, [4]]], "empty": [], 5: "an integer as a key",
    },
}  # fmt: skip
"""By `torch.save`."""

PROTOCOLS = ("checkpoint of Adam", "plain values", "shared views", "odd dtypes")
"""Those that are saved by each protocol of pickle that `torch.save` takes."""

TENSORS: dict[str, Callable[[], dict[str, Tensor]]] = {
    "state dict": lambda: dict(network().state_dict()),
    "dtypes": several_dtypes,
    "odd dtypes": odd_dtypes,
    "complex": lambda: {"a": torch.tensor([1 + 2j, 3 - 4j])},
    "empty": dict,
    "empty tensors": lambda: {"a": torch.empty(0), "b": torch.empty(3, 0, 2)},
    "numbers": lambda: {"a": torch.tensor(2.5), "b": torch.tensor(3)},
    "not aligned": lambda: {"a": torch.ones(3, dtype=torch.uint8), "b": torch.arange(5.0), "c": torch.arange(3)},
    "NaN": lambda: {"a": torch.tensor([float("nan"), 1.0])},
    "many tensors": many_names,
    "names": lambda: {"block 1.weight": torch.ones(2), "größe": torch.ones(1)},
}
"""By safetensors."""


def write_pt(path: Path, name: str, protocol: int = 2) -> None:
    torch.save(PT[name](), path, pickle_protocol=protocol)


def write_safetensors(path: Path, name: str) -> None:
    safetensors.torch.save_file(TENSORS[name](), path, metadata={"format": "pt", "of": name})
