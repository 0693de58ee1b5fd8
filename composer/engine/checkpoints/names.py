"""All names that the pickle in a file of `torch.save` may hold, and what to do about those that it may not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from composer.engine.checkpoints import plain, rebuilding
from composer.engine.checkpoints.described import Callee, StorageKind, TensorClass
from composer.engine.checkpoints.views import DTYPES
from composer.engine.checkpoints.wording import quoted

_CALLEES: dict[str, Callable[..., Any]] = {
    "torch._utils._rebuild_tensor": rebuilding.tensor,
    "torch._utils._rebuild_tensor_v2": rebuilding.tensor_v2,
    "torch._utils._rebuild_tensor_v3": rebuilding.tensor_v3,
    "torch._utils._rebuild_parameter": rebuilding.parameter,
    "torch._utils._rebuild_parameter_with_state": rebuilding.parameter,
    "torch._tensor._rebuild_from_type_v2": rebuilding.from_type,
    "torch.Size": plain.size,
    "torch.device": plain.device,
    "collections.OrderedDict": plain.ordered,
    "collections.Counter": plain.counter,
    "_codecs.encode": plain.encoded,
}
_BUILTINS: dict[str, Callable[..., Any]] = {
    "set": plain.set_of,
    "frozenset": plain.frozenset_of,
    "bytes": plain.bytes_of,
    "bytearray": plain.bytearray_of,
    "complex": plain.complex_of,
}
_STORAGES = {
    "DoubleStorage": "float64",
    "FloatStorage": "float32",
    "HalfStorage": "float16",
    "BFloat16Storage": "bfloat16",
    "ComplexDoubleStorage": "complex128",
    "ComplexFloatStorage": "complex64",
    "LongStorage": "int64",
    "IntStorage": "int32",
    "ShortStorage": "int16",
    "CharStorage": "int8",
    "ByteStorage": "uint8",
    "BoolStorage": "bool",
}
_UNTYPED = StorageKind("uint8", untyped=True)

GLOBALS: dict[str, Any] = {
    **{name: Callee(name, make) for name, make in _CALLEES.items()},
    **{f"builtins.{name}": Callee(name, make) for name, make in _BUILTINS.items()},
    **{f"__builtin__.{name}": Callee(name, make) for name, make in _BUILTINS.items()},
    **{f"torch.{name}": StorageKind(dtype) for name, dtype in _STORAGES.items()},
    "torch.storage.UntypedStorage": _UNTYPED,
    "torch.UntypedStorage": _UNTYPED,
    **{f"torch.{name}": dtype for name, dtype in DTYPES.items()},
    "torch.Tensor": TensorClass("Tensor"),
    "torch.nn.parameter.Parameter": TensorClass("Parameter"),
}
"""All names that a pickle may hold, each with what stands for it: a description of ours, or a dtype."""

_DENSE = "Save tensor.to_dense() instead."
_HELP: tuple[tuple[str, str], ...] = (
    ("torch._utils._rebuild_sparse", f"a sparse tensor, and only plain ones are opened. {_DENSE}"),
    ("torch._utils._rebuild_nested", "a nested tensor, and only plain ones are opened. Save its parts one by one."),
    ("torch._utils._rebuild_qtensor", "a quantized tensor, and only plain ones are opened. Save tensor.dequantize()."),
    ("torch.per_", "a quantized tensor, and only plain ones are opened. Save tensor.dequantize()."),
    ("torch._utils._rebuild_meta", "a tensor of the meta device, which has no values. Save it from a real device."),
    (
        "torch.nn.parameter.Uninitialized",
        "a lazy layer that has no values yet. Run the model once on data, then save its state dict.",
    ),
    ("torch._utils._rebuild_", "a tensor of a special class, and only plain ones are opened. Save plain tensors."),
    ("torch.distributed", "a distributed tensor, and only plain ones are opened. Gather it, then save plain tensors."),
    ("numpy", "values of NumPy. Save them as torch.from_numpy(array), or as plain numbers with .item()."),
    ("torch.nn.", "a whole model, whose code would have to run. Save model.state_dict() instead."),
    ("torch.optim", "a whole optimizer, whose code would have to run. Save optimizer.state_dict() instead."),
)


def explain_global(module: str, name: str) -> str:
    """Why a pickle may not hold this name."""
    full = f"{module}.{name}"
    for start, reason in _HELP:
        if full.startswith(start):
            return f"it holds {reason}"
    if full.removeprefix("torch.").endswith("Storage"):
        return f"it holds a storage of a kind that is not opened, {quoted(full)}. Save plain tensors."
    return (
        f"it holds {quoted(full)}, whose code would have to run. "
        "Where this is a whole model, save model.state_dict(); else save tensors and plain values only."
    )
