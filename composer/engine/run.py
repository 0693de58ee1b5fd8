"""A forward pass on real or random data, which leaves the model as it was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.parameter import is_lazy

from composer.engine.data import Sample
from composer.engine.home import brought, home_of, random_apart
from composer.engine.preview import dtype_name
from composer.engine.timing.clocks import synchronized
from composer.reports import ArrayReport, RunReport

MAX_VALUES = 100_000  # numbers of one tensor that a report holds


def run(model: nn.Module, names: Sequence[str], sample: Sample, seed: int = 0) -> RunReport:
    """The outputs of `model` in eval mode for `sample`; `names` are the inputs' names.

    Training flags, buffers, parameters and the random states are afterwards what they were. Only a lazy layer is
    changed: it takes its sizes from its first input, as in torch, and draws its values under `seed`, unless
    `composer.engine.lazy.resolving` watches over the run.
    """
    device = home_of(model)
    inputs = brought(sample.tensors, model)
    with _looking(model, device, seed):
        start = synchronized([device])
        outputs = functional_call(model, _private(model), tuple(inputs))
        seconds = synchronized([device]) - start
    rows = (_array(name, tensor) for name, tensor in zip(names, sample.tensors, strict=True))
    return RunReport(seconds, sample.text, tuple(rows), tuple(_arrays("output", outputs)), sample.labels)


@contextmanager
def _looking(model: nn.Module, device: torch.device, seed: int) -> Iterator[None]:
    training = {module: module.training for module in model.modules()}
    with random_apart(device, seed), torch.no_grad():
        model.eval()
        try:
            yield
        finally:
            for module, flag in training.items():
                module.training = flag


def _private(model: nn.Module) -> dict[str, Tensor]:
    """Copies of all tensors that a forward pass may write to: buffers, and embeddings that it renormalizes."""
    written = dict(model.named_buffers())
    for path, module in model.named_modules():
        if isinstance(module, nn.Embedding | nn.EmbeddingBag) and module.max_norm is not None:
            written[f"{path}.weight" if path else "weight"] = module.weight
    return {name: tensor.clone() for name, tensor in written.items() if not is_lazy(tensor)}


def _arrays(name: str, value: Any) -> Iterator[ArrayReport]:
    if isinstance(value, Tensor):
        yield _array(name, value)
    elif isinstance(value, tuple | list):
        for k, item in enumerate(value):
            yield from _arrays(f"{name}.{k}", item)


def _array(name: str, tensor: Tensor) -> ArrayReport:
    values = tuple(tensor.detach().flatten()[:MAX_VALUES].tolist())
    return ArrayReport(name, tuple(tensor.shape), dtype_name(tensor.dtype), values, tensor.numel() > MAX_VALUES)
