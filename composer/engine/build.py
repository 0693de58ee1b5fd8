"""From source text to a live module."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from composer.codegen.judging import custom_classes
from composer.codegen.source import class_name_of, listing, source
from composer.design.document import Design
from composer.engine.custom import custom_layers, run_source
from composer.engine.shapes import shapes
from composer.engine.symbols import is_sure
from composer.errors import DesignError
from composer.reports import ShapesReport, SourceReport, describe

_CANNOT_BE_BUILT = (
    "broken-tie", "tie-shape", "lazy-tie", "broken-freeze", "broken-rule", "broken-share", "unsuited-rule",
    "unsuited-initializer",
)  # fmt: skip


def notes_of(report: ShapesReport) -> dict[str, str]:
    """Shapes as the comments of the source, by the document's path; none where it is not sure."""
    return {path: describe(value) for path, value in report.outputs.items() if is_sure(value)}


def source_of(design: Design) -> str:
    """The design's source with its shapes as comments: the text that is exported, and run for the live model.

    Raises:
        DesignError: where the design has problems that no source can be written for.
    """
    return listing_of(design).text


def listing_of(design: Design, run_code: bool = True) -> SourceReport:
    """The text of `source_of`, and whose its lines are.

    Raises:
        DesignError: where the design has problems that no source can be written for.
    """
    skip = frozenset[str]() if run_code else custom_layers(design)
    return listing(design, notes_of(shapes(design, skip=skip)))


def build(text: str, class_name: str, seed: int = 0, custom: Collection[str] = ()) -> nn.Module:
    """Run source text and make an instance of its class, after `torch.manual_seed(seed)`.

    `custom` are the classes that hold code of custom layers, whose loops are capped. The random state is afterwards
    what it was before.
    """
    return drawn(text, class_name, seed, custom)[0]


def drawn(text: str, class_name: str, seed: int = 0, custom: Collection[str] = ()) -> tuple[nn.Module, Tensor]:
    """What `build` gives, and the random state from which its lazy layers go on to draw their values."""
    namespace = run_source(text, f"<{class_name}>", custom)
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.manual_seed(seed)
        module: nn.Module = namespace[class_name]()
        draws = torch.get_rng_state()
    return module, draws


def live(design: Design) -> nn.Module:
    """The live model of `design`, at its initial values.

    Raises:
        DesignError: where the design has problems.
    """
    report = shapes_checked(design)
    return build(source(design, notes_of(report)), class_name_of(design), design.seed, custom_classes(design))


def shapes_checked(design: Design) -> ShapesReport:
    """The shapes of `design` after `check`.

    Raises:
        DesignError: where the design cannot be lowered to source, or it names a module or parameter that is not there.
    """
    source(design)
    report = shapes(design)
    broken = [each for each in report.problems if each.code in _CANNOT_BE_BUILT]
    if broken:
        raise DesignError(broken)
    return report


def transfer(old: nn.Module, new: nn.Module) -> tuple[str, ...]:
    """Give `new` the saved values of `old` wherever name, shape and dtype agree; the names of those kept.

    A value of several names is found by each of them, so one that is tied no more keeps it, too. A constant is
    what the design says now. A lazy parameter that was materialized gives its values only to one that is, too: see
    `composer.engine.carry`.
    """
    before: Mapping[str, Tensor] = old.state_dict(keep_vars=True)
    after: Mapping[str, Tensor] = new.state_dict(keep_vars=True)
    kept = []
    with torch.no_grad():
        for name in saved_names(new):
            tensor, value = after[name], before.get(name)
            if value is None or is_lazy(tensor) or is_lazy(value):
                continue
            if value.shape == tensor.shape and value.dtype == tensor.dtype:
                tensor.copy_(value)
                kept.append(name)
    return tuple(kept)


def saved_names(module: nn.Module) -> tuple[str, ...]:
    """The names of a model's parameters and saved buffers, each by its first one."""
    saved = module.state_dict(keep_vars=True)
    named = (*module.named_parameters(), *module.named_buffers())
    return tuple(name for name, _ in named if name in saved)
