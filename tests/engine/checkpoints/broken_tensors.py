"""Tensors that are not what their storages hold, in the pickle of `torch.save`."""

from __future__ import annotations

from tests.engine.checkpoints.building import (
    FLOATS,
    HOOKS,
    UNTYPED,
    VALUES,
    Cases,
    body,
    call,
    dict_of,
    held,
    long,
    name,
    number,
    numbers,
    pickled,
    pt,
    storage,
    tensor,
    text,
    tuple_of,
)  # fmt: skip

_LOOSE = storage(UNTYPED, key=text("1"), count=24)
_NEVER = "arguments that torch never gives"

LAYOUTS: dict[str, tuple[bytes, str]] = {
    "a negative offset": (tensor(offset=number(-1)), "negative"),
    "a negative size": (tensor(size=numbers(-2, 3)), "negative"),
    "two negative sizes": (tensor(size=numbers(-2, -3)), "negative"),
    "a negative stride": (tensor(offset=b"K\5", stride=numbers(-3, -1)), "negative"),
    "an offset one too far": (tensor(offset=b"K\1"), "beyond"),
    "an offset behind the end": (tensor(offset=b"K\7", size=numbers(1), stride=numbers(1)), "beyond"),
    "an offset of 2**62": (tensor(offset=long(2**62)), "beyond"),
    "an offset of 2**63": (tensor(offset=long(2**63)), "too large"),
    "an offset of 2**64": (tensor(offset=long(2**64)), "too large"),
    "an offset that is text": (tensor(offset=text("0")), _NEVER),
    "an offset that is true": (tensor(offset=b"\x88"), _NEVER),
    "an offset that is a tensor": (tensor(offset=tensor()), _NEVER),
    "a size one too large": (tensor(size=numbers(2, 4)), "claims 8 values"),
    "a size of 2**62": (tensor(size=tuple_of(long(2**62), b"K\1")), "too large"),
    "sizes whose product overflows": (tensor(size=tuple_of(long(2**32), long(2**32))), "too large"),
    "sizes whose product is 0 after overflow": (tensor(size=tuple_of(long(2**62), b"K\4")), "too large"),
    "an empty size beside a large one": (tensor(size=tuple_of(b"K\0", long(2**62)), stride=numbers(1, 1)), "too large"),
    "sizes that are floats": (tensor(size=tuple_of(b"G" + bytes(8), b"K\3")), "list of integers"),
    "sizes that are true": (tensor(size=tuple_of(b"\x88", b"K\3")), "list of integers"),
    "a size that is a number": (tensor(size=b"K\6"), "list of integers"),
    "a size that is text": (tensor(size=text("23")), "list of integers"),
    "a size that is a dictionary": (tensor(size=b"}"), "list of integers"),
    "a stride that is none": (tensor(stride=b"N"), "list of integers"),
    "a stride of 2**62": (tensor(stride=tuple_of(long(2**62), b"K\1")), "beyond"),
    "a stride of 2**63": (tensor(stride=tuple_of(long(2**63), b"K\1")), "too large"),
    "a stride one too large": (tensor(stride=numbers(4, 1)), "beyond"),
    "fewer strides than sizes": (tensor(stride=numbers(1)), "2 sizes but 1 strides"),
    "more strides than sizes": (tensor(stride=numbers(3, 1, 1)), "2 sizes but 3 strides"),
    "a stride of 0": (tensor(size=numbers(7), stride=numbers(0)), "claims 7 values"),
    "a stride of 0 that claims terabytes": (tensor(size=tuple_of(long(2**42)), stride=numbers(0)), "claims"),
    "nine sizes": (tensor(size=numbers(*[1] * 9), stride=numbers(*[1] * 9)), "9 dimensions"),
    "a hundred thousand sizes": (tensor(size=numbers(*[1] * 100_000), stride=numbers(*[1] * 100_000)), "short list"),
    "a gradient that is none": (tensor(required=b"N"), _NEVER),
    "a gradient that is 1": (tensor(required=b"K\1"), _NEVER),
    "hooks that are a dictionary": (tensor(hooks=b"}"), _NEVER),
    "hooks that are there": (tensor(hooks=HOOKS + b"K\1K\1s"), _NEVER),
    "unknown metadata": (tensor(more=dict_of({"name": b"K\1"})), _NEVER),
    "metadata that is a list": (tensor(more=b"]"), _NEVER),
    "metadata that is not true or false": (tensor(more=dict_of({"neg": b"K\1"})), _NEVER),
    "conjugated floats": (tensor(more=dict_of({"conj": b"\x88"})), _NEVER),
    "too few arguments": (call(name("torch._utils", "_rebuild_tensor_v2"), storage(), b"K\0"), _NEVER),
    "too many arguments": (tensor(more=b"NN"), _NEVER),
    "a storage that is a number": (tensor(b"K\1"), _NEVER),
    "a storage that is a tensor": (tensor(tensor()), _NEVER),
    "a storage of its type and a number": (tensor(tuple_of(FLOATS, b"K\1")), _NEVER),
    "an untyped storage without a dtype": (tensor(_LOOSE), _NEVER),
    "a dtype for a typed storage": (tensor(more=name("torch", "float32"), callee="_rebuild_tensor_v3"), _NEVER),
    "a dtype that is 1": (tensor(_LOOSE, more=b"K\1", callee="_rebuild_tensor_v3"), _NEVER),
    "a dtype that is missing": (tensor(_LOOSE, callee="_rebuild_tensor_v3"), _NEVER),
    "a dtype larger than the storage has": (
        tensor(_LOOSE, more=name("torch", "int64"), callee="_rebuild_tensor_v3"), "claims 6 values",
    ),
    "a dtype of four bits": (
        tensor(_LOOSE, more=name("torch", "float4_e2m1fn_x2"), callee="_rebuild_tensor_v3"),
        "float4",
    ),
    "a quantized storage": (tensor(storage(name("torch", "QInt8Storage"), count=24)), "QInt8Storage"),
}  # fmt: skip
"""By what is wrong with the tensor."""


def _declared(*rest: bytes) -> bytes:
    """A storage of floats, of which this is said behind its key."""
    return tuple_of(text("storage"), FLOATS, text("0"), *rest) + b"Q"


STORAGES: dict[str, tuple[bytes, str]] = {
    "a storage that is not there": (storage(key=text("2")), "missing"),
    "a storage above": (storage(key=text("../version")), "missing"),
    "a storage that is the pickle": (storage(key=text("data.pkl")), "missing"),
    "a storage with a long key": (storage(key=text("9" * 100_000)), "missing"),
    "a storage of more values": (storage(count=7), "what is declared"),
    "a storage of fewer values": (storage(count=5), "what is declared"),
    "a storage of no values": (storage(count=0), "what is declared"),
    "a storage of -6 values": (storage(count=-6), "what is declared"),
    "a storage of 2**62 values": (storage(count=2**62), "what is declared"),
    "a storage of another type": (storage(name("torch", "DoubleStorage")), "what is declared"),
    "a storage of two types": (
        storage() + storage(name("torch", "IntStorage")) + b"\x86", "as float32 and as int32"
    ),
    "a storage of no type": (storage(b"N"), "in a way"),
    "a storage of a dtype": (storage(name("torch", "float32")), "in a way"),
    "a storage of another word": (storage(word="module"), "missing"),
    "a storage with a number as key": (storage(key=b"K\0"), "in a way"),
    "a storage that is text": (text("0") + b"Q", "in a way"),
    "a storage that is a list": (b"](" + text("storage") + FLOATS + text("0") + text("cpu") + b"K\6eQ", "in a way"),
    "a storage that says too much": (_declared(text("cpu"), b"K\6", b"N"), "in a way"),
    "a storage on no device": (_declared(b"N", b"K\6"), "in a way"),
    "a storage counted by true": (_declared(text("cpu"), b"\x88"), "in a way"),
    "a storage outside of a tensor": (storage(), "without the tensor"),
}  # fmt: skip
"""By what is wrong with the storage."""

_TENSORS = body(dict_of({"weight": tensor(), "bias": tensor()}))

FILES: Cases = {
    "no storages": (lambda: pt(pickled(tensor()), {}), "missing"),
    "a storage of one byte less": (lambda: pt(pickled(tensor()), {"0": VALUES[:-1]}), "what is declared"),
    "a storage of one byte more": (lambda: pt(pickled(tensor()), {"0": VALUES + b"\0"}), "what is declared"),
    "a key with a sign": (lambda: pt(pickled(tensor(storage(key=text("-1")))), {"-1": VALUES}), "never writes"),
    "a key of other digits": (lambda: pt(pickled(tensor(storage(key=text("٣")))), {"٣": VALUES}), "never writes"),
    "a big-endian file": (lambda: pt(pickled(tensor()), byteorder=b"big"), "big-endian"),
    "an unknown byte order": (lambda: pt(pickled(tensor()), byteorder=b"middle"), "byte order"),
    "a long byte order": (lambda: pt(pickled(tensor()), byteorder=b"little" * 1000), "bytes"),
    "an empty byte order": (lambda: pt(pickled(tensor()), byteorder=b""), "byte order"),
}


def cases() -> Cases:
    found: Cases = {key: (held(value), words) for key, (value, words) in LAYOUTS.items()}
    found |= {key: (body(value), words) for key, (value, words) in STORAGES.items()}
    return found | FILES
