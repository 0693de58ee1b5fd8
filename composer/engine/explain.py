"""Saying in one sentence what a layer or op expected and what came, and from where."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from composer.catalog import find
from composer.catalog.options import Value
from composer.engine.flow import Failure, Record
from composer.reports import TensorType, ValueType, describe

Words = tuple[str, str]

_LAYOUTS = {1: "N×C×L", 2: "N×C×H×W", 3: "N×C×D×H×W"}
_SPATIAL = {"Convolution", "Pooling", "Normalization", "Padding"}
_KEEPS_SIZES = {"Activation", "Dropout", "Normalization", "Function"}
_TOO_SMALL = re.compile(r"greater than actual input size|[Oo]utput size is too small|must be smaller|too small")
_ELEMENTWISE = {"Arithmetic", "Comparison"}
_LARGE_OUTPUT_PADDING = re.compile(r"[Oo]utput padding must be smaller")
_BEYOND = re.compile(r"Dimension out of range .*but got (-?\d+)")
BITWISE = ("And", "Or")


def explain(failure: Failure, inputs: tuple[ValueType, ...], records: Mapping[str, Record]) -> Words:
    """(expected, received) for a failed call. `inputs` are its types with their sizes named."""
    for rule in _RULES:
        words = rule(failure, inputs, records)
        if words:
            return words
    return f"input that {failure.kind} can take", came(failure, inputs, records)


def came(failure: Failure, inputs: Sequence[ValueType], records: Mapping[str, Record]) -> str:
    """The inputs' types and where they come from."""
    parts = [
        _from(describe(each), decided(origin, records)) for each, origin in zip(inputs, failure.origins, strict=True)
    ]
    shown = parts if len(parts) <= 4 else [*parts[:3], f"{len(parts) - 3} more"]
    return " and ".join(shown) or "nothing"


def decided(origin: str, records: Mapping[str, Record]) -> str:
    """The nearest step at or before `origin` that chose the sizes: activations and norms pass them on."""
    while origin in records:
        record = records[origin]
        if _category(record.kind) not in _KEEPS_SIZES or len(record.inputs) != 1 or not record.inputs[0].origin:
            break
        origin = record.inputs[0].origin
    return origin


def _from(text: str, origin: str) -> str:
    return f"{text} from {origin}" if origin else text


def _category(kind: str) -> str:
    try:
        return find(kind).category
    except KeyError:
        return ""


def _tuple(failure: Failure, inputs: tuple[ValueType, ...], records: Mapping[str, Record]) -> Words | None:
    if "not tuple" not in failure.error and not (inputs and isinstance(inputs[0], tuple) and inputs[0]):
        return None
    return "a tensor", f"a tuple, {came(failure, inputs, records)}"


def lacks_channels(failure: Failure, inputs: tuple[ValueType, ...]) -> bool:
    """Whether a batch came without channels, which torch takes for channels without a batch."""
    first, sort = inputs[0] if inputs else None, re.search(r"([123])d$", failure.kind)
    if not sort or not isinstance(first, TensorType) or not first.dims or isinstance(first.dims[0], int):
        return False
    spatial = _category(failure.kind) in _SPATIAL and failure.kind != "BatchNorm1d"  # which takes features alone
    return spatial and bool(failure.mismatches) and len(first.dims) == int(sort[1]) + 1


def _unbatched(failure: Failure, inputs: tuple[ValueType, ...], records: Mapping[str, Record]) -> Words | None:
    if not lacks_channels(failure, inputs):
        return None
    first = inputs[0]
    assert isinstance(first, TensorType)
    return _dimensions(len(first.dims) - 1, first, came(failure, inputs[:1], records))


def _size(failure: Failure, inputs: tuple[ValueType, ...], records: Mapping[str, Record]) -> Words | None:
    if not failure.mismatches:
        return None
    first = failure.mismatches[0]
    given = inputs[first.input]
    assert isinstance(given, TensorType)
    place = _place(failure.inputs[first.input], first.received)
    received = given.dims[place] if isinstance(place, int) else _sizes(given.dims[place])
    origin = decided(failure.origins[first.input], records)
    return f"{_sizes(first.expected)} {first.what}", f"{received} (from {origin}, shape {given})"


def _place(given: ValueType, received: Value) -> int | slice:
    """Where in a shape the received size or sizes stand, so that the named shape can be read there."""
    assert isinstance(given, TensorType)
    if isinstance(received, tuple):
        return slice(len(given.dims) - len(received), None)
    places = [place for place, dim in enumerate(given.dims) if dim == received]
    return places[-1]


def _sizes(value: Value) -> str:
    return "×".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _dtype(failure: Failure, inputs: tuple[ValueType, ...], records: Mapping[str, Record]) -> Words | None:
    first = next((each for each in inputs if isinstance(each, TensorType)), None)
    if first is None:
        return None
    origin = _from(first.dtype, failure.origins[0])
    if _category(failure.kind) == "Embedding" or failure.kind == "embedding":
        return None if first.dtype in ("int64", "int32") else ("integers, such as token ids", origin)
    if failure.layer and failure.dtype and first.dtype != failure.dtype:
        return f"{failure.dtype} numbers", origin
    if failure.kind in BITWISE and "not implemented for" in failure.error:
        typed = zip(inputs, failure.origins, strict=True)
        wrong = [_from(each.dtype, place) for each, place in typed if isinstance(each, TensorType) and is_float(each)]
        return "booleans or integers", " and ".join(dict.fromkeys(wrong)) or origin
    if is_complex(first) and not failure.dtype and "not implemented for" in failure.error:
        return "real numbers", origin
    if wants_floats(failure, first):
        return "floating-point numbers", origin
    return None


def is_float(each: TensorType) -> bool:
    """Whether a tensor holds real numbers."""
    return each.dtype.startswith(("float", "bfloat"))


def is_complex(each: TensorType) -> bool:
    """Whether a tensor holds complex numbers."""
    return each.dtype.startswith("complex")


def wants_floats(failure: Failure, first: TensorType) -> bool:
    """Whether a call failed because integers or booleans came in."""
    refused = "not implemented for" in failure.error or "dtype" in failure.error
    return refused and not failure.dtype and first.dtype in ("bool", "uint8", "int8", "int16", "int32", "int64")


def _rank(failure: Failure, inputs: tuple[ValueType, ...], records: Mapping[str, Record]) -> Words | None:
    first = inputs[0] if inputs else None
    sort = re.search(r"([123])d$", failure.kind)
    if not sort or not isinstance(first, TensorType) or _category(failure.kind) not in _SPATIAL:
        return None
    n = int(sort[1])
    least = n + 2 if "BatchNorm" in failure.kind and n > 1 else n + 1
    if least <= len(first.dims) <= n + 2:
        return None
    return _dimensions(n, first, came(failure, inputs[:1], records))


def _dimensions(axes: int, given: TensorType, origin: str) -> Words:
    return f"{axes + 2} dimensions ({_LAYOUTS[axes]})", f"{len(given.dims)} ({origin})"


def is_too_small(error: str) -> bool:
    """Whether torch says that a window does not fit, or that nothing would come out."""
    return bool(_TOO_SMALL.search(error)) and not _LARGE_OUTPUT_PADDING.search(error)


def _kernel(failure: Failure, inputs: tuple[ValueType, ...], records: Mapping[str, Record]) -> Words | None:
    if _LARGE_OUTPUT_PADDING.search(failure.error):
        return "output_padding to be smaller than stride or dilation", failure.text[:120]
    if "should be greater than 0" in failure.error or (is_too_small(failure.error) and "Transpose" in failure.kind):
        return "options that leave an output that is not empty", came(failure, inputs, records)
    if not is_too_small(failure.error):
        return None
    return "an input no smaller than its window", came(failure, inputs, records)


def _heads(failure: Failure, inputs: tuple[ValueType, ...], records: Mapping[str, Record]) -> Words | None:
    if "divisible" not in failure.error:
        return None
    names = re.findall(
        r"\b(embed_dim|num_heads|num_channels|num_groups|in_channels|out_channels|groups)\b", failure.error
    )
    if len(set(names)) >= 2:
        first, second = list(dict.fromkeys(names))[:2]
        return f"{first} to be a multiple of {second}", failure.text[:80]
    return None


def _concat(failure: Failure, inputs: tuple[ValueType, ...], records: Mapping[str, Record]) -> Words | None:
    if failure.kind not in ("Concat", "Stack"):
        return None
    found = re.search(r"dim=(-?\d+)", failure.text)
    where = f" but for dimension {found[1]}" if found and failure.kind == "Concat" else ""
    return f"inputs of equal sizes{where}", came(failure, inputs, records)


def _elementwise(failure: Failure, inputs: tuple[ValueType, ...], records: Mapping[str, Record]) -> Words | None:
    if _category(failure.kind) not in _ELEMENTWISE:
        return None
    return "inputs whose sizes are equal or 1", came(failure, inputs, records)


def _product(failure: Failure, inputs: tuple[ValueType, ...], records: Mapping[str, Record]) -> Words | None:
    if failure.kind != "MatMul":
        return None
    return "the last size of one to be the last but one of the other", came(failure, inputs, records)


def _reshape(failure: Failure, inputs: tuple[ValueType, ...], records: Mapping[str, Record]) -> Words | None:
    if failure.kind not in ("Reshape", "unflatten", "Unflatten"):
        return None
    return "sizes that hold as many numbers as come in", came(failure, inputs, records)


def _dim(failure: Failure, inputs: tuple[ValueType, ...], records: Mapping[str, Record]) -> Words | None:
    found, first = _BEYOND.search(failure.error), inputs[0] if inputs else None
    if not found or not isinstance(first, TensorType):
        return None
    dim = int(found[1])
    least = dim + 1 if dim >= 0 else -dim
    if least <= len(first.dims):
        return None
    plural = "s" if least > 1 else ""
    return f"at least {least} dimension{plural}", f"{len(first.dims)} ({came(failure, inputs, records)})"


_RULES = (
    _tuple, _unbatched, _size, _dtype, _rank, _kernel, _heads, _concat, _elementwise, _product, _reshape, _dim,
)  # fmt: skip
