"""Running one layer or op on the meta device: what comes out, without any data.

Results are kept by the source text and the types of the inputs, so that a layer that occurs a hundred times,
or did not change in an edit, costs nothing.
"""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.parameter import UninitializedBuffer, UninitializedParameter
from torch.utils.flop_counter import FlopCounterMode

from composer.catalog.options import DTYPES
from composer.reports import TensorType, ValueType

NAMESPACE = {"torch": torch, "nn": nn, "F": F}
MAX_REAL = 4_000_000  # elements that a call on the CPU may take
_DTYPE_ERROR = re.compile(
    r"dtype|not implemented for|scalar type|data type|[Cc]omplex|[Ff]loating|Long|Int|Bool"
    r"|bool (tensor|input)|should be the same|int64_t"
)
DTYPE: dict[str, torch.dtype] = {name: getattr(torch, name) for name in DTYPES}


@dataclass(frozen=True, slots=True)
class OwnTensor:
    """A parameter or buffer of one layer, by its name there; `shape` None while lazy. `saved`: in the state dict.

    `inner` is the `torch.nn` class of the module inside the layer that has it; "" where that is the layer itself.
    """

    name: str
    shape: tuple[int, ...] | None
    dtype: str
    parameter: bool
    saved: bool = True
    inner: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a layer or op gave: an output, or the text of the error."""

    output: ValueType | None
    tensors: tuple[OwnTensor, ...] = ()
    flops: int | None = None
    error: str = ""


@lru_cache(maxsize=20_000)
def run_op(call: str, inputs: tuple[ValueType, ...], flops: bool = False) -> Outcome:
    """Run the text of an op's call, whose inputs are `a0`, `a1`, …"""
    try:
        outcome = _run(_code(call), {}, inputs, flops)
    except Exception as error:  # whatever torch raises is the answer to "what would happen"
        return Outcome(None, error=text_of(error))
    refused = dtype_error("", call, inputs)
    return Outcome(None, error=refused) if refused else outcome


@lru_cache(maxsize=20_000)
def run_layer(
    construct: str,
    call: str,
    inputs: tuple[ValueType, ...],
    first: tuple[ValueType, ...] | None = None,
    flops: bool = False,
) -> Outcome:
    """Make a layer and call it. `first` are the inputs of an earlier call that gave a lazy layer its sizes."""
    try:
        module = _module(construct)
    except Exception as error:
        return Outcome(None, error=text_of(error))
    try:
        if first is not None:
            _run(_code(call), {"m": module}, first, False)
        outcome = _run(_code(call), {"m": module}, inputs, flops)
    except Exception as error:
        return Outcome(None, tensors=own_tensors(module), error=text_of(error))
    refused = dtype_error(construct, call, inputs)
    return Outcome(None if refused else outcome.output, own_tensors(module), outcome.flops, refused)


@lru_cache(maxsize=20_000)
def tensors_of(construct: str) -> tuple[OwnTensor, ...]:
    """The parameters and buffers of a layer that was not run; none where it cannot be made."""
    try:
        return own_tensors(_module(construct))
    except Exception:
        return ()


def clear() -> None:
    """Forget every result (for benchmarks of a cold start)."""
    for cached in (run_op, run_layer, tensors_of, _code):
        cached.cache_clear()


def dtype_error(construct: str, call: str, inputs: tuple[ValueType, ...]) -> str:
    """What torch says against the inputs' element types, or "".

    The meta device lets many calls pass that no other device takes, such as integers into a Linear. So where
    anything but float32 comes in, the call is made once more on the CPU, unless that takes much memory.
    """
    if all(each.dtype == "float32" for each in tensor_types(inputs)):
        return ""
    error = real_error(construct, call, inputs)
    return error if _DTYPE_ERROR.search(error) else ""  # the values are made up: only their types count


@lru_cache(maxsize=20_000)
def real_error(construct: str, call: str, inputs: tuple[ValueType, ...]) -> str:
    """What torch says against a call with zeros on the CPU; "" also where it would take much memory."""
    if sum(math.prod(map(int, each.dims)) for each in tensor_types(inputs)) > MAX_REAL:
        return ""
    if construct and _size(construct) > MAX_REAL:
        return ""
    try:
        with torch.device("cpu"), warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")
            names = {"m": _module(construct, "cpu")} if construct else {}
            values = {f"a{k}": _map(each, _zeros) for k, each in enumerate(inputs)}
            eval(_code(call), {**NAMESPACE, **names, **values})
    except Exception as error:  # whatever it is, it is the answer
        return text_of(error)
    return ""


def tensor_types(value: ValueType) -> Iterator[TensorType]:
    """The types of the tensors in a value."""
    if isinstance(value, tuple):
        for each in value:
            yield from tensor_types(each)
    else:
        yield value


def _size(construct: str) -> int:
    return sum(math.prod(each.shape or ()) for each in tensors_of(construct))


def _zeros(each: TensorType) -> Tensor:
    return torch.zeros(each.dims, dtype=DTYPE[each.dtype])  # type: ignore[arg-type]  # definite sizes here


def _module(construct: str, device: str = "meta") -> nn.Module:
    with torch.device(device), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module: nn.Module = eval(_code(construct), dict(NAMESPACE))
    return module.eval()


@lru_cache(maxsize=20_000)
def _code(text: str) -> CodeType:
    return compile(text, "<preview>", "eval")


def _run(code: CodeType, names: dict[str, Any], inputs: Sequence[ValueType], flops: bool) -> Outcome:
    values = {f"a{k}": build(each) for k, each in enumerate(inputs)}
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if not flops:
            return Outcome(type_of(eval(code, {**NAMESPACE, **names, **values})))
        with FlopCounterMode(display=False) as counter:
            output = eval(code, {**NAMESPACE, **names, **values})
        return Outcome(type_of(output), flops=counter.get_total_flops())


def build(value: ValueType, device: str = "meta") -> Any:
    """A value of that type: on another device than meta, random numbers, or zeros where they are no real ones."""

    def make(each: TensorType) -> Tensor:
        empty = torch.empty(each.dims, dtype=DTYPE[each.dtype], device=device)  # type: ignore[arg-type]  # definite here
        return empty.normal_() if empty.is_floating_point() else empty.zero_()

    return _map(value, make)


def _map(value: ValueType, make: Callable[[TensorType], Tensor]) -> Any:
    return tuple(_map(each, make) for each in value) if isinstance(value, tuple) else make(value)


def type_of(value: Any) -> ValueType | None:
    """The type of a tensor or of a tuple or list of them, `()` of a None among them; None for anything else."""
    if isinstance(value, Tensor):
        return TensorType(tuple(value.shape), dtype_name(value.dtype))
    if isinstance(value, tuple | list):
        items = tuple(() if each is None else type_of(each) for each in value)
        return None if any(each is None for each in items) else items  # type: ignore[return-value]
    return None


def dtype_name(dtype: torch.dtype) -> str:
    """`float32` for `torch.float32`."""
    return str(dtype).removeprefix("torch.")


def own_tensors(module: nn.Module) -> tuple[OwnTensor, ...]:
    """A layer's parameters and buffers, in the order of its state dict, unsaved buffers last."""
    saved = module.state_dict(keep_vars=True)
    unsaved = {name: tensor for name, tensor in module.named_buffers() if name not in saved}
    return tuple(_row(module, name, tensor, name in saved) for name, tensor in {**saved, **unsaved}.items())


def _row(module: nn.Module, name: str, tensor: Tensor, saved: bool) -> OwnTensor:
    unknown = isinstance(tensor, UninitializedParameter | UninitializedBuffer)
    shape = None if unknown else tuple(tensor.shape)
    path = name.rpartition(".")[0]
    inner = _public(type(module.get_submodule(path))) if path else ""
    return OwnTensor(name, shape, dtype_name(tensor.dtype), isinstance(tensor, nn.Parameter), saved, inner)


def _public(module: type[nn.Module]) -> str:
    """The class itself, or the nearest above it, that `torch.nn` has by its name."""
    return str(next(each.__name__ for each in module.__mro__ if getattr(nn, each.__name__, None) is each))


def text_of(error: Exception) -> str:
    """The first sentence of a library's error."""
    text = str(error).strip().splitlines()
    return (text[0] if text else type(error).__name__)[:240]
