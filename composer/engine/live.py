"""Looking at a live model: which of its parameters and buffers hold values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from torch import nn
from torch.nn.parameter import is_lazy

from composer.catalog.options import DTYPES
from composer.design.document import Design, Input
from composer.design.nodes import rebuild
from composer.engine.concrete import concrete
from composer.engine.preview import dtype_name
from composer.errors import DesignError, Problem
from composer.reports import LiveReport, ResolvedReport, StepReport, TensorReport

_DIMS = 8  # of an input, at most


def look(
    design: Design, model: nn.Module, steps: Mapping[str, StepReport], resolved: tuple[ResolvedReport, ...] = ()
) -> LiveReport:
    """What `model` holds, which is that of `design`; `steps` are those of its shapes. Nothing is run."""
    modules = dict(model.named_modules(remove_duplicate=False))
    tensors = tensors_of(model)
    owners = {each.name.rpartition(".")[0] for each in tensors}
    layers = {path: type(modules[path]).__name__ for path in owners}
    edits, left = concrete(design, model, steps)
    return LiveReport(type(model).__name__, tensors, layers, resolved, edits, left)


def tensors_of(model: nn.Module) -> tuple[TensorReport, ...]:
    """A row for each name of each parameter and buffer; in the order of the state dict, unsaved buffers last."""
    saved = model.state_dict(keep_vars=True)
    every = {**saved, **dict(model.named_buffers(remove_duplicate=False))}
    first: dict[int, str] = {}
    rows = []
    for name, tensor in every.items():
        owner = first.setdefault(id(tensor), name)
        shape = None if is_lazy(tensor) else tuple(tensor.shape)
        parameter = isinstance(tensor, nn.Parameter)
        trains = parameter and tensor.requires_grad
        of = "" if owner == name else owner
        rows.append(TensorReport(name, shape, dtype_name(tensor.dtype), parameter, trains, of, name in saved))
    return tuple(rows)


def typed(declared: Sequence[Input], given: Sequence[tuple[Sequence[int], str]]) -> tuple[Input, ...]:
    """Inputs of the design with shapes and dtypes in place of those that it declares.

    Raises:
        DesignError: where they are none.
    """
    if len(given) != len(declared):
        raise DesignError(Problem("", "bad-input", f"{len(declared)} inputs", str(len(given))))
    for each, (shape, dtype) in zip(declared, given, strict=True):
        if dtype not in DTYPES or not 0 < len(shape) <= _DIMS or not all(0 < size < 2**31 for size in shape):
            expected = f"1 to {_DIMS} sizes of at least 1, and a dtype"
            raise DesignError(Problem(each.name, "bad-input", expected, f"{list(shape)[:_DIMS]} {dtype}"[:100]))
    return tuple(
        rebuild(each, shape=tuple(shape), dtype=dtype) for each, (shape, dtype) in zip(declared, given, strict=True)
    )
