"""A custom layer tried out alone: built, run on random values, and its gradients checked."""

from __future__ import annotations

import ast
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy
import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from composer.codegen.alone import classes_of
from composer.codegen.judging import custom_classes
from composer.design.document import Definition, Design
from composer.design.nodes import Code
from composer.design.paths import definition_of
from composer.engine.custom import alone, run_source
from composer.engine.gradcheck import gradient_check
from composer.errors import CutOff, DesignError, Problem
from composer.trial_reports import TriedReport, TriedTensor

Given = tuple[tuple[int, ...], str] | None
"""The shape and dtype of an input; None where an optional one is left out."""

_INTEGERS = 10  # integer inputs are below it
_SHOWN = 100  # values of a tensor that are written out in full
_EDGE = 3
_DRAWN = 512  # values of a row that are drawn
_LONGEST = 3_000  # characters of them
_OUTPUTS = 20
_FILENAME = "<the layer>"


def try_layer(
    design: Design,
    name: str,
    options: Mapping[str, int],
    inputs: Sequence[Given],
    seed: int = 0,
    waves: Sequence[float] = (),
) -> TriedReport:
    """What becomes of the custom layer `name` on random values; `inputs` are those of its `forward`.

    With `waves`, inputs of real numbers are a signal instead: along the last dimension a sum of sines, each with that
    many periods.

    Raises:
        DesignError: where there is no such layer, or it or what it uses has problems, or its inputs are others.
        RuntimeError, MemoryError: where memory ran out.
    """
    definition = _checked(design, name, inputs)
    text = alone(design, name)
    found = TriedReport(classes_of(text))
    try:
        with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.manual_seed(seed)
            layer = run_source(text, _FILENAME, custom_classes(design))[name](**options).eval()
            return _ran(found, layer, [_made(each, waves) for each in inputs], definition.body.input_names, seed)
    except Exception as error:
        if isinstance(error, MemoryError) or "memory" in str(error):
            raise
        return replace(found, error=_sentence(error), line=Lines.of(text, definition).of_error(error))


def _checked(design: Design, name: str, inputs: Sequence[Given]) -> Definition:
    definition = definition_of(design, name)
    expected = len(definition.body.input_names)
    if not isinstance(definition.body, Code):
        raise DesignError(Problem(f".{name}", "kind", "a custom layer", f"a {definition.body.kind}"))
    if len(inputs) != expected:
        raise DesignError(
            Problem(f".{name}", "inputs", f"as many inputs as its forward has ({expected})", str(len(inputs)))
        )
    return definition


def _ran(
    found: TriedReport, layer: nn.Module, values: Sequence[Tensor | None], names: Sequence[str], seed: int
) -> TriedReport:
    start = time.perf_counter()
    with torch.no_grad():
        output = layer(*values)
    seconds = time.perf_counter() - start
    given = zip(names, values, strict=True)
    return replace(
        found,
        inputs=tuple(_told(name, each) for name, each in given if each is not None),
        outputs=tuple(_told(where, each) for where, each in islice(_tensors(output), _OUTPUTS)),
        parameters=tuple(_told(name, each) for name, each in layer.named_parameters() if not is_lazy(each)),
        seconds=seconds,
        gradient=gradient_check(layer, values, seed),
    )


def _made(given: Given, waves: Sequence[float]) -> Tensor | None:
    if given is None:
        return None
    shape, name = given
    dtype = getattr(torch, name)
    if waves and dtype.is_floating_point:
        time = torch.arange(shape[-1], dtype=dtype) / shape[-1]
        return torch.stack([torch.sin(2 * torch.pi * each * time) for each in waves]).sum(0).expand(shape).contiguous()
    if dtype.is_floating_point or dtype.is_complex:
        return torch.randn(shape, dtype=dtype)
    return torch.randint(2 if dtype is torch.bool else _INTEGERS, shape).to(dtype)


def _tensors(value: object, where: str = "") -> Iterator[tuple[str, object]]:
    """The parts of what forward gives, by their places: "1", "1.0"; a lone one has no place."""
    if isinstance(value, tuple | list):
        for place, each in enumerate(value):
            yield from _tensors(each, f"{where}.{place}" if where else str(place))
    else:
        yield where, value


def _told(name: str, value: object) -> TriedTensor:
    if not isinstance(value, Tensor):
        return TriedTensor(name, (), type(value).__name__, repr(value)[:_LONGEST])
    array = value.detach().to("cpu").resolve_conj().resolve_neg()
    known = array.float() if array.dtype in (torch.bfloat16, torch.float16) else array
    text = numpy.array2string(known.numpy(), precision=4, threshold=_SHOWN, edgeitems=_EDGE, separator=", ")
    dtype = str(value.dtype).removeprefix("torch.")
    shown = text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"
    return TriedTensor(name, tuple(value.shape), dtype, shown, _row(known))


def _row(values: Tensor) -> tuple[float, ...]:
    """The magnitudes along the last dimension, of the first sample."""
    if not values.dim() or not values.numel():
        return ()
    first = values[(0,) * (values.dim() - 1)][:_DRAWN]  # no reshape: that would copy what is expanded
    row = (first if first.dtype is not torch.bool else first.byte()).abs().double()
    return tuple(row.tolist()) if bool(torch.isfinite(row).all()) else ()


def _sentence(error: Exception) -> str:
    if isinstance(error, CutOff):
        return f"The {error.what} was cut off after {error.after}: does it ever end?"
    lines = str(error).strip().splitlines()
    name = type(error).__name__
    return f"{name}: {lines[0][:300]}" if lines else name


@dataclass(frozen=True, slots=True)
class Lines:
    """Where the code of a layer stands in a source: line 1 of it is line `head` + 1, of `count` in all."""

    head: int
    count: int

    @staticmethod
    def of(text: str, definition: Definition) -> Lines:
        """By a method's place here and there."""
        assert isinstance(definition.body, Code)
        own = ast.parse(text)
        (found,) = (each for each in own.body if isinstance(each, ast.ClassDef) and each.name == definition.name)
        there = {each.name: each.lineno for each in found.body if isinstance(each, ast.FunctionDef)}
        code = definition.body.code
        here = next(each for each in ast.parse(code).body if isinstance(each, ast.FunctionDef))
        return Lines(there[here.name] - here.lineno, code.count("\n") + 1)

    def of_error(self, error: BaseException) -> int | None:
        """The line of the code in which an error came up, innermost first; None where it is in none."""
        found = [error.line - self.head] if isinstance(error, CutOff) else self._traced(error)
        return next((line for line in reversed(found) if 0 < line <= self.count), None)

    def _traced(self, error: BaseException) -> list[int]:
        found, at = [], error.__traceback__
        while at:
            if at.tb_frame.f_code.co_filename == _FILENAME:
                found.append(at.tb_lineno - self.head)
            at = at.tb_next
        return found
