"""Lazy layers that take their sizes from the shapes of a file, as they would from the first input of a run."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parameter import UninitializedBuffer, UninitializedParameter, is_lazy

from composer.catalog import LAYERS
from composer.engine.home import home_of
from composer.engine.lazy import resolved, waiting
from composer.errors import CheckpointError
from composer.matching.match import sizes, sizing_name
from composer.reports import ResolvedReport, TensorType

Shape = tuple[int, ...]
Inputs = Mapping[str, Shape]
"""By the path of a lazy layer the shape of an input that gives it its size; 1 for what decides nothing."""


def inputs_for(model: nn.Module, shapes: Mapping[str, Shape]) -> dict[str, Shape]:
    """The inputs that give lazy layers of `model` the sizes that tensors of these `shapes`, by name, have.

    Raises:
        CheckpointError: where no input gives a layer such a size, or what gives a layer its size is not among them.
    """
    found = {}
    for path, module in waiting(model).items():
        names = [name for name, tensor in own(path, module).items() if is_lazy(tensor)]
        wanted = [name for name in names if name in shapes]
        if wanted:
            needed = sizing_name(names)
            if needed not in shapes:
                raise CheckpointError(
                    f"{wanted[0]}: its layer has no size before {needed} is loaded. Load that as well, or give the "
                    "layer its size first by a dry run."
                )
            found[path] = _input(needed, module, shapes[needed])
    return found


def own(path: str, module: nn.Module) -> dict[str, Tensor]:
    """The parameters and buffers of a layer itself, by their names in the model."""
    prefix = f"{path}." if path else ""
    every = (*module.named_parameters(recurse=False), *module.named_buffers(recurse=False))
    return {f"{prefix}{name}": tensor for name, tensor in every}


def _input(name: str, module: Any, shape: Shape) -> Shape:
    spec = LAYERS[type(module).__name__]
    if spec.infers == ("in_features",):
        dims, channels = 2, shape[-1:]
    elif spec.infers == ("in_channels",):
        dims = 2 + len(module.kernel_size)
        channels = shape[:1] if module.transposed else tuple(size * module.groups for size in shape[1:2])
    else:
        dims, channels = 1, shape[:1]
    if len(shape) != dims or not all(shape):
        raise CheckpointError(
            f"{name}: a {spec.kind} takes its size from {dims} sizes of at least 1; the file has {sizes(shape)}."
        )
    return 1, *channels, *(1 for _ in shape[2:])


def shapes_after(model: nn.Module, inputs: Inputs) -> dict[str, Shape]:
    """The shapes that lazy layers of `model` have, by name, once these inputs came in. Nothing is changed.

    Raises:
        CheckpointError: where a layer refuses its input.
    """
    found: dict[str, Shape] = {}
    layers = waiting(model)
    for path, given in inputs.items():
        twin = copy.copy(layers[path])
        vars(twin).pop("initialize_parameters", None)  # what rules put on the layer itself would size that
        twin._parameters = {name: _on_meta(each) for name, each in twin._parameters.items()}
        twin._buffers = {name: _on_meta(each) for name, each in twin._buffers.items()}
        try:
            with torch.random.fork_rng(devices=[]):
                twin.initialize_parameters(torch.empty(given, device="meta"))
        except (RuntimeError, ValueError) as error:
            raise CheckpointError(f"{path}: the sizes of the file do not suit this layer: {error}"[:300]) from error
        found |= {name: tuple(each.shape) for name, each in own(path, twin).items()}
    return found


def _on_meta(tensor: Tensor | None) -> Any:
    """The same without memory: an uninitialized one takes none when it is given a size, either."""
    if tensor is None or not is_lazy(tensor):
        return tensor if tensor is None else tensor.to("meta")
    kind: Any = UninitializedParameter if isinstance(tensor, nn.Parameter) else UninitializedBuffer
    return kind(device="meta", dtype=tensor.dtype)


def give_sizes(model: nn.Module, inputs: Inputs, draws: Tensor) -> tuple[ResolvedReport, ...]:
    """Give lazy layers of `model` the sizes that these inputs give them; what they draw is drawn from state `draws`."""
    layers, rows = waiting(model), []
    with torch.random.fork_rng(devices=[]):
        torch.set_rng_state(draws)
        for path, given in inputs.items():
            module, kind = layers[path], type(layers[path]).__name__
            home = home_of(module)
            module.cpu()._infer_parameters(module, (torch.empty(given, device="meta"),))  # as torch does in a run
            module.to(home)
            channels = TensorType(("N", *given[1:2], *("?" for _ in given[2:])))
            rows.append(resolved(path, kind, module, channels, "the file"))
    return tuple(rows)
