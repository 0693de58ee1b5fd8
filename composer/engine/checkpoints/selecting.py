"""What of a module goes into a file: the chosen tensors of its state dict, each once, and which names are tied."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from composer.errors import CheckpointError

_SHOWN = 60  # characters of a name in a message


@dataclass(frozen=True, slots=True)
class Selection:
    """Tensors by the first of their names; `aliases` are further names, each with that first one.

    `names` has them all in the order of the state dict. `versions` are torch's own of the modules: what a state dict
    carries so that older ones can be read.
    """

    names: tuple[str, ...]
    tensors: Mapping[str, Tensor]
    aliases: Mapping[str, str]
    versions: Mapping[str, Any]


def chosen(names: Collection[str], under: str = "", pattern: str = "*") -> tuple[str, ...]:
    """Those of `names` in the block at the path `under` that meet `pattern`, where `*` stands for anything."""
    inside = (name for name in names if not under or name.startswith(f"{under}."))
    return tuple(name for name in inside if fnmatchcase(name, pattern))


def contents(module: nn.Module, names: Collection[str] | None = None, buffers: bool = True) -> Selection:
    """The tensors of the state dict of `module`, or those called `names`; perhaps without buffers.

    Raises:
        CheckpointError: where there is none, or one has no values yet or is of a sort that no file can hold.
    """
    state: dict[str, Any] = module.state_dict(keep_vars=True)
    missing = [name for name in names or () if name not in state]
    if missing:
        raise CheckpointError(f"There is no tensor {missing[0][:_SHOWN]!r} in the model's state dict to be saved.")
    wanted = state.keys() if names is None else set(names)
    every = {name: value for name, value in state.items() if name in wanted}
    if not buffers:
        every = {name: value for name, value in every.items() if isinstance(value, nn.Parameter)}
    if not every:
        raise CheckpointError("No tensor was chosen, so there is nothing to save. Choose another block or pattern.")
    _all_plain(every)
    owners: dict[object, str] = {}
    first = {name: owners.setdefault(_place(tensor), name) for name, tensor in every.items()}
    tensors = {name: every[name].detach() for name, owner in first.items() if name == owner}
    aliases = {name: owner for name, owner in first.items() if name != owner}
    return Selection(tuple(every), tensors, aliases, getattr(state, "_metadata", {}))


def _all_plain(state: Mapping[str, Any]) -> None:
    waiting = [name for name, value in state.items() if isinstance(value, Tensor) and (is_lazy(value) or value.is_meta)]
    if waiting:
        more = f" and {len(waiting) - 1:,} more" if len(waiting) > 1 else ""
        way = "A dry run on Initialize gives them some; or choose tensors without them."
        raise CheckpointError(f"{waiting[0][:_SHOWN]}{more} cannot be saved: no values yet. {way}")
    for name, reason in _unfit(state):
        raise CheckpointError(f"{name[:_SHOWN]} cannot be saved: {reason}. Choose tensors without it.")


def _unfit(state: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in state.items():
        if not isinstance(value, Tensor):
            yield name, f"it is no tensor but a {type(value).__name__[:_SHOWN]}"
        elif value.layout != torch.strided or value.is_quantized:
            yield name, "files hold plain tensors, and it is sparse, nested or quantized"


def _place(tensor: Tensor) -> object:
    """The same for tensors that are the same values in memory."""
    if not tensor.numel():
        return id(tensor)
    layout = (tuple(tensor.shape), tensor.stride(), tensor.dtype, tensor.is_conj(), tensor.is_neg())
    return (tensor.device, tensor.data_ptr(), *layout)
