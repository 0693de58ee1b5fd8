"""What each use of a shared or tied parameter adds to its gradient.

At every call of a module that has such a parameter, the module reads an alias of it that is made for this call
(`view_as`, whose gradient autograd adds to the parameter's). So the contributions are those of the very backward pass
that makes the gradient; no second one is run.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from composer.engine.decades import doubles, plain
from composer.signals import UseReport

_VALUES = 16
_ROUNDING = 1e-6  # of the largest entry: beyond, a part of the gradient has no use that was seen


@dataclass(frozen=True, slots=True)
class _Site:
    """Where a module reads a parameter: `owner` has it as `local`, which is `inside` the module that is called."""

    owner: nn.Module
    local: str
    inside: str
    parameter: nn.Parameter


class Uses:
    """Aliases for a model whose parameters are its own: a copy that nobody else runs."""

    def __init__(self, model: nn.Module) -> None:
        names: dict[nn.Parameter, int] = {}
        for _name, each in model.named_parameters(remove_duplicate=False):
            names[each] = names.get(each, 0) + 1
        several = {each for each, number in names.items() if number > 1}
        self._sites = {module: _sites(module, several) for module in model.modules()} if several else {}
        self._found: dict[nn.Parameter, list[tuple[str, Tensor]]] = {each: [] for each in several}

    def enter(self, path: str, module: nn.Module) -> None:
        """Give `module`, which is called at `path`, aliases of its own."""
        for site in self._sites.get(module, ()):
            alias = site.parameter.view_as(site.parameter)
            if alias.requires_grad:
                alias.retain_grad()
            site.owner._parameters[site.local] = alias  # type: ignore[assignment]
            self._found[site.parameter].append((f"{path}.{site.inside}".removeprefix("."), alias))

    def of(self, parameter: nn.Parameter) -> list[tuple[str, Tensor]]:
        """The uses of a parameter that got a gradient, in the order of the calls."""
        found = self._found.get(parameter, ())
        return [(name, alias.grad) for name, alias in found if alias.grad is not None]


def _sites(module: nn.Module, several: set[nn.Parameter]) -> list[_Site]:
    """Own parameters; in a layer of torch's also those of its parts, which it may read without calling them."""
    parts = module.named_modules() if is_layer(module) else [("", module)]
    return [
        _Site(part, local, f"{path}.{local}".removeprefix("."), parameter)
        for path, part in parts
        for local, parameter in part._parameters.items()
        if parameter is not None and parameter in several
    ]


def is_layer(module: nn.Module) -> bool:
    """Whether it is a layer of torch's, and not just a container of modules."""
    containers = (nn.Sequential, nn.ModuleList, nn.ModuleDict)
    return type(module).__module__.startswith("torch.nn.") and not isinstance(module, containers)


def reports(gradient: Tensor, uses: list[tuple[str, Tensor]]) -> tuple[tuple[UseReport, ...], float]:
    """A row for each use, and the largest entry of |gradient - their sum|. What no use explains is a row named ""."""
    total = doubles(gradient)
    parts = [(name, doubles(each)) for name, each in uses]
    rest = total - sum((each for _name, each in parts), torch.zeros_like(total))
    gap = float(rest.abs().max()) if rest.numel() else 0.0
    if gap > _ROUNDING * float(total.abs().max().clamp(min=1e-30)) and gap > _ROUNDING:
        parts.append(("", rest))
        gap = 0.0
    square = float(total.square().sum())
    rows = (
        UseReport(name, float(each.norm()), float((each * total).sum()) / square if square else None, first(each))
        for name, each in parts
    )
    return tuple(rows), gap


def first(tensor: Tensor) -> tuple[float, ...]:
    """The first 16 numbers of a tensor, row by row."""
    return tuple(plain(tensor).flatten()[:_VALUES].tolist())
