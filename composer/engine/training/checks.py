"""What is looked at before a run begins: whether device, data, output, loss and optimizer fit, and the memory."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from composer.catalog.optimizers import OPTIMIZERS
from composer.catalog.schedules import ON_LOSS
from composer.codegen.judging import custom_classes
from composer.codegen.source import class_name_of, source
from composer.design.document import Design
from composer.engine import preview
from composer.engine.build import build
from composer.engine.datasets.base import DataSet
from composer.engine.lazy import waiting
from composer.engine.memory import memory
from composer.engine.objectives import tensors
from composer.engine.preview import type_of
from composer.engine.training.free import free_bytes
from composer.engine.training.optimizers import optimizer_of, schedule_of
from composer.engine.training.suiting import loss_problems
from composer.errors import Problem
from composer.reports import describe
from composer.training.config import TrainConfig
from composer.training.losses import fitting
from composer.training_reports import CheckReport, TrainingMemory

_FEW = 2  # samples that an output is looked at with
_TRIES = 8
_REFUSALS = (RuntimeError, ValueError, IndexError, TypeError, NotImplementedError)


def check(design: Design, data: DataSet, config: TrainConfig, free: int | None = None) -> CheckReport:
    """What keeps a run from beginning. Nothing is allocated but a few samples; the live model is not touched.

    `free` bytes are there (None: as many as the system says). A model that cannot run on the meta device is let pass,
    and its memory is not known.
    """
    problems = [*config.problems(), *_device(config), *_data(data, config)]
    if problems:
        return CheckReport(tuple(problems))
    device = torch.device(config.device)
    free = free_bytes(device) if free is None else free
    try:
        model = skeleton(design, data)
        output = _output(model, data)
    except _REFUSALS as error:
        received = f"data that it fails on: {preview.text_of(error)}"
        return CheckReport((Problem("", "run", "data that the design can take", received),), free=free)
    problems = [*loss_problems(output, data, config.loss), *_optimizer(model, config), *_compared(model, config)]
    if problems:
        return CheckReport(tuple(problems), free=free)
    return _memory(model, data, config, free)


def skeleton(design: Design, data: DataSet) -> nn.Module:
    """The model of `design` on the meta device, with all its sizes.

    Raises:
        NotImplementedError, RuntimeError, ValueError, IndexError, TypeError: where it cannot take the data.
    """
    with torch.device("meta"):
        model = build(source(design), class_name_of(design), design.seed, custom_classes(design))
    if waiting(model):
        with torch.no_grad():
            model.eval()(*_inputs(data, _FEW))
    return model.train()


def _device(config: TrainConfig) -> Iterator[Problem]:
    name = torch.device(config.device)
    there = {"cpu": 1, "cuda": torch.cuda.device_count(), "mps": int(torch.backends.mps.is_available())}
    if (name.index or 0) >= there[name.type]:
        yield Problem("device", "device", f"a device that this machine has, such as cpu, for {config.device}", "none")


def _data(data: DataSet, config: TrainConfig) -> Iterator[Problem]:
    if not len(data.train):
        yield Problem("data", "data", "samples to train with", "none; a smaller test_share leaves some")
    if config.schedule and config.schedule.kind == ON_LOSS and not len(data.test):
        yield Problem("schedule", "schedule", f"test data, whose loss {ON_LOSS} looks at", "none")
    if config.augment and (not data.images or data.train.inputs[0].dim() != 4):
        expected = "images N×C×H×W, which can be flipped and shifted"
        yield Problem("augment", "augment", expected, describe(type_of(data.train.inputs[0])))
    if config.loss.kind not in fitting(data.task):
        yield Problem("loss.kind", "loss", f"a loss for {data.task}: {', '.join(fitting(data.task))}", config.loss.kind)


def _output(model: nn.Module, data: DataSet) -> Tensor:
    model.eval()
    with torch.no_grad():
        found = list(tensors(model(*_inputs(data, _FEW))))
    if not found:
        raise ValueError("there is no tensor in its output")
    return found[0]


def _inputs(data: DataSet, samples: int) -> list[Tensor]:
    """Inputs of that many samples on the meta device."""
    return [torch.empty((samples, *each.shape[1:]), dtype=each.dtype, device="meta") for each in data.train.inputs]


def _optimizer(model: nn.Module, config: TrainConfig) -> Iterator[Problem]:
    spec = OPTIMIZERS[config.optimizer.kind]
    named = [(name, each) for name, each in model.named_parameters() if each.requires_grad]
    if not named:
        yield Problem("", "nothing-trains", "a parameter that is not frozen", "none")
        return
    wrong = next((name for name, each in named if spec.dims and each.dim() != spec.dims), None)
    if wrong:
        dims = dict(named)[wrong].dim()
        expected = f"parameters with {spec.dims} dimensions, for {spec.kind}; freeze the others or choose AdamW"
        yield Problem(wrong, "optimizer", expected, f"one with {dims}")
        return
    sparse = {f"{path}.weight" for path, each in model.named_modules() if getattr(each, "sparse", False)}
    odd = next((name for name, _ in named if (name in sparse) != spec.sparse), None)
    if odd and (spec.sparse or spec.kind not in ("SGD", "Adagrad")):
        wanted, other = ("sparse", "dense") if spec.sparse else ("dense", "sparse")
        yield Problem(
            odd, "optimizer", f"a parameter with {wanted} gradients, for {spec.kind}", f"one with {other} ones"
        )
        return
    try:
        optimizer = optimizer_of(config.optimizer, (each for _, each in named))
        if config.schedule:
            schedule_of(config.schedule, optimizer, max(config.epochs, 10))
    except _REFUSALS as error:
        yield Problem("optimizer", "optimizer", "options that go together", preview.text_of(error))


def _compared(model: nn.Module, config: TrainConfig) -> Iterator[Problem]:
    shapes = {name: each.shape for name, each in model.named_parameters(remove_duplicate=False)}
    for pair in config.compare:
        if pair[0] not in shapes or shapes[pair[0]] != shapes.get(pair[1]):
            yield Problem("compare", "compare", "pairs of parameters of one shape", " and ".join(pair)[:100])


def _memory(model: nn.Module, data: DataSet, config: TrainConfig, free: int | None) -> CheckReport:
    batch = min(config.batch_size, len(data.train))
    try:
        found = _needed(model, data, config, batch)
        if free is None or found.total <= free:
            return CheckReport(memory=found, free=free)
        fits = _largest(model, data, config, found, free)
    except _REFUSALS:
        return CheckReport(free=free)
    advice = f"; a batch of {fits:,} fits" if fits else "; not even one sample fits"
    expected, received = f"at most {_size(free)}, which are free", f"{_size(found.total)} for {batch:,}{advice}"
    return CheckReport((Problem("batch_size", "memory", expected, received),), found, free, fits)


def _needed(model: nn.Module, data: DataSet, config: TrainConfig, batch: int) -> TrainingMemory:
    """What training with such a batch takes at its peak."""
    trained = sum(each.numel() * each.itemsize for each in model.parameters() if each.requires_grad)
    state = OPTIMIZERS[config.optimizer.kind].numbers(config.optimizer.options) * trained
    found = memory(model, _inputs(data, batch), "SGD")
    held = found.parameters + found.buffers
    return TrainingMemory(batch, held, trained, state, max(0, found.training_peak - held - trained))


def _largest(model: nn.Module, data: DataSet, config: TrainConfig, whole: TrainingMemory, free: int) -> int:
    """The largest batch that was found to fit; 0 where none does. Memory grows about evenly with the batch."""
    least, batch = 2 if _normalizes(model) else 1, whole.batch
    first = _needed(model, data, config, least).total
    if first > free or batch <= least:
        return least if first <= free else 0
    each = max(1.0, (whole.total - first) / (batch - least))
    tried = min(batch - 1, least + int((free - first) / each))
    for _ in range(_TRIES):
        if tried <= least or _needed(model, data, config, tried).total <= free:
            break
        tried = int(tried * 0.9)
    else:
        tried = least
    return max(tried, least)


def _normalizes(model: nn.Module) -> bool:
    """Whether a normalization in it wants more than one sample."""
    return any(isinstance(each, nn.modules.batchnorm._BatchNorm) for each in model.modules())


def _size(count: int) -> str:
    for unit, name in ((2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB")):
        if count >= unit:
            return f"{count / unit:,.1f} {name}"
    return f"{count} B"
