"""How a pickle of torch describes a tensor: the arguments of its rebuilding functions, checked, become a `View`."""

from __future__ import annotations

from typing import Any

import torch

from composer.engine.checkpoints.described import Callee, Ordered, Storage, TensorClass
from composer.engine.checkpoints.rules import sizes
from composer.engine.checkpoints.views import DTYPES, View


def _view(stored: Any, offset: Any, size: Any, stride: Any, dtype: torch.dtype | None, metadata: Any) -> View:
    """The description of a tensor, with `dtype` where its storage does not say it."""
    if type(stored) is not Storage or stored.kind.untyped is not (dtype is not None) or type(offset) is not int:
        raise TypeError
    dtype = dtype or DTYPES[stored.kind.dtype]
    conj, neg = _marks(metadata)
    if conj and not dtype.is_complex:
        raise TypeError
    shape, steps = sizes(size, "shape of a tensor"), sizes(stride, "stride of a tensor")
    return View(stored.stored, dtype, offset, shape, steps, conj, neg)


def _marks(metadata: Any) -> tuple[bool, bool]:
    """Whether a tensor's values are to be conjugated and negated when they are read."""
    if metadata is None:
        return False, False
    if type(metadata) is not dict or len(metadata) > 2 or set(metadata) - {"conj", "neg"}:
        raise TypeError
    if any(type(each) is not bool for each in metadata.values()):
        raise TypeError
    return metadata.get("conj", False), metadata.get("neg", False)


def _without_hooks(required: Any, hooks: Any) -> None:
    if type(required) is not bool or (hooks is not None and (type(hooks) is not Ordered or hooks)):
        raise TypeError


def tensor(stored: Any, offset: Any, size: Any, stride: Any) -> View:
    return _view(stored, offset, size, stride, None, None)


def tensor_v2(
    stored: Any, offset: Any, size: Any, stride: Any, required: Any, hooks: Any, metadata: Any = None
) -> View:
    _without_hooks(required, hooks)
    return _view(stored, offset, size, stride, None, metadata)


def tensor_v3(
    stored: Any, offset: Any, size: Any, stride: Any, required: Any, hooks: Any, dtype: Any, metadata: Any = None
) -> View:
    _without_hooks(required, hooks)
    if type(dtype) is not torch.dtype:
        raise TypeError
    return _view(stored, offset, size, stride, dtype, metadata)


def parameter(data: Any, required: Any, hooks: Any, state: Any = None) -> View:
    """A parameter is its values here; what else a program put on it is left out."""
    _without_hooks(required, hooks)
    if type(data) is not View:
        raise TypeError
    return data


_REBUILD = (tensor, tensor_v2, tensor_v3, parameter)


def from_type(callee: Any, cls: Any, arguments: Any, state: Any) -> View:
    """A tensor with attributes of a program's own, which are left out."""
    if (
        type(callee) is not Callee
        or callee.make not in _REBUILD
        or type(cls) is not TensorClass
        or type(arguments) is not tuple
    ):
        raise TypeError
    view: View = callee(arguments)
    return view
