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


def explain(failure: Failure, inputs: tuple[ValueType, ...], records: Mapping[str, Record]) -> Words:
    """(expected, received) for a failed call. `inputs` are its types with their sizes named."""
    for rule in (_tuple, _size, _dtype, _rank, _kernel, _heads, _concat, _elementwise, _product, _reshape):
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
    if wants_floats(failure, first):
        return "floating-point numbers", origin
    return None


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
    return f"{n + 2} dimensions ({_LAYOUTS[n]})", f"{len(first.dims)} ({came(failure, inputs[:1], records)})"


def _kernel(failure: Failure, inputs: tuple[ValueType, ...], records: Mapping[str, Record]) -> Words | None:
    if not _TOO_SMALL.search(failure.error):
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
