"""Sending tensors and modules to a device: what is the same afterwards, what moved, and what does not mix."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import torch
from torch import Tensor, nn

from composer.device_reports import MixReport, Moved, MoveReport, Sort
from composer.engine.devices import CPU, accelerators

META = torch.device("meta")


def move_tensor(tensor: Tensor, device: torch.device, always: bool = False) -> tuple[Tensor, MoveReport]:
    """`tensor.to(device)`, and whether that is `tensor` itself; a copy `always`, if asked."""
    moved = tensor.to(device, copy=always)
    row = _row("x", "attribute", tensor, moved)
    return moved, MoveReport("Tensor", str(device), moved is tensor, (row,))


def move_module(module: nn.Module, device: torch.device) -> MoveReport:
    """`module.to(device)`, which changes `module` itself, and what of it moved: plain tensors do not.

    On most devices a parameter stays the object that it was, with other values in it; a buffer is another tensor.
    """
    before = {name: (sort, tensor, tensor.detach()) for name, sort, tensor in _all(module)}
    result = module.to(device)
    rows = []
    for name, sort, after in _all(module):
        tensor, values = before[name][1:]
        rows.append(
            Moved(name, sort, str(values.device), str(after.device), after is tensor, _shares(values, after))
        )  # fmt: skip
    return MoveReport(type(module).__name__, str(device), result is module, tuple(rows))


def try_move(module: nn.Module, device: torch.device) -> MoveReport:
    """What `move_module` would do, tried on a copy."""
    return move_module(copy.deepcopy(module), device)


def mix() -> MixReport:
    """X+Y on two accelerators, or on the CPU and the only one; where there is none, on the CPU and the meta device."""
    found = accelerators()
    left, right = (found[0], found[1]) if len(found) > 1 else (CPU, found[0] if found else META)
    x, y = torch.ones(2, 2, device=left), torch.rand(2, 2, device=right)
    try:
        x + y
        error = ""
    except RuntimeError as raised:
        error = str(raised).splitlines()[0]
    return MixReport(str(left), str(right), error, not found)


def _row(name: str, sort: Sort, before: Tensor, after: Tensor) -> Moved:
    return Moved(name, sort, str(before.device), str(after.device), before is after, _shares(before, after))


def _shares(before: Tensor, after: Tensor) -> bool:
    if before.device != after.device or before.device.type == "meta":
        return before is after
    return before.untyped_storage().data_ptr() == after.untyped_storage().data_ptr()


def _all(module: nn.Module) -> Iterator[tuple[str, Sort, Tensor]]:
    """Every tensor that modules have: parameters and buffers, and plain attributes, which are registered nowhere."""
    for name, parameter in module.named_parameters():
        yield name, "parameter", parameter
    for name, buffer in module.named_buffers():
        yield name, "buffer", buffer
    for path, each in module.named_modules():
        for name, value in vars(each).items():
            if isinstance(value, Tensor):
                yield f"{path}.{name}".removeprefix("."), "attribute", value
