"""The training loop: a program for one device. What several processes share is in the placement that it is given."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from composer.catalog.optimizers import OPTIMIZERS
from composer.engine.datasets.base import DataSet
from composer.engine.training.batches import Batches
from composer.engine.training.checkpoints import Checkpoints
from composer.engine.training.control import Control, Obedience
from composer.engine.training.evaluating import evaluate, predictions
from composer.engine.training.looking import parameters_row
from composer.engine.training.objective import Objective
from composer.engine.training.optimizers import advance, optimizer_of, plain_state, schedule_of
from composer.engine.training.placement import Placement
from composer.engine.training.recording import Metrics, Recorder
from composer.errors import Cancelled
from composer.training.config import TrainConfig
from composer.training.layout import MODEL
from composer.training_reports import MEASURES, EpochRow, EventRow, Row, SamplesRow, Trained, TrainReport, What

NORMS_EVERY = 10
"""Steps between two looks at the norm of the gradients, where they are not clipped."""

LOOK_EVERY = 64
"""Steps between two looks at the parameters, at least; at first, when they change most, fewer.

Looks are after multiples of powers of two, so that runs that are compared have most of them in common.
"""

_LOOK_SHARE = 50  # such looks take at most one in so many parts of the time

Tell = Callable[[Trained], None]


@dataclass(slots=True)
class Progress:
    """What of a run changes from step to step beside weights and optimizer. All of it is in a checkpoint.

    `best` is the lowest loss on the test data, `look_at` the step after which parameters are looked at again.
    """

    step: int = 0
    best: float | None = None
    look_at: int = 1


@dataclass(frozen=True, slots=True)
class Run:
    """Where a run is written: a folder, of which only the first process has the `metrics` and `control`."""

    folder: Path
    checkpoints: Checkpoints
    metrics: Metrics | None = None
    control: Control | None = None


class Trainer:
    """Trains the model of a placement on `data`, and writes what happens into the folder of a run.

    The random numbers of a step follow from the seed, the step and the process, so a run that goes on from a
    checkpoint repeats what it would have done. `tell` hears how far it has come; what it raises ends the run.
    """

    def __init__(
        self, placement: Placement, data: DataSet, config: TrainConfig, run: Run, tell: Tell = lambda event: None
    ) -> None:
        self.placement, self.data, self.config, self.files, self.tell = placement, data, config, run, tell
        self.model, self.device = placement.model, placement.device
        self.objective = Objective(config.loss, data.task, self.device)
        self.batches = Batches(placement, data, config, self.objective.summed)
        whole = config.epochs * self.batches.per_epoch
        self.steps = min(whole, config.steps or whole)
        trained = (each for each in self.model.parameters() if each.requires_grad)
        self.optimizer = optimizer_of(config.optimizer, trained)
        self.schedule = schedule_of(config.schedule, self.optimizer, self.steps) if config.schedule else None
        self.scaler = torch.amp.GradScaler(self.device.type, enabled=config.precision == "float16")
        self.progress = Progress()
        self.recorder = Recorder(placement)
        self._look_up = 0
        self.obedience = Obedience(run.control, placement, self._event, self._told)

    def resume(self, step: int) -> None:
        """Go on after the checkpoint of that step.

        Raises:
            CheckpointError: where it is not of this run.
        """
        state = self.files.checkpoints.load(step, self.optimizer)
        self.progress = Progress(**state["progress"])
        if self.schedule:
            self.schedule.load_state_dict(self.schedule.state_dict() | state["schedule"])
        self.scaler.load_state_dict(state["scaler"])
        self.recorder = Recorder(self.placement, state["seconds"])

    def run(self) -> TrainReport:
        """Train until all steps are done, a command ends it, or a loss is not finite."""
        self.begin()
        while (report := self.advance()) is None:
            pass
        return report

    def begin(self) -> None:
        """Get ready for the first step from here."""
        if not self.files.checkpoints.steps:
            self._save(best=False)
            self._write(self._parameters())
        self.model.train()
        self.recorder.restart()
        self._look_up = self.progress.step

    def advance(self) -> TrainReport | None:
        """Take one step, with all that goes with it; how the run ended, or None where it goes on."""
        if self.progress.step >= self.steps:
            return self._end("finished")
        if self.progress.step >= self._look_up:
            if bad := self._record():
                return self._not_finite(bad)
            self._told()
            if not self.obedience.may_go_on():
                return self._end("stopped")
            self.recorder.restart()
            self._look_up = self.progress.step + self._until_next_look()
        self._step()
        bad = self._finish_step()
        return self._not_finite(bad) if bad else None

    def stop(self) -> TrainReport:
        """End a run that was interrupted between two steps, so that it can go on later."""
        bad = self._record()
        return self._not_finite(bad) if bad else self._end("stopped")

    def _step(self) -> None:
        """One step of the optimizer, and what was seen of it."""
        step = self.progress.step
        part = self.batches.part(step)
        found: list[tuple[Tensor, Tensor]] = []

        def gradients() -> Tensor:
            self.batches.seed(step)
            self.optimizer.zero_grad()
            with self._autocast():
                loss, metric = self.objective(self.placement.forward(*part.inputs), part.targets)
            scale = part.share * self.placement.size  # gradients are means over the processes
            self.scaler.scale(loss if scale == 1 else loss * scale).backward()  # type: ignore[no-untyped-call]
            found.append((loss.detach(), metric))
            return loss

        if OPTIMIZERS[self.config.optimizer.kind].closure:
            self.optimizer.step(gradients)  # type: ignore[arg-type]
            norm = None
        else:
            gradients()
            norm = self._norm(step)
            self.scaler.step(self.optimizer)
            self.scaler.update()
        loss, metric = found[0] if part.share == 1 else (each * part.share for each in found[0])
        rate = float(self.optimizer.param_groups[0]["lr"])
        self.recorder.note(step // self.batches.per_epoch, rate, part.samples, loss, metric, norm)
        if self.schedule and self.config.schedule and self.config.schedule.every == "step":
            advance(self.schedule, None)
        self.progress.step += 1

    def _finish_step(self) -> int | None:
        """Evaluate at the end of an epoch, and save where that is due; the first step that is not finite, or None."""
        step = self.progress.step
        ended = step % self.batches.per_epoch == 0
        due = step % (self.config.checkpoint_every or self.batches.per_epoch) == 0 or step == self.steps
        if not (ended or due):
            return None
        if bad := self._record():
            return bad
        better = self._end_epoch() if ended else False
        if (due or better) and not self._save(better):
            return step
        self.recorder.restart()
        return None

    def _autocast(self) -> AbstractContextManager[Any]:
        precision = self.config.precision
        return torch.autocast(self.device.type, getattr(torch, precision), enabled=precision != "float32")

    def _norm(self, step: int) -> Tensor | None:
        """The norm of all gradients, which are clipped where that is wanted; None where it is not looked at."""
        if self.config.clip:
            self.scaler.unscale_(self.optimizer)
            return self.placement.clip(self.config.clip)
        if step % NORMS_EVERY or self.scaler.is_enabled():
            return None
        gradients = [each.grad for each in self.model.parameters() if each.grad is not None]
        if not gradients or any(each.is_sparse for each in gradients):
            return None
        norm: Tensor = torch.linalg.vector_norm(self.placement.norms(gradients))
        return norm

    def _until_next_look(self) -> int:
        if self.obedience.paused:
            return 1
        due = max(1, self.progress.look_at - self.progress.step)
        return min(due, int(self.placement.agreed(self.recorder.next)))

    def _record(self) -> int | None:
        """Write what was noted; the first step whose loss is not finite, or None."""
        steps = self.recorder.read(self.progress.step)
        if not steps:
            return None
        rows: list[Row] = list(steps)
        if self.progress.step >= self.progress.look_at:
            rows.append(self._look())
        self._write(*rows)
        return next((row.step for row in steps if row.loss is None), None)

    def _look(self) -> Row:
        """What the parameters are like; the next look is so far away that looks take little of the time."""
        start = time.perf_counter()
        row = self._parameters()
        apart = min(LOOK_EVERY, self.progress.step)
        away = (time.perf_counter() - start) * _LOOK_SHARE / max(self.recorder.pace, 1e-9)
        stride = 1 << int(self.placement.agreed(max(1, apart, away)) - 1).bit_length()
        self.progress.look_at = (self.progress.step // stride + 1) * stride
        return row

    def _parameters(self) -> Row:
        return parameters_row(self.model, self.placement, self.progress.step, self.config.compare)

    def _end_epoch(self) -> bool:
        """Look at the test data; whether the loss there is the lowest yet."""
        step, size = self.progress.step, self.config.batch_size
        found = evaluate(self.placement, self.objective, self.data, size, self._autocast)
        shown = predictions(self.placement, self.data, self._autocast)
        epoch = step // self.batches.per_epoch - 1
        self._write(EpochRow(step, epoch, found.loss, found.metric), SamplesRow(step, shown))
        if self.schedule and self.config.schedule and self.config.schedule.every == "epoch":
            advance(self.schedule, found.loss)
        best = self.progress.best
        better = found.loss is not None and (best is None or found.loss < best)
        if better:
            self.progress.best = found.loss
        return better

    def _save(self, best: bool) -> bool:
        """Write a checkpoint, unless the weights are not finite: whether they are."""
        parameters = [each.detach() for each in self.model.parameters() if each.is_floating_point()]
        if parameters and not bool(torch.isfinite(self.placement.norms(parameters)).all()):
            return False
        state = {
            "step": self.progress.step,
            "progress": asdict(self.progress),
            "schedule": plain_state(self.schedule) if self.schedule else {},
            "scaler": self.scaler.state_dict(),
            "seconds": self.recorder.seconds,
        }
        self.files.checkpoints.save(self.progress.step, self.optimizer, state, best)
        self._event("checkpoint")
        return True

    def _not_finite(self, step: int) -> TrainReport:
        """End where the loss of `step` or the weights after it are not finite, with the last good weights."""
        good = self.files.checkpoints.steps[-1]
        self.files.checkpoints.load_weights(good)
        text = f"The loss or the weights of step {step:,} are not finite; the weights are those after step {good:,}."
        return self._leave("nan", step, good, text)

    def _end(self, event: What) -> TrainReport:
        step = self.progress.step
        if step not in self.files.checkpoints.steps and not self._save(best=False):
            return self._not_finite(step)
        if event == "finished":
            self._write(self._parameters())
        return self._leave(event, step, step, "")

    def _leave(self, event: What, step: int, good: int, text: str) -> TrainReport:
        self.placement.write_weights(self.files.folder / MODEL)
        self._event(event, step, text)
        if self.files.metrics:
            self.files.metrics.sync()
        with contextlib.suppress(Cancelled):  # it has ended
            self._told()
        return TrainReport(event, step, self.steps, good, self.progress.best, text)

    def _event(self, event: What, step: int | None = None, text: str = "") -> None:
        self._write(EventRow(self.progress.step if step is None else step, event, time.time(), text))

    def _write(self, *rows: Row) -> None:
        if self.files.metrics:
            self.files.metrics.write(rows)

    def _told(self) -> None:
        if row := self.recorder.last:
            self.tell(Trained(row.step, self.steps, row.epoch, row.loss, row.metric, MEASURES[self.data.task]))
