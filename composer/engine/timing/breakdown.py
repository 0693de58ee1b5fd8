"""Where the time of a forward and of a backward pass goes: by layer and op. What is between them is the overhead."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from composer.engine.objectives import objective
from composer.engine.timing.clocks import clock_of
from composer.engine.timing.following import Lines, Name, following
from composer.engine.timing.method import Looks, Sure, warmed_up
from composer.engine.timing.nodes import Owners
from composer.engine.timing.points import Failed, caught, free
from composer.engine.timing.rows import Rows
from composer.recordings.recording import Breakdown, Pass, Samples
from composer.recordings.settings import Method

LOSS: Name = ("", "loss")
_PASSES = 100  # that are watched at most
_SAMPLES = 100_000  # of all rows, after which no other pass is watched: a recording is a file to be sent around


@dataclass(frozen=True, slots=True)
class Passes:
    """Passes of a model on one batch, and its source."""

    model: nn.Module
    inputs: Sequence[Tensor]
    lines: Lines
    device: torch.device

    def breakdowns(self, batch: int, method: Method, tell: Callable[[], None]) -> list[Breakdown]:
        """A forward pass in eval mode without gradients, and a backward pass in train mode."""
        return [self._breakdown(what, batch, method, tell) for what in _WAYS]

    def _breakdown(self, what: Pass, batch: int, method: Method, tell: Callable[[], None]) -> Breakdown:
        run = partial(_WAYS[what], self, method, tell)
        found = caught(batch, self.device, run)
        self.model.zero_grad(set_to_none=True)
        free(self.device)
        if isinstance(found, Failed):
            return Breakdown(what=what, device=str(self.device), batch=batch, failure=found.reason)
        whole, rows = found
        return Breakdown(what=what, device=str(self.device), batch=batch, whole=whole, rows=rows.rows())

    def forward(self, method: Method, tell: Callable[[], None]) -> tuple[Samples, Rows]:
        """Samples of a pass with nothing watching, and the rows of as many that were watched in turn with it."""
        self.model.eval()
        rows = Rows(self.device)

        def watch() -> None:
            with following(self.model, self.lines, rows.begin, lambda name, output: rows.end()):
                self.model(*self.inputs)

        with torch.no_grad():
            return _alternating(lambda: None, lambda: self.model(*self.inputs), watch, rows, method, tell)

    def backward(self, method: Method, tell: Callable[[], None]) -> tuple[Samples, Rows]:
        """The same of a backward pass, from the mean of the squared outputs."""
        self.model.train()
        rows, losses = Rows(self.device), list[Tensor]()

        def prepare() -> None:
            self.model.zero_grad(set_to_none=True)
            losses[:] = [self._loss()]

        def run() -> None:
            losses.pop().backward()  # type: ignore[no-untyped-call]

        def watch() -> None:
            self.model.zero_grad(set_to_none=True)
            owners = Owners()
            with following(self.model, self.lines, lambda name: None, owners.claim):
                loss = self._loss()
            owners.claim(LOSS, loss)
            with owners.watched(rows):
                loss.backward()  # type: ignore[no-untyped-call]

        return _alternating(prepare, run, watch, rows, method, tell)

    def _loss(self) -> Tensor:
        return objective("squares", self.model(*self.inputs), (), 0)[0]


_WAYS: dict[Pass, Callable[[Passes, Method, Callable[[], None]], tuple[Samples, Rows]]] = {
    "forward": Passes.forward,
    "backward": Passes.backward,
}


def _alternating(
    prepare: Callable[[], None],
    run: Callable[[], object],
    watch: Callable[[], None],
    rows: Rows,
    method: Method,
    tell: Callable[[], None],
) -> tuple[Samples, Rows]:
    """Time `run` after `prepare`, and note the rows of `watch`, in turn, until the median of `run` is sure."""
    device_clock, look = clock_of([rows.device]), Looks(method, tell)

    def once() -> float:
        prepare()
        start = device_clock()
        run()
        return device_clock() - start

    def both() -> None:
        watch()
        rows.finish()
        once()

    warmed_up(both, device_clock, tell)
    rows.forget()
    try:
        while len(look.samples) < _PASSES and rows.count < _SAMPLES:
            watch()
            rows.finish()
            look.block(1, once())
    except Sure:
        pass
    return Samples(samples=tuple(look.samples)), rows
