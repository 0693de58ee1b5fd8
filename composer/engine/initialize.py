"""Initial values of a live model by the rules of its design: exactly those that running the design's source gives.

The source itself is what fills: it is run anew under the design's seed, and what its rules filled is taken from
there. So no second reading of the rules can differ from the first, and what no rule names is never touched.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn.modules.lazy import LazyModuleMixin
from torch.nn.parameter import is_lazy

from composer.codegen.judging import custom_classes
from composer.design.document import Design
from composer.engine.build import drawn
from composer.engine.expected import expected
from composer.engine.held import named_tensors
from composer.engine.statistics import statistics
from composer.initial_reports import FilledReport
from composer.reports import ResolvedReport, TensorReport, TensorType

Filled = Mapping[str, tuple[int, Tensor]]
"""The number of the rule and the values, by the first name of each parameter."""


def initial_values(
    code: str, class_name: str, design: Design, rows: Sequence[TensorReport], resolved: Sequence[ResolvedReport]
) -> dict[str, tuple[int, Tensor]]:
    """What the rules give to the parameters that have values; memory for one more model is taken meanwhile.

    `rows` are those of the design's shapes. Lazy layers take the sizes that they have in the live model, in the order
    in which they did there: `resolved`.
    """
    fresh, draws = drawn(code, class_name, design.seed, custom_classes(design))
    modules = dict(fresh.named_modules())
    with torch.random.fork_rng(devices=[]):
        torch.set_rng_state(draws)
        for row in resolved:
            module = modules.get(row.path)
            if isinstance(module, LazyModuleMixin) and isinstance(row.input, TensorType):
                given = torch.empty([_size(dim) for dim in row.input.dims], device="meta")
                module._infer_parameters(module, (given,))  # type: ignore[misc]  # as torch does in a run
    tensors = named_tensors(fresh)
    ruled = {row.name: row.rule for row in rows if row.rule is not None and not row.owner}
    return {name: (rule, tensors[name].detach()) for name, rule in ruled.items() if not is_lazy(tensors[name])}


def _size(dim: int | str) -> int:
    return dim if isinstance(dim, int) else 1


def waits(rows: Sequence[TensorReport], model: nn.Module) -> tuple[str, ...]:
    """The parameters that rules fill as soon as their lazy layers have sizes."""
    tensors = named_tensors(model)
    return tuple(row.name for row in rows if row.rule is not None and not row.owner and is_lazy(tensors[row.name]))


def twin_of(model: nn.Module, values: Filled) -> nn.Module:
    """A copy of `model` with other values."""
    twin = copy.deepcopy(model)
    tensors = named_tensors(twin)
    with torch.no_grad():
        for name, (_, value) in values.items():
            tensors[name].copy_(value)
    return twin


def compare(design: Design, model: nn.Module, values: Filled) -> tuple[FilledReport, ...]:
    """A row for each parameter: its values in `model`, and those that it would have."""
    tensors = named_tensors(model)
    return tuple(_row(design, name, rule, tensors[name], value) for name, (rule, value) in values.items())


def _row(design: Design, name: str, rule: int, before: Tensor, after: Tensor) -> FilledReport:
    old, new = statistics(before), statistics(after)
    assert old and new
    shape = tuple(after.shape)
    found = expected(design.initializers[rule].init, shape)
    return FilledReport(name, rule, shape, old, new, (found.mean, found.std) if found else None)
