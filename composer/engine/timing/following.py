"""Following a pass of a model: every layer and op as it begins and ends, by its path."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from torch import nn
from torch.overrides import TorchFunctionMode

from composer.codegen.source import class_name_of
from composer.design.document import Design
from composer.engine.build import listing_of
from composer.engine.calls import Calls, watched
from composer.engine.origins import Place, ops_by_line, place
from composer.engine.uses import is_layer

Name = tuple[str, str]
"""A layer or op: its path and its kind."""
Begin = Callable[[Name], None]
End = Callable[[Name, Any], None]


@dataclass(frozen=True, slots=True)
class Lines:
    """The source that a model is made of: the name that Python knows it by, and the ops of its lines."""

    filename: str
    ops: Mapping[int, Place]

    @classmethod
    def of(cls, design: Design) -> Lines:
        """Those of a design's live model."""
        return cls(f"<{class_name_of(design)}>", ops_by_line(design, listing_of(design)))


@contextmanager
def following(model: nn.Module, lines: Lines, begin: Begin, end: End) -> Iterator[None]:
    """Tell of each layer and op that runs in the block, as it begins and, with its output, as it ends.

    Of layers inside each other only the outermost is told, and an op only outside of layers.
    """
    follow = _Follow(lines, begin, end)
    with watched(model, follow.enter, follow.leave) as calls, follow:
        follow.calls = calls
        try:
            yield
        finally:
            follow.resume()


class _Follow(TorchFunctionMode):
    """It is on only outside of layers, for what watches functions slows them down."""

    def __init__(self, lines: Lines, begin: Begin, end: End) -> None:
        super().__init__()
        self.calls: Calls | None = None
        self._lines, self._begin, self._end = lines, begin, end
        self._depth = 0  # of layers inside each other

    def enter(self, path: str, module: nn.Module) -> None:
        """A module is called."""
        if not is_layer(module):
            return
        self._depth += 1
        if self._depth == 1:
            self.__exit__(None, None, None)  # type: ignore[no-untyped-call]
            self._begin((path, type(module).__name__))

    def leave(self, path: str, module: nn.Module, output: Any) -> None:
        """It has answered."""
        if not is_layer(module):
            return
        if self._depth == 1:
            self._end((path, type(module).__name__), output)
            self.__enter__()  # type: ignore[no-untyped-call]
        self._depth -= 1

    def resume(self) -> None:
        """Be on again where a layer raised an error."""
        if self._depth:
            self._depth = 0
            self.__enter__()  # type: ignore[no-untyped-call]

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        line = place(self._lines.filename)
        if not line or self.calls is None or not self.calls.stack:
            return func(*args, **(kwargs or {}))
        name = self._name(self.calls, line)
        self._begin(name)
        output = func(*args, **(kwargs or {}))
        self._end(name, output)
        return output

    def _name(self, calls: Calls, line: int) -> Name:
        """An op by its path; what is about no op, such as the sum of a Residual, by the block that computes it."""
        call = calls.stack[-1]
        about = self._lines.ops.get(line)
        if about is None:
            return call.path, type(call.module).__name__
        return f"{call.path}.{about.id}".removeprefix("."), about.kind
