"""The smallest module that has a custom layer's code as its methods."""

from __future__ import annotations

import math
from collections.abc import Mapping
from textwrap import indent
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from composer.codegen.gate import Names, examine
from composer.engine.capped import Cap, capped, names

HEAD = "class Layer(nn.Module):\n"


def layer(text: str, declared: Mapping[str, Any] | None = None, gate: bool = True, cap: Cap | None = None) -> nn.Module:
    """An instance of a class with the methods of `text` and what is `declared`, after its init."""
    values = declared or {}
    if gate:
        assert examine(text, names_of(values)).refusals == ()
    source = HEAD + indent(text, "    ")
    tree = capped(source, "<layer>", [range(source.count("\n") + 2)])
    namespace: dict[str, Any] = {"torch": torch, "F": F, "nn": nn, "math": math, **names(cap)}
    exec(compile(tree, "<layer>", "exec", dont_inherit=True), namespace)
    module: nn.Module = namespace["Layer"]()
    for name, value in values.items():
        if isinstance(value, Tensor) and not isinstance(value, nn.Parameter):
            module.register_buffer(name, value)
        else:
            setattr(module, name, value)
    if hasattr(module, "init"):
        with torch.no_grad():
            module.init()
    return module


def names_of(declared: Mapping[str, Any]) -> Names:
    tensors = {name for name, value in declared.items() if isinstance(value, Tensor)}
    layers = {name for name, value in declared.items() if isinstance(value, nn.Module)}
    return Names(tensors, layers, set(declared) - tensors - layers)
