"""One chain of layers, kept in three ways: registered by hand, in a plain list, and in a `ModuleList` (5.1.6, 1).

What torch does for a module rests on its layers being registered; what forward does, does not. All is tried on copies,
so the model is never touched, on the CPU, wherever that is.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from composer.engine.data import Sample
from composer.engine.devices import CPU
from composer.engine.home import random_apart
from composer.engine.lazy import waiting
from composer.engine.objectives import objective
from composer.errors import DesignError, Problem
from composer.storage_reports import Storage, StorageReport, StorageRow


class ByModules(nn.Module):
    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        for k, layer in enumerate(layers):
            self._modules[str(k)] = layer

    def forward(self, x: Any) -> Any:
        for layer in self._modules.values():
            x = layer(x)  # type: ignore[misc]
        return x


class ByList(nn.Module):
    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.layers = list(layers)

    def forward(self, x: Any) -> Any:
        for layer in self.layers:
            x = layer(x)
        return x


class ByModuleList(nn.Module):
    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)

    def forward(self, x: Any) -> Any:
        for layer in self.layers:
            x = layer(x)
        return x


KINDS: Mapping[Storage, type[nn.Module]] = {"modules": ByModules, "list": ByList, "module_list": ByModuleList}


def storage(model: nn.Module, sample: Sample, path: str = "", seed: int = 0) -> StorageReport:
    """The chain at `path` of `model` by each storage, called on what it is given where the model runs on `sample`.

    The model and all random states are left as they are.

    Raises:
        DesignError: where there is no plain chain at the path, or its lazy layers still wait for their sizes.
    """
    chain = _chain(model, path)
    with random_apart(CPU, seed), torch.enable_grad():
        x = _given(model, path, sample.tensors)
        expected = _result(chain, chain, x)
        rows = tuple(_row(kind, chain, x, expected) for kind in KINDS)
    return StorageReport(len(chain), len(_floating(chain)), rows, _bare(chain, x))


def _chain(model: nn.Module, path: str) -> nn.Sequential:
    """A copy of the chain at `path`, in evaluation mode."""
    found = dict(model.named_modules(remove_duplicate=False)).get(path)
    if not isinstance(found, nn.Sequential) or type(found).forward is not nn.Sequential.forward:
        received = "nothing" if found is None else type(found).__name__
        raise DesignError(Problem(path, "not-a-chain", "a plain chain of layers", received))
    waits = waiting(model)
    if waits:
        where, module = next(iter(waits.items()))
        raise DesignError(Problem(where, "lazy", "sizes first", f"a {type(module).__name__} that waits for its input"))
    return copy.deepcopy(found).cpu().eval()


def _given(model: nn.Module, path: str, inputs: Sequence[Tensor]) -> Any:
    """What the chain at `path` is called with where a copy of the model runs."""
    twin, seen = copy.deepcopy(model).cpu().eval(), []
    twin.get_submodule(path).register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    with torch.no_grad():
        twin(*inputs)
    if not seen:
        raise DesignError(Problem(path, "not-called", "a chain that the model calls", "one that it never calls"))
    return seen[0]


def _row(kind: Storage, chain: nn.Sequential, x: Any, expected: Any) -> StorageRow:
    layers, module = _made(kind, chain)
    other_layers, other = _made(kind, chain)
    _shake(other_layers)
    load = str(other.load_state_dict(module.state_dict()))
    output = _result(module, layers, x)
    return StorageRow(
        storage=kind,
        text=repr(module),
        code=inspect.getsource(KINDS[kind]),
        same_output=_equal(output, expected),
        parameters=sum(each.numel() for each in module.parameters()),
        keys=tuple(module.state_dict()),
        optimizer=_optimizer(module),
        applied=_applied(module, layers),
        in_eval=_in_eval(kind, chain),
        in_double=_in_double(kind, chain),
        with_gradient=_with_gradient(kind, chain, x),
        load=load,
        restored=_equal(_result(other, other_layers, x), output),
    )


def _made(kind: Storage, chain: nn.Sequential) -> tuple[nn.Sequential, nn.Module]:
    """A copy of the chain, and its layers by that storage."""
    layers = copy.deepcopy(chain)
    return layers, KINDS[kind](*layers)


def _result(module: nn.Module, layers: nn.Sequential, x: Any) -> Any:
    """What the module computes with a copy of its input, its layers in evaluation mode."""
    layers.eval()
    with torch.no_grad():
        return module(copy.deepcopy(x))


def _optimizer(module: nn.Module) -> str:
    try:
        torch.optim.SGD(module.parameters(), lr=0.1)
    except ValueError as error:
        return str(error)
    return ""


def _shake(layers: nn.Module) -> None:
    """Give all parameters other values, at random: a softmax would not tell values that are all one more."""
    with torch.no_grad():
        for each in _floating(layers):
            each.copy_(torch.randn_like(each))


def _applied(module: nn.Module, layers: nn.Sequential) -> int:
    visited: list[nn.Module] = []
    module.apply(visited.append)
    return sum(any(each is other for other in visited) for each in layers)


def _in_eval(kind: Storage, chain: nn.Sequential) -> int:
    layers, module = _made(kind, chain)
    layers.train()
    module.eval()
    return sum(not each.training for each in layers)


def _in_double(kind: Storage, chain: nn.Sequential) -> int:
    layers, module = _made(kind, chain)
    before = {id(each) for each in layers.parameters() if each.dtype == torch.float64}
    module.double()
    return sum(each.dtype == torch.float64 and id(each) not in before for each in _floating(layers))


def _with_gradient(kind: Storage, chain: nn.Sequential, x: Any) -> int:
    layers, module = _made(kind, chain)
    for each in layers.parameters():
        each.grad = None
    value, _ = objective("sum", module(copy.deepcopy(x)), (), 0)
    if value.requires_grad:
        value.backward()  # type: ignore[no-untyped-call]
    return sum(each.grad is not None for each in layers.parameters())


def _bare(chain: nn.Sequential, x: Any) -> str:
    try:
        nn.ModuleList(chain)(x)
    except NotImplementedError as error:
        return str(error)
    return ""


def _floating(module: nn.Module) -> list[nn.Parameter]:
    return [each for each in module.parameters() if each.dtype.is_floating_point]


def _equal(a: Any, b: Any) -> bool:
    """`torch.equal` through tuples; NaN equals NaN."""
    if isinstance(a, Tensor):
        return isinstance(b, Tensor) and a.dtype == b.dtype and torch.allclose(a, b, rtol=0, atol=0, equal_nan=True)
    return isinstance(b, tuple | list) and len(a) == len(b) and all(map(_equal, a, b))
