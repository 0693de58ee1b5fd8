"""Training steps of a design by batch size: forward, backward, the optimizer's step, and all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from composer.design.document import Design
from composer.engine.objectives import objective
from composer.engine.optimizing import optimizer_of
from composer.engine.timing.breakdown import Passes
from composer.engine.timing.designs import batches_of, held_by, inputs_for, ready
from composer.engine.timing.following import Lines
from composer.engine.timing.method import staged, threads
from composer.engine.timing.points import Tell, attempted, free, left_out, peak_bytes, point_of, telling
from composer.engine.timing.recorder import Recorder
from composer.recordings.recording import Breakdown, Point, Recording, Series
from composer.recordings.settings import Model
from composer.reports import Progress

STAGES = ("forward", "backward", "step", "training step")
_NOTES = {
    "forward": "in train mode, with the mean of the squared outputs as the loss",
    "step": "the optimizer's step at learning rate 0, which keeps the values, and zero_grad",
    "training step": "all three together",
}


def model(settings: Model, design: Design, tell: Tell = lambda event: None) -> Recording:
    """Time training steps of `design` at every batch size on every device, and its forward pass by layer.

    Raises:
        MeasureError: where a device is not there.
        DesignError: where the design cannot be built.
    """
    recorder = Recorder(settings, design.name)
    batches = batches_of(design, settings.batches)
    layers = batches_of(design, (settings.layers,)) if settings.layers else ()
    progress = _Progress(tell, len(recorder.devices) * (len(batches) + len(layers)))
    series: list[Series] = []
    breakdowns: list[Breakdown] = []
    with threads(settings.method.threads):
        built = ready(design, batches[0], settings.sizes)
        for device in recorder.devices:
            here = built.to(device)
            series += _steps(here, design, device, batches, recorder, progress)
            for batch in layers:
                told = progress.next(f"{device}, by layer: batch size {batch:,}")
                inputs = inputs_for(design, batch, settings.sizes, device)
                found = Passes(here, inputs, Lines.of(design), device).breakdowns(batch, settings.method, told)
                breakdowns += found
                tell(recorder.piece((), found))
    return recorder.recording(series, breakdowns)


class _Progress:
    """Counts what has begun."""

    def __init__(self, tell: Tell, total: int) -> None:
        self.tell, self._total, self._begun = tell, total, 0

    def next(self, text: str) -> Callable[[], None]:
        """What tells that this goes on."""
        event = Progress(text, self._begun, self._total)
        self._begun += 1
        return telling(self.tell, event)


def _steps(
    model: nn.Module, design: Design, device: torch.device, batches: tuple[int, ...], recorder: Recorder,
    progress: _Progress,
) -> list[Series]:  # fmt: skip
    """The series of each of `STAGES`."""
    settings = recorder.settings
    assert isinstance(settings, Model)
    model.train()
    rows: list[tuple[Point, ...]] = []
    for k, batch in enumerate(batches):
        told = progress.next(f"{device}, training: batch size {batch:,}")
        reason = left_out(batch, [row[-1] for row in rows], settings.method, batch / batches[k - 1] if k else 1)
        if reason:
            rows.append((Point(x=batch, failure=reason),) * len(STAGES))
        else:
            rows.append(_points(model, design, device, batch, settings, told))
        progress.tell(recorder.piece(_series(device, rows[-1:])))
    model.zero_grad(set_to_none=True)
    free(device)
    return _series(device, rows)


def _series(device: torch.device, rows: Sequence[tuple[Point, ...]]) -> list[Series]:
    """The series of each of `STAGES`, of which `rows` have a point each."""
    return [
        Series(what=what, device=str(device), points=points, note=_NOTES.get(what, ""))
        for what, points in zip(STAGES, zip(*rows, strict=True), strict=True)
    ]


def _points(
    model: nn.Module, design: Design, device: torch.device, batch: int, settings: Model, tell: Callable[[], None]
) -> tuple[Point, ...]:
    """A point of each of `STAGES`, which succeed or fail together."""
    found: list[Point] = []

    def run() -> Point:
        tell()
        optimizer = optimizer_of(model, settings.optimizer, 0.0)
        step = _Step(model, inputs_for(design, batch, settings.sizes, device), optimizer)
        samples = staged((step.forward, step.backward, step.step), device, settings.method, tell)
        peak = peak_bytes(device, step.held, step.whole)
        found.extend(point_of(batch, each, peak_memory=peak) for each in samples)
        return found[-1]

    last = attempted(batch, device, run)
    return tuple(found) if last.samples else (last,) * len(STAGES)


@dataclass(slots=True)
class _Step:
    """A training step in its parts."""

    model: nn.Module
    inputs: list[Tensor]
    optimizer: torch.optim.Optimizer
    loss: Tensor | None = None

    @property
    def held(self) -> list[Tensor]:
        state = [each for kept in self.optimizer.state.values() for each in kept.values() if isinstance(each, Tensor)]
        return [*held_by(self.model), *self.inputs, *state]

    def forward(self) -> None:
        self.loss, _ = objective("squares", self.model(*self.inputs), (), 0)

    def backward(self) -> None:
        assert self.loss is not None
        self.loss.backward()  # type: ignore[no-untyped-call]

    def step(self) -> None:
        self.optimizer.step()
        self.optimizer.zero_grad()

    def whole(self) -> None:
        self.forward()
        self.backward()
        self.step()
