"""Where the time of a forward pass goes: by layer and op. What is between them is the overhead."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from composer.codegen.source import class_name_of
from composer.design.document import Design
from composer.engine.build import listing_of
from composer.engine.calls import Calls, watched
from composer.engine.origins import Place, ops_by_line, place
from composer.engine.timing.clocks import Marks, clock_of
from composer.engine.timing.method import Looks, Sure, seconds_of, warmed_up
from composer.engine.uses import is_layer
from composer.recordings.recording import Breakdown, Row, Samples
from composer.recordings.settings import Method

_PASSES = 100  # that are watched at most


@dataclass(frozen=True, slots=True)
class Lines:
    """The source that a model is made of: the name that Python knows it by, and the ops of its lines."""

    filename: str
    ops: Mapping[int, Place]

    @classmethod
    def of(cls, design: Design) -> Lines:
        """Those of a design's live model."""
        return cls(f"<{class_name_of(design)}>", ops_by_line(design, listing_of(design)))


def breakdown(
    model: nn.Module,
    inputs: Sequence[Tensor],
    lines: Lines,
    device: torch.device,
    batch: int,
    method: Method,
    tell: Callable[[], None],
) -> Breakdown:
    """Time passes of `model` in eval mode without gradients: in turn one that is watched, and one that is not."""
    model.eval()
    clock, look = clock_of([device]), Looks(method, tell)
    watch = _Watch(lines, device)
    with torch.no_grad():
        warmed_up(lambda: model(*inputs), clock, tell)
        watch.run(model, inputs)
        watch.forget()
        try:
            while len(look.samples) < _PASSES:
                watch.run(model, inputs)
                start = clock()
                model(*inputs)
                look.block(1, clock() - start)
        except Sure:
            pass
    return Breakdown(device=str(device), batch=batch, whole=Samples(samples=tuple(look.samples)), rows=watch.rows())


class _Watch(TorchFunctionMode):
    """Marks the beginning and the end of every layer and op in passes of a model.

    It is on only outside of layers, for what watches functions slows them down.
    """

    def __init__(self, lines: Lines, device: torch.device) -> None:
        super().__init__()
        self._lines = lines
        self._marks = Marks(device)
        self._calls: Calls | None = None
        self._depth = 0  # of layers inside each other
        self._names: list[tuple[str, str]] = []  # path and kind, one for two marks
        self._passes: list[dict[tuple[str, str], float]] = []

    def run(self, model: nn.Module, inputs: Sequence[Tensor]) -> None:
        """Note one pass."""
        with watched(model, self._enter, self._leave) as self._calls, self:
            model(*inputs)
        self._passes.append(self._seconds())

    def forget(self) -> None:
        """As if nothing had run."""
        self._passes.clear()

    def rows(self) -> tuple[Row, ...]:
        """A row for each layer and op, in the order of the first pass."""
        rows = []
        for path, kind in self._passes[0]:
            seconds = (each.get((path, kind), 0.0) for each in self._passes)
            rows.append(Row(path=path, kind=kind[:100], samples=tuple(map(seconds_of, seconds))))
        return tuple(rows)

    def _seconds(self) -> dict[tuple[str, str], float]:
        """By path and kind; what is called twice counts with both calls."""
        times = self._marks.read() if self._names else []
        found: dict[tuple[str, str], float] = defaultdict(float)
        for name, start, end in zip(self._names, times[::2], times[1::2], strict=True):
            found[name] += end - start
        self._names.clear()
        return found

    def _enter(self, path: str, module: nn.Module) -> None:
        if not is_layer(module):
            return
        self._depth += 1
        if self._depth == 1:
            self.__exit__(None, None, None)  # type: ignore[no-untyped-call]
            self._names.append((path, type(module).__name__))
            self._marks.mark()

    def _leave(self, path: str, module: nn.Module, output: Any) -> None:
        if not is_layer(module):
            return
        if self._depth == 1:
            self._marks.mark()
            self.__enter__()  # type: ignore[no-untyped-call]
        self._depth -= 1

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        line = place(self._lines.filename)
        if not line or self._calls is None or not self._calls.stack:
            return func(*args, **(kwargs or {}))
        self._names.append(self._name(line))
        self._marks.mark()
        output = func(*args, **(kwargs or {}))
        self._marks.mark()
        return output

    def _name(self, line: int) -> tuple[str, str]:
        """An op by its path; what is about no op, such as the sum of a Residual, by the block that computes it."""
        assert self._calls is not None
        call = self._calls.stack[-1]
        about = self._lines.ops.get(line)
        if about is None:
            return call.path, type(call.module).__name__
        return f"{call.path}.{about.id}".removeprefix("."), about.kind
