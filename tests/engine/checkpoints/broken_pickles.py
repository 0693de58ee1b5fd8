"""Pickles that break the rules of the format, or hold what is no plain value: opcodes, names, containers, keys."""

from __future__ import annotations

import argparse
import datetime
import decimal
import fractions
import pathlib
import uuid
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any

import numpy
import torch
from torch import nn

from tests.engine.checkpoints.building import (
    HOOKS,
    Cases,
    body,
    call,
    dict_of,
    dumped,
    held,
    long,
    name,
    number,
    pickled,
    pt,
    saved,
    tensor,
    text,
    tuple_of,
)  # fmt: skip

_NAMED = name("collections", "OrderedDict")

OPCODES: dict[str, bytes] = {
    "INT": b"I3\n", "LONG": b"L3L\n", "LONG4": b"\x8b\x01\0\0\0\3", "FLOAT": b"F1.5\n", "STRING": b"S'a'\n",
    "BINSTRING": b"T\1\0\0\0a", "SHORT_BINSTRING": b"U\1a", "UNICODE": b"Va\n", "DUP": b"K\x012\x86",
    "POP": b"K\1K\x010",
    "POP_MARK": b"K\1(K\x021", "INST": b"(icollections\nOrderedDict\n", "OBJ": b"(" + _NAMED + b"o",
    "NEWOBJ": _NAMED + b")\x81", "NEWOBJ_EX": _NAMED + b")}\x92", "EXT1": b"\x82\1", "EXT2": b"\x83\1\0",
    "EXT4": b"\x84\1\0\0\0", "DICT": b"(d", "LIST": b"(l", "PERSID": b"P0\n", "PUT": b"K\1p0\n", "GET": b"K\1g0\n",
    "NEXT_BUFFER": b"\x97", "READONLY_BUFFER": b"K\1\x98", "PROTO": b"\x80\2K\1",
}  # fmt: skip
"""Opcodes that torch never writes, each by its name."""

GRAMMAR: dict[str, tuple[bytes, str]] = {
    "a byte that is no opcode": (b"\xff", "broken"),
    "a null for an opcode": (b"\0", "broken"),
    "nothing on the stack": (b"", "left over"),
    "two values at the end": (b"K\1K\2", "left over"),
    "a mark at the end": (b"(K\1", "left over"),
    "something after the end": (b"K\1.K\2", "goes on"),
    "a tuple of nothing": (b"\x85", "takes more"),
    "a tuple of three from two": (b"K\1K\2\x87", "takes more"),
    "a tuple without a mark": (b"K\1t", "takes more"),
    "an item without a dictionary": (b"K\1K\2s", "takes more"),
    "an append without a list": (b"K\1a", "takes more"),
    "an append to a dictionary": (b"}K\1a", "no list"),
    "an append to a tuple": (b")(K\1e", "no list"),
    "an append to a tensor": (tensor() + b"K\1a", "no list"),
    "an item of a list": (b"]K\1K\2s", "no dictionary"),
    "an item of a class": (_NAMED + b"K\1K\2s", "no dictionary"),
    "an odd number of keys and values": (b"}(K\1u", "no dictionary"),
    "an addition to a list": (b"](K\1\x90", "no set"),
    "a memo that is not there": (b"h\0", "refers to something"),
    "a large memo that is not there": (b"j\xff\xff\xff\x7f", "refers to something"),
    "a memo of nothing": (b"q\0", "takes more"),
    "a memo with a gap": (b"K\1q\1", "numbers what it keeps"),
    "a memo of billions": (b"K\1r\xff\xff\xff\xff", "numbers what it keeps"),
    "a memo written twice": (b"K\1q\0q\0", "numbers what it keeps"),
    "a call of a number": (b"K\1)R", "cannot be called"),
    "a call of a storage type": (name("torch", "FloatStorage") + b")R", "cannot be called"),
    "a call of a dtype": (name("torch", "float32") + b")R", "cannot be called"),
    "a call with a list": (_NAMED + b"]R", "cannot be called"),
    "a call with nothing": (_NAMED + b"R", "takes more"),
    "attributes of a number": (b"K\1}b", "attributes"),
    "attributes of a tensor": (tensor() + dict_of({"shape": b"K\1"}) + b"b", "attributes"),
    "attributes of a callee": (_NAMED + dict_of({"make": b"K\1"}) + b"b", "attributes"),
    "attributes of a dictionary": (b"}" + dict_of({"_metadata": b"}"}) + b"b", "attributes"),
    "other attributes of a state dict": (HOOKS + dict_of({"keys": b"K\1"}) + b"b", "attributes"),
    "a class for a state dict": (HOOKS + dict_of({"__class__": _NAMED}) + b"b", "attributes"),
    "slots of a state dict": (HOOKS + b"N" + dict_of({"_metadata": b"}"}) + b"\x86b", "attributes"),
    "a name that is a number": (b"K\1K\2\x93", "no text"),
    "a name that is half there": (b"ccollections\nOrdered", "cannot be read"),
    "a name with an escape": (b"ccollections\nOrdered\\x44ict\n", "would have to run"),
    "a name with half an escape": (b"ccollections\nOrdered\\h\n", "would have to run"),
    "a name that is not ASCII": ("ccollections\nOrderedDıct\n".encode(), "cannot be read"),
    "a name with a space": (b"ccollections OrderedDict\nx\n", "would have to run"),
    "text cut off": (b"X\xff\xff\xff\x7fabc", "cannot be read"),
    "text of 2**63 bytes": (b"\x8d" + b"\xff" * 7 + b"\x7fabc", "cannot be read"),
    "text of 2**64 bytes": (b"\x8d" + b"\xff" * 8 + b"abc", "cannot be read"),
    "text that is not UTF-8": (b"X\2\0\0\0\xff\xfe", "cannot be read"),
    "bytes cut off": (b"B\xff\xff\xff\x7fabc", "cannot be read"),
    "a bytearray of 2**62 bytes": (b"\x96" + b"\0" * 7 + b"\x40abc", "cannot be read"),
    "an integer cut off": (b"J\1", "cannot be read"),
    "a number cut off": (b"G\1\1", "cannot be read"),
    "a long integer": (b"\x8a\xff" + b"\x7f" * 255, "integer of more than"),
    "a hundred thousand marks": (b"(" * 100_000, "nested more than"),
    "two million opcodes": (b"N" * 2_000_000, "opcodes"),
    "protocol 6": (b"", "protocol 2 to 5"),
    "protocol 255": (b"", "protocol 2 to 5"),
}
"""By what is wrong with it."""

_ENCODE, _ARRAY = name("_codecs", "encode"), name("builtins", "bytearray")

ARGUMENTS: dict[str, bytes] = {
    "a bytearray of 2 GiB": call(_ARRAY, number(2**31 - 1)),
    "a bytearray of a list": call(_ARRAY, b"](K\1e"),
    "a bytearray of Python 2 of 2 GiB": call(name("__builtin__", "bytearray"), number(2**31 - 1)),
    "bytes of 2 GiB": call(name("builtins", "bytes"), number(2**31 - 1)),
    "bytes by another encoding": call(_ENCODE, text("6d61726b"), text("hex")),
    "bytes by rot13": call(_ENCODE, text("abc"), text("rot13")),
    "bytes beyond latin-1": call(_ENCODE, text("\u1234"), text("latin1")),
    "bytes of a number": call(_ENCODE, b"K\1", text("latin1")),
    "a set of a number": call(name("builtins", "set"), b"K\1"),
    "a complex number of text": call(name("builtins", "complex"), text("1+2j"), text("")),
    "an ordered dictionary of a number": call(_NAMED, b"K\1"),
    "an ordered dictionary of triples": call(_NAMED, tuple_of(tuple_of(b"K\1", b"K\2", b"K\3"))),
    "a counter of text": call(name("collections", "Counter"), text("aab")),
    "a size of a number": call(name("torch", "Size"), b"K\1"),
    "a device that is not there": call(name("torch", "device"), text("toaster")),
    "a device of a number": call(name("torch", "device"), b"K\1"),
    "a device with a huge index": call(name("torch", "device"), text("cuda"), long(2**70)),
    "a parameter of a number": call(name("torch._utils", "_rebuild_parameter"), b"K\1", b"\x88", HOOKS),
    "a parameter of a dictionary": call(name("torch._utils", "_rebuild_parameter"), b"}", b"\x88", HOOKS),
    "a tensor by the wrong callee": call(
        name("torch._tensor", "_rebuild_from_type_v2"), name("builtins", "set"), name("torch", "Tensor"), b")", b"}"
    ),
    "a tensor of a class that is a number": call(
        name("torch._tensor", "_rebuild_from_type_v2"), name("torch._utils", "_rebuild_tensor_v2"), b"K\1", b")", b"}"
    ),
}
"""Calls with arguments that torch never gives."""


NAMES: dict[str, tuple[str, str, str]] = {
    "a nested tensor": ("torch._utils", "_rebuild_nested_tensor", "nested tensor"),
    "a quantized tensor": ("torch._utils", "_rebuild_qtensor", "quantized"),
    "a way to quantize": ("torch", "per_tensor_affine", "quantized"),
    "a tensor of a class of its own": ("torch._utils", "_rebuild_wrapper_subclass", "special class"),
    "a tensor of XLA": ("torch._utils", "_rebuild_xla_tensor", "special class"),
    "a tensor of another device": ("torch._utils", "_rebuild_device_tensor_from_numpy", "special class"),
    "a distributed tensor": ("torch.distributed.tensor", "DTensor", "distributed"),
    "a storage of pairs of floats": ("torch", "ComplexHalfStorage", "ComplexHalfStorage"),
    "a layout": ("torch.serialization", "_get_layout", "would have to run"),
    "a builder of NumPy": ("numpy._core.multiarray", "_reconstruct", "NumPy"),
    "a layer of a library": ("transformers.models.bert.modeling_bert", "BertModel", "would have to run"),
    "a class of a notebook": ("__main__", "Net", "would have to run"),
    "getattr": ("builtins", "getattr", "would have to run"),
    "object": ("builtins", "object", "would have to run"),
    "a name with a long name": ("m" * 5000, "n" * 5000, "would have to run"),
    "a name of torch that is another's": ("torch.float32", "", "would have to run"),
    "the name of a rebuilder in another module": ("evil", "_rebuild_tensor_v2", "would have to run"),
}
"""Names that a pickle may not hold, by module, name and words of the reason."""


class Settings:
    """An object of a program."""


def _windows(whole: torch.Tensor) -> list[torch.Tensor]:
    return [whole[start:] for start in range(500)]


OBJECTS: dict[str, tuple[Callable[[], Any], str]] = {
    "a class of tensors": (lambda: torch.Tensor, "without the tensor"),
    "an object": (lambda: Settings(), "would have to run"),
    "a class": (lambda: Settings, "would have to run"),
    "a function": (lambda: len, "would have to run"),
    "settings of argparse": (lambda: argparse.Namespace(lr=1), "would have to run"),
    "a path": (lambda: pathlib.PurePosixPath("a"), "would have to run"),
    "a date": (lambda: datetime.date(2024, 1, 1), "would have to run"),
    "a decimal": (lambda: decimal.Decimal(1), "would have to run"),
    "a fraction": (lambda: fractions.Fraction(1, 2), "would have to run"),
    "a UUID": (lambda: uuid.UUID(int=1), "would have to run"),
    "a range": (lambda: range(3), "would have to run"),
    "a slice": (lambda: slice(3), "would have to run"),
    "a default dictionary": (lambda: defaultdict(list), "would have to run"),
    "a deque": (lambda: deque([1]), "would have to run"),
    "an error": (lambda: ValueError("a"), "would have to run"),
    "a generator of random numbers": (lambda: torch.Generator(), "would have to run"),
    "an array": (lambda: numpy.ones(2), "NumPy"),
    "a scalar of NumPy": (lambda: numpy.float64(1.5), "NumPy"),
    "a dtype of NumPy": (lambda: numpy.dtype("float32"), "NumPy"),
    "an array of objects": (lambda: numpy.array([{}], dtype=object), "NumPy"),
    "a layer": (lambda: nn.Linear(2, 2), "whole model"),
    "a chain": (lambda: nn.Sequential(nn.ReLU()), "whole model"),
    "an optimizer": (lambda: torch.optim.SGD([torch.ones(1)], lr=0.1), "whole optimizer"),
    "a lazy layer": (lambda: nn.LazyLinear(2).state_dict(), "lazy layer"),
    "a sparse tensor": (lambda: torch.eye(2).to_sparse(), "sparse"),
    "a sparse tensor by rows": (lambda: {"weight": torch.eye(2).to_sparse_coo().coalesce()}, "sparse"),
    "a meta tensor": (lambda: torch.ones(2, device="meta"), "meta device"),
    "a bare storage": (lambda: torch.ones(2).untyped_storage(), "without the tensor"),
    "a storage in a list": (lambda: [torch.ones(2).untyped_storage()], "without the tensor"),
    "an expanded tensor": (lambda: torch.ones(1, 3).expand(4, 3), "expanded"),
    "a scalar expanded to a terabyte": (lambda: torch.ones(1).expand(2**38), "expanded"),
    "nine dimensions": (lambda: torch.ones([1] * 9), "9 dimensions"),
    "a float as a key": (lambda: {0.5: torch.ones(1)}, "float"),
    "none as a key": (lambda: {None: torch.ones(1)}, "NoneType"),
    "a truth value as a key": (lambda: {True: torch.ones(1)}, "bool"),
    "bytes as a key": (lambda: {b"a": torch.ones(1)}, "bytes"),
    "a tuple as a key": (lambda: {(1, 2): torch.ones(1)}, "tuple"),
    "a large integer as a key": (lambda: {2**61 - 1: torch.ones(1)}, "int"),
    "a set of tuples": (lambda: {(1, 2)}, "tuple"),
    "a number and its text as keys": (lambda: {1: torch.ones(1), "1": torch.ones(1)}, "two things"),
    "one dotted name twice": (lambda: {"a.b": torch.ones(1), "a": {"b": torch.ones(1)}}, "two things"),
    "an empty name": (lambda: {"": torch.ones(1)}, "empty name"),
    "a name with a null": (lambda: {"a\0b": torch.ones(1)}, "cannot be shown"),
    "a name with a line break": (lambda: {"a\nb": torch.ones(1)}, "cannot be shown"),
    "a name written backwards": (lambda: {"a\u202eb": torch.ones(1)}, "cannot be shown"),
    "a name that moves the cursor": (lambda: {"\x1b[2J": 1}, "cannot be shown"),
    "half a character in a name": (lambda: {"\ud800": torch.ones(1)}, "cannot be shown"),
    "a long name": (lambda: {"a" * 1001: torch.ones(1)}, "1,000 characters"),
    "a long name in parts": (lambda: {"a" * 600: {"b" * 600: torch.ones(1)}}, "1,000 characters"),
    "too many tensors": (lambda: [torch.ones(1)] * 20_001, "20,001 tensors"),
    "windows that overlap": (lambda: _windows(torch.ones(2**16)), "overlap"),
}
"""What people save, or might, that is no state dict."""


def _endless_list() -> list[Any]:
    endless: list[Any] = [1]
    endless.append(endless)
    return endless


def _endless_dict() -> dict[str, Any]:
    endless: dict[str, Any] = {}
    endless["again"] = endless
    return endless


def _endless_pair() -> list[Any]:
    first: list[Any] = []
    first.append({"second": (first, 1)})
    return first


def _doubled(times: int, names: bool) -> Any:
    value: Any = {"a": 1} if names else [1]
    for _ in range(times):
        value = {"a": value, "b": value} if names else [value, value]
    return value


def _deep(levels: int, names: bool) -> bytes:
    return (b"}" + text("a")) * levels + b"N" + b"s" * levels if names else b"]" * levels + b"a" * (levels - 1)


CONTAINERS: Cases = {
    "a list in itself": (lambda: dumped(_endless_list()), "holds itself"),
    "a dictionary in itself": (lambda: dumped(_endless_dict()), "holds itself"),
    "a list in a tuple in it": (lambda: dumped(_endless_pair()), "holds itself"),
    "lists doubled 40 times": (lambda: dumped(_doubled(40, names=False)), "written out"),
    "dictionaries doubled 40 times": (lambda: dumped(_doubled(40, names=True)), "written out"),
    "dictionaries doubled 17 times": (lambda: dumped(_doubled(17, names=True)), "names"),
    "lists 5,000 deep": (body(_deep(5000, names=False)), "nested more than"),
    "dictionaries 5,000 deep": (body(_deep(5000, names=True)), "nested more than"),
    "tuples 300,000 deep": (body(b")" + b"\x85" * 300_000), "nested more than"),
    "one list copied 100,000 times": (
        body(
            b"](" + name("builtins", "set") + b"q\0](" + b"K\1" * 1000 + b"e\x85q\1" + b"h\0h\1R" * 100_000 + b"e"
        ),
        "over and over",
    ),
    "one text copied 10,000 times": (
        body(b"](" + _ENCODE + b"q\0" + text("a" * 10**6) + b"q\1" + text("latin1") + b"q\2"
             + b"h\0h\1h\2\x86R" * 10_000 + b"e"),
        "over and over",
    ),
    "a million sets": (body(b"](" + b"\x8f" * 990_000 + b"e"), "containers"),
    "a pickle of 17 MB": (body(text("a" * 17 * 2**20)), "bytes"),
    "250,000 names": (lambda: dumped({str(k): None for k in range(250_000)}), "names"),
}  # fmt: skip
"""By how containers hold one another."""


def cases() -> Cases:
    found: Cases = {f"opcode {key}": (body(value), key) for key, value in OPCODES.items()}
    found |= {key: (body(value), words) for key, (value, words) in GRAMMAR.items()}
    found["protocol 6"] = (lambda: pt(pickled(b"N", 6)), "protocol 2 to 5")
    found["protocol 255"] = (lambda: pt(pickled(b"N", 255)), "protocol 2 to 5")
    found |= {key: (held(name(module, word)), words) for key, (module, word, words) in NAMES.items()}
    found |= {key: (held(value), "arguments that torch never gives") for key, value in ARGUMENTS.items()}
    found |= {key: (lambda make=make: saved(make()), words) for key, (make, words) in OBJECTS.items()}
    found |= CONTAINERS
    return found | {
        "an empty pickle": (lambda: pt(b""), "protocol 2 to 5"),
        "a pickle without an end": (lambda: pt(b"\x80\2N"), "cut off"),
    }
