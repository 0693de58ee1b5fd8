"""Sending tensors and modules to a device: what is the same afterwards, what moved, and what does not mix."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from composer.device_reports import MixReport, Moved, MoveReport, Sort
from composer.engine.devices import CPU, accelerators
from composer.engine.objectives import tensors

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
    before = {name: (tensor, tensor if is_lazy(tensor) else tensor.detach()) for name, _, tensor in _all(module)}
    result = module.to(device)
    rows = []
    for name, sort, after in _all(module):
        tensor, values = before[name]
        rows.append(
            Moved(name, sort, str(values.device), str(after.device), after is tensor, _shares(values, after))
        )  # fmt: skip
    return MoveReport(type(module).__name__, str(device), result is module, tuple(rows))


def try_move(module: nn.Module, device: torch.device, inputs: Sequence[Tensor] = ()) -> MoveReport:
    """What `move_module` would do, tried on a copy; and what it gives there for `inputs`, where there are some."""
    twin = copy.deepcopy(module).eval()
    report = move_module(twin, device)
    if not inputs:
        return report
    try:
        with torch.no_grad():
            output = twin(*(each.to(device) for each in inputs))
    except RuntimeError as raised:
        return replace(report, error=_first_line(raised))
    return replace(report, outputs=tuple(str(each.device) for each in tensors(output)))


def mix() -> MixReport:
    """X+Y on two accelerators, or on the CPU and the only one; where there is none, on the CPU and the meta device."""
    found = accelerators()
    left, right = (found[0], found[1]) if len(found) > 1 else (CPU, found[0] if found else META)
    x, y = torch.ones(2, 2, device=left), torch.rand(2, 2, device=right)
    try:
        x + y
        error = ""
    except RuntimeError as raised:
        error = _first_line(raised)
    return MixReport(str(left), str(right), error, not found)


def _first_line(error: RuntimeError) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _row(name: str, sort: Sort, before: Tensor, after: Tensor) -> Moved:
    return Moved(name, sort, str(before.device), str(after.device), before is after, _shares(before, after))


def _shares(before: Tensor, after: Tensor) -> bool:
    if before.device != after.device or before.device.type == "meta" or is_lazy(before):
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
