"""Sending tensors and modules to a device: what is the same afterwards, what moved, and what does not mix."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from composer.device_reports import MixReport, Moved, MoveReport, Sort
from composer.engine.devices import CPU, accelerators, memory_of
from composer.engine.home import brought, home_of, random_apart
from composer.engine.objectives import tensors
from composer.engine.timing.clocks import synchronized
from composer.errors import MeasureError

META = torch.device("meta")
_GIB = 2**30
_MEMORY = "out of memory"


def move_tensor(tensor: Tensor, device: torch.device, always: bool = False) -> tuple[Tensor, MoveReport]:
    """`tensor.to(device)`, and whether that is `tensor` itself; a copy `always`, if asked."""
    moved = tensor.to(device, copy=always)
    row = _row("x", "attribute", tensor, moved, tensor)
    return moved, MoveReport("Tensor", str(device), moved is tensor, (row,))


def move_module(module: nn.Module, device: torch.device) -> MoveReport:
    """`module.to(device)`, which changes `module` itself, and what of it moved: plain tensors do not.

    A parameter stays the object that it was, with its gradient and its ties; a buffer is another tensor where it moves.
    Lazy layers will have their values there. All of it moves or nothing does.

    Raises:
        MeasureError: where it cannot be there, such as for want of memory. Everything is then where it was.
    """
    home = home_of(module)
    before = {name: (tensor, tensor.data) for name, _, tensor in _all(module)}
    start = synchronized([home, device])
    send(module, device)
    seconds = synchronized([device]) - start
    rows = tuple(_row(name, sort, before[name][0], after, before[name][1]) for name, sort, after in _all(module))
    before.clear()
    _give_back(home)
    return MoveReport(type(module).__name__, str(device), True, rows, seconds=seconds)


def send(module: nn.Module, device: torch.device) -> None:
    """`module.to(device)`, of all of it or nothing.

    Raises:
        MeasureError: where it cannot be there, such as for want of memory.
    """
    home, needed = home_of(module), sum(tensor.nbytes for _, _, tensor in _all(module) if not is_lazy(tensor))
    try:
        with _all_or_nothing(module):
            module.to(device)
    except (RuntimeError, TypeError, MemoryError) as error:
        _give_back(device)
        size = f"It takes {needed / _GIB:,.2f} GiB there{_free(device)}. " if _MEMORY in str(error) else ""
        raise MeasureError(
            f"The model could not be moved to {device}; it is on {home}, as before. {size}Torch says: "
            f"{_first_line(error)}"
        ) from error


def outputs_on(module: nn.Module, inputs: Sequence[Tensor]) -> tuple[tuple[str, ...], str]:
    """The devices of what a copy of `module` gives for `inputs`, which are brought to its device; or torch's error."""
    try:
        with torch.no_grad(), random_apart(home_of(module), 0):
            output = copy.deepcopy(module).eval()(*brought(inputs, module))
    except Exception as raised:  # whatever it is, the model has moved
        return (), _first_line(raised)
    return tuple(str(each.device) for each in tensors(output)), ""


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


@contextlib.contextmanager
def _all_or_nothing(module: nn.Module) -> Iterator[None]:
    """Torch moves one tensor after the other: where one fails, those before it get their memory of before back."""
    values: list[tuple[Tensor, Tensor]] = [(each, each.data) for each in module.parameters()]
    values += [(each.grad, each.grad.data) for each in module.parameters() if each.grad is not None]
    own = [held for each in module.modules() for held in (each._parameters, each._buffers)]
    before = [dict(held) for held in own]
    try:
        yield
    except BaseException:
        for tensor, data in values:
            tensor.data = data
        for held, tensors in zip(own, before, strict=True):
            held.update(tensors)  # type: ignore[arg-type]
        raise


def _give_back(device: torch.device) -> None:
    """Let other programs have the memory that torch keeps of what was freed."""
    if device.type != "cpu":
        with contextlib.suppress(AttributeError, RuntimeError):
            torch.get_device_module(device).empty_cache()


def _free(device: torch.device) -> str:
    free = memory_of(device)[0]
    return f", where {free / _GIB:,.2f} GiB are free" if free is not None else ""


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _row(name: str, sort: Sort, before: Tensor, after: Tensor, data: Tensor) -> Moved:
    nbytes = 0 if is_lazy(after) else after.nbytes
    return Moved(name, sort, str(data.device), str(after.device), before is after, _shares(data, after), nbytes)


def _shares(data: Tensor, after: Tensor) -> bool:
    if data.device != after.device or data.is_meta or is_lazy(after):
        return data.device == after.device
    return data.untyped_storage().data_ptr() == after.untyped_storage().data_ptr()


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
