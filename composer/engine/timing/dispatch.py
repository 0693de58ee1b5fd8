"""What calling a model costs beside its work: the same forward pass, called in several ways."""

from __future__ import annotations

import sys
import types
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from composer.design.document import Design
from composer.engine.timing.curves import Curve, timed_curves
from composer.engine.timing.designs import batches_of, held_by, inputs_for, ready
from composer.engine.timing.method import threads
from composer.engine.timing.points import Impossible, Tell, Work, is_out_of_memory
from composer.engine.timing.recorder import Recorder
from composer.engine.timing.straight import straight_line
from composer.recordings.recording import Recording
from composer.recordings.settings import Dispatch

Call = Callable[[], object]

EAGER = "eager"
INFERENCE = "inference mode"
BY_HAND = "by hand"
COMPILED = "torch.compile"
GRAPH = "CUDA graph"
NOTES = {
    EAGER: "the model is called; autograd keeps what a backward pass needs",
    INFERENCE: "the model is called in inference mode, as in all ways below",
    BY_HAND: "the same functions of torch in one function, with no module between",
    COMPILED: "what torch.compile made of the model for this batch size",
    GRAPH: "the model's kernels, recorded once and launched together",
}

AXIS = "batch size"
_NO_COMPILER = ("No working C++", "not found", "Failed to find", "InvalidCxxCompiler")


def dispatch(settings: Dispatch, design: Design, tell: Tell = lambda event: None) -> Recording:
    """Time the forward pass of `design` in eval mode, called in every way, at every batch size on every device.

    Raises:
        MeasureError: where a device is not there.
        DesignError: where the design cannot be built.
    """
    recorder = Recorder(settings, design.name)
    batches = batches_of(design, settings.batches)
    with threads(settings.method.threads):
        model = ready(design, batches[0], settings.sizes).eval()
        curves = [
            Curve(
                what, device, batches, partial(_work, design, model, settings, device, way), note=NOTES[what], axis=AXIS
            )
            for device in recorder.devices
            for what, way in WAYS.items()
        ]
        return timed_curves(curves, recorder, tell)


def _work(
    design: Design,
    model: nn.Module,
    settings: Dispatch,
    device: torch.device,
    way: Callable[[nn.Module, Sequence[Tensor]], Call],
    batch: int,
) -> Work:
    inputs = inputs_for(design, batch, settings.sizes, device)
    return Work(way(model.to(device), inputs), None if way is _compiled else [*held_by(model), *inputs])


def _eager(model: nn.Module, inputs: Sequence[Tensor]) -> Call:
    return lambda: model(*inputs)


def _inferring(function: Callable[..., Any], inputs: Sequence[Tensor]) -> Call:
    def call() -> object:
        with torch.inference_mode():
            return function(*inputs)

    return call


def _by_hand(model: nn.Module, inputs: Sequence[Tensor]) -> Call:
    return _inferring(straight_line(model), inputs)


def _compiled(model: nn.Module, inputs: Sequence[Tensor]) -> Call:
    with warnings.catch_warnings(), _importable(model):
        warnings.simplefilter("ignore")  # a compiler has many, and none is about this model
        try:
            torch.compiler.reset()
            call = _inferring(torch.compile(model, dynamic=False), inputs)
            call()
        except Exception as error:  # and errors of its own
            if is_out_of_memory(error):
                raise
            raise Impossible(_explained(error)) from None
    return call


@contextmanager
def _importable(model: nn.Module) -> Iterator[None]:
    """While a model is compiled, its source is a module: torch.compile imports where a function finds its globals."""
    name = type(model).__module__
    functions = (each for each in vars(type(model)).values() if isinstance(each, types.FunctionType))
    found = next((each.__globals__ for each in functions if each.__module__ == name), None)
    if found is None or name in sys.modules:
        yield
        return
    module = types.ModuleType(name)
    vars(module).update(found)
    sys.modules[name] = module
    try:
        yield
    finally:
        del sys.modules[name]


def _explained(error: Exception) -> str:
    """Why nothing was compiled, and what to do about it."""
    text = str(error)
    if "compiler" in text.lower() and any(each in text for each in _NO_COMPILER):
        return "torch.compile needs a C++ compiler, and found none; install g++ or clang"
    if "triton" in text.lower() and ("install" in text or "Cannot find" in text):
        return "torch.compile needs Triton for this device, and found none; install the package triton"
    lines = [line for line in text.strip().splitlines() if line.strip()] or [""]
    return f"torch.compile gave up with {type(error).__name__}: {lines[0][:200]}"


def _graphed(model: nn.Module, inputs: Sequence[Tensor]) -> Call:
    """The launch of a CUDA graph that was recorded after a few calls on a stream beside, as torch asks for."""
    device = inputs[0].device
    if device.type != "cuda":
        raise Impossible("CUDA graphs need a CUDA device")
    call = _inferring(model, inputs)
    with torch.cuda.device(device):
        beside = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        beside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(beside):
            for _ in range(3):
                call()
        torch.cuda.current_stream().wait_stream(beside)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            output = call()

    def launch() -> object:
        graph.replay()
        return output

    return launch


WAYS: dict[str, Callable[[nn.Module, Sequence[Tensor]], Call]] = {
    EAGER: _eager,
    INFERENCE: _inferring,
    BY_HAND: _by_hand,
    COMPILED: _compiled,
    GRAPH: _graphed,
}
