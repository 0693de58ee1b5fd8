"""A model as a person would write it by hand: one function that calls functions of torch, with no module between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import fx, nn

from composer.engine.timing.points import Impossible

_REFUSED = (fx.proxy.TraceError, TypeError, ValueError, AttributeError, RuntimeError, AssertionError, KeyError)


class _Through(fx.Tracer):
    """Goes into every module, those of torch included."""

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        return False


@contextmanager
def _unchecked(model: nn.Module) -> Iterator[None]:
    """Normalizations without the look at how many dimensions come, which is not known while a model is followed."""
    checking = [each for each in model.modules() if hasattr(each, "_check_input_dim")]
    for each in checking:
        vars(each)["_check_input_dim"] = lambda *_: None
    try:
        yield
    finally:
        for each in checking:
            del vars(each)["_check_input_dim"]


def straight_line(model: nn.Module) -> Callable[..., Any]:
    """A function of the inputs that computes what `model` does; parameters are bound to it.

    Raises:
        Impossible: where what it does depends on its data, or cannot be followed.
    """
    try:
        with _unchecked(model):
            graph = _Through().trace(model)
    except _REFUSED as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise Impossible(f"it cannot be written without modules: {lines[0][:200]}") from None
    bound: dict[str, Any] = {}
    written = fx.Graph()
    places: dict[fx.Node, fx.Node] = {}
    for node in graph.nodes:  # tensors come first, so that no module has to be asked for them
        if node.op == "get_attr" and str(node.target) not in bound:
            bound[str(node.target)] = _found(model, str(node.target))
    first = {name: written.placeholder(name.replace(".", "_")) for name in bound}
    for node in graph.nodes:
        places[node] = first[str(node.target)] if node.op == "get_attr" else written.node_copy(node, places.__getitem__)
    function = fx.GraphModule(nn.Module(), written).forward
    tensors = tuple(bound.values())
    return lambda *inputs: function(*tensors, *inputs)


def _found(model: nn.Module, name: str) -> Any:
    value: Any = model
    for part in name.split("."):
        value = getattr(value, part)
    return value.detach() if isinstance(value, torch.Tensor) else value
