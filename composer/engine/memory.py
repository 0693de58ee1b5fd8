"""The memory that inference and training need, measured on the meta device, where nothing is allocated."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_iter

from composer.reports import MemoryReport

# How many numbers an optimizer keeps for each trainable number.
OPTIMIZERS: Mapping[str, int] = {"SGD": 0, "SGD with momentum": 1, "RMSprop": 1, "Adam": 2, "AdamW": 2}


def memory(model: nn.Module, inputs: Sequence[Tensor], optimizer: str = "Adam") -> MemoryReport:
    """Bytes that `model`, which is on the meta device, needs for `inputs`, which are there too.

    Peaks include parameters, buffers and inputs; training is one step after the first, with gradients and the
    optimizer's state. What a loss needs inside, what an optimizer allocates only during its step, and what
    native code allocates for itself are not included; attention counts with its whole matrix of weights, which
    fused kernels do without. The model is run, so lazy layers have sizes afterwards; gradients are removed.

    Raises:
        NotImplementedError, RuntimeError: for a model that the meta device cannot run (sizes that depend on data).
        ValueError: where training refuses the inputs (a normalization over one value).
    """
    if any(map(is_lazy, [*model.parameters(), *model.buffers()])):
        _infer(model, inputs)
    parameters = _size(model.parameters())
    everything = _size([*model.parameters(), *model.buffers()])
    state = OPTIMIZERS[optimizer] * _size(each for each in model.parameters() if each.requires_grad)
    return MemoryReport(
        parameters,
        everything - parameters,
        _peak(model, inputs, _infer),
        _peak(model, inputs, _train) + state,
        optimizer,
        state,
    )


def _size(tensors: Iterable[Tensor]) -> int:
    """Bytes of the tensors' storages, each storage once."""
    return sum(storage.nbytes() for storage in {each.untyped_storage() for each in tensors})


def _infer(model: nn.Module, inputs: Sequence[Tensor]) -> None:
    model.eval()
    with torch.no_grad():
        model(*inputs)


def _train(model: nn.Module, inputs: Sequence[Tensor]) -> None:
    model.train()
    outputs = [each for each in tree_iter(model(*inputs)) if isinstance(each, Tensor) and each.requires_grad]
    if outputs:
        loss: Tensor = _Loss.apply(*outputs)  # type: ignore[no-untyped-call]
        loss.backward()  # type: ignore[no-untyped-call]


class _Loss(torch.autograd.Function):
    """Stands for any loss: one number, which gives each output a gradient as large as the output."""

    @staticmethod
    def forward(ctx: Any, *outputs: Tensor) -> Tensor:
        ctx.types = [(each.shape, each.dtype, each.device) for each in outputs]
        return torch.empty((), device=outputs[0].device)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, ...]:
        return tuple(torch.empty(shape, dtype=dtype, device=device) for shape, dtype, device in ctx.types)


def _peak(model: nn.Module, inputs: Sequence[Tensor], work: Callable[[nn.Module, Sequence[Tensor]], None]) -> int:
    live = LiveBytes()
    live.see([*model.parameters(), *model.buffers(), *inputs])
    with live:
        work(model, inputs)
    model.zero_grad(set_to_none=True)
    return live.peak


class LiveBytes(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts the bytes of all storages alive: each from the call that made it until it is freed."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.peak = 0
        self._now = 0
        self._live: weakref.WeakSet[torch.UntypedStorage] = weakref.WeakSet()

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        output = func(*args, **(kwargs or {}))
        self.see(each for each in tree_iter(output) if isinstance(each, Tensor))
        return output

    def see(self, tensors: Iterable[Tensor]) -> None:
        """Count the storages of `tensors` that are new."""
        for storage in (tensor.untyped_storage() for tensor in tensors):
            if storage not in self._live:
                self._live.add(storage)
                self._now += storage.nbytes()
                weakref.finalize(storage, self._free, storage.nbytes())
        self.peak = max(self.peak, self._now)

    def _free(self, size: int) -> None:
        self._now -= size
