"""A model as a program of its own: `.pt2` by `torch.export`, which runs without the class, and ONNX."""

from __future__ import annotations

import importlib.util
import logging
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from composer.design.document import Design
from composer.engine.checkpoints.writing import only_if_right
from composer.engine.exports.model import plain
from composer.engine.exports.trials import Tell, Trial, checked, run, silent, symbols, trials
from composer.errors import CheckpointError
from composer.export_reports import Checked, ExportReport
from composer.reports import Progress

_EQUAL = 1e-5  # relative to the largest output: other kernels add in another order
_ONNX = 1e-4  # another runtime with other kernels
_PROTOBUF = 2**31  # bytes of one message
_STEPS = 3


def write_program(design: Design, model: nn.Module, path: Path, tell: Tell = silent) -> ExportReport:
    """Write `model`, which is that of `design`, as a `torch.export` program to `path`, and run it beside it.

    Raises:
        CheckpointError: where it cannot be exported, or gives other outputs.
        DesignError: where the design has problems.
    """
    copy, tried = plain(design, model), trials(design, model)
    with _quiet(), only_if_right(path):
        tell(Progress("exporting", 1, _STEPS))
        program = _exported(design, copy, tried[0], path.suffix)
        tell(Progress("writing", 2, _STEPS))
        torch.export.save(program, path)
        tell(Progress("reading it again and running it", 3, _STEPS))
        again = torch.export.load(path).module()
        return _report(design, path, tried, partial(run, again), _EQUAL)


def write_onnx(design: Design, model: nn.Module, path: Path, tell: Tell = silent) -> ExportReport:
    """Write `model`, which is that of `design`, as ONNX to `path`, and run it in onnxruntime beside it.

    Raises:
        CheckpointError: where what this takes is not installed, it cannot be exported, or it gives other outputs.
        DesignError: where the design has problems.
    """
    missing = [name for name in ("onnx", "onnxscript", "onnxruntime") if importlib.util.find_spec(name) is None]
    if missing:
        raise CheckpointError(f"ONNX takes {', '.join(missing)}, not installed here. Install the extra onnx.")
    copy = plain(design, model)
    nbytes = sum(each.nbytes for each in copy.state_dict().values())
    if nbytes >= _PROTOBUF:
        raise CheckpointError(f"The model has {nbytes / 2**30:.1f} GiB of values; one ONNX file holds less than 2 GiB. "
                              "Export it as .pt2, or as source with weights.")  # fmt: skip
    tried = trials(design, model)
    names = [each.name for each in design.inputs]
    with _quiet(), only_if_right(path):
        tell(Progress("exporting", 1, _STEPS))
        program = _exported(design, copy, tried[0], path.suffix)
        tell(Progress("translating to ONNX", 2, _STEPS))
        try:
            made = torch.onnx.export(program, dynamo=True, input_names=names, verbose=False)
            assert made is not None
            made.save(str(path))
        except Exception as error:
            raise _refused("ONNX", error) from error
        tell(Progress("reading it again and running it", 3, _STEPS))
        return _report(design, path, tried, _onnx_session(path, names), _ONNX)


def _exported(design: Design, model: nn.Module, trial: Trial, what: str) -> torch.export.ExportedProgram:
    """The program; symbolic sizes stay open as far as the model's own code leaves them so."""
    free = tuple(
        {k: torch.export.Dim.AUTO for k, dim in enumerate(each.shape) if isinstance(dim, str)} for each in design.inputs
    )
    try:
        return torch.export.export(model, trial.inputs, dynamic_shapes=free)
    except Exception as error:
        raise _refused(what, error) from error


def _refused(what: str, error: Exception) -> CheckpointError:
    """The reason is torch's own; its first line says what it met."""
    first = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
    return CheckpointError(f"This model cannot be written as {what}: {first[:150]} Export it as source with weights.")


def _onnx_session(path: Path, names: Sequence[str]) -> Callable[[tuple[Tensor, ...]], Sequence[Tensor]]:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    taken = {each.name for each in session.get_inputs()}  # an input that nothing reads is not in the file

    def call(inputs: tuple[Tensor, ...]) -> Sequence[Tensor]:
        given = {name: each.numpy() for name, each in zip(names, inputs, strict=True) if name in taken}
        return [torch.as_tensor(each) for each in session.run(None, given)]

    return call


def _report(
    design: Design, path: Path, tried: Sequence[Trial], call: Callable[[tuple[Tensor, ...]], Any], tolerance: float
) -> ExportReport:
    """What came of running the file on all trials. A size that it takes only as in the first one is fixed in it."""
    first, *others = tried
    rows: list[Checked] = [checked(first, call(first.inputs), f"The {path.suffix} file", tolerance)]
    fixed: dict[str, int] = {}
    for trial in others:
        changed = [name for name, size in trial.sizes.items() if size != first.sizes[name]]
        try:
            outputs = call(trial.inputs)
        except Exception:  # whichever error the runtime has for a size that it does not take
            fixed |= {name: first.sizes[name] for name in changed}
            continue
        rows.append(checked(trial, outputs, f"The {path.suffix} file", tolerance))
    free = tuple(name for name in symbols(design.inputs) if name not in fixed)
    return ExportReport(path.stat().st_size, tuple(rows), free, tuple(fixed.items()))


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the exporters' warnings and logs, which are for their own developers, from the terminal."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
