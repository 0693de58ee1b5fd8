"""Which module runs: the path of every call, also where one module is called at several of its paths."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from torch import nn

Enter = Callable[[str, nn.Module], None]
Leave = Callable[[str, nn.Module, Any], None]


@dataclass(eq=False, slots=True)
class Call:
    """A call that has not answered yet. `made` counts the calls of each child in it."""

    path: str
    module: nn.Module
    made: Counter[int] = field(default_factory=Counter)


class Calls:
    """The calls that are going on, the innermost last."""

    def __init__(self, model: nn.Module) -> None:
        self._first: dict[int, str] = {id(module): path for path, module in model.named_modules()}
        self.stack: list[Call] = []

    def enter(self, module: nn.Module) -> str:
        """Note a call; its path."""
        path = self._path(module)
        self.stack.append(Call(path, module))
        return path

    def leave(self) -> str:
        """Note the answer of the innermost call; its path."""
        return self.stack.pop().path

    def _path(self, module: nn.Module) -> str:
        """A module that its parent has under several names is called by them in turn."""
        if not self.stack:
            return self._first[id(module)]
        above = self.stack[-1]
        names = _names(above.module, module)
        if not names:
            return self._first[id(module)]
        turn = above.made[id(module)]
        above.made[id(module)] += 1
        return f"{above.path}.{names[turn % len(names)]}".removeprefix(".")


def _names(parent: nn.Module, module: nn.Module) -> list[str]:
    """The names of `module` in `parent`, through containers that are not called themselves, such as a ModuleList."""
    found = []
    for name, child in parent._modules.items():
        if child is module:
            found.append(name)
        elif isinstance(child, nn.ModuleList | nn.ModuleDict):
            found += [f"{name}.{each}" for each in _names(child, module)]
    return found


@contextmanager
def watched(model: nn.Module, enter: Enter, leave: Leave) -> Iterator[Calls]:
    """Tell of every call in `model`, and of its answer, as long as the block runs."""
    calls = Calls(model)

    def before(module: nn.Module, args: Any) -> None:
        enter(calls.enter(module), module)

    def after(module: nn.Module, args: Any, output: Any) -> None:
        leave(calls.stack[-1].path, module, output)
        calls.leave()

    handles = []
    for module in model.modules():
        handles.append(module.register_forward_pre_hook(before, prepend=True))
        handles.append(module.register_forward_hook(after))
    try:
        yield calls
    finally:
        for handle in handles:
            handle.remove()
