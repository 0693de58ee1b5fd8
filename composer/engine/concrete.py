"""Making lazy layers concrete: the edits that write the sizes of a live model into its design."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from torch import nn
from torch.nn.modules.lazy import LazyModuleMixin

from composer.catalog import LAYERS
from composer.catalog.layers import concrete_options
from composer.design.document import Design, Rule
from composer.design.nodes import Layer, rebuild
from composer.design.paths import find
from composer.reports import StepReport, under

Edit = Mapping[str, Any]


def concrete(
    design: Design, model: nn.Module, steps: Mapping[str, StepReport]
) -> tuple[tuple[Edit, ...], dict[str, str]]:
    """Edits that make each lazy layer the concrete one that it is in `model`, and why others have none, by path.

    `model` is that of `design`, and `steps` are those of its shapes.
    """
    edits: list[Edit] = []
    left: dict[str, str] = {}
    done: dict[str, str] = {}
    for path, instances in _instances(steps).items():
        node = find(design, path)
        assert isinstance(node, Layer)
        sizes = [_sizes(model.get_submodule(each), node) for each in instances]
        if any(each is None for each in sizes):
            left[path] = "it has no sizes yet"
        elif any(each != sizes[0] for each in sizes):
            left[path] = f"its instances differ: {_differ(instances, sizes)}"
        else:
            edits += _edits(path, node, sizes[0] or {})
            done |= dict.fromkeys(instances, node.kind)
    rules = tuple(each for rule in design.initializers for each in _rules(rule, done, steps))
    if rules != design.initializers:
        edits.append({"edit": "set_rules", "rules": [each.model_dump(mode="json") for each in rules]})
    return tuple(edits), left


def _instances(steps: Mapping[str, StepReport]) -> dict[str, list[str]]:
    """The paths of each lazy layer's instances, by its path in the document."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for path, step in steps.items():
        if step.kind in LAYERS and LAYERS[step.kind].concrete:
            found[step.node].append(path)
    return found


def _sizes(module: nn.Module, node: Layer) -> dict[str, int] | None:
    if isinstance(module, LazyModuleMixin):
        return None
    return {name: int(getattr(module, name)) for name in LAYERS[node.spec.concrete].infers}


def _differ(instances: list[str], sizes: list[dict[str, int] | None]) -> str:
    other = next(k for k, each in enumerate(sizes) if each != sizes[0])
    return " and ".join(f"{_said(sizes[k] or {})} at {instances[k]}" for k in (0, other))


def _said(sizes: Mapping[str, int]) -> str:
    return ", ".join(f"{name}={size}" for name, size in sizes.items())


def _edits(path: str, node: Layer, sizes: Mapping[str, int]) -> Iterator[Edit]:
    yield {"edit": "set_kind", "path": path, "kind": node.spec.concrete}
    for name, value in concrete_options(node.spec, node.options, sizes).items():
        if name not in node.options or node.options[name] != value:
            yield {"edit": "set_option", "path": path, "name": name, "value": value}


def _rules(rule: Rule, done: Mapping[str, str], steps: Mapping[str, StepReport]) -> Iterator[Rule]:
    """A rule for lazy layers as rules for what becomes of them, and for those that stay lazy."""
    inside = {path: step.kind for path, step in steps.items() if under(rule.where, path)}
    made = [path for path, kind in done.items() if kind == rule.kind and path in inside]
    if not made:
        yield rule
        return
    kind = LAYERS[rule.kind].concrete
    stay = any(each == rule.kind and path not in made for path, each in inside.items())
    if not stay and kind not in inside.values():
        yield rebuild(rule, kind=kind)
        return
    yield from (rebuild(rule, where=path, kind=kind) for path in made)
    if stay:
        yield rule
