"""A model as a person would write it by hand: one function that calls functions of torch, with no module between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from operator import attrgetter
from typing import Any

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
    names = dict.fromkeys(str(node.target) for node in graph.nodes if node.op == "get_attr")
    function = fx.GraphModule(nn.Module(), _with_tensors_first(graph, list(names))).forward
    tensors = tuple(attrgetter(name)(model) for name in names)
    return lambda *inputs: function(*tensors, *inputs)


def _with_tensors_first(graph: fx.Graph, names: list[str]) -> fx.Graph:
    """The graph with the tensors of these names as its first inputs, so that no module has to be asked for them."""
    written = fx.Graph()
    first = {name: written.placeholder(f"tensor_{k}") for k, name in enumerate(names)}
    places: dict[fx.Node, fx.Node] = {}
    for k, node in enumerate(graph.nodes):
        if node.op == "get_attr":
            places[node] = first[str(node.target)]
        elif node.op == "placeholder":
            places[node] = written.placeholder(f"input_{k}")
        else:
            places[node] = written.node_copy(node, places.__getitem__)
    return written
