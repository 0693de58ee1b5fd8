"""Lazy layers of a live model: watched while they take their sizes, and as they were where a run fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.lazy import LazyModuleMixin
from torch.nn.parameter import is_lazy
from torch.utils.hooks import RemovableHandle

from composer.catalog import LAYERS
from composer.engine.home import home_of
from composer.engine.preview import own_tensors, type_of
from composer.errors import DesignError, Problem
from composer.reports import ResolvedReport, ValueType

Tell = Callable[[ResolvedReport], None]


def waiting(model: nn.Module) -> dict[str, Any]:
    """The layers that still take their sizes from their first input, by the first of their paths."""
    return {path: module for path, module in model.named_modules() if isinstance(module, LazyModuleMixin)}


def all_sized(model: nn.Module) -> None:
    """Refuse a model some of whose layers still wait.

    Raises:
        DesignError: where one does.
    """
    for path, module in waiting(model).items():
        expected = "sizes before gradients can be looked at (a dry run on Initialize gives them)"
        raise DesignError(Problem(path, "lazy", expected, f"a {type(module).__name__} that waits for its first input"))


@contextmanager
def resolving(model: nn.Module, draws: Tensor, tell: Tell = lambda row: None) -> Iterator[list[ResolvedReport]]:
    """Watch the lazy layers of `model` take their sizes: a row for each, in that order, without its `origin`.

    They draw their values from the random state `draws`, whatever that of the run is: with the state in which building
    the model left it, values are those of the same source built and run under the same seed. All of them take their
    sizes or none does: where the run fails they wait again, with the very same parameters.
    """
    watch = _Watch(draws, tell)
    with all_or_none(model):
        handles = [handle for path, module in waiting(model).items() for handle in watch.hooks(path, module)]
        try:
            yield watch.found
        finally:
            for handle in handles:
                handle.remove()


@contextmanager
def all_or_none(model: nn.Module) -> Iterator[None]:
    """Let the lazy layers of `model` take their sizes, or, where the block fails, wait as they did before it."""
    kept = [_Kept(module) for module in waiting(model).values()]
    try:
        yield
    except BaseException:
        for each in kept:
            each.restore()
        raise


class _Watch:
    def __init__(self, draws: Tensor, tell: Tell) -> None:
        self.found: list[ResolvedReport] = []
        self._draws = draws
        self._tell = tell

    def hooks(self, path: str, module: nn.Module) -> tuple[RemovableHandle, RemovableHandle]:
        """Hooks around the one with which torch makes a lazy layer infer its sizes."""
        kind, outside, home = type(module).__name__, torch.empty(0), home_of(module)

        def before(module: nn.Module, args: tuple[Any, ...]) -> None:
            nonlocal outside
            module.cpu()  # whose random numbers are those of the seed on every device
            outside = torch.get_rng_state()
            torch.set_rng_state(self._draws)

        def after(module: nn.Module, args: tuple[Any, ...]) -> None:
            self._draws = torch.get_rng_state()
            torch.set_rng_state(outside)
            module.to(home)
            first.remove()
            second.remove()
            self.found.append(resolved(path, kind, module, type_of(args[0]) or ()))
            self._tell(self.found[-1])

        first = module.register_forward_pre_hook(before, prepend=True)
        second = module.register_forward_pre_hook(after)
        return first, second


def resolved(path: str, kind: str, module: nn.Module, given: ValueType, origin: str = "") -> ResolvedReport:
    """The row of a layer that was of class `kind` and has taken its sizes from `given`."""
    spec = LAYERS[type(module).__name__]
    inferred = tuple((name, int(getattr(module, name))) for name in spec.infers)
    tensors = tuple((each.name, each.shape) for each in own_tensors(module) if each.shape is not None)
    return ResolvedReport(path, kind, spec.kind, inferred, given, origin, tensors)


class _Kept:
    """A lazy layer as it was. Hooks are in dictionaries that torch refers to, so their contents are put back."""

    def __init__(self, module: nn.Module) -> None:
        self._module = module
        self._class = type(module)
        self._fields = {
            name: (value, dict(value) if isinstance(value, dict) else None) for name, value in vars(module).items()
        }
        own = (*module.parameters(recurse=False), *module.buffers(recurse=False))
        self._uninitialized = [(tensor, type(tensor), tensor.device) for tensor in own if is_lazy(tensor)]

    def restore(self) -> None:
        module: Any = self._module
        module.__class__ = self._class
        vars(module).clear()
        for name, (value, content) in self._fields.items():
            if content is not None:
                value.clear()
                value.update(content)
            vars(module)[name] = value
        for tensor, sort, device in self._uninitialized:
            if not is_lazy(tensor) or tensor.device != device:
                tensor.data = torch.empty(0, dtype=tensor.dtype, device=device)
                tensor.__class__ = sort
